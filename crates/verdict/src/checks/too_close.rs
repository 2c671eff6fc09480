//! The head fills the photo: it was taken from too near, often as a selfie.
//!
//! **Why.** The photo is trimmed to the card's shape, so that the head takes about three quarters
//! of its height. Without space around the head, trimming would cut off hair or chin. This is the
//! most common reason for refusing a photo.
//!
//! **What to do.** Take the photo from farther away, with space above the hair and beside both
//! ears, and with the shoulders in it. Ask somebody else to take it, or use a timer.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new(
        "顔が大きく写りすぎています",
        "The face is too close to the camera",
    ),
    advice: Words::new(
        "カメラから離れて、頭の上と左右に余白ができ、肩まで写るように撮影してください。",
        "Please take the photo from farther away, with space above and beside the head and with the shoulders in it.",
    ),
    rule: "J-LIS: too close to the lens, so that the photo cannot be trimmed (トリミングができない)",
};

params! {
    head: Above<Share> =
        /// Crown with hair to chin over the photo's height: referred above this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 0.7475, 98 %
        /// of 28 bad ones at least 0.8873.
        0.84,
        /// Crown with hair to chin over the photo's height: rejected above this.
        0.95 in 0.1..=3.0;
    face: Above<Share> =
        /// Hairline to chin over the photo's height: referred above this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 0.5454, 98 %
        /// of 28 bad ones at least 0.7135.
        0.62,
        /// Hairline to chin over the photo's height: rejected above this.
        0.66 in 0.1..=3.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let framing = m.framing.as_ref()?;
    let head = framing.head_height_ratio.num();
    let face = framing.face_height_ratio.num();
    // What stands twice as far away appears half as high.
    let factor = (head / p.head.refer()).max(face / p.face.refer());
    let times = short((factor * 10.0).ceil() / 10.0, 1);
    let by_head = p.head.found("head_height_ratio", head, |is, limit| Words {
        ja: format!("頭のてっぺんからあごまでが写真の高さの{is}あります（{limit}以内が目安です）。今の約{times}倍の距離から撮影してください。"),
        en: format!("Crown to chin takes {is} of the photo's height; up to {limit} is fine: take the photo from {times} times as far away."),
    });
    let by_face = p.face.found("face_height_ratio", face, |is, limit| Words {
        ja: format!("顔が写真の高さの{is}あります（{limit}以内が目安です）。今の約{times}倍の距離から撮影してください。"),
        en: format!("The face takes {is} of the photo's height; up to {limit} is fine: take the photo from {times} times as far away."),
    });
    Some(
        worse(by_head, by_face)?
            .number("distance_factor", factor)
            .at(m.face_region()),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, framing, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| framing(m).head_height_ratio = ratio(0.86),
        |m| framing(m).head_height_ratio = ratio(0.97),
        |m| framing(m).face_height_ratio = ratio(0.9),
    ];

    #[test]
    fn the_text_says_how_far_to_step_back() {
        let found = check(
            Code::TooClose,
            |m| framing(m).head_height_ratio = ratio(1.26),
            Some(Outcome::Reject),
        );
        let found = found.unwrap();
        assert!(found.text.en.contains("1.5 times"), "{}", found.text.en);
        assert!(found.text.ja.contains("約1.5倍"), "{}", found.text.ja);
        assert!(found.measured.contains(&("distance_factor", 1.5.into())));
    }

    #[test]
    fn head_and_face_are_graded() {
        for (head, face, expected) in [
            (0.75, 0.50, None),
            (0.84, 0.62, None),
            (0.90, 0.50, Some(Outcome::Refer)),
            (0.75, 0.65, Some(Outcome::Refer)),
            (0.96, 0.50, Some(Outcome::Reject)),
            (0.90, 0.70, Some(Outcome::Reject)),
            (1.40, 1.10, Some(Outcome::Reject)),
        ] {
            check(
                Code::TooClose,
                |m| {
                    let framing = framing(m);
                    framing.head_height_ratio = ratio(head);
                    framing.face_height_ratio = ratio(face);
                },
                expected,
            );
        }
    }
}
