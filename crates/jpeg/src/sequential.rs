//! Sequential scans, baseline and extended (ITU T.81 F.2).
//!
//! MCUs are read in chunks of eight. Blocks that become one sample have their AC coefficients
//! jumped over; of the others the coefficients are collected eight blocks together and then
//! transformed at once.
#![allow(
    clippy::cast_possible_truncation,
    reason = "coefficients have 16 bits, and a chunk has eight MCUs"
)]

use std::ops::Range;

use crate::bits::{Bits, Input};
use crate::colour::MID_GREY;
use crate::geometry::Plane;
use crate::huffman::{DcTable, Skipper, Valuer, read_block, skip_block};
use crate::idct::{Group, LANES, Transform};
use crate::scan::{Fault, Run, Units};

/// Room for the coefficients of a chunk: ten blocks per MCU at most (B.2.3), eight MCUs.
pub(crate) type Groups = [Group; 16];

/// What is done with the AC coefficients of a component.
#[derive(Clone, Copy)]
pub(crate) enum Ac<'t> {
    Skip(Skipper<'t>),
    Read(Valuer<'t>),
}

/// A component of a sequential scan.
pub(crate) struct Part<'t> {
    /// Index in the frame.
    pub(crate) index: usize,
    pub(crate) plane: Plane,
    /// Arbitrary before they are filled or read.
    pub(crate) samples: &'t mut [u8],
    /// Rows of MCUs that are filled.
    pub(crate) filled: usize,
    pub(crate) transform: &'t Transform,
    pub(crate) dc: &'t DcTable,
    pub(crate) ac: Ac<'t>,
    /// Blocks per MCU of this scan: 1 × 1 where it has one component (A.2.2).
    pub(crate) h: usize,
    pub(crate) v: usize,
}

impl Part<'_> {
    /// Fills the first rows of MCUs with grey, those that are not filled yet.
    pub(crate) fn fill(&mut self, rows: usize) {
        let row = self.v * self.plane.size * self.plane.stride();
        let end = row.saturating_mul(rows).min(self.samples.len());
        if let Some(samples) = self.samples.get_mut(self.filled.saturating_mul(row)..end) {
            samples.fill(MID_GREY);
            self.filled = rows;
        }
    }
}

/// A block of the MCU.
#[derive(Clone, Copy)]
pub(crate) struct Block<'t> {
    /// Index of the prediction.
    part: usize,
    /// Index of the first group of its row of blocks.
    group: usize,
    /// Blocks of its row in one MCU, and which of them this is.
    h: usize,
    x: usize,
    dc: &'t DcTable,
    ac: Ac<'t>,
    places: &'t [u16; 128],
}

/// The blocks of an MCU in the order in which they are coded.
pub(crate) fn blocks<'t>(parts: &[Part<'t>]) -> Vec<Block<'t>> {
    let mut blocks = Vec::with_capacity(10);
    let mut group = 0;
    for (index, part) in parts.iter().enumerate() {
        for _ in 0..part.v {
            for x in 0..part.h {
                blocks.push(Block {
                    part: index,
                    group,
                    h: part.h,
                    x,
                    dc: part.dc,
                    ac: part.ac,
                    places: &part.transform.places,
                });
            }
            group += part.h;
        }
    }
    blocks
}

