//! The list of photos and their labels.

use std::collections::{HashMap, HashSet};
use std::path::{Component, Path};

use csv::StringRecord;
use serde::Serialize;
use shomei_photo::{Side, fnv1a};
use shomei_verdict::ids;

use crate::error::Error;
use crate::labels::{self, Label};

/// Photos and their labels, read from CSV (UTF-8, with a header). Columns are found by name, in
/// any order; others serve to form groups ([`Manifest::column`]).
///
/// | column | contents |
/// |---|---|
/// | `file` | the photo's path inside the folder of photos, unique |
/// | `verdict` | `accept`, `reject`, or `unclear` if the rules leave it open; `refer` means the same |
/// | `defects` | labels joined by `;`: codes (`shomei explain` lists them) or older names for them such as `hat`; empty for a good photo |
/// | `subject` | optional: who is in the photo. All photos of a person are in the same [`Half`]; empty or `none` if unknown |
/// | `family` | optional: how the photo was made; the default is the file name up to the first `_` |
/// | `sides` | optional: `top`, `bottom`, `left`, `right` joined by `;`, where the head is cut; the default is to look for `left edge` and the like in `note` |
/// | `note` | optional, for people |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    header: Vec<String>,
    rows: Vec<Row>,
}

/// A column to form groups by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    name: String,
    /// `None` for the family, which has a default.
    at: Option<usize>,
}

/// The labels of one photo.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Row {
    /// Its path inside the folder of photos, with `/`.
    pub file: String,
    /// The expected verdict.
    pub expected: Expected,
    /// What is wrong with it.
    pub labels: Vec<Label>,
    /// The person shown; empty if unknown.
    pub subject: String,
    /// How it was made.
    pub family: String,
    /// Its file name without numbers at the end: `bguneven_dots` of `bguneven_dots_007.jpg`.
    pub kind: String,
    /// Where the head is cut.
    pub sides: Vec<Side>,
    /// For people.
    pub note: String,
    /// All cells of the row.
    cells: Vec<String>,
}

/// The expected verdict. The list is complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// A good photo.
    Accept,
    /// A bad one.
    Reject,
    /// A photo for which the rules leave it open; not scored.
    Unclear,
}

/// A part of the subjects. Limits are chosen on one half and reported on the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are two halves")]
pub enum Half {
    /// Both halves.
    #[default]
    All,
    /// The half on which limits are chosen.
    Calibrate,
    /// The half on which they are reported.
    Report,
}

/// The columns of a manifest, and whether it must have them.
const COLUMNS: [(&str, bool); 7] = [
    ("file", true),
    ("verdict", true),
    ("defects", true),
    ("subject", false),
    ("family", false),
    ("sides", false),
    ("note", false),
];

/// Where each column is.
struct Columns(HashMap<&'static str, usize>);

impl Manifest {
    /// Reads the text of a manifest.
    ///
    /// # Errors
    /// If it is not as described above. The message names the line, the column, the value and what is
    /// allowed.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let header = reader.headers().map_err(broken)?;
        let columns = Columns::find(header)?;
        let header = header.iter().map(|name| name.trim().to_owned()).collect();
        let mut rows = Vec::new();
        let mut files = HashSet::new();
        for record in reader.records() {
            let record = record.map_err(broken)?;
            let row = columns.row(&record)?;
            if !files.insert(row.file.clone()) {
                let allowed = "a photo that was not listed before";
                return refuse(&record, "file", &row.file, allowed);
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(Error::Manifest("contains no photo".to_owned()));
        }
        Ok(Self { header, rows })
    }

    /// The photos, in the manifest's order.
    #[must_use]
    pub fn rows(&self) -> &[Row] {
        &self.rows
    }

    /// The column with this name.
    ///
    /// # Errors
    /// If the manifest does not have it, or has it twice. The message lists the columns.
    pub fn column(&self, name: &str) -> Result<Column, Error> {
        let (all, named) = (&self.header, ids::shown(name));
        let mut found = (0..all.len()).filter(|&at| all[at] == name);
        let at = match (name, found.next(), found.next()) {
            ("family", ..) => None,
            (_, Some(at), None) => Some(at),
            (_, None, _) => {
                let message = format!("column {named} is missing; the manifest has {all:?}");
                return Err(Error::Manifest(message));
            }
            _ => {
                let message = format!("column {named} appears twice; the manifest has {all:?}");
                return Err(Error::Manifest(message));
            }
        };
        Ok(Column {
            name: name.to_owned(),
            at,
        })
    }
}

impl Column {
    /// Its name in the manifest.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The value of a photo, without white space at its ends.
    pub(crate) fn of<'a>(&self, row: &'a Row) -> &'a str {
        let cell = |at: usize| row.cells.get(at).map_or("", String::as_str);
        self.at.map_or(row.family.as_str(), cell)
    }
}

