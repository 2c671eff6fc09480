//! Tells shadows on the wall from things and from paint.
//!
//! A shadow is darker than the wall and of its hue, and it begins at the person. That is also true
//! of a grey chair or a panel behind the person, so its border decides: light fades over several
//! cells at the border of a shadow that is not close to the wall. If the border is sharp, the shadow
//! has the shape of the person, moved to one side.

use shomei_photo::{Frame, Ratio, Side, percentile};

use crate::cells::{BAND, Cells};
use crate::groups::{Group, groups};
use crate::measurement::Shadow;
use crate::surface::Surface;

/// Darkening from which a cell may be shadow, ΔL\*.
const DARKER: f32 = 3.5;
/// Light that the darkest cast shadow leaves: less is a dark thing.
const LEAVES: f32 = 0.1;
/// Difference of the colour channels' losses of light that a shadow may show, over the loss: a
/// shadow is a little bluish or yellowish where two lights meet.
const LOSS_HUE: f32 = 0.2;
/// Difference of what is left in the colour channels, over what is left.
const LEFT_HUE: f32 = 0.3;
/// Smallest shadow that is kept, over the part that was measured.
const MIN_AREA: f32 = 0.003;
/// Edge of a border up to which a shadow may have any shape, see [`Border::edge`].
const SOFT: f32 = 0.42;
/// For each further part, the overlap with the person's moved shape (intersection over union) that a
/// shadow has, up to [`SHAPE`].
const SHAPE_PER_EDGE: f32 = 6.0;
const SHAPE: f32 = 0.6;
/// Share of another part of the shadow that this shape must cover.
const PART: f32 = 0.7;
/// Edge from which a straight border is no shadow's.
const SHARP: f32 = 0.55;
/// Share of a border's cells that are on one level and one upright line if it is an edge of a thing.
const STRAIGHT: f32 = 0.8;
/// Slope of such lines, and how far in cells the border may be from it.
const SLOPE: f32 = 0.2;
const OFF_LINE: f32 = 1.2;

/// Shadows that begin at the person, deepest first, each with its cells.
pub(crate) fn find(
    cells: &Cells,
    surface: &Surface,
    distance: &[u8],
    frame: Frame,
) -> Vec<(Shadow, Vec<usize>)> {
    let Some(head) = cells.head else {
        return Vec::new();
    };
    let shade: Vec<Option<f32>> = (0..cells.count())
        .map(|cell| light_left(cells, surface, cell))
        .collect();
    let (mut cast, mut open) = (Vec::new(), Vec::new());
    for group in groups(cells, |cell| shade[cell].is_some()) {
        let area = group.cells.len() as f32;
        let touching = group
            .cells
            .iter()
            .filter(|&&cell| distance[cell] <= BAND + 2)
            .count();
        // A cast shadow follows the outline: it touches the person along a good part of its
        // own extent. A thing that merely ends behind the person does not.
        if area < MIN_AREA * cells.count() as f32 || (touching as f32) < 0.5 * area.sqrt() {
            continue;
        }
        let border = Border::of(cells, surface, &group);
        let edge = border.as_ref().map(|border| border.edge);
        if is_cast(cells, &group, border.as_ref()) {
            cast.push((group, edge));
        } else {
            open.push((group, edge));
        }
    }
    // The person may part their shadow; the smaller part has little shape of its own.
    if !open.is_empty() {
        let shapes: Vec<_> = cast
            .iter()
            .map(|(group, _)| Shape::of(cells, group))
            .filter(|shape| shape.overlap > SHAPE)
            .collect();
        let parts = open.into_iter().filter(|(group, _)| {
            let covered = |shape: &Shape| shape.covers(cells, group) > PART;
            shapes.iter().any(covered)
        });
        cast.extend(parts);
    }
    let mut shadows = Vec::new();
    for (group, edge) in cast {
        let area = group.cells.len() as f32;
        let mut left: Vec<f32> = group.cells.iter().filter_map(|&cell| shade[cell]).collect();
        let centre = |f: &dyn Fn(usize) -> usize| {
            group.cells.iter().map(|&cell| f(cell)).sum::<usize>() as f32 / area
        };
        let x = centre(&|cell| cell % cells.columns);
        let y = centre(&|cell| cell / cells.columns);
        let side = if y < head.y() {
            Side::Top
        } else if x < head.centre().x() {
            Side::Left
        } else {
            Side::Right
        };
        let shadow = (|| {
            Some(Shadow {
                region: group.region(cells, frame)?,
                side,
                area_ratio: Ratio::new(area / cells.count() as f32)?,
                depth_ratio: Ratio::new(1.0 - percentile(&mut left, 0.25)?)?,
                edge_ratio: edge.and_then(Ratio::new),
            })
        })();
        shadows.extend(shadow.map(|shadow| (shadow, group.cells)));
    }
    shadows.sort_by(|(a, _), (b, _)| b.depth_ratio.get().total_cmp(&a.depth_ratio.get()));
    shadows
}

