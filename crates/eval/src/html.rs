//! The report as one self-contained page, without scripts and requests.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use shomei_verdict::{Lang, summary};

use crate::groups::{MIN_GROUP, Rate};
use crate::report::{Hits, Miss, Report, Split, Verdicts, Wrong};
use crate::stats::{Share, percent};
use crate::text::codes;

mod escape;
mod plot;

use escape::escape;

const CSS: &str = include_str!("html/page.css");

/// The page. `pictures` holds `data:` URIs by [`Miss::file`]; a photo without one is shown by
/// name only.
#[must_use]
pub fn html(report: &Report, pictures: &BTreeMap<String, String>) -> String {
    let mut page = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         img-src data:; style-src 'unsafe-inline'\">\n\
         <title>Shomei: evaluation</title>\n<style>\n{CSS}</style>\n</head>\n<body>\n\
         <h1>How right the reviews are</h1>\n\
         <p>{} photos: {} good, {} bad, {} for which the rules leave it open · subjects: {} · \
         policy <code>{}</code> ({})</p>\n",
        report.photos,
        report.good.all.accepted.of,
        report.bad.all.caught.of,
        report.photos - report.scored(),
        report.half.as_str(),
        escape(&report.policy),
        escape(&report.policy_hash),
    );
    tiles(report, &mut page);
    bad(report, &mut page);
    good(report, &mut page);
    groups(report, &mut page);
    families(report, &mut page);
    limits(report, &mut page);
    misses(report, pictures, &mut page);
    page + "</body>\n</html>\n"
}

fn tiles(report: &Report, page: &mut String) {
    let (good, bad) = (&report.good.all, &report.bad);
    *page += "<div class=\"tiles\">\n";
    for (title, share) in [
        ("good photos accepted", good.accepted),
        ("good photos referred", good.referred),
        ("good photos rejected", good.rejected),
        ("bad photos caught", bad.all.caught),
        ("bad photos rejected", bad.all.rejected),
        ("defect named", bad.all.named),
        ("caught, natural families", bad.natural.caught),
        ("caught, made families", bad.made.caught),
    ] {
        let (Some(ratio), Some((low, high))) = (share.ratio(), share.interval()) else {
            continue;
        };
        // Writing to a String cannot fail.
        let _ = writeln!(
            page,
            "<div class=\"tile\"><span>{title}</span><b>{} %</b><span>{} of {} · {}–{} %</span></div>",
            percent(ratio),
            share.count,
            share.of,
            percent(low),
            percent(high),
        );
    }
    *page += "</div>\n<p>Ranges are 95 % intervals (Wilson): what the share may be in truth, \
              from so many photos. They know nothing of how the photos were chosen.</p>\n";
}

/// A cell with a share; `least` is the target.
fn cell(share: Share, least: f64) -> String {
    let (Some(ratio), Some((low, high))) = (share.ratio(), share.interval()) else {
        return "<td>–</td>".to_owned();
    };
    format!(
        "<td{}>{} <small>{:.0}–{:.0}</small></td>",
        if ratio < least { " class=\"low\"" } else { "" },
        percent(ratio),
        low * 100.0,
        high * 100.0,
    )
}

/// The target for shares where higher is better. Cells below it are highlighted.
const HOPED: f64 = 0.98;

fn hits(hits: &Hits) -> String {
    format!(
        "<td>{}</td>{}{}{}",
        hits.caught.of,
        cell(hits.caught, HOPED),
        cell(hits.rejected, 0.0),
        cell(hits.named, HOPED),
    )
}

fn table(head: &[&str], rows: &str, page: &mut String) {
    let head: String = head
        .iter()
        .map(|title| match *title {
            // The only column of text but the first.
            "Code" => "<th class=\"left\">Code</th>".to_owned(),
            title => format!("<th>{title}</th>"),
        })
        .collect();
    let _ = write!(
        page,
        "<div class=\"wide\"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}</tbody></table></div>\n"
    );
}

