//! What is worn on the head, by two cues: what the class masks cannot explain by hair or skin, and
//! the bare skin that continues from the face over the forehead.
//!
//! A class network alone takes bald heads for hats and scarves for clothes or wall. If skin continues
//! from the face without an edge, it is not a hat, whatever the network says.

use shomei_photo::{
    ClassMasks, Landmarks, PersonClass, Photo, Point, Ratio, Subject, luma, percentile,
};

use crate::axes::{FaceAxes, pixel};
use crate::measurement::HeadCovering;
use crate::zones::{BELOW_EYES, BESIDE_JAW, Zone};

/// Half width of the place above the face.
const HALF_WIDTH: f32 = 0.6;
/// Least height of that place.
const LEAST_HEIGHT: f32 = 0.1;
/// Share of that place that is person, below which the head is cut off there.
const LEAST_SEEN: f32 = 0.2;
/// Columns in which the skin is followed upwards, each from below the hairline.
const COLUMNS: usize = 9;
const BELOW_HAIRLINE: f32 = 0.15;
/// Height of a step upwards.
const STEP: f32 = 0.05;
/// Half of the width and of the height of what is looked at in each step.
const PATCH: (f32, f32) = (0.06, 0.04);
/// Change of light from step to step that is an edge, as a power of e.
const EDGE: f32 = 0.16;
/// Difference from the face's skin in the share of a channel that is another colour.
const OTHER_COLOUR: f32 = 0.05;
/// Light of the forehead over that of the cheeks: highlights and shade, not another thing.
const LIGHT: std::ops::Range<f32> = 0.45..1.6;
/// What is added to light, so that noise in the dark is no edge.
const DARK: f32 = 8.0 / 255.0;
/// Worn share below which the kind is not asked for.
const SOMETHING: f32 = 0.1;
/// Cloth on both sides of the jaw, and below the chin, that makes a scarf. (Labelled portraits:
/// scarves and hoods 0.30 and 0.41 or more; hats, with few exceptions, at most 0.25 or 0.6.)
const BESIDE: f32 = 0.29;
const BELOW_CHIN: f32 = 0.4;
/// Below the chin, from it downwards.
const NECK: (f32, f32) = (0.12, 0.4);
/// Half of the width of the neck.
const NECK_HALF_WIDTH: f32 = 0.4;
/// Hair above a band.
const HAIR: f32 = 0.25;
/// Worn share of the upper half that makes a hat.
const HAT: f32 = 0.6;

/// What is worn above the face.
pub(crate) struct Worn {
    pub(crate) share: Ratio,
    pub(crate) bare_skin: Ratio,
    pub(crate) kind: Option<HeadCovering>,
}

/// `None` if the head is cut off above the face or was not found.
pub(crate) fn measure(
    photo: &Photo,
    subject: &Subject,
    marks: &Landmarks,
    axes: FaceAxes,
) -> Option<Worn> {
    let classes = Classes {
        masks: subject.classes.as_ref()?,
        photo,
        axes,
    };
    let forehead = axes.place(marks.forehead).1;
    let crown = axes.place(subject.head.as_ref()?.crown).1;
    let above = Zone {
        u: (-HALF_WIDTH, HALF_WIDTH),
        v: (crown.min(forehead - LEAST_HEIGHT), forehead),
    };
    let bare = bare_skin(photo, axes, above);
    let points = axes.samples(above, photo.size());
    let (mut there, mut skin, mut open) = (0.0, 0.0, 0.0);
    for &point in &points {
        let person = classes.person(point);
        there += person;
        let (u, v) = axes.place(point);
        let column = ((u + HALF_WIDTH) / (2.0 * HALF_WIDTH) * COLUMNS as f32).max(0.0) as usize;
        if bare.get(column).is_some_and(|&top| v >= top) {
            skin += person;
        } else {
            open += classes.unexplained(point);
        }
    }
    if there < LEAST_SEEN * points.len() as f32 {
        return None;
    }
    let share = Ratio::quotient(open, there)?;
    Some(Worn {
        share,
        bare_skin: Ratio::quotient(skin, there)?,
        kind: (share.get() > SOMETHING).then(|| classes.kind(above, axes.place(marks.chin).1)),
    })
}

