//! One photo of a batch: what it is called, where its bytes are, and what holds for it alone.

use std::borrow::Cow;
use std::fmt::{self, Write};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use sha2::{Digest, Sha256};
use shomei::{Limits, Policy, Waivers};

use crate::codes::digest_codes;

/// A photo that is to be reviewed.
#[derive(Debug)]
pub struct Photo {
    pub(crate) place: Place,
    /// Its id, unless that is where its source is.
    id: Option<Box<str>>,
    source: Source,
    /// Exceptions of its manifest's row.
    pub waivers: Waivers,
    /// The policy of its manifest's row.
    pub policy: Option<Arc<Policy>>,
}

/// Where a photo is named, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// One of the paths.
    Path(usize),
    /// An item of the list of paths.
    List(usize),
    /// A line of the manifest.
    Manifest(u64),
    /// An entry of the archive.
    Archive(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(number) => write!(f, "path {number}"),
            Self::List(number) => write!(f, "item {number} of the list"),
            Self::Manifest(line) => write!(f, "line {line} of the manifest"),
            Self::Archive(number) => write!(f, "entry {number} of the archive"),
        }
    }
}

/// Where the bytes of a photo are.
#[derive(Debug)]
pub(crate) enum Source {
    /// In a file of its own.
    Path(PathBuf),
    /// On standard input.
    Stdin,
    Entry(Span),
    /// In memory: they came from a stream.
    Bytes(Vec<u8>),
    /// An entry of an archive that is not read.
    Unread {
        escapes: bool,
    },
}

/// The bytes of an entry in an archive that is a file.
#[derive(Clone, Debug)]
pub(crate) struct Span {
    pub(crate) archive: Arc<Mutex<File>>,
    pub(crate) start: u64,
    pub(crate) bytes: u64,
}

impl Span {
    fn read(&self, limits: &Limits) -> io::Result<Vec<u8>> {
        let mut file = self.archive.lock().map_err(|_| ErrorKind::Other)?;
        file.seek(SeekFrom::Start(self.start))?;
        read_part(&mut *file, self.bytes, limits)
    }
}

impl Photo {
    pub(crate) fn new(place: Place, source: Source) -> Self {
        Self {
            place,
            id: None,
            source,
            waivers: Waivers::default(),
            policy: None,
        }
    }

    pub(crate) fn named(place: Place, id: &str, source: Source) -> Self {
        Self {
            id: Some(id.into()),
            ..Self::new(place, source)
        }
    }

    /// Its id in the output: its path as given, its id in the manifest, its name in the
    /// archive, or `-`. In a name that is not UTF-8, bytes that are not are `%XX`, and `%` is `%25`.
    #[must_use]
    pub fn id(&self) -> Cow<'_, str> {
        match (&self.id, self.path()) {
            (Some(id), _) => (&**id).into(),
            (None, Some(path)) => id(path),
            (None, None) => "-".into(),
        }
    }

    /// The file that it is in, if it has one of its own.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::Path(path) => Some(path),
            _ => None,
        }
    }

    /// Its bytes, at most one more than the limit.
    ///
    /// # Errors
    /// If it is not a file or cannot be read.
    pub fn read(self, limits: &Limits) -> io::Result<Vec<u8>> {
        match self.source {
            Source::Path(path) => read(&path, limits),
            Source::Stdin => {
                let mut bytes = Vec::new();
                let most = limits.longest_read();
                io::stdin().lock().take(most).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
            Source::Entry(span) => span.read(limits),
            Source::Bytes(bytes) => Ok(bytes),
            Source::Unread { .. } => Err(ErrorKind::InvalidInput.into()),
        }
    }

    /// Whether its path escapes its archive.
    pub(crate) const fn escapes(&self) -> bool {
        matches!(self.source, Source::Unread { escapes: true, .. })
    }

    /// Adds all of it but its bytes to `digest`.
    pub(crate) fn digest(&self, digest: &mut Sha256) {
        let policy = self.policy.as_ref().map_or("", |policy| policy.hash());
        let path = self.path().unwrap_or(Path::new(""));
        let id = self.id();
        let parts = [
            id.as_bytes(),
            path.as_os_str().as_encoded_bytes(),
            policy.as_bytes(),
        ];
        for part in parts {
            digest.update((part.len() as u64).to_le_bytes());
            digest.update(part);
        }
        digest_codes(&self.waivers, digest);
    }
}

/// The id of a photo in the output: its path as given.
///
/// In a path that is not UTF-8, the bytes that cannot be written are `%XX` and `%` is
/// `%25`, so that two such paths never share an id.
pub(crate) fn id(path: &Path) -> Cow<'_, str> {
    if let Some(text) = path.to_str() {
        return text.into();
    }
    let mut id = String::new();
    for chunk in path.as_os_str().as_encoded_bytes().utf8_chunks() {
        id.push_str(&chunk.valid().replace('%', "%25"));
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(id, "%{byte:02X}");
        }
    }
    id.into()
}

/// The bytes of the photo in a file, at most one more than the limit.
///
/// # Errors
/// If it is not a file or cannot be read.
pub fn read(path: &Path, limits: &Limits) -> io::Result<Vec<u8>> {
    // Looked at before it is opened: opening a pipe waits for its writer.
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() {
        return Err(ErrorKind::InvalidInput.into());
    }
    let most = limits.longest_read();
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len().min(most)).unwrap_or(0));
    File::open(path)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads as much of an entry of `bytes` bytes as is reviewed; one that ends early is an error.
pub(crate) fn read_part(input: &mut impl Read, bytes: u64, limits: &Limits) -> io::Result<Vec<u8>> {
    let most = bytes.min(limits.longest_read());
    let mut read = Vec::new();
    input.take(most).read_to_end(&mut read)?;
    if read.len() as u64 == most {
        Ok(read)
    } else {
        Err(ErrorKind::UnexpectedEof.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reading_stops_behind_the_limit() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::write(folder.path().join("longer.jpg"), "longer.jpg").unwrap();
        let limits = Limits {
            max_bytes: 3,
            ..Limits::default()
        };
        assert_eq!(
            read(&folder.path().join("longer.jpg"), &limits).unwrap(),
            b"long"
        );
    }

    #[cfg(unix)]
    #[test]
    fn names_that_are_no_text_stay_apart() {
        use std::ffi::OsStr;
        use std::os::unix::ffi::OsStrExt;
        let id = |bytes: &[u8]| id(Path::new(OsStr::from_bytes(bytes))).into_owned();
        assert_eq!(id("100%/é.jpg".as_bytes()), "100%/é.jpg");
        assert_eq!(id(b"100%/\xff.jpg"), "100%25/%FF.jpg");
        assert_ne!(id(b"%FF\xff"), id(b"\xff\xff"));
    }
}
