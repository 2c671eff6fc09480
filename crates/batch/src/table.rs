//! CSV tables with a header, as people and spreadsheets write them.

use std::fs::File;
use std::io::{self, BufReader, Chain, Cursor, Read};
use std::path::Path;

use csv::{Reader, ReaderBuilder};
use sha2::{Digest, Sha256};
use shomei::{WaiverError, Waivers};

pub(crate) type Table = Reader<Chain<Cursor<Vec<u8>>, BufReader<File>>>;

/// The table in that file without its byte order mark, which would become a part of the first column's
/// name.
pub(crate) fn open(path: &Path) -> io::Result<Table> {
    let mut input = BufReader::new(File::open(path)?);
    let mut start = Vec::new();
    (&mut input).take(3).read_to_end(&mut start)?;
    if start == b"\xEF\xBB\xBF" {
        start.clear();
    }
    Ok(ReaderBuilder::new().from_reader(Cursor::new(start).chain(input)))
}

/// The codes of a cell, separated by `;`, `,` or white space.
pub(crate) fn waivers(cell: &str) -> Result<Waivers, WaiverError> {
    let codes: Vec<_> = cell
        .split(|c: char| c == ';' || c == ',' || c.is_whitespace())
        .filter(|code| !code.is_empty())
        .collect();
    codes.join(",").parse()
}

/// Adds `waivers` to `digest`.
pub(crate) fn digest_codes(waivers: &Waivers, digest: &mut Sha256) {
    for code in waivers.iter() {
        digest.update(code.as_str());
        digest.update(",");
    }
    digest.update(";");
}
