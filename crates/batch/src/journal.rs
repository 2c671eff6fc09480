//! A file of reviews that is only appended to, in whole lines, so that a batch can be resumed after
//! it was stopped in any way.
//!
//! The reviews are in the order of the photos, so the finished ones are those of the first photos.
//! The terms of the batch are in a second file, `FILE.journal`; the reviews themselves are a plain
//! `shomei.review/1` file. A review is finished when its line break is written.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use shomei::wire::v1::RecordHead;
use shomei::{MAX_LINE_BYTES, Verdict};

use crate::error::{Error, JournalError};
use crate::private::{private_file, private_options};
use crate::terms::Terms;

const SCHEMA: &str = "shomei.journal/1";

/// Longest header that is read, in bytes.
const MAX_HEADER_BYTES: u64 = 1 << 16;

/// How much work a power cut may lose. If only the process ends, nothing that is written is lost.
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// The file beside the reviews.
#[derive(Debug, Serialize, Deserialize)]
struct Header {
    schema: String,
    #[serde(flatten)]
    terms: Terms,
}

/// A finished review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Done {
    /// The id of its photo.
    pub id: String,
    /// Its verdict.
    pub verdict: Verdict,
}

/// What to do with a file that is not empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// Refuse to write.
    Keep,
    /// Continue after its contents, on the same terms.
    Resume,
    /// Delete its contents.
    Overwrite,
}

/// An open file of reviews, with one `shomei.review/1` record on each line. Dropping it loses nothing
/// that was appended, except in a power cut.
#[derive(Debug)]
pub struct Journal {
    file: File,
    path: PathBuf,
    /// The length of all complete lines, in bytes.
    whole: u64,
    unsynced: bool,
    synced: Instant,
}

impl Journal {
    /// Opens or creates the file and returns its reviews in order. An incomplete line is removed.
    ///
    /// # Errors
    /// If it cannot be opened, holds something that `existing` does not allow, or belongs to a
    /// batch on other terms.
    pub fn open(
        path: &Path,
        existing: Existing,
        terms: &Terms,
    ) -> Result<(Self, Vec<Done>), Error> {
        Self::opened(path, existing, terms).map_err(|source| Error::Journal {
            path: path.to_owned(),
            source,
        })
    }

    fn opened(
        path: &Path,
        existing: Existing,
        terms: &Terms,
    ) -> Result<(Self, Vec<Done>), JournalError> {
        let mut options = private_options();
        let file = options.read(true).create(true).truncate(false).open(path)?;
        let mut journal = Self {
            file,
            path: path.to_owned(),
            whole: 0,
            unsynced: false,
            synced: Instant::now(),
        };
        let metadata = journal.file.metadata()?;
        // A device keeps nothing that could be resumed.
        if !metadata.is_file() {
            return Ok((journal, Vec::new()));
        }
        if let Err(TryLockError::WouldBlock) = journal.file.try_lock() {
            return Err(JournalError::Busy);
        }
        let beside = beside(path);
        if metadata.len() > 0 {
            match existing {
                Existing::Keep => {
                    let bytes = metadata.len();
                    return Err(JournalError::Occupied { bytes });
                }
                Existing::Resume => {
                    if let Some(difference) = stored(&beside)?.difference(terms) {
                        return Err(JournalError::Terms(difference));
                    }
                    let done = journal.read()?;
                    journal.cut()?;
                    return Ok((journal, done));
                }
                Existing::Overwrite => journal.cut()?,
            }
        }
        store(&beside, terms).map_err(|source| JournalError::Store {
            header: beside,
            source,
        })?;
        Ok((journal, Vec::new()))
    }

