//! A frame of glasses that crosses the eye.
//!
//! Lids, lashes and wrinkles make lines too, but they end or change their colour at the corners of the
//! eye. A frame runs on beyond both, as light or as dark as before.

use std::array::from_fn;

use shomei_photo::{EyeMarks, Photo, Ratio};

use crate::axes::{FaceAxes, soft_luma};

/// Half of the length of the line that is sought, in distances of the eyes, and the samples along it.
const HALF_LENGTH: f32 = 0.34;
const COLUMNS: usize = 35;
/// The samples before the left corner of the eye end here, and those behind the right one begin.
const CORNERS: [usize; 2] = [8, 27];
/// Rows that are looked at, and how far above and below the iris they reach.
const ROWS: usize = 41;
const BEYOND_IRIS: f32 = 0.12;
/// Lines are sought within this share of the iris's radius of its middle.
const ACROSS_IRIS: f32 = 0.75;
/// Slopes of the lines.
const SLOPES: [f32; 9] = [-0.2, -0.15, -0.1, -0.05, 0.0, 0.05, 0.1, 0.15, 0.2];
/// What a line is compared with lies this far above and below, in distances of the eyes.
const BESIDE: f32 = 0.055;
/// A sample is part of the line if it differs by this from what is beside it (logarithm of luma),
/// and the line runs on if this share of the samples of each of its three parts is.
const STEP: f32 = 0.05;
const PART: f32 = 0.62;
/// Keeps black from having a logarithm without end, and faint lines from counting.
const BLACK: f32 = 0.03;
const FAINT: f32 = 0.1;

/// How much the plainest straight line across the iris at `middle` (`u` in face axes) stands out,
/// over how much its luma varies along it; 0 without such a line.
pub(crate) fn measure(photo: &Photo, axes: FaceAxes, eye: &EyeMarks, middle: f32) -> Option<Ratio> {
    let (iris_u, iris_v) = axes.place(eye.iris);
    let rim = &eye.iris_rim;
    let radius =
        rim.iter().map(|&p| p.distance(eye.iris)).sum::<f32>() / (rim.len() as f32 * axes.unit());
    let half = radius + BEYOND_IRIS;
    let step = 2.0 * half / (ROWS - 1) as f32;
    let column = |i: usize| middle + HALF_LENGTH * (2.0 * i as f32 / (COLUMNS - 1) as f32 - 1.0);
    let row = |i: usize| iris_v - half + step * i as f32;
    let mut lumas = [[0.0f32; COLUMNS]; ROWS];
    for (i, line) in lumas.iter_mut().enumerate() {
        for (j, luma) in line.iter_mut().enumerate() {
            *luma = (soft_luma(photo, axes.point(column(j), row(i))?) + BLACK).ln();
        }
    }
    let beside = ((BESIDE / step).round() as usize).max(1);
    // How far each sample stands out; nothing is known of the rows at the edges.
    let mut out = [[f32::NAN; COLUMNS]; ROWS];
    for i in beside..ROWS - beside {
        for j in 0..COLUMNS {
            out[i][j] = lumas[i][j] - lumas[i - beside][j].midpoint(lumas[i + beside][j]);
        }
    }
    let slopes = SLOPES.map(|slope| -> [isize; COLUMNS] {
        from_fn(|j| (slope * (column(j) - iris_u) / step).round() as isize)
    });

    let mut best = 0.0f32;
    for start in (0..ROWS).filter(|&i| (row(i) - iris_v).abs() <= ACROSS_IRIS * radius) {
        for rows in &slopes {
            let at = |table: &[[f32; COLUMNS]; ROWS], j: usize| {
                let row = start.checked_add_signed(rows[j]);
                row.and_then(|row| table.get(row))
                    .map_or(f32::NAN, |row| row[j])
            };
            let out: [f32; COLUMNS] = from_fn(|j| at(&out, j));
            if runs_through(&out, 1.0) || runs_through(&out, -1.0) {
                best = best.max(plainness(out, from_fn(|j| at(&lumas, j))));
            }
        }
    }
    Ratio::new(best)
}

/// Whether enough samples of each part of a line are lighter (`sign` 1) or darker (-1) than what is
/// beside them.
fn runs_through(out: &[f32; COLUMNS], sign: f32) -> bool {
    let [left, right] = CORNERS;
    [&out[..left], &out[left..right], &out[right..]]
        .iter()
        .all(|part| {
            let count = part.iter().filter(|&&out| out * sign > STEP).count();
            count as f32 >= PART * part.len() as f32
        })
}

/// How far the samples of a line stand out over how much their luma varies (as logarithms); 0 for a
/// line that leaves the rows that are known.
fn plainness(out: [f32; COLUMNS], lumas: [f32; COLUMNS]) -> f32 {
    if out.iter().any(|out| out.is_nan()) {
        return 0.0;
    }
    let mean = lumas.iter().sum::<f32>() / COLUMNS as f32;
    let variance = lumas.iter().map(|luma| (luma - mean).powi(2)).sum::<f32>() / COLUMNS as f32;
    let mut out = out.map(f32::abs);
    let out = shomei_photo::percentile(&mut out, 0.5).unwrap_or(0.0);
    out.max(FAINT) / variance.sqrt().max(0.01)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::axes::tests::{landmarks, painted};

    /// The lesser value of both eyes that are open on skin, with `colour` where it says so.
    fn bar(colour: impl Fn(f32, f32) -> Option<[u8; 3]>) -> f32 {
        let marks = landmarks(0.05, 0.3, 0.0);
        let axes = FaceAxes::of(&marks).unwrap();
        let photo = painted(axes, |u, v| {
            let across = u.abs() - 0.5;
            let eye = match (across.hypot(v) < 0.09, across.abs() < 0.2 && v.abs() < 0.06) {
                (true, true) => [60, 40, 30],
                (false, true) => [210, 200, 195],
                _ => [200, 150, 125],
            };
            colour(u, v).unwrap_or(eye)
        });
        let side = |side: usize| {
            measure(&photo, axes, &marks.eyes[side], side as f32 - 0.5)
                .unwrap()
                .get()
        };
        side(0).min(side(1))
    }

    #[test]
    fn a_bar_across_the_iris_is_seen_light_or_dark() {
        for frame in [[30, 25, 22], [235, 205, 130]] {
            for at in [-0.04, 0.0, 0.04] {
                let bar = bar(|_, v| ((v - at).abs() < 0.025).then_some(frame));
                assert!(bar > 2.0, "{frame:?} {at}: {bar}");
            }
        }
    }

    #[test]
    fn lids_lashes_and_frames_around_the_eye_are_none() {
        assert!(bar(|_, _| None) < 1.0);
        let lashes = |u: f32, v: f32| {
            ((u.abs() - 0.5).abs() < 0.22 && (v + 0.05).abs() < 0.02).then_some([25, 20, 18])
        };
        assert!(bar(lashes) < 1.0);
        let frame = |_, v: f32| (v.abs() > 0.2 && v.abs() < 0.26).then_some([25, 20, 18]);
        assert!(bar(frame) < 1.0);
    }
}
