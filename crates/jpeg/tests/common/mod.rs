//! Pictures, files and measures that the tests share.
#![allow(dead_code, reason = "each test uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test may fail so")]
#![allow(clippy::cast_possible_truncation, reason = "the numbers are small")]

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use libjpeg_turbo_rs::{PixelFormat, ScalingFactor, StreamingDecoder};
use shomei_jpeg::{Buffers, Decoded, Error, File, Header, Limits, Precision, Scale};

/// The file under the default limits.
pub(crate) fn open(file: &[u8]) -> Result<File<'_>, Error> {
    File::open(file, &Limits::default())
}

/// What the file says before its first scan.
pub(crate) fn header_of(file: &[u8]) -> Header {
    open(file).unwrap().header().clone()
}

/// Offsets of all restart markers.
pub(crate) fn restarts(file: &[u8]) -> Vec<usize> {
    let start = header_of(file).scan_offset;
    (start..file.len() - 1)
        .filter(|&at| file[at] == 0xFF && (0xD0..=0xD7).contains(&file[at + 1]))
        .collect()
}

/// The picture to the last bit, under the default limits.
pub(crate) fn decode<'b>(
    file: &[u8],
    scale: Scale,
    buffers: &'b mut Buffers,
) -> Result<Decoded<'b>, Error> {
    open(file)?.decode(scale, Precision::Exact, buffers)
}

/// Pseudo-random numbers, the same in every run.
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> u32 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as u32
    }

    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        self.next() % bound
    }
}

/// A picture with what matters to a codec: slow gradients, hard edges in luma and in chroma,
/// texture, and grain.
pub(crate) fn picture(width: usize, height: usize) -> Vec<u8> {
    let mut random = Random(width as u64 * 7919 + height as u64);
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let mut pixel = [(x * 200 / width) as i32, (y * 220 / height) as i32, 120];
            let (dx, dy) = (x as i32 - width as i32 / 2, y as i32 - height as i32 / 3);
            if dx * dx + dy * dy < (width.min(height) as i32 / 4).pow(2) {
                pixel = [220, 170 + (x % 5) as i32 * 10, 140];
            }
            if y > height * 3 / 4 && (x / 7 + y / 5) % 2 == 0 {
                pixel = [20, 40, 200];
            }
            let grain = random.below(17) as i32 - 8;
            pixels.extend(pixel.map(|p| (p + grain).clamp(0, 255) as u8));
        }
    }
    pixels
}

/// How a file is coded.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Coding {
    pub width: usize,
    pub height: usize,
    pub quality: u8,
    /// `None` for one component.
    pub sampling: Option<SamplingFactor>,
    pub progressive: bool,
    pub restart: u16,
    pub optimised: bool,
}

impl Default for Coding {
    fn default() -> Self {
        Self {
            width: 173,
            height: 131,
            quality: 85,
            sampling: Some(SamplingFactor::F_2_2),
            progressive: false,
            restart: 0,
            optimised: false,
        }
    }
}

impl Coding {
    pub(crate) fn file(&self) -> Vec<u8> {
        let pixels = picture(self.width, self.height);
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.quality);
        encoder.set_progressive(self.progressive);
        encoder.set_optimized_huffman_tables(self.optimised);
        if self.restart > 0 {
            encoder.set_restart_interval(self.restart);
        }
        let (width, height) = (self.width as u16, self.height as u16);
        match self.sampling {
            Some(sampling) => {
                encoder.set_sampling_factor(sampling);
                encoder
                    .encode(&pixels, width, height, ColorType::Rgb)
                    .unwrap();
            }
            None => {
                let grey: Vec<u8> = pixels.chunks_exact(3).map(|p| p[1]).collect();
                encoder
                    .encode(&grey, width, height, ColorType::Luma)
                    .unwrap();
            }
        }
        file
    }
}

/// A sequential 4:2:0 file with a scan for each component, put together from three grey ones.
pub(crate) fn three_scans(width: usize, height: usize) -> Vec<u8> {
    let grey = |width: usize, height: usize| {
        Coding {
            width,
            height,
            sampling: None,
            ..Coding::default()
        }
        .file()
    };
    let find = |file: &[u8], marker: u8| {
        let at = file.windows(2).position(|w| w == [0xFF, marker]);
        at.unwrap()
    };
    let luma = grey(width, height);
    let chroma = grey(width.div_ceil(2), height.div_ceil(2));
    let (frame, scan) = (find(&luma, 0xC0), find(&luma, 0xDA));
    let mut file = luma[..frame].to_vec();
    file.extend([0xFF, 0xC0, 0, 17]);
    file.extend(&luma[frame + 4..frame + 9]);
    file.extend([3, 1, 0x22, 0, 2, 0x11, 0, 3, 0x11, 0]);
    let behind = frame + 2 + usize::from(luma[frame + 3]);
    file.extend(&luma[behind..scan]);
    for (id, grey) in (1..).zip([&luma, &chroma, &chroma]) {
        let scan = find(grey, 0xDA);
        file.extend([0xFF, 0xDA, 0, 8, 1, id, 0, 0, 63, 0]);
        file.extend(&grey[scan + 10..grey.len() - 2]);
    }
    file.extend([0xFF, 0xD9]);
    file
}

/// Every sampling that the encoder knows, and one component.
pub(crate) const SAMPLINGS: [Option<SamplingFactor>; 9] = [
    None,
    Some(SamplingFactor::F_1_1),
    Some(SamplingFactor::F_2_1),
    Some(SamplingFactor::F_1_2),
    Some(SamplingFactor::F_2_2),
    Some(SamplingFactor::F_4_1),
    Some(SamplingFactor::F_4_2),
    Some(SamplingFactor::F_1_4),
    Some(SamplingFactor::F_2_4),
];

/// RGB as the oracle decodes it, `None` where it refuses.
pub(crate) fn oracle(file: &[u8], scale: Scale) -> Option<(usize, usize, Vec<u8>)> {
    let mut decoder = StreamingDecoder::new(file).ok()?;
    decoder.set_output_format(PixelFormat::Rgb);
    decoder.set_scale(ScalingFactor::try_new(1, 8 / scale.eighths()).ok()?);
    let image = decoder.decode().ok()?;
    Some((image.width, image.height, image.data))
}

/// The largest and the mean absolute difference.
pub(crate) fn difference(a: &[u8], b: &[u8]) -> (u8, f64) {
    assert_eq!(a.len(), b.len());
    let most = a
        .iter()
        .zip(b)
        .map(|(a, b)| a.abs_diff(*b))
        .max()
        .unwrap_or(0);
    let sum: u64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    (most, sum as f64 / a.len().max(1) as f64)
}
