//! Tells loose hair from things on the wall.
//!
//! Masks miss strands at the neck and the ends of curls. They hang on the head, are near its hair, and
//! have the hair's colour, mixed with the wall's where the wall shows through.

use image::{GrayImage, Luma};
use imageproc::distance_transform::{Norm, distance_transform};
use shomei_photo::percentile;

use crate::cells::{BAND, Cells};
use crate::groups::Group;
use crate::surface::Surface;

/// How far loose hair is from the hair in the mask, over the head's width.
const REACH: f32 = 0.25;
/// Largest area of loose hair, over the part that was measured: more is not a strand.
const MAX_AREA: f32 = 0.012;
/// Distance from the mixtures of hair and wall, ΔE.
const COLOUR: f32 = 9.0;
/// How much darker than the median of the hair its shaded parts may be, over the difference between
/// the hair and the wall.
const DARKER: f32 = 1.4;
/// Share of the cells that must be near the hair and of its colour.
const MOST: f32 = 0.75;

/// The hair of the person.
pub(crate) struct Hair {
    /// Median L\*, a\*, b\*.
    colour: [f32; 3],
    /// Distance of each cell from the hair, in cells.
    distance: Vec<u8>,
    /// Reach of loose hair in cells.
    reach: f32,
}

impl Hair {
    /// `None` if no hair is visible.
    pub(crate) fn of(cells: &Cells) -> Option<Self> {
        let head = cells.head?;
        let channel = |channel: usize| {
            let hair = cells.hair.iter();
            percentile(
                &mut hair
                    .map(|&cell| cells.lab[cell][channel])
                    .collect::<Vec<_>>(),
                0.5,
            )
        };
        let colour = [channel(0)?, channel(1)?, channel(2)?];
        let mut map = GrayImage::new(cells.columns as u32, cells.rows as u32);
        for &cell in &cells.hair {
            map.put_pixel(
                (cell % cells.columns) as u32,
                (cell / cells.columns) as u32,
                Luma([255]),
            );
        }
        Some(Self {
            colour,
            distance: distance_transform(&map, Norm::LInf).into_raw(),
            reach: (REACH * head.width()).max(f32::from(BAND) + 2.0),
        })
    }

    /// Whether something on the wall is a part of it. `distance` is each cell's from the person.
    pub(crate) fn has(
        &self,
        cells: &Cells,
        surface: &Surface,
        distance: &[u8],
        group: &Group,
    ) -> bool {
        let area = group.cells.len() as f32;
        let hangs = group.cells.iter().any(|&cell| distance[cell] <= BAND + 2);
        // Furniture reaches to the side of the picture.
        let ends = group.cells.iter().all(|&cell| {
            let beside = |columns| cells.neighbour(cell, columns, 0).is_some();
            f32::from(distance[cell]) <= f32::from(BAND) + 2.0 || (beside(-1) && beside(1))
        });
        let own = |&&cell: &&usize| {
            f32::from(self.distance[cell]) <= self.reach && self.colours(cells, surface, cell)
        };
        hangs
            && ends
            && area <= MAX_AREA * cells.count() as f32
            && group.cells.iter().filter(own).count() as f32 >= MOST * area
    }

    /// Whether a cell has a colour of hair in front of the wall.
    fn colours(&self, cells: &Cells, surface: &Surface, cell: usize) -> bool {
        let wall = surface.at(cells, cell);
        let dot = |a: [f32; 3], b: [f32; 3]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
        let to_hair: [f32; 3] = std::array::from_fn(|i| self.colour[i] - wall[i]);
        let own = surface.difference(cells, cell);
        let part = (dot(own, to_hair) / dot(to_hair, to_hair).max(1.0)).clamp(0.0, DARKER);
        let rest: [f32; 3] = std::array::from_fn(|i| own[i] - part * to_hair[i]);
        dot(rest, rest) <= COLOUR * COLOUR
    }
}