/// Share of the wall's light that is left at a cell (linear), if it is darker than the wall and
/// of its hue.
fn light_left(cells: &Cells, surface: &Surface, cell: usize) -> Option<f32> {
    if !cells.is_wall[cell] || surface.difference(cells, cell)[0] > -DARKER {
        return None;
    }
    let wall = lab_to_linear(surface.at(cells, cell));
    let own = lab_to_linear(cells.lab[cell]);
    let left: [f32; 3] = std::array::from_fn(|i| own[i] / wall[i].max(0.01));
    let mean = left.iter().sum::<f32>() / 3.0;
    let (low, high) = left.iter().fold((f32::MAX, 0.0f32), |(low, high), &v| {
        (low.min(v), high.max(v))
    });
    let same_hue = high - low < (LOSS_HUE * (1.0 - mean)).min(LEFT_HUE * mean);
    (same_hue && mean > LEAVES).then_some(mean)
}

/// Linear sRGB (0 to 1) of a Lab colour (D65).
fn lab_to_linear([l, a, b]: [f32; 3]) -> [f32; 3] {
    let fy = (l + 16.0) / 116.0;
    let curve = |t: f32| {
        if t > 6.0 / 29.0 {
            t * t * t
        } else {
            (t - 4.0 / 29.0) * 0.128_418_55
        }
    };
    let x = 0.950_47 * curve(fy + a / 500.0);
    let y = curve(fy);
    let z = 1.088_83 * curve(fy - b / 200.0);
    [
        3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z,
        -0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z,
        0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z,
    ]
}

/// Cells within and beyond the border over which its profile is taken.
const REACH: usize = 4;

/// The border of a darker area towards the lit wall.
struct Border {
    /// How sharp it is: the part of the darkening, or of the light's rise over the eight cells across
    /// the border if that is more, that the steepest two cells make.
    edge: f32,
    /// Whether it is a level line, an upright one, or a corner of both.
    straight: bool,
}

impl Border {
    /// `None` if no border is visible. The profile is the mean along the border, so that noise does
    /// not count.
    fn of(cells: &Cells, surface: &Surface, group: &Group) -> Option<Self> {
        let inside = group.map(cells);
        let lit = |cell: usize| !inside[cell] && surface.difference(cells, cell)[0] > -DARKER;
        let mut rises = [(0.0f32, 0u32); 2 * REACH];
        // Where it is crossed to the side, and where it is crossed up or down.
        let mut places = [Vec::new(), Vec::new()];
        for &cell in &group.cells {
            for (columns, rows) in [(1, 0), (-1, 0), (0, 1), (0, -1)] {
                let at = |steps: isize| cells.neighbour(cell, columns * steps, rows * steps);
                if !at(1).is_some_and(lit) {
                    continue;
                }
                let (column, row) = ((cell % cells.columns) as f32, (cell / cells.columns) as f32);
                match rows {
                    0 => places[0].push([column, row]),
                    _ => places[1].push([row, column]),
                }
                // Outwards and inwards from the border, as far as there is wall.
                let mut add = |from: isize, steps: usize, direction: isize| {
                    let mut step = from;
                    for _ in 0..steps {
                        let (Some(within), Some(beyond)) = (at(step), at(step + 1)) else {
                            break;
                        };
                        let rise = &mut rises[(step + REACH as isize - 1) as usize];
                        rise.0 += cells.lab[beyond][0] - cells.lab[within][0];
                        rise.1 += 1;
                        step += direction;
                    }
                };
                add(0, REACH + 1, 1);
                add(-1, REACH - 1, -1);
            }
        }
        let rises = rises.map(|(sum, count)| (sum / count.max(1) as f32).max(0.0));
        let mut depths: Vec<f32> = group
            .cells
            .iter()
            .map(|&cell| -surface.difference(cells, cell)[0])
            .collect();
        let whole = rises.iter().sum::<f32>().max(percentile(&mut depths, 0.5)?);
        let pairs = rises.windows(2).map(|pair| pair[0] + pair[1]);
        let length = places.iter().map(Vec::len).sum::<usize>();
        (length > 0).then(|| Self {
            edge: (pairs.fold(0.0, f32::max) / whole).min(1.0),
            straight: places.iter().map(|places| on_line(places)).sum::<usize>() as f32
                >= STRAIGHT * length as f32,
        })
    }
}

