//! One file for each command.

use anyhow::Result;

use crate::args::Command;
use crate::say::print;

mod crop;
mod definition;
mod eval;
mod explain;
#[cfg(feature = "fleet")]
mod fleet;
mod judge;
mod notice;
mod policy;
mod report;
mod review;
mod summary;

/// Runs a command and returns its exit code.
pub(crate) fn run(command: Command) -> Result<u8> {
    match command {
        Command::Review(args) => review::run(&args),
        Command::Judge(args) => judge::run(args),
        Command::Eval(args) => eval::run(&args),
        Command::Explain(args) => print(&explain::text(&args)),
        Command::Policy(command) => print(&policy::text(command)?),
        Command::Report(args) => report::run(&args),
        Command::Summary(args) => summary::run(&args),
        Command::Notice(args) => notice::run(&args),
        Command::Crop(args) => crop::run(&args),
        #[cfg(feature = "fleet")]
        Command::Submit(args) => fleet::submit::run(&args),
        #[cfg(feature = "fleet")]
        Command::Work(args) => fleet::work::run(&args),
        #[cfg(feature = "fleet")]
        Command::Collect(args) => fleet::collect::run(&args),
        Command::Completions(args) => print(&definition::completions(&args)),
        Command::Man(args) => definition::man(&args),
    }
}
