//! What several bodies use.

#![allow(dead_code, reason = "not every body needs all of it")]

use std::fs;
use std::path::PathBuf;

use arbitrary::{Result, Unstructured};

/// Some bytes, of which most are left for what follows.
pub(crate) fn bytes<'a>(input: &mut Unstructured<'a>, most: usize) -> Result<&'a [u8]> {
    let length = input.int_in_range(0..=most)?.min(input.len());
    input.bytes(length)
}

/// A short text.
pub(crate) fn word(input: &mut Unstructured<'_>) -> Result<String> {
    Ok(String::from_utf8_lossy(bytes(input, 12)?).into_owned())
}

/// A file of this process, in memory where the system has such a folder. It goes at the end, and
/// the header of a journal with it.
pub(crate) struct Scratch(pub PathBuf);

impl Scratch {
    pub(crate) fn new(name: &str) -> Self {
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() {
            memory
        } else {
            std::env::temp_dir()
        };
        Self(folder.join(format!("shomei-fuzz-{}-{name}", std::process::id())))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _removed = fs::remove_file(&self.0);
        let _removed = fs::remove_file(self.0.with_added_extension("journal"));
    }
}
