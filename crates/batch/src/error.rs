//! Errors of a batch that are not about a photo.

use std::fmt;
use std::io;
use std::path::PathBuf;

use shomei::LineError;

use crate::photo::Place;
use crate::terms::Difference;

/// The cause of an error, from the system, a table or an archive.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a batch cannot start, continue or end. Photos that cannot be read are reviews, not errors.
///
/// Messages name files and ids. The program adds the options that they came from.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or folder cannot be used.
    #[error("{role} {path:?}")]
    File {
        /// What it is for.
        role: Role,
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: Cause,
    },
    /// A glob cannot be used.
    #[error("glob {glob:?}")]
    Glob {
        /// Whether it is one of [`Sources::exclude`](crate::Sources::exclude).
        excludes: bool,
        /// The glob.
        glob: String,
        /// What is wrong with it.
        source: Cause,
    },
    /// Two sources are standard input.
    #[error("`-` is given twice; standard input can be read once")]
    StandardInput,
    /// Two photos have the same id.
    #[error("{id:?} is given twice, by {first} and by {second}; each photo is reviewed once")]
    Twice {
        /// The id.
        id: String,
        /// Where it is named first.
        first: Place,
        /// Where it is named again.
        second: Place,
    },
    /// The file of reviews cannot be opened, resumed or written.
    #[error("file of reviews {path:?}")]
    Journal {
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        source: JournalError,
    },
    /// A finished review belongs to another photo.
    #[error("line {line} is the review of {found:?}, but that of {expected:?} was expected")]
    Order {
        /// The line of the file, from 1.
        line: u64,
        /// Whose review it is.
        found: String,
        /// Whose it should be.
        expected: String,
    },
    /// There are more reviews than photos.
    #[error("there are {reviews} more reviews than photos")]
    Surplus {
        /// How many.
        reviews: usize,
    },
    /// Entries of an archive whose path escapes it are not read.
    #[error(
        "{entries} entries were not read, because their paths escape the archive ({first:?}{})",
        more(.entries)
    )]
    Escaping {
        /// How many.
        entries: u64,
        /// The id of the first one.
        first: String,
    },
    /// Rows of the table of exceptions are for none of the photos.
    #[error("exceptions {path:?}: {unmet} of {ids} ids are not among them ({named})")]
    Unmet {
        /// The table.
        path: PathBuf,
        /// How many rows that record an exception.
        unmet: usize,
        /// How many rows there are.
        ids: usize,
        /// The first few of them, with their lines.
        named: String,
    },
    /// Reading stored reviews stopped.
    #[error("reviews {path:?}: stopped after {reviews} reviews")]
    Stopped {
        /// The file; `-` is standard input.
        path: PathBuf,
        /// How many were read.
        reviews: u64,
        /// Why.
        source: Box<Error>,
    },
    /// There are no stored reviews.
    #[error("reviews {path:?}: contains no review")]
    NoReviews {
        /// The file; `-` is standard input.
        path: PathBuf,
    },
    /// A stored review was judged by a policy that is not known.
    #[error("judged by the policy {name:?} ({hash:?}), which is not available")]
    UnknownPolicy {
        /// Its name, cut to 60 characters.
        name: String,
        /// Its hash, cut to 32 characters.
        hash: String,
    },
    /// A line of stored reviews is not a review.
    #[error(transparent)]
    Line(#[from] LineError),
    /// The threads that review cannot be started.
    #[error(transparent)]
    Review(#[from] shomei::Error),
}

/// What is wrong with the file of reviews, or with its header.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// Another process writes to it.
    #[error("another process is writing to it")]
    Busy,
    /// It is not empty, and the caller did not say what to do with its contents.
    #[error("has {bytes} bytes already")]
    Occupied {
        /// How many bytes.
        bytes: u64,
    },
    /// It has no header.
    #[error("not a journal that could be resumed: {header:?} belongs to it")]
    NoHeader {
        /// Where the header should be.
        header: PathBuf,
        /// Why it cannot be read.
        source: io::Error,
    },
    /// Its header is not valid.
    #[error("{header:?} is not the header of a journal")]
    Header {
        /// Where it is.
        header: PathBuf,
        /// What is wrong with it.
        source: Cause,
    },
    /// Its header cannot be written.
    #[error("{header:?}")]
    Store {
        /// Where it should be.
        header: PathBuf,
        /// Why it cannot be written.
        source: io::Error,
    },
    /// The batch in it was started with other terms.
    #[error("the batch was started with another {}: {}, this is {}", .0.what, .0.was, .0.is)]
    Terms(Difference),
    /// A line is not a review. All lines before it are.
    #[error("line {line} is not a review")]
    Line {
        /// The line, from 1.
        line: usize,
    },
    /// It cannot be written any further. It still ends with a complete line.
    #[error("a review cannot be written")]
    Write(#[source] io::Error),
    /// The file system fails.
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// What a file or folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Role {
    /// A photo or a folder.
    Path,
    /// A folder of photos.
    Folder,
    /// A list of paths.
    List,
    /// A table with a photo in each row.
    Manifest,
    /// A tar archive of photos.
    Archive,
    /// A table of exceptions.
    Exceptions,
    /// Where the photos of stored reviews are.
    Photos,
    /// Stored reviews.
    Reviews,
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "path",
            Self::Folder => "directory",
            Self::List => "list",
            Self::Manifest => "manifest",
            Self::Archive => "archive",
            Self::Exceptions => "exceptions",
            Self::Photos => "photos",
            Self::Reviews => "reviews",
        })
    }
}

const fn more(entries: &u64) -> &'static str {
    if *entries > 1 { ", …" } else { "" }
}

impl Error {
    /// Makes an error from what is wrong with a file or folder.
    pub(crate) fn file<E: Into<Cause>>(
        role: Role,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(E) -> Self {
        let path = path.into();
        move |source| Self::File {
            role,
            path,
            source: source.into(),
        }
    }
}

/// A cause with its place.
#[derive(Debug, thiserror::Error)]
#[error("{place}")]
struct At {
    place: String,
    source: Cause,
}

/// Makes an error from what is wrong at `place`.
pub(crate) fn at<E: Into<Cause>>(place: impl Into<String>) -> impl FnOnce(E) -> Cause {
    let place = place.into();
    move |source| {
        let source = source.into();
        Box::new(At { place, source })
    }
}

/// A message with all its causes.
#[cfg(test)]
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    match error.source() {
        Some(cause) => format!("{error}: {}", chain(cause)),
        None => error.to_string(),
    }
}
