//! Compares photos with their reviews.

use std::collections::BTreeMap;

use serde::{Serialize, Serializer};
use shomei_photo::Side;
use shomei_verdict::{Code, Outcome, Policy, Review, Verdict, judge, limit_pairs};

use crate::curve::Curve;
use crate::groups::Groups;
use crate::manifest::{Column, Expected, Half, Row, side_name};
use crate::set::Set;
use crate::stats::Share;

/// The accuracy of a policy on a set of photos.
///
/// The policy judges the measurements and waivers of the reviews, so you can evaluate old reviews under
/// new limits.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
#[serde(tag = "schema", rename = "shomei.eval/1")]
pub struct Report {
    /// Name of the policy.
    pub policy: String,
    /// See [`Policy::hash`].
    pub policy_hash: String,
    /// Which subjects.
    pub half: Half,
    /// Families that were not made to have a defect.
    pub natural: Vec<String>,
    /// Number of photos.
    pub photos: usize,
    /// Photos that should be accepted.
    pub good: Split<Verdicts>,
    /// Findings of good photos, in check order.
    pub alarms: Vec<Alarm>,
    /// Photos that should not be accepted. *Named*: a code matches one of their labels.
    pub bad: Split<Hits>,
    /// The same by label, in check order.
    pub defects: Vec<Defect>,
    /// Photos for which the rules leave the verdict open, by label; those without a label first.
    #[serde(serialize_with = "pairs")]
    pub unclear: BTreeMap<String, Verdicts>,
    /// Good photos bothered and bad ones missed, for each column that was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Groups>,
    /// For each limit with enough examples, in check order.
    pub curves: Vec<Curve>,
    /// Wrong verdicts: rejected good photos, accepted bad ones, referred good ones, and bad ones
    /// without the right code.
    pub misses: Vec<Miss>,
}

/// Numbers over all photos, and by whether their family is natural or made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a photo is natural or made")]
pub struct Split<T> {
    /// All.
    pub all: T,
    /// Found as they are.
    pub natural: T,
    /// Drawn, composed, cropped or otherwise made to have the defect.
    pub made: T,
}

/// Verdicts counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Verdicts {
    /// Accepted.
    pub accepted: Share,
    /// Referred to a person.
    pub referred: Share,
    /// Rejected.
    pub rejected: Share,
}

/// Results for bad photos.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Hits {
    /// Not accepted.
    pub caught: Share,
    /// Rejected.
    pub rejected: Share,
    /// Those with a right code among the findings.
    pub named: Share,
}

/// Findings of one code on good photos.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Alarm {
    /// The code.
    pub code: Code,
    /// Good photos that it referred, or could not assess.
    pub referred: usize,
    /// Good photos that it rejected.
    pub rejected: usize,
}

/// One label.
#[derive(Clone, Debug, Default, Serialize)]
#[non_exhaustive]
pub struct Defect {
    /// As the manifest has it.
    pub label: String,
    /// The codes that match it; empty if this build has none.
    pub codes: Vec<Code>,
    /// Results for all photos with the label.
    pub hits: Split<Hits>,
    /// By family; empty if there is only one.
    #[serde(serialize_with = "pairs")]
    pub families: BTreeMap<String, Hits>,
    /// By kind; empty if these are the families.
    #[serde(serialize_with = "pairs")]
    pub kinds: BTreeMap<String, Hits>,
    /// By the side in the manifest. *Named*: the finding has that side as well.
    #[serde(serialize_with = "sides")]
    pub sides: BTreeMap<Side, Hits>,
}

fn pairs<T: Serialize, S: Serializer>(
    map: &BTreeMap<String, T>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(map)
}

fn sides<S: Serializer>(sides: &BTreeMap<Side, Hits>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(sides.iter().map(|(side, hits)| (side_name(*side), hits)))
}

/// A photo that was judged wrongly.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Miss {
    /// What is wrong.
    pub wrong: Wrong,
    /// The manifest's name of the photo.
    pub file: String,
    /// Its family.
    pub family: String,
    /// Its labels; for [`Wrong::NotNamed`], those that were not named.
    pub labels: Vec<String>,
    /// The verdict.
    #[serde(serialize_with = "verdict")]
    pub verdict: Verdict,
    /// The findings.
    pub codes: Vec<Code>,
    /// The manifest's note.
    pub note: String,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde asks for"
)]
fn verdict<S: Serializer>(verdict: &Verdict, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(verdict.as_str())
}

/// The ways to judge a photo wrongly, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[expect(
    clippy::exhaustive_enums,
    reason = "two kinds of photos, three verdicts"
)]
#[serde(rename_all = "snake_case")]
pub enum Wrong {
    /// A good photo was rejected.
    GoodRejected,
    /// A bad photo was accepted.
    BadAccepted,
    /// A good photo was referred.
    GoodReferred,
    /// A bad photo was caught for another reason only.
    NotNamed,
}

