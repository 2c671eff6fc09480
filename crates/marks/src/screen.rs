//! Periodic patterns all over the picture: the moiré of a photographed screen, or a printing raster.
//!
//! Windows of the picture are transformed (Cooley and Tukey, 1965), luma and ink colour at once. A
//! pattern of a screen is one sharp peak at the same frequency in many windows, on the wall as on the
//! person; textiles and walls have theirs in one place only.

use std::f32::consts::TAU;

use crate::scene::Scene;

/// Side of a window, in working pixels: a power of two.
const N: usize = 64;
const LOG: u32 = N.trailing_zeros();
/// Windows across and down.
const WINDOWS: (usize, usize) = (3, 4);
/// Frequencies that count, in waves over a window: slower ones are shading and outlines.
const LOW: f32 = 4.0;
const HIGH: f32 = 29.0;
/// Power of a peak over the median power of its surroundings.
const PEAK: f32 = 25.0;
/// Share of the window's power in the peak.
const SHARE: f32 = 0.3;
/// Power of a wave of half a level of 255 under the Hann window.
const WEAKEST: f32 = (0.5 * (N * N) as f32 / 4.0) * (0.5 * (N * N) as f32 / 4.0);
/// Distance of two peaks of the same pattern, in waves over a window.
const SAME: f32 = 2.5;

/// A periodic pattern.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pattern {
    /// Share of the windows that show it.
    pub(crate) coverage: f32,
    /// Windows of the upper half that show it.
    pub(crate) above: usize,
}

type Complex = (f32, f32);

/// The pattern of most windows, if there is one.
pub(crate) fn find(scene: &Scene<'_>) -> Option<Pattern> {
    if scene.width < N || scene.height < N {
        return None;
    }
    let tables = Tables::new();
    let place = |i: usize, count: usize, length: usize| i * (length - N) / (count - 1);
    let (columns, rows) = WINDOWS;
    let same = |(ax, ay): Complex, (bx, by): Complex| {
        (ax - bx).hypot(ay - by) < SAME || (ax + bx).hypot(ay + by) < SAME
    };
    let windows_with = |peaks: &[(usize, Complex)], of: Complex| {
        let mut windows: Vec<usize> = peaks
            .iter()
            .filter(|&&(_, peak)| same(peak, of))
            .map(|&(window, _)| window)
            .collect();
        windows.sort_unstable();
        windows.dedup();
        windows
    };
    let mut peaks: Vec<(usize, Complex)> = Vec::new();
    let mut windows = Vec::new();
    // Every second window first, as on a chessboard: without two that agree, there is no pattern.
    for turn in 0..2 {
        for (row, column) in (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)))
        {
            if (row + column) % 2 != turn {
                continue;
            }
            let corner = (
                place(column, columns, scene.width),
                place(row, rows, scene.height),
            );
            let window = row * columns + column;
            let found = tables.peaks(scene, corner);
            peaks.extend(found.into_iter().flatten().map(|peak| (window, peak)));
        }
        windows = peaks
            .iter()
            .map(|&(_, peak)| windows_with(&peaks, peak))
            .max_by_key(Vec::len)?;
        if windows.len() < 2 {
            return None;
        }
    }
    Some(Pattern {
        coverage: windows.len() as f32 / (columns * rows) as f32,
        above: windows
            .iter()
            .filter(|&&window| window < columns * rows / 2)
            .count(),
    })
}

struct Tables {
    /// Hann window.
    hann: Vec<f32>,
    /// Roots of unity.
    roots: Vec<Complex>,
    /// Bit reversal.
    reversed: Vec<usize>,
    /// Distance from frequency zero of each bin of the left half, in waves over a window.
    radius: Vec<[f32; N / 2 + 1]>,
}

impl Tables {
    fn new() -> Self {
        let turn = |i: usize| TAU * i as f32 / N as f32;
        Self {
            hann: (0..N)
                .map(|i| 0.5 - 0.5 * (TAU * (i as f32 + 0.5) / N as f32).cos())
                .collect(),
            roots: (0..N / 2)
                .map(|i| (turn(i).cos(), -turn(i).sin()))
                .collect(),
            reversed: (0..N)
                .map(|i| i.reverse_bits() >> (usize::BITS - LOG))
                .collect(),
            radius: (0..N)
                .map(|y| std::array::from_fn(|x| wave(x).hypot(wave(y))))
                .collect(),
        }
    }

