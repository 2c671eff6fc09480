//! One or both eyes are closed.
//!
//! **Why.** The face must be visible as it usually is, with open eyes. Narrow eyes and a laughing
//! squint are not closed: if a dark pupil is visible between the lids, or the white of the eye beside
//! a darker iris, an eye counts as open unless the lids almost touch. A photo is rejected only if both
//! eyes are shut; anything in between is referred to a person, and so are lids that seem to be apart
//! but show no iris.
//!
//! **What to do.** Take a few photos and choose one with open eyes. If you cannot open your eyes,
//! an exception can be recorded.

use shomei_photo::Region;
use shomei_portrait::{Eye, Sight};

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
    min_white_luma: Single<Share> =
        /// Luma of the white of the eye over that of the iris: an iris counts as visible from this.
        2.05 in 1.0..=10.0;
    pupil_factor: Single<Share> =
        /// For an eye with a visible pupil or iris, the two limits above are multiplied by this.
        0.6 in 0.0..=1.0;
    white_luma: Below<Share, 1> =
        /// Luma of the white of the eye over that of the iris, of the eye that shows it better:
        /// referred below this, unless the lids are far apart or something covers the eyes.
        1.25 in 0.0..=10.0;
    sure: Single<Share> =
        /// Distance of the lids over the width of the eye from which an eye is open in any case.
        0.32 in 0.0..=1.0;
    max_worn: Single<Share> =
        /// Share of worn things over an eye up to which its lids can be judged by their colours.
        0.3 in 0.0..=1.0;
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
        let pupil = luma.is_some_and(|luma| luma <= p.max_pupil_luma.get());
        let iris = eye
            .sight
            .is_some_and(|sight| sight.white_luma_ratio.num() >= p.min_white_luma.get());
        let factor = if pupil || iris {
            p.pupil_factor.get()
        } else {
            1.0
        };
        let open = eye.openness_ratio.num();
        Some((p.below.times(factor).grade(open)?, eye.region))
    });
    let shut = || grades.iter().flatten();
    let Some(&(grade, _)) = shut().min_by(|(a, _), (b, _)| a.value.total_cmp(&b.value)) else {
        return (!m.face_is_cut()).then(|| without_iris(eyes, p))?;
    };
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

/// The finding on lids that are apart by their landmarks, but show an iris in neither eye.
fn without_iris(eyes: [Eye; 2], p: &Params) -> Option<Found> {
    let [left, right] = eyes.map(|eye| eye.sight);
    let sights = [left?, right?];
    let worn = |sight: &Sight| sight.worn_ratio.num() > p.max_worn.get();
    let open = |eye: &Eye| eye.openness_ratio.num() >= p.sure.get();
    if sights.iter().any(worn) || eyes.iter().any(open) {
        return None;
    }
    let clearer = sights.map(|sight| sight.white_luma_ratio.num());
    let clearer = clearer[0].max(clearer[1]);
    let found = p
        .white_luma
        .found("white_luma_ratio", clearer, |_, _| Words {
            ja: "目を閉じている可能性があります。",
            en: "The eyes may be closed.",
        })?;
    let regions = eyes.into_iter().filter_map(|eye| eye.region);
    Some(found.at(regions.reduce(Region::union)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, eyes, portrait, ratio, region, sight};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| eyes(m)[0].openness_ratio = ratio(0.01),
        |m| {
            for eye in eyes(m) {
                eye.openness_ratio = ratio(0.01);
            }
        },
        |m| portrait(m).eyes = None,
        |m| blind(m, 1.0),
    ];

    /// Eyes that are 0.28 open and show the white by this much lighter than the iris.
    fn blind(m: &mut Measurements, white: f32) {
        for side in 0..2 {
            eyes(m)[side].openness_ratio = ratio(0.28);
            sight(m, side).white_luma_ratio = ratio(white);
        }
    }

    #[test]
    fn an_iris_makes_narrow_eyes_open_and_its_lack_makes_open_ones_doubtful() {
        for (open, white, expected) in [
            (0.18, 2.5, None),
            (0.18, 1.8, Some(Outcome::Refer)),
            (0.10, 2.5, Some(Outcome::Refer)),
            (0.10, 1.2, Some(Outcome::Reject)),
            (0.05, 2.5, Some(Outcome::Reject)),
            (0.28, 1.1, Some(Outcome::Refer)),
            (0.28, 1.4, None),
            (0.35, 1.1, None),
        ] {
            let narrow = |m: &mut Measurements| {
                blind(m, white);
                for eye in eyes(m) {
                    eye.openness_ratio = ratio(open);
                }
            };
            check(Code::EyesClosed, narrow, expected);
        }
        let dark_lenses = |m: &mut Measurements| {
            blind(m, 1.0);
            sight(m, 0).worn_ratio = ratio(0.9);
        };
        check(Code::EyesClosed, dark_lenses, None);
        let other_eye = |m: &mut Measurements| {
            blind(m, 1.0);
            sight(m, 1).white_luma_ratio = ratio(2.0);
        };
        check(Code::EyesClosed, other_eye, None);
        let of_another_version = |m: &mut Measurements| {
            for eye in eyes(m) {
                eye.sight = None;
            }
        };
        check(Code::EyesClosed, of_another_version, None);
    }

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
                    for (eye, open) in eyes.iter_mut().zip([left, right]) {
                        eye.openness_ratio = ratio(open);
                        eye.sight = None;
                    }
                },
                expected,
            );
        }
        let both = check(
            Code::EyesClosed,
            |m| {
                for eye in eyes(m) {
                    eye.openness_ratio = ratio(0.15);
                    eye.sight = None;
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
                        eye.sight = None;
                    }
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| portrait(m).eyes = None;
        check(Code::EyesClosed, unknown, Some(Outcome::Unable));
    }
}
