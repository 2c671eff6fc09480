//! The even wall: a surface of second order through the colours of the background.

use nalgebra::{SMatrix, SVector};

use crate::cells::Cells;

/// 1, x, y, x², xy, y².
const TERMS: usize = 6;
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
        for round in 0..ROUNDS {
            let t = round as f32 / (ROUNDS - 1) as f32;
            let scale = SCALES.0 + (SCALES.1 - SCALES.0) * t;
            surface = surface.refit(cells, scale)?;
        }
        Some(surface)
    }

    fn refit(&self, cells: &Cells, scale: f32) -> Option<Self> {
        let mut normal = SMatrix::<f32, TERMS, TERMS>::zeros();
        let mut sides = [SVector::<f32, TERMS>::zeros(); 3];
        let mut total = 0.0;
        for &cell in &cells.wall {
            let terms = terms(cells, cell);
            let weight = 1.0 / (1.0 + (self.deviation(cells, cell) / scale).powi(2)).powi(2);
            normal += terms * terms.transpose() * weight;
            for (side, value) in sides.iter_mut().zip(cells.lab[cell]) {
                *side += terms * (value * weight);
            }
            total += weight;
        }
        for term in 1..TERMS {
            normal[(term, term)] += RIDGE * total * if term > 2 { 1.0 } else { 0.1 };
        }
        let inverse = normal.try_inverse()?;
        Some(Self {
            coefficients: sides.map(|side| inverse * side),
        })
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