fn parts<T>(split: &Split<T>) -> [(&'static str, &T); 3] {
    [
        ("all", &split.all),
        ("natural families", &split.natural),
        ("made families", &split.made),
    ]
}

fn bad(report: &Report, page: &mut String) {
    *page += "<h2>Bad photos, by defect</h2>\n<p>Caught: referred or rejected, for whatever \
              reason. Named: a right code is among the findings. Shares in per cent.</p>\n";
    let mut rows = String::new();
    for (name, part) in parts(&report.bad) {
        if part.caught.of > 0 {
            let _ = writeln!(
                rows,
                "<tr class=\"sum\"><td>{name}</td><td></td>{}<td></td><td></td></tr>",
                hits(part)
            );
        }
    }
    for defect in &report.defects {
        let title = match defect.codes[..] {
            [code] => summary(code, Lang::En).title,
            _ => "",
        };
        let count = |hits: &Hits| match hits.caught.of {
            0 => "<td>–</td>".to_owned(),
            of => format!("<td>{}/{of}</td>", hits.caught.count),
        };
        let _ = writeln!(
            rows,
            "<tr><td title=\"{}\">{}</td><td class=\"left\"><code>{}</code></td>{}{}{}</tr>",
            escape(title),
            escape(&defect.label),
            escape(&codes(defect)),
            hits(&defect.hits.all),
            count(&defect.hits.natural),
            count(&defect.hits.made),
        );
    }
    let head = [
        "Label",
        "Code",
        "n",
        "Caught",
        "Rejected",
        "Named",
        "Natural caught",
        "Made caught",
    ];
    table(&head, &rows, page);
}

fn verdicts(name: &str, verdicts: &Verdicts, least: f64) -> String {
    format!(
        "<tr><td>{}</td><td>{}</td>{}{}{}</tr>\n",
        escape(name),
        verdicts.accepted.of,
        cell(verdicts.accepted, least),
        cell(verdicts.referred, 0.0),
        cell(verdicts.rejected, 0.0),
    )
}

fn good(report: &Report, page: &mut String) {
    let head = ["", "n", "Accepted", "Referred", "Rejected"];
    *page += "<h2>Good photos</h2>\n";
    let mut rows = String::new();
    for (name, part) in parts(&report.good) {
        if part.accepted.of > 0 {
            rows += &verdicts(name, part, HOPED);
        }
    }
    table(&head, &rows, page);
    if !report.alarms.is_empty() {
        *page += "<h3>Findings of good photos</h3>\n";
        let mut rows = String::new();
        for alarm in &report.alarms {
            let _ = writeln!(
                rows,
                "<tr><td><code>{}</code></td><td>{}</td><td>{}</td></tr>",
                alarm.code, alarm.referred, alarm.rejected
            );
        }
        table(&["Code", "Referred", "Rejected"], &rows, page);
    }
    if !report.unclear.is_empty() {
        *page += "<h3>Photos for which the rules leave the verdict open (not scored)</h3>\n";
        let name = |label: &str| if label.is_empty() { "no label" } else { label }.to_owned();
        let rows: String = report
            .unclear
            .iter()
            .map(|(label, unclear)| verdicts(&name(label), unclear, 0.0))
            .collect();
        table(&head, &rows, page);
    }
}

fn groups(report: &Report, page: &mut String) {
    if report.groups.is_empty() {
        return;
    }
    let _ = writeln!(
        page,
        "<h2>Groups</h2>\n<p>Bothered: good photos that were not accepted. Missed: bad photos that \
         were accepted. Shares in per cent. A group with fewer than {MIN_GROUP} photos is too small \
         for a statement; its number has a star, and no gap is measured to it. The two groups of a \
         gap are those that are furthest apart, so with many groups some gap is to be expected by \
         chance.</p>"
    );
    let head = [
        "", "Good", "Bothered", "Rejected", "Referred", "Bad", "Missed",
    ];
    for by in &report.groups {
        let _ = writeln!(page, "<h3>By {}</h3>", escape(&by.column));
        let mut rows = String::new();
        for group in &by.groups {
            let [bothered, rejected, referred, missed] =
                Rate::ALL.map(|rate| cell(group.share(rate), 0.0));
            let star = |few| if few { "*" } else { "" };
            let _ = writeln!(
                rows,
                "<tr><td>{}</td><td>{}{}</td>{bothered}{rejected}{referred}<td>{}{}</td>{missed}</tr>",
                escape(group.name()),
                group.bothered.of,
                star(group.few_good),
                group.missed.of,
                star(group.few_bad),
            );
        }
        table(&head, &rows, page);
        for gap in &by.gaps {
            let _ = writeln!(page, "<p>{}</p>", escape(&gap.to_string()));
        }
        if by.gaps.is_empty() {
            *page += "<p>No gap: fewer than two groups are large enough.</p>\n";
        }
    }
}

fn families(report: &Report, page: &mut String) {
    *page += "<h2>Families, kinds and sides</h2>\n";
    let _ = writeln!(
        page,
        "<p>A family says how a photo was made; a kind is its file name without numbers. Natural \
         families: {}. All others were made to have the defect. A check looks better on them if \
         it fits the way they were made.</p>",
        escape(&report.natural.join(", "))
    );
    let head = ["", "n", "Caught", "Rejected", "Named"];
    for defect in &report.defects {
        let mut rows = String::new();
        let kinds = defect.kinds.iter();
        let kinds = kinds.filter(|(name, hits)| defect.families.get(*name) != Some(*hits));
        for (name, counts) in defect.families.iter().chain(kinds) {
            let _ = writeln!(rows, "<tr><td>{}</td>{}</tr>", escape(name), hits(counts));
        }
        for (side, counts) in &defect.sides {
            let side = format!("{side:?}").to_lowercase();
            let _ = writeln!(rows, "<tr><td>cut side: {side}</td>{}</tr>", hits(counts));
        }
        if rows.is_empty() {
            continue;
        }
        let weak = |hits: &Hits| hits.caught.count < hits.caught.of;
        let open = defect
            .families
            .iter()
            .chain(&defect.kinds)
            .any(|(_, hits)| weak(hits));
        let _ = writeln!(
            page,
            "<details{}><summary>{}: {} photos</summary>",
            if open { " open" } else { "" },
            escape(&defect.label),
            defect.hits.all.caught.of
        );
        table(&head, &rows, page);
        *page += "</details>\n";
    }
}

fn limits(report: &Report, page: &mut String) {
    if report.curves.is_empty() {
        return;
    }
    let mark = |mark: String| format!("<svg viewBox=\"-6 -6 12 12\">{mark}</svg>");
    let _ = writeln!(
        page,
        "<h2>Limits: missed defects and refused good photos</h2>\n\
         <p class=\"key\">Each figure shows the errors of one limit for all its possible values \
         (detection error trade-off; both axes use square roots). The nearer to the lower left \
         corner, the better. {} equal error rate, {} the limit that refers, {} the limit that \
         rejects. If a check has several limits, a photo that another limit catches counts as \
         missed here.</p>\n<div class=\"plots\">",
        mark(plot::eer_mark(0.0, 0.0)),
        mark(plot::refer_mark(0.0, 0.0)),
        mark(plot::reject_mark(0.0, 0.0)),
    );
    for curve in &report.curves {
        *page += &plot::figure(curve);
    }
    *page += "</div>\n";
}

fn misses(report: &Report, pictures: &BTreeMap<String, String>, page: &mut String) {
    *page += "<h2>Wrong verdicts</h2>\n";
    for wrong in Wrong::ALL {
        let all = || report.misses.iter().filter(|miss| miss.wrong == wrong);
        if all().next().is_none() {
            continue;
        }
        let mut title = wrong.title().to_owned();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        let _ = writeln!(
            page,
            "<h3>{title} ({})</h3>\n<div class=\"cards\">",
            all().count()
        );
        for miss in all() {
            card(miss, pictures.get(&miss.file), page);
        }
        *page += "</div>\n";
    }
    if report.misses.is_empty() {
        *page += "<p>Nothing.</p>\n";
    }
}

fn card(miss: &Miss, picture: Option<&String>, page: &mut String) {
    *page += "<div class=\"card\">";
    let _ = match picture {
        Some(uri) => write!(page, "<img alt=\"\" src=\"{}\">", escape(uri)),
        None => write!(page, "<span class=\"none\">no picture</span>"),
    };
    let expected = match miss.wrong {
        Wrong::GoodRejected | Wrong::GoodReferred => "a good photo".to_owned(),
        Wrong::BadAccepted => format!("has {}", miss.labels.join(", ")),
        Wrong::NotNamed => format!("not named: {}", miss.labels.join(", ")),
    };
    let codes: Vec<_> = miss.codes.iter().map(|code| code.as_str()).collect();
    let verdict = miss.verdict.as_str();
    let _ = writeln!(
        page,
        "<div><code>{}</code></div><div>{}</div><div><span class=\"{verdict}\">{verdict}</span> \
         {}</div><div class=\"dim\">{}</div></div>",
        escape(&miss.file),
        escape(&expected),
        escape(&codes.join(", ")),
        escape(&miss.note),
    );
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::report;
    use crate::set::tests::measured;
    use crate::text::human;

    #[test]
    fn names_and_notes_are_text_and_nothing_more() {
        let hostile = "<script>alert('x')</script>\"&\u{202e}\u{1b}[31m.jpg";
        let quoted = hostile.replace('"', "\"\"");
        let file = quoted.replace("</", "<");
        let manifest = format!(
            "file,verdict,defects,note,family\n\
             \"{file}\",accept,,\"{quoted}\",ai\nb.jpg,reject,hat,,\"{quoted}\"\n\
             c.jpg,reject,hat,,c\n"
        );
        let id = hostile.replace("</", "<");
        let records = vec![
            measured(&id, true),
            measured("b.jpg", true),
            measured("c.jpg", true),
        ];
        let mut report = report(&manifest, records);
        report.natural.push(hostile.to_owned());
        let pictures = BTreeMap::from([(id, "data:\" onload=\"x".to_owned())]);
        let page = html(&report, &pictures);
        for raw in ["<script", "alert('x')", "\" onload", "\u{202e}", "\u{1b}"] {
            assert!(!page.contains(raw), "{raw:?}");
        }
        assert!(page.matches("&lt;script&gt;").count() >= 4, "{page}");
        assert!(!human(&report).contains('\u{1b}'), "{}", human(&report));
    }

    #[test]
    fn the_page_needs_nothing_beside_it() {
        let manifest = "file,verdict,defects\na.jpg,accept,\n";
        let page = html(
            &report(manifest, vec![measured("a.jpg", true)]),
            &BTreeMap::new(),
        );
        for outside in ["http:", "https:", "url(", "<script", "<link", "src="] {
            assert!(!page.contains(outside), "{outside}");
        }
        for tag in ["html", "head", "body", "table", "div", "p", "details"] {
            let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
            let opened = page.match_indices(&open).filter(|(at, _)| {
                let next = page[at + open.len()..].chars().next();
                next.is_some_and(|c| c == '>' || c == ' ')
            });
            assert_eq!(opened.count(), page.matches(&close).count(), "{tag}");
        }
        assert!(page.contains("prefers-color-scheme: dark"));
    }
}
