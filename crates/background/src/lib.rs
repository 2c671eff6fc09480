//! Measures the background: how even the wall is, which objects are in front of it, whether the person
//! casts a shadow on it, and its colour.
//!
//! The caller says which part of the photo counts, since a photo may be trimmed before it is
//! printed. Outside that part, only things that differ from the wall are noted.
//!
//! It uses only the pixels of a [`Photo`] and the masks of its [`Subject`]. This crate knows no
//! networks, landmarks or rules.
//!
//! # Method
//!
//! 1. The part is averaged over cells of 3 × 3 working pixels and converted to CIE L\*a\*b\*.
//!    Cells of the person, and of a band around the person where masks are unreliable, are left
//!    out.
//! 2. A second-order surface is robustly fitted to the rest. It models the wall, with the smooth
//!    fall-off of light that real walls have.
//! 3. Deviations from it are classified: compact objects, shadows (darker, same hue, beside the
//!    person), texture, two tones.
//!
//! ```
//! use shomei_photo::{ImageSize, Photo, Subject};
//!
//! let size = ImageSize::new(360, 480).unwrap();
//! let photo = Photo::new(vec![220; 360 * 480 * 3], size, size).unwrap();
//! // Without masks, it is unknown what the background is.
//! assert!(shomei_background::measure(&photo, &Subject::default(), None).is_none());
//! ```

mod cells;
mod deviations;
mod groups;
mod hair;
mod measurement;
mod outside;
mod shadows;
mod surface;

use shomei_photo::{DeltaE, Photo, Ratio, Rect, Subject, percentile};

use cells::{Cells, Grid};
pub use measurement::{Background, BackgroundObject, Outside, Shadow, UnevenKind, Unevenness};
use surface::Surface;

/// With a smaller share of background cells than this, nothing is measured.
const MIN_AREA: f32 = 0.005;

/// Measures the background in `part` of the photo, in working pixels; `None` stands for the whole
/// photo. The result is `None` if the subject has no masks or hardly any background is visible.
#[must_use]
pub fn measure(photo: &Photo, subject: &Subject, part: Option<Rect>) -> Option<Background> {
    let grid = Grid::of(photo, subject)?;
    let size = photo.size();
    let whole = Rect::new(0.0, 0.0, size.width() as f32, size.height() as f32)?;
    let cells = Cells::of(photo, subject, &grid, part.unwrap_or(whole));
    if cells.wall.len() as f32 <= MIN_AREA * cells.count() as f32 {
        return None;
    }
    let surface = Surface::fit(&cells)?;
    let deviations = deviations::find(&cells, &surface, photo.frame());
    let mut luma: Vec<f32> = cells.wall.iter().map(|&cell| cells.luma[cell]).collect();
    Some(Background {
        area_ratio: Ratio::new(cells.wall.len() as f32 / cells.count() as f32)?,
        colour: cells.median_colour()?,
        spread_delta_e: DeltaE::new(deviations.spread)?,
        fall_off_delta_e: DeltaE::new(deviations.fall_off)?,
        luma_spread_ratio: Ratio::new(percentile(&mut luma, 0.95)? - percentile(&mut luma, 0.05)?)?,
        texture_ratio: Ratio::new(deviations.texture)?,
        objects: deviations.objects,
        unevenness: deviations.unevenness,
        shadows: deviations.shadows,
        outside: outside::find(photo, &grid, &cells, &surface),
    })
}

#[cfg(test)]
mod tests;
