//! What a check file is written with: its card ([`About`]), its parameters ([`params!`]) and
//! what it finds ([`Found`]).

use serde_json::Value;
use shomei_photo::{Region, Side};

use crate::finding::{Lang, Limit, Outcome};
use crate::measurements::round;

/// Everything that a check file needs.
pub(crate) mod prelude {
    pub(crate) use super::{
        About, Found, Stage, Words, above, below, params, percent, short, side, towards, worse,
    };
    pub(crate) use crate::finding::Outcome;
    pub(crate) use crate::measurements::{Measurements, Num, round};
}

/// One text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words<S = &'static str> {
    pub(crate) ja: S,
    pub(crate) en: S,
}

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

/// A value beyond a limit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grade {
    pub(crate) outcome: Outcome,
    limit: Limit,
}

impl Grade {
    pub(crate) fn found(self, ja: impl Into<String>, en: impl Into<String>) -> Found {
        Found {
            limit: Some(self.limit),
            ..Found::new(self.outcome, ja, en)
        }
    }
}

/// Graded by two upper limits.
pub(crate) fn above(value: f64, refer: f64, reject: f64) -> Option<Grade> {
    let (outcome, max) = if value > reject {
        (Outcome::Reject, reject)
    } else if value > refer {
        (Outcome::Refer, refer)
    } else {
        return None;
    };
    let limit = Limit {
        min: None,
        max: Some(max),
    };
    Some(Grade { outcome, limit })
}

/// Graded by two lower limits.
pub(crate) fn below(value: f64, refer: f64, reject: f64) -> Option<Grade> {
    let (outcome, min) = if value < reject {
        (Outcome::Reject, reject)
    } else if value < refer {
        (Outcome::Refer, refer)
    } else {
        return None;
    };
    let limit = Limit {
        min: Some(min),
        max: None,
    };
    Some(Grade { outcome, limit })
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
pub(crate) fn side(side: Side) -> Words {
    match side {
        Side::Top => Words {
            ja: "上",
            en: "top",
        },
        Side::Bottom => Words {
            ja: "下",
            en: "bottom",
        },
        Side::Left => Words {
            ja: "左",
            en: "left",
        },
        Side::Right => Words {
            ja: "右",
            en: "right",
        },
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

/// A JSON number of at most four decimals; whole numbers without a point.
pub(crate) fn plain(value: f64) -> Value {
    let value = round(value);
    if value.fract() == 0.0 && value.abs() < 1e15 {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

/// The unit of a policy key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Share,
    Degrees,
    DeltaE,
    Lab,
    Pixels,
    PrintPixels,
    Bytes,
    Quality,
}

impl Unit {
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Share => "share, 1 is the whole",
            Self::Degrees => "degrees",
            Self::DeltaE => "ΔE of CIE L*a*b*",
            Self::Lab => "CIE L*a*b* units",
            Self::Pixels => "pixels of the original",
            Self::PrintPixels => "dots of the print at 300 dpi",
            Self::Bytes => "bytes",
            Self::Quality => "IJG quality",
        }
    }

    /// Whether only whole numbers make sense.
    pub(crate) const fn whole(self) -> bool {
        matches!(self, Self::Bytes)
    }
}

/// One key of a check's policy table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// Lines of the field's doc.
    pub(crate) doc: &'static [&'static str],
    pub(crate) unit: Unit,
    pub(crate) low: f64,
    pub(crate) high: f64,
}

/// The parameters of one check, seen by name.
pub(crate) trait ParamSet {
    fn keys(&self) -> &'static [Key];
    /// In the order of the keys.
    fn values(&self) -> Vec<f64>;
    fn value_mut(&mut self, key: &str) -> Option<&mut f64>;
    fn enabled(&self) -> bool;
    fn enabled_mut(&mut self) -> &mut bool;
}

/// Declares the `Params` of a check: `/// doc`, then `key: Unit = default in low..=high;`.
///
/// Names carry meaning that [`crate::Policy`] enforces: `…refer_above` ≤ `…reject_above`,
/// `…reject_below` ≤ `…refer_below`, `min_…` ≤ `max_…`.
macro_rules! params {
    ($($(#[doc = $doc:literal])+
        $key:ident: $unit:ident = $default:literal in $low:literal..=$high:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(crate) struct Params {
            pub(crate) enabled: bool,
            $($(#[doc = $doc])+ pub(crate) $key: f64,)*
        }

        impl Default for Params {
            fn default() -> Self {
                Self { enabled: true, $($key: $default,)* }
            }
        }

        impl $crate::check::ParamSet for Params {
            fn keys(&self) -> &'static [$crate::check::Key] {
                &[$($crate::check::Key {
                    name: stringify!($key),
                    doc: &[$($doc),+],
                    unit: $crate::check::Unit::$unit,
                    low: $low,
                    high: $high,
                },)*]
            }

            fn values(&self) -> Vec<f64> {
                vec![$(self.$key),*]
            }

            fn value_mut(&mut self, key: &str) -> Option<&mut f64> {
                match key {
                    $(stringify!($key) => Some(&mut self.$key),)*
                    _ => None,
                }
            }

            fn enabled(&self) -> bool {
                self.enabled
            }

            fn enabled_mut(&mut self) -> &mut bool {
                &mut self.enabled
            }
        }
    };
}
pub(crate) use params;

impl Words {
    pub(crate) const fn of(self, lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => self.ja,
            Lang::En => self.en,
        }
    }
}

impl Words<String> {
    pub(crate) fn pick(&self, lang: Lang) -> &str {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain() {
        assert_eq!(plain(120_000.000_01), Value::from(120_000));
        assert_eq!(plain(-0.000_01), Value::from(0));
        assert_eq!(plain(0.123_46), Value::from(0.1235));
        assert_eq!(plain(1e15), Value::from(1e15));
    }

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