/// Reads the MCUs `run`, which are in one restart interval, into the planes. Calls `row_done` with
/// each row of MCUs that it comes to the end of.
pub(crate) fn decode(
    input: &mut Input<'_>,
    Range {
        start: from,
        end: to,
    }: Range<u32>,
    units: Units,
    blocks: &[Block<'_>],
    parts: &mut [Part<'_>],
    groups: &mut Groups,
    row_done: &mut impl FnMut(usize, &[Part<'_>]),
) -> Run {
    let mut bits = Bits::default();
    let mut predictions = [0i32; 4];
    let mut unit = from;
    while unit < to {
        let (row, column) = (unit / units.per_row, unit % units.per_row);
        let count = (LANES as u32).min(units.per_row - column).min(to - unit);
        for part in &mut *parts {
            part.fill(row as usize + 1);
        }
        let mut ends = [1; 16];
        let (after, done, fault) = chunk(
            bits,
            input,
            blocks,
            count as usize,
            &mut predictions,
            groups,
            &mut ends,
        );
        bits = after;
        // Of an MCU with a fault its blocks so far are shown.
        let shown = (count as usize).min(done + 1);
        flush(parts, groups, &ends, (row as usize, column as usize), shown);
        unit += done as u32;
        if fault.is_some() {
            return Run {
                bits,
                done: unit - from,
                fault,
            };
        }
        if unit.is_multiple_of(units.per_row) {
            row_done(row as usize, parts);
        }
    }
    Run {
        bits,
        done: to - from,
        fault: None,
    }
}

/// Whether the bits up to the next marker are one or more whole MCUs and a byte filled up with ones.
/// Ends at the first bits that are not.
pub(crate) fn continues(mut input: Input<'_>, mut bits: Bits, blocks: &[Block<'_>]) -> bool {
    let mut groups = Box::new([[0; 1024]; 16]);
    loop {
        let (after, _, fault) = chunk(
            bits,
            &mut input,
            blocks,
            1,
            &mut [0; 4],
            &mut groups,
            &mut [1; 16],
        );
        bits = after.refill(&mut input);
        if fault.is_some() {
            return false;
        }
        if input.is_at_end(bits) {
            return input.ends_in_ones(bits);
        }
    }
}

/// By group: one more than the last zigzag position of a coefficient in it.
type Ends = [u32; 16];

/// Reads `count` MCUs, at most eight, into the groups.
#[inline(never)]
fn chunk(
    mut bits: Bits,
    input: &mut Input<'_>,
    blocks: &[Block<'_>],
    count: usize,
    predictions: &mut [i32; 4],
    groups: &mut Groups,
    ends: &mut Ends,
) -> (Bits, usize, Option<Fault>) {
    use crate::huffman::BlockFault;
    for mcu in 0..count {
        for block in blocks {
            // Enough for a DC coefficient (31 bits) and the first lookups behind it.
            bits = bits.refill(input);
            let Some((after, difference)) = block.dc.difference(bits) else {
                return (bits, mcu, Some(Fault::Block(BlockFault::Code)));
            };
            bits = after;
            let prediction = &mut predictions[block.part & 3];
            *prediction = prediction.wrapping_add(difference);
            let index = mcu * block.h + block.x;
            let at = (block.group + index / LANES) & 15;
            let (group, lane) = (&mut groups[at], index % LANES);
            group[lane] = *prediction as i16;
            let outcome = match block.ac {
                Ac::Skip(lookup) => skip_block(bits, input, lookup),
                Ac::Read(lookup) => read_block(bits, input, lookup, block.places, group, lane).map(
                    |(after, end)| {
                        ends[at] = ends[at].max(end);
                        after
                    },
                ),
            };
            match outcome {
                Ok(after) => bits = after,
                Err(fault) => {
                    ends[at] = 64;
                    return (bits, mcu, Some(fault.into()));
                }
            }
        }
        if input.overrun(bits) {
            return (bits, mcu, Some(Fault::Overrun));
        }
    }
    (bits, count, None)
}

/// Transforms the blocks of a chunk of `count` MCUs into the planes.
fn flush(
    parts: &mut [Part<'_>],
    groups: &mut Groups,
    ends: &Ends,
    (row, column): (usize, usize),
    count: usize,
) {
    let mut groups = groups.iter_mut().zip(ends);
    for part in parts {
        let stride = part.plane.stride();
        let size = part.plane.size;
        for y in 0..part.v {
            let top = (row * part.v + y) * size * stride;
            for (x, (group, &end)) in groups.by_ref().take(part.h).enumerate() {
                let blocks = (count * part.h).saturating_sub(x * LANES).min(LANES);
                let start = top + (column * part.h + x * LANES) * size;
                if blocks > 0
                    && let Some(out) = part.samples.get_mut(start..)
                {
                    part.transform.apply(group, end, blocks, out, stride);
                }
            }
        }
    }
}
