//! Limits proposed from one half of the subjects.
//!
//! One rule for all checks, with few degrees of freedom, which uses only tipping points. For each limit
//! with enough examples in the calibrating half:
//!
//! - *Refer*: if 98 % of the good photos are below 98 % of the defects, the middle between these two
//!   quantiles (the geometric mean if both are positive). Otherwise, the value with the least sum of
//!   misses and [`ALARM_COST`] times alarms, both as shares.
//! - *Reject*: beyond every good photo, by [`MARGIN`] of the distance to the median of the referred
//!   defects, and at least in the middle between the refer limit and the far end of the gap.
//! - Both are rounded to two significant digits, or more if the gap is narrower.
//!
//! If the equal error rate is above [`MAX_EER`], the limit does not separate good photos from bad ones
//! (a check may have several limits, each for another sort of defect). Such a limit stays as it is. The
//! result is a proposal: a developer checks it, and the photos behind it, before it becomes a default.

use std::fmt::Write as _;

use serde::Serialize;
use shomei_verdict::{Change, LimitPair, Limits, Outcome, Policy, limit_pairs};

use crate::curve::{Samples, eer, title};
use crate::manifest::{Expected, Half};
use crate::set::Set;
use crate::stats::{limit, percent, quantile};

/// With fewer photos with the defect in the calibrating half than this, a limit stays as it is.
pub const MIN_EXAMPLES: usize = 8;

/// How much worse it is to refuse a share of the good photos than to miss that share of the defects.
pub const ALARM_COST: f64 = 5.0;

/// Where rejecting begins between the worst good photo and the median defect.
pub const MARGIN: f64 = 0.15;

/// A limit with a higher equal error rate than this stays as it is.
pub const MAX_EER: f64 = 0.2;

/// The share of good photos, and of defects, that may be on the wrong side of a gap.
const TAIL: f64 = 0.02;

/// A policy with limits chosen on the calibrating half.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Proposal {
    /// The base policy with the proposed limits; its name ends with `-proposed`.
    pub policy: Policy,
    /// The proposed limits, in check order.
    pub limits: Vec<Proposed>,
}

/// A proposed pair of limits and the values that it was chosen from, in the limit's unit.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Proposed {
    /// The limits.
    #[serde(rename = "limit", serialize_with = "title")]
    pub pair: LimitPair,
    /// Their values in the base policy.
    pub before: Limits,
    /// The proposed values.
    pub after: Limits,
    /// Number of good photos.
    pub negatives: usize,
    /// Number of photos with the defect.
    pub positives: usize,
    /// Photos of both groups that the check could not assess.
    pub unassessed: usize,
    /// 98 % of the good photos are not worse.
    pub good_98: f64,
    /// The worst good photo.
    pub good_worst: f64,
    /// 2 % of the defects are not worse.
    pub bad_2: f64,
    /// The median defect.
    pub bad_median: f64,
    /// Whether there is a gap between the two.
    pub separated: bool,
    /// Equal error rate.
    pub eer_ratio: f64,
}

impl Proposal {
    /// Chooses limits on the calibrating half of `set`, starting from `base`.
    #[must_use]
    pub fn new(set: &Set, base: &Policy) -> Self {
        let name = format!("{:.55}-proposed", base.name());
        let named = base.clone().with_name(&name);
        let mut policy = named.unwrap_or_else(|_| base.clone());
        let mut limits = Vec::new();
        for pair in limit_pairs() {
            let samples = Samples::take(set.cases(), Half::Calibrate, base, &pair);
            let Some(proposed) = propose(&samples, pair, base) else {
                continue;
            };
            // What a rule proposes against the policy's own rules is no proposal.
            if let Ok(changed) = policy.clone().with_limits(&proposed.pair, proposed.after) {
                policy = changed;
                limits.push(proposed);
            }
        }
        Self { policy, limits }
    }

    /// The proposed policy as a file: what differs from the base policy, and why.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let comment = |change: &Change| {
            let proposed = change.limit.as_ref().and_then(|(pair, outcome)| {
                let found = self.limits.iter().find(|proposed| proposed.pair == *pair)?;
                Some(found.comment(*outcome))
            });
            Some(proposed.unwrap_or_else(|| "From the base policy.".to_owned()))
        };
        format!(
            "# Limits proposed by `shomei eval --calibrate` from the calibrating half of the subjects.\n\
             # Check them, and the photos behind them, before you adopt any.\n\
             # \"98 % to\": 98 % of these photos are not worse than this value.\n\n{}",
            self.policy.changes_toml(comment)
        )
    }
}

