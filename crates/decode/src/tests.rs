//! Whole files through [`decode`].

use moxcms::ColorProfile;
use shomei_photo::{ColourModel, IccState, ImageSize, Peculiarity, Process, Ratio};

use super::*;
use crate::testing::{self, Noise, encode, encode_grey, find, jpeg, tiff, with_segment};

fn with(bytes: &[u8], limits: &Limits, options: &Options) -> Decoded {
    decode(bytes, limits, options, &mut Scratch::new())
}

fn read(bytes: &[u8]) -> Decoded {
    with(bytes, &Limits::default(), &Options::default())
}

fn facts(decoded: &Decoded) -> &JpegFacts {
    decoded.facts.jpeg.as_ref().unwrap()
}

fn detail(bytes: &[u8]) -> String {
    let decoded = read(bytes);
    assert!(decoded.photo.is_none());
    match decoded.facts.decoding {
        Decoding::Corrupt { detail } => detail,
        other => panic!("{other:?}"),
    }
}

const COLOURS: [[u8; 3]; 6] = [
    [220, 30, 30],
    [30, 200, 30],
    [30, 30, 220],
    [220, 220, 30],
    [30, 200, 200],
    [240, 240, 240],
];

/// A picture of blocks of 32 × 32 pixels in the colours of `rows`, given by their index.
fn blocks(rows: &[&str]) -> (Vec<u8>, u16, u16) {
    let (columns, lines) = (rows[0].len(), rows.len());
    let mut rgb = Vec::new();
    for y in 0..lines * 32 {
        for x in 0..columns * 32 {
            let index = rows[y / 32].as_bytes()[x / 32] - b'0';
            rgb.extend(COLOURS[usize::from(index)]);
        }
    }
    (rgb, columns as u16 * 32, lines as u16 * 32)
}

fn near(pixel: [u8; 3], colour: [u8; 3]) -> bool {
    pixel.iter().zip(colour).all(|(a, b)| a.abs_diff(b) <= 12)
}

#[test]
fn every_orientation_ends_upright() {
    for (value, stored) in [
        (1, ["01", "23", "45"].as_slice()),
        (2, &["10", "32", "54"]),
        (3, &["54", "32", "10"]),
        (4, &["45", "23", "01"]),
        (5, &["024", "135"]),
        (6, &["135", "024"]),
        (7, &["531", "420"]),
        (8, &["420", "531"]),
        // Out of range: as it is stored.
        (0, &["01", "23", "45"]),
        (99, &["01", "23", "45"]),
    ] {
        let (rgb, width, height) = blocks(stored);
        let exif = [b"Exif\0\0", &tiff(value % 2 == 0, value, None)[..]].concat();
        let file = with_segment(&encode(&rgb, width, height), 0xE1, &exif);
        let options = Options {
            working_size: 48,
            ..Options::default()
        };
        let decoded = with(&file, &Limits::default(), &options);
        let photo = decoded.photo.as_ref().unwrap();
        assert_eq!((photo.size().width(), photo.size().height()), (32, 48));
        let original = photo.frame().original();
        assert_eq!((original.width(), original.height()), (64, 96));
        assert_eq!(facts(&decoded).shown_size(), Some(original));
        for (index, colour) in COLOURS.into_iter().enumerate() {
            let (x, y) = (index as u32 % 2 * 16 + 8, index as u32 / 2 * 16 + 8);
            assert!(near(photo.pixel(x, y), colour), "{value}: block {index}");
        }
    }
}

#[test]
fn small_pictures_are_not_enlarged() {
    let decoded = read(&jpeg(40, 30));
    let photo = decoded.photo.unwrap();
    assert_eq!((photo.size().width(), photo.size().height()), (40, 30));
    assert_eq!(photo.frame().scale(), (1.0, 1.0));
}

#[test]
fn the_facts_are_those_of_the_file() {
    let file = [jpeg(100, 80), vec![0; 5]].concat();
    let decoded = read(&file);
    assert_eq!(decoded.facts.bytes, file.len() as u64);
    assert_eq!(decoded.facts.decoding, Decoding::Complete);
    let facts = facts(&decoded);
    assert_eq!(facts.stored_size, ImageSize::new(100, 80));
    assert_eq!(facts.process, Process::Baseline);
    assert_eq!((facts.precision_bits, facts.components), (8, 3));
    assert_eq!(facts.colour_model, ColourModel::YCbCr);
    assert_eq!((facts.eoi, facts.trailing_bytes), (true, 5));
    assert_eq!((facts.quality, facts.editor.as_deref()), (Some(90), None));
    assert_eq!(facts.icc, IccState::Absent);
}

