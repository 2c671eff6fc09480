//! Huffman tables: the DHT segment (ITU T.81 B.2.4.2, Annex C) and what is built from it.
//!
//! One code table serves four readers, each with its own lookup:
//! * [`DcTable`]: one DC category per lookup, with the length of its magnitude added in;
//! * [`SymbolTable`]: one symbol per lookup, for progressive scans and for every rare case;
//! * [`AcTable::skip`]: as many AC symbols as fit in 12 bits at once, only to be jumped over;
//! * [`AcTable::values`]: up to two AC coefficients with their values per lookup.
//!
//! The last two are why this decoder is fast: the bits of a picture form one serial chain of
//! lookup → shift → lookup, so its speed is the number of lookups per block.
#![allow(
    clippy::cast_possible_truncation,
    reason = "fields are packed and unpacked within their widths, which are stated"
)]

use crate::bits::{Bits, Input, extend};

/// A DHT table as the file gives it, validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    /// Number of codes of each length 1–16 (BITS).
    counts: [u8; 16],
    /// The symbols in order of their codes (HUFFVAL), 0 behind the last.
    values: [u8; 256],
}

/// The tables of one DHT segment, one after the other: class (0 = DC, 1 = AC), slot and table.
pub(crate) struct Specs<'a>(pub(crate) &'a [u8]);

/// A DHT segment is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadTable;

impl Iterator for Specs<'_> {
    type Item = Result<(bool, usize, Spec), BadTable>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&class_and_slot, rest) = self.0.split_first()?;
        let parsed = (|| {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let total: usize = counts.iter().map(|&n| usize::from(n)).sum();
            let (symbols, rest) = rest.split_at_checked(total)?;
            let spec = Spec::new(*counts, symbols)?;
            let (class, slot) = (class_and_slot >> 4, usize::from(class_and_slot & 15));
            if class > 1 || slot > 3 {
                return None;
            }
            // A DC category is at most 11 for 8-bit samples and 15 for 12 (F.1.2.1.1).
            if class == 0 && symbols.iter().any(|&category| category > 15) {
                return None;
            }
            Some((rest, (class == 1, slot, spec)))
        })();
        match parsed {
            Some((rest, item)) => {
                self.0 = rest;
                Some(Ok(item))
            }
            None => {
                self.0 = &[];
                Some(Err(BadTable))
            }
        }
    }
}

