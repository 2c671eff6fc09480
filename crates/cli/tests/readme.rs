//! The README's commands are those of `.ci/run`, and the guide lists every exception.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use shomei::Code;

const TEST: &str = "cargo test --release --workspace --locked";

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn root_file(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap()
}

/// The one-line shell blocks of the README.
fn commands() -> Vec<String> {
    let readme = root_file("README.md");
    let blocks = readme.split("```sh\n").skip(1);
    blocks
        .map(|block| block.split("\n```").next().unwrap().to_owned())
        .collect()
}

#[test]
fn ci_runs_exactly_the_test_command_of_the_readme() {
    assert!(root_file(".ci/run").lines().any(|line| line.trim() == TEST));
}

#[test]
fn the_guide_lists_all_exceptions() {
    let guide = root_file("crates/cli/README.md");
    let section = guide.split("## Exceptions\n").nth(1).unwrap();
    let table = section.split("\n## ").next().unwrap();
    let mut listed: Vec<_> = table
        .lines()
        .filter(|line| line.starts_with("| `"))
        .flat_map(|line| {
            line.split('|')
                .nth(1)
                .unwrap()
                .split('`')
                .skip(1)
                .step_by(2)
        })
        .collect();
    listed.sort_unstable();
    let mut waivable: Vec<_> = Code::ALL
        .iter()
        .filter(|code| code.waivable())
        .map(|code| code.as_str())
        .collect();
    waivable.sort_unstable();
    assert_eq!(listed, waivable);
}

#[test]
fn both_commands_use_the_release_profile() {
    assert_eq!(
        commands(),
        [
            "cargo run --release --bin shomei -- review testdata/photos --format jsonl",
            TEST,
        ]
    );
}

/// tract and what it depends on, with the features that a command selects which builds these
/// dependencies in the root of the workspace.
fn tract(selection: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--locked", "--no-dedupe"])
        .args(["--prefix", "depth", "--format", " {p} {f}"])
        .args(selection)
        .current_dir(root())
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let mut packages = BTreeSet::new();
    let mut top = None;
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let Some((depth, package)) = line.split_once(' ') else {
            continue;
        };
        let depth: u32 = depth.parse().unwrap();
        if top.is_some_and(|top| depth <= top) {
            top = None;
        }
        if package.starts_with("tract-onnx ") {
            top = top.or(Some(depth));
        }
        if top.is_some() {
            packages.insert(package.to_owned());
        }
    }
    assert!(packages.len() > 50, "{packages:?}");
    packages
}

/// Other features of one dependency would compile tract again, for minutes.
#[test]
fn tract_is_compiled_once_for_both_commands_and_for_the_fleet() {
    let run = tract(&["--edges", "normal,build"]);
    let test = ["--edges", "normal,build,dev", "--workspace"];
    assert_eq!(run, tract(&test));
    let fleet = ["--features", "shomei-cli/fleet"];
    assert_eq!(run, tract(&[&test[..], &fleet].concat()));
}
