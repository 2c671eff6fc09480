//! Classifies deviations from the even wall by shape, hue and place.

use image::{GrayImage, Luma};
use imageproc::distance_transform::{Norm, distance_transform};
use shomei_photo::{DeltaE, Frame, Ratio, percentile};

use crate::cells::{BAND, Cells};
use crate::groups::{Group, groups};
use crate::hair::Hair;
use crate::measurement::{BackgroundObject, Shadow, UnevenKind, Unevenness};
use crate::shadows;
use crate::surface::Surface;

/// Distance from the wall from which a cell counts as something else, ΔE. Real walls stay below
/// it after their fall-off is removed; a light switch on a white wall reaches 10.
const OBJECT: f32 = 8.0;
/// Smallest thing that is kept, over the part that was measured.
const MIN_OBJECT: f32 = 0.0008;
/// If most of an object is this close to the person (in cells beyond the band), it is a ragged mask and
/// not an object.
const HALO: u8 = 3;
const HALO_SHARE: f32 = 0.7;
/// Share of the border with a shadow from which something dark is a part of the shadow.
const BESIDE: f32 = 0.25;
/// Change of colour that a shadow may show, over its change of lightness.
const COLOUR_OF_SHADE: f32 = 0.5;
/// Step between neighbouring cells that counts as an edge, ΔE.
const EDGE: f32 = 4.0;
/// Side of the blocks over which texture must be spread to be a pattern, in cells.
const BLOCK: usize = 10;
/// Share of a block's cells on an edge from which the block is textured.
const BLOCK_EDGES: f32 = 0.05;
/// Share of textured blocks from which the wall is patterned.
const PATTERN_COVERAGE: f32 = 0.5;
/// An even area this large, over the background, is a second tone rather than a thing.
const SECOND_TONE: f32 = 0.15;
/// Fall-off of the fitted surface that light alone hardly makes, ΔL\*.
const STEEP: f32 = 14.0;
/// The limit of objects that are kept.
const MAX_OBJECTS: usize = 8;

/// The results of [`find`].
pub(crate) struct Deviations {
    pub(crate) spread: f32,
    pub(crate) fall_off: f32,
    pub(crate) texture: f32,
    pub(crate) objects: Vec<BackgroundObject>,
    pub(crate) unevenness: Option<Unevenness>,
    pub(crate) shadows: Vec<Shadow>,
}

pub(crate) fn find(cells: &Cells, surface: &Surface, frame: Frame) -> Deviations {
    let mut deviation = vec![0.0; cells.count()];
    for &cell in &cells.wall {
        deviation[cell] = surface.deviation(cells, cell);
    }
    let distance = distances(cells);

    let mut spread: Vec<f32> = cells.wall.iter().map(|&cell| deviation[cell]).collect();
    let spread = percentile(&mut spread, 0.95).unwrap_or_default();
    let edges = edges(cells);
    let pattern = pattern(cells, &edges, spread, frame);
    // Where there is no even wall, nothing can be told to be a shadow on it.
    let shadows = if pattern.is_none() {
        shadows::find(cells, surface, &distance, frame)
    } else {
        Vec::new()
    };
    // What is part of a shadow beside the person is not a thing as well.
    let things = groups(cells, |cell| {
        deviation[cell] > OBJECT && !shadows.iter().any(|(_, own)| own.contains(&cell))
    });
    let mut shaded = vec![false; cells.count()];
    for (_, own) in &shadows {
        for &cell in own {
            shaded[cell] = true;
        }
    }
    // Most photos have nothing on the wall, so the hair is measured only when it is needed.
    let mut hair = None;
    let mut second_tone: Option<(&Group, f32)> = None;
    let mut objects = Vec::new();
    for group in &things {
        let near = group
            .cells
            .iter()
            .filter(|&&cell| distance[cell] <= BAND + HALO)
            .count();
        let area = group.cells.len() as f32;
        if area < MIN_OBJECT * cells.count() as f32 || near as f32 > HALO_SHARE * area {
            continue;
        }
        if !shadows.is_empty() && is_shade(cells, surface, group, &shaded) {
            continue;
        }
        let hair = hair.get_or_insert_with(|| Hair::of(cells));
        if hair
            .as_ref()
            .is_some_and(|hair| hair.has(cells, surface, &distance, group))
        {
            continue;
        }
        let contrast = group.cells.iter().map(|&cell| deviation[cell]).sum::<f32>() / area;
        if area > SECOND_TONE * cells.wall.len() as f32
            && second_tone.is_none_or(|(largest, _)| largest.cells.len() < group.cells.len())
        {
            second_tone = Some((group, contrast));
        }
        objects.extend((|| {
            Some(BackgroundObject {
                region: group.region(cells, frame)?,
                area_ratio: Ratio::new(area / cells.count() as f32)?,
                contrast_delta_e: DeltaE::new(contrast)?,
            })
        })());
    }
    objects.sort_by(|a, b| b.area_ratio.get().total_cmp(&a.area_ratio.get()));
    objects.truncate(MAX_OBJECTS);

    let texture = edges.iter().filter(|&&edge| edge).count() as f32 / cells.wall.len() as f32;
    let light = Light::of(cells, surface);
    let unevenness = pattern
        .or_else(|| {
            let (group, contrast) = second_tone?;
            Some(Unevenness {
                kind: UnevenKind::TwoTones,
                region: group.region(cells, frame)?,
                strength_delta_e: DeltaE::new(contrast)?,
            })
        })
        .or_else(|| gradient(cells, &light, spread, frame));
    Deviations {
        spread,
        fall_off: light.fall_off(),
        texture,
        objects,
        unevenness,
        shadows: shadows.into_iter().map(|(shadow, _)| shadow).collect(),
    }
}

