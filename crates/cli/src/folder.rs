//! Folders for results, and file names in them. The contents show or name people, so only the owner can
//! read them.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process;

use anyhow::{Context, Result, ensure};
use shomei::photo::fnv1a;
use shomei_batch::private_file;

/// Creates the folder of an option if it is missing, private to its owner, and tries to write there.
pub(crate) fn prepare(option: &str, folder: &Path) -> Result<()> {
    let named = || format!("{option} {folder:?}");
    private(folder).with_context(named)?;
    let probe = folder.join(format!(".shomei-{}", process::id()));
    private_file(&probe)
        .and_then(|_| fs::remove_file(&probe))
        .with_context(named)
}

fn private(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt;
        builder.mode(0o700);
    }
    builder.create(folder)
}

/// A folder that was empty before this run: files of an earlier run would look like results of this
/// one.
#[derive(Clone, Debug)]
pub(crate) struct Fresh {
    option: &'static str,
    path: PathBuf,
}

impl Fresh {
    /// Creates the folder, or checks that it is empty.
    pub(crate) fn prepare(option: &'static str, path: &Path) -> Result<Self> {
        let named = || format!("{option} {path:?}");
        match fs::read_dir(path) {
            Ok(mut entries) => ensure!(
                entries.next().is_none(),
                "{option} {path:?}: the folder is not empty; choose a new one"
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error).with_context(named),
        }
        prepare(option, path)?;
        Ok(Self {
            option,
            path: path.to_owned(),
        })
    }

    /// The path of the file with that name.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file, and creates the folders in its name.
    pub(crate) fn write(&self, name: &str, bytes: &[u8]) -> Result<()> {
        let path = self.path(name);
        let write = || {
            if let Some(parent) = path.parent() {
                private(parent)?;
            }
            private_file(&path)?.write_all(bytes)
        };
        write().with_context(|| format!("{} {path:?}", self.option))
    }
}

/// Longest part of an id that a file name keeps, in bytes; file systems allow 255.
const LONGEST: usize = 180;

/// A unique file name for every id: `a/b.jpg` gives `a__b.jpg.png`. If another id could give the same
/// name, or the name is not valid, a hash of the id is added.
pub(crate) fn file_name(id: &str, extension: &str) -> String {
    let plain = |c: char| !c.is_control() && !"\\:*?\"<>|".contains(c);
    let mut name: String = id.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let unambiguous = name == id
        && id.len() <= LONGEST
        && !id.starts_with('.')
        && !["__", "_/", "/_", "~"].iter().any(|part| id.contains(part));
    name = name.replace('/', "__");
    if unambiguous {
        return format!("{name}.{extension}");
    }
    // Hidden files are easily overlooked.
    let start = name.trim_start_matches('.');
    let start = &start[..start.floor_char_boundary(LONGEST)];
    format!("{start}~{:016x}.{extension}", fnv1a(id.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_id_has_a_file_name_of_its_own() {
        assert_eq!(file_name("dir/a.jpg", "png"), "dir__a.jpg.png");
        assert_eq!(file_name("写真/a b.jpg", "txt"), "写真__a b.jpg.txt");
        assert_eq!(file_name("/a.jpg", "png"), "__a.jpg.png");
        let long = "é".repeat(300);
        let ids = [
            "a/b",
            "a__b",
            "a_/b",
            "a/_b",
            "a//b",
            "./a/b",
            "../a/b",
            "a:b",
            "a?b",
            "a\nb",
            ".",
            "..",
            &long,
            &format!("{long}e"),
            "x~y",
        ];
        let names: HashSet<_> = ids.iter().map(|id| file_name(id, "png")).collect();
        assert_eq!(names.len(), ids.len(), "{names:?}");
        for name in names {
            assert!(
                name.len() < 255 && !name.starts_with('.') && !name.contains('/'),
                "{name}"
            );
        }
    }

    #[test]
    fn a_folder_with_something_in_it_is_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        let path = folder.path().join("a/b");
        let fresh = Fresh::prepare("--out", &path).unwrap();
        fresh.write("c/d.txt", b"x").unwrap();
        assert_eq!(fs::read(path.join("c/d.txt")).unwrap(), b"x");
        let error = Fresh::prepare("--out", &path).unwrap_err().to_string();
        assert!(error.contains("not empty"), "{error}");
        let file = path.join("c/d.txt");
        let error = Fresh::prepare("--out", &file).unwrap_err().to_string();
        assert!(error.starts_with("--out"), "{error}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&path.join("c")), 0o700);
            assert_eq!(mode(&file), 0o600);
        }
    }
}
