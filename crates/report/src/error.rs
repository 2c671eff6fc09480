//! What can be wrong with what a caller hands in.

/// A template of notices that cannot be used. The messages name the line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// A placeholder that is not known where it stands.
    #[error("line {line}: unknown placeholder {{{{{name}}}}}; allowed here: {allowed}")]
    Unknown {
        /// The line, from 1.
        line: usize,
        /// What stands between the braces, cut to a readable length.
        name: String,
        /// What may stand there.
        allowed: String,
    },
    /// `{{` without `}}` on the same line.
    #[error("line {line}: {{{{ without }}}} on the same line")]
    Open {
        /// The line, from 1.
        line: usize,
    },
    /// `{{#reasons}}` that is not ended by `{{/reasons}}`.
    #[error("line {line}: {{{{#reasons}}}} is not ended by {{{{/reasons}}}}")]
    Unended {
        /// The line, from 1.
        line: usize,
    },
    /// Nothing in the template says what was wrong.
    #[error("no {{{{#reasons}}}} … {{{{/reasons}}}}, so that no notice would say what is wrong")]
    NoReasons,
}