impl Proposed {
    fn comment(&self, outcome: Outcome) -> String {
        let before = match outcome {
            Outcome::Reject => self.before.reject,
            Outcome::Refer | Outcome::Unable => Some(self.before.refer),
        };
        let mut text = format!(
            "Was {}. {} good: 98 % to {}, worst {}. {} bad: 2 % to {}, half to {}. {}. EER {} %.",
            limit(before),
            self.negatives,
            limit(Some(self.good_98)),
            limit(Some(self.good_worst)),
            self.positives,
            limit(Some(self.bad_2)),
            limit(Some(self.bad_median)),
            if self.separated {
                "Separated"
            } else {
                "Overlapping"
            },
            percent(self.eer_ratio),
        );
        if self.unassessed > 0 {
            // Writing to a String cannot fail.
            let _ = write!(text, " {} not assessed.", self.unassessed);
        }
        text
    }
}

fn propose(samples: &Samples, pair: LimitPair, base: &Policy) -> Option<Proposed> {
    if samples.positives.len() < MIN_EXAMPLES || samples.negatives.len() < MIN_EXAMPLES {
        return None;
    }
    let eer_ratio = eer(&samples.points());
    if eer_ratio > MAX_EER {
        return None;
    }
    // Whatever lies beyond what the policy allows lies at its end.
    let ends = [pair.strictest(), pair.loosest()].map(|end| pair.severity(end));
    let within = |list: &[f64]| -> Vec<f64> {
        list.iter()
            .map(|value| value.max(ends[0]).min(ends[1]))
            .collect()
    };
    let inside = Samples {
        positives: within(&samples.positives),
        negatives: within(&samples.negatives),
        unassessed: samples.unassessed,
    };
    let good_98 = quantile(&inside.negatives, 1.0 - TAIL)?;
    let good_worst = *inside.negatives.last()?;
    let bad_2 = quantile(&inside.positives, TAIL)?;
    let bad_median = quantile(&inside.positives, 0.5)?;
    let separated = good_98 < bad_2;
    let (low, high) = if separated {
        (good_98, bad_2)
    } else {
        cheapest_gap(&inside)?
    };
    let refer = round_within(&pair, middle(&pair, low, high), low, high);

    let referred: Vec<f64> = inside
        .positives
        .iter()
        .copied()
        .filter(|&value| value > pair.severity(refer))
        .collect();
    let before = base.limits(&pair);
    let reject = match quantile(&referred, 0.5) {
        Some(median) if median > good_worst => {
            let beyond_good = good_worst + MARGIN * (median - good_worst);
            let near_bad = pair.severity(middle(&pair, pair.severity(refer), high));
            Some(rounded(&pair, beyond_good.max(near_bad)))
        }
        _ => before.reject,
    };
    let not_before_refer = |reject: f64| {
        let worse = pair.severity(reject) >= pair.severity(refer);
        if worse { reject } else { refer }
    };
    Some(Proposed {
        before,
        after: Limits {
            refer,
            reject: reject.filter(|_| pair.rejects).map(not_before_refer),
        },
        negatives: inside.negatives.len(),
        positives: inside.positives.len(),
        unassessed: inside.unassessed,
        good_98: pair.severity(good_98),
        good_worst: pair.severity(good_worst),
        bad_2: pair.severity(bad_2),
        bad_median: pair.severity(bad_median),
        separated,
        eer_ratio,
        pair,
    })
}

/// The severities between which a limit costs least; `None` if no limit costs less than none.
fn cheapest_gap(samples: &Samples) -> Option<(f64, f64)> {
    let mut values = [&samples.positives[..], &samples.negatives].concat();
    values.sort_by(f64::total_cmp);
    values.dedup_by(|a, b| a.total_cmp(b).is_eq());
    let mut best: Option<(f64, (f64, f64))> = None;
    for (&low, &high) in values.iter().zip(values.iter().skip(1)) {
        let errors = samples.errors(low);
        let cost = errors.miss_ratio + ALARM_COST * errors.alarm_ratio;
        if cost < best.map_or(1.0, |(least, _)| least) {
            best = Some((cost, (low, high)));
        }
    }
    best.map(|(_, gap)| gap)
}

/// The value in the middle between two severities.
fn middle(pair: &LimitPair, low: f64, high: f64) -> f64 {
    let (a, b) = (pair.severity(low), pair.severity(high));
    if a > 0.0 && b > 0.0 {
        (a * b).sqrt()
    } else {
        f64::midpoint(a, b)
    }
}

/// The value of a severity, or of one slightly worse.
fn rounded(pair: &LimitPair, severity: f64) -> f64 {
    let slightly = severity.abs().max(1e-3) * 0.1;
    round_within(pair, pair.severity(severity), severity, severity + slightly)
}

/// `value` rounded to as few significant digits as keep its severity between `low` and `high`, but at
/// least two.
fn round_within(pair: &LimitPair, value: f64, low: f64, high: f64) -> f64 {
    let fits = |rounded: &f64| {
        let severity = pair.severity(*rounded);
        severity >= low && severity < high && pair.range.contains(rounded)
    };
    let digits = if pair.whole { 2..=15 } else { 2..=4 };
    let candidates = digits.flat_map(|digits| {
        let scale = 10_f64.powf(f64::from(digits) - 1.0 - value.abs().log10().floor());
        // Towards the nearer side first.
        let (nearest, up, down) = (
            (value * scale).round() / scale,
            (value * scale).ceil() / scale,
            (value * scale).floor() / scale,
        );
        [nearest, up, down]
    });
    let whole = |value: &f64| !pair.whole || value.fract() == 0.0;
    let mut candidates = candidates.filter(whole);
    candidates
        .find(fits)
        .unwrap_or_else(|| if pair.whole { value.round() } else { value })
}

