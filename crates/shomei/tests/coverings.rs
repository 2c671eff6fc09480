//! Nobody's own hair or skin is a covering, in any light and colour, and cloth on the head is one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::sync::LazyLock;

use common::Picture;
use shomei::photo::luma;
use shomei::{Code, Input, Outcome, Review, Reviewer};

static REVIEWER: LazyLock<Reviewer> = LazyLock::new(|| Reviewer::builder().build().unwrap());

/// Good portraits, with dark hair.
const PEOPLE: [&str; 5] = [
    "accept_studio_man_01",
    "accept_studio_man_02",
    "accept_studio_woman_01",
    "accept_studio_woman_02",
    "accept_studio_woman_03",
];
/// Eight hues around the circle, as the luma of light hair.
const HUES: [[f32; 3]; 8] = [
    [1.5, 0.75, 0.75],
    [1.4, 0.95, 0.5],
    [1.2, 1.1, 0.3],
    [0.7, 1.2, 0.6],
    [0.6, 1.15, 1.1],
    [0.7, 0.95, 1.6],
    [1.1, 0.85, 1.45],
    [1.4, 0.7, 1.3],
];

/// Where the head is in a picture.
struct Head {
    middle: f32,
    eyes: f32,
    /// Distance of the eyes.
    unit: f32,
    crown: f32,
    chin: f32,
}

impl Head {
    fn of(name: &str) -> Self {
        let review = REVIEWER.review(&common::file(name));
        let face = review.measurements().face.clone().unwrap();
        let [left, right] = face.eyes.unwrap();
        Self {
            middle: (left.x + right.x) as f32 / 2.0,
            eyes: (left.y + right.y) as f32 / 2.0,
            unit: (right.x - left.x) as f32,
            crown: face.crown.unwrap().y as f32,
            chin: face.chin.unwrap().y as f32,
        }
    }

    /// Position over the radii of the ellipse of the face, which reaches from above the brows to
    /// the chin: 1 on its edge.
    fn off_face(&self, x: f32, y: f32) -> f32 {
        let top = self.eyes - 0.75 * self.unit;
        let (middle, half) = (f32::midpoint(top, self.chin), (self.chin - top) / 2.0);
        ((x - self.middle) / (1.1 * self.unit)).hypot((y - middle) / half)
    }

    /// Dark pixels around the face are hair.
    fn hair_coloured(&self, picture: &Picture, hue: [f32; 3]) -> Picture {
        picture.map(|x, y, rgb| {
            let dark = luma(rgb);
            let here = y < self.chin && (x - self.middle).abs() < 2.2 * self.unit;
            let share = ((0.45 - dark) / 0.15).clamp(0.0, 1.0);
            if !here || self.off_face(x, y) < 1.0 {
                return rgb;
            }
            std::array::from_fn(|channel| {
                let hair = (60.0 + 260.0 * dark) * hue[channel];
                rgb[channel] * (1.0 - share) + hair * share
            })
        })
    }

    /// Cloth around the face, over head, neck and shoulders.
    fn in_scarf(&self, picture: &Picture, cloth: impl Fn(f32, f32) -> [f32; 3]) -> Picture {
        let top = self.crown - 0.15 * self.unit;
        let middle = self.eyes + 0.3 * self.unit;
        picture.map(|x, y, rgb| {
            let across = (x - self.middle) / self.unit;
            let round = across / 1.75;
            let head = round.hypot((y - middle) / (middle - top)) < 1.0;
            let below = y > middle && across.abs() < 1.75 + 0.5 * (y - middle) / self.unit;
            if !(head || below) || self.off_face(x, y) < 1.0 {
                return rgb;
            }
            // Folds fall from the crown, and the sides lie in shade.
            let folds = 1.0 + 0.1 * (3.0 * across + y / self.unit).sin() - 0.12 * round.powi(2);
            cloth(across, y / self.unit).map(|value| value * folds)
        })
    }
}

fn reviews(pictures: Vec<(String, Picture)>) -> Vec<(String, Review)> {
    let inputs = pictures
        .into_iter()
        .map(|(id, picture)| Input::new(id, move |_| Ok(picture.file(false))));
    REVIEWER.batch().review_all(inputs).unwrap().collect()
}

/// Those of `codes` that a review gives.
fn said(review: &Review, codes: &[Code]) -> Vec<(Code, Outcome)> {
    let findings = review.findings().iter();
    let of = findings.filter(|finding| codes.contains(&finding.code()));
    of.map(|finding| (finding.code(), finding.outcome()))
        .collect()
}

#[test]
fn own_hair_and_skin_are_no_covering_in_any_light_and_colour() {
    let mut pictures = Vec::new();
    for name in PEOPLE {
        let (picture, head) = (Picture::read(name), Head::of(name));
        for light in [0.5, 0.75, 1.25] {
            let lit = picture.map(|_, _, rgb| rgb.map(|value| value * light));
            pictures.push((format!("{name} in light x {light}"), lit));
        }
        let grey = picture.map(|_, _, rgb| [luma(rgb) * 255.0; 3]);
        pictures.push((format!("{name} in grey"), grey));
        for (at, hue) in HUES.into_iter().enumerate() {
            let coloured = head.hair_coloured(&picture, hue);
            pictures.push((format!("{name} with hair of hue {at}"), coloured));
        }
    }
    let wrong: Vec<(String, Vec<_>)> = reviews(pictures)
        .into_iter()
        .map(|(id, review)| (id, said(&review, &[Code::HeadCovered, Code::FaceCovered])))
        .filter(|(_, said)| !said.is_empty())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn scarves_are_seen_and_left_to_a_person() {
    let plain = |rgb: [f32; 3]| move |_: f32, _: f32| rgb;
    let mut pictures = Vec::new();
    for name in PEOPLE {
        let (picture, head) = (Picture::read(name), Head::of(name));
        for (colour, rgb) in [
            ("black", [35.0, 34.0, 38.0]),
            ("navy", [38.0, 46.0, 84.0]),
            ("cream", [222.0, 208.0, 184.0]),
            ("green", [70.0, 120.0, 92.0]),
        ] {
            let scarf = head.in_scarf(&picture, plain(rgb));
            pictures.push((format!("{name} in a {colour} scarf"), scarf));
        }
        let flowers = head.in_scarf(&picture, |u, v| {
            let flower = ((u * 9.0).sin() * (v * 9.0).sin()).abs() > 0.5;
            if flower {
                [214.0, 120.0, 140.0]
            } else {
                [46.0, 60.0, 104.0]
            }
        });
        pictures.push((format!("{name} in a flowery scarf"), flowers));
    }
    let all = pictures.len();
    let referred = [(Code::HeadCovered, Outcome::Refer)];
    let wrong: Vec<(String, Vec<_>)> = reviews(pictures)
        .into_iter()
        .map(|(id, review)| (id, said(&review, &[Code::HeadCovered])))
        .filter(|(_, said)| said != &referred)
        .collect();
    let missed = |(_, said): &(String, Vec<_>)| said.is_empty();
    assert!(wrong.iter().all(missed), "{wrong:?}");
    // One with flowers is taken for hair.
    assert!(
        wrong.len() * 20 <= all,
        "{} of {all}: {wrong:?}",
        wrong.len()
    );
}
