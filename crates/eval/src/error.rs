//! Errors in the inputs of an evaluation.

/// The manifest or the reviews cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// Kinds of [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The manifest is not valid; see [`crate::Manifest`].
    Manifest,
    /// Photos and reviews do not match one to one.
    Ids,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, message: String) -> Self {
        Self { kind, message }
    }

    /// The kind of error.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }
}
