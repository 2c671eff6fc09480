//! How sharp and how noisy the face will be at the printed size.
//!
//! The blur of an edge is found by blurring it more: for a step edge under a Gaussian of σ, the
//! gradients after further Gaussians of σ₁ and σ₂ have the quotient
//! R = √((σ² + σ₂²) / (σ² + σ₁²)), so that σ² = (σ₂² − R²σ₁²) / (R² − 1). (Zhuo and Sim,
//! *Defocus map estimation from a single image*, Pattern Recognition 44, 2011, with σ₁ = 0;
//! a first Gaussian keeps noise from passing for sharpness.) Of the steepest edges the sharper ones
//! count: a face has soft edges too, but one that is in focus has sharp ones, and one that is not
//! has none.
//!
//! Motion blurs the edges across it and no others: with an angle of φ between them, σ² is that of
//! the photo at rest plus the motion's times cos²φ. So edges are looked at by their direction, an
//! ellipse is laid through what is found, and its longest half axis is the blur: the direction in
//! which the photo is softest. One direction by itself would say little, since hair or a beard may
//! have soft edges alone in it.
//!
//! The working picture resolves more than the print at 300 dpi does if the head is at least half
//! of its height; what making it small has blurred is taken off. At 600 dpi the same blur is
//! twice as many dots, and of blur below about one of them nothing can be said.

use ndarray::{Array2, ArrayView1};
use shomei_photo::{Photo, Point, Px, Ratio, Subject, card, percentile};

use crate::axes::{FaceAxes, luma};
use crate::measurement::Sharpness;
use crate::zones::{FEATURES, Pair, SMOOTH};

/// σ₁ and σ₂, in working pixels.
const REBLUR: [f32; 2] = [0.7, 1.4];
/// The directions in which edges are looked at, 22.5° apart. Each holds the edges up to 22.5° beside it.
const DIRECTIONS: usize = 8;
/// The share of the pixels with the steepest gradients of a direction that is looked at.
const STEEPEST: f32 = 0.02;
/// Edges of a direction that say something about it.
const FEWEST: usize = 10;
/// The share of those that is sharper than the blur that is reported.
const SHARPER: f32 = 0.15;
/// Blur by the working picture's pixels and the filter that made it, in working pixels.
const SHRINKING: f32 = 0.45;
/// The same of a face whose dots of the print are this many times finer than the working pixels:
/// lashes, lips and irises are then thinner than a pixel, so that no edge looks like a step.
const SHRINKING_SMALL: f32 = 0.65;
const SMALL: f32 = 1.5;
/// Height of the card's picture in dots of the print: 27.5 mm at 300 dpi.
const PRINTED: f32 = 325.0;
/// Crown to chin in dots of the print.
const PRINTED_HEAD: f32 = PRINTED * card::HEAD_MM / card::PAPER_HEIGHT_MM;
/// Distance of the eyes in dots, where crown and chin are not known: a third of the head.
const PRINTED_EYES: f32 = PRINTED_HEAD * 0.3;

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
    let (scale, _) = photo.frame().scale();
    // A picture that was not made smaller has no more to show.
    let shrinking = if scale > 1.01 {
        let small = ((dots_per_pixel - 1.0) / (SMALL - 1.0)).clamp(0.0, 1.0);
        SHRINKING + small * (SHRINKING_SMALL - SHRINKING)
    } else {
        0.0
    };
    let blur = (edge_blur(&patch)?.powi(2) - shrinking * shrinking)
        .max(0.0)
        .sqrt();
    Some(Sharpness {
        blur_print_px: Px::new(blur * dots_per_pixel)?,
        noise_ratio: Ratio::new(noise(photo, axes)?)?,
    })
}

/// σ of the steepest edges in the softest direction, in pixels of the patch.
fn edge_blur(patch: &Array2<f32>) -> Option<f32> {
    let (rows, columns) = patch.dim();
    if rows < 12 || columns < 12 {
        return None;
    }
    let [once, twice] = REBLUR.map(|sigma| blurred(patch, sigma));
    let gradient = |image: &Array2<f32>, row: usize, column: usize| {
        let x = image[[row, column + 1]] - image[[row, column - 1]];
        let y = image[[row + 1, column]] - image[[row - 1, column]];
        (x / 2.0, y / 2.0)
    };
    let mut sectors: [Vec<(f32, f32)>; DIRECTIONS] = Default::default();
    for row in 2..rows - 2 {
        for column in 2..columns - 2 {
            let (x, y) = gradient(&once, row, column);
            let (again_x, again_y) = gradient(&twice, row, column);
            let pair = (x * x + y * y, again_x * again_x + again_y * again_y);
            sectors[sector(x, y)].push(pair);
        }
    }
    let keep = (((rows * columns) as f32 * STEEPEST) as usize).max(1);
    for edges in &mut sectors {
        steepest(edges, keep);
    }
    // The direction between two sectors has the edges of both.
    let variances: [Option<f32>; DIRECTIONS] = std::array::from_fn(|direction| {
        let beside = (direction + 1) % DIRECTIONS;
        let mut edges = [sectors[direction].as_slice(), &sectors[beside]].concat();
        steepest(&mut edges, keep);
        sharper(&edges).map(|sigma| sigma * sigma)
    });
    Some(longest(&variances)?.sqrt())
}