impl Columns {
    fn find(header: &StringRecord) -> Result<Self, Error> {
        let mut columns = HashMap::new();
        for (name, required) in COLUMNS {
            let mut found = (0..header.len()).filter(|&at| header[at].trim() == name);
            match (found.next(), found.next()) {
                (Some(at), None) => {
                    columns.insert(name, at);
                }
                (Some(_), Some(_)) => {
                    return Err(Error::Manifest(format!(
                        "line 1: column {name} appears twice"
                    )));
                }
                (None, _) if required => {
                    let there: Vec<_> = header.iter().map(str::trim).collect();
                    let there = ids::shown(&there.join(","));
                    return Err(Error::Manifest(format!(
                        "line 1: column {name} is missing in {there}; required: file, verdict, defects"
                    )));
                }
                (None, _) => {}
            }
        }
        Ok(Self(columns))
    }

    fn row(&self, record: &StringRecord) -> Result<Row, Error> {
        let text = |column| self.0.get(column).map_or("", |&at| record[at].trim());
        let file = text("file");
        let inside = Path::new(file)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if file.is_empty() || !inside {
            return refuse(record, "file", file, "a path inside the folder of photos");
        }
        let expected = match text("verdict") {
            "accept" => Expected::Accept,
            "reject" => Expected::Reject,
            "unclear" | "refer" => Expected::Unclear,
            other => return refuse(record, "verdict", other, "accept, reject, unclear, refer"),
        };
        let stem = stem(file);
        let family = match text("family") {
            "" => stem.split('_').next().unwrap_or(stem),
            family => family,
        };
        let defects = text("defects");
        if expected == Expected::Accept && !defects.is_empty() {
            let allowed = "nothing, since the verdict is accept";
            return refuse(record, "defects", defects, allowed);
        }
        let mut labels: Vec<Label> = Vec::new();
        for name in listed(defects) {
            let Some(label) = Label::new(name, family) else {
                let known: Vec<_> = labels::names().collect();
                return refuse(record, "defects", name, &known.join(", "));
            };
            if !labels.contains(&label) {
                labels.push(label);
            }
        }
        let note = text("note");
        let sides = match text("sides") {
            "" => noted_sides(note),
            sides => {
                let mut found = Vec::new();
                for name in listed(sides) {
                    let Some((_, side)) = SIDES.iter().find(|(known, _)| *known == name) else {
                        return refuse(record, "sides", name, "top, bottom, left, right");
                    };
                    found.push(*side);
                }
                found
            }
        };
        Ok(Row {
            file: file.to_owned(),
            expected,
            labels,
            subject: text("subject").to_owned(),
            family: family.to_owned(),
            kind: kind(stem).to_owned(),
            sides,
            note: note.to_owned(),
            cells: record.iter().map(|cell| cell.trim().to_owned()).collect(),
        })
    }
}

const SIDES: [(&str, Side); 4] = [
    ("top", Side::Top),
    ("bottom", Side::Bottom),
    ("left", Side::Left),
    ("right", Side::Right),
];

/// As the manifest has it.
pub(crate) fn side_name(side: Side) -> &'static str {
    let named = SIDES.iter().find(|(_, known)| *known == side);
    named.map_or("", |(name, _)| name)
}

