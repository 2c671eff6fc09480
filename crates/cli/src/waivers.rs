//! Exceptions that are declared on the command line: for all photos, and for single ones in a
//! table.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail, ensure};
use csv::StringRecord;
use sha2::{Digest, Sha256};
use shomei::Waivers;

use crate::table;

/// What is declared for whom.
#[derive(Debug)]
pub(crate) struct Declared {
    all: Waivers,
    file: PathBuf,
    rows: HashMap<String, Row>,
}

#[derive(Debug)]
struct Row {
    line: u64,
    waivers: Waivers,
    met: AtomicBool,
}

/// Ids that a message names at most.
const NAMED: usize = 3;

impl Declared {
    /// `all` for every photo, and the table `file`, if there is one.
    pub(crate) fn load(all: Waivers, file: Option<&Path>) -> Result<Self> {
        let mut declared = Self {
            all,
            file: PathBuf::new(),
            rows: HashMap::new(),
        };
        if let Some(path) = file {
            path.clone_into(&mut declared.file);
            declared
                .read(path)
                .with_context(|| format!("--waivers {path:?}"))?;
        }
        Ok(declared)
    }

    fn read(&mut self, path: &Path) -> Result<()> {
        let mut table = table::open(path)?;
        let header = table.headers()?.clone();
        let column = |name| header.iter().position(|found| found.trim() == name);
        let (Some(id), Some(waive)) = (column("id").or_else(|| column("file")), column("waive"))
        else {
            let columns: Vec<_> = header.iter().collect();
            bail!("its columns are {columns:?}; needed: \"id\" (or \"file\") and \"waive\"");
        };
        let mut row = StringRecord::new();
        while table.read_record(&mut row)? {
            let line = row.position().map_or(0, csv::Position::line);
            let (id, codes) = (&row[id], &row[waive]);
            self.add(line, id, codes)
                .with_context(|| format!("line {line}"))?;
        }
        Ok(())
    }

    fn add(&mut self, line: u64, id: &str, codes: &str) -> Result<()> {
        ensure!(!id.is_empty(), "the id is empty");
        let row = Row {
            line,
            waivers: table::waivers(codes)?,
            met: AtomicBool::new(false),
        };
        if let Some(before) = self.rows.insert(id.to_owned(), row) {
            bail!(
                "{id:?} stands in line {} already; each id stands once",
                before.line
            );
        }
        Ok(())
    }

    /// What holds for the photo `id`: what the table says, else what was `recorded` before; and
    /// what holds for all.
    pub(crate) fn of(&self, id: &str, recorded: &Waivers) -> Waivers {
        let own = self.rows.get(id).map_or(recorded, |row| {
            row.met.store(true, Ordering::Relaxed);
            &row.waivers
        });
        self.all.union(own)
    }

    /// Adds all that is declared to `digest`.
    pub(crate) fn digest(&self, digest: &mut Sha256) {
        let mut rows: Vec<_> = self.rows.iter().collect();
        rows.sort_unstable_by_key(|(id, _)| *id);
        digest_codes(&self.all, digest);
        for (id, row) in rows {
            digest.update((id.len() as u64).to_le_bytes());
            digest.update(id);
            digest_codes(&row.waivers, digest);
        }
    }

    /// To be called when all photos were asked for: an exception that reached no photo is a
    /// mistake that would cost an applicant the card.
    ///
    /// # Errors
    /// If a row that declares something was for none of the photos.
    pub(crate) fn all_met(&self) -> Result<()> {
        let mut unmet: Vec<_> = self
            .rows
            .iter()
            .filter(|(_, row)| !row.waivers.is_empty() && !row.met.load(Ordering::Relaxed))
            .collect();
        unmet.sort_by_key(|(_, row)| row.line);
        let named: Vec<_> = unmet
            .iter()
            .take(NAMED)
            .map(|(id, row)| format!("line {}: {id:?}", row.line))
            .collect();
        ensure!(
            unmet.is_empty(),
            "--waivers {:?}: all reviews are written, but {} of {} ids are not among them ({}{}); \
             an id is the path as it was given to `shomei review`",
            self.file,
            unmet.len(),
            self.rows.len(),
            named.join(", "),
            if unmet.len() > NAMED { ", …" } else { "" },
        );
        Ok(())
    }
}

