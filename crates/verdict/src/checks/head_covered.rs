//! Something is worn on the head: a hat, a cap, a scarf, a hood or a band.
//!
//! **Why.** The photo must be taken without a hat, and the outline of the head must be visible. Hair
//! of any colour and a bare head are no covering.
//!
//! **What to do.** Take hats and bands off. A covering for religion or illness that leaves the outline
//! of the face visible may stay on: an exception can be recorded. Scarves, bands and what was not
//! recognised are never rejected without a person.

use shomei_portrait::HeadCovering;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("頭が覆われています", "The head is covered"),
    advice: Words::new(
        "帽子やヘアバンドは外して撮影してください。宗教や病気などの理由で着けている場合は、外さずに、その理由を申し出てください。",
        "Please take off hats and bands. If it is worn for religion or illness, keep it on and give the reason instead.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: no hat (無帽); coverings for religion or illness are excepted (apprec/abroad/procedure/photo/)",
};

params! {
    worn: Above<Share> =
        /// Share of the head above the face that is neither hair nor skin: referred above this.
        /// Labelled people, natural and drawn: 14 of 664 bare heads are above, most of them with
        /// blown-out light; 7 of 88 covered heads are below.
        0.3,
        /// Share of the head above the face that is neither hair nor skin: a hat is rejected above
        /// this. Other coverings are referred.
        0.5 in 0.0..=1.0;
    above: Above<Share> =
        /// Share of worn things above the face, where nothing else was measured: referred above
        /// this.
        /// Chosen on half of the labelled people: all 81 good photos are at most 0.0931, 98 % of 20
        /// bad ones at least 0.1925. The limit is the middle.
        0.14,
        /// Share of worn things above the face, where nothing else was measured: rejected above
        /// this.
        0.3 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let covering = m.portrait.as_ref()?.covering?;
    let Some(worn) = covering.head_worn_ratio else {
        let worn = covering.head_other_ratio.num();
        let found = p.above.found("head_other_ratio", worn, |_, _| Words {
            ja: "頭が帽子などで覆われています。",
            en: "Something worn covers the head.",
        })?;
        return Some(found.fact("class", "worn").at(covering.head_region));
    };
    let (class, words) = match covering.head_covering {
        Some(HeadCovering::Hat) => (
            "hat",
            Words::new(
                "帽子のようなものが頭を覆っています。",
                "Something like a hat covers the head.",
            ),
        ),
        Some(HeadCovering::Scarf) => (
            "scarf",
            Words::new(
                "頭と首もとが布で覆われています。担当者が確認します。",
                "Cloth covers the head and the neck. A person will look at it.",
            ),
        ),
        Some(HeadCovering::Band) => (
            "band",
            Words::new(
                "髪の上にヘアバンドや眼鏡のようなものがあります。担当者が確認します。",
                "There is something like a band or glasses on the hair. A person will look at it.",
            ),
        ),
        Some(HeadCovering::Unknown) | None => (
            "unknown",
            Words::new(
                "頭に何か着けているように見えます。担当者が確認します。",
                "Something seems to be worn on the head. A person will look at it.",
            ),
        ),
    };
    let mut found = p
        .worn
        .found("head_worn_ratio", worn.num(), |_, _| words)?
        .fact("class", class)
        .at(covering.head_region);
    if class != "hat" {
        found.outcome = Outcome::Refer;
        found = found.advice(
            "宗教や病気などの理由で着けている場合は、そのままでかまいません。その理由を申し出て、顔の輪郭がすべて見えるように撮影してください。",
            "If it is worn for religion or illness, it may stay on: please give the reason, and make sure that the whole outline of the face is visible.",
        );
    }
    Some(found)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, covering, portrait, ratio};

    fn worn(m: &mut Measurements, share: f32, kind: HeadCovering) {
        covering(m).head_worn_ratio = Some(ratio(share));
        covering(m).head_covering = Some(kind);
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| worn(m, 0.7, HeadCovering::Hat),
        |m| worn(m, 0.7, HeadCovering::Scarf),
        |m| worn(m, 0.4, HeadCovering::Band),
        |m| worn(m, 0.4, HeadCovering::Unknown),
        |m| {
            covering(m).head_worn_ratio = None;
            covering(m).head_other_ratio = ratio(0.7);
        },
    ];

    #[test]
    fn hats_are_rejected_and_what_may_be_religious_is_referred() {
        for (share, kind, expected) in [
            (0.2, HeadCovering::Hat, None),
            (0.2, HeadCovering::Scarf, None),
            (0.4, HeadCovering::Hat, Some(Outcome::Refer)),
            (0.8, HeadCovering::Hat, Some(Outcome::Reject)),
            (0.9, HeadCovering::Scarf, Some(Outcome::Refer)),
            (0.9, HeadCovering::Band, Some(Outcome::Refer)),
            (0.9, HeadCovering::Unknown, Some(Outcome::Refer)),
        ] {
            check(Code::HeadCovered, |m| worn(m, share, kind), expected);
        }
    }

    /// A hat that only the class network sees does not count.
    #[test]
    fn the_network_alone_does_not_decide() {
        let hat = |m: &mut Measurements| covering(m).head_other_ratio = ratio(0.9);
        check(Code::HeadCovered, hat, None);
    }

    /// Records of older versions, and heads that are cut off above the face.
    #[test]
    fn without_the_share_the_network_decides() {
        for (worn, expected) in [
            (0.03, None),
            (0.25, Some(Outcome::Refer)),
            (0.6, Some(Outcome::Reject)),
        ] {
            check(
                Code::HeadCovered,
                |m| {
                    let covering = &mut portrait(m).covering;
                    let covering = covering.as_mut().unwrap();
                    covering.head_worn_ratio = None;
                    covering.head_other_ratio = ratio(worn);
                },
                expected,
            );
        }
    }
}
