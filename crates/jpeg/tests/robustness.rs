//! Files that are cut, damaged or hostile.
#![allow(clippy::unwrap_used, reason = "a test may fail so")]
#![allow(clippy::cast_possible_truncation, reason = "the numbers are small")]

mod common;

use std::time::{Duration, Instant};

use common::{Coding, Random, SAMPLINGS, decode, header_of, open, restarts};
use proptest::prelude::*;
use shomei_jpeg::{Buffers, DamageKind, ErrorKind, File, Limits, Precision, Scale};

/// Decodes at all scales; whatever the bytes are, this returns.
fn survives(data: &[u8], buffers: &mut Buffers) {
    let limits = Limits::default().with_pixels(1 << 20);
    let Ok(file) = File::open(data, &limits) else {
        return;
    };
    let extent = file.extent();
    for scale in Scale::ALL {
        if let Ok(picture) = file.decode(scale, Precision::Exact, buffers) {
            assert!((0.0..=1.0).contains(&picture.valid_fraction));
            assert!(picture.valid_fraction == 1.0 || !picture.damage.is_empty());
            assert!(picture.extent.end.is_none() || extent.end.is_some());
        }
    }
}

#[test]
fn cut_at_every_fiftieth_is_truncated() {
    let mut buffers = Buffers::new();
    for progressive in [false, true] {
        for sampling in [SAMPLINGS[0], SAMPLINGS[1], SAMPLINGS[4]] {
            for restart in [0, 5] {
                let file = Coding {
                    progressive,
                    sampling,
                    restart,
                    ..Coding::default()
                }
                .file();
                let mut fraction = 0.0;
                for percent in (0..100).step_by(2) {
                    let cut = &file[..file.len() * percent / 100];
                    for scale in Scale::ALL {
                        match decode(cut, scale, &mut buffers) {
                            Ok(picture) => {
                                assert!(picture.is_truncated(), "{percent} % {scale:?}");
                                assert_eq!(picture.extent.end, None);
                                if scale == Scale::Full && !progressive {
                                    assert!(picture.valid_fraction < 1.0);
                                    assert!(picture.valid_fraction >= fraction);
                                    fraction = picture.valid_fraction;
                                }
                            }
                            Err(error) => assert!(
                                matches!(error.kind(), ErrorKind::Truncated)
                                    || percent == 0 && error.kind() == ErrorKind::NotJpeg,
                                "{percent} %: {error}"
                            ),
                        }
                    }
                    assert!(open(cut).map_or(true, |file| file.extent().end.is_none()));
                }
                if !progressive {
                    assert!(fraction > 0.9);
                }
            }
        }
    }
}

#[test]
fn what_stands_before_the_cut_is_right() {
    let file = Coding {
        sampling: SAMPLINGS[1],
        ..Coding::default()
    }
    .file();
    let mut buffers = Buffers::new();
    let whole = decode(&file, Scale::Full, &mut buffers)
        .unwrap()
        .pixels
        .to_rgb()
        .into_owned();
    let cut = decode(&file[..file.len() / 2], Scale::Full, &mut buffers).unwrap();
    let damage = cut.damage[0];
    assert_eq!(
        (damage.kind, damage.offset),
        (DamageKind::Truncated, file.len() / 2)
    );
    let rows = damage.mcu_row.unwrap() as usize * 8;
    assert!(rows > 30 && (rows as f32 / cut.height as f32 - damage.valid_fraction).abs() < 0.1);
    let pixels = cut.pixels.to_rgb();
    assert_eq!(
        pixels[..rows * cut.width * 3],
        whole[..rows * cut.width * 3]
    );
    // What is missing is grey.
    assert!(pixels[pixels.len() - 60..].iter().all(|&p| p == 128));
}

#[test]
fn a_missing_end_marker_is_told_from_missing_data() {
    for progressive in [false, true] {
        let file = Coding {
            progressive,
            ..Coding::default()
        }
        .file();
        let mut buffers = Buffers::new();
        let cut = &file[..file.len() - 2];
        let picture = decode(cut, Scale::Full, &mut buffers).unwrap();
        let kinds: Vec<_> = picture.damage.iter().map(|d| d.kind).collect();
        assert_eq!(kinds, [DamageKind::MissingEoi]);
        assert_eq!(picture.valid_fraction, 1.0);
    }
}

