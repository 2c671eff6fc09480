//! Makes the list of photos from its sources.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use shomei::photo::hex;
use shomei::{Limits, Policy};

use crate::error::{Cause, Error, Role};
use crate::patterns::Patterns;
use crate::photo::{Photo, Place};
use crate::terms::Listing;
use crate::{archive, manifest, paths};

/// The sources of the photos of a batch. Each photo may be named once.
///
/// ```no_run
/// use shomei_batch::Sources;
///
/// let photos = Sources {
///     paths: vec!["photos".into()],
///     exclude: vec!["*.csv".to_owned()],
///     ..Sources::default()
/// };
/// println!("{:?} photos", photos.gather()?.total());
/// # Ok::<(), shomei_batch::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Photos and folders; `-` is one photo on standard input. In a folder, every regular file is
    /// reviewed, sorted by name, unless its name begins with a dot.
    pub paths: Vec<PathBuf>,
    /// A file with further paths; `-` is standard input.
    pub list: Option<PathBuf>,
    /// Whether the paths in the list end with NUL instead of a line break.
    pub null: bool,
    /// A CSV table with the columns `application_id` (the id) and `path` (relative to the table's
    /// folder), and optionally `waive` (codes separated by `;`) and `policy` (a name, or a file
    /// relative to the table's folder).
    pub manifest: Option<PathBuf>,
    /// A tar archive, whose names are ids. `-` is standard input.
    pub archive: Option<PathBuf>,
    /// In folders and archives, take only files that match one of these globs. A glob without a slash
    /// matches names at any depth; a glob with a slash matches paths from the top.
    pub include: Vec<String>,
    /// In folders and archives, leave out files and folders that match one of these.
    pub exclude: Vec<String>,
}

impl Sources {
    /// Lists the photos, and loads the policies that rows of the manifest name.
    ///
    /// # Errors
    /// If a source cannot be read, has no photo, or a photo is named twice.
    pub fn gather(&self) -> Result<Photos, Error> {
        self.gather_with(|name| Ok(Policy::load(name, |file| fs::read(file))?))
    }

    /// Like [`Sources::gather`], but `policy` loads the policies that rows of the manifest name: a
    /// built-in policy, or the path of a file.
    ///
    /// # Errors
    /// Like [`Sources::gather`], or if `policy` fails.
    pub fn gather_with(
        &self,
        policy: impl Fn(&Path) -> Result<Policy, Cause>,
    ) -> Result<Photos, Error> {
        let standard = |path: &&Path| path.as_os_str() == "-";
        let named = self.paths.iter().chain(&self.list).chain(&self.archive);
        if named.map(PathBuf::as_path).filter(standard).count() > 1 {
            return Err(Error::StandardInput);
        }
        let patterns = Patterns::new(&self.include, &self.exclude)?;
        let paths = self.paths.iter().cloned().zip(1..);
        let paths = paths.map(|(path, number)| (Place::Path(number), path));
        let mut listed = paths::expand(paths, &patterns, true)?;
        if let Some(list) = &self.list {
            let end = if self.null { b'\0' } else { b'\n' };
            listed.extend(paths::expand(paths::listed(list, end)?, &patterns, false)?);
        }
        if let Some(path) = &self.manifest {
            let rows = manifest::read(path, policy);
            listed.extend(rows.map_err(Error::file(Role::Manifest, path))?);
        }
        let mut stream = None;
        match &self.archive {
            Some(path) if can_be_read_once(path) => stream = Some(Stream::At(path.clone())),
            Some(path) => {
                let entries = archive::listed(path, &patterns);
                listed.extend(entries.map_err(Error::file(Role::Archive, path))?);
            }
            None => {}
        }
        let mut ids = Ids(HashMap::with_capacity(listed.len()));
        listed.iter().try_for_each(|photo| ids.add(photo))?;
        Ok(Photos {
            listed,
            stream,
            patterns,
            ids,
        })
    }
}

/// Whether `path` is an archive that can be read only once, from front to back.
fn can_be_read_once(path: &Path) -> bool {
    path.as_os_str() == "-" || fs::metadata(path).is_ok_and(|found| !found.is_file())
}

/// The photos of a batch, each once: those that are listed, and then those of an archive that can be
/// read only once.
#[derive(Debug)]
pub struct Photos {
    listed: Vec<Photo>,
    stream: Option<Stream>,
    patterns: Patterns,
    ids: Ids,
}

