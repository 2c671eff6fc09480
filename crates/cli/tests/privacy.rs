//! What is said of photos and to whom: nothing in messages, files for their owner alone, and nothing
//! to the network. `crates/DATA.md` promises it.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod common;

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use common::{PHOTOS, stderr, stdout};

/// Stand in paths, ids and in the photos themselves.
const NAMES: [&str; 4] = ["Hanako", "Yamada", "山田", "19800101"];

/// A folder of photos whose names, folders and comments name a person, and tables of them.
fn night() -> TempDir {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::create_dir_all(at("Yamada/Hanako")).unwrap();
    let comment = b"\xff\xfe\0\x10Hanako Yamada!";
    let mut manifest = "application_id,path,waive\n".to_owned();
    for (number, name) in [
        "accept_studio_man_01.jpg",
        "tilted.jpg",
        "file_corrupt.jpg",
        "file_truncated.jpg",
        "not_jpeg_text.jpg",
    ]
    .into_iter()
    .enumerate()
    {
        let file = fs::read(Path::new(PHOTOS).join(name)).unwrap();
        let named = format!("Yamada/Hanako/山田花子_19800101_{number}.jpg");
        fs::write(at(&named), [&file[..2], comment, &file[2..]].concat()).unwrap();
        manifest += &format!("19800101-{number},{named},\n");
    }
    manifest += "19800101-9,Yamada/gone.jpg,head_covered\n";
    fs::write(at("night.csv"), manifest).unwrap();
    let mut archive = tar::Builder::new(fs::File::create(at("night.tar")).unwrap());
    archive.append_dir_all("Yamada", at("Yamada")).unwrap();
    archive.finish().unwrap();
    folder
}

/// Runs the program with a mask that hides nothing, and with all that makes programs talkative.
fn talkative(folder: &Path, args: &[&str]) -> Output {
    Command::new("sh")
        .args([
            "-c",
            "umask 000 && exec \"$0\" \"$@\"",
            env!("CARGO_BIN_EXE_shomei"),
        ])
        .args(args)
        .current_dir(folder)
        .envs([
            ("RUST_LOG", "trace"),
            ("RUST_BACKTRACE", "full"),
            ("LC_ALL", "C"),
        ])
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn messages_of_a_batch_name_nobody() {
    let folder = night();
    for (args, progress) in [
        (&["review", "Yamada", "--format", "jsonl"][..], false),
        (
            &["review", "Yamada", "--format", "csv", "--overlay", "drawn"],
            false,
        ),
        (
            &[
                "review",
                "--manifest",
                "night.csv",
                "--format",
                "jsonl",
                "--progress",
                "json",
            ],
            true,
        ),
        (
            &[
                "review",
                "--tar",
                "night.tar",
                "--out",
                "out.jsonl",
                "--format",
                "jsonl",
                "--progress",
                "json",
            ],
            true,
        ),
        (&["judge", "out.jsonl", "--format", "csv"], false),
        (&["summary", "out.jsonl"], false),
    ] {
        let output = talkative(folder.path(), args);
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{args:?}: {}",
            stderr(&output)
        );
        let messages = stderr(&output);
        // What is not a known line of progress would be a leak of something.
        let unknown = messages.lines().filter(|line| !progress || !known(line));
        assert_eq!(unknown.collect::<Vec<_>>(), Vec::<&str>::new(), "{args:?}");
        assert!(!progress || !messages.is_empty());
        let data = stdout(&output);
        assert!(
            !NAMES.iter().any(|name| messages.contains(name)),
            "{messages}"
        );
        assert!(
            !data.contains("Hanako Yamada"),
            "what stands in a photo is not copied"
        );
    }
}

/// Whether a line is progress with counts and times alone.
fn known(line: &str) -> bool {
    const COUNTS: [&str; 9] = [
        "done",
        "total",
        "accepted",
        "referred",
        "rejected",
        "elapsed_s",
        "photos_per_s",
        "eta_s",
        "schema",
    ];
    let Ok(serde_json::Value::Object(fields)) = serde_json::from_str(line) else {
        return false;
    };
    fields.iter().all(|(key, value)| match key.as_str() {
        "schema" => value == "shomei.progress/1",
        "state" => ["running", "finished"].contains(&value.as_str().unwrap_or_default()),
        _ => COUNTS.contains(&key.as_str()) && (value.is_number() || value.is_null()),
    })
}