/// The sector of 22.5° in which a gradient or its opposite is, counted from the right to the bottom.
fn sector(x: f32, y: f32) -> usize {
    const TAN: f32 = std::f32::consts::SQRT_2 - 1.0;
    let (x, y) = if y < 0.0 { (-x, -y) } else { (x, y) };
    // Within a quarter turn, and whether it is the second.
    let (along, across, quarter) = if x > 0.0 { (x, y, 0) } else { (y, -x, 4) };
    quarter
        + if across < TAN * along {
            0
        } else if across < along {
            1
        } else if TAN * across < along {
            2
        } else {
            3
        }
}

/// The longest half axis, squared, of the ellipse that fits the σ² of the directions best:
/// σ² = a + b·cos 2φ + c·sin 2φ. A direction without edges counts as the mean of the others.
fn longest(variances: &[Option<f32>; DIRECTIONS]) -> Option<f32> {
    let known: Vec<f32> = variances.iter().copied().flatten().collect();
    if known.is_empty() {
        return None;
    }
    let mean = known.iter().sum::<f32>() / known.len() as f32;
    let (mut b, mut c) = (0.0, 0.0);
    for (direction, variance) in variances.iter().enumerate() {
        let twice = std::f32::consts::TAU * direction as f32 / DIRECTIONS as f32;
        b += variance.unwrap_or(mean) * twice.cos();
        c += variance.unwrap_or(mean) * twice.sin();
    }
    Some(mean + b.hypot(c) * 2.0 / DIRECTIONS as f32)
}

/// Leaves the `keep` steepest edges, each given by its squared gradients after σ₁ and after σ₂.
fn steepest(edges: &mut Vec<(f32, f32)>, keep: usize) {
    if keep < edges.len() {
        edges.select_nth_unstable_by(keep, |a, b| b.0.total_cmp(&a.0));
        edges.truncate(keep);
    }
}

/// σ of the sharper ones of these edges.
fn sharper(edges: &[(f32, f32)]) -> Option<f32> {
    let [first, second] = REBLUR.map(|sigma| sigma * sigma);
    let mut sigmas: Vec<f32> = edges
        .iter()
        .filter(|edge| edge.0 > 1e-8)
        .map(|&(before, after)| {
            // A perfect step has the largest quotient there is; none falls below 1.
            let quotient = (before / after.max(1e-12)).max(1.000_1).min(second / first);
            ((second - quotient * first) / (quotient - 1.0)).sqrt()
        })
        .collect();
    if sigmas.len() < FEWEST {
        return None;
    }
    percentile(&mut sigmas, SHARPER)
}

/// A Gaussian of `sigma` pixels, edges repeated.
fn blurred(image: &Array2<f32>, sigma: f32) -> Array2<f32> {
    let reach = (3.0 * sigma).ceil() as usize;
    let kernel: Vec<f32> = (0..=2 * reach)
        .map(|i| (-(i as f32 - reach as f32).powi(2) / (2.0 * sigma * sigma)).exp())
        .collect();
    let sum: f32 = kernel.iter().sum();
    let (rows, columns) = image.dim();
    let tap = |at: usize, i: usize, length: usize| (at + i).saturating_sub(reach).min(length - 1);
    // Whole lines at a time, tap by tap.
    let mut across = Array2::zeros((rows, columns));
    for (row, mut out) in across.outer_iter_mut().enumerate() {
        let line = image.row(row);
        let padded: Vec<f32> = (0..columns + 2 * reach)
            .map(|i| line[tap(0, i, columns)])
            .collect();
        for (i, &k) in kernel.iter().enumerate() {
            out.scaled_add(k, &ArrayView1::from(&padded[i..i + columns]));
        }
        out /= sum;
    }
    let mut both = Array2::zeros((rows, columns));
    for (row, mut out) in both.outer_iter_mut().enumerate() {
        for (i, &k) in kernel.iter().enumerate() {
            out.scaled_add(k, &across.row(tap(row, i, rows)));
        }
        out /= sum;
    }
    both
}

/// Standard deviation of the noise on the skin, by the median of the absolute difference from
/// the mean of the four neighbours (robust against the skin's own shading).
///
/// The smoother of cheeks and forehead counts: noise is everywhere, a beard or a fringe is not.
fn noise(photo: &Photo, axes: FaceAxes) -> Option<f32> {
    /// Of Gaussian noise, median(|x|) = 0.6745 σ, and this difference has √1.25 of its σ.
    const TO_SIGMA: f32 = 1.0 / (0.6745 * 1.118);
    let roughness = |zones: Pair| {
        let mut differences = Vec::new();
        for point in zones.map(|zone| axes.samples(zone, photo.size())).concat() {
            let at = |dx: f32, dy: f32| {
                Point::new(point.x() + dx, point.y() + dy).map(|point| luma(photo, point))
            };
            let around = at(-1.0, 0.0)? + at(1.0, 0.0)? + at(0.0, -1.0)? + at(0.0, 1.0)?;
            differences.push((at(0.0, 0.0)? - around / 4.0).abs());
        }
        percentile(&mut differences, 0.5)
    };
    let smoother = SMOOTH.into_iter().filter_map(roughness).reduce(f32::min)?;
    Some(smoother * TO_SIGMA)
}

