//! Inverse transforms (ITU T.81 A.3.3) to blocks of 8×8, 4×4, 2×2 or one sample.
//!
//! A scaled transform gives the means of the samples that each output sample covers. The mean of
//! the basis functions over 2 or 4 samples vanishes for some frequencies, which are therefore
//! never stored: over 2 samples frequency 4, over 4 samples every even one but 0. Of a block's
//! 64 coefficients 49 remain for 4×4 and 25 for 2×2.
//!
//! The arithmetic is fixed point with the precision of the IJG library's accurate integer
//! transforms (13 bits for constants, 2 extra bits between the passes), so that results are equal
//! to the last bit.
//!
//! Eight blocks that are neighbours in a row are transformed at once. Their coefficients are
//! interleaved, `group[place + block]`, which makes each step the same on eight neighbouring
//! numbers: the compiler uses vector instructions and no transposition is needed.
#![allow(
    clippy::cast_possible_truncation,
    reason = "sums are rounded, saturated and only then narrowed"
)]

use crate::quant::{QuantTable, ZIGZAG};

/// Coefficients of eight blocks. Places beyond those of the transform are never read.
pub(crate) type Group = [i16; 1024];

/// Blocks in a [`Group`].
pub(crate) const LANES: usize = 8;

/// The place of coefficients that a transform does not use.
const NOWHERE: u16 = 64 * LANES as u16;

/// A number for each of eight blocks.
type Lanes = [i16; LANES];

/// Fractional bits of the constants.
const CONST_BITS: u32 = 13;

/// A positive constant in fixed point.
const fn fix(x: f64) -> i16 {
    (x * (1 << CONST_BITS) as f64 + 0.5) as i16
}

/// One transform: which coefficients it uses, in which places, and their quantisation.
#[derive(Debug, Clone)]
pub(crate) struct Transform {
    size: usize,
    /// By zigzag position: the place in a [`Group`]. Behind the 64th come positions that only
    /// damaged data reaches.
    pub(crate) places: [u16; 128],
    /// Quantisation by place (divided by [`LANES`]).
    quant: [i16; 64],
    /// Number of places.
    used: usize,
}

/// The frequencies that a transform to `size` samples uses.
const fn frequencies(size: usize) -> &'static [u8] {
    match size {
        1 => &[0],
        2 => &[0, 1, 3, 5, 7],
        4 => &[0, 1, 2, 3, 5, 6, 7],
        _ => &[0, 1, 2, 3, 4, 5, 6, 7],
    }
}

impl Transform {
    /// The transform to `size` × `size` samples; `size` is 1, 2, 4 or 8.
    pub(crate) fn new(size: usize, quant: &QuantTable) -> Self {
        let frequencies = frequencies(size);
        let mut places = [NOWHERE; 128];
        let mut by_place = [0; 64];
        for ((&natural, place), &step) in ZIGZAG.iter().zip(&mut places).zip(quant) {
            let (row, column) = (natural / 8, natural % 8);
            let row = frequencies.iter().position(|&f| f == row);
            let column = frequencies.iter().position(|&f| f == column);
            if let (Some(row), Some(column)) = (row, column) {
                let index = row * frequencies.len() + column;
                *place = (index * LANES) as u16;
                // Steps above 15 bits are legal only with samples of 12 bits; wrapping as the
                // multiplication does keeps 8-bit vectors.
                by_place[index] = step as i16;
            }
        }
        Self {
            size,
            places,
            quant: by_place,
            used: frequencies.len() * frequencies.len(),
        }
    }

    /// Coefficients that the transform uses, which have the places 0, 8, 16 ….
    pub(crate) const fn used(&self) -> usize {
        self.used
    }

    /// The only sample of a block at one eighth, from its DC coefficient.
    #[inline(always)]
    pub(crate) fn single(&self, dc: i16) -> u8 {
        let mean = i32::from(dc) * i32::from(self.quant[0]);
        (((mean + 4) >> 3) + 128).clamp(0, 255) as u8
    }

