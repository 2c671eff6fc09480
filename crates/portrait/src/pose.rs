//! Direction of the head, from the landmarks.

use nalgebra::{Matrix3, Vector3};
use shomei_photo::{Degrees, Landmarks};

use crate::measurement::Pose;

/// Landmark, weight, and place in the canonical face model (centimetres; x to the picture's
/// right, y up, z towards the camera): the points that MediaPipe's face geometry fits the pose
/// to, from `models/face_constants.json`.
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

/// Fits the canonical face to the landmarks by weighted orthogonal Procrustes (Kabsch) and reads
/// the angles off the rotation.
pub(crate) fn measure(marks: &Landmarks) -> Option<Pose> {
    let total: f32 = CANONICAL.iter().map(|(_, weight, _)| weight).sum();
    let canonical = |place: [f32; 3]| Vector3::from(place);
    // Picture coordinates point down and away from the camera.
    let seen = |index: usize| {
        let point = marks.at(index);
        Vector3::new(point.x(), -point.y(), -marks.depth()[index])
    };
    let mut centres = [Vector3::zeros(); 2];
    for (index, weight, place) in CANONICAL {
        centres[0] += canonical(place) * (weight / total);
        centres[1] += seen(index) * (weight / total);
    }
    let mut covariance = Matrix3::zeros();
    for (index, weight, place) in CANONICAL {
        covariance +=
            (seen(index) - centres[1]) * (canonical(place) - centres[0]).transpose() * weight;
    }
    let svd = covariance.svd(true, true);
    let (u, v_t) = (svd.u?, svd.v_t?);
    // The nearest rotation, never a reflection.
    let handed = Matrix3::from_diagonal(&Vector3::new(1.0, 1.0, (u * v_t).determinant().signum()));
    let r = u * handed * v_t;

    let pitch = (-r[(1, 2)]).atan2(r[(0, 2)].hypot(r[(2, 2)]));
    Some(Pose {
        yaw_degrees: Degrees::new(r[(0, 2)].atan2(r[(2, 2)]).to_degrees())?,
        pitch_degrees: Degrees::new(pitch.to_degrees())?,
        roll_degrees: Degrees::new(-r[(1, 0)].atan2(r[(1, 1)]).to_degrees())?,
    })
}

#[cfg(test)]
mod tests {
    use nalgebra::Rotation3;
    use shomei_photo::{Point, Ratio};

    use super::*;

    /// The canonical face turned, enlarged and moved into a picture.
    fn face(rotation: Rotation3<f32>) -> Landmarks {
        let mut points = vec![Point::new(0.0, 0.0).unwrap(); Landmarks::COUNT];
        let mut depth = vec![0.0; Landmarks::COUNT];
        for (index, _, place) in CANONICAL {
            let p = rotation * Vector3::from(place) * 11.0;
            points[index] = Point::new(180.0 + p.x, 240.0 - p.y).unwrap();
            depth[index] = -p.z;
        }
        Landmarks::new(points, depth, Ratio::new(1.0).unwrap()).unwrap()
    }

    #[test]
    fn angles_of_a_turned_face() {
        let axes = [Vector3::y_axis(), Vector3::x_axis(), Vector3::z_axis()];
        // To the picture's right, down, clockwise.
        for (axis, angle, expected) in [
            (axes[0], 20.0f32, [20.0, 0.0, 0.0]),
            (axes[1], 12.0, [0.0, 12.0, 0.0]),
            (axes[2], -8.0, [0.0, 0.0, 8.0]),
            (axes[0], -35.0, [-35.0, 0.0, 0.0]),
        ] {
            let pose =
                measure(&face(Rotation3::from_axis_angle(&axis, angle.to_radians()))).unwrap();
            let got = [pose.yaw_degrees, pose.pitch_degrees, pose.roll_degrees];
            for (got, expected) in got.into_iter().zip(expected) {
                assert!(
                    (got.get() - expected).abs() < 0.1,
                    "{pose:?}, expected {expected:?}"
                );
            }
        }
    }

    #[test]
    fn the_table_is_that_of_the_models_folder() {
        let constants: serde_json::Value =
            serde_json::from_str(include_str!("../../../models/face_constants.json")).unwrap();
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
