//! Photos of the sizes that cameras make, out of those of `testdata/photos`: enlarged, with grain
//! as a sensor makes it (more with more light, blurred a little as demosaicing does), coded as
//! cameras and editors do. Without the grain, enlarged pictures have hardly any AC coefficients
//! and flatter every decoder that skips them. Everything is seeded: the same bytes at every time.
//!
//! | folder | photos |
//! |---|---|
//! | `single` | one portrait at 1, 3 and 12 MP, and at 12 MP in other codings |
//! | `mix-1mp`, `mix-12mp` | ten photos, nine of them good |
//! | `large` | four portraits of 36 MP, two of them progressive |
#![expect(
    clippy::expect_used,
    reason = "benchmarks stop at a file that they were not made for"
)]

use std::io;
use std::path::{Path, PathBuf};

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use jpeg_encoder::{ColorType, Encoder, SamplingFactor};

/// The environment variable that names the folder of the inputs; `target/bench-inputs` if unset.
pub const FOLDER: &str = "SHOMEI_BENCH_INPUTS";

/// One photo to make.
#[derive(Clone, Copy, Debug)]
pub struct Input {
    /// Path in the folder.
    pub path: &'static str,
    /// File of `testdata/photos`.
    source: &'static str,
    mirrored: bool,
    /// Millions of pixels.
    megapixels: f64,
    quality: u8,
    coding: Coding,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coding {
    Baseline,
    Baseline422,
    Baseline444,
    /// Restart markers after every row of blocks.
    Restart,
    Progressive,
}

const fn input(
    path: &'static str,
    source: &'static str,
    megapixels: f64,
    quality: u8,
    coding: Coding,
) -> Input {
    Input {
        path,
        source,
        mirrored: false,
        megapixels,
        quality,
        coding,
    }
}

const MAN_1: &str = "accept_studio_man_01.jpg";
const MAN_2: &str = "accept_studio_man_02.jpg";
const WOMAN_1: &str = "accept_studio_woman_01.jpg";
const WOMAN_2: &str = "accept_studio_woman_02.jpg";
const WOMAN_3: &str = "accept_studio_woman_03.jpg";
const MAN_3: &str = "accept_progressive.jpg";
const GREY: &str = "accept_monochrome.jpg";
const ROOM: &str = "background_object_room.jpg";

const SINGLE: [Input; 8] = [
    input("single/1mp.jpg", MAN_1, 1.0, 88, Coding::Baseline),
    input("single/3mp.jpg", MAN_1, 3.0, 88, Coding::Baseline),
    input("single/12mp.jpg", MAN_1, 12.0, 88, Coding::Baseline),
    input(
        "single/12mp-progressive.jpg",
        MAN_1,
        12.0,
        86,
        Coding::Progressive,
    ),
    input("single/12mp-444.jpg", MAN_1, 12.0, 86, Coding::Baseline444),
    input("single/12mp-restart.jpg", MAN_1, 12.0, 86, Coding::Restart),
    input("single/36mp.jpg", MAN_1, 36.0, 88, Coding::Baseline),
    input(
        "single/1mp-progressive.jpg",
        MAN_1,
        1.0,
        86,
        Coding::Progressive,
    ),
];

const LARGE: [Input; 4] = [
    input("large/01.jpg", WOMAN_1, 36.0, 88, Coding::Baseline),
    input("large/02.jpg", MAN_2, 36.0, 86, Coding::Progressive),
    input("large/03.jpg", WOMAN_3, 36.0, 88, Coding::Baseline),
    input("large/04.jpg", MAN_3, 36.0, 86, Coding::Progressive),
];

const MIX: [Input; 10] = [
    input("01.jpg", MAN_1, 0.0, 88, Coding::Baseline),
    input("02.jpg", MAN_2, 0.0, 95, Coding::Baseline),
    input("03.jpg", WOMAN_1, 0.0, 86, Coding::Baseline422),
    input("04.jpg", WOMAN_2, 0.0, 88, Coding::Baseline),
    input("05.jpg", WOMAN_3, 0.0, 86, Coding::Progressive),
    input("06.jpg", MAN_3, 0.0, 88, Coding::Baseline),
    input("07.jpg", GREY, 0.0, 90, Coding::Baseline),
    input("08.jpg", ROOM, 0.0, 88, Coding::Baseline),
    Input {
        mirrored: true,
        ..input("09.jpg", MAN_1, 0.0, 92, Coding::Restart)
    },
    Input {
        mirrored: true,
        ..input("10.jpg", WOMAN_2, 0.0, 88, Coding::Baseline)
    },
];

/// The folders of [`MIX`], and the size of the photos in them.
const MIXES: [(&str, f64); 2] = [("mix-1mp", 1.0), ("mix-12mp", 12.0)];

/// The folder of the inputs: what [`FOLDER`] names, or `target/bench-inputs`.
#[must_use]
pub fn folder() -> PathBuf {
    std::env::var_os(FOLDER).map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench-inputs"),
        PathBuf::from,
    )
}

