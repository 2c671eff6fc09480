//! The file ends before the picture does, usually after an interrupted transfer.
//!
//! **Why.** The missing part appears grey or black. If only the end marker is missing, the picture
//! is complete, and the photo is referred to a person.
//!
//! **What to do.** Send the original file again.

use shomei_photo::Decoding;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new("ファイルが途中で切れています", "The file is cut short"),
    advice: Words::new(
        "元の写真をもう一度お送りください。",
        "Please send the original photo again.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: file format JPEG",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    let eoi = m.file.jpeg.as_ref().is_none_or(|jpeg| jpeg.eoi);
    let valid = match m.file.decoding {
        Decoding::Truncated { valid_ratio } => valid_ratio.map(Num::num),
        Decoding::Complete if !eoi => Some(1.0),
        _ => return None,
    };
    let found = if m.pictured() {
        Found::refer(
            "ファイルの終わりの印がありません。写真の全体は読み込めました。",
            "The file lacks its end marker; the whole picture could be read.",
        )
    } else if let Some(valid) = valid {
        let there = percent(valid);
        Found::reject(
            format!("ファイルが途中で切れていて、写真の{there}しか読み込めません。"),
            format!("The file is cut short: only {there} of the picture is there."),
        )
        .limit(Some(1.0), None)
    } else {
        Found::reject(
            "ファイルが途中で切れていて、写真の全体を読み込めません。",
            "The file is cut short: a part of the picture is missing.",
        )
    };
    Some(match valid {
        Some(valid) => found.number("valid_ratio", valid),
        None => found,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, codes, jpeg, ratio};

    fn truncated(m: &mut Measurements, valid: Option<f32>) {
        let valid_ratio = valid.map(ratio);
        m.file.decoding = Decoding::Truncated { valid_ratio };
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| truncated(m, None),
        |m| truncated(m, Some(0.4567)),
        |m| truncated(m, Some(1.0)),
        |m| jpeg(m).eoi = false,
    ];

    #[test]
    fn a_missing_end_marker_alone_is_referred() {
        for (valid, expected) in [
            (None, Outcome::Reject),
            (Some(0.0), Outcome::Reject),
            (Some(0.999), Outcome::Reject),
            (Some(1.0), Outcome::Refer),
        ] {
            check(Code::FileTruncated, |m| truncated(m, valid), Some(expected));
        }
        let no_eoi = |m: &mut Measurements| jpeg(m).eoi = false;
        check(Code::FileTruncated, no_eoi, Some(Outcome::Refer));
        check(Code::FileTruncated, |_| (), None);
    }

    #[test]
    fn it_speaks_alone_if_rows_are_missing() {
        let change = |m: &mut Measurements| {
            m.file.bytes = 9_000;
            m.face = None;
            m.file.decoding = Decoding::Truncated {
                valid_ratio: Some(ratio(0.4)),
            };
        };
        assert_eq!(codes(change), [Code::FileTruncated]);
    }
}
