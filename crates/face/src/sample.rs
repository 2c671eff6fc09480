//! From the photo's pixels to the planar f32 pictures that the networks take.

use std::ops::Range;

use fast_image_resize::images::{ImageRef, TypedImage};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use shomei_photo::{Photo, Point, Rect};

/// The photo stretched to `width × height` by an area-correct convolution, interleaved RGB.
pub(crate) fn stretched(photo: &Photo, width: u32, height: u32) -> Option<Vec<U8x3>> {
    let size = photo.size();
    let whole = Rect::new(0.0, 0.0, size.width() as f32, size.height() as f32)?;
    part(photo, whole, width, height)
}

/// A part of the photo, given in working pixels, stretched to `width × height`; `None` if it
/// begins outside the photo.
pub(crate) fn part(photo: &Photo, part: Rect, width: u32, height: u32) -> Option<Vec<U8x3>> {
    let size = photo.size();
    // Sums of f32 may pass the edge by a hair.
    let (left, top) = (f64::from(part.x()), f64::from(part.y()));
    let right = (left + f64::from(part.width())).min(size.width().into());
    let bottom = (top + f64::from(part.height())).min(size.height().into());
    let source = ImageRef::new(size.width(), size.height(), photo.rgb(), PixelType::U8x3).ok()?;
    let mut target = TypedImage::<U8x3>::new(width, height);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(left, top, right - left, bottom - top);
    let source = source.typed_image::<U8x3>()?;
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .ok()?;
    Some(target.pixels().to_vec())
}

/// Interleaved bytes to planes, each value as `value · scale + offset`.
pub(crate) fn planar(pixels: &[U8x3], scale: f32, offset: f32) -> Vec<f32> {
    let mut out = Vec::with_capacity(pixels.len() * 3);
    for channel in 0..3 {
        out.extend(
            pixels
                .iter()
                .map(|pixel| f32::from(pixel.0[channel]) * scale + offset),
        );
    }
    out
}

/// A square turned by less than this, in radians, is sampled as one that is not turned.
const UPRIGHT: f32 = 1e-6;

/// A square of the photo, possibly turned, possibly reaching beyond the edges.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Square {
    pub(crate) centre: Point,
    /// Side in working pixels.
    pub(crate) side: f32,
    /// Clockwise angle of the square's x axis against the photo's, in radians.
    pub(crate) angle: f32,
}

impl Square {
    /// The working-frame point at (`u`, `v`), given in shares of the side from the square's
    /// top-left corner.
    pub(crate) fn point(&self, u: f32, v: f32) -> Option<Point> {
        let (sin, cos) = self.angle.sin_cos();
        let (x, y) = ((u - 0.5) * self.side, (v - 0.5) * self.side);
        Point::new(
            self.centre.x() + x * cos - y * sin,
            self.centre.y() + x * sin + y * cos,
        )
    }

    /// The square resampled to `out × out` planar RGB in 0–1; black outside the photo.
    pub(crate) fn sample(&self, photo: &Photo, out: usize) -> Vec<f32> {
        // Where the square is larger than the output, several taps a pixel stand in for the area.
        let taps = (self.side / out as f32).ceil().max(1.0).min(4.0) as usize;
        if self.angle.abs() < UPRIGHT {
            return self.sample_upright(photo, out, taps);
        }
        let (sin, cos) = self.angle.sin_cos();
        let step = self.side / (out * taps) as f32;
        let share = 1.0 / (taps * taps) as f32 / 255.0;
        let plane = out * out;
        let mut planar = vec![0.0f32; 3 * plane];
        for row in 0..out {
            for column in 0..out {
                let mut sum = [0.0f32; 3];
                for tap in 0..taps * taps {
                    let x = ((column * taps + tap % taps) as f32 + 0.5) * step - self.side / 2.0;
                    let y = ((row * taps + tap / taps) as f32 + 0.5) * step - self.side / 2.0;
                    let rgb = bilinear(
                        photo,
                        self.centre.x() + x * cos - y * sin,
                        self.centre.y() + x * sin + y * cos,
                    );
                    for (total, value) in sum.iter_mut().zip(rgb) {
                        *total += value;
                    }
                }
                for (channel, total) in sum.into_iter().enumerate() {
                    planar[channel * plane + row * out + column] = total * share;
                }
            }
        }
        planar
    }
}

impl Square {
    /// The same for a square that is not turned, first down, then across.
    fn sample_upright(&self, photo: &Photo, out: usize, taps: usize) -> Vec<f32> {
        let (width, height) = (photo.size().width(), photo.size().height());
        let step = self.side / (out * taps) as f32;
        let across = Spans::of(self.centre.x() - self.side / 2.0, step, (out, taps), width);
        let down = Spans::of(self.centre.y() - self.side / 2.0, step, (out, taps), height);
        let share = 1.0 / (taps * taps) as f32 / 255.0;
        let stride = width as usize * 3;
        let plane = out * out;
        let mut planar = vec![0.0f32; 3 * plane];
        // Of each row of the photo, only what the square holds.
        let held = across.held();
        let mut line = vec![0.0f32; held.len() * 3];
        for (row, (top, down)) in down.iter().enumerate() {
            line.fill(0.0);
            for (at, &weight) in (top..).zip(down).filter(|(_, weight)| **weight > 0.0) {
                let source = &photo.rgb()[at * stride + held.start * 3..][..line.len()];
                for (total, &value) in line.iter_mut().zip(source) {
                    *total += weight * f32::from(value);
                }
            }
            for (column, (left, across)) in across.iter().enumerate() {
                let mut sum = [0.0f32; 3];
                let pixels = line[(left - held.start) * 3..].chunks_exact(3);
                for (pixel, weight) in pixels.zip(across) {
                    for (total, value) in sum.iter_mut().zip(pixel) {
                        *total += weight * value;
                    }
                }
                for (channel, total) in sum.into_iter().enumerate() {
                    planar[channel * plane + row * out + column] = total * share;
                }
            }
        }
        planar
    }
}

