//! One `shomei.review/1` record a line.

use std::io;

use shomei::{Lang, Review};

use super::Exporter;

/// The record as the library writes it.
pub(super) struct Jsonl {
    pub(super) lang: Lang,
    /// The only part that differs from run to run.
    pub(super) timings: bool,
}

impl Exporter for Jsonl {
    fn photo(&self, id: &str, review: &Review) -> io::Result<Vec<u8>> {
        let mut record = review.record(id, self.lang);
        if !self.timings {
            record.timings_ms = None;
        }
        let mut line = serde_json::to_vec(&record)?;
        line.push(b'\n');
        Ok(line)
    }
}