    /// The reviews that are whole.
    fn read(&mut self) -> Result<Vec<Done>, JournalError> {
        let mut input = BufReader::with_capacity(1 << 16, &self.file);
        let (mut done, mut line) = (Vec::new(), Vec::new());
        loop {
            line.clear();
            let most = MAX_LINE_BYTES as u64 + 1;
            let read = (&mut input).take(most).read_until(b'\n', &mut line)? as u64;
            let wrong = JournalError::Line {
                line: done.len() + 1,
            };
            if line.last() != Some(&b'\n') {
                return if read < most { Ok(done) } else { Err(wrong) };
            }
            match RecordHead::from_json(&line) {
                Ok(RecordHead { id, verdict }) => done.push(Done { id, verdict }),
                Err(_) => return Err(wrong),
            }
            self.whole += read;
        }
    }

    /// Ends the file behind the last whole line, and goes there.
    fn cut(&mut self) -> io::Result<()> {
        self.file.set_len(self.whole)?;
        self.file.seek(SeekFrom::Start(self.whole))?;
        self.file.sync_all()
    }

    /// Appends whole lines, each with its line break. They survive the end of the process at once
    /// and a power failure after 2 s.
    ///
    /// # Errors
    /// If they cannot be written. The file then ends with the last whole line.
    pub fn append(&mut self, lines: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all(lines).and_then(|()| {
            self.whole += lines.len() as u64;
            self.unsynced = true;
            if self.synced.elapsed() < SYNC_EVERY {
                return Ok(());
            }
            self.sync()
        });
        if written.is_err() {
            // If this fails too, resuming does it.
            let _cut = self.file.set_len(self.whole);
        }
        written.map_err(|error| self.error(JournalError::Write(error)))
    }

    /// Returns when everything that was appended is on the disk.
    ///
    /// # Errors
    /// If the file system fails.
    pub fn finish(&mut self) -> Result<(), Error> {
        self.sync()
            .map_err(|error| self.error(JournalError::Io(error)))
    }

    fn error(&self, source: JournalError) -> Error {
        Error::Journal {
            path: self.path.clone(),
            source,
        }
    }

    fn sync(&mut self) -> io::Result<()> {
        if self.unsynced {
            match self.file.sync_data() {
                // Of a pipe or a device nothing is kept.
                Err(error) if error.kind() == io::ErrorKind::InvalidInput => {}
                result => result?,
            }
        }
        self.unsynced = false;
        self.synced = Instant::now();
        Ok(())
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".journal");
    name.into()
}

/// The terms of a batch that was started.
fn stored(path: &Path) -> Result<Terms, JournalError> {
    let mut text = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_HEADER_BYTES).read_to_end(&mut text))
        .map_err(|source| JournalError::NoHeader {
            header: path.to_owned(),
            source,
        })?;
    let wrong = |source| JournalError::Header {
        header: path.to_owned(),
        source,
    };
    let header: Header = serde_json::from_slice(&text).map_err(|error| wrong(error.into()))?;
    if header.schema != SCHEMA {
        let schema: String = header.schema.chars().take(60).collect();
        return Err(wrong(
            format!("its schema is {schema:?}, not {SCHEMA:?}").into(),
        ));
    }
    Ok(header.terms)
}

