//! Files of one crate import each other in one direction only, so that each can be read with what it
//! imports, and no further.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The crates that this holds for.
const CRATES: &[&str] = &[
    "background",
    "batch",
    "cli",
    "decode",
    "eval",
    "fleet",
    "jpeg",
    "photo",
    "service",
];

/// `crate::a::b` is `["a", "b"]`; the root of the crate is empty.
type Module = Vec<String>;

/// The text of each module, without its tests and comments.
fn modules(folder: &Path, at: &Module, found: &mut BTreeMap<Module, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let module = [&at[..], std::slice::from_ref(&name)].concat();
        if path.is_dir() {
            modules(&path, &module, found);
        } else if path.extension().is_some_and(|kind| kind == "rs") && name != "main" {
            let text = fs::read_to_string(&path).unwrap();
            let code = text.split("\n#[cfg(test)]\nmod tests").next().unwrap();
            let lines = code.lines().map(|line| line.split("//").next().unwrap());
            let module = if name == "lib" { at.clone() } else { module };
            found.insert(module, lines.collect::<Vec<_>>().join("\n"));
        }
    }
}

/// A path in a text: its parts, and whether it is in a `use` or `pub use`.
struct Named {
    parts: Vec<String>,
    used: bool,
    public: bool,
}

/// All paths in a text, those in braces one by one.
fn named(text: &str) -> Vec<Named> {
    let spaced = text.replace("::", " :: ");
    let spaced = [
        "{", "}", ",", ";", "(", ")", "<", ">", "&", "!", ".", "[", "]", "|", "?",
    ]
    .iter()
    .fold(spaced, |text, sign| {
        text.replace(sign, &format!(" {sign} "))
    });
    let (mut all, mut stack) = (Vec::new(), Vec::new());
    let (mut path, mut joined): (Vec<String>, bool) = (Vec::new(), false);
    let (mut used, mut public, mut before) = (false, false, "");
    for token in spaced.split_whitespace() {
        let word = token.chars().all(|c| c.is_alphanumeric() || c == '_');
        let renamed = used && before == "as";
        if token == "::" {
            joined = true;
        } else if word && (joined || path.is_empty()) && token != "as" {
            path.push(token.to_owned());
            joined = false;
        } else if token == "{" && used && joined {
            stack.push(path.clone());
        } else if !renamed && token != "as" {
            let parts = std::mem::take(&mut path);
            all.push(Named {
                parts,
                used,
                public,
            });
            joined = false;
            match token {
                "," if used => {
                    path = stack.last().cloned().unwrap_or_default();
                    joined = true;
                }
                "}" if used => drop(stack.pop()),
                ";" => (used, public) = (false, false),
                _ if word => path.push(token.to_owned()),
                _ => {}
            }
        }
        if token == "use" {
            (used, public) = (true, before == "pub" || before == ")");
            (path, joined) = (Vec::new(), false);
        }
        before = token;
    }
    all
}

/// The module that a path of `from` is in, through `pub use` of others.
fn resolved(
    from: &Module,
    parts: &[String],
    texts: &BTreeMap<Module, String>,
    renamed: &BTreeMap<Module, Vec<String>>,
) -> Option<Module> {
    let (mut at, mut rest) = (from.clone(), parts);
    match parts.first()?.as_str() {
        "crate" => (at, rest) = (Vec::new(), &parts[1..]),
        "self" | "super" => {
            while let Some("self" | "super") = rest.first().map(String::as_str) {
                if rest[0] == "super" {
                    at.pop();
                }
                rest = &rest[1..];
            }
        }
        first if texts.contains_key(&[&at[..], &[first.to_owned()]].concat()) => {}
        _ => return None,
    }
    while let Some(first) = rest.first() {
        let next = [&at[..], std::slice::from_ref(first)].concat();
        // A name may be that of a module and of something in it.
        let module = texts.contains_key(&next);
        match renamed.get(&next) {
            Some(path) if !module => return resolved(&at, path, texts, renamed),
            None if !module => break,
            _ => {}
        }
        (at, rest) = (next, &rest[1..]);
    }
    Some(at)
}

/// Which module imports from which.
fn imports(texts: &BTreeMap<Module, String>) -> BTreeMap<Module, BTreeSet<Module>> {
    let paths: BTreeMap<_, _> = texts.iter().map(|(at, text)| (at, named(text))).collect();
    let mut renamed = BTreeMap::new();
    for (at, paths) in &paths {
        for path in paths
            .iter()
            .filter(|path| path.public && path.parts.len() > 1)
        {
            let name = path.parts.last().unwrap().clone();
            renamed.insert([&at[..], &[name]].concat(), path.parts.clone());
        }
    }
    let imported = |at: &Module, paths: &[Named]| {
        let paths = paths
            .iter()
            .filter(|path| !path.public && path.parts.len() > usize::from(!path.used));
        let found = paths.filter_map(|path| resolved(at, &path.parts, texts, &renamed));
        found.filter(|to| to != at).collect()
    };
    let each = paths.iter();
    each.map(|(at, paths)| ((*at).clone(), imported(at, paths)))
        .collect()
}

/// The modules that are in a circle or between two.
fn in_circles(mut imports: BTreeMap<Module, BTreeSet<Module>>) -> Vec<String> {
    loop {
        let before = imports.len();
        let left: BTreeSet<_> = imports.keys().cloned().collect();
        let imported: BTreeSet<_> = imports.values().flatten().cloned().collect();
        imports.retain(|at, to| imported.contains(at) && !to.is_disjoint(&left));
        if imports.len() == before {
            return imports.keys().map(|module| module.join("::")).collect();
        }
    }
}

fn text(modules: &[(&str, &str)]) -> BTreeMap<Module, String> {
    let module = |path: &str| -> Module {
        let parts = path.split("::").filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    };
    let each = modules.iter();
    each.map(|(path, text)| (module(path), (*text).to_owned()))
        .collect()
}

#[test]
fn circles_are_found() {
    let of = |a: &str, b: &str| {
        let root = "mod a; mod b; pub use b::{B, c::C};";
        in_circles(imports(&text(&[
            ("", root),
            ("a", a),
            ("b", b),
            ("b::c", ""),
        ])))
    };
    for (a, b) in [
        ("use crate::b::B;", "use super::a::A;"),
        ("use crate::{C, B};", "fn b() { crate::a::f() }"),
        ("fn a() -> crate::B {}", "use crate::{a::{A as X}, c};"),
    ] {
        assert_eq!(of(a, b), ["a", "b"], "{a} {b}");
    }
    for (a, b) in [
        ("use crate::b::B; use crate::C;", "use c::C; use std::a::A;"),
        ("use crate::C;", "use crate::a::A;"),
    ] {
        assert!(of(a, b).is_empty(), "{a} {b}");
    }
}

#[test]
fn files_of_a_crate_import_each_other_in_one_direction() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    for name in CRATES {
        let mut texts = BTreeMap::new();
        modules(&crates.join(name).join("src"), &Vec::new(), &mut texts);
        let imports = imports(&texts);
        assert!(imports.values().any(|to| !to.is_empty()), "{name}");
        assert_eq!(in_circles(imports), Vec::<String>::new(), "{name}");
    }
}
