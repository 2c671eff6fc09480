//! The face is at one side of the photo, and trimming cannot bring it to the middle.
//!
//! **Why.** The card shows the face in the middle. Operators trim the photo, so the position of the
//! face in the best 35:45 part of it counts.
//!
//! **What to do.** Take the photo with the face in the middle and the same space on both sides.

use shomei_framing::Framing;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new("顔の位置が片寄っています", "The face is off-centre"),
    advice: Words::new(
        "顔が写真の中央にくるように、左右に同じくらいの余白をとって撮影してください。",
        "Please take the photo with the face in the middle and the same space on both sides.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: 位置が片寄っている",
};

params! {
    above: Above<Share> =
        /// Distance of the face from the middle over the width of the best 35:45 part: referred
        /// above this.
        0.05,
        /// Distance of the face from the middle over the width of the best 35:45 part: rejected
        /// above this.
        0.1 in 0.0..=0.5;
    centre_x: Within<Share> =
        /// Middle of the face from the left edge over the width of the photo as sent: referred
        /// below this. By default every position is fine, because the photo is trimmed.
        0.0,
        /// Middle of the face from the left edge over the width of the photo as sent: referred
        /// above this.
        1.0 in 0.0..=1.0;
    max_top_margin: Single<Share> =
        /// Space above the hair over the height of the photo as sent: referred above this.
        1.0 in 0.0..=1.0;
    eye_line: Within<Share> =
        /// Line through the eyes from the top edge over the height of the photo as sent: referred
        /// below this.
        0.0,
        /// Line through the eyes from the top edge over the height of the photo as sent: referred
        /// above this.
        1.0 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let framing = m.framing.as_ref()?;
    Some(worse(trimmed(framing, p), as_sent(framing, p))?.at(m.face_region()))
}

/// In the best 35:45 part.
fn trimmed(framing: &Framing, p: &Params) -> Option<Found> {
    let from_middle = round(framing.trim.centre_x_ratio.num() - 0.5);
    let off = from_middle.abs();
    let Words { ja, en } = towards(from_middle);
    p.above.found("off_centre_ratio", off, |is, limit| Words {
        ja: format!("35:45に切り抜いても、顔が中央から{ja}に幅の{is}ずれています（{limit}以内が目安です）。"),
        en: format!("Even trimmed to 35:45, the face is {is} of the width to the {en} of the middle; up to {limit} is fine."),
    })
}

/// For photos that nobody trims.
fn as_sent(framing: &Framing, p: &Params) -> Option<Found> {
    let places = [
        (
            "centre_x_ratio",
            framing.centre_x_ratio,
            (p.centre_x.min(), p.centre_x.max()),
            "顔の中央が左端から写真の幅の",
            "From the left edge to the middle of the face, it is {} of the photo's width",
        ),
        (
            "top_margin_ratio",
            framing.margins.top_ratio,
            (0.0, p.max_top_margin.get()),
            "頭の上の余白が写真の高さの",
            "The space above the head is {} of the photo's height",
        ),
        (
            "eye_line_y_ratio",
            framing.eye_line_y_ratio,
            (p.eye_line.min(), p.eye_line.max()),
            "両目の位置が上端から写真の高さの",
            "From the top edge to the eyes, it is {} of the photo's height",
        ),
    ];
    let beyond = places.into_iter().find(|(_, place, (min, max), ..)| {
        // What lies outside the photo counts as at its edge, so that 0 and 1 are no limits.
        let place = place.num().max(0.0).min(1.0);
        place < *min || place > *max
    });
    let (name, place, (min, max), ja, en) = beyond?;
    let (is, low, high) = (percent(place.num()), percent(min), percent(max));
    let found = Found::refer(
        format!("{ja}{is}です（{low}～{high}が目安です）。"),
        format!("{}; {low} to {high} is fine.", en.replace("{}", &is)),
    );
    Some(
        found
            .number(name, place.num())
            .limit(Some(min), Some(max))
            .advice(
                "顔が写真の中央にくるように、カメラを目の高さに合わせて撮影してください。",
                "Please hold the camera at eye level, with the face in the middle of the photo.",
            ),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fixtures::{Sample, check, framing, good, ratio};
    use crate::{Code, Lang, Policy, Waivers, judge};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| framing(m).trim.centre_x_ratio = ratio(0.44),
        |m| framing(m).trim.centre_x_ratio = ratio(0.7),
        |m| framing(m).centre_x_ratio = ratio(0.15),
        |m| framing(m).margins.top_ratio = ratio(0.6),
        |m| framing(m).eye_line_y_ratio = ratio(0.9),
    ];

    #[test]
    fn what_trimming_repairs_is_no_defect() {
        for (whole, trimmed, expected) in [
            (0.5, 0.5, None),
            (0.2, 0.5, None),
            (0.2, 0.45, None),
            (0.5, 0.44, Some(Outcome::Refer)),
            (0.5, 0.61, Some(Outcome::Reject)),
            (-0.2, -0.2, Some(Outcome::Reject)),
        ] {
            check(
                Code::OffCentre,
                |m| {
                    let framing = framing(m);
                    framing.centre_x_ratio = ratio(whole);
                    framing.trim.centre_x_ratio = ratio(trimmed);
                },
                expected,
            );
        }
    }

    #[test]
    fn a_profile_may_judge_the_photo_as_it_was_sent() {
        for (limits, centre, top, eyes, expected) in [
            ("", -0.5, -0.5, -0.5, None),
            ("", 1.5, 1.5, 1.5, None),
            ("min_centre_x = 0.45", 0.44, 0.1, 0.44, Some("44%")),
            ("min_centre_x = 0.45", 0.45, 0.1, 0.44, None),
            ("max_centre_x = 0.55", 0.56, 0.1, 0.44, Some("56%")),
            ("max_top_margin = 0.133", 0.5, 0.2, 0.44, Some("20%")),
            ("max_top_margin = 0.133", 0.5, -0.2, 0.44, None),
            ("min_eye_line = 0.3", 0.5, 0.1, 0.25, Some("25%")),
            ("min_eye_line = 0.3", 0.5, 0.1, -0.25, Some("-25%")),
            ("max_eye_line = 0.5", 0.5, 0.1, 0.51, Some("51%")),
            ("max_eye_line = 0.5", 0.5, 0.1, 0.5, None),
        ] {
            let mut measurements = good();
            let framing = measurements.framing.as_mut().unwrap();
            framing.centre_x_ratio = ratio(centre);
            framing.margins.top_ratio = ratio(top);
            framing.eye_line_y_ratio = ratio(eyes);
            let policy = Policy::from_toml(&format!("[off_centre]\n{limits}\n")).unwrap();
            let review = judge(&measurements, &policy, &Waivers::default());
            let found = review
                .findings()
                .iter()
                .find(|f| f.code() == Code::OffCentre);
            assert_eq!(
                found.map(|f| f.outcome()),
                expected.map(|_| Outcome::Refer),
                "{limits}"
            );
            for lang in Lang::ALL {
                let text = found.map_or("", |found| found.text(lang));
                assert!(text.contains(expected.unwrap_or_default()), "{text}");
            }
        }
    }
}
