//! The eyes are hidden: by dark lenses, heavy frames, hair or a hand.
//!
//! **Why.** Both eyes must be visible. Clear glasses are fine, so things worn over the eyes count
//! only if they are darker than the skin.
//!
//! **What to do.** Take sunglasses off and keep hair away from the eyes. If you need them every day
//! because of an illness, an exception can be recorded.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("目が隠れています", "The eyes are hidden"),
    advice: Words::new(
        "サングラスなどを外し、前髪が目にかからないようにして、両目がはっきり見えるように撮影してください。",
        "Please take off dark glasses and keep hair away, so that both eyes are clearly seen.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: sunglasses obscuring the features (unsuitable example)",
};

params! {
    worn: Above<Share> =
        /// Share of worn things over the eyes: referred above this, if they are dark.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 0.017, 98 % of
        /// 12 bad ones at least 0.6172.
        0.12,
        /// Share of worn things over the eyes: rejected above this, if they are dark.
        0.3 in 0.0..=1.0;
    luma: Below<Share> =
        /// Luma of the eyes' area over that of the cheeks: worn things below this are referred.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at least 1.5131, 98 %
        /// of 12 bad ones at most 0.25.
        0.75,
        /// Luma of the eyes' area over that of the cheeks: worn things below this are rejected.
        0.55 in 0.0..=2.0;
    hair: Above<Share> =
        /// Share of hair over the eyes: referred above this.
        0.25,
        /// Share of hair over the eyes: rejected above this.
        0.6 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let covering = m.portrait.as_ref()?.covering?;
    let worn = covering.eyes_other_ratio.num();
    let hair = covering.eyes_hair_ratio.num();
    let luma = covering.eyes_luma_ratio.map(Num::num);
    // Of unknown luma: too little to reject, enough for a look.
    let dark = match luma {
        Some(luma) => p.luma.grade(luma).map(|grade| grade.outcome),
        None => Some(Outcome::Refer),
    };
    let by_worn = p.worn.grade(worn).zip(dark).map(|(grade, dark)| {
        let found = grade.and(dark).found("eyes_other_ratio", |is, _| Words {
            ja: format!("目のまわりの{is}が濃い色のもので覆われています。"),
            en: format!("Something dark covers {is} of the area of the eyes."),
        });
        found.fact("class", "worn")
    });
    let by_hair = p.hair.found("eyes_hair_ratio", hair, |is, _| Words {
        ja: format!("目の{is}が髪で隠れています。"),
        en: format!("Hair covers {is} of the eyes."),
    });
    let by_hair = by_hair.map(|found| found.fact("class", "hair"));
    Some(worse(by_worn, by_hair)?.at(covering.eyes_region))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, covering, portrait, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| {
            covering(m).eyes_other_ratio = ratio(0.9);
            covering(m).eyes_luma_ratio = Some(ratio(0.1));
        },
        |m| covering(m).eyes_hair_ratio = ratio(0.8),
    ];

    #[test]
    fn clear_glasses_pass_and_dark_ones_do_not() {
        for (worn, luma, hair, expected) in [
            (0.40, Some(0.90), 0.0, None),
            (0.40, Some(0.75), 0.0, None),
            (0.40, Some(0.55), 0.0, Some(Outcome::Refer)),
            (0.05, Some(0.40), 0.0, None),
            (0.15, Some(0.70), 0.0, Some(Outcome::Refer)),
            (0.40, Some(0.70), 0.0, Some(Outcome::Refer)),
            (0.40, None, 0.0, Some(Outcome::Refer)),
            (0.40, Some(0.30), 0.0, Some(Outcome::Reject)),
            (0.0, Some(0.90), 0.4, Some(Outcome::Refer)),
            (0.15, Some(0.70), 0.8, Some(Outcome::Reject)),
        ] {
            check(
                Code::EyesHidden,
                |m| {
                    let covering = &mut portrait(m).covering;
                    let covering = covering.as_mut().unwrap();
                    covering.eyes_other_ratio = ratio(worn);
                    covering.eyes_luma_ratio = luma.map(ratio);
                    covering.eyes_hair_ratio = ratio(hair);
                },
                expected,
            );
        }
    }
}
