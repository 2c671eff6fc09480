//! The README's commands are those of `.ci/run`, and the guide lists every exception.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use shomei::Code;

fn root_file(name: &str) -> String {
    fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../..")
            .join(name),
    )
    .unwrap()
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
    let command = "cargo test --release --workspace --locked";
    assert!(commands().contains(&command.to_owned()), "{:?}", commands());
    assert!(root_file(".ci/run").lines().any(|line| line == command));
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
    assert_eq!(commands().len(), 2);
    assert!(
        commands()
            .iter()
            .all(|command| command.contains(" --release "))
    );
}
