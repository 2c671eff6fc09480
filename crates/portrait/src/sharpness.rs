//! How sharp and how noisy the face will be at the printed size.
//!
//! The blur of an edge is found by blurring it once more: for a step edge under a Gaussian of σ
//! the gradients before and after another Gaussian of σ₀ have the quotient
//! R = √(σ² + σ₀²) / σ, so that σ = σ₀ / √(R² − 1) (Zhuo and Sim, *Defocus map estimation from
//! a single image*, Pattern Recognition 44, 2011).

use ndarray::Array2;
use shomei_photo::{Photo, Point, Px, Ratio, Subject};

use crate::axes::{FaceAxes, Zone, luma, percentile};
use crate::measurement::Sharpness;

/// σ₀, in working pixels.
const REBLUR: f32 = 1.0;
/// Brows, eyes, nose and mouth: where every face has edges.
const FEATURES: Zone = Zone { u: (-0.95, 0.95), v: (-0.5, 1.35) };
/// The share of the pixels with the steepest gradients that is looked at.
const STEEPEST: f32 = 0.03;
/// Crown to chin in dots of the print: 34 of 45 mm, of 325 dots (27.5 mm at 300 dpi).
const PRINTED_HEAD: f32 = 325.0 * 34.0 / 45.0;
/// Distance of the eyes in dots, where crown and chin are not known: a third of the head.
const PRINTED_EYES: f32 = PRINTED_HEAD * 0.3;
/// Skin without features.
const SKIN: [Zone; 2] =
    [Zone { u: (-0.75, -0.4), v: (0.4, 0.9) }, Zone { u: (0.4, 0.75), v: (0.4, 0.9) }];

pub(crate) fn measure(photo: &Photo, subject: &Subject, axes: FaceAxes) -> Option<Sharpness> {
    let samples = axes.samples(FEATURES, photo.size());
    let left = samples.iter().map(|p| p.x()).reduce(f32::min)? as usize;
    let right = samples.iter().map(|p| p.x()).reduce(f32::max)? as usize;
    let top = samples.iter().map(|p| p.y()).reduce(f32::min)? as usize;
    let bottom = samples.iter().map(|p| p.y()).reduce(f32::max)? as usize;
    let patch = Array2::from_shape_fn((bottom + 1 - top, right + 1 - left), |(row, column)| {
        let centre = Point::new((left + column) as f32 + 0.5, (top + row) as f32 + 0.5);
        centre.map_or(0.0, |point| luma(photo, point))
    });

    let dots_per_pixel = match &subject.head {
        Some(head) if head.crown.y() > 1.0 => PRINTED_HEAD / (head.chin.y() - head.crown.y()),
        _ => PRINTED_EYES / axes.unit(),
    };
    Some(Sharpness {
        blur_print_px: Px::new(edge_blur(&patch)? * dots_per_pixel)?,
        noise_ratio: Ratio::new(noise(photo, axes)?)?,
    })
}

/// σ of the steepest edges, in pixels of the patch.
fn edge_blur(patch: &Array2<f32>) -> Option<f32> {
    let (rows, columns) = patch.dim();
    if rows < 8 || columns < 8 {
        return None;
    }
    let again = blurred(patch);
    let gradient = |image: &Array2<f32>, row: usize, column: usize| {
        let x = image[[row, column + 1]] - image[[row, column - 1]];
        let y = image[[row + 1, column]] - image[[row - 1, column]];
        x.hypot(y) / 2.0
    };
    let mut steep: Vec<(f32, f32)> = (2..rows - 2)
        .flat_map(|row| (2..columns - 2).map(move |column| (row, column)))
        .map(|(row, column)| (gradient(patch, row, column), gradient(&again, row, column)))
        .collect();
    let keep = ((steep.len() as f32 * STEEPEST) as usize).max(1);
    steep.sort_by(|a, b| b.0.total_cmp(&a.0));
    steep.truncate(keep);
    let mut sigmas: Vec<f32> = steep
        .into_iter()
        .filter(|&(before, _)| before > 1e-4)
        .map(|(before, after)| {
            let quotient = (before / after.max(1e-6)).max(1.000_5);
            REBLUR / (quotient * quotient - 1.0).sqrt()
        })
        .collect();
    percentile(&mut sigmas, 0.5)
}

/// A Gaussian of [`REBLUR`], edges repeated.
fn blurred(image: &Array2<f32>) -> Array2<f32> {
    let kernel: [f32; 7] = std::array::from_fn(|i| {
        let x = i as f32 - 3.0;
        (-x * x / (2.0 * REBLUR * REBLUR)).exp()
    });
    let sum: f32 = kernel.iter().sum();
    let (rows, columns) = image.dim();
    let tap = |at: usize, i: usize, length: usize| (at + i).saturating_sub(3).min(length - 1);
    let across = Array2::from_shape_fn((rows, columns), |(row, column)| {
        let line = image.row(row);
        kernel.iter().enumerate().map(|(i, k)| k * line[tap(column, i, columns)]).sum::<f32>() / sum
    });
    Array2::from_shape_fn((rows, columns), |(row, column)| {
        kernel.iter().enumerate().map(|(i, k)| k * across[[tap(row, i, rows), column]]).sum::<f32>()
            / sum
    })
}

/// Standard deviation of the noise on the cheeks, by the median of the absolute difference from
/// the mean of the four neighbours (robust against the cheeks' own shading).
fn noise(photo: &Photo, axes: FaceAxes) -> Option<f32> {
    /// Of Gaussian noise, median(|x|) = 0.6745 σ, and this difference has √1.25 of its σ.
    const TO_SIGMA: f32 = 1.0 / (0.6745 * 1.118);
    let mut differences = Vec::new();
    for zone in SKIN {
        for point in axes.samples(zone, photo.size()) {
            let at = |dx: f32, dy: f32| {
                Point::new(point.x() + dx, point.y() + dy).map(|point| luma(photo, point))
            };
            let around = at(-1.0, 0.0)? + at(1.0, 0.0)? + at(0.0, -1.0)? + at(0.0, 1.0)?;
            differences.push((at(0.0, 0.0)? - around / 4.0).abs());
        }
    }
    Some(percentile(&mut differences, 0.5)? * TO_SIGMA)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Stripes whose edges are blurred by a Gaussian of `sigma` (a logistic comes close).
    fn stripes(sigma: f32) -> Array2<f32> {
        Array2::from_shape_fn((60, 90), |(_, column)| {
            let x = (column % 30) as f32 - 14.5;
            0.2 + 0.6 / (1.0 + (-x * 1.702 / sigma).exp())
        })
    }

    #[test]
    fn the_blur_of_known_edges() {
        for sigma in [0.8, 1.2, 2.0, 3.0] {
            let found = edge_blur(&stripes(sigma)).unwrap();
            assert!((found / sigma - 1.0).abs() < 0.25, "{sigma}: {found}");
        }
    }

    #[test]
    fn a_blank_patch_has_no_edges() {
        assert_eq!(edge_blur(&Array2::from_elem((40, 40), 0.5)), None);
        assert_eq!(edge_blur(&Array2::from_elem((4, 4), 0.5)), None);
    }
}
