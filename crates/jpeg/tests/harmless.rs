//! Bytes that do no harm to the picture, as cameras and programs really write them, beside damage that
//! looks much the same.
#![allow(clippy::unwrap_used, reason = "a test may fail so")]
#![allow(clippy::cast_possible_truncation, reason = "the numbers are small")]

mod common;

use common::{Coding, Random, SAMPLINGS, decode, header_of, open, oracle, restarts};
use shomei_jpeg::{Buffers, Damage, DamageKind, Precision, Scale};

/// Codings with the picture that they hold: sequential and progressive, with and without restart
/// markers, in one colour and in three.
fn codings() -> Vec<Vec<u8>> {
    let mut files = Vec::new();
    for sampling in [SAMPLINGS[0], SAMPLINGS[1], SAMPLINGS[4]] {
        for progressive in [false, true] {
            for restart in [0, 5] {
                for width in 170..174 {
                    let coding = Coding {
                        width,
                        sampling,
                        progressive,
                        restart,
                        ..Coding::default()
                    };
                    files.push(coding.file());
                }
            }
        }
    }
    files
}

/// Bytes that are no marker and do not end in one.
fn noise(random: &mut Random, length: usize) -> Vec<u8> {
    (0..length).map(|_| random.below(255) as u8).collect()
}

/// Whether the picture is that of `intact`, and what is wrong.
fn compared(file: &[u8], intact: &[u8], scale: Scale) -> (bool, Vec<DamageKind>) {
    let mut buffers = Buffers::new();
    let whole = decode(intact, scale, &mut buffers).unwrap();
    assert!(whole.damage.is_empty(), "{:?}", whole.damage);
    let whole = whole.pixels.to_rgb().into_owned();
    let opened = open(file).unwrap();
    let picture = opened
        .decode(scale, Precision::Checked, &mut buffers)
        .unwrap();
    let kinds = picture.damage.iter().map(|damage| damage.kind).collect();
    (*picture.pixels.to_rgb() == *whole, kinds)
}

#[test]
fn bytes_before_the_end_marker() {
    let mut random = Random(11);
    let mut fillings = vec![
        vec![0; 1],
        vec![0; 64],
        vec![0; 4096],
        vec![0xFF; 3],
        vec![0xFF; 512],
        vec![0x12, 0x00],
        b"\r\n".to_vec(),
        [&[0; 30][..], &[0xFF; 2]].concat(),
    ];
    fillings.extend([1, 2, 7, 300].map(|length| noise(&mut random, length)));
    let (mut all, mut harmless) = (0, 0);
    for intact in codings() {
        let (front, end) = intact.split_at(intact.len() - 2);
        for filling in &fillings {
            let file = [front, filling, end].concat();
            let scale = Scale::ALL[all % 4];
            let (same, kinds) = compared(&file, &intact, scale);
            assert!(same, "{filling:?}");
            // libjpeg-turbo shows the same.
            assert_eq!(oracle(&file, scale), oracle(&intact, scale));
            all += 1;
            harmless += usize::from(kinds.iter().all(|kind| kind.is_harmless()));
        }
    }
    // A few fillings happen to be whole MCUs.
    assert!(harmless * 100 >= all * 97, "{harmless} of {all}");
}

#[test]
fn bytes_before_restart_markers() {
    let mut random = Random(5);
    let (mut all, mut harmless) = (0, 0);
    for intact in codings() {
        let markers = restarts(&intact);
        if markers.is_empty() {
            continue;
        }
        for length in [0, 1, 2, 40] {
            let mut file = intact.clone();
            for &at in markers.iter().rev() {
                let filling = match length {
                    0 => vec![0xFF; 3],
                    1 => vec![0; 24],
                    length => noise(&mut random, length),
                };
                file.splice(at..at, filling);
            }
            let (same, kinds) = compared(&file, &intact, Scale::ALL[all % 4]);
            assert!(same);
            // There are hundreds of markers, and a few fillings happen to be whole MCUs.
            if length < 2 || markers.len() < 30 {
                all += 1;
                harmless += usize::from(kinds.iter().all(|kind| kind.is_harmless()));
            }
        }
    }
    assert!(
        all >= 20 && harmless * 100 >= all * 90,
        "{harmless} of {all}"
    );
}

