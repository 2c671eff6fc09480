//! The command `shomei`; everything is in the library half.

use std::process::ExitCode;

fn main() -> ExitCode {
    shomei_cli::silence_workers();
    shomei_cli::run(std::env::args_os())
}
