//! Reviews on many machines. NATS JetStream hands out the work, keeps it and hands it out again;
//! photos lie in an object store or a shared folder. There is no scheduler of ours.
//!
//! `Submit` puts a job for each photo into a queue, `Work` reviews and keeps the reviews,
//! `Collection` takes each review once. The commands `shomei submit`, `work` and `collect` are
//! these with paths and a terminal. `messages` is what travels; without the feature `client` there
//! is nothing else.
//!
//! This crate must not know how a photo is reviewed, where reviews are written, and what a terminal
//! is. Neither ids of photos nor credentials come into its log.

#[cfg(feature = "client")]
mod base;
#[cfg(feature = "client")]
mod collect;
#[cfg(feature = "client")]
mod connection;
#[cfg(feature = "client")]
mod error;
pub mod messages;
#[cfg(feature = "client")]
mod metrics;
#[cfg(feature = "client")]
mod runtime;
#[cfg(feature = "client")]
mod store;
#[cfg(feature = "client")]
mod submit;
#[cfg(feature = "client")]
mod work;

#[cfg(feature = "client")]
pub use base::Base;
#[cfg(feature = "client")]
pub use collect::{CollectEnd, Collected, Collection};
#[cfg(feature = "client")]
pub use connection::Access;
#[cfg(feature = "client")]
pub use error::Error;
#[cfg(feature = "client")]
pub use store::Photos;
#[cfg(feature = "client")]
pub use submit::{Submit, SubmitEnd};
#[cfg(feature = "client")]
pub use work::Work;
