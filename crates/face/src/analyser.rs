//! Combines the networks: finds which way is up, the main face, and what is around it.

use shomei_photo::{ClassMasks, DetectedFace, Landmarks, Mask, Photo, QuarterTurn, Subject};

use crate::{
    ClassSegmenter, Error, FaceDetector, FaceMesh, Landmarker, ModelSet, MulticlassSelfie,
    PersonSegmenter, SelfieSegmentation, SkinTone, YuNet, head, place,
};

/// Finds the subject of a photo. All threads can share it. A call runs on the calling thread unless
/// [`Analyser::parallel`] is set.
pub struct Analyser {
    detector: Box<dyn FaceDetector>,
    landmarker: Box<dyn Landmarker>,
    person: Box<dyn PersonSegmenter>,
    classes: Box<dyn ClassSegmenter>,
    parallel: bool,
}

impl std::fmt::Debug for Analyser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Analyser").finish_non_exhaustive()
    }
}

/// The result of [`Analyser::analyse`].
#[derive(Clone, Debug)]
pub struct Analysis {
    /// The photo with the person upright, turned if necessary.
    pub photo: Photo,
    /// The people in it, in coordinates of `photo`.
    pub subject: Subject,
}

/// An upright face scores at least this; below it, the other three turns are tried.
/// (Labelled portraits: upright 0.92 and more, turned at most 0.91.)
const SURELY_UPRIGHT: f32 = 0.9;
/// A turn counts only if its score exceeds the upright score by this much.
const TURN_ADVANTAGE: f32 = 0.02;
/// Presence below which the landmark model rejects a detection.
/// (Labelled portraits: 1.000; detections on other things at most 0.001.)
const MIN_PRESENCE: f32 = 0.5;
/// The limit of faces that landmarks confirm. More faces are a crowd anyway.
const MAX_FACES: usize = 8;

impl Analyser {
    /// The networks of a [`ModelSet`].
    ///
    /// # Errors
    /// If they are not the expected ones, or one of them cannot be loaded.
    pub fn new(models: &ModelSet) -> Result<Self, Error> {
        models.check()?;
        Ok(Self::of(
            Box::new(YuNet::new(models)?),
            Box::new(FaceMesh::new(models)?),
            Box::new(SelfieSegmentation::new(models)?),
            Box::new(MulticlassSelfie::new(models)?),
        ))
    }

    /// Uses other networks, for example fakes in tests.
    #[must_use]
    pub fn of(
        detector: Box<dyn FaceDetector>,
        landmarker: Box<dyn Landmarker>,
        person: Box<dyn PersonSegmenter>,
        classes: Box<dyn ClassSegmenter>,
    ) -> Self {
        Self {
            detector,
            landmarker,
            person,
            classes,
            parallel: false,
        }
    }

    /// Whether networks that do not need each other run at the same time, on rayon's threads: those of
    /// the caller's pool, or of the global one.
    #[must_use]
    pub const fn parallel(mut self, parallel: bool) -> Self {
        self.parallel = parallel;
        self
    }

    /// Finds the people in the photo. If there are none, the subject has no faces and no masks.
    ///
    /// # Errors
    /// If a network cannot be run.
    pub fn analyse(&self, photo: Photo) -> Result<Analysis, Error> {
        let (photo, faces) = self.upright(photo)?;
        // The person is sought in vain where no face is confirmed; a photo without a detection
        // does not come so far.
        let (faces, person) = if self.parallel && !faces.is_empty() {
            rayon::join(
                || self.confirmed(&photo, faces),
                || self.person.person(&photo).map(Some),
            )
        } else {
            (self.confirmed(&photo, faces), Ok(None))
        };
        let (faces, person) = (faces?, person?);
        let (faces, marks): (Vec<_>, Vec<_>) = faces.into_iter().unzip();
        // Those of the main face.
        let Some(landmarks) = marks.into_iter().next() else {
            return Ok(Analysis {
                photo,
                subject: Subject::default(),
            });
        };
        let person = person.map_or_else(|| self.person.person(&photo), Ok)?;
        let classes = self.classes_of(&photo, &landmarks, &person)?;
        let head = head::outline(photo.size(), &landmarks, &classes, &person);
        let subject = Subject {
            faces,
            landmarks: Some(landmarks),
            person: Some(person),
            classes: Some(classes),
            head,
        };
        Ok(Analysis { photo, subject })
    }

