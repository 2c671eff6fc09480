//! The graded limits of all checks, seen alike: what is needed to draw an error curve or to
//! propose a limit without knowing how any check works.

use std::fmt::Write as _;
use std::ops::RangeInclusive;

use serde::Serialize;
use toml::Value;

use crate::check::{Key, ParamSet};
use crate::checks::Checks;
use crate::policy::{change, consistent};
use crate::review::speaks;
use crate::{Code, Measurements, Outcome, Policy, PolicyError};

/// Half of the last decimal of a measured number: no two values are nearer.
const RESOLUTION: f64 = 5e-5;

/// On which side of its limit a value is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Above it.
    Above,
    /// Below it.
    Below,
}

/// The keys `…refer_above` and `…reject_above`, or `…refer_below` and `…reject_below`, of one
/// check: two limits on one measured quantity. Some quantities have but one of the two.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LimitPair {
    /// The check.
    pub code: Code,
    /// What the keys begin with, such as `head`; empty where the check needs no name.
    pub name: &'static str,
    /// The key of the limit from which a person looks.
    pub refer: Option<&'static str>,
    /// The key of the limit from which a photo is rejected.
    pub reject: Option<&'static str>,
    /// On which side of the limits a value is refused.
    pub direction: Direction,
    /// The unit of the limits, in words.
    pub unit: &'static str,
    /// Whether only whole numbers make sense.
    pub whole: bool,
    /// The values that the limits may have.
    pub range: RangeInclusive<f64>,
}

/// The values of a [`LimitPair`], in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "there are two grades")]
pub struct Limits {
    /// From here a person looks.
    pub refer: Option<f64>,
    /// From here the photo is rejected.
    pub reject: Option<f64>,
}

/// The limits of all checks, in check order.
pub fn limit_pairs() -> impl Iterator<Item = LimitPair> {
    let checks = Checks::default();
    let pairs = |&code: &Code| pairs_of(code, checks.params(code).keys());
    Code::ALL
        .iter()
        .flat_map(pairs)
        .collect::<Vec<_>>()
        .into_iter()
}

fn pairs_of(code: Code, keys: &'static [Key]) -> Vec<LimitPair> {
    let mut pairs: Vec<LimitPair> = Vec::new();
    for key in keys {
        let split = [
            ("refer_above", Direction::Above),
            ("reject_above", Direction::Above),
            ("refer_below", Direction::Below),
            ("reject_below", Direction::Below),
        ]
        .into_iter()
        .find_map(|(end, direction)| Some((key.name.strip_suffix(end)?, end, direction)));
        let Some((start, end, direction)) = split else {
            continue;
        };
        let name = start.trim_end_matches('_');
        let same = |pair: &LimitPair| pair.name == name && pair.direction == direction;
        let at = pairs.iter().position(same).unwrap_or_else(|| {
            pairs.push(LimitPair {
                code,
                name,
                refer: None,
                reject: None,
                direction,
                unit: key.unit.label(),
                whole: key.unit.whole(),
                range: key.low..=key.high,
            });
            pairs.len() - 1
        });
        let pair = &mut pairs[at];
        pair.range = pair.range.start().max(key.low)..=pair.range.end().min(key.high);
        if end.starts_with("refer") {
            pair.refer = Some(key.name);
        } else {
            pair.reject = Some(key.name);
        }
    }
    pairs
}

impl LimitPair {
    /// The code, and the name if there is one: `too_close.head`.
    #[must_use]
    pub fn title(&self) -> String {
        if self.name.is_empty() {
            self.code.to_string()
        } else {
            format!("{}.{}", self.code, self.name)
        }
    }

    /// The end of the range at which most is refused.
    #[must_use]
    pub const fn strictest(&self) -> f64 {
        match self.direction {
            Direction::Above => *self.range.start(),
            Direction::Below => *self.range.end(),
        }
    }

    /// The end of the range at which least is refused.
    #[must_use]
    pub const fn loosest(&self) -> f64 {
        match self.direction {
            Direction::Above => *self.range.end(),
            Direction::Below => *self.range.start(),
        }
    }