impl Wrong {
    /// All, the worst first.
    pub const ALL: [Self; 4] = [
        Self::GoodRejected,
        Self::BadAccepted,
        Self::GoodReferred,
        Self::NotNamed,
    ];

    /// A short title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::GoodRejected => "good photos rejected",
            Self::BadAccepted => "bad photos accepted",
            Self::GoodReferred => "good photos referred",
            Self::NotNamed => "caught, but the defect is not named",
        }
    }
}

impl Verdicts {
    fn add(&mut self, verdict: Verdict) {
        self.accepted.add(verdict == Verdict::Accept);
        self.referred.add(verdict == Verdict::Refer);
        self.rejected.add(verdict == Verdict::Reject);
    }
}

impl Hits {
    fn add(&mut self, verdict: Verdict, named: bool) {
        self.caught.add(verdict != Verdict::Accept);
        self.rejected.add(verdict == Verdict::Reject);
        self.named.add(named);
    }
}

impl<T> Split<T> {
    fn each(&mut self, natural: bool, mut add: impl FnMut(&mut T)) {
        add(&mut self.all);
        add(if natural {
            &mut self.natural
        } else {
            &mut self.made
        });
    }
}

impl Report {
    /// Judges the photos of `half` by `policy`. `natural` lists families that were not made to have a
    /// defect, and `by` the columns to form groups by.
    #[must_use]
    pub fn new(set: &Set, half: Half, policy: &Policy, natural: &[String], by: &[Column]) -> Self {
        let mut report = Self {
            policy: policy.name().to_owned(),
            policy_hash: policy.hash().to_owned(),
            half,
            natural: natural.to_vec(),
            ..Self::default()
        };
        let mut defects: BTreeMap<(&[Code], &str), Defect> = BTreeMap::new();
        let mut alarms: BTreeMap<Code, Alarm> = BTreeMap::new();
        let mut judged = Vec::new();
        for case in set.cases().iter().filter(|case| half.holds(&case.row)) {
            report.photos += 1;
            let row = &case.row;
            let review = judge(&case.measurements, policy, &case.waivers);
            let verdict = review.verdict();
            let is_natural = natural.contains(&row.family);
            match row.expected {
                Expected::Accept => {
                    report.good.each(is_natural, |good| good.add(verdict));
                    for finding in review.findings() {
                        let code = finding.code();
                        let alarm = alarms.entry(code).or_insert(Alarm {
                            code,
                            referred: 0,
                            rejected: 0,
                        });
                        if finding.outcome() == Outcome::Reject {
                            alarm.rejected += 1;
                        } else {
                            alarm.referred += 1;
                        }
                    }
                }
                Expected::Reject => {
                    let unnamed = unnamed(row, &review);
                    let named = unnamed.len() < row.labels.len();
                    report.bad.each(is_natural, |bad| bad.add(verdict, named));
                    for label in &row.labels {
                        let key = (label.codes.as_slice(), label.name.as_str());
                        let defect = defects.entry(key).or_default();
                        let named = !unnamed.contains(&label.name);
                        let add = |hits: &mut Hits| hits.add(verdict, named);
                        defect.hits.each(is_natural, add);
                        add(defect.families.entry(row.family.clone()).or_default());
                        add(defect.kinds.entry(row.kind.clone()).or_default());
                        let may_have_sides = label.means == Some(Code::FaceCut);
                        for &side in row.sides.iter().filter(|_| may_have_sides) {
                            let named = review.findings().iter().any(|finding| {
                                finding.code() == Code::FaceCut && finding.sides().contains(&side)
                            });
                            defect.sides.entry(side).or_default().add(verdict, named);
                        }
                    }
                }
                Expected::Unclear => {
                    let names = row.labels.iter().map(|label| label.name.clone());
                    let bare = row.labels.is_empty().then(String::new);
                    for name in names.chain(bare) {
                        report.unclear.entry(name).or_default().add(verdict);
                    }
                }
            }
            report.misses.extend(miss(row, &review));
            judged.push((row, verdict));
        }
        let groups = by.iter().map(|column| Groups::new(column, &judged));
        report.groups = groups.collect();
        report.alarms = alarms.into_values().collect();
        let defects = defects.into_iter();
        report.defects = defects
            .map(|((codes, label), defect)| defect.of(label, codes))
            .collect();
        report.misses.sort_by_key(|miss| miss.wrong);
        report.curves = limit_pairs()
            .filter_map(|pair| Curve::new(set.cases(), half, policy, &pair))
            .collect();
        report
    }

    /// Good and bad photos without those that have no clear label.
    #[must_use]
    pub const fn scored(&self) -> usize {
        self.good.all.accepted.of + self.bad.all.caught.of
    }
}

