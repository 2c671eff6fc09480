//! The face is washed out by too much light.
//!
//! **Why.** Features are lost where the photo is white.
//!
//! **What to do.** Take the photo without a flash and out of direct sunlight.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new("顔が明るすぎて白くとんでいます", "The face is too bright"),
    advice: Words::new(
        "フラッシュや直射日光を避けて撮影してください。",
        "Please take the photo without a flash and out of direct sunlight.",
    ),
    rule: "General practice for ID photos (ICAO Doc 9303: neither too dark nor too light); not in the J-LIS list",
};

params! {
    white: Above<Share> =
        /// Share of the face that is nearly white: referred above this.
        0.15,
        /// Share of the face that is nearly white: rejected above this.
        0.35 in 0.0..=1.0;
    luma: Above<Share> =
        /// Mean luma of the face, 0 black to 1 white: referred above this.
        0.78,
        /// Mean luma of the face, 0 black to 1 white: rejected above this.
        0.88 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let light = m.portrait.as_ref()?.light?;
    let (white, luma) = (light.bright_ratio.num(), light.luma_ratio.num());
    let by_white = p.white.found("bright_ratio", white, |is, limit| Words {
        ja: format!("顔の{is}が白くとんでいます（{limit}以内が目安です）。"),
        en: format!("{is} of the face is washed out; up to {limit} is fine."),
    });
    let by_luma = p.luma.found("luma_ratio", luma, |is, limit| Words {
        ja: format!("顔が明るすぎます（明るさ{is}、{limit}以内が目安です）。"),
        en: format!("The face is too bright (brightness {is}; up to {limit} is fine)."),
    });
    Some(worse(by_white, by_luma)?.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, light, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| light(m).bright_ratio = ratio(0.9),
        |m| light(m).luma_ratio = ratio(0.99),
    ];

    #[test]
    fn white_parts_and_the_whole_are_graded() {
        for (white, luma, expected) in [
            (0.05, 0.75, None),
            (0.20, 0.75, Some(Outcome::Refer)),
            (0.05, 0.82, Some(Outcome::Refer)),
            (0.50, 0.90, Some(Outcome::Reject)),
            (0.20, 0.95, Some(Outcome::Reject)),
        ] {
            check(
                Code::TooBright,
                |m| {
                    let light = light(m);
                    light.bright_ratio = ratio(white);
                    light.luma_ratio = ratio(luma);
                },
                expected,
            );
        }
    }
}
