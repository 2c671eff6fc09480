//! What people need of many reviews: counts ([`Counts`]), a static site to look through
//! ([`site`]), notices to applicants ([`Template`]), and where to cut the card's picture
//! ([`card`]).
//!
//! Pure: this crate must not know files, clocks, pictures or how a check works. Records go in one
//! by one, text comes out, and what is kept of a photo in between is bounded.
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

pub use counts::{Counts, CountsFormat, Grouping};
pub use error::TemplateError;
pub use notice::{MAIL_MERGE_HEADER, Template, mail_merge_row};

/// The text without characters that steer a terminal or turn what follows round. Ids come from
/// applicants' file names.
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
