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

/// The verdict and the findings of a good photo with `colour` where it says so; it sees the
/// distance from the nearer eye in distances of the eyes: to the right, down.
fn review(
    name: &str,
    colour: impl Fn(f32, f32) -> Option<[u8; 3]>,
) -> (Verdict, Vec<(Code, Outcome)>) {
    let bytes = Picture::read(name).file(false);
    let measurements = REVIEWER.review(&bytes).measurements().clone();
    let [left, right] = measurements.face.unwrap().eyes.unwrap();
    let apart = (right.x - left.x) as f32;
    let painted = Picture::read(name).painted(|x, y| {
        let from = |eye: shomei::photo::OriginalPoint| {
            ((x - eye.x as f32) / apart, (y - eye.y as f32) / apart)
        };
        let (near, far) = (from(left), from(right));
        let (u, v) = if near.0.abs() < far.0.abs() {
            near
        } else {
            far
        };
        colour(u, v)
    });
    let review = REVIEWER.review(&painted.file(false));
    let findings = review.findings().iter();
    let findings = findings.map(|finding| (finding.code(), finding.outcome()));
    (review.verdict(), findings.collect())
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
