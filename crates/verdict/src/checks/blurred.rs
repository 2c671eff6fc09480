//! The face is out of focus or shaken.
//!
//! **Why.** The face must be sharp at the size of the card, 22.0 × 27.5 mm. Blur is measured in
//! dots of that print at 300 dpi, so a copy with more pixels is not sharper. A picture that was
//! enlarged from few pixels is blurred, too. A shaken camera blurs along one direction, and the
//! softest direction counts.
//!
//! **What to do.** Hold the camera still or put it down, tap on the face to focus, and clean the
//! lens.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new(
        "ピントが合っていない、または手ぶれしています",
        "The face is blurred",
    ),
    advice: Words::new(
        "カメラを固定し、顔にピントを合わせて撮影してください。レンズの汚れもご確認ください。",
        "Please hold the camera still, focus on the face and clean the lens.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: out of focus, camera shake (unsuitable example)",
};

params! {
    above: Above<PrintPixels> =
        /// Blur in the softest direction as the standard deviation of a Gaussian: referred above this.
        /// Of the good labelled photos 98 % are at most 0.61, of the good natural portraits, many of
        /// which were enlarged, 98 % at most 0.76; the least blurred bad one has 0.85.
        0.8,
        /// Blur as the standard deviation of a Gaussian: rejected above this.
        1.0 in 0.0..=100.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let Some(sharpness) = m.portrait.as_ref()?.sharpness else {
        return not_measured(
            m,
            "ピントを自動で確認できませんでした。",
            "The sharpness could not be assessed.",
        );
    };
    let blur = sharpness.blur_print_px.num();
    let found = p.above.found("blur_print_px", blur, |is, limit| Words {
        ja: format!("顔がぼやけています（印刷時のぼけ{is}ドット、{limit}以内が目安です）。"),
        en: format!("The face is blurred by {is} dots of the print; up to {limit} is fine."),
    })?;
    Some(found.at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, portrait, px, sharpness};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| sharpness(m).blur_print_px = px(9.0),
        |m| portrait(m).sharpness = None,
    ];

    #[test]
    fn blur_is_graded() {
        for (blur, expected) in [
            (0.6, None),
            (1.0, Some(Outcome::Refer)),
            (5.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::Blurred,
                |m| {
                    let sharpness = &mut portrait(m).sharpness;
                    sharpness.as_mut().unwrap().blur_print_px = px(blur);
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| portrait(m).sharpness = None;
        check(Code::Blurred, unknown, Some(Outcome::Unable));
    }
}
