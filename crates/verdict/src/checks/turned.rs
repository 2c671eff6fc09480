//! The head is turned to the side.
//!
//! **Why.** The card needs the face from the front, with both cheeks equally visible.
//!
//! **What to do.** Look straight at the camera, with nose and shoulders towards it.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("顔が横を向いています", "The head is turned to the side"),
    advice: Words::new(
        "カメラの正面を向いて撮影してください。",
        "Please face the camera straight on.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: face turned sideways (unsuitable example)",
};

params! {
    above: Above<Degrees> =
        /// Turn to either side: referred above this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 4.6251, 98 %
        /// of 15 bad ones at least 15.5085.
        8.0,
        /// Turn to either side: rejected above this.
        15.0 in 0.0..=90.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some(pose) = m.portrait.as_ref()?.pose else {
        return not_measured(
            m,
            "顔の向きを自動で確認できませんでした。",
            "The direction of the head could not be assessed.",
        );
    };
    let yaw = pose.yaw_degrees.num();
    let Words { ja, en } = towards(yaw);
    let grade = p.above.grade(yaw.abs())?.of(yaw);
    let found = grade.found("yaw_degrees", |is, limit| Words {
        ja: format!("顔が写真の{ja}へ{is}°向いています（{limit}°以内が目安です）。"),
        en: format!(
            "The head is turned by {is}° to the {en} of the photo; up to {limit}° is fine."
        ),
    });
    Some(found.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, degrees, portrait, pose};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| pose(m).yaw_degrees = degrees(-14.0),
        |m| pose(m).yaw_degrees = degrees(44.44),
        |m| portrait(m).pose = None,
    ];

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
                    let pose = &mut portrait(m).pose;
                    pose.as_mut().unwrap().yaw_degrees = degrees(yaw);
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| portrait(m).pose = None;
        check(Code::Turned, unknown, Some(Outcome::Unable));
    }
}
