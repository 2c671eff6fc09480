//! The JPEG is damaged: its picture cannot be decoded, or it is built to be endless.
//!
//! **Why.** A picture that cannot be shown cannot be printed. Damage happens during transfer or on
//! a failing memory card.
//!
//! **What to do.** Send the original file again. If it does not open on the phone or computer
//! either, take a new photo.

use shomei_photo::{Decoding, LimitKind};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new("ファイルが壊れています", "The file is damaged"),
    advice: Words::new(
        "元の写真をもう一度お送りください。お手元でも開けない場合は、撮り直してください。",
        "Please send the original photo again; if it does not open on your side either, take a new one.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: file format JPEG",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    let detail = match &m.file.decoding {
        Decoding::Corrupt { detail } => detail.as_str(),
        Decoding::LimitExceeded {
            limit: LimitKind::Bytes | LimitKind::Pixels,
        } => return None,
        Decoding::LimitExceeded { .. } => "too many scans",
        _ => return None,
    };
    Some(
        Found::reject(
            "写真のファイルが壊れていて、開くことができません。",
            "The file is damaged and cannot be opened.",
        )
        .fact("detail", detail),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, codes};

    fn exceeded(limit: LimitKind) -> Decoding {
        Decoding::LimitExceeded { limit }
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| {
            let detail = "no frame".to_owned();
            m.file.decoding = Decoding::Corrupt { detail };
        },
        |m| m.file.decoding = exceeded(LimitKind::Scans),
    ];

    #[test]
    fn damage_and_endless_scans() {
        let corrupt = Decoding::Corrupt {
            detail: "bad Huffman code".to_owned(),
        };
        for (decoding, expected) in [
            (corrupt, Some(Outcome::Reject)),
            (exceeded(LimitKind::Scans), Some(Outcome::Reject)),
            (exceeded(LimitKind::Bytes), None),
            (exceeded(LimitKind::Pixels), None),
            (Decoding::Complete, None),
        ] {
            check(Code::FileCorrupt, |m| m.file.decoding = decoding, expected);
        }
    }

    #[test]
    fn it_speaks_alone() {
        let change = |m: &mut Measurements| {
            m.file.bytes = 900;
            m.file.decoding = Decoding::Corrupt {
                detail: "no frame".to_owned(),
            };
        };
        assert_eq!(codes(change), [Code::FileCorrupt]);
    }
}