/// For each column, how far up the skin of the face continues in the same colour and without an edge.
fn bare_skin(photo: &Photo, axes: FaceAxes, above: Zone) -> [f32; COLUMNS] {
    let nowhere = [f32::INFINITY; COLUMNS];
    let size = photo.size();
    let cheeks = BELOW_EYES.map(|zone| axes.samples(zone, size)).concat();
    let median = |channel: usize| {
        let value = |&point: &Point| f32::from(pixel(photo, point)[channel]);
        percentile(&mut cheeks.iter().map(value).collect::<Vec<_>>(), 0.5)
    };
    let (Some(red), Some(green), Some(blue)) = (median(0), median(1), median(2)) else {
        return nowhere;
    };
    let face = [red, green, blue];
    let shares = |rgb: [f32; 3]| rgb.map(|value| value / rgb.iter().sum::<f32>().max(1.0));
    let like_face = |rgb: [f32; 3]| {
        let pairs = shares(rgb).into_iter().zip(shares(face));
        let apart = pairs.map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        apart < OTHER_COLOUR && LIGHT.contains(&((luma(rgb) + DARK) / (luma(face) + DARK)))
    };
    let patch = |u: f32, v: f32| mean_colour(photo, axes, u, v);
    std::array::from_fn(|column| {
        let u = ((column as f32 + 0.5) / COLUMNS as f32 * 2.0 - 1.0) * HALF_WIDTH;
        let mut v = above.v.1 + BELOW_HAIRLINE;
        let mut top = f32::INFINITY;
        let Some(mut last) = patch(u, v).filter(|&rgb| like_face(rgb)) else {
            return top;
        };
        while v > above.v.0 {
            v -= STEP;
            let Some(next) = patch(u, v).filter(|&rgb| like_face(rgb)) else {
                break;
            };
            if ((luma(next) + DARK) / (luma(last) + DARK)).ln().abs() > EDGE {
                break;
            }
            (last, top) = (next, v);
        }
        top
    })
}

/// Mean colour around a place; `None` outside the photo.
fn mean_colour(photo: &Photo, axes: FaceAxes, u: f32, v: f32) -> Option<[f32; 3]> {
    const SIDE: usize = 4;
    let at = |middle: f32, half: f32, step: usize| {
        middle + half * (2.0 * (step as f32 + 0.5) / SIDE as f32 - 1.0)
    };
    let (mut sum, mut count) = ([0.0; 3], 0.0);
    for step in 0..SIDE * SIDE {
        let point = axes.point(at(u, PATCH.0, step % SIDE), at(v, PATCH.1, step / SIDE))?;
        if photo.size().contains(point) {
            count += 1.0;
            for (sum, value) in sum.iter_mut().zip(pixel(photo, point)) {
                *sum += f32::from(value);
            }
        }
    }
    (count > 0.0).then(|| sum.map(|sum: f32| sum / count))
}

/// The class masks at places of the face.
struct Classes<'a> {
    masks: &'a ClassMasks,
    photo: &'a Photo,
    axes: FaceAxes,
}

