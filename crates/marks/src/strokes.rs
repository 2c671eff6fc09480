//! Thin strokes: what morphological opening and closing take away.
//!
//! Serra, Image Analysis and Mathematical Morphology (1982): top-hat transforms.

use crate::scene::Scene;

/// Steps by which windows grow: each window is joined with itself, so many pixels further on.
pub(crate) type Steps = &'static [usize];
/// Windows of 2, 4 and 7 pixels: strokes of up to 6 pixels, as of writing.
pub(crate) const THIN: Steps = &[1, 2, 3];
/// Windows of 2, 4, 8 and 11 pixels: strokes of up to 10 pixels, as of stamps.
pub(crate) const WIDE: Steps = &[1, 2, 4, 3];

/// How much each pixel exceeds the opening of its plane: light strokes.
pub(crate) fn light(plane: &[u8], scene: &Scene<'_>, steps: Steps) -> Vec<u8> {
    let mut opened = sweep(&sweep(plane, scene, steps, u8::min), scene, steps, u8::max);
    for (opened, &own) in opened.iter_mut().zip(plane) {
        *opened = own.saturating_sub(*opened);
    }
    opened
}

/// How much each pixel is below the closing of its plane: dark strokes.
pub(crate) fn dark(plane: &[u8], scene: &Scene<'_>, steps: Steps) -> Vec<u8> {
    let mut closed = sweep(&sweep(plane, scene, steps, u8::max), scene, steps, u8::min);
    for (closed, &own) in closed.iter_mut().zip(plane) {
        *closed = closed.saturating_sub(own);
    }
    closed
}

/// Minimum or maximum over a square window around each pixel; at the edges, over the part inside.
fn sweep(
    plane: &[u8],
    scene: &Scene<'_>,
    steps: Steps,
    pick: impl Fn(u8, u8) -> u8 + Copy,
) -> Vec<u8> {
    let (width, height) = (scene.width, scene.height);
    let half = steps.iter().sum::<usize>() / 2;
    let (mut line, mut next) = (vec![0; width + 2 * half], vec![0; width + 2 * half]);
    let mut out = vec![0; plane.len()];
    for (row, out) in plane.chunks_exact(width).zip(out.chunks_exact_mut(width)) {
        line[..half].fill(row[0]);
        line[half..half + width].copy_from_slice(row);
        line[half + width..].fill(row[width - 1]);
        for &step in steps {
            // From one line to another, so that the compiler takes many pixels at once.
            for (next, (&own, &other)) in next.iter_mut().zip(line.iter().zip(&line[step..])) {
                *next = pick(own, other);
            }
            std::mem::swap(&mut line, &mut next);
        }
        out.copy_from_slice(&line[..width]);
    }
    // The same downwards, whole rows at a time; a window begins at each row.
    for &step in steps {
        for y in 0..height.saturating_sub(step) {
            let (upper, lower) = out.split_at_mut((y + step) * width);
            join(
                &mut upper[y * width..(y + 1) * width],
                &lower[..width],
                pick,
            );
        }
    }
    // Windows that began at a row are centred on the one `half` below it.
    out.copy_within(
        ..(height.saturating_sub(half)) * width,
        half.min(height) * width,
    );
    for y in (0..half.min(height)).rev() {
        // Above, the window that begins at the first row lacks some at its end, which is too small
        // a part of the picture to matter.
        out.copy_within(half * width..(half + 1) * width, y * width);
    }
    out
}

/// A function of its own, so that the compiler knows that the two do not overlap.
#[inline(never)]
fn join(own: &mut [u8], other: &[u8], pick: impl Fn(u8, u8) -> u8) {
    for (own, &other) in own.iter_mut().zip(other) {
        *own = pick(*own, other);
    }
}
