//! Files made to break a reader, through the real program under limits of the operating system:
//! each gets one line with a verdict and a reason, in bounded time and memory.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod common;

use std::collections::HashSet;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use common::{PHOTOS, Random};

/// Most memory of the process at any time.
const PEAK_KIBIBYTES: u64 = 256 << 10;
/// Address space, of which much is set aside for threads and never used.
const ADDRESS_KIBIBYTES: u32 = 512 << 10;
/// Processor time of one photo on its own, with the start of the program.
const SECONDS_ALONE: u32 = 2;

/// Reviews the paths, each of them once, in a process that the operating system ends where it
/// takes more than this.
fn review(paths: &[PathBuf], seconds: u32, more: &[&str]) -> Output {
    let (output, peak) = measured(paths, seconds, more);
    assert!(peak <= PEAK_KIBIBYTES, "{peak} KiB");
    output
}

/// As [`review`], and the most memory that it took, in KiB.
fn measured(paths: &[PathBuf], seconds: u32, more: &[&str]) -> (Output, u64) {
    let list = tempfile::NamedTempFile::new().unwrap();
    let paths: Vec<_> = paths
        .iter()
        .map(|path| path.as_os_str().as_bytes())
        .collect();
    fs::write(list.path(), paths.join(&0)).unwrap();
    let child = Command::new("sh")
        .args(["-c", "ulimit -v $0 && ulimit -t $1 && shift && exec \"$@\""])
        .args([ADDRESS_KIBIBYTES, seconds].map(|limit| limit.to_string()))
        .args([
            env!("CARGO_BIN_EXE_shomei"),
            "review",
            "--null",
            "--files-from",
        ])
        .arg(list.path())
        .args(more)
        .env("LC_ALL", "C")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", child.id());
    let peak = thread::spawn(move || {
        let mut peak = 0;
        while let Some(kibibytes) = peak_kibibytes(&status) {
            peak = kibibytes;
            thread::sleep(Duration::from_millis(5));
        }
        peak
    });
    let output = child.wait_with_output().unwrap();
    (output, peak.join().unwrap())
}