impl Spec {
    /// `None` where there are more codes than a prefix code can have.
    fn new(counts: [u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut free = 1u32;
        for &count in &counts {
            free = (free << 1).checked_sub(u32::from(count))?;
        }
        let mut values = [0; 256];
        values.get_mut(..symbols.len())?.copy_from_slice(symbols);
        Some(Self { counts, values })
    }

    /// The table of T.81 K.3 for DC or AC coefficients of luma (slot 0) or chroma (slot 1).
    pub(crate) fn standard(ac: bool, slot: usize) -> Option<Self> {
        if ac {
            Self::new(*standard::AC_COUNTS.get(slot)?, standard::AC.get(slot)?)
        } else {
            Self::new(*standard::DC_COUNTS.get(slot)?, &standard::DC)
        }
    }

    /// Calls `f(code, length, symbol)` for every code in order (Annex C.2).
    fn for_each_code(&self, mut f: impl FnMut(usize, u32, u8)) {
        let mut code = 0usize;
        let mut symbols = self.values.iter();
        for (length, &count) in (1u32..).zip(&self.counts) {
            for _ in 0..count {
                if let Some(&symbol) = symbols.next() {
                    f(code, length, symbol);
                }
                code += 1;
            }
            code <<= 1;
        }
    }
}

/// The tables of T.81 K.3, which a file without tables means: those of luma and of chroma.
#[rustfmt::skip]
mod standard {
    pub(super) const DC_COUNTS: [[u8; 16]; 2] = [
        [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0],
        [0, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0],
    ];
    pub(super) const DC: [u8; 12] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
    pub(super) const AC_COUNTS: [[u8; 16]; 2] = [
        [0, 2, 1, 3, 3, 2, 4, 3, 5, 5, 4, 4, 0, 0, 1, 125],
        [0, 2, 1, 2, 4, 4, 3, 4, 7, 5, 4, 4, 0, 1, 2, 119],
    ];
    pub(super) const AC: [[u8; 162]; 2] = [
        [
            0x01, 0x02, 0x03, 0x00, 0x04, 0x11, 0x05, 0x12, 0x21, 0x31, 0x41, 0x06, 0x13, 0x51,
            0x61, 0x07, 0x22, 0x71, 0x14, 0x32, 0x81, 0x91, 0xA1, 0x08, 0x23, 0x42, 0xB1, 0xC1,
            0x15, 0x52, 0xD1, 0xF0, 0x24, 0x33, 0x62, 0x72, 0x82, 0x09, 0x0A, 0x16, 0x17, 0x18,
            0x19, 0x1A, 0x25, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39,
            0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56, 0x57,
            0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74, 0x75,
            0x76, 0x77, 0x78, 0x79, 0x7A, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x92,
            0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5, 0xA6, 0xA7,
            0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA, 0xC2, 0xC3,
            0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6, 0xD7, 0xD8,
            0xD9, 0xDA, 0xE1, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF1, 0xF2,
            0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
        ],
        [
            0x00, 0x01, 0x02, 0x03, 0x11, 0x04, 0x05, 0x21, 0x31, 0x06, 0x12, 0x41, 0x51, 0x07,
            0x61, 0x71, 0x13, 0x22, 0x32, 0x81, 0x08, 0x14, 0x42, 0x91, 0xA1, 0xB1, 0xC1, 0x09,
            0x23, 0x33, 0x52, 0xF0, 0x15, 0x62, 0x72, 0xD1, 0x0A, 0x16, 0x24, 0x34, 0xE1, 0x25,
            0xF1, 0x17, 0x18, 0x19, 0x1A, 0x26, 0x27, 0x28, 0x29, 0x2A, 0x35, 0x36, 0x37, 0x38,
            0x39, 0x3A, 0x43, 0x44, 0x45, 0x46, 0x47, 0x48, 0x49, 0x4A, 0x53, 0x54, 0x55, 0x56,
            0x57, 0x58, 0x59, 0x5A, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6A, 0x73, 0x74,
            0x75, 0x76, 0x77, 0x78, 0x79, 0x7A, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89,
            0x8A, 0x92, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98, 0x99, 0x9A, 0xA2, 0xA3, 0xA4, 0xA5,
            0xA6, 0xA7, 0xA8, 0xA9, 0xAA, 0xB2, 0xB3, 0xB4, 0xB5, 0xB6, 0xB7, 0xB8, 0xB9, 0xBA,
            0xC2, 0xC3, 0xC4, 0xC5, 0xC6, 0xC7, 0xC8, 0xC9, 0xCA, 0xD2, 0xD3, 0xD4, 0xD5, 0xD6,
            0xD7, 0xD8, 0xD9, 0xDA, 0xE2, 0xE3, 0xE4, 0xE5, 0xE6, 0xE7, 0xE8, 0xE9, 0xEA, 0xF2,
            0xF3, 0xF4, 0xF5, 0xF6, 0xF7, 0xF8, 0xF9, 0xFA,
        ],
    ];
}

/// Bits of the index of [`SymbolTable`] and [`DcTable`]; longer codes are rare.
const SHORT: u32 = 10;
/// Bits of the index of the first-symbol table that the wide lookups are built from.
const FIRST: u32 = 12;
/// Bits of the index of [`AcTable::skip`]. Fewer means more lookups; 14 no longer fits the
/// first-level cache beside the rest.
const SKIP: u32 = 12;
/// Bits of the index of [`AcTable::values`].
const VALUES: u32 = 11;
/// The most bits that one skip entry may consume: codes within the index, magnitude bits of the
/// last one may lie beyond. Three lookups then fit in one refill.
const SKIP_BITS: u32 = 18;

/// Where the codes that are longer than an index are looked up (F.2.2.3, DECODE).
#[derive(Debug, Clone)]
struct Canonical {
    /// By length 0–16: one more than the largest code, left-aligned to 16 bits.
    end: [u32; 17],
    /// By length: add to a code to get the index of its symbol.
    offset: [i32; 17],
    values: [u8; 256],
}

impl Canonical {
    fn new(spec: &Spec) -> Self {
        let mut end = [0; 17];
        let mut offset = [0; 17];
        let (mut code, mut index) = (0u32, 0i32);
        for (length, &count) in (1usize..).zip(&spec.counts) {
            offset[length] = index - code as i32;
            code += u32::from(count);
            index += i32::from(count);
            end[length] = code << (16 - length);
            code <<= 1;
        }
        Self {
            end,
            offset,
            values: spec.values,
        }
    }

