//! The measurements of this stage.

use shomei_photo::{Ratio, Region};

/// What was put onto the picture after it was taken, or comes from a print or screen that was
/// photographed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// Rows of signs, the longest first.
    pub writing: Vec<Writing>,
    /// Rings of ink, the clearest first.
    pub stamps: Vec<Stamp>,
    /// The clearest straight line across the person in each direction.
    pub creases: Vec<Crease>,
    /// The periodic pattern of most of the picture, if there is one.
    pub screen: Option<Screen>,
    /// Stairs along the person's outline; `None` if the outline was hardly found.
    pub stairs: Option<Stairs>,
}

/// A row of signs of one colour and height on a level line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Writing {
    /// Its region.
    pub region: Region,
    /// Signs, or groups of signs that touch.
    pub signs: u32,
    /// Share of its strokes that lie on the person's body or clothes.
    pub on_person_ratio: Ratio,
}

/// A ring of ink.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stamp {
    /// Its region.
    pub region: Region,
    /// Share of the circle that is seen.
    pub arc_ratio: Ratio,
    /// Share of the strokes of its ink that are on the circle.
    pub on_circle_ratio: Ratio,
}

/// A straight line that is lighter or darker than both its sides.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crease {
    /// Its region.
    pub region: Region,
    /// Share of the way across the picture on which it is seen.
    pub length_ratio: Ratio,
    /// Share of the way across the person on which it is seen.
    pub on_person_ratio: Ratio,
}

/// A periodic pattern over wall and person: moiré or a printing raster.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Screen {
    /// Share of the picture's windows that show it.
    pub coverage_ratio: Ratio,
}

/// Stairs along the person's outline, as a coarse mask leaves them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stairs {
    /// Steps over the rows and columns of pixels, at working size, that meet the outline.
    pub steps_ratio: Ratio,
}
