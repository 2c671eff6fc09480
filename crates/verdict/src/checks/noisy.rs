//! The photo is grainy, as from a camera in poor light.
//!
//! **Why.** Grain hides features and becomes stronger in print.
//!
//! **What to do.** Take the photo in brighter light, without digital zoom.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new("写真がざらついています", "The photo is noisy"),
    advice: Words::new(
        "明るい場所で、デジタルズームを使わずに撮影してください。",
        "Please take the photo in brighter light, without digital zoom.",
    ),
    rule: "General practice for ID photos (mimotohosho.jp/process/regulation_photo: noise); not in the J-LIS list",
};

params! {
    above: Above<Share> =
        /// Standard deviation of the noise on the skin over 255: referred above this.
        0.024,
        /// Standard deviation of the noise on the skin over 255: rejected above this.
        0.05 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let noise = m.portrait.as_ref()?.sharpness?.noise_ratio.num();
    let found = p.above.found("noise_ratio", noise, |is, limit| Words {
        ja: format!("写真がざらついています（ノイズ{is}、{limit}以内が目安です）。"),
        en: format!("The photo is noisy (noise {is}; up to {limit} is fine)."),
    })?;
    Some(found.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, portrait, ratio, sharpness};

    pub(crate) const SAMPLES: &[Sample] = &[|m| sharpness(m).noise_ratio = ratio(0.5)];

    #[test]
    fn noise_is_graded() {
        for (noise, expected) in [
            (0.01, None),
            (0.03, Some(Outcome::Refer)),
            (0.10, Some(Outcome::Reject)),
        ] {
            check(
                Code::Noisy,
                |m| {
                    let sharpness = &mut portrait(m).sharpness;
                    sharpness.as_mut().unwrap().noise_ratio = ratio(noise);
                },
                expected,
            );
        }
    }
}