#[test]
fn grey_becomes_rgb() {
    let decoded = read(&encode_grey(&[90; 64 * 64], 64, 64));
    assert_eq!(facts(&decoded).colour_model, ColourModel::Grey);
    let photo = decoded.photo.unwrap();
    assert!(near(photo.pixel(3, 3), [90; 3]));
    assert_eq!(photo.rgb().len(), 64 * 64 * 3);
}

#[test]
fn components_without_a_transform_are_rgb() {
    // Y, Cb and Cr of a file that we write, read as R, G and B. Flat, so that the values stand
    // in the file as they are.
    let file = encode(&[[120, 60, 200]; 64 * 64].concat(), 64, 64);
    let ycc = read(&file).photo.unwrap().pixel(9, 9);
    assert!(near(ycc, [120, 60, 200]), "{ycc:?}");
    let [r, g, b] = [120.0_f32, 60.0, 200.0];
    let y = 0.299 * r + 0.587 * g + 0.114 * b;
    let expected = [y, 128.0 + (b - y) * 0.564, 128.0 + (r - y) * 0.713].map(|v| v as u8);
    let plain = testing::without_jfif(&file);
    let adobe = b"Adobe\0\x64\0\0\0\0\0";
    for rgb in [
        with_segment(&plain, 0xEE, adobe),
        testing::with_component_names(&plain, *b"RGB"),
        with_segment(
            &testing::with_component_names(&plain, [9, 8, 7]),
            0xEE,
            adobe,
        ),
    ] {
        let decoded = read(&rgb);
        assert_eq!(facts(&decoded).colour_model, ColourModel::Rgb);
        let pixel = decoded.photo.unwrap().pixel(9, 9);
        assert!(near(pixel, expected), "{pixel:?} {expected:?}");
    }
    // Names alone do not make RGB of a file that is marked as YCbCr.
    let named = testing::with_component_names(&plain, *b"RGB");
    let marked = with_segment(&named, 0xEE, b"Adobe\0\x64\0\0\0\0\x01");
    assert!(near(
        read(&marked).photo.unwrap().pixel(9, 9),
        [120, 60, 200]
    ));
}

#[test]
fn profiles_are_applied_to_the_small_picture() {
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let chunk = |number: u8, data: &[u8]| [&b"ICC_PROFILE\0"[..], &[number, 2], data].concat();
    let file = encode(&[[200, 100, 100]; 64 * 64].concat(), 64, 64);
    let (front, back) = profile.split_at(100);
    // The second chunk comes first in the file.
    let file = with_segment(&file, 0xE2, &chunk(1, front));
    let missing = read(&file);
    assert_eq!(facts(&missing).icc, IccState::Unusable);
    assert!(near(missing.photo.unwrap().pixel(5, 5), [200, 100, 100]));
    let file = with_segment(&file, 0xE2, &chunk(2, back));
    let decoded = read(&file);
    assert_eq!(facts(&decoded).icc, IccState::Converted);
    let pixel = decoded.photo.unwrap().pixel(5, 5);
    assert!(pixel[0] > 207 && pixel[1] < 97, "{pixel:?}");
}

#[test]
fn cut_files_are_truncated_at_every_length() {
    let whole = jpeg(200, 160);
    let scan = find(&whole, 0xDA);
    let mut last = 0.0;
    for percent in (0..100).step_by(2) {
        let cut = &whole[..whole.len() * percent / 100];
        let decoded = read(cut);
        assert!(decoded.photo.is_none(), "{percent} %");
        match decoded.facts.decoding {
            Decoding::Truncated { valid_ratio: None } => assert!(cut.len() < scan + 14),
            Decoding::Truncated {
                valid_ratio: Some(ratio),
            } => {
                assert!(cut.len() > scan);
                assert!((last..1.0).contains(&ratio.get()), "{percent} %: {ratio}");
                last = ratio.get();
            }
            Decoding::NotJpeg => assert!(cut.len() < 3),
            other => panic!("{percent} %: {other:?}"),
        }
    }
    assert!(last > 0.95);
    for missing in 3..40 {
        let cut = &whole[..whole.len() - missing];
        let decoded = read(cut);
        let Decoding::Truncated {
            valid_ratio: Some(ratio),
        } = decoded.facts.decoding
        else {
            panic!("{missing}: {:?}", decoded.facts.decoding);
        };
        assert!((0.9..1.0).contains(&ratio.get()), "{missing}: {ratio}");
        assert!(decoded.photo.is_none());
        assert!(!facts(&decoded).eoi);
    }
}

