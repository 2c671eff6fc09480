//! What differs from the wall outside the part that was measured.

use image::{GrayImage, Luma};
use imageproc::region_labelling::{Connectivity, connected_components};
use shomei_photo::{DeltaE, Photo, Ratio, Rect};

use crate::cells::{CELL, Cells, Grid, lab, mean};
use crate::measurement::{BackgroundObject, Outside};
use crate::surface::Surface;

/// Distance from the wall at the nearest place of the part from which a cell counts as something
/// else, ΔE: more than light falls off farther along a wall.
const OBJECT: f32 = 16.0;
/// Smallest thing that is kept, over the whole photo.
const MIN_OBJECT: f32 = 0.0008;
/// The limit of things that are kept.
const MAX_OBJECTS: usize = 8;

/// The cells that form one thing.
#[derive(Clone)]
struct Thing {
    columns: [usize; 2],
    rows: [usize; 2],
    cells: usize,
    contrast: f32,
}

/// `None` if there is no background outside the part.
pub(crate) fn find(
    photo: &Photo,
    grid: &Grid,
    cells: &Cells,
    surface: &Surface,
) -> Option<Outside> {
    let mut contrasts = vec![0.0; grid.columns * grid.rows];
    let mut area = 0usize;
    for row in 0..grid.rows {
        for column in 0..grid.columns {
            if cells.contains(column, row) || !grid.is_background(column, row) {
                continue;
            }
            area += 1;
            let own = lab(mean(photo, row, column));
            let wall = surface.at(cells, cells.nearest(column, row));
            let squared: f32 = own.iter().zip(wall).map(|(a, b)| (a - b) * (a - b)).sum();
            contrasts[row * grid.columns + column] = squared.sqrt();
        }
    }
    if area == 0 {
        return None;
    }
    let map = GrayImage::from_fn(grid.columns as u32, grid.rows as u32, |x, y| {
        let contrast = contrasts[y as usize * grid.columns + x as usize];
        Luma([if contrast > OBJECT { 255 } else { 0 }])
    });
    let labels = connected_components(&map, Connectivity::Eight, Luma([0]));
    let mut things: Vec<Thing> = Vec::new();
    for (x, y, label) in labels.enumerate_pixels() {
        let Some(index) = (label.0[0] as usize).checked_sub(1) else {
            continue;
        };
        let (column, row) = (x as usize, y as usize);
        if things.len() <= index {
            let none = Thing {
                columns: [column; 2],
                rows: [row; 2],
                cells: 0,
                contrast: 0.0,
            };
            things.resize(index + 1, none);
        }
        let thing = &mut things[index];
        thing.columns = [thing.columns[0].min(column), thing.columns[1].max(column)];
        thing.rows = [thing.rows[0].min(row), thing.rows[1].max(row)];
        thing.cells += 1;
        thing.contrast += contrasts[row * grid.columns + column];
    }
    let all = (grid.columns * grid.rows) as f32;
    things.retain(|thing| thing.cells as f32 >= MIN_OBJECT * all);
    things.sort_by_key(|thing| std::cmp::Reverse(thing.cells));
    things.truncate(MAX_OBJECTS);
    let objects = things
        .iter()
        .filter_map(|thing| {
            let side = |cells: usize| cells as f32 * CELL as f32;
            let ([left, right], [top, bottom]) = (thing.columns, thing.rows);
            let (width, height) = (side(right + 1 - left), side(bottom + 1 - top));
            Some(BackgroundObject {
                region: photo
                    .frame()
                    .region(Rect::new(side(left), side(top), width, height)?)?,
                area_ratio: Ratio::new(thing.cells as f32 / all)?,
                contrast_delta_e: DeltaE::new(thing.contrast / thing.cells as f32)?,
            })
        })
        .collect();
    Some(Outside {
        area_ratio: Ratio::new(area as f32 / all)?,
        objects,
    })
}
