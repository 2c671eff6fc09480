//! The pupils are red from the flash.
//!
//! **Why.** The eyes should look natural. The rules for the card do not mention red eyes, so a
//! person decides, and nothing is rejected.
//!
//! **What to do.** Take the photo without flash, in brighter light. Do not paint over it.

use shomei_photo::Region;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("瞳が赤く写っています（赤目）", "The pupils are red"),
    advice: Words::new(
        "フラッシュを使わず、明るい場所で撮影してください。画像の加工はしないでください。",
        "Please take the photo in brighter light without flash; do not retouch it.",
    ),
    rule: "General practice for ID photos (mimotohosho.jp/process/regulation_photo: red eyes); not in the J-LIS list",
};

params! {
    above: Above<Share, 1> =
        /// Red share of an iris with its pupil, of the redder eye: referred above this.
        0.08 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let eyes = m.portrait.as_ref()?.eyes?;
    let eyes = eyes.map(|eye| (eye.red_ratio.map_or(0.0, Num::num), eye.region));
    let red = eyes.map(|(red, _)| red).into_iter().fold(0.0, f64::max);
    let regions = eyes
        .into_iter()
        .filter(|&(red, _)| p.above.grade(red).is_some());
    let region = regions
        .filter_map(|(_, region)| region)
        .reduce(Region::union);
    let found = p.above.found("red_ratio", red, |is, _| Words {
        ja: format!("瞳が赤く写っている可能性があります（虹彩の{is}）。"),
        en: format!("A pupil seems to be red ({is} of the iris)."),
    })?;
    Some(found.at(region))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, eyes, ratio, region};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| eyes(m)[1].red_ratio = Some(ratio(0.5)),
        |m| {
            for eye in eyes(m) {
                eye.red_ratio = Some(ratio(0.2));
            }
        },
    ];

    #[test]
    fn the_red_ones_are_shown() {
        let found = check(
            Code::RedEye,
            |m| {
                let eyes = eyes(m);
                eyes[0].red_ratio = Some(ratio(0.08));
                eyes[1].red_ratio = Some(ratio(0.09));
            },
            Some(Outcome::Refer),
        );
        assert_eq!(found.unwrap().region, Some(region(385, 385, 60, 30)));
    }

    #[test]
    fn one_red_pupil_is_enough_and_it_never_rejects() {
        for (left, right, expected) in [
            (Some(0.0), Some(0.0), None),
            (Some(0.03), Some(0.03), None),
            (None, None, None),
            (Some(0.2), Some(0.0), Some(Outcome::Refer)),
            (None, Some(0.9), Some(Outcome::Refer)),
        ] {
            check(
                Code::RedEye,
                |m| {
                    let eyes = eyes(m);
                    eyes[0].red_ratio = left.map(ratio);
                    eyes[1].red_ratio = right.map(ratio);
                },
                expected,
            );
        }
    }
}