    /// The classes over the whole photo, from a close crop around the head. If that leaves doubts
    /// about what is worn, two more looks decide: close and wide, both in usual light and colours.
    fn classes_of(
        &self,
        photo: &Photo,
        landmarks: &Landmarks,
        person: &Mask,
    ) -> Result<ClassMasks, Error> {
        let fail = || Error::output("classes");
        let size = photo.size();
        let look = |margins, skin| {
            let place = place::of_head(size, landmarks, person, margins).ok_or_else(fail)?;
            let head = self.classes.classes(photo, place, skin)?;
            place::laid_over(size, place, &head, person).ok_or_else(fail)
        };
        let first = look(place::CLOSE, None)?;
        let doubts = place::Doubts::of(size, landmarks, &first);
        let skin = SkinTone::of(photo, landmarks);
        if !doubts.any() || skin.is_none() {
            return Ok(first);
        }
        let others = [look(place::CLOSE, skin)?, look(place::WIDE, skin)?];
        doubts
            .settled(size, landmarks, &first, others.each_ref())
            .ok_or_else(fail)
    }

    /// The turn with the highest score of its best face.
    fn upright(&self, photo: Photo) -> Result<(Photo, Vec<DetectedFace>), Error> {
        let mut faces = self.detector.detect(&photo, false)?;
        if best_score(&faces) >= SURELY_UPRIGHT {
            return Ok((photo, faces));
        }
        if faces.is_empty() {
            faces = self.detector.detect(&photo, true)?;
        }
        let mut best = (photo.clone(), faces);
        let mut score_to_beat = best_score(&best.1) + TURN_ADVANTAGE;
        for turn in QuarterTurn::ALL {
            let Some(turned) = (turn != QuarterTurn::None)
                .then(|| photo.turned(turn))
                .flatten()
            else {
                continue;
            };
            let faces = self.detector.detect(&turned, false)?;
            if best_score(&faces) > score_to_beat {
                score_to_beat = best_score(&faces);
                best = (turned, faces);
            }
        }
        Ok(best)
    }

    /// The faces that the landmark model confirms, the largest first.
    fn confirmed(
        &self,
        photo: &Photo,
        faces: Vec<DetectedFace>,
    ) -> Result<Vec<(DetectedFace, Landmarks)>, Error> {
        let mut confirmed = Vec::new();
        for face in faces.into_iter().take(MAX_FACES) {
            let landmarks = self.landmarker.landmarks(photo, &face)?;
            if landmarks.presence.get() >= MIN_PRESENCE {
                confirmed.push((face, landmarks));
            }
        }
        confirmed.sort_by(|(a, _), (b, _)| b.rect.area().total_cmp(&a.rect.area()));
        Ok(confirmed)
    }
}

