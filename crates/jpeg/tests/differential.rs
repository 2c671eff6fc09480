//! Against other decoders: libjpeg-turbo's own arithmetic (by libjpeg-turbo-rs) at every scale,
//! and the `image` crate's full decode, averaged over boxes.
#![allow(clippy::unwrap_used, reason = "a test may fail so")]
#![allow(clippy::cast_possible_truncation, reason = "the numbers are small")]
#![allow(
    clippy::absurd_extreme_comparisons,
    reason = "a tolerance may well be 0"
)]

mod common;

use common::{Coding, SAMPLINGS, decode, difference, open, oracle};
use shomei_jpeg::{Buffers, Pixels, Precision, Scale};

/// Largest difference of a sample from libjpeg-turbo, for the samplings that photographs have
/// (4:4:4, 4:2:2, 4:4:0, 4:2:0, grey), at every scale.
const TURBO_MOST: u8 = 0;
/// The same for other samplings, where libjpeg-turbo has no single way to enlarge chroma.
const TURBO_ODD_MOST: u8 = 0;

/// Largest difference from box means of a full decode by another decoder, which has another
/// transform and another upsampling, and clamps before the mean instead of after.
const BOX_MOST: u8 = 6;
/// The same as a mean over the picture.
const BOX_MEAN: f64 = 0.5;
/// Where chroma is subsampled and the test picture has patterns finer than that.
const BOX_SUBSAMPLED_MOST: u8 = 112;
/// The same as a mean over the picture.
const BOX_SUBSAMPLED_MEAN: f64 = 6.0;

/// Largest difference of a draft from the exact picture, at quality 85. It is bounded by one
/// quantisation step in each coefficient.
const DRAFT_MOST: u8 = 80;
/// The same as a mean over the picture.
const DRAFT_MEAN: f64 = 4.0;

fn check(coding: &Coding, buffers: &mut Buffers) {
    let file = coding.file();
    for scale in Scale::ALL {
        let ours = decode(&file, scale, buffers).unwrap();
        assert!(
            ours.damage.is_empty(),
            "{coding:?} {scale:?} {:?}",
            ours.damage
        );
        assert_eq!(ours.valid_fraction, 1.0);
        assert_eq!(ours.extent.end, Some(file.len() - 2));
        let (width, height, theirs) = oracle(&file, scale).unwrap();
        assert_eq!((ours.width, ours.height), (width, height));
        let (most, mean) = difference(&ours.pixels.to_rgb(), &theirs);
        let opened = open(&file).unwrap();
        let checked = opened.decode(scale, Precision::Checked, buffers).unwrap();
        assert!(checked.damage.is_empty() && checked.valid_fraction == 1.0);
        assert_eq!(difference(&checked.pixels.to_rgb(), &theirs).0, most);
        let photographic = coding.sampling.is_none_or(|s| {
            use jpeg_encoder::SamplingFactor as F;
            matches!(s, F::F_1_1 | F::F_2_1 | F::F_1_2 | F::F_2_2)
        });
        let allowed = if photographic {
            TURBO_MOST
        } else {
            TURBO_ODD_MOST
        };
        assert!(
            most <= allowed,
            "{coding:?} {scale:?}: most {most}, mean {mean}"
        );
    }
}

#[test]
fn every_sampling_process_and_restart() {
    let mut buffers = Buffers::new();
    for sampling in SAMPLINGS {
        for progressive in [false, true] {
            for restart in [0, 1, 4, 11] {
                for optimised in [false, true] {
                    // The encoder gathers statistics as if there were no restarts, and fails.
                    if optimised && restart > 0 {
                        continue;
                    }
                    check(
                        &Coding {
                            sampling,
                            progressive,
                            restart,
                            optimised,
                            ..Coding::default()
                        },
                        &mut buffers,
                    );
                }
            }
        }
    }
}

#[test]
fn every_odd_size() {
    let mut buffers = Buffers::new();
    let sizes = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 65];
    for sampling in SAMPLINGS {
        for progressive in [false, true] {
            for (index, &width) in sizes.iter().enumerate() {
                for &height in sizes.iter().skip(index % 3).step_by(3) {
                    check(
                        &Coding {
                            width,
                            height,
                            sampling,
                            progressive,
                            restart: (width % 3) as u16,
                            ..Coding::default()
                        },
                        &mut buffers,
                    );
                }
            }
        }
    }
}

#[test]
fn every_quality() {
    let mut buffers = Buffers::new();
    for quality in 1..=100 {
        for sampling in [SAMPLINGS[1], SAMPLINGS[4]] {
            check(
                &Coding {
                    width: 90,
                    height: 70,
                    quality,
                    sampling,
                    progressive: quality % 2 == 0,
                    optimised: quality % 3 == 0,
                    ..Coding::default()
                },
                &mut buffers,
            );
        }
    }
}