    /// The peak of luma and that of the ink colour of a window, as waves across and down.
    fn peaks(&self, scene: &Scene<'_>, (left, top): (usize, usize)) -> [Option<Complex>; 2] {
        let mut re = vec![0.0f32; N * N];
        let mut im = vec![0.0f32; N * N];
        for (plane, out) in [(&scene.luma, &mut re), (&scene.warmth, &mut im)] {
            for (y, out) in out.chunks_exact_mut(N).enumerate() {
                let start = (top + y) * scene.width + left;
                for (value, &own) in out.iter_mut().zip(&plane[start..start + N]) {
                    *value = f32::from(own);
                }
            }
            self.level(out);
        }
        for _ in 0..2 {
            self.columns(&mut re, &mut im);
            transpose(&mut re);
            transpose(&mut im);
        }
        // The spectra of the two real planes in one complex transform.
        let mut power = [vec![0.0f32; N * N], vec![0.0f32; N * N]];
        for y in 0..N {
            for x in 0..=N / 2 {
                let (own, other) = (y * N + x, (N - y) % N * N + (N - x) % N);
                let first = (re[own] + re[other], im[own] - im[other]);
                let second = (im[own] + im[other], re[other] - re[own]);
                power[0][own] = first.0 * first.0 + first.1 * first.1;
                power[1][own] = second.0 * second.0 + second.1 * second.1;
            }
        }
        power.map(|power| self.peak(&power))
    }

    /// Takes mean and slope away and fades the edges.
    fn level(&self, plane: &mut [f32]) {
        let count = (N * N) as f32;
        let middle = (N - 1) as f32 / 2.0;
        let (mut sum, mut across, mut down) = (0.0, 0.0, 0.0);
        for (y, row) in plane.chunks_exact(N).enumerate() {
            let mut own = 0.0;
            for (x, &value) in row.iter().enumerate() {
                own += value;
                across += value * (x as f32 - middle);
            }
            sum += own;
            down += own * (y as f32 - middle);
        }
        let squares = count * (count - 1.0) / 12.0;
        let (mean, across, down) = (sum / count, across / squares, down / squares);
        for (y, row) in plane.chunks_exact_mut(N).enumerate() {
            let level = mean + down * (y as f32 - middle);
            for (x, value) in row.iter_mut().enumerate() {
                let flat = *value - level - across * (x as f32 - middle);
                *value = flat * self.hann[x] * self.hann[y];
            }
        }
    }

    /// The highest peak, if it is sharp.
    fn peak(&self, power: &[f32]) -> Option<Complex> {
        let (mut best, mut total) = ((0.0, 0, 0), 0.0);
        for (y, radii) in self.radius.iter().enumerate() {
            let own = &power[y * N..=y * N + N / 2];
            for (x, (&value, &radius)) in own.iter().zip(radii).enumerate() {
                if radius >= 2.0 {
                    total += value;
                    if value > best.0 && (LOW..=HIGH).contains(&radius) {
                        best = (value, x, y);
                    }
                }
            }
        }
        let (_, x, y) = best;
        let mut sum = 0.0;
        for row in [y + N - 1, y, y + 1] {
            for column in x.saturating_sub(1)..=(x + 1).min(N / 2) {
                sum += power[row % N * N + column];
            }
        }
        if sum < SHARE * total || sum < WEAKEST {
            return None;
        }
        let radius = self.radius[y][x];
        let mut ring = Vec::new();
        for (y, radii) in self.radius.iter().enumerate() {
            let own = power[y * N..=y * N + N / 2].iter().zip(radii);
            ring.extend(
                own.filter(|&(_, &own)| own > 2.5 && (own - radius).abs() <= 3.5)
                    .map(|(&value, _)| value),
            );
        }
        // Nine bins hold the peak.
        let median = shomei_photo::percentile(&mut ring, 0.5)?;
        (sum > PEAK * 9.0 * median).then(|| (wave(x), wave(y)))
    }

    /// The transform down all columns at once.
    fn columns(&self, re: &mut [f32], im: &mut [f32]) {
        for y in 0..N {
            let other = self.reversed[y];
            if y < other {
                for plane in [&mut *re, &mut *im] {
                    let (upper, lower) = plane.split_at_mut(other * N);
                    upper[y * N..(y + 1) * N].swap_with_slice(&mut lower[..N]);
                }
            }
        }
        let mut half = 1;
        while half < N {
            for block in (0..N).step_by(2 * half) {
                for k in 0..half {
                    let (cos, sin) = self.roots[k * (N / 2 / half)];
                    let (one, other) = ((block + k) * N, (block + k + half) * N);
                    let (upper_re, lower_re) = re.split_at_mut(other);
                    let (upper_im, lower_im) = im.split_at_mut(other);
                    let upper = upper_re[one..one + N].iter_mut().zip(&mut upper_im[one..]);
                    let lower = lower_re[..N].iter_mut().zip(&mut lower_im[..N]);
                    for ((ar, ai), (br, bi)) in upper.zip(lower) {
                        let (tr, ti) = (*br * cos - *bi * sin, *br * sin + *bi * cos);
                        (*br, *bi) = (*ar - tr, *ai - ti);
                        *ar += tr;
                        *ai += ti;
                    }
                }
            }
            half *= 2;
        }
    }
}

fn transpose(plane: &mut [f32]) {
    for y in 0..N {
        for x in y + 1..N {
            plane.swap(y * N + x, x * N + y);
        }
    }
}

/// Waves over a window of a bin.
fn wave(i: usize) -> f32 {
    if i > N / 2 {
        i as f32 - N as f32
    } else {
        i as f32
    }
}
