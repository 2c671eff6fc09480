//! Test photos as pictures that can be changed and stored again.
#![allow(dead_code, reason = "each test uses a part of it")]

use std::path::Path;

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use shomei_jpeg::{Buffers, File, Limits, Precision, Scale};

/// An RGB picture, rows top to bottom.
pub(crate) struct Picture {
    width: usize,
    height: usize,
    rgb: Vec<u8>,
}

/// The bytes of a test photo.
pub(crate) fn file(name: &str) -> Vec<u8> {
    let path = format!("../../testdata/photos/{name}.jpg");
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

impl Picture {
    pub(crate) fn read(name: &str) -> Self {
        let bytes = file(name);
        let mut buffers = Buffers::new();
        let file = File::open(&bytes, &Limits::default()).unwrap();
        let picture = file.decode(Scale::Full, Precision::Exact, &mut buffers);
        let picture = picture.unwrap();
        Self {
            width: picture.width,
            height: picture.height,
            rgb: picture.pixels.to_rgb().into_owned(),
        }
    }

    /// A copy of about this many megapixels, by bilinear interpolation.
    pub(crate) fn copy(&self, megapixels: f64) -> Self {
        let factor = (megapixels * 1e6 / (self.width * self.height) as f64).sqrt();
        let scaled = |length: usize| (length as f64 * factor).round() as usize;
        // For each new pixel the two old ones that it lies between, and 256ths of the second.
        let places = |from: usize, to: usize| -> Vec<(usize, usize, u32)> {
            (0..to)
                .map(|i| {
                    let at = (i as f64 + 0.5) * from as f64 / to as f64 - 0.5;
                    let at = at.max(0.0).min(from as f64 - 1.0);
                    let low = at as usize;
                    let weight = ((at - low as f64) * 256.0) as u32;
                    (low, (low + 1).min(from - 1), weight)
                })
                .collect()
        };
        let (width, height) = (scaled(self.width), scaled(self.height));
        let columns = places(self.width, width);
        let row = |y: usize| &self.rgb[y * self.width * 3..(y + 1) * self.width * 3];
        let mut rgb = Vec::with_capacity(width * height * 3);
        for (top, bottom, down) in places(self.height, height) {
            let (top, bottom) = (row(top), row(bottom));
            let line: Vec<u32> = top
                .iter()
                .zip(bottom)
                .map(|(&a, &b)| u32::from(a) * (256 - down) + u32::from(b) * down)
                .collect();
            for &(left, right, across) in &columns {
                for channel in 0..3 {
                    let [a, b] = [left, right].map(|x| line[x * 3 + channel]);
                    rgb.push(((a * (256 - across) + b * across + (1 << 15)) >> 16) as u8);
                }
            }
        }
        Self { width, height, rgb }
    }

    /// Each pixel by its place and colour.
    pub(crate) fn map(&self, colour: impl Fn(f32, f32, [f32; 3]) -> [f32; 3]) -> Self {
        let pixels = self.rgb.chunks_exact(3).enumerate();
        let rgb = pixels.flat_map(|(at, pixel)| {
            let (x, y) = ((at % self.width) as f32, (at / self.width) as f32);
            let pixel = std::array::from_fn(|channel| f32::from(pixel[channel]));
            colour(x, y, pixel).map(|value| value.round().clamp(0.0, 255.0) as u8)
        });
        Self {
            rgb: rgb.collect(),
            ..*self
        }
    }

    pub(crate) fn mirrored(&self) -> Self {
        let rows = self.rgb.chunks_exact(self.width * 3);
        let rgb = rows.flat_map(|row| row.rchunks_exact(3).flatten().copied());
        Self {
            rgb: rgb.collect(),
            ..*self
        }
    }

    /// The picture at (`left`, `top`) of a larger one of `width` × `height`; `around` gives the
    /// colour of the rest by column and row.
    pub(crate) fn placed(
        &self,
        [width, height]: [usize; 2],
        [left, top]: [usize; 2],
        around: impl Fn(usize, usize) -> [u8; 3],
    ) -> Self {
        let mut rgb = Vec::with_capacity(width * height * 3);
        for y in 0..height {
            for x in 0..width {
                let own = x.checked_sub(left).zip(y.checked_sub(top));
                let own = own.filter(|&(x, y)| x < self.width && y < self.height);
                rgb.extend(own.map_or_else(|| around(x, y), |(x, y)| self.pixel(x, y)));
            }
        }
        Self { width, height, rgb }
    }

    /// The same photo taken from the same place with a wider view: more wall at both sides and
    /// more of the body below.
    pub(crate) fn wider(&self, beside: usize, below: usize) -> Self {
        // The last row in which both edges are wall.
        let wall = |x: usize, y: usize| {
            let [here, above] = [y, 0].map(|y| self.pixel(x, y));
            here.iter().zip(above).all(|(a, b)| a.abs_diff(b) < 40)
        };
        let edges = [0, self.width - 1];
        let last = (0..self.height).find(|&y| !edges.iter().all(|&x| wall(x, y)));
        let last = last.map_or(self.height - 1, |y| y.saturating_sub(12));
        let (width, height) = (self.width + 2 * beside, self.height + below);
        self.placed([width, height], [beside, 0], |x, y| {
            let inside = (beside..beside + self.width).contains(&x);
            let x = x.saturating_sub(beside).min(self.width - 1);
            let y = if inside { y } else { y.min(last) };
            self.pixel(x, y.min(self.height - 1))
        })
    }

    pub(crate) const fn size(&self) -> [usize; 2] {
        [self.width, self.height]
    }

    pub(crate) fn pixel(&self, x: usize, y: usize) -> [u8; 3] {
        let at = (y * self.width + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// The picture with `colour` wherever it is not `None`, by column and row.
    pub(crate) fn painted(mut self, colour: impl Fn(f32, f32) -> Option<[u8; 3]>) -> Self {
        for (i, pixel) in self.rgb.chunks_exact_mut(3).enumerate() {
            let (x, y) = ((i % self.width) as f32 + 0.5, (i / self.width) as f32 + 0.5);
            if let Some(colour) = colour(x, y) {
                pixel.copy_from_slice(&colour);
            }
        }
        self
    }

    /// The picture with every pixel changed, by column and row.
    pub(crate) fn changed(mut self, change: impl Fn(f32, f32, [u8; 3]) -> [u8; 3]) -> Self {
        for (i, pixel) in self.rgb.as_chunks_mut::<3>().0.iter_mut().enumerate() {
            let (x, y) = ((i % self.width) as f32 + 0.5, (i / self.width) as f32 + 0.5);
            *pixel = change(x, y, *pixel);
        }
        self
    }

    pub(crate) fn file(&self, progressive: bool) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, 90);
        encoder.set_sampling_factor(SamplingFactor::F_2_2);
        encoder.set_progressive(progressive);
        let (width, height) = (self.width as u16, self.height as u16);
        encoder
            .encode(&self.rgb, width, height, ColorType::Rgb)
            .unwrap();
        file
    }
}