    /// Length and symbol of the code at the top of `window`, or `None` if no code matches.
    #[cold]
    fn decode(&self, window: u64) -> Option<(u32, u8)> {
        let next = (window >> 48) as u32;
        for length in 1..=16u32 {
            if next < self.end[length as usize] {
                let code = (next >> (16 - length)) as i32;
                let index = usize::try_from(code + self.offset[length as usize]).ok()?;
                return Some((length, *self.values.get(index)?));
            }
        }
        None
    }
}

/// One symbol per lookup.
#[derive(Debug, Clone)]
pub(crate) struct SymbolTable {
    /// Symbol in the low byte, code length in the high one; 0 where the code is longer.
    short: Box<[u16; 1 << SHORT]>,
    long: Canonical,
}

impl SymbolTable {
    fn new(spec: &Spec) -> Self {
        let mut short = Box::new([0u16; 1 << SHORT]);
        spec.for_each_code(|code, length, symbol| {
            if length <= SHORT {
                let first = code << (SHORT - length);
                let entry = u16::from(symbol) | (length as u16) << 8;
                if let Some(range) = short.get_mut(first..first + (1 << (SHORT - length))) {
                    range.fill(entry);
                }
            }
        });
        Self {
            short,
            long: Canonical::new(spec),
        }
    }

    /// The next symbol. Uses at most 16 of the bits held. `None` if no code matches.
    #[inline(always)]
    pub(crate) fn symbol(&self, bits: Bits) -> Option<(Bits, u32)> {
        let entry = u32::from(self.short[bits.peek::<SHORT>()]);
        if entry != 0 {
            return Some((bits.consume(entry >> 8), entry & 0xFF));
        }
        let (length, symbol) = self.long.decode(bits.window())?;
        Some((bits.consume(length), u32::from(symbol)))
    }
}

/// DC categories (F.2.2.1).
#[derive(Debug, Clone)]
pub(crate) struct DcTable {
    spec: Spec,
    /// Code length plus magnitude length in the low byte, magnitude length in the high one; 0
    /// where the code is longer than the index.
    short: Box<[u16; 1 << SHORT]>,
    long: Canonical,
}

impl DcTable {
    pub(crate) fn new(spec: &Spec) -> Self {
        let mut short = Box::new([0u16; 1 << SHORT]);
        spec.for_each_code(|code, length, category| {
            if length <= SHORT {
                let first = code << (SHORT - length);
                let total = length as u16 + u16::from(category);
                let entry = total | u16::from(category) << 8;
                if let Some(range) = short.get_mut(first..first + (1 << (SHORT - length))) {
                    range.fill(entry);
                }
            }
        });
        Self {
            spec: spec.clone(),
            short,
            long: Canonical::new(spec),
        }
    }

    /// Whether it was built from this table of the file.
    pub(crate) fn is_of(&self, spec: &Spec) -> bool {
        self.spec == *spec
    }

