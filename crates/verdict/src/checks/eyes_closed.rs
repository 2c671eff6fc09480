//! One or both eyes are closed.
//!
//! **Why.** The face must be visible as it usually is, with open eyes. Narrow eyes and a laughing
//! squint are not closed: if a dark pupil is visible between the lids, an eye counts as open unless
//! the lids almost touch. A photo is rejected only if both eyes are shut; anything in between is
//! referred to a person.
//!
//! **What to do.** Take a few photos and choose one with open eyes. If you cannot open your eyes,
//! an exception can be recorded.

use shomei_photo::Region;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("目を閉じています", "The eyes are closed"),
    advice: Words::new(
        "両目を自然に開けて撮影してください。",
        "Please take the photo with both eyes open.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: expression significantly different from normal; open eyes are excepted for illness (apprec/abroad/procedure/photo/)",
};

params! {
    below: Below<Share> =
        /// Distance of the lids over the width of the eye, of the less open eye: referred below
        /// this.
        0.23,
        /// Distance of the lids over the width of the eye, of the more open eye: rejected below
        /// this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at least 0.259, 98 %
        /// of 10 bad ones at most 0.2701.
        0.12 in 0.0..=1.0;
    max_pupil_luma: Single<Share> =
        /// Luma of the darkest tenth between the lids over that of the cheeks: a pupil counts as
        /// visible up to this.
        0.18 in 0.0..=1.0;
    pupil_factor: Single<Share> =
        /// For an eye with a visible pupil, the two limits above are multiplied by this.
        0.6 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some(eyes) = m.portrait.as_ref()?.eyes else {
        return not_measured(
            m,
            "目の状態を自動で確認できませんでした。",
            "The eyes could not be assessed.",
        );
    };
    let grades = eyes.map(|eye| {
        let luma = eye.pupil_luma_ratio.map(Num::num);
        let seen = luma.is_some_and(|luma| luma <= p.max_pupil_luma.get());
        let factor = if seen { p.pupil_factor.get() } else { 1.0 };
        let open = eye.openness_ratio.num();
        Some((p.below.times(factor).grade(open)?, eye.region))
    });
    let shut = || grades.iter().flatten();
    let &(grade, _) = shut().min_by(|(a, _), (b, _)| a.value.total_cmp(&b.value))?;
    let rejected = |eye: &Option<(Grade, _)>| eye.is_some_and(|(grade, _)| grade.rejects());
    let found = if grades.iter().all(rejected) {
        grade.found("openness_ratio", |_, _| Words {
            ja: "両目を閉じています。",
            en: "Both eyes are closed.",
        })
    } else {
        let grade = grade.and(Outcome::Refer);
        grade.found("openness_ratio", |_, _| Words {
            ja: "目を閉じている、または細めている可能性があります。",
            en: "An eye may be closed or half closed.",
        })
    };
    let regions = shut().filter_map(|&(_, region)| region);
    Some(found.at(regions.reduce(Region::union)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, eyes, portrait, ratio, region};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| eyes(m)[0].openness_ratio = ratio(0.01),
        |m| {
            for eye in eyes(m) {
                eye.openness_ratio = ratio(0.01);
            }
        },
        |m| portrait(m).eyes = None,
    ];

    #[test]
    fn only_both_eyes_shut_are_rejected() {
        for (left, right, expected) in [
            (0.30, 0.30, None),
            (0.24, 0.24, None),
            (0.22, 0.24, Some(Outcome::Refer)),
            (0.15, 0.16, Some(Outcome::Refer)),
            (0.05, 0.30, Some(Outcome::Refer)),
            (0.05, 0.12, Some(Outcome::Refer)),
            (0.05, 0.03, Some(Outcome::Reject)),
        ] {
            check(
                Code::EyesClosed,
                |m| {
                    let eyes = eyes(m);
                    eyes[0].openness_ratio = ratio(left);
                    eyes[1].openness_ratio = ratio(right);
                },
                expected,
            );
        }
        let both = check(
            Code::EyesClosed,
            |m| {
                for eye in eyes(m) {
                    eye.openness_ratio = ratio(0.15);
                }
            },
            Some(Outcome::Refer),
        );
        assert_eq!(both.unwrap().region, Some(region(255, 385, 190, 30)));
        for (open, expected) in [(0.15, None), (0.13, Some(Outcome::Refer))] {
            check(
                Code::EyesClosed,
                |m| {
                    for eye in eyes(m) {
                        eye.openness_ratio = ratio(open);
                        eye.pupil_luma_ratio = Some(ratio(0.1));
                    }
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| portrait(m).eyes = None;
        check(Code::EyesClosed, unknown, Some(Outcome::Unable));
    }
}
