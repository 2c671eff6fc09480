//! Which crate may depend on which. Stages do not know each other; only the pipeline knows their
//! order.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// The dependencies among our own crates, as `crates/README.md` draws them.
const ALLOWED: &[(&str, &[&str])] = &[
    ("shomei-photo", &[]),
    ("shomei-jpeg", &[]),
    ("shomei-decode", &["shomei-photo", "shomei-jpeg"]),
    ("shomei-face", &["shomei-photo"]),
    ("shomei-framing", &["shomei-photo"]),
    ("shomei-background", &["shomei-photo"]),
    ("shomei-portrait", &["shomei-photo"]),
    ("shomei-marks", &["shomei-photo"]),
    (
        "shomei-verdict",
        &[
            "shomei-photo",
            "shomei-framing",
            "shomei-background",
            "shomei-marks",
            "shomei-portrait",
        ],
    ),
    (
        "shomei",
        &[
            "shomei-photo",
            "shomei-decode",
            "shomei-face",
            "shomei-framing",
            "shomei-background",
            "shomei-marks",
            "shomei-portrait",
            "shomei-verdict",
        ],
    ),
    ("shomei-eval", &["shomei-photo", "shomei-verdict"]),
    (
        "shomei-report",
        &["shomei-photo", "shomei-framing", "shomei-verdict"],
    ),
    ("shomei-batch", &["shomei"]),
    (
        "shomei-cli",
        &[
            "shomei",
            "shomei-batch",
            "shomei-eval",
            "shomei-fleet",
            "shomei-report",
        ],
    ),
    ("shomei-fleet", &["shomei", "shomei-batch"]),
    ("shomei-service", &["shomei"]),
    ("shomei-capi", &["shomei"]),
    (
        "shomei-benches",
        &[
            "shomei",
            "shomei-background",
            "shomei-decode",
            "shomei-face",
            "shomei-framing",
            "shomei-jpeg",
            "shomei-photo",
            "shomei-portrait",
            "shomei-verdict",
        ],
    ),
];

fn packages() -> Vec<Value> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--no-deps",
            "--offline",
            "--format-version",
            "1",
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    metadata["packages"].as_array().unwrap().clone()
}

#[test]
fn crates_depend_only_in_the_direction_of_the_map() {
    let ours: BTreeMap<String, BTreeSet<String>> = packages()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap();
            let own = dependencies
                .iter()
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| dependency["name"].as_str().unwrap().to_owned())
                .filter(|name| name.starts_with("shomei"))
                .collect();
            (package["name"].as_str().unwrap().to_owned(), own)
        })
        .collect();
    let allowed: BTreeMap<String, BTreeSet<String>> = ALLOWED
        .iter()
        .map(|(name, own)| {
            (
                (*name).to_owned(),
                own.iter().map(|&n| n.to_owned()).collect(),
            )
        })
        .collect();
    assert_eq!(ours, allowed);
}

/// `SECURITY.md` says where `unsafe` is.
#[test]
fn unsafe_code_is_forbidden_outside_the_interface_for_c() {
    let workspace = concat!(env!("CARGO_MANIFEST_DIR"), "/../../Cargo.toml");
    let workspace = std::fs::read_to_string(workspace).unwrap();
    assert!(workspace.contains("[workspace.lints.rust]\nunsafe_code = \"forbid\"\n"));
    for package in packages() {
        let manifest = package["manifest_path"].as_str().unwrap();
        let manifest = std::fs::read_to_string(manifest).unwrap();
        let held = manifest.contains("[lints]\nworkspace = true");
        assert_eq!(
            held,
            package["name"] != "shomei-capi",
            "{}",
            package["name"]
        );
    }
}

/// tract is compiled for minutes and allowed in one crate; codecs in another; and so on.
#[test]
fn heavy_libraries_stay_in_their_crate() {
    for (library, crates) in [
        ("tract-onnx", &["shomei-face"][..]),
        ("moxcms", &["shomei-decode"]),
        ("rayon", &["shomei-face", "shomei", "shomei-fleet"]),
        ("crossbeam-channel", &["shomei"]),
        ("clap", &["shomei-cli", "shomei-service"]),
        ("askama", &["shomei-report"]),
        ("async-nats", &["shomei-fleet"]),
        ("axum", &["shomei-fleet", "shomei-service"]),
        ("object_store", &["shomei-fleet"]),
        ("tokio", &["shomei-fleet", "shomei-service"]),
    ] {
        let users: Vec<String> = packages()
            .iter()
            .filter(|package| {
                package["dependencies"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|d| d["name"] == library && d["kind"] != "dev")
            })
            .map(|package| package["name"].as_str().unwrap().to_owned())
            .collect();
        assert_eq!(users, crates, "{library}");
    }
}
