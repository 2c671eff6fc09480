//! Eyes and mouth: pure geometry of the landmarks.

use shomei_photo::{Frame, Landmarks, Point, Ratio, Rect, Region, mesh};

use crate::measurement::{Eye, Mouth};

pub(crate) fn measure_eyes(marks: &Landmarks, frame: Frame) -> Option<[Eye; 2]> {
    Some([
        eye(
            marks,
            mesh::LEFT_EYE_CORNERS,
            mesh::LEFT_LIDS,
            mesh::LEFT_IRIS,
            frame,
        )?,
        eye(
            marks,
            mesh::RIGHT_EYE_CORNERS,
            mesh::RIGHT_LIDS,
            mesh::RIGHT_IRIS,
            frame,
        )?,
    ])
}

/// Both of `corners` go from the left of the picture to the right.
fn eye(
    marks: &Landmarks,
    corners: [usize; 2],
    lids: [[usize; 2]; 3],
    iris: [usize; 5],
    frame: Frame,
) -> Option<Eye> {
    let [left, right] = corners.map(|index| marks.at(index));
    let width = left.distance(right);
    let gap: f32 = lids
        .iter()
        .map(|&[upper, lower]| marks.at(upper).distance(marks.at(lower)))
        .sum();
    let middle = marks.at(iris[0]);
    let along = ((middle.x() - left.x()) * (right.x() - left.x())
        + (middle.y() - left.y()) * (right.y() - left.y()))
        / (width * width);
    let points = corners.into_iter().chain(lids.into_iter().flatten());
    Some(Eye {
        openness_ratio: Ratio::new(gap / (3.0 * width))?,
        gaze_ratio: Ratio::new(along)?,
        region: around(points.map(|index| marks.at(index)), width / 4.0, frame),
    })
}

pub(crate) fn measure_mouth(marks: &Landmarks, frame: Frame) -> Option<Mouth> {
    let [left, right] = mesh::MOUTH_CORNERS.map(|index| marks.at(index));
    let [upper, lower] = mesh::INNER_LIPS.map(|index| marks.at(index));
    let width = left.distance(right);
    Some(Mouth {
        openness_ratio: Ratio::quotient(upper.distance(lower), width)?,
        region: around([left, right, upper, lower], width / 4.0, frame),
    })
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
    use shomei_photo::{ImageSize, QuarterTurn};

    use super::*;
    use crate::axes::tests::landmarks;

    fn frame() -> Frame {
        let size = ImageSize::new(360, 480).unwrap();
        Frame::new(size, size, QuarterTurn::None)
    }

    #[test]
    fn lids_and_lips_are_measured_whatever_the_tilt() {
        for roll in [0.0, 0.5] {
            for (lids, lips) in [(0.3, 0.0), (0.05, 0.2)] {
                let marks = landmarks(roll, lids, lips);
                for eye in measure_eyes(&marks, frame()).unwrap() {
                    assert!((eye.openness_ratio.get() - lids).abs() < 1e-4, "{eye:?}");
                    assert!((eye.gaze_ratio.get() - 0.5).abs() < 1e-4);
                }
                let mouth = measure_mouth(&marks, frame()).unwrap();
                assert!((mouth.openness_ratio.get() - lips).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn a_landmark_that_collapsed_is_not_measured() {
        let point = Point::new(5.0, 5.0).unwrap();
        let depth = vec![0.0; Landmarks::COUNT];
        let presence = Ratio::new(1.0).unwrap();
        let marks = Landmarks::new(vec![point; Landmarks::COUNT], depth, presence).unwrap();
        assert_eq!(measure_eyes(&marks, frame()), None);
        assert_eq!(measure_mouth(&marks, frame()), None);
    }
}
