//! Errors in the inputs of an evaluation.

/// The manifest or the reviews cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The manifest is not valid; see [`crate::Manifest`].
    #[error("{0}")]
    Manifest(String),
    /// Photos and reviews do not match one to one.
    #[error("{0}")]
    Ids(String),
}
