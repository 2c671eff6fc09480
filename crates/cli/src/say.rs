//! Data goes to standard output, messages go to standard error.

use std::io::{self, ErrorKind, Write};

use anyhow::{Context, Result};

use crate::exit;

/// Writes a line to standard error. If that is closed, nobody can read an error either.
pub(crate) fn message(text: &str) {
    let _written = writeln!(io::stderr().lock(), "{text}");
}

/// Writes to standard output. A closed pipe is not an error.
pub(crate) fn print(text: &str) -> Result<u8> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(error).context("standard output")
        }
        _ => Ok(exit::ACCEPTED),
    }
}
