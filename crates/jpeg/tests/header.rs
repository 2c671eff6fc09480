//! What an open file says about files of every kind, and what is not decoded.
#![allow(clippy::unwrap_used, reason = "a test may fail so")]
#![allow(clippy::cast_possible_truncation, reason = "the numbers are small")]

mod common;

use std::borrow::Cow;

use common::{Coding, SAMPLINGS, decode, header_of, open, picture};
use jpeg_encoder::{ColorType, Density, Encoder};
use libjpeg_turbo_rs::{self as turbo, PixelFormat, Subsampling};
use shomei_jpeg::{
    Buffers, ColourModel, DamageKind, DensityUnit, ErrorKind, Orientation, Process, Scale, Segment,
    Unsupported,
};

fn refusal(file: &[u8]) -> Option<ErrorKind> {
    let mut buffers = Buffers::new();
    let refused = decode(file, Scale::Eighth, &mut buffers);
    refused.err().map(|error| error.kind())
}

#[test]
fn sizes_sampling_and_process() {
    for sampling in SAMPLINGS {
        for progressive in [false, true] {
            for restart in [0, 7] {
                let coding = Coding {
                    sampling,
                    progressive,
                    restart,
                    ..Coding::default()
                };
                let file = coding.file();
                let opened = open(&file).unwrap();
                let (header, extent) = (opened.header(), opened.extent());
                assert_eq!((header.width, header.height), (173, 131));
                assert_eq!((header.precision, header.restart_interval), (8, restart));
                let process = if progressive {
                    Process::Progressive
                } else {
                    Process::Baseline
                };
                assert_eq!(header.process, process);
                match sampling {
                    None => {
                        assert_eq!(header.colour, ColourModel::Grey);
                        assert_eq!(header.components.len(), 1);
                    }
                    Some(_) => {
                        assert_eq!(header.colour, ColourModel::YCbCr);
                        assert_eq!(header.components.len(), 3);
                    }
                }
                assert_eq!(extent.bytes, file.len());
                assert_eq!(extent.end, Some(file.len() - 2));
                assert_eq!(extent.trailing, 0);
                assert!(extent.scans > 0 && (extent.scans > 1 || !progressive));
                let mut buffers = Buffers::new();
                let picture = decode(&file, Scale::Half, &mut buffers).unwrap();
                assert_eq!(picture.extent, extent);
            }
        }
    }
}

#[test]
fn metadata() {
    let mut exif = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0".to_vec();
    exif.extend([0; 4]);
    let profile: Vec<u8> = (0..150_000u32).map(|i| (i * 7) as u8).collect();
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, 80);
    encoder.set_density(Density::Inch { x: 300, y: 299 });
    encoder.add_app_segment(1, &exif).unwrap();
    encoder.add_icc_profile(&profile).unwrap();
    encoder
        .encode(&picture(20, 10), 20, 10, ColorType::Rgb)
        .unwrap();
    file.extend(b"behind the end");
    let opened = open(&file).unwrap();
    let jfif = opened.header().jfif.unwrap();
    assert_eq!(jfif.unit, Some(DensityUnit::PerInch));
    assert_eq!((jfif.x_density, jfif.y_density), (300, 299));
    assert_eq!(opened.orientation(), Some(Orientation::Rotate90));
    assert!(opened.orientation().is_some_and(Orientation::swaps_sides));
    let segments = opened.segments();
    assert!(segments.contains(&Segment::Exif(&exif[6..])));
    let icc = opened.icc().unwrap();
    assert_eq!((icc.parts.len(), icc.complete), (3, true));
    assert_eq!(icc.profile().unwrap(), profile);
    assert_eq!(opened.extent().trailing, 14);
    assert_eq!(opened.header().adobe_transform, None);
    // Without its second part the profile is not whole.
    let parts: Vec<_> = (0..file.len() - 12)
        .filter(|&at| file[at..].starts_with(b"ICC_PROFILE\0"))
        .collect();
    file.drain(parts[1] - 4..parts[2] - 4);
    let opened = open(&file).unwrap();
    let icc = opened.icc().unwrap();
    assert!(!icc.complete && icc.profile().is_none());
}