fn noted_sides(note: &str) -> Vec<Side> {
    let named = |name: &str| note.contains(&format!("{name} edge"));
    let found = SIDES.iter().filter(|(name, _)| named(name));
    found.map(|(_, side)| *side).collect()
}

fn listed(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';')
        .map(str::trim)
        .filter(|name| !name.is_empty())
}

/// The file's name without folders and extension.
fn stem(file: &str) -> &str {
    let name = file.rsplit('/').next().unwrap_or(file);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn kind(stem: &str) -> &str {
    let mut kind = stem;
    while let Some((rest, end)) = kind.rsplit_once('_') {
        if !end.contains(|c: char| c.is_ascii_digit()) {
            break;
        }
        kind = rest;
    }
    kind
}

impl Row {
    /// The half of the photo. It depends on the subject, or on the file if there is no subject: 64-bit
    /// FNV-1a of its bytes, with its upper and lower 32 bits combined by exclusive or. Even values
    /// calibrate, odd values report. Never [`Half::All`].
    #[must_use]
    pub fn half(&self) -> Half {
        let who = match self.subject.as_str() {
            "" | "none" => &self.file,
            subject => subject,
        };
        let hash = fnv1a(who.as_bytes());
        if (hash ^ (hash >> 32)).is_multiple_of(2) {
            Half::Calibrate
        } else {
            Half::Report
        }
    }
}

impl Half {
    /// Whether `row` belongs to it.
    #[must_use]
    pub fn holds(self, row: &Row) -> bool {
        self == Self::All || self == row.half()
    }

    /// `all`, `calibrate` or `report`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Calibrate => "calibrate",
            Self::Report => "report",
        }
    }
}

fn refuse<T>(record: &StringRecord, column: &str, value: &str, allowed: &str) -> Result<T, Error> {
    let line = record.position().map_or(0, csv::Position::line);
    Err(Error::Manifest(format!(
        "line {line}, column {column}: {} is not allowed; allowed: {allowed}",
        ids::shown(value)
    )))
}