#[cfg(test)]
mod tests {
    use shomei_photo::ImageSize;

    use super::*;
    use crate::axes::tests::landmarks;

    /// The estimate over the true σ: pixels beside the middle of an edge and the width of the
    /// gradient's taps make sharp edges look a little softer than they are, curvature makes soft ones
    /// look a little sharper.
    const ESTIMATE: std::ops::Range<f32> = 0.8..1.35;

    /// Discs, which have edges in all directions, out of focus by a Gaussian of about `sigma` and
    /// moved by `length` pixels along `angle` (degrees).
    fn discs(sigma: f32, length: f32, angle: f32) -> Array2<f32> {
        const STEPS: i32 = 33;
        let (sin, cos) = angle.to_radians().sin_cos();
        Array2::from_shape_fn((120, 120), |(row, column)| {
            let at = |step: i32| {
                let along = (step as f32 / (STEPS - 1) as f32 - 0.5) * length;
                let x = (column as f32 - along * cos).rem_euclid(40.0) - 20.0;
                let y = (row as f32 - along * sin).rem_euclid(40.0) - 20.0;
                // A logistic curve, which is nearly the integral of a Gaussian.
                1.0 / (1.0 + ((x.hypot(y) - 12.0) / sigma * 1.702).exp())
            };
            0.2 + 0.5 * (0..STEPS).map(at).sum::<f32>() / STEPS as f32
        })
    }

    #[test]
    fn the_blur_of_known_edges() {
        let mut last = 0.0;
        for sigma in [0.8, 1.2, 2.0, 3.0] {
            let found = edge_blur(&discs(sigma, 0.0, 0.0)).unwrap();
            assert!(
                ESTIMATE.contains(&(found / sigma)) && found > last,
                "{sigma}: {found}"
            );
            last = found;
        }
    }

    #[test]
    fn motion_counts_whatever_its_direction() {
        for length in [6.0, 10.0] {
            // A motion of even speed has the variance of a box.
            let sigma = f32::hypot(0.8, length / 12_f32.sqrt());
            for angle in (0..180).step_by(15) {
                let found = edge_blur(&discs(0.8, length, angle as f32)).unwrap();
                assert!(
                    ESTIMATE.contains(&(found / sigma)),
                    "{length} at {angle}: {found} for {sigma}"
                );
            }
        }
    }

    #[test]
    fn the_ellipse_has_the_axis_of_the_motion() {
        let of = |angle: f32| {
            std::array::from_fn(|direction| {
                let between = (22.5 * direction as f32 - angle).to_radians();
                Some(0.25 + 4.0 * between.cos().powi(2))
            })
        };
        for angle in [0.0, 10.0, 45.0, 80.0, 150.0] {
            let found = longest(&of(angle)).unwrap();
            assert!((found - 4.25).abs() < 1e-3, "{angle}: {found}");
        }
        // A direction without edges counts as the mean.
        let mut some = of(90.0);
        some[0] = None;
        assert!((2.5..4.25).contains(&longest(&some).unwrap()));
        assert_eq!(longest(&[None; DIRECTIONS]), None);
    }

    #[test]
    fn sectors_go_around_half_a_turn() {
        for degrees in 0..360 {
            let (sin, cos) = (degrees as f32 + 0.25).to_radians().sin_cos();
            let expected = (degrees as f32 + 0.25) / 22.5;
            assert_eq!(
                sector(cos, sin),
                expected as usize % DIRECTIONS,
                "{degrees}"
            );
        }
    }

    #[test]
    fn grain_is_noise_and_a_beard_is_none() {
        let axes = FaceAxes::of(&landmarks(0.0, 0.3, 0.0)).unwrap();
        let size = ImageSize::new(360, 480).unwrap();
        let photo = |rough: &dyn Fn(usize) -> bool| {
            let mut state = 1u32;
            let rgb = (0..360 * 480).flat_map(|i| {
                // The sum of four even numbers is nearly Gaussian, of σ 11.5 here.
                let grain: i32 = (0..4)
                    .map(|_| {
                        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                        (state >> 24) as i32 * 20 / 255 - 10
                    })
                    .sum();
                [(150 + if rough(i / 360) { grain } else { 0 }) as u8; 3]
            });
            Photo::new(rgb.collect(), size, size).unwrap()
        };
        let everywhere = noise(&photo(&|_| true), axes).unwrap() * 255.0;
        assert!((10.0..13.0).contains(&everywhere), "{everywhere}");
        let below = noise(&photo(&|row| row > 240), axes).unwrap();
        assert!(below < 1e-6, "{below}");
    }

    #[test]
    fn a_blank_patch_has_no_edges() {
        assert_eq!(edge_blur(&Array2::from_elem((40, 40), 0.5)), None);
        assert_eq!(edge_blur(&Array2::from_elem((4, 4), 0.5)), None);
    }
}