    /// Transforms the first `count` blocks of `group` into `out`, whose first sample is that of
    /// the first block, and zeroes the group again.
    ///
    /// No block has a coefficient at zigzag position `end` or behind it. Most blocks of chroma
    /// have few coefficients, all of low frequencies: then only those are looked at.
    pub(crate) fn apply(
        &self,
        group: &mut Group,
        end: u32,
        count: usize,
        out: &mut [u8],
        stride: usize,
    ) {
        let (lanes, _) = group.as_chunks_mut::<LANES>();
        let Some(lanes) = lanes.first_chunk_mut::<64>() else {
            return;
        };
        let quant = &self.quant;
        let rows = &mut Rows { out, stride, count };
        let low = end <= LOW;
        match self.size {
            _ if end <= 1 => self.flat(&lanes[0], rows),
            1 => self.flat(&lanes[0], rows),
            2 if low => {
                two_passes::<5, 3, 2, 13, 20>(lanes, quant, rows, |x| line_of_2(padded(x)));
            }
            2 => two_passes::<5, 5, 2, 13, 20>(lanes, quant, rows, line_of_2),
            4 if low => {
                two_passes::<7, 4, 4, 12, 19>(lanes, quant, rows, |x| line_of_4(padded(x)));
            }
            4 => two_passes::<7, 7, 4, 12, 19>(lanes, quant, rows, line_of_4),
            _ if low => {
                two_passes::<8, 4, 8, 11, 18>(lanes, quant, rows, |x| line_of_8(padded(x)));
            }
            _ => two_passes::<8, 8, 8, 11, 18>(lanes, quant, rows, line_of_8),
        }
        if let Some(used) = lanes.get_mut(..self.used) {
            used.fill([0; LANES]);
        }
    }

    /// Blocks that have a mean only.
    fn flat(&self, dc: &Lanes, rows: &mut Rows<'_>) {
        let size = self.size;
        for y in 0..size {
            let start = y * rows.stride;
            let Some(row) = rows.out.get_mut(start..start + rows.count * size) else {
                return;
            };
            for (block, &dc) in row.chunks_exact_mut(size).zip(dc) {
                block.fill(self.single(dc));
            }
        }
    }
}

/// The first zigzag position with a frequency above 3 in either direction.
const LOW: u32 = 10;

/// Low frequencies with zeros for the others. The optimiser drops what is multiplied by them.
#[inline(always)]
fn padded<const U: usize, const K: usize>(low: [i32; U]) -> [i32; K] {
    let mut all = [0; K];
    for (to, from) in all.iter_mut().zip(low) {
        *to = from;
    }
    all
}

/// Where the samples go.
struct Rows<'o> {
    out: &'o mut [u8],
    stride: usize,
    count: usize,
}

impl Rows<'_> {
    /// Writes row `y` of all blocks: `samples[x][block]`.
    #[inline(always)]
    fn put<const N: usize>(&mut self, y: usize, samples: &[[u8; LANES]; N]) {
        let mut row = [[0u8; N]; LANES];
        for (block, to) in row.iter_mut().enumerate() {
            for (x, to) in to.iter_mut().enumerate() {
                *to = samples[x][block];
            }
        }
        let row = row.as_flattened();
        let start = y * self.stride;
        let length = self.count * N;
        if self.count == LANES
            && let Some(to) = self.out.get_mut(start..start + LANES * N)
        {
            to.copy_from_slice(row);
        } else if let (Some(to), Some(row)) =
            (self.out.get_mut(start..start + length), row.get(..length))
        {
            to.copy_from_slice(row);
        }
    }
}

#[inline(always)]
fn dequantise(coefficients: &Lanes, step: i16) -> Lanes {
    let mut out = [0; LANES];
    for (to, &from) in out.iter_mut().zip(coefficients) {
        *to = from.wrapping_mul(step);
    }
    out
}

/// Between the passes: `SHIFT` bits fewer, rounded. Saturates, which only damaged data needs.
#[inline(always)]
const fn descale<const SHIFT: u32>(x: i32) -> i16 {
    let x = x.wrapping_add(1 << (SHIFT - 1)) >> SHIFT;
    if x > i16::MAX as i32 {
        i16::MAX
    } else if x < i16::MIN as i32 {
        i16::MIN
    } else {
        x as i16
    }
}

/// After the second pass: a sample, level shifted (T.81 A.3.1). In two steps, since narrowing with
/// saturation is one instruction from 32 to 16 bits and one from 16 to 8.
#[inline(always)]
const fn sample<const SHIFT: u32>(x: i32) -> u8 {
    let x = descale::<SHIFT>(x).saturating_add(128);
    if x > 255 {
        255
    } else if x < 0 {
        0
    } else {
        x as u8
    }
}

/// Columns, then rows: `line` transforms the first `U` of `K` frequencies to `N` samples. `FIRST`
/// and `SECOND` are the bits that each pass drops; the first leaves 2 beyond the integer for the
/// second.
#[inline(always)]
fn two_passes<
    const K: usize,
    const U: usize,
    const N: usize,
    const FIRST: u32,
    const SECOND: u32,
