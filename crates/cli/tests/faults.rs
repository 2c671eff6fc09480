//! What goes wrong around the program: disks, permissions, links, pipes, the clock, and the
//! program's own file. Each costs what it befell and nothing else, and is told.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, pipe};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use common::{PHOTOS, run, shomei, stderr, stdout};

/// Reviewed in less than a millisecond.
const CHEAP: &str = "not_jpeg_text.jpg";
const JSONL: [&str; 3] = ["--format", "jsonl", "--no-timings"];

fn photo(name: &str) -> PathBuf {
    Path::new(PHOTOS).join(name)
}

/// The end of each id, and the first code.
fn told(lines: &str) -> Vec<(String, String)> {
    let records = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    records
        .map(|record| {
            let id = record["id"].as_str().unwrap();
            let id = id.rsplit('/').next().unwrap().to_owned();
            (
                id,
                record["findings"][0]["code"]
                    .as_str()
                    .unwrap_or_default()
                    .to_owned(),
            )
        })
        .collect()
}

fn pairs<const N: usize>(told: [(&str, &str); N]) -> Vec<(String, String)> {
    told.map(|(id, code)| (id.to_owned(), code.to_owned()))
        .into()
}

/// What is told of the photos of a folder.
fn reviewed(folder: &Path) -> Vec<(String, String)> {
    let mut command = shomei();
    let output = command.arg("review").arg(folder).args(JSONL).output();
    let output = output.unwrap();
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    told(&stdout(&output))
}

/// The number of the user that the test runs as.
fn user() -> u32 {
    use std::os::unix::fs::MetadataExt;
    fs::metadata("/proc/self").unwrap().uid()
}

#[test]
fn a_photo_that_loses_its_permission_goes_to_a_person() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir(at("photos")).unwrap();
    for name in ["a.jpg", "b.jpg", "c.jpg"] {
        fs::copy(photo(CHEAP), at("photos").join(name)).unwrap();
    }
    // An administrator may read everything, so that somebody else has to look.
    let program = at("shomei");
    fs::copy(env!("CARGO_BIN_EXE_shomei"), &program).unwrap();
    for shared in [
        "",
        "photos",
        "photos/a.jpg",
        "photos/b.jpg",
        "photos/c.jpg",
        "shomei",
    ] {
        fs::set_permissions(at(shared), fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut command = if user() == 0 {
        let mut command = Command::new("setpriv");
        let nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"];
        command.args(nobody).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    let first = Command::new(command.get_program())
        .args(command.get_args())
        .arg("--version")
        .output();
    if !first.is_ok_and(|first| first.status.success()) {
        println!("left out: the program cannot be run as somebody else");
        return;
    }
    let mut child = command
        .args(["review", "-"])
        .arg(at("photos"))
        .args(["--progress", "json"])
        .args(JSONL)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It has listed the photos, and waits for the one on standard input.
    let mut line = String::new();
    let mut messages = BufReader::new(child.stderr.take().unwrap());
    messages.read_line(&mut line).unwrap();
    assert!(line.contains("\"running\""), "{line}");
    let locked = at("photos").join("b.jpg");
    fs::set_permissions(locked, fs::Permissions::from_mode(0o000)).unwrap();
    drop(child.stdin.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        told(&stdout(&output)),
        pairs([
            ("-", "not_jpeg"),
            ("a.jpg", "not_jpeg"),
            ("b.jpg", "file_unreadable"),
            ("c.jpg", "not_jpeg"),
        ])
    );
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_goes_to_a_person() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::copy(photo(CHEAP), at("a.jpg")).unwrap();
    // Is there, can be opened, and fails with EIO as a broken disk does.
    symlink("/proc/self/mem", at("b.jpg")).unwrap();
    fs::copy(photo(CHEAP), at("c.jpg")).unwrap();
    assert_eq!(
        reviewed(folder.path()),
        pairs([
            ("a.jpg", "not_jpeg"),
            ("b.jpg", "file_unreadable"),
            ("c.jpg", "not_jpeg")
        ])
    );
}

#[test]
fn folders_and_links_that_lead_back_to_themselves_end() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("a/b/c")).unwrap();
    fs::copy(photo(CHEAP), at("a/b/c/photo.jpg")).unwrap();
    symlink(folder.path(), at("a/b/c/up")).unwrap();
    symlink("../..", at("a/b/back")).unwrap();
    // These are no folders: nobody can say what they lead to.
    symlink("left.jpg", at("right.jpg")).unwrap();
    symlink("right.jpg", at("left.jpg")).unwrap();
    symlink("self.jpg", at("self.jpg")).unwrap();
    assert_eq!(
        reviewed(folder.path()),
        pairs([
            ("photo.jpg", "not_jpeg"),
            ("left.jpg", "file_unreadable"),
            ("right.jpg", "file_unreadable"),
            ("self.jpg", "file_unreadable"),
        ])
    );
}

