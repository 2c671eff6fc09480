//! Finds what does not belong to a photo as the camera took it: writing, stamps, creases, the pattern
//! of a photographed screen, and the stairs of a person who was cut out.
//!
//! It uses only the pixels of a [`Photo`] and the masks of its [`Subject`]. This crate knows no
//! networks, landmarks or rules. It measures how much of a ring or a line is seen; other crates judge
//! whether that is a stamp.
//!
//! ```
//! use shomei_photo::{ImageSize, Photo, Subject};
//!
//! let size = ImageSize::new(360, 480).unwrap();
//! let photo = Photo::new(vec![220; 360 * 480 * 3], size, size).unwrap();
//! // Without masks, it is unknown what is person and what is wall.
//! assert!(shomei_marks::measure(&photo, &Subject::default()).is_none());
//! ```

mod crease;
mod measurement;
mod outline;
mod parts;
mod scene;
mod screen;
mod stamp;
mod strokes;
mod writing;

use shomei_photo::{Photo, Point, Ratio, Rect, Subject};

pub use measurement::{Crease, Marks, Screen, Stairs, Stamp, Writing};
use scene::Scene;

/// Most marks of a kind that are kept.
const MOST: usize = 4;
/// Lines that meet the person in fewer strips are not creases.
const CREASE_STRIPS: usize = 5;
/// A pattern that fewer windows of the upper half show may be that of the clothes.
const SCREEN_ABOVE: usize = 2;
/// Share of the rows and columns that must meet the outline.
const OUTLINE: f32 = 0.3;

/// Finds marks; `None` if the subject has no masks.
#[must_use]
pub fn measure(photo: &Photo, subject: &Subject) -> Option<Marks> {
    let scene = Scene::of(photo, subject)?;
    let frame = photo.frame();
    let around = |x: (usize, usize), y: (usize, usize)| {
        let [left, right, top, bottom] = [x.0, x.1, y.0, y.1].map(|v| v as f32);
        frame.region(Rect::new(left, top, right - left, bottom - top)?)
    };

    let warm = strokes::light(&scene.warmth, &scene, strokes::WIDE);
    let cold = strokes::dark(&scene.warmth, &scene, strokes::WIDE);
    let light = strokes::light(&scene.luma, &scene, strokes::THIN);
    let dark = strokes::dark(&scene.luma, &scene, strokes::THIN);
    let mut writing: Vec<Writing> = writing::find(&scene, &[&warm, &cold, &light, &dark])
        .into_iter()
        .filter_map(|row| {
            Some(Writing {
                region: around((row.x.start, row.x.end), (row.y.start, row.y.end))?,
                signs: row.signs as u32,
                on_person_ratio: Ratio::new(row.on_person)?,
            })
        })
        .collect();
    writing.sort_by_key(|row| std::cmp::Reverse(row.signs));
    writing.truncate(MOST);

    let mut stamps: Vec<Stamp> = [&warm, &cold]
        .into_iter()
        .flat_map(|plane| stamp::find(&scene, plane))
        .filter_map(|ring| {
            let side = 2.0 * ring.radius;
            let rect = Rect::new(ring.x - ring.radius, ring.y - ring.radius, side, side)?;
            Some(Stamp {
                region: frame.region(rect)?,
                arc_ratio: Ratio::new(ring.arc)?,
                on_circle_ratio: Ratio::new(ring.on_circle)?,
            })
        })
        .collect();
    stamps.sort_by(|a, b| b.arc_ratio.get().total_cmp(&a.arc_ratio.get()));
    stamps.truncate(MOST);

    let creases = crease::find(&scene)
        .into_iter()
        .filter(|line| line.person >= CREASE_STRIPS)
        .filter_map(|line| {
            let [a, b] = line.ends;
            Some(Crease {
                region: frame.region(Rect::around([
                    Point::new(a.0, a.1)?,
                    Point::new(b.0, b.1)?,
                ])?)?,
                length_ratio: Ratio::new(line.length)?,
                on_person_ratio: Ratio::new(line.on_person)?,
            })
        })
        .collect();

    let screen = screen::find(&scene)
        .filter(|pattern| pattern.above >= SCREEN_ABOVE)
        .and_then(|pattern| Ratio::new(pattern.coverage))
        .map(|coverage_ratio| Screen { coverage_ratio });

    let outline = outline::find(&scene);
    let rows = (2 * scene.height + scene.width) as f32;
    let stairs = (outline.seen as f32 > OUTLINE * rows)
        .then(|| Ratio::quotient(outline.steps as f32, outline.seen as f32))
        .flatten()
        .map(|steps_ratio| Stairs { steps_ratio });

    Some(Marks {
        writing,
        stamps,
        creases,
        screen,
        stairs,
    })
}

#[cfg(test)]
mod tests;
