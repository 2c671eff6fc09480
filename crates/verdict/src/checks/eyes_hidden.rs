//! The eyes are hidden: by dark lenses, a frame, hair, an eyepatch, a sticker or a hand.
//!
//! **Why.** Both eyes must be visible. Clear glasses are fine, whatever their frame: worn things over
//! both eyes count only if the skin behind the lenses is dark. Each eye is also judged alone: if no
//! iris is seen in one eye, and its place is unlike the other eye's, a person looks.
//!
//! **What to do.** Take sunglasses off and keep hair away from the eyes. If you need them every day
//! because of an illness, an exception can be recorded.

use shomei_photo::Ratio;
use shomei_portrait::{Eye, Sight};

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
        /// Luma of the eyes' area over that of the cheeks: worn things below this are referred. A
        /// dark frame alone does not make the area so dark.
        0.55,
        /// Luma of the eyes' area over that of the cheeks: worn things below this are rejected.
        0.45 in 0.0..=2.0;
    under: Below<Share> =
        /// Luma of the skin below the eyes over that of the cheeks, of the darker eye: worn things
        /// are referred below this; if the lighter eye is below it too, whatever is seen there is.
        0.75,
        /// Luma of the skin below the eyes over that of the cheeks, of the darker eye: worn things
        /// are rejected below this.
        0.5 in 0.0..=2.0;
    likeness: Below<Share, 1> =
        /// Correlation of the place of one eye with the mirror image of the other's: an eye without
        /// an iris is referred below this.
        0.45 in 0.0..=1.0;
    min_white_luma: Single<Share> =
        /// Luma of the white of the eye over that of the iris: an eye shows its iris from this.
        1.4 in 1.0..=10.0;
    apart: Above<Share, 1> =
        /// Share of worn things over one eye less that over the other: referred above this.
        0.45 in 0.0..=1.0;
    bar: Above<Share, 1> =
        /// How much a straight line across the eye stands out over how much it varies, of the eye
        /// where it does less: referred above this, as a frame.
        1.65 in 0.0..=100.0;
    eye_hair: Above<Share, 1> =
        /// Share of hair over one eye: referred above this.
        0.35 in 0.0..=1.0;
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
    let eyes = m.portrait.as_ref()?.eyes.and_then(both);
    let under = eyes.map(|eyes| eyes.map(|(_, sight)| sight.under_luma_ratio.num()));
    let [darker, lighter] = match under {
        Some([a, b]) => [Some(a.min(b)), Some(a.max(b))],
        None => [None; 2],
    };
    // Of unknown luma: too little to reject, enough for a look.
    let dark = match (luma, darker) {
        (None, None) => Some(Outcome::Refer),
        (luma, under) => {
            let by_luma = luma.and_then(|luma| p.luma.grade(luma));
            let by_under = under.and_then(|under| p.under.grade(under));
            let outcomes = by_luma
                .into_iter()
                .chain(by_under)
                .map(|grade| grade.outcome);
            outcomes.reduce(|a, b| if a == Outcome::Reject { a } else { b })
        }
    };
    let by_one = eyes
        .filter(|_| !m.face_is_cut())
        .and_then(|eyes| one_hidden(eyes, p));
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
    let by_tint = lighter.and_then(|under| p.under.grade(under)).map(|grade| {
        let found = grade
            .and(Outcome::Refer)
            .found("under_luma_ratio", |_, _| Words {
                ja: "眼鏡のレンズの色が濃く、目が見えにくい可能性があります。",
                en: "The lenses may be too dark for the eyes to be seen clearly.",
            });
        found.fact("class", "tinted")
    });
    let by_frame = eyes.and_then(|eyes| {
        let [left, right] = eyes.map(|(_, sight)| sight.bar_ratio.num());
        let found = p.bar.found("bar_ratio", left.min(right), |_, _| Words {
            ja: "眼鏡のフレームが目にかかっている可能性があります。",
            en: "The frame of the glasses may cross the eyes.",
        })?;
        Some(found.fact("class", "frame").advice(
            "眼鏡のフレームが目にかからないように位置を直すか、眼鏡を外して撮影してください。",
            "Please adjust the glasses so that the frame does not cross the eyes, or take them off.",
        ))
    });
    // What hides one eye only, such as an eyepatch, is for a person to judge.
    let by_worn = by_worn.filter(|_| by_one.is_none());
    let both = worse(by_worn.or(by_tint).or(by_frame), by_hair)
        .map(|found| found.at(covering.eyes_region));
    worse(by_one, both)
}

