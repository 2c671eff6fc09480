//! The whole head is in the photo, but there is hardly any space around it.
//!
//! **Why.** Operators trim the photo to the card's shape. Without a margin they would cut into the
//! head, so a person decides whether the photo will do.
//!
//! **What to do.** Take the photo from a little farther away, with space above the hair and beside
//! both ears.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new(
        "頭のまわりの余白が足りません",
        "There is too little space around the head",
    ),
    advice: Words::new(
        "カメラから少し離れて、頭の上と左右に余白ができるように撮影してください。",
        "Please take the photo from a little farther away, with space above and beside the head.",
    ),
    rule: "J-LIS: the photo cannot be trimmed (トリミングができない); composition guide (目安) of checkpoint.html",
};

params! {
    head: Above<Share, 1> =
        /// Head height over the height of the best 35:45 part: referred above this.
        0.86 in 0.1..=3.0;
    top: Below<Share, 1> =
        /// Space above the hair over the photo's height: referred below this.
        0.01 in 0.0..=0.5;
    side: Below<Share, 1> =
        /// Space at the left or right of the head over the photo's width: referred below this.
        0.03 in 0.0..=0.5;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let framing = m.framing.as_ref()?;
    if m.face_is_cut() || p.head.grade(framing.head_height_ratio.num()).is_some() {
        // too_close and face_cut speak of the worse.
        return None;
    }
    let margins = &framing.margins;
    let top = margins.top_ratio.num();
    let side = margins.left_ratio.num().min(margins.right_ratio.num());
    // What reaches beyond the edge leaves no space.
    let (top_is, side_is) = (percent(top.max(0.0)), percent(side.max(0.0)));
    let head = framing.trim.head_height_ratio.num();
    let by_top = p.top.found("top_margin_ratio", top, |_, limit| Words {
        ja: format!("頭の上の余白が写真の高さの{top_is}しかありません（{limit}以上が目安です）。"),
        en: format!(
            "The space above the head is only {top_is} of the photo's height; {limit} or more is fine."
        ),
    });
    let by_side = p.side.found("side_margin_ratio", side, |_, limit| Words {
        ja: format!("頭の横の余白が写真の幅の{side_is}しかありません（{limit}以上が目安です）。"),
        en: format!(
            "The space beside the head is only {side_is} of the photo's width; {limit} or more is fine."
        ),
    });
    let trimmed = "trimmed_head_height_ratio";
    let by_trim = p.head.found(trimmed, head, |is, limit| Words {
        ja: format!("35:45に切り抜くと、頭が高さの{is}になります（{limit}以内が目安です）。"),
        en: format!("Trimmed to 35:45, the head takes {is} of the height; up to {limit} is fine."),
    });
    let found = by_top.or(by_side).or(by_trim)?;
    Some(found.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use shomei_framing::Part;

    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, framing, ratio, region};
    use shomei_framing::Cut;
    use shomei_photo::Side;

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| framing(m).margins.top_ratio = ratio(0.012),
        |m| framing(m).margins.top_ratio = ratio(-0.2),
        |m| framing(m).margins.left_ratio = ratio(0.02),
        |m| framing(m).margins.right_ratio = ratio(-0.1),
        |m| framing(m).trim.head_height_ratio = ratio(0.95),
    ];

    #[test]
    fn each_margin_counts() {
        for (top, left, right, trimmed, expected) in [
            (0.10, 0.2, 0.2, 0.76, None),
            (0.01, 0.03, 0.03, 0.86, None),
            (0.005, 0.2, 0.2, 0.76, Some(Outcome::Refer)),
            (-0.1, 0.2, 0.2, 0.76, Some(Outcome::Refer)),
            (0.10, 0.02, 0.2, 0.76, Some(Outcome::Refer)),
            (0.10, 0.2, 0.02, 0.76, Some(Outcome::Refer)),
            (0.10, 0.2, 0.2, 0.90, Some(Outcome::Refer)),
        ] {
            check(
                Code::TightFraming,
                |m| {
                    let framing = framing(m);
                    framing.margins.top_ratio = ratio(top);
                    framing.margins.left_ratio = ratio(left);
                    framing.margins.right_ratio = ratio(right);
                    framing.trim.head_height_ratio = ratio(trimmed);
                },
                expected,
            );
        }
    }

    #[test]
    fn what_is_told_as_too_close_or_cut_is_not_told_twice() {
        let refer = Some(Outcome::Refer);
        for (head, cut, expected) in [
            (0.86, None, refer),
            (0.87, None, None),
            (0.97, None, None),
            (0.60, Some(Part::Cheek), None),
            // Long hair may leave the photo.
            (0.60, Some(Part::Hair), refer),
        ] {
            check(
                Code::TightFraming,
                |m| {
                    let framing = framing(m);
                    framing.head_height_ratio = ratio(head);
                    framing.margins.top_ratio = ratio(0.0);
                    framing.cuts = cut
                        .into_iter()
                        .map(|part| Cut {
                            side: Side::Left,
                            part,
                            lost_ratio: ratio(0.1),
                            region: region(0, 300, 1, 200),
                        })
                        .collect();
                },
                expected,
            );
        }
    }
}