/// The most memory that a process that runs had so far.
fn peak_kibibytes(status: &str) -> Option<u64> {
    let status = fs::read_to_string(status).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// The records of the paths, all of which are there, in their order, with a reason.
fn survive(paths: &[PathBuf]) -> Vec<Value> {
    let seconds = 20 + u32::try_from(paths.len()).unwrap() / 2;
    let output = review(paths, seconds, &["--format", "jsonl", "--jobs", "1"]);
    let message = String::from_utf8_lossy(&output.stderr);
    assert!(!message.contains("panicked"), "{message}");
    assert_eq!(
        output.status.code(),
        Some(1),
        "{:?}: {message}",
        output.status
    );
    let records: Vec<Value> = output
        .stdout
        .split_inclusive(|&byte| byte == b'\n')
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect();
    assert_eq!(records.len(), paths.len(), "one line each");
    let ids: HashSet<_> = records.iter().map(|record| &record["id"]).collect();
    assert_eq!(ids.len(), paths.len(), "each once");
    for (record, path) in records.iter().zip(paths) {
        if let Some(id) = path.to_str() {
            assert_eq!(record["id"], id);
        }
        let findings = record["findings"].as_array().unwrap();
        assert_eq!(
            record["verdict"] == "accept",
            findings.is_empty(),
            "{path:?}"
        );
        assert!(
            findings.iter().all(|found| found["code"].is_string()),
            "{path:?}"
        );
        // Caught panics stand there, too.
        assert_eq!(record["measurements"]["failure"], Value::Null, "{path:?}");
        // On one worker the clock runs at least as fast as its processor time.
        let timings = record["timings_ms"].as_object();
        let clock: f64 = timings
            .into_iter()
            .flat_map(|all| all.values().filter_map(Value::as_f64))
            .sum();
        if clock > 1000.0 {
            let alone = review(std::slice::from_ref(path), SECONDS_ALONE, &[]);
            assert!(alone.status.code().is_some(), "{path:?} took {clock} ms");
        }
    }
    records
}

/// Where the segments of a JPEG begin, as far as the first scan.
fn segments(file: &[u8]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 2;
    while file[at + 1] != 0xDA {
        found.push(at);
        at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
    }
    found.push(at);
    found
}

fn segment(file: &[u8], markers: &[u8]) -> usize {
    let all = segments(file);
    *all.iter()
        .find(|&&at| markers.contains(&file[at + 1]))
        .unwrap()
}

/// The file with bytes put in behind its first marker.
fn with(file: &[u8], inserted: &[u8]) -> Vec<u8> {
    [&file[..2], inserted, &file[2..]].concat()
}

fn changed(file: &[u8], at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file[at..at + bytes.len()].copy_from_slice(bytes);
    file
}

/// A segment with this marker and content.
fn holding(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap();
    [&[0xFF, marker], &length.to_be_bytes()[..], content].concat()
}

/// EXIF of one directory, big-endian: entries of tag, type, count and value, and where the next
/// directory is.
fn exif(entries: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
    let mut content = b"Exif\0\0MM\0\x2A\0\0\0\x08".to_vec();
    content.extend((entries.len() as u16).to_be_bytes());
    for &(tag, kind, count, value) in entries {
        content.extend(tag.to_be_bytes());
        content.extend(kind.to_be_bytes());
        content.extend(count.to_be_bytes());
        content.extend(value.to_be_bytes());
    }
    content.extend(next.to_be_bytes());
    holding(0xE1, &content)
}

/// Names and contents of the hostile files.
fn corpus() -> Vec<(String, Vec<u8>)> {
    let read = |name: &str| fs::read(Path::new(PHOTOS).join(name)).unwrap();
    let plain = read("accept_studio_man_01.jpg");
    let progressive = read("accept_progressive.jpg");
    let mut files = Vec::new();
    let mut add = |name: String, file: Vec<u8>| files.push((name, file));

    for (kind, file) in [("plain", &plain), ("progressive", &progressive)] {
        for part in 0..12 {
            add(
                format!("cut_{kind}_{part}"),
                file[..file.len() * part / 12].to_vec(),
            );
        }
        let mut random = Random(0x5eed_0008);
        for (number, &flips) in [1, 3, 30, 400].iter().cycle().take(16).enumerate() {
            let mut flipped = file.clone();
            for _ in 0..flips {
                let at = random.below(file.len());
                flipped[at] ^= 1 << random.below(8);
            }
            add(format!("flips_{kind}_{number}"), flipped);
        }
        for (number, at) in segments(file).into_iter().enumerate() {
            add(
                format!("cut_{kind}_in_segment_{number}"),
                file[..at + 3].to_vec(),
            );
            for length in [0u16, 1, 2, 0xFFFF] {
                let lying = changed(file, at + 2, &length.to_be_bytes());
                add(format!("length_{kind}_{number}_{length}"), lying);
            }
            let twice = [&file[..at], &file[at..]].map(<[u8]>::to_vec);
            add(
                format!("twice_{kind}_{number}"),
                [&twice[0][..], &file[2..at], &twice[1]].concat(),
            );
        }
        let frame = segment(file, &[0xC0, 0xC2]);
        for (width, height) in [
            (0, 0),
            (0, 900),
            (900, 0),
            (1, 65_535),
            (65_535, 1),
            (65_535, 600),
            (600, 65_535),
            (6_300, 6_300),
            (30_000, 30_000),
            (65_535, 65_535),
        ] {
            let [w, h] = [width, height].map(u16::to_be_bytes);
            add(
                format!("size_{kind}_{width}x{height}"),
                changed(file, frame + 5, &[h, w].concat()),
            );
        }
        for (name, at, byte) in [
            ("precision", 4, 12),
            ("no_components", 9, 0),
            ("many_components", 9, 255),
            ("sampling_0", 11, 0),
            ("sampling_4", 11, 0x44),
            ("sampling_15", 11, 0xF1),
            ("table_of_none", 12, 3),
            ("table_too_far", 12, 0xFF),
        ] {
            add(format!("{name}_{kind}"), changed(file, frame + at, &[byte]));
        }
        for process in [0xC1, 0xC3, 0xC5, 0xC9, 0xCA, 0xCF] {
            add(
                format!("process_{kind}_{process:x}"),
                changed(file, frame + 1, &[process]),
            );
        }
        let scan = segment(file, &[0xDA]);
        for (name, at, byte) in [
            ("no", 4, 0),
            ("many", 4, 255),
            ("unknown", 5, 99),
            ("tables", 6, 0xFF),
        ] {
            add(
                format!("scan_{kind}_{name}"),
                changed(file, scan + at, &[byte]),
            );
        }
        let restarts = [holding(0xDD, &[0xFF, 0xFF]), holding(0xDD, &[0, 1])];
        for (number, restart) in restarts.iter().enumerate() {
            add(format!("restarts_{kind}_{number}"), with(file, restart));
        }
        let codes = [[255; 16].to_vec(), [&[0, 3][..], &[0; 14]].concat()];
        for (number, counts) in codes.iter().enumerate() {
            let table = [&[0][..], counts, &[1; 4096]].concat();
            add(
                format!("codes_{kind}_{number}"),
                with(file, &holding(0xC4, &table)),
            );
        }

        let entropy = scan + 16;
        for (name, storm) in [
            ("starts", [0xFF, 0xD8].repeat(1 << 19)),
            ("ends", [0xFF, 0xD9].repeat(1 << 19)),
            ("fill", vec![0xFF; 4 << 20]),
            ("empty", [0xFF, 0xE0, 0, 2].repeat(1 << 18)),
            ("restarts", [0xFF, 0xD0, 0xFF, 0xD7].repeat(1 << 18)),
            ("scans", [0xFF, 0xDA, 0, 2].repeat(1 << 18)),
            ("stuffed", [0xFF, 0].repeat(1 << 19)),
            ("zeros", vec![0; 4 << 20]),
        ] {
            add(format!("storm_{kind}_{name}_header"), with(file, &storm));
            let inside = [&file[..entropy], &storm, &file[entropy..]].concat();
            add(format!("storm_{kind}_{name}_scan"), inside);
        }

        let last = file.windows(2).rposition(|w| w == [0xFF, 0xDA]).unwrap();
        let (head, end) = file.split_at(file.len() - 2);
        for times in [20, 5_000] {
            let bomb = [
                head,
                &head[last..].repeat(times.min((16 << 20) / (head.len() - last))),
                end,
            ]
            .concat();
            add(format!("scans_{kind}_{times}"), bomb);
        }
        let small = [0xFF, 0xDA, 0, 8, 1, file[frame + 10], 0, 0, 63, 0, 0];
        add(
            format!("scans_{kind}_small"),
            [head, &small.repeat(100_000), end].concat(),
        );

        for (name, segment) in [
            ("self", exif(&[(0x112, 3, 1, 6 << 16)], 8)),
            (
                "sub",
                exif(&[(0x8769, 4, 1, 8), (0x8825, 4, 1, 8), (0x14A, 4, 1, 8)], 0),
            ),
            (
                "count",
                exif(&[(0x112, 3, u32::MAX, 8), (0x131, 2, u32::MAX, 8)], 0),
            ),
            ("far", exif(&[(0x131, 2, 99, u32::MAX)], u32::MAX)),
            ("orientation", exif(&[(0x112, 3, 1, 0xFFFF << 16)], 0)),
            ("many", exif(&vec![(0x112, 3, 1, 6 << 16); 5_000], 8)),
            ("none", holding(0xE1, b"Exif\0\0II\x2A\0\xFF\xFF\xFF\xFF")),
        ] {
            add(format!("exif_{kind}_{name}"), with(file, &segment));
        }
        let icc = |number, of, content: &[u8]| {
            holding(
                0xE2,
                &[b"ICC_PROFILE\0", &[number, of][..], content].concat(),
            )
        };
        for (name, segment) in [
            ("out_of_order", icc(255, 1, &[0xFF; 200])),
            ("size", icc(1, 1, &[&[0xFF; 4][..], &[0; 200]].concat())),
            ("twice", icc(1, 2, &[0; 300]).repeat(300)),
            (
                "tags",
                icc(1, 1, &[&[0, 0, 1, 0][..], &[0; 124], &[0xFF; 124]].concat()),
            ),
        ] {
            add(format!("icc_{kind}_{name}"), with(file, &segment));
        }

        add(
            format!("polyglot_{kind}_zip"),
            [file, &b"PK\x03\x04"[..], &[0; 999], b"PK\x05\x06"].concat(),
        );
        add(format!("polyglot_{kind}_twice"), file.repeat(2));
        add(
            format!("polyglot_{kind}_pdf"),
            [b"%PDF-1.7\n", &file[..]].concat(),
        );
        add(
            format!("polyglot_{kind}_gif"),
            [b"GIF89a", &file[..]].concat(),
        );
        add(
            format!("polyglot_{kind}_png"),
            [b"\x89PNG\r\n\x1a\n", &file[..]].concat(),
        );
        let script = holding(0xFE, b"*/</script><script>alert(1)</script>\n\x1b[2J");
        add(format!("polyglot_{kind}_script"), with(file, &script));
    }
    for (name, file) in [
        ("nothing", &b""[..]),
        ("byte", b"\xFF"),
        ("start", b"\xFF\xD8"),
        ("both", b"\xFF\xD8\xFF\xD9"),
    ] {
        add(name.to_owned(), file.to_vec());
    }
    files
}

/// The bits of a text of zeros and ones, eight times over, as entropy-coded data.
fn coded(bits: &str) -> Vec<u8> {
    let byte = |bits: &[u8]| bits.iter().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
    let mut bytes = Vec::new();
    for chunk in bits.repeat(8).as_bytes().chunks(8) {
        bytes.push(byte(chunk));
        if bytes.last() == Some(&0xFF) {
            bytes.push(0);
        }
    }
    bytes
}

/// Sound pictures of 24 MP that hold as much work as they can, in scans of all blocks.
fn laborious() -> Vec<(String, Vec<u8>)> {
    const BLOCKS: usize = 6000 / 8 * (4000 / 8);
    let scan = |start, end, approximation, data: &[u8]| {
        let header = holding(0xDA, &[1, 1, 0, start, end, approximation]);
        [&header, data].concat()
    };
    // `more` are the second code of AC, `10`, and what the first, `0`, stands for.
    let start = |marker, [ends, more]: [u8; 2], interval: u16| {
        let one = [&[1][..], &[0; 15]].concat();
        let two = [&[1, 1][..], &[0; 14]].concat();
        [
            b"\xFF\xD8".to_vec(),
            holding(0xDB, &[&[0][..], &[8; 64]].concat()),
            holding(0xC4, &[&[0][..], &one, &[0]].concat()),
            holding(0xC4, &[&[0x10][..], &two, &[ends, more]].concat()),
            holding(0xDD, &interval.to_be_bytes()),
            holding(marker, &[8, 0x0F, 0xA0, 0x17, 0x70, 1, 1, 0x11, 0]),
        ]
        .concat()
    };
    // DC without differences; coefficients of 1; the ends of 32767 blocks in one code.
    let flat = scan(0, 0, 1, &coded("0").repeat(BLOCKS / 8));
    let one = coded("101").repeat(BLOCKS / 8);
    let ends = coded(&("0".to_owned() + &"1".repeat(14))).repeat(2);
    let progressive = start(0xC2, [0xE0, 1], 0);
    let many = |data: &[u8]| -> Vec<u8> {
        let scans = (1..64).flat_map(|at| scan(at, at, 1, data));
        let again = (1..36).flat_map(|at| scan(at, at, 0x10, &ends));
        progressive
            .iter()
            .copied()
            .chain(flat.clone())
            .chain(scans)
            .chain(again)
            .collect()
    };
    let full = coded(&"101".repeat(63)).repeat(BLOCKS / 8);
    let refined = [&progressive, &flat, &scan(1, 63, 1, &full), &ends[..]].concat();
    let restarts = (0..BLOCKS).flat_map(|number| [0x3F, 0xFF, 0xD0 | (number % 8) as u8]);
    let baseline = [
        start(0xC0, [0, 1], 1),
        scan(0, 63, 0, &restarts.collect::<Vec<_>>()),
    ]
    .concat();
    let files = [
        ("bands", many(&one)),
        ("empty_bands", many(&ends)),
        ("full", refined),
        ("restarts", baseline),
    ];
    let end = b"\xFF\xD9";
    let named =
        |(name, file): (&str, Vec<u8>)| (format!("24mp_{name}"), [&file, &end[..]].concat());
    files.map(named).into()
}

#[test]
fn every_hostile_file_gets_one_line_in_bounded_time_and_memory() {
    let folder = TempDir::new().unwrap();
    let mut corpus = corpus();
    corpus.extend(laborious());
    assert!(corpus.len() > 250, "{}", corpus.len());
    let mut paths = Vec::new();
    for (name, file) in corpus {
        let path = folder.path().join(name).with_extension("jpg");
        fs::write(&path, file).unwrap();
        paths.push(path);
    }
    // As long as is read at all, one after the other; and far longer. They take no disk.
    let limit = shomei::Limits::default().max_bytes;
    let photo = fs::read(Path::new(PHOTOS).join("accept_studio_man_01.jpg")).unwrap();
    for (number, length) in [limit, limit, limit, limit, limit + 1, limit * 100]
        .into_iter()
        .enumerate()
    {
        let path = folder.path().join(format!("long_{number}.jpg"));
        fs::write(&path, &photo[..photo.len() / 2]).unwrap();
        File::options()
            .write(true)
            .open(&path)
            .unwrap()
            .set_len(length)
            .unwrap();
        paths.push(path);
    }
    let records = survive(&paths);
    let of = |name: &str| {
        let mut found = records
            .iter()
            .filter(|record| record["id"].as_str().unwrap().contains(name));
        found.next().unwrap()["findings"][0]["code"]
            .as_str()
            .unwrap_or_default()
    };
    for (name, code) in [
        ("cut_plain_6", "file_truncated"),
        ("flips_progressive_3", "file_corrupt"),
        ("size_plain_30000x30000", "pixels_out_of_range"),
        ("process_plain_c9", "unsupported_jpeg"),
        ("scans_progressive_5000", "file_corrupt"),
        ("polyglot_plain_gif", "not_jpeg"),
        ("nothing", "not_jpeg"),
        ("24mp_bands", "file_corrupt"),
        ("24mp_restarts", "no_face"),
        ("long_5", "file_size_out_of_range"),
    ] {
        assert_eq!(of(name), code, "{name}");
    }
    // What only looks dangerous is a photo like any other.
    for name in ["polyglot_plain_script", "exif_plain_none"] {
        assert_eq!(of(name), "", "{name}");
    }
}

#[test]
fn hostile_names_stay_on_their_line() {
    let folder = TempDir::new().unwrap();
    let long = [b'n'; 250];
    let names: [&[u8]; 9] = [
        b"new\nline\r\n.jpg",
        b"\xff\xfe\x80.jpg",
        b"\x1b[2J\x1b]0;title\x07.jpg",
        b"\"quote\",'comma'.jpg",
        b"=cmd()|' '!A1",
        b"--out",
        b"-",
        "\u{202e}gpj.exe".as_bytes(),
        &long,
    ];
    let mut paths = Vec::new();
    for name in names {
        let path = folder.path().join(OsStr::from_bytes(name));
        fs::write(&path, "no photo").unwrap();
        paths.push(path);
    }
    survive(&paths);
    let human = review(&paths, 20, &["--format", "human"]);
    let human = String::from_utf8(human.stdout).unwrap();
    let verdicts = human.lines().filter(|line| line.starts_with('✗'));
    assert_eq!(verdicts.count(), names.len(), "{human}");
    assert!(!human.contains(['\x1b', '\x07', '\r']), "{human:?}");
    // Two photos with one id would be one too few in the output.
    let twin = folder.path().join("%FF%FE%80.jpg");
    fs::write(&twin, "no photo").unwrap();
    let twins = review(&[paths[1].clone(), twin], 20, &[]);
    assert_eq!(twins.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&twins.stderr).contains("given twice"));
    let table = review(&paths, 20, &["--format", "csv"]);
    let rows = csv::Reader::from_reader(&table.stdout[..]).into_records();
    assert_eq!(rows.map(Result::unwrap).count(), names.len());
}

