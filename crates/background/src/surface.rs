//! The even wall: a surface of second order through the colours of the background.

use nalgebra::{SMatrix, SVector};

use crate::cells::Cells;

/// 1, x, y, x², xy, y².
const TERMS: usize = 6;
/// The powers of x and y in each of them.
const POWERS: [(usize, usize); TERMS] = [(0, 0), (1, 0), (0, 1), (2, 0), (1, 1), (0, 2)];
/// Rounds of reweighting.
const ROUNDS: usize = 12;
/// Scale of the reweighting at the first and at the last round, in ΔE: wide enough at first for
/// the fall-off of light over a wall, narrow in the end so that objects do not pull.
const SCALES: (f32, f32) = (12.0, 4.0);
/// Pulls the curvature towards zero where little wall is seen.
const RIDGE: f32 = 0.01;
/// Edge of the colour bins among which the wall's is the fullest, in Lab units.
const BIN: f32 = 6.0;

/// Lab colour of the wall as a function of the place.
pub(crate) struct Surface {
    coefficients: [SVector<f32, TERMS>; 3],
}

impl Surface {
    /// Fits by iteratively reweighted least squares with Cauchy weights, starting from the most
    /// frequent colour, so that objects on up to half of the background do not bend it.
    pub(crate) fn fit(cells: &Cells) -> Option<Self> {
        let start = most_frequent(cells)?;
        let mut surface = Self {
            coefficients: start.map(|value| {
                let mut first = SVector::zeros();
                first[0] = value;
                first
            }),
        };
        let rows = Rows::of(cells);
        for round in 0..ROUNDS {
            let t = round as f32 / (ROUNDS - 1) as f32;
            let scale = SCALES.0 + (SCALES.1 - SCALES.0) * t;
            surface = surface.refit(cells, &rows, scale)?;
        }
        Some(surface)
    }

    fn refit(&self, cells: &Cells, rows: &Rows, scale: f32) -> Option<Self> {
        let mut normal = SMatrix::<f32, TERMS, TERMS>::zeros();
        let mut sides = [SVector::<f32, TERMS>::zeros(); 3];
        for row in 0..cells.rows {
            let (_, y) = cells.place(row * cells.columns);
            let sums = rows.sums(row, &self.along(y), scale);
            let down = [1.0, y, y * y, y * y * y, y * y * y * y];
            for (i, (across_i, down_i)) in POWERS.into_iter().enumerate() {
                for (j, (across_j, down_j)) in POWERS.into_iter().enumerate() {
                    normal[(i, j)] += sums.weights[across_i + across_j] * down[down_i + down_j];
                }
                for (side, values) in sides.iter_mut().zip(&sums.values) {
                    side[i] += values[across_i] * down[down_i];
                }
            }
        }
        let total = normal[(0, 0)];
        for term in 1..TERMS {
            normal[(term, term)] += RIDGE * total * if term > 2 { 1.0 } else { 0.1 };
        }
        let inverse = normal.try_inverse()?;
        Some(Self {
            coefficients: sides.map(|side| inverse * side),
        })
    }

    /// The surface along a row, as a polynomial of x: 1, x, x² of each channel.
    fn along(&self, y: f32) -> [[f32; 3]; 3] {
        self.coefficients
            .each_ref()
            .map(|c| [c[0] + c[2] * y + c[5] * y * y, c[1] + c[4] * y, c[3]])
    }

    /// L\*, a\*, b\* of the wall at a cell.
    pub(crate) fn at(&self, cells: &Cells, cell: usize) -> [f32; 3] {
        let terms = terms(cells, cell);
        self.coefficients
            .each_ref()
            .map(|coefficients| coefficients.dot(&terms))
    }

    /// What a cell has more than the wall in L\*, a\* and b\*.
    pub(crate) fn difference(&self, cells: &Cells, cell: usize) -> [f32; 3] {
        let wall = self.at(cells, cell);
        let own = cells.lab[cell];
        [own[0] - wall[0], own[1] - wall[1], own[2] - wall[2]]
    }

    /// Distance of a cell from the wall, ΔE.
    pub(crate) fn deviation(&self, cells: &Cells, cell: usize) -> f32 {
        self.difference(cells, cell)
            .into_iter()
            .map(|d| d * d)
            .sum::<f32>()
            .sqrt()
    }
}

