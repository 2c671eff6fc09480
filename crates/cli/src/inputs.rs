//! From arguments to the list of photos, and from a photo to its bytes.
//!
//! Nothing is skipped silently: in a directory every regular file is a photo unless its name
//! begins with a dot or a glob leaves it out, and what is listed but cannot be read is still
//! reviewed, as unreadable.

use std::borrow::Cow;
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::ffi::OsStr;
use std::fmt::{self, Write};
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use sha2::{Digest, Sha256};
use shomei::{Limits, Policy, Waivers};
use walkdir::{DirEntry, WalkDir};

use crate::args::ReviewArgs;
use crate::waivers::digest_codes;

mod archive;
mod manifest;

pub(crate) use archive::{listed as archived, streamed};
pub(crate) use manifest::rows as manifest_rows;

/// One photo: where it was named, where its bytes are, and what is particular to it.
#[derive(Debug)]
pub(crate) struct Photo {
    place: Place,
    source: Source,
    /// Exceptions of its manifest's row.
    pub(crate) waivers: Waivers,
    /// Rules of its manifest's row.
    pub(crate) policy: Option<Arc<Policy>>,
}

/// Where a photo was named, counted from 1.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place {
    Argument(usize),
    List(usize),
    Manifest(u64),
    Archive(u64),
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Argument(number) => write!(f, "argument {number}"),
            Self::List(number) => write!(f, "item {number} of --files-from"),
            Self::Manifest(line) => write!(f, "line {line} of --manifest"),
            Self::Archive(number) => write!(f, "entry {number} of --tar"),
        }
    }
}

/// Where the bytes of a photo are.
#[derive(Debug)]
pub(crate) enum Source {
    /// In a file that its id is the path of.
    Path(PathBuf),
    Row {
        id: Box<str>,
        path: PathBuf,
    },
    /// On standard input.
    Stdin,
    Entry {
        id: Box<str>,
        span: archive::Span,
    },
    /// Here: they came with a stream.
    Bytes {
        id: Box<str>,
        bytes: Vec<u8>,
    },
    /// An entry of an archive that is not read.
    Unread {
        id: Box<str>,
        escapes: bool,
    },
}

impl Source {
    /// The bytes, and no more than one beyond the limit.
    pub(crate) fn read(self, limits: &Limits) -> io::Result<Vec<u8>> {
        match self {
            Self::Path(path) | Self::Row { path, .. } => read(&path, limits),
            Self::Stdin => {
                let mut bytes = Vec::new();
                let most = limits.longest_read();
                io::stdin().lock().take(most).read_to_end(&mut bytes)?;
                Ok(bytes)
            }
            Self::Entry { span, .. } => span.read(limits),
            Self::Bytes { bytes, .. } => Ok(bytes),
            Self::Unread { .. } => Err(ErrorKind::InvalidInput.into()),
        }
    }
}

impl Photo {
    fn new(place: Place, source: Source) -> Self {
        Self {
            place,
            source,
            waivers: Waivers::default(),
            policy: None,
        }
    }