#[test]
fn a_picture_without_its_end_marker_is_shown() {
    let whole = jpeg(200, 160);
    let expected = read(&whole).photo.unwrap();
    for missing in [1, 2] {
        let decoded = read(&whole[..whole.len() - missing]);
        assert_eq!(
            decoded.facts.decoding,
            Decoding::Truncated {
                valid_ratio: Ratio::new(1.0)
            }
        );
        assert!(!facts(&decoded).eoi);
        assert_eq!(decoded.photo.unwrap().rgb(), expected.rgb());
    }
    // Filled up with zeros, as a broken upload may be: who knows where the data end.
    let filled = [&whole[..whole.len() - 40], &[0; 4000]].concat();
    let decoded = read(&filled);
    assert!(decoded.photo.is_none());
    assert!(!facts(&decoded).eoi);
}

#[test]
fn bytes_that_leave_the_picture_whole_do_no_harm() {
    let whole = jpeg(64, 48);
    let expected = read(&whole).photo.unwrap();
    let (front, end) = whole.split_at(whole.len() - 2);
    for extra in [&[0; 7][..], &[0; 100], &[0x55; 7], b"\x12\0", &[0xFF; 40]] {
        let decoded = read(&[front, extra, end].concat());
        assert_eq!(decoded.facts.decoding, Decoding::Complete, "{extra:?}");
        assert!(facts(&decoded).eoi);
        assert_eq!(decoded.photo.unwrap().rgb(), expected.rgb());
    }
    // A film in the place of the end marker.
    let decoded = read(&[front, b"\0\0\0\x18ftypmp42\xFF\xE1\xFF\xFE\xFF\xDA\0\x03"].concat());
    let valid_ratio = Ratio::new(1.0);
    assert_eq!(decoded.facts.decoding, Decoding::Truncated { valid_ratio });
    assert_eq!(decoded.photo.unwrap().rgb(), expected.rgb());
}

#[test]
fn data_that_is_left_over_is_damage() {
    // A picture of more lines than its header says.
    let mut file = jpeg(64, 48);
    let frame = find(&file, 0xC0);
    file[frame + 6] = 40;
    let detail = detail(&file);
    assert!(detail.starts_with("data is left over at byte "), "{detail}");
    // What is wrong with it is not known, so no share of it is right.
    assert!(!detail.contains('%'), "{detail}");
}

#[test]
fn a_frame_of_motion_jpeg_is_read_with_the_standards_tables() {
    let whole = jpeg(64, 48);
    let mut file = whole.clone();
    while let Some(at) = file.windows(2).position(|w| w == [0xFF, 0xC4]) {
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        file.drain(at..at + 2 + length);
    }
    assert!(file.len() < whole.len());
    let (decoded, expected) = (read(&file), read(&whole));
    assert_eq!(decoded.facts.decoding, Decoding::Complete);
    let peculiarity = |decoded: &Decoded| facts(decoded).peculiarity;
    assert_eq!(peculiarity(&decoded), Some(Peculiarity::ImpliedTables));
    assert_eq!(peculiarity(&expected), None);
    assert_eq!(decoded.photo.unwrap().rgb(), expected.photo.unwrap().rgb());
}

#[test]
fn a_height_behind_the_scan_is_not_supported() {
    let whole = jpeg(64, 48);
    let frame = find(&whole, 0xC0);
    let (front, end) = whole.split_at(whole.len() - 2);
    let mut file = [front, b"\xFF\xDC\0\x04\0\x30", end].concat();
    file[frame + 5..frame + 7].fill(0);
    let decoded = read(&file);
    assert_eq!(decoded.facts.decoding, Decoding::UnsupportedJpeg);
    assert!(decoded.photo.is_none());
    let facts = facts(&decoded);
    assert_eq!(facts.peculiarity, Some(Peculiarity::LateHeight));
    assert_eq!(facts.stored_size, ImageSize::new(64, 48));
    assert!(facts.eoi);
}

