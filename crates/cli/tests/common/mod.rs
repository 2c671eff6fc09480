//! The program from outside: how it is run, and what it said.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::ffi::OsStr;
use std::process::{Command, Output, Stdio};

pub(crate) const PHOTOS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/photos");

pub(crate) fn shomei() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shomei"));
    command.env("LC_ALL", "C").stdin(Stdio::null());
    command
}

pub(crate) fn run<I: IntoIterator<Item = S>, S: AsRef<OsStr>>(args: I) -> Output {
    shomei().args(args).output().unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A small generator (xorshift), the same numbers in every run.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    /// A number below `end`, or 0.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % end.max(1) as u64).unwrap()
    }
}
