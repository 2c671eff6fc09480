//! The report as text.

use std::fmt::Write as _;
use std::iter;

use shomei_verdict::Verdict;

use crate::calibrate::{Proposal, balance};
use crate::curve::Errors;
use crate::groups::{Groups, MIN_GROUP, Rate};
use crate::report::{Defect, Hits, Report, Split, Verdicts, Wrong};
use crate::set::Set;
use crate::stats::{Share, limit, percent};

/// The report for people: its [`tables`], and each photo that was judged wrongly.
#[must_use]
pub fn human(report: &Report) -> String {
    let mut text = tables(report);
    misses(report, &mut text);
    text
}

/// The proposals, and the sizes of the halves.
#[must_use]
pub fn calibration(proposal: &Proposal, set: &Set) -> String {
    let mut halves = Table::new(["HALVES", "calibrate", "report"]);
    for (name, counts) in balance(set) {
        let counts = counts.map(|count| count.to_string());
        halves.row(iter::once(name.to_owned()).chain(counts));
    }
    let mut table = Table::new([
        "PROPOSED", "refer", "reject", "good", "98 % to", "worst", "bad", "2 % to", "half to",
        "gap", "EER %",
    ]);
    let change = |before: Option<f64>, after: Option<f64>| {
        let [before, after] = [before, after].map(limit);
        if before == after {
            after
        } else {
            format!("{before} → {after}")
        }
    };
    for found in &proposal.limits {
        table.row([
            found.pair.title(),
            change(Some(found.before.refer), Some(found.after.refer)),
            change(found.before.reject, found.after.reject),
            found.negatives.to_string(),
            limit(Some(found.good_98)),
            limit(Some(found.good_worst)),
            found.positives.to_string(),
            limit(Some(found.bad_2)),
            limit(Some(found.bad_median)),
            if found.separated { "yes" } else { "no" }.to_owned(),
            percent(found.eer_ratio),
        ]);
    }
    format!("{halves}\n{table}")
}

/// The numbers for people. Ends with a line break.
#[must_use]
pub fn tables(report: &Report) -> String {
    let mut text = format!(
        "{} photos: {} good, {} bad, {} unclear · subjects: {} · policy {} ({})\n\
         In brackets: 95 % interval (Wilson). Natural families: {}\n",
        report.photos,
        report.good.all.accepted.of,
        report.bad.all.caught.of,
        report.photos - report.scored(),
        report.half.as_str(),
        report.policy,
        report.policy_hash,
        printable(&report.natural.join(", ")),
    );
    let all = [
        good(report),
        bad(report),
        sides(report),
        kinds(report),
        limits(report),
    ];
    for table in all.into_iter().flatten() {
        text += "\n";
        text += &table.to_string();
    }
    for by in &report.groups {
        text += "\n";
        groups(by, &mut text);
    }
    text
}

/// Columns of text: the first to the left, the others to the right.
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(header: [&str; N]) -> Self {
        Self {
            rows: vec![header.map(str::to_owned).to_vec()],
        }
    }

    fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let printable = cells.into_iter().map(|cell| printable(&cell));
        self.rows.push(printable.collect());
    }

    fn unless_empty(self) -> Option<Self> {
        (self.rows.len() > 1).then_some(self)
    }
}

