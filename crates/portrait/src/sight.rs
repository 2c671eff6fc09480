//! Whether each eye can be seen: what is between the lids, and what is before the eye.
//!
//! Landmarks are drawn on every face, also on a lid, on a sticker or behind dark glass. An eye that is
//! open shows the iris with the white of the eye on both sides of it; an eye that nothing covers
//! looks like the other one in a mirror.

use std::array::from_fn;
use std::f32::consts::PI;

use shomei_photo::{ClassMasks, EyeMarks, PersonClass, Photo, Point, Ratio, Subject, percentile};

use crate::axes::{FaceAxes, luma, pixel, soft_luma};
use crate::bar;
use crate::eyes::Skin;
use crate::glare::{HAIR, LENS, is_blown};
use crate::measurement::Sight;
use crate::zones::{CHEEKS, EYES, Pair, UNDER_EYES, Zone};

/// Samples across and along the place beside the iris, and over the iris.
const COLUMNS: usize = 7;
const ROWS: usize = 5;
/// Half width of the iris that is looked at, and the white beside it, over the iris's radius.
const IRIS: f32 = 0.6;
const WHITE: (f32, f32) = (1.25, 2.1);
/// Where the white ends at the corners, over the distance of the corners from their middle.
const CORNER: f32 = 0.46;
/// Between the lids, from the upper to the lower one.
const BETWEEN: (f32, f32) = (0.25, 0.75);
/// Least height that is looked at, over the eye's width: lids that touch show the lash line.
const MIN_GAP: f32 = 0.06;
/// Keeps black from having a logarithm without end.
const BLACK: f32 = 0.01;
/// The share of the iris's radius in which catch-lights are expected.
const CATCH_LIGHTS: f32 = 0.8;
/// How much lighter than the middle one of the lens's pixels a reflection is at least.
const OUTSHINES: f32 = 1.3;
/// The box around the lens is looked at in this many columns and rows.
const LENS_CELLS: (usize, usize) = (34, 22);

/// Half size of the place of an eye that is compared with the other one's, and the samples in it.
const MIRRORED: (f32, f32) = (0.36, 0.24);
const MIRROR_SAMPLES: (usize, usize) = (25, 15);
/// How far the other place is moved to fit, in distances of the eyes.
const SHIFTS: [f32; 3] = [-0.04, 0.0, 0.04];

/// Of the eye at the left and at the right; `None` without class masks. An eye that is not wholly in
/// the photo has none.
pub(crate) fn measure(
    photo: &Photo,
    subject: &Subject,
    axes: FaceAxes,
    skin: Skin,
) -> Option<[Option<Sight>; 2]> {
    let marks = subject.landmarks.as_ref()?;
    let classes = subject.classes.as_ref()?;
    let likeness = likeness(photo, axes);
    let inside = |&point: &Point| photo.size().contains(point);
    Some(from_fn(|side| {
        let eye = &marks.eyes[side];
        if !eye.opening.iter().chain(&eye.corners).all(inside) {
            return None;
        }
        Some(Sight {
            white_luma_ratio: white(photo, eye)?,
            under_luma_ratio: under(photo, axes, side)?,
            worn_ratio: class(photo, classes, axes, EYES[side], PersonClass::Other)?,
            hair_ratio: class(photo, classes, axes, EYES[side], PersonClass::Hair)?,
            blown_ratio: blown(photo, classes, eye, axes, skin, side)?,
            likeness_ratio: likeness?,
            bar_ratio: bar::measure(photo, axes, eye, side as f32 - 0.5)?,
        })
    }))
}

/// An eye's opening, in widths of the eye from the middle of its corners: along them, and across.
struct Opening<'a> {
    eye: &'a EyeMarks,
    middle: Point,
    width: f32,
    along: (f32, f32),
}

impl<'a> Opening<'a> {
    fn of(eye: &'a EyeMarks) -> Option<Self> {
        let [left, right] = eye.corners;
        let width = left.distance(right);
        (width > 1.0).then(|| Self {
            eye,
            middle: left.midpoint(right),
            width,
            along: (
                (right.x() - left.x()) / width,
                (right.y() - left.y()) / width,
            ),
        })
    }

    fn place(&self, point: Point) -> (f32, f32) {
        let (x, y) = (point.x() - self.middle.x(), point.y() - self.middle.y());
        let (cos, sin) = self.along;
        (
            (x * cos + y * sin) / self.width,
            (y * cos - x * sin) / self.width,
        )
    }

