//! Probability masks over the whole photo.

use ndarray::Array2;

use crate::{ImageSize, Point};

/// A probability (0 to 1) for each cell of a grid stretched over the whole photo.
///
/// Row-major, `[row, column]`; row 0 is the top. The grid's shape is the model's, not the
/// photo's: cell (r, c) covers the photo's rectangle from `c·W/columns` to `(c+1)·W/columns`
/// and likewise downwards.
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    cells: Array2<f32>,
}

impl Mask {
    /// Wraps a grid. Values are clamped to 0–1, and NaN becomes 0. `None` if it is empty.
    #[must_use]
    pub fn new(mut cells: Array2<f32>) -> Option<Self> {
        if cells.is_empty() {
            return None;
        }
        // `max` first: it turns NaN into 0, which `clamp` would pass on.
        cells.mapv_inplace(|v| v.max(0.0).min(1.0));
        Some(Self { cells })
    }

    /// The grid, `[row, column]`.
    #[must_use]
    pub const fn cells(&self) -> &Array2<f32> {
        &self.cells
    }

    /// Bilinear value at a working-frame point of a photo of `size`; beyond the edge the
    /// nearest cell counts.
    #[must_use]
    pub fn at(&self, point: Point, size: ImageSize) -> f32 {
        let (rows, columns) = self.cells.dim();
        let axis = |position: f32, length: u32, cells: usize| {
            let at = (position / length as f32 * cells as f32 - 0.5)
                .max(0.0)
                .min(cells as f32 - 1.0);
            let low = at as usize;
            (low, (low + 1).min(cells - 1), at - low as f32)
        };
        let (top, bottom, down) = axis(point.y(), size.height(), rows);
        let (left, right, across) = axis(point.x(), size.width(), columns);
        let row =
            |r: usize| self.cells[[r, left]] * (1.0 - across) + self.cells[[r, right]] * across;
        row(top) * (1.0 - down) + row(bottom) * down
    }

    /// The mask resampled bilinearly to one value per pixel of a photo of `size`,
    /// `[row, column]`.
    #[must_use]
    pub fn resampled(&self, size: ImageSize) -> Array2<f32> {
        let (rows, columns) = self.cells.dim();
        let (width, height) = (size.width() as usize, size.height() as usize);
        let across = weights(width, columns);
        let down = weights(height, rows);
        let mut out = Array2::zeros((height, width));
        let mut line = vec![0.0f32; columns];
        for (mut out_row, &(top, bottom, t)) in out.outer_iter_mut().zip(&down) {
            for (column, cell) in line.iter_mut().enumerate() {
                *cell = self.cells[[top, column]] * (1.0 - t) + self.cells[[bottom, column]] * t;
            }
            for (value, &(left, right, s)) in out_row.iter_mut().zip(&across) {
                *value = line[left] * (1.0 - s) + line[right] * s;
            }
        }
        out
    }
}

/// For each of `length` pixels, the two cells that it is between and the weight of the second.
fn weights(length: usize, cells: usize) -> Vec<(usize, usize, f32)> {
    (0..length)
        .map(|i| {
            let at = ((i as f32 + 0.5) * cells as f32 / length as f32 - 0.5)
                .max(0.0)
                .min(cells as f32 - 1.0);
            let low = at as usize;
            (low, (low + 1).min(cells - 1), at - low as f32)
        })
        .collect()
}

/// The class of a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PersonClass {
    Background,
    Hair,
    BodySkin,
    FaceSkin,
    Clothes,
    /// Things worn or held: hats, glasses, masks, headphones.
    Other,
}

impl PersonClass {
    /// All classes in the order of their declaration.
    pub const ALL: [Self; 6] = [
        Self::Background,
        Self::Hair,
        Self::BodySkin,
        Self::FaceSkin,
        Self::Clothes,
        Self::Other,
    ];
}

/// One mask for each class. At each place, the probabilities add up to 1, except where two networks
/// disagree about the background.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassMasks {
    masks: [Mask; 6],
}

impl ClassMasks {
    /// Calls `mask` once for each class. `None` if a mask is missing or the shapes differ.
    #[must_use]
    pub fn from_fn(mask: impl FnMut(PersonClass) -> Option<Mask>) -> Option<Self> {
        let masks: Vec<Mask> = PersonClass::ALL
            .into_iter()
            .map(mask)
            .collect::<Option<_>>()?;
        let shape = masks[0].cells().dim();
        if masks.iter().any(|mask| mask.cells().dim() != shape) {
            return None;
        }
        Some(Self {
            masks: masks.try_into().ok()?,
        })
    }

    /// The probability mask of one class.
    #[must_use]
    pub const fn of(&self, class: PersonClass) -> &Mask {
        &self.masks[class as usize]
    }
}

#[cfg(test)]
mod tests {
    use ndarray::array;

    use super::*;

    #[test]
    fn resampling_is_bilinear_and_keeps_the_orientation() {
        let mask = Mask::new(array![[0.0, 1.0], [0.0, f32::NAN]]).unwrap();
        let size = ImageSize::new(4, 4).unwrap();
        let full = mask.resampled(size);
        assert_eq!(full.row(0).to_vec(), vec![0.0, 0.25, 0.75, 1.0]);
        assert_eq!(full.column(3).to_vec(), vec![1.0, 0.75, 0.25, 0.0]);
        for (y, x) in [(0, 0), (1, 2), (3, 3)] {
            let centre = Point::new(x as f32 + 0.5, y as f32 + 0.5).unwrap();
            assert!((mask.at(centre, size) - full[[y, x]]).abs() < 1e-6);
        }
        assert!((mask.at(Point::new(99.0, -5.0).unwrap(), size) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn each_class_has_the_mask_that_was_given_for_it() {
        let grid = |class| Mask::new(Array2::from_elem((2, 3), f32::from(class as u8) / 10.0));
        let masks = ClassMasks::from_fn(grid).unwrap();
        for class in PersonClass::ALL {
            assert_eq!(Some(masks.of(class)), grid(class).as_ref());
        }
        let without = |missing| {
            ClassMasks::from_fn(|class| grid(class).filter(|_| class != missing)).is_none()
        };
        assert!(PersonClass::ALL.into_iter().all(without));
        let misshapen = ClassMasks::from_fn(|class| {
            let rows = 2 + usize::from(class == PersonClass::Other);
            Mask::new(Array2::zeros((rows, 3)))
        });
        assert_eq!(misshapen, None);
    }
}