#[test]
fn restart_markers_resynchronise() {
    let coding = Coding {
        sampling: SAMPLINGS[1],
        restart: 3,
        ..Coding::default()
    };
    let file = coding.file();
    let mut buffers = Buffers::new();
    let whole = decode(&file, Scale::Full, &mut buffers)
        .unwrap()
        .pixels
        .to_rgb()
        .into_owned();
    let markers = restarts(&file);
    let mut check = |damaged: &[u8], lost: f32, kinds: &[DamageKind]| {
        let picture = decode(damaged, Scale::Full, &mut buffers).unwrap();
        assert!(
            picture.damage.iter().any(|d| kinds.contains(&d.kind)),
            "{:?}",
            picture.damage
        );
        let pixels = picture.pixels.to_rgb();
        let same = pixels.iter().zip(&whole).filter(|(a, b)| a == b).count();
        let fraction = same as f32 / whole.len() as f32;
        assert!(fraction > 1.0 - lost, "{fraction} {:?}", picture.damage);
    };
    let interval = 1.0 / markers.len() as f32;
    // Noise in one interval: the others are whole.
    let mut damaged = file.clone();
    let (from, to) = (markers[20] + 2, markers[21]);
    damaged[from..to].fill(0xFE);
    check(
        &damaged,
        2.0 * interval,
        &[
            DamageKind::BadCode,
            DamageKind::BadBlock,
            DamageKind::EarlyMarker,
            DamageKind::LeftOver,
        ],
    );
    // One interval is cut out, with its marker.
    let mut damaged = file.clone();
    damaged.drain(markers[20]..markers[21]);
    check(&damaged, 2.0 * interval, &[DamageKind::RestartOrder]);
    // One marker is lost: its interval and the one before run together.
    let mut damaged = file.clone();
    damaged.drain(markers[20]..markers[20] + 2);
    check(
        &damaged,
        3.0 * interval,
        &[
            DamageKind::RestartOrder,
            DamageKind::BadBlock,
            DamageKind::BadCode,
            DamageKind::LeftOver,
        ],
    );
    // One interval stands twice.
    let mut damaged = file.clone();
    let copy = file[markers[20]..markers[21]].to_vec();
    damaged.splice(markers[21]..markers[21], copy);
    check(&damaged, 1.5 * interval, &[DamageKind::RestartOrder]);
}

#[test]
fn limits_come_before_work() {
    let file = Coding::default().file();
    let frame = header_of(&file).frame_offset;
    let mut buffers = Buffers::new();
    let kind = |file: &[u8], limits: Limits, buffers: &mut Buffers| {
        let file = File::open(file, &limits).unwrap();
        let refused = file.decode(Scale::Full, Precision::Exact, buffers).err();
        refused.map(|error| error.kind())
    };
    let mut huge = file.clone();
    huge[frame + 5..frame + 9].fill(0xFF);
    let started = Instant::now();
    assert_eq!(
        kind(&huge, Limits::default(), &mut buffers),
        Some(ErrorKind::TooManyPixels)
    );
    let unlimited = Limits::default().with_pixels(u64::MAX);
    assert_eq!(
        kind(&huge, unlimited, &mut buffers),
        Some(ErrorKind::TooMuchMemory)
    );
    assert!(started.elapsed() < Duration::from_millis(100));
    let small = Limits::default().with_pixels(173 * 131);
    assert_eq!(kind(&file, small, &mut buffers), None);
    let small = small.with_pixels(173 * 131 - 1);
    assert_eq!(
        kind(&file, small, &mut buffers),
        Some(ErrorKind::TooManyPixels)
    );
}

