//! Progressive scans (ITU T.81 G.1.2, G.2).
//!
//! Coefficients are kept between scans, but only those that the output's scale uses. Which of a
//! block's 64 coefficients are not zero is all that a refinement scan has to know of the others;
//! 64 bits per block hold it, and turn the walk over them into bit counting.
#![allow(
    clippy::cast_possible_truncation,
    reason = "coefficients have 16 bits; what damaged data has beyond wraps"
)]

use crate::bits::{Bits, Input, REFILLED, extend};
use crate::geometry::Plane;
use crate::huffman::{BlockFault, DcTable, SymbolTable};
use crate::idct::{Group, LANES, Transform};
use crate::scan::{Fault, Run, Units};

/// What is kept of one component.
#[derive(Debug, Default)]
pub(crate) struct Coefficients {
    /// By block, then by slot: DC first, then what the transform uses, then a slot for the rest.
    values: Vec<i16>,
    /// By block: bit `k` is set where the coefficient at zigzag position `k` is not zero. Empty
    /// where AC scans are not read.
    history: Vec<u64>,
}

/// Bytes of history per block.
const HISTORY: u64 = 8;

/// Slots per block for a transform.
const fn slots(transform: &Transform) -> usize {
    match transform.used() {
        1 => 1,
        used => used + 1,
    }
}

impl Coefficients {
    /// Bytes that the coefficients of a component take. `ac`: whether its AC scans are read.
    pub(crate) const fn bytes(plane: &Plane, transform: &Transform, ac: bool) -> u64 {
        let history = if ac { HISTORY } else { 0 };
        plane.blocks() as u64 * (2 * slots(transform) as u64 + history)
    }

    /// Makes room and sets all to zero. `Err` if there is no memory.
    pub(crate) fn reset(
        &mut self,
        plane: &Plane,
        transform: &Transform,
        ac: bool,
    ) -> Result<(), ()> {
        let values = plane.blocks() * slots(transform);
        let history = if ac { plane.blocks() } else { 0 };
        self.values.clear();
        self.history.clear();
        self.values.try_reserve_exact(values).map_err(|_| ())?;
        self.history.try_reserve_exact(history).map_err(|_| ())?;
        self.values.resize(values, 0);
        self.history.resize(history, 0);
        Ok(())
    }

    /// Bytes held.
    pub(crate) const fn capacity(&self) -> usize {
        self.values.capacity() * size_of::<i16>() + self.history.capacity() * size_of::<u64>()
    }

    /// Gives the memory back.
    pub(crate) fn shrink(&mut self) {
        *self = Self::default();
    }

    /// Transforms all blocks into the plane.
    pub(crate) fn transform(
        &self,
        plane: &Plane,
        transform: &Transform,
        group: &mut Group,
        samples: &mut [u8],
    ) {
        let slots = slots(transform);
        let used = transform.used();
        let stride = plane.stride();
        if used == 1 {
            for (to, &dc) in samples.iter_mut().zip(&self.values) {
                *to = transform.single(dc);
            }
            return;
        }
        for row in 0..plane.blocks_y {
            for column in (0..plane.blocks_x).step_by(LANES) {
                let count = LANES.min(plane.blocks_x - column);
                let first = (row * plane.blocks_x + column) * slots;
                let Some(values) = self.values.get(first..first + count * slots) else {
                    return;
                };
                for (lane, block) in values.chunks_exact(slots).enumerate() {
                    let places = group.as_chunks_mut::<LANES>().0;
                    for (place, &value) in places.iter_mut().zip(block).take(used) {
                        place[lane] = value;
                    }
                }
                let block = row * plane.blocks_x + column;
                let history = self.history.get(block..block + count).unwrap_or_default();
                let any = history.iter().fold(1, |any, history| any | history);
                let end = u64::BITS - any.leading_zeros();
                let start = row * plane.size * stride + column * plane.size;
                if let Some(out) = samples.get_mut(start..) {
                    transform.apply(group, end, count, out, stride);
                }
            }
        }
    }
}

/// A component of a DC scan.
pub(crate) struct DcPart<'t> {
    pub(crate) plane: Plane,
    pub(crate) slots: usize,
    pub(crate) values: &'t mut [i16],
    /// `None` in a refinement scan, which has no codes.
    pub(crate) table: Option<&'t DcTable>,
    /// Blocks per MCU of this scan.
    pub(crate) h: usize,
    pub(crate) v: usize,
}

impl<'t> DcPart<'t> {
    pub(crate) fn new(
        plane: Plane,
        transform: &Transform,
        coefficients: &'t mut Coefficients,
        table: Option<&'t DcTable>,
        (h, v): (usize, usize),
    ) -> Self {
        Self {
            plane,
            slots: slots(transform),
            values: &mut coefficients.values,
            table,
            h,
            v,
        }
    }
}

