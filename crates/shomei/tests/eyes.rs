//! What a flash does to eyes and glasses, painted on good photos.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::LazyLock;

use common::Picture;
use shomei::{Code, Outcome, Reviewer, Verdict};

static REVIEWER: LazyLock<Reviewer> = LazyLock::new(|| Reviewer::builder().build().unwrap());

const GOOD: [&str; 4] = [
    "accept_monochrome",
    "accept_studio_man_01",
    "accept_studio_woman_02",
    "accept_studio_woman_03",
];

type Reviewed = (Verdict, Vec<(Code, Outcome)>);

/// The verdict and the findings of a good photo with every pixel changed; the change sees which eye is
/// nearer (0 left, 1 right), the distance from it in distances of the eyes (to the right, down), and
/// the pixel's colour.
fn changed(name: &str, change: impl Fn(usize, f32, f32, [u8; 3]) -> [u8; 3]) -> Reviewed {
    let bytes = Picture::read(name).file(false);
    let measurements = REVIEWER.review(&bytes).measurements().clone();
    let eyes = measurements.face.unwrap().eyes.unwrap();
    let apart = (eyes[1].x - eyes[0].x) as f32;
    let changed = Picture::read(name).changed(|x, y, colour| {
        let [left, right] =
            eyes.map(|eye| ((x - eye.x as f32) / apart, (y - eye.y as f32) / apart));
        if left.0.abs() < right.0.abs() {
            change(0, left.0, left.1, colour)
        } else {
            change(1, right.0, right.1, colour)
        }
    });
    let review = REVIEWER.review(&changed.file(false));
    let findings = review.findings().iter();
    let findings = findings.map(|finding| (finding.code(), finding.outcome()));
    (review.verdict(), findings.collect())
}

/// A good photo with `colour` at both eyes where it says so.
fn review(name: &str, colour: impl Fn(f32, f32) -> Option<[u8; 3]>) -> Reviewed {
    changed(name, |_, u, v, before| colour(u, v).unwrap_or(before))
}

/// The outcome of one check.
fn outcome((_, findings): &Reviewed, code: Code) -> Option<Outcome> {
    let mut findings = findings.iter().filter(|(found, _)| *found == code);
    findings.next().map(|&(_, outcome)| outcome)
}

#[test]
fn red_pupils_are_shown_to_a_person_and_black_ones_are_not() {
    for name in GOOD {
        for radius in [0.045, 0.06] {
            let pupil =
                |colour: [u8; 3]| review(name, |u, v| (u.hypot(v) < radius).then_some(colour));
            let red = (Verdict::Refer, vec![(Code::RedEye, Outcome::Refer)]);
            assert_eq!(pupil([205, 40, 45]), red, "{name} {radius}");
            assert_eq!(
                pupil([25, 18, 16]),
                (Verdict::Accept, vec![]),
                "{name} {radius}"
            );
        }
    }
}

#[test]
fn light_over_an_eye_is_shown_to_a_person_and_a_catch_light_is_not() {
    for name in GOOD {
        let white = Some([248, 250, 252]);
        let window = review(name, |u, v| {
            if u.abs() < 0.15 && v.abs() < 0.07 {
                white
            } else {
                None
            }
        });
        let glare = (Code::GlassesGlare, Outcome::Refer);
        assert!(window.1.contains(&glare), "{name}: {window:?}");
        let catch_light = review(name, |u, v| {
            if u.hypot(v + 0.02) < 0.015 {
                white
            } else {
                None
            }
        });
        assert_eq!(catch_light, (Verdict::Accept, vec![]), "{name}");
    }
}

/// Whether a point, in eye distances from the middle of the eye, is in it.
type Place = fn(f32, f32) -> bool;

#[test]
fn whatever_covers_one_eye_is_shown_to_a_person_and_is_no_reflection() {
    let patch = |u: f32, v: f32| u.abs() < 0.4 && (v - 0.03).abs() < 0.28;
    let sticker = |u: f32, v: f32| u.hypot(v) < 0.36;
    let fringe = |u: f32, v: f32| u.abs() < 0.4 && (-1.0..0.45).contains(&v);
    let covers: [(&str, [u8; 3], Place); 4] = [
        ("white patch", [246, 246, 243], patch),
        ("black patch", [22, 22, 24], patch),
        ("sticker", [255, 205, 40], sticker),
        ("fringe", [48, 38, 33], fringe),
    ];
    for name in GOOD {
        for (what, colour, covers) in covers {
            for side in 0..2 {
                let found = changed(name, |at, u, v, before| {
                    if at == side && covers(u, v) {
                        colour
                    } else {
                        before
                    }
                });
                let hidden = outcome(&found, Code::EyesHidden);
                assert_eq!(
                    hidden,
                    Some(Outcome::Refer),
                    "{name} {what} {side}: {found:?}"
                );
                let glare = outcome(&found, Code::GlassesGlare);
                assert_eq!(glare, None, "{name} {what} {side}");
            }
        }
    }
}

#[test]
fn dark_frames_hide_no_eye_and_dark_lenses_do() {
    let lens = |u: f32, v: f32| (u / 0.4).hypot((v - 0.05) / 0.27);
    for name in GOOD {
        let frame = review(name, |u, v| {
            (0.9..1.12).contains(&lens(u, v)).then_some([28, 25, 24])
        });
        assert_eq!(outcome(&frame, Code::EyesHidden), None, "{name}: {frame:?}");
        let dark = changed(name, |_, u, v, before| {
            let through = before.map(|value| (f32::from(value) * 0.55) as u8);
            if lens(u, v) < 1.0 { through } else { before }
        });
        let hidden = outcome(&dark, Code::EyesHidden);
        assert!(hidden.is_some(), "{name}: {dark:?}");
    }
}

#[test]
fn a_frame_across_the_eyes_is_shown_to_a_person() {
    for name in GOOD {
        for colour in [[30, 26, 24], [235, 210, 150]] {
            let bar = review(name, |u, v| {
                (u.abs() < 0.45 && (v + 0.01).abs() < 0.028).then_some(colour)
            });
            let hidden = outcome(&bar, Code::EyesHidden);
            assert_eq!(hidden, Some(Outcome::Refer), "{name} {colour:?}: {bar:?}");
        }
    }
}
