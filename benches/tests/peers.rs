//! `shomei-jpeg` against libjpeg-turbo itself, which needs cmake and nasm:
//!
//! ```text
//! cargo test --release --workspace --features shomei-benches/peers --test peers
//! ```
//!
//! `SHOMEI_DATA=FOLDER` adds every JPEG of a folder.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use jpeg_encoder::{ColorType, Encoder, SamplingFactor};
use shomei_benches::jpeg::folder_of_jpegs;
use shomei_jpeg::{Buffers, File, Limits, Precision, Scale};

/// Largest difference of a sample from libjpeg-turbo's, over all files and scales.
const MOST: u8 = 0;

const SAMPLINGS: [Option<SamplingFactor>; 5] = [
    None,
    Some(SamplingFactor::F_1_1),
    Some(SamplingFactor::F_2_1),
    Some(SamplingFactor::F_1_2),
    Some(SamplingFactor::F_2_2),
];

/// Gradients, an edge, and a pattern that no quantisation keeps.
fn picture(width: usize, height: usize) -> Vec<u8> {
    let mut pixels = Vec::with_capacity(width * height * 3);
    for y in 0..height {
        for x in 0..width {
            let grain = (x * 7919 + y * 104_729 + x * y * 31) % 23;
            let edge = if x > y { 90 } else { 0 };
            let slope = 120 * (x + y) / (width + height);
            pixels.extend([slope + grain, edge + grain * 2, edge + slope / 2].map(|v| v as u8));
        }
    }
    pixels
}

fn file(
    (width, height): (usize, usize),
    sampling: Option<SamplingFactor>,
    progressive: bool,
    restart: u16,
    quality: u8,
) -> Vec<u8> {
    let mut pixels = picture(width, height);
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, quality);
    encoder.set_progressive(progressive);
    if restart > 0 {
        encoder.set_restart_interval(restart);
    }
    let colour = if let Some(sampling) = sampling {
        encoder.set_sampling_factor(sampling);
        ColorType::Rgb
    } else {
        pixels.truncate(width * height);
        ColorType::Luma
    };
    let (width, height) = (width as u16, height as u16);
    encoder.encode(&pixels, width, height, colour).unwrap();
    file
}

/// RGB as libjpeg-turbo decodes it, `None` where it refuses or warns.
fn turbo(file: &[u8], scale: Scale) -> Option<(usize, usize, Vec<u8>)> {
    let factor = turbojpeg::ScalingFactor::new(1, 8 / scale.eighths() as usize);
    let mut decompressor = turbojpeg::Decompressor::new().ok()?;
    decompressor.set_scaling_factor(factor).ok()?;
    let header = decompressor.read_header(file).ok()?.scaled(factor);
    let mut pixels = vec![0; header.width * header.height * 3];
    let image = turbojpeg::Image {
        pixels: pixels.as_mut_slice(),
        width: header.width,
        pitch: header.width * 3,
        height: header.height,
        format: turbojpeg::PixelFormat::RGB,
    };
    decompressor.decompress(file, image).ok()?;
    Some((header.width, header.height, pixels))
}

/// Whether both decoders take the file and it was compared.
fn compare(file: &[u8], scale: Scale, buffers: &mut Buffers, what: &str) -> bool {
    let opened = File::open(file, &Limits::default());
    let Ok(ours) = opened.and_then(|file| file.decode(scale, Precision::Exact, buffers)) else {
        return false;
    };
    // Where something is missing, each decoder makes up what it likes.
    if !ours.damage.is_empty() {
        return false;
    }
    let Some((width, height, theirs)) = turbo(file, scale) else {
        return false;
    };
    assert_eq!((ours.width, ours.height), (width, height), "{what}");
    let ours = ours.pixels.to_rgb();
    let most = ours.iter().zip(&theirs).map(|(a, b)| a.abs_diff(*b)).max();
    assert_eq!(most, Some(MOST), "{what} {scale:?}");
    true
}

#[test]
fn generated_files_are_decoded_as_libjpeg_turbo_does() {
    let mut buffers = Buffers::new();
    let mut check = |size, sampling, progressive, restart, quality| {
        let file = file(size, sampling, progressive, restart, quality);
        for scale in Scale::ALL {
            let what = format!("{size:?} {sampling:?} {progressive} {restart} {quality}");
            assert!(
                compare(&file, scale, &mut buffers, &what),
                "{what}: refused"
            );
        }
    };
    for sampling in SAMPLINGS {
        for progressive in [false, true] {
            for restart in [0, 1, 5] {
                check((173, 131), sampling, progressive, restart, 85);
            }
            for width in [1, 2, 3, 7, 8, 9, 15, 16, 17, 33] {
                for height in [1, 5, 8, 17] {
                    check((width, height), sampling, progressive, 0, 90);
                }
            }
            for quality in (1..=100).step_by(3) {
                check((70, 50), sampling, progressive, 0, quality);
            }
        }
    }
}

#[test]
fn files_of_a_folder_are_decoded_as_libjpeg_turbo_does() {
    let Some(folder) = std::env::var_os("SHOMEI_DATA") else {
        return;
    };
    let mut buffers = Buffers::new();
    let mut compared = 0;
    for (name, file) in folder_of_jpegs(folder.as_ref()).unwrap() {
        for scale in Scale::ALL {
            compared += u32::from(compare(&file, scale, &mut buffers, &name));
        }
    }
    assert!(compared > 0, "nothing to compare");
}
