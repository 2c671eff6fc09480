//! The measurements of this stage.

use shomei_photo::{DeltaE, Lab, Ratio, Region, Side};

/// The background. Colours are compared in CIE L\*a\*b\* after averaging over small cells, so that
/// sensor noise does not count.
#[derive(Clone, Debug, PartialEq)]
pub struct Background {
    /// Measured background, over the part that was measured. The band around the person, where masks are
    /// uncertain, is left out.
    pub area_ratio: Ratio,
    /// Median colour.
    pub colour: Lab,
    /// 95th percentile of the distance from the fitted smooth surface.
    pub spread_delta_e: DeltaE,
    /// Lightest to darkest (5th to 95th percentile) of the fitted smooth surface, in ΔL\*: the
    /// fall-off of light over an even wall.
    pub fall_off_delta_e: DeltaE,
    /// 5th to 95th percentile of the luma over 255.
    pub luma_spread_ratio: Ratio,
    /// Share of the background covered by edges that are not the person's outline.
    pub texture_ratio: Ratio,
    /// Compact objects that differ from the wall, the largest first.
    pub objects: Vec<BackgroundObject>,
    /// How the wall itself is uneven; `None` if it is even.
    pub unevenness: Option<Unevenness>,
    /// Shadows on the wall, the deepest first.
    pub shadows: Vec<Shadow>,
    /// What is outside the part; `None` if there is nothing.
    pub outside: Option<Outside>,
}

/// The background outside the part that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Outside {
    /// Its area over the whole photo. The band around the person is left out.
    pub area_ratio: Ratio,
    /// Compact areas that differ from the wall inside the part, the largest first. Their area is
    /// over the whole photo.
    pub objects: Vec<BackgroundObject>,
}

/// A compact object that differs from the wall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BackgroundObject {
    /// Its region.
    pub region: Region,
    /// Its area over the part that was measured.
    pub area_ratio: Ratio,
    /// Mean distance from the wall's colour.
    pub contrast_delta_e: DeltaE,
}

/// What makes a wall uneven.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unevenness {
    /// Pattern, gradient or two tones.
    pub kind: UnevenKind,
    /// Where it is strongest.
    pub region: Region,
    /// How strong, as a colour distance.
    pub strength_delta_e: DeltaE,
}

/// Kinds of uneven walls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnevenKind {
    /// Repeated or textured: stripes, bricks, leaves, a whole room.
    Pattern,
    /// A smooth change beyond the fall-off of light on a wall.
    Gradient,
    /// Two even areas that differ.
    TwoTones,
}

/// A shadow on the wall: darker than the wall around it, of the same hue.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Shadow {
    /// Its region.
    pub region: Region,
    /// On which side of the head.
    pub side: Side,
    /// Its area over the part that was measured.
    pub area_ratio: Ratio,
    /// Share of the light that is missing: 0 none, 1 black (linear luminance).
    pub depth_ratio: Ratio,
    /// How sharp its border is: the part of its depth that it gains over 6 working pixels of its
    /// border, 0 for a border that cannot be seen and 1 for a step. `None` if no border to the wall is
    /// visible, and in records of older versions.
    pub edge_ratio: Option<Ratio>,
}