impl Defect {
    /// The defect with its name and codes, and without breakdowns that say nothing new.
    fn of(mut self, label: &str, codes: &[Code]) -> Self {
        if self.families.len() == 1 {
            self.families.clear();
        }
        if self.kinds.len() == 1 || self.kinds.keys().eq(self.families.keys()) {
            self.kinds.clear();
        }
        Self {
            label: label.to_owned(),
            codes: codes.to_vec(),
            ..self
        }
    }
}

/// The labels that no finding matches.
fn unnamed(row: &Row, review: &Review) -> Vec<String> {
    let answered = |codes: &[Code]| {
        let mut findings = review.findings().iter();
        findings.any(|finding| codes.contains(&finding.code()))
    };
    let labels = row.labels.iter().filter(|label| !answered(&label.codes));
    labels.map(|label| label.name.clone()).collect()
}

fn miss(row: &Row, review: &Review) -> Option<Miss> {
    let all = || row.labels.iter().map(|label| label.name.clone()).collect();
    let (wrong, labels) = match (row.expected, review.verdict()) {
        (Expected::Accept, Verdict::Reject) => (Wrong::GoodRejected, Vec::new()),
        (Expected::Accept, Verdict::Refer) => (Wrong::GoodReferred, Vec::new()),
        (Expected::Reject, Verdict::Accept) => (Wrong::BadAccepted, all()),
        (Expected::Reject, _) => match unnamed(row, review) {
            unnamed if unnamed.is_empty() => return None,
            unnamed => (Wrong::NotNamed, unnamed),
        },
        (Expected::Accept, Verdict::Accept) | (Expected::Unclear, _) => return None,
    };
    Some(Miss {
        wrong,
        file: row.file.clone(),
        family: row.family.clone(),
        labels,
        verdict: review.verdict(),
        codes: review
            .findings()
            .iter()
            .map(|finding| finding.code())
            .collect(),
        note: row.note.clone(),
    })
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::manifest::Manifest;
    use crate::set::Measured;
    use crate::set::tests::{measured, set};

    pub(crate) fn report(manifest: &str, photos: Vec<Measured>) -> Report {
        let manifest = Manifest::parse(manifest).unwrap();
        let set = set(&manifest, Half::All, photos).unwrap();
        let natural = ["ai".to_owned()];
        Report::new(&set, Half::All, &Policy::my_number_card(), &natural, &[])
    }

    #[test]
    fn photos_are_counted_by_label_family_and_what_was_said() {
        let report = report(
            "file,verdict,defects,note\n\
             ai_1.png,reject,not_jpeg,\n\
             made_one_1.jpg,reject,corrupt;hat,\n\
             made_two_1.jpg,reject,hat,\n\
             good.jpg,accept,,\n\
             open.jpg,unclear,smile_teeth,\n\
             red.jpg,reject,face_cut,left edge gone\n",
            vec![
                measured("ai_1.png", true),
                measured("made_one_1.jpg", true),
                measured("made_two_1.jpg", false),
                measured("good.jpg", false),
                measured("open.jpg", true),
                measured("red.jpg", true),
            ],
        );
        let share = |count, of| Share { count, of };
        assert_eq!((report.photos, report.scored()), (6, 5));
        assert_eq!(report.good.all.referred, share(1, 1));
        assert_eq!(report.alarms[0].code, Code::FileUnreadable);
        assert_eq!(
            (report.alarms[0].referred, report.alarms[0].rejected),
            (1, 0)
        );
        assert_eq!(report.bad.natural.named, share(1, 1));
        assert_eq!(report.bad.made.caught, share(3, 3));
        assert_eq!(report.bad.made.rejected, share(2, 3));
        assert_eq!(report.bad.made.named, share(1, 3));
        assert_eq!(report.unclear["smile_teeth"].rejected, share(1, 1));

        let labels: Vec<_> = report.defects.iter().map(|d| d.label.as_str()).collect();
        assert_eq!(labels, ["corrupt", "not_jpeg", "face_cut", "hat"]);
        let hat = &report.defects[3];
        assert_eq!(hat.codes, [Code::HeadCovered]);
        assert_eq!(hat.hits.made.named, share(0, 2));
        assert!(hat.families.is_empty());
        let kinds: Vec<_> = hat.kinds.keys().collect();
        assert_eq!(kinds, ["made_one", "made_two"]);
        let (side, hits) = report.defects[2].sides.first_key_value().unwrap();
        assert_eq!(
            (*side, hits.caught, hits.named),
            (Side::Left, share(1, 1), share(0, 1))
        );

        let misses: Vec<_> = report
            .misses
            .iter()
            .map(|miss| (miss.wrong, miss.file.as_str(), miss.labels.join(";")))
            .collect();
        assert_eq!(
            misses,
            [
                (Wrong::GoodReferred, "good.jpg", String::new()),
                (Wrong::NotNamed, "made_one_1.jpg", "hat".to_owned()),
                (Wrong::NotNamed, "made_two_1.jpg", "hat".to_owned()),
                (Wrong::NotNamed, "red.jpg", "face_cut".to_owned()),
            ]
        );
    }
}