/// The error of the CSV reader without its own message, which may contain whole rows.
#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn broken(error: csv::Error) -> Error {
    let line = error.position().map_or(1, csv::Position::line);
    Error::Manifest(match error.kind() {
        csv::ErrorKind::UnequalLengths {
            expected_len, len, ..
        } => format!("line {line}: {len} columns; allowed: {expected_len}, as in the header"),
        _ => format!("line {line}: not UTF-8 CSV"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use shomei_verdict::Code;

    #[test]
    fn columns_are_found_by_name() {
        let text = "\u{feff}note,defects,verdict,file,extra\n\
                    \"left edge removes 0.2, \"\"all\"\"\",face_cut;hat,reject,a/cut_left_01.jpg,x\n\
                    ,,accept,b.jpg,\n,yaw,refer,c_1.png,\n";
        let manifest = Manifest::parse(text).unwrap();
        let [cut, good, open] = manifest.rows() else {
            panic!("{manifest:?}");
        };
        assert_eq!(
            (cut.file.as_str(), cut.expected),
            ("a/cut_left_01.jpg", Expected::Reject)
        );
        assert_eq!(
            (cut.family.as_str(), cut.kind.as_str()),
            ("cut", "cut_left")
        );
        assert_eq!(cut.sides, [Side::Left]);
        assert_eq!(cut.note, "left edge removes 0.2, \"all\"");
        let codes: Vec<_> = cut.labels.iter().map(|label| label.means).collect();
        assert_eq!(codes, [Some(Code::FaceCut), Some(Code::HeadCovered)]);
        assert_eq!(
            (good.expected, good.family.as_str()),
            (Expected::Accept, "b")
        );
        assert!(good.labels.is_empty() && good.sides.is_empty());
        assert_eq!(
            (open.expected, open.kind.as_str()),
            (Expected::Unclear, "c")
        );
    }

    #[test]
    fn columns_of_their_own_go_before_what_is_guessed() {
        let text = "file,verdict,defects,family,sides,note\n\
                    x_1.jpg,reject,face_cut,phone,top; right,left edge\n";
        let manifest = Manifest::parse(text).unwrap();
        let row = &manifest.rows()[0];
        assert_eq!((row.family.as_str(), row.kind.as_str()), ("phone", "x"));
        assert_eq!(row.sides, [Side::Top, Side::Right]);
    }

    #[test]
    fn mistakes_are_named_with_line_column_value_and_what_is_allowed() {
        const HEADER: &str = "file,verdict,defects,sides\n";
        for (text, message) in [
            (
                "",
                "line 1: column file is missing in \"\"; required: file, verdict, defects",
            ),
            (
                "file,defects\n",
                "line 1: column verdict is missing in \"file,defects\"",
            ),
            (
                "file,file,verdict,defects\n",
                "line 1: column file appears twice",
            ),
            (HEADER, "contains no photo"),
            (
                "file,verdict,defects,sides\na.jpg,accept\n",
                "line 2: 2 columns; allowed: 4, as in the header",
            ),
            (
                "file,verdict,defects,sides\na.jpg,accept,,\nb.jpg,maybe,,\n",
                "line 3, column verdict: \"maybe\" is not allowed; allowed: accept, reject, unclear, refer",
            ),
            (
                "file,verdict,defects,sides\na.jpg,reject,hat;hatt,\n",
                "line 2, column defects: \"hatt\" is not allowed; allowed: file_unreadable, ",
            ),
            (
                "file,verdict,defects,sides\na.jpg,accept,hat,\n",
                "line 2, column defects: \"hat\" is not allowed; allowed: nothing",
            ),
            (
                "file,verdict,defects,sides\na.jpg,reject,face_cut,above\n",
                "line 2, column sides: \"above\" is not allowed; allowed: top, bottom, left, right",
            ),
            (
                "file,verdict,defects,sides\na.jpg,accept,,\na.jpg,accept,,\n",
                "line 3, column file: \"a.jpg\" is not allowed; allowed: a photo that was not",
            ),
            (
                "file,verdict,defects,sides\n../a.jpg,accept,,\n",
                "line 2, column file: \"../a.jpg\" is not allowed; allowed: a path inside",
            ),
            (
                "file,verdict,defects,sides\n/a.jpg,accept,,\n",
                "line 2, column file: \"/a.jpg\" is not allowed",
            ),
            (
                "file,verdict,defects,sides\n,accept,,\n",
                "line 2, column file: \"\" is not allowed",
            ),
        ] {
            let error = Manifest::parse(text).unwrap_err();
            assert!(matches!(error, Error::Manifest(_)));
            assert!(error.to_string().starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn hostile_text_is_refused_with_a_short_message() {
        let long = "\u{1b}[31m".repeat(1 << 14);
        for text in [
            format!("{long}\n"),
            format!("file,verdict,defects\na,{long},\n"),
            format!("file,verdict,defects\na,reject,{long}\n"),
            format!("file,verdict,defects\n/{long},reject,\n"),
            format!("file,verdict,defects\na{}\n", ",x".repeat(1 << 16)),
        ] {
            let message = Manifest::parse(&text).unwrap_err().to_string();
            assert!(
                message.len() < 2_000 && !message.contains('\u{1b}'),
                "{message}"
            );
        }
    }

    #[test]
    fn halves_go_by_the_subject() {
        let half = |file: &str, subject: &str| {
            let text = format!("file,verdict,defects,subject\n{file},accept,,{subject}\n");
            Manifest::parse(&text).unwrap().rows()[0].half()
        };
        assert_eq!(half("a.jpg", "p1"), half("b.jpg", "p1"));
        assert_eq!(half("a.jpg", ""), half("a.jpg", "none"));
        let report = (0..1000)
            .filter(|n| half("x.jpg", &format!("frll{n:03}")) == Half::Report)
            .count();
        assert!((440..=560).contains(&report), "{report} of 1000");
        // The split is part of what was published with it: it must not move.
        let split = ["frll001", "frll002", "frll003", "frll004"].map(|who| half("x.jpg", who));
        let [a, b] = [Half::Calibrate, Half::Report];
        assert_eq!(split, [a, b, a, b]);
    }
}
