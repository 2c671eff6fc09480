//! The head is tilted towards a shoulder.
//!
//! **Why.** The card needs the face upright.
//!
//! **What to do.** Hold head and camera straight, with both eyes at the same height.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("顔が傾いています", "The head is tilted"),
    advice: Words::new(
        "頭とカメラをまっすぐにして、両目が同じ高さになるように撮影してください。",
        "Please hold head and camera straight, with both eyes at the same height.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: tilted left or right (unsuitable example)",
};

params! {
    above: Above<Degrees> =
        /// Tilt to either side: referred above this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 3.697, 98 % of
        /// 12 bad ones at least 9.3836.
        6.0,
        /// Tilt to either side: rejected above this.
        8.5 in 0.0..=90.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let roll = m.portrait.as_ref()?.pose?.roll_degrees.num();
    let Words { ja, en } = towards(roll);
    let grade = p.above.grade(roll.abs())?.of(roll);
    let found = grade.found("roll_degrees", |is, limit| Words {
        ja: format!("顔が写真の{ja}へ{is}°傾いています（{limit}°以内が目安です）。"),
        en: format!(
            "The head is tilted by {is}° to the {en} of the photo; up to {limit}° is fine."
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
        |m| pose(m).roll_degrees = degrees(-7.0),
        |m| pose(m).roll_degrees = degrees(30.0),
    ];

    #[test]
    fn both_directions_are_graded() {
        for (roll, expected) in [
            (4.5, None),
            (-7.0, Some(Outcome::Refer)),
            (9.0, Some(Outcome::Reject)),
            (-30.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::Tilted,
                |m| {
                    let pose = &mut portrait(m).pose;
                    pose.as_mut().unwrap().roll_degrees = degrees(roll);
                },
                expected,
            );
        }
    }
}
