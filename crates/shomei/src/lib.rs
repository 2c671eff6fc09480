//! Reviews ID photos for Japan's My Number Card (個人番号カード). It takes the bytes of a file and
//! returns a verdict, with a reason for every photo that is not accepted.
//!
//! [`Reviewer`] reviews one photo and never fails on a bad one. [`Batch`] reviews many in parallel
//! and in order, with memory bounded by the photos in flight. [`Records`] reads stored reviews and
//! judges them again, without photos or models. This crate knows the order of the stages. It knows
//! no paths, sockets or terminals.
//!
//! ```no_run
//! use shomei::{Lang, Reviewer};
//!
//! let reviewer = Reviewer::builder().build()?;
//! let review = reviewer.review(&std::fs::read("photo.jpg")?);
//! println!("{}", review.verdict());
//! for finding in review.findings() {
//!     println!("{}: {}", finding.code(), finding.text(Lang::En));
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod batch;
mod original;
mod pipeline;
mod records;
mod reviewer;
mod scratch;

pub use batch::{Batch, Input, Reviews};
pub use original::original;
pub use pipeline::Inspection;
pub use records::{LineError, LineErrorKind, MAX_LINE_BYTES, Mapped, Records};
pub use reviewer::{Error, ErrorKind, Review, ReviewOptions, Reviewer, ReviewerBuilder};
pub use shomei_decode::Limits;
pub use shomei_face::ModelSet;
pub use shomei_photo as photo;
pub use shomei_verdict::{
    Code, Finding, Lang, Limit, LoadError, Measurements, Note, Outcome, Policy, PolicyError,
    Summary, UnknownCode, UnknownLang, Verdict, WaiverError, Waivers, explain, ids, summary, wire,
};

/// Compiles and runs the examples of the guide for web services.
#[cfg(doctest)]
#[doc = include_str!("../../service/README.md")]
struct Guide;