/// Adds `waivers` to `digest`.
pub(crate) fn digest_codes(waivers: &Waivers, digest: &mut Sha256) {
    for code in waivers.iter() {
        digest.update(code.as_str());
        digest.update(",");
    }
    digest.update(";");
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn load(table: impl AsRef<[u8]>) -> Result<Declared> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("waivers.csv");
        fs::write(&path, table).unwrap();
        Declared::load("turned".parse().unwrap(), Some(&path))
    }

    fn of(declared: &Declared, id: &str, recorded: &str) -> String {
        let waivers = declared.of(id, &recorded.parse().unwrap());
        let codes: Vec<_> = waivers.iter().map(|code| code.as_str()).collect();
        codes.join(",")
    }

    #[test]
    fn a_row_replaces_what_was_recorded_and_the_rest_adds_to_it() {
        let declared =
            load("id,waive,reason\na.jpg,head_covered;eyes_hidden tilted,religion\nb.jpg,,\n")
                .unwrap();
        assert_eq!(
            of(&declared, "a.jpg", "mouth_open"),
            "turned,tilted,eyes_hidden,head_covered"
        );
        assert_eq!(of(&declared, "b.jpg", "mouth_open"), "turned");
        assert_eq!(of(&declared, "c.jpg", "mouth_open"), "turned,mouth_open");
        let none = Declared::load(Waivers::default(), None).unwrap();
        assert_eq!(of(&none, "a.jpg", "mouth_open"), "mouth_open");
        none.all_met().unwrap();
    }

    #[test]
    fn tables_of_other_programs_are_read() {
        for table in [
            "\u{feff}id,waive\r\n\"a,\"\"b\"\"\n.jpg\",\"tilted\"\r\n",
            "verdict,file,note, waive \naccept,\"a,\"\"b\"\"\n.jpg\",x, tilted \n\n",
            "file,id,waive\nelse,\"a,\"\"b\"\"\n.jpg\",tilted",
        ] {
            let declared = load(table).unwrap();
            assert_eq!(
                of(&declared, "a,\"b\"\n.jpg", ""),
                "turned,tilted",
                "{table}"
            );
        }
        assert!(load("id,waive\n").unwrap().rows.is_empty());
    }

    #[test]
    fn mistakes_are_named_with_line_value_and_what_is_allowed() {
        let long = "x".repeat(100_000);
        for (table, named) in [
            (&b""[..], &["columns are []", "\"id\""][..]),
            (b"id", &["columns are [\"id\"]", "\"waive\""]),
            (b"id,wave\na,tilted", &["\"wave\"", "\"waive\""]),
            (
                b"id,waive\na,tilted\nb,hat\n",
                &["line 3", "\"hat\"", "head_covered"],
            ),
            (
                b"id,waive\na,\"\n\ntilted;blurred\"\n",
                &["line 2", "blurred cannot be waived"],
            ),
            (
                b"id,waive\na,\nb,\na,tilted\n",
                &["line 4", "\"a\"", "in line 2 already"],
            ),
            (b"id,waive\n,tilted\n", &["line 2", "id is empty"]),
            (b"id,waive\na\n", &["line: 2", "fields"]),
            (b"id,waive\na,tilted,b\n", &["line: 2", "fields"]),
            (b"id,waive\n\xFF,tilted\n", &["line 2", "UTF-8"]),
            (b"id,waive\n\"a,tilted\nb,tilted\n", &["line: 2", "fields"]),
            (format!("id,waive\na,{long}\n").as_bytes(), &["line 2"]),
        ] {
            let message = format!("{:#}", load(table).unwrap_err());
            assert!(message.starts_with("--waivers "), "{message}");
            assert!(message.len() < 1000, "{message}");
            for part in named {
                assert!(message.contains(part), "{part}: {message}");
            }
        }
        let gone = Declared::load(Waivers::default(), Some(Path::new("no/such.csv")));
        assert!(format!("{:#}", gone.unwrap_err()).contains("no/such.csv"));
    }

    #[test]
    fn exceptions_that_reach_no_photo_are_an_error() {
        let rows: String = (1..7).map(|n| format!("{n}.jpg,tilted\n")).collect();
        let declared = load(format!("id,waive\n{rows}7.jpg,\n")).unwrap();
        declared.of("2.jpg", &Waivers::default());
        let message = declared.all_met().unwrap_err().to_string();
        assert!(
            message.contains("5 of 7 ids")
                && message.contains("(line 2: \"1.jpg\", line 4: \"3.jpg\", line 5: \"4.jpg\", …)"),
            "{message}"
        );
        for n in 1..7 {
            declared.of(&format!("{n}.jpg"), &Waivers::default());
        }
        declared.all_met().unwrap();
    }
}
