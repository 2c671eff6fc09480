//! Photos with more in them than is printed, made from good ones: only what is printed counts.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::LazyLock;

use common::Picture;
use shomei::{Code, Lang, Outcome, Review, Reviewer, Verdict};

static REVIEWER: LazyLock<Reviewer> = LazyLock::new(|| Reviewer::builder().build().unwrap());

const GOOD: [&str; 4] = [
    "accept_monochrome",
    "accept_studio_man_01",
    "accept_studio_man_02",
    "accept_studio_woman_02",
];

fn review(picture: &Picture) -> Review {
    REVIEWER.review(&picture.file(false))
}

fn findings(review: &Review) -> Vec<(Code, Outcome)> {
    let findings = review.findings().iter();
    findings
        .map(|found| (found.code(), found.outcome()))
        .collect()
}

/// Asserts that a photo is accepted and that its review says that it will be trimmed.
fn accepted(review: &Review, name: &str) {
    assert_eq!(findings(review), [], "{name}");
    let notes: Vec<_> = review.notes().iter().map(|note| note.code()).collect();
    assert_eq!(notes, ["trimmed"], "{name}");
    for lang in Lang::ALL {
        assert!(!review.notes()[0].text(lang).is_empty());
    }
}

#[test]
fn furniture_at_the_far_edge_is_trimmed_away_and_kept_in_the_record() {
    for name in GOOD {
        let wide = Picture::read(name).wider(900, 0);
        let cabinet = wide.painted(|x, y| (x < 250.0 && y > 400.0).then_some([120, 84, 56]));
        let review = review(&cabinet);
        accepted(&review, name);
        let background = review.measurements().background.as_ref().unwrap();
        let objects = &background.outside.as_ref().unwrap().objects;
        // The photo's rim is left out.
        let region = objects[0].region;
        assert!(
            region.x < 25 && region.width.abs_diff(250) < 30,
            "{objects:?}"
        );
    }
}

#[test]
fn furniture_beside_the_head_is_still_found() {
    for name in GOOD {
        let wide = Picture::read(name).wider(900, 0);
        let cabinet = wide.painted(|x, y| {
            let beside = (860.0..1000.0).contains(&x) && y > 300.0;
            beside.then_some([120, 84, 56])
        });
        let found = findings(&review(&cabinet));
        let object = found
            .iter()
            .find(|(code, _)| *code == Code::BackgroundObject);
        assert!(object.is_some(), "{name}: {found:?}");
    }
}

#[test]
fn paper_bars_and_a_line_around_the_picture_are_trimmed_away() {
    for name in GOOD {
        let print = Picture::read(name);
        let [width, height] = print.size();
        let paper = print.placed([width + 120, height + 160], [60, 70], |_, _| [252; 3]);
        let pillars = print.placed([2 * width, height], [width / 2, 0], |_, _| [0; 3]);
        let bars = print.placed([width, height + 400], [0, 200], |_, _| [0; 3]);
        let line = print.placed([width + 12, height + 12], [6, 6], |_, _| [0; 3]);
        for (kind, photo, [x, y]) in [
            ("paper", paper, [60, 70]),
            ("pillars", pillars, [width / 2, 0]),
            ("bars", bars, [0, 200]),
            ("line", line, [6, 6]),
        ] {
            let review = review(&photo);
            accepted(&review, &format!("{name} {kind}"));
            let framing = review.measurements().framing.as_ref().unwrap();
            let picture = framing.picture.unwrap();
            // A working pixel at each side, and where it mixes with the border another.
            for (got, expected) in [(picture.x, x), (picture.y, y)] {
                let beyond = (got as usize).checked_sub(expected).unwrap();
                assert!(beyond <= 12, "{name} {kind}: {picture:?}");
            }
        }
    }
}

#[test]
fn half_length_photos_need_pixels() {
    for name in GOOD {
        let half = Picture::read(name).wider(450, 1150);
        accepted(&review(&half), name);
        let small = half.copy(0.35);
        let review = review(&small);
        assert_eq!(review.verdict(), Verdict::Reject, "{name}");
        let found = findings(&review);
        assert!(
            found.contains(&(Code::TooFar, Outcome::Reject)),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn a_person_looks_at_somebody_who_is_trimmed_away() {
    let [one, other] = ["accept_studio_man_01", "accept_studio_man_02"].map(Picture::read);
    let [width, height] = one.size();
    let apart = width + 500;
    let both = one.placed([apart + width, height], [0, 0], |x, y| {
        x.checked_sub(apart)
            .map_or_else(|| one.pixel(width - 1, y.min(300)), |x| other.pixel(x, y))
    });
    let found = findings(&review(&both));
    let faces = found.iter().find(|(code, _)| *code == Code::MultipleFaces);
    assert_eq!(
        faces.map(|(_, outcome)| *outcome),
        Some(Outcome::Refer),
        "{found:?}"
    );
}

/// The crop command cuts from the whole photo, border and all.
#[test]
fn the_original_keeps_its_border() {
    let print = Picture::read("accept_studio_man_01");
    let [width, height] = print.size();
    let paper = print.placed([width + 120, height + 160], [60, 70], |_, _| [252; 3]);
    let original = shomei::original(&paper.file(false), &shomei::Limits::default()).unwrap();
    let size = original.size();
    assert_eq!(
        [size.width() as usize, size.height() as usize],
        paper.size()
    );
}