    /// `value` with its sign such that more is worse.
    #[must_use]
    pub const fn severity(&self, value: f64) -> f64 {
        match self.direction {
            Direction::Above => value,
            Direction::Below => -value,
        }
    }

    fn set(&self, params: &mut dyn ParamSet, limits: Limits) {
        for (key, value) in [(self.refer, limits.refer), (self.reject, limits.reject)] {
            if let (Some(key), Some(value)) = (key, value)
                && let Some(slot) = params.value_mut(key)
            {
                *slot = value;
            }
        }
    }
}

impl Policy {
    /// The values of a pair in this policy.
    #[must_use]
    pub fn limits(&self, pair: &LimitPair) -> Limits {
        let params = self.checks().params(pair.code);
        let value = |name: Option<&str>| {
            let keys = params.keys().iter();
            let found = keys
                .zip(params.values())
                .find(|(key, _)| Some(key.name) == name);
            found.map(|(_, value)| value)
        };
        Limits {
            refer: value(pair.refer),
            reject: value(pair.reject),
        }
    }

    /// This policy with other values for a pair; `None` leaves a value as it is.
    ///
    /// # Errors
    /// If a value is outside [`LimitPair::range`], or would reject what is not referred.
    pub fn with_limits(self, pair: &LimitPair, limits: Limits) -> Result<Self, PolicyError> {
        let mut checks = self.checks().clone();
        let params = checks.params_mut(pair.code);
        for (key, value) in [(pair.refer, limits.refer), (pair.reject, limits.reject)] {
            if let (Some(key), Some(value)) = (key, value) {
                change(pair.code, params, key, &toml_number(value, pair.whole))?;
            }
        }
        consistent(pair.code, params)?;
        Ok(Self::new(self.name().to_owned(), self.base(), checks))
    }

    /// What differs from the base, as [`Policy::from_toml`] reads it. `comment` is asked
    /// for a line above each key.
    #[must_use]
    pub fn changes_toml(&self, comment: impl Fn(Code, &str) -> Option<String>) -> String {
        let base = Self::named(self.base()).unwrap_or_default();
        let mut text = format!(
            "name = {}\nbase = {}\n",
            Value::from(self.name()),
            Value::from(self.base())
        );
        for &code in Code::ALL {
            let (ours, theirs) = (self.checks().params(code), base.checks().params(code));
            let mut lines = Vec::new();
            if ours.enabled() != theirs.enabled() {
                lines.push(("enabled", ours.enabled().to_string()));
            }
            let values = ours.values().into_iter().zip(theirs.values());
            for (key, (our, their)) in ours.keys().iter().zip(values) {
                // Values are kept as they were read, never computed.
                if our.total_cmp(&their).is_ne() {
                    lines.push((key.name, toml_number(our, key.unit.whole()).to_string()));
                }
            }
            if !lines.is_empty() {
                // Writing to a String cannot fail.
                let _ = writeln!(text, "\n[{code}]");
            }
            for (key, value) in lines {
                if let Some(comment) = comment(code, key) {
                    let _ = writeln!(text, "# {}", comment.replace(char::is_control, " "));
                }
                let _ = writeln!(text, "{key} = {value}");
            }
        }
        text
    }