/// The path of an input, `single/12mp.jpg` for instance, made if it is not there yet.
///
/// # Errors
/// If it is none of ours, or cannot be written.
pub fn path(name: &str) -> io::Result<PathBuf> {
    let (mix, input) = all()
        .into_iter()
        .find(|(mix, input)| name == join(mix, input))
        .ok_or_else(|| io::Error::new(io::ErrorKind::NotFound, format!("no input {name}")))?;
    made(&folder(), mix, &input)
}

/// Names and bytes of the inputs in `folder`, made if they are not there yet.
///
/// # Errors
/// If they cannot be read or written.
pub fn files(folder: &str) -> io::Result<Vec<(String, Vec<u8>)>> {
    all()
        .iter()
        .map(|(mix, input)| join(mix, input))
        .filter(|name| name.split('/').next() == Some(folder))
        .map(|name| Ok((name.clone(), std::fs::read(path(&name)?)?)))
        .collect()
}

/// Makes all inputs that are not there yet, in any folder, and gives names and sizes in bytes.
///
/// # Errors
/// If a source cannot be read, or an input not written.
pub fn make(folder: &Path) -> io::Result<Vec<(String, u64)>> {
    all()
        .iter()
        .map(|(mix, input)| {
            let path = made(folder, mix, input)?;
            Ok((join(mix, input), path.metadata()?.len()))
        })
        .collect()
}

/// All inputs, each with the folder that its path does not name.
fn all() -> Vec<(&'static str, Input)> {
    let mut all: Vec<_> = SINGLE.iter().chain(&LARGE).map(|&i| ("", i)).collect();
    for (folder, megapixels) in MIXES {
        all.extend(MIX.map(|input| {
            (
                folder,
                Input {
                    megapixels,
                    ..input
                },
            )
        }));
    }
    all
}

fn join(folder: &str, input: &Input) -> String {
    if folder.is_empty() {
        input.path.to_owned()
    } else {
        format!("{folder}/{}", input.path)
    }
}

fn made(root: &Path, folder: &str, input: &Input) -> io::Result<PathBuf> {
    let path = root.join(join(folder, input));
    if path.exists() {
        return Ok(path);
    }
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent)?;
    }
    // Under its name only when it is whole.
    let part = path.with_extension("part");
    std::fs::write(&part, input.bytes()?)?;
    std::fs::rename(&part, &path)?;
    Ok(path)
}

impl Input {
    /// The file.
    ///
    /// # Errors
    /// If the source cannot be read.
    ///
    /// # Panics
    /// If the source is no JPEG.
    fn bytes(&self) -> io::Result<Vec<u8>> {
        let image = image::load_from_memory(&crate::photo(self.source)?).expect("a sound photo");
        let mut source = image.into_rgb8();
        if self.mirrored {
            image::imageops::flip_horizontal_in_place(&mut source);
        }
        let (width, height) = (f64::from(source.width()), f64::from(source.height()));
        let scale = (self.megapixels * 1e6 / (width * height)).sqrt();
        let size = ((width * scale) as u32, (height * scale) as u32);
        let mut pixels = enlarged(&source, size);
        add_grain(&mut pixels, size.0 as usize, self.megapixels);
        Ok(self.coded(&pixels, (size.0 as u16, size.1 as u16)))
    }