/// An archive that can be read only once.
enum Stream {
    At(PathBuf),
    Open(Box<dyn Read + Send>),
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(path) => f.debug_tuple("At").field(path).finish(),
            Self::Open(_) => f.debug_tuple("Open").finish_non_exhaustive(),
        }
    }
}

impl Photos {
    /// Those that are listed.
    #[must_use]
    pub fn listed(&self) -> &[Photo] {
        &self.listed
    }

    /// How many photos there are, unless an archive follows whose entries are not known yet.
    #[must_use]
    pub fn total(&self) -> Option<usize> {
        self.stream.is_none().then_some(self.listed.len())
    }

    /// Adds the photos in a tar archive that arrives on `input`; it replaces another such archive. The
    /// globs of the sources apply to it.
    #[must_use]
    pub fn and_archive(mut self, input: impl Read + Send + 'static) -> Self {
        self.stream = Some(Stream::Open(Box::new(input)));
        self
    }

    /// The identity of this list in the terms of a batch.
    #[must_use]
    pub fn listing(&self) -> Listing {
        let mut digest = Sha256::new();
        self.listed
            .iter()
            .for_each(|photo| photo.digest(&mut digest));
        Listing {
            count: self.listed.len(),
            sha256: hex(&digest.finalize()),
            streamed: self.stream.is_some(),
        }
    }

    /// All photos, one after the other; those of the archive come as they arrive, and `limits` bounds
    /// their bytes in memory. Ends after the first error.
    ///
    /// # Errors
    /// If the archive cannot be opened.
    pub fn read(
        self,
        limits: Limits,
    ) -> Result<impl Iterator<Item = Result<Photo, Error>> + Send + use<>, Error> {
        let Self {
            listed,
            stream,
            patterns,
            mut ids,
        } = self;
        let stream = stream.map(|stream| arriving(stream, patterns, limits));
        let stream = stream.transpose()?.into_iter().flatten();
        let stream = stream.map(move |photo| {
            let photo = photo?;
            ids.add(&photo)?;
            Ok(photo)
        });
        Ok(listed.into_iter().map(Ok).chain(stream))
    }
}

fn arriving(
    stream: Stream,
    patterns: Patterns,
    limits: Limits,
) -> Result<impl Iterator<Item = Result<Photo, Error>> + Send + use<>, Error> {
    let (path, input): (_, Box<dyn Read + Send>) = match stream {
        Stream::Open(input) => ("-".into(), input),
        Stream::At(path) if path.as_os_str() == "-" => (path, Box::new(io::stdin())),
        Stream::At(path) => {
            let file = File::open(&path).map_err(Error::file(Role::Archive, &path))?;
            (path, Box::new(file))
        }
    };
    let photos = archive::streamed(input, patterns, limits);
    let photos = photos.map_err(Error::file(Role::Archive, &path))?;
    Ok(photos
        .into_iter()
        .map(move |photo| photo.map_err(Error::file(Role::Archive, &path))))
}

/// Ids and the places that name them. Each may occur once.
#[derive(Debug, Default)]
struct Ids(HashMap<Box<str>, Place>);

impl Ids {
    fn add(&mut self, photo: &Photo) -> Result<(), Error> {
        match self.0.entry(photo.id().into()) {
            Entry::Occupied(before) => Err(Error::Twice {
                id: before.key().to_string(),
                first: *before.get(),
                second: photo.place,
            }),
            Entry::Vacant(free) => {
                free.insert(photo.place);
                Ok(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tempfile::TempDir;

    #[test]
    fn each_photo_is_named_once_over_all_sources() {
        let folder = TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("a.jpg"), "a").unwrap();
        let list = at(".list");
        fs::write(&list, format!("\n{}\n", at("a.jpg").display())).unwrap();
        let once = Sources {
            paths: vec![folder.path().to_owned()],
            ..Sources::default()
        };
        let photos = once.gather().unwrap();
        assert_eq!(photos.total(), Some(1));
        assert_eq!(photos.listing().count, 1);
        let twice = Sources {
            list: Some(list),
            ..once
        };
        let error = twice.gather().unwrap_err().to_string();
        assert!(
            error.contains("a.jpg\" is given twice, by path 1 and by item 2 of the list"),
            "{error}"
        );
        let input = Sources {
            paths: vec!["-".into()],
            archive: Some("-".into()),
            ..Sources::default()
        };
        assert!(matches!(input.gather(), Err(Error::StandardInput)));
    }
}
