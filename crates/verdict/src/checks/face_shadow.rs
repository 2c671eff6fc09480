//! One half of the face is in shadow.
//!
//! **Why.** A shadow hides features and changes how the face looks in print.
//!
//! **What to do.** Turn towards the light, or use light from both sides.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new("顔に影があります", "There is a shadow on the face"),
    advice: Words::new(
        "顔の正面から均一に光が当たるように、光のほうを向いて撮影してください。",
        "Please turn towards the light, so that it falls evenly on the face.",
    ),
    rule: "General practice for ID photos (mimotohosho.jp/process/regulation_photo: shadow on the face); not in the J-LIS list",
};

params! {
    below: Below<Share> =
        /// Light on the darker half of the face over that on the lighter half: referred below this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at least 0.8029, 98 %
        /// of 11 bad ones at most 0.3253.
        0.495,
        /// Light on the darker half of the face over that on the lighter half: rejected below this.
        0.02 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let light = m.portrait.as_ref()?.light?;
    let balance = light.balance_ratio.num();
    let found = p.below.found("balance_ratio", balance, |is, limit| Words {
        ja: format!("顔の片側に影があります（明るい側の{is}の明るさで、{limit}以上が目安です）。"),
        en: format!(
            "One half of the face has only {is} of the other half's light; {limit} or more is fine."
        ),
    })?;
    Some(found.at(light.darkest_region.or_else(|| m.face_region())))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, light, portrait, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| light(m).balance_ratio = ratio(0.05),
        |m| {
            light(m).balance_ratio = ratio(0.05);
            light(m).darkest_region = None;
        },
    ];

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
                    let light = &mut portrait(m).light;
                    light.as_mut().unwrap().balance_ratio = ratio(balance);
                },
                expected,
            );
        }
    }
}
