//! From measurements to a verdict.

use std::fmt;

use crate::check::Stage;
use crate::checks::no_face;
use crate::{Code, Finding, Measurements, Note, Outcome, Policy, Waivers, notes};

/// The verdict on one photo. The list is complete: callers must handle all three.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// No finding.
    Accept,
    /// A person should look.
    Refer,
    /// The photo does not meet a rule.
    Reject,
}

impl Verdict {
    /// The name used in the record: `accept`, `refer` or `reject`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Refer => "refer",
            Self::Reject => "reject",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// The verdict on one photo and what it rests on.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    findings: Vec<Finding>,
    notes: Vec<Note>,
    measurements: Measurements,
    policy_name: String,
    policy_hash: String,
    waivers: Waivers,
}

/// Judges what was measured. Pure: the same arguments give the same review.
#[must_use]
pub fn judge(measurements: &Measurements, policy: &Policy, waivers: &Waivers) -> Review {
    let mut findings: Vec<Finding> = Code::ALL
        .iter()
        .filter(|&&code| speaks(code, measurements))
        .filter_map(|&code| {
            let found = policy.checks().run(code, measurements)?;
            Some(Finding::new(code, found, waivers.contains(code)))
        })
        .collect();
    // Whatever the policy switches off, a photo that was not assessed is never accepted. Where
    // the review stopped at a reject that is none by these rules, nothing else would say so.
    let silent = match measurements.stopped_after {
        Some(_) => findings.iter().all(|f| f.outcome() != Outcome::Reject),
        None => findings.is_empty(),
    };
    if silent && !measurements.assessed() {
        let found = no_face::unassessed(measurements);
        findings.push(Finding::new(Code::NoFace, found, false));
    }
    // Stable: within one severity, the order of the checks stays.
    findings.sort_by_key(|finding| finding.outcome() != Outcome::Reject);
    let rejected = findings.iter().any(|f| f.outcome() == Outcome::Reject);
    Review {
        findings,
        notes: if rejected {
            Vec::new()
        } else {
            notes::of(measurements, policy)
        },
        measurements: measurements.clone(),
        policy_name: policy.name().to_owned(),
        policy_hash: policy.hash().to_owned(),
        waivers: waivers.clone(),
    }
}

/// Whether a check may speak about this photo.
pub(crate) fn speaks(code: Code, measurements: &Measurements) -> bool {
    match code.about().stage {
        Stage::File => true,
        Stage::Picture => measurements.pictured(),
        Stage::Face => measurements.pictured() && measurements.faces() > 0,
    }
}

impl Review {
    /// The worst of the findings.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        match self.findings.first().map(Finding::outcome) {
            None => Verdict::Accept,
            Some(Outcome::Refer | Outcome::Unable) => Verdict::Refer,
            Some(Outcome::Reject) => Verdict::Reject,
        }
    }

    /// What was found: rejects first, then in check order.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// What readers should know although nothing is wrong; nothing for a rejected photo.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    /// What was judged.
    #[must_use]
    pub const fn measurements(&self) -> &Measurements {
        &self.measurements
    }

    /// Name of the policy.
    #[must_use]
    pub fn policy_name(&self) -> &str {
        &self.policy_name
    }

    /// Hash of the policy, see [`Policy::hash`].
    #[must_use]
    pub fn policy_hash(&self) -> &str {
        &self.policy_hash
    }

    /// The exceptions that were declared.
    #[must_use]
    pub const fn waivers(&self) -> &Waivers {
        &self.waivers
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Lang;
    use crate::fixtures::{degrees, good, px, ratio};
    use shomei_photo::{Decoding, LimitKind, Unreadable};

    fn review(change: impl FnOnce(&mut Measurements), waivers: &str) -> Review {
        let mut measurements = good();
        change(&mut measurements);
        let policy = Policy::my_number_card();
        judge(&measurements, &policy, &waivers.parse().unwrap())
    }

    fn turn_and_open_mouth(m: &mut Measurements) {
        let portrait = m.portrait.as_mut().unwrap();
        portrait.pose.as_mut().unwrap().yaw_degrees = degrees(30.0);
        portrait.mouth.as_mut().unwrap().openness_ratio = ratio(0.5);
        let framing = m.framing.as_mut().unwrap();
        framing.head_height_ratio = ratio(0.4);
        framing.trim.print_height_px = px(350.0);
    }

    #[test]
    fn a_good_photo_is_accepted() {
        let review = review(|_| (), "");
        let policy = Policy::my_number_card();
        assert_eq!(review.policy_name(), policy.name());
        assert_eq!(review.policy_hash(), policy.hash());
        assert_eq!(review.findings(), []);
        assert_eq!(review.verdict(), Verdict::Accept);
    }

    #[test]
    fn rejects_come_first_and_check_order_stays() {
        let review = review(turn_and_open_mouth, "");
        let codes: Vec<_> = review.findings().iter().map(Finding::code).collect();
        assert_eq!(codes, [Code::Turned, Code::TooFar, Code::MouthOpen]);
        let turned = crate::summary(Code::Turned, Lang::En);
        assert_eq!(review.findings()[0].advice(Lang::En), turned.advice);
        assert_eq!(review.findings()[0].rule(), turned.rule);
        assert_eq!(review.verdict(), Verdict::Reject);
    }

    #[test]
    fn a_waiver_turns_a_reject_into_a_refer_and_is_recorded() {
        let review = review(turn_and_open_mouth, "turned,mouth_open");
        assert_eq!(review.verdict(), Verdict::Refer);
        let waived: Vec<_> = review
            .findings()
            .iter()
            .map(|finding| (finding.code(), finding.outcome(), finding.waived()))
            .collect();
        assert_eq!(
            waived,
            [
                (Code::TooFar, Outcome::Refer, false),
                (Code::Turned, Outcome::Refer, true),
                // It was no reject, so that the waiver changed nothing.
                (Code::MouthOpen, Outcome::Refer, false),
            ]
        );
        assert_eq!(review.waivers().iter().count(), 2);
    }

    #[test]
    fn what_was_not_assessed_is_never_accepted() {
        let off: String = Code::ALL
            .iter()
            .map(|code| format!("[{code}]\nenabled = false\n"))
            .collect();
        let off = Policy::from_toml(&off).unwrap();
        let no_waivers = Waivers::default();
        assert_eq!(judge(&good(), &off, &no_waivers).verdict(), Verdict::Accept);
        let limit = LimitKind::Pixels;
        for decoding in [
            Decoding::NotJpeg,
            Decoding::UnsupportedJpeg,
            Decoding::UnsupportedColour,
            Decoding::Truncated { valid_ratio: None },
            Decoding::LimitExceeded { limit },
            Decoding::Unreadable {
                cause: Unreadable::Other,
            },
        ] {
            let mut measurements = good();
            measurements.file.decoding = decoding;
            let review = judge(&measurements, &off, &no_waivers);
            assert_eq!(review.verdict(), Verdict::Refer);
            assert_eq!(review.findings()[0].outcome(), Outcome::Unable);
            // With the checks on, each has its own finding.
            let review = judge(&measurements, &Policy::my_number_card(), &no_waivers);
            assert!(!review.findings().is_empty());
            assert!(review.findings().iter().all(|f| f.code() != Code::NoFace));
        }
        let mut measurements = good();
        measurements.face.as_mut().unwrap().faces.clear();
        assert_eq!(
            judge(&measurements, &off, &no_waivers).verdict(),
            Verdict::Refer
        );
    }
}
