//! One file a command.

use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::Path;

use anyhow::{Context, Result};
use shomei::Policy;

use crate::args::{Command, PolicyCommand};
use crate::exit;

mod eval;
mod explain;
mod review;

/// Runs a command and returns its exit code.
pub(crate) fn run(command: Command) -> Result<u8> {
    match command {
        Command::Review(args) => review::run(args),
        Command::Eval(args) => eval::run(&args),
        Command::Explain(args) => print(&explain::text(&args)),
        Command::Policy(PolicyCommand::Show { policy }) => {
            print(&load_policy(policy.as_deref())?.to_toml())
        }
    }
}

fn load_policy(path: Option<&Path>) -> Result<Policy> {
    let Some(path) = path else {
        return Ok(Policy::my_number_card());
    };
    let read = || format!("policy {path:?}");
    let text = fs::read_to_string(path).with_context(read)?;
    Policy::from_toml(&text).with_context(read)
}

/// Writes to standard output; a reader that has gone has seen enough.
fn print(text: &str) -> Result<u8> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output")
        }
        _ => Ok(exit::ACCEPTED),
    }
}