    fn point(&self, x: f32, y: f32) -> Option<Point> {
        let (cos, sin) = self.along;
        Point::new(
            self.middle.x() + (x * cos - y * sin) * self.width,
            self.middle.y() + (x * sin + y * cos) * self.width,
        )
    }

    /// Upper and lower lid at `x`.
    fn lids(&self, x: f32) -> Option<(f32, f32)> {
        let outline = &self.eye.opening;
        let ends = outline.iter().cycle().skip(1);
        let crossings = outline.iter().zip(ends).filter_map(|(&from, &to)| {
            let (from, to) = (self.place(from), self.place(to));
            let crosses = (from.0 > x) != (to.0 > x);
            crosses.then(|| from.1 + (x - from.0) / (to.0 - from.0) * (to.1 - from.1))
        });
        crossings.fold(None, |ends, y| {
            Some(ends.map_or((y, y), |(low, high): (f32, f32)| (low.min(y), high.max(y))))
        })
    }

    /// Luma between the lids from one `x` to another.
    fn lumas(&self, photo: &Photo, from: f32, to: f32) -> Vec<f32> {
        let step = |range: (f32, f32), step: usize, steps: usize| {
            range.0 + (range.1 - range.0) * step as f32 / (steps - 1) as f32
        };
        let columns = (0..COLUMNS).map(|column| step((from, to), column, COLUMNS));
        columns
            .filter_map(|x| Some((x, self.lids(x)?)))
            .flat_map(|(x, (upper, lower))| {
                let (middle, gap) = (upper.midpoint(lower), (lower - upper).max(MIN_GAP));
                (0..ROWS).filter_map(move |row| {
                    self.point(x, middle + (step(BETWEEN, row, ROWS) - 0.5) * gap)
                })
            })
            .map(|point| soft_luma(photo, point))
            .collect()
    }
}

/// Luma of the white on both sides of the iris over that of the iris.
fn white(photo: &Photo, eye: &EyeMarks) -> Option<Ratio> {
    let opening = Opening::of(eye)?;
    let (iris, _) = opening.place(eye.iris);
    let radius = radius(eye) / opening.width;
    let mut dark = opening.lumas(photo, iris - IRIS * radius, iris + IRIS * radius);
    let dark = percentile(&mut dark, 0.3)? + BLACK;
    let light = |from: f32, to: f32| {
        let mut light = opening.lumas(photo, from.max(-CORNER), to.min(CORNER));
        Some((percentile(&mut light, 0.7)? + BLACK) / dark)
    };
    let left = light(iris - WHITE.1 * radius, iris - WHITE.0 * radius)?;
    let right = light(iris + WHITE.0 * radius, iris + WHITE.1 * radius)?;
    Ratio::new((left * right).sqrt())
}

/// In working pixels.
fn radius(eye: &EyeMarks) -> f32 {
    let rim = &eye.iris_rim;
    rim.iter().map(|&p| p.distance(eye.iris)).sum::<f32>() / rim.len() as f32
}

/// Luma of the skin below the eye, where every lens is, over that of the cheek below it. Frames
/// and wrinkles are the darker part of it.
fn under(photo: &Photo, axes: FaceAxes, side: usize) -> Option<Ratio> {
    let lumas = |pair: Pair| -> Vec<f32> {
        let points = axes.samples(pair[side], photo.size());
        points.iter().map(|&point| luma(photo, point)).collect()
    };
    let skin = percentile(&mut lumas(CHEEKS), 0.5)?;
    Ratio::new(percentile(&mut lumas(UNDER_EYES), 0.75)? / skin.max(0.02))
}

/// Mean probability of a class over a zone.
fn class(
    photo: &Photo,
    classes: &ClassMasks,
    axes: FaceAxes,
    zone: Zone,
    class: PersonClass,
) -> Option<Ratio> {
    let points = axes.samples(zone, photo.size());
    let mask = classes.of(class);
    let sum: f32 = points.iter().map(|&p| mask.at(p, photo.size())).sum();
    Ratio::quotient(sum, points.len() as f32)
}