>(
    group: &[Lanes; 64],
    quant: &[i16; 64],
    rows: &mut Rows<'_>,
    line: impl Fn([i32; U]) -> [i32; N] + Copy,
) {
    let mut between = [[[0i16; LANES]; U]; N];
    for column in 0..U {
        let mut inputs = [[0i16; LANES]; U];
        for (row, input) in inputs.iter_mut().enumerate() {
            *input = dequantise(&group[row * K + column], quant[row * K + column]);
        }
        let mut outputs = [[0i16; LANES]; N];
        pass(&inputs, &mut outputs, line, descale::<FIRST>);
        for (to, output) in between.iter_mut().zip(outputs) {
            to[column] = output;
        }
    }
    for (y, inputs) in between.iter().enumerate() {
        let mut samples = [[0u8; LANES]; N];
        pass(inputs, &mut samples, line, sample::<SECOND>);
        rows.put(y, &samples);
    }
}

/// One line of each of eight blocks.
///
/// Not inlined: with inputs and outputs in memory the optimiser finds that all lanes are treated
/// alike and uses vectors; otherwise it takes the arrays apart first and does not.
#[inline(never)]
fn pass<T: Copy, const K: usize, const N: usize>(
    inputs: &[Lanes; K],
    outputs: &mut [[T; LANES]; N],
    line: impl Fn([i32; K]) -> [i32; N],
    round: impl Fn(i32) -> T,
) {
    for lane in 0..LANES {
        let sums = line(std::array::from_fn(|k| i32::from(inputs[k][lane])));
        for (output, sum) in outputs.iter_mut().zip(sums) {
            output[lane] = round(sum);
        }
    }
}

/// The products of inputs and constants, added up. No product overflows; the sum of all can, but
/// only for coefficients that no 8-bit samples have, so it wraps. The constants are of 16 bits,
/// as the inputs are, for which there are vector multiplications.
#[inline(always)]
fn dot<const K: usize>(inputs: [i32; K], constants: [i16; K]) -> i32 {
    let mut sum = 0i32;
    for (input, constant) in inputs.into_iter().zip(constants) {
        sum = sum.wrapping_add(input.wrapping_mul(i32::from(constant)));
    }
    sum
}

/// Means over four samples. The constants are √2 Σ cos((2x+1)uπ/16) for x from 0 to 3 and
/// u = 1, 3, 5, 7; over the other four samples the sum is the negative.
#[inline(always)]
fn line_of_2([f0, f1, f3, f5, f7]: [i32; 5]) -> [i32; 2] {
    const ODD: [i16; 4] = [
        fix(3.624_509_785),
        -fix(1.272_758_580),
        fix(0.850_430_095),
        -fix(0.720_959_822),
    ];
    let even = f0 << (CONST_BITS + 2);
    let odd = dot([f1, f3, f5, f7], ODD);
    [even.wrapping_add(odd), even.wrapping_sub(odd)]
}

/// Means over two samples. The constants are √2 Σ cos((2x+1)uπ/16) for x = 0, 1 (outer) and
/// x = 2, 3 (inner).
#[inline(always)]
fn line_of_4([f0, f1, f2, f3, f5, f6, f7]: [i32; 7]) -> [i32; 4] {
    const OUTER: [i16; 4] = [
        fix(2.562_915_447),
        fix(0.899_976_223),
        -fix(0.601_344_887),
        -fix(0.509_795_579),
    ];
    const INNER: [i16; 4] = [
        fix(1.061_594_337),
        -fix(2.172_734_803),
        fix(1.451_774_981),
        -fix(0.211_164_243),
    ];
    let even = f0 << (CONST_BITS + 1);
    let bend = dot([f2, f6], [fix(1.847_759_065), -fix(0.765_366_865)]);
    let outer = dot([f1, f3, f5, f7], OUTER);
    let inner = dot([f1, f3, f5, f7], INNER);
    let (rim, core) = (even.wrapping_add(bend), even.wrapping_sub(bend));
    [
        rim.wrapping_add(outer),
        core.wrapping_add(inner),
        core.wrapping_sub(inner),
        rim.wrapping_sub(outer),
    ]
}