#[test]
fn other_data_instead_of_an_end_marker() {
    let mut random = Random(3);
    let second = Coding::default().file();
    for intact in codings() {
        let front = &intact[..intact.len() - 2];
        // A film or a maker's data, in which any marker may appear by chance but that of the end.
        let mut film = b"\0\0\0\x18ftypmp42\0\0\0\0isom".to_vec();
        film.extend((0..5000).map(|_| random.below(256) as u8));
        film.extend([0xFF, 0xE1, 0xFF, 0xFF, 7, 7, 0xFF, 0xC4, 0, 9, 1, 2, 3]);
        for at in 1..film.len() {
            if film[at - 1] == 0xFF && film[at] == 0xD9 {
                film[at] = 0;
            }
        }
        for (trailer, damaged) in [
            (film, vec![DamageKind::StrayBytes, DamageKind::MissingEoi]),
            (second.clone(), vec![DamageKind::MissingEoi]),
            (
                b"\xFF\xE1\0\x40 cut off".to_vec(),
                vec![DamageKind::MissingEoi],
            ),
        ] {
            let file = [front, &trailer].concat();
            let (same, kinds) = compared(&file, &intact, Scale::Quarter);
            assert!(same);
            assert_eq!(kinds, damaged);
        }
    }
}

#[test]
fn an_end_that_was_filled_up_is_damage() {
    let mut noticed = 0;
    let files = codings();
    for intact in &files {
        for (fill, end) in [
            (vec![0; 4000], &[][..]),
            (vec![0; 400], &[0xFF, 0xD9]),
            (vec![0; 60], &[0xFF, 0xD9]),
        ] {
            let file = [&intact[..intact.len() - 42], &fill, end].concat();
            let picture = open(&file).unwrap();
            let mut buffers = Buffers::new();
            let picture = picture
                .decode(Scale::Full, Precision::Checked, &mut buffers)
                .unwrap();
            noticed += usize::from(!picture.damage.iter().all(Damage::is_harmless));
        }
    }
    // The cut may be in the last block, which zeros then end at once.
    let all = files.len() * 3;
    assert!(noticed * 100 >= all * 95, "{noticed} of {all}");
}

#[test]
fn data_of_more_lines_than_the_header_has_is_damage() {
    for sampling in [SAMPLINGS[0], SAMPLINGS[1], SAMPLINGS[4]] {
        let mut file = Coding {
            sampling,
            ..Coding::default()
        }
        .file();
        let frame = header_of(&file).frame_offset;
        for lines in [8, 64, 112] {
            file[frame + 5..frame + 7].copy_from_slice(&[0, lines]);
            let mut buffers = Buffers::new();
            let picture = decode(&file, Scale::Full, &mut buffers).unwrap();
            let kinds: Vec<_> = picture.damage.iter().map(|damage| damage.kind).collect();
            assert_eq!(kinds, [DamageKind::LeftOver], "{lines}");
        }
    }
}

/// `file` without the segments of this marker.
fn without(file: &[u8], marker: u8) -> Vec<u8> {
    let mut left = file[..2].to_vec();
    let mut at = 2;
    while file[at + 1] != 0xDA {
        let end = at + 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        if file[at + 1] != marker {
            left.extend(&file[at..end]);
        }
        at = end;
    }
    left.extend(&file[at..]);
    left
}

#[test]
fn a_frame_of_motion_jpeg_means_the_tables_of_the_standard() {
    const DHT: u8 = 0xC4;
    for sampling in [SAMPLINGS[0], SAMPLINGS[1], SAMPLINGS[4]] {
        let coding = Coding {
            sampling,
            ..Coding::default()
        };
        let intact = coding.file();
        assert!(!open(&intact).unwrap().header().implied_tables);
        let file = without(&intact, DHT);
        assert!(file.len() < intact.len());
        assert!(open(&file).unwrap().header().implied_tables);
        let (same, kinds) = compared(&file, &intact, Scale::Full);
        assert!(same && kinds.is_empty(), "{kinds:?}");
        // Neither tables of the encoder's own nor those of a progressive file can be guessed.
        let optimised = Coding {
            optimised: true,
            ..coding
        };
        let progressive = Coding {
            progressive: true,
            ..coding
        };
        let mut buffers = Buffers::new();
        let file = without(&progressive.file(), DHT);
        assert!(!open(&file).unwrap().header().implied_tables);
        let picture = decode(&file, Scale::Full, &mut buffers).unwrap();
        assert_eq!(picture.damage[0].kind, DamageKind::MissingTable);
        let file = without(&optimised.file(), DHT);
        let picture = decode(&file, Scale::Full, &mut buffers).unwrap();
        assert!(!picture.damage.iter().all(Damage::is_harmless));
    }
}
