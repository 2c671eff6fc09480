//! Reflections on the lenses of glasses.
//!
//! A reflection is lighter than the skin beside it, near white, and colourless or cool; shine on
//! skin keeps the warm colour of the skin, and hair is left out by its class.

use shomei_photo::{PersonClass, Photo, Point, Ratio, Subject};

use crate::axes::{FaceAxes, inside, pixel};
use crate::eyes::Skin;
use crate::measurement::Glare;
use crate::zones::Zone;

/// Half axes of the ellipse around an eye that is looked at: the inner part of a lens, without
/// most frames.
pub(crate) const LENS: (f32, f32) = (0.34, 0.22);
/// Luma from which a pixel is blown, and how much lighter than the cheeks it must be.
const BLOWN: f32 = 0.85;
const OVER_SKIN: f32 = 0.12;
/// Blue over red from which a light colour is not that of skin.
const COOL: f32 = 0.85;
/// Probability of hair from which a pixel is left out.
pub(crate) const HAIR: f32 = 0.5;

pub(crate) fn measure(
    photo: &Photo,
    subject: &Subject,
    axes: FaceAxes,
    skin: Skin,
) -> Option<Glare> {
    let marks = subject.landmarks.as_ref()?;
    let hair = subject.classes.as_ref()?.of(PersonClass::Hair);
    let share = |points: &[Point]| {
        let blown = points.iter().filter(|&&point| {
            is_blown(pixel(photo, point), skin) && hair.at(point, photo.size()) < HAIR
        });
        Ratio::quotient(blown.count() as f32, points.len() as f32)
    };
    let side = |side: usize| {
        Some(Glare {
            lens_ratio: share(&lens(photo, axes, side))?,
            eye_ratio: share(&inside(&marks.eyes[side].opening, photo.size()))?,
            region: axes.region(around(side), photo.frame()),
        })
    };
    let (left, right) = (side(0)?, side(1)?);
    let rank = |glare: &Glare| glare.lens_ratio.get() + glare.eye_ratio.get();
    Some(if rank(&left) < rank(&right) {
        right
    } else {
        left
    })
}

/// Evenly spread points of the inner part of the lens before the eye at the left (0) or right (1).
fn lens(photo: &Photo, axes: FaceAxes, side: usize) -> Vec<Point> {
    let zone = around(side);
    let middle = zone.u.0.midpoint(zone.u.1);
    let mut lens = axes.samples(zone, photo.size());
    lens.retain(|&point| {
        let (u, v) = axes.place(point);
        ((u - middle) / LENS.0).hypot(v / LENS.1) < 1.0
    });
    lens
}

/// The zone that holds the ellipse.
fn around(side: usize) -> Zone {
    let middle = side as f32 - 0.5;
    Zone {
        u: (middle - LENS.0, middle + LENS.0),
        v: (-LENS.1, LENS.1),
    }
}

/// Whether a colour is that of a reflection.
pub(crate) fn is_blown(colour: [u8; 3], skin: Skin) -> bool {
    let [red, green, blue] = colour.map(f32::from);
    shomei_photo::luma([red, green, blue]) > BLOWN.max(skin.luma() + OVER_SKIN)
        && blue >= COOL * red
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use shomei_photo::{ClassMasks, Mask};

    use super::*;
    use crate::axes::tests::{landmarks, painted};

    /// A face of `skin` with `light` where `lit` says so in face axes, under `hair`.
    fn glare(skin: [u8; 3], light: [u8; 3], hair: f32, lit: impl Fn(f32, f32) -> bool) -> Glare {
        let marks = landmarks(0.1, 0.3, 0.0);
        let axes = FaceAxes::of(&marks).unwrap();
        let photo = painted(axes, |u, v| if lit(u, v) { light } else { skin });
        let mask = |value: f32| Mask::new(Array2::from_elem((8, 8), value)).unwrap();
        let subject = Subject {
            landmarks: Some(marks),
            classes: ClassMasks::from_fn(|class| {
                Some(match class {
                    PersonClass::Hair => mask(hair),
                    PersonClass::FaceSkin => mask(1.0 - hair),
                    _ => mask(0.0),
                })
            }),
            ..Subject::default()
        };
        let skin = Skin::of(&photo, axes).unwrap();
        measure(&photo, &subject, axes, skin).unwrap()
    }

    #[test]
    fn a_window_in_a_lens_is_seen_on_its_side() {
        let window = |u: f32, v: f32| (u - 0.55).abs() < 0.15 && (v + 0.02).abs() < 0.1;
        for skin in [[205, 160, 135], [90, 60, 45]] {
            let glare = glare(skin, [250, 252, 255], 0.0, window);
            assert!(glare.lens_ratio.get() > 0.15, "{glare:?}");
            assert!(glare.eye_ratio.get() > 0.5, "{glare:?}");
            assert!(glare.region.unwrap().x > 180);
        }
    }

    #[test]
    fn catch_lights_shine_on_skin_and_white_hair_are_none() {
        let catch_light = |u: f32, v: f32| (u.abs() - 0.52).hypot(v + 0.02) < 0.025;
        let found = glare([205, 160, 135], [255, 255, 255], 0.0, catch_light);
        assert!(
            found.lens_ratio.get() < 0.02 && found.eye_ratio.get() < 0.1,
            "{found:?}"
        );
        let shine = |u: f32, v: f32| (u.abs() - 0.5).hypot(v) < 0.2;
        for (skin, light, hair) in [
            ([150, 100, 75], [255, 235, 205], 0.0),
            ([150, 100, 75], [250, 250, 250], 0.9),
            // Over-exposed as a whole.
            ([235, 235, 235], [250, 250, 250], 0.0),
        ] {
            let found = glare(skin, light, hair, shine);
            assert!(found.lens_ratio.get() < 0.01, "{light:?}: {found:?}");
        }
    }
}
