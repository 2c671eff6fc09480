//! Paths, lists of paths, and folders.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::{DirEntry, WalkDir};

use crate::error::{Cause, Error, Role};
use crate::patterns::{Patterns, hidden};
use crate::photo::{Photo, Place, Source};

/// The paths in the file `list`, or in standard input if that is `-`, that end with `end`.
pub(crate) fn listed(list: &Path, end: u8) -> Result<Vec<(Place, PathBuf)>, Error> {
    items(list, end).map_err(Error::file(Role::List, list))
}

fn items(list: &Path, end: u8) -> Result<Vec<(Place, PathBuf)>, Cause> {
    let mut text = Vec::new();
    if list.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut text)?;
    } else {
        text = fs::read(list)?;
    }
    let paths: Vec<_> = text
        .split(|&byte| byte == end)
        .zip(1..)
        .filter(|(path, _)| !path.is_empty())
        .map(|(path, number)| Ok((Place::List(number), as_path(path)?)))
        .collect::<Result<_, Cause>>()?;
    if paths.is_empty() {
        return Err("it names no path".into());
    }
    Ok(paths)
}

#[cfg(unix)]
pub(crate) fn as_path(bytes: &[u8]) -> Result<PathBuf, Cause> {
    use std::os::unix::ffi::OsStrExt;
    Ok(OsStr::from_bytes(bytes).into())
}

#[cfg(not(unix))]
pub(crate) fn as_path(bytes: &[u8]) -> Result<PathBuf, Cause> {
    Ok(std::str::from_utf8(bytes)?.trim_end_matches('\r').into())
}

/// The photos at `paths` and in the folders among them, in order. `-` is standard input if that is
/// `allowed`.
pub(crate) fn expand(
    paths: impl IntoIterator<Item = (Place, PathBuf)>,
    patterns: &Patterns,
    allowed: bool,
) -> Result<Vec<Photo>, Error> {
    let mut photos = Vec::new();
    for (place, path) in paths {
        if allowed && path.as_os_str() == "-" {
            photos.push(Photo::new(place, Source::Stdin));
            continue;
        }
        // Of the entry itself: a link that leads nowhere exists and cannot be read.
        fs::symlink_metadata(&path).map_err(Error::file(Role::Path, &path))?;
        if path.is_dir() {
            let found = walk(&path, patterns).map_err(Error::file(Role::Folder, &path))?;
            let found = found.into_iter().map(Source::Path);
            photos.extend(found.map(|source| Photo::new(place, source)));
        } else {
            photos.push(Photo::new(place, Source::Path(path)));
        }
    }
    Ok(photos)
}

/// Nothing is skipped silently: every regular file is a photo unless its name begins with a dot or a
/// glob leaves it out, and what cannot be read is still reviewed, as unreadable.
fn walk(root: &Path, patterns: &Patterns) -> Result<Vec<PathBuf>, Cause> {
    let mut photos = Vec::new();
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
                _ => return Err(error.into()),
            },
        };
        if !path.file_name().is_some_and(hidden) && patterns.take_file(&relative(&path)) {
            photos.push(path);
        }
    }
    if photos.is_empty() {
        return Err("it holds no photo to review".into());
    }
    Ok(photos)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::chain;
    use crate::photo::{id, read};
    use shomei::Limits;
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

    /// Paths become photos.
    fn expanded(paths: &[PathBuf], patterns: &Patterns) -> Result<Vec<Photo>, Error> {
        let named = paths.iter().cloned().zip(1..);
        let named = named.map(|(path, number)| (Place::Path(number), path));
        expand(named, patterns, true)
    }

    fn walked(folder: &TempDir, patterns: &Patterns) -> Vec<String> {
        expanded(&[folder.path().to_owned()], patterns)
            .unwrap()
            .iter()
            .map(|photo| photo.path().unwrap().strip_prefix(folder.path()).unwrap())
            .map(|path| id(path).into_owned())
            .collect()
    }

    fn refusal(paths: &[PathBuf]) -> String {
        chain(&expanded(paths, &patterns(&[], &[])).unwrap_err())
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
            assert!(chain(&error).contains(named), "{error}");
        }
    }

    #[test]
    fn what_cannot_be_reviewed_is_named() {
        let folder = folder(&["a.jpg", "empty/.hidden"]);
        let at = |name: &str| folder.path().join(name);
        assert!(refusal(&[at("a.jpg"), at("none.jpg")]).contains("none.jpg"));
        assert!(refusal(&[at("empty")]).contains("empty"));
        assert!(refusal(&[PathBuf::new()]).contains("\"\""));
    }

    #[test]
    fn lists_end_lines_with_a_line_break_or_nul() {
        let folder = folder(&[]);
        let list = folder.path().join("list");
        fs::write(&list, "a b.jpg\n\nc\0d\n").unwrap();
        let items = |end| {
            let listed = listed(&list, end).unwrap().into_iter();
            let items = listed.map(|(place, path)| format!("{}: {}", place, path.display()));
            items.collect::<Vec<_>>()
        };
        assert_eq!(
            items(b'\n'),
            ["item 1 of the list: a b.jpg", "item 3 of the list: c\0d"]
        );
        assert_eq!(
            items(b'\0'),
            [
                "item 1 of the list: a b.jpg\n\nc",
                "item 2 of the list: d\n"
            ]
        );
        fs::write(&list, "\n").unwrap();
        assert!(chain(&listed(&list, b'\n').unwrap_err()).contains("names no path"));
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
            io::ErrorKind::NotFound
        );
        assert_eq!(
            read(&at("a"), &limits).unwrap_err().kind(),
            io::ErrorKind::InvalidInput
        );
        assert_eq!(
            expanded(&[at("dead.jpg")], &patterns(&[], &[]))
                .unwrap()
                .len(),
            1
        );
    }
}