/// All eight samples: the factorisation of Loeffler, Ligtenberg and Moschytz (ICASSP 1989), its
/// odd half multiplied out. Each constant there is a sum of the constants of the factorisation,
/// rounded one by one, which makes the results those of the factorised form.
#[inline(always)]
fn line_of_8([f0, f1, f2, f3, f4, f5, f6, f7]: [i32; 8]) -> [i32; 8] {
    const C: i16 = fix(1.175_875_602);
    const Z1: i16 = -fix(0.899_976_223);
    const Z2: i16 = -fix(2.562_915_447);
    const Z3: i16 = C - fix(1.961_570_560);
    const Z4: i16 = C - fix(0.390_180_644);
    const ODD: [[i16; 4]; 4] = [
        [fix(1.501_321_110) + Z1 + Z4, C, Z4, Z1 + C],
        [C, fix(3.072_711_026) + Z2 + Z3, Z2 + C, Z3],
        [Z4, Z2 + C, fix(2.053_119_869) + Z2 + Z4, C],
        [Z1 + C, Z3, C, fix(0.298_631_336) + Z1 + Z3],
    ];
    const A: i16 = fix(0.541_196_100);
    let (mean, fourth) = (f0 << CONST_BITS, f4 << CONST_BITS);
    let (centre, edge) = (mean.wrapping_add(fourth), mean.wrapping_sub(fourth));
    let outer = dot([f2, f6], [A + fix(0.765_366_865), A]);
    let inner = dot([f2, f6], [A, A - fix(1.847_759_065)]);
    let even = [
        centre.wrapping_add(outer),
        edge.wrapping_add(inner),
        edge.wrapping_sub(inner),
        centre.wrapping_sub(outer),
    ];
    let odd = ODD.map(|constants| dot([f1, f3, f5, f7], constants));
    [
        even[0].wrapping_add(odd[0]),
        even[1].wrapping_add(odd[1]),
        even[2].wrapping_add(odd[2]),
        even[3].wrapping_add(odd[3]),
        even[3].wrapping_sub(odd[3]),
        even[2].wrapping_sub(odd[2]),
        even[1].wrapping_sub(odd[1]),
        even[0].wrapping_sub(odd[0]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition (A.3.3) in floating point, then means of squares.
    fn reference(natural: &[i32; 64], size: usize) -> Vec<f64> {
        let scale = |u: usize| if u == 0 { 0.5f64.sqrt() } else { 1.0 };
        let basis = |x: usize, u: usize| {
            ((2 * x + 1) as f64 * u as f64 * std::f64::consts::PI / 16.0).cos() * scale(u) / 2.0
        };
        let step = 8 / size;
        let mut out = Vec::new();
        for y in 0..size {
            for x in 0..size {
                let mut sum = 0.0;
                for v in 0..8 {
                    for u in 0..8 {
                        let row: f64 = (0..step).map(|i| basis(y * step + i, v)).sum();
                        let column: f64 = (0..step).map(|i| basis(x * step + i, u)).sum();
                        sum += row * column * f64::from(natural[v * 8 + u]);
                    }
                }
                out.push((sum / (step * step) as f64 + 128.0).clamp(0.0, 255.0));
            }
        }
        out
    }

    #[test]
    fn equals_the_definition_at_every_size() {
        let mut state = 7u32;
        let mut random = |below: u32| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) % below
        };
        let quant: QuantTable = std::array::from_fn(|k| 3 + k as u16 / 4);
        for size in [1, 2, 4, 8] {
            let transform = Transform::new(size, &quant);
            let mut group = [0i16; 1024];
            for (count, end) in [(8, 64), (8, 10), (3, 1), (8, 1), (1, 11)] {
                let mut blocks = [[0i32; 64]; LANES];
                for (lane, block) in blocks.iter_mut().enumerate() {
                    for k in 0..64 {
                        let limit = match k {
                            0 => 200,
                            k if k < end => 40 / (k + 1) + 1,
                            _ => 0,
                        };
                        let value = random(2 * limit as u32 + 1) as i32 - limit;
                        block[usize::from(ZIGZAG[k as usize])] =
                            value * i32::from(quant[k as usize]);
                        let place = usize::from(transform.places[k as usize]);
                        group[place + lane] = value as i16;
                    }
                }
                let stride = LANES * size + 5;
                let mut out = vec![7u8; stride * size];
                transform.apply(&mut group, end as u32, count, &mut out, stride);
                assert!(group[..transform.used() * LANES].iter().all(|&c| c == 0));
                for (lane, block) in blocks.iter().enumerate() {
                    let expected = reference(block, size);
                    for y in 0..size {
                        for x in 0..size {
                            let got = out[y * stride + lane * size + x];
                            if lane >= count {
                                assert_eq!(got, 7);
                            } else {
                                let difference = f64::from(got) - expected[y * size + x];
                                assert!(difference.abs() <= 0.6, "{size}: {difference}");
                            }
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn extreme_coefficients_saturate() {
        for size in [1, 2, 4, 8] {
            let transform = Transform::new(size, &[u16::MAX; 64]);
            for value in [i16::MIN, i16::MAX, 1, -1] {
                let mut group = [value; 1024];
                let mut out = [0; 8 * 64];
                transform.apply(&mut group, 64, 8, &mut out, 8 * size);
            }
        }
    }
}
