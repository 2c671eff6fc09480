//! Adds the names of options to the errors of `shomei-batch`.

use anyhow::{Error, anyhow};
use shomei_batch::{Error as BatchError, JournalError, Place, Role};

/// The error with the options of this program.
pub(crate) fn named(error: BatchError) -> Error {
    match error {
        BatchError::File { role, path, source } => anyhow!(source).context(match role {
            Role::Path => format!("{path:?}"),
            Role::List => format!("--files-from {path:?}"),
            Role::Manifest => format!("--manifest {path:?}"),
            Role::Archive => format!("--tar {path:?}"),
            Role::Exceptions => format!("--waivers {path:?}"),
            Role::Photos => format!("--photos {path:?}"),
            _ => format!("{role} {path:?}"),
        }),
        BatchError::Glob {
            excludes,
            glob,
            source,
        } => {
            let option = if excludes { "--exclude" } else { "--include" };
            anyhow!(source).context(format!("{option} {glob:?}"))
        }
        BatchError::Twice { id, first, second } => anyhow!(
            "{id:?} is given twice, by {} and by {}; each photo is reviewed once",
            place(first),
            place(second)
        ),
        BatchError::Journal { path, source } => journal(source).context(format!("--out {path:?}")),
        BatchError::Order {
            line,
            found,
            expected,
        } => anyhow!(
            "line {line} of --out is the review of {found:?}, but that of {expected:?} was expected"
        ),
        BatchError::Surplus { reviews } => {
            anyhow!("--out has {reviews} more reviews than photos")
        }
        BatchError::Escaping { .. } => anyhow!("--tar: all reviews are written, but {error}"),
        BatchError::Unmet {
            path,
            unmet,
            ids,
            named,
        } => anyhow!(
            "--waivers {path:?}: all reviews are written, but {unmet} of {ids} ids are not among \
             them ({named}); an id is the path as it was given to `shomei review`"
        ),
        BatchError::Stopped {
            path,
            reviews,
            source,
        } => named(*source).context(format!("reviews {path:?}: stopped after {reviews} reviews")),
        BatchError::UnknownPolicy { .. } => anyhow!(
            "{error}; pass its file with --policy, or judge the reviews again with `shomei judge` first"
        ),
        other => anyhow!(other),
    }
}

fn place(place: Place) -> String {
    match place {
        Place::Path(number) => format!("argument {number}"),
        Place::List(number) => format!("item {number} of --files-from"),
        Place::Manifest(line) => format!("line {line} of --manifest"),
        Place::Archive(number) => format!("entry {number} of --tar"),
    }
}

fn journal(error: JournalError) -> Error {
    match error {
        JournalError::Occupied { bytes } => occupied(bytes),
        JournalError::NoHeader { header, source } => anyhow!(source).context(format!(
            "not a journal that --resume could continue: {header:?} belongs to it"
        )),
        JournalError::Terms(difference) => anyhow!(
            "--resume needs the same {}: the batch was started with {}, this is {}",
            difference.what,
            difference.was,
            difference.is
        ),
        JournalError::Line { .. } => {
            anyhow!("{error}; delete it and all lines after it, and --resume continues from there")
        }
        JournalError::Write(source) => anyhow!(source).context(
            "a review cannot be written; those before it are kept, and --resume continues after \
             them",
        ),
        other => anyhow!(other),
    }
}

/// A file of reviews that is not empty is not overwritten by mistake.
pub(crate) fn occupied(bytes: u64) -> Error {
    anyhow!(
        "has {bytes} bytes already; --resume continues a batch that was stopped, --overwrite \
         deletes them"
    )
}