/// Cells side by side that are summed up at once.
const LANES: usize = 8;

/// The cells by rows, in lanes, for the sums of the fit.
struct Rows {
    /// Lanes of a row.
    stride: usize,
    x: Vec<[f32; LANES]>,
    lab: [Vec<[f32; LANES]>; 3],
    /// 1 for wall, 0 for the rest.
    wall: Vec<[f32; LANES]>,
}

/// Sums over a row, each cell weighted: of x⁰ to x⁴, and of each channel by x⁰ to x².
struct Sums {
    weights: [f32; 5],
    values: [[f32; 3]; 3],
}

impl Rows {
    fn of(cells: &Cells) -> Self {
        let stride = cells.columns.div_ceil(LANES);
        let mut rows = Self {
            stride,
            x: vec![[0.0; LANES]; stride],
            lab: std::array::from_fn(|_| vec![[0.0; LANES]; stride * cells.rows]),
            wall: vec![[0.0; LANES]; stride * cells.rows],
        };
        for column in 0..cells.columns {
            rows.x[column / LANES][column % LANES] = cells.place(column).0;
        }
        for &cell in &cells.wall {
            let (row, column) = (cell / cells.columns, cell % cells.columns);
            let (at, lane) = (row * stride + column / LANES, column % LANES);
            rows.wall[at][lane] = 1.0;
            for (plane, value) in rows.lab.iter_mut().zip(cells.lab[cell]) {
                plane[at][lane] = value;
            }
        }
        rows
    }

    /// The sums over a row with Cauchy weights of `scale`, by the distance from the surface
    /// `along` it.
    fn sums(&self, row: usize, along: &[[f32; 3]; 3], scale: f32) -> Sums {
        let mut weights = [[0.0; LANES]; 5];
        let mut values = [[[0.0; LANES]; 3]; 3];
        let squared = 1.0 / (scale * scale);
        for (x, at) in self.x.iter().zip(row * self.stride..) {
            let lab = self.lab.each_ref().map(|plane| &plane[at]);
            let mut distance = [0.0; LANES];
            for ([first, second, third], own) in along.iter().zip(lab) {
                for lane in 0..LANES {
                    let wall = first + (second + third * x[lane]) * x[lane];
                    distance[lane] += (own[lane] - wall) * (own[lane] - wall);
                }
            }
            let mut weight = self.wall[at];
            for lane in 0..LANES {
                let root = 1.0 + distance[lane] * squared;
                weight[lane] /= root * root;
            }
            for power in 0..5 {
                for lane in 0..LANES {
                    weights[power][lane] += weight[lane];
                    if power < 3 {
                        for (sums, own) in values.iter_mut().zip(lab) {
                            sums[power][lane] += weight[lane] * own[lane];
                        }
                    }
                    weight[lane] *= x[lane];
                }
            }
        }
        Sums {
            weights: weights.map(|lanes| lanes.iter().sum()),
            values: values.map(|powers| powers.map(|lanes| lanes.iter().sum())),
        }
    }
}

fn terms(cells: &Cells, cell: usize) -> SVector<f32, TERMS> {
    let (x, y) = cells.place(cell);
    SVector::from([1.0, x, y, x * x, x * y, y * y])
}

/// Mean colour of the fullest colour bin and its neighbours.
fn most_frequent(cells: &Cells) -> Option<[f32; 3]> {
    let bin = |lab: [f32; 3]| lab.map(|v| (v / BIN).round() as i16);
    let mut counts = std::collections::BTreeMap::new();
    for &cell in &cells.wall {
        *counts.entry(bin(cells.lab[cell])).or_insert(0u32) += 1;
    }
    let (&fullest, _) = counts.iter().max_by_key(|&(bin, count)| (*count, *bin))?;
    let mut sum = [0.0f32; 3];
    let mut found = 0.0f32;
    for &cell in &cells.wall {
        let near = bin(cells.lab[cell])
            .iter()
            .zip(fullest)
            .all(|(a, b)| (a - b).abs() <= 1);
        if near {
            for (total, value) in sum.iter_mut().zip(cells.lab[cell]) {
                *total += value;
            }
            found += 1.0;
        }
    }
    Some(sum.map(|total| total / found))
}
