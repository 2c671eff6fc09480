//! The one error type of this crate.

use std::fmt;

/// A model could not be loaded or run. A photo without a face is *not* an error.
#[derive(Debug, thiserror::Error)]
#[error("{kind} ({model})")]
pub struct Error {
    kind: ErrorKind,
    model: &'static str,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// What failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The models differ from the expected ones; see [`ModelSet::expecting`].
    ///
    /// [`ModelSet::expecting`]: crate::ModelSet::expecting
    Altered,
    /// The bytes are not a valid model, or have other inputs and outputs than expected.
    Load,
    /// The model could not be evaluated.
    Run,
    /// The outputs have another shape than the decoder expects.
    Output,
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Altered => "models are not the expected ones",
            Self::Load => "model cannot be loaded",
            Self::Run => "model cannot be run",
            Self::Output => "model gave outputs of an unexpected shape",
        })
    }
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        model: &'static str,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            model,
            source: Some(source.into()),
        }
    }

    pub(crate) const fn output(model: &'static str) -> Self {
        Self {
            kind: ErrorKind::Output,
            model,
            source: None,
        }
    }

    /// What failed.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Role of the model that failed, for instance `landmarks`.
    #[must_use]
    pub const fn model(&self) -> &'static str {
        self.model
    }
}
