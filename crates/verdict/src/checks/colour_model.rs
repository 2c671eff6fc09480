//! The JPEG's colours are unknown, or they are CMYK or YCCK, which printers use.
//!
//! **Why.** The card system accepts only RGB. Other files come from layout and printing programs,
//! not from cameras.
//!
//! **What to do.** Send the photo as the camera took it, or export it as RGB (sRGB).

use shomei_photo::{ColourModel, Decoding};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new("RGBカラーではありません", "The colours are not RGB"),
    advice: Words::new(
        "スマートフォンやカメラで撮影したRGBカラーの写真をお送りください。",
        "Please send an RGB photo, as a phone or camera takes it.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: colour RGB; CMYK and others are not accepted",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    if !m.headed() {
        return None;
    }
    let model = m.file.jpeg.as_ref().map(|jpeg| jpeg.colour_model);
    let (name, shown) = match model {
        Some(ColourModel::Cmyk) => ("cmyk", "CMYK"),
        Some(ColourModel::Ycck) => ("ycck", "YCCK"),
        Some(ColourModel::Other) => ("other", "?"),
        _ if m.file.decoding == Decoding::UnsupportedColour => ("other", "?"),
        _ => return None,
    };
    let found = if shown == "?" {
        Found::reject(
            "写真の色の形式がRGBではありません。",
            "The colours of the photo are not RGB.",
        )
    } else {
        Found::reject(
            format!("写真の色の形式が{shown}です。RGBの写真が必要です。"),
            format!("The colours of the photo are {shown}; RGB is needed."),
        )
    };
    Some(found.fact("colour_model", name))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, jpeg};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| jpeg(m).colour_model = ColourModel::Cmyk,
        |m| jpeg(m).colour_model = ColourModel::Ycck,
        |m| jpeg(m).colour_model = ColourModel::Other,
        |m| m.file.decoding = Decoding::UnsupportedColour,
    ];

    #[test]
    fn printers_colours_are_refused_decoded_or_not() {
        for (model, expected) in [
            (ColourModel::YCbCr, None),
            (ColourModel::Rgb, None),
            (ColourModel::Grey, None),
            (ColourModel::Cmyk, Some(Outcome::Reject)),
            (ColourModel::Ycck, Some(Outcome::Reject)),
            (ColourModel::Other, Some(Outcome::Reject)),
        ] {
            check(
                Code::ColourModel,
                |m| jpeg(m).colour_model = model,
                expected,
            );
        }
        let undecoded = |m: &mut Measurements| {
            m.file.jpeg = None;
            m.file.decoding = Decoding::UnsupportedColour;
        };
        check(Code::ColourModel, undecoded, Some(Outcome::Reject));
    }
}