    /// The *tipping point* of a photo: the value at which a check just lets the photo pass when
    /// both limits of `pair` are set to it and all else stays as in this policy. It stands for
    /// the measured quantity, but is found from outside, by bisection, so that it is the same
    /// notion for every check. Exact to the four decimals that measurements have.
    ///
    /// Where another limit of the same check refuses the photo anyhow, the other limits are
    /// taken out of the way.
    ///
    /// Infinite with the sign that makes it milder than every limit if the photo passes at the
    /// strictest, and worse than every limit if it passes not even at the loosest. `None` if the
    /// check is off, has no say about this photo, or cannot assess it.
    #[must_use]
    pub fn tipping_point(&self, measurements: &Measurements, pair: &LimitPair) -> Option<f64> {
        let code = pair.code;
        if !self.checks().params(code).enabled() || !speaks(code, measurements) {
            return None;
        }
        let mut checks = self.checks().clone();
        let outcome = |checks: &mut Checks, limit: f64| {
            let both = Limits {
                refer: Some(limit),
                reject: Some(limit),
            };
            pair.set(checks.params_mut(code), both);
            checks.run(code, measurements).map(|found| found.outcome)
        };
        let worst = match pair.direction {
            Direction::Above => f64::INFINITY,
            Direction::Below => f64::NEG_INFINITY,
        };
        let (mut refused, mut passed) = (pair.strictest(), pair.loosest());
        if outcome(&mut checks, passed).is_some() {
            let params = checks.params_mut(code);
            for other in pairs_of(code, params.keys()) {
                let loosest = other.loosest();
                let both = Limits {
                    refer: Some(loosest),
                    reject: Some(loosest),
                };
                other.set(params, both);
            }
            match outcome(&mut checks, passed) {
                None => {}
                Some(Outcome::Unable) => return None,
                Some(Outcome::Refer | Outcome::Reject) => return Some(worst),
            }
        }
        if outcome(&mut checks, refused).is_none() {
            return Some(-worst);
        }
        while (passed - refused).abs() > RESOLUTION {
            let middle = f64::midpoint(passed, refused);
            match outcome(&mut checks, middle) {
                None => passed = middle,
                Some(_) => refused = middle,
            }
        }
        // Most quantities are judged by their four decimals.
        let exact = crate::measurements::round(passed);
        let passes = outcome(&mut checks, exact).is_none();
        Some(if passes { exact } else { passed })
    }
}

