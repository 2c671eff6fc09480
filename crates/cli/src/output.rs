//! How reviews are written.

use std::io;

use csv::{QuoteStyle, WriterBuilder};
use shomei::Lang;
use shomei::wire::v1::{FindingRecord, ReviewRecord};

use crate::args::Format;

/// Writes reviews in one format.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Exporter {
    pub(crate) format: Format,
    /// The language of the records.
    pub(crate) lang: Lang,
    /// Whether JSON lines have timings, the only part that differs between runs.
    pub(crate) timings: bool,
}

impl Exporter {
    /// What stands before the first review.
    pub(crate) const fn header(self) -> &'static str {
        match self.format {
            Format::Csv => "id,verdict,codes,outcomes,text\n",
            Format::Human | Format::Jsonl => "",
        }
    }

    /// One review, with the line break at its end.
    pub(crate) fn photo(self, mut record: ReviewRecord) -> io::Result<Vec<u8>> {
        match self.format {
            Format::Human => Ok(record.render(self.lang).into_bytes()),
            Format::Jsonl => {
                record.timings_ms = record.timings_ms.filter(|_| self.timings);
                let mut line = serde_json::to_vec(&record)?;
                line.push(b'\n');
                Ok(line)
            }
            Format::Csv => row(&record),
        }
    }
}

/// One row for each photo. Codes and outcomes are lists in one cell, joined by `;`.
///
/// Ids are written as they are. If a spreadsheet treats a cell that begins with `=` as a formula,
/// import the file as text.
fn row(record: &ReviewRecord) -> io::Result<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use shomei::{Code, Reviewer};

    #[test]
    fn every_format_says_what_was_found() {
        let review = Reviewer::builder()
            .build()
            .unwrap()
            .review(b"no photo, but some text");
        let id = "a,\"b\"\n.jpg";
        let write = |format, lang, timings| {
            let exporter = Exporter {
                format,
                lang,
                timings,
            };
            let photo = exporter.photo(review.record(id, lang)).unwrap();
            exporter.header().to_owned() + &String::from_utf8(photo).unwrap()
        };
        let human = write(Format::Human, Lang::En, true);
        assert!(human.starts_with("✗ reject  a,\"b\"\\n.jpg\n"), "{human}");
        for lang in Lang::ALL {
            let text = write(Format::Human, lang, true);
            for finding in review.findings() {
                for part in [
                    finding.code().as_str(),
                    finding.text(lang),
                    finding.advice(lang),
                ] {
                    assert!(text.contains(part), "{text}");
                }
            }
        }

        let json = write(Format::Jsonl, Lang::Ja, true);
        assert_eq!(json, review.to_json(id, Lang::Ja) + "\n");
        assert!(json.contains("timings_ms"));
        let json = write(Format::Jsonl, Lang::Ja, false);
        assert_eq!(json.matches('\n').count(), 1);
        assert!(!json.contains("timings_ms"));

        let table = write(Format::Csv, Lang::En, true);
        assert!(table.starts_with("id,verdict,codes,outcomes,text\n"));
        let mut rows = csv::Reader::from_reader(table.as_bytes());
        let row = rows.records().next().unwrap().unwrap();
        assert_eq!((&row[0], &row[1]), (id, "reject"));
        assert!(
            row[2].split(';').any(|code| code == Code::NotJpeg.as_str()),
            "{table}"
        );
        assert_eq!(row[2].split(';').count(), row[3].split(';').count());
        assert!(row[4].contains(review.findings()[0].text(Lang::En)));
    }
}
