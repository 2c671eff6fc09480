//! How reviews are written: an exporter for each format.

use shomei::Lang;

use crate::args::Format;

mod csv;
mod exporter;
mod human;
mod jsonl;

pub(crate) use exporter::Exporter;

/// The exporter of `format`; the texts of the records are to be in `lang`.
pub(crate) fn exporter(format: Format, lang: Lang, timings: bool) -> Box<dyn Exporter> {
    match format {
        Format::Human => Box::new(human::Human { lang }),
        Format::Jsonl => Box::new(jsonl::Jsonl { timings }),
        Format::Csv => Box::new(csv::Csv),
    }
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
            let exporter = exporter(format, lang, timings);
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
        let mut rows = ::csv::Reader::from_reader(table.as_bytes());
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
