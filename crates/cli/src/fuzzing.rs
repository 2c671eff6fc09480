//! The readers of foreign bytes, for the targets of `crates/fuzz`. No part of the interface: they
//! change without notice.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use shomei::wire::v1::{Engine, PolicyRecord};
use shomei::{Lang, Limits, Policy};

use crate::inputs::{self, Ids, Patterns, Photo};
use crate::journal::{self, Existing, Header, Listing};
use crate::table;

/// Ids and paths in a `--manifest` that lies in `folder`. Policies are known by name only.
///
/// # Errors
/// As a batch is refused.
pub fn manifest(table: &[u8], folder: &Path) -> Result<Vec<(String, PathBuf)>> {
    let policy = |path: &Path| {
        let named = path.to_str().and_then(Policy::named);
        named.context("no such policy")
    };
    let photos = inputs::manifest_rows(table::read(table)?, folder, policy)?;
    let mut ids = Ids::default();
    photos.iter().try_for_each(|photo| ids.add(photo))?;
    let row = |photo: &Photo| (photo.id().into_owned(), photo.path().map(Path::to_owned));
    let rows = photos.iter().map(row);
    Ok(rows
        .map(|(id, path)| (id, path.unwrap_or_default()))
        .collect())
}

/// Id and bytes of a photo in an archive, if they are read at all.
pub type Entry = (String, Option<Vec<u8>>);

fn entry(photo: Photo) -> Entry {
    let id = photo.id().into_owned();
    (id, photo.into_source().read(&Limits::default()).ok())
}

/// The photos of a `--tar` in a file.
///
/// # Errors
/// As a batch is refused.
pub fn archive(path: &Path) -> Result<Vec<Entry>> {
    let photos = inputs::archived(path, &Patterns::new(&[], &[])?)?;
    let mut ids = Ids::default();
    photos.iter().try_for_each(|photo| ids.add(photo))?;
    Ok(photos.into_iter().map(entry).collect())
}

/// The photos of a `--tar` that arrives as a stream, and how it ended.
///
/// # Errors
/// If no thread can be started.
pub fn archive_stream(bytes: Vec<u8>) -> Result<(Vec<Entry>, Result<()>)> {
    let stream = inputs::streamed(
        Cursor::new(bytes),
        Patterns::new(&[], &[])?,
        Limits::default(),
    )?;
    let (mut entries, mut ids) = (Vec::new(), Ids::default());
    for photo in stream {
        match photo.and_then(|photo| ids.add(&photo).map(|()| photo)) {
            Ok(photo) => entries.push(entry(photo)),
            Err(error) => return Ok((entries, Err(error))),
        }
    }
    Ok((entries, Ok(())))
}

/// The journal of a batch.
#[derive(Debug)]
pub struct Journal(journal::Journal);

impl Journal {
    /// Begins one, or goes on with `--resume`; tells the ids of what is done.
    ///
    /// # Errors
    /// As a batch is refused.
    pub fn open(path: &Path, resume: bool) -> Result<(Self, Vec<String>)> {
        let engine = Engine {
            version: String::new(),
            models: String::new(),
        };
        let policy = PolicyRecord {
            name: String::new(),
            hash: String::new(),
        };
        let photos = Listing {
            count: 0,
            sha256: String::new(),
            streamed: false,
        };
        let header = Header::new(&engine, policy, Lang::En, false, String::new(), photos);
        let existing = if resume {
            Existing::Resume
        } else {
            Existing::Overwrite
        };
        let (journal, done) = journal::Journal::open(path, existing, &header)?;
        Ok((Self(journal), done.into_iter().map(|(id, _)| id).collect()))
    }

    /// Appends whole lines.
    ///
    /// # Errors
    /// If they cannot be written.
    pub fn append(&mut self, lines: &[u8]) -> Result<()> {
        self.0.append(lines)
    }
}