/// Area of the largest reflection in the inner part of the lens but beside the iris, over the area
/// of the iris.
fn blown(
    photo: &Photo,
    classes: &ClassMasks,
    eye: &EyeMarks,
    axes: FaceAxes,
    skin: Skin,
    side: usize,
) -> Option<Ratio> {
    let hair = classes.of(PersonClass::Hair);
    let radius = radius(eye);
    let (columns, rows) = LENS_CELLS;
    let at = |half: f32, step: usize, steps: usize| {
        half * (2.0 * (step as f32 + 0.5) / steps as f32 - 1.0)
    };
    let point = |column: usize, row: usize| {
        let (u, v) = (at(LENS.0, column, columns), at(LENS.1, row, rows));
        let point = axes.point(side as f32 - 0.5 + u, v)?;
        ((u / LENS.0).hypot(v / LENS.1) < 1.0).then_some(point)
    };
    let cells = || (0..rows).flat_map(move |row| (0..columns).map(move |column| (column, row)));
    let mut lumas: Vec<f32> = cells()
        .filter_map(|(column, row)| Some(luma(photo, point(column, row)?)))
        .collect();
    let outshone = OUTSHINES * percentile(&mut lumas, 0.5)?;
    let mut light: Vec<bool> = cells()
        .map(|(column, row)| {
            point(column, row).is_some_and(|point| {
                point.distance(eye.iris) > CATCH_LIGHTS * radius
                    && is_blown(pixel(photo, point), skin)
                    && luma(photo, point) > outshone
                    && hair.at(point, photo.size()) < HAIR
            })
        })
        .collect();
    let largest = largest_patch(&mut light, columns);
    let share = largest as f32 / (columns * rows) as f32;
    let lens = 4.0 * LENS.0 * LENS.1 * axes.unit().powi(2);
    Ratio::quotient(share * lens, PI * radius * radius)
}

/// Cells of the largest patch of lit cells that touch; puts them all out.
fn largest_patch(lit: &mut [bool], columns: usize) -> usize {
    let mut largest = 0;
    let mut open = Vec::new();
    for start in 0..lit.len() {
        let mut count = 0;
        open.push(start);
        while let Some(cell) = open.pop() {
            if !std::mem::take(&mut lit[cell]) {
                continue;
            }
            count += 1;
            let (left, right) = (cell % columns > 0, cell % columns + 1 < columns);
            open.extend(left.then(|| cell - 1));
            open.extend(right.then(|| cell + 1));
            open.extend(cell.checked_sub(columns));
            open.extend(Some(cell + columns).filter(|&below| below < lit.len()));
        }
        largest = largest.max(count);
    }
    largest
}

/// Correlation of the place of the left eye with the mirror image of the right one's, by the
/// logarithm of luma, so that a light from one side changes little.
fn likeness(photo: &Photo, axes: FaceAxes) -> Option<Ratio> {
    let place = |side: f32, shift: (f32, f32)| -> Option<Vec<f32>> {
        let (columns, rows) = MIRROR_SAMPLES;
        let at = |half: f32, step: usize, steps: usize| {
            half * (2.0 * step as f32 / (steps - 1) as f32 - 1.0)
        };
        (0..columns * rows)
            .map(|i| {
                let u = at(MIRRORED.0, i % columns, columns) + shift.0;
                let v = at(MIRRORED.1, i / columns, rows) + shift.1;
                let point = axes.point(side * (0.5 - u), v)?;
                Some((soft_luma(photo, point) + 4.0 * BLACK).ln())
            })
            .collect()
    };
    let left = place(-1.0, (0.0, 0.0))?;
    let shifts = SHIFTS.iter().flat_map(|&u| SHIFTS.map(|v| (u, v)));
    let best = shifts
        .filter_map(|shift| Some(correlation(&left, &place(1.0, shift)?)))
        .reduce(f32::max)?;
    Ratio::new(best)
}

