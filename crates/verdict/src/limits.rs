//! The graded limits of all checks, seen alike: what is needed to draw an error curve or to
//! propose a limit without knowing how any check works.

use std::ops::RangeInclusive;

use serde::Serialize;

use crate::checks::{Checks, Code};
use crate::grade::{Direction, Outcome};
use crate::measurements::Measurements;
use crate::params::{Declared, Kind, ParamSet};
use crate::policy::{Policy, PolicyError, in_range, set};
use crate::review::speaks;

/// Half of the last decimal of a measured number: no two values are nearer.
const RESOLUTION: f64 = 5e-5;

/// The limits on one measured quantity: one from which a person looks, and for most quantities
/// one from which a photo is rejected.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct LimitPair {
    /// The check.
    pub code: Code,
    /// What the limits' keys begin with, such as `head`; empty where the check needs no name.
    pub name: &'static str,
    /// Whether there is a limit from which a photo is rejected.
    pub rejects: bool,
    /// On which side of the limits a value is refused.
    pub direction: Direction,
    /// The unit of the limits, in words.
    pub unit: &'static str,
    /// Whether only whole numbers make sense.
    pub whole: bool,
    /// The values that the limits may have.
    pub range: RangeInclusive<f64>,
    /// The place among the check's parameters.
    at: usize,
}

/// The values of a [`LimitPair`], in its unit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "there are two grades")]
pub struct Limits {
    /// From here a person looks.
    pub refer: f64,
    /// From here the photo is rejected.
    pub reject: Option<f64>,
}

/// The limits of all checks, in check order.
pub fn limit_pairs() -> impl Iterator<Item = LimitPair> {
    let checks = Checks::default();
    let pairs = |&code: &Code| pairs_of(code, checks.params(code));
    let all: Vec<_> = Code::ALL.iter().flat_map(pairs).collect();
    all.into_iter()
}

fn pairs_of(code: Code, params: &dyn ParamSet) -> Vec<LimitPair> {
    let all = params.all().into_iter().enumerate();
    all.filter_map(|(at, (declared, values))| pair(code, at, declared, values))
        .collect()
}

/// The parameter at that place, if it is graded limits.
pub(crate) fn pair(
    code: Code,
    at: usize,
    declared: &'static Declared,
    values: &[f64],
) -> Option<LimitPair> {
    let Kind::Graded(direction) = declared.kind else {
        return None;
    };
    Some(LimitPair {
        code,
        name: declared.prefix(),
        rejects: values.len() > 1,
        direction,
        unit: declared.unit,
        whole: declared.whole,
        range: declared.range.clone(),
        at,
    })
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

    /// The values that this is, in the parameters of its check.
    fn find<'a>(&self, params: &'a mut dyn ParamSet) -> Option<(&'static Declared, &'a mut [f64])> {
        params.all_mut().into_iter().nth(self.at)
    }

    /// Sets all its limits.
    fn set(&self, params: &mut dyn ParamSet, limit: f64) {
        if let Some((_, values)) = self.find(params) {
            values.fill(limit);
        }
    }
}

impl Policy {
    /// The values of a pair in this policy.
    #[must_use]
    pub fn limits(&self, pair: &LimitPair) -> Limits {
        let params = self.checks().params(pair.code).all();
        let values = params.get(pair.at).map_or(&[][..], |(_, values)| values);
        Limits {
            refer: values.first().copied().unwrap_or_else(|| pair.loosest()),
            reject: values.get(1).copied(),
        }
    }

    /// This policy with other values for a pair; no `reject` leaves that limit as it is.
    ///
    /// # Errors
    /// If a value is outside [`LimitPair::range`], or would reject what is not referred.
    pub fn with_limits(self, pair: &LimitPair, limits: Limits) -> Result<Self, PolicyError> {
        let mut checks = self.checks().clone();
        if let Some((declared, values)) = pair.find(checks.params_mut(pair.code)) {
            let mut new = values.to_vec();
            let limits = [Some(limits.refer), limits.reject];
            for ((key, new), limit) in declared.keys(values).iter().zip(&mut new).zip(limits) {
                let limit = limit.unwrap_or(*new);
                *new = in_range(pair.code, key, limit, &limit.to_string())?;
            }
            set(pair.code, declared, values, &new)?;
        }
        Ok(Self::new(self.name().to_owned(), self.base(), checks))
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
            pair.set(checks.params_mut(code), limit);
            checks.run(code, measurements).map(|found| found.outcome)
        };
        let worst = match pair.direction {
            Direction::Above => f64::INFINITY,
            Direction::Below => f64::NEG_INFINITY,
        };
        let (mut refused, mut passed) = (pair.strictest(), pair.loosest());
        if outcome(&mut checks, passed).is_some() {
            let params = checks.params_mut(code);
            for other in pairs_of(code, params) {
                other.set(params, other.loosest());
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
    fn titles_say_code_and_name() {
        assert_eq!(pair(Code::TooClose, "head").title(), "too_close.head");
        assert_eq!(pair(Code::Turned, "").title(), "turned");
    }

    #[test]
    fn pairs_are_the_graded_limits_of_the_checks() {
        let checks = Checks::default();
        let mut graded = 0;
        for &code in Code::ALL {
            let keys = checks.params(code).keys().into_iter();
            let refers = keys.filter(|key| key.name.contains("refer_")).count();
            let pairs: Vec<_> = limit_pairs().filter(|pair| pair.code == code).collect();
            assert_eq!(pairs.len(), refers, "{code}");
            graded += refers;
        }
        assert!(graded > 40, "{graded}");
        for pair in limit_pairs() {
            assert!(pair.range.start() < pair.range.end(), "{}", pair.title());
            let limits = Policy::my_number_card().limits(&pair);
            assert_eq!(pair.rejects, limits.reject.is_some(), "{}", pair.title());
        }
        let size = limit_pairs().filter(|pair| pair.code == Code::FileSizeOutOfRange);
        let size: Vec<_> = size.map(|pair| (pair.name, pair.direction)).collect();
        assert_eq!(size, [("", Direction::Below), ("", Direction::Above)]);
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
                    let blocked = {
                        let params = policy.checks_mut().params_mut(pair.code);
                        pair.set(params, pair.loosest());
                        policy.checks().run(pair.code, &measurements).is_some()
                    };
                    if blocked {
                        for other in limit_pairs().filter(|other| other.code == pair.code) {
                            let params = policy.checks_mut().params_mut(pair.code);
                            other.set(params, other.loosest());
                        }
                    }
                    pair.set(policy.checks_mut().params_mut(pair.code), limit);
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
            .with_limits(&turned, limits(3.0, None))
            .unwrap();
        assert_eq!(stricter.limits(&turned), limits(3.0, usual.reject));
        for wrong in [
            limits(91.0, None),
            limits(3.0, Some(f64::NAN)),
            limits(3.0, Some(1.0)),
        ] {
            let error = policy.clone().with_limits(&turned, wrong).unwrap_err();
            assert!(error.to_string().starts_with("turned.re"), "{error}");
        }
        let size = pair(Code::FileSizeOutOfRange, "");
        assert!(size.whole);
        assert!(stricter.with_limits(&size, limits(20_480.5, None)).is_err());
    }
}
