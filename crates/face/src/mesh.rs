//! Dense landmarks by MediaPipe's face landmarker (478 points).

mod topology;

use shomei_photo::{DetectedFace, Landmarks, Photo, Point3, Ratio, Rect};

use crate::graph::{Axes, Graph};
use crate::sample::Square;
use crate::{Error, ModelSet};

/// Finds the dense landmarks of one face.
pub trait Landmarker: Send + Sync {
    /// The landmarks of `face`, with the model's confidence that it is a face. Points beyond the
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
/// If the crop is tilted by more than this relative to the face, the mesh reports too small an angle
/// (15° instead of 20°). A second run with the turned crop corrects it.
const SECOND_LOOK_BEYOND_RADIANS: f32 = 5.0 * std::f32::consts::PI / 180.0;
/// Side of the crop over the longer side of YuNet's box.
const CROP_SCALE: f32 = 1.4;
/// YuNet's box is higher than the mesh expects, by this share of its longer side.
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

/// The crop turned by the tilt that the first run found, if a second run is worth it.
fn straightened(first: &Landmarks, square: Square) -> Option<Square> {
    let (left, right) = (first.left_eye(), first.right_eye());
    let tilt = (right.y() - left.y()).atan2(right.x() - left.x());
    if (tilt - square.angle).abs() < SECOND_LOOK_BEYOND_RADIANS {
        return None;
    }
    let centre = Rect::around(first.points.iter().copied())?.centre();
    Some(Square {
        centre,
        side: square.side,
        angle: tilt,
    })
}

fn crop(face: &DetectedFace) -> Square {
    let longer = face.rect.width().max(face.rect.height());
    let [left, right] = face.eyes;
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
    if marks.len() != topology::COUNT * 3 {
        return None;
    }
    let points: Vec<Point3> = marks
        .chunks_exact(3)
        .map(|mark| {
            let point = square.point(mark[0] / side, mark[1] / side)?;
            Point3::new(point, mark[2] / side * square.side)
        })
        .collect::<Option<_>>()?;
    let presence = Ratio::new(1.0 / (1.0 + (-presence).exp()))?;
    topology::named(&points, presence)
}

#[cfg(test)]
mod tests {
    use shomei_photo::Point;

    use super::*;

    fn face(tilt: f32) -> DetectedFace {
        let eye = |dx: f32| Point::new(100.0 + dx * tilt.cos(), 90.0 + dx * tilt.sin()).unwrap();
        DetectedFace {
            rect: Rect::new(60.0, 50.0, 80.0, 100.0).unwrap(),
            score: Ratio::new(0.9).unwrap(),
            eyes: [eye(-20.0), eye(20.0)],
        }
    }

    #[test]
    fn crop_points_map_back_to_the_photo() {
        let square = crop(&face(0.0));
        assert!((square.side - 140.0).abs() < 1e-3 && square.angle.abs() < 1e-6);
        let mut marks = vec![0.0; topology::COUNT * 3];
        // The first points are the upper lip, the nose's tip and its base.
        marks[6..9].copy_from_slice(&[128.0, 128.0, 25.6]);
        // The first point that the pose is fitted to.
        marks[12..15].copy_from_slice(&[0.0, 0.0, 25.6]);
        let landmarks = decode(&[marks, vec![20.0], vec![0.0]], square, 256.0).unwrap();
        let nose = landmarks.nose_base;
        assert!(
            (nose.x() - 100.0).abs() < 1e-3 && (nose.y() - 105.6).abs() < 1e-3,
            "{nose:?}"
        );
        let corner = landmarks.pose[0].seen;
        assert!((corner.depth() - 14.0).abs() < 1e-3);
        let corner = corner.point();
        assert!((corner.x() - 30.0).abs() < 1e-3 && (corner.y() - 35.6).abs() < 1e-3);
        assert!(landmarks.presence.get() > 0.999);
    }

    #[test]
    fn only_a_strong_tilt_turns_the_crop() {
        assert!(crop(&face(0.2)).angle.abs() < 1e-6);
        assert!((crop(&face(0.5)).angle - 0.5).abs() < 1e-5);
    }

    #[test]
    fn a_tilted_face_is_looked_at_again() {
        let square = crop(&face(0.0));
        let at = |x: f32, y: f32| Point::new(x, y).unwrap();
        let marks = |dy: f32| {
            let mut marks = Landmarks::collapsed(at(100.0, 100.0), Ratio::new(1.0).unwrap());
            marks.eyes[0].corners = [at(80.0, 90.0); 2];
            marks.eyes[1].corners = [at(120.0, 90.0 + dy); 2];
            marks.points.extend([at(80.0, 90.0), at(120.0, 90.0 + dy)]);
            marks
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
        let bad = vec![f32::NAN; topology::COUNT * 3];
        assert!(decode(&[bad, vec![1.0]], square, 256.0).is_none());
    }
}
