//! The photo as a grid of small cells, and which of them are wall.

use image::{GrayImage, Luma};
use imageproc::distance_transform::Norm;
use imageproc::morphology::dilate;
use imageproc::region_labelling::{Connectivity, connected_components};
use shomei_photo::{ImageSize, Lab, PersonClass, Photo, Rect, Subject, luma, percentile};

/// Working pixels along a side of a cell: large enough to average sensor noise and JPEG
/// ringing away, small enough for a light switch.
pub(crate) const CELL: u32 = 3;
/// Probability of "person" from which a cell is not wall.
const PERSON: f32 = 0.3;
/// Probability of "hair" from which a cell of the person is hair.
const HAIR: f32 = 0.5;
/// Width of the band around the person that is left out, in cells: masks end ragged there, and
/// a soft or sharpened outline colours its surroundings.
pub(crate) const BAND: u8 = 3;
/// Rows and columns at the photo's edge that are left out: encoders pad there, scans have rims.
const RIM: usize = 1;

/// The whole photo in cells.
pub(crate) struct Grid {
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// The person, 255 inside.
    person: GrayImage,
    /// The person and the band around them, 255 inside.
    near: GrayImage,
    /// Which cells are the person's hair.
    hair: Vec<bool>,
}

impl Grid {
    pub(crate) fn of(photo: &Photo, subject: &Subject) -> Option<Self> {
        let size = photo.size();
        let grid = ImageSize::new(size.width() / CELL, size.height() / CELL)?;
        let person = person_cells(subject, grid)?;
        let hair = subject.classes.as_ref()?.of(PersonClass::Hair);
        let hair = hair.resampled(grid);
        let own = hair.iter().zip(person.pixels());
        Some(Self {
            hair: own
                .map(|(&hair, person)| hair > HAIR && person.0[0] > 0)
                .collect(),
            columns: grid.width() as usize,
            rows: grid.height() as usize,
            near: dilate(&person, Norm::LInf, BAND),
            person,
        })
    }

    /// Whether a cell is far enough from the person and from the photo's edge.
    pub(crate) fn is_background(&self, column: usize, row: usize) -> bool {
        let rim =
            row < RIM || column < RIM || row + RIM >= self.rows || column + RIM >= self.columns;
        !rim && self.near.get_pixel(column as u32, row as u32).0[0] == 0
    }

    /// The cells that lie in `part` by more than half; at least one.
    fn inside(&self, part: Rect) -> [std::ops::Range<usize>; 2] {
        let span = |from: f32, to: f32, cells: usize| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "places within the photo"
            )]
            let cell = |place: f32| (place / CELL as f32).round().max(0.0) as usize;
            let start = cell(from).min(cells - 1);
            start..cell(to).clamp(start + 1, cells)
        };
        [
            span(part.x(), part.right(), self.columns),
            span(part.y(), part.bottom(), self.rows),
        ]
    }
}

/// Averages of a part of the photo over cells; indices run row by row.
pub(crate) struct Cells {
    /// Column of the photo's grid that is the first here.
    pub(crate) first_column: usize,
    /// Row of the photo's grid that is the first here.
    pub(crate) first_row: usize,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
    /// L\*, a\*, b\* of each cell's mean colour.
    pub(crate) lab: Vec<[f32; 3]>,
    /// Mean luma (ITU-R BT.601) over 255.
    pub(crate) luma: Vec<f32>,
    /// Cells that are wall (or something before it), in ascending order.
    pub(crate) wall: Vec<usize>,
    /// The same as a map.
    pub(crate) is_wall: Vec<bool>,
    /// Cells of the person alone, without the band.
    pub(crate) is_person: Vec<bool>,
    /// Cells of the person's hair.
    pub(crate) hair: Vec<usize>,
    /// The head in cells of the part.
    pub(crate) head: Option<Rect>,
}

impl Cells {
    /// The cells of `part` of the photo, in working pixels.
    pub(crate) fn of(photo: &Photo, subject: &Subject, grid: &Grid, part: Rect) -> Self {
        let [across, down] = grid.inside(part);
        let (columns, rows) = (across.len(), down.len());
        let mut cells = Self {
            first_column: across.start,
            first_row: down.start,
            columns,
            rows,
            lab: Vec::with_capacity(columns * rows),
            luma: Vec::with_capacity(columns * rows),
            wall: Vec::new(),
            is_wall: Vec::with_capacity(columns * rows),
            is_person: Vec::with_capacity(columns * rows),
            hair: Vec::new(),
            head: subject.head.as_ref().and_then(|head| {
                let cell = CELL as f32;
                let rect = head.rect;
                // The outline may begin outside the part.
                Rect::new(
                    rect.x() / cell - across.start as f32,
                    rect.y() / cell - down.start as f32,
                    rect.width() / cell,
                    rect.height() / cell,
                )
            }),
        };
        for row in down {
            for column in across.clone() {
                let colour = mean(photo, row, column);
                let is_wall = grid.is_background(column, row);
                let person = grid.person.get_pixel(column as u32, row as u32).0[0] > 0;
                if is_wall {
                    cells.wall.push(cells.lab.len());
                }
                if grid.hair[row * grid.columns + column] {
                    cells.hair.push(cells.lab.len());
                }
                cells.lab.push(lab(colour));
                cells.luma.push(luma(colour));
                cells.is_wall.push(is_wall);
                cells.is_person.push(person);
            }
        }
        cells
    }

