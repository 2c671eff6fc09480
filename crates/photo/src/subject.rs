//! Who is in the photo: what the face stage found, in working-frame coordinates.

use crate::{ClassMasks, Frame, Mask, Point, QuarterTurn, Ratio, Rect, Region};

/// Everything that the face stage knows about a photo.
///
/// Masks and landmarks are there only if a face was found; the first face is the main one.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    /// The faces, the main (largest) one first.
    pub faces: Vec<DetectedFace>,
    /// Dense landmarks of the main face, if the landmark model confirms a face there.
    pub landmarks: Option<Landmarks>,
    /// Person against background, fine at the outline.
    pub person: Option<Mask>,
    /// Hair, skin, clothes and worn things, coarser than `person`.
    pub classes: Option<ClassMasks>,
    /// Crown, chin and contour of the main head.
    pub head: Option<HeadOutline>,
}

/// A face box with its key points.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DetectedFace {
    /// About hairline to chin and cheek to cheek; may reach beyond the photo.
    pub rect: Rect,
    /// The detector's confidence, 0 to 1.
    pub score: Ratio,
    /// Eye at the picture's left, eye at its right, nose tip, mouth corner left, right. Coarse.
    pub points: [Point; 5],
}

/// The 478 points of the face mesh, in the order of MediaPipe's canonical face model.
#[derive(Clone, Debug, PartialEq)]
pub struct Landmarks {
    points: Vec<Point>,
    depth: Vec<f32>,
    presence: Ratio,
}

impl Landmarks {
    /// Number of points.
    pub const COUNT: usize = 478;

    /// `None` unless there are [`Landmarks::COUNT`] points with a finite depth each.
    #[must_use]
    pub fn new(points: Vec<Point>, depth: Vec<f32>, presence: Ratio) -> Option<Self> {
        let whole = points.len() == Self::COUNT
            && depth.len() == Self::COUNT
            && depth.iter().all(|z| z.is_finite());
        whole.then_some(Self {
            points,
            depth,
            presence,
        })
    }

    /// The points in working pixels; those of a cut face lie outside the photo.
    #[must_use]
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// Depth of each point in working pixels, negative towards the camera.
    #[must_use]
    pub fn depth(&self) -> &[f32] {
        &self.depth
    }

    /// The model's confidence that there is a face, 0 to 1.
    #[must_use]
    pub const fn presence(&self) -> Ratio {
        self.presence
    }

    /// One point; see [`mesh`] for the indices.
    ///
    /// # Panics
    /// If `index` is not below [`Landmarks::COUNT`].
    #[must_use]
    pub fn at(&self, index: usize) -> Point {
        self.points[index]
    }

    /// Middle of the eye at the picture's left, between its corners.
    #[must_use]
    pub fn left_eye(&self) -> Point {
        self.at(mesh::LEFT_EYE_CORNERS[0])
            .midpoint(self.at(mesh::LEFT_EYE_CORNERS[1]))
    }

    /// Middle of the eye at the picture's right, between its corners.
    #[must_use]
    pub fn right_eye(&self) -> Point {
        self.at(mesh::RIGHT_EYE_CORNERS[0])
            .midpoint(self.at(mesh::RIGHT_EYE_CORNERS[1]))
    }

    /// Inter-eye distance in working pixels.
    #[must_use]
    pub fn inter_eye_distance(&self) -> f32 {
        self.left_eye().distance(self.right_eye())
    }
}

