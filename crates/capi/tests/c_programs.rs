//! C programs against the library that cargo built, as a host would link it.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::env::consts::{DLL_PREFIX, DLL_SUFFIX};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::LazyLock;

use shomei::{Lang, ReviewOptions, Reviewer};

const CRATE: &str = env!("CARGO_MANIFEST_DIR");
const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/photos");

/// The folder of the libraries that were built together with this test.
fn libraries() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().to_owned()
}

fn library() -> PathBuf {
    libraries().join(format!("{DLL_PREFIX}shomei_capi{DLL_SUFFIX}"))
}

/// Runs a command that is to succeed.
fn run(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command
        // Cargo's leads first to the folder of `cargo build`, whose libraries may be older.
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("DYLD_FALLBACK_LIBRARY_PATH")
        .output()
        .unwrap();
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{command:?}: {status}: {stderr}");
    String::from_utf8(stdout).unwrap()
}

fn cc() -> Command {
    let mut cc = Command::new("cc");
    cc.current_dir(CRATE)
        .args(["-std=c11", "-Wall", "-Wextra", "-Werror", "-pedantic"])
        .args(["-g", "-I", "include"]);
    cc
}

/// Compiles `tests/c/NAME.c` to a program called `as_name`.
fn compile(name: &str, as_name: &str, link: &[&str]) -> PathBuf {
    let program = Path::new(env!("CARGO_TARGET_TMPDIR")).join(as_name);
    run(cc()
        .arg("-o")
        .arg(&program)
        .arg(format!("tests/c/{name}.c"))
        .args(link)
        .args(["-pthread", "-lm"]));
    program
}

/// Links the shared library of a folder, which the program also finds when it is run.
fn shared_in(folder: &str) -> [&str; 7] {
    let x = "-Xlinker";
    ["-L", folder, "-lshomei_capi", x, "-rpath", x, folder]
}

/// The same, with the shared library.
fn compile_shared(name: &str, as_name: &str) -> PathBuf {
    let folder = libraries();
    let folder = folder.to_str().unwrap();
    compile(name, as_name, &shared_in(folder))
}

fn photos() -> Vec<PathBuf> {
    let mut photos: Vec<_> = fs::read_dir(PHOTOS)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    photos.sort();
    photos
}

/// A record without what the clock says.
fn timeless(json: &str) -> String {
    let (before, timings) = json.split_once("\"timings_ms\":{").unwrap();
    before.to_owned() + timings.split_once('}').unwrap().1
}

/// What the library for Rust says of a photo.
fn expected(photo: &Path, lang: Lang, waive: &str) -> String {
    static REVIEWER: LazyLock<Reviewer> = LazyLock::new(|| Reviewer::builder().build().unwrap());
    let options = ReviewOptions {
        waivers: waive.parse().unwrap(),
        ..ReviewOptions::default()
    };
    let review = REVIEWER.review_with(&fs::read(photo).unwrap(), &options);
    timeless(&review.to_json(photo.to_str().unwrap(), lang))
}

#[test]
fn reviews_equal_those_of_rust_at_any_number_of_threads() {
    let photos = photos();
    let expected: Vec<_> = photos.iter().map(|p| expected(p, Lang::Ja, "")).collect();
    assert_eq!(expected.len(), 36);
    let program = compile_shared("review", "review");
    for threads in ["1", "4"] {
        // The stack that the header promises to be enough, for all threads.
        let mut small = Command::new("sh");
        small.args(["-c", "ulimit -s 256 && exec \"$@\"", "sh"]);
        small.arg(&program).args(["-j", threads]);
        let lines = run(small.args(&photos));
        let lines: Vec<_> = lines.lines().map(timeless).collect();
        assert_eq!(lines, expected, "{threads} threads");
    }
}

#[test]
fn options_reach_the_review() {
    let photo = Path::new(PHOTOS).join("tilted.jpg");
    let program = compile_shared("review", "review_options");
    let mut command = Command::new(program);
    let line = run(command.args(["-l", "en", "-w", "tilted"]).arg(&photo));
    assert_eq!(
        timeless(line.trim_end()),
        expected(&photo, Lang::En, "tilted")
    );
    assert_ne!(timeless(line.trim_end()), expected(&photo, Lang::En, ""));
}

