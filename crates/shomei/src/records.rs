//! Stored reviews: read line by line, processed in parallel, returned in order.
//!
//! Only a chunk of lines is in memory at a time, never the whole input.

use std::collections::VecDeque;
use std::io::{self, BufRead, Read};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::ThreadPool;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use shomei_verdict::wire::v1::{RecordError, StoredReview};

use crate::Error;
use crate::batch::workers;

/// The length of the longest line that is read, in bytes. A record has some thousand bytes.
pub const MAX_LINE_BYTES: usize = 4 << 20;

/// A chunk ends with the line that reaches this many bytes.
const CHUNK_BYTES: usize = 2 << 20;

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reviews stored as JSON lines (`shomei.review/1`), to judge them again or to count them. Blank lines
/// and a byte order mark are skipped.
///
/// ```
/// use shomei::{Lang, Policy, Records, Verdict};
///
/// # let line = r#"{"schema":"shomei.review/1","id":"a","measurements":{"file":{"bytes":9,
/// #   "format":"png","jpeg":null,"decoding":{"state":"not_jpeg"}}},
/// #   "engine":{"version":"0","models":"0"}}"#.replace('\n', "") + "\n";
/// # let lines = line.as_bytes();
/// let policy = Policy::my_number_card();
/// let verdicts = Records::new(lines).map_all(|stored| stored.judge_again(&policy, Lang::En).verdict)?;
/// for verdict in verdicts {
///     assert_eq!(verdict?, Verdict::Reject);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is read before `map_all`"]
pub struct Records<R> {
    input: R,
    jobs: Option<NonZeroUsize>,
}

/// A line that is not a record, or cannot be read. Reading ends there.
#[derive(Debug, thiserror::Error)]
#[error("line {line}: {kind}")]
pub struct LineError {
    line: u64,
    kind: LineErrorKind,
}

/// What is wrong with a line.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LineErrorKind {
    /// Reading the input failed.
    #[error("{0}")]
    Read(io::Error),
    /// It is longer than [`MAX_LINE_BYTES`].
    #[error("longer than {MAX_LINE_BYTES} bytes, so it is not a record")]
    TooLong,
    /// It is not a record.
    #[error("{0}")]
    Record(RecordError),
    /// Processing the record panicked.
    #[error("the record cannot be judged")]
    Panicked,
}

impl LineError {
    /// Number of the line, from 1.
    #[must_use]
    pub const fn line(&self) -> u64 {
        self.line
    }

    /// What is wrong.
    #[must_use]
    pub const fn kind(&self) -> &LineErrorKind {
        &self.kind
    }
}

impl<R: BufRead> Records<R> {
    /// The records in `input`, one on each line.
    pub const fn new(input: R) -> Self {
        Self { input, jobs: None }
    }

    /// Number of workers. The default is the number of processors.
    pub fn jobs(mut self, jobs: impl Into<Option<NonZeroUsize>>) -> Self {
        self.jobs = jobs.into();
        self
    }

    /// Calls `work` with each record on a worker, and yields the results in the order of the lines, up
    /// to and including the first error.
    ///
    /// # Errors
    /// If the threads cannot be started.
    pub fn map_all<T, F>(self, work: F) -> Result<Mapped<R, F, T>, Error>
    where
        T: Send,
        F: Fn(StoredReview) -> T + Sync,
    {
        Ok(Mapped {
            lines: Lines {
                input: self.input,
                read: 0,
                ended: false,
            },
            work,
            pool: workers(self.jobs)?,
            ready: VecDeque::new(),
        })
    }
}

/// Results in the order of the lines; ends after the first error.
pub struct Mapped<R, F, T> {
    lines: Lines<R>,
    work: F,
    pool: ThreadPool,
    ready: VecDeque<Result<T, LineError>>,
}

impl<R, F, T> std::fmt::Debug for Mapped<R, F, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Mapped").finish_non_exhaustive()
    }
}

impl<R, F, T> Iterator for Mapped<R, F, T>
where
    R: BufRead,
    T: Send,
    F: Fn(StoredReview) -> T + Sync,
{
    type Item = Result<T, LineError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ready.is_empty() && !self.lines.ended {
            let chunk = self.lines.chunk();
            let work = &self.work;
            let results: Vec<_> = self.pool.install(|| {
                let each = chunk.into_par_iter();
                each.map(|line| line.and_then(|line| line.map(work)))
                    .collect()
            });
            self.ready.extend(results);
        }
        let result = self.ready.pop_front()?;
        if result.is_err() {
            self.lines.ended = true;
            self.ready.clear();
        }
        Some(result)
    }
}

struct Line {
    number: u64,
    text: Vec<u8>,
}

impl Line {
    fn map<T>(self, work: impl Fn(StoredReview) -> T) -> Result<T, LineError> {
        let error = |kind| LineError {
            line: self.number,
            kind,
        };
        let stored = StoredReview::from_json(&self.text)
            .map_err(|wrong| error(LineErrorKind::Record(wrong)))?;
        catch_unwind(AssertUnwindSafe(|| work(stored))).map_err(|_| error(LineErrorKind::Panicked))
    }
}

struct Lines<R> {
    input: R,
    read: u64,
    ended: bool,
}

