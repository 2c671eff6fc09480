//! The file of `--out` as a journal: only ever appended to, whole lines only, so that a batch that
//! was stopped in any way goes on where it stood.
//!
//! Reviews stand in the order of the photos, so that what is done is a beginning of the list. What
//! the batch was started with stands in a file beside it, `FILE.journal`; the reviews themselves
//! stay a plain `shomei.review/1` file. A line counts as done when its line break is there.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};
use shomei::wire::v1::{Engine, PolicyRecord, RecordHead};
use shomei::{Lang, MAX_LINE_BYTES, Verdict};

use crate::output::{private_file, private_options};

const SCHEMA: &str = "shomei.journal/1";

/// Longest header that is read, in bytes.
const MAX_HEADER_BYTES: u64 = 1 << 16;

/// How much time of work a power failure may cost. (The end of the process costs none of what is
/// written.)
const SYNC_EVERY: Duration = Duration::from_secs(2);

/// What a batch was started with. It goes on only with the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Header {
    schema: String,
    engine: Engine,
    policy: PolicyRecord,
    /// Language of the texts.
    lang: String,
    /// Whether timings are written.
    timings: bool,
    /// Whether a review stops at the first reject.
    #[serde(default)]
    fast: bool,
    /// Digest of the exceptions.
    exceptions: String,
    /// The photos that were listed before the start.
    photos: Listing,
}

/// A list of photos.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Listing {
    /// How many.
    pub(crate) count: usize,
    /// Digest of their ids, paths, exceptions and policies.
    pub(crate) sha256: String,
    /// Whether an archive on standard input follows.
    pub(crate) streamed: bool,
}

impl Header {
    pub(crate) fn new(
        engine: &Engine,
        policy: PolicyRecord,
        lang: Lang,
        timings: bool,
        exceptions: String,
        photos: Listing,
    ) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            engine: engine.clone(),
            policy,
            lang: lang.to_string(),
            timings,
            fast: false,
            exceptions,
            photos,
        }
    }

    /// Whether a review stops at the first reject; unless said otherwise it does not.
    pub(crate) const fn fast(mut self, fast: bool) -> Self {
        self.fast = fast;
        self
    }

    /// Refuses to go on with a batch that was started as `before`.
    fn goes_on(&self, before: &Self) -> Result<()> {
        let policy = |header: &Self| format!("{} ({})", header.policy.name, header.policy.hash);
        let timings = |header: &Self| if header.timings { "some" } else { "none" }.to_owned();
        let reviews = |header: &Self| if header.fast { "fast" } else { "whole" }.to_owned();
        let photos = |header: &Self| {
            let digest = header.photos.sha256.get(..16).unwrap_or_default();
            let more = if header.photos.streamed {
                " and an archive on standard input"
            } else {
                ""
            };
            format!("{} ({digest}){more}", header.photos.count)
        };
        for (what, was, is) in [
            ("schema", before.schema.clone(), self.schema.clone()),
            (
                "version",
                before.engine.version.clone(),
                self.engine.version.clone(),
            ),
            (
                "models",
                before.engine.models.clone(),
                self.engine.models.clone(),
            ),
            ("policy", policy(before), policy(self)),
            ("language", before.lang.clone(), self.lang.clone()),
            ("timings", timings(before), timings(self)),
            ("reviews", reviews(before), reviews(self)),
            (
                "exceptions",
                before.exceptions.clone(),
                self.exceptions.clone(),
            ),
            ("list of photos", photos(before), photos(self)),
        ] {
            ensure!(
                was == is,
                "--resume needs the same {what}: the batch was started with {was}, this is {is}"
            );
        }
        ensure!(self == before, "--resume: the header differs");
        Ok(())
    }
}

/// What is done already, in order.
pub(crate) type Done = Vec<(String, Verdict)>;

/// What to do with a file that holds something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Existing {
    /// Refuse to write.
    Keep,
    /// Go on behind it.
    Resume,
    /// Begin anew.
    Overwrite,
}

