//! What the points of MediaPipe's face mesh are, by their index.

use shomei_photo::{EyeMarks, Landmarks, MouthMarks, Point3, PosePoint, Ratio};

/// Number of points.
pub(super) const COUNT: usize = 478;

/// Middle of the oval's upper edge, near the hairline.
const FOREHEAD: usize = 10;
/// Lowest point of the chin.
const CHIN: usize = 152;
/// Between nose and upper lip.
const NOSE_BASE: usize = 2;
/// The face oval, clockwise from the forehead.
const OVAL: [usize; 36] = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
];
/// Inner edge of the upper and of the lower lip, in the middle.
const INNER_LIPS: [usize; 2] = [13, 14];
/// Inner mouth corners, left and right.
const INNER_MOUTH_CORNERS: [usize; 2] = [78, 308];
/// Outer mouth corners, left and right.
const OUTER_MOUTH_CORNERS: [usize; 2] = [61, 291];
/// The gap between the lips, all around.
const MOUTH: [usize; 20] = [
    78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
];

/// An eye: left and right are sides of the picture.
struct Eye {
    /// Left and right.
    corners: [usize; 2],
    /// Pairs on the upper and lower lid.
    lids: [[usize; 2]; 3],
    /// All around.
    opening: [usize; 16],
    iris: usize,
    iris_rim: [usize; 4],
    /// Highest point of the brow.
    brow: usize,
}

const LEFT_EYE: Eye = Eye {
    corners: [33, 133],
    lids: [[159, 145], [158, 153], [160, 144]],
    opening: [
        33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7,
    ],
    iris: 468,
    iris_rim: [469, 470, 471, 472],
    brow: 105,
};
const RIGHT_EYE: Eye = Eye {
    corners: [362, 263],
    lids: [[386, 374], [385, 380], [387, 373]],
    opening: [
        362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382,
    ],
    iris: 473,
    iris_rim: [474, 475, 476, 477],
    brow: 334,
};

/// Index, weight, and place in the canonical face model (centimetres; x to the picture's right,
/// y up, z towards the camera): the points that MediaPipe's face geometry fits the pose to, from
/// `models/face_constants.json`.
#[rustfmt::skip]
const CANONICAL: [(usize, f32, [f32; 3]); 33] = [
    (4, 0.07091, [0.0, -0.46317, 7.58658]),
    (6, 0.0321, [0.0, 2.47325, 5.78863]),
    (10, 0.008447, [0.0, 8.26178, 4.48153]),
    (33, 0.058724, [-4.44586, 2.66399, 3.17342]),
    (54, 0.007667, [-6.27933, 6.61543, 1.42585]),
    (67, 0.009078, [-3.52396, 8.00598, 3.72916]),
    (117, 0.009792, [-5.25866, 0.94581, 2.97431]),
    (119, 0.014565, [-3.30068, 0.86164, 3.87278]),
    (121, 0.018591, [-1.82073, 1.46795, 4.22412]),
    (127, 0.005198, [-7.74309, 2.365, -2.00517]),
    (129, 0.120625, [-1.78579, -0.97828, 4.85047]),
    (132, 0.00556, [-7.2709, -2.89092, -2.25245]),
    (133, 0.053286, [-1.85643, 2.58524, 3.7579]),
    (136, 0.06689, [-5.08528, -7.17859, 0.71471]),
    (143, 0.014817, [-6.40757, 2.23602, 1.56084]),
    (147, 0.014263, [-6.23488, -1.94443, 1.66354]),
    (198, 0.025462, [-1.24681, 0.2303, 5.68104]),
    (205, 0.047252, [-3.83293, -1.53733, 4.13773]),
    (263, 0.058724, [4.44586, 2.66399, 3.17342]),
    (284, 0.007667, [6.27933, 6.61543, 1.42585]),
    (297, 0.009078, [3.52396, 8.00598, 3.72916]),
    (346, 0.009792, [5.25866, 0.94581, 2.97431]),
    (348, 0.014565, [3.30068, 0.86164, 3.87278]),
    (350, 0.018591, [1.82073, 1.46795, 4.22412]),
    (356, 0.005198, [7.74309, 2.365, -2.00517]),
    (358, 0.120625, [1.78579, -0.97828, 4.85047]),
    (361, 0.00556, [7.2709, -2.89092, -2.25245]),
    (362, 0.053286, [1.85643, 2.58524, 3.7579]),
    (365, 0.06689, [5.08528, -7.17859, 0.71471]),
    (372, 0.014817, [6.40757, 2.23602, 1.56084]),
    (376, 0.014263, [6.23488, -1.94443, 1.66354]),
    (420, 0.025462, [1.24681, 0.2303, 5.68104]),
    (425, 0.047252, [3.83293, -1.53733, 4.13773]),
];