/// How many of the points are on one line along the second axis or with little slope to it.
fn on_line(points: &[[f32; 2]]) -> usize {
    let middle = |axis: usize| {
        let mut all: Vec<f32> = points.iter().map(|point| point[axis]).collect();
        percentile(&mut all, 0.5).unwrap_or_default()
    };
    let [value, along] = [0, 1].map(middle);
    let slopes = points.iter().filter_map(|point| {
        let length = point[1] - along;
        (length.abs() > 3.0).then(|| (point[0] - value) / length)
    });
    let slope = percentile(&mut slopes.collect::<Vec<_>>(), 0.5).unwrap_or_default();
    let slope = slope.clamp(-SLOPE, SLOPE);
    let off = |point: &&[f32; 2]| (point[0] - value - slope * (point[1] - along)).abs();
    points.iter().filter(|point| off(point) <= OFF_LINE).count()
}

/// Whether a dark area beside the person is their shadow: the sharper its border, the more it must
/// have the person's shape.
fn is_cast(cells: &Cells, group: &Group, border: Option<&Border>) -> bool {
    let (edge, straight) = border.map_or((1.0, false), |border| (border.edge, border.straight));
    let shape = if straight {
        SHAPE
    } else {
        (SHAPE_PER_EDGE * (edge - SOFT)).min(SHAPE)
    };
    !(straight && edge > SHARP) && (shape <= 0.0 || Shape::of(cells, group).overlap > shape)
}

/// The person's shape, moved to where it explains a dark area best.
struct Shape {
    /// Its overlap with the area: intersection over union, as far as the wall shows the shape.
    overlap: f32,
    /// Rows of bits at half the resolution of the cells.
    rows: Vec<u128>,
}

impl Shape {
    /// The best of the places up to half a head away. A light near the person makes the shadow larger
    /// than the person.
    fn of(cells: &Cells, group: &Group) -> Self {
        let mut best = Self {
            overlap: 0.0,
            rows: Vec::new(),
        };
        let Some(head) = cells.head else { return best };
        let inside = group.map(cells);
        let own = bits(cells, |cell| inside[cell]);
        let wall = bits(cells, |cell| cells.is_wall[cell]);
        let mut person = bits(cells, |cell| cells.is_person[cell]);
        let area: u32 = own.iter().map(|row| row.count_ones()).sum();
        let reach = |length: f32| (length / 2.0) as isize;
        let (across, down) = (reach(head.width() * 0.5), reach(head.height() * 0.35));
        for _ in 0..3 {
            let mut place = None;
            for y in -down..=down {
                for x in -across..=across {
                    let (mut both, mut shape) = (0, 0);
                    for (row, (own, wall)) in own.iter().zip(&wall).enumerate() {
                        let moved = moved(&person, row, x, y) & wall;
                        shape += moved.count_ones();
                        both += (moved & own).count_ones();
                    }
                    let overlap = both as f32 / (shape + area - both).max(1) as f32;
                    if overlap > best.overlap {
                        best.overlap = overlap;
                        place = Some((x, y));
                    }
                }
            }
            if let Some((x, y)) = place {
                best.rows = (0..person.len())
                    .map(|row| moved(&person, row, x, y))
                    .collect();
            }
            person = grown(&person);
        }
        best
    }

    /// The share of a dark area that it covers.
    fn covers(&self, cells: &Cells, group: &Group) -> f32 {
        let inside = group.map(cells);
        let own = bits(cells, |cell| inside[cell]);
        let area: u32 = own.iter().map(|row| row.count_ones()).sum();
        let both = own.iter().zip(&self.rows);
        let both: u32 = both.map(|(own, shape)| (own & shape).count_ones()).sum();
        both as f32 / area.max(1) as f32
    }
}

/// A map of cells as rows of bits, at half the resolution. No photo of working size has more columns
/// than there are bits.
fn bits(cells: &Cells, set: impl Fn(usize) -> bool) -> Vec<u128> {
    let columns = (cells.columns / 2).min(128);
    let row = |row: usize| {
        let own = |&column: &usize| set(2 * row * cells.columns + 2 * column);
        (0..columns)
            .filter(own)
            .fold(0, |bits, column| bits | 1 << column)
    };
    (0..cells.rows / 2).map(row).collect()
}

/// A row of a map that is moved to the right and down. The last row continues below the photo, as the body does.
fn moved(rows: &[u128], row: usize, x: isize, y: isize) -> u128 {
    let from = row
        .checked_add_signed(-y)
        .map(|from| from.min(rows.len() - 1));
    let bits = from.map_or(0, |from| rows[from]);
    if x < 0 { bits >> -x } else { bits << x }
}

/// The set bits and their neighbours.
fn grown(rows: &[u128]) -> Vec<u128> {
    let row = |at: Option<usize>| at.and_then(|at| rows.get(at)).copied().unwrap_or(0);
    (0..rows.len())
        .map(|at| {
            let column = row(at.checked_sub(1)) | row(Some(at)) | row(Some(at + 1));
            column | column << 1 | column >> 1
        })
        .collect()
}
