//! Errors in the input of callers.

/// A template of notices that is not valid. The messages name the line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A placeholder that is not known, or not at this place.
    #[error("line {line}: unknown placeholder {{{{{name}}}}}; allowed here: {allowed}")]
    Unknown {
        /// The line, from 1.
        line: usize,
        /// The text between the braces, cut to a readable length.
        name: String,
        /// The placeholders that are allowed there.
        allowed: String,
    },
    /// `{{` without `}}` on the same line.
    #[error("line {line}: {{{{ without }}}} on the same line")]
    Open {
        /// The line, from 1.
        line: usize,
    },
    /// `{{#reasons}}` without `{{/reasons}}`.
    #[error("line {line}: {{{{#reasons}}}} without {{{{/reasons}}}}")]
    Unended {
        /// The line, from 1.
        line: usize,
    },
    /// No part of the template says what is wrong.
    #[error("{{{{#reasons}}}} … {{{{/reasons}}}} is missing, so no notice would say what is wrong")]
    NoReasons,
}
