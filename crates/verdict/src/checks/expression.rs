//! The expression is far from a natural, neutral one: teeth, a broad grin, raised brows.
//!
//! **Why.** The expression should not differ significantly from the usual one. A slight smile is
//! fine. The rules set no exact limit, so a person decides, and nothing is rejected.
//!
//! **What to do.** Close the mouth and look calm, as you usually do.

use shomei_photo::Ratio;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new(
        "普段の表情と大きく異なる可能性があります",
        "The expression may differ from the usual one",
    ),
    advice: Words::new(
        "口を閉じて、普段どおりの自然な表情で撮影してください。",
        "Please close the mouth and keep your usual, calm expression.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: expression significantly different from normal (unsuitable example)",
};

params! {
    teeth: Above<Share, 1> =
        /// Area of the teeth over the square of the mouth's width: referred above this.
        0.022 in 0.0..=1.0;
    lift: Above<Share, 1> =
        /// Height of the mouth's corners over the middle of the lips, over the mouth's width:
        /// referred above this.
        0.1 in 0.0..=1.0;
    brows: Above<Share, 1> =
        /// Height of the brows above the eyes over the distance of the eyes, mean of both: referred
        /// above this.
        0.62 in 0.0..=2.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let portrait = m.portrait.as_ref()?;
    // What could not be measured does not stand out.
    let or_none = |ratio: Option<Ratio>| ratio.map_or(0.0, Num::num);
    let mouth = portrait.mouth;
    let teeth = or_none(mouth.and_then(|mouth| mouth.teeth_ratio));
    let lift = or_none(mouth.and_then(|mouth| mouth.corner_lift_ratio));
    let brows = portrait
        .eyes
        .and_then(|[left, right]| Some((left.brow_ratio?.num(), right.brow_ratio?.num())))
        .map_or(0.0, |(left, right)| round(f64::midpoint(left, right)));
    let by_teeth = p.teeth.found("teeth_ratio", teeth, |_, _| Words {
        ja: "歯が見えています。",
        en: "Teeth are seen.",
    });
    let by_lift = p.lift.found("corner_lift_ratio", lift, |_, _| Words {
        ja: "口角が大きく上がっています。",
        en: "The mouth smiles broadly.",
    });
    let by_brows = p.brows.found("brow_ratio", brows, |_, _| Words {
        ja: "眉が大きく上がっています。",
        en: "The brows are raised.",
    });
    match by_teeth.or(by_lift) {
        Some(found) => Some(found.at(mouth.and_then(|mouth| mouth.region))),
        None => Some(by_brows?.at(m.face_region())),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, eyes, mouth, portrait, ratio};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| mouth(m).teeth_ratio = Some(ratio(0.9)),
        |m| mouth(m).corner_lift_ratio = Some(ratio(0.9)),
        |m| {
            for eye in eyes(m) {
                eye.brow_ratio = Some(ratio(2.0));
            }
        },
    ];

    #[test]
    fn it_never_rejects() {
        for (teeth, lift, brow, expected) in [
            (0.0, 0.0, 0.4, None),
            (0.02, 0.08, 0.55, None),
            (0.05, 0.0, 0.4, Some("teeth_ratio")),
            (0.0, 0.13, 0.4, Some("corner_lift_ratio")),
            (0.2, 0.2, 0.9, Some("teeth_ratio")),
            (0.0, 0.0, 0.7, Some("brow_ratio")),
        ] {
            let found = check(
                Code::Expression,
                |m| {
                    let portrait = portrait(m);
                    let mouth = portrait.mouth.as_mut().unwrap();
                    mouth.teeth_ratio = Some(ratio(teeth));
                    mouth.corner_lift_ratio = Some(ratio(lift));
                    for eye in portrait.eyes.as_mut().unwrap() {
                        eye.brow_ratio = Some(ratio(brow));
                    }
                },
                expected.map(|_| Outcome::Refer),
            );
            assert_eq!(found.map(|found| found.measured[0].0), expected);
        }
        let unknown = |m: &mut Measurements| {
            portrait(m).mouth = None;
            portrait(m).eyes = None;
        };
        check(Code::Expression, unknown, None);
    }
}
