//! The program `shomei-service`.

mod command;

use std::process::ExitCode;

fn main() -> ExitCode {
    command::run()
}