#[test]
fn processes_that_are_only_reported() {
    let pixels = picture(40, 30);
    let encoder =
        || turbo::Encoder::new(&pixels, 40, 30, PixelFormat::Rgb).subsampling(Subsampling::S420);
    let lossless = turbo::compress_lossless(&pixels, 40, 30, PixelFormat::Rgb).unwrap();
    let twelve: Vec<i16> = pixels.iter().map(|&p| i16::from(p) * 16).collect();
    let twelve =
        turbo::precision::compress_12bit(&twelve, 40, 30, 3, 90, Subsampling::S444).unwrap();
    let mut cmyk = Vec::new();
    Encoder::new(&mut cmyk, 80)
        .encode(&[99; 40 * 30 * 4], 40, 30, ColorType::Cmyk)
        .unwrap();
    let mut ycck = Vec::new();
    Encoder::new(&mut ycck, 80)
        .encode(&[99; 40 * 30 * 4], 40, 30, ColorType::CmykAsYcck)
        .unwrap();
    let cases = [
        (
            encoder().arithmetic(true).encode().unwrap(),
            Process::Arithmetic,
            Unsupported::Arithmetic,
        ),
        (
            encoder()
                .arithmetic(true)
                .progressive(true)
                .encode()
                .unwrap(),
            Process::Arithmetic,
            Unsupported::Arithmetic,
        ),
        (lossless, Process::Lossless, Unsupported::Lossless),
        (
            twelve,
            Process::Extended,
            Unsupported::Precision { bits: 12 },
        ),
        (
            cmyk.clone(),
            Process::Baseline,
            Unsupported::Components { count: 4 },
        ),
        (
            ycck.clone(),
            Process::Baseline,
            Unsupported::Components { count: 4 },
        ),
    ];
    for (file, process, unsupported) in cases {
        let header = header_of(&file);
        assert_eq!((header.width, header.height), (40, 30));
        assert_eq!(
            (header.process, header.unsupported()),
            (process, Some(unsupported))
        );
        assert_eq!(refusal(&file), Some(ErrorKind::Unsupported(unsupported)));
    }
    assert_eq!(header_of(&cmyk).colour, ColourModel::Cmyk);
    assert_eq!(header_of(&ycck).colour, ColourModel::Ycck);
}

#[test]
fn rgb_is_told_by_adobe_or_by_names() {
    let pixels = picture(24, 24);
    let mut file = turbo::Encoder::new(&pixels, 24, 24, PixelFormat::Rgb)
        .colorspace(turbo::ColorSpace::Rgb)
        .quality(100)
        .encode()
        .unwrap();
    let header = header_of(&file);
    assert_eq!((header.colour, header.jfif), (ColourModel::Rgb, None));
    let mut buffers = Buffers::new();
    let ours = decode(&file, Scale::Full, &mut buffers).unwrap();
    let (most, _) = common::difference(&ours.pixels.to_rgb(), &pixels);
    assert!(most <= 3, "{most}");
    // Another transform, if the Adobe segment is there.
    if let Some(at) = file.windows(5).position(|w| w == b"Adobe") {
        file[at + 11] = 1;
        let header = header_of(&file);
        assert_eq!(
            (header.colour, header.adobe_transform),
            (ColourModel::YCbCr, Some(1))
        );
    }
}

#[test]
fn names_tell_rgb_where_nothing_else_does() {
    let mut file = Coding::default().file();
    // Without its JFIF segment.
    let length = usize::from(u16::from_be_bytes([file[4], file[5]]));
    file.drain(2..4 + length);
    let header = header_of(&file);
    assert_eq!((header.colour, header.jfif), (ColourModel::YCbCr, None));
    for (number, name) in b"RGB".iter().enumerate() {
        file[header.frame_offset + 10 + 3 * number] = *name;
    }
    assert_eq!(header_of(&file).colour, ColourModel::Rgb);
}

#[test]
fn the_height_may_come_behind_the_scan() {
    let mut file = Coding::default().file();
    let frame = header_of(&file).frame_offset;
    let mut buffers = Buffers::new();
    let expected = decode(&file, Scale::Quarter, &mut buffers)
        .unwrap()
        .pixels
        .to_rgb()
        .into_owned();
    let height: [u8; 2] = file[frame + 5..frame + 7].try_into().unwrap();
    file[frame + 5..frame + 7].fill(0);
    assert_eq!(open(&file).unwrap_err().kind(), ErrorKind::Empty);
    let end = file.len() - 2;
    file.splice(end..end, [0xFF, 0xDC, 0, 4, height[0], height[1]]);
    let header = header_of(&file);
    assert_eq!((header.height, header.height_from_dnl), (131, true));
    let picture = decode(&file, Scale::Quarter, &mut buffers).unwrap();
    assert!(picture.damage.is_empty());
    assert_eq!(picture.pixels.to_rgb(), expected);
}