/// Means of squares of `step` pixels, those at the edges of what is there.
fn boxes(pixels: &[u8], width: usize, height: usize, step: usize) -> Vec<u8> {
    let mut out = Vec::new();
    for top in (0..height).step_by(step) {
        for left in (0..width).step_by(step) {
            for colour in 0..3 {
                let (mut sum, mut count) = (0, 0);
                for y in top..height.min(top + step) {
                    for x in left..width.min(left + step) {
                        sum += u32::from(pixels[(y * width + x) * 3 + colour]);
                        count += 1;
                    }
                }
                out.push(((sum + count / 2) / count) as u8);
            }
        }
    }
    out
}

#[test]
fn scales_are_means_of_the_full_picture() {
    let mut buffers = Buffers::new();
    for sampling in &SAMPLINGS[..5] {
        for progressive in [false, true] {
            // Whole blocks: beyond the edge stands what the encoder liked.
            let coding = Coding {
                width: 160,
                height: 128,
                quality: 92,
                sampling: *sampling,
                progressive,
                ..Coding::default()
            };
            let file = coding.file();
            let image = image::load_from_memory(&file).unwrap().into_rgb8();
            for scale in Scale::ALL {
                let ours = decode(&file, scale, &mut buffers).unwrap();
                let step = 8 / scale.eighths() as usize;
                let theirs = boxes(image.as_raw(), coding.width, coding.height, step);
                let (most, mean) = difference(&ours.pixels.to_rgb(), &theirs);
                let whole = sampling.is_none_or(|s| s == jpeg_encoder::SamplingFactor::F_1_1);
                let (most_allowed, mean_allowed) = if whole {
                    (BOX_MOST, BOX_MEAN)
                } else {
                    (BOX_SUBSAMPLED_MOST, BOX_SUBSAMPLED_MEAN)
                };
                assert!(
                    most <= most_allowed && mean <= mean_allowed,
                    "{coding:?} {scale:?}: most {most}, mean {mean}"
                );
            }
        }
    }
}

#[test]
fn drafts_are_near() {
    use libjpeg_turbo_rs::{Encoder, PixelFormat, Subsampling};
    let mut buffers = Buffers::new();
    let (width, height) = (300, 200);
    let pixels = common::picture(width, height);
    for subsampling in [Subsampling::S444, Subsampling::S420] {
        for progressive in [false, true] {
            // The usual scan script, which ends with refinement.
            let file = Encoder::new(&pixels, width, height, PixelFormat::Rgb)
                .quality(85)
                .subsampling(subsampling)
                .progressive(progressive)
                .encode()
                .unwrap();
            for scale in Scale::ALL {
                let exact = decode(&file, scale, &mut buffers).unwrap();
                let exact = exact.pixels.to_rgb().into_owned();
                let opened = open(&file).unwrap();
                let draft = opened
                    .decode(scale, Precision::Draft, &mut buffers)
                    .unwrap();
                assert!(draft.damage.is_empty(), "{:?}", draft.damage);
                let (most, mean) = difference(&draft.pixels.to_rgb(), &exact);
                let case =
                    format!("{subsampling:?} {progressive} {scale:?}: most {most}, mean {mean}");
                if !progressive || scale > Scale::Quarter {
                    assert_eq!(most, 0, "{case}");
                }
                assert!(most <= DRAFT_MOST && mean <= DRAFT_MEAN, "{case}");
            }
        }
    }
}

#[test]
fn one_component_is_one_byte_per_pixel() {
    let mut buffers = Buffers::new();
    for progressive in [false, true] {
        for sampling in SAMPLINGS {
            let coding = Coding {
                sampling,
                progressive,
                ..Coding::default()
            };
            let file = coding.file();
            for scale in Scale::ALL {
                let ours = decode(&file, scale, &mut buffers).unwrap();
                let size = ours.width * ours.height;
                match (sampling, ours.pixels) {
                    (None, Pixels::Grey(pixels)) => assert_eq!(pixels.len(), size),
                    (Some(_), Pixels::Rgb(pixels)) => assert_eq!(pixels.len(), size * 3),
                    (_, pixels) => panic!("{sampling:?}: {pixels:?}"),
                }
            }
        }
    }
}

#[test]
fn sequential_files_of_several_scans() {
    let mut buffers = Buffers::new();
    for (width, height) in [(70, 50), (64, 48), (17, 9), (1, 1)] {
        let file = common::three_scans(width, height);
        for scale in Scale::ALL {
            let ours = decode(&file, scale, &mut buffers).unwrap();
            assert!(ours.damage.is_empty(), "{:?}", ours.damage);
            let (width, height, theirs) = oracle(&file, scale).unwrap();
            assert_eq!((ours.width, ours.height), (width, height));
            let (most, mean) = difference(&ours.pixels.to_rgb(), &theirs);
            assert!(most <= TURBO_MOST, "{width} {scale:?}: {most}, mean {mean}");
        }
    }
}