    /// What the output calls it.
    pub(crate) fn id(&self) -> Cow<'_, str> {
        match &self.source {
            Source::Path(path) => id(path),
            Source::Stdin => "-".into(),
            Source::Row { id, .. }
            | Source::Entry { id, .. }
            | Source::Bytes { id, .. }
            | Source::Unread { id, .. } => (&**id).into(),
        }
    }

    /// The file of its own that it lies in.
    pub(crate) fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::Path(path) | Source::Row { path, .. } => Some(path),
            _ => None,
        }
    }

    /// Whether its name leads out of the archive that it is in.
    pub(crate) const fn escapes(&self) -> bool {
        matches!(self.source, Source::Unread { escapes: true, .. })
    }

    pub(crate) fn into_source(self) -> Source {
        self.source
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

/// Ids and where they were named. Each may stand there once.
#[derive(Debug, Default)]
pub(crate) struct Ids(HashMap<Box<str>, Place>);

impl Ids {
    /// # Errors
    /// If the id was there already.
    pub(crate) fn add(&mut self, photo: &Photo) -> Result<()> {
        match self.0.entry(photo.id().into()) {
            Entry::Occupied(before) => bail!(
                "{:?} is given twice, by {} and by {}; each photo is reviewed once",
                before.key(),
                before.get(),
                photo.place,
            ),
            Entry::Vacant(free) => {
                free.insert(photo.place);
                Ok(())
            }
        }
    }
}

/// Whether `path` is an archive that can be read only once, from front to back.
pub(crate) fn is_stream(path: &Path) -> bool {
    path.as_os_str() == "-" || fs::metadata(path).is_ok_and(|found| !found.is_file())
}

/// All photos that are named before the start, and their ids.
pub(crate) fn gather(
    args: &ReviewArgs,
    patterns: &Patterns,
    policy: impl Fn(&Path) -> Result<Policy>,
) -> Result<(Vec<Photo>, Ids)> {
    let sources = &args.sources;
    let standard = |path: &Option<PathBuf>| path.as_deref() == Some(Path::new("-"));
    let readers = args.paths.iter().filter(|path| path.as_os_str() == "-");
    let readers = readers.count()
        + [&args.files_from, &sources.tar]
            .map(standard)
            .iter()
            .filter(|&&is| is)
            .count();
    ensure!(
        readers <= 1,
        "`-` is given twice; standard input can be read once"
    );

    let named = args.paths.iter().cloned().zip(1..);
    let named = named.map(|(path, number)| (Place::Argument(number), path));
    let mut photos = expand(named, patterns, true)?;
    if let Some(list) = &args.files_from {
        photos.extend(expand(listed(list, args.null)?, patterns, false)?);
    }
    if let Some(path) = &sources.manifest {
        let rows = manifest::read(path, policy);
        photos.extend(rows.with_context(|| format!("--manifest {path:?}"))?);
    }
    if let Some(path) = sources.tar.as_deref().filter(|path| !is_stream(path)) {
        let entries = archive::listed(path, patterns);
        photos.extend(entries.with_context(|| format!("--tar {path:?}"))?);
    }
    let mut ids = Ids(HashMap::with_capacity(photos.len()));
    photos.iter().try_for_each(|photo| ids.add(photo))?;
    Ok((photos, ids))
}

/// Which entries of directories are taken.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Patterns {
    /// Everything if `include` is empty, less what `exclude` matches.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self> {
        let set = |option: &str, globs: &[String]| {
            let mut set = GlobSetBuilder::new();
            for text in globs {
                let anchored = text.trim_end_matches('/');
                ensure!(!anchored.is_empty(), "{option} {text:?}: an empty glob");
                let whole = match anchored.strip_prefix('/') {
                    Some(rest) => rest.to_owned(),
                    None if anchored.contains('/') => anchored.to_owned(),
                    None => format!("**/{anchored}"),
                };
                let glob = GlobBuilder::new(&whole).literal_separator(true).build();
                set.add(glob.with_context(|| format!("{option} {text:?}"))?);
            }
            set.build().with_context(|| option.to_owned())
        };
        Ok(Self {
            include: match include {
                [] => None,
                globs => Some(set("--include", globs)?),
            },
            exclude: set("--exclude", exclude)?,
        })
    }

    fn take_file(&self, relative: &Path) -> bool {
        let included = self
            .include
            .as_ref()
            .is_none_or(|globs| globs.is_match(relative));
        included && !self.exclude.is_match(relative)
    }

    fn enter(&self, relative: &Path) -> bool {
        !self.exclude.is_match(relative)
    }
}

/// The paths in the file `list`, or in standard input if that is `-`.
fn listed(list: &Path, null: bool) -> Result<Vec<(Place, PathBuf)>> {
    let named = || format!("--files-from {list:?}");
    let mut text = Vec::new();
    if list.as_os_str() == "-" {
        io::stdin()
            .lock()
            .read_to_end(&mut text)
            .with_context(named)?;
    } else {
        text = fs::read(list).with_context(named)?;
    }
    let end = if null { b'\0' } else { b'\n' };
    let paths: Vec<_> = text
        .split(|&byte| byte == end)
        .zip(1..)
        .filter(|(path, _)| !path.is_empty())
        .map(|(path, number)| Ok((Place::List(number), as_path(path)?)))
        .collect::<Result<_>>()
        .with_context(named)?;
    ensure!(!paths.is_empty(), "--files-from {list:?} names no path");
    Ok(paths)
}

#[cfg(unix)]
fn as_path(bytes: &[u8]) -> Result<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Ok(OsStr::from_bytes(bytes).into())
}

#[cfg(not(unix))]
fn as_path(bytes: &[u8]) -> Result<PathBuf> {
    Ok(std::str::from_utf8(bytes)?.trim_end_matches('\r').into())
}

/// The photos that `paths` stand for, in their order, directories walked; `-` is standard input
/// if that is `allowed`.
fn expand(
    paths: impl IntoIterator<Item = (Place, PathBuf)>,
    patterns: &Patterns,
    allowed: bool,
) -> Result<Vec<Photo>> {
    let mut photos = Vec::new();
    for (place, path) in paths {
        if allowed && path.as_os_str() == "-" {
            photos.push(Photo::new(place, Source::Stdin));
            continue;
        }
        // Of the entry itself: a link that leads nowhere exists and cannot be read.
        fs::symlink_metadata(&path).with_context(|| format!("{path:?}"))?;
        if path.is_dir() {
            let mut found = Vec::new();
            walk(&path, patterns, &mut found)?;
            ensure!(
                !found.is_empty(),
                "directory {path:?} holds no photo to review"
            );
            let found = found.into_iter().map(Source::Path);
            photos.extend(found.map(|source| Photo::new(place, source)));
        } else {
            photos.push(Photo::new(place, Source::Path(path)));
        }
    }
    Ok(photos)
}

