//! Points of a face by name.
//!
//! The adapter of a landmark network fills in these points, whatever the names and number of the
//! network's own points. Measuring uses no others.

use crate::{Point, Ratio, Rect};

/// The positions of the parts of a face. Points of a face that is cut off are outside the photo.
///
/// Outlines have as many points as the network gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmarks {
    /// The network's confidence that there is a face, 0 to 1.
    pub presence: Ratio,
    /// The eye at the picture's left, then the one at its right.
    pub eyes: [EyeMarks; 2],
    /// The mouth.
    pub mouth: MouthMarks,
    /// Between nose and upper lip.
    pub nose_base: Point,
    /// Middle of the face's upper edge, near the hairline.
    pub forehead: Point,
    /// Lowest point of the chin.
    pub chin: Point,
    /// Edge of the face all around: hairline to chin and ear to ear.
    pub oval: Vec<Point>,
    /// The points that the pose is fitted to. Without them there is no pose.
    pub pose: Vec<PosePoint>,
    /// Every point that the network gives, in arbitrary order.
    pub points: Vec<Point>,
}

/// One eye. Left and right are sides of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct EyeMarks {
    /// Left and right corner.
    pub corners: [Point; 2],
    /// Opposite points across the opening, on the upper and on the lower lid.
    pub lids: Vec<[Point; 2]>,
    /// The opening between the lids, all around.
    pub opening: Vec<Point>,
    /// Middle of the iris.
    pub iris: Point,
    /// Points on the rim of the iris.
    pub iris_rim: Vec<Point>,
    /// Highest point of the brow.
    pub brow: Point,
}

/// The mouth. Left and right are sides of the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct MouthMarks {
    /// Inner edge of the upper and of the lower lip, in the middle.
    pub inner_lips: [Point3; 2],
    /// Left and right corner of the gap between the lips.
    pub inner_corners: [Point; 2],
    /// Left and right corner of the lips.
    pub outer_corners: [Point3; 2],
    /// The gap between the lips, all around.
    pub opening: Vec<Point>,
}

/// A point of the face with its depth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point3 {
    point: Point,
    depth: f32,
}

/// A point of the face that expressions hardly move, in the photo and in a model of a face.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PosePoint {
    /// Where it is in the photo.
    pub seen: Point3,
    /// Its position in a face that looks straight ahead: x to the picture's right, y up, z towards
    /// the camera. The unit of length is that of the model.
    pub model: [f32; 3],
    /// Its weight in the fit, above 0.
    pub weight: f32,
}

impl Landmarks {
    /// A face with all points in one place, for tests to change.
    #[must_use]
    pub fn collapsed(point: Point, presence: Ratio) -> Self {
        let deep = Point3 { point, depth: 0.0 };
        let eye = EyeMarks {
            corners: [point; 2],
            lids: vec![[point; 2]],
            opening: vec![point],
            iris: point,
            iris_rim: vec![point],
            brow: point,
        };
        Self {
            presence,
            eyes: [eye.clone(), eye],
            mouth: MouthMarks {
                inner_lips: [deep; 2],
                inner_corners: [point; 2],
                outer_corners: [deep; 2],
                opening: vec![point],
            },
            nose_base: point,
            forehead: point,
            chin: point,
            oval: vec![point],
            pose: Vec::new(),
            points: vec![point],
        }
    }

    /// Middle of the eye at the picture's left, between its corners.
    #[must_use]
    pub fn left_eye(&self) -> Point {
        self.eyes[0].middle()
    }

    /// Middle of the eye at the picture's right, between its corners.
    #[must_use]
    pub fn right_eye(&self) -> Point {
        self.eyes[1].middle()
    }

    /// Inter-eye distance in working pixels.
    #[must_use]
    pub fn inter_eye_distance(&self) -> f32 {
        self.left_eye().distance(self.right_eye())
    }

    /// The upright rectangle around the face; `None` if the oval has no points.
    #[must_use]
    pub fn face(&self) -> Option<Rect> {
        Rect::around(self.oval.iter().copied())
    }
}

impl EyeMarks {
    /// The point halfway between the corners.
    #[must_use]
    pub fn middle(&self) -> Point {
        self.corners[0].midpoint(self.corners[1])
    }
}

impl Point3 {
    /// The point at this depth, in working pixels, negative towards the camera; `None` if the
    /// depth is not finite.
    #[must_use]
    pub const fn new(point: Point, depth: f32) -> Option<Self> {
        if depth.is_finite() {
            Some(Self { point, depth })
        } else {
            None
        }
    }

    /// Where it is in the photo.
    #[must_use]
    pub const fn point(self) -> Point {
        self.point
    }

    /// Depth in working pixels, negative towards the camera. Only differences between points of one
    /// face are meaningful.
    #[must_use]
    pub const fn depth(self) -> f32 {
        self.depth
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_depth_is_finite() {
        let point = Point::new(1.0, 2.0).unwrap();
        assert!(Point3::new(point, f32::NAN).is_none());
        assert!(Point3::new(point, f32::INFINITY).is_none());
        let deep = Point3::new(point, -3.0).unwrap();
        assert_eq!((deep.point(), deep.depth()), (point, -3.0));
    }

    #[test]
    fn eyes_and_face_are_read_off_their_points() {
        let at = |x: f32, y: f32| Point::new(x, y).unwrap();
        let mut marks = Landmarks::collapsed(at(0.0, 0.0), Ratio::ZERO);
        marks.eyes[0].corners = [at(10.0, 20.0), at(14.0, 20.0)];
        marks.eyes[1].corners = [at(20.0, 28.0), at(24.0, 28.0)];
        marks.oval = vec![at(17.0, 5.0), at(30.0, 25.0), at(17.0, 45.0), at(4.0, 25.0)];
        assert_eq!(marks.left_eye(), at(12.0, 20.0));
        assert_eq!(marks.right_eye(), at(22.0, 28.0));
        assert!((marks.inter_eye_distance() - 164.0f32.sqrt()).abs() < 1e-4);
        assert_eq!(marks.face(), Rect::new(4.0, 5.0, 26.0, 40.0));
        marks.oval.clear();
        assert_eq!(marks.face(), None);
    }
}
