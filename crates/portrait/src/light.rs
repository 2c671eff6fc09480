//! Light on the face.

use shomei_photo::{PersonClass, Photo, Point, Ratio, Subject, percentile};

use crate::axes::{FaceAxes, luma};
use crate::measurement::Light;
use crate::zones::{FACE, LIT, Zone};

/// Probability of face skin from which a point counts.
const SKIN: f32 = 0.5;
/// Fewer skin points than this say nothing.
const MIN_POINTS: usize = 40;
/// The parts of a zone that are compared.
const QUARTERS: [f32; 3] = [0.25, 0.5, 0.75];
const DARK: f32 = 0.10;
const BRIGHT: f32 = 0.97;

pub(crate) fn measure(photo: &Photo, subject: &Subject, axes: FaceAxes) -> Option<Light> {
    let skin = subject.classes.as_ref()?.of(PersonClass::FaceSkin);
    let points = |zone: Zone| -> Vec<Point> {
        let mut points = axes.samples(zone, photo.size());
        points.retain(|&point| skin.at(point, photo.size()) > SKIN);
        points
    };
    let mut face: Vec<f32> = points(FACE)
        .into_iter()
        .map(|point| luma(photo, point))
        .collect();
    if face.len() < MIN_POINTS {
        return None;
    }
    let count = face.len() as f32;
    let share = |condition: &dyn Fn(f32) -> bool| {
        Ratio::new(face.iter().filter(|&&value| condition(value)).count() as f32 / count)
    };
    let (dark, bright) = (share(&|v| v < DARK)?, share(&|v| v > BRIGHT)?);
    let mean = face.iter().sum::<f32>() / count;

    let mut pairs: Vec<(f32, Zone)> = LIT
        .into_iter()
        .filter_map(|pair| {
            // Beards, fringes and glasses leave too little skin to compare.
            let luminance = |zone: Zone| {
                let mut values: Vec<f32> = points(zone)
                    .into_iter()
                    .map(|point| luma(photo, point).powf(2.2))
                    .collect();
                if values.len() < MIN_POINTS {
                    return None;
                }
                let [low, middle, high] = QUARTERS.map(|q| percentile(&mut values, q));
                Some((low?, middle?, high?))
            };
            let (left, right) = (luminance(pair[0])?, luminance(pair[1])?);
            let left_is_darker = left.1 < right.1;
            let (darker, lighter, zone) = if left_is_darker {
                (left, right, pair[0])
            } else {
                (right, left, pair[1])
            };
            // Shine, stubble and folds are only a part of a zone; a shadow darkens all of it.
            Some(((darker.2 / lighter.0.max(1e-4)).min(1.0), zone))
        })
        .collect();
    pairs.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    // One pair alone may compare a beard or a fringe; a shadow darkens two.
    let (balance, darker) = pairs
        .get(1)
        .or(pairs.first())
        .map_or((1.0, None), |&(ratio, zone)| (ratio, Some(zone)));
    Some(Light {
        luma_ratio: Ratio::new(mean)?,
        dark_ratio: dark,
        bright_ratio: bright,
        contrast_ratio: Ratio::new(percentile(&mut face, 0.95)? - percentile(&mut face, 0.05)?)?,
        balance_ratio: Ratio::new(balance)?,
        darkest_region: darker.and_then(|zone| axes.region(zone, photo.frame())),
    })
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use shomei_photo::{ClassMasks, ImageSize, Mask};

    use super::*;
    use crate::axes::tests::landmarks;

    fn light(colour: impl Fn(usize) -> u8) -> Light {
        let mask = |value: f32| Mask::new(Array2::from_elem((8, 8), value)).unwrap();
        let subject = Subject {
            landmarks: Some(landmarks(0.0, 0.3, 0.0)),
            classes: ClassMasks::from_fn(|class| {
                Some(mask(f32::from(class == PersonClass::FaceSkin)))
            }),
            ..Subject::default()
        };
        let size = ImageSize::new(360, 480).unwrap();
        let rgb = (0..360 * 480).flat_map(|i| [colour(i % 360); 3]).collect();
        let axes = FaceAxes::of(subject.landmarks.as_ref().unwrap()).unwrap();
        measure(&Photo::new(rgb, size, size).unwrap(), &subject, axes).unwrap()
    }

    #[test]
    fn an_even_face_and_a_half_dark_one() {
        let even = light(|_| 150);
        assert!((even.luma_ratio.get() - 150.0 / 255.0).abs() < 0.01);
        assert!(even.balance_ratio.get() > 0.99 && even.contrast_ratio.get() < 0.01);
        let half = light(|x| if x < 180 { 60 } else { 180 });
        assert!((half.balance_ratio.get() - (60.0f32 / 180.0).powf(2.2)).abs() < 0.01);
        assert!(half.darkest_region.unwrap().x < 180);
        assert!(light(|_| 10).dark_ratio.get() > 0.99);
        assert!(light(|_| 254).bright_ratio.get() > 0.99);
    }
}
