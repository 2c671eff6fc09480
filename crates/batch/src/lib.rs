//! Batches of ID photos that can be resumed.
//!
//! [`Sources`] lists the photos of folders, lists, manifests and archives. A [`Plan`] reviews them
//! with a [`shomei::Reviewer`] and applies the recorded [`Exceptions`]. A [`Journal`] writes the
//! reviews to a file. If the batch stops for any reason, the same plan continues after the last
//! whole line; a plan with other [`Terms`] is refused. [`Stored`] reads such a file, and [`Lookup`]
//! finds its photos.
//!
//! This crate reads and writes files. It does not know how a photo is reviewed, what a terminal is,
//! or which options a program has.

mod archive;
mod codes;
mod error;
mod exceptions;
mod journal;
mod lookup;
mod manifest;
mod paths;
mod patterns;
mod photo;
mod plan;
mod private;
mod sources;
mod stored;
mod table;
mod terms;

pub use error::{Cause, Error, JournalError, Role};
pub use exceptions::Exceptions;
pub use journal::{Done, Existing, Journal};
pub use lookup::{Lookup, Missing};
pub use photo::{Photo, Place, read as read_photo};
pub use plan::{End, Plan, Run};
pub use private::{private_file, private_options};
pub use sources::{Photos, Sources};
pub use stored::Stored;
pub use terms::{Difference, Listing, Terms};
