//! Which photos are taken from folders and archives.

use std::ffi::OsStr;
use std::path::Path;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};

use crate::error::Error;

/// Which entries of folders and archives are taken.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    include: Option<GlobSet>,
    exclude: GlobSet,
}

impl Patterns {
    /// Everything if `include` is empty, less what `exclude` matches.
    pub(crate) fn new(include: &[String], exclude: &[String]) -> Result<Self, Error> {
        Ok(Self {
            include: match include {
                [] => None,
                globs => Some(set(globs, false)?),
            },
            exclude: set(exclude, true)?,
        })
    }

    pub(crate) fn take_file(&self, relative: &Path) -> bool {
        let included = self
            .include
            .as_ref()
            .is_none_or(|globs| globs.is_match(relative));
        included && !self.exclude.is_match(relative)
    }

    pub(crate) fn enter(&self, relative: &Path) -> bool {
        !self.exclude.is_match(relative)
    }
}

fn set(globs: &[String], excludes: bool) -> Result<GlobSet, Error> {
    let mut set = GlobSetBuilder::new();
    for text in globs {
        let wrong = |source| Error::Glob {
            excludes,
            glob: text.clone(),
            source,
        };
        let anchored = text.trim_end_matches('/');
        if anchored.is_empty() {
            return Err(wrong("an empty glob".into()));
        }
        let whole = match anchored.strip_prefix('/') {
            Some(rest) => rest.to_owned(),
            None if anchored.contains('/') => anchored.to_owned(),
            None => format!("**/{anchored}"),
        };
        let glob = GlobBuilder::new(&whole).literal_separator(true).build();
        set.add(glob.map_err(|error| wrong(error.into()))?);
    }
    set.build().map_err(|error| Error::Glob {
        excludes,
        glob: globs.join(" "),
        source: error.into(),
    })
}

/// Whether a name is hidden, as names with a dot in front are.
pub(crate) fn hidden(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".")
}
