//! Where the class model looks, and what becomes of the rest of the photo.
//!
//! The network is run on the head alone: there its few cells are as fine as four times as many
//! over the whole photo, at a quarter of the cost. What the person mask takes for a person
//! elsewhere counts as clothes. What is background the person mask alone decides: it is the finer
//! one, and at this size the class model takes shadows on the wall for hair.

use ndarray::Array2;
use shomei_photo::{ClassMasks, ImageSize, Landmarks, Mask, PersonClass, Point, Rect};

use crate::tone::bare_skin;

/// Cells along each side of the masks that are laid over the whole photo.
const CELLS: usize = 128;
/// Probability of "person" from which a cell may belong to the head.
const PERSON: f32 = 0.3;
/// How far from the middle of the face the head may reach, in face widths.
const REACH: f32 = 1.6;
/// Narrowest row that still counts as head, in face widths.
const NARROWEST: f32 = 0.1;
/// Share of what is above the face that is neither hair nor skin, from which something may be worn
/// there. (Labelled portraits: 5 % of bare heads have more, 4 of 88 covered heads less.)
const UNEXPLAINED: f32 = 0.1;
/// Probability of skin, or of glasses, below the eyes and on the forehead, if the face was seen.
const FACE: f32 = 0.5;
/// Probabilities of worn things and of skin on nose, mouth and chin between which the first look
/// contradicts itself: masks leave no skin, beards and moustaches nothing worn.
const CONTRADICTING: [f32; 2] = [0.1, 0.15];
/// Two neighbouring cells, and the weight of the second.
type Between = (usize, usize, f32);
/// Places along each side of an area that is looked at.
const STEPS: usize = 12;
/// How far above the face is looked at, in heights of the face.
const ABOVE: f32 = 0.5;
/// Free space that is looked at around the head, in heights of the face oval.
#[derive(Clone, Copy)]
pub(crate) struct Margins {
    top: f32,
    sides: f32,
    bottom: f32,
    /// What is looked at in any case above the forehead: the person mask may miss a hat.
    above: f32,
}

/// The head alone: the finest look.
pub(crate) const CLOSE: Margins = Margins {
    top: 0.1,
    sides: 0.1,
    bottom: 0.1,
    above: 0.3,
};
/// With more of what is around it: a hat is easier to tell from hair and wall.
pub(crate) const WIDE: Margins = Margins {
    top: 0.25,
    sides: 0.2,
    bottom: 0.3,
    above: 0.7,
};

/// The head with its hair by the person mask, with margins, inside the photo.
pub(crate) fn of_head(
    size: ImageSize,
    landmarks: &Landmarks,
    person: &Mask,
    margins: Margins,
) -> Option<Rect> {
    let oval = landmarks.face()?;
    let (rows, columns) = person.cells().dim();
    let (width, height) = (size.width() as f32, size.height() as f32);
    let column = |x: f32| {
        (x / width * columns as f32)
            .max(0.0)
            .min(columns as f32 - 1.0) as usize
    };
    let row = |y: f32| (y / height * rows as f32).max(0.0).min(rows as f32 - 1.0) as usize;
    let middle = column(oval.centre().x());
    let reach = column(oval.centre().x() - REACH * oval.width())
        ..=column(oval.centre().x() + REACH * oval.width());
    let narrowest = (NARROWEST * oval.width() / width * columns as f32).max(1.0) as usize;

    // From the nose upwards, as long as there is somebody.
    let (mut left, mut right) = (column(oval.x()), column(oval.right()));
    let mut top = row(oval.y());
    for row in (0..=row(landmarks.nose_base.y())).rev() {
        let line = person.cells().row(row);
        let of_person = |column: &usize| line[*column] > PERSON;
        let inside = column(oval.x())..=column(oval.right());
        if inside.filter(of_person).count() < narrowest {
            if row < top {
                break;
            }
            continue;
        }
        top = top.min(row);
        let from = (*reach.start()..=middle).rev().find(|c| !of_person(c));
        let to = (middle..=*reach.end()).find(|c| !of_person(c));
        left = left.min(from.unwrap_or(*reach.start()));
        right = right.max(to.unwrap_or(*reach.end()));
    }
    let x = |column: usize| column as f32 / columns as f32 * width;
    let space = |share: f32| share * oval.height();
    let crown = top as f32 / rows as f32 * height - space(margins.top);
    let left = (x(left) - space(margins.sides)).max(0.0);
    let right = (x(right + 1) + space(margins.sides)).min(width);
    let top = crown.min(oval.y() - space(margins.above)).max(0.0);
    let bottom = (oval.bottom() + space(margins.bottom)).min(height);
    Rect::new(left, top, right - left, bottom - top)
}

