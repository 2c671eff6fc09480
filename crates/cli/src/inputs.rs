//! From arguments to the list of photos, and from a path to bytes.
//!
//! Nothing is skipped silently: in a directory every regular file is a photo unless its name
//! begins with a dot or a glob leaves it out, and what is listed but cannot be read is still
//! reviewed, as unreadable.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ffi::OsStr;
use std::fmt::Write;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use shomei::Limits;
use walkdir::{DirEntry, WalkDir};

/// Which entries of directories are taken.
#[derive(Debug)]
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
pub(crate) fn listed(list: &Path, null: bool) -> Result<Vec<PathBuf>> {
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
        .filter(|path| !path.is_empty())
        .map(as_path)
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

/// The photos that `arguments` stand for, in their order, directories walked.
pub(crate) fn expand(arguments: &[PathBuf], patterns: &Patterns) -> Result<Vec<PathBuf>> {
    let mut photos = Vec::new();
    for path in arguments {
        // Of the entry itself: a link that leads nowhere exists and cannot be read.
        fs::symlink_metadata(path).with_context(|| format!("{path:?}"))?;
        if path.is_dir() {
            let before = photos.len();
            walk(path, patterns, &mut photos)?;
            ensure!(
                photos.len() > before,
                "directory {path:?} holds no photo to review"
            );
        } else {
            photos.push(path.clone());
        }
    }
    let mut ids = HashSet::with_capacity(photos.len());
    for path in &photos {
        ensure!(
            ids.insert(id(path)),
            "{path:?} is given twice; each photo is reviewed once"
        );
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
    let most = limits.max_bytes.saturating_add(1);
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

    fn walked(folder: &TempDir, patterns: &Patterns) -> Vec<String> {
        expand(&[folder.path().to_owned()], patterns)
            .unwrap()
            .iter()
            .map(|path| id(path.strip_prefix(folder.path()).unwrap()).into_owned())
            .collect()
    }

    fn refusal(arguments: &[PathBuf]) -> String {
        format!("{:#}", expand(arguments, &patterns(&[], &[])).unwrap_err())
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
            refusal(&[folder.path().to_owned(), at("a.jpg")]).contains("a.jpg\" is given twice")
        );
        assert!(refusal(&[PathBuf::new()]).contains("\"\""));
    }

    #[test]
    fn lists_end_lines_with_a_line_break_or_nul() {
        let folder = folder(&[]);
        let list = folder.path().join("list");
        fs::write(&list, "a b.jpg\n\nc\0d\n").unwrap();
        assert_eq!(
            listed(&list, false).unwrap(),
            [Path::new("a b.jpg"), Path::new("c\0d")]
        );
        assert_eq!(
            listed(&list, true).unwrap(),
            [Path::new("a b.jpg\n\nc"), Path::new("d\n")]
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
            expand(&[at("dead.jpg")], &patterns(&[], &[]))
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