impl Classes<'_> {
    fn at(&self, class: PersonClass, point: Point) -> f32 {
        self.masks.of(class).at(point, self.photo.size())
    }

    fn person(&self, point: Point) -> f32 {
        1.0 - self.at(PersonClass::Background, point)
    }

    /// Person, but neither hair nor skin: worn things, clothes, and what the class network takes
    /// for wall where the person mask sees somebody.
    fn unexplained(&self, point: Point) -> f32 {
        let known = [
            PersonClass::Hair,
            PersonClass::FaceSkin,
            PersonClass::BodySkin,
        ];
        let known: f32 = known.iter().map(|&class| self.at(class, point)).sum();
        (self.person(point) - known).max(0.0)
    }

    /// Mean over a zone; 0 outside the photo.
    fn mean(&self, zone: Zone, value: impl Fn(Point) -> f32) -> f32 {
        let points = self.axes.samples(zone, self.photo.size());
        points.iter().map(|&point| value(point)).sum::<f32>() / points.len().max(1) as f32
    }

    fn kind(&self, above: Zone, chin: f32) -> HeadCovering {
        let cloth = |point| self.unexplained(point);
        let beside = BESIDE_JAW.map(|zone| self.mean(zone, cloth));
        let neck = Zone {
            u: (-NECK_HALF_WIDTH, NECK_HALF_WIDTH),
            v: (chin + NECK.0, chin + NECK.1),
        };
        if beside.iter().all(|&side| side > BESIDE) && self.mean(neck, cloth) > BELOW_CHIN {
            return HeadCovering::Scarf;
        }
        let upper = Zone {
            v: (above.v.0, above.v.0.midpoint(above.v.1)),
            ..above
        };
        let hair = self.mean(upper, |point| self.at(PersonClass::Hair, point));
        if hair > HAIR {
            HeadCovering::Band
        } else if self.mean(upper, cloth) > HAT {
            HeadCovering::Hat
        } else {
            HeadCovering::Unknown
        }
    }
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use shomei_photo::{HeadOutline, ImageSize, Mask, Rect};

    use super::*;
    use crate::axes::tests::landmarks;

    const SKIN: [u8; 3] = [176, 134, 112];

    /// A head whose crown is at row 60 of 480, with the class and the colour of each place.
    fn worn(
        class: impl Fn(usize, usize) -> PersonClass,
        colour: impl Fn(usize, usize) -> [u8; 3],
    ) -> Worn {
        let mask = |of| {
            let cell = |(row, column)| f32::from(class(row, column) == of);
            Mask::new(Array2::from_shape_fn((480, 360), cell))
        };
        let subject = Subject {
            landmarks: Some(landmarks(0.0, 0.3, 0.0)),
            classes: ClassMasks::from_fn(mask),
            head: Some(HeadOutline {
                crown: Point::new(180.0, 60.0).unwrap(),
                chin: Point::new(180.0, 364.0).unwrap(),
                rect: Rect::new(90.0, 60.0, 180.0, 304.0).unwrap(),
                contour: Vec::new(),
            }),
            ..Subject::default()
        };
        let size = ImageSize::new(360, 480).unwrap();
        let rgb = (0..480).flat_map(|y| (0..360).map(move |x| (y, x)));
        let rgb = rgb.flat_map(|(y, x)| colour(y, x)).collect();
        let photo = Photo::new(rgb, size, size).unwrap();
        let marks = subject.landmarks.as_ref().unwrap();
        let axes = FaceAxes::of(marks).unwrap();
        measure(&photo, &subject, marks, axes).unwrap()
    }

    fn hairline() -> usize {
        landmarks(0.0, 0.3, 0.0).forehead.y() as usize
    }

    #[test]
    fn hair_of_any_colour_is_not_worn() {
        let hair = |row, _| {
            if row < hairline() {
                PersonClass::Hair
            } else {
                PersonClass::FaceSkin
            }
        };
        for colour in [[30, 20, 20], [200, 160, 230], [240, 240, 240]] {
            let seen = worn(hair, |row, _| if row < hairline() { colour } else { SKIN });
            assert!(seen.share.get() < 0.01 && seen.kind.is_none());
        }
    }

    #[test]
    fn bare_skin_is_not_worn_whatever_the_network_says() {
        let hat = |row, _| {
            if row < hairline() {
                PersonClass::Other
            } else {
                PersonClass::FaceSkin
            }
        };
        for light in [1.0, 0.5, 0.25] {
            let skin = SKIN.map(|value| (f32::from(value) * light) as u8);
            let bald = worn(hat, |_, _| skin);
            assert!(bald.share.get() < 0.1, "{light}: {}", bald.share.get());
            assert!(bald.bare_skin.get() > 0.9);
        }
        let hat = worn(hat, |row, _| {
            if row < hairline() {
                [90, 90, 160]
            } else {
                SKIN
            }
        });
        assert!(hat.share.get() > 0.9 && hat.kind == Some(HeadCovering::Hat));
        assert!(hat.bare_skin.get() < 0.1);
    }

    #[test]
    fn cloth_around_the_face_is_a_scarf_and_a_band_has_hair_above() {
        let cloth = |row, _| if row < hairline() { [40, 50, 90] } else { SKIN };
        let scarf = worn(
            |row, column| match row {
                row if row < hairline() || row > 364 => PersonClass::Clothes,
                _ if (110..250).contains(&column) => PersonClass::FaceSkin,
                _ => PersonClass::Clothes,
            },
            cloth,
        );
        assert_eq!(scarf.kind, Some(HeadCovering::Scarf));
        let middle = (60 + hairline()) / 2;
        let band = worn(
            |row, _| match row {
                row if row < middle => PersonClass::Hair,
                row if row < hairline() => PersonClass::Other,
                _ => PersonClass::FaceSkin,
            },
            cloth,
        );
        assert_eq!(band.kind, Some(HeadCovering::Band));
    }
}
