//! `shomei completions` and `shomei man`: made from the definition that parses the command line.

use std::fs;

use anyhow::{Context, Result};
use clap::CommandFactory;

use crate::args::{Cli, CompletionsArgs, ManArgs};
use crate::exit;

/// The script for a shell.
pub(super) fn completions(args: &CompletionsArgs) -> String {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "shomei", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Writes `shomei.1`, `shomei-review.1` and so on.
pub(super) fn man(args: &ManArgs) -> Result<u8> {
    let named = || format!("--out {:?}", args.out);
    fs::create_dir_all(&args.out).with_context(named)?;
    let command = Cli::command().disable_help_subcommand(true);
    clap_mangen::generate_to(command, &args.out).with_context(named)?;
    Ok(exit::ACCEPTED)
}
