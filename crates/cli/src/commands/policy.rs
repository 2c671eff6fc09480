//! `shomei policy list`, `show` and `check`, and what `--policy` stands for.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use shomei::Policy;

use crate::args::PolicyCommand;
use crate::say::listed;

/// What the command prints.
pub(super) fn text(command: PolicyCommand) -> Result<String> {
    match command {
        PolicyCommand::List => Ok(listed(Policy::built_in())),
        PolicyCommand::Show { shown, policy } => Ok(load(shown.or(policy).as_deref())?.to_toml()),
        PolicyCommand::Check { file } => {
            let policy = Policy::from_file(&file, |path| fs::read(path))?;
            Ok(changes(&policy))
        }
    }
}

/// The policy of that name, else the one in that file; the usual one without either.
pub(super) fn load(policy: Option<&Path>) -> Result<Policy> {
    let Some(path) = policy else {
        return Ok(Policy::my_number_card());
    };
    Ok(Policy::load(path, |path| fs::read(path))?)
}

/// As [`load`], for an option that may be given several times.
pub(super) fn load_all(policies: &[PathBuf]) -> Result<Vec<Policy>> {
    policies.iter().map(|named| load(Some(named))).collect()
}

fn changes(policy: &Policy) -> String {
    let mut text = format!("ok: {}, based on {}\n", policy.name(), policy.base());
    for change in policy.changes() {
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{}.{} = {} (base: {})",
            change.code, change.key, change.value, change.base
        );
    }
    text
}
