//! Reviews counted by verdict, and by reason or folder.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Serialize;
use shomei_verdict::wire::v1::ReviewRecord;
use shomei_verdict::{Code, Lang, Outcome, Verdict, summary};

use crate::harmless;

/// What the rows count. A review contains no date; to count by day, use one folder for each day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "callers offer all of them")]
pub enum Grouping {
    /// A row for each code that was found.
    Reason,
    /// A row for each folder: the id up to its last `/`.
    Folder,
}

/// Output format of counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "callers offer all of them")]
pub enum CountsFormat {
    /// Aligned columns.
    Table,
    /// CSV with a header.
    Csv,
    /// One JSON object.
    Json,
}

/// Photos by verdict.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "there are three verdicts")]
pub struct Verdicts {
    /// All photos.
    pub photos: u64,
    /// Those that were accepted.
    pub accepted: u64,
    /// Those that were referred to a person.
    pub referred: u64,
    /// Those that were rejected.
    pub rejected: u64,
}

impl Verdicts {
    /// One more photo.
    pub const fn add(&mut self, verdict: Verdict) {
        self.photos += 1;
        *match verdict {
            Verdict::Accept => &mut self.accepted,
            Verdict::Refer => &mut self.referred,
            Verdict::Reject => &mut self.rejected,
        } += 1;
    }
}

/// Photos with one code among their findings, by its outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Reasons {
    pub(crate) photos: u64,
    pub(crate) referred: u64,
    pub(crate) unable: u64,
    pub(crate) rejected: u64,
    /// Photos for which it is the only finding.
    pub(crate) alone: u64,
}

/// Counts of reviews. Memory grows with the number of codes or folders, not of photos.
#[derive(Clone, Debug)]
pub struct Counts {
    grouping: Grouping,
    total: Verdicts,
    folders: BTreeMap<String, Verdicts>,
    reasons: BTreeMap<Code, Reasons>,
}

impl Counts {
    /// Empty counts.
    #[must_use]
    pub fn new(grouping: Grouping) -> Self {
        Self {
            grouping,
            total: Verdicts::default(),
            folders: BTreeMap::new(),
            reasons: BTreeMap::new(),
        }
    }

    /// Counts one review.
    pub fn add(&mut self, record: &ReviewRecord) {
        self.total.add(record.verdict);
        if self.grouping == Grouping::Folder {
            let folder = record.id.rsplit_once('/').map_or("", |(folder, _)| folder);
            let verdicts = self.folders.entry(folder.to_owned()).or_default();
            verdicts.add(record.verdict);
        }
        for finding in &record.findings {
            let reasons = self.reasons.entry(finding.code).or_default();
            reasons.photos += 1;
            reasons.alone += u64::from(record.findings.len() == 1);
            *match finding.outcome {
                Outcome::Refer => &mut reasons.referred,
                Outcome::Unable => &mut reasons.unable,
                Outcome::Reject => &mut reasons.rejected,
            } += 1;
        }
    }

    /// Number of reviews counted.
    #[must_use]
    pub const fn photos(&self) -> u64 {
        self.total.photos
    }

    pub(crate) const fn total(&self) -> Verdicts {
        self.total
    }

    /// The most frequent first; equal ones in the order of the checks.
    pub(crate) fn reasons(&self) -> Vec<(Code, Reasons)> {
        let mut rows: Vec<_> = self.reasons.clone().into_iter().collect();
        rows.sort_by_key(|(_, reasons)| std::cmp::Reverse(reasons.photos));
        rows
    }

    /// The counts as text, with a line break at its end.
    #[must_use]
    pub fn text(&self, format: CountsFormat, lang: Lang) -> String {
        match format {
            CountsFormat::Table => self.table(lang),
            CountsFormat::Csv => self.csv(lang),
            CountsFormat::Json => self.json(lang),
        }
    }