    fn coded(&self, pixels: &[u8], (width, height): (u16, u16)) -> Vec<u8> {
        let mut file = Vec::new();
        let mut encoder = Encoder::new(&mut file, self.quality);
        encoder.set_sampling_factor(match self.coding {
            Coding::Baseline444 => SamplingFactor::F_1_1,
            Coding::Baseline422 => SamplingFactor::F_2_1,
            _ => SamplingFactor::F_2_2,
        });
        encoder.set_progressive(self.coding == Coding::Progressive);
        if self.coding == Coding::Restart {
            encoder.set_restart_interval(width.div_ceil(16));
        }
        encoder
            .encode(pixels, width, height, ColorType::Rgb)
            .expect("an encoder that takes RGB");
        file
    }
}

fn enlarged(source: &image::RgbImage, (width, height): (u32, u32)) -> Vec<u8> {
    let mut pixels = vec![0; width as usize * height as usize * 3];
    let from = TypedImageRef::<U8x3>::from_buffer(source.width(), source.height(), source.as_raw());
    let into = TypedImage::<U8x3>::from_buffer(width, height, &mut pixels);
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom))
        .use_alpha(false);
    Resizer::new()
        .resize_typed(
            &from.expect("RGB"),
            &mut into.expect("a buffer of that size"),
            &options,
        )
        .expect("a size that is not zero");
    pixels
}

/// Standard deviation of the grain in middle grey, in grey levels.
fn grain(megapixels: f64) -> f32 {
    // Small pixels are noisy; small pictures are shrunk ones.
    if megapixels < 2.0 { 3.0 } else { 5.0 }
}

/// Adds grain to rows of `width` RGB triples.
fn add_grain(pixels: &mut [u8], width: usize, megapixels: f64) {
    let sigma = grain(megapixels);
    // Shot noise grows with the square root of the light.
    let by_light: Vec<f32> = (0..256u16)
        .map(|v| (f32::from(v) / 128.0).sqrt() * sigma)
        .collect();
    let mut random = Random(0x5EED);
    let mut above: Vec<f32> = (0..width).map(|_| random.normal()).collect();
    let mut colour = vec![[0.0f32; 3]; width.div_ceil(2)];
    for (y, row) in pixels.chunks_exact_mut(width * 3).enumerate() {
        if y.is_multiple_of(2) {
            for pair in &mut colour {
                *pair = [(); 3].map(|()| random.normal() * sigma * 0.25);
            }
        }
        let mut left = random.normal();
        for (x, pixel) in row.chunks_exact_mut(3).enumerate() {
            let here = random.normal();
            // The mean of three has 1/√3 of the deviation of one.
            let grey = (here + left + above[x]) * 0.577;
            left = here;
            above[x] = here;
            let grey = grey * by_light[usize::from(pixel[1])];
            for (value, colour) in pixel.iter_mut().zip(colour[x / 2]) {
                *value = (f32::from(*value) + grey + colour).round() as u8;
            }
        }
    }
}

/// xorshift64*: short, and the same on every machine.
struct Random(u64);

impl Random {
    /// Roughly normal, deviation 1: the sum of four bytes.
    fn normal(&mut self) -> f32 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let bits = (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 32) as u32;
        let sum: u16 = bits.to_le_bytes().map(u16::from).iter().sum();
        (f32::from(sum) - 510.0) / 147.8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grain_has_the_deviation_it_says_and_no_drift() {
        let mut pixels = vec![128; 300 * 200 * 3];
        add_grain(&mut pixels, 300, 12.0);
        let values = || pixels.iter().map(|&v| f64::from(v));
        let count = pixels.len() as f64;
        let mean = values().sum::<f64>() / count;
        let deviation = (values().map(|v| (v - mean).powi(2)).sum::<f64>() / count).sqrt();
        assert!((mean - 128.0).abs() < 0.2, "{mean}");
        assert!((deviation - 5.2).abs() < 0.3, "{deviation}");
    }

    #[test]
    fn inputs_are_the_same_every_time_and_coded_as_they_say() {
        let small = |coding| input("", MAN_1, 0.2, 88, coding);
        for coding in [Coding::Baseline, Coding::Progressive, Coding::Restart] {
            let bytes = small(coding).bytes().unwrap();
            assert_eq!(bytes, small(coding).bytes().unwrap());
            let file = shomei_jpeg::File::open(&bytes, &shomei_jpeg::Limits::default()).unwrap();
            let header = file.header();
            let progressive = header.process == shomei_jpeg::Process::Progressive;
            assert_eq!(progressive, coding == Coding::Progressive);
            let pixels = header.width * header.height;
            assert!((198_000..=200_000).contains(&pixels), "{pixels}");
        }
    }
}
