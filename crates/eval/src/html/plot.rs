//! One error curve as SVG.

use std::fmt::Write as _;

use super::escape::escape;
use crate::curve::{Curve, Errors};
use crate::stats::{limit, percent};

const SIZE: f64 = 200.0;
/// Room for the numbers at the axes.
const LEFT: f64 = 24.0;
const BOTTOM: f64 = 26.0;
const TOP: f64 = 16.0;
const TICKS: [f64; 6] = [0.0, 0.01, 0.05, 0.1, 0.25, 0.5];

/// The position of an error on its axis. The axis uses square roots, so that small errors are
/// distinguishable and zero has a place.
fn along(ratio: f64) -> f64 {
    ratio.sqrt() * SIZE
}

fn x(errors: &Errors) -> f64 {
    LEFT + along(errors.alarm_ratio)
}

fn y(errors: &Errors) -> f64 {
    TOP + SIZE - along(errors.miss_ratio)
}

/// The mark of the limit that refers, around a point.
pub(super) fn refer_mark(x: f64, y: f64) -> String {
    let (top, left, right, foot) = (y - 5.5, x - 5.0, x + 5.0, y + 4.0);
    format!(r#"<path class="at-refer" d="M{x:.1} {top:.1}L{right:.1} {foot:.1}H{left:.1}Z"/>"#)
}

/// The mark of the limit that rejects.
pub(super) fn reject_mark(x: f64, y: f64) -> String {
    let (left, top) = (x - 4.0, y - 4.0);
    format!(r#"<rect class="at-reject" x="{left:.1}" y="{top:.1}" width="8" height="8"/>"#)
}

/// The mark of equal errors.
pub(super) fn eer_mark(x: f64, y: f64) -> String {
    format!(r#"<circle class="eer" cx="{x:.1}" cy="{y:.1}" r="4.5"/>"#)
}

/// A figure with the curve, its marks and the numbers.
pub(super) fn figure(curve: &Curve) -> String {
    let (right, foot) = (LEFT + SIZE, TOP + SIZE);
    let mut svg = format!(
        r#"<svg viewBox="0 0 {} {}" role="img" aria-label="{}">"#,
        right + 12.0,
        foot + BOTTOM,
        escape(&format!("Errors of {}", curve.pair.title())),
    );
    // Writing to a String cannot fail.
    for tick in TICKS.into_iter().chain([1.0]) {
        let (at_x, at_y) = (LEFT + along(tick), foot - along(tick));
        let label = (tick * 100.0).round();
        let _ = write!(
            svg,
            r#"<path class="grid" d="M{at_x:.1} {TOP}V{foot}M{LEFT} {at_y:.1}H{right}"/>"#
        );
        let _ = write!(
            svg,
            r#"<text x="{at_x:.1}" y="{:.1}" text-anchor="middle">{label}</text>"#,
            foot + 11.0
        );
        let _ = write!(
            svg,
            r#"<text x="{:.1}" y="{:.1}" text-anchor="end">{label}</text>"#,
            LEFT - 4.0,
            at_y + 3.0
        );
    }
    let _ = write!(
        svg,
        r#"<text x="{:.1}" y="{:.1}" text-anchor="middle">alarms (good photos refused), %</text>"#,
        LEFT + SIZE / 2.0,
        foot + 23.0
    );
    let _ = write!(
        svg,
        r#"<text x="{:.1}" y="{:.1}">defects missed, %</text>"#,
        LEFT - 20.0,
        TOP - 8.0
    );
    let _ = write!(
        svg,
        r#"<path class="equal" d="M{LEFT} {foot}L{right} {TOP}"/>"#
    );
    let mut way = String::new();
    for (at, point) in curve.points.iter().enumerate() {
        if at == 0 {
            let _ = write!(way, "M{:.1} {:.1}", x(point), y(point));
            continue;
        }
        for between in steps(&curve.points[at - 1], point) {
            let _ = write!(way, "L{:.1} {:.1}", x(&between), y(&between));
        }
    }
    let _ = write!(svg, r#"<path class="way" d="{way}"/>"#);
    let equal = along(curve.eer_ratio);
    svg += &eer_mark(LEFT + equal, foot - equal);
    if let Some(at) = &curve.at_reject {
        svg += &reject_mark(x(at), y(at));
    }
    if let Some(at) = &curve.at_refer {
        svg += &refer_mark(x(at), y(at));
    }
    svg += "</svg>";

    let row = |name: &str, value: Option<f64>, at: &Option<Errors>| {
        at.as_ref().map_or_else(String::new, |at| {
            format!(
                "<tr><td>{name} {}</td><td>{} %</td><td>{} %</td></tr>",
                limit(value),
                percent(at.miss_ratio),
                percent(at.alarm_ratio),
            )
        })
    };
    format!(
        "<figure class=\"plot\"><strong>{}</strong>{svg}<figcaption>EER {} % · {} bad, {} good{}\
         <table><tr><th></th><th>missed</th><th>alarms</th></tr>{}{}</table>{}\
         </figcaption></figure>\n",
        escape(&curve.pair.title()).replace('.', ".<wbr>"),
        percent(curve.eer_ratio),
        curve.positives,
        curve.negatives,
        match curve.unassessed {
            0 => String::new(),
            count => format!(", {count} not assessed"),
        },
        row("refer", Some(curve.limits.refer), &curve.at_refer),
        row("reject", curve.limits.reject, &curve.at_reject),
        escape(curve.pair.unit),
    )
}

/// The line from one point to the next. It is straight in shares, and bent on square-root axes.
fn steps(from: &Errors, to: &Errors) -> impl Iterator<Item = Errors> {
    const STEPS: u8 = 16;
    let (from, to) = (*from, *to);
    let aslant = from.alarm_ratio > to.alarm_ratio && from.miss_ratio < to.miss_ratio;
    let count = if aslant { STEPS } else { 1 };
    (1..=count).map(move |step| {
        let share = f64::from(step) / f64::from(count);
        let mix = |a: f64, b: f64| a + (b - a) * share;
        Errors {
            limit: None,
            alarm_ratio: mix(from.alarm_ratio, to.alarm_ratio),
            miss_ratio: mix(from.miss_ratio, to.miss_ratio),
        }
    })
}