/// The points by name; `None` unless there are [`COUNT`].
pub(super) fn named(points: &[Point3], presence: Ratio) -> Option<Landmarks> {
    let points: &[Point3; COUNT] = points.try_into().ok()?;
    let at = |index: usize| points[index].point();
    let outline = |indices: &[usize]| indices.iter().map(|&index| at(index)).collect();
    let eye = |eye: &Eye| EyeMarks {
        corners: eye.corners.map(at),
        lids: eye.lids.iter().map(|pair| pair.map(at)).collect(),
        opening: outline(&eye.opening),
        iris: at(eye.iris),
        iris_rim: outline(&eye.iris_rim),
        brow: at(eye.brow),
    };
    Some(Landmarks {
        presence,
        eyes: [eye(&LEFT_EYE), eye(&RIGHT_EYE)],
        mouth: MouthMarks {
            inner_lips: INNER_LIPS.map(|index| points[index]),
            inner_corners: INNER_MOUTH_CORNERS.map(at),
            outer_corners: OUTER_MOUTH_CORNERS.map(|index| points[index]),
            opening: outline(&MOUTH),
        },
        nose_base: at(NOSE_BASE),
        forehead: at(FOREHEAD),
        chin: at(CHIN),
        oval: outline(&OVAL),
        pose: CANONICAL
            .iter()
            .map(|&(index, weight, model)| PosePoint {
                seen: points[index],
                model,
                weight,
            })
            .collect(),
        points: points.iter().map(|point| point.point()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use shomei_photo::Point;

    use super::*;

    /// Point n lies at (n, 1000 - n), n deep.
    fn numbered(count: usize) -> Option<Landmarks> {
        let points: Vec<Point3> = (0..count)
            .map(|n| {
                let point = Point::new(n as f32, 1000.0 - n as f32).unwrap();
                Point3::new(point, n as f32).unwrap()
            })
            .collect();
        named(&points, Ratio::new(0.5).unwrap())
    }

    fn number(point: Point) -> usize {
        assert!((point.y() - (1000.0 - point.x())).abs() < 1e-3);
        point.x() as usize
    }

    #[test]
    fn each_name_has_its_point() {
        let marks = numbered(COUNT).unwrap();
        assert_eq!(
            [marks.forehead, marks.nose_base, marks.chin].map(number),
            [10, 2, 152]
        );
        for (marks, eye) in marks.eyes.iter().zip([LEFT_EYE, RIGHT_EYE]) {
            assert_eq!(marks.corners.map(number), eye.corners);
            let lids: Vec<_> = marks.lids.iter().map(|pair| pair.map(number)).collect();
            assert_eq!(lids, eye.lids);
            assert_eq!([marks.iris, marks.brow].map(number), [eye.iris, eye.brow]);
            assert!(marks.opening.iter().map(|&p| number(p)).eq(eye.opening));
            assert!(marks.iris_rim.iter().map(|&p| number(p)).eq(eye.iris_rim));
        }
        let mouth = &marks.mouth;
        assert_eq!(mouth.inner_lips.map(|lip| number(lip.point())), INNER_LIPS);
        assert_eq!(mouth.inner_corners.map(number), [78, 308]);
        for (corner, index) in mouth.outer_corners.into_iter().zip([61, 291]) {
            assert_eq!(number(corner.point()), index);
            assert!((corner.depth() - index as f32).abs() < 1e-3);
        }
        assert!(mouth.opening.iter().map(|&p| number(p)).eq(MOUTH));
        assert!(marks.oval.iter().map(|&p| number(p)).eq(OVAL));
        assert!(marks.points.iter().map(|&p| number(p)).eq(0..COUNT));
        let pose: Vec<_> = marks.pose.iter().map(|p| number(p.seen.point())).collect();
        assert_eq!(pose, CANONICAL.map(|(index, ..)| index));
    }

    #[test]
    fn another_number_of_points_is_refused() {
        assert!(numbered(COUNT - 1).is_none() && numbered(COUNT + 1).is_none());
    }

    #[test]
    fn the_pose_is_fitted_as_the_models_folder_says() {
        let constants: serde_json::Value =
            serde_json::from_str(include_str!("../../../../models/face_constants.json")).unwrap();
        let weights = constants["procrustes"].as_object().unwrap();
        assert_eq!(weights.len(), CANONICAL.len());
        for (index, weight, place) in CANONICAL {
            let near =
                |a: f32, b: &serde_json::Value| (f64::from(a) - b.as_f64().unwrap()).abs() < 1e-5;
            assert!(near(weight, &weights[&index.to_string()]), "{index}");
            for (axis, value) in place.into_iter().enumerate() {
                assert!(
                    near(value, &constants["canonical_xyz"][index][axis]),
                    "{index}"
                );
            }
        }
    }
}
