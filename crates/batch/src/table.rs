//! CSV tables with a header, as people and spreadsheets write them.

use std::fs::File;
use std::io::{BufReader, Chain, Cursor, Read};
use std::path::Path;

use csv::{Reader, StringRecord};

use crate::error::{Cause, at};

/// A table in a file.
pub(crate) struct Table {
    rows: Reader<Chain<Cursor<Vec<u8>>, BufReader<File>>>,
    header: StringRecord,
}

impl Table {
    /// Opens it without its byte order mark, which would become a part of the first column's name.
    pub(crate) fn open(path: &Path) -> Result<Self, Cause> {
        let mut input = BufReader::new(File::open(path)?);
        let mut start = Vec::new();
        (&mut input).take(3).read_to_end(&mut start)?;
        if start == b"\xEF\xBB\xBF" {
            start.clear();
        }
        let mut rows = Reader::from_reader(Cursor::new(start).chain(input));
        let header = rows.headers()?.clone();
        Ok(Self { rows, header })
    }

    /// The place of the column with that name.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.header.iter().position(|found| found.trim() == name)
    }

    /// The error of a table without the columns that are `needed`.
    pub(crate) fn lacks(&self, needed: &str) -> Cause {
        let columns: Vec<_> = self.header.iter().collect();
        format!("its columns are {columns:?}; needed: {needed}").into()
    }

    /// Passes each row to `take`, with its line. Errors name the line.
    pub(crate) fn each(
        mut self,
        mut take: impl FnMut(u64, &StringRecord) -> Result<(), Cause>,
    ) -> Result<(), Cause> {
        let mut row = StringRecord::new();
        while self.rows.read_record(&mut row)? {
            let line = row.position().map_or(0, csv::Position::line);
            take(line, &row).map_err(at(format!("line {line}")))?;
        }
        Ok(())
    }
}
