//! Judges what was measured on an ID photo, and says why. It contains the checks, the [`Policy`]
//! with its limits, the [`Review`] with its [`Finding`]s in Japanese and English, and the record
//! that is written ([`wire`]).
//!
//! This crate does not know pixels, models or codecs. It sees only [`Measurements`], so you can try
//! a new limit on old records without decoding a photo again, and test a check with numbers written
//! by hand. It reads no file, no clock and no environment.
//!
//! ```
//! use shomei_photo::{Decoding, FileFacts, Format};
//! use shomei_verdict::{Code, Lang, Measurements, Policy, Verdict, Waivers, judge};
//!
//! let file = FileFacts {
//!     bytes: 40_000,
//!     format: Format::Png,
//!     jpeg: None,
//!     decoding: Decoding::NotJpeg,
//! };
//! let measurements = Measurements::of_file(file);
//! let policy = Policy::my_number_card();
//! let review = judge(&measurements, &policy, &Waivers::default());
//! assert_eq!(review.verdict(), Verdict::Reject);
//! assert_eq!(review.findings()[0].code(), Code::NotJpeg);
//! assert!(review.findings()[0].text(Lang::En).contains("PNG"));
//! ```
//!
//! # Where things are
//!
//! A check is one file in `src/checks/`, listed in `src/checks.rs`. Its code, its policy table,
//! its place in the JSON Schema and its explanation follow from that list, and `texts.txt` shows
//! every sentence that it says.

mod changes;
mod check;
mod checks;
mod finding;
#[cfg(test)]
mod fixtures;
mod grade;
pub mod ids;
mod lang;
mod limits;
mod load;
mod measurements;
mod notes;
mod params;
mod policy;
mod prelude;
mod review;
#[cfg(test)]
mod texts;
mod waivers;
pub mod wire;

pub use changes::Change;
pub use checks::{Code, Summary, UnknownCode, explain, summary};
pub use finding::Finding;
pub use grade::{Direction, Limit, Outcome};
pub use lang::{Lang, UnknownLang};
pub use limits::{LimitPair, Limits, limit_pairs};
pub use load::LoadError;
pub use measurements::{Failure, Measurements};
pub use notes::Note;
pub use policy::{Policy, PolicyError, PolicyErrorKind};
pub use review::{Review, Verdict, judge};
pub use waivers::{WaiverError, Waivers};
