//! The head is turned to the side.
//!
//! **Why.** The card needs the face from the front, with both cheeks to be seen alike.
//!
//! **What to do.** Look straight at the camera, nose and shoulders towards it.

use crate::check::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words {
        ja: "顔が横を向いています",
        en: "The head is turned to the side",
    },
    advice: Words {
        ja: "カメラの正面を向いて撮影してください。",
        en: "Please face the camera straight on.",
    },
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: face turned sideways (unsuitable example)",
};

params! {
    /// Turn to either side: a person looks above this.
    /// Chosen on one half of the labelled people: 98 % of 81 good photos up to 4.6251, 98 % of 15
    /// bad ones from 15.5085.
    refer_above: Degrees = 8.0 in 0.0..=90.0;
    /// Turn to either side: rejected above this.
    reject_above: Degrees = 15.0 in 0.0..=90.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some(pose) = m.portrait.as_ref()?.pose else {
        return Some(
            Found::unable(
                "顔の向きを自動で確認できませんでした。",
                "The direction of the head could not be assessed.",
            )
            .at(m.face_region()),
        );
    };
    let yaw = pose.yaw_degrees.num();
    let (is, limit) = (short(yaw.abs(), 1), short(p.refer_above, 1));
    let Words { ja, en } = towards(yaw);
    Some(
        above(yaw.abs(), p.refer_above, p.reject_above)?
            .found(
                format!("顔が写真の{ja}へ{is}°向いています（{limit}°以内が目安です）。"),
                format!(
                    "The head is turned by {is}° to the {en} of the photo; up to {limit}° is fine."
                ),
            )
            .number("yaw_degrees", yaw)
            .at(m.face_region()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{check, degrees};

    #[test]
    fn both_directions_are_graded() {
        for (yaw, expected) in [
            (0.0, None),
            (8.0, None),
            (-10.0, Some(Outcome::Refer)),
            (10.0, Some(Outcome::Refer)),
            (-40.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::Turned,
                |m| {
                    let pose = &mut m.portrait.as_mut().unwrap().pose;
                    pose.as_mut().unwrap().yaw_degrees = degrees(yaw);
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| m.portrait.as_mut().unwrap().pose = None;
        check(Code::Turned, unknown, Some(Outcome::Unable));
    }
}
