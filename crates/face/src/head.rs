//! The outline of the head: crown with hair, chin, contour.

use std::ops::RangeInclusive;

use ndarray::Array2;
use shomei_photo::{ClassMasks, HeadOutline, ImageSize, Landmarks, Mask, PersonClass, Point, Rect};

use crate::place;

/// Side of a cell of the grid on which the head is traced, in working pixels.
const CELL: u32 = 2;
/// How far hair of this head may be from the middle of the face, in face widths.
const REACH: f32 = 1.6;
/// The narrowest row that counts as crown, in face widths: single strands do not count.
const CROWN_WIDTH: f32 = 0.1;
/// A cell that only the person mask takes for head is head if that gives 0.5 more than this.
const UNSEEN: f32 = 0.45;
/// Contour points on each side.
const CONTOUR_ROWS: usize = 24;

/// Traces the head around `landmarks` in the hair, skin and worn things of the masks. `None` if it
/// was not seen above the brows.
pub(crate) fn outline(
    size: ImageSize,
    landmarks: &Landmarks,
    classes: &ClassMasks,
    person: &Mask,
) -> Option<HeadOutline> {
    let oval = landmarks.face()?;
    let chin = landmarks.chin;
    let grid = Grid::trace(size, landmarks, oval, classes, person)?;
    let crown = grid.crown(oval).unwrap_or(landmarks.forehead);
    // No crown is below the brows. If this one is, the head was not found.
    if crown.y() > place::brows(landmarks).max(CELL as f32) {
        return None;
    }

    let (width, height) = (size.width() as f32, size.height() as f32);
    let rows = |top: f32, bottom: f32| {
        let row = |y: f32| (y / CELL as f32).max(0.0) as usize;
        row(top)..=row(bottom).min(grid.head.nrows().saturating_sub(1))
    };
    // Hair below the nose hangs free and says nothing about the width of the head.
    let nose = landmarks.nose_base.y();
    let (mut left, mut right) = (oval.x(), oval.right());
    for row in rows(crown.y(), nose) {
        if let Some((from, to)) = grid.extent(row) {
            left = left.min(from);
            right = right.max(to);
        }
    }
    let rect = Rect::new(
        left,
        crown.y(),
        right - left,
        (chin.y() - crown.y()).max(1.0),
    )?;

    let all_rows: Vec<usize> = rows(crown.y(), chin.y().min(height)).collect();
    let step = (all_rows.len() / CONTOUR_ROWS).max(1);
    let (mut down, mut up) = (Vec::new(), Vec::new());
    for &row in all_rows.iter().step_by(step) {
        if let Some((from, to)) = grid.extent(row) {
            let y = (row as f32 + 0.5) * CELL as f32;
            down.extend(Point::new(to, y));
            up.extend(Point::new(from, y));
        }
    }
    down.extend(Point::new(
        chin.x().max(0.0).min(width),
        chin.y().min(height),
    ));
    down.extend(up.into_iter().rev());
    Some(HeadOutline {
        crown,
        chin,
        rect,
        contour: down,
    })
}

/// Cells of the photo that belong to the head.
struct Grid {
    head: Array2<bool>,
    probability: Array2<f32>,
}

impl Grid {
    /// Grows the head from the visible landmarks over cells that are more likely head than not.
    fn trace(
        size: ImageSize,
        landmarks: &Landmarks,
        oval: Rect,
        classes: &ClassMasks,
        person: &Mask,
    ) -> Option<Self> {
        let cells = ImageSize::new(size.width().div_ceil(CELL), size.height().div_ceil(CELL))?;
        let of = |class| classes.of(class).cells();
        let bare = of(PersonClass::Hair) + of(PersonClass::FaceSkin) + of(PersonClass::Other);
        // Above the brows there is nothing but head and what is worn on it: scarves are clothes to
        // the class model, and bald heads sometimes body.
        let all = &bare + of(PersonClass::Clothes) + of(PersonClass::BodySkin);
        let mut probability = Mask::new(bare)?.resampled(cells);
        let above = Mask::new(all)?.resampled(cells);
        let person = person.resampled(cells);
        let brow = place::brows(landmarks);
        for ((row, column), head) in probability.indexed_iter_mut() {
            let person = person[[row, column]];
            let (x, y) = (column as f32 * CELL as f32, row as f32 * CELL as f32);
            let of_face = y < landmarks.chin.y() && (oval.x()..oval.right()).contains(&x);
            if y < brow {
                *head = above[[row, column]];
            }
            // The person mask is the sharper one; where it is sure of a wall, there is no hair.
            *head = head.min(person * 2.0);
            // Where it is sure of a person, what the class model takes for wall is head as well.
            if y < brow || of_face {
                *head = head.max(person - UNSEEN);
            }
        }

        let (rows, columns) = probability.dim();
        let reach = columns_within(oval, REACH, columns);
        let mut head = Array2::from_elem((rows, columns), false);
        let mut open: Vec<(usize, usize)> = landmarks
            .points
            .iter()
            .filter(|p| p.x() >= 0.0 && p.y() >= 0.0)
            .map(|p| {
                (
                    (p.y() / CELL as f32) as usize,
                    (p.x() / CELL as f32) as usize,
                )
            })
            .filter(|&(row, column)| row < rows && column < columns)
            .collect();
        while let Some((row, column)) = open.pop() {
            if head[[row, column]] || probability[[row, column]] < 0.5 || !reach.contains(&column) {
                continue;
            }
            head[[row, column]] = true;
            open.extend((row > 0).then(|| (row - 1, column)));
            open.extend((row + 1 < rows).then_some((row + 1, column)));
            open.extend((column > 0).then(|| (row, column - 1)));
            open.extend((column + 1 < columns).then_some((row, column + 1)));
        }
        Some(Self { head, probability })
    }