#[test]
fn wrong_arguments_are_refused() {
    let program = compile_shared("arguments", "arguments");
    run(Command::new(program).arg(env!("CARGO_PKG_VERSION")));
}

/// A library in which one bit of a network changed on the disk.
#[test]
fn an_altered_model_is_a_status_with_both_sums() {
    let model = fs::read(Path::new(CRATE).join("../../models/face_mesh478.onnx")).unwrap();
    let part = &model[model.len() / 2..][..256];
    let mut bytes = fs::read(library()).unwrap();
    let at = bytes.windows(part.len()).position(|window| window == part);
    bytes[at.unwrap()] ^= 1;
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("altered");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join(library().file_name().unwrap()), bytes).unwrap();
    let folder = folder.to_str().unwrap();
    let output = Command::new(compile("review", "review_altered", &shared_in(folder)))
        .arg(Path::new(PHOTOS).join("tilted.jpg"))
        .env_remove("LD_LIBRARY_PATH")
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert_eq!(output.stdout, b"");
    assert!(message.contains("the models were altered: "), "{message}");
    assert!(message.contains(shomei::ModelSet::SHA256), "{message}");
}

#[test]
fn the_archive_links_as_well() {
    let archive = libraries().join("libshomei_capi.a");
    let link = [archive.to_str().unwrap(), "-ldl"];
    let program = compile("arguments", "arguments_archive", &link);
    run(Command::new(program).arg(env!("CARGO_PKG_VERSION")));
}

#[test]
fn nothing_else_is_exported() {
    let symbols = run(Command::new("nm")
        .args(["-D", "--defined-only"])
        .arg(library()));
    let mut names: Vec<_> = symbols
        .lines()
        .map(|line| line.rsplit(' ').next().unwrap())
        .collect();
    names.sort_unstable();
    assert_eq!(
        names,
        [
            "shomei_review",
            "shomei_reviewer_free",
            "shomei_reviewer_new",
            "shomei_string_free",
            "shomei_version",
        ]
    );
}

#[test]
fn the_example_of_the_readme_compiles() {
    let readme = fs::read_to_string(Path::new(CRATE).join("README.md")).unwrap();
    let (_, example) = readme.split_once("```c\n").unwrap();
    let (example, _) = example.split_once("```\n").unwrap();
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join("readme.c");
    fs::write(&file, example).unwrap();
    run(cc().args(["-c", "-o", "/dev/null"]).arg(file));
}

#[test]
fn cpp_reads_the_header() {
    let header = Path::new(CRATE).join("include/shomei.h");
    let compiler = Command::new("c++")
        .args(["-std=c++11", "-Wall", "-Wextra", "-Werror", "-pedantic"])
        .args(["-fsyntax-only", "-x", "c++"])
        .arg(header)
        .output();
    // Who builds Shomei needs a compiler for C only.
    if let Ok(Output { status, stderr, .. }) = compiler {
        assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    }
}

/// A program under valgrind, which ends it with 9 when it met an error or a leak.
fn valgrind(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--error-exitcode=9", "--leak-check=full"]);
    command.args(["--errors-for-leak-kinds=definite,indirect"]);
    command.arg(format!("--suppressions={CRATE}/tests/c/valgrind.supp"));
    command.arg(program);
    command
}

#[test]
#[ignore = "needs valgrind, and some minutes; `.ci/run` runs it"]
fn valgrind_finds_nothing_in_reviews() {
    let photos = ["blurred.jpg", "file_truncated.jpg"].map(|name| Path::new(PHOTOS).join(name));
    let program = compile_shared("review", "review_valgrind");
    let lines = run(valgrind(&program).args(["-j", "2"]).args(&photos));
    let lines: Vec<_> = lines.lines().map(timeless).collect();
    assert_eq!(lines, photos.map(|photo| expected(&photo, Lang::Ja, "")));
}

#[test]
#[ignore = "needs valgrind, and some minutes; `.ci/run` runs it"]
fn valgrind_finds_nothing_in_refusals() {
    let program = compile_shared("arguments", "arguments_valgrind");
    run(valgrind(&program).arg(env!("CARGO_PKG_VERSION")));
}
