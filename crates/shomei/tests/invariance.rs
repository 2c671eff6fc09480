//! What does not change what a picture shows does not change its review: the number of pixels,
//! the coding, and (sides exchanged) which way round it is.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use common::Picture;
use shomei::photo::{Region, Side};
use shomei::{Code, Input, Review, Reviewer};

static REVIEWER: LazyLock<Reviewer> = LazyLock::new(|| Reviewer::builder().build().unwrap());

/// Pictures whose every pixel is there and who show somebody: all kinds of findings but those
/// about the file.
const PICTURES: [&str; 22] = [
    "accept_icc_display_p3",
    "accept_monochrome",
    "accept_progressive",
    "accept_studio_man_01",
    "accept_studio_man_02",
    "accept_studio_woman_01",
    "accept_studio_woman_02",
    "accept_studio_woman_03",
    "background_object_park",
    "background_object_room",
    "background_shadow_side",
    "background_uneven_bricks",
    "background_uneven_two_tones",
    "blurred",
    "face_cut_bottom",
    "face_cut_left",
    "face_cut_right",
    "face_cut_top",
    "off_centre",
    "tilted",
    "too_bright",
    "too_dark",
];

fn codes(review: &Review) -> BTreeSet<Code> {
    review
        .findings()
        .iter()
        .map(|finding| finding.code())
        .collect()
}

fn summary(review: &Review) -> String {
    let measured = |code: Code| {
        let finding = review
            .findings()
            .iter()
            .find(|finding| finding.code() == code);
        format!("{code} {:?}", finding.map(|finding| finding.measured()))
    };
    let findings: Vec<String> = codes(review).into_iter().map(measured).collect();
    format!("{} {}", review.verdict(), findings.join(", "))
}

/// Memory is kept from photo to photo, but nothing of what was in it.
#[test]
fn a_photo_has_the_same_review_whatever_was_reviewed_before() {
    let names = [
        "accept_studio_man_01",
        "accept_progressive",
        "file_truncated",
        "accept_monochrome",
        "file_corrupt",
        "accept_exif_orientation_6",
        "colour_model_cmyk",
        "background_object_park",
    ];
    let mut files = names.map(common::file);
    let review = |file: &Vec<u8>| REVIEWER.review(file).measurements().clone();
    let forward = files.each_ref().map(review);
    files.reverse();
    let mut backward = files.each_ref().map(review);
    backward.reverse();
    assert_eq!(forward, backward);
}

#[test]
fn a_picture_keeps_its_verdict_in_any_size_and_coding() {
    let copies = [
        (1.0, false),
        (1.0, true),
        (3.0, false),
        (3.0, true),
        (12.0, false),
        (12.0, true),
    ];
    let inputs = PICTURES.into_iter().flat_map(move |name| {
        copies.map(|(megapixels, progressive)| {
            let id = format!("{name} {megapixels} MP progressive {progressive}");
            Input::new(id, move |_| {
                Ok(Picture::read(name).copy(megapixels).file(progressive))
            })
        })
    });
    let reviews: Vec<(String, Review)> = REVIEWER.batch().review_all(inputs).unwrap().collect();
    let mut wrong = Vec::new();
    for same in reviews.chunks_exact(copies.len()) {
        let (first, rest) = same.split_first().unwrap();
        for (id, review) in rest {
            if review.verdict() != first.1.verdict() || codes(review) != codes(&first.1) {
                wrong.push(format!(
                    "{id}: {}, not {}",
                    summary(review),
                    summary(&first.1)
                ));
            }
        }
    }
    assert_eq!(wrong.len(), 0, "{}", wrong.join("\n"));
}

/// How far the edge of a region may be from where the mirror puts it, over the photo's longer
/// side. The networks are not symmetric: their boxes are up to 4 % off.
const MIRROR_TOLERANCE: f64 = 0.05;

/// Findings that show one of several like things, now this one and now the other: the largest of
/// many bricks, the narrower of two eyes that a blur makes equally narrow.
const TIES: [(&str, Code); 2] = [
    ("background_uneven_bricks", Code::BackgroundObject),
    ("blurred", Code::EyesClosed),
];

#[test]
fn a_mirrored_picture_has_mirrored_findings() {
    let inputs = PICTURES.into_iter().flat_map(|name| {
        [false, true].map(|mirrored| {
            Input::new(name, move |_| {
                let picture = Picture::read(name);
                let picture = if mirrored {
                    picture.mirrored()
                } else {
                    picture
                };
                Ok(picture.file(false))
            })
        })
    });
    let reviews: Vec<(String, Review)> = REVIEWER.batch().review_all(inputs).unwrap().collect();
    let mut wrong = Vec::new();
    for pair in reviews.chunks_exact(2) {
        let ((id, plain), (_, mirrored)) = (&pair[0], &pair[1]);
        if plain.verdict() != mirrored.verdict() || codes(plain) != codes(mirrored) {
            wrong.push(format!(
                "{id}: {}, not {}",
                summary(mirrored),
                summary(plain)
            ));
            continue;
        }
        let jpeg = plain.measurements().file.jpeg.as_ref().unwrap();
        let size = jpeg.stored_size.unwrap();
        let tolerance = MIRROR_TOLERANCE * f64::from(size.longer_side());
        for finding in plain.findings() {
            let all = mirrored.findings().iter();
            let other = all
                .clone()
                .find(|other| other.code() == finding.code())
                .unwrap();
            let sides: BTreeSet<Side> = other.sides().iter().map(|&side| across(side)).collect();
            if finding.sides().iter().copied().collect::<BTreeSet<_>>() != sides {
                wrong.push(format!("{id}: {} {:?}", finding.code(), other.sides()));
            }
            let distance = match (finding.region(), other.region()) {
                (Some(region), Some(other)) => distance(region, flipped(other, size.width())),
                (None, None) => 0.0,
                _ => f64::INFINITY,
            };
            if distance > tolerance && !TIES.contains(&(id.as_str(), finding.code())) {
                wrong.push(format!("{id}: {} is {distance} px off", finding.code()));
            }
        }
    }
    assert_eq!(wrong.len(), 0, "{}", wrong.join("\n"));
}

const fn across(side: Side) -> Side {
    match side {
        Side::Left => Side::Right,
        Side::Right => Side::Left,
        other => other,
    }
}

const fn flipped(region: Region, width: u32) -> Region {
    Region {
        x: width - region.x - region.width,
        ..region
    }
}

/// The largest distance between the edges of two regions.
fn distance(a: Region, b: Region) -> f64 {
    [
        (a.x, b.x),
        (a.y, b.y),
        (a.x + a.width, b.x + b.width),
        (a.y + a.height, b.y + b.height),
    ]
    .map(|(a, b)| (f64::from(a) - f64::from(b)).abs())
    .into_iter()
    .fold(0.0, f64::max)
}