fn all_under(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| {
            if path.is_dir() {
                [all_under(&path), vec![path]].concat()
            } else {
                vec![path]
            }
        })
        .collect()
}

#[test]
fn whatever_is_written_is_its_owners_alone() {
    let folder = night();
    fs::DirBuilder::new()
        .mode(0o700)
        .create(folder.path().join("results"))
        .unwrap();
    for args in [
        &[
            "review",
            "Yamada",
            "--format",
            "jsonl",
            "--out",
            "results/a.jsonl",
            "--overlay",
            "results/drawn",
        ][..],
        &[
            "review",
            "Yamada",
            "--format",
            "csv",
            "--out",
            "results/a.csv",
        ],
        &["review", "Yamada", "--out", "results/a.txt"],
        &[
            "judge",
            "results/a.jsonl",
            "--format",
            "jsonl",
            "--out",
            "results/b.jsonl",
        ],
        &[
            "report",
            "results/a.jsonl",
            "--photos",
            ".",
            "--thumbnails",
            "--out",
            "results/site",
        ],
        &["notice", "results/a.jsonl", "--out", "results/notices"],
        &[
            "crop",
            "results/a.jsonl",
            "--photos",
            ".",
            "--out",
            "results/cards",
        ],
    ] {
        let output = talkative(folder.path(), args);
        assert!(
            matches!(output.status.code(), Some(0 | 1)),
            "{args:?}: {}",
            stderr(&output)
        );
    }
    let written = all_under(&folder.path().join("results"));
    for kind in [
        ".jsonl", ".journal", ".csv", ".txt", ".png", ".html", ".jpg",
    ] {
        let of_kind = |path: &PathBuf| path.to_str().unwrap().ends_with(kind);
        assert!(written.iter().any(of_kind), "{kind}");
    }
    for path in written {
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{path:?}: {mode:o}");
    }
}

/// A program that calls none of these has no way to a network.
#[test]
fn the_program_has_no_socket() {
    let symbols = Command::new("nm")
        .args(["-D", "--undefined-only", env!("CARGO_BIN_EXE_shomei")])
        .output()
        .unwrap();
    assert!(symbols.status.success());
    let names = stdout(&symbols);
    let names: Vec<_> = names
        .lines()
        .filter_map(|line| line.split_whitespace().last()?.split('@').next())
        .collect();
    assert!(names.contains(&"write"), "{names:?}");
    for call in [
        "socket",
        "connect",
        "bind",
        "listen",
        "accept",
        "accept4",
        "sendto",
        "getaddrinfo",
        "gethostbyname",
    ] {
        assert!(!names.contains(&call), "{call}");
    }
}

/// And what the library and the program for C are made of does not bring any.
#[test]
fn no_library_for_networks_is_linked() {
    for package in ["shomei", "shomei-cli", "shomei-capi"] {
        let tree = Command::new(env!("CARGO"))
            .args([
                "tree",
                "--offline",
                "--locked",
                "--edges",
                "normal",
                "--prefix",
                "none",
            ])
            .args(["--format", "{p}", "--package", package])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .output()
            .unwrap();
        assert!(tree.status.success(), "{}", stderr(&tree));
        let tree = stdout(&tree);
        let crates: Vec<_> = tree
            .lines()
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert!(crates.contains(&"tract-onnx"), "{tree}");
        for kind in [
            "tokio",
            "mio",
            "socket2",
            "hyper",
            "reqwest",
            "ureq",
            "curl",
            "rustls",
            "openssl",
            "native-tls",
            "quinn",
            "async-std",
            "smol",
            "axum",
        ] {
            let of_kind = |name: &&&str| **name == kind || name.starts_with(&format!("{kind}-"));
            assert_eq!(crates.iter().find(of_kind), None, "{package}");
        }
    }
}

#[test]
fn reviews_are_the_same_without_a_network() {
    let photo = format!("{PHOTOS}/tilted.jpg");
    let args = ["review", &photo, "--format", "jsonl", "--no-timings"];
    let alone = Command::new("unshare")
        .args(["-rn", env!("CARGO_BIN_EXE_shomei")])
        .env("LC_ALL", "C")
        .args(args)
        .output();
    let Ok(alone) = alone.map(|output| (output.status.code(), output)) else {
        println!("left out: there is no unshare");
        return;
    };
    if stderr(&alone.1).contains("unshare") {
        println!("left out: namespaces are not allowed here");
        return;
    }
    let usual = common::run(args);
    assert_eq!(alone, (usual.status.code(), usual));
}