/// Reads the MCUs `from..to` of a first or refining DC scan (G.1.2.1) with point transform `low`.
pub(crate) fn decode_dc(
    input: &mut Input<'_>,
    from: u32,
    to: u32,
    units: Units,
    low: u8,
    parts: &mut [DcPart<'_>],
) -> Run {
    let mut bits = Bits::default();
    let mut predictions = [0i32; 4];
    let (mut row, mut column) = (
        (from / units.per_row) as usize,
        (from % units.per_row) as usize,
    );
    for unit in from..to {
        // Enough for the refinement of all blocks, which is a bit each.
        bits = bits.refill(input);
        for (part, prediction) in parts.iter_mut().zip(&mut predictions) {
            for y in 0..part.v {
                let first = (row * part.v + y) * part.plane.blocks_x + column * part.h;
                for x in 0..part.h {
                    let value = match part.table {
                        Some(table) => {
                            bits = bits.refill(input);
                            let Some((after, difference)) = table.difference(bits) else {
                                return Run {
                                    bits,
                                    done: unit - from,
                                    fault: Some(Fault::Block(BlockFault::Code)),
                                };
                            };
                            bits = after;
                            *prediction = prediction.wrapping_add(difference);
                            (*prediction << low) as i16
                        }
                        None => {
                            let (after, bit) = bits.take(1);
                            bits = after;
                            (bit << low) as i16
                        }
                    };
                    if let Some(to) = part.values.get_mut((first + x) * part.slots) {
                        *to |= value;
                    }
                }
            }
        }
        if input.overrun(bits) {
            return Run {
                bits,
                done: unit - from,
                fault: Some(Fault::Overrun),
            };
        }
        column += 1;
        if column == units.per_row as usize {
            column = 0;
            row += 1;
        }
    }
    Run {
        bits,
        done: to - from,
        fault: None,
    }
}

/// The component of an AC scan, which has one only.
pub(crate) struct AcPart<'t> {
    plane: Plane,
    /// Slots per block; none where the scan is read only to find damage in it.
    slots: usize,
    values: &'t mut [i16],
    history: &'t mut [u64],
    table: &'t SymbolTable,
    /// By zigzag position.
    slot: [u8; 64],
}

/// The band and precision of an AC scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Band {
    pub(crate) first: u32,
    pub(crate) last: u32,
    pub(crate) low: u32,
}

impl<'t> AcPart<'t> {
    pub(crate) fn new(
        plane: Plane,
        transform: &Transform,
        coefficients: &'t mut Coefficients,
        table: &'t SymbolTable,
    ) -> Self {
        let (slots, values) = match slots(transform) {
            1 => (0, <&mut [i16]>::default()),
            slots => (slots, coefficients.values.as_mut_slice()),
        };
        let mut slot = [0; 64];
        for (to, &place) in slot.iter_mut().zip(&transform.places) {
            let own = usize::from(place) / LANES;
            *to = own.min(slots.saturating_sub(1)) as u8;
        }
        Self {
            plane,
            slots,
            values,
            history: &mut coefficients.history,
            table,
            slot,
        }
    }

    /// Reads the blocks `from..to` of an AC scan (G.1.2.2, G.1.2.3).
    pub(crate) fn decode(
        &mut self,
        input: &mut Input<'_>,
        from: u32,
        to: u32,
        units: Units,
        band: Band,
        refine: bool,
    ) -> Run {
        let mut bits = Bits::default();
        // Blocks, this one included, that have no further coefficient (EOBRUN).
        let mut ended = 0u32;
        let mut unit = from;
        while unit < to {
            if ended > 0 && !refine {
                let skipped = ended.min(to - unit);
                ended -= skipped;
                unit += skipped;
                continue;
            }
            let (row, column) = (unit / units.per_row, unit % units.per_row);
            let block = row as usize * self.plane.blocks_x + column as usize;
            let first = block * self.slots;
            let (Some(values), Some(history)) = (
                self.values.get_mut(first..first + self.slots),
                self.history.get_mut(block),
            ) else {
                break;
            };
            let outcome = if refine {
                let part = Refined {
                    values,
                    history,
                    slot: &self.slot,
                };
                part.read(bits, input, self.table, band, &mut ended)
            } else {
                read_first(bits, input, self.table, band, values, history, &self.slot).map(
                    |(after, run)| {
                        ended = run;
                        after
                    },
                )
            };
            let fault = match outcome {
                Ok(after) => {
                    bits = after;
                    input.overrun(bits).then_some(Fault::Overrun)
                }
                Err(fault) => Some(fault.into()),
            };
            if fault.is_some() {
                return Run {
                    bits,
                    done: unit - from,
                    fault,
                };
            }
            ended = ended.saturating_sub(1);
            unit += 1;
        }
        Run {
            bits,
            done: to - from,
            fault: None,
        }
    }
}

/// Reads the run length of an end-of-band code (G.1.2.2): 2ʳ plus `r` more bits.
#[inline(always)]
fn end_of_band(bits: Bits, r: u32) -> (Bits, u32) {
    let (bits, more) = bits.take(r);
    (bits, (1 << r) + more)
}

