//! Dense landmarks by MediaPipe's face landmarker (478 points).

use shomei_photo::{DetectedFace, Landmarks, Photo, Ratio, Rect};

use crate::graph::{Axes, Graph};
use crate::sample::Square;
use crate::{Error, ModelSet};

/// Finds the dense landmarks of one face.
pub trait Landmarker: Send + Sync {
    /// The landmarks of `face`, with the model's confidence that it is one. Points beyond the
    /// photo's edge are extrapolated.
    ///
    /// # Errors
    /// If the model cannot be run.
    fn landmarks(&self, photo: &Photo, face: &DetectedFace) -> Result<Landmarks, Error>;
}

/// MediaPipe's face mesh at 256 × 256.
pub struct FaceMesh {
    graph: Graph,
}

/// The mesh tolerates this much tilt; beyond it the crop is turned by the eye line.
const TURN_CROP_BEYOND_RADIANS: f32 = 15.0 * std::f32::consts::PI / 180.0;
/// In a crop tilted by more than this against the face, the mesh says too small an angle (15° of
/// 20°); a second look with the crop turned mends it.
const SECOND_LOOK_BEYOND_RADIANS: f32 = 5.0 * std::f32::consts::PI / 180.0;
/// Side of the crop over the longer side of YuNet's box.
const CROP_SCALE: f32 = 1.4;
/// YuNet's box sits higher than the mesh wants it, by this share of its longer side.
const CROP_SHIFT_DOWN: f32 = 0.056;

impl FaceMesh {
    /// Loads the landmark model.
    ///
    /// # Errors
    /// If the model cannot be loaded.
    pub fn new(models: &ModelSet) -> Result<Self, Error> {
        Ok(Self {
            graph: Graph::load(&models.landmarks, "landmarks", 256, Axes::Settled)?,
        })
    }
}

impl Landmarker for FaceMesh {
    fn landmarks(&self, photo: &Photo, face: &DetectedFace) -> Result<Landmarks, Error> {
        let square = crop(face);
        let first = self.look(photo, square)?;
        Ok(match straightened(&first, square) {
            Some(upright) => self.look(photo, upright)?,
            None => first,
        })
    }
}

impl FaceMesh {
    fn look(&self, photo: &Photo, square: Square) -> Result<Landmarks, Error> {
        let outputs = self.graph.run(&square.sample(photo, self.graph.side()))?;
        decode(&outputs, square, self.graph.side() as f32)
            .ok_or_else(|| Error::output(self.graph.name()))
    }
}

/// The crop turned by the tilt that the first look found, if that is worth a second look.
fn straightened(first: &Landmarks, square: Square) -> Option<Square> {
    let (left, right) = (first.left_eye(), first.right_eye());
    let tilt = (right.y() - left.y()).atan2(right.x() - left.x());
    if (tilt - square.angle).abs() < SECOND_LOOK_BEYOND_RADIANS {
        return None;
    }
    let centre = Rect::around(first.points().iter().copied())?.centre();
    Some(Square {
        centre,
        side: square.side,
        angle: tilt,
    })
}

fn crop(face: &DetectedFace) -> Square {
    let longer = face.rect.width().max(face.rect.height());
    let [left, right, ..] = face.points;
    let tilt = (right.y() - left.y()).atan2(right.x() - left.x());
    let angle = if tilt.abs() > TURN_CROP_BEYOND_RADIANS {
        tilt
    } else {
        0.0
    };
    let upright = Square {
        centre: face.rect.centre(),
        side: longer,
        angle,
    };
    // "Down" is down along the face.
    let centre = upright
        .point(0.5, 0.5 + CROP_SHIFT_DOWN)
        .unwrap_or(upright.centre);
    Square {
        centre,
        side: longer * CROP_SCALE,
        angle,
    }
}

