//! Detection error trade-off: for each value of a limit, the defects that it would miss and the good
//! photos that it would refuse.

use serde::{Serialize, Serializer};
use shomei_verdict::{LimitPair, Limits, Policy};

use crate::manifest::{Expected, Half};
use crate::set::Case;

/// Fewer photos with the defect than this give no curve.
pub const MIN_POSITIVES: usize = 5;

/// The errors of a single limit, over all its possible values.
///
/// The examples are the photos whose label means exactly this check; the counter-examples are the good
/// photos. Both are compared by their [tipping point](Policy::tipping_point). Photos that the check
/// cannot assess are left out and counted.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Curve {
    /// The limits.
    #[serde(serialize_with = "title")]
    pub pair: LimitPair,
    /// Their values in the policy.
    pub limits: Limits,
    /// Photos with the defect.
    pub positives: usize,
    /// Good photos.
    pub negatives: usize,
    /// Photos of both groups that the check could not assess.
    pub unassessed: usize,
    /// From the strictest limit, at which all photos are refused, to the loosest.
    pub points: Vec<Errors>,
    /// Equal error rate: the rate at which both errors are equally frequent, interpolated between
    /// points.
    pub eer_ratio: f64,
    /// The errors at the limit that refers.
    pub at_refer: Option<Errors>,
    /// The errors at the limit that rejects.
    pub at_reject: Option<Errors>,
}

pub(crate) fn title<S: Serializer>(pair: &LimitPair, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&pair.title())
}

/// The two errors of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "two errors")]
pub struct Errors {
    /// The limit; `None` if it is outside the range that the policy allows.
    pub limit: Option<f64>,
    /// Good photos that are refused, over all good ones.
    pub alarm_ratio: f64,
    /// Photos with the defect that pass, over all photos with the defect.
    pub miss_ratio: f64,
}

/// Severities, sorted: tipping points with the sign that makes a larger value worse.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Samples {
    pub(crate) positives: Vec<f64>,
    pub(crate) negatives: Vec<f64>,
    pub(crate) unassessed: usize,
}

impl Samples {
    pub(crate) fn take(cases: &[Case], half: Half, policy: &Policy, pair: &LimitPair) -> Self {
        let mut samples = Self::default();
        for case in cases.iter().filter(|case| half.holds(&case.row)) {
            let labels = &case.row.labels;
            let list = match case.row.expected {
                Expected::Accept => &mut samples.negatives,
                Expected::Reject if labels.iter().any(|l| l.means == Some(pair.code)) => {
                    &mut samples.positives
                }
                _ => continue,
            };
            match policy.tipping_point(&case.measurements, pair) {
                Some(tip) => list.push(pair.severity(tip)),
                None => samples.unassessed += 1,
            }
        }
        samples.positives.sort_by(f64::total_cmp);
        samples.negatives.sort_by(f64::total_cmp);
        samples
    }

    /// The errors if everything beyond `severity` is refused; `limit` is the severity.
    pub(crate) fn errors(&self, severity: f64) -> Errors {
        let passing = |sorted: &[f64]| sorted.partition_point(|&value| value <= severity);
        let share = |count: usize, of: usize| count as f64 / of.max(1) as f64;
        let good = self.negatives.len();
        Errors {
            limit: severity.is_finite().then_some(severity),
            alarm_ratio: share(good - passing(&self.negatives), good),
            miss_ratio: share(passing(&self.positives), self.positives.len()),
        }
    }

    pub(crate) fn points(&self) -> Vec<Errors> {
        let mut values = [&self.positives[..], &self.negatives].concat();
        values.sort_by(f64::total_cmp);
        values.dedup_by(|a, b| a.total_cmp(b).is_eq());
        let all_refused = Errors {
            limit: None,
            alarm_ratio: 1.0,
            miss_ratio: 0.0,
        };
        std::iter::once(all_refused)
            .chain(values.into_iter().map(|value| self.errors(value)))
            .collect()
    }
}

