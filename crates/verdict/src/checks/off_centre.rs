//! The face is at one side of the photo, and trimming cannot bring it to the middle.
//!
//! **Why.** The card shows the face in the middle. Operators trim the photo; what counts is
//! therefore where the face stands in the best 35:45 part of it.
//!
//! **What to do.** Take the photo with the face in the middle and the same space on both sides.

use crate::check::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words {
        ja: "顔の位置が片寄っています",
        en: "The face is off-centre",
    },
    advice: Words {
        ja: "顔が写真の中央にくるように、左右に同じくらいの余白をとって撮影してください。",
        en: "Please take the photo with the face in the middle and the same space on both sides.",
    },
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: 位置が片寄っている",
};

params! {
    /// Distance of the face from the middle over the width of the best 35:45 part: a person
    /// looks above this.
    refer_above: Share = 0.05 in 0.0..=0.5;
    /// Distance of the face from the middle over the width of the best 35:45 part: rejected
    /// above this.
    reject_above: Share = 0.1 in 0.0..=0.5;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let framing = m.framing.as_ref()?;
    let centre = framing.trim.centre_x_ratio.num();
    let off = round((centre - 0.5).abs());
    let (is, limit) = (percent(off), percent(p.refer_above));
    let (ja, en) = if centre < 0.5 {
        ("左", "left")
    } else {
        ("右", "right")
    };
    Some(
        above(off, p.refer_above, p.reject_above)?
            .found(
                format!("35:45に切り抜いても、顔が中央から{ja}に幅の{is}ずれています（{limit}以内が目安です）。"),
                format!("Even trimmed to 35:45, the face is {is} of the width to the {en} of the middle; up to {limit} is fine."),
            )
            .number("off_centre_ratio", off)
            .at(m.face_region()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{check, ratio};

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
                    let framing = m.framing.as_mut().unwrap();
                    framing.centre_x_ratio = ratio(whole);
                    framing.trim.centre_x_ratio = ratio(trimmed);
                },
                expected,
            );
        }
    }
}