/// Whether something on the wall is a part of a shadow in which more colour changed than in the
/// rest: it borders on the shadow for a good part and is darker than the wall rather than of another
/// colour.
fn is_shade(cells: &Cells, surface: &Surface, group: &Group, shaded: &[bool]) -> bool {
    let inside = group.map(cells);
    let (mut border, mut beside) = (0u32, 0u32);
    let (mut darker, mut colour) = (0.0, 0.0);
    for &cell in &group.cells {
        for (columns, rows) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
            if let Some(next) = cells
                .neighbour(cell, columns, rows)
                .filter(|&next| !inside[next])
            {
                border += 1;
                beside += u32::from(shaded[next]);
            }
        }
        let [l, a, b] = surface.difference(cells, cell);
        darker -= l;
        colour += a.hypot(b);
    }
    beside as f32 > BESIDE * border as f32 && colour < COLOUR_OF_SHADE * darker
}

/// Distance of each cell from the person, in cells.
fn distances(cells: &Cells) -> Vec<u8> {
    let map = GrayImage::from_fn(cells.columns as u32, cells.rows as u32, |x, y| {
        let person = cells.is_person[y as usize * cells.columns + x as usize];
        Luma([if person { 255 } else { 0 }])
    });
    distance_transform(&map, Norm::LInf).into_raw()
}

/// Wall cells that differ from the next wall cell to the right or below.
fn edges(cells: &Cells) -> Vec<bool> {
    let mut edges = vec![false; cells.count()];
    for &cell in &cells.wall {
        for next in [cell + 1, cell + cells.columns] {
            if cells.is_wall.get(next) == Some(&true) {
                let step: f32 = cells.lab[cell]
                    .iter()
                    .zip(cells.lab[next])
                    .map(|(a, b)| (a - b) * (a - b))
                    .sum();
                if step > EDGE * EDGE {
                    edges[cell] = true;
                }
            }
        }
    }
    edges
}

/// A pattern is texture all over the wall.
fn pattern(cells: &Cells, edges: &[bool], spread: f32, frame: Frame) -> Option<Unevenness> {
    let (mut blocks, mut textured) = (0u32, Vec::new());
    for top in (0..cells.rows).step_by(BLOCK) {
        for left in (0..cells.columns).step_by(BLOCK) {
            let own: Vec<usize> = (top..(top + BLOCK).min(cells.rows))
                .flat_map(|row| {
                    (left..(left + BLOCK).min(cells.columns))
                        .map(move |column| row * cells.columns + column)
                })
                .filter(|&cell| cells.is_wall[cell])
                .collect();
            if own.len() < BLOCK * BLOCK / 3 {
                continue;
            }
            blocks += 1;
            let marked = own.iter().filter(|&&cell| edges[cell]).count();
            if marked as f32 > BLOCK_EDGES * own.len() as f32 {
                textured.extend(own);
            }
        }
    }
    let share = textured.len() as f32 / (BLOCK * BLOCK) as f32 / blocks as f32;
    if blocks == 0 || share < PATTERN_COVERAGE {
        return None;
    }
    Some(Unevenness {
        kind: UnevenKind::Pattern,
        region: Group { cells: textured }.region(cells, frame)?,
        strength_delta_e: DeltaE::new(spread)?,
    })
}

/// The fall-off of the light, however weak; its strength says whether it is more than that. A
/// surface that falls off steeply and still does not fit has bent to a step between two tones.
fn gradient(cells: &Cells, light: &Light, spread: f32, frame: Frame) -> Option<Unevenness> {
    let middle = light.dark.midpoint(light.bright);
    let lightness = cells.wall.iter().zip(&light.lightness);
    let darkest = lightness
        .filter(|&(_, &l)| l <= middle)
        .map(|(&cell, _)| cell)
        .collect();
    let kind = if light.fall_off() > STEEP && spread > OBJECT {
        UnevenKind::TwoTones
    } else {
        UnevenKind::Gradient
    };
    Some(Unevenness {
        kind,
        region: Group { cells: darkest }.region(cells, frame)?,
        strength_delta_e: DeltaE::new(light.fall_off())?,
    })
}

/// The lightness of the fitted surface.
struct Light {
    /// L\* at each of the wall's cells, in their order.
    lightness: Vec<f32>,
    /// 5th and 95th percentile.
    dark: f32,
    bright: f32,
}

impl Light {
    fn of(cells: &Cells, surface: &Surface) -> Self {
        let lightness: Vec<f32> = cells
            .wall
            .iter()
            .map(|&cell| surface.at(cells, cell)[0])
            .collect();
        let mut sorted = lightness.clone();
        let dark = percentile(&mut sorted, 0.05).unwrap_or_default();
        let bright = percentile(&mut sorted, 0.95).unwrap_or_default();
        Self {
            lightness,
            dark,
            bright,
        }
    }

    fn fall_off(&self) -> f32 {
        self.bright - self.dark
    }
}