/// Which pixels of a row (or column) of the photo each place of the output is made of.
struct Spans {
    /// The first pixel of each.
    first: Vec<usize>,
    /// Pixels of each.
    wide: usize,
    /// Their weights, place after place; 0 where nothing is taken.
    weights: Vec<f32>,
}

impl Spans {
    /// `out` places of `taps` taps each, `step` pixels apart from `start` on, each between two
    /// pixels of the `length` there are. What lies outside the photo is black, hence left out.
    fn of(start: f32, step: f32, (out, taps): (usize, usize), length: u32) -> Self {
        let length = length as usize;
        let wide = ((taps as f32 * step) as usize + 3).min(length);
        let mut spans = Self {
            first: Vec::with_capacity(out),
            wide,
            weights: vec![0.0; out * wide],
        };
        for (place, weights) in spans.weights.chunks_exact_mut(wide).enumerate() {
            let at = |tap: usize| start + ((place * taps + tap) as f32 + 0.5) * step - 0.5;
            let first = (at(0).max(0.0) as usize).min(length - wide);
            for at in (0..taps).map(at) {
                let low = at.floor();
                for (pixel, weight) in [(low, 1.0 - (at - low)), (low + 1.0, at - low)] {
                    // A negative difference is no index.
                    let index = pixel - first as f32;
                    if index >= 0.0 && (index as usize) < wide {
                        weights[index as usize] += weight;
                    }
                }
            }
            spans.first.push(first);
        }
        spans
    }

    fn iter(&self) -> impl Iterator<Item = (usize, &[f32])> {
        let first = self.first.iter().copied();
        first.zip(self.weights.chunks_exact(self.wide))
    }

    /// From the first pixel of all to behind the last.
    fn held(&self) -> Range<usize> {
        let first = self.first.iter().copied().min().unwrap_or_default();
        let last = self.first.iter().copied().max().unwrap_or_default();
        first..last + self.wide
    }
}

/// Colour (0–255) at a working-frame position; black outside the photo.
fn bilinear(photo: &Photo, x: f32, y: f32) -> [f32; 3] {
    let (width, height) = (photo.size().width() as i64, photo.size().height() as i64);
    let (x, y) = (x - 0.5, y - 0.5);
    let (left, top) = (x.floor(), y.floor());
    let (across, down) = (x - left, y - top);
    let (left, top) = (left as i64, top as i64);
    if left < -1 || top < -1 || left >= width || top >= height {
        return [0.0; 3];
    }
    let rgb = photo.rgb();
    let mut sum = [0.0; 3];
    for (dx, dy, weight) in [
        (0, 0, (1.0 - across) * (1.0 - down)),
        (1, 0, across * (1.0 - down)),
        (0, 1, (1.0 - across) * down),
        (1, 1, across * down),
    ] {
        let (px, py) = (left + dx, top + dy);
        if px >= 0 && py >= 0 && px < width && py < height {
            let index = (py * width + px) as usize * 3;
            for (total, &value) in sum.iter_mut().zip(&rgb[index..index + 3]) {
                *total += weight * f32::from(value);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use shomei_photo::ImageSize;

    use super::*;

    fn gradient() -> Photo {
        let size = ImageSize::new(64, 64).unwrap();
        let rgb = (0..64 * 64u32).flat_map(|i| [(i % 64) as u8 * 4, (i / 64) as u8 * 4, 0]);
        Photo::new(rgb.collect(), size, size).unwrap()
    }

    #[test]
    fn a_square_samples_where_it_says() {
        for (side, angle) in [(16.0, 0.0), (48.0, 0.0), (20.0, 0.6)] {
            let square = Square {
                centre: Point::new(32.0, 30.0).unwrap(),
                side,
                angle,
            };
            let planar = square.sample(&gradient(), 8);
            for (row, column) in [(0, 0), (3, 6), (7, 7)] {
                let u = (column as f32 + 0.5) / 8.0;
                let v = (row as f32 + 0.5) / 8.0;
                let point = square.point(u, v).unwrap();
                let red = planar[row * 8 + column] * 255.0 / 4.0 + 0.5;
                let green = planar[64 + row * 8 + column] * 255.0 / 4.0 + 0.5;
                assert!(
                    (red - point.x()).abs() < 0.1,
                    "{side} {angle}: {red} {point:?}"
                );
                assert!(
                    (green - point.y()).abs() < 0.1,
                    "{side} {angle}: {green} {point:?}"
                );
            }
        }
    }

    #[test]
    fn an_upright_square_is_sampled_like_a_turned_one() {
        for (x, side, out) in [(32.0, 20.0, 8), (5.0, 70.0, 16), (60.3, 31.7, 40)] {
            let square = |angle| Square {
                centre: Point::new(x, 30.0).unwrap(),
                side,
                angle,
            };
            let upright = square(0.0).sample(&gradient(), out);
            let turned = square(2.0 * UPRIGHT).sample(&gradient(), out);
            for (upright, turned) in upright.iter().zip(&turned) {
                assert!((upright - turned).abs() < 1e-3, "{upright} {turned}");
            }
        }
    }

    #[test]
    fn outside_the_photo_is_black() {
        let square = Square {
            centre: Point::new(-50.0, 30.0).unwrap(),
            side: 40.0,
            angle: 0.0,
        };
        assert!(
            square
                .sample(&gradient(), 8)
                .iter()
                .all(|&v| v.abs() < 1e-6)
        );
    }
}
