//! Eyes and mouth: by the landmarks, and by the colours between lids and lips.

use shomei_photo::{
    EyeMarks, Frame, Lab, MouthMarks, Photo, Point, Point3, Ratio, Rect, Region, percentile,
};

use crate::axes::{FaceAxes, inside, luma, pixel};
use crate::measurement::{Eye, Mouth, Pose, Sight};

/// Fewer pixels than this say nothing about colours.
const MIN_PIXELS: usize = 12;
/// How much redder than the cheeks (CIE a*) a red pupil is, and how red and how coloured at least.
/// Irises are browner than red (b* above a*) and never redder than the skin; the fringes that a
/// lens draws are purple, and dark brown has little colour.
const RED_OVER_SKIN: f32 = 8.0;
const RED: f32 = 20.0;
const RED_CHROMA: f32 = 25.0;
const PURPLE: f32 = -0.25;
/// Teeth against the cheeks: at least this light, less red and less coloured.
const TEETH_LIGHTNESS: f32 = 0.7;
const TEETH_RED: f32 = 0.75;
const TEETH_CHROMA: f32 = 0.95;
/// Below this chroma of the cheeks the photo is black and white, and teeth are known by a
/// lightness near that of the skin alone.
const GREY: f32 = 4.0;
const TEETH_LIGHTNESS_GREY: f32 = 0.95;
/// Teeth against the lips around them: lighter by this, and of no more than this share of their
/// red and of their colour. Lips shine, and dark lips are as little coloured as the teeth of others.
const TEETH_OVER_LIPS: f32 = 8.0;
const TEETH_RED_OF_LIPS: f32 = 0.6;
const TEETH_CHROMA_OF_LIPS: f32 = 0.8;
/// How far outside the gap the lips are looked at, over the mouth's width.
const LIPS: [f32; 2] = [0.05, 0.1];

/// Median colour of the cheeks, to compare with.
#[derive(Clone, Copy)]
pub(crate) struct Skin {
    luma: f32,
    lab: Lab,
}

impl Skin {
    pub(crate) fn of(photo: &Photo, axes: FaceAxes) -> Option<Self> {
        let colour = median(photo, &axes.cheeks(photo.size()))?;
        Some(Self {
            luma: shomei_photo::luma(colour.map(f32::from)),
            lab: Lab::from_srgb(colour),
        })
    }

    /// Luma over 255.
    pub(crate) const fn luma(self) -> f32 {
        self.luma
    }
}

/// The median of each channel.
fn median(photo: &Photo, points: &[Point]) -> Option<[u8; 3]> {
    let channel = |channel: usize| {
        let value = |&point: &Point| f32::from(pixel(photo, point)[channel]);
        let mut values: Vec<f32> = points.iter().map(value).collect();
        percentile(&mut values, 0.5).map(|value| value as u8)
    };
    Some([channel(0)?, channel(1)?, channel(2)?])
}

pub(crate) fn measure_eyes(
    photo: &Photo,
    eyes: &[EyeMarks; 2],
    face: Option<(FaceAxes, Skin)>,
    sight: Option<[Option<Sight>; 2]>,
) -> Option<[Eye; 2]> {
    let [left, right] = eyes.each_ref().map(|eye| measure_eye(photo, eye, face));
    let [left_sight, right_sight] = sight.unwrap_or_default();
    let with = |eye: Eye, sight| Eye { sight, ..eye };
    Some([with(left?, left_sight), with(right?, right_sight)])
}

fn measure_eye(photo: &Photo, eye: &EyeMarks, face: Option<(FaceAxes, Skin)>) -> Option<Eye> {
    let [left, right] = eye.corners;
    let width = left.distance(right);
    let gap: f32 = eye
        .lids
        .iter()
        .map(|[upper, lower]| upper.distance(*lower))
        .sum();
    let along = ((eye.iris.x() - left.x()) * (right.x() - left.x())
        + (eye.iris.y() - left.y()) * (right.y() - left.y()))
        / (width * width);
    let points = eye.corners.iter().chain(eye.lids.as_flattened()).copied();
    Some(Eye {
        openness_ratio: Ratio::new(gap / (eye.lids.len() as f32 * width))?,
        pupil_luma_ratio: face.and_then(|(_, skin)| pupil_luma(photo, eye, skin)),
        gaze_ratio: Ratio::new(along)?,
        red_ratio: face.and_then(|(_, skin)| redness(photo, eye, skin)),
        brow_ratio: face.and_then(|(axes, _)| Ratio::new(-axes.place(eye.brow).1)),
        sight: None,
        region: around(points, width / 4.0, photo.frame()),
    })
}