    /// The next DC difference. Uses at most 31 of the bits held. `None` if no code matches.
    ///
    /// The value is computed beside the chain of shifts, without a branch on its length.
    #[inline(always)]
    pub(crate) fn difference(&self, bits: Bits) -> Option<(Bits, i32)> {
        let entry = u32::from(self.short[bits.peek::<SHORT>()]);
        let (total, size) = if entry != 0 {
            (entry & 0xFF, entry >> 8)
        } else {
            let (length, category) = self.long.decode(bits.window())?;
            (length + u32::from(category), u32::from(category))
        };
        let value = extend(bits.window() << ((total - size) & 63), size & 15);
        Some((bits.consume(total), value))
    }
}

/// What an AC lookup did with the position in the block.
///
/// Positions run from 1 to 63. An entry's advance is added to the position; the flags are so
/// large that one comparison with 64 finds the end of the block and every special case.
const END_OF_BLOCK: u32 = 64;
/// Not in this table: look the symbol up alone.
const LONG: u32 = 128;

/// AC codes of sequential scans (F.2.2.2).
#[derive(Debug, Clone)]
pub(crate) struct AcTable {
    spec: Spec,
    pub(crate) symbols: SymbolTable,
    /// Bits to consume in the low byte, advance in the high one.
    skip: Option<Box<[u16; 1 << SKIP]>>,
    /// See [`pack`].
    values: Option<Box<[u32; 1 << VALUES]>>,
}

/// Two coefficients in an entry of the value table, from the low bits: bits to consume (4),
/// advance (8), offset of the first (4) and of the second coefficient (5) from the position,
/// their values (5 and 6, signed). An entry with one coefficient has it as the second and the
/// first, 0, at the same offset; an entry with none writes zeros ahead, where zeros are.
const fn pack(bits: u32, advance: u32, first: (u32, i32), second: (u32, i32)) -> u32 {
    bits | advance << 4
        | first.0 << 12
        | second.0 << 16
        | (first.1 as u32 & 31) << 21
        | (second.1 as u32 & 63) << 26
}

impl AcTable {
    /// The table with its wide lookups unbuilt.
    pub(crate) fn new(spec: &Spec) -> Self {
        Self {
            spec: spec.clone(),
            symbols: SymbolTable::new(spec),
            skip: None,
            values: None,
        }
    }

    /// Whether it was built from this table of the file.
    pub(crate) fn is_of(&self, spec: &Spec) -> bool {
        self.spec == *spec
    }

    /// Builds the wide lookups that are asked for and not there yet.
    pub(crate) fn prepare(&mut self, skip: bool, values: bool) {
        let skip = skip && self.skip.is_none();
        let values = values && self.values.is_none();
        if !skip && !values {
            return;
        }
        // Length and symbol of the first code of every 12 bits.
        let mut first = [(0u8, 0u8); 1 << FIRST];
        self.spec.for_each_code(|code, length, symbol| {
            if length <= FIRST {
                let start = code << (FIRST - length);
                if let Some(range) = first.get_mut(start..start + (1 << (FIRST - length))) {
                    range.fill((length as u8, symbol));
                }
            }
        });
        if skip {
            let mut table = Box::new([0u16; 1 << SKIP]);
            for (index, entry) in table.iter_mut().enumerate() {
                *entry = skip_entry(&first, index);
            }
            self.skip = Some(table);
        }
        if values {
            let mut table = Box::new([0u32; 1 << VALUES]);
            for (index, entry) in table.iter_mut().enumerate() {
                *entry = value_entry(&first, index);
            }
            self.values = Some(table);
        }
    }

    /// The lookups for [`skip_block`], if prepared.
    pub(crate) fn skipper(&self) -> Option<Skipper<'_>> {
        Some(Skipper {
            table: self.skip.as_deref()?,
            symbols: &self.symbols,
        })
    }

    /// The lookups for [`read_block`], if prepared.
    pub(crate) fn valuer(&self) -> Option<Valuer<'_>> {
        Some(Valuer {
            table: self.values.as_deref()?,
            symbols: &self.symbols,
        })
    }
}

/// A symbol of a sequential AC code (F.1.2.2).
enum Ac {
    EndOfBlock,
    /// Sixteen zeros.
    ZeroRun,
    /// Some zeros, then a coefficient of `size` magnitude bits.
    Value {
        run: u32,
        size: u32,
    },
    Invalid,
}

#[inline(always)]
const fn ac_symbol(symbol: u32) -> Ac {
    match (symbol >> 4, symbol & 15) {
        (0, 0) => Ac::EndOfBlock,
        (15, 0) => Ac::ZeroRun,
        (_, 0) => Ac::Invalid,
        (run, size) => Ac::Value { run, size },
    }
}

fn first_at(first: &[(u8, u8); 1 << FIRST], index: usize, at: u32) -> (u32, u32) {
    let (length, symbol) = first[(index << at) & ((1 << FIRST) - 1)];
    (u32::from(length), u32::from(symbol))
}

