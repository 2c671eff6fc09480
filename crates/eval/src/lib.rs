//! Measures the accuracy of reviews by comparing them with a [`Manifest`] of labelled photos.
//!
//! A [`Set`] matches measurements with photos. A [`Report`] judges them by a policy and counts by defect,
//! family and limit. [`human`] and [`html`] write it; serde writes it as JSON (`shomei.eval/1`).
//!
//! ```
//! use shomei_eval::{Gathering, Half, Manifest, Report, human};
//! use shomei_verdict::Policy;
//!
//! let manifest = Manifest::parse("file,verdict,defects\na.jpg,reject,hat\n")?;
//! let lost = Gathering::new(&manifest, Half::All).finish().unwrap_err();
//! assert_eq!(lost.to_string(), "photos of the manifest have no review: 1 (\"a.jpg\")");
//!
//! let none = Gathering::new(&manifest, Half::Report).finish()?;
//! let report = Report::new(&none, Half::Report, &Policy::my_number_card(), &[], &[]);
//! assert!(human(&report).starts_with("0 photos: "));
//! # Ok::<(), shomei_eval::Error>(())
//! ```
//!
//! This crate does not know files, models, or how a check works: it sees measurements and policies
//! only through `shomei-verdict`. It reads no clock and no environment.

pub mod calibrate;
mod curve;
mod error;
mod groups;
mod html;
mod labels;
mod manifest;
mod report;
mod set;
mod stats;
mod text;

pub use calibrate::{Proposal, Proposed};
pub use curve::{Curve, Errors, MIN_POSITIVES};
pub use error::Error;
pub use groups::{Gap, Group, Groups, MIN_GROUP, Rate};
pub use html::html;
pub use labels::Label;
pub use manifest::{Column, Expected, Half, Manifest, Row};
pub use report::{Alarm, Defect, Hits, Miss, Report, Split, Verdicts, Wrong};
pub use set::{Gathering, Measured, Set};
pub use stats::{Difference, Share};
pub use text::{calibration, human, tables};
