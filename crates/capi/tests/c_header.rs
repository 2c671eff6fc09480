//! The header is that of the sources, and the lints are those of the workspace.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fmt::Write;
use std::fs;
use std::path::Path;

use cbindgen::{Builder, Config, EnumConfig, Language, RenameRule};

const CRATE: &str = env!("CARGO_MANIFEST_DIR");

fn file(name: &str) -> String {
    fs::read_to_string(Path::new(CRATE).join(name)).unwrap()
}

/// Opens with the documentation of the crate.
fn generated() -> String {
    let source = file("src/lib.rs");
    let about = source.lines().map_while(|line| line.strip_prefix("//!"));
    let mut opening = about.fold("/*\n".to_owned(), |mut text, line| {
        writeln!(text, " *{line}").unwrap();
        text
    });
    opening.push_str(" */\n\n/* Generated from src/lib.rs by tests/c_header.rs. */");
    let config = Config {
        header: Some(opening),
        include_guard: Some("SHOMEI_H".to_owned()),
        language: Language::C,
        cpp_compat: true,
        no_includes: true,
        sys_includes: vec!["stddef.h".to_owned(), "stdint.h".to_owned()],
        usize_is_size_t: true,
        enumeration: EnumConfig {
            rename_variants: RenameRule::QualifiedScreamingSnakeCase,
            ..EnumConfig::default()
        },
        ..Config::default()
    };
    let mut header = Vec::new();
    Builder::new()
        .with_config(config)
        .with_src(Path::new(CRATE).join("src/lib.rs"))
        .generate()
        .unwrap()
        .write(&mut header);
    String::from_utf8(header).unwrap()
}

#[test]
fn the_header_is_that_of_the_sources() {
    let header = generated();
    if std::env::var_os("SHOMEI_BLESS").is_some() {
        fs::write(Path::new(CRATE).join("include/shomei.h"), &header).unwrap();
    }
    assert_eq!(
        file("include/shomei.h"),
        header,
        "`SHOMEI_BLESS=1 cargo test --release --workspace --test c_header` rewrites it"
    );
}

/// They cannot be inherited, since `forbid` cannot be taken back.
#[test]
fn all_lints_of_the_workspace_hold() {
    let own = file("Cargo.toml");
    let workspace = file("../../Cargo.toml");
    let lints = workspace.split_once("[workspace.lints.rust]\n").unwrap().1;
    let lints = lints.split_once("\n[profile").unwrap().0;
    for line in lints.lines().filter(|line| line.contains(" = \"")) {
        let held = own.lines().any(|own| own == line);
        assert_ne!(held, line.starts_with("unsafe_code"), "{line}");
    }
}
