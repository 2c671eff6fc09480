//! Good photos bothered and bad ones missed, by group: whether the reviews treat all alike.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;
use shomei_verdict::Verdict;

use crate::manifest::{Column, Expected, Row};
use crate::stats::{Difference, Share};

/// With fewer photos than this, a group is too small for a statement. It is listed, but no gap is
/// measured to it.
pub const MIN_GROUP: usize = 20;

/// The rates by the values of one of the manifest's columns.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Groups {
    /// The column.
    pub column: String,
    /// One for each value of the column, in alphabetical order; the empty cells first.
    pub groups: Vec<Group>,
    /// The largest gap of each rate, if two groups are large enough.
    pub gaps: Vec<Gap>,
}

/// The photos with one value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// The value; `None` if the cell is empty.
    pub value: Option<String>,
    /// Good photos that were not accepted.
    pub bothered: Share,
    /// Good photos that were rejected.
    pub rejected: Share,
    /// Good photos that were referred.
    pub referred: Share,
    /// Whether these are too few good photos for a statement ([`MIN_GROUP`]).
    pub few_good: bool,
    /// Bad photos that were accepted.
    pub missed: Share,
    /// Whether these are too few bad photos for a statement ([`MIN_GROUP`]).
    pub few_bad: bool,
}

/// A rate that is compared between groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
#[serde(rename_all = "snake_case")]
pub enum Rate {
    /// Good photos that were not accepted.
    Bothered,
    /// Good photos that were rejected.
    Rejected,
    /// Good photos that were referred.
    Referred,
    /// Bad photos that were accepted.
    Missed,
}

/// The largest difference of a rate between two groups that are large enough.
///
/// The interval is that of these two groups. The pair was chosen because it is the largest, so with
/// many groups some gap is to be expected by chance.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Gap {
    /// The rate.
    pub rate: Rate,
    /// The group with the highest rate.
    pub highest: Option<String>,
    /// The group with the lowest rate.
    pub lowest: Option<String>,
    /// How far apart they are.
    #[serde(flatten)]
    pub difference: Difference,
}

/// For people, in points of per cent: `largest gap of good photos rejected: 3.1 points [-1.2–8.4], dark
/// above light`.
impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [points, low, high] = [
            self.difference.ratio,
            self.difference.low_ratio,
            self.difference.high_ratio,
        ]
        .map(|ratio| ratio * 100.0);
        let title = self.rate.title();
        write!(
            f,
            "largest gap of {title}: {points:.1} points [{low:.1} to {high:.1}]"
        )?;
        if self.difference.ratio <= 0.0 {
            return write!(f, ", all groups alike");
        }
        let [highest, lowest] = [&self.highest, &self.lowest].map(|value| name(value.as_deref()));
        write!(f, ", {highest} above {lowest}")
    }
}

impl Rate {
    /// All, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Bothered, Self::Rejected, Self::Referred, Self::Missed];

    /// A short title.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Bothered => "good photos bothered",
            Self::Rejected => "good photos rejected",
            Self::Referred => "good photos referred",
            Self::Missed => "bad photos missed",
        }
    }
}

impl Groups {
    pub(crate) fn new(column: &Column, judged: &[(&Row, Verdict)]) -> Self {
        let mut groups: BTreeMap<&str, Group> = BTreeMap::new();
        for (row, verdict) in judged {
            let group = groups.entry(column.of(row)).or_default();
            match row.expected {
                Expected::Accept => {
                    group.bothered.add(*verdict != Verdict::Accept);
                    group.rejected.add(*verdict == Verdict::Reject);
                    group.referred.add(*verdict == Verdict::Refer);
                }
                Expected::Reject => group.missed.add(*verdict == Verdict::Accept),
                Expected::Unclear => {}
            }
        }
        let named = |(value, group): (&str, Group)| Group {
            value: (!value.is_empty()).then(|| value.to_owned()),
            few_good: group.bothered.of < MIN_GROUP,
            few_bad: group.missed.of < MIN_GROUP,
            ..group
        };
        let groups: Vec<_> = groups.into_iter().map(named).collect();
        Self {
            column: column.name().to_owned(),
            gaps: Rate::ALL
                .into_iter()
                .filter_map(|rate| Gap::new(rate, &groups))
                .collect(),
            groups,
        }
    }
}

impl Groups {
    /// Whether two groups are large enough to compare the rate.
    #[must_use]
    pub fn compares(&self, rate: Rate) -> bool {
        self.gaps.iter().any(|gap| gap.rate == rate)
    }
}

impl Group {
    /// Its photos, of all that the rate is about.
    #[must_use]
    pub const fn share(&self, rate: Rate) -> Share {
        match rate {
            Rate::Bothered => self.bothered,
            Rate::Rejected => self.rejected,
            Rate::Referred => self.referred,
            Rate::Missed => self.missed,
        }
    }