impl<R: BufRead> Lines<R> {
    /// The next lines that are not blank; none at the end. Nothing follows an error.
    fn chunk(&mut self) -> Vec<Result<Line, LineError>> {
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        while bytes < CHUNK_BYTES && !self.ended {
            match self.line() {
                Ok(None) => self.ended = true,
                Ok(Some(text)) => {
                    bytes += text.len();
                    if !text.trim_ascii().is_empty() {
                        let number = self.read;
                        chunk.push(Ok(Line { number, text }));
                    }
                }
                Err(kind) => {
                    self.ended = true;
                    let line = self.read;
                    chunk.push(Err(LineError { line, kind }));
                }
            }
        }
        chunk
    }

    fn line(&mut self) -> Result<Option<Vec<u8>>, LineErrorKind> {
        self.read += 1;
        let mut text = Vec::new();
        // One more, so that a line of the longest length is told from a longer one.
        let most = MAX_LINE_BYTES as u64 + 1;
        (&mut self.input)
            .take(most)
            .read_until(b'\n', &mut text)
            .map_err(LineErrorKind::Read)?;
        if text.is_empty() {
            return Ok(None);
        }
        if text.len() > MAX_LINE_BYTES && !text.ends_with(b"\n") {
            return Err(LineErrorKind::TooLong);
        }
        if self.read == 1 && text.starts_with(BYTE_ORDER_MARK) {
            text.drain(..BYTE_ORDER_MARK.len());
        }
        Ok(Some(text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn record(id: impl std::fmt::Display) -> String {
        format!(
            r#"{{"schema":"shomei.review/1","id":"{id}","measurements":{{"file":{{"bytes":9,"format":"png","jpeg":null,"decoding":{{"state":"not_jpeg"}}}}}},"engine":{{"version":"0","models":"0"}}}}"#
        )
    }

    /// Ids, and the message of the error behind them.
    fn ids(input: impl BufRead) -> (Vec<String>, Option<String>) {
        let mut ids = Vec::new();
        let two = NonZeroUsize::new(2).unwrap();
        let records = Records::new(input).jobs(two);
        let mut results = records.map_all(|stored| stored.id).unwrap();
        while let Some(result) = results.next() {
            match result {
                Ok(id) => ids.push(id),
                Err(error) => {
                    assert!(results.next().is_none(), "it ends with an error");
                    return (ids, Some(error.to_string()));
                }
            }
        }
        (ids, None)
    }

    #[test]
    fn all_records_come_in_order_over_many_chunks() {
        let count = 3 * CHUNK_BYTES / record(0).len();
        let input: String = (0..count).map(|id| record(id) + "\n").collect();
        let expected: Vec<_> = (0..count).map(|id| id.to_string()).collect();
        assert_eq!(ids(input.as_bytes()), (expected, None));
    }

    #[test]
    fn marks_blank_lines_and_line_ends_of_other_systems_are_passed_over() {
        let input = format!("\u{feff}{}\r\n\r\n  \n{}", record("a"), record("b"));
        let expected = (vec!["a".to_owned(), "b".to_owned()], None);
        assert_eq!(ids(input.as_bytes()), expected);
        // Small reads change nothing.
        let slow = BufReader::with_capacity(1, input.as_bytes());
        assert_eq!(ids(slow), expected);
        for nothing in ["", "\n", "\u{feff}", "\r\n \n"] {
            assert_eq!(ids(nothing.as_bytes()), (Vec::new(), None));
        }
    }

    #[test]
    fn the_first_bad_line_ends_it_and_is_named() {
        let (a, b) = (record("a"), record("b"));
        let input = format!("{a}\n\n{{}}\n{b}\nnonsense\n");
        let (before, error) = ids(input.as_bytes());
        assert_eq!(before, ["a"]);
        assert_eq!(
            error.unwrap(),
            "line 3: not a shomei.review/1 record: missing field `schema` (column 2)"
        );
        let input = [a.as_bytes(), b"\n", &[0xFF; 9], b"\n"].concat();
        assert!(ids(&input[..]).1.unwrap().starts_with("line 2: not a "));
    }

    #[test]
    fn a_line_without_end_is_refused_and_not_kept() {
        let first = record("a") + "\n";
        let input = BufReader::new(first.as_bytes().chain(io::repeat(b' ')));
        let (before, error) = ids(input);
        assert_eq!(before, ["a"]);
        assert!(
            error
                .unwrap()
                .starts_with("line 2: longer than 4194304 bytes")
        );

        let room = MAX_LINE_BYTES - record("a").len();
        for (blanks, fits) in [(room, true), (room + 1, false)] {
            for end in ["", "\n"] {
                let input = record("a") + &" ".repeat(blanks) + end;
                assert_eq!(ids(input.as_bytes()).1.is_none(), fits, "{blanks} {end:?}");
            }
        }
    }

    #[test]
    fn an_input_that_fails_says_so() {
        struct Broken;
        impl Read for Broken {
            fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
                Err(io::Error::other("the disk is gone"))
            }
        }
        let first = record("a") + "\n";
        let input = BufReader::new(first.as_bytes().chain(Broken));
        let (before, error) = ids(input);
        assert_eq!(before, ["a"]);
        assert_eq!(error.unwrap(), "line 2: the disk is gone");
    }

    #[test]
    fn a_panic_is_an_error_of_its_line() {
        let input = record("a") + "\n" + &record("b");
        let work = |stored: StoredReview| assert_ne!(stored.id, "b", "on purpose");
        let mut results = Records::new(input.as_bytes()).map_all(work).unwrap();
        assert!(results.next().unwrap().is_ok());
        let error = results.next().unwrap().unwrap_err();
        assert_eq!(error.line(), 2);
        assert!(matches!(error.kind(), LineErrorKind::Panicked));
        assert!(results.next().is_none());
    }
}
