//! The face is too dark.
//!
//! **Why.** Features are not recognisable in a dark print. Dark skin in good light is far lighter
//! than the limit.
//!
//! **What to do.** Take the photo in a bright place, with the light in front of you and not behind
//! you.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new("顔が暗すぎます", "The face is too dark"),
    advice: Words::new(
        "逆光を避け、顔に正面から光が当たる明るい場所で撮影してください。",
        "Please take the photo in a bright place, with the light in front of you.",
    ),
    rule: "J-LIS, apprec/abroad/procedure/photo/: the photo is dark (暗い)",
};

params! {
    below: Below<Share> =
        /// Mean luma of the face, 0 black to 1 white: referred below this.
        0.2,
        /// Mean luma of the face, 0 black to 1 white: rejected below this.
        0.15 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some(light) = m.portrait.as_ref()?.light else {
        return not_measured(
            m,
            "顔の明るさを自動で確認できませんでした。",
            "The light on the face could not be assessed.",
        );
    };
    let luma = light.luma_ratio.num();
    let found = p.below.found("luma_ratio", luma, |is, limit| Words {
        ja: format!("顔が暗すぎます（明るさ{is}、{limit}以上が目安です）。"),
        en: format!("The face is too dark (brightness {is}; {limit} or more is fine)."),
    })?;
    Some(found.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, light, portrait, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| light(m).luma_ratio = ratio(0.02),
        |m| portrait(m).light = None,
    ];

    #[test]
    fn darkness_is_graded() {
        for (luma, expected) in [
            (0.30, None),
            (0.18, Some(Outcome::Refer)),
            (0.10, Some(Outcome::Reject)),
        ] {
            check(
                Code::TooDark,
                |m| {
                    let light = &mut portrait(m).light;
                    light.as_mut().unwrap().luma_ratio = ratio(luma);
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| portrait(m).light = None;
        check(Code::TooDark, unknown, Some(Outcome::Unable));
    }
}
