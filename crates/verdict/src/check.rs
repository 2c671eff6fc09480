//! What a check file is written with: its card ([`About`]), what it finds ([`Found`]), and words
//! for numbers and sides.

use serde_json::Value;
use shomei_photo::{Region, Side};

use crate::grade::{Direction, Grade, Limit, Outcome};
use crate::lang::Words;
use crate::measurements::{Measurements, plain};
use crate::params::{Graded, Unit, Values};

/// What is fixed about a check.
#[derive(Debug)]
pub(crate) struct About {
    /// When it may speak.
    pub(crate) stage: Stage,
    /// Whether an exception of the rules (religion, illness, disability, infants) can be
    /// declared for it.
    pub(crate) waivable: bool,
    /// The defect in a few words.
    pub(crate) title: Words,
    /// What the applicant should do.
    pub(crate) advice: Words,
    /// The source and its wording.
    pub(crate) rule: &'static str,
}

/// When a check may speak: the root cause silences what follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Always.
    File,
    /// When there is a whole picture.
    Picture,
    /// When there is a face in it.
    Face,
}

/// What a check found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) outcome: Outcome,
    pub(crate) measured: Vec<(&'static str, Value)>,
    pub(crate) limit: Option<Limit>,
    pub(crate) region: Option<Region>,
    pub(crate) sides: Vec<Side>,
    pub(crate) text: Words<String>,
    pub(crate) advice: Option<Words>,
}

impl Found {
    pub(crate) fn new(outcome: Outcome, ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self {
            outcome,
            measured: Vec::new(),
            limit: None,
            region: None,
            sides: Vec::new(),
            text: Words {
                ja: ja.into(),
                en: en.into(),
            },
            advice: None,
        }
    }

    pub(crate) fn reject(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Outcome::Reject, ja, en)
    }

    pub(crate) fn refer(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Outcome::Refer, ja, en)
    }

    pub(crate) fn unable(ja: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Outcome::Unable, ja, en)
    }

    /// Adds a measured number; its name ends in the unit.
    #[must_use]
    pub(crate) fn number(mut self, name: &'static str, value: f64) -> Self {
        self.measured.push((name, plain(value)));
        self
    }

    /// Adds something measured that is not a number.
    #[must_use]
    pub(crate) fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.measured.push((name, value.into()));
        self
    }

    #[must_use]
    pub(crate) fn limit(mut self, min: Option<f64>, max: Option<f64>) -> Self {
        self.limit = Some(Limit { min, max });
        self
    }

    #[must_use]
    pub(crate) fn at(mut self, region: Option<Region>) -> Self {
        self.region = region;
        self
    }

    /// Replaces the check's usual advice.
    #[must_use]
    pub(crate) fn advice(mut self, ja: &'static str, en: &'static str) -> Self {
        self.advice = Some(Words { ja, en });
        self
    }
}

impl Grade {
    /// The finding that follows, with the value as the number `name`. `text` is given the value,
    /// without sign, and the limit, both as they are shown; the finding has the same limit.
    pub(crate) fn found<S: Into<String>>(
        self,
        name: &'static str,
        text: impl FnOnce(&str, &str) -> Words<S>,
    ) -> Found {
        let (is, limit) = ((self.show)(self.value.abs()), (self.show)(self.limit));
        let Words { ja, en } = text(&is, &limit);
        let found = Found::new(self.outcome, ja, en).number(name, self.value);
        match self.direction {
            Direction::Above => found.limit(None, Some(self.limit)),
            Direction::Below => found.limit(Some(self.limit), None),
        }
    }
}

impl<const ABOVE: bool, U: Unit, const N: usize> Values<Graded<ABOVE>, U, N> {
    /// The finding on a value that is not fine, see [`Grade::found`].
    pub(crate) fn found<S: Into<String>>(
        &self,
        name: &'static str,
        value: f64,
        text: impl FnOnce(&str, &str) -> Words<S>,
    ) -> Option<Found> {
        Some(self.grade(value)?.found(name, text))
    }
}

/// The finding on a part of the face that could not be measured.
pub(crate) fn not_measured(m: &Measurements, ja: &str, en: &str) -> Option<Found> {
    Some(Found::unable(ja, en).at(m.face_region()))
}

/// The second if it is worse than the first.
pub(crate) fn worse(first: Option<Found>, second: Option<Found>) -> Option<Found> {
    match (first, second) {
        (Some(a), Some(b)) if b.outcome == Outcome::Reject && a.outcome != Outcome::Reject => {
            Some(b)
        }
        (first, second) => first.or(second),
    }
}

/// A side of the photo in words.
pub(crate) const fn side(side: Side) -> Words {
    match side {
        Side::Top => Words::new("上", "top"),
        Side::Bottom => Words::new("下", "bottom"),
        Side::Left => Words::new("左", "left"),
        Side::Right => Words::new("右", "right"),
    }
}

/// The side of the photo that a signed quantity points to, in words.
pub(crate) fn towards(value: f64) -> Words {
    side(if value.is_sign_negative() {
        Side::Left
    } else {
        Side::Right
    })
}

/// `0.864` as `86.4%`.
pub(crate) fn percent(share: f64) -> String {
    format!("{}%", short(share * 100.0, 1))
}

/// At most `decimals` decimals, without trailing zeros.
pub(crate) fn short(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worse_is_the_first_unless_only_the_second_rejects() {
        let found = |outcome: Option<Outcome>, text: &str| {
            outcome.map(|outcome| Found::new(outcome, text.to_owned(), text.to_owned()))
        };
        let (refer, reject) = (Some(Outcome::Refer), Some(Outcome::Reject));
        for (first, second, expected) in [
            (None, None, None),
            (None, refer, Some("second")),
            (refer, None, Some("first")),
            (refer, refer, Some("first")),
            (refer, reject, Some("second")),
            (reject, refer, Some("first")),
            (reject, reject, Some("first")),
        ] {
            let found = worse(found(first, "first"), found(second, "second"));
            let text = found.as_ref().map(|found| found.text.en.as_str());
            assert_eq!(text, expected, "{first:?} {second:?}");
        }
    }
}
