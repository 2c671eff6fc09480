//! What a review says about one defect.

use serde_json::Value;
use shomei_photo::{Region, Side};

use crate::check::Found;
use crate::grade::{Limit, Outcome};
use crate::{Code, Lang};

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

    /// The range that is fine. The text names the same limits.
    #[must_use]
    pub const fn limit(&self) -> Option<Limit> {
        self.found.limit
    }

    /// The region, in pixels of the original.
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
        self.found.text.of(lang)
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