    /// Its value for people.
    #[must_use]
    pub fn name(&self) -> &str {
        name(self.value.as_deref())
    }
}

/// How the group of a value is called.
pub(crate) fn name(value: Option<&str>) -> &str {
    value.unwrap_or("(empty cell)")
}

impl Gap {
    fn new(rate: Rate, groups: &[Group]) -> Option<Self> {
        let enough = |group: &&Group| group.share(rate).of >= MIN_GROUP;
        let mut groups: Vec<_> = groups.iter().filter(enough).collect();
        let ratio = |group: &Group| group.share(rate).ratio().unwrap_or(0.0);
        groups.sort_by(|a, b| ratio(a).total_cmp(&ratio(b)));
        let [lowest, .., highest] = groups[..] else {
            return None;
        };
        Some(Self {
            rate,
            highest: highest.value.clone(),
            lowest: lowest.value.clone(),
            difference: highest.share(rate).minus(lowest.share(rate))?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Manifest;

    /// A manifest with photos of each group: so many good and bad ones.
    fn manifest(groups: &[(&str, usize, usize)]) -> Manifest {
        let mut text = "file,verdict,defects, skin \n".to_owned();
        for (group, good, bad) in groups {
            let photo = |verdict: &str, number| {
                let defects = if verdict == "reject" { "hat" } else { "" };
                format!("{group}{verdict}{number}.jpg,{verdict},{defects},{group}\n")
            };
            text.extend((0..*good).map(|number| photo("accept", number)));
            text.extend((0..*bad).map(|number| photo("reject", number)));
        }
        text += "open.jpg,unclear,,dark\n";
        Manifest::parse(&text).unwrap()
    }

    #[test]
    fn groups_are_compared_where_they_are_large_enough() {
        let manifest = manifest(&[("light", 40, 20), ("dark", 20, 25), ("", 3, 1)]);
        // Of each group: two good photos rejected, one referred, four bad ones accepted.
        let judged: Vec<_> = manifest
            .rows()
            .iter()
            .map(|row| {
                let number = row.file.trim_matches(|c: char| !c.is_ascii_digit());
                let verdict = match (row.expected, number.parse().unwrap_or(99)) {
                    (Expected::Accept, 0..2) => Verdict::Reject,
                    (Expected::Accept, 2) => Verdict::Refer,
                    (Expected::Accept, _) | (Expected::Reject, 0..4) => Verdict::Accept,
                    _ => Verdict::Reject,
                };
                (row, verdict)
            })
            .collect();
        let found = Groups::new(&manifest.column("skin").unwrap(), &judged);
        let share = |count, of| Share { count, of };
        let row = |group: &Group| {
            let shares = Rate::ALL.map(|rate| group.share(rate));
            (
                group.name().to_owned(),
                shares,
                group.few_good,
                group.few_bad,
            )
        };
        let rows: Vec<_> = found.groups.iter().map(row).collect();
        let empty = [share(3, 3), share(2, 3), share(1, 3), share(1, 1)];
        let dark = [share(3, 20), share(2, 20), share(1, 20), share(4, 25)];
        let light = [share(3, 40), share(2, 40), share(1, 40), share(4, 20)];
        assert_eq!(
            rows,
            [
                ("(empty cell)".to_owned(), empty, true, true),
                ("dark".to_owned(), dark, false, false),
                ("light".to_owned(), light, false, false),
            ]
        );
        let gaps: Vec<_> = found
            .gaps
            .iter()
            .map(|gap| (gap.rate, gap.highest.as_deref(), gap.difference.ratio))
            .collect();
        assert_eq!(
            gaps.iter()
                .map(|(rate, who, _)| (*rate, *who))
                .collect::<Vec<_>>(),
            [
                (Rate::Bothered, Some("dark")),
                (Rate::Rejected, Some("dark")),
                (Rate::Referred, Some("dark")),
                (Rate::Missed, Some("light")),
            ]
        );
        for ((.., ratio), expected) in gaps.iter().zip([0.075, 0.05, 0.025, 0.04]) {
            assert!((ratio - expected).abs() < 1e-12, "{ratio}");
        }
    }

    #[test]
    fn one_large_group_is_compared_with_none() {
        let manifest = manifest(&[("light", 19, 20), ("dark", 20, 19)]);
        let all = manifest.rows().iter();
        let judged: Vec<_> = all.map(|row| (row, Verdict::Accept)).collect();
        let found = Groups::new(&manifest.column("skin").unwrap(), &judged);
        assert_eq!(found.gaps, []);
        let families = Groups::new(&manifest.column("family").unwrap(), &judged);
        assert!(families.groups.iter().all(|group| group.value.is_some()));
    }
}
