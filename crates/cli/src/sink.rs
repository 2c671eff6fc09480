//! Where reviews are written.

use std::fs::{self, File};
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use shomei_batch::{Done, Journal, Photo, Plan, private_file};

use crate::args::{Format, ReviewArgs};
use crate::flags;

/// Where the reviews go.
#[derive(Debug)]
pub(crate) enum Sink {
    /// Standard output.
    Stdout,
    /// A file of `--out`.
    File(File, PathBuf),
    /// One of JSON lines, of which a batch can be resumed.
    Journal(Journal),
}

impl Sink {
    /// Where the reviews of a batch go, and what is there already.
    pub(crate) fn of_batch(args: &ReviewArgs, plan: &Plan) -> Result<(Self, Vec<Done>)> {
        let Some(path) = &args.judging.out else {
            return Ok((Self::Stdout, Vec::new()));
        };
        let photos = plan.photos.listed().iter().filter_map(Photo::path);
        spare("--out", path, photos.chain(args.inputs()))?;
        if args.judging.format == Format::Jsonl {
            let opened = Journal::open(path, args.batch.existing(), &plan.terms());
            let (journal, done) = opened.map_err(flags::named)?;
            return Ok((Self::Journal(journal), done));
        }
        if !args.batch.overwrite
            && let Ok(existing) = fs::metadata(path)
            && existing.len() > 0
            && existing.is_file()
        {
            return Err(flags::occupied(existing.len())).with_context(|| format!("--out {path:?}"));
        }
        Ok((Self::open(Some(path), &[])?, Vec::new()))
    }

    /// Creates the file, or empties it, unless it is one of the inputs.
    pub(crate) fn open(out: Option<&Path>, inputs: &[PathBuf]) -> Result<Self> {
        let Some(path) = out else {
            return Ok(Self::Stdout);
        };
        Ok(Self::File(emptied("--out", path, inputs)?, path.to_owned()))
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
            Self::Journal(journal) => {
                journal.append(bytes).map_err(flags::named)?;
                Ok(true)
            }
        }
    }

    /// Ends the output.
    pub(crate) fn finish(&mut self) -> Result<()> {
        match self {
            Self::Stdout => Ok(()),
            Self::File(file, path) => file.flush().with_context(|| format!("--out {path:?}")),
            Self::Journal(journal) => journal.finish().map_err(flags::named),
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

#[cfg(test)]
mod tests {
    use super::*;

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
