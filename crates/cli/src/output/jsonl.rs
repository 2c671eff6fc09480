//! One `shomei.review/1` record on each line.

use std::io;

use shomei::wire::v1::ReviewRecord;

use super::exporter::Exporter;

/// The record as the library writes it.
pub(super) struct Jsonl {
    /// The timings are the only part that differs between runs.
    pub(super) timings: bool,
}

impl Exporter for Jsonl {
    fn photo(&self, mut record: ReviewRecord) -> io::Result<Vec<u8>> {
        if !self.timings {
            record.timings_ms = None;
        }
        let mut line = serde_json::to_vec(&record)?;
        line.push(b'\n');
        Ok(line)
    }
}