impl std::fmt::Display for Table {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            let widths = cells.map(|cell: &String| cell.chars().count());
            widths.max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..columns).map(width).collect();
        for row in &self.rows {
            let mut line = String::new();
            for (at, (cell, &width)) in row.iter().zip(&widths).enumerate() {
                if at == 0 {
                    write!(line, "{cell:width$}")?;
                } else {
                    write!(line, "  {cell:>width$}")?;
                }
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// `98.2 [95.1–99.4]`, in per cent.
fn rate(share: Share) -> String {
    let (Some(ratio), Some((low, high))) = (share.ratio(), share.interval()) else {
        return "–".to_owned();
    };
    format!(
        "{} [{:.0}–{:.0}]",
        percent(ratio),
        low * 100.0,
        high * 100.0
    )
}

fn parts<T: Copy>(split: &Split<T>) -> [(&'static str, T); 3] {
    [
        ("all", split.all),
        ("natural", split.natural),
        ("made", split.made),
    ]
}

fn verdicts(name: &str, verdicts: Verdicts) -> [String; 5] {
    [
        name.to_owned(),
        verdicts.accepted.of.to_string(),
        rate(verdicts.accepted),
        rate(verdicts.referred),
        rate(verdicts.rejected),
    ]
}

fn good(report: &Report) -> Option<Table> {
    let mut table = Table::new(["GOOD PHOTOS", "n", "accepted %", "referred %", "rejected %"]);
    for (name, good) in parts(&report.good) {
        if good.accepted.of > 0 {
            table.row(verdicts(name, good));
        }
    }
    for alarm in &report.alarms {
        let (referred, rejected) = (alarm.referred, alarm.rejected);
        let counts = [referred, rejected].map(|count| count.to_string());
        let cells = [format!("  by {}", alarm.code), String::new(), String::new()];
        table.row(cells.into_iter().chain(counts));
    }
    for (label, unclear) in &report.unclear {
        let name = if label.is_empty() { "no label" } else { label };
        table.row(verdicts(&format!("unclear: {name}"), *unclear));
    }
    table.unless_empty()
}

fn hits(name: String, codes: String, hits: Hits) -> Vec<String> {
    let n = hits.caught.of.to_string();
    let rates = [hits.caught, hits.rejected, hits.named].map(rate);
    [name, codes, n].into_iter().chain(rates).collect()
}

/// The codes of a label, shortened.
pub(crate) fn codes(defect: &Defect) -> String {
    match &defect.codes[..] {
        [] => "(none in this build)".to_owned(),
        [code] => code.to_string(),
        [first, second] => format!("{first}, {second}"),
        [first, ..] => format!("{first}, …"),
    }
}

fn bad(report: &Report) -> Option<Table> {
    let mut table = Table::new([
        "BAD PHOTOS",
        "code",
        "n",
        "caught %",
        "rejected %",
        "named %",
        "natural caught",
        "made caught",
    ]);
    for (name, bad) in parts(&report.bad) {
        if bad.caught.of > 0 {
            table.row(hits(name.to_owned(), String::new(), bad));
        }
    }
    for defect in &report.defects {
        let mut row = hits(defect.label.clone(), codes(defect), defect.hits.all);
        if defect.codes.is_empty() {
            row[5] = "–".to_owned();
        }
        for part in [defect.hits.natural, defect.hits.made] {
            row.push(match part.caught.of {
                0 => "–".to_owned(),
                of => format!("{}/{of}", part.caught.count),
            });
        }
        table.row(row);
    }
    table.unless_empty()
}

fn sides(report: &Report) -> Option<Table> {
    let mut table = Table::new(["BY SIDE", "", "n", "caught %", "rejected %", "side named %"]);
    for defect in &report.defects {
        for (side, counts) in &defect.sides {
            let side = format!("{side:?}").to_lowercase();
            table.row(hits(defect.label.clone(), side, *counts));
        }
    }
    table.unless_empty()
}

/// Families of a made defect often differ only in a number. The text leaves out kinds smaller than
/// this, unless one of their photos was judged wrongly; the other formats have them.
const MIN_KIND: usize = 2;

fn kinds(report: &Report) -> Option<Table> {
    let mut table = Table::new(["BY KIND", "", "n", "caught", "rejected", "named"]);
    for defect in &report.defects {
        let rows = if defect.kinds.is_empty() {
            &defect.families
        } else {
            &defect.kinds
        };
        for (kind, hits) in rows {
            let Share { count, of } = hits.caught;
            if of < MIN_KIND && count == of && hits.named.count == of {
                continue;
            }
            let counts = [of, count, hits.rejected.count, hits.named.count];
            let counts = counts.map(|count| count.to_string());
            let names = [defect.label.clone(), kind.clone()];
            table.row(names.into_iter().chain(counts));
        }
    }
    table.unless_empty()
}

fn groups(by: &Groups, text: &mut String) {
    let title = printable(&format!("BY {}", by.column));
    let mut table = Table::new([
        &title,
        "good",
        "bothered %",
        "rejected %",
        "referred %",
        "bad",
        "missed %",
    ]);
    let counted = |count: usize, few| format!("{count}{}", if few { "*" } else { " " });
    for group in &by.groups {
        let [bothered, rejected, referred, missed] = Rate::ALL.map(|of| rate(group.share(of)));
        table.row([
            group.name().to_owned(),
            counted(group.bothered.of, group.few_good),
            bothered,
            rejected,
            referred,
            counted(group.missed.of, group.few_bad),
            missed,
        ]);
    }
    *text += &table.to_string();
    // Writing to a String cannot fail.
    if by
        .groups
        .iter()
        .any(|group| group.few_good || group.few_bad)
    {
        let _ = writeln!(
            text,
            "* fewer than {MIN_GROUP} photos: too few for a statement, and for the gaps"
        );
    }
    for gap in &by.gaps {
        let _ = writeln!(text, "{}", printable(&gap.to_string()));
    }
    let uncompared = Rate::ALL.iter().filter(|rate| !by.compares(**rate));
    let uncompared: Vec<_> = uncompared.map(|rate| rate.title()).collect();
    if !uncompared.is_empty() {
        let uncompared = uncompared.join(", ");
        let _ = writeln!(
            text,
            "no gap, since fewer than two groups are large enough: {uncompared}"
        );
    }
}

fn limits(report: &Report) -> Option<Table> {
    let mut table = Table::new([
        "LIMITS", "bad", "good", "EER %", "refer", "missed %", "alarms %", "reject", "missed %",
        "alarms %",
    ]);
    for curve in &report.curves {
        let at = |value: Option<f64>, errors: Option<Errors>| {
            let of = |ratio: fn(&Errors) -> f64| errors.as_ref().map(ratio).map(percent);
            let shares = [of(|at| at.miss_ratio), of(|at| at.alarm_ratio)];
            let [missed, alarms] = shares.map(|share| share.unwrap_or_else(|| "–".to_owned()));
            [limit(value), missed, alarms]
        };
        let first = [
            curve.pair.title(),
            curve.positives.to_string(),
            curve.negatives.to_string(),
            percent(curve.eer_ratio),
        ];
        let refer = at(Some(curve.limits.refer), curve.at_refer);
        let reject = at(curve.limits.reject, curve.at_reject);
        table.row(first.into_iter().chain(refer).chain(reject));
    }
    table.unless_empty()
}

fn misses(report: &Report, text: &mut String) {
    for wrong in Wrong::ALL {
        let misses = report.misses.iter().filter(|miss| miss.wrong == wrong);
        let misses: Vec<_> = misses.collect();
        if misses.is_empty() {
            continue;
        }
        let (title, count) = (wrong.title().to_uppercase(), misses.len());
        // Writing to a String cannot fail.
        let _ = writeln!(text, "\n{title} ({count})");
        for miss in misses {
            let codes: Vec<_> = miss.codes.iter().map(|code| code.as_str()).collect();
            let mut line = format!("  {}", printable(&miss.file));
            if !miss.labels.is_empty() {
                line += &format!("  {}", miss.labels.join(";"));
            }
            if miss.verdict != Verdict::Accept {
                line += &format!("  → {}: {}", miss.verdict, codes.join(", "));
            }
            let _ = writeln!(text, "{line}");
        }
    }
}

/// The name without characters that break the line or control the terminal.
fn printable(name: &str) -> String {
    name.replace(char::is_control, "�")
}
