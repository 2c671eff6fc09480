//! The face has too few pixels.
//!
//! **Why.** The printed part, 22.0 × 27.5 mm, needs about 325 pixels in height; with fewer it
//! becomes coarse. The distance between the eyes shows how finely the face is resolved.
//!
//! **What to do.** Come nearer, or set the camera to a larger picture. Do not send a reduced copy
//! or a screenshot.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new(
        "顔の部分の画素数が足りません",
        "The face has too few pixels",
    ),
    advice: Words::new(
        "縮小していない元の写真を使うか、カメラに近づいて撮影してください。",
        "Please send the original photo in full size, or come nearer to the camera.",
    ),
    rule: "General practice for ID photos (ISO/ICAO: at least 60, better 90 pixels between the eyes); not in the J-LIS list",
};

params! {
    eyes: Below<Pixels> =
        /// Distance of the eyes: referred below this.
        90.0,
        /// Distance of the eyes: rejected below this.
        60.0 in 0.0..=10_000.0;
    print: Below<Pixels> =
        /// Pixels along the 27.5 mm of the print: referred below this. The default is 300 dpi.
        325.0,
        /// Pixels along the 27.5 mm of the print: rejected below this.
        220.0 in 0.0..=10_000.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let framing = m.framing.as_ref()?;
    let (eyes, print) = (
        framing.inter_eye_px.num(),
        framing.trim.print_height_px.num(),
    );
    let by_eyes = p.eyes.found("inter_eye_px", eyes, |is, limit| Words {
        ja: format!("両目の間が{is}ピクセルしかありません（{limit}ピクセル以上が目安です）。"),
        en: format!("There are only {is} pixels between the eyes; {limit} or more are fine."),
    });
    let by_print = p.print.found("print_height_px", print, |is, limit| Words {
        ja: format!(
            "印刷される部分の高さが{is}ピクセルしかありません（{limit}ピクセル以上が目安です）。"
        ),
        en: format!("The part to be printed is only {is} pixels high; {limit} or more are fine."),
    });
    Some(worse(by_eyes, by_print)?.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, framing, px};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| framing(m).inter_eye_px = px(55.0),
        |m| framing(m).inter_eye_px = px(20.0),
        |m| framing(m).trim.print_height_px = px(300.0),
    ];

    #[test]
    fn eyes_and_print_are_graded() {
        for (eyes, print, expected) in [
            (120.0, 600.0, None),
            (90.0, 325.0, None),
            (70.0, 600.0, Some(Outcome::Refer)),
            (120.0, 300.0, Some(Outcome::Refer)),
            (40.0, 600.0, Some(Outcome::Reject)),
            (70.0, 150.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::LowResolution,
                |m| {
                    let framing = framing(m);
                    framing.inter_eye_px = px(eyes);
                    framing.trim.print_height_px = px(print);
                },
                expected,
            );
        }
    }
}
