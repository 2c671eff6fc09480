//! One row a photo. Ids are kept as they are: a program that takes a cell beginning with `=` for
//! a formula must be told to import text.

use std::io;

use csv::{QuoteStyle, WriterBuilder};
use shomei::{Finding, Lang, Review};

use super::Exporter;

/// Codes and outcomes are lists in one cell, joined by `;`.
pub(super) struct Csv {
    pub(super) lang: Lang,
}

impl Exporter for Csv {
    fn header(&self) -> &'static str {
        "id,verdict,codes,outcomes,text\n"
    }

    fn photo(&self, id: &str, review: &Review) -> io::Result<Vec<u8>> {
        let joined = |separator: &str, part: &dyn Fn(&Finding) -> String| {
            let parts: Vec<_> = review.findings().iter().map(part).collect();
            parts.join(separator)
        };
        let mut row = WriterBuilder::new()
            .quote_style(QuoteStyle::Always)
            .from_writer(Vec::new());
        row.write_record([
            id,
            review.verdict().as_str(),
            &joined(";", &|finding| finding.code().to_string()),
            &joined(";", &|finding| finding.outcome().to_string()),
            &joined(" ", &|finding| finding.text(self.lang).to_owned()),
        ])?;
        row.into_inner()
            .map_err(|error| io::Error::other(error.to_string()))
    }
}
