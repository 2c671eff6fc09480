//! The night batch from outside: where photos come from, and that none is lost or written twice
//! whatever stops it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod common;

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Read, Seek, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

use common::{PHOTOS, Random, stderr, stdout};

/// Reviewed in less than a millisecond.
const CHEAP: &str = "not_jpeg_text.jpg";
const NO_FACE: &str = "no_face_cup.jpg";
const JSONL: [&str; 3] = ["--format", "jsonl", "--no-timings"];

fn shomei() -> Command {
    let mut command = common::shomei();
    command.arg("review");
    command
}

fn refused(command: &mut Command, named: &[&str]) {
    let output = command.output().unwrap();
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{message}");
    assert_eq!(stdout(&output), "", "{message}");
    for named in named {
        assert!(message.contains(named), "{named}: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

fn photo(name: &str) -> PathBuf {
    Path::new(PHOTOS).join(name)
}

fn records(lines: &str) -> Vec<Value> {
    let records = lines.lines().map(serde_json::from_str);
    records.collect::<Result<_, _>>().unwrap()
}

fn ids(lines: &str) -> Vec<String> {
    let records = records(lines);
    let ids = records.iter().map(|record| record["id"].as_str().unwrap());
    ids.map(str::to_owned).collect()
}

/// A folder with links to test photos and a manifest of them; every `nth` shows no face, the
/// others are cheap.
fn batch(photos: usize, nth: usize) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    symlink(photo(CHEAP), folder.path().join("cheap.jpg")).unwrap();
    symlink(photo(NO_FACE), folder.path().join("cup.jpg")).unwrap();
    let mut manifest = "application_id,path\n".to_owned();
    for index in 0..photos {
        let file = if index % nth == nth - 1 {
            "cup"
        } else {
            "cheap"
        };
        manifest += &format!("A-{index:05},{file}.jpg\n");
    }
    let path = folder.path().join("manifest.csv");
    fs::write(&path, manifest).unwrap();
    (folder, path)
}

/// A batch of the manifest into `out`.
fn night(manifest: &Path, out: &Path) -> Command {
    let mut command = shomei();
    let files: [&Path; 4] = ["--manifest".as_ref(), manifest, "--out".as_ref(), out];
    command.args(files).args(JSONL).args(["--progress", "none"]);
    command
}

fn length(path: &Path) -> usize {
    fs::metadata(path).map_or(0, |found| usize::try_from(found.len()).unwrap())
}

/// Waits until the child has written so much, or has ended.
fn wait_for_bytes(child: &mut Child, out: &Path, bytes: usize) {
    while length(out) < bytes && child.try_wait().unwrap().is_none() {
        sleep(Duration::from_micros(200));
    }
}

#[test]
fn a_batch_that_is_killed_again_and_again_loses_nothing_and_repeats_nothing() {
    const KILLS: usize = 24;
    const COUNT: usize = 2_000;
    let (folder, manifest) = batch(COUNT, 16);
    let whole = folder.path().join("whole.jsonl");
    let status = night(&manifest, &whole).status().unwrap();
    assert_eq!(status.code(), Some(1));
    let expected = fs::read_to_string(&whole).unwrap();

    let out = folder.path().join("killed.jsonl");
    let mut random = Random(0x5eed_0005);
    let mut kill = 0;
    while kill < KILLS {
        let mut child = night(&manifest, &out).arg("--resume").spawn().unwrap();
        if kill % 6 == 0 {
            // Anywhere in time, also while it starts.
            sleep(Duration::from_millis(random.below(600) as u64));
        } else {
            // Anywhere in its work, so that all kills find some.
            let done = length(&out);
            let left = expected.len() - done;
            let more = random.below(left * 3 / 2 / (KILLS - kill + 2));
            wait_for_bytes(&mut child, &out, done + more);
        }
        child.kill().unwrap();
        let status = child.wait().unwrap();
        let written = fs::read(&out).unwrap_or_default();
        if let Some(code) = status.code() {
            // The kill came too late, as on a fast machine it may: from the start again.
            assert_eq!(
                (code, written == expected.as_bytes()),
                (1, true),
                "kill {kill}"
            );
            fs::remove_file(&out).unwrap();
            continue;
        }
        kill += 1;
        assert!(expected.as_bytes().starts_with(&written), "kill {kill}");
        if kill % 5 == 4 && !written.is_empty() {
            // What a power failure may leave: a torn line.
            let file = fs::OpenOptions::new().write(true).open(&out).unwrap();
            file.set_len((written.len() - random.below(written.len().min(700))) as u64)
                .unwrap();
        }
    }
    let last = night(&manifest, &out).arg("--resume").output().unwrap();
    assert_eq!(last.status.code(), Some(1), "{}", stderr(&last));
    let written = fs::read_to_string(&out).unwrap();
    assert!(written == expected, "the reviews differ");
    let ids = ids(&written);
    assert_eq!(ids.len(), COUNT);
    assert_eq!(ids.into_iter().collect::<HashSet<_>>().len(), COUNT);

    // Once more changes nothing and says the same.
    let again = night(&manifest, &out).arg("--resume").output().unwrap();
    assert_eq!(again.status.code(), Some(1), "{}", stderr(&again));
    assert!(fs::read_to_string(&out).unwrap() == expected);
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -{name} {}", child.id())])
        .status();
    assert!(sent.unwrap().success());
}

#[test]
fn a_signal_ends_the_batch_behind_whole_lines_and_says_how_to_go_on() {
    let (folder, manifest) = batch(400, 1);
    let out = folder.path().join("reviews.jsonl");
    for name in ["INT", "TERM"] {
        let mut child = night(&manifest, &out)
            .arg("--resume")
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let done = length(&out);
        wait_for_bytes(&mut child, &out, done + 1);
        // Twice at once, as `timeout` sends it.
        signal(&child, name);
        signal(&child, name);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{}", stderr(&output));
        let count = ids(&fs::read_to_string(&out).unwrap()).len();
        assert!(count < 400);
        assert_eq!(
            stderr(&output),
            format!(
                "stopped after {count} reviews; run the same command with --resume to continue\n"
            )
        );
    }
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let mut child = shomei()
        .args(["--tar", "-", "--progress", "json"])
        .args(JSONL)
        .stdin(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It listens, and waits for an archive that does not come.
    let mut told = String::new();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    messages.read_line(&mut told).unwrap();
    signal(&child, "INT");
    sleep(Duration::from_secs(2));
    assert!(child.try_wait().unwrap().is_none());
    signal(&child, "INT");
    let start = Instant::now();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn a_full_disk_is_an_error_and_the_journal_stays_whole() {
    let (folder, manifest) = batch(100, 100);
    let whole = folder.path().join("whole.jsonl");
    assert_eq!(night(&manifest, &whole).status().unwrap().code(), Some(1));
    let out = folder.path().join("out.jsonl");
    // A limit on the length of files stands in for the end of the disk.
    let mut limited = Command::new("sh");
    limited
        .args(["-c", "trap '' XFSZ; ulimit -f 40; exec \"$@\"", "sh"])
        .arg(env!("CARGO_BIN_EXE_shomei"))
        .args(night(&manifest, &out).get_args())
        .env("LC_ALL", "C")
        .stdin(Stdio::null());
    refused(&mut limited, &["a review cannot be written", "--resume"]);
    let kept = fs::read_to_string(&out).unwrap();
    assert!(kept.ends_with('\n') && kept.len() > 1000, "{}", kept.len());
    let resumed = night(&manifest, &out).arg("--resume").status().unwrap();
    assert_eq!(resumed.code(), Some(1));
    assert_eq!(
        fs::read_to_string(&out).unwrap(),
        fs::read_to_string(&whole).unwrap()
    );
    if Path::new("/dev/full").exists() {
        let mut full = night(&manifest, Path::new("/dev/full"));
        refused(&mut full, &["/dev/full", "a review cannot be written"]);
    }
}

/// An archive of (name, photo), made without the checks that a good program makes.
fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for (name, file) in entries {
        let bytes = fs::read(photo(file)).unwrap();
        let mut header = tar::Header::new_ustar();
        header.set_size(bytes.len() as u64);
        header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
        header.set_cksum();
        archive.append(&header, &bytes[..]).unwrap();
    }
    archive.into_inner().unwrap()
}

fn with_input(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read everything.
    let _written = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

#[test]
fn the_same_photos_give_the_same_lines_from_any_source_at_any_number_of_jobs() {
    let folder = TempDir::new().unwrap();
    let photos = [
        "face_cut_left.jpg",
        CHEAP,
        NO_FACE,
        "accept_studio_man_01.jpg",
    ];
    let entries: Vec<_> = photos.iter().map(|&name| (name, name)).collect();
    let bytes = archive(&entries);
    let path = folder.path().join("photos.tar");
    fs::write(&path, &bytes).unwrap();
    let manifest = folder.path().join("manifest.csv");
    let mut rows = "application_id,path,policy\n".to_owned();
    for name in photos {
        symlink(photo(name), folder.path().join(name)).unwrap();
        rows += &format!("{name},{name},\n");
    }
    fs::write(&manifest, rows).unwrap();

    let listed = shomei()
        .arg("--tar")
        .arg(&path)
        .args(JSONL)
        .args(["--jobs", "1"])
        .output()
        .unwrap();
    assert_eq!(listed.status.code(), Some(1), "{}", stderr(&listed));
    let expected = stdout(&listed);
    assert_eq!(ids(&expected), photos);
    for jobs in ["1", "5"] {
        let mut command = shomei();
        command.args(["--tar", "-", "--jobs", jobs]).args(JSONL);
        let streamed = with_input(&mut command, &bytes);
        assert_eq!(stdout(&streamed), expected, "{}", stderr(&streamed));
    }
    let mut command = shomei();
    command.arg("--manifest").arg(&manifest).args(JSONL);
    let named = command.args(["--jobs", "3"]).output().unwrap();
    assert_eq!(stdout(&named), expected, "{}", stderr(&named));

    let mut command = shomei();
    command.arg("-").args(JSONL);
    let one = with_input(&mut command, &fs::read(photo(photos[0])).unwrap());
    let first = expected.lines().next().unwrap();
    let first = first.replacen("\"id\":\"face_cut_left.jpg\"", "\"id\":\"-\"", 1);
    assert_eq!(stdout(&one), first + "\n");

    // A stream can be resumed, too.
    let out = folder.path().join("out.jsonl");
    let cut: Vec<_> = expected.lines().take(2).collect();
    let mut stream = shomei();
    stream
        .args(["--tar", "-", "--resume", "--out"])
        .arg(&out)
        .args(JSONL);
    let output = with_input(&mut stream, &bytes);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    fs::write(&out, cut.join("\n") + "\n{\"schema").unwrap();
    let output = with_input(&mut stream, &bytes);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&out).unwrap(), expected);
    // But not with another archive.
    fs::write(&out, cut.join("\n") + "\n").unwrap();
    let other = archive(&[(photos[0], CHEAP), ("other.jpg", CHEAP)]);
    let output = with_input(&mut stream, &other);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("but that of \"other.jpg\" was expected"));
}

#[test]
fn rows_have_exceptions_and_policies_and_what_is_not_there_is_reviewed() {
    let folder = TempDir::new().unwrap();
    symlink(photo("tilted.jpg"), folder.path().join("a.jpg")).unwrap();
    fs::create_dir(folder.path().join("b.jpg")).unwrap();
    fs::write(folder.path().join("own.toml"), "name = \"own\"\n").unwrap();
    let manifest = folder.path().join("manifest.csv");
    let rows = "application_id,path,waive,policy\n\
        A-1,a.jpg,,\nA-2,a.jpg,tilted,icao\nA-3,gone.jpg,,own.toml\nA-4,b.jpg,,\n";
    fs::write(&manifest, rows).unwrap();
    let output = shomei()
        .arg("--manifest")
        .arg(&manifest)
        .args(JSONL)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let records = records(&stdout(&output));
    let tilted = |record: &Value| {
        let findings = record["findings"].as_array().unwrap();
        let found = findings.iter().find(|found| found["code"] == "tilted");
        found.map(|found| found["outcome"].clone())
    };
    assert_eq!(tilted(&records[0]).unwrap(), "reject");
    assert_eq!(records[1]["waivers"][0], "tilted");
    assert_ne!(tilted(&records[1]), Some("reject".into()));
    let policies: Vec<_> = records.iter().map(|r| &r["policy"]["name"]).collect();
    assert_eq!(
        policies,
        ["my-number-card", "icao", "own", "my-number-card"]
    );
    for record in &records[2..] {
        assert_eq!(record["verdict"], "refer");
        assert_eq!(record["findings"][0]["code"], "file_unreadable");
    }
}

#[test]
fn a_photo_that_vanishes_after_it_was_listed_is_reviewed_and_progress_is_told() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.jpg");
    fs::copy(photo(CHEAP), &path).unwrap();
    let mut child = shomei()
        .arg("-")
        .arg(folder.path())
        .args(["--progress", "json"])
        .args(JSONL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut messages = BufReader::new(child.stderr.take().unwrap()).lines();
    let first: Value = serde_json::from_str(&messages.next().unwrap().unwrap()).unwrap();
    assert_eq!(first["state"], "running");
    assert_eq!((&first["done"], &first["total"]), (&0.into(), &2.into()));
    fs::remove_file(&path).unwrap();
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    let records = records(&stdout(&output));
    assert_eq!(records[1]["id"], path.to_str().unwrap());
    assert_eq!(records[1]["findings"][0]["code"], "file_unreadable");
    let last: Value = serde_json::from_str(&messages.last().unwrap().unwrap()).unwrap();
    assert_eq!(
        (&last["schema"], &last["state"]),
        (&"shomei.progress/1".into(), &"finished".into())
    );
    assert_eq!((&last["done"], &last["referred"]), (&2.into(), &1.into()));
}

/// A photo that somebody writes meanwhile is reviewed as what was read of it.
#[test]
fn photos_that_shrink_and_grow_while_they_are_read_are_reviewed() {
    const COUNT: usize = 300;
    let folder = TempDir::new().unwrap();
    let whole = fs::read(photo("accept_studio_man_01.jpg")).unwrap();
    let path = folder.path().join("000.jpg");
    fs::write(&path, &whole).unwrap();
    for number in 1..COUNT {
        fs::hard_link(&path, folder.path().join(format!("{number:03}.jpg"))).unwrap();
    }
    let mut child = shomei()
        .arg(folder.path())
        .args(JSONL)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut file = fs::File::options().write(true).open(&path).unwrap();
    let mut random = Random(0x5eed_0009);
    let writer = std::thread::spawn(move || {
        for _ in 0..2_000 {
            file.set_len(random.below(whole.len()) as u64).unwrap();
            sleep(Duration::from_micros(300));
            file.rewind().unwrap();
            // In parts, so that it grows under the reader.
            for part in whole.chunks(whole.len() / 4) {
                file.write_all(part).unwrap();
            }
            sleep(Duration::from_micros(300));
        }
        whole.len()
    });
    let mut lines = String::new();
    child
        .stdout
        .take()
        .unwrap()
        .read_to_string(&mut lines)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let whole = writer.join().unwrap();
    assert_eq!(stderr(&output), "");
    assert!(matches!(output.status.code(), Some(0 | 1)));
    let records = records(&lines);
    assert_eq!(records.len(), COUNT);
    for record in &records {
        let accepted = record["verdict"] == "accept";
        assert_eq!(record["measurements"]["failure"], Value::Null);
        assert!(
            !accepted || record["file"]["bytes"] == whole,
            "{}",
            record["file"]
        );
    }
    assert!(
        records
            .iter()
            .any(|record| record["file"]["bytes"] != whole)
    );
}

#[test]
fn a_photo_that_may_not_be_read_goes_to_a_person() {
    let folder = TempDir::new().unwrap();
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        fs::copy(photo(CHEAP), folder.path().join(name)).unwrap();
    }
    let locked = folder.path().join("b.jpg");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o000)).unwrap();
    // An administrator may read everything.
    let expected = if fs::File::open(&locked).is_ok() {
        "not_jpeg"
    } else {
        "file_unreadable"
    };
    let output = shomei().arg(folder.path()).args(JSONL).output().unwrap();
    let records = records(&stdout(&output));
    let codes: Vec<_> = records.iter().map(|r| &r["findings"][0]["code"]).collect();
    assert_eq!(codes, ["not_jpeg", expected, "not_jpeg"]);
}

