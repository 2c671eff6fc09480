//! The command `shomei`: finds photos, has them reviewed, and writes the reviews as text, JSON lines, a
//! table or annotated pictures.
//!
//! This crate does not know how a check works: codes, thresholds, texts and explanations come from the
//! library `shomei`. That library in turn knows no paths, terminals or result files.
//!
//! Standard output contains only data; messages and progress go to standard error. No message names
//! a photo, except in errors about arguments. The exit codes are those of [`exit`].
//!
//! ```
//! use std::process::ExitCode;
//!
//! let code = shomei_cli::run(["shomei", "explain", "too_close"]);
//! assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
//! ```

use std::ffi::OsString;
use std::process::ExitCode;
use std::{panic, thread};

use clap::Parser;

mod args;
mod commands;
pub mod exit;
mod flags;
mod folder;
mod interrupt;
mod output;
mod overlay;
mod progress;
mod say;
mod sink;
mod thumbnail;

/// Runs the command line `args`, which begins with the name of the program.
pub fn run<I, T>(args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let code = match args::Cli::try_parse_from(args) {
        Ok(cli) => commands::run(cli.command).unwrap_or_else(|error| {
            say::message(&format!("error: {error:#}"));
            exit::ERROR
        }),
        Err(answer) => {
            if let Some(command) = args::missing_command(&answer) {
                say::message(&format!(
                    "error: this build of shomei has no `{command}`; to get it, build with \
                     `--features shomei-cli/fleet`"
                ));
                return ExitCode::from(exit::ERROR);
            }
            // Help and version are not errors, and neither is a closed pipe.
            let _printed = answer.print();
            if answer.use_stderr() {
                exit::ERROR
            } else {
                exit::ACCEPTED
            }
        }
    };
    ExitCode::from(code)
}

/// Keeps panics of the threads that review photos off standard error.
///
/// Such a panic is caught and becomes a finding of its photo. Printing it would break the progress bar
/// and could show parts of a photo. All other panics are reported as usual.
pub fn silence_workers() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let of_a_worker = thread::current()
            .name()
            .is_some_and(|name| name.starts_with("shomei-worker"));
        if !of_a_worker {
            usual(info);
        }
    }));
}