/// One block of a first AC scan. Returns the end-of-band run, this block included.
#[inline(always)]
fn read_first(
    mut bits: Bits,
    input: &mut Input<'_>,
    table: &SymbolTable,
    band: Band,
    values: &mut [i16],
    history: &mut u64,
    slot: &[u8; 64],
) -> Result<(Bits, u32), BlockFault> {
    let mut k = band.first;
    let mut seen = 0u64;
    let mut ended = 0;
    while k <= band.last {
        let (after, symbol) = table.symbol(bits.refill(input)).ok_or(BlockFault::Code)?;
        let (r, size) = (symbol >> 4, symbol & 15);
        bits = after;
        if size == 0 {
            if r == 15 {
                k += 16;
                continue;
            }
            (bits, ended) = end_of_band(bits, r);
            break;
        }
        k += r;
        if k > band.last {
            return Err(BlockFault::Overflow);
        }
        let value = extend(bits.window(), size) << band.low;
        bits = bits.consume(size);
        if let Some(to) = values.get_mut(usize::from(slot[k as usize & 63])) {
            *to = value as i16;
        }
        seen |= 1 << k;
        k += 1;
    }
    *history |= seen;
    Ok((bits, ended))
}

/// A block of a refining AC scan.
struct Refined<'b> {
    values: &'b mut [i16],
    history: &'b mut u64,
    slot: &'b [u8; 64],
}

impl Refined<'_> {
    /// Reads the block. A code tells how many coefficients that are zero so far to pass over;
    /// every other coefficient on the way has a correction bit behind the code. The history's
    /// bits give both: the end of the way by its zeros, the number of corrections by its ones.
    #[inline(always)]
    fn read(
        mut self,
        mut bits: Bits,
        input: &mut Input<'_>,
        table: &SymbolTable,
        band: Band,
        ended: &mut u32,
    ) -> Result<Bits, BlockFault> {
        let in_band = (u64::MAX << band.first) & (u64::MAX >> (63 - band.last));
        let before = *self.history;
        // What of the band is still to come.
        let mut ahead = in_band;
        let step = 1i16 << band.low;
        if *ended == 0 {
            loop {
                let (after, symbol) = table.symbol(bits.refill(input)).ok_or(BlockFault::Code)?;
                let (mut r, size) = (symbol >> 4, symbol & 15);
                bits = after;
                let mut value = 0;
                if size == 0 {
                    if r < 15 {
                        (bits, *ended) = end_of_band(bits, r);
                        break;
                    }
                } else {
                    // The standard has size 1 only; the sign's bit comes first.
                    if size != 1 {
                        return Err(BlockFault::Code);
                    }
                    let bit;
                    (bits, bit) = bits.take(1);
                    value = if bit == 1 { step } else { -step };
                }
                // Where nothing of the history is on the way, the end of it is known at once.
                let near = (ahead & ahead.wrapping_neg()).wrapping_mul((2 << r) - 1);
                let at = if before & near == 0 {
                    let at = ahead.trailing_zeros() + r;
                    if at > band.last {
                        return Err(BlockFault::Overflow);
                    }
                    at
                } else {
                    let mut zeros = !before & ahead;
                    while r > 0 {
                        zeros &= zeros.wrapping_sub(1);
                        r -= 1;
                    }
                    if zeros == 0 {
                        return Err(BlockFault::Overflow);
                    }
                    let at = zeros.trailing_zeros();
                    // The bit at `at` itself is zero in the history.
                    let way = ahead & (u64::MAX >> (63 - at));
                    bits = self.correct(bits, input, before & way, step);
                    at
                };
                ahead &= (u64::MAX - 1) << at;
                if value != 0 {
                    *self.history |= 1 << at;
                    if let Some(to) = self
                        .values
                        .get_mut(usize::from(self.slot[at as usize & 63]))
                    {
                        *to = value;
                    }
                }
                if ahead == 0 {
                    return Ok(bits);
                }
            }
        }
        Ok(self.correct(bits, input, before & ahead, step))
    }

    /// Reads one correction bit for each coefficient in `which`. Those that are not kept have the
    /// slot for the rest, where nothing is read.
    #[inline(always)]
    fn correct(&mut self, mut bits: Bits, input: &mut Input<'_>, which: u64, step: i16) -> Bits {
        if self.values.is_empty() {
            let count = which.count_ones();
            bits = bits.refill(input).consume(count.min(REFILLED));
            return match count.checked_sub(REFILLED) {
                Some(rest) => bits.refill(input).consume(rest),
                None => bits,
            };
        }
        let mut left = which;
        while left != 0 {
            bits = bits.refill(input);
            for _ in 0..REFILLED {
                let at = left.trailing_zeros();
                left &= left - 1;
                let bit;
                (bits, bit) = bits.take(1);
                // The bits are as good as random, so nothing branches on them.
                if let Some(value) = self
                    .values
                    .get_mut(usize::from(self.slot[at as usize & 63]))
                {
                    let away = (*value >> 15 | 1) * step;
                    *value = value.wrapping_add(away & 0i16.wrapping_sub(bit as i16));
                }
                if left == 0 {
                    break;
                }
            }
        }
        bits
    }
}
