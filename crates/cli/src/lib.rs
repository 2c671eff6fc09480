//! The command `shomei`: finds the photos, has them reviewed, and writes what was found as text,
//! JSON lines, a table or annotated pictures.
//!
//! This crate must not know how a check works: codes, thresholds, texts and explanations all come
//! from the library `shomei`, which in turn must not know what is here, that is paths, terminals
//! and files of results.
//!
//! Standard output carries data only; messages and progress go to standard error. Except for
//! errors about arguments, no message names a photo. The exit codes are those of [`exit`].
//!
//! ```
//! use std::process::ExitCode;
//!
//! let code = shomei_cli::run(["shomei", "explain", "too_close"]);
//! assert_eq!(format!("{code:?}"), format!("{:?}", ExitCode::SUCCESS));
//! ```

use std::ffi::OsString;
use std::io::{self, Write};
use std::process::ExitCode;
use std::{panic, thread};

use clap::Parser;

mod args;
mod commands;
pub mod exit;
mod folder;
#[doc(hidden)]
pub mod fuzzing;
mod inputs;
mod interrupt;
mod journal;
mod output;
mod overlay;
mod photos;
mod progress;
mod stored;
mod table;
mod thumbnail;
mod waivers;

/// Runs the command line `args`, the program's name first.
pub fn run<I, T>(args: I) -> ExitCode
where
    I: IntoIterator<Item = T>,
    T: Into<OsString> + Clone,
{
    let code = match args::Cli::try_parse_from(args) {
        Ok(cli) => commands::run(cli.command).unwrap_or_else(|error| {
            message(&format!("error: {error:#}"));
            exit::ERROR
        }),
        Err(answer) => {
            // Help and version are answers too, and a closed pipe is no reason to complain.
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
/// A panic there is caught and becomes a finding of its photo; printed, it would tear the
/// progress bar and could show parts of a photo's data. All other panics are reported as usual.
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

/// A line on standard error. There is nowhere to complain if that is closed.
fn message(text: &str) {
    let _written = writeln!(io::stderr().lock(), "{text}");
}
