//! The photos of stored reviews, found again.

use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result, ensure};
use shomei::Limits;
use shomei::photo::{Decoding, FileFacts};

use crate::inputs;

/// The folder that the photos of stored reviews lie in.
#[derive(Clone, Debug)]
pub(crate) struct Photos {
    folder: PathBuf,
}

/// Why a photo is not the one that was reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Missing {
    /// There is no such file.
    NotFound,
    /// There is one of another length.
    Changed,
}

impl Photos {
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        let named = || format!("--photos {folder:?}");
        let metadata = folder.metadata().with_context(named)?;
        ensure!(metadata.is_dir(), "--photos {folder:?} is no folder");
        Ok(Self {
            folder: folder.to_owned(),
        })
    }

    /// The bytes of the photo with this id, of which a review kept `facts`: the file under the
    /// folder whose path is the id, else the longest end of it. An id never leads out of the
    /// folder.
    pub(crate) fn read(&self, id: &str, facts: &FileFacts) -> Result<Vec<u8>, Missing> {
        let mut missing = Missing::NotFound;
        for path in ends(id) {
            match inputs::read(&self.folder.join(path), &Limits::default()) {
                Ok(bytes)
                    if bytes.len() as u64 == facts.bytes
                        || matches!(facts.decoding, Decoding::Unreadable { .. }) =>
                {
                    return Ok(bytes);
                }
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                // A folder of that name is not the photo.
                Err(error) if error.kind() == ErrorKind::InvalidInput => {}
                Ok(_) | Err(_) => missing = Missing::Changed,
            }
        }
        Err(missing)
    }
}

/// The id and its ends from each `/` on, as paths, as far as they are plain names.
fn ends(id: &str) -> impl Iterator<Item = PathBuf> {
    let parts: Vec<&str> = id
        .split('/')
        .filter(|part| !part.is_empty() && *part != ".")
        .collect();
    let plain = |part: &str| {
        let mut components = Path::new(part).components();
        matches!(
            (components.next(), components.next()),
            (Some(Component::Normal(name)), None) if name == part
        )
    };
    // What stands behind the last `..`, and the like, stays inside.
    let odd = parts.iter().rposition(|part| !plain(part));
    let first = odd.map_or(0, |at| at + 1);
    (first..parts.len()).map(move |from| parts[from..].iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use shomei::photo::Unreadable;
    use std::fs;

    #[test]
    fn ids_never_lead_out() {
        let of = |id| {
            ends(id)
                .map(|p| p.to_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(of("a/b/c.jpg"), ["a/b/c.jpg", "b/c.jpg", "c.jpg"]);
        assert_eq!(of("/a//./b"), ["a/b", "b"]);
        assert_eq!(of("x/../../y/z"), ["y/z", "z"]);
        for id in ["", "/", "..", "a/..", "."] {
            assert!(ends(id).next().is_none(), "{id}");
        }
    }

    #[test]
    fn only_the_reviewed_file_is_taken() {
        let folder = tempfile::TempDir::new().unwrap();
        fs::create_dir(folder.path().join("b")).unwrap();
        fs::write(folder.path().join("b/c.jpg"), "12345").unwrap();
        fs::write(folder.path().join("c.jpg"), "123").unwrap();
        let photos = Photos::open(folder.path()).unwrap();
        let facts = |bytes| FileFacts {
            bytes,
            decoding: Decoding::NotJpeg,
            ..FileFacts::unreadable(Unreadable::Other)
        };
        assert_eq!(photos.read("a/b/c.jpg", &facts(5)).unwrap(), b"12345");
        // Longer ends come first, others are looked at for the length.
        assert_eq!(photos.read("a/b/c.jpg", &facts(3)).unwrap(), b"123");
        assert_eq!(photos.read("c.jpg", &facts(4)), Err(Missing::Changed));
        assert_eq!(photos.read("b", &facts(4)), Err(Missing::NotFound));
        assert_eq!(photos.read("d.jpg", &facts(4)), Err(Missing::NotFound));
        assert!(Photos::open(&folder.path().join("c.jpg")).is_err());
    }
}
