//! Compares what those who link the library can see with the list in `public-api.txt`, so that a
//! change of it is seen in review. `SHOMEI_BLESS=1` rewrites the list.

use std::error::Error;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

/// The library, and the crates whose items it shows as its own.
const CRATES: [&str; 3] = ["shomei", "shomei_verdict", "shomei_photo"];

fn main() -> Result<(), Box<dyn Error>> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = here.join("../../..");
    let target = env::var_os("CARGO_TARGET_DIR").map_or(root.join("target"), |dir| root.join(dir));
    // The selection of the README's commands: another one would compile tract anew.
    let documented = Command::new("cargo")
        .args("doc --release --workspace --no-deps --locked --lib --target-dir".split(' '))
        .arg(&target)
        .current_dir(&root)
        .env("RUSTDOC", here.join("rustdoc-json.sh"))
        .env_remove("RUSTDOCFLAGS")
        .status()?;
    if !documented.success() {
        return Err("cargo doc failed".into());
    }
    let mut list = String::new();
    for name in CRATES {
        let api = public_api::Builder::from_rustdoc_json(target.join(format!("doc/{name}.json")))
            .omit_blanket_impls(true)
            .omit_auto_trait_impls(true)
            .omit_auto_derived_impls(true)
            .build()?;
        writeln!(list, "# {name}\n")?;
        for item in api.items() {
            writeln!(list, "{item}")?;
        }
        list.push('\n');
    }
    let committed = here.join("../../shomei/public-api.txt");
    if env::var_os("SHOMEI_BLESS").is_some() {
        fs::write(&committed, &list)?;
    }
    let expected = fs::read_to_string(&committed)?;
    let news = list
        .lines()
        .filter(|line| !expected.lines().any(|l| l == *line));
    let gone = expected
        .lines()
        .filter(|line| !list.lines().any(|l| l == *line));
    for (mark, line) in news
        .map(|line| ('+', line))
        .chain(gone.map(|line| ('-', line)))
    {
        println!("{mark} {line}");
    }
    if list == expected {
        Ok(())
    } else {
        Err(
            "the public interface is not the one listed in crates/shomei/public-api.txt; after a \
             change that is meant, run this with SHOMEI_BLESS=1 and write it into CHANGELOG.md"
                .into(),
        )
    }
}
