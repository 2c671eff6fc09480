//! The 35:45 part of the photo that comes nearest to the card's composition.
//!
//! Operators trim what is sent, so a head that is small or beside the middle is no fault as
//! long as a good part can be cut out. The figures are the 45 × 35 mm guide: head 34 ± 2 mm
//! high, 4 ± 2 mm above it.

use shomei_photo::{Frame, Px, Ratio, Rect};

use crate::Head;
use crate::measurement::Trim;

const ASPECT: f32 = 35.0 / 45.0;
const HEAD: f32 = 34.0 / 45.0;
const LARGEST_HEAD: f32 = 36.0 / 45.0;
const ABOVE_HEAD: f32 = 4.0 / 45.0;
/// A face this far from the middle (over the width) is as good as centred.
const CENTRED: f32 = 0.05;

pub(crate) fn best(head: &Head, frame: Frame) -> Option<Trim> {
    let ideal = part(head, head.height() / HEAD);
    // Near an edge a tighter part may still have the face in its middle.
    let tight = part(head, head.height() / LARGEST_HEAD);
    let off = |rect: &Rect| (centre(head, rect) - 0.5).abs();
    let rect = match (ideal?, tight?) {
        (ideal, tight) if off(&ideal) > CENTRED && off(&tight) < off(&ideal) => tight,
        (ideal, _) => ideal,
    };
    Some(Trim {
        region: frame.region(rect)?,
        head_height_ratio: Ratio::quotient(head.height(), rect.height())?,
        top_margin_ratio: Ratio::quotient(head.top - rect.y(), rect.height())?,
        centre_x_ratio: Ratio::new(centre(head, &rect))?,
        print_height_px: Px::new(rect.height() * frame.scale().1)?,
    })
}

fn centre(head: &Head, rect: &Rect) -> f32 {
    (head.centre_x() - rect.x()) / rect.width()
}

/// A part of the wanted height, or the largest there is, placed as well as the photo allows.
fn part(head: &Head, height: f32) -> Option<Rect> {
    let height = height.min(head.photo_height).min(head.photo_width / ASPECT);
    let width = height * ASPECT;
    let place = |wanted: f32, room: f32| wanted.min(room).max(0.0);
    Rect::new(
        place(head.centre_x() - width / 2.0, head.photo_width - width),
        place(head.top - ABOVE_HEAD * height, head.photo_height - height),
        width,
        height,
    )
}
