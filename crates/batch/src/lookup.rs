//! The photos of stored reviews, found again.

use std::collections::HashMap;
use std::io::ErrorKind;
use std::path::{Component, Path, PathBuf};

use shomei::photo::{Decoding, FileFacts};
use shomei::{Limits, Policy, ids};

use crate::error::{Cause, Error, Role, at};
use crate::{manifest, photo};

/// Where the photos of stored reviews are.
#[derive(Clone, Debug)]
pub enum Lookup {
    /// In a folder, by their ids.
    Folder(PathBuf),
    /// At the paths of a manifest, by their application ids.
    Manifest(HashMap<String, PathBuf>),
}

/// Why there is no photo that could have been reviewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// There is no such file.
    NotFound,
    /// There is one of another length.
    Changed,
}

impl Lookup {
    /// The folder or the manifest at `path`.
    ///
    /// # Errors
    /// If it is neither.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let found = path.metadata().map_err(Error::file(Role::Photos, path))?;
        if found.is_dir() {
            return Ok(Self::Folder(path.to_owned()));
        }
        listed(path)
            .map(Self::Manifest)
            .map_err(at("neither a folder nor a manifest"))
            .map_err(Error::file(Role::Photos, path))
    }

    /// Where the photo with this id may be: under the folder at the path that is its id, else at
    /// the longest end of it. An id never leads out of the folder.
    fn places(&self, id: &str) -> Vec<PathBuf> {
        match self {
            Self::Folder(folder) => ends(id).map(|end| folder.join(end)).collect(),
            Self::Manifest(paths) => paths.get(id).cloned().into_iter().collect(),
        }
    }

    /// The bytes of the photo with this id, of which a review kept `facts`.
    ///
    /// # Errors
    /// If it is not there, or not the one that was reviewed.
    pub fn read(&self, id: &str, facts: &FileFacts) -> Result<Vec<u8>, Missing> {
        let mut missing = Missing::NotFound;
        for path in self.places(id) {
            match photo::read(&path, &Limits::default()) {
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

/// The ids of a manifest with the paths of their photos.
fn listed(path: &Path) -> Result<HashMap<String, PathBuf>, Cause> {
    // Which policies it names does not matter here.
    let photos = manifest::read(path, |_| Ok(Policy::my_number_card()))?;
    let path = |photo: &photo::Photo| Some((photo.id().into_owned(), photo.path()?.to_owned()));
    Ok(photos.iter().filter_map(path).collect())
}

/// The ends of the id, as paths, that stay inside a folder.
fn ends(id: &str) -> impl Iterator<Item = PathBuf> {
    let inside = |end: &&Path| {
        let mut parts = end.components().peekable();
        parts.peek().is_some() && parts.all(|part| matches!(part, Component::Normal(_)))
    };
    let paths = ids::ends(id).map(Path::new).filter(inside);
    paths.map(|end| end.components().collect())
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
        let photos = Lookup::open(folder.path()).unwrap();
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
        assert!(Lookup::open(&folder.path().join("c.jpg")).is_err());
    }

    #[test]
    fn a_manifest_tells_where_an_application_has_its_photo() {
        let folder = tempfile::TempDir::new().unwrap();
        let manifest = folder.path().join("night.csv");
        fs::write(&manifest, "application_id,path\nA-1,c.jpg\n").unwrap();
        fs::write(folder.path().join("c.jpg"), "123").unwrap();
        let photos = Lookup::open(&manifest).unwrap();
        let facts = FileFacts {
            bytes: 3,
            decoding: Decoding::NotJpeg,
            ..FileFacts::unreadable(Unreadable::Other)
        };
        assert_eq!(photos.read("A-1", &facts).unwrap(), b"123");
        assert_eq!(photos.read("c.jpg", &facts), Err(Missing::NotFound));
    }
}
