//! Connected cells of the wall.

use image::{GrayImage, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};
use shomei_photo::{Frame, Rect, Region};

use crate::cells::{CELL, Cells};

/// Connected cells.
pub(crate) struct Group {
    pub(crate) cells: Vec<usize>,
}

impl Group {
    /// Its cells as a map.
    pub(crate) fn map(&self, cells: &Cells) -> Vec<bool> {
        let mut map = vec![false; cells.count()];
        for &cell in &self.cells {
            map[cell] = true;
        }
        map
    }

    pub(crate) fn region(&self, cells: &Cells, frame: Frame) -> Option<Region> {
        let row = |cell: &usize| cell / cells.columns;
        let column = |cell: &usize| cell % cells.columns;
        let (top, bottom) = (
            self.cells.iter().map(row).min()?,
            self.cells.iter().map(row).max()?,
        );
        let left = self.cells.iter().map(column).min()?;
        let right = self.cells.iter().map(column).max()?;
        let side = |cells: usize| cells as f32 * CELL as f32;
        frame.region(Rect::new(
            side(cells.first_column + left),
            side(cells.first_row + top),
            side(right + 1 - left),
            side(bottom + 1 - top),
        )?)
    }
}

/// Groups of wall cells that satisfy a condition, touching at sides or corners.
pub(crate) fn groups(cells: &Cells, condition: impl Fn(usize) -> bool) -> Vec<Group> {
    let map = GrayImage::from_fn(cells.columns as u32, cells.rows as u32, |x, y| {
        let cell = y as usize * cells.columns + x as usize;
        Luma([if cells.is_wall[cell] && condition(cell) {
            255
        } else {
            0
        }])
    });
    let labels = connected_components(&map, Connectivity::Eight, Luma([0]));
    let mut groups: Vec<Group> = Vec::new();
    for (cell, label) in labels.pixels().enumerate() {
        let Some(index) = (label.0[0] as usize).checked_sub(1) else {
            continue;
        };
        while groups.len() <= index {
            groups.push(Group { cells: Vec::new() });
        }
        groups[index].cells.push(cell);
    }
    groups
}