    fn head(&self) -> &'static [&'static str] {
        match self.grouping {
            Grouping::Reason => &[
                "code", "photos", "rejected", "referred", "unable", "alone", "title",
            ],
            Grouping::Folder => &["folder", "photos", "accepted", "referred", "rejected"],
        }
    }

    fn rows(&self, lang: Lang) -> Vec<Vec<String>> {
        match self.grouping {
            Grouping::Reason => {
                let row = |(code, r): (Code, Reasons)| {
                    let numbers = [r.photos, r.rejected, r.referred, r.unable, r.alone];
                    let numbers = numbers.map(|n| n.to_string());
                    let title = summary(code, lang).title.to_owned();
                    let cells = [code.to_string()].into_iter().chain(numbers);
                    cells.chain([title]).collect()
                };
                self.reasons().into_iter().map(row).collect()
            }
            Grouping::Folder => {
                let row = |(folder, v): (&String, &Verdicts)| {
                    let numbers = [v.photos, v.accepted, v.referred, v.rejected];
                    let numbers = numbers.map(|n| n.to_string());
                    [harmless(folder)].into_iter().chain(numbers).collect()
                };
                self.folders.iter().map(row).collect()
            }
        }
    }

    fn table(&self, lang: Lang) -> String {
        let total = &self.total;
        let share = |count: u64| match total.photos {
            0 => 0.0,
            #[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
            photos => 100.0 * count as f64 / photos as f64,
        };
        let mut text = format!("photos    {}\n", total.photos);
        for (name, count) in [
            ("accepted", total.accepted),
            ("referred", total.referred),
            ("rejected", total.rejected),
        ] {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{name:8}  {count}  {:.1}%", share(count));
        }
        let rows = self.rows(lang);
        if rows.is_empty() {
            return text;
        }
        let head: Vec<_> = self.head().iter().map(|&name| name.to_owned()).collect();
        let rows: Vec<_> = std::iter::once(head).chain(rows).collect();
        let width = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<_> = (0..self.head().len()).map(width).collect();
        text.push('\n');
        for row in &rows {
            let mut line = String::new();
            for (at, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                let gap = if at == 0 { "" } else { "  " };
                // Numbers stand at the right.
                let _ = match (1..6).contains(&at) {
                    true => write!(line, "{gap}{cell:>width$}"),
                    false => write!(line, "{gap}{cell:width$}"),
                };
            }
            let _ = writeln!(text, "{}", line.trim_end());
        }
        text
    }

    fn csv(&self, lang: Lang) -> String {
        let mut writer = csv::Writer::from_writer(Vec::new());
        // Writing to memory cannot fail.
        let _ = writer.write_record(self.head());
        for row in self.rows(lang) {
            let _ = writer.write_record(&row);
        }
        let bytes = writer.into_inner().unwrap_or_default();
        String::from_utf8(bytes).unwrap_or_default()
    }

    fn json(&self, lang: Lang) -> String {
        #[derive(Serialize)]
        struct Reason {
            code: Code,
            title: &'static str,
            #[serde(flatten)]
            counts: Reasons,
        }
        #[derive(Serialize)]
        struct Folder<'a> {
            folder: &'a str,
            #[serde(flatten)]
            counts: Verdicts,
        }
        #[derive(Serialize)]
        struct All<'a> {
            #[serde(flatten)]
            total: Verdicts,
            #[serde(skip_serializing_if = "Option::is_none")]
            reasons: Option<Vec<Reason>>,
            #[serde(skip_serializing_if = "Option::is_none")]
            folders: Option<Vec<Folder<'a>>>,
        }
        let reason = |(code, counts)| Reason {
            code,
            title: summary(code, lang).title,
            counts,
        };
        let reasons = || self.reasons().into_iter().map(reason).collect();
        let folders = || {
            let all = self.folders.iter();
            all.map(|(folder, &counts)| Folder { folder, counts })
                .collect()
        };
        let all = All {
            total: self.total,
            reasons: (self.grouping == Grouping::Reason).then(reasons),
            folders: (self.grouping == Grouping::Folder).then(folders),
        };
        // Numbers and text are always JSON.
        serde_json::to_string(&all).unwrap_or_default() + "\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{accepted, rejected};

    fn counts(grouping: Grouping) -> Counts {
        let mut counts = Counts::new(grouping);
        counts.add(&accepted("2026-11-01/a.jpg"));
        counts.add(&rejected("2026-11-01/b.jpg", Lang::En));
        counts.add(&rejected("=2,\"x\"/\u{1b}/c.jpg", Lang::En));
        counts.add(&rejected("d.jpg", Lang::En));
        counts
    }

    #[test]
    fn reasons_are_counted() {
        let counts = counts(Grouping::Reason);
        assert_eq!(counts.photos(), 4);
        let table = counts.text(CountsFormat::Table, Lang::En);
        let title = summary(Code::NotJpeg, Lang::En).title;
        let expected = format!(
            "photos    4\naccepted  1  25.0%\nreferred  0  0.0%\nrejected  3  75.0%\n\n\
             code      photos  rejected  referred  unable  alone  title\n\
             not_jpeg       3         3         0       0      3  {title}\n"
        );
        assert_eq!(table, expected);
        let csv = counts.text(CountsFormat::Csv, Lang::Ja);
        assert_eq!(csv.lines().count(), 2);
        assert!(csv.contains("\nnot_jpeg,3,3,0,0,3,JPEG"), "{csv}");
        let json: serde_json::Value =
            serde_json::from_str(&counts.text(CountsFormat::Json, Lang::En)).unwrap();
        assert_eq!((&json["photos"], &json["rejected"]), (&4.into(), &3.into()));
        assert_eq!(json["reasons"][0]["alone"], 3);
        assert!(json.get("folders").is_none());
    }

    #[test]
    fn folders_are_counted_and_shown_without_harm() {
        let counts = counts(Grouping::Folder);
        let csv = counts.text(CountsFormat::Csv, Lang::En);
        let rows: Vec<_> = csv.lines().collect();
        assert_eq!(
            rows,
            [
                "folder,photos,accepted,referred,rejected",
                ",1,0,0,1",
                "2026-11-01,2,1,0,1",
                "\"=2,\"\"x\"\"/\u{fffd}\",1,0,0,1"
            ]
        );
        let table = counts.text(CountsFormat::Table, Lang::En);
        assert!(!table.contains('\u{1b}'), "{table}");
        let json = counts.text(CountsFormat::Json, Lang::En);
        assert!(
            json.contains(r#"{"folder":"2026-11-01","photos":2,"#),
            "{json}"
        );
    }
}
