//! `--overlay`: a picture per photo with what was found drawn into it.

use std::fmt;
use std::fs::{self, DirBuilder};
use std::io::{self, Write};
use std::path::Path;
use std::process;
use std::sync::Arc;

use anyhow::{Context, Result};
use shomei::Inspection;

use crate::output::private_file;

mod canvas;
mod sheet;

/// The directory that the pictures go to.
#[derive(Clone, Debug)]
pub(crate) struct Overlays {
    folder: Arc<Path>,
}

impl fmt::Display for Overlays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.folder)
    }
}

impl Overlays {
    /// Creates the directory if it is missing, for its owner alone, and tries to write there.
    pub(crate) fn prepare(folder: &Path) -> Result<Self> {
        let named = || format!("--overlay {folder:?}");
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::DirBuilderExt;
            builder.mode(0o700);
        }
        builder.create(folder).with_context(named)?;
        let probe = folder.join(format!(".shomei-{}", process::id()));
        private_file(&probe)
            .and_then(|_| fs::remove_file(&probe))
            .with_context(named)?;
        Ok(Self {
            folder: folder.into(),
        })
    }

    /// Draws one photo into its file.
    pub(crate) fn draw(&self, id: &str, inspection: &Inspection) -> io::Result<()> {
        let png = sheet::draw(id, inspection)?;
        private_file(&self.folder.join(file_name(id)))?.write_all(&png)
    }
}

/// Longest part of an id that a file name keeps, in bytes; file systems allow 255.
const LONGEST: usize = 180;

/// A file name of its own for every id: `a/b.jpg` gives `a__b.jpg.png`. Where that could be the
/// name for another id too, or is no good name, a hash of the id follows.
fn file_name(id: &str) -> String {
    let plain = |c: char| !c.is_control() && !"\\:*?\"<>|".contains(c);
    let mut name: String = id.chars().map(|c| if plain(c) { c } else { '_' }).collect();
    let unambiguous = name == id
        && id.len() <= LONGEST
        && !id.starts_with('.')
        && !["__", "_/", "/_", "~"].iter().any(|part| id.contains(part));
    name = name.replace('/', "__");
    if unambiguous {
        return name + ".png";
    }
    // Hidden files are easily overlooked.
    let start = name.trim_start_matches('.');
    let end = (0..=start.len().min(LONGEST))
        .rev()
        .find(|&end| start.is_char_boundary(end));
    format!(
        "{}~{:016x}.png",
        &start[..end.unwrap_or(0)],
        fnv1a(id.as_bytes())
    )
}

/// FNV-1a: the same in every version of this program, as file names should be.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_id_has_a_file_name_of_its_own() {
        assert_eq!(file_name("dir/a.jpg"), "dir__a.jpg.png");
        assert_eq!(file_name("写真/a b.jpg"), "写真__a b.jpg.png");
        assert_eq!(file_name("/a.jpg"), "__a.jpg.png");
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
        let names: HashSet<_> = ids.iter().map(|id| file_name(id)).collect();
        assert_eq!(names.len(), ids.len(), "{names:?}");
        for name in names {
            assert!(
                name.len() < 255 && !name.starts_with('.') && !name.contains('/'),
                "{name}"
            );
        }
    }

    #[test]
    fn a_directory_that_cannot_be_written_is_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Overlays::prepare(&file.join("inside")).unwrap_err();
        assert!(error.to_string().contains("inside"), "{error}");
        let made = folder.path().join("a/b");
        Overlays::prepare(&made).unwrap();
        assert_eq!(fs::read_dir(&made).unwrap().count(), 0);
    }
}
