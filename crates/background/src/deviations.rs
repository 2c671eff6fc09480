//! Classifies deviations from the even wall by shape, hue and place.

use image::{GrayImage, Luma};
use imageproc::distance_transform::{Norm, distance_transform};
use imageproc::region_labelling::{Connectivity, connected_components};
use shomei_photo::{DeltaE, Frame, Ratio, Rect, Region, Side, percentile};

use crate::cells::{BAND, CELL, Cells};
use crate::measurement::{BackgroundObject, Shadow, UnevenKind, Unevenness};
use crate::surface::Surface;

/// Distance from the wall from which a cell counts as something else, ΔE. Real walls stay below
/// it after their fall-off is removed; a light switch on a white wall reaches 10.
const OBJECT: f32 = 8.0;
/// Darkening from which a cell may be shadow, ΔL\*.
const SHADOW: f32 = 3.5;
/// Light that the darkest cast shadow leaves: less is a dark thing.
const SHADOW_LEAVES: f32 = 0.1;
/// Difference of the colour channels' losses of light that a shadow may show, over the loss:
/// a shadow is a little bluish or yellowish where two lights meet.
const SHADOW_HUE: f32 = 0.2;
/// Smallest thing that is kept, over the part that was measured.
const MIN_OBJECT: f32 = 0.0008;
/// Smallest shadow that is kept, over the part that was measured.
const MIN_SHADOW: f32 = 0.003;
/// If most of an object is this close to the person (in cells beyond the band), it is a ragged mask and
/// not an object.
const HALO: u8 = 3;
const HALO_SHARE: f32 = 0.7;
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
/// Share of its depth that a darker area gains over two cells at its border, from which the
/// border is sharp: cast shadows fade over several cells.
const SHARP_BORDER: f32 = 0.4;
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
    let shade: Vec<Option<f32>> = (0..cells.count())
        .map(|cell| light_left(cells, surface, cell))
        .collect();
    let distance = distances(cells);

    let mut spread: Vec<f32> = cells.wall.iter().map(|&cell| deviation[cell]).collect();
    let spread = percentile(&mut spread, 0.95).unwrap_or_default();
    let edges = edges(cells);
    let pattern = pattern(cells, &edges, spread, frame);
    // Where there is no even wall, nothing can be told to be a shadow on it.
    let shadows = if pattern.is_none() {
        shadows(cells, &shade, &distance, frame)
    } else {
        Vec::new()
    };
    // What is part of a shadow beside the person is not a thing as well.
    let things = groups(cells, |cell| {
        deviation[cell] > OBJECT && !shadows.iter().any(|(_, own)| own.contains(&cell))
    });
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

/// Share of the wall's light that is left at a cell (linear), if it is darker than the wall and
/// of its hue.
fn light_left(cells: &Cells, surface: &Surface, cell: usize) -> Option<f32> {
    if !cells.is_wall[cell] || surface.difference(cells, cell)[0] > -SHADOW {
        return None;
    }
    let wall = lab_to_linear(surface.at(cells, cell));
    let own = lab_to_linear(cells.lab[cell]);
    let left: [f32; 3] = std::array::from_fn(|i| own[i] / wall[i].max(0.01));
    let mean = left.iter().sum::<f32>() / 3.0;
    let (low, high) = left.iter().fold((f32::MAX, 0.0f32), |(low, high), &v| {
        (low.min(v), high.max(v))
    });
    let same_hue = high - low < SHADOW_HUE * (1.0 - mean);
    (same_hue && mean > SHADOW_LEAVES).then_some(mean)
}

/// Linear sRGB (0 to 1) of a Lab colour (D65).
fn lab_to_linear([l, a, b]: [f32; 3]) -> [f32; 3] {
    let fy = (l + 16.0) / 116.0;
    let curve = |t: f32| {
        if t > 6.0 / 29.0 {
            t * t * t
        } else {
            (t - 4.0 / 29.0) * 0.128_418_55
        }
    };
    let x = 0.950_47 * curve(fy + a / 500.0);
    let y = curve(fy);
    let z = 1.088_83 * curve(fy - b / 200.0);
    [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ]
}

/// Distance of each cell from the person, in cells.
fn distances(cells: &Cells) -> Vec<u8> {
    let map = GrayImage::from_fn(cells.columns as u32, cells.rows as u32, |x, y| {
        let person = cells.is_person[y as usize * cells.columns + x as usize];
        Luma([if person { 255 } else { 0 }])
    });
    distance_transform(&map, Norm::LInf).into_raw()
}

/// Connected cells.
struct Group {
    cells: Vec<usize>,
}

