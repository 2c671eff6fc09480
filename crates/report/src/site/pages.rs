//! The two pages, from their templates.

use askama::Template;
use shomei_verdict::{Code, Direction, Lang, Verdict, summary as about};

use super::words::{self, Words, words};
use super::{Measured, Site};

/// Width and height of a figure's bars, in its own units.
const WIDTH: f64 = 300.0;
const HEIGHT: f64 = 90.0;
/// The limit of bars in a figure.
const BARS: u32 = 40;

#[derive(Template)]
#[template(path = "summary.html")]
struct Summary<'a> {
    w: Words,
    lang: &'static str,
    other: &'static str,
    policies: &'a [String],
    photos: u64,
    verdicts: [Tile; 3],
    work: Option<(String, String)>,
    gone: u64,
    unreadable: u64,
    reasons: Vec<Row>,
    figures: Vec<Figure>,
}

struct Tile {
    name: &'static str,
    title: &'static str,
    count: u64,
    percent: String,
}

struct Row {
    code: &'static str,
    title: &'static str,
    numbers: [u64; 5],
    /// Percent, for the bar beside the number.
    share: String,
}

struct Figure {
    code: &'static str,
    name: String,
    title: &'static str,
    unit: &'static str,
    bars: Vec<Rect>,
    marks: Vec<Mark>,
    low: String,
    high: String,
    limits: String,
    beyond: u64,
    mixed: bool,
}

struct Rect {
    x: String,
    y: String,
    width: String,
    height: String,
    label: String,
}

struct Mark {
    class: &'static str,
    x: String,
}

/// The page of counts and measurements.
pub(super) fn summary(site: &Site, lang: Lang) -> Result<String, askama::Error> {
    let w = words(lang);
    let total = site.counts.total();
    let tile = |name: Verdict, title, count| Tile {
        name: name.as_str(),
        title,
        count,
        percent: percent(count, total.photos),
    };
    let reasons = site.counts.reasons();
    let row = |&(code, counts): &(Code, crate::counts::Reasons)| Row {
        code: code.as_str(),
        title: about(code, lang).title,
        numbers: [
            counts.photos,
            counts.rejected,
            counts.referred,
            counts.unable,
            counts.alone,
        ],
        share: percent(counts.photos, reasons.first().map_or(1, |(_, c)| c.photos)),
    };
    #[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
    let mean = site.millis_sum / site.timed as f64;
    let work = (site.timed > 0 && mean > 0.0)
        .then(|| (format!("{mean:.0} ms"), format!("{:.1}", 1000.0 / mean)));
    Summary {
        lang: lang.as_str(),
        other: other(lang).as_str(),
        policies: &site.policies,
        photos: total.photos,
        verdicts: [
            tile(Verdict::Accept, w.accepted, total.accepted),
            tile(Verdict::Refer, w.referred, total.referred),
            tile(Verdict::Reject, w.rejected, total.rejected),
        ],
        work,
        gone: site.gone,
        unreadable: site.unreadable,
        reasons: reasons.iter().map(row).collect(),
        figures: site
            .measured
            .iter()
            .filter_map(|measured| figure(measured, lang))
            .collect(),
        w,
    }
    .render()
}

#[derive(Template)]
#[template(path = "gallery.html")]
struct Gallery {
    w: Words,
    lang: &'static str,
    other: &'static str,
    verdicts: [(&'static str, &'static str); 3],
    reasons: Vec<(&'static str, &'static str, u64)>,
    gone: u64,
}

/// The page that shows the photos.
pub(super) fn gallery(site: &Site, lang: Lang) -> Result<String, askama::Error> {
    let w = words(lang);
    let reasons = site.counts.reasons();
    Gallery {
        lang: lang.as_str(),
        other: other(lang).as_str(),
        verdicts: [
            (Verdict::Reject.as_str(), w.rejected),
            (Verdict::Refer.as_str(), w.referred),
            (Verdict::Accept.as_str(), w.accepted),
        ],
        reasons: reasons
            .iter()
            .map(|&(code, counts)| (code.as_str(), about(code, lang).title, counts.photos))
            .collect(),
        gone: site.gone,
        w,
    }
    .render()
}

const fn other(lang: Lang) -> Lang {
    match lang {
        Lang::Ja => Lang::En,
        Lang::En => Lang::Ja,
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn percent(count: u64, of: u64) -> String {
    format!("{:.1}", 100.0 * count as f64 / of.max(1) as f64)
}

/// The figure of one quantity; `None` if no photo has a value on its scale.
fn figure(measured: &Measured, lang: Lang) -> Option<Figure> {
    let limits = measured.limits?;
    let marks = [
        ("at-refer", Some(limits.refer)),
        ("at-reject", limits.reject),
    ]
    .into_iter()
    .filter_map(|(class, value)| Some((class, value?)));
    let at: Vec<f64> = marks.clone().map(|(_, value)| value).collect();
    let bars = measured.values.bars(&at, BARS);
    let (low, high) = (bars.first()?.low, bars.last()?.high);
    let most = bars.iter().map(|bar| bar.count).max().filter(|&n| n > 0)?;
    let x = |value: f64| (value - low) / (high - low) * WIDTH;
    #[expect(clippy::cast_precision_loss, reason = "the height of a bar")]
    let height = |count: u64| (count as f64 / most as f64).sqrt() * HEIGHT;
    let pair = &measured.pair;
    let sign = match pair.direction {
        Direction::Above => ">",
        Direction::Below => "<",
    };
    let limits: Vec<_> = marks
        .clone()
        .map(|(_, value)| format!("{sign} {}", number(value)))
        .collect();
    Some(Figure {
        code: pair.code.as_str(),
        name: pair.name.replace('_', " "),
        title: about(pair.code, lang).title,
        unit: words::unit(pair.unit, lang),
        bars: bars
            .iter()
            .filter(|bar| bar.count > 0)
            .map(|bar| Rect {
                x: format!("{:.1}", x(bar.low)),
                y: format!("{:.1}", HEIGHT - height(bar.count)),
                width: format!("{:.1}", (x(bar.high) - x(bar.low) - 0.6).max(0.8)),
                height: format!("{:.1}", height(bar.count)),
                label: format!("{}–{}: {}", number(bar.low), number(bar.high), bar.count),
            })
            .collect(),
        marks: marks
            .map(|(class, value)| Mark {
                class,
                x: format!("{:.1}", x(value)),
            })
            .collect(),
        low: number(low),
        high: number(high),
        limits: limits.join(", "),
        beyond: measured.values.below + measured.values.above,
        mixed: measured.mixed,
    })
}

/// Three digits, or all digits before the point.
fn number(value: f64) -> String {
    let decimals = match value.abs() {
        v if v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    if decimals == 0 {
        return text;
    }
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short() {
        for (value, text) in [
            (0.0, "0"),
            (0.12345, "0.123"),
            (-0.5, "-0.5"),
            (1.0, "1"),
            (12.34, "12.3"),
            (480.0, "480"),
            (7_000_000.0, "7000000"),
        ] {
            assert_eq!(number(value), text);
        }
    }
}