/// Runs a script with a small disk at `$DISK`, where the system lets a test have one. `$FOLDER` is
/// `folder`.
#[expect(clippy::print_stdout, reason = "a test says what it leaves out")]
fn with_a_small_disk(script: &str, folder: &Path) -> Option<Output> {
    let disk = folder.join("disk");
    fs::create_dir(&disk).unwrap();
    let run = |script: &str| {
        let mount = "mount -t tmpfs -o size=64k,mode=700 none \"$DISK\" || exit 77;";
        let mut command = Command::new("unshare");
        command.args(if user() == 0 { &["-m"][..] } else { &["-rm"] });
        command
            .args(["sh", "-c", &format!("{mount} {script}")])
            .env("DISK", &disk)
            .env("FOLDER", folder)
            .env("PHOTOS", PHOTOS)
            .env("SHOMEI", env!("CARGO_BIN_EXE_shomei"))
            .env("LC_ALL", "C")
            .stdin(Stdio::null())
            .output()
    };
    if !run("").is_ok_and(|output| output.status.success()) {
        println!("left out: a file system cannot be mounted here");
        return None;
    }
    Some(run(script).unwrap())
}

#[test]
fn a_disk_that_fills_up_leaves_whole_lines_and_the_batch_goes_on_when_there_is_room() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let mut manifest = "application_id,path\n".to_owned();
    for number in 0..300 {
        manifest += &format!("A-{number:04},{}\n", photo(CHEAP).display());
    }
    fs::write(at("night.csv"), manifest).unwrap();
    let batch = format!(
        "\"$SHOMEI\" review --manifest \"$FOLDER/night.csv\" {} --progress none --resume --out",
        JSONL.join(" ")
    );
    let script = format!(
        "{batch} \"$DISK/out.jsonl\"; full=$?; cp \"$DISK/out.jsonl\" \"$FOLDER/full.jsonl\";
         mount -o remount,size=64m \"$DISK\" && {batch} \"$DISK/out.jsonl\";
         echo $full $?; cp \"$DISK/out.jsonl\" \"$FOLDER/whole.jsonl\""
    );
    let Some(output) = with_a_small_disk(&script, folder.path()) else {
        return;
    };
    assert_eq!(stdout(&output), "2 1\n", "{}", stderr(&output));
    let message = stderr(&output);
    assert!(message.contains("a review cannot be written"), "{message}");
    assert!(
        message.contains("No space left") && message.contains("--resume"),
        "{message}"
    );
    let full = fs::read_to_string(at("full.jsonl")).unwrap();
    assert!(
        full.len() > 30_000 && full.ends_with('\n'),
        "{}",
        full.len()
    );
    let whole = fs::read_to_string(at("whole.jsonl")).unwrap();
    assert!(whole.starts_with(&full) && whole.lines().count() == 300);
}

#[test]
fn pictures_that_find_no_room_cost_no_review() {
    let folder = TempDir::new().unwrap();
    let script = format!(
        "\"$SHOMEI\" review \"$PHOTOS\" {} --overlay \"$DISK/pictures\"",
        JSONL.join(" ")
    );
    let Some(output) = with_a_small_disk(&script, folder.path()) else {
        return;
    };
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(told(&stdout(&output)).len(), 36);
    let message = stderr(&output);
    assert!(message.contains("pictures not written"), "{message}");
    assert!(
        message.contains("--overlay") && message.contains("No space left"),
        "{message}"
    );
}