    /// The topmost row of the head above the face, to a fraction of a cell.
    fn crown(&self, oval: Rect) -> Option<Point> {
        let columns = columns_within(oval, 0.75, self.head.ncols());
        let enough = (oval.width() * CROWN_WIDTH / CELL as f32).max(1.0) as usize;
        let hits = |row: usize| -> Vec<usize> {
            columns
                .clone()
                .filter(|&column| self.head[[row, column]])
                .collect()
        };
        let (row, hits) = (0..self.head.nrows())
            .map(|row| (row, hits(row)))
            .find(|(_, hits)| hits.len() >= enough)?;
        let middle = hits.iter().sum::<usize>() as f32 / hits.len() as f32;
        let y = if row == 0 {
            0.0
        } else {
            // Where the mean probability of the row's cells crosses one half.
            let mean = |row: usize| {
                hits.iter()
                    .map(|&column| self.probability[[row, column]])
                    .sum::<f32>()
                    / hits.len() as f32
            };
            let (here, above) = (mean(row), mean(row - 1));
            let back = if here > above {
                ((here - 0.5) / (here - above)).max(0.0).min(1.0)
            } else {
                0.0
            };
            row as f32 + 0.5 - back
        };
        Point::new((middle + 0.5) * CELL as f32, y * CELL as f32)
    }

    /// Left and right end of the head in a row, in working pixels.
    fn extent(&self, row: usize) -> Option<(f32, f32)> {
        let line = self.head.row(row);
        let first = line.iter().position(|&cell| cell)?;
        let last = line.iter().rposition(|&cell| cell)?;
        Some((first as f32 * CELL as f32, (last + 1) as f32 * CELL as f32))
    }
}

/// The grid columns within `widths` face widths of the middle of the face.
fn columns_within(oval: Rect, widths: f32, columns: usize) -> RangeInclusive<usize> {
    let middle = oval.centre().x();
    let column = |x: f32| (x / CELL as f32).max(0.0).min(columns as f32 - 1.0) as usize;
    column(middle - widths * oval.width())..=column(middle + widths * oval.width())
}

#[cfg(test)]
pub(crate) mod tests {
    use shomei_photo::Ratio;

    use super::*;

    pub(crate) fn size() -> ImageSize {
        ImageSize::new(200, 240).unwrap()
    }

    /// A face of 60 × 80 px whose oval starts at (`x`, 80); all other points in its middle.
    pub(crate) fn landmarks(x: f32) -> Landmarks {
        const STEPS: usize = 36;
        let at = |x: f32, y: f32| Point::new(x, y).unwrap();
        let oval: Vec<Point> = (0..STEPS)
            .map(|step| {
                let angle = step as f32 / STEPS as f32 * std::f32::consts::TAU;
                at(x + 30.0 + 30.0 * angle.sin(), 120.0 - 40.0 * angle.cos())
            })
            .collect();
        let all = Landmarks::collapsed(at(x + 30.0, 120.0), Ratio::new(1.0).unwrap());
        Landmarks {
            forehead: oval[0],
            chin: oval[STEPS / 2],
            points: [&*all.points, &oval].concat(),
            oval,
            ..all
        }
    }

    /// Masks in which the ellipse around (`x`, `y`) is head and all below row 170 clothes.
    pub(crate) fn masks(x: f32, y: f32, half_width: f32, half_height: f32) -> (ClassMasks, Mask) {
        let cells = |f: &dyn Fn(f32, f32) -> bool| {
            let grid = Array2::from_shape_fn((120, 100), |(row, column)| {
                let inside = f(column as f32 * 2.0 + 1.0, row as f32 * 2.0 + 1.0);
                if inside { 1.0 } else { 0.0 }
            });
            Mask::new(grid).unwrap()
        };
        let head = move |px: f32, py: f32| {
            ((px - x) / half_width).powi(2) + ((py - y) / half_height).powi(2) <= 1.0
        };
        let classes = ClassMasks::from_fn(|class| {
            Some(match class {
                PersonClass::Background => cells(&|px, py| !head(px, py) && py < 170.0),
                PersonClass::Hair => cells(&head),
                PersonClass::Clothes => cells(&|px, py| !head(px, py) && py >= 170.0),
                _ => cells(&|_, _| false),
            })
        });
        (
            classes.unwrap(),
            cells(&|px, py| head(px, py) || py >= 170.0),
        )
    }

    #[test]
    fn crown_chin_and_sides_of_a_head() {
        let (classes, person) = masks(100.0, 105.0, 45.0, 60.0);
        let head = outline(size(), &landmarks(70.0), &classes, &person).unwrap();
        assert!((head.crown.y() - 45.0).abs() <= 2.0, "{head:?}");
        assert!((head.crown.x() - 100.0).abs() <= 2.0);
        assert!((head.chin.y() - 160.0).abs() < 1.0);
        assert!((head.rect.x() - 55.0).abs() <= 2.0 && (head.rect.right() - 145.0).abs() <= 2.0);
        assert!(head.contour.len() > 20);
    }

    #[test]
    fn a_head_cut_at_the_top_reaches_the_edge() {
        let (classes, person) = masks(100.0, 40.0, 45.0, 130.0);
        let head = outline(size(), &landmarks(70.0), &classes, &person).unwrap();
        assert!(head.crown.y().abs() < 1e-6);
    }

    #[test]
    fn without_any_mask_the_oval_remains() {
        let (classes, person) = masks(-500.0, -500.0, 1.0, 1.0);
        let head = outline(size(), &landmarks(70.0), &classes, &person).unwrap();
        assert!((head.crown.y() - 80.0).abs() < 1.0);
        assert!((head.rect.width() - 60.0).abs() < 1.0);
    }
}