/// Files that only libjpeg-turbo-rs's encoder makes: any sampling factors, other scan scripts,
/// RGB.
#[test]
fn odd_factors_and_scan_scripts() {
    use libjpeg_turbo_rs::{ColorSpace, Encoder, PixelFormat, ScanScript, Subsampling};
    let mut buffers = Buffers::new();
    let (width, height) = (83, 61);
    let pixels = common::picture(width, height);
    let scan = |components: &[u8], ss, se, ah, al| ScanScript {
        components: components.to_vec(),
        ss,
        se,
        ah,
        al,
    };
    let scripts = [
        None,
        Some(vec![
            scan(&[0], 0, 0, 0, 0),
            scan(&[1, 2], 0, 0, 0, 0),
            scan(&[0], 1, 63, 0, 0),
            scan(&[1], 1, 63, 0, 0),
            scan(&[2], 1, 63, 0, 0),
        ]),
        Some(vec![
            scan(&[0, 1, 2], 0, 0, 0, 2),
            scan(&[0], 1, 9, 0, 3),
            scan(&[0], 10, 63, 0, 1),
            scan(&[0], 1, 9, 3, 2),
            scan(&[0], 1, 9, 2, 1),
            scan(&[2], 1, 63, 0, 2),
            scan(&[1], 1, 63, 0, 2),
            scan(&[0, 1, 2], 0, 0, 2, 1),
            scan(&[0, 1, 2], 0, 0, 1, 0),
            scan(&[0], 1, 63, 1, 0),
            scan(&[1], 1, 63, 2, 1),
            scan(&[2], 1, 63, 2, 1),
            scan(&[1], 1, 63, 1, 0),
            scan(&[2], 1, 63, 1, 0),
        ]),
    ];
    let factors = [
        [(1, 1), (1, 1), (1, 1)],
        [(2, 2), (1, 1), (1, 1)],
        [(2, 2), (2, 1), (1, 2)],
        [(2, 2), (1, 2), (1, 2)],
        [(1, 2), (1, 1), (1, 2)],
        [(4, 1), (2, 1), (1, 1)],
        [(3, 1), (1, 1), (1, 1)],
        [(1, 1), (2, 2), (1, 1)],
    ];
    let mut compared = 0;
    for script in &scripts {
        for factors in &factors {
            for restart in [0, 3] {
                for rgb in [false, true] {
                    let mut encoder = Encoder::new(&pixels, width, height, PixelFormat::Rgb)
                        .quality(80)
                        .subsampling(Subsampling::S444)
                        .sampling_factors(factors.to_vec())
                        .restart_blocks(restart);
                    if let Some(script) = script {
                        encoder = encoder.scan_script(script.clone());
                        if script.iter().any(|scan| scan.se == 0) {
                            encoder = encoder.progressive(true);
                        }
                    }
                    if rgb {
                        encoder = encoder.colorspace(ColorSpace::Rgb);
                    }
                    let Ok(file) = encoder.encode() else { continue };
                    for scale in Scale::ALL {
                        let ours = decode(&file, scale, &mut buffers).unwrap();
                        let case = format!("{factors:?} {restart} {rgb} {scale:?} {script:?}");
                        assert!(ours.damage.is_empty(), "{case}: {:?}", ours.damage);
                        let Some((width, height, theirs)) = oracle(&file, scale) else {
                            continue;
                        };
                        assert_eq!((ours.width, ours.height), (width, height));
                        let (most, mean) = difference(&ours.pixels.to_rgb(), &theirs);
                        assert!(most <= TURBO_ODD_MOST, "{case}: most {most}, mean {mean}");
                        compared += 1;
                    }
                }
            }
        }
    }
    assert!(compared > 150, "only {compared} cases compared");
}

/// Every file of the folder that `SHOMEI_DATA` names, which the oracle accepts, is the same to
/// the last bit or reported as damaged.
#[test]
fn every_file_of_a_folder() {
    let Some(folder) = std::env::var_os("SHOMEI_DATA") else {
        return;
    };
    let mut buffers = Buffers::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let Ok(file) = std::fs::read(&path) else {
            continue;
        };
        for scale in Scale::ALL {
            let Ok(ours) = decode(&file, scale, &mut buffers) else {
                continue;
            };
            if !ours.damage.is_empty() {
                continue;
            }
            let (width, height, theirs) = oracle(&file, scale).unwrap();
            assert_eq!((ours.width, ours.height), (width, height), "{path:?}");
            let (most, mean) = difference(&ours.pixels.to_rgb(), &theirs);
            assert!(
                most <= TURBO_MOST,
                "{path:?} {scale:?}: most {most}, mean {mean}"
            );
        }
    }
}
