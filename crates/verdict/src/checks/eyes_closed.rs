//! One or both eyes are closed.
//!
//! **Why.** The face must be seen as it is, with open eyes. Narrow eyes and a laughing squint
//! are not closed: where a dark pupil shows between the lids, an eye counts as open unless they
//! all but touch. Only both eyes shut are rejected, anything in between goes to a person.
//!
//! **What to do.** Take a few photos and choose one with open eyes. Who cannot open the eyes can
//! declare it.

use shomei_photo::Region;

use crate::check::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words {
        ja: "目を閉じています",
        en: "The eyes are closed",
    },
    advice: Words {
        ja: "両目を自然に開けて撮影してください。",
        en: "Please take the photo with both eyes open.",
    },
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: expression significantly different from normal; open eyes are excepted for illness (apprec/abroad/procedure/photo/)",
};

params! {
    /// Distance of the lids over the width of the eye, of the less open eye: a person looks
    /// below this.
    refer_below: Share = 0.23 in 0.0..=1.0;
    /// Distance of the lids over the width of the eye, of the more open eye: rejected below
    /// this.
    /// Chosen on one half of the labelled people: 98 % of 81 good photos down to 0.259, 98 % of 10
    /// bad ones up to 0.2701.
    reject_below: Share = 0.12 in 0.0..=1.0;
    /// Luma of the darkest tenth between the lids over that of the cheeks, up to which a pupil
    /// is taken to be seen.
    max_pupil_luma: Share = 0.18 in 0.0..=1.0;
    /// Share of these limits that holds for an eye whose pupil is seen.
    pupil_factor: Share = 0.6 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some(eyes) = m.portrait.as_ref()?.eyes else {
        return Some(
            Found::unable(
                "目の状態を自動で確認できませんでした。",
                "The eyes could not be assessed.",
            )
            .at(m.face_region()),
        );
    };
    // Each eye's distance of the lids, and what it must reach.
    let eyes = eyes.map(|eye| {
        let luma = eye.pupil_luma_ratio.map(Num::num);
        let seen = luma.is_some_and(|luma| luma <= p.max_pupil_luma);
        let factor = if seen { p.pupil_factor } else { 1.0 };
        (eye.openness_ratio.num(), factor, eye.region)
    });
    let shut = |limit: f64| eyes.iter().filter(move |(open, f, _)| *open < limit * f);
    let regions = shut(p.refer_below).filter_map(|&(_, _, region)| region);
    let (found, limit) = if shut(p.reject_below).count() == eyes.len() {
        let found = Found::reject("両目を閉じています。", "Both eyes are closed.");
        (found, p.reject_below)
    } else if shut(p.refer_below).next().is_some() {
        let found = Found::refer(
            "目を閉じている、または細めている可能性があります。",
            "An eye may be closed or half closed.",
        );
        (found, p.refer_below)
    } else {
        return None;
    };
    let open = shut(limit).map(|&(open, _, _)| open).reduce(f64::min)?;
    Some(
        found
            .number("openness_ratio", open)
            .limit(Some(limit), None)
            .at(regions.reduce(Region::union)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{check, ratio, region};

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
                    let eyes = m.portrait.as_mut().unwrap().eyes.as_mut().unwrap();
                    eyes[0].openness_ratio = ratio(left);
                    eyes[1].openness_ratio = ratio(right);
                },
                expected,
            );
        }
        let both = check(
            Code::EyesClosed,
            |m| {
                for eye in m.portrait.as_mut().unwrap().eyes.as_mut().unwrap() {
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
                    for eye in m.portrait.as_mut().unwrap().eyes.as_mut().unwrap() {
                        eye.openness_ratio = ratio(open);
                        eye.pupil_luma_ratio = Some(ratio(0.1));
                    }
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| m.portrait.as_mut().unwrap().eyes = None;
        check(Code::EyesClosed, unknown, Some(Outcome::Unable));
    }
}