/// The largest picture that the card system takes, 6000 × 6000 pixels with grain.
fn largest(progressive: bool) -> Vec<u8> {
    const SIDE: usize = 6000;
    let photo = fs::read(Path::new(PHOTOS).join("accept_studio_man_01.jpg")).unwrap();
    let photo = shomei::original(&photo, &shomei::Limits::default()).unwrap();
    let (width, height) = (
        photo.size().width() as usize,
        photo.size().height() as usize,
    );
    let mut random = Random(0x5eed_0036);
    let mut pixels = Vec::with_capacity(SIDE * SIDE * 3);
    for y in 0..SIDE {
        let row = &photo.rgb()[y * height / SIDE * width * 3..][..width * 3];
        for x in 0..SIDE {
            let grain = random.below(7) as u8;
            let pixel = &row[x * width / SIDE * 3..][..3];
            pixels.extend(pixel.iter().map(|sample| sample.saturating_add(grain)));
        }
    }
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 85);
    encoder.set_progressive(progressive);
    let colours = jpeg_encoder::ColorType::Rgb;
    encoder.encode(&pixels, 6000, 6000, colours).unwrap();
    file
}

#[test]
fn two_hundred_of_the_largest_photos_fit_into_250_mib() {
    let folder = TempDir::new().unwrap();
    let mut paths = Vec::new();
    for progressive in [false, true] {
        let file = largest(progressive);
        assert!((3 << 20..7 << 20).contains(&file.len()), "{}", file.len());
        let path = folder.path().join(format!("{progressive}.jpg"));
        fs::write(&path, file).unwrap();
        paths.push(path);
    }
    let photos: Vec<_> = (0..200)
        .map(|number| {
            let path = folder.path().join(format!("{number:03}.jpg"));
            fs::hard_link(&paths[number % 2], &path).unwrap();
            path
        })
        .collect();
    let (output, peak) = measured(&photos, 300, &["--format", "jsonl", "--jobs", "2"]);
    let lines = String::from_utf8(output.stdout).unwrap();
    assert_eq!(lines.lines().count(), photos.len());
    assert_eq!(
        lines
            .matches("\"decoding\":{\"state\":\"complete\"}")
            .count(),
        photos.len()
    );

    assert!(peak <= 250 << 10, "{peak} KiB");
}

/// A folder of files that other readers were seen to fail on, if one is named.
#[test]
fn files_that_broke_others_are_survived() {
    let Some(folder) = std::env::var_os("SHOMEI_DATA") else {
        return;
    };
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.retain(|path| {
        let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default();
        name.starts_with("file_") || name.starts_with("corpus_")
    });
    assert!(!paths.is_empty());
    paths.sort();
    survive(&paths);
}
