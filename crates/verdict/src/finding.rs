//! What a review says about one defect.

use std::fmt;

use serde_json::Value;
use shomei_photo::{Region, Side};

use crate::Code;
use crate::check::Found;

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

/// The limit that was crossed, in the unit of what was measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limit {
    /// Smallest value allowed.
    pub min: Option<f64>,
    /// Largest value allowed.
    pub max: Option<f64>,
}

/// Language of the texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];
}

/// One defect, or one thing that could not be assessed.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    code: Code,
    found: Found,
    waived: bool,
}

impl Finding {
    pub(crate) fn new(code: Code, mut found: Found, waived: bool) -> Self {
        let waived = waived && found.outcome == Outcome::Reject;
        if waived {
            found.outcome = Outcome::Refer;
        }
        Self {
            code,
            found,
            waived,
        }
    }

    /// Which check speaks.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What follows, after waivers.
    #[must_use]
    pub const fn outcome(&self) -> Outcome {
        self.found.outcome
    }

    /// What was measured; the names of numbers end in the unit (`_ratio`, `_px`, `_degrees`, …).
    /// The limit holds for these numbers; all others are in the measurements.
    #[must_use]
    pub fn measured(&self) -> &[(&'static str, Value)] {
        &self.found.measured
    }

    /// The limit that was crossed: that of the reject for a reject, else that of the refer.
    #[must_use]
    pub const fn limit(&self) -> Option<Limit> {
        self.found.limit
    }

    /// Where, in pixels of the original.
    #[must_use]
    pub const fn region(&self) -> Option<Region> {
        self.found.region
    }

    /// The sides of the photo that are concerned, if the defect lies at some of them.
    #[must_use]
    pub fn sides(&self) -> &[Side] {
        &self.found.sides
    }

    /// What is wrong, with the numbers.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        self.found.text.pick(lang)
    }

    /// What the applicant should do.
    #[must_use]
    pub fn advice(&self, lang: Lang) -> &'static str {
        let usual = self.code.about().advice;
        self.found.advice.unwrap_or(usual).of(lang)
    }

    /// The source of the rule and its wording.
    #[must_use]
    pub fn rule(&self) -> &'static str {
        self.code.about().rule
    }

    /// Whether this would be a reject but for a declared exception.
    #[must_use]
    pub const fn waived(&self) -> bool {
        self.waived
    }
}