/// Puts the header there whole or not at all.
fn store(path: &Path, terms: &Terms) -> io::Result<()> {
    let mut text = serde_json::to_vec(&Header {
        schema: SCHEMA.to_owned(),
        terms: terms.clone(),
    })?;
    text.push(b'\n');
    let mut new = OsString::from(path);
    new.push(".new");
    let mut file = private_file(Path::new(&new))?;
    file.write_all(&text)?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        // So that a power failure does not take the names of the new files.
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::tests::terms;
    use tempfile::TempDir;

    fn line(id: &str) -> String {
        format!("{{\"schema\":\"shomei.review/1\",\"id\":\"{id}\",\"verdict\":\"refer\"}}\n")
    }

    fn refusal(path: &Path, existing: Existing, terms: &Terms) -> JournalError {
        match Journal::open(path, existing, terms) {
            Err(Error::Journal { source, .. }) => source,
            other => unreachable!("{other:?}"),
        }
    }

    #[test]
    fn wherever_it_is_torn_whole_lines_remain() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out");
        let (mut journal, done) = Journal::open(&path, Existing::Keep, &terms()).unwrap();
        assert!(done.is_empty());
        let lines = [line("a"), line("é"), line("c")];
        for line in &lines {
            journal.append(line.as_bytes()).unwrap();
        }
        journal.finish().unwrap();
        drop(journal);
        let all = fs::read(&path).unwrap();
        assert_eq!(all, lines.concat().as_bytes());
        for cut in 0..=all.len() {
            fs::write(&path, &all[..cut]).unwrap();
            let (mut journal, done) = Journal::open(&path, Existing::Resume, &terms()).unwrap();
            let whole = all[..cut].iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(done.len(), whole);
            for line in &lines[whole..] {
                journal.append(line.as_bytes()).unwrap();
            }
            assert_eq!(fs::read(&path).unwrap(), all, "cut at {cut}");
        }
    }

    #[test]
    fn a_batch_is_resumed_on_the_same_terms_only() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out");
        let (mut journal, _) = Journal::open(&path, Existing::Keep, &terms()).unwrap();
        let busy = refusal(&path, Existing::Resume, &terms());
        assert!(matches!(busy, JournalError::Busy), "{busy}");
        journal.append(line("a").as_bytes()).unwrap();
        drop(journal);

        let mut other = terms();
        other.fast = true;
        let refused = refusal(&path, Existing::Resume, &other).to_string();
        assert!(
            refused.contains("another reviews: whole, this is fast"),
            "{refused}"
        );
        let kept = refusal(&path, Existing::Keep, &terms());
        assert!(
            matches!(kept, JournalError::Occupied { bytes: 56 }),
            "{kept}"
        );
        assert_eq!(fs::read_to_string(&path).unwrap(), line("a"));

        let (_, done) = Journal::open(&path, Existing::Overwrite, &terms()).unwrap();
        assert!(done.is_empty() && fs::read(&path).unwrap().is_empty());
    }

    /// What version 0.1 wrote, before and after `fast` was added.
    #[test]
    fn headers_of_earlier_versions_are_read_and_written_as_before() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out");
        let now = concat!(
            r#"{"schema":"shomei.journal/1","engine":{"version":"1","models":"m"},"#,
            r#""policy":{"name":"usual","hash":"h"},"lang":"en","timings":false,"fast":false,"#,
            r#""exceptions":"e","#,
            r#""photos":{"count":3,"sha256":"0123456789abcdef","streamed":false}}"#,
            "\n",
        );
        for header in [now, &now.replace(r#""fast":false,"#, "")] {
            fs::write(&path, line("a")).unwrap();
            fs::write(beside(&path), header).unwrap();
            let (_, done) = Journal::open(&path, Existing::Resume, &terms()).unwrap();
            let (id, verdict) = ("a".to_owned(), Verdict::Refer);
            assert_eq!(done, [Done { id, verdict }]);
        }
        drop(Journal::open(&path, Existing::Overwrite, &terms()).unwrap());
        assert_eq!(fs::read_to_string(beside(&path)).unwrap(), now);
    }

    #[test]
    fn what_is_no_journal_is_left_alone() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "a letter\n").unwrap();
        let missing = refusal(&path, Existing::Resume, &terms());
        assert!(
            matches!(missing, JournalError::NoHeader { .. }),
            "{missing}"
        );
        fs::write(beside(&path), "{}").unwrap();
        let wrong = refusal(&path, Existing::Resume, &terms());
        assert!(matches!(wrong, JournalError::Header { .. }), "{wrong}");
        store(&beside(&path), &terms()).unwrap();
        let text = fs::read_to_string(beside(&path)).unwrap();
        fs::write(beside(&path), text.replace("journal/1", "journal/2")).unwrap();
        let other = refusal(&path, Existing::Resume, &terms());
        assert!(matches!(other, JournalError::Header { .. }), "{other}");
        fs::write(beside(&path), text).unwrap();
        let letter = refusal(&path, Existing::Resume, &terms());
        assert!(matches!(letter, JournalError::Line { line: 1 }), "{letter}");
        assert_eq!(fs::read(&path).unwrap(), b"a letter\n");
    }
}