#[test]
fn wrong_code_is_damage_and_said_where() {
    let whole = jpeg(200, 160);
    let scan = find(&whole, 0xDA);
    let mut noise = Noise(0xFEED);
    for _ in 0..50 {
        let mut file = whole.clone();
        let at = scan + 100 + noise.below(file.len() / 2);
        for byte in &mut file[at..at + 64] {
            *byte = noise.next() as u8 & 0x7F;
        }
        let detail = detail(&file);
        assert!(detail.contains(" at byte "), "{detail}");
        assert!(detail.contains(" in scan 0, mcu row "), "{detail}");
        // Everything was read where no code of the table was wrong, but not rightly.
        let share = detail.ends_with(" % of the picture is valid");
        assert!(share || detail.starts_with("data is left over"), "{detail}");
    }
}

#[test]
fn other_formats_are_not_jpeg() {
    for bytes in [
        &b""[..],
        b"\x89PNG\r\n\x1A\n",
        b"hello",
        b"\0\0\0",
        b"\xFF\xD8",
    ] {
        let decoded = read(bytes);
        assert_eq!(decoded.facts.decoding, Decoding::NotJpeg);
        assert!(decoded.facts.jpeg.is_none() && decoded.photo.is_none());
    }
}

#[test]
fn unsupported_processes_and_models_keep_their_facts() {
    let file = jpeg(64, 64);
    let frame = find(&file, 0xC0);
    let patched = |at: usize, value: u8| {
        let mut file = file.clone();
        file[at] = value;
        read(&file)
    };
    for (marker, process) in [
        (0xC3, Process::Lossless),
        (0xC5, Process::Hierarchical),
        (0xC9, Process::Arithmetic),
        (0xCA, Process::Arithmetic),
        (0xF7, Process::Lossless),
    ] {
        let decoded = patched(frame + 1, marker);
        assert_eq!(decoded.facts.decoding, Decoding::UnsupportedJpeg);
        assert_eq!(facts(&decoded).process, process);
        assert!(decoded.photo.is_none());
    }
    let decoded = patched(frame + 4, 12);
    assert_eq!(decoded.facts.decoding, Decoding::UnsupportedJpeg);
    assert_eq!(facts(&decoded).precision_bits, 12);
    // A fourth component: the header grows by three bytes.
    let mut cmyk = file.clone();
    cmyk[frame + 3] += 3;
    cmyk[frame + 9] = 4;
    cmyk.splice(frame + 19..frame + 19, [4, 0x11, 0]);
    let decoded = read(&cmyk);
    assert_eq!(decoded.facts.decoding, Decoding::UnsupportedColour);
    assert_eq!(facts(&decoded).colour_model, ColourModel::Cmyk);
    let marked = with_segment(&cmyk, 0xEE, b"Adobe\0\x64\0\0\0\0\x02");
    assert_eq!(facts(&read(&marked)).colour_model, ColourModel::Ycck);
}

#[test]
fn limits_are_met_before_decoding() {
    let file = jpeg(64, 48);
    let decoding = |limits: &Limits| with(&file, limits, &Options::default()).facts.decoding;
    let limits = Limits::default();
    for (limits, limit) in [
        (
            Limits {
                max_bytes: 100,
                ..limits
            },
            LimitKind::Bytes,
        ),
        (
            Limits {
                max_pixels: 64 * 48 - 1,
                ..limits
            },
            LimitKind::Pixels,
        ),
        (
            Limits {
                max_scans: 0,
                ..limits
            },
            LimitKind::Scans,
        ),
    ] {
        assert_eq!(decoding(&limits), Decoding::LimitExceeded { limit });
    }
    let exact = Limits {
        max_bytes: file.len() as u64,
        max_pixels: 64 * 48,
        max_scans: 1,
        ..limits
    };
    assert_eq!(decoding(&exact), Decoding::Complete);
    // One file is let in whatever is said.
    let held = |max_held| Limits { max_held, ..exact }.held(3);
    let one = exact.max_bytes + 1;
    assert_eq!(
        [None, Some(0), Some(one + 1)].map(held),
        [one + 3 * (14 << 20), one, one + 1]
    );

    let mut bomb = file.clone();
    let frame = find(&bomb, 0xC0);
    bomb[frame + 5..frame + 9].fill(0xFF);
    let decoded = read(&bomb);
    assert_eq!(facts(&decoded).stored_size, ImageSize::new(65535, 65535));
    let limit = LimitKind::Pixels;
    assert_eq!(decoded.facts.decoding, Decoding::LimitExceeded { limit });

    // A progressive file whose scan is repeated.
    let scan = find(&file, 0xDA);
    let mut scans = file[..scan].to_vec();
    scans[frame + 1] = 0xC2;
    for _ in 0..200 {
        scans.extend_from_slice(&file[scan..file.len() - 2]);
    }
    let limit = LimitKind::Scans;
    let decoded = read(&scans);
    assert_eq!(decoded.facts.decoding, Decoding::LimitExceeded { limit });
}