/// Where the line through `points` crosses that of equal errors. Alarms fall and misses grow, so it
/// crosses once.
pub(crate) fn eer(points: &[Errors]) -> f64 {
    let over = |point: &Errors| point.alarm_ratio - point.miss_ratio;
    for (a, b) in points.iter().zip(points.iter().skip(1)) {
        if over(b) <= 0.0 {
            let share = over(a) / (over(a) - over(b));
            return a.miss_ratio + (b.miss_ratio - a.miss_ratio) * share;
        }
    }
    0.0
}

impl Curve {
    pub(crate) fn new(
        cases: &[Case],
        half: Half,
        policy: &Policy,
        pair: &LimitPair,
    ) -> Option<Self> {
        let labelled = |case: &&Case| {
            let means = |label: &crate::labels::Label| label.means == Some(pair.code);
            half.holds(&case.row) && case.row.labels.iter().any(means)
        };
        if cases.iter().filter(labelled).count() < MIN_POSITIVES {
            return None;
        }
        let samples = Samples::take(cases, half, policy, pair);
        if samples.positives.len() < MIN_POSITIVES || samples.negatives.is_empty() {
            return None;
        }
        let limits = policy.limits(pair);
        // The severity of a severity is the value again.
        let in_its_unit = |mut errors: Errors| {
            errors.limit = errors.limit.map(|severity| pair.severity(severity));
            errors
        };
        let at = |limit: f64| in_its_unit(samples.errors(pair.severity(limit)));
        let points: Vec<_> = samples.points().into_iter().map(in_its_unit).collect();
        Some(Self {
            limits,
            positives: samples.positives.len(),
            negatives: samples.negatives.len(),
            unassessed: samples.unassessed,
            eer_ratio: eer(&points),
            at_refer: Some(at(limits.refer)),
            at_reject: limits.reject.map(at),
            points,
            pair: pair.clone(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(negatives: &[f64], positives: &[f64]) -> Samples {
        Samples {
            positives: positives.to_vec(),
            negatives: negatives.to_vec(),
            unassessed: 0,
        }
    }

    #[test]
    fn equal_error_rates_of_hand_made_sets() {
        const NEVER: f64 = f64::NEG_INFINITY;
        let eer = |negatives: &[f64], positives: &[f64]| {
            let rate = eer(&samples(negatives, positives).points());
            (rate * 1e4).round() / 1e4
        };
        // Apart.
        assert_eq!(eer(&[1.0, 2.0], &[3.0, 4.0]), 0.0);
        assert_eq!(eer(&[NEVER], &[f64::INFINITY]), 0.0);
        // The wrong way round.
        assert_eq!(eer(&[3.0, 4.0], &[1.0, 2.0]), 1.0);
        // The same: chance.
        assert_eq!(eer(&[1.0, 2.0], &[1.0, 2.0]), 0.5);
        assert_eq!(eer(&[5.0], &[5.0]), 0.5);
        // One of four on the wrong side each.
        assert_eq!(eer(&[1.0, 2.0, 3.0, 6.0], &[4.0, 5.0, 7.0, 8.0]), 0.25);
        // 2 of 5 positives never fire: from (1, 0) straight to (0, 0.4).
        let positives = [NEVER, NEVER, 1.0, 1.0, 1.0];
        assert_eq!(eer(&[NEVER; 3], &positives), 0.2857);
    }

    #[test]
    fn errors_are_those_at_the_limit() {
        let samples = samples(&[1.0, 2.0, 3.0, 6.0], &[4.0, 5.0, 7.0, 8.0]);
        // A value on the limit passes.
        let at = samples.errors(5.0);
        assert_eq!((at.alarm_ratio, at.miss_ratio), (0.25, 0.5));
        let points = samples.points();
        assert_eq!(points.len(), 9);
        assert!(
            points
                .windows(2)
                .all(|pair| pair[0].alarm_ratio >= pair[1].alarm_ratio)
        );
        assert_eq!(points[8].miss_ratio, 1.0);
    }
}
