//! A side of the photo has fewer than 480 or more than 6000 pixels.
//!
//! **Why.** The application site does not accept other sizes. Width and height count as a viewer
//! shows them.
//!
//! **What to do.** Too few: send the original photo instead of a reduced copy or a screenshot. Too
//! many: set the camera to a smaller size.

use shomei_photo::{Decoding, LimitKind};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new(
        "画像の大きさ（ピクセル数）が範囲外です",
        "The number of pixels is out of range",
    ),
    advice: Words::new(
        "幅・高さとも480から6000ピクセルまでの写真をお送りください。",
        "Please send a photo of 480 to 6000 pixels in width and height.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: width and height 480 to 6000 pixels",
};

params! {
    px: Within<Pixels> =
        /// Smallest number of pixels of a side.
        480.0,
        /// Largest number of pixels of a side.
        6000.0 in 1.0..=65_535.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let over_limit = m.file.decoding
        == Decoding::LimitExceeded {
            limit: LimitKind::Pixels,
        };
    if !over_limit && !m.headed() {
        return None;
    }
    let size = m.file.jpeg.as_ref().and_then(|jpeg| jpeg.shown_size());
    let Some(size) = size else {
        return over_limit.then(|| {
            Found::reject(
                "画像が大きすぎて読み込めません。",
                "The picture is too large to be read.",
            )
        });
    };
    let (width, height) = (f64::from(size.width()), f64::from(size.height()));
    let (min, max) = (p.px.min(), p.px.max());
    let fits = |side: f64| side >= min && side <= max;
    if fits(width) && fits(height) && !over_limit {
        return None;
    }
    Some(
        Found::reject(
            format!("画像が幅{width}×高さ{height}ピクセルです（各{min}～{max}ピクセル）。"),
            format!(
                "The picture is {width} × {height} pixels; {min} to {max} are allowed each way."
            ),
        )
        .number("width_px", width)
        .number("height_px", height)
        .limit(Some(min), Some(max)),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, jpeg};
    use shomei_photo::ImageSize;

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| jpeg(m).stored_size = ImageSize::new(400, 6500),
        |m| {
            let limit = LimitKind::Pixels;
            m.file.decoding = Decoding::LimitExceeded { limit };
            m.file.jpeg = None;
        },
    ];

    #[test]
    fn each_side_counts() {
        for (width, height, expected) in [
            (480, 480, None),
            (6000, 6000, None),
            (479, 640, Some(Outcome::Reject)),
            (640, 479, Some(Outcome::Reject)),
            (6001, 5000, Some(Outcome::Reject)),
            (65_535, 1, Some(Outcome::Reject)),
        ] {
            check(
                Code::PixelsOutOfRange,
                |m| jpeg(m).stored_size = ImageSize::new(width, height),
                expected,
            );
        }
    }

    #[test]
    fn the_decoders_limit_is_named_even_without_a_size() {
        for stored_size in [None, ImageSize::new(600, 800)] {
            check(
                Code::PixelsOutOfRange,
                |m| {
                    jpeg(m).stored_size = stored_size;
                    m.file.decoding = Decoding::LimitExceeded {
                        limit: LimitKind::Pixels,
                    };
                },
                Some(Outcome::Reject),
            );
        }
    }
}