fn toml_number(value: f64, whole: bool) -> Value {
    if whole && value.fract() == 0.0 && value.abs() < 1e15 {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        Value::Integer(value as i64)
    } else {
        Value::Float(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{bad, good};
    use crate::{Waivers, judge};

    fn pair(code: Code, name: &str) -> LimitPair {
        let found = limit_pairs().find(|pair| pair.code == code && pair.name == name);
        found.unwrap()
    }

    #[test]
    fn whole_numbers_are_written_without_a_point_as_far_as_they_are_exact() {
        for (value, whole, expected) in [
            (20_000.0, true, Value::Integer(20_000)),
            (-3.0, true, Value::Integer(-3)),
            (0.5, true, Value::Float(0.5)),
            (2.0, false, Value::Float(2.0)),
            (1e15, true, Value::Float(1e15)),
        ] {
            assert_eq!(toml_number(value, whole), expected);
        }
    }

    #[test]
    fn titles_say_code_and_name() {
        assert_eq!(pair(Code::TooClose, "head").title(), "too_close.head");
        assert_eq!(pair(Code::Turned, "").title(), "turned");
    }

    #[test]
    fn every_graded_key_is_in_one_pair() {
        let mut listed: Vec<String> = Vec::new();
        for pair in limit_pairs() {
            assert!(pair.range.start() < pair.range.end(), "{}", pair.title());
            let keys = [pair.refer, pair.reject].into_iter().flatten();
            listed.extend(keys.map(|key| format!("{}.{key}", pair.code)));
        }
        let checks = Checks::default();
        let keys = Code::ALL.iter().flat_map(|&code| {
            let keys = checks.params(code).keys().iter();
            keys.map(move |key| format!("{code}.{}", key.name))
        });
        let graded = |key: &String| key.ends_with("_above") || key.ends_with("_below");
        let mut graded: Vec<_> = keys.filter(graded).collect();
        listed.sort();
        graded.sort();
        assert_eq!(listed, graded);
    }

    /// A photo whose tipping point lies inside the range passes there and fails just beyond.
    #[test]
    fn tipping_points_agree_with_judging() {
        let policy = Policy::my_number_card();
        let mut inside = 0;
        for measurements in bad() {
            for pair in limit_pairs() {
                let title = pair.title();
                let Some(tip) = policy.tipping_point(&measurements, &pair) else {
                    continue;
                };
                // With the other limits out of the way, as far as they stand in it.
                let fires = |limit: f64| {
                    let mut policy = policy.clone();
                    let at = |limit| Limits {
                        refer: Some(limit),
                        reject: Some(limit),
                    };
                    let blocked = {
                        let params = policy.checks_mut().params_mut(pair.code);
                        pair.set(params, at(pair.loosest()));
                        policy.checks().run(pair.code, &measurements).is_some()
                    };
                    if blocked {
                        for other in limit_pairs().filter(|other| other.code == pair.code) {
                            let params = policy.checks_mut().params_mut(pair.code);
                            other.set(params, at(other.loosest()));
                        }
                    }
                    pair.set(policy.checks_mut().params_mut(pair.code), at(limit));
                    let review = judge(&measurements, &policy, &Waivers::default());
                    review.findings().iter().any(|f| f.code() == pair.code)
                };
                let stricter = match pair.direction {
                    Direction::Above => -2e-4,
                    Direction::Below => 2e-4,
                };
                if tip.is_infinite() {
                    let passes = pair.severity(tip) < 0.0;
                    assert_eq!(!fires(pair.strictest()), passes, "{title}");
                    assert_eq!(!fires(pair.loosest()), passes, "{title}");
                } else {
                    inside += 1;
                    assert!(!fires(tip), "{title} at {tip}");
                    assert!(fires(tip + stricter), "{title} beyond {tip}");
                }
            }
        }
        assert!(
            inside > 100,
            "only {inside} tipping points inside their range"
        );
    }

    #[test]
    fn the_tipping_point_is_the_measured_value() {
        let policy = Policy::my_number_card();
        let tip = |code, name| policy.tipping_point(&good(), &pair(code, name));
        assert_eq!(tip(Code::TooFar, ""), Some(0.6));
        assert_eq!(tip(Code::TooClose, "head"), Some(0.6));
        assert_eq!(tip(Code::Turned, ""), Some(1.5));
        assert_eq!(tip(Code::FileSizeOutOfRange, ""), Some(120_000.0));
        assert_eq!(tip(Code::FaceCut, ""), Some(f64::NEG_INFINITY));
        assert_eq!(tip(Code::BackgroundObject, "area"), Some(f64::NEG_INFINITY));
    }

    #[test]
    fn what_is_not_assessed_has_none() {
        let policy = Policy::my_number_card();
        let turned = pair(Code::Turned, "");
        let mut faceless = good();
        faceless.face.as_mut().unwrap().faces.clear();
        assert_eq!(policy.tipping_point(&faceless, &turned), None);
        let no_face = pair(Code::NoFace, "");
        let found = policy.tipping_point(&faceless, &no_face);
        assert_eq!(found, Some(f64::NEG_INFINITY), "rejected at every limit");
        let mut unseen = good();
        unseen.background = None;
        let tones = pair(Code::BackgroundUneven, "tones");
        assert_eq!(policy.tipping_point(&unseen, &tones), None);
        let off = Policy::from_toml("[turned]\nenabled = false\n").unwrap();
        assert_eq!(off.tipping_point(&good(), &turned), None);
    }

    #[test]
    fn limits_are_read_and_replaced() {
        let policy = Policy::my_number_card();
        let turned = pair(Code::Turned, "");
        let limits = |refer, reject| Limits { refer, reject };
        let usual = policy.limits(&turned);
        let stricter = policy
            .clone()
            .with_limits(&turned, limits(Some(3.0), None))
            .unwrap();
        assert_eq!(stricter.limits(&turned), limits(Some(3.0), usual.reject));
        for wrong in [
            limits(Some(91.0), None),
            limits(None, Some(f64::NAN)),
            limits(None, Some(1.0)),
        ] {
            let error = policy.clone().with_limits(&turned, wrong).unwrap_err();
            assert!(error.to_string().starts_with("turned.re"), "{error}");
        }
        let size = pair(Code::FileSizeOutOfRange, "");
        let changed = stricter
            .with_limits(&size, limits(None, Some(10_000.0)))
            .unwrap();
        let text =
            changed.changes_toml(|code, key| (key == "refer_above").then(|| format!("of\n{code}")));
        let expected = "name = \"my-number-card\"\nbase = \"my-number-card\"\n\n[file_size_out_of_range]\nreject_below = 10000\n\n\
                        [turned]\n# of turned\nrefer_above = 3.0\n";
        assert_eq!(text, expected);
        assert_eq!(Policy::from_toml(&text), Ok(changed));
    }
}