/// A progressive file with `scans` AC scans that end every block of a large picture at once.
fn many_scans(scans: usize) -> Vec<u8> {
    let coding = Coding {
        width: 3000,
        height: 4000,
        sampling: SAMPLINGS[1],
        progressive: true,
        quality: 30,
        ..Coding::default()
    };
    let mut file = coding.file();
    assert_eq!(file[file.len() - 2..], [0xFF, 0xD9]);
    file.truncate(file.len() - 2);
    // A table with one code, 0, for an end-of-band run of 2¹⁴ blocks; its bits are then 1…1.
    file.extend([
        0xFF, 0xC4, 0, 20, 0x10, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xE0,
    ]);
    for scan in 0..scans {
        let k = 1 + (scan % 63) as u8;
        file.extend([0xFF, 0xDA, 0, 8, 1, 1, 0x00, k, k, 0x00]);
        file.extend([0x3F; 200]);
    }
    file.extend([0xFF, 0xD9]);
    file
}

#[test]
fn thousands_of_scans_cost_milliseconds() {
    let file = many_scans(2000);
    let mut buffers = Buffers::new();
    let started = Instant::now();
    let refused = decode(&file, Scale::Eighth, &mut buffers);
    assert_eq!(
        refused.err().map(|e| e.kind()),
        Some(ErrorKind::TooManyScans)
    );
    let refused = started.elapsed();
    let limits = Limits::default().with_scans(u32::MAX);
    for scale in Scale::ALL {
        let started = Instant::now();
        let base = decode(&many_scans(0), scale, &mut buffers);
        assert!(base.is_ok());
        let base = started.elapsed();
        let started = Instant::now();
        let opened = File::open(&file, &limits).unwrap();
        let picture = opened.decode(scale, Precision::Exact, &mut buffers);
        let picture = picture.unwrap();
        let more = started.elapsed().saturating_sub(base);
        // Each repeats what an earlier scan gave, which is refused without reading it.
        assert!(picture.damage.iter().any(|d| d.kind == DamageKind::BadScan));
        // Generous, for slow and busy machines; 20,000 blocks × 2000 scans would be far beyond.
        assert!(more < Duration::from_millis(500), "{scale:?} {more:?}");
    }
    assert!(refused < Duration::from_millis(500));
}

#[test]
fn bytes_flipped_anywhere() {
    let mut buffers = Buffers::new();
    let mut random = Random(3);
    for sampling in SAMPLINGS {
        for progressive in [false, true] {
            let coding = Coding {
                width: 50,
                height: 41,
                sampling,
                progressive,
                restart: 2,
                ..Coding::default()
            };
            let file = coding.file();
            for _ in 0..60 {
                let mut damaged = file.clone();
                for _ in 0..=random.below(6) {
                    let at = random.below(file.len() as u32) as usize;
                    damaged[at] = match random.below(3) {
                        0 => 0xFF,
                        1 => random.below(256) as u8,
                        _ => damaged[at] ^ 1 << random.below(8),
                    };
                }
                survives(&damaged, &mut buffers);
            }
        }
    }
}

#[test]
fn nothing_of_one_file_shows_in_the_next() {
    let mut used = Buffers::new();
    let mut random = Random(9);
    for _ in 0..100 {
        let coding = Coding {
            width: 1 + random.below(90) as usize,
            height: 1 + random.below(90) as usize,
            sampling: SAMPLINGS[random.below(9) as usize],
            progressive: random.below(2) == 0,
            restart: random.below(3) as u16,
            quality: 1 + random.below(100) as u8,
            ..Coding::default()
        };
        let mut file = coding.file();
        let at = random.below(file.len() as u32) as usize;
        file[at] ^= 0x55;
        for scale in Scale::ALL {
            let mut fresh = Buffers::new();
            match (
                decode(&file, scale, &mut used),
                decode(&file, scale, &mut fresh),
            ) {
                (Ok(a), Ok(b)) => {
                    assert_eq!(a.pixels.to_rgb(), b.pixels.to_rgb());
                    assert_eq!(a.damage, b.damage);
                }
                (a, b) => assert_eq!(a.err(), b.err()),
            }
        }
    }
}