fn best_score(faces: &[DetectedFace]) -> f32 {
    faces
        .iter()
        .map(|face| face.score.get())
        .fold(0.0, f32::max)
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;
    use shomei_photo::{ClassMasks, Mask, PersonClass, Point, Ratio, Rect};

    use super::*;
    use crate::head::tests::{landmarks, masks, size};

    /// Sees a face only where the photo's first pixel is white, with the scores given.
    struct Detector(Vec<f32>);
    struct Marks(f32);
    struct Masks;

    fn ratio(value: f32) -> Ratio {
        Ratio::new(value).unwrap()
    }

    impl FaceDetector for Detector {
        fn detect(&self, photo: &Photo, _: bool) -> Result<Vec<DetectedFace>, Error> {
            if photo.pixel(0, 0) != [255; 3] {
                return Ok(Vec::new());
            }
            let face = |(i, &score): (usize, &f32)| DetectedFace {
                rect: Rect::new(70.0, 80.0, 60.0 + i as f32, 80.0).unwrap(),
                score: ratio(score),
                eyes: [Point::new(0.0, 0.0).unwrap(); 2],
            };
            Ok(self.0.iter().enumerate().map(face).collect())
        }
    }

    impl Landmarker for Marks {
        fn landmarks(&self, _: &Photo, _: &DetectedFace) -> Result<Landmarks, Error> {
            Ok(Landmarks {
                presence: ratio(self.0),
                ..landmarks(70.0)
            })
        }
    }

    impl PersonSegmenter for Masks {
        fn person(&self, _: &Photo) -> Result<Mask, Error> {
            Ok(masks(100.0, 105.0, 45.0, 60.0).1)
        }
    }

    impl ClassSegmenter for Masks {
        fn classes(&self, _: &Photo, _: Rect, _: Option<SkinTone>) -> Result<ClassMasks, Error> {
            Ok(masks(100.0, 105.0, 45.0, 60.0).0)
        }
    }

    fn analyse(white: (u32, u32), scores: &[f32], presence: f32) -> Analysis {
        let mut rgb = vec![0; 200 * 240 * 3];
        let at = (white.1 * 200 + white.0) as usize * 3;
        rgb[at..at + 3].fill(255);
        let photo = Photo::new(rgb, size(), size()).unwrap();
        Analyser::of(
            Box::new(Detector(scores.to_vec())),
            Box::new(Marks(presence)),
            Box::new(Masks),
            Box::new(Masks),
        )
        .analyse(photo)
        .unwrap()
    }

    #[test]
    fn the_largest_confirmed_face_is_the_main_one() {
        let found = analyse((0, 0), &[0.95, 0.8], 0.99);
        assert_eq!(found.subject.faces.len(), 2);
        assert!((found.subject.faces[0].rect.width() - 61.0).abs() < 1e-6);
        assert!(found.subject.head.is_some() && found.subject.person.is_some());
        assert_eq!(found.photo.frame().turn(), QuarterTurn::None);
    }

    #[test]
    fn what_the_landmarks_deny_is_no_face() {
        let found = analyse((0, 0), &[0.95], 0.01);
        assert!(found.subject.faces.is_empty() && found.subject.landmarks.is_none());
    }

    /// Knows four points of a face.
    struct FourPoints;
    /// Tells the wall from the head, and nothing else.
    struct TwoChannels;

    impl Landmarker for FourPoints {
        fn landmarks(&self, _: &Photo, _: &DetectedFace) -> Result<Landmarks, Error> {
            let at = |x: f32, y: f32| Point::new(x, y).unwrap();
            let [forehead, right, chin, left] = [
                at(100.0, 80.0),
                at(130.0, 120.0),
                at(100.0, 160.0),
                at(70.0, 120.0),
            ];
            Ok(Landmarks {
                forehead,
                chin,
                oval: vec![forehead, right, chin, left],
                points: vec![left, right, chin, forehead],
                ..Landmarks::collapsed(at(100.0, 130.0), ratio(1.0))
            })
        }
    }

    impl ClassSegmenter for TwoChannels {
        fn classes(&self, _: &Photo, _: Rect, _: Option<SkinTone>) -> Result<ClassMasks, Error> {
            let channels = [0.0, 1.0].map(|value| Mask::new(Array2::from_elem((8, 8), value)));
            let [wall, head] = channels.map(Option::unwrap);
            let masks = ClassMasks::from_fn(|class| match class {
                PersonClass::Hair => Some(head.clone()),
                _ => Some(wall.clone()),
            });
            Ok(masks.unwrap())
        }
    }

    #[test]
    fn networks_may_have_other_points_and_channels() {
        let photo = Photo::new(vec![255; 200 * 240 * 3], size(), size()).unwrap();
        let analyser = Analyser::of(
            Box::new(Detector(vec![0.95])),
            Box::new(FourPoints),
            Box::new(Masks),
            Box::new(TwoChannels),
        );
        let head = analyser.analyse(photo).unwrap().subject.head.unwrap();
        assert!((head.crown.y() - 45.0).abs() < 3.0, "{head:?}");
        assert!((head.chin.y() - 160.0).abs() < 1e-3, "{head:?}");
        assert!((head.rect.width() - 90.0).abs() < 5.0, "{head:?}");
    }

    /// The white pixel comes to the top-left corner only by the right turn.
    #[test]
    fn a_sideways_person_is_turned_upright() {
        for (white, turn) in [
            ((0, 239), QuarterTurn::Clockwise),
            ((199, 239), QuarterTurn::Half),
            ((199, 0), QuarterTurn::CounterClockwise),
        ] {
            let found = analyse(white, &[0.8], 1.0);
            assert_eq!(found.photo.frame().turn(), turn);
            assert_eq!(found.subject.faces.len(), 1);
        }
        assert!(analyse((100, 100), &[0.8], 1.0).subject.faces.is_empty());
    }
}