fn skip_entry(first: &[(u8, u8); 1 << FIRST], index: usize) -> u16 {
    let index = index << (FIRST - SKIP);
    let (mut used, mut advance) = (0u32, 0u32);
    while used < SKIP {
        let (length, symbol) = first_at(first, index, used);
        if length == 0 || used + length > SKIP {
            break;
        }
        match ac_symbol(symbol) {
            Ac::EndOfBlock => {
                used += length;
                advance += END_OF_BLOCK;
                break;
            }
            Ac::ZeroRun if advance + 16 < 64 => {
                used += length;
                advance += 16;
            }
            Ac::Value { run, size }
                if advance + run + 1 < 64 && used + length + size <= SKIP_BITS =>
            {
                used += length + size;
                advance += run + 1;
            }
            _ => break,
        }
    }
    if used == 0 {
        return (LONG << 8) as u16;
    }
    (used | advance << 8) as u16
}

fn value_entry(first: &[(u8, u8); 1 << FIRST], index: usize) -> u32 {
    const NOTHING: u32 = pack(0, LONG, (0, 0), (0, 0));
    let index = index << (FIRST - VALUES);
    // A coefficient at `used` bits that lies whole within the index: bits, run, size and value.
    let coefficient = |used: u32, sizes: u32| {
        let (length, symbol) = first_at(first, index, used);
        match ac_symbol(symbol) {
            Ac::Value { run, size }
                if length != 0 && size <= sizes && used + length + size <= VALUES =>
            {
                let top = (index as u64) << (64 - FIRST) << (used + length);
                Some((used + length + size, run, size, extend(top, size)))
            }
            _ => None,
        }
    };
    let end_of_block = |used: u32| {
        let (length, symbol) = first_at(first, index, used);
        let fits = length != 0 && used + length <= VALUES && symbol == 0;
        fits.then_some(used + length)
    };
    let (length, symbol) = first_at(first, index, 0);
    if length == 0 || length > VALUES {
        return NOTHING;
    }
    match ac_symbol(symbol) {
        Ac::EndOfBlock => return pack(length, END_OF_BLOCK, (0, 0), (0, 0)),
        Ac::ZeroRun => return pack(length, 16, (0, 0), (0, 0)),
        _ => {}
    }
    let Some((used, run, size, value)) = coefficient(0, 5) else {
        return NOTHING;
    };
    let at = run;
    if let Some(used) = end_of_block(used) {
        return pack(used, at + 1 + END_OF_BLOCK, (at, 0), (at, value));
    }
    if size <= 4
        && let Some((used, run, _, second)) = coefficient(used, 5)
    {
        let other = at + 1 + run;
        return match end_of_block(used) {
            Some(used) => pack(used, other + 1 + END_OF_BLOCK, (at, value), (other, second)),
            None => pack(used, other + 1, (at, value), (other, second)),
        };
    }
    pack(used, at + 1, (at, 0), (at, value))
}

/// Jumps over the AC coefficients of a block; see [`skip_block`].
#[derive(Clone, Copy)]
pub(crate) struct Skipper<'t> {
    table: &'t [u16; 1 << SKIP],
    symbols: &'t SymbolTable,
}

/// Reads the AC coefficients of a block; see [`read_block`].
#[derive(Clone, Copy)]
pub(crate) struct Valuer<'t> {
    table: &'t [u32; 1 << VALUES],
    symbols: &'t SymbolTable,
}

/// What stopped a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BlockFault {
    /// Bits that are no code of the table, or a code that a sequential scan does not have.
    Code,
    /// More coefficients than a block holds.
    Overflow,
}

/// What a wide lookup came to.
enum Step {
    /// The block goes on at this position.
    On(u32),
    /// The block ended, before this position.
    End(u32),
    /// The symbol must be looked up alone: its code is long, or the block may be full before the
    /// last symbol of the entry.
    Alone,
}

/// Where an entry with this advance leads from position `k`. One comparison decides the usual
/// case, that the block goes on.
#[inline(always)]
const fn step(k: u32, advance: u32) -> Step {
    let next = k + advance;
    if next < 64 {
        Step::On(next)
    } else if advance & (END_OF_BLOCK | LONG) == END_OF_BLOCK && next < 128 {
        Step::End(next - END_OF_BLOCK)
    } else {
        Step::Alone
    }
}