/// An open journal.
#[derive(Debug)]
pub(crate) struct Journal {
    file: File,
    path: PathBuf,
    /// Length up to which all lines are whole, in bytes.
    whole: u64,
    unsynced: bool,
    synced: Instant,
}

impl Journal {
    /// Opens or creates the file and tells what it holds. A line without its end is cut off.
    pub(crate) fn open(path: &Path, existing: Existing, header: &Header) -> Result<(Self, Done)> {
        Self::opened(path, existing, header).with_context(|| format!("--out {path:?}"))
    }

    fn opened(path: &Path, existing: Existing, header: &Header) -> Result<(Self, Done)> {
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
        // A device keeps nothing that could be gone on with.
        if !metadata.is_file() {
            return Ok((journal, Done::new()));
        }
        if let Err(TryLockError::WouldBlock) = journal.file.try_lock() {
            bail!("another process is writing to it");
        }
        let beside = beside(path);
        if metadata.len() > 0 {
            match existing {
                Existing::Keep => return Err(holds_something(metadata.len())),
                Existing::Resume => {
                    header.goes_on(&stored(&beside)?)?;
                    let done = journal.read()?;
                    journal.cut()?;
                    return Ok((journal, done));
                }
                Existing::Overwrite => journal.cut()?,
            }
        }
        store(&beside, header).with_context(|| format!("{beside:?}"))?;
        Ok((journal, Done::new()))
    }

    /// The reviews that are whole.
    fn read(&mut self) -> Result<Done> {
        let mut input = BufReader::with_capacity(1 << 16, &self.file);
        let (mut done, mut line) = (Done::new(), Vec::new());
        loop {
            line.clear();
            let most = MAX_LINE_BYTES as u64 + 1;
            let read = (&mut input).take(most).read_until(b'\n', &mut line)? as u64;
            if line.last() != Some(&b'\n') {
                ensure!(read < most, "line {} is no review", done.len() + 1);
                return Ok(done);
            }
            match RecordHead::from_json(&line) {
                Ok(head) => done.push((head.id, head.verdict)),
                Err(_) => bail!(
                    "line {} is no review; once it and all behind it are deleted, --resume goes \
                     on from there",
                    done.len() + 1
                ),
            }
            self.whole += read;
        }
    }

    /// Ends the file behind the last whole line, and goes there.
    fn cut(&mut self) -> Result<()> {
        self.file.set_len(self.whole)?;
        self.file.seek(SeekFrom::Start(self.whole))?;
        self.file.sync_all()?;
        Ok(())
    }

    /// Appends lines. If that fails, the journal ends with the last whole line.
    pub(crate) fn append(&mut self, lines: &[u8]) -> Result<()> {
        let written = self.file.write_all(lines).and_then(|()| {
            self.whole += lines.len() as u64;
            self.unsynced = true;
            if self.synced.elapsed() < SYNC_EVERY {
                return Ok(());
            }
            self.sync()
        });
        if written.is_err() {
            // If this fails too, `--resume` does it.
            let _cut = self.file.set_len(self.whole);
        }
        written.with_context(|| {
            format!(
                "--out {:?}: a review cannot be written; those before it are kept, and --resume \
                 goes on with them",
                self.path
            )
        })
    }

    /// Everything that was appended is on the disk.
    pub(crate) fn finish(&mut self) -> Result<()> {
        self.sync()
            .with_context(|| format!("--out {:?}", self.path))
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

/// A file that holds something is not written over by mistake.
pub(crate) fn holds_something(bytes: u64) -> anyhow::Error {
    anyhow::anyhow!(
        "holds {bytes} bytes already; --resume goes on with a batch that was stopped, --overwrite \
         deletes them"
    )
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".journal");
    name.into()
}

fn stored(path: &Path) -> Result<Header> {
    let mut text = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_HEADER_BYTES).read_to_end(&mut text))
        .with_context(|| {
            format!("not a journal that --resume could go on with: {path:?} belongs to it")
        })?;
    serde_json::from_slice(&text).with_context(|| format!("{path:?} is no header of a journal"))
}

