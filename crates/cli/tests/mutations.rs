//! What the fuzz targets of `crates/tools/fuzz` hold for any input, over the test photos and a few
//! thousand changes of them, the same in every run.

#![cfg(target_os = "linux")]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a helper of a test fails the test"
)]

mod common;

use std::fs;
use std::path::Path;

use common::Random;

#[path = "../../tools/fuzz/bodies/decode.rs"]
mod decode;
#[path = "../../tools/fuzz/bodies/exif_icc.rs"]
mod exif_icc;
#[path = "../../tools/fuzz/bodies/journal.rs"]
mod journal;
#[path = "../../tools/fuzz/bodies/jpeg.rs"]
mod jpeg;
#[path = "../../tools/fuzz/bodies/manifest.rs"]
mod manifest;
#[path = "../../tools/fuzz/bodies/policy.rs"]
mod policy;
#[path = "../../tools/fuzz/bodies/probe.rs"]
mod probe;
#[path = "../../tools/fuzz/bodies/records.rs"]
mod records;
#[path = "../../tools/fuzz/bodies/review.rs"]
mod review;
#[path = "../../tools/fuzz/bodies/tar.rs"]
mod tar;
#[path = "../../tools/fuzz/bodies/tools.rs"]
mod tools;

impl Random {
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        (0..length).map(|_| self.below(256) as u8).collect()
    }

    /// Changes `input` here and there; `other` is one that it may get a part of.
    fn change(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..=self.below(4) {
            let at = self.below(input.len() + 1);
            let end = (at + self.below(64)).min(input.len());
            match self.below(7) {
                0 => input.truncate(at),
                1 => drop(input.drain(at..end)),
                2 => drop(input.splice(at..at, self.bytes(end - at))),
                3 => drop(input.splice(at..at, input[at..end].to_vec())),
                4 => {
                    let from = self.below(other.len());
                    let part = &other[from..(from + 64).min(other.len())];
                    drop(input.splice(at..end, part.iter().copied()));
                }
                5 if at < input.len() => input[at] = [0, 0xFF, 0x7F, 0x80][self.below(4)],
                _ if at < input.len() => input[at] ^= 1 << self.below(8),
                _ => {}
            }
        }
    }
}

/// Runs `body` over the seeds as they are, then over that many changes of them.
fn survives(body: fn(&[u8]), seeds: &[Vec<u8>], times: usize) {
    seeds.iter().for_each(|seed| body(seed));
    let mut random = Random(0x5eed_f022);
    for _ in 0..times {
        let mut input = seeds[random.below(seeds.len())].clone();
        let other = &seeds[random.below(seeds.len())];
        random.change(&mut input, other);
        body(&input);
    }
}

/// The test photos, as far as their first `most` bytes.
fn photos(most: usize) -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(common::PHOTOS)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    let read = |path| {
        let mut photo = fs::read(path).unwrap();
        photo.truncate(most);
        photo
    };
    paths.iter().map(read).collect()
}

/// Input for targets that make something of it.
fn noise() -> Vec<Vec<u8>> {
    let mut random = Random(0x5eed_0001);
    let mut seeds: Vec<_> = (1..30).map(|n| random.bytes(n * 150)).collect();
    seeds.iter_mut().for_each(|seed| seed[0] |= 1);
    seeds
}

fn text(lines: &[&str]) -> Vec<Vec<u8>> {
    lines.iter().map(|line| line.as_bytes().to_vec()).collect()
}

#[test]
fn photos_are_reviewed() {
    survives(review::run, &photos(usize::MAX), 120);
}

#[test]
fn headers_are_read() {
    survives(probe::run, &photos(2000), 10_000);
}

#[test]
fn pictures_are_decoded() {
    let mut seeds = photos(20_000);
    for (number, seed) in seeds.iter_mut().enumerate() {
        seed.insert(0, number as u8);
    }
    survives(decode::run, &seeds, 2000);
}

#[test]
fn made_headers_are_read_as_written() {
    survives(jpeg::run, &noise(), 1000);
}

#[test]
fn metadata_cost_no_picture() {
    // An Exif segment of the target's form, and the profile of a photo.
    let exif = b"\0\0\0\x1AExif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06";
    let profile = fs::read(Path::new(common::PHOTOS).join("accept_icc_display_p3.jpg")).unwrap();
    let at = profile.windows(2).position(|w| w == [0xFF, 0xE2]).unwrap();
    let length = usize::from(u16::from_be_bytes([profile[at + 2], profile[at + 3]])) - 2;
    let content = &profile[at + 4..at + 4 + length];
    let icc = [&[0, 1], &(length as u16).to_be_bytes()[..], content].concat();
    let segment = |kind: u8, content: &[u8]| {
        [&[kind], &(content.len() as u16).to_be_bytes()[..], content].concat()
    };
    // Content Credentials in two parts, and Samsung's trailer behind the picture.
    let boxes = b"\0\0\0\x2Ajumb\0\0\0\x22cbor\x66action\x6Bc2pa.edited\xA0\x64name\x60";
    let part =
        |number: u8, part: &[u8]| segment(4, &[b"JP\0\x01\0\0\0", &[number][..], part].concat());
    let again = [&boxes[..8], &boxes[20..]].concat();
    let credentials = [&[0][..], &part(1, &boxes[..20]), &part(2, &again)].concat();
    let block = b"\0\0\xA1\x0B\x18\0\0\0PhotoEditor_Re_Edit_Data{}";
    let directory = b"SEFH\x6A\0\0\0\x01\0\0\0\0\0\xA1\x0B\x22\0\0\0\x22\0\0\0\x18\0\0\0SEFT";
    let samsung = [&[2][..], &segment(0, &[&block[..], directory].concat())].concat();
    survives(
        exif_icc::run,
        &[exif.to_vec(), icc, credentials, samsung],
        10_000,
    );
}

#[test]
fn policies_are_written_as_read() {
    let policy = shomei::Policy::my_number_card().to_toml();
    let mut seeds = text(&[
        &policy,
        "base = \"icao\"\nname = \"a\"\n",
        "[noisy]\nrefer_above = 1e-3\n[blurred]\nenabled = false\n",
    ]);
    let tables = policy.split("\n\n").skip(2);
    seeds.extend(tables.map(|table| table.as_bytes().to_vec()));
    survives(policy::run, &seeds, 5000);
}

#[test]
fn stored_reviews_are_judged() {
    let lines: Vec<_> = include_str!("../../tools/fuzz/bodies/reviews.jsonl")
        .lines()
        .collect();
    survives(records::run, &text(&lines), 5000);
}

#[test]
fn rows_of_a_manifest_are_ids() {
    let mut seeds = noise();
    seeds.extend(text(&[
        "\0application_id,path\nA-1,a.jpg\nA-2,b.jpg\n",
        "\0\u{feff}path,note,application_id,waive,policy\r\n\"a,1.jpg\",x,A-1,turned;tilted,icao\r\n",
    ]));
    survives(manifest::run, &seeds, 10_000);
}

#[test]
fn a_torn_journal_goes_on() {
    survives(journal::run, &noise(), 3000);
}

#[test]
fn entries_of_an_archive_are_photos_once() {
    let mut seeds = noise();
    seeds.push([vec![0], tar::archive_of(&noise()[20])].concat());
    survives(tar::run, &seeds, 3000);
}