/// Jumps over the AC coefficients of one block. Needs [`SKIP_BITS`] bits to begin with.
#[inline(always)]
pub(crate) fn skip_block(
    mut bits: Bits,
    input: &mut Input<'_>,
    lookup: Skipper<'_>,
) -> Result<Bits, BlockFault> {
    let look = |bits: Bits, k: u32| {
        let entry = u32::from(lookup.table[bits.peek::<SKIP>()]);
        (bits.consume(entry & 0xFF), step(k, entry >> 8))
    };
    let mut k = 1;
    // The first lookup can do with what the DC coefficient left.
    match look(bits, k) {
        (after, Step::On(next)) => (bits, k) = (after, next),
        (after, Step::End(_)) => return Ok(after),
        (_, Step::Alone) => {}
    }
    loop {
        bits = bits.refill(input);
        for _ in 0..3 {
            match look(bits, k) {
                (after, Step::On(next)) => (bits, k) = (after, next),
                (after, Step::End(_)) => return Ok(after),
                (_, Step::Alone) => {
                    let value;
                    (bits, value) = one_symbol(bits.refill(input), lookup.symbols, k)?;
                    match value {
                        Some((at, _)) if at < 63 => k = at + 1,
                        _ => return Ok(bits),
                    }
                    break;
                }
            }
        }
    }
}

/// Reads the AC coefficients of one block and stores each in `block` at `places[k]` plus `lane`,
/// where `k` is its position in zigzag order; positions that a scaled transform does not use
/// have a place that nobody reads. Returns a bound on the last position read.
///
/// `block` must hold zeros at all places of `lane`. Needs 2 × [`VALUES`] bits to begin with.
#[inline(always)]
pub(crate) fn read_block(
    mut bits: Bits,
    input: &mut Input<'_>,
    lookup: Valuer<'_>,
    places: &[u16; 128],
    block: &mut [i16; 1024],
    lane: usize,
) -> Result<(Bits, u32), BlockFault> {
    // Stores what an entry holds. The masks change nothing but tell the compiler that the indices
    // are in range.
    let look = |block: &mut [i16; 1024], bits: Bits, k: u32| {
        let entry = lookup.table[bits.peek::<VALUES>()];
        let first = k + ((entry >> 12) & 15);
        let second = k + ((entry >> 16) & 31);
        let first = usize::from(places[first as usize & 127]) + lane;
        let second = usize::from(places[second as usize & 127]) + lane;
        block[first & 1023] = (((entry << 6) as i32) >> 27) as i16;
        block[second & 1023] = ((entry as i32) >> 26) as i16;
        (bits.consume(entry & 15), step(k, (entry >> 4) & 0xFF))
    };
    let mut k = 1;
    for _ in 0..2 {
        match look(block, bits, k) {
            (after, Step::On(next)) => (bits, k) = (after, next),
            (after, Step::End(next)) => return Ok((after, next)),
            (_, Step::Alone) => break,
        }
    }
    loop {
        bits = bits.refill(input);
        for _ in 0..5 {
            match look(block, bits, k) {
                (after, Step::On(next)) => (bits, k) = (after, next),
                (after, Step::End(next)) => return Ok((after, next)),
                (_, Step::Alone) => {
                    let value;
                    (bits, value) = one_symbol(bits.refill(input), lookup.symbols, k)?;
                    let Some((at, value)) = value else {
                        return Ok((bits, k));
                    };
                    let place = usize::from(places[at as usize & 127]) + lane;
                    block[place & 1023] = value as i16;
                    k = at + 1;
                    if k > 63 {
                        return Ok((bits, 64));
                    }
                    break;
                }
            }
        }
    }
}

