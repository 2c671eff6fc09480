//! The mouth is open.
//!
//! **Why.** The expression should not differ significantly from the usual one. The rules do not say
//! how far a smile may go, so by default a person decides, and nothing is rejected.
//!
//! **What to do.** Close the mouth and keep a natural expression.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("口が開いています", "The mouth is open"),
    advice: Words::new(
        "口を閉じて、自然な表情で撮影してください。",
        "Please close the mouth and keep a natural expression.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: expression significantly different from normal (unsuitable example)",
};

params! {
    above: Above<Share> =
        /// Gap of the lips over the width of the mouth: referred above this. A smile that opens the
        /// mouth less shows teeth, which `expression` measures.
        0.18,
        /// Gap of the lips over the width of the mouth: rejected above this. No mouth reaches the
        /// default.
        5.0 in 0.0..=5.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let mouth = m.portrait.as_ref()?.mouth?;
    let open = mouth.openness_ratio.num();
    let found = p.above.found("openness_ratio", open, |is, limit| Words {
        ja: format!("口が開いています（開き具合が口の幅の{is}、{limit}以内が目安です）。"),
        en: format!("The mouth is open by {is} of its width; up to {limit} is fine."),
    })?;
    Some(found.at(mouth.region))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, mouth, portrait, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[|m| mouth(m).openness_ratio = ratio(0.5)];

    #[test]
    fn by_default_it_never_rejects() {
        for (open, expected) in [
            (0.0, None),
            (0.10, None),
            (0.17, None),
            (0.19, Some(Outcome::Refer)),
            (1.5, Some(Outcome::Refer)),
        ] {
            check(
                Code::MouthOpen,
                |m| {
                    let mouth = &mut portrait(m).mouth;
                    mouth.as_mut().unwrap().openness_ratio = ratio(open);
                },
                expected,
            );
        }
    }
}
