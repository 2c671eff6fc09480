//! The head is raised or lowered.
//!
//! **Why.** The card needs the face from the front. The measured angle depends on the shape of the
//! face by up to 13°, so the limits are wide.
//!
//! **What to do.** Hold the camera at eye level and look straight at it.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new(
        "顔が上または下を向いています",
        "The head is raised or lowered",
    ),
    advice: Words::new(
        "カメラを目の高さに合わせ、正面を向いて撮影してください。",
        "Please hold the camera at eye level and face it straight on.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: facing the front",
};

params! {
    above: Above<Degrees> =
        /// Nod up or down: referred above this.
        20.0,
        /// Nod up or down: rejected above this.
        28.0 in 0.0..=90.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let pitch = m.portrait.as_ref()?.pose?.pitch_degrees.num();
    let (ja, en) = if pitch.is_sign_negative() {
        ("上", "raised")
    } else {
        ("下", "lowered")
    };
    let grade = p.above.grade(pitch.abs())?.of(pitch);
    let found = grade.found("pitch_degrees", |is, limit| Words {
        ja: format!("顔が{ja}へ{is}°向いています（{limit}°以内が目安です）。"),
        en: format!("The head is {en} by {is}°; up to {limit}° is fine."),
    });
    Some(found.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, degrees, portrait, pose};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| pose(m).pitch_degrees = degrees(-40.0),
        |m| pose(m).pitch_degrees = degrees(60.0),
    ];

    #[test]
    fn both_directions_are_graded() {
        for (pitch, expected) in [
            (13.0, None),
            (-13.0, None),
            (24.0, Some(Outcome::Refer)),
            (-35.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::Nodding,
                |m| {
                    let pose = &mut portrait(m).pose;
                    pose.as_mut().unwrap().pitch_degrees = degrees(pitch);
                },
                expected,
            );
        }
    }
}
