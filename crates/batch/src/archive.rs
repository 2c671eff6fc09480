//! Photos in a tar archive (ustar, pax, GNU names). Nothing is unpacked: the names are ids, not paths of
//! this machine.
//!
//! This module reads the extension headers itself, so that an archive cannot choose how much memory
//! they take.

use std::fs::File;
use std::io::{self, ErrorKind, Read};
use std::path::{Component, Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread;

use shomei::Limits;
use tar::{Archive, Entries, PaxExtensions};

use crate::error::{Cause, at};
use crate::paths::as_path;
use crate::patterns::{Patterns, hidden};
use crate::photo::{Photo, Place, Source, Span, id, read_part};

/// Longest extension header that is read, in bytes; it holds a name.
const MAX_EXTENSION_BYTES: u64 = 1 << 16;

/// The photos of an archive in a file. Each is read when it is reviewed.
pub(crate) fn listed(path: &Path, patterns: &Patterns) -> Result<Vec<Photo>, Cause> {
    let file = File::open(path)?;
    let end = file.metadata()?.len();
    let shared = Arc::new(Mutex::new(file.try_clone()?));
    let mut archive = Archive::new(file);
    let mut photos = Vec::new();
    let entries = archive.entries_with_seek()?;
    walk(entries, patterns, |number, id, unread, entry| {
        let (start, bytes) = (entry.raw_file_position(), entry.size());
        if start.checked_add(bytes).is_none_or(|last| last > end) {
            return Err(format!("the archive ends inside entry {number} ({id:?})").into());
        }
        let source = unread.unwrap_or(Source::Entry(Span {
            archive: Arc::clone(&shared),
            start,
            bytes,
        }));
        photos.push(Photo::named(Place::Archive(number), id, source));
        Ok(true)
    })?;
    if photos.is_empty() {
        return Err("it holds no photo to review".into());
    }
    Ok(photos)
}

/// The photos of an archive that arrives on `input`, one at a time. Ends after the first error.
///
/// # Errors
/// If no thread can be started.
pub(crate) fn streamed(
    input: impl Read + Send + 'static,
    patterns: Patterns,
    limits: Limits,
) -> io::Result<Receiver<Result<Photo, Cause>>> {
    let (send, receive) = sync_channel(0);
    thread::Builder::new()
        .name("shomei-archive".to_owned())
        .spawn(move || {
            let mut archive = Archive::new(input);
            let walked = archive.entries().map_err(Cause::from).and_then(|entries| {
                walk(entries, &patterns, |number, id, unread, entry| {
                    let read = || read_part(entry, entry.size(), &limits).map(Source::Bytes);
                    let source = unread.map_or_else(read, Ok);
                    let source = source.map_err(at(format!("inside entry {number} ({id:?})")))?;
                    let photo = Photo::named(Place::Archive(number), id, source);
                    Ok(send.send(Ok(photo)).is_ok())
                })
            });
            if let Err(error) = walked {
                // Nobody listens if the batch has ended.
                let _heard = send.send(Err(error));
            }
        })?;
    Ok(receive)
}

/// Calls `found` with number and id of each entry that is an input, until it says `false`. An entry
/// that is not read, because it is no plain file or its path escapes the archive, has its source.
/// Entries are counted from 1, headers that only extend others left out.
fn walk<R: Read>(
    entries: Entries<'_, R>,
    patterns: &Patterns,
    mut found: impl FnMut(u64, &str, Option<Source>, &mut tar::Entry<'_, R>) -> Result<bool, Cause>,
) -> Result<(), Cause> {
    let mut number = 0;
    let mut extended = Extended::default();
    for entry in entries.raw(true) {
        let mut entry = entry.map_err(at(damaged(number)))?;
        let kind = entry.header().entry_type();
        if kind.is_gnu_longname() {
            let mut name = extension(&mut entry).map_err(at(damaged(number)))?;
            let ended = name.iter().position(|&byte| byte == 0);
            name.truncate(ended.unwrap_or(name.len()));
            extended.name = Some(name);
            continue;
        }
        if kind.is_pax_local_extensions() {
            let text = extension(&mut entry).map_err(at(damaged(number)))?;
            extended.read(&text).map_err(at(damaged(number)))?;
            continue;
        }
        if kind.is_gnu_longlink() || kind.is_pax_global_extensions() {
            continue;
        }
        number += 1;
        let Extended {
            name,
            bytes,
            sparse,
        } = std::mem::take(&mut extended);
        let name = name.unwrap_or_else(|| entry.path_bytes().into_owned());
        let path = as_path(&name).map_err(at(damaged(number)))?;
        let id = id(&path);
        if bytes.is_some_and(|bytes| bytes != entry.size()) {
            return Err(format!("entry {number} ({id:?}) has two lengths").into());
        }
        if kind.is_dir() || name.ends_with(b"/") || !taken(&path, patterns) {
            continue;
        }
        let leads_out = |part| !matches!(part, Component::Normal(_) | Component::CurDir);
        let escapes = path.components().any(leads_out);
        // A link, a device, a sparse file: no bytes of a photo.
        let plain = !sparse && (kind.is_file() || kind.is_contiguous());
        let unread = (escapes || !plain).then_some(Source::Unread { escapes });
        if !found(number, &id, unread, &mut entry)? {
            break;
        }
    }
    Ok(())
}

fn damaged(after: u64) -> String {
    match after {
        0 => "no tar archive, or a compressed one (see `shomei review --help`)".to_owned(),
        _ => format!("the archive is damaged after entry {after}"),
    }
}

/// The contents of extension headers, for the next entry.
#[derive(Default)]
struct Extended {
    name: Option<Vec<u8>>,
    bytes: Option<u64>,
    sparse: bool,
}

impl Extended {
    fn read(&mut self, text: &[u8]) -> Result<(), Cause> {
        for pair in PaxExtensions::new(text) {
            let pair = pair?;
            match pair.key_bytes() {
                b"path" => self.name = Some(pair.value_bytes().to_vec()),
                b"size" => self.bytes = Some(pair.value()?.parse()?),
                key => self.sparse |= key.starts_with(b"GNU.sparse."),
            }
        }
        Ok(())
    }
}

fn extension<R: Read>(entry: &mut tar::Entry<'_, R>) -> Result<Vec<u8>, Cause> {
    let bytes = entry.size();
    if bytes > MAX_EXTENSION_BYTES {
        return Err(
            format!("a name of {bytes} bytes; at most {MAX_EXTENSION_BYTES} are allowed").into(),
        );
    }
    let mut text = Vec::new();
    entry.read_to_end(&mut text)?;
    if text.len() as u64 != bytes {
        return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
    }
    Ok(text)
}

/// Like in folders: no hidden entries, and only those that the globs select.
fn taken(path: &Path, patterns: &Patterns) -> bool {
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        _ => None,
    });
    if parts.clone().any(hidden) {
        return false;
    }
    let relative: PathBuf = parts.collect();
    let mut folders = relative.ancestors().skip(1);
    patterns.take_file(&relative)
        && folders.all(|folder| folder.as_os_str().is_empty() || patterns.enter(folder))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;
    use std::fs;
    use std::io::Write;
    use tar::{Builder, EntryType, Header};
    use tempfile::TempDir;

    /// An archive of these names, with the kind of entry; the content is the name.
    fn archive(entries: &[(&str, EntryType)]) -> Vec<u8> {
        let mut archive = Builder::new(Vec::new());
        for (name, kind) in entries {
            let mut header = Header::new_ustar();
            header.set_entry_type(*kind);
            let bytes = if kind.is_file() { name.len() } else { 0 };
            header.set_size(bytes as u64);
            if name.len() > 99 {
                let content = &name.as_bytes()[..bytes];
                archive
                    .append_pax_extensions([("path", name.as_bytes())])
                    .unwrap();
                header.set_path("short").unwrap();
                header.set_cksum();
                archive.append(&header, content).unwrap();
                continue;
            }
            // Past the checks of the library, which writes no such names.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            header.set_cksum();
            archive.append(&header, &name.as_bytes()[..bytes]).unwrap();
        }
        archive.into_inner().unwrap()
    }

    fn patterns(exclude: &[&str]) -> Patterns {
        let exclude: Vec<_> = exclude.iter().map(|&glob| glob.to_owned()).collect();
        Patterns::new(&[], &exclude).unwrap()
    }

    /// Ids and contents, in a file and as a stream.
    fn both(bytes: &[u8], exclude: &[&str]) -> [Result<Vec<(String, String)>, Cause>; 2] {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("a.tar");
        fs::write(&path, bytes).unwrap();
        let content = |photo: Photo| {
            let id = photo.id().into_owned();
            let kind = if photo.escapes() { "escapes" } else { "unread" };
            let read = photo.read(&Limits::default());
            let read = read.map(|bytes| String::from_utf8(bytes).unwrap());
            (id, read.unwrap_or_else(|_| kind.to_owned()))
        };
        let listed = listed(&path, &patterns(exclude))
            .map(|photos| photos.into_iter().map(content).collect());
        let stream = io::Cursor::new(bytes.to_vec());
        let streamed = streamed(stream, patterns(exclude), Limits::default())
            .unwrap()
            .into_iter()
            .map(|photo| photo.map(content))
            .collect();
        [listed, streamed]
    }

    #[test]
    fn entries_are_photos_and_nothing_is_lost() {
        let long = "é/".repeat(150) + "x.jpg";
        let file = EntryType::Regular;
        let bytes = archive(&[
            ("in", EntryType::Directory),
            ("in/a.jpg", file),
            ("in/.b.jpg", file),
            ("./c.jpg", file),
            ("not/d.jpg", file),
            ("../up.jpg", file),
            ("/etc/e.jpg", file),
            ("link.jpg", EntryType::Symlink),
            (&long, file),
            ("last.jpg", file),
        ]);
        for found in both(&bytes, &["not"]) {
            let found = found.unwrap();
            let found: Vec<_> = found.iter().map(|(id, read)| (&**id, &**read)).collect();
            assert_eq!(
                found,
                [
                    ("in/a.jpg", "in/a.jpg"),
                    ("./c.jpg", "./c.jpg"),
                    ("../up.jpg", "escapes"),
                    ("/etc/e.jpg", "escapes"),
                    ("link.jpg", "unread"),
                    (&*long, &*long),
                    ("last.jpg", "last.jpg"),
                ]
            );
        }
    }

    #[test]
    fn damage_and_hostile_headers_are_errors() {
        let good = archive(&[("a.jpg", EntryType::Regular), ("b.jpg", EntryType::Regular)]);
        let mut flipped = good.clone();
        flipped[1024 + 3] ^= 1;
        let cut = good[..512 + 2].to_vec();
        let mut large = Header::new_ustar();
        large.set_entry_type(EntryType::XHeader);
        large.set_size(1 << 33);
        large.set_cksum();
        let mut hostile = large.as_bytes().to_vec();
        hostile.write_all(&[b'x'; 4096]).unwrap();
        for (bytes, named) in [
            (&flipped, "after entry 1"),
            (&cut, "entr"),
            (&hostile, "a name of 8589934592 bytes"),
        ] {
            for found in both(bytes, &[]) {
                let message = chain(&*found.unwrap_err());
                assert!(message.contains(named), "{message}");
            }
        }
        // Nothing at all, or blocks of zeros, is an empty archive.
        let [listed, streamed] = both(&[0; 1024], &[]);
        assert!(listed.unwrap_err().to_string().contains("no photo"));
        assert!(streamed.unwrap().is_empty());
    }
}
