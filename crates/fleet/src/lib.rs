//! Reviews on many machines. NATS JetStream stores the jobs and hands them out, again if a worker
//! dies. The photos are in an object store or a shared folder. There is no scheduler of our own.
//!
//! `Submit` puts a job for each photo into a queue. `Work` reviews the photos and stores the reviews.
//! `Collection` collects each review once. The commands `shomei submit`, `work` and `collect` add
//! paths and a terminal to them. `messages` defines the messages; without the feature `client`, this
//! crate has nothing else.
//!
//! This crate does not know how a photo is reviewed, where reviews are written, or what a terminal
//! is. Its log contains neither credentials nor ids or names of photos, at any level.

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
