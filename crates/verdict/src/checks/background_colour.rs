//! The background is dark or strongly coloured.
//!
//! **Why.** The background should be white or off-white. Studio walls in light grey, cream or pale
//! blue are accepted in practice; a person looks at a wall in mid-grey, tan, olive or pink.
//!
//! The strength of the colour is its chroma over its lightness, which hardly depends on the exposure:
//! a pale wall in a dim photo is not taken for a strongly coloured one.
//!
//! **What to do.** Stand in front of a white or light wall, in good light.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new(
        "背景の色が暗い、または濃すぎます",
        "The background is dark or strongly coloured",
    ),
    advice: Words::new(
        "白や薄い色の無地の壁の前で、明るくして撮影してください。",
        "Please take the photo in front of a white or light wall, in good light.",
    ),
    rule: "J-LIS, en-kofushinse-checkpoint: background not plain white or off-white (unsuitable example)",
};

params! {
    lightness: Below<Lab> =
        /// Lightness L*: referred below this. Light grey walls in dim photos measure 62 and more, a
        /// mid-grey wall 54.
        55.0,
        /// Lightness L*: rejected below this.
        38.0 in 0.0..=100.0;
    chroma: Above<Lab> =
        /// Chroma C*: referred above this.
        28.0,
        /// Chroma C*: rejected above this.
        40.0 in 0.0..=200.0;
    saturation: Above<Share, 1> =
        /// Chroma C* over lightness L*: referred above this. Walls of good portraits reach 0.17
        /// (pale blue); brown, tan, olive and pink walls measure 0.19 and more.
        0.18 in 0.0..=10.0;
}

/// Darker walls are judged as if they had this lightness: the colour of black is noise.
const DARKEST: f64 = 20.0;

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let colour = m.background.as_ref()?.colour;
    let lightness = round(f64::from(colour.l()));
    // From the rounded components, since these are what the record keeps.
    let part = |component: f32| round(f64::from(component));
    let chroma = round(part(colour.a()).hypot(part(colour.b())));
    let saturation = round(chroma / lightness.max(DARKEST));
    let dark = p.lightness.found("lab_l", lightness, |_, _| {
        Words::new("背景が暗く写っています。", "The background is dark.")
    });
    let coloured = |_: &str, _: &str| {
        Words::new(
            "背景に色がついています。",
            "The background is not white or off-white but coloured.",
        )
    };
    let strong = p.chroma.found("chroma", chroma, coloured);
    let pale = p.saturation.found("saturation_ratio", saturation, coloured);
    worse(worse(dark, strong), pale)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, wall};
    use shomei_photo::Lab;

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| wall(m).colour = Lab::new(20.0, 1.0, 1.0).unwrap(),
        |m| wall(m).colour = Lab::new(80.0, 60.0, -60.0).unwrap(),
    ];

    #[test]
    fn white_light_grey_and_pale_walls_pass() {
        for (l, a, b, expected) in [
            (98.0, 0.0, 0.0, None),
            (62.0, 0.0, 0.0, None),
            (80.0, -3.0, -13.0, None),
            (78.0, 1.0, 11.0, None),
            (54.0, 0.0, 0.0, Some(Outcome::Refer)),
            (20.0, 0.0, 0.0, Some(Outcome::Reject)),
            // Brown, olive, pink; then blue.
            (60.0, 6.0, 10.0, Some(Outcome::Refer)),
            (58.0, -2.0, 16.0, Some(Outcome::Refer)),
            (80.0, 20.0, 4.0, Some(Outcome::Refer)),
            (57.0, 15.0, -50.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::BackgroundColour,
                |m| wall(m).colour = Lab::new(l, a, b).unwrap(),
                expected,
            );
        }
    }

    #[test]
    fn half_the_light_does_not_make_a_pale_wall_a_coloured_one() {
        // The same pale blue wall at one and at half of the light, from its linear values.
        for srgb in [[188, 202, 224], [137, 148, 164]] {
            check(
                Code::BackgroundColour,
                |m| wall(m).colour = Lab::from_srgb(srgb),
                None,
            );
        }
    }
}
