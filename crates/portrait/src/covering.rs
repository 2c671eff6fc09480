//! What covers eyes, lower face and head, by the class masks.
//!
//! A share is the mean probability of a class over the place where skin or hair is expected, not
//! over the photo: a scarf below the chin is no mask.

use shomei_photo::{ClassMasks, PersonClass, Photo, Point, Ratio, Subject, percentile};

use crate::axes::{FaceAxes, luma};
use crate::measurement::Covering;
use crate::worn;
use crate::zones::{AROUND_EYES, EYES, LOWER_FACE, MOUTH, Zone};

/// Half width of the place above the face.
const HEAD_HALF_WIDTH: f32 = 0.8;

pub(crate) fn measure(photo: &Photo, subject: &Subject, axes: FaceAxes) -> Option<Covering> {
    let classes = subject.classes.as_ref()?;
    let marks = subject.landmarks.as_ref()?;
    let (size, frame) = (photo.size(), photo.frame());
    let points = |zone| axes.samples(zone, size);
    let share = |points: &[Point], class| mean(points, classes, class, photo);

    let forehead = axes.place(marks.forehead).1;
    let crown = subject
        .head
        .as_ref()
        .map_or(forehead, |head| axes.place(head.crown).1);
    // Just above the hairline there is always something, whatever the crown says.
    let head = Zone {
        u: (-HEAD_HALF_WIDTH, HEAD_HALF_WIDTH),
        v: (crown.min(forehead - 0.1), forehead),
    };
    let worn = worn::measure(photo, subject, marks, axes);
    let eyes = EYES.map(points).concat();
    let lower = points(LOWER_FACE);
    Some(Covering {
        eyes_other_ratio: share(&points(AROUND_EYES), PersonClass::Other)?,
        eyes_luma_ratio: median_luma(photo, &eyes)
            .zip(median_luma(photo, &axes.cheeks(size)))
            .and_then(|(eyes, cheeks)| Ratio::quotient(eyes, cheeks.max(0.02))),
        eyes_hair_ratio: share(&eyes, PersonClass::Hair)?,
        eyes_region: axes.region(AROUND_EYES, frame),
        lower_face_other_ratio: share(&lower, PersonClass::Other)?,
        lower_face_skin_ratio: share(&lower, PersonClass::FaceSkin)?,
        mouth_hand_ratio: share(&points(MOUTH), PersonClass::BodySkin),
        lower_face_region: axes.region(LOWER_FACE, frame),
        // A head that is cut right above the face has no place left to look at: nothing seen.
        head_other_ratio: share(&points(head), PersonClass::Other).unwrap_or_default(),
        head_region: axes.region(head, frame),
        head_worn_ratio: worn.as_ref().map(|worn| worn.share),
        head_bare_ratio: worn.as_ref().map(|worn| worn.bare_skin),
        head_covering: worn.and_then(|worn| worn.kind),
    })
}

/// Mean probability of a class; `None` if no point is inside the photo.
fn mean(
    points: &[Point],
    classes: &ClassMasks,
    class: PersonClass,
    photo: &Photo,
) -> Option<Ratio> {
    let mask = classes.of(class);
    let sum: f32 = points
        .iter()
        .map(|&point| mask.at(point, photo.size()))
        .sum();
    Ratio::quotient(sum, points.len() as f32)
}

fn median_luma(photo: &Photo, points: &[Point]) -> Option<f32> {
    let mut values: Vec<f32> = points.iter().map(|&point| luma(photo, point)).collect();
    percentile(&mut values, 0.5)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use shomei_photo::{HeadOutline, ImageSize, Mask, Rect};

    use super::*;
    use crate::axes::tests::landmarks;

    /// A face whose rows `from..to` (of 480) are worn things, the rest face skin.
    fn covering(from: usize, to: usize) -> Covering {
        covering_by(PersonClass::Other, from, to)
    }

    /// The same with rows of another class.
    fn covering_by(what: PersonClass, from: usize, to: usize) -> Covering {
        let mask = |inside: &dyn Fn(usize) -> bool| {
            Mask::new(Array2::from_shape_fn((480, 4), |(row, _)| {
                f32::from(inside(row))
            }))
            .unwrap()
        };
        let classes = ClassMasks::from_fn(|class| {
            Some(match class {
                PersonClass::FaceSkin => mask(&|row| !(from..to).contains(&row)),
                other if other == what => mask(&|row| (from..to).contains(&row)),
                _ => mask(&|_| false),
            })
        });
        let subject = Subject {
            landmarks: Some(landmarks(0.0, 0.3, 0.0)),
            classes,
            head: Some(HeadOutline {
                crown: Point::new(180.0, 90.0).unwrap(),
                chin: Point::new(180.0, 364.0).unwrap(),
                rect: Rect::new(90.0, 90.0, 180.0, 274.0).unwrap(),
                contour: Vec::new(),
            }),
            ..Subject::default()
        };
        let size = ImageSize::new(360, 480).unwrap();
        let photo = Photo::new(vec![180; 360 * 480 * 3], size, size).unwrap();
        let axes = FaceAxes::of(subject.landmarks.as_ref().unwrap()).unwrap();
        measure(&photo, &subject, axes).unwrap()
    }

    #[test]
    fn a_hand_is_skin_of_the_body_on_the_mouth() {
        let hand = |class| {
            let found = covering_by(class, 290, 345);
            found.mouth_hand_ratio.unwrap().get()
        };
        assert!(hand(PersonClass::BodySkin) > 0.6);
        assert!(hand(PersonClass::Other) < 0.05, "a thing is no hand");
        let neck = covering_by(PersonClass::BodySkin, 350, 480);
        assert!(neck.mouth_hand_ratio.unwrap().get() < 0.05, "the neck");
    }

    #[test]
    fn each_place_sees_only_what_covers_it() {
        let eyes = covering(195, 256);
        assert!(eyes.eyes_other_ratio.get() > 0.9 && eyes.head_other_ratio.get() < 0.05);
        assert!(eyes.lower_face_other_ratio.get() < 0.05);
        let mouth = covering(270, 345);
        assert!(mouth.lower_face_other_ratio.get() > 0.9 && mouth.eyes_other_ratio.get() < 0.05);
        assert!(mouth.lower_face_skin_ratio.get() < 0.1);
        let hat = covering(0, 140);
        assert!(hat.head_other_ratio.get() > 0.8 && hat.eyes_other_ratio.get() < 0.05);
        assert!((hat.eyes_luma_ratio.unwrap().get() - 1.0).abs() < 1e-3);
    }
}
