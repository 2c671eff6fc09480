//! The measurements of this stage.

use shomei_photo::{Px, Ratio, Region, Side};

/// The framing of the head. The photo's height, width and edges are those of the picture, without
/// a border or bars around it.
#[derive(Clone, Debug, PartialEq)]
pub struct Framing {
    /// The photo without a border or bars around it; `None` if it has none.
    pub picture: Option<Region>,
    /// Crown with hair to chin over the photo's height. Where the crown is cut off, the skull
    /// is extrapolated from the face, so that the value may exceed 1.
    pub head_height_ratio: Ratio,
    /// Hairline to chin over the photo's height.
    pub face_height_ratio: Ratio,
    /// Head with hair and ears over the photo's width.
    pub head_width_ratio: Ratio,
    /// Cheek to cheek at ear height over the photo's width.
    pub face_width_ratio: Ratio,
    /// Space around the head.
    pub margins: Margins,
    /// Middle of the face, from the photo's left edge, over its width; 0.5 is centred.
    pub centre_x_ratio: Ratio,
    /// Line through the eyes, from the photo's top edge, over its height.
    pub eye_line_y_ratio: Ratio,
    /// Distance of the eyes in pixels of the original.
    pub inter_eye_px: Px,
    /// What is cut off, in the order top, bottom, left, right.
    pub cuts: Vec<Cut>,
    /// The best 35:45 part of the photo.
    pub trim: Trim,
    /// The part that may be printed: wherever an operator cuts within the tolerances of the guide,
    /// nothing outside it is printed. It contains the trim box. `None` if trimming leaves less
    /// than 300 dpi, so that nobody will trim the photo.
    pub printed: Option<Region>,
}

/// Space between the head and the photo's edges, each over the photo's extent in that
/// direction; negative where the head reaches beyond the edge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margins {
    /// Crown with hair to the top edge, over the height.
    pub top_ratio: Ratio,
    /// Chin to the bottom edge, over the height.
    pub bottom_ratio: Ratio,
    /// Hair or ear to the left edge, over the width.
    pub left_ratio: Ratio,
    /// Hair or ear to the right edge, over the width.
    pub right_ratio: Ratio,
}

/// A part of the head beyond an edge of the photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cut {
    /// The edge.
    pub side: Side,
    /// What is cut.
    pub part: Part,
    /// How much is cut. For hair, the share of the head's edge that touches the photo's edge; for all
    /// others, the part beyond the edge over the face's extent in that direction.
    pub lost_ratio: Ratio,
    /// Where on the photo's edge.
    pub region: Region,
}

/// Parts of a head.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Part {
    Hair,
    Skull,
    Ear,
    Cheek,
    Chin,
}

/// The 35:45 part of the photo that comes nearest to the card's composition: head 34 of
/// 45 mm, 4 mm above it, face in the middle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trim {
    /// The part, inside the photo.
    pub region: Region,
    /// Crown to chin over the height of the part.
    pub head_height_ratio: Ratio,
    /// Space above the crown over the height of the part; 0 where the crown touches.
    pub top_margin_ratio: Ratio,
    /// Middle of the face over the width of the part; 0.5 is centred.
    pub centre_x_ratio: Ratio,
    /// Pixels of the original along the 27.5 mm of the printed photo.
    pub print_height_px: Px,
}
