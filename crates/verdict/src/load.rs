//! What a `policy` setting stands for.

use std::io;
use std::path::{Path, PathBuf};

use crate::policy::{Policy, PolicyError, built_in_names};

/// Why a policy cannot be loaded. The message names it, and has a line for each mistake in it.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LoadError {
    /// There is no built-in policy and no file of that name.
    #[error(
        "policy {0:?}: no built-in policy and no file has this name; built in: {list}",
        list = built_in_names()
    )]
    NotFound(PathBuf),
    /// The file cannot be read.
    #[error("policy {path:?} cannot be read")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is refused.
    #[error("{}", lines(path, error))]
    Refused {
        /// The file.
        path: PathBuf,
        /// Its mistakes.
        error: PolicyError,
    },
}

fn lines(path: &Path, error: &PolicyError) -> String {
    let lines: Vec<_> = error
        .mistakes()
        .map(|mistake| format!("policy {path:?}: {mistake}"))
        .collect();
    lines.join("\n")
}

impl Policy {
    /// The built-in policy of that name, otherwise the policy in that file. `read` returns the bytes of
    /// the file, as `std::fs::read` does.
    ///
    /// ```
    /// use shomei_verdict::Policy;
    ///
    /// let icao = Policy::load("icao".as_ref(), |path| std::fs::read(path))?;
    /// assert_eq!(icao.name(), "icao");
    /// let refused = Policy::load("iaco".as_ref(), |path| std::fs::read(path)).unwrap_err();
    /// assert!(refused.to_string().contains("built in: my-number-card, japan-passport, icao"));
    /// # Ok::<(), shomei_verdict::LoadError>(())
    /// ```
    ///
    /// # Errors
    /// If neither exists, if the file cannot be read, or if [`Policy::from_bytes`] refuses it.
    pub fn load(
        name_or_file: &Path,
        read: impl FnOnce(&Path) -> io::Result<Vec<u8>>,
    ) -> Result<Self, LoadError> {
        if let Some(policy) = name_or_file.to_str().and_then(Self::named) {
            return Ok(policy);
        }
        match Self::from_file(name_or_file, read) {
            Err(LoadError::Unreadable { path, source })
                if source.kind() == io::ErrorKind::NotFound =>
            {
                Err(LoadError::NotFound(path))
            }
            read => read,
        }
    }

    /// The policy in that file, even if a built-in policy has that name. `read` returns its bytes.
    ///
    /// # Errors
    /// If the file cannot be read, or if [`Policy::from_bytes`] refuses it.
    pub fn from_file(
        file: &Path,
        read: impl FnOnce(&Path) -> io::Result<Vec<u8>>,
    ) -> Result<Self, LoadError> {
        let path = || file.to_owned();
        let bytes = read(file).map_err(|source| LoadError::Unreadable {
            path: path(),
            source,
        })?;
        Self::from_bytes(&bytes).map_err(|error| LoadError::Refused {
            path: path(),
            error,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(name: &str, bytes: &'static [u8]) -> Result<Policy, LoadError> {
        Policy::load(name.as_ref(), |_| Ok(bytes.to_vec()))
    }

    #[test]
    fn a_name_comes_before_a_file() {
        let own = b"\xef\xbb\xbfname = \"own\"\r\nbase = \"icao\"\r\n";
        assert_eq!(load("icao", own).unwrap().name(), "icao");
        assert_eq!(load("./icao", own).unwrap().name(), "own");
        let file = Policy::from_file("icao".as_ref(), |_| Ok(own.to_vec()));
        assert_eq!(file.unwrap().name(), "own");
    }

    #[test]
    fn every_mistake_is_a_line_that_names_the_file() {
        let refused = load("own.toml", b"base = \"x\"\n[blured]\n").unwrap_err();
        let message = refused.to_string();
        let lines: Vec<_> = message.lines().collect();
        assert_eq!(lines.len(), 2, "{message}");
        assert!(lines[0].starts_with("policy \"own.toml\": base: \"x\" is not allowed"));
        assert!(lines[1].starts_with("policy \"own.toml\": blured: unknown check"));
        let binary = load("own.toml", b"name = \"\xff\"")
            .unwrap_err()
            .to_string();
        assert!(
            binary.starts_with("policy \"own.toml\": not UTF-8: "),
            "{binary}"
        );
    }

    #[test]
    fn a_name_that_is_nothing_lists_the_built_in_policies() {
        let fail = |kind: io::ErrorKind| Policy::load("iaco".as_ref(), |_| Err(kind.into()));
        let missing = fail(io::ErrorKind::NotFound).unwrap_err().to_string();
        assert!(missing.starts_with("policy \"iaco\": "), "{missing}");
        assert!(
            missing.ends_with("my-number-card, japan-passport, icao"),
            "{missing}"
        );
        let denied = fail(io::ErrorKind::PermissionDenied).unwrap_err();
        assert!(matches!(denied, LoadError::Unreadable { .. }), "{denied:?}");
    }
}