/// One symbol at position `k`: the position and value of the coefficient it ends with (value 0
/// after a run of sixteen zeros), or `None` at the end of the block. Needs 31 bits.
#[inline(always)]
fn one_symbol(
    bits: Bits,
    symbols: &SymbolTable,
    k: u32,
) -> Result<(Bits, Option<(u32, i32)>), BlockFault> {
    let (bits, symbol) = symbols.symbol(bits).ok_or(BlockFault::Code)?;
    let (at, size) = match ac_symbol(symbol) {
        Ac::EndOfBlock => return Ok((bits, None)),
        Ac::ZeroRun => (k + 15, 0),
        Ac::Value { run, size } => (k + run, size),
        Ac::Invalid => return Err(BlockFault::Code),
    };
    if at > 63 {
        return Err(BlockFault::Overflow);
    }
    let value = extend(bits.window(), size);
    Ok((bits.consume(size), Some((at, value))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A complete code with lengths from 2 to 16, over symbols that sequential scans have.
    fn spec() -> Spec {
        let mut counts = [0u8; 16];
        counts[1..16].fill(2);
        let symbols: Vec<u8> = (0..30u8)
            .map(|i| match i {
                0 => 0x01,
                1 => 0x00,
                2 => 0x02,
                3 => 0x11,
                4 => 0xF0,
                i => (i % 10 + 1) | (i * 7 % 16) << 4,
            })
            .collect();
        let mut seen = symbols.clone();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), symbols.len());
        Spec::new(counts, &symbols).unwrap()
    }

    #[test]
    fn the_wide_lookups_read_what_single_symbols_say() {
        let mut table = AcTable::new(&spec());
        table.prepare(true, true);
        let places: [u16; 128] = std::array::from_fn(|k| 8 * k.min(64) as u16);
        let mut state = 1u32;
        for _ in 0..200_000 {
            let data: [u8; 256] = std::array::from_fn(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 24) as u8 & 0xFE
            });

            let mut expected = [0i16; 64];
            let mut k = 1;
            let mut bits = Bits::default();
            let mut input = Input::new(&data, 0);
            let outcome = loop {
                match one_symbol(bits.refill(&mut input), &table.symbols, k) {
                    Ok((after, value)) => {
                        bits = after;
                        let Some((at, value)) = value else {
                            break Ok(());
                        };
                        expected[at as usize] = value as i16;
                        k = at + 1;
                        if k > 63 {
                            break Ok(());
                        }
                    }
                    Err(fault) => break Err(fault),
                }
            };
            let position =
                |input: &Input<'_>, bits: Bits| input.position() * 8 - bits.held() as usize;
            let expected_position = position(&input, bits);
            let mut input = Input::new(&data, 0);
            let start = Bits::default().refill(&mut input);
            let skipped = skip_block(start, &mut input, table.skipper().unwrap());
            match (outcome, skipped) {
                (Ok(()), Ok(after)) => assert_eq!(position(&input, after), expected_position),
                (Err(a), Err(b)) => assert_eq!(a, b),
                (a, b) => panic!("{a:?} {:?}", b.map(Bits::held)),
            }
            let mut block = [0i16; 1024];
            let mut input = Input::new(&data, 0);
            let valuer = table.valuer().unwrap();
            let start = Bits::default().refill(&mut input);
            match (
                outcome,
                read_block(start, &mut input, valuer, &places, &mut block, 3),
            ) {
                (Ok(()), Ok((after, last))) => {
                    assert_eq!(position(&input, after), expected_position);
                    for (k, &expected) in expected.iter().enumerate() {
                        assert_eq!(block[k * 8 + 3], expected);
                        assert!(expected == 0 || k < last as usize);
                    }
                }
                (Err(a), Err(b)) => assert_eq!(a, b),
                (a, b) => panic!("{a:?} {:?}", b.map(|(after, _)| after.held())),
            }
        }
    }

    #[test]
    fn impossible_tables_are_refused() {
        let mut counts = [0; 16];
        counts[0] = 3;
        assert_eq!(Spec::new(counts, &[1, 2, 3]), None);
        counts[0] = 2;
        assert!(Spec::new(counts, &[1, 2]).is_some());
        let segment = |class: u8, symbol: u8| {
            let mut out = vec![class, 1];
            out.extend([0; 15]);
            out.push(symbol);
            out
        };
        let ok = |payload: &[u8]| Specs(payload).all(|table| table.is_ok());
        assert!(ok(&segment(0x00, 11)) && ok(&segment(0x13, 0xFA)));
        assert!(!ok(&segment(0x00, 16)) && !ok(&segment(0x04, 1)) && !ok(&segment(0x20, 1)));
        assert!(!ok(&segment(0, 1)[..17]) && !ok(&segment(0, 1)[..5]));
    }
}
