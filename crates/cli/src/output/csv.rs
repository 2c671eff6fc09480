//! One row for each photo. Ids are written as they are. If a spreadsheet treats a cell that begins with
//! `=` as a formula, import the file as text.

use std::io;

use csv::{QuoteStyle, WriterBuilder};
use shomei::wire::v1::{FindingRecord, ReviewRecord};

use super::exporter::Exporter;

/// Codes and outcomes are lists in one cell, joined by `;`.
pub(super) struct Csv;

impl Exporter for Csv {
    fn header(&self) -> &'static str {
        "id,verdict,codes,outcomes,text\n"
    }

    fn photo(&self, record: ReviewRecord) -> io::Result<Vec<u8>> {
        let joined = |separator: &str, part: fn(&FindingRecord) -> &str| {
            let parts: Vec<_> = record.findings.iter().map(part).collect();
            parts.join(separator)
        };
        let mut row = WriterBuilder::new()
            .quote_style(QuoteStyle::Always)
            .from_writer(Vec::new());
        row.write_record([
            &record.id,
            record.verdict.as_str(),
            &joined(";", |finding| finding.code.as_str()),
            &joined(";", |finding| finding.outcome.as_str()),
            &joined(" ", |finding| &finding.text),
        ])?;
        row.into_inner()
            .map_err(|error| io::Error::other(error.to_string()))
    }
}