/// Pearson's correlation of two series of one length; 0 if one does not vary.
fn correlation(a: &[f32], b: &[f32]) -> f32 {
    let mean = |values: &[f32]| values.iter().sum::<f32>() / values.len() as f32;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let sum = |term: &dyn Fn(f32, f32) -> f32| -> f32 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| term(a - mean_a, b - mean_b)).sum()
    };
    let scale = (sum(&|a, _| a * a) * sum(&|_, b| b * b)).sqrt();
    sum(&|a, b| a * b) / scale.max(1e-6)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use shomei_photo::Mask;

    use super::*;
    use crate::axes::tests::{landmarks, painted};

    const SKIN: [u8; 3] = [200, 150, 125];
    const DARK_SKIN: [u8; 3] = [70, 45, 35];

    /// A face of `skin` with lids `lids` apart, painted where `colour` says so in face axes.
    fn sight(lids: f32, skin: [u8; 3], colour: impl Fn(f32, f32) -> Option<[u8; 3]>) -> [Sight; 2] {
        let marks = landmarks(0.1, lids, 0.0);
        let axes = FaceAxes::of(&marks).unwrap();
        let photo = painted(axes, |u, v| colour(u, v).unwrap_or(skin));
        let mask = |value: f32| Mask::new(Array2::from_elem((8, 8), value)).unwrap();
        let subject = Subject {
            landmarks: Some(marks),
            classes: ClassMasks::from_fn(|class| {
                Some(mask(f32::from(class == PersonClass::FaceSkin)))
            }),
            ..Subject::default()
        };
        let skin = Skin::of(&photo, axes).unwrap();
        measure(&photo, &subject, axes, skin)
            .unwrap()
            .map(Option::unwrap)
    }

    /// Iris and white between lids `lids` apart.
    fn eye(lids: f32, iris: [u8; 3], white: [u8; 3]) -> impl Fn(f32, f32) -> Option<[u8; 3]> {
        move |u, v| {
            let across = u.abs() - 0.5;
            let inside = v.abs() < 0.2 * lids && across.abs() < 0.2;
            inside.then_some(if across.hypot(v) < 0.1 { iris } else { white })
        }
    }

    #[test]
    fn an_open_eye_shows_white_beside_the_iris_on_any_skin() {
        for (skin, iris, white) in [
            (SKIN, [60, 40, 30], [215, 205, 200]),
            (SKIN, [110, 140, 165], [225, 225, 225]),
            (DARK_SKIN, [20, 12, 10], [120, 105, 100]),
        ] {
            for lids in [0.3, 0.18] {
                for eye in sight(lids, skin, eye(lids, iris, white)) {
                    assert!(eye.white_luma_ratio.get() > 1.5, "{lids} {iris:?}: {eye:?}");
                }
            }
        }
    }

    #[test]
    fn a_lid_and_a_line_of_lashes_show_none() {
        for skin in [SKIN, DARK_SKIN] {
            let lashes = |u: f32, v: f32| {
                ((u.abs() - 0.5).abs() < 0.22 && v.abs() < 0.02).then_some([20, 15, 12])
            };
            for eye in sight(0.1, skin, lashes) {
                assert!((eye.white_luma_ratio.get() - 1.0).abs() < 0.15, "{eye:?}");
            }
        }
    }

    #[test]
    fn a_dark_lens_darkens_the_skin_below_the_eye_and_a_frame_does_not() {
        let lens = |u: f32, v: f32| (u.abs() - 0.5).abs() < 0.4 && v.abs() < 0.28;
        let frame = |u: f32, v: f32| lens(u, v) && ((u.abs() - 0.5).abs() > 0.34 || v.abs() > 0.22);
        for eye in sight(0.3, SKIN, |u, v| frame(u, v).then_some([25, 22, 20])) {
            assert!(eye.under_luma_ratio.get() > 0.95, "{eye:?}");
        }
        for eye in sight(0.3, SKIN, |u, v| lens(u, v).then_some([100, 75, 62])) {
            assert!((eye.under_luma_ratio.get() - 0.5).abs() < 0.05, "{eye:?}");
        }
    }

    #[test]
    fn a_covered_eye_is_unlike_the_other_and_light_from_a_side_is_not() {
        let open = eye(0.3, [60, 40, 30], [215, 205, 200]);
        for cover in [[250, 250, 248], [20, 20, 20], [255, 205, 40]] {
            let [left, right] = sight(0.3, SKIN, |u, v| {
                let covered = (u + 0.5).hypot(v) < 0.3;
                covered.then_some(cover).or_else(|| open(u, v))
            });
            assert!(left.likeness_ratio.get() < 0.3, "{left:?}");
            assert!((left.white_luma_ratio.get() - 1.0).abs() < 0.05, "{left:?}");
            assert!(right.white_luma_ratio.get() > 2.0, "{right:?}");
        }
        let [lit, _] = sight(0.3, SKIN, |u, v| {
            let colour = open(u, v).unwrap_or(SKIN);
            Some(if u < 0.0 {
                colour.map(|c| c / 2)
            } else {
                colour
            })
        });
        assert!(lit.likeness_ratio.get() > 0.8, "{lit:?}");
    }

    #[test]
    fn a_reflection_is_beside_the_iris_and_a_catch_light_is_in_it() {
        let open = eye(0.3, [60, 40, 30], [200, 190, 185]);
        let light = |at: f32| {
            let open = &open;
            sight(0.3, SKIN, move |u, v| {
                let near = (u.abs() - 0.5 - at).hypot(v) < 0.05;
                near.then_some([252, 253, 255]).or_else(|| open(u, v))
            })
        };
        for eye in light(0.0) {
            assert!(eye.blown_ratio.get() < 0.02, "{eye:?}");
        }
        for eye in light(0.15) {
            assert!((0.15..0.4).contains(&eye.blown_ratio.get()), "{eye:?}");
        }
    }
}