#[test]
fn damage_that_the_markers_show_is_found() {
    let file = jpeg(64, 64);
    let (frame, scan) = (find(&file, 0xC0), find(&file, 0xDA));
    let sized = |height: u8, width: u8| {
        let mut file = file.clone();
        file[frame + 6] = height;
        file[frame + 8] = width;
        detail(&file)
    };
    let at = |what: &str, place: usize, rest: &str| format!("{what} at byte {place}{rest}");
    assert_eq!(
        sized(0, 64),
        format!("the frame has no lines or no columns (at byte {frame})")
    );
    // More data than the size takes.
    assert!(sized(3, 3).starts_with("data is left over at byte "));
    // Less data than the size needs.
    let mut long = file.clone();
    long[frame + 5] = 200;
    let end = file.len() - 2;
    let early = detail(&long);
    assert!(
        early.starts_with(&at("unexpected marker", end, " in scan 0, mcu row 8; ")),
        "{early}"
    );
    assert!(early.ends_with("0 % of the picture is valid"), "{early}");

    let ends = [0xFF, 0xD9];
    assert_eq!(
        detail(&[&file[..2], &ends].concat()),
        "no frame header (at byte 2)"
    );
    assert_eq!(
        detail(&[&file[..scan], &ends].concat()),
        format!("no scan (at byte {scan})")
    );
    let none = " in scan 0; 0 % of the picture is valid";
    let mut unnamed = file.clone();
    unnamed[scan + 5] = 77;
    assert_eq!(detail(&unnamed), at("invalid scan", scan, none));
    let table = find(&file, 0xDB);
    let mut untabled = file.clone();
    untabled[table + 1] = 0xFE;
    assert_eq!(detail(&untabled), at("missing table", scan, none));

    // A scan of the first component alone.
    let mut alone = encode_grey(&[90; 64 * 64], 64, 64);
    let frame = find(&alone, 0xC0);
    alone[frame + 3] += 6;
    alone[frame + 9] = 3;
    alone.splice(frame + 13..frame + 13, [2, 0x11, 0, 3, 0x11, 0]);
    let end = alone.len() - 2;
    assert_eq!(detail(&alone), at("missing scan", end, none));
    // Restart markers promised, and not one there.
    let promised = detail(&with_segment(&file, 0xDD, &[0, 2]));
    assert!(
        promised.starts_with("unexpected marker at byte "),
        "{promised}"
    );
    // And out of order.
    let mut turned = with_segment(&file, 0xDD, &[0, 2]);
    let end = turned.len() - 2;
    turned.splice(end..end, [0xFF, 0xD5]);
    let turned = detail(&turned);
    assert!(
        turned.starts_with("restart markers out of order at byte "),
        "{turned}"
    );
}

#[test]
fn hostile_metadata_does_not_touch_the_picture() {
    let file = jpeg(64, 64);
    let mut looped = tiff(true, 3, Some("x"));
    let next = looped.len() - 6;
    looped[next..next + 4].copy_from_slice(&[8, 0, 0, 0]);
    let mut wild = tiff(false, 3, None);
    wild[8..10].fill(0xFF);
    for exif in [looped, wild] {
        let exif = [b"Exif\0\0", &exif[..]].concat();
        let decoded = read(&with_segment(&file, 0xE1, &exif));
        assert_eq!(decoded.facts.decoding, Decoding::Complete);
        assert_eq!(facts(&decoded).orientation, 3);
    }
}

