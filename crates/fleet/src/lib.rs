//! Reviews on many machines. NATS JetStream stores the jobs and hands them out. If a worker dies,
//! it hands its jobs out again. The photos are in an object store or a shared folder.
//!
//! `Submit` puts a job for each photo into a queue. `Work` reviews the photos and stores the reviews.
//! `Collection` collects each review once. The commands `shomei submit`, `work` and `collect` add
//! paths and a terminal to them. `messages` defines the messages.
//!
//! This crate does not know how a photo is reviewed, where reviews are written, or what a terminal
//! is. Its log contains neither credentials nor ids or names of photos, at any level.

mod base;
mod collect;
mod connection;
mod error;
pub mod messages;
mod metrics;
mod runtime;
mod store;
mod submit;
mod work;

pub use base::Base;
pub use collect::{CollectEnd, Collected, Collection};
pub use connection::Access;
pub use error::Error;
pub use store::Photos;
pub use submit::{Submit, SubmitEnd};
pub use work::Work;
