//! The head is so small in the photo that too little is left of it after trimming.
//!
//! **Why.** The photo is trimmed to the head. If the head has few pixels, the print becomes coarse.
//! A small head with enough pixels is fine.
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
    rule: "J-LIS: a photo that cannot be trimmed is refused (トリミングができない); composition guide (目安) of checkpoint.html, head about 34 of 45 mm",
};

params! {
    small: Below<Share> =
        /// Crown with hair to chin over the photo's height, together with `print_refer_below`. The
        /// lack of pixels in a larger head is not due to the distance.
        0.42,
        /// Crown with hair to chin over the photo's height, together with `print_reject_below`.
        0.36 in 0.0..=1.0;
    print: Below<Pixels> =
        /// Pixels along the 27.5 mm of the print: referred below this, if the head is small, too.
        360.0,
        /// Pixels along the 27.5 mm of the print: rejected below this, if the head is small, too.
        /// The print needs 300 dpi, which are 325 pixels in height and, because the trimmed part
        /// is a little narrower than the print, 334 for the width; the rest allows for errors of
        /// measurement.
        340.0 in 0.0..=10_000.0;
    below: Below<Share> =
        /// Crown with hair to chin over the height of the photo as sent, whatever its pixels:
        /// referred below this. By default every height is fine, because the photo is trimmed.
        0.0,
        /// Crown with hair to chin over the height of the photo as sent, whatever its pixels:
        /// rejected below this.
        0.0 in 0.0..=1.0;
}

impl Params {
    /// Whether a small head is fine if trimming leaves enough pixels.
    pub(crate) fn trims(&self) -> bool {
        self.below.refer() <= 0.0
    }
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let framing = m.framing.as_ref()?;
    let head = framing.head_height_ratio.num();
    let print = framing.trim.print_height_px.num();
    let trimmed = || {
        let grade = p.print.grade(print)?.and(p.small.grade(head)?.outcome);
        let found = grade.found("print_height_px", |_, _| Words {
            ja: "顔が小さく写っているため、カードに合わせて切り抜くと画像が粗くなります。",
            en: "The face is so small that the picture becomes coarse when it is trimmed for the card.",
        });
        Some(found.number("head_height_ratio", head))
    };
    let as_sent = || {
        p.below.found("head_height_ratio", head, |is, limit| Words {
            ja: format!("頭のてっぺんからあごまでが写真の高さの{is}しかありません（{limit}以上が目安です）。"),
            en: format!("Crown to chin takes only {is} of the photo's height; {limit} or more is fine."),
        })
    };
    Some(worse(trimmed(), as_sent())?.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fixtures::{Sample, check, framing, good, px, ratio};
    use crate::{Code, Policy, Waivers, judge};

    pub(crate) const SAMPLES: &[Sample] = &[|m| small(m, 0.2, 350.0), |m| small(m, 0.1, 180.0)];

    fn small(m: &mut Measurements, head: f32, print: f32) {
        let framing = framing(m);
        framing.head_height_ratio = ratio(head);
        framing.trim.print_height_px = px(print);
    }

    #[test]
    fn a_small_head_needs_pixels() {
        for (head, print, expected) in [
            (0.20, 900.0, None),
            (0.20, 360.0, None),
            (0.20, 350.0, Some(Outcome::Refer)),
            (0.40, 330.0, Some(Outcome::Refer)),
            (0.20, 330.0, Some(Outcome::Reject)),
            // Coming nearer would not help much.
            (0.42, 200.0, None),
        ] {
            check(Code::TooFar, |m| small(m, head, print), expected);
        }
    }

    #[test]
    fn a_profile_may_judge_the_photo_as_it_was_sent() {
        let limits = "[too_far]\nrefer_below = 0.7\nreject_below = 0.678\n";
        let policy = Policy::from_toml(limits).unwrap();
        for (head, outcome) in [
            (0.70, None),
            (0.69, Some(Outcome::Refer)),
            (0.40, Some(Outcome::Reject)),
        ] {
            let mut measurements = good();
            small(&mut measurements, head, 900.0);
            let review = judge(&measurements, &policy, &Waivers::default());
            let findings = review.findings();
            let found = findings.iter().find(|f| f.code() == Code::TooFar);
            assert_eq!(found.map(|f| f.outcome()), outcome, "{head}");
            if let Some(found) = found {
                assert_eq!(found.limit().and_then(|limit| limit.min), Some(0.7));
            }
        }
    }
}