/// Indices into the face mesh. Left and right are sides of the picture.
pub mod mesh {
    /// Middle of the oval's upper edge, near the hairline.
    pub const FOREHEAD: usize = 10;
    /// Lowest point of the chin.
    pub const CHIN: usize = 152;
    /// Oval at ear height, left.
    pub const LEFT_CHEEK: usize = 234;
    /// Oval at ear height, right.
    pub const RIGHT_CHEEK: usize = 454;
    /// Tip of the nose.
    pub const NOSE_TIP: usize = 1;
    /// Between nose and upper lip.
    pub const NOSE_BASE: usize = 2;
    /// Outer and inner corner of the left eye.
    pub const LEFT_EYE_CORNERS: [usize; 2] = [33, 133];
    /// Inner and outer corner of the right eye.
    pub const RIGHT_EYE_CORNERS: [usize; 2] = [362, 263];
    /// Pairs of upper and lower lid, left eye.
    pub const LEFT_LIDS: [[usize; 2]; 3] = [[159, 145], [158, 153], [160, 144]];
    /// Pairs of upper and lower lid, right eye.
    pub const RIGHT_LIDS: [[usize; 2]; 3] = [[386, 374], [385, 380], [387, 373]];
    /// The opening of the left eye, all around.
    pub const LEFT_EYE: [usize; 16] = [
        33, 246, 161, 160, 159, 158, 157, 173, 133, 155, 154, 153, 145, 144, 163, 7,
    ];
    /// The opening of the right eye, all around.
    pub const RIGHT_EYE: [usize; 16] = [
        362, 398, 384, 385, 386, 387, 388, 466, 263, 249, 390, 373, 374, 380, 381, 382,
    ];
    /// Middle of the left iris, then its rim.
    pub const LEFT_IRIS: [usize; 5] = [468, 469, 470, 471, 472];
    /// Middle of the right iris, then its rim.
    pub const RIGHT_IRIS: [usize; 5] = [473, 474, 475, 476, 477];
    /// Inner edge of the upper and of the lower lip, in the middle.
    pub const INNER_LIPS: [usize; 2] = [13, 14];
    /// Inner mouth corners, left and right.
    pub const MOUTH_CORNERS: [usize; 2] = [78, 308];
    /// The gap between the lips, all around.
    pub const MOUTH: [usize; 20] = [
        78, 191, 80, 81, 82, 13, 312, 311, 310, 415, 308, 324, 318, 402, 317, 14, 87, 178, 88, 95,
    ];
    /// Outer mouth corners, left and right.
    pub const OUTER_MOUTH_CORNERS: [usize; 2] = [61, 291];
    /// Highest points of the brows, left and right.
    pub const BROWS: [usize; 2] = [105, 334];
    /// The face oval, clockwise from the forehead.
    pub const OVAL: [usize; 36] = [
        10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377,
        152, 148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
    ];
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

/// A point of the original frame in whole pixels; may lie outside the photo.
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

/// One face as it is kept in a review.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FaceSummary {
    /// The part of the face box inside the photo.
    pub region: Region,
    /// The detector's confidence, 0 to 1.
    pub score_ratio: Ratio,
    /// Area of the box over the area of the main face's box.
    pub size_ratio: Ratio,
}

/// What a review keeps of the [`Subject`]; coordinates are of the original frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FaceFacts {
    /// The clockwise turn that brings the person upright; anything but `none` means that the
    /// photo shows them sideways or upside down.
    pub turn: QuarterTurn,
    /// The faces, the main one first.
    pub faces: Vec<FaceSummary>,
    /// The landmark model's confidence that the main face is one; absent if it was not asked.
    pub presence_ratio: Option<Ratio>,
    /// Middle of the eye at the picture's left and right, as the upright person is seen.
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
    /// What a review keeps of this subject.
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
            presence_ratio: self.landmarks.as_ref().map(Landmarks::presence),
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
            points: [Point::new(0.0, 0.0).unwrap(); 5],
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

    #[test]
    fn landmarks_refuse_another_count() {
        let point = Point::new(0.0, 0.0).unwrap();
        let presence = Ratio::new(1.0).unwrap();
        assert!(Landmarks::new(vec![point; 468], vec![0.0; 468], presence).is_none());
        assert!(Landmarks::new(vec![point; 478], vec![f32::NAN; 478], presence).is_none());
        assert!(Landmarks::new(vec![point; 478], vec![0.0; 478], presence).is_some());
    }
}