/// What the first look leaves open.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Doubts {
    /// Whether something is worn above the brows.
    head: bool,
    /// Where the face is at all.
    face: bool,
    /// Whether something covers nose, mouth and chin.
    lower: bool,
}

impl Doubts {
    /// Those that masks over the whole photo leave.
    pub(crate) fn of(size: ImageSize, landmarks: &Landmarks, classes: &ClassMasks) -> Self {
        let lower = lower_face(landmarks);
        let lower_mean = |class| mean(size, classes, class, &lower);
        let [worn, bare] = [PersonClass::Other, PersonClass::FaceSkin];
        let face = seen(size, landmarks, classes).is_some_and(|seen| seen < FACE);
        Self {
            head: unexplained(size, landmarks, classes) > UNEXPLAINED,
            face,
            lower: face
                || (!lower.is_empty()
                    && lower_mean(worn) > CONTRADICTING[0]
                    && lower_mean(bare) > CONTRADICTING[1]),
        }
    }

    pub(crate) const fn any(self) -> bool {
        self.head || self.face || self.lower
    }

    /// The first look, with the mean of two other looks in its place wherever there are doubts. Looks
    /// that see less of the face than the first one decide nothing: a face that is washed out cannot
    /// be brought to usual light.
    pub(crate) fn settled(
        self,
        size: ImageSize,
        landmarks: &Landmarks,
        first: &ClassMasks,
        others: [&ClassMasks; 2],
    ) -> Option<ClassMasks> {
        let of_face = |look| seen(size, landmarks, look).unwrap_or(0.0);
        if (of_face(others[0]) + of_face(others[1])) / 2.0 < of_face(first) {
            return Some(first.clone());
        }
        let brow = brows(landmarks);
        let nose = landmarks.nose_base.y();
        ClassMasks::from_fn(|class| {
            let [one, two] = others.map(|look| look.of(class).cells());
            let mut cells = first.of(class).cells().clone();
            if one.dim() != cells.dim() || two.dim() != cells.dim() {
                return None;
            }
            let rows = cells.nrows();
            for row in 0..rows {
                let y = (row as f32 + 0.5) / rows as f32 * size.height() as f32;
                let open = if y < brow {
                    self.head || self.face
                } else if y < nose {
                    self.face
                } else {
                    self.lower
                };
                if open {
                    let mean = (&one.row(row) + &two.row(row)) / 2.0;
                    cells.row_mut(row).assign(&mean);
                }
            }
            Mask::new(cells)
        })
    }
}

/// How much of the face's bare skin is taken for skin or for something worn; `None` if it lies
/// outside the photo.
fn seen(size: ImageSize, landmarks: &Landmarks, classes: &ClassMasks) -> Option<f32> {
    let skin = bare_skin(landmarks);
    let of = |class| mean(size, classes, class, &skin);
    (!skin.is_empty()).then(|| of(PersonClass::FaceSkin) + of(PersonClass::Other))
}

fn mean(size: ImageSize, classes: &ClassMasks, class: PersonClass, points: &[Point]) -> f32 {
    let at = |&point| classes.of(class).at(point, size);
    points.iter().map(at).sum::<f32>() / points.len() as f32
}

/// Height of the higher brow, in working pixels from the top.
pub(crate) fn brows(landmarks: &Landmarks) -> f32 {
    let [left, right] = [&landmarks.eyes[0], &landmarks.eyes[1]];
    left.brow.y().min(right.brow.y())
}

/// Places from the nose to the chin.
fn lower_face(landmarks: &Landmarks) -> Vec<Point> {
    let (nose, chin) = (landmarks.nose_base, landmarks.chin);
    let half = landmarks.inter_eye_distance() * 0.5;
    let share = |step: usize| (step as f32 + 0.5) / STEPS as f32;
    (0..STEPS * STEPS)
        .filter_map(|step| {
            let down = 0.9 * share(step / STEPS);
            let x =
                nose.x() + (chin.x() - nose.x()) * down + (share(step % STEPS) - 0.5) * 2.0 * half;
            Point::new(x, nose.y() + (chin.y() - nose.y()) * down)
        })
        .collect()
}