/// At ⅛ no pixel depends on the last scan of a progressive file, which is the most of it.
#[test]
fn damage_in_scans_that_are_not_needed_is_found_when_checked() {
    let mut buffers = Buffers::new();
    let mut file = Coding {
        sampling: SAMPLINGS[1],
        progressive: true,
        ..Coding::default()
    }
    .file();
    let scan = file.windows(2).rposition(|w| w == [0xFF, 0xDA]).unwrap();
    file[scan + 40..scan + 72].fill(0xFE);
    let mut damage = |scale, precision| {
        let file = open(&file).unwrap();
        let picture = file.decode(scale, precision, &mut buffers).unwrap();
        let found: Vec<_> = picture.damage.iter().map(|d| (d.kind, d.scan)).collect();
        (found, picture.valid_fraction)
    };
    let (passed_over, valid) = damage(Scale::Eighth, Precision::Exact);
    assert_eq!((passed_over.len(), valid), (0, 1.0));
    let (found, valid) = damage(Scale::Eighth, Precision::Checked);
    assert!(!found.is_empty() && valid < 1.0);
    assert_eq!((found, valid), damage(Scale::Full, Precision::Exact));
}

#[test]
fn nothing_of_one_file_shows_where_scans_of_the_next_are_missing() {
    let file = common::three_scans(70, 50);
    let mut used = Buffers::new();
    for percent in 0..100 {
        let cut = &file[..file.len() * percent / 100];
        for scale in Scale::ALL {
            decode(&file, scale, &mut used).unwrap();
            let mut fresh = Buffers::new();
            match (
                decode(cut, scale, &mut used),
                decode(cut, scale, &mut fresh),
            ) {
                (Ok(a), Ok(b)) => assert_eq!(a.pixels.to_rgb(), b.pixels.to_rgb()),
                (a, b) => assert_eq!(a.err(), b.err()),
            }
        }
    }
}

/// The sampling factors of a grey picture mean nothing: its only component is never subsampled.
#[test]
fn a_grey_picture_may_have_any_sampling_factors() {
    let coding = Coding {
        sampling: SAMPLINGS[0],
        ..Coding::default()
    };
    let plain = coding.file();
    let frame = plain.windows(2).position(|w| w == [0xFF, 0xC0]).unwrap();
    for factors in [0x22, 0x12, 0x21, 0x41] {
        let mut odd = plain.clone();
        assert_eq!(odd[frame + 11], 0x11);
        odd[frame + 11] = factors;
        for scale in Scale::ALL {
            let (mut one, mut other) = (Buffers::new(), Buffers::new());
            let odd = decode(&odd, scale, &mut one).unwrap();
            assert!(odd.damage.is_empty());
            let plain = decode(&plain, scale, &mut other).unwrap();
            assert_eq!(odd.pixels.to_rgb(), plain.pixels.to_rgb());
        }
    }
}

/// Inputs that a fuzzer or a user found, kept for good. The first byte of those for `decode`
/// chose scale and form there and is passed over here.
#[test]
fn found_inputs() {
    let mut buffers = Buffers::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/found");
    let mut count = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let data = std::fs::read(entry.unwrap().path()).unwrap();
        survives(&data, &mut buffers);
        survives(data.get(1..).unwrap_or_default(), &mut buffers);
        count += 1;
    }
    assert!(count > 0);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(data in prop::collection::vec(any::<u8>(), 0..400)) {
        survives(&data, &mut Buffers::new());
    }

    /// A sound header, then anything, rich in markers.
    #[test]
    fn any_entropy_coded_data(
        sampling in 0..9usize,
        progressive: bool,
        data in prop::collection::vec(prop_oneof![4 => any::<u8>(), 1 => Just(0xFF), 1 => 0xC0..=0xDEu8], 0..600),
    ) {
        let coding = Coding { width: 40, height: 30, sampling: SAMPLINGS[sampling], progressive, restart: 1, ..Coding::default() };
        let file = coding.file();
        let scan = header_of(&file).scan_offset;
        let length = usize::from(file[scan + 3]);
        let mut damaged = file[..scan + 2 + length].to_vec();
        damaged.extend(data);
        survives(&damaged, &mut Buffers::new());
    }
}