fn walk(root: &Path, patterns: &Patterns, photos: &mut Vec<PathBuf>) -> Result<()> {
    let relative = |path: &Path| path.strip_prefix(root).unwrap_or(path).to_owned();
    let entered = |entry: &DirEntry| {
        entry.depth() == 0
            || !hidden(entry.file_name())
                && (!entry.file_type().is_dir() || patterns.enter(&relative(entry.path())))
    };
    let entries = WalkDir::new(root).follow_links(true).sort_by_file_name();
    for entry in entries.into_iter().filter_entry(entered) {
        let path = match entry {
            Ok(entry) if entry.file_type().is_file() => entry.into_path(),
            Ok(_) => continue,
            // What a link leads back to is walked already.
            Err(error) if error.loop_ancestor().is_some() => continue,
            Err(error) => match error.path() {
                // It is there but leads nowhere, or vanished since: unreadable, not unseen.
                Some(path) if path != root && !path.is_dir() => path.to_owned(),
                _ => bail!(error),
            },
        };
        if !path.file_name().is_some_and(hidden) && patterns.take_file(&relative(&path)) {
            photos.push(path);
        }
    }
    Ok(())
}

fn hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}

/// The photos of a manifest, each id once.
#[cfg(feature = "fleet")]
pub(crate) fn manifest(
    path: &Path,
    policy: impl Fn(&Path) -> Result<Policy>,
) -> Result<Vec<Photo>> {
    let photos = manifest::read(path, policy).with_context(|| format!("manifest {path:?}"))?;
    let mut ids = Ids(HashMap::with_capacity(photos.len()));
    photos.iter().try_for_each(|photo| ids.add(photo))?;
    Ok(photos)
}

/// The ids of a manifest with the paths of their photos.
pub(crate) fn manifest_paths(path: &Path) -> Result<HashMap<String, PathBuf>> {
    // Which policies it names does not matter here.
    let photos = manifest::read(path, |_| Ok(Policy::my_number_card()))?;
    let path = |photo: &Photo| Some((photo.id().into_owned(), photo.path()?.to_owned()));
    Ok(photos.iter().filter_map(path).collect())
}

/// What the output calls a photo: its path as given.
///
/// In a path that is not UTF-8, the bytes that cannot be written stand as `%XX` and `%` as
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

