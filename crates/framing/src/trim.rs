//! The 35:45 part of the photo that comes nearest to the card's composition.
//!
//! Operators trim the photo, so a small or off-centre head is fine as long as a good part can be cut
//! out.

use shomei_photo::{Frame, Px, Ratio, Rect, Region, card};

use crate::Head;
use crate::composition::{HEAD, Place};
use crate::measurement::Trim;

const ASPECT: f32 = card::PAPER_WIDTH_MM / card::PAPER_HEIGHT_MM;
const LARGEST_HEAD: f32 = (card::HEAD_MM + card::TOLERANCE_MM) / card::PAPER_HEIGHT_MM;
/// A face this far from the middle (over the width) is as good as centred.
const CENTRED: f32 = 0.05;

/// The trim box, and the part that may be printed, if trimming leaves enough pixels.
pub(crate) fn best(head: &Head, frame: Frame) -> Option<(Trim, Option<Region>)> {
    let place = Place {
        top: head.top,
        height: head.height(),
        centre_x: head.centre_x(),
    };
    let part = |share| place.part(frame.working(), ASPECT, share);
    let centre = |rect: &Rect| (place.centre_x - rect.x()) / rect.width();
    // Near an edge a tighter part may still have the face in its middle.
    let off = |rect: &Rect| (centre(rect) - 0.5).abs();
    let rect = match (part(HEAD)?, part(LARGEST_HEAD)?) {
        (ideal, tight) if off(&ideal) > CENTRED && off(&tight) < off(&ideal) => tight,
        (ideal, _) => ideal,
    };
    let trim = Trim {
        region: frame.region(rect)?,
        head_height_ratio: Ratio::quotient(place.height, rect.height())?,
        top_margin_ratio: Ratio::quotient(place.top - rect.y(), rect.height())?,
        centre_x_ratio: Ratio::new(centre(&rect))?,
        print_height_px: Px::new(rect.height() * frame.scale().1)?,
    };
    let sharp = trim.print_height_px.get() >= card::PRINT_PX;
    let printed = place.reach(frame.working(), ASPECT);
    // Where the photo ends too early, the trim box may lie beside what the guide wants.
    let printed = printed
        .and_then(|rect| frame.region(rect))
        .map(|reach| reach.union(trim.region));
    Some((trim, printed.filter(|_| sharp)))
}
