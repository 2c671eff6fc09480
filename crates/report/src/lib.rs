//! Turns many reviews into what people work with: counts ([`Counts`]), a static site to look
//! through ([`site`]), notices to applicants ([`Template`]), and the place to cut the card's
//! picture ([`card`]).
//!
//! This crate is pure: it does not know files, clocks, pixels, or how a check works. It takes
//! records one by one and returns text. Memory for each photo is bounded.
//!
//! ```
//! use shomei_report::Template;
//! use shomei_verdict::Lang;
//!
//! let template = Template::parse("{{id}}:\n{{#reasons}}- {{advice}}\n{{/reasons}}")?;
//! assert!(Template::parse("Dear {{name}}").is_err());
//! # let _ = (template, Lang::En);
//! # Ok::<(), shomei_report::TemplateError>(())
//! ```

pub mod card;
mod counts;
mod error;
mod histogram;
mod notice;
pub mod site;

pub use counts::{Counts, CountsFormat, Grouping, Verdicts};
pub use error::TemplateError;
pub use notice::{MAIL_MERGE_HEADER, Template, mail_merge_row};

/// The text without characters that control a terminal or change the direction of text. Ids come
/// from applicants' file names.
fn harmless(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => '\u{fffd}',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}

#[cfg(test)]
mod fixtures;