    pub(crate) fn count(&self) -> usize {
        self.columns * self.rows
    }

    /// The wall cell so many columns to the right and rows down; `None` if that is no wall.
    pub(crate) fn neighbour(&self, cell: usize, columns: isize, rows: isize) -> Option<usize> {
        let column = (cell % self.columns).checked_add_signed(columns)?;
        let row = (cell / self.columns).checked_add_signed(rows)?;
        let at = row * self.columns + column;
        (column < self.columns && self.is_wall.get(at) == Some(&true)).then_some(at)
    }

    /// Whether a cell of the photo's grid is in the part.
    pub(crate) fn contains(&self, column: usize, row: usize) -> bool {
        (self.first_column..self.first_column + self.columns).contains(&column)
            && (self.first_row..self.first_row + self.rows).contains(&row)
    }

    /// The cell of the part that is nearest to a cell of the photo's grid.
    pub(crate) fn nearest(&self, column: usize, row: usize) -> usize {
        let within =
            |place: usize, first: usize, count: usize| place.saturating_sub(first).min(count - 1);
        within(row, self.first_row, self.rows) * self.columns
            + within(column, self.first_column, self.columns)
    }

    /// The place of a cell in the part, each coordinate from -1 to 1.
    pub(crate) fn place(&self, cell: usize) -> (f32, f32) {
        let (row, column) = (cell / self.columns, cell % self.columns);
        (
            (column as f32 + 0.5) / self.columns as f32 * 2.0 - 1.0,
            (row as f32 + 0.5) / self.rows as f32 * 2.0 - 1.0,
        )
    }

    pub(crate) fn median_colour(&self) -> Option<Lab> {
        let channel = |channel: usize| {
            let mut values: Vec<f32> = self
                .wall
                .iter()
                .map(|&cell| self.lab[cell][channel])
                .collect();
            percentile(&mut values, 0.5)
        };
        Lab::new(channel(0)?, channel(1)?, channel(2)?)
    }
}

/// The person of the main face as a map (255 inside): what is connected to the face or to
/// something below it. Anything else that the masks take for a person belongs to the background.
fn person_cells(subject: &Subject, grid: ImageSize) -> Option<GrayImage> {
    let person = subject.person.as_ref()?.resampled(grid);
    let background = subject
        .classes
        .as_ref()?
        .of(PersonClass::Background)
        .resampled(grid);
    let face = subject.faces.first()?.rect;

    let mut map = GrayImage::new(grid.width(), grid.height());
    for ((pixel, &person), &background) in map.pixels_mut().zip(&person).zip(&background) {
        // Either mask may miss hair, and either may take a dark shadow for hair: both count.
        let mean = person.midpoint(1.0 - background);
        pixel.0[0] = if mean > PERSON { 255 } else { 0 };
    }
    let labels = connected_components(&map, Connectivity::Eight, Luma([0]));
    let mut own = Vec::new();
    for (x, y, label) in labels.enumerate_pixels() {
        let (x, y) = (
            (x as f32 + 0.5) * CELL as f32,
            (y as f32 + 0.5) * CELL as f32,
        );
        // Below the face too: a necklace or a pale neck may part the mask.
        let inside = x > face.x() && x < face.right() && y > face.y();
        if inside && label.0[0] > 0 && !own.contains(&label.0[0]) {
            own.push(label.0[0]);
        }
    }
    for (pixel, label) in map.pixels_mut().zip(labels.pixels()) {
        if !own.contains(&label.0[0]) {
            pixel.0[0] = 0;
        }
    }
    Some(map)
}

/// L\*, a\*, b\* of a mean sRGB colour.
pub(crate) fn lab(rgb: [f32; 3]) -> [f32; 3] {
    let lab = Lab::from_srgb(rgb.map(|v| (v + 0.5) as u8));
    [lab.l(), lab.a(), lab.b()]
}

/// Mean sRGB of a cell of the photo's grid.
pub(crate) fn mean(photo: &Photo, row: usize, column: usize) -> [f32; 3] {
    let width = photo.size().width() as usize;
    let cell = CELL as usize;
    let mut sum = [0u32; 3];
    for y in row * cell..(row + 1) * cell {
        let start = (y * width + column * cell) * 3;
        for pixel in photo.rgb()[start..start + cell * 3].chunks_exact(3) {
            for (total, &value) in sum.iter_mut().zip(pixel) {
                *total += u32::from(value);
            }
        }
    }
    sum.map(|total| total as f32 / (cell * cell) as f32)
}