/// Share of what is above the middle of the face, up to half of the face's height, that is neither
/// hair nor skin: worn things, cloth, and what the class model takes for wall.
fn unexplained(size: ImageSize, landmarks: &Landmarks, classes: &ClassMasks) -> f32 {
    let Some(oval) = landmarks.face() else {
        return 0.0;
    };
    let bare = [
        PersonClass::Hair,
        PersonClass::FaceSkin,
        PersonClass::BodySkin,
    ];
    let share = |step: usize| (step as f32 + 0.5) / STEPS as f32;
    let (mut there, mut open) = (0.0, 0.0);
    for step in 0..STEPS * STEPS {
        let x = oval.x() + (0.1 + 0.8 * share(step % STEPS)) * oval.width();
        let y = oval.y() - share(step / STEPS) * ABOVE * oval.height();
        if let Some(point) = Point::new(x, y).filter(|point| point.y() >= 0.0) {
            let person = 1.0 - classes.of(PersonClass::Background).at(point, size);
            let seen: f32 = bare
                .iter()
                .map(|&class| classes.of(class).at(point, size))
                .sum();
            there += person;
            open += (person - seen).max(0.0);
        }
    }
    open / there.max(1.0)
}

/// The classes of the head at `place` laid over the whole photo, on which the person mask says
/// what is background.
pub(crate) fn laid_over(
    size: ImageSize,
    place: Rect,
    head: &ClassMasks,
    person: &Mask,
) -> Option<ClassMasks> {
    // Where the cells of the photo lie in the place: the two cells of the head's masks that each
    // is between, with the weight of the second; `None` beside it.
    let (rows, columns) = head.of(PersonClass::Hair).cells().dim();
    let axis = |length: u32, from: f32, over: f32, cells: usize| -> Vec<Option<Between>> {
        (0..CELLS)
            .map(|cell| {
                let at = ((cell as f32 + 0.5) / CELLS as f32 * length as f32 - from) / over;
                (0.0..=1.0).contains(&at).then(|| {
                    let at = (at * cells as f32 - 0.5).max(0.0).min(cells as f32 - 1.0);
                    let low = at as usize;
                    (low, (low + 1).min(cells - 1), at - low as f32)
                })
            })
            .collect()
    };
    let across = axis(size.width(), place.x(), place.width(), columns);
    let down = axis(size.height(), place.y(), place.height(), rows);
    let person = person.resampled(ImageSize::new(CELLS as u32, CELLS as u32)?);
    ClassMasks::from_fn(|class| {
        if class == PersonClass::Background {
            return Mask::new(person.mapv(|person| 1.0 - person));
        }
        let mask = head.of(class).cells();
        let beside = class == PersonClass::Clothes;
        let cells = Array2::from_shape_fn((CELLS, CELLS), |(row, column)| {
            match down[row].zip(across[column]) {
                Some(((top, bottom, t), (left, right, s))) => {
                    let line = |row| mask[[row, left]] * (1.0 - s) + mask[[row, right]] * s;
                    line(top) * (1.0 - t) + line(bottom) * t
                }
                None if beside => person[[row, column]],
                None => 0.0,
            }
        });
        Mask::new(cells)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::tests::{landmarks, masks, size};

    /// A head around (100, 105), 45 to each side and 60 up and down; the oval begins at (70, 80).
    fn place(margins: Margins) -> Rect {
        let (_, person) = masks(100.0, 105.0, 45.0, 60.0);
        of_head(size(), &landmarks(70.0), &person, margins).unwrap()
    }

    #[test]
    fn the_place_holds_the_head_and_its_margins() {
        let near = |a: f32, b: f32| (a - b).abs() <= 4.0;
        let close = place(CLOSE);
        assert!(
            near(close.x(), 47.0) && near(close.right(), 153.0),
            "{close:?}"
        );
        assert!(
            near(close.y(), 37.0) && near(close.bottom(), 168.0),
            "{close:?}"
        );
        let wide = place(WIDE);
        assert!(
            near(wide.x(), 39.0) && near(wide.right(), 161.0),
            "{wide:?}"
        );
        assert!(
            near(wide.y(), 24.0) && near(wide.bottom(), 184.0),
            "{wide:?}"
        );
    }

    #[test]
    fn without_a_person_mask_the_face_is_looked_at() {
        let (_, nobody) = masks(-500.0, -500.0, 1.0, 1.0);
        let place = of_head(size(), &landmarks(70.0), &nobody, CLOSE).unwrap();
        assert!(place.x() < 70.0 && place.right() > 130.0);
        assert!(place.y() < 60.0 && place.bottom() > 160.0, "{place:?}");
    }

    /// Every class of the place stands where it was seen, and only there.
    #[test]
    fn what_was_seen_is_laid_where_it_is() {
        let (_, person) = masks(100.0, 105.0, 45.0, 60.0);
        let place = Rect::new(60.0, 40.0, 80.0, 80.0).unwrap();
        let half = |left: f32, right: f32| {
            let cells =
                Array2::from_shape_fn((8, 8), |(_, column)| if column < 4 { left } else { right });
            Mask::new(cells).unwrap()
        };
        let head = ClassMasks::from_fn(|class| {
            Some(match class {
                PersonClass::Hair => half(1.0, 0.0),
                PersonClass::Other => half(0.0, 1.0),
                _ => half(0.0, 0.0),
            })
        })
        .unwrap();
        let whole = laid_over(size(), place, &head, &person).unwrap();
        let at = |class, x, y| whole.of(class).at(Point::new(x, y).unwrap(), size());
        assert!(at(PersonClass::Hair, 75.0, 80.0) > 0.95);
        assert!(at(PersonClass::Other, 125.0, 80.0) > 0.95);
        assert!(at(PersonClass::Other, 75.0, 80.0) < 0.05);
        assert!(at(PersonClass::Hair, 40.0, 80.0) < 0.05);
        assert!(at(PersonClass::Background, 20.0, 20.0) > 0.95);
        assert!(at(PersonClass::Clothes, 20.0, 220.0) > 0.95);
        assert!(at(PersonClass::Background, 100.0, 100.0) < 0.05);
    }

    /// Everything is one class, with the person mask of the usual head.
    fn only(class: PersonClass) -> ClassMasks {
        let (_, person) = masks(100.0, 105.0, 45.0, 60.0);
        let whole = Rect::new(0.0, 0.0, 200.0, 240.0).unwrap();
        let head = ClassMasks::from_fn(|of| {
            let value = if of == class { 0.9 } else { 0.02 };
            Mask::new(Array2::from_elem((8, 8), value))
        });
        laid_over(size(), whole, &head.unwrap(), &person).unwrap()
    }

    #[test]
    fn hats_cloth_and_what_was_not_seen_leave_doubts_and_hair_does_not() {
        let marks = landmarks(70.0);
        for (class, doubtful) in [
            (PersonClass::Hair, false),
            (PersonClass::FaceSkin, false),
            (PersonClass::BodySkin, false),
            (PersonClass::Other, true),
            (PersonClass::Clothes, true),
            (PersonClass::Background, true),
        ] {
            let doubts = Doubts::of(size(), &marks, &only(class));
            assert_eq!(doubts.head, doubtful, "{class:?}");
        }
    }

    #[test]
    fn only_what_is_doubtful_is_taken_from_the_other_looks() {
        let mut marks = landmarks(70.0);
        for eye in &mut marks.eyes {
            eye.brow = Point::new(100.0, 100.0).unwrap();
        }
        let mut washed_out = marks.clone();
        for (eye, x) in washed_out.eyes.iter_mut().zip([85.0, 115.0]) {
            eye.corners = [Point::new(x, 115.0).unwrap(); 2];
        }
        let [hat, hair, skin] =
            [PersonClass::Other, PersonClass::Hair, PersonClass::FaceSkin].map(only);
        let doubts = Doubts {
            head: true,
            ..Doubts::default()
        };
        let settled = doubts
            .settled(size(), &marks, &hat, [&hair, &skin])
            .unwrap();
        let at = |class, y| settled.of(class).at(Point::new(100.0, y).unwrap(), size());
        assert!(at(PersonClass::Other, 70.0) < 0.05);
        assert!((at(PersonClass::Hair, 70.0) - 0.46).abs() < 0.01);
        assert!(at(PersonClass::Other, 110.0) > 0.85);
        assert!(!Doubts::default().any() && doubts.any());
        // A washed-out face, of which the other looks see nothing.
        let settled = doubts
            .settled(size(), &washed_out, &hat, [&hair, &skin])
            .unwrap();
        assert_eq!(settled, hat);
    }
}