/// Luma of the darkest tenth between the lids over that of the cheeks.
fn pupil_luma(photo: &Photo, eye: &EyeMarks, skin: Skin) -> Option<Ratio> {
    let mut lumas: Vec<f32> = inside(&eye.opening, photo.size())
        .into_iter()
        .map(|point| luma(photo, point))
        .collect();
    if lumas.len() < MIN_PIXELS {
        return None;
    }
    Ratio::quotient(percentile(&mut lumas, 0.1)?, skin.luma())
}

/// Share of the iris, as far as the lids show it, that is red.
fn redness(photo: &Photo, eye: &EyeMarks, skin: Skin) -> Option<Ratio> {
    let rim = &eye.iris_rim;
    let radius = rim.iter().map(|&p| p.distance(eye.iris)).sum::<f32>() / rim.len() as f32;
    let mut iris = inside(&eye.opening, photo.size());
    iris.retain(|point| point.distance(eye.iris) < radius);
    if iris.len() < MIN_PIXELS {
        return None;
    }
    let threshold = RED.max(skin.lab.a() + RED_OVER_SKIN);
    let red = iris.iter().filter(|&&point| {
        let lab = Lab::from_srgb(smooth(photo, point));
        lab.a() > threshold
            && (PURPLE * lab.a()..lab.a()).contains(&lab.b())
            && lab.chroma() > RED_CHROMA
    });
    Ratio::quotient(red.count() as f32, iris.len() as f32)
}

/// The mean of the pixel at a point and its eight neighbours: noise has all colours.
fn smooth(photo: &Photo, point: Point) -> [u8; 3] {
    let mut sum = [0u16; 3];
    for (dx, dy) in (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx as f32, dy as f32))) {
        let near = Point::new(point.x() + dx, point.y() + dy).unwrap_or(point);
        for (sum, value) in sum.iter_mut().zip(pixel(photo, near)) {
            *sum += u16::from(value);
        }
    }
    sum.map(|sum| (sum / 9) as u8)
}

pub(crate) fn measure_mouth(
    photo: &Photo,
    mouth: &MouthMarks,
    face: Option<(FaceAxes, Skin)>,
    pose: Option<Pose>,
) -> Option<Mouth> {
    let [left, right] = mouth.inner_corners;
    let [upper, lower] = mouth.inner_lips.map(Point3::point);
    let width = left.distance(right);
    Some(Mouth {
        openness_ratio: Ratio::quotient(upper.distance(lower), width)?,
        teeth_ratio: face.and_then(|(_, skin)| teeth(photo, mouth, skin)),
        corner_lift_ratio: face.and_then(|(axes, _)| corner_lift(mouth, axes, pose)),
        region: around([left, right, upper, lower], width / 4.0, photo.frame()),
    })
}

/// Area of what looks like teeth between the lips, over the square of the mouth's width.
fn teeth(photo: &Photo, mouth: &MouthMarks, skin: Skin) -> Option<Ratio> {
    let [left, right] = mouth.outer_corners.map(Point3::point);
    let cheek = skin.lab;
    let grey = cheek.chroma() < GREY;
    let lips = Lab::from_srgb(median(photo, &lips(mouth))?);
    let count = inside(&mouth.opening, photo.size())
        .into_iter()
        .filter(|&point| {
            let lab = Lab::from_srgb(pixel(photo, point));
            if lab.l() < lips.l() + TEETH_OVER_LIPS {
                return false;
            }
            if grey {
                return lab.l() > TEETH_LIGHTNESS_GREY * cheek.l();
            }
            lab.a() < TEETH_RED_OF_LIPS * lips.a()
                && lab.chroma() < TEETH_CHROMA_OF_LIPS * lips.chroma()
                && lab.l() > TEETH_LIGHTNESS * cheek.l()
                && lab.a() < TEETH_RED * cheek.a()
                && lab.chroma() < TEETH_CHROMA * cheek.chroma()
        })
        .count();
    Ratio::quotient(count as f32, left.distance(right).powi(2))
}

