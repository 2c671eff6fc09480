//! The head is small in the photo.
//!
//! **Why.** The photo is trimmed to the head. If the head is small, few pixels are left, and the
//! print becomes coarse.
//!
//! **What to do.** Come nearer, until the head takes about two thirds of the photo's height, with
//! the shoulders in it.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new(
        "顔が小さく写りすぎています",
        "The face is too far from the camera",
    ),
    advice: Words::new(
        "カメラに近づいて、頭のてっぺんからあごまでが写真の高さの3分の2ほどになるように撮影してください。",
        "Please come nearer, until crown to chin takes about two thirds of the photo's height.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: composition guide (目安), head about 34 of 45 mm",
};

params! {
    below: Below<Share> =
        /// Crown with hair to chin over the photo's height: referred below this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at least 0.6013, 98 %
        /// of 15 bad ones at most 0.3396.
        0.42,
        /// Crown with hair to chin over the photo's height: rejected below this.
        0.36 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let head = m.framing.as_ref()?.head_height_ratio.num();
    let found = p.below.found("head_height_ratio", head, |is, limit| Words {
        ja: format!(
            "頭のてっぺんからあごまでが写真の高さの{is}しかありません（{limit}以上が目安です）。"
        ),
        en: format!(
            "Crown to chin takes only {is} of the photo's height; {limit} or more is fine."
        ),
    })?;
    Some(found.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, framing, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| framing(m).head_height_ratio = ratio(0.2),
        |m| framing(m).head_height_ratio = ratio(0.1),
    ];

    #[test]
    fn text_and_limit_say_the_same_whether_it_refers_or_rejects() {
        for (head, outcome) in [(0.40, Outcome::Refer), (0.20, Outcome::Reject)] {
            let change = |m: &mut Measurements| framing(m).head_height_ratio = ratio(head);
            let found = check(Code::TooFar, change, Some(outcome)).unwrap();
            assert_eq!(found.limit.and_then(|limit| limit.min), Some(0.42));
            assert!(
                found.text.en.contains("42% or more is fine"),
                "{}",
                found.text.en
            );
        }
    }

    #[test]
    fn small_heads_are_graded() {
        for (head, expected) in [
            (0.42, None),
            (0.40, Some(Outcome::Refer)),
            (0.36, Some(Outcome::Refer)),
            (0.20, Some(Outcome::Reject)),
        ] {
            check(
                Code::TooFar,
                |m| framing(m).head_height_ratio = ratio(head),
                expected,
            );
        }
    }
}