#[test]
fn fill_bytes_and_stray_bytes_before_segments() {
    let mut file = Coding::default().file();
    let mut buffers = Buffers::new();
    let expected = decode(&file, Scale::Quarter, &mut buffers)
        .unwrap()
        .pixels
        .to_rgb()
        .into_owned();
    for at in [header_of(&file).scan_offset, 2] {
        file.splice(at..at, [0xFF; 9]);
    }
    let end = file.len() - 2;
    file.splice(end..end, [0xFF; 5]);
    let picture = decode(&file, Scale::Quarter, &mut buffers).unwrap();
    assert!(picture.damage.is_empty(), "{:?}", picture.damage);
    assert_eq!(picture.pixels.to_rgb(), expected);
    let frame = header_of(&file).frame_offset;
    file.splice(frame..frame, *b"stray");
    let end = file.len() - 7;
    file.splice(end..end, *b"too much of it");
    let picture = decode(&file, Scale::Quarter, &mut buffers).unwrap();
    let opened = open(&file).unwrap();
    assert_eq!(picture.damage[..1], *opened.damage());
    assert_eq!(picture.damage[0].offset, frame);
    assert_eq!(picture.damage.len(), 2);
    for damage in &picture.damage {
        assert_eq!(damage.kind, DamageKind::StrayBytes);
    }
    assert_eq!(picture.pixels.to_rgb(), expected);
}

#[test]
fn tables_of_sixteen_bits() {
    let pixels = picture(33, 31);
    let table: [u16; 64] = std::array::from_fn(|k| 4 + 9 * k as u16);
    let file = turbo::Encoder::new(&pixels, 33, 31, PixelFormat::Rgb)
        .quant_table(0, table)
        .force_baseline(false)
        .encode()
        .unwrap();
    let mut buffers = Buffers::new();
    for scale in Scale::ALL {
        let ours = decode(&file, scale, &mut buffers).unwrap();
        assert!(ours.damage.is_empty());
        let (_, _, theirs) = common::oracle(&file, scale).unwrap();
        assert_eq!(ours.pixels.to_rgb(), theirs);
    }
}

#[test]
fn what_is_no_picture() {
    let file = Coding::default().file();
    let header = header_of(&file);
    assert_eq!(refusal(b""), Some(ErrorKind::NotJpeg));
    assert_eq!(refusal(b"\x89PNG\r\n\x1a\n"), Some(ErrorKind::NotJpeg));
    assert_eq!(refusal(&file[1..]), Some(ErrorKind::NotJpeg));
    assert_eq!(refusal(b"\xFF\xD8"), Some(ErrorKind::Truncated));
    assert_eq!(refusal(b"\xFF\xD8\xFF\xD9"), Some(ErrorKind::NoFrame));
    let mut none = file[..header.scan_offset].to_vec();
    assert_eq!(refusal(&none), Some(ErrorKind::Truncated));
    none.extend([0xFF, 0xD9]);
    assert_eq!(refusal(&none), Some(ErrorKind::NoScan));
    for (at, value) in [(5, 0), (4, 9), (9, 0), (11, 0x50), (12, 9)] {
        let mut wrong = file.clone();
        let at = header.frame_offset + at;
        wrong[at] = value;
        if at == header.frame_offset + 5 {
            wrong[at + 1] = 0;
        }
        assert!(refusal(&wrong).is_some(), "{at}");
    }
}