/// Points on the lips, above and below the gap between them.
fn lips(mouth: &MouthMarks) -> Vec<Point> {
    let [left, right] = mouth.outer_corners.map(Point3::point);
    let middle = left.midpoint(right);
    let (x, y) = (right.x() - left.x(), right.y() - left.y());
    let gap = mouth.opening.iter().flat_map(|&point| {
        // Downwards along the face, for the points below the line of the corners; else upwards.
        let below = (point.y() - middle.y()) * x - (point.x() - middle.x()) * y;
        LIPS.map(|far| {
            let far = if below < 0.0 { -far } else { far };
            Point::new(point.x() - y * far, point.y() + x * far)
        })
    });
    gap.flatten().collect()
}

/// How far the corners of the mouth stand above the middle of the lips, over its width.
///
/// The corners lie deeper in the face, so that a nod alone would lift or lower them; what the
/// nod does is taken off.
fn corner_lift(mouth: &MouthMarks, axes: FaceAxes, pose: Option<Pose>) -> Option<Ratio> {
    let height = |[a, b]: [Point3; 2]| {
        let height = |mark: Point3| axes.place(mark.point()).1 * axes.unit();
        height(a).midpoint(height(b))
    };
    let depth = |[a, b]: [Point3; 2]| a.depth().midpoint(b.depth());
    let (corners, lips) = (mouth.outer_corners, mouth.inner_lips);
    let nod = pose.map_or(0.0, |pose| pose.pitch_degrees.get().to_radians().sin());
    let lift = height(lips) - height(corners) - nod * (depth(corners) - depth(lips));
    let [left, right] = corners.map(Point3::point);
    Ratio::quotient(lift, left.distance(right))
}

/// The box around `points`, `margin` wider on each side.
fn around(points: impl IntoIterator<Item = Point>, margin: f32, frame: Frame) -> Option<Region> {
    let rect = Rect::around(points)?;
    frame.region(Rect::new(
        rect.x() - margin,
        rect.y() - margin,
        rect.width() + 2.0 * margin,
        rect.height() + 2.0 * margin,
    )?)
}

#[cfg(test)]
mod tests {
    use shomei_photo::{Degrees, ImageSize, Landmarks};

    use super::*;
    use crate::axes::tests::{landmarks, painted};

    const SKIN: [u8; 3] = [200, 150, 125];

    /// A photo of skin, painted where `colour` says so in face axes.
    fn photo(marks: &Landmarks, colour: impl Fn(f32, f32) -> Option<[u8; 3]>) -> Photo {
        let axes = FaceAxes::of(marks).unwrap();
        painted(axes, |u, v| colour(u, v).unwrap_or(SKIN))
    }

    fn face(photo: &Photo, marks: &Landmarks) -> Option<(FaceAxes, Skin)> {
        let axes = FaceAxes::of(marks)?;
        Some((axes, Skin::of(photo, axes)?))
    }

    #[test]
    fn lids_and_lips_are_measured_whatever_the_tilt() {
        for roll in [0.0, 0.5] {
            for (lids, lips) in [(0.3, 0.0), (0.05, 0.2)] {
                let marks = landmarks(roll, lids, lips);
                let photo = photo(&marks, |_, _| None);
                let face = face(&photo, &marks);
                for eye in measure_eyes(&photo, &marks.eyes, face, None).unwrap() {
                    assert!((eye.openness_ratio.get() - lids).abs() < 1e-4, "{eye:?}");
                    assert!((eye.gaze_ratio.get() - 0.5).abs() < 1e-4);
                    assert!((eye.brow_ratio.unwrap().get() - 0.4).abs() < 1e-4);
                }
                let mouth = measure_mouth(&photo, &marks.mouth, face, None).unwrap();
                assert!((mouth.openness_ratio.get() - lips).abs() < 1e-4);
                assert!(mouth.corner_lift_ratio.unwrap().get().abs() < 1e-4);
            }
        }
    }

    #[test]
    fn a_landmark_that_collapsed_is_not_measured() {
        let point = Point::new(5.0, 5.0).unwrap();
        let marks = Landmarks::collapsed(point, Ratio::new(1.0).unwrap());
        let size = ImageSize::new(36, 48).unwrap();
        let photo = Photo::new(vec![180; 36 * 48 * 3], size, size).unwrap();
        assert_eq!(measure_eyes(&photo, &marks.eyes, None, None), None);
        assert_eq!(measure_mouth(&photo, &marks.mouth, None, None), None);
    }

