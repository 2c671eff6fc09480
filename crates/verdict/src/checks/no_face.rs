//! No face was found, or the face could not be assessed.
//!
//! **Why.** The card shows the holder's face. If a step of the review failed, the photo is not
//! judged but referred to a person.
//!
//! **What to do.** Take a photo of yourself from the front, in good light, with the whole face in
//! the picture.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Picture,
    waivable: true,
    title: Words::new("顔が確認できません", "No face was found"),
    advice: Words::new(
        "正面を向いて、明るい場所で、顔全体が写るように撮影してください。",
        "Please take the photo from the front, in good light, with the whole face in it.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: a photo of the applicant, facing the front",
};

params! {
    below: Below<Share> =
        /// Confidence of the landmark model that there is a face: referred below this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at least 1, 98 % of 12
        /// bad ones at most 0.
        0.9,
        /// Confidence of the landmark model that there is a face: rejected below this.
        0.5 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    if m.face.is_some() && m.faces() == 0 && m.failure.is_none() {
        return Some(
            Found::reject(
                "写真に顔が見つかりません。",
                "No face was found in the photo.",
            )
            .number("faces", 0.0),
        );
    }
    // Where the review stopped, `judge` speaks: only all findings show whether it still may.
    if !m.assessed() && m.stopped_after.is_none() {
        return Some(unassessed(m));
    }
    let presence = m.face.as_ref()?.presence_ratio?.num();
    let found = p.below.found("presence_ratio", presence, |sure, _| Words {
        ja: format!("顔をはっきりと確認できません（確度{sure}）。"),
        en: format!("No face can be made out with certainty (confidence {sure})."),
    })?;
    Some(found.at(m.face_region()))
}

/// The review broke off, or stopped at what these rules do not reject.
pub(crate) fn unassessed(m: &Measurements) -> Found {
    if let Some(stage) = &m.stopped_after {
        return Found::unable(
            "確認を途中で終えたため、この写真のすべてを確認していません。",
            "The review stopped early, so that not all of this photo was looked at.",
        )
        .fact("stopped_after", stage.as_str())
        .advice(
            "職員が写真をもう一度確認しますので、お待ちください。",
            "Please wait for staff to review the photo again.",
        )
        .at(m.face_region());
    }
    let found = Found::unable(
        "この写真は自動で確認できませんでした。職員が確認します。",
        "This photo could not be assessed automatically; staff will look at it.",
    )
    .advice(
        "職員による確認をお待ちいただくか、別の写真でお試しください。",
        "Please wait for staff to look at it, or try another photo.",
    )
    .at(m.face_region());
    match &m.failure {
        Some(failure) => found.fact("stage", failure.stage.as_str()),
        None => found,
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fixtures::{Sample, check, codes, face, ratio};
    use crate::{Code, Failure};
    use shomei_photo::FaceFacts;

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| face(m).faces.clear(),
        |m| face(m).presence_ratio = Some(ratio(0.3)),
        |m| {
            let (stage, cause) = ("face".to_owned(), "broken".to_owned());
            m.failure = Some(Failure { stage, cause });
        },
        |m| m.portrait = None,
    ];

    #[test]
    fn presence_is_graded() {
        for (presence, expected) in [
            (1.0, None),
            (0.9, None),
            (0.7, Some(Outcome::Refer)),
            (0.4, Some(Outcome::Reject)),
        ] {
            check(
                Code::NoFace,
                |m| face(m).presence_ratio = Some(ratio(presence)),
                expected,
            );
        }
    }

    #[test]
    fn without_a_face_it_speaks_alone() {
        let change = |m: &mut Measurements| {
            m.face = Some(FaceFacts::default());
            m.framing = None;
            m.portrait = None;
        };
        check(Code::NoFace, change, Some(Outcome::Reject));
        assert_eq!(codes(change), [Code::NoFace]);
    }

    #[test]
    fn what_broke_off_is_not_judged() {
        let failed = |m: &mut Measurements| {
            m.failure = Some(Failure {
                stage: "portrait".to_owned(),
                cause: "index out of bounds".to_owned(),
            });
            m.portrait = None;
        };
        check(Code::NoFace, failed, Some(Outcome::Unable));
        check(Code::NoFace, |m| m.face = None, Some(Outcome::Unable));
        check(Code::NoFace, |m| m.framing = None, Some(Outcome::Unable));
    }
}
