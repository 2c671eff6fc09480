//! How reviews are written: an exporter for each format, and where it goes.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use shomei::Lang;
use shomei::wire::v1::ReviewRecord;

use crate::args::Format;
use crate::journal::{Journal, holds_something};

mod csv;
mod human;
mod jsonl;

/// Writes reviews in one format.
pub(crate) trait Exporter: Send + Sync {
    /// What stands before the first review.
    fn header(&self) -> &'static str {
        ""
    }

    /// One review, with the line break at its end.
    fn photo(&self, record: ReviewRecord) -> io::Result<Vec<u8>>;
}

/// The exporter of `format`; the texts of the records are to be in `lang`.
pub(crate) fn exporter(format: Format, lang: Lang, timings: bool) -> Box<dyn Exporter> {
    match format {
        Format::Human => Box::new(human::Human { lang }),
        Format::Jsonl => Box::new(jsonl::Jsonl { timings }),
        Format::Csv => Box::new(csv::Csv),
    }
}

/// Where the reviews go.
#[derive(Debug)]
pub(crate) enum Sink {
    /// Standard output.
    Stdout,
    /// A file of `--out`.
    File(File, PathBuf),
    /// One of JSON lines, of which a batch can go on.
    Journal(Journal),
}

impl Sink {
    /// Creates the file, or empties it, unless it is one of the inputs.
    pub(crate) fn open(out: Option<&Path>, inputs: &[PathBuf]) -> Result<Self> {
        let Some(path) = out else {
            return Ok(Self::Stdout);
        };
        Ok(Self::File(emptied("--out", path, inputs)?, path.to_owned()))
    }

    /// As [`Sink::open`], but refuses a file that holds something.
    pub(crate) fn create(path: &Path) -> Result<Self> {
        if let Ok(existing) = fs::metadata(path)
            && existing.len() > 0
            && existing.is_file()
        {
            return Err(holds_something(existing.len())).with_context(|| format!("--out {path:?}"));
        }
        Self::open(Some(path), &[])
    }

    /// Writes at once, so that a reader sees each review when it is there. `false` if nobody
    /// reads any more.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> Result<bool> {
        match self {
            Self::Stdout => {
                let mut out = io::stdout().lock();
                match out.write_all(bytes).and_then(|()| out.flush()) {
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
                    result => result.context("standard output").map(|()| true),
                }
            }
            Self::File(file, path) => {
                file.write_all(bytes)
                    .with_context(|| format!("--out {path:?}"))?;
                Ok(true)
            }
            Self::Journal(journal) => journal.append(bytes).map(|()| true),
        }
    }

    /// Ends the output.
    pub(crate) fn finish(&mut self) -> Result<()> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(file, path) => file.flush().with_context(|| format!("--out {path:?}")),
            Self::Journal(journal) => journal.finish(),
        }
    }

    /// Whether the reviews appear on a terminal, where a progress bar would run into them.
    pub(crate) fn on_terminal(&self) -> bool {
        matches!(self, Self::Stdout) && io::stdout().is_terminal()
    }
}

/// Creates the file of an option, or empties it, unless it is one of the inputs.
pub(crate) fn emptied(option: &str, path: &Path, inputs: &[PathBuf]) -> Result<File> {
    spare(option, path, inputs)?;
    private_file(path).with_context(|| format!("{option} {path:?}"))
}

/// Refuses to write to one of the inputs.
pub(crate) fn spare<P: AsRef<Path>>(
    option: &str,
    path: &Path,
    inputs: impl IntoIterator<Item = P>,
) -> Result<()> {
    if let Ok(existing) = fs::canonicalize(path) {
        let is_input = |input: P| fs::canonicalize(input).is_ok_and(|p| p == existing);
        ensure!(
            !inputs.into_iter().any(is_input),
            "{option} {path:?} is one of the inputs"
        );
    }
    Ok(())
}

/// An empty file to write. A new one is its owner's alone: reviews and pictures are personal data.
pub(crate) fn private_file(path: &Path) -> io::Result<File> {
    private_options().create(true).truncate(true).open(path)
}

/// To write a file that, if it is new, is its owner's alone.
pub(crate) fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
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

    #[test]
    fn a_photo_is_never_written_over() {
        let folder = tempfile::TempDir::new().unwrap();
        let photo = folder.path().join("a.jpg");
        fs::write(&photo, "photo").unwrap();
        let around = folder.path().join(".").join("a.jpg");
        let error = Sink::open(Some(&around), std::slice::from_ref(&photo)).unwrap_err();
        assert!(error.to_string().contains("one of the inputs"), "{error}");
        assert_eq!(fs::read(&photo).unwrap(), b"photo");
    }

    #[cfg(unix)]
    #[test]
    fn new_files_are_private() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("out");
        let mut sink = Sink::open(Some(&path), &[]).unwrap();
        assert!(sink.write(b"one\n").unwrap());
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(fs::read(&path).unwrap(), b"one\n");
    }
}
