//! Direction of the head, from the landmarks.

use nalgebra::{Matrix3, Vector3};
use shomei_photo::{Degrees, PosePoint};

use crate::measurement::Pose;

/// Fits the model of a face to the landmarks by weighted orthogonal Procrustes (Kabsch) and reads
/// the angles off the rotation; `None` without points to fit.
pub(crate) fn measure(points: &[PosePoint]) -> Option<Pose> {
    if points.is_empty() {
        return None;
    }
    let total: f32 = points.iter().map(|point| point.weight).sum();
    let model = |point: &PosePoint| Vector3::from(point.model);
    // Picture coordinates point down and away from the camera.
    let seen = |point: &PosePoint| {
        let (at, depth) = (point.seen.point(), point.seen.depth());
        Vector3::new(at.x(), -at.y(), -depth)
    };
    let mut centres = [Vector3::zeros(); 2];
    for point in points {
        centres[0] += model(point) * (point.weight / total);
        centres[1] += seen(point) * (point.weight / total);
    }
    let mut covariance = Matrix3::zeros();
    for point in points {
        covariance +=
            (seen(point) - centres[1]) * (model(point) - centres[0]).transpose() * point.weight;
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
    use shomei_photo::{Point, Point3};

    use super::*;

    /// Eyes, nose, chin and cheeks of a face, turned, enlarged and moved into a picture.
    fn face(rotation: Rotation3<f32>) -> Vec<PosePoint> {
        let point = |(model, weight): ([f32; 3], f32)| {
            let p = rotation * Vector3::from(model) * 11.0;
            let at = Point::new(180.0 + p.x, 240.0 - p.y).unwrap();
            PosePoint {
                seen: Point3::new(at, -p.z).unwrap(),
                model,
                weight,
            }
        };
        [
            ([-4.4, 2.7, 3.2], 0.06),
            ([4.4, 2.7, 3.2], 0.06),
            ([0.0, -0.5, 7.6], 0.07),
            ([0.0, -8.0, 4.4], 0.02),
            ([-7.7, 2.4, -2.0], 0.01),
            ([7.7, 2.4, -2.0], 0.01),
        ]
        .map(point)
        .to_vec()
    }

    #[test]
    fn without_points_there_is_no_pose() {
        assert_eq!(measure(&[]), None);
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
}