/// The number of photos of each sort in each half: calibrating, then reporting.
#[must_use]
pub fn balance(set: &Set) -> Vec<(&'static str, [usize; 2])> {
    [
        ("good", Expected::Accept),
        ("bad", Expected::Reject),
        ("unclear", Expected::Unclear),
    ]
    .into_iter()
    .map(|(name, expected)| {
        let count = |half: Half| {
            let cases = set.cases().iter();
            cases
                .filter(|case| case.row.expected == expected && half.holds(&case.row))
                .count()
        };
        (name, [Half::Calibrate, Half::Report].map(count))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use shomei_verdict::Code;

    fn pair(code: Code, name: &str) -> LimitPair {
        let found = limit_pairs().find(|pair| pair.code == code && pair.name == name);
        found.unwrap()
    }

    fn proposed(pair: &LimitPair, good: &[f64], bad: &[f64]) -> Option<Proposed> {
        let sorted = |values: &[f64]| {
            let mut values: Vec<_> = values.iter().map(|&value| pair.severity(value)).collect();
            values.sort_by(f64::total_cmp);
            values
        };
        let samples = Samples {
            positives: sorted(bad),
            negatives: sorted(good),
            unassessed: 0,
        };
        propose(&samples, pair.clone(), &Policy::my_number_card())
    }

    #[test]
    fn a_gap_is_parted_in_the_middle() {
        let turned = pair(Code::Turned, "");
        let found = proposed(&turned, &[4.0; 20], &[16.0; 10]).unwrap();
        assert!(found.separated);
        // The geometric middle of 4 and 16, and of 8 and 16.
        assert_eq!(found.after.refer, 8.0);
        assert_eq!(found.after.reject, Some(12.0));
        // One good photo of many as bad as a defect: 40 and 15 % of the way to 90.
        let odd = [&[0.0; 99][..], &[40.0]].concat();
        let found = proposed(&turned, &odd, &[90.0; 10]).unwrap();
        assert_eq!(found.after.refer, 45.0);
        assert_eq!(found.after.reject, Some(64.0));
        let odd = [&[0.0; 99][..], &[80.0]].concat();
        let found = proposed(&turned, &odd, &[90.0; 10]).unwrap();
        assert_eq!(found.after.reject, Some(82.0));
    }

    #[test]
    fn lower_limits_are_parted_likewise() {
        let far = pair(Code::TooFar, "");
        let found = proposed(&far, &[0.6; 20], &[0.3; 10]).unwrap();
        assert_eq!(found.after.refer, 0.42);
        assert_eq!(found.after.reject, Some(0.35));
        assert_eq!((found.good_98, found.bad_median), (0.6, 0.3));
    }

    #[test]
    fn where_they_overlap_alarms_cost_more_than_misses() {
        let turned = pair(Code::Turned, "");
        let good: Vec<f64> = (0..100).map(|n| f64::from(n) / 10.0).collect();
        let bad: Vec<f64> = (0..20).map(|n| 8.0 + f64::from(n)).collect();
        let found = proposed(&turned, &good, &bad).unwrap();
        assert!(!found.separated);
        // Above 9.9 no good photo is left; two of twenty defects are missed.
        let refer = found.after.refer;
        assert!((9.9..10.0).contains(&refer), "{refer}");
        let reject = found.after.reject.unwrap();
        assert!(reject > refer && reject < 18.5, "{reject}");
    }

    #[test]
    fn what_cannot_be_told_apart_is_left_alone() {
        let turned = pair(Code::Turned, "");
        assert_eq!(proposed(&turned, &[5.0; 20], &[5.0; 20]), None);
        assert_eq!(proposed(&turned, &[5.0; 20], &[9.0; 7]), None, "too few");
        let never = proposed(&turned, &[f64::NEG_INFINITY; 20], &[f64::NEG_INFINITY; 20]);
        assert_eq!(never, None);
    }

    #[test]
    fn every_proposal_is_a_valid_policy() {
        for pair in limit_pairs() {
            let (strict, loose) = (pair.strictest(), pair.loosest());
            for (good, bad) in [(0.01, 0.99), (0.3, 0.300_2), (0.0, 1.0), (0.5, 0.4)] {
                let at = |share: f64| strict + (loose - strict) * share;
                let Some(found) = proposed(&pair, &[at(good); 10], &[at(bad); 10]) else {
                    continue;
                };
                let changed = Policy::my_number_card().with_limits(&pair, found.after);
                assert!(changed.is_ok(), "{}: {changed:?}", pair.title());
            }
        }
    }
}
