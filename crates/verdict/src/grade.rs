//! How a measured value is graded by its limits.

use std::fmt;

/// What follows from a finding.
///
/// Complete: a check that passes has no finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A person should look.
    Refer,
    /// It could not be assessed; a person should look.
    Unable,
    /// The photo does not meet the rule.
    Reject,
}

impl Outcome {
    /// The name used in the record: `refer`, `unable` or `reject`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Refer => "refer",
            Self::Unable => "unable",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// On which side of its limit a value is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// The range that is fine, in the unit of what was measured. The text names the same limits,
/// whether the finding refers or rejects.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Smallest value that is fine.
    pub min: Option<f64>,
    /// Largest value that is fine.
    pub max: Option<f64>,
}

/// The grade of a value beyond its limits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grade {
    pub(crate) outcome: Outcome,
    pub(crate) direction: Direction,
    pub(crate) value: f64,
    /// The last value that is fine.
    pub(crate) limit: f64,
    /// Shows a value in its unit.
    pub(crate) show: fn(f64) -> String,
}

impl Grade {
    /// A refer, unless both this grade and `other` are rejects.
    #[must_use]
    pub(crate) fn and(self, other: Outcome) -> Self {
        let outcome = match other {
            Outcome::Reject => self.outcome,
            _ => Outcome::Refer,
        };
        Self { outcome, ..self }
    }

    /// The grade of `value`, of which something else was graded, such as its size without sign.
    #[must_use]
    pub(crate) const fn of(self, value: f64) -> Self {
        Self { value, ..self }
    }

    pub(crate) fn rejects(&self) -> bool {
        self.outcome == Outcome::Reject
    }
}