/// Puts the header there whole or not at all.
fn store(path: &Path, header: &Header) -> Result<()> {
    let mut text = serde_json::to_vec(header)?;
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
    use tempfile::TempDir;

    fn header() -> Header {
        let engine = Engine {
            version: "1".to_owned(),
            models: "m".to_owned(),
        };
        let policy = PolicyRecord {
            name: "usual".to_owned(),
            hash: "h".to_owned(),
        };
        let photos = Listing {
            count: 3,
            sha256: "0123456789abcdef".to_owned(),
            streamed: false,
        };
        Header::new(&engine, policy, Lang::En, false, "e".to_owned(), photos)
    }

    fn line(id: &str) -> String {
        format!("{{\"schema\":\"shomei.review/1\",\"id\":\"{id}\",\"verdict\":\"refer\"}}\n")
    }

    fn refusal(path: &Path, existing: Existing, header: &Header) -> String {
        format!("{:#}", Journal::open(path, existing, header).err().unwrap())
    }

    #[test]
    fn wherever_it_is_torn_whole_lines_remain() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out");
        let (mut journal, done) = Journal::open(&path, Existing::Keep, &header()).unwrap();
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
            let (mut journal, done) = Journal::open(&path, Existing::Resume, &header()).unwrap();
            let whole = all[..cut].iter().filter(|&&byte| byte == b'\n').count();
            assert_eq!(done.len(), whole);
            for line in &lines[whole..] {
                journal.append(line.as_bytes()).unwrap();
            }
            assert_eq!(fs::read(&path).unwrap(), all, "cut at {cut}");
        }
    }

    #[test]
    fn a_batch_goes_on_only_as_it_was_started() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out");
        let (mut journal, _) = Journal::open(&path, Existing::Keep, &header()).unwrap();
        assert!(refusal(&path, Existing::Resume, &header()).contains("another process is writing"),);
        journal.append(line("a").as_bytes()).unwrap();
        drop(journal);

        let before = header();
        type Change = fn(&mut Header);
        let changes: [(Change, &str); 8] = [
            (|h| h.engine.version.push('2'), "the same version"),
            (|h| h.engine.models.push('2'), "the same models"),
            (
                |h| h.policy.hash.push('2'),
                "started with usual (h), this is usual (h2)",
            ),
            (|h| h.lang.push('2'), "the same language"),
            (|h| h.timings = true, "started with none, this is some"),
            (|h| h.fast = true, "started with whole, this is fast"),
            (|h| h.exceptions.push('2'), "the same exceptions"),
            (
                |h| h.photos.count = 4,
                "started with 3 (0123456789abcdef), this is 4",
            ),
        ];
        for (change, named) in changes {
            let mut other = before.clone();
            change(&mut other);
            let message = refusal(&path, Existing::Resume, &other);
            assert!(message.contains(named), "{message}");
        }
        let kept = refusal(&path, Existing::Keep, &before);
        assert!(kept.contains("--resume goes on"), "{kept}");
        assert_eq!(fs::read_to_string(&path).unwrap(), line("a"));

        let (_, done) = Journal::open(&path, Existing::Overwrite, &before).unwrap();
        assert!(done.is_empty() && fs::read(&path).unwrap().is_empty());
    }

    #[test]
    fn what_is_no_journal_is_left_alone() {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("out");
        fs::write(&path, "a letter\n").unwrap();
        let message = refusal(&path, Existing::Resume, &header());
        assert!(message.contains("not a journal"), "{message}");
        fs::write(beside(&path), "{}").unwrap();
        let message = refusal(&path, Existing::Resume, &header());
        assert!(message.contains("is no header of a journal"), "{message}");
        store(&beside(&path), &header()).unwrap();
        let message = refusal(&path, Existing::Resume, &header());
        assert!(message.contains("line 1 is no review"), "{message}");
        assert_eq!(fs::read(&path).unwrap(), b"a letter\n");
    }
}
