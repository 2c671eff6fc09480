//! One half of the face lies in shadow.
//!
//! **Why.** A shadow hides features and changes how the face looks in print.
//!
//! **What to do.** Turn towards the light, or use light from both sides.

use crate::check::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words {
        ja: "顔に影があります",
        en: "There is a shadow on the face",
    },
    advice: Words {
        ja: "顔の正面から均一に光が当たるように、光のほうを向いて撮影してください。",
        en: "Please turn towards the light, so that it falls evenly on the face.",
    },
    rule: "General practice for ID photos (mimotohosho.jp/process/regulation_photo: shadow on the face); not in the J-LIS list",
};

params! {
    /// Light on the darker half of the face over that on the lighter half: a person looks
    /// below this.
    /// Chosen on one half of the labelled people: 98 % of 81 good photos down to 0.8029, 98 % of 11
    /// bad ones up to 0.3253.
    refer_below: Share = 0.45 in 0.0..=1.0;
    /// Light on the darker half of the face over that on the lighter half: rejected below this.
    reject_below: Share = 0.02 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let light = m.portrait.as_ref()?.light?;
    let balance = light.balance_ratio.num();
    let (is, limit) = (percent(balance), percent(p.refer_below));
    Some(
        below(balance, p.refer_below, p.reject_below)?
            .found(
                format!("顔の片側に影があります（明るい側の{is}の明るさで、{limit}以上が目安です）。"),
                format!("One half of the face has only {is} of the other half's light; {limit} or more is fine."),
            )
            .number("balance_ratio", balance)
            .at(light.darkest_region.or_else(|| m.face_region())),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{check, ratio};

    #[test]
    fn imbalance_is_graded() {
        for (balance, expected) in [
            (0.8, None),
            (0.4, Some(Outcome::Refer)),
            (0.01, Some(Outcome::Reject)),
        ] {
            check(
                Code::FaceShadow,
                |m| {
                    let light = &mut m.portrait.as_mut().unwrap().light;
                    light.as_mut().unwrap().balance_ratio = ratio(balance);
                },
                expected,
            );
        }
    }
}