/// Photos of every kind, and each with damage in its middle.
#[test]
fn nothing_of_one_photo_shows_in_the_next() {
    let photos = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/photos");
    let entries = std::fs::read_dir(photos).unwrap();
    let mut files: Vec<_> = entries
        .map(|entry| std::fs::read(entry.unwrap().path()).unwrap())
        .collect();
    files.extend([
        jpeg(640, 960),
        encode_grey(&[90; 600 * 500], 600, 500),
        jpeg(33, 7),
    ]);
    let mut noise = Noise(0xD1127);
    for index in 0..files.len() {
        let mut damaged = files[index].clone();
        let middle = damaged.len() / 2;
        for byte in damaged.iter_mut().skip(middle).take(8) {
            *byte = noise.next() as u8;
        }
        files.push(damaged);
    }
    let (limits, mut used) = (Limits::default(), Scratch::new());
    let mut whole = 0;
    for _ in 0..3 * files.len() {
        let file = &files[noise.below(files.len())];
        let options = Options {
            working_size: [100, 480, 800][noise.below(3)],
            ..Options::default()
        };
        let fresh = with(file, &limits, &options);
        let again = decode(file, &limits, &options, &mut used);
        assert_eq!(again.facts, fresh.facts);
        match (again.photo, fresh.photo) {
            (Some(again), Some(fresh)) => {
                assert_eq!(again.frame(), fresh.frame());
                assert!(again.rgb() == fresh.rgb());
                whole += 1;
            }
            (again, fresh) => assert!(again.is_none() && fresh.is_none()),
        }
    }
    assert!(whole > files.len());
}

#[test]
fn the_memory_of_a_large_photo_is_given_back() {
    let (small, large) = (jpeg(640, 480), encode(&[90; 2000 * 1500 * 3], 2000, 1500));
    let mut scratch = Scratch::new();
    let mut held_after = |file: &[u8], working_size| {
        let options = Options {
            working_size,
            ..Options::default()
        };
        let decoded = decode(file, &Limits::default(), &options, &mut scratch);
        assert!(decoded.photo.is_some());
        scratch.bytes()
    };
    assert!(held_after(&small, 480) > 0);
    assert!((1 << 19..Scratch::KEPT).contains(&held_after(&large, 480)));
    assert_eq!(held_after(&large, u32::MAX), 0);
}

#[test]
fn mutated_files_never_panic() {
    let exif = [b"Exif\0\0", &tiff(true, 6, Some("GIMP"))[..]].concat();
    let profile = ColorProfile::new_display_p3().encode().unwrap();
    let icc = [b"ICC_PROFILE\0\x01\x01", &profile[..]].concat();
    let colour = with_segment(&with_segment(&jpeg(40, 56), 0xE2, &icc), 0xE1, &exif);
    let grey = encode_grey(&[90; 40 * 56], 40, 56);
    let limits = Limits {
        max_pixels: 1_000_000,
        ..Limits::default()
    };
    let mut scratch = Scratch::new();
    let mut noise = Noise(0x5EED);
    for round in 0..4000 {
        let mut file = if round % 4 == 0 {
            grey.clone()
        } else {
            colour.clone()
        };
        for _ in 0..=noise.below(6) {
            let at = noise.below(file.len());
            let value = noise.next() as u8;
            match noise.below(5) {
                0 => file[at] = value,
                1 => file[at] ^= 1 << (value % 8),
                2 => file[at] = 0xFF,
                3 => {
                    file.remove(at);
                }
                _ => file.insert(at, value),
            }
        }
        let decoded = decode(
            &file,
            &limits,
            &Options {
                working_size: 32,
                ..Options::default()
            },
            &mut scratch,
        );
        let whole = match decoded.facts.decoding {
            Decoding::Complete => true,
            Decoding::Truncated { valid_ratio } => valid_ratio == Ratio::new(1.0),
            _ => false,
        };
        assert_eq!(decoded.photo.is_some(), whole, "round {round}");
    }
}

#[test]
fn any_bytes_behind_a_start_marker_never_panic() {
    let mut noise = Noise(0xBEEF);
    for length in 0..2000 {
        let mut file = vec![0xFF, 0xD8, 0xFF];
        // Markers are frequent, so that the walk gets somewhere.
        file.extend((0..length).map(|_| match noise.below(4) {
            0 => 0xFF,
            1 => 0xC0 + noise.below(0x3F) as u8,
            2 => noise.below(20) as u8,
            _ => noise.next() as u8,
        }));
        let _ = read(&file);
    }
}
