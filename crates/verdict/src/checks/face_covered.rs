//! Nose, mouth or chin are covered: by a mask, a scarf or a hand.
//!
//! **Why.** The whole face must be visible.
//!
//! **What to do.** Take the mask off and keep hands and scarves away from the face. For bandages,
//! and for things worn every day because of an illness, an exception can be recorded.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("顔の一部が隠れています", "A part of the face is covered"),
    advice: Words::new(
        "マスクなどを外し、手や物が顔にかからないようにして撮影してください。",
        "Please take off the mask and keep hands and things away from the face.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: features obscured (unsuitable example)",
};

params! {
    worn: Above<Share> =
        /// Share of worn or held things over nose, mouth and chin: referred above this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 0.0169, 98 %
        /// of 11 bad ones at least 0.9109.
        0.15,
        /// Share of worn or held things over nose, mouth and chin: rejected above this.
        0.4 in 0.0..=1.0;
    free: Single<Share> =
        /// Share of skin on nose, mouth and chin from which worn things there are not believed:
        /// beards and moustaches leave skin free, masks none.
        0.4 in 0.0..=1.0;
    skin: Below<Share, 1> =
        /// Share of skin on nose, mouth and chin: referred below this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at least 0.9091, 98 %
        /// of 11 bad ones at most 0.0181.
        0.3 in 0.0..=1.0;
    hand: Above<Share, 1> =
        /// Share of the mouth that shows the skin of a hand: referred above this. Of 176 good photos
        /// none exceeds 0.05; hands before the mouth begin at 0.57.
        0.25 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some(covering) = m.portrait.as_ref()?.covering else {
        return not_measured(
            m,
            "顔が隠れていないかを自動で確認できませんでした。",
            "Whether the face is covered could not be assessed.",
        );
    };
    let worn = covering.lower_face_other_ratio.num();
    let skin = covering.lower_face_skin_ratio.num();
    let by_worn = p.worn.found("lower_face_other_ratio", worn, |is, _| Words {
        ja: format!("鼻・口・あごのあたりの{is}が隠れています。"),
        en: format!("Something covers {is} of nose, mouth and chin."),
    });
    let by_worn = by_worn.filter(|_| skin < p.free.get());
    let by_skin = p.skin.found("lower_face_skin_ratio", skin, |is, _| Words {
        ja: format!("鼻・口・あごのあたりの肌が{is}しか見えていません。"),
        en: format!("Only {is} of the skin on nose, mouth and chin is seen."),
    });
    let by_hand = covering.mouth_hand_ratio.and_then(|hand| {
        p.hand.found("mouth_hand_ratio", hand.num(), |_, _| {
            Words::new(
                "手が口のあたりにかかっているようです。",
                "A hand seems to cover the mouth.",
            )
        })
    });
    let found = match by_worn {
        Some(found) => found.fact("class", "worn"),
        None => by_hand
            .map(|found| found.fact("class", "hand"))
            .or(by_skin)?,
    };
    Some(found.at(covering.lower_face_region))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, covering, portrait, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| {
            covering(m).lower_face_other_ratio = ratio(0.9);
            covering(m).lower_face_skin_ratio = ratio(0.05);
        },
        |m| covering(m).lower_face_skin_ratio = ratio(0.05),
        |m| covering(m).mouth_hand_ratio = Some(ratio(0.7)),
        |m| portrait(m).covering = None,
    ];

    #[test]
    fn a_hand_before_the_mouth_is_looked_at() {
        for (hand, expected) in [
            (None, None),
            (Some(0.1), None),
            (Some(0.6), Some(Outcome::Refer)),
        ] {
            check(
                Code::FaceCovered,
                |m| covering(m).mouth_hand_ratio = hand.map(ratio),
                expected,
            );
        }
    }

    #[test]
    fn masks_are_rejected_and_doubts_are_looked_at() {
        for (worn, skin, expected) in [
            (0.02, 0.95, None),
            (0.02, 0.40, None),
            (0.02, 0.20, Some(Outcome::Refer)),
            (0.30, 0.35, Some(Outcome::Refer)),
            (0.30, 0.60, None),
            (0.85, 0.05, Some(Outcome::Reject)),
        ] {
            check(
                Code::FaceCovered,
                |m| {
                    let covering = &mut portrait(m).covering;
                    let covering = covering.as_mut().unwrap();
                    covering.lower_face_other_ratio = ratio(worn);
                    covering.lower_face_skin_ratio = ratio(skin);
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| portrait(m).covering = None;
        check(Code::FaceCovered, unknown, Some(Outcome::Unable));
    }
}
