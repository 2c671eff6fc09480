//! One or both eyes are closed.
//!
//! **Why.** The face must be seen as it is, with open eyes. Narrow eyes and a laughing squint
//! are not closed: only both eyes shut are rejected, anything in between goes to a person.
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
    refer_below: Share = 0.2 in 0.0..=1.0;
    /// Distance of the lids over the width of the eye, of the more open eye: rejected below
    /// this.
    reject_below: Share = 0.12 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some([left, right]) = m.portrait.as_ref()?.eyes else {
        return Some(
            Found::unable(
                "目の状態を自動で確認できませんでした。",
                "The eyes could not be assessed.",
            )
            .at(m.face_region()),
        );
    };
    let (left_open, right_open) = (left.openness_ratio.num(), right.openness_ratio.num());
    let closed = [(left_open, left.region), (right_open, right.region)]
        .into_iter()
        .filter(|&(open, _)| open < p.refer_below)
        .filter_map(|(_, region)| region);
    let (found, open, limit) = if left_open.max(right_open) < p.reject_below {
        let found = Found::reject("両目を閉じています。", "Both eyes are closed.");
        (found, left_open.max(right_open), p.reject_below)
    } else if left_open.min(right_open) < p.refer_below {
        let found = Found::refer(
            "目を閉じている、または細めている可能性があります。",
            "An eye may be closed or half closed.",
        );
        (found, left_open.min(right_open), p.refer_below)
    } else {
        return None;
    };
    Some(
        found
            .number("openness_ratio", open)
            .limit(Some(limit), None)
            .at(closed.reduce(Region::union)),
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
            (0.22, 0.22, None),
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
        let unknown = |m: &mut Measurements| m.portrait.as_mut().unwrap().eyes = None;
        check(Code::EyesClosed, unknown, Some(Outcome::Unable));
    }
}