/// Both eyes with what is seen of them.
fn both([left, right]: [Eye; 2]) -> Option<[(Eye, Sight); 2]> {
    Some([(left, left.sight?), (right, right.sight?)])
}

/// The finding on an eye that is hidden while the other one is not.
fn one_hidden(eyes: [(Eye, Sight); 2], p: &Params) -> Option<Found> {
    let [left, right] = eyes.map(|(_, sight)| sight);
    // The side where `of` is larger, and that value.
    let larger = |of: fn(&Sight) -> Ratio| {
        let values = [of(&left).num(), of(&right).num()];
        let side = usize::from(values[1] > values[0]);
        (side, values[side], values[1 - side])
    };
    let (seen, _, white) = larger(|sight| sight.white_luma_ratio);
    let (worn_side, worn, other) = larger(|sight| sight.worn_ratio);
    let (hair_side, hair, _) = larger(|sight| sight.hair_ratio);
    let likeness = left.likeness_ratio.num();
    // Dark lenses hide both eyes, and reflect something different in each.
    let blank =
        white < p.min_white_luma.get() && !p.worn.grade(other).is_some_and(|grade| grade.rejects());
    let unlike = p.likeness.grade(likeness).filter(|_| blank);
    let found = |grade: Grade, name, side: usize| {
        let Words { ja, en } = towards(side as f64 - 0.5);
        let found = grade.found(name, |_, _| Words {
            ja: format!("写真の{ja}側の目が隠れている可能性があります。担当者が確認します。"),
            en: format!(
                "The eye at the {en} of the photo may be hidden. A person will look at it."
            ),
        });
        found.fact("class", "one_eye").at(eyes[side].0.region).advice(
            "両目がはっきり見えるように撮影してください。眼帯などを外せない事情がある場合は、申請先にご相談ください。",
            "Please make sure that both eyes are clearly seen. If you cannot take off an eyepatch or the like, please ask where you apply.",
        )
    };
    let by_likeness = unlike.map(|grade| found(grade, "likeness_ratio", 1 - seen));
    let by_worn = p.apart.grade(round(worn - other));
    let by_worn = by_worn.map(|grade| found(grade, "worn_apart_ratio", worn_side));
    let by_hair = p.eye_hair.grade(hair);
    let by_hair = by_hair.map(|grade| found(grade, "hair_ratio", hair_side));
    by_likeness.or(by_worn).or(by_hair)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, covering, eyes, portrait, ratio, region, sight};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| {
            covering(m).eyes_other_ratio = ratio(0.9);
            covering(m).eyes_luma_ratio = Some(ratio(0.1));
        },
        |m| covering(m).eyes_hair_ratio = ratio(0.8),
        |m| {
            for side in 0..2 {
                sight(m, side).under_luma_ratio = ratio(0.6);
            }
        },
        |m| covered(m, 1, 1.0, 0.1),
        |m| {
            for side in 0..2 {
                sight(m, side).bar_ratio = ratio(3.0);
            }
        },
    ];

    /// Covers one eye: what is seen of its iris, and how alike the two are.
    fn covered(m: &mut Measurements, side: usize, white: f32, likeness: f32) {
        sight(m, side).white_luma_ratio = ratio(white);
        for eye in eyes(m) {
            eye.sight.as_mut().unwrap().likeness_ratio = ratio(likeness);
        }
    }

    #[test]
    fn each_eye_is_judged_alone() {
        for (white, likeness, expected) in [
            (1.0, 0.1, Some(Outcome::Refer)),
            (0.5, -0.2, Some(Outcome::Refer)),
            // Light from one side.
            (2.0, 0.1, None),
            // Grey eyes.
            (1.2, 0.8, None),
        ] {
            let change = |m: &mut Measurements| covered(m, 1, white, likeness);
            let found = check(Code::EyesHidden, change, expected);
            let at = found.map(|found| found.region);
            assert_eq!(at, expected.map(|_| Some(region(385, 385, 60, 30))));
        }
        for (worn, other, hair, expected) in [
            (0.8, 0.0, 0.0, Some(Outcome::Refer)),
            (0.8, 0.6, 0.0, None),
            (0.1, 0.0, 0.5, Some(Outcome::Refer)),
            (0.1, 0.0, 0.2, None),
        ] {
            let change = |m: &mut Measurements| {
                sight(m, 0).worn_ratio = ratio(worn);
                sight(m, 1).worn_ratio = ratio(other);
                sight(m, 0).hair_ratio = ratio(hair);
            };
            check(Code::EyesHidden, change, expected);
        }
    }

    #[test]
    fn a_frame_crosses_both_eyes() {
        for (left, right, expected) in [(2.0, 1.8, Some(Outcome::Refer)), (5.0, 1.0, None)] {
            let change = |m: &mut Measurements| {
                sight(m, 0).bar_ratio = ratio(left);
                sight(m, 1).bar_ratio = ratio(right);
            };
            check(Code::EyesHidden, change, expected);
        }
    }

    #[test]
    fn a_dark_patch_over_one_eye_is_not_rejected() {
        let patch = |m: &mut Measurements| {
            covered(m, 0, 1.0, 0.0);
            sight(m, 0).worn_ratio = ratio(0.9);
            sight(m, 0).under_luma_ratio = ratio(0.1);
            covering(m).eyes_other_ratio = ratio(0.4);
            covering(m).eyes_luma_ratio = Some(ratio(0.3));
        };
        check(Code::EyesHidden, patch, Some(Outcome::Refer));
    }

    #[test]
    fn what_is_behind_the_lenses_tells_dark_ones_from_dark_frames() {
        for (worn, luma, under, expected) in [
            (0.40, 0.65, [1.0, 0.9], None),
            (0.40, 0.65, [0.7, 0.9], Some(Outcome::Refer)),
            (0.40, 0.65, [0.4, 0.4], Some(Outcome::Reject)),
            (0.02, 0.80, [0.7, 0.9], None),
            (0.02, 0.80, [0.4, 0.4], Some(Outcome::Refer)),
        ] {
            let change = |m: &mut Measurements| {
                covering(m).eyes_other_ratio = ratio(worn);
                covering(m).eyes_luma_ratio = Some(ratio(luma));
                for (side, under) in under.into_iter().enumerate() {
                    sight(m, side).under_luma_ratio = ratio(under);
                }
            };
            check(Code::EyesHidden, change, expected);
        }
    }

    #[test]
    fn clear_glasses_pass_and_dark_ones_do_not() {
        for (worn, luma, hair, expected) in [
            (0.40, Some(0.90), 0.0, None),
            (0.40, Some(0.55), 0.0, None),
            (0.40, Some(0.45), 0.0, Some(Outcome::Refer)),
            (0.05, Some(0.40), 0.0, None),
            (0.15, Some(0.50), 0.0, Some(Outcome::Refer)),
            (0.40, Some(0.50), 0.0, Some(Outcome::Refer)),
            (0.40, None, 0.0, Some(Outcome::Refer)),
            (0.40, Some(0.30), 0.0, Some(Outcome::Reject)),
            (0.0, Some(0.90), 0.4, Some(Outcome::Refer)),
            (0.15, Some(0.50), 0.8, Some(Outcome::Reject)),
        ] {
            check(
                Code::EyesHidden,
                |m| {
                    let covering = &mut portrait(m).covering;
                    let covering = covering.as_mut().unwrap();
                    covering.eyes_other_ratio = ratio(worn);
                    covering.eyes_luma_ratio = luma.map(ratio);
                    covering.eyes_hair_ratio = ratio(hair);
                    // As measured by another version.
                    for eye in eyes(m) {
                        eye.sight = None;
                    }
                },
                expected,
            );
        }
    }
}
