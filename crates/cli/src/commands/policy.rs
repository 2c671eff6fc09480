//! `shomei policy list`, `show` and `check`, and what `--policy` stands for.

use std::fmt::Write;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use shomei::Policy;

use crate::args::PolicyCommand;

/// What the command prints.
pub(super) fn text(command: PolicyCommand) -> Result<String> {
    match command {
        PolicyCommand::List => Ok(list()),
        PolicyCommand::Show { shown, policy } => Ok(load(shown.or(policy).as_deref())?.to_toml()),
        PolicyCommand::Check { file } => Ok(changes(&read(&file)?)),
    }
}

/// The policy of that name, else the one in that file; the usual one without either.
pub(crate) fn load(policy: Option<&Path>) -> Result<Policy> {
    let Some(path) = policy else {
        return Ok(Policy::my_number_card());
    };
    match path.to_str().and_then(Policy::named) {
        Some(named) => Ok(named),
        None => read(path),
    }
}

fn read(path: &Path) -> Result<Policy> {
    let named = || format!("policy {path:?}");
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => {
            let names: Vec<_> = Policy::built_in().map(|(name, _)| name).collect();
            let names = names.join(", ");
            return Err(error)
                .with_context(|| format!("no such file, and none of {names}"))
                .with_context(named);
        }
        text => text.with_context(named)?,
    };
    // Windows' editors put a mark at the start.
    let text = text.trim_start_matches('\u{feff}');
    Policy::from_toml(text).map_err(|error| {
        let all: Vec<_> = std::iter::once(&error).chain(error.further()).collect();
        let lines: Vec<_> = all
            .iter()
            .map(|fault| format!("policy {path:?}: {fault}"))
            .collect();
        anyhow!(lines.join("\n"))
    })
}

fn list() -> String {
    let width = Policy::built_in()
        .map(|(name, _)| name.len())
        .max()
        .unwrap_or(0);
    Policy::built_in()
        .map(|(name, about)| format!("{name:width$}  {about}\n"))
        .collect()
}

fn changes(policy: &Policy) -> String {
    let mut text = format!("ok: {}, based on {}\n", policy.name(), policy.base());
    for change in policy.changes() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{} = {} (base: {})",
            change.key, change.value, change.base
        );
    }
    text
}
