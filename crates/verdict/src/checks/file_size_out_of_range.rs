//! The file is smaller than 20 KB or larger than 7 MB.
//!
//! **Why.** The application site does not accept other sizes. It does not say whether a KB has 1000
//! or 1024 bytes. If a size is allowed in only one of these readings, the photo is referred to a
//! person.
//!
//! **What to do.** Too small: send the original photo instead of a reduced copy. Too large: set the
//! camera to a smaller size, or reduce the photo.

use shomei_photo::{Decoding, LimitKind};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new(
        "ファイルサイズが範囲外です",
        "The file size is out of range",
    ),
    advice: Words::new(
        "20KBから7MBまでの大きさの写真をお送りください。",
        "Please send a photo of 20 KB to 7 MB.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: file size 20 KB to 7 MB",
};

params! {
    below: Below<Bytes> =
        /// Smallest file: referred below this (20 KB of 1024 bytes).
        20_480.0,
        /// Smallest file: rejected below this (20 KB of 1000 bytes).
        20_000.0 in 0.0..=1_000_000_000.0;
    above: Above<Bytes> =
        /// Largest file: referred above this (7 MB of 1000 × 1000 bytes).
        7_000_000.0,
        /// Largest file: rejected above this (7 MB of 1024 × 1024 bytes).
        7_340_032.0 in 1.0..=1_000_000_000.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let bytes = m.file.bytes as f64;
    let too_long = m.file.decoding
        == Decoding::LimitExceeded {
            limit: LimitKind::Bytes,
        };
    // What was not read to its end is longer than any document allows.
    let judged = if too_long { f64::MAX } else { bytes };
    let is = Bytes::show(bytes);
    let large = p.above.grade(judged).map(|grade| {
        grade.of(bytes).found("bytes", |_, limit| Words {
            ja: format!("ファイルサイズが{is}あります（{limit}まで）。"),
            en: format!("The file has {is}; at most {limit} are allowed."),
        })
    });
    let small = p.below.found("bytes", bytes, |_, limit| Words {
        ja: format!("ファイルサイズが{is}しかありません（{limit}以上）。"),
        en: format!("The file has only {is}; at least {limit} are needed."),
    });
    // Of a file that is cut short or no picture at all, a small size says nothing.
    large.or(small.filter(|_| m.headed()))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| m.file.bytes = 950,
        |m| m.file.bytes = 20_400,
        |m| m.file.bytes = 7_125_000,
        |m| m.file.bytes = 12_000_000,
    ];

    #[test]
    fn sizes_are_said_in_round_numbers() {
        for (bytes, said) in [
            (0.0, "0 B"),
            (999.0, "999 B"),
            (1000.0, "1 KB"),
            (20_480.0, "20.5 KB"),
            (1_000_000.0, "1 MB"),
            (7_340_032.0, "7.34 MB"),
        ] {
            assert_eq!(Bytes::show(bytes), said);
        }
    }

    #[test]
    fn both_readings_of_kb_and_mb_must_agree() {
        for (bytes, expected) in [
            (19_999, Some(Outcome::Reject)),
            (20_000, Some(Outcome::Refer)),
            (20_480, None),
            (7_000_000, None),
            (7_000_001, Some(Outcome::Refer)),
            (7 * 1024 * 1024, Some(Outcome::Refer)),
            (7 * 1024 * 1024 + 1, Some(Outcome::Reject)),
            (u64::MAX, Some(Outcome::Reject)),
        ] {
            check(Code::FileSizeOutOfRange, |m| m.file.bytes = bytes, expected);
        }
    }

    #[test]
    fn a_small_file_that_is_no_picture_has_another_cause() {
        for (bytes, decoding, expected) in [
            (0, Decoding::NotJpeg, None),
            (9_000_000, Decoding::NotJpeg, Some(Outcome::Reject)),
            (9_000, Decoding::Truncated { valid_ratio: None }, None),
            (
                0,
                Decoding::LimitExceeded {
                    limit: LimitKind::Bytes,
                },
                Some(Outcome::Reject),
            ),
        ] {
            check(
                Code::FileSizeOutOfRange,
                |m| {
                    m.file.bytes = bytes;
                    m.file.decoding = decoding;
                },
                expected,
            );
        }
    }
}