#[test]
fn whoever_stops_listening_is_left_in_peace() {
    let folder = TempDir::new().unwrap();
    let reviews = folder.path().join("reviews.jsonl");
    let reviews = reviews.to_str().unwrap();
    let cheap = photo(CHEAP);
    let cheap = cheap.to_str().unwrap();
    let made = run(["review", cheap, "--format", "jsonl", "--out", reviews]);
    assert_eq!(made.status.code(), Some(1), "{}", stderr(&made));
    for args in [
        &["review", cheap][..],
        &["review", cheap, "--format", "csv"],
        &["judge", reviews, "--format", "jsonl"],
        &["summary", reviews],
        &["notice", "--show-template"],
        &["explain"],
        &["policy", "show"],
        &["completions", "bash"],
        &["--help"],
    ] {
        let (reader, writer) = pipe().unwrap();
        drop(reader);
        let output = shomei().args(args).stdout(writer).output().unwrap();
        assert_eq!(stderr(&output), "", "{args:?}");
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{args:?} {:?}",
            output.status
        );
    }
}

const JUMPING_CLOCK: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../testdata/jumping_clock.c"
);

#[test]
fn a_clock_that_jumps_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .args([&at("jumping.so"), Path::new(JUMPING_CLOCK)])
        .status();
    assert!(made.unwrap().success());
    let photos = ["tilted.jpg", "accept_progressive.jpg", CHEAP].map(photo);
    let review = |out: &str| {
        let mut command = shomei();
        command
            .arg("review")
            .args(&photos)
            .args(["--progress", "json"]);
        command.args(["--format", "jsonl", "--out"]).arg(at(out));
        command
    };
    let steady = review("steady.jsonl").output().unwrap();
    let jumping = review("jumping.jsonl")
        .env("LD_PRELOAD", at("jumping.so"))
        .output()
        .unwrap();
    assert_eq!(steady.status, jumping.status, "{}", stderr(&jumping));
    let records = |out: &str| -> Vec<Value> {
        let lines = fs::read_to_string(at(out)).unwrap();
        let records = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap());
        records.collect()
    };
    for (mut steady, mut jumping) in records("steady.jsonl")
        .into_iter()
        .zip(records("jumping.jsonl"))
    {
        for took in jumping["timings_ms"].as_object().unwrap().values() {
            let took = took.as_f64().unwrap();
            assert!((0.0..60_000.0).contains(&took), "{took}");
        }
        steady["timings_ms"].take();
        jumping["timings_ms"].take();
        assert_eq!(steady, jumping);
    }
    let last: Value = serde_json::from_str(stderr(&jumping).lines().last().unwrap()).unwrap();
    assert_eq!(last["done"], 3);
    let elapsed = last["elapsed_s"].as_f64().unwrap();
    assert!((0.0..600.0).contains(&elapsed), "{last}");
}

#[test]
fn a_program_whose_networks_were_altered_does_not_start() {
    let folder = TempDir::new().unwrap();
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/selfie_seg256.onnx");
    let model = fs::read(model).unwrap();
    let part = &model[model.len() / 2..][..256];
    let mut program = fs::read(env!("CARGO_BIN_EXE_shomei")).unwrap();
    let at = program
        .windows(part.len())
        .position(|window| window == part);
    program[at.unwrap()] ^= 1;
    let altered = folder.path().join("shomei");
    fs::write(&altered, program).unwrap();
    fs::set_permissions(&altered, fs::Permissions::from_mode(0o755)).unwrap();
    let output = Command::new(altered)
        .args(["review", PHOTOS])
        .output()
        .unwrap();
    let message = stderr(&output);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(2), String::new()),
        "{message}"
    );
    assert!(
        message.starts_with("error: the models were altered: "),
        "{message}"
    );
    assert!(
        message.contains(&format!("expected: {}", shomei::ModelSet::SHA256)),
        "{message}"
    );
}
