//! Rows of signs: a date, a name, a watermark.
//!
//! Cameras and programs write in rows: strokes of one colour and one height on a straight, level
//! line. Prints on clothes follow the cloth. Where a row lies on the person, the strokes must contrast
//! more.

use std::ops::Range;

use crate::parts::{Part, parts};
use crate::scene::{Place, Scene};

/// Contrast of a stroke to what is around it, of 255.
const CONTRAST: u8 = 26;
/// Mean contrast of a sign on the person's clothes or skin, of 255.
const CLEAR: usize = 44;
/// Heights of a sign, in working pixels.
const HEIGHT: Range<usize> = 5..45;
/// A sign, or some that touch, is at most this much wider than high.
const WIDE: usize = 6;
/// Pixels of the smallest sign.
const MIN_AREA: usize = 8;
/// Signs of a row differ in height by less than this share of the higher one.
const SAME_HEIGHT: f32 = 0.72;
/// Signs of a row differ in no channel by more than this, of 255.
const SAME_COLOUR: f32 = 45.0;
/// Feet of neighbours differ by at most this share of the height, or by a pixel.
const LEVEL: f32 = 0.12;
/// Feet in a row differ by at most this share of the height, or by a pixel.
const LEVEL_ROW: f32 = 0.15;
/// Gap between neighbours over the height of the first.
const GAP: f32 = 1.8;
/// Signs that are narrower than this share of their height are bars. Half of the signs are not: rows
/// of bars are the ribs of a knitted collar.
const SLENDER: f32 = 0.3;
/// Fewer signs are no row.
const MIN_SIGNS: usize = 4;

/// A row of signs, in working pixels.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) x: Range<usize>,
    pub(crate) y: Range<usize>,
    pub(crate) signs: usize,
    /// Share of its pixels that lie on the person.
    pub(crate) on_person: f32,
}

struct Sign {
    part: Part,
    colour: [f32; 3],
    /// Share of its pixels on the person.
    on_person: f32,
}

/// Rows in any of `planes`, which say how much each pixel stands out from what is around it.
pub(crate) fn find(scene: &Scene<'_>, planes: &[&[u8]]) -> Vec<Row> {
    let mut signs: Vec<Sign> = planes
        .iter()
        .flat_map(|plane| {
            let parts = parts(plane, scene.width, CONTRAST, 0).into_iter();
            parts.filter_map(|part| sign(scene, plane, part))
        })
        .collect();
    signs.sort_by_key(|sign| sign.part.x.start);
    let mut used = vec![false; signs.len()];
    let mut rows = Vec::new();
    for first in 0..signs.len() {
        if used[first] {
            continue;
        }
        let row = row_from(&signs, first);
        let slender = |&own: &usize| {
            let part: &Part = &signs[own].part;
            (part.width() as f32) < SLENDER * part.height() as f32
        };
        let bars = row.iter().filter(|own| slender(own)).count();
        if row.len() >= MIN_SIGNS && 2 * bars < row.len() {
            for &own in &row {
                used[own] = true;
            }
            rows.extend(summary(&signs, &row));
        }
    }
    rows
}

fn sign(scene: &Scene<'_>, plane: &[u8], part: Part) -> Option<Sign> {
    let (width, height) = (part.width(), part.height());
    if !HEIGHT.contains(&height) || width < 2 || width > WIDE * height || part.area < MIN_AREA {
        return None;
    }
    // A sign that is cut by the edge is a thing at the edge.
    let whole = part.x.start > 0
        && part.y.start > 0
        && part.x.end < scene.width
        && part.y.end < scene.height;
    if !whole {
        return None;
    }
    let (mut hidden, mut person, mut contrast) = (0, 0, 0);
    let mut sums = [0u32; 3];
    for (x, y) in part.pixels() {
        match scene.place(x, y) {
            Place::Hair | Place::Face => hidden += 1,
            Place::Body => person += 1,
            Place::Wall => (),
        }
        contrast += usize::from(plane[y * scene.width + x]);
        for (sum, value) in sums.iter_mut().zip(scene.rgb(x, y)) {
            *sum += u32::from(value);
        }
    }
    // Hair and faces are full of strokes of their own, and so is knitted cloth, if paler ones.
    let cloth = 2 * person > part.area && contrast < CLEAR * part.area;
    (2 * hidden < part.area && !cloth).then(|| Sign {
        colour: sums.map(|sum| sum as f32 / part.area as f32),
        on_person: person as f32 / part.area as f32,
        part,
    })
}

fn row_from(signs: &[Sign], first: usize) -> Vec<usize> {
    let start = &signs[first];
    let height = start.part.height() as f32;
    let mut row = vec![first];
    let mut last = start;
    for (index, next) in signs.iter().enumerate().skip(first + 1) {
        let gap = next.part.x.start as f32 - last.part.x.end as f32;
        if gap > GAP * HEIGHT.end as f32 {
            break;
        }
        let own = next.part.height() as f32;
        let foot = |sign: &Sign| sign.part.y.end as f32;
        let level = (LEVEL * own.max(last.part.height() as f32)).max(1.0);
        let belongs = (-1.0..=GAP * height).contains(&gap)
            && own.min(height) >= SAME_HEIGHT * own.max(height)
            && (foot(next) - foot(last)).abs() <= level
            && (foot(next) - foot(start)).abs() <= (LEVEL_ROW * own).max(1.0)
            && next
                .colour
                .iter()
                .zip(start.colour)
                .all(|(a, b)| (a - b).abs() <= SAME_COLOUR);
        if belongs {
            row.push(index);
            last = next;
        }
    }
    row
}

fn summary(signs: &[Sign], row: &[usize]) -> Option<Row> {
    let of = || row.iter().map(|&own| &signs[own]);
    let total: usize = of().map(|sign| sign.part.area).sum();
    let person: f32 = of()
        .map(|sign| sign.on_person * sign.part.area as f32)
        .sum();
    Some(Row {
        x: of().map(|sign| sign.part.x.start).min()?..of().map(|sign| sign.part.x.end).max()?,
        y: of().map(|sign| sign.part.y.start).min()?..of().map(|sign| sign.part.y.end).max()?,
        signs: row.len(),
        on_person: person / total as f32,
    })
}
