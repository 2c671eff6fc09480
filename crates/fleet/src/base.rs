//! Where all workers find the photos of a manifest.

use std::path::{Component, Path, absolute};

use url::Url;

use crate::error::Error;

/// A folder that all workers see at the same path, or a bucket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(Url);

const ALLOWED: &str = "s3://BUCKET or s3://BUCKET/PREFIX, file:///FOLDER, or a folder; without a \
                       password, which belongs into the environment of the workers";

impl Base {
    /// Parses a URL or the path of a folder.
    ///
    /// # Errors
    /// If it is neither.
    pub fn new(place: &str) -> Result<Self, Error> {
        let wrong = || Error::Setting {
            key: "--photos",
            value: place
                .split_once("://")
                .map_or(place, |(scheme, _)| scheme)
                .to_owned(),
            allowed: ALLOWED.to_owned(),
        };
        if place.contains("://") {
            return url(place).map(Self).ok_or_else(wrong);
        }
        let folder = absolute(Path::new(place)).map_err(|_| wrong())?;
        Url::from_directory_path(folder)
            .map(Self)
            .map_err(|()| wrong())
    }

    /// The URL of the photo at `path`, which is relative, absolute, or a URL.
    ///
    /// # Errors
    /// If the workers cannot find it there.
    pub fn join(&self, path: &Path) -> Result<String, Error> {
        let wrong = |allowed: &str| Error::Setting {
            key: "path",
            value: path.to_string_lossy().into_owned(),
            allowed: allowed.to_owned(),
        };
        let text = path.to_str().ok_or_else(|| wrong("UTF-8"))?;
        if text.contains("://") {
            return url(text).map(Url::into).ok_or_else(|| wrong(ALLOWED));
        }
        if self.0.scheme() == "file" {
            let folder = self.0.to_file_path().map_err(|()| wrong(ALLOWED))?;
            let file = Url::from_file_path(folder.join(path));
            return file.map(Url::into).map_err(|()| wrong(ALLOWED));
        }
        let names: Option<Vec<_>> = path
            .components()
            .map(|part| match part {
                Component::Normal(name) => Some(name.to_str()),
                Component::CurDir => Some(None),
                _ => None,
            })
            .collect();
        let names = names.ok_or_else(|| wrong("a path below --photos"))?;
        let mut url = self.0.clone();
        if let Ok(mut parts) = url.path_segments_mut() {
            parts.pop_if_empty().extend(names.into_iter().flatten());
        }
        Ok(url.into())
    }
}

/// A URL that the workers can read and that contains no secret.
fn url(text: &str) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let known = match url.scheme() {
        "file" => url.host().is_none(),
        "s3" => url.host().is_some(),
        _ => false,
    };
    let plain = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none();
    (known && plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(base: &str, path: &str) -> String {
        Base::new(base).unwrap().join(Path::new(path)).unwrap()
    }

    #[test]
    fn photos_lie_below_the_base_whatever_their_names() {
        for (base, path, url) in [
            ("s3://photos", "a.jpg", "s3://photos/a.jpg"),
            (
                "s3://photos/night/",
                "./in/a b#?.jpg",
                "s3://photos/night/in/a%20b%23%3F.jpg",
            ),
            (
                "s3://photos/night",
                "100%.jpg",
                "s3://photos/night/100%25.jpg",
            ),
            ("s3://photos", "s3://others/b.jpg", "s3://others/b.jpg"),
            (
                "file:///srv/photos",
                "é.jpg",
                "file:///srv/photos/%C3%A9.jpg",
            ),
            ("/srv/photos", "in/a.jpg", "file:///srv/photos/in/a.jpg"),
            ("/srv/photos", "/other/a.jpg", "file:///other/a.jpg"),
        ] {
            assert_eq!(joined(base, path), url);
        }
    }

    #[test]
    fn what_workers_could_not_read_is_refused_and_secrets_are_not_shown() {
        for base in [
            "ftp://host/a",
            "s3://name:secret@photos",
            "s3://photos?secret",
            "file://host/a",
            "s3://",
        ] {
            let error = Base::new(base).unwrap_err().to_string();
            assert!(
                error.starts_with("--photos: ") && error.contains("s3://BUCKET"),
                "{error}"
            );
            assert!(!error.contains("secret"), "{error}");
        }
        let bucket = Base::new("s3://photos/night").unwrap();
        for path in ["../a.jpg", "/srv/a.jpg", "http://host/a.jpg"] {
            assert!(bucket.join(Path::new(path)).is_err(), "{path}");
        }
    }
}