/// Outputs: 478 × (x, y, z) in crop pixels, presence as a logit, tongue (unused).
fn decode(outputs: &[Vec<f32>], square: Square, side: f32) -> Option<Landmarks> {
    let (marks, presence) = (outputs.first()?, *outputs.get(1)?.first()?);
    if marks.len() != Landmarks::COUNT * 3 {
        return None;
    }
    let mut points = Vec::with_capacity(Landmarks::COUNT);
    let mut depth = Vec::with_capacity(Landmarks::COUNT);
    for mark in marks.chunks_exact(3) {
        points.push(square.point(mark[0] / side, mark[1] / side)?);
        depth.push(mark[2] / side * square.side);
    }
    let presence = Ratio::new(1.0 / (1.0 + (-presence).exp()))?;
    Landmarks::new(points, depth, presence)
}

#[cfg(test)]
mod tests {
    use shomei_photo::{Point, mesh};

    use super::*;

    fn face(tilt: f32) -> DetectedFace {
        let centre = Point::new(100.0, 100.0).unwrap();
        let eye = |dx: f32| Point::new(100.0 + dx * tilt.cos(), 90.0 + dx * tilt.sin()).unwrap();
        DetectedFace {
            rect: Rect::new(60.0, 50.0, 80.0, 100.0).unwrap(),
            score: Ratio::new(0.9).unwrap(),
            points: [eye(-20.0), eye(20.0), centre, centre, centre],
        }
    }

    #[test]
    fn crop_points_map_back_to_the_photo() {
        let square = crop(&face(0.0));
        assert!((square.side - 140.0).abs() < 1e-3 && square.angle.abs() < 1e-6);
        let mut marks = vec![0.0; Landmarks::COUNT * 3];
        (marks[0], marks[1], marks[2]) = (128.0, 128.0, 25.6);
        let landmarks = decode(&[marks, vec![20.0], vec![0.0]], square, 256.0).unwrap();
        let nose = landmarks.at(0);
        assert!(
            (nose.x() - 100.0).abs() < 1e-3 && (nose.y() - 105.6).abs() < 1e-3,
            "{nose:?}"
        );
        assert!((landmarks.depth()[0] - 14.0).abs() < 1e-3);
        let corner = landmarks.at(1);
        assert!((corner.x() - 30.0).abs() < 1e-3 && (corner.y() - 35.6).abs() < 1e-3);
        assert!(landmarks.presence().get() > 0.999);
    }

    #[test]
    fn only_a_strong_tilt_turns_the_crop() {
        assert!(crop(&face(0.2)).angle.abs() < 1e-6);
        assert!((crop(&face(0.5)).angle - 0.5).abs() < 1e-5);
    }

    #[test]
    fn a_tilted_face_is_looked_at_again() {
        let square = crop(&face(0.0));
        let marks = |dy: f32| {
            let mut points = vec![Point::new(100.0, 100.0).unwrap(); Landmarks::COUNT];
            for index in mesh::LEFT_EYE_CORNERS {
                points[index] = Point::new(80.0, 90.0).unwrap();
            }
            for index in mesh::RIGHT_EYE_CORNERS {
                points[index] = Point::new(120.0, 90.0 + dy).unwrap();
            }
            let depth = vec![0.0; Landmarks::COUNT];
            Landmarks::new(points, depth, Ratio::new(1.0).unwrap()).unwrap()
        };
        assert!(straightened(&marks(2.0), square).is_none());
        let again = straightened(&marks(10.0), square).unwrap();
        assert!((again.angle - 0.25f32.atan()).abs() < 1e-5);
        assert!((again.centre.x() - 100.0).abs() < 1e-3 && (again.centre.y() - 95.0).abs() < 1e-3);
    }

    #[test]
    fn misshapen_outputs_are_refused() {
        let square = crop(&face(0.0));
        assert!(decode(&[vec![0.0; 10], vec![1.0]], square, 256.0).is_none());
        let bad = vec![f32::NAN; Landmarks::COUNT * 3];
        assert!(decode(&[bad, vec![1.0]], square, 256.0).is_none());
    }
}
