//! Exceptions: those recorded for all photos, and those of single photos in a table.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use sha2::{Digest, Sha256};
use shomei::Waivers;

use crate::codes::{self, digest_codes};
use crate::error::{Cause, Error, Role};
use crate::table::Table;

/// Which exceptions hold for which photo.
///
/// The table is CSV (UTF-8, with a header): the column `id` (or `file`) is the photo's id, the
/// column `waive` has codes separated by `;`. Other columns are ignored.
#[derive(Debug, Default)]
pub struct Exceptions {
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

/// How many ids a message names.
const NAMED: usize = 3;

impl Exceptions {
    /// `all` for every photo, and those of the `table`, if there is one.
    ///
    /// # Errors
    /// If the table cannot be read, or a row is not valid.
    pub fn load(all: Waivers, table: Option<&Path>) -> Result<Self, Error> {
        let mut exceptions = Self {
            all,
            file: PathBuf::new(),
            rows: HashMap::new(),
        };
        if let Some(path) = table {
            path.clone_into(&mut exceptions.file);
            exceptions
                .read(path)
                .map_err(Error::file(Role::Exceptions, path))?;
        }
        Ok(exceptions)
    }

    fn read(&mut self, path: &Path) -> Result<(), Cause> {
        let table = Table::open(path)?;
        let id = table.column("id").or_else(|| table.column("file"));
        let (Some(id), Some(waive)) = (id, table.column("waive")) else {
            return Err(table.lacks("\"id\" (or \"file\") and \"waive\""));
        };
        table.each(|line, row| self.add(line, &row[id], &row[waive]))
    }

    fn add(&mut self, line: u64, id: &str, codes: &str) -> Result<(), Cause> {
        if id.is_empty() {
            return Err("the id is empty".into());
        }
        let row = Row {
            line,
            waivers: codes::waivers(codes)?,
            met: AtomicBool::new(false),
        };
        if let Some(before) = self.rows.insert(id.to_owned(), row) {
            let line = before.line;
            return Err(format!("{id:?} is in line {line} already; list each id once").into());
        }
        Ok(())
    }

    /// The exceptions for the photo `id`: those of the table, or those `recorded` before if it is not
    /// in the table, and those for all photos.
    pub fn of(&self, id: &str, recorded: &Waivers) -> Waivers {
        let own = self.rows.get(id).map_or(recorded, |row| {
            row.met.store(true, Ordering::Relaxed);
            &row.waivers
        });
        self.all.union(own)
    }

    /// Call this after [`Exceptions::of`] was called for all photos. An exception that matched no photo is
    /// an error, because a typo would reject somebody.
    ///
    /// # Errors
    /// If a row that records an exception was for none of the photos.
    pub fn all_met(&self) -> Result<(), Error> {
        let mut unmet: Vec<_> = self
            .rows
            .iter()
            .filter(|(_, row)| !row.waivers.is_empty() && !row.met.load(Ordering::Relaxed))
            .collect();
        if unmet.is_empty() {
            return Ok(());
        }
        unmet.sort_by_key(|(_, row)| row.line);
        let first = unmet.iter().take(NAMED);
        let first: Vec<_> = first
            .map(|(id, row)| format!("line {}: {id:?}", row.line))
            .collect();
        let more = if unmet.len() > NAMED { ", …" } else { "" };
        Err(Error::Unmet {
            path: self.file.clone(),
            unmet: unmet.len(),
            ids: self.rows.len(),
            named: format!("{}{more}", first.join(", ")),
        })
    }

    /// Adds all that is recorded to `digest`.
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;
    use std::fs;
    use tempfile::TempDir;

    fn load(table: impl AsRef<[u8]>) -> Result<Exceptions, Error> {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("waivers.csv");
        fs::write(&path, table).unwrap();
        Exceptions::load("turned".parse().unwrap(), Some(&path))
    }

    fn of(exceptions: &Exceptions, id: &str, recorded: &str) -> String {
        let waivers = exceptions.of(id, &recorded.parse().unwrap());
        let codes: Vec<_> = waivers.iter().map(|code| code.as_str()).collect();
        codes.join(",")
    }

    #[test]
    fn a_row_replaces_what_was_recorded_and_the_rest_adds_to_it() {
        let exceptions =
            load("id,waive,reason\na.jpg,head_covered;eyes_hidden tilted,religion\nb.jpg,,\n")
                .unwrap();
        assert_eq!(
            of(&exceptions, "a.jpg", "mouth_open"),
            "turned,tilted,eyes_hidden,head_covered"
        );
        assert_eq!(of(&exceptions, "b.jpg", "mouth_open"), "turned");
        assert_eq!(of(&exceptions, "c.jpg", "mouth_open"), "turned,mouth_open");
        let none = Exceptions::load(Waivers::default(), None).unwrap();
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
            let exceptions = load(table).unwrap();
            assert_eq!(
                of(&exceptions, "a,\"b\"\n.jpg", ""),
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
            let message = chain(&load(table).unwrap_err());
            assert!(message.starts_with("exceptions \""), "{message}");
            assert!(message.len() < 1000, "{message}");
            for part in named {
                assert!(message.contains(part), "{part}: {message}");
            }
        }
        let gone = Exceptions::load(Waivers::default(), Some(Path::new("no/such.csv")));
        assert!(chain(&gone.unwrap_err()).contains("no/such.csv"));
    }

    #[test]
    fn exceptions_that_reach_no_photo_are_an_error() {
        let rows: String = (1..7).map(|n| format!("{n}.jpg,tilted\n")).collect();
        let exceptions = load(format!("id,waive\n{rows}7.jpg,\n")).unwrap();
        exceptions.of("2.jpg", &Waivers::default());
        let message = exceptions.all_met().unwrap_err().to_string();
        assert!(
            message.contains("5 of 7 ids")
                && message.contains("(line 2: \"1.jpg\", line 4: \"3.jpg\", line 5: \"4.jpg\", …)"),
            "{message}"
        );
        for n in 1..7 {
            exceptions.of(&format!("{n}.jpg"), &Waivers::default());
        }
        exceptions.all_met().unwrap();
    }
}