    #[test]
    fn a_pupil_is_dark_and_a_lid_is_not() {
        let marks = landmarks(0.1, 0.15, 0.0);
        for (pupil, expected) in [([20, 15, 15], 0.0..0.15), ([150, 110, 90], 0.7..0.8)] {
            let photo = photo(&marks, |u, v| {
                ((u.abs() - 0.5).hypot(v) < 0.05).then_some(pupil)
            });
            for eye in measure_eyes(&photo, &marks.eyes, face(&photo, &marks), None).unwrap() {
                let luma = eye.pupil_luma_ratio.unwrap().get();
                assert!(expected.contains(&luma), "{pupil:?}: {luma}");
            }
        }
    }

    #[test]
    fn a_red_pupil_is_told_from_brown_blue_and_grey_eyes() {
        let marks = landmarks(0.2, 0.3, 0.0);
        for (iris, pupil, white, red) in [
            ([90, 60, 40], [200, 45, 50], [220, 215, 210], true),
            ([90, 110, 140], [90, 20, 25], [220, 215, 210], true),
            ([120, 80, 50], [20, 15, 15], [220, 215, 210], false),
            ([150, 90, 40], [30, 20, 15], [220, 215, 210], false),
            ([90, 110, 140], [15, 15, 20], [220, 215, 210], false),
            // Bloodshot.
            ([90, 110, 140], [15, 15, 20], [225, 150, 150], false),
            ([90, 90, 90], [160, 160, 160], [220, 220, 220], false),
            // A fringe of the lens, and a dark brown that is a little red.
            ([40, 25, 20], [130, 60, 150], [160, 150, 145], false),
            ([60, 32, 30], [30, 15, 14], [160, 150, 145], false),
        ] {
            let photo = photo(&marks, |u, v| match (u.abs() - 0.5).hypot(v) {
                r if r < 0.05 => Some(pupil),
                r if r < 0.1 => Some(iris),
                r if r < 0.2 => Some(white),
                _ => None,
            });
            for eye in measure_eyes(&photo, &marks.eyes, face(&photo, &marks), None).unwrap() {
                let share = eye.red_ratio.unwrap().get();
                // A dark pupil loses its rim to the smoothing.
                let expected = if red { 0.2..0.6 } else { 0.0..0.01 };
                assert!(expected.contains(&share), "{iris:?} {pupil:?}: {share}");
            }
        }
    }

    #[test]
    fn teeth_are_seen_between_the_lips_and_lips_are_none() {
        for (between, skin, teeth) in [
            ([225, 215, 195], SKIN, true),
            ([225, 215, 195], [95, 65, 50], true),
            ([180, 90, 90], SKIN, false),
            ([40, 20, 20], SKIN, false),
            ([215, 215, 215], [160, 160, 160], true),
            ([110, 110, 110], [160, 160, 160], false),
            // Shine on dark lips.
            ([110, 80, 78], [95, 65, 50], false),
        ] {
            let marks = landmarks(0.0, 0.3, 0.15);
            let photo = photo(&marks, |u, v| {
                let inside = u.abs() < 0.42 && (v - 1.1).abs() < 0.08;
                Some(if inside { between } else { skin })
            });
            let mouth = measure_mouth(&photo, &marks.mouth, face(&photo, &marks), None).unwrap();
            let ratio = mouth.teeth_ratio.unwrap().get();
            assert_eq!(ratio > 0.03, teeth, "{between:?} on {skin:?}: {ratio}");
        }
    }

    #[test]
    fn a_nod_is_no_smile() {
        let mut marks = landmarks(0.0, 0.3, 0.0);
        for corner in &mut marks.mouth.outer_corners {
            *corner = Point3::new(corner.point(), 20.0).unwrap();
        }
        let photo = photo(&marks, |_, _| None);
        let lift = |pitch: f32| {
            let degrees = |value| Degrees::new(value).unwrap();
            let pose = Pose {
                yaw_degrees: degrees(0.0),
                pitch_degrees: degrees(pitch),
                roll_degrees: degrees(0.0),
            };
            let mouth =
                measure_mouth(&photo, &marks.mouth, face(&photo, &marks), Some(pose)).unwrap();
            mouth.corner_lift_ratio.unwrap().get()
        };
        assert!(lift(0.0).abs() < 1e-4);
        // Seen at the same height in a head that looks down, the corners are in truth lower.
        assert!(lift(10.0) < -0.04 && lift(-10.0) > 0.04);
    }
}