#[test]
fn metadata_of_an_impossible_length_is_passed_over() {
    let mut file = Coding::default().file();
    let segments = open(&file).unwrap().segments().len();
    let table = header_of(&file).luma_table;
    assert!(table.is_some());
    for code in [0xE0, 0xE7, 0xFE] {
        file.splice(2..2, [0xFF, code, 0, 1]);
    }
    // What follows it at once is read.
    let table_at = file
        .windows(2)
        .position(|bytes| bytes == [0xFF, 0xDB])
        .unwrap();
    file.splice(table_at..table_at, [0xFF, 0xFE, 0, 0]);
    let end = file.len() - 2;
    file.splice(end..end, [0xFF, 0xFE, 0, 0]);
    assert_eq!(open(&file).unwrap().segments().len(), segments);
    assert_eq!(header_of(&file).luma_table, table);
    let mut buffers = Buffers::new();
    let picture = decode(&file, Scale::Full, &mut buffers).unwrap();
    assert!(picture.damage.is_empty(), "{:?}", picture.damage);
    // Of a segment that the picture depends on, no.
    file.splice(2..2, [0xFF, 0xC4, 0, 1]);
    assert!(open(&file).is_err());
}

#[test]
fn markers_that_libjpeg_refuses_are_refused() {
    let file = Coding::default().file();
    for inserted in [
        [0xFF, 0xD8, 0xFF, 0xFF],
        [0xFF, 0x02, 0, 2],
        [0xFF, 0xBF, 0, 2],
        [0xFF, 0xDF, 0, 2],
        [0xFF, 0xF0, 0, 2],
        [0xFF, 0xFD, 0, 2],
    ] {
        assert_eq!(refusal(&with(&file, &inserted)), Some(ErrorKind::Malformed));
    }
    for inserted in [[0xFF, 0x01, 0xFF, 0xFF], [0xFF, 0xD3, 0xFF, 0xFF]] {
        assert_eq!(refusal(&with(&file, &inserted)), None);
    }
}

/// The file with bytes put in behind its first marker.
fn with(file: &[u8], inserted: &[u8]) -> Vec<u8> {
    [&file[..2], inserted, &file[2..]].concat()
}

/// A segment with this marker and content.
fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = (content.len() as u16 + 2).to_be_bytes();
    [&[0xFF, marker], &length[..], content].concat()
}

#[test]
fn the_process_is_that_of_the_frame_header() {
    let mut file = Coding::default().file();
    let frame = header_of(&file).frame_offset;
    for (code, process) in [
        (0xC0, Process::Baseline),
        (0xC1, Process::Extended),
        (0xC2, Process::Progressive),
        (0xC3, Process::Lossless),
        (0xC5, Process::Hierarchical),
        (0xC6, Process::Hierarchical),
        (0xC7, Process::Lossless),
        (0xC9, Process::Arithmetic),
        (0xCA, Process::Arithmetic),
        (0xCB, Process::Lossless),
        (0xCD, Process::Arithmetic),
        (0xCE, Process::Arithmetic),
        (0xCF, Process::Lossless),
        (0xF7, Process::Lossless),
    ] {
        file[frame + 1] = code;
        assert_eq!(header_of(&file).process, process, "{code:x}");
    }
    file[frame + 1] = 0xC0;
    let header = header_of(&with(&file, &segment(0xDE, b"")));
    assert_eq!(header.process, Process::Hierarchical);
    assert_eq!(header.unsupported(), Some(Unsupported::Hierarchical));
    for (code, process) in [(0xC3, Process::Lossless), (0xC9, Process::Arithmetic)] {
        file[frame + 1] = code;
        let header = header_of(&with(&file, &segment(0xDE, b"")));
        assert_eq!(header.process, process, "{code:x}");
    }
}

#[test]
fn frame_headers_are_checked_field_by_field() {
    let file = Coding::default().file();
    let frame = header_of(&file).frame_offset;
    let read = |at: usize, value: u8| {
        let mut file = file.clone();
        file[frame + at] = value;
        let opened = open(&file).map_err(|error| error.kind())?;
        Ok(opened.header().clone())
    };
    // Sampling factors from 1 to 4, tables from 0 to 3.
    for (at, value) in [(11, 0x11), (11, 0x44), (14, 0x14), (12, 3)] {
        let header = read(at, value).unwrap();
        let component = header.components[(at - 10) / 3];
        let found = match at {
            12 => component.quantisation,
            _ => component.horizontal << 4 | component.vertical,
        };
        assert_eq!(found, value);
    }
    let second = read(13, 0x77).unwrap().components[1];
    assert_eq!(second.id, 0x77);
    for (at, value) in [
        (11, 0x01),
        (11, 0x10),
        (11, 0x15),
        (11, 0x51),
        (12, 4),
        // The first component's name again; two, four or no components in the room of three.
        (13, file[frame + 10]),
        (9, 2),
        (9, 4),
        (9, 0),
        // A byte more or less than the components take.
        (3, 18),
        (3, 16),
        (3, 7),
    ] {
        assert_eq!(read(at, value), Err(ErrorKind::Malformed), "{at} {value:x}");
    }
    let again = [&file[..frame], &file[frame..frame + 19], &file[frame..]].concat();
    assert_eq!(open(&again).unwrap_err().kind(), ErrorKind::Malformed);
    // Markers that stand alone, and segments that hold nothing, say nothing.
    let before = [&[0xFF, 0x01, 0xFF, 0xD3][..], &segment(0xE7, b"")].concat();
    let file = with(&file, &before);
    let opened = open(&file).unwrap();
    assert_eq!(opened.header().frame_offset, frame + before.len());
    assert_eq!(opened.damage(), []);
}

