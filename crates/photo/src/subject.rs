//! The people in the photo, as the face stage found them, in coordinates of the working frame.

use crate::{ClassMasks, Frame, Landmarks, Mask, Point, QuarterTurn, Ratio, Rect, Region};

/// Everything that the face stage found in a photo.
///
/// Masks and landmarks exist only if a face was found. The first face is the main one.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The faces, the main (largest) one first.
    pub faces: Vec<DetectedFace>,
    /// Landmarks of the main face, if the landmark model confirms a face there.
    pub landmarks: Option<Landmarks>,
    /// Person against background, fine at the outline.
    pub person: Option<Mask>,
    /// Hair, skin, clothes and worn things, coarser than `person`.
    pub classes: Option<ClassMasks>,
    /// Crown, chin and contour of the main head.
    pub head: Option<HeadOutline>,
}

/// A face box and the positions of the eyes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectedFace {
    /// About hairline to chin and cheek to cheek; it may reach beyond the photo.
    pub rect: Rect,
    /// The detector's confidence, 0 to 1.
    pub score: Ratio,
    /// The eye at the picture's left, then the one at its right. Coarse.
    pub eyes: [Point; 2],
}

/// The head of the main face: crown *with hair* to chin.
#[derive(Clone, Debug, PartialEq)]
pub struct HeadOutline {
    /// Topmost point of hair, skin or covering above the face. On the photo's edge (y = 0) if
    /// the head is cut there.
    pub crown: Point,
    /// Lowest point of the chin; extrapolated where it is cut off.
    pub chin: Point,
    /// Crown to chin and, at the height of the face, hair and ears included, side to side.
    pub rect: Rect,
    /// Closed contour around hair, ears and face; on the photo's edge where it is cut.
    pub contour: Vec<Point>,
}

/// A point of the original frame in whole pixels; it may be outside the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct OriginalPoint {
    pub x: i32,
    pub y: i32,
}

impl OriginalPoint {
    /// The original pixel nearest to a working-frame point.
    #[must_use]
    pub fn of(point: Point, frame: Frame) -> Self {
        let (x, y) = frame.original_point(point);
        Self {
            x: x.round() as i32,
            y: y.round() as i32,
        }
    }
}

/// One face as kept in a review.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceSummary {
    /// The part of the face box inside the photo.
    pub region: Region,
    /// The detector's confidence, 0 to 1.
    pub score_ratio: Ratio,
    /// Area of the box over the area of the main face's box.
    pub size_ratio: Ratio,
}

/// The parts of the subject that a review keeps, in coordinates of the original frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaceFacts {
    /// The clockwise turn that brings the person upright. Anything but `none` means that the photo
    /// shows them sideways or upside down.
    pub turn: QuarterTurn,
    /// The faces, the main one first.
    pub faces: Vec<FaceSummary>,
    /// The landmark model's confidence that the main face is a face; absent if the model did not run.
    pub presence_ratio: Option<Ratio>,
    /// Centre of the eye at the left and at the right of the picture, with the person upright.
    pub eyes: Option<[OriginalPoint; 2]>,
    /// Crown with hair.
    pub crown: Option<OriginalPoint>,
    /// Lowest point of the chin.
    pub chin: Option<OriginalPoint>,
    /// Contour of the head with hair.
    pub outline: Vec<OriginalPoint>,
}

impl FaceFacts {
    /// The part of the main face's box inside the photo.
    #[must_use]
    pub fn main_region(&self) -> Option<Region> {
        self.faces.first().map(|face| face.region)
    }
}

impl Subject {
    /// The parts of this subject that a review keeps.
    #[must_use]
    pub fn facts(&self, frame: Frame) -> FaceFacts {
        let original = |point| OriginalPoint::of(point, frame);
        let main_area = self.faces.first().map_or(0.0, |face| face.rect.area());
        let faces = self
            .faces
            .iter()
            .filter_map(|face| {
                Some(FaceSummary {
                    region: frame.region(face.rect)?,
                    score_ratio: face.score,
                    size_ratio: Ratio::quotient(face.rect.area(), main_area)?,
                })
            })
            .collect();
        FaceFacts {
            turn: frame.turn(),
            faces,
            presence_ratio: self.landmarks.as_ref().map(|marks| marks.presence),
            eyes: self
                .landmarks
                .as_ref()
                .map(|marks| [original(marks.left_eye()), original(marks.right_eye())]),
            crown: self.head.as_ref().map(|head| original(head.crown)),
            chin: self.head.as_ref().map(|head| original(head.chin)),
            outline: self
                .head
                .iter()
                .flat_map(|head| &head.contour)
                .map(|&point| original(point))
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ImageSize;

    #[test]
    fn facts_are_in_original_pixels() {
        let face = |x: f32, side: f32| DetectedFace {
            rect: Rect::new(x, 10.0, side, side).unwrap(),
            score: Ratio::new(0.9).unwrap(),
            eyes: [Point::new(0.0, 0.0).unwrap(); 2],
        };
        let subject = Subject {
            faces: vec![face(10.0, 40.0), face(60.0, 20.0)],
            ..Subject::default()
        };
        let frame = Frame::new(
            ImageSize::new(100, 100).unwrap(),
            ImageSize::new(300, 300).unwrap(),
            QuarterTurn::None,
        );
        let facts = subject.facts(frame);
        assert_eq!(
            facts.faces[1].region,
            Region {
                x: 180,
                y: 30,
                width: 60,
                height: 60
            }
        );
        assert!((facts.faces[1].size_ratio.get() - 0.25).abs() < 1e-6);
        assert_eq!(facts.eyes, None);
    }
}
