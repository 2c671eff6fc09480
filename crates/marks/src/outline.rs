//! The outline of a person who was cut out and put before another wall.
//!
//! A mask that is coarser than the picture leaves stairs along the outline: treads and risers of some
//! pixels, where hair and shoulders are smooth or ragged. Rows are followed from the photo's edges to
//! the first pixel that is not the wall, and so are columns from the top.

use crate::scene::{CELL, Place, Scene};

/// Difference from the wall passed so far at which the outline begins, in luma of 255; half of it in
/// warmth.
const STEP: i32 = 14;
/// Pixels at the edge of the photo that are skipped, since borders are there.
const RIM: usize = 2;
/// How far before and behind the masks' outline the picture's is looked for, in pixels.
const BEFORE: usize = 20;
const BEHIND: usize = 12;
/// Pixels from which the wall's colour is first taken: a power of two.
const START: usize = 8;
/// Rows of a tread at least, and pixels of a riser.
const TREAD: usize = 3;
const RISER: std::ops::RangeInclusive<usize> = 3..=12;

/// The stairs of an outline.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Stairs {
    /// Steps: risers between two treads.
    pub(crate) steps: usize,
    /// Rows and columns in which the outline was found.
    pub(crate) seen: usize,
}

/// Counts the stairs of the person's outline.
pub(crate) fn find(scene: &Scene<'_>) -> Stairs {
    let (width, height) = (scene.width, scene.height);
    let mut stairs = Stairs::default();
    let at = |x: usize, y: usize| y * width + x;
    stairs.add((0..height).map(|y| edge(scene, width, |step| at(step, y))));
    stairs.add((0..height).map(|y| edge(scene, width, |step| at(width - 1 - step, y))));
    stairs.add((0..width).map(|x| edge(scene, height, |step| at(x, step))));
    stairs
}

/// Where the person begins on the way that `pixel` describes, if it is not in the wall.
fn edge(scene: &Scene<'_>, length: usize, pixel: impl Fn(usize) -> usize) -> Option<usize> {
    let person = (RIM..length).step_by(CELL).find(|&at| {
        let pixel = pixel(at);
        scene.place(pixel % scene.width, pixel / scene.width) != Place::Wall
    })?;
    let start = person.saturating_sub(BEFORE).max(RIM);
    if person < start + START || person + BEHIND > length {
        return None;
    }
    let value = |at| {
        let pixel = pixel(at);
        [scene.luma[pixel], scene.warmth[pixel]].map(i32::from)
    };
    // In 1/32 of a level.
    let mut wall = [0; 2];
    for at in start..start + START {
        for (sum, own) in wall.iter_mut().zip(value(at)) {
            *sum += own * 32 / START as i32;
        }
    }
    (start..person + BEHIND).find(|&at| {
        let own = value(at);
        let far =
            (own[0] * 32 - wall[0]).abs() > STEP * 32 || (own[1] * 32 - wall[1]).abs() > STEP * 16;
        for (wall, own) in wall.iter_mut().zip(own) {
            *wall += (own * 32 - *wall) * 5 / 32;
        }
        far
    })
}

impl Stairs {
    fn add(&mut self, profile: impl Iterator<Item = Option<usize>>) {
        // The tread before, and the one that grows: place and rows.
        let mut before: Option<(usize, usize)> = None;
        let mut tread: Option<(usize, usize)> = None;
        for place in profile.map(Some).chain([None]) {
            let place = place.flatten();
            self.seen += usize::from(place.is_some());
            match (tread, place) {
                (Some((at, rows)), Some(own)) if own == at => tread = Some((at, rows + 1)),
                _ => {
                    if let (Some((lower, few)), Some((upper, many))) = (before, tread)
                        && few >= TREAD
                        && many >= TREAD
                        && RISER.contains(&lower.abs_diff(upper))
                    {
                        self.steps += 1;
                    }
                    before = tread;
                    tread = place.map(|own| (own, 1));
                }
            }
        }
    }
}
