//! Rings of ink: round stamps.

use crate::parts::{Part, parts};
use crate::scene::{Place, Scene};

/// How much warmer or colder ink is than what is around it, of 255.
const CONTRAST: u8 = 16;
/// Pixels of a row over which a ring may be interrupted.
const GAP: usize = 3;
/// Radii in working pixels.
const RADIUS: std::ops::RangeInclusive<f32> = 18.0..=130.0;
/// Circles that are tried, and points that each is compared with.
const TRIES: usize = 80;
const POINTS: usize = 400;
/// Distance from the circle, over the radius, up to which a point is on it.
const ON: f32 = 0.05;
/// Sectors of the circle in which points are looked for.
const SECTORS: usize = 36;

/// A ring, in working pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ring {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) radius: f32,
    /// Share of the circle that is seen.
    pub(crate) arc: f32,
    /// Share of the strokes that are on the circle.
    pub(crate) on_circle: f32,
}

/// Rings in a plane that says how much each pixel's ink stands out.
pub(crate) fn find(scene: &Scene<'_>, plane: &[u8]) -> Vec<Ring> {
    parts(plane, scene.width, CONTRAST, GAP)
        .iter()
        .filter(|part| {
            let (width, height) = (part.width(), part.height());
            width.max(height) >= 40 && width.min(height) >= 15 && part.area >= 60
        })
        .filter_map(|part| ring(scene, part))
        .collect()
}

fn ring(scene: &Scene<'_>, part: &Part) -> Option<Ring> {
    let step = part.area.div_ceil(POINTS);
    let points: Vec<(f32, f32)> = part
        .pixels()
        .filter(|&(x, y)| !matches!(scene.place(x, y), Place::Hair | Place::Face))
        .step_by(step)
        .map(|(x, y)| (x as f32, y as f32))
        .collect();
    if points.len() * step < 60 {
        return None;
    }
    // A fixed sequence, so that the same photo gives the same review (Knuth's MMIX).
    let mut state = 1u64;
    let mut pick = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        points[(state >> 33) as usize % points.len()]
    };
    let on = |&(x, y): &(f32, f32), (cx, cy, radius): (f32, f32, f32)| {
        ((x - cx).hypot(y - cy) - radius).abs() < (ON * radius).max(1.5)
    };
    let mut best = (0, (0.0, 0.0, 0.0));
    for _ in 0..TRIES {
        let Some(circle) = circle([pick(), pick(), pick()]) else {
            continue;
        };
        let count = points.iter().filter(|point| on(point, circle)).count();
        if count > best.0 {
            best = (count, circle);
        }
    }
    let (count, circle) = best;
    let (x, y, radius) = circle;
    let mut sectors = [false; SECTORS];
    for point in points.iter().filter(|point| on(point, circle)) {
        let turn = (point.1 - y).atan2(point.0 - x) / std::f32::consts::TAU + 0.5;
        sectors[((turn * SECTORS as f32) as usize).min(SECTORS - 1)] = true;
    }
    (count > 0).then(|| Ring {
        x,
        y,
        radius,
        arc: sectors.iter().filter(|&&seen| seen).count() as f32 / SECTORS as f32,
        on_circle: count as f32 / points.len() as f32,
    })
}

/// The circle through three points, if its radius is that of a stamp.
fn circle([(ax, ay), (bx, by), (cx, cy)]: [(f32, f32); 3]) -> Option<(f32, f32, f32)> {
    let (bx, by, cx, cy) = (bx - ax, by - ay, cx - ax, cy - ay);
    let twice = 2.0 * (bx * cy - by * cx);
    if twice.abs() < 1.0 {
        return None;
    }
    let (b, c) = (bx * bx + by * by, cx * cx + cy * cy);
    let (x, y) = ((cy * b - by * c) / twice, (bx * c - cx * b) / twice);
    let radius = x.hypot(y);
    RADIUS.contains(&radius).then_some((ax + x, ay + y, radius))
}