#[test]
fn application_segments_are_read_once_and_where_they_stand() {
    let file = Coding::default().file();
    let jfif = |unit| {
        segment(
            0xE0,
            &[&b"JFIF\0\x01\x02"[..], &[unit, 1, 44, 0, 72, 0, 0]].concat(),
        )
    };
    for (unit, expected) in [
        (0, Some(DensityUnit::Aspect)),
        (1, Some(DensityUnit::PerInch)),
        (2, Some(DensityUnit::PerCentimetre)),
        (3, None),
    ] {
        let header = header_of(&with(&file, &[jfif(unit), jfif(1)].concat()));
        let found = header.jfif.unwrap();
        assert_eq!((found.version, found.unit), ((1, 2), expected));
        assert_eq!((found.x_density, found.y_density), (300, 72));
    }
    let tiff = |value: u8| {
        [
            &b"MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..],
            &[value, 0, 0],
        ]
        .concat()
    };
    let exif = |value| segment(0xE1, &[&b"Exif\0\0"[..], &tiff(value)].concat());
    // What is another's APP1 comes before; of two, the first counts.
    let all = [segment(0xE1, b"http://ns.adobe.com/"), exif(6), exif(3)].concat();
    let file = with(&file, &all);
    let opened = open(&file).unwrap();
    assert_eq!(opened.orientation(), Orientation::from_exif(6));
    assert_eq!(opened.segments()[1], Segment::Exif(&tiff(6)));
    // Adobe's transform decides where there is no JFIF, and only in a segment of Adobe's.
    let plain = segment(0xEE, b"Other\0\x64\0\0\0\0\x01");
    assert_eq!(header_of(&with(&file, &plain)).adobe_transform, None);
    let adobe = segment(0xEE, b"Adobe\0\x64\0\0\0\0\x02");
    let header = header_of(&with(&file, &adobe));
    assert_eq!(header.adobe_transform, Some(2));
}

#[test]
fn a_colour_profile_is_complete_when_each_part_is_there_once() {
    let file = Coding::default().file();
    let part = |number, count, byte| {
        segment(
            0xE2,
            &[&b"ICC_PROFILE\0"[..], &[number, count], &[byte; 3]].concat(),
        )
    };
    for (parts, profile) in [
        (vec![(1, 1)], Some(vec![1])),
        (vec![(2, 2), (1, 2)], Some(vec![1, 2])),
        (vec![(1, 2)], None),
        (vec![(1, 2), (1, 2)], None),
        (vec![(0, 2), (1, 2)], None),
        (vec![(1, 2), (2, 3)], None),
        (vec![(1, 1), (2, 2)], None),
        (
            (1..=255).map(|number| (number, 255)).collect(),
            Some((1..=255).collect()),
        ),
        (
            (1..=255).chain([255]).map(|number| (number, 255)).collect(),
            None,
        ),
    ] {
        let segments: Vec<_> = parts
            .iter()
            .map(|&(number, count)| part(number, count, number))
            .collect();
        let file = with(&file, &segments.concat());
        let opened = open(&file).unwrap();
        let icc = opened.icc().unwrap();
        assert_eq!(icc.complete, profile.is_some(), "{parts:?}");
        let expected =
            profile.map(|bytes: Vec<u8>| bytes.iter().flat_map(|&byte| [byte; 3]).collect());
        assert_eq!(icc.profile().map(Cow::into_owned), expected);
    }
}
