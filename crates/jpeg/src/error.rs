//! Reasons why a file cannot be opened or decoded.
//!
//! Damage to a picture is *not* an error: [`crate::Damage`] describes it, beside the pixels that could
//! be read. An [`Error`] means that there is no picture.

use std::fmt;

/// A coding process of ITU T.81 (or a relative of it) that this crate does not decode.
///
/// [`crate::Header::process`] names all of these; only decoding refuses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Unsupported {
    /// DCT with arithmetic entropy coding (SOF9, SOF10, SOF13, SOF14).
    Arithmetic,
    /// Lossless coding (SOF3, SOF7, SOF11, SOF15) or the lossless JPEG-LS family (SOF55).
    Lossless,
    /// Hierarchical coding: differential frames (SOF5, SOF6) or a DHP segment.
    Hierarchical,
    /// Samples that do not have 8 bits.
    Precision {
        /// Bits per sample that the frame header names.
        bits: u8,
    },
    /// Two or four components. [`crate::Header::colour`] distinguishes CMYK from YCCK.
    Components {
        /// Number of components that the frame header names.
        count: u8,
    },
}

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Arithmetic => f.write_str("arithmetic coding"),
            Self::Lossless => f.write_str("lossless coding"),
            Self::Hierarchical => f.write_str("hierarchical coding"),
            Self::Precision { bits } => write!(f, "{bits} bits per sample"),
            Self::Components { count } => write!(f, "{count} components"),
        }
    }
}

/// The kind of an [`Error`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The bytes do not begin with an SOI marker (`FF D8`).
    NotJpeg,
    /// The bytes end before the first scan begins.
    Truncated,
    /// A segment needed to decode is malformed, or contradicts another one.
    Malformed,
    /// The file ends (EOI) without a frame header (SOF).
    NoFrame,
    /// There is a frame header but no scan (SOS) follows.
    NoScan,
    /// The frame has no lines or no columns.
    Empty,
    /// A valid process that this crate does not decode.
    Unsupported(Unsupported),
    /// More pixels than [`crate::Limits::pixels`].
    TooManyPixels,
    /// More scans than [`crate::Limits::scans`].
    TooManyScans,
    /// Decoding would need more memory than [`crate::Limits::memory`], or the system has no more.
    TooMuchMemory,
}

/// Why there is no picture: a kind, what was being read, and where in the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    offset: usize,
    what: &'static str,
}

impl Error {
    pub(crate) const fn new(kind: ErrorKind, offset: usize, what: &'static str) -> Self {
        Self { kind, offset, what }
    }

    /// The kind, for callers that act on it.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Byte offset in the file of the faulty segment, or 0.
    #[must_use]
    pub const fn offset(&self) -> usize {
        self.offset
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            ErrorKind::Unsupported(process) => write!(f, "unsupported jpeg: {process}"),
            _ => write!(f, "{} (at byte {})", self.what, self.offset),
        }
    }
}

impl std::error::Error for Error {}
