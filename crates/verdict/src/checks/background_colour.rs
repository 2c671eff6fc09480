//! The background is dark or strongly coloured.
//!
//! **Why.** The background should be white or nearly white, so that the head is clearly visible in
//! front of it. Studio walls in light grey or pale blue are accepted in practice.
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
        /// Lightness L*: referred below this.
        46.0,
        /// Lightness L*: rejected below this.
        38.0 in 0.0..=100.0;
    chroma: Above<Lab> =
        /// Chroma C*: referred above this.
        28.0,
        /// Chroma C*: rejected above this.
        40.0 in 0.0..=200.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let colour = m.background.as_ref()?.colour;
    let lightness = round(f64::from(colour.l()));
    // From the rounded components, since these are what the record keeps.
    let part = |component: f32| round(f64::from(component));
    let chroma = round(part(colour.a()).hypot(part(colour.b())));
    let dark = p.lightness.found("lab_l", lightness, |is, limit| Words {
        ja: format!("背景が暗すぎます（明度{is}、{limit}以上が目安です）。"),
        en: format!("The background is dark (lightness {is} of 100; {limit} or more is fine)."),
    });
    let strong = p.chroma.found("chroma", chroma, |is, limit| Words {
        ja: format!("背景の色が濃すぎます（彩度{is}、{limit}以内が目安です）。"),
        en: format!("The background is strongly coloured (chroma {is}; up to {limit} is fine)."),
    });
    worse(dark, strong)
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
    fn light_grey_and_pale_blue_pass() {
        for (l, a, b, expected) in [
            (98.0, 0.0, 0.0, None),
            (58.0, 0.0, 0.0, None),
            (75.0, -5.0, -20.0, None),
            (42.0, 0.0, 0.0, Some(Outcome::Refer)),
            (20.0, 0.0, 0.0, Some(Outcome::Reject)),
            (70.0, 0.0, -32.0, Some(Outcome::Refer)),
            (50.0, 40.0, 40.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::BackgroundColour,
                |m| wall(m).colour = Lab::new(l, a, b).unwrap(),
                expected,
            );
        }
    }
}