/// The bytes of a photo, and no more than one beyond the limit.
pub(crate) fn read(path: &Path, limits: &Limits) -> io::Result<Vec<u8>> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    fn patterns(include: &[&str], exclude: &[&str]) -> Patterns {
        let owned = |globs: &[&str]| {
            globs
                .iter()
                .map(|&glob| glob.to_owned())
                .collect::<Vec<_>>()
        };
        Patterns::new(&owned(include), &owned(exclude)).unwrap()
    }

    fn folder(files: &[&str]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, file).unwrap();
        }
        folder
    }

    /// Arguments become photos, each once.
    fn expanded(arguments: &[PathBuf], patterns: &Patterns) -> Result<Vec<Photo>> {
        let named = arguments.iter().cloned().zip(1..);
        let named = named.map(|(path, number)| (Place::Argument(number), path));
        let photos = expand(named, patterns, true)?;
        let mut ids = Ids::default();
        photos.iter().try_for_each(|photo| ids.add(photo))?;
        Ok(photos)
    }

    fn walked(folder: &TempDir, patterns: &Patterns) -> Vec<String> {
        expanded(&[folder.path().to_owned()], patterns)
            .unwrap()
            .iter()
            .map(|photo| photo.path().unwrap().strip_prefix(folder.path()).unwrap())
            .map(|path| id(path).into_owned())
            .collect()
    }

    fn refusal(arguments: &[PathBuf]) -> String {
        format!(
            "{:#}",
            expanded(arguments, &patterns(&[], &[])).unwrap_err()
        )
    }

    #[test]
    fn directories_are_walked_in_order_without_hidden_files() {
        let folder = folder(&[
            "b.jpg", "a/z.txt", "a/.b.jpg", ".c/x.jpg", "a.jpg", "a/b/c", "é.jpg",
        ]);
        let all = walked(&folder, &patterns(&[], &[]));
        assert_eq!(all, ["a/b/c", "a/z.txt", "a.jpg", "b.jpg", "é.jpg"]);
    }

    #[test]
    fn globs_match_names_anywhere_or_paths_from_the_argument() {
        let folder = folder(&["a.jpg", "b.csv", "in/a.jpg", "in/b.csv", "in/deep/a.jpg"]);
        let walked = |include: &[&str], exclude: &[&str]| {
            walked(&folder, &patterns(include, exclude)).join(" ")
        };
        assert_eq!(walked(&["*.csv"], &[]), "b.csv in/b.csv");
        assert_eq!(walked(&["/*.csv"], &[]), "b.csv");
        assert_eq!(walked(&["in/*.jpg"], &[]), "in/a.jpg");
        assert_eq!(walked(&["in/**"], &["*.csv"]), "in/a.jpg in/deep/a.jpg");
        assert_eq!(walked(&[], &["in/deep/", "b.*"]), "a.jpg in/a.jpg");
        assert_eq!(walked(&["*.{jpg,csv}"], &["in"]), "a.jpg b.csv");
        for (globs, named) in [
            (["a[".to_owned()], "\"a[\""),
            ([String::new()], "empty glob"),
        ] {
            let error = Patterns::new(&[], &globs).unwrap_err();
            assert!(format!("{error:#}").contains(named), "{error:#}");
        }
    }

    #[test]
    fn what_cannot_be_reviewed_is_named() {
        let folder = folder(&["a.jpg", "empty/.hidden"]);
        let at = |name: &str| folder.path().join(name);
        assert!(refusal(&[at("a.jpg"), at("none.jpg")]).contains("none.jpg"));
        assert!(refusal(&[at("empty")]).contains("empty"));
        assert!(
            refusal(&[folder.path().to_owned(), at("a.jpg")])
                .contains("a.jpg\" is given twice, by argument 1 and by argument 2")
        );
        assert!(refusal(&[PathBuf::new()]).contains("\"\""));
    }

    #[test]
    fn lists_end_lines_with_a_line_break_or_nul() {
        let folder = folder(&[]);
        let list = folder.path().join("list");
        fs::write(&list, "a b.jpg\n\nc\0d\n").unwrap();
        let items = |null| {
            let listed = listed(&list, null).unwrap().into_iter();
            let items = listed.map(|(place, path)| format!("{}: {}", place, path.display()));
            items.collect::<Vec<_>>()
        };
        assert_eq!(
            items(false),
            [
                "item 1 of --files-from: a b.jpg",
                "item 3 of --files-from: c\0d"
            ]
        );
        assert_eq!(
            items(true),
            [
                "item 1 of --files-from: a b.jpg\n\nc",
                "item 2 of --files-from: d\n"
            ]
        );
        fs::write(&list, "\n").unwrap();
        assert!(
            listed(&list, false)
                .unwrap_err()
                .to_string()
                .contains("names no path")
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_without_hanging_and_dead_ends_are_kept() {
        use std::os::unix::fs::symlink;
        let folder = folder(&["a/x.jpg", "b.jpg"]);
        let at = |name: &str| folder.path().join(name);
        symlink(folder.path(), at("a/loop")).unwrap();
        symlink("b.jpg", at("link.jpg")).unwrap();
        symlink("nowhere", at("dead.jpg")).unwrap();
        symlink("nowhere", at(".dead.jpg")).unwrap();
        symlink("self", at("self")).unwrap();
        let all = walked(&folder, &patterns(&[], &["self"]));
        assert_eq!(all, ["a/x.jpg", "b.jpg", "dead.jpg", "link.jpg"]);
        assert_eq!(walked(&folder, &patterns(&["self"], &[])), ["self"]);
        let limits = Limits::default();
        assert_eq!(read(&at("link.jpg"), &limits).unwrap(), b"b.jpg");
        assert_eq!(
            read(&at("dead.jpg"), &limits).unwrap_err().kind(),
            ErrorKind::NotFound
        );
        assert_eq!(
            read(&at("a"), &limits).unwrap_err().kind(),
            ErrorKind::InvalidInput
        );
        assert_eq!(
            expanded(&[at("dead.jpg")], &patterns(&[], &[]))
                .unwrap()
                .len(),
            1
        );
    }

    #[test]
    fn reading_stops_behind_the_limit() {
        let folder = folder(&["longer.jpg"]);
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
        let id = |bytes: &[u8]| id(&as_path(bytes).unwrap()).into_owned();
        assert_eq!(id("100%/é.jpg".as_bytes()), "100%/é.jpg");
        assert_eq!(id(b"100%/\xff.jpg"), "100%25/%FF.jpg");
        assert_ne!(id(b"%FF\xff"), id(b"\xff\xff"));
    }
}