impl Group {
    fn region(&self, cells: &Cells, frame: Frame) -> Option<Region> {
        let row = |cell: &usize| cell / cells.columns;
        let column = |cell: &usize| cell % cells.columns;
        let (top, bottom) = (
            self.cells.iter().map(row).min()?,
            self.cells.iter().map(row).max()?,
        );
        let left = self.cells.iter().map(column).min()?;
        let right = self.cells.iter().map(column).max()?;
        let side = |cells: usize| cells as f32 * CELL as f32;
        frame.region(Rect::new(
            side(cells.first_column + left),
            side(cells.first_row + top),
            side(right + 1 - left),
            side(bottom + 1 - top),
        )?)
    }
}

/// Groups of wall cells that satisfy a condition, touching at sides or corners.
fn groups(cells: &Cells, condition: impl Fn(usize) -> bool) -> Vec<Group> {
    let map = GrayImage::from_fn(cells.columns as u32, cells.rows as u32, |x, y| {
        let cell = y as usize * cells.columns + x as usize;
        Luma([if cells.is_wall[cell] && condition(cell) {
            255
        } else {
            0
        }])
    });
    let labels = connected_components(&map, Connectivity::Eight, Luma([0]));
    let mut groups: Vec<Group> = Vec::new();
    for (cell, label) in labels.pixels().enumerate() {
        let Some(index) = (label.0[0] as usize).checked_sub(1) else {
            continue;
        };
        while groups.len() <= index {
            groups.push(Group { cells: Vec::new() });
        }
        groups[index].cells.push(cell);
    }
    groups
}

/// Shadows that begin at the person, deepest first, each with its cells.
fn shadows(
    cells: &Cells,
    shade: &[Option<f32>],
    distance: &[u8],
    frame: Frame,
) -> Vec<(Shadow, Vec<usize>)> {
    let Some(head) = cells.head else {
        return Vec::new();
    };
    let mut shadows = Vec::new();
    for group in groups(cells, |cell| shade[cell].is_some()) {
        let area = group.cells.len() as f32;
        let touching = group
            .cells
            .iter()
            .filter(|&&cell| distance[cell] <= BAND + 2)
            .count();
        if area < MIN_SHADOW * cells.count() as f32 || touching == 0 {
            continue;
        }
        // A cast shadow follows the outline: it touches the person along a good part of its
        // own extent. A thing that merely ends behind the person does not.
        if (touching as f32) < 0.5 * area.sqrt() {
            continue;
        }
        if area > SECOND_TONE * cells.wall.len() as f32 && sharp_border(cells, &group) {
            continue;
        }
        let mut left: Vec<f32> = group.cells.iter().filter_map(|&cell| shade[cell]).collect();
        let centre = |f: &dyn Fn(usize) -> usize| {
            group.cells.iter().map(|&cell| f(cell)).sum::<usize>() as f32 / area
        };
        let x = centre(&|cell| cell % cells.columns);
        let y = centre(&|cell| cell / cells.columns);
        let side = if y < head.y() {
            Side::Top
        } else if x < head.centre().x() {
            Side::Left
        } else {
            Side::Right
        };
        let shadow = (|| {
            Some(Shadow {
                region: group.region(cells, frame)?,
                side,
                area_ratio: Ratio::new(area / cells.count() as f32)?,
                depth_ratio: Ratio::new(1.0 - percentile(&mut left, 0.25)?)?,
            })
        })();
        shadows.extend(shadow.map(|shadow| (shadow, group.cells)));
    }
    shadows.sort_by(|(a, _), (b, _)| b.depth_ratio.get().total_cmp(&a.depth_ratio.get()));
    shadows
}

/// Whether a darker area ends abruptly, as paint does, rather than fading as shadows do.
fn sharp_border(cells: &Cells, group: &Group) -> bool {
    let lightness = |cell: usize| cells.lab[cell][0];
    let mut inside = vec![false; cells.count()];
    for &cell in &group.cells {
        inside[cell] = true;
    }
    let outside = |cell: usize| cells.is_wall.get(cell) == Some(&true) && !inside[cell];
    let (mut steps, mut lights) = (Vec::new(), Vec::new());
    // From one cell within to one cell beyond: an edge may run through a cell.
    let mut step = |within: Option<usize>, beyond: Option<usize>| {
        if let (Some(within), Some(beyond)) = (within, beyond)
            && inside.get(within) == Some(&true)
            && outside(beyond)
        {
            steps.push(lightness(beyond) - lightness(within));
            lights.push(lightness(beyond));
        }
    };
    for &cell in &group.cells {
        let [above, before] = [cells.columns, 1].map(|step| cell.checked_sub(step));
        let [below, after] = [cells.columns, 1].map(|step| Some(cell + step));
        for (one, other) in [(above, below), (before, after)] {
            step(one, other);
            step(other, one);
        }
    }
    let mut own: Vec<f32> = group.cells.iter().map(|&cell| lightness(cell)).collect();
    let median = |values: &mut [f32]| percentile(values, 0.5);
    match (median(&mut steps), median(&mut lights), median(&mut own)) {
        (Some(step), Some(light), Some(own)) => step > SHARP_BORDER * (light - own),
        _ => false,
    }
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
