//! The face is too dark.
//!
//! **Why.** Features cannot be made out in a dark print. Dark skin in good light is far lighter
//! than the limit.
//!
//! **What to do.** Take the photo in a bright place, with the light in front of you and not
//! behind you.

use crate::check::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words {
        ja: "顔が暗すぎます",
        en: "The face is too dark",
    },
    advice: Words {
        ja: "逆光を避け、顔に正面から光が当たる明るい場所で撮影してください。",
        en: "Please take the photo in a bright place, with the light in front of you.",
    },
    rule: "J-LIS, apprec/abroad/procedure/photo/: the photo is dark (暗い)",
};

params! {
    /// Mean luma of the face, 0 black to 1 white: a person looks below this.
    refer_below: Share = 0.2 in 0.0..=1.0;
    /// Mean luma of the face, 0 black to 1 white: rejected below this.
    reject_below: Share = 0.15 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some(light) = m.portrait.as_ref()?.light else {
        return Some(
            Found::unable(
                "顔の明るさを自動で確認できませんでした。",
                "The light on the face could not be assessed.",
            )
            .at(m.face_region()),
        );
    };
    let luma = light.luma_ratio.num();
    let (is, limit) = (percent(luma), percent(p.refer_below));
    Some(
        below(luma, p.refer_below, p.reject_below)?
            .found(
                format!("顔が暗すぎます（明るさ{is}、{limit}以上が目安です）。"),
                format!("The face is too dark (brightness {is}; {limit} or more is fine)."),
            )
            .number("luma_ratio", luma)
            .at(m.face_region()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{check, ratio};

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
                    let light = &mut m.portrait.as_mut().unwrap().light;
                    light.as_mut().unwrap().luma_ratio = ratio(luma);
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| m.portrait.as_mut().unwrap().light = None;
        check(Code::TooDark, unknown, Some(Outcome::Unable));
    }
}
