//! Rows of a plane at the size of the output (ITU T.81 A.1.1 leaves the method open).
//!
//! Where a component is half as wide or high as the output, samples are interpolated linearly
//! with the rounding that the IJG library has ("fancy upsampling"); for other ratios, and at one
//! eighth, the nearest sample is repeated.
#![allow(
    clippy::cast_possible_truncation,
    reason = "weighted means of bytes are bytes"
)]

use crate::geometry::{Layout, Plane};

/// How a plane grows to the size of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    /// It has that size.
    Same,
    /// Twice as wide, interpolated.
    Wide,
    /// Twice as high, interpolated.
    High,
    /// Both.
    Both,
    /// Any ratio, repeated.
    Nearest,
}

fn method(plane: &Plane, layout: &Layout) -> Method {
    let ratio = |sampling: usize, max: usize| {
        let (to, from) = (max * layout.scale, sampling * plane.size);
        to.is_multiple_of(from).then_some(to / from)
    };
    let smooth = layout.scale > 1;
    match (ratio(plane.h, layout.h_max), ratio(plane.v, layout.v_max)) {
        (Some(1), Some(1)) => Method::Same,
        (Some(2), Some(1)) if smooth && plane.width > 2 => Method::Wide,
        (Some(1), Some(2)) if smooth => Method::High,
        (Some(2), Some(2)) if smooth && plane.width > 2 => Method::Both,
        _ => Method::Nearest,
    }
}

/// A plane of which rows are asked for.
pub(crate) struct Source<'p> {
    plane: Plane,
    samples: &'p [u8],
    method: Method,
    /// Output width.
    width: usize,
    /// For [`Method::Nearest`]: samples of the plane per output sample, as a fraction.
    across: (usize, usize),
    down: (usize, usize),
}

impl<'p> Source<'p> {
    pub(crate) fn new(plane: Plane, samples: &'p [u8], layout: &Layout) -> Self {
        Self {
            plane,
            samples,
            method: method(&plane, layout),
            width: layout.width,
            across: (plane.h * plane.size, layout.h_max * layout.scale),
            down: (plane.v * plane.size, layout.v_max * layout.scale),
        }
    }

    /// Samples of the picture in row `y` of the plane; rows beyond its end repeat the last.
    fn line(&self, y: usize) -> &'p [u8] {
        let start = y.min(self.plane.height.saturating_sub(1)) * self.plane.stride();
        self.samples
            .get(start..start + self.plane.width)
            .unwrap_or_default()
    }

    /// Row `y` of the output.
    pub(crate) fn row<'s>(&self, y: usize, scratch: &'s mut Scratch) -> &'s [u8]
    where
        'p: 's,
    {
        let width = self.width;
        let Scratch { row, sums } = scratch;
        row.resize(width.next_multiple_of(2), 0);
        // The near row, and the one on the other side of the output row.
        let near = y / 2;
        let far = if y.is_multiple_of(2) {
            near.saturating_sub(1)
        } else {
            near + 1
        };
        match self.method {
            Method::Same => return self.line(y).get(..width).unwrap_or_default(),
            Method::Wide => {
                spread(self.line(y).iter().map(|&x| u16::from(x)), sums);
                widen::<2>(sums, row, (1, 2));
            }
            Method::High => {
                // Halves round down in rows above and up in rows below, which evens out.
                let bias = if y.is_multiple_of(2) { 1 } else { 2 };
                let lines = self.line(near).iter().zip(self.line(far));
                for (to, (&near, &far)) in row.iter_mut().zip(lines) {
                    *to = ((u16::from(near) * 3 + u16::from(far) + bias) >> 2) as u8;
                }
            }
            Method::Both => {
                let lines = self.line(near).iter().zip(self.line(far));
                spread(
                    lines.map(|(&near, &far)| u16::from(near) * 3 + u16::from(far)),
                    sums,
                );
                widen::<4>(sums, row, (8, 7));
            }
            Method::Nearest => {
                let line = self.line(y * self.down.0 / self.down.1);
                for (x, to) in row.iter_mut().take(width).enumerate() {
                    let from = x * self.across.0 / self.across.1;
                    *to = line.get(from).copied().unwrap_or_default();
                }
            }
        }
        row.get(..width).unwrap_or_default()
    }
}

/// Room for a row.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    row: Vec<u8>,
    sums: Vec<u16>,
}

/// The samples with the first and the last repeated beyond the ends.
fn spread(samples: impl Iterator<Item = u16>, sums: &mut Vec<u16>) {
    sums.clear();
    sums.push(0);
    sums.extend(samples);
    let last = sums.last().copied().unwrap_or_default();
    sums.push(last);
    if let [outer, first, ..] = sums.as_mut_slice() {
        *outer = *first;
    }
}

/// Two samples for each: 3/4 of it and 1/4 of its neighbour on that side, rounded to `SHIFT` bits
/// fewer with these biases.
fn widen<const SHIFT: u32>(sums: &[u16], row: &mut [u8], bias: (u16, u16)) {
    let triples = sums
        .iter()
        .zip(sums.iter().skip(1))
        .zip(sums.iter().skip(2));
    for (pair, ((&left, &middle), &right)) in row.as_chunks_mut::<2>().0.iter_mut().zip(triples) {
        *pair = [
            ((middle * 3 + left + bias.0) >> SHIFT) as u8,
            ((middle * 3 + right + bias.1) >> SHIFT) as u8,
        ];
    }
}