#[test]
fn names_that_lead_out_of_an_archive_are_told_after_all_reviews() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("photos.tar");
    let bytes = archive(&[("../../up.jpg", CHEAP), ("good.jpg", CHEAP)]);
    fs::write(&path, &bytes).unwrap();
    let output = shomei()
        .arg("--tar")
        .arg(&path)
        .args(JSONL)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("\"../../up.jpg\""),
        "{}",
        stderr(&output)
    );
    let records = records(&stdout(&output));
    assert_eq!(records[0]["findings"][0]["code"], "file_unreadable");
    assert_eq!(records[1]["id"], "good.jpg");

    // In a stream the photos before a name that comes twice, or before damage, are reviewed.
    let mut stream = shomei();
    stream.args(["--tar", "-"]).args(JSONL);
    let twice = archive(&[("a.jpg", CHEAP), ("b.jpg", CHEAP), ("a.jpg", CHEAP)]);
    let output = with_input(&mut stream, &twice);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(ids(&stdout(&output)), ["a.jpg", "b.jpg"]);
    let message = stderr(&output);
    assert!(
        message.contains("by entry 1 of --tar and by entry 3 of --tar"),
        "{message}"
    );
    let output = with_input(&mut stream, &twice[..twice.len() / 2]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(ids(&stdout(&output)), ["a.jpg"]);
    assert!(
        stderr(&output).contains("stopped after 1 reviews"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_a_batch_cannot_start_with_is_named_and_nothing_is_touched() {
    let (folder, manifest) = batch(3, 9);
    let at = |name: &str| folder.path().join(name);
    let out = at("out.jsonl");
    let write = |name: &str, bytes: &[u8]| {
        fs::write(at(name), bytes).unwrap();
        at(name)
    };
    let named = |manifest: &Path| {
        let mut command = shomei();
        command.arg("--manifest").arg(manifest).args(JSONL);
        command
    };
    let missing = write("missing.csv", b"application_id,file\nA,a.jpg\n");
    refused(
        &mut named(&missing),
        &["missing.csv", "needed: \"application_id\" and \"path\""],
    );
    let latin = write("latin.csv", b"application_id,path\nA,a.jpg\nB,\xe9.jpg\n");
    refused(&mut named(&latin), &["latin.csv", "line 3", "UTF-8"]);
    let twice = write(
        "twice.csv",
        b"application_id,path\nA,a.jpg\nB,b.jpg\nA,c.jpg\n",
    );
    refused(
        &mut named(&twice),
        &["\"A\" is given twice, by line 2 of --manifest and by line 4 of --manifest"],
    );
    let text = write("text.tar", &[b'x'; 2048]);
    refused(
        shomei().arg("--tar").arg(&text),
        &["text.tar", "no tar archive"],
    );
    refused(
        shomei().args(["-", "--tar", "-"]),
        &["standard input can be read once"],
    );
    refused(
        &mut night(&manifest, &at("none/out.jsonl")),
        &["none/out.jsonl"],
    );
    refused(
        shomei().args(["--resume", "--format", "csv", "--out", "x", PHOTOS]),
        &["--format jsonl"],
    );
    refused(shomei().args(["--resume", PHOTOS]), &["--out"]);

    fs::write(&out, "a letter\n").unwrap();
    refused(
        &mut night(&manifest, &out),
        &["out.jsonl", "has 9 bytes", "--overwrite"],
    );
    refused(
        night(&manifest, &out).arg("--resume"),
        &["out.jsonl", "not a journal"],
    );
    refused(
        shomei()
            .arg(PHOTOS)
            .args(["--format", "csv", "--out"])
            .arg(&out),
        &["has 9 bytes"],
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), "a letter\n");
    let anew = night(&manifest, &out).arg("--overwrite").status().unwrap();
    assert_eq!(anew.code(), Some(1));
    let reviews = fs::read_to_string(&out).unwrap();
    assert_eq!(ids(&reviews).len(), 3);

    for (option, value, named) in [
        ("--policy", "icao", "the same policy"),
        ("--lang", "ja", "the same language"),
        ("--waive", "tilted", "the same exceptions"),
    ] {
        refused(
            night(&manifest, &out).args(["--resume", option, value]),
            &[named],
        );
    }
    let mut rows = fs::read_to_string(&manifest).unwrap();
    rows += "A-9,cheap.jpg\n";
    fs::write(&manifest, rows).unwrap();
    refused(
        night(&manifest, &out).arg("--resume"),
        &["the same list of photos"],
    );
    assert_eq!(fs::read_to_string(&out).unwrap(), reviews);
    let beside = fs::metadata(at("out.jsonl.journal")).unwrap();
    assert_eq!(beside.permissions().mode() & 0o777, 0o600);
}
