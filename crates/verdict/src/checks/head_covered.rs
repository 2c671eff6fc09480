//! Something is worn on the head: a hat, a cap, a hood or a wide band.
//!
//! **Why.** The photo must be taken without a hat, and the outline of the head must be visible.
//!
//! **What to do.** Take the hat off. For a covering for religion or illness that leaves the outline
//! of the face visible, an exception can be recorded.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("帽子などで頭が覆われています", "The head is covered"),
    advice: Words::new(
        "帽子や幅の広いヘアバンドなどを外して撮影してください。",
        "Please take off the hat, hood or wide band.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: no hat (無帽); coverings for religion or illness are excepted (apprec/abroad/procedure/photo/)",
};

params! {
    above: Above<Share> =
        /// Share of worn things above the face: referred above this.
        /// Chosen on half of the labelled people: all 81 good photos are at most 0.0931, 98 % of 20
        /// bad ones at least 0.1925. The limit is the middle.
        0.14,
        /// Share of worn things above the face: rejected above this.
        0.3 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let covering = m.portrait.as_ref()?.covering?;
    let worn = covering.head_other_ratio.num();
    let found = p.above.found("head_other_ratio", worn, |is, _| Words {
        ja: format!("頭の{is}が帽子などで覆われています。"),
        en: format!("Something worn covers {is} of the head."),
    })?;
    Some(found.fact("class", "worn").at(covering.head_region))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, covering, portrait, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[|m| covering(m).head_other_ratio = ratio(0.7)];

    #[test]
    fn coverings_are_graded() {
        for (worn, expected) in [
            (0.03, None),
            (0.25, Some(Outcome::Refer)),
            (0.6, Some(Outcome::Reject)),
        ] {
            check(
                Code::HeadCovered,
                |m| {
                    let covering = &mut portrait(m).covering;
                    covering.as_mut().unwrap().head_other_ratio = ratio(worn);
                },
                expected,
            );
        }
    }
}
