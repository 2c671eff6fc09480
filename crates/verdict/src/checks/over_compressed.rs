//! The JPEG is compressed so strongly that blocks and fringes are visible.
//!
//! **Why.** Fine features are lost for good. Messaging apps and screenshots do this.
//!
//! **What to do.** Send the original photo from the camera, not one that came through a messaging
//! app.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Picture,
    waivable: false,
    title: Words::new(
        "圧縮により画質が落ちています",
        "The photo is compressed too strongly",
    ),
    advice: Words::new(
        "メッセージアプリなどを経由していない、撮影したままの写真をお送りください。",
        "Please send the original photo, not one that came through a messenger.",
    ),
    rule: "General practice for ID photos (mimotohosho.jp/process/regulation_photo: jaggies, digital defects); not in the J-LIS list",
};

params! {
    below: Below<Quality> =
        /// Quality of the quantisation table: referred below this.
        40.0,
        /// Quality of the quantisation table: rejected below this.
        25.0 in 0.0..=100.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let quality = f64::from(m.file.jpeg.as_ref()?.quality?);
    p.below.found("jpeg_quality", quality, |is, limit| Words {
        ja: format!("JPEGの圧縮が強すぎます（品質{is}、{limit}以上が目安です）。"),
        en: format!("The JPEG is compressed too strongly (quality {is}; {limit} or more is fine)."),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, jpeg};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| jpeg(m).quality = Some(25),
        |m| jpeg(m).quality = Some(5),
    ];

    #[test]
    fn quality_is_graded() {
        for (quality, expected) in [
            (None, None),
            (Some(75), None),
            (Some(30), Some(Outcome::Refer)),
            (Some(10), Some(Outcome::Reject)),
        ] {
            check(
                Code::OverCompressed,
                |m| jpeg(m).quality = quality,
                expected,
            );
        }
    }
}
