//! Data goes to standard output, messages go to standard error.

use std::io::{self, Write};

use anyhow::Result;

use crate::exit;
use crate::sink::Sink;

/// Writes a line to standard error. If that is closed, nobody can read an error either.
pub(crate) fn message(text: &str) {
    let _written = writeln!(io::stderr().lock(), "{text}");
}

/// A line for each name, followed by what is said about it.
pub(crate) fn listed<'a>(about: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let about: Vec<_> = about.collect();
    let width = about.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    let line = |(name, text): &(&str, &str)| format!("{name:width$}  {text}\n");
    about.iter().map(line).collect()
}

/// Writes to standard output. A closed pipe is not an error.
pub(crate) fn print(text: &str) -> Result<u8> {
    Sink::Stdout.write(text.as_bytes())?;
    Ok(exit::ACCEPTED)
}
