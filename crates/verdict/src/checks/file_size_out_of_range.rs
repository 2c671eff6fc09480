//! The file is smaller than 20 KB or larger than 7 MB.
//!
//! **Why.** The application site does not take other sizes. It does not say whether a KB has
//! 1000 or 1024 bytes; we read it leniently at both ends: 20 × 1000 and 7 × 1024 × 1024.
//!
//! **What to do.** Too small: send the original photo instead of a reduced copy. Too large: set
//! the camera to a smaller size, or reduce the photo.

use shomei_photo::{Decoding, LimitKind};

use crate::check::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words {
        ja: "ファイルサイズが範囲外です",
        en: "The file size is out of range",
    },
    advice: Words {
        ja: "20KBから7MBまでの大きさの写真をお送りください。",
        en: "Please send a photo of 20 KB to 7 MB.",
    },
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: file size 20 KB to 7 MB",
};

params! {
    /// Smallest file.
    min_bytes: Bytes = 20_000.0 in 0.0..=1_000_000_000.0;
    /// Largest file.
    max_bytes: Bytes = 7_340_032.0 in 1.0..=1_000_000_000.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let bytes = m.file.bytes as f64;
    let over_limit = m.file.decoding
        == Decoding::LimitExceeded {
            limit: LimitKind::Bytes,
        };
    let found = if over_limit || bytes > p.max_bytes {
        Found::reject(
            format!(
                "ファイルサイズが{}あります（{}まで）。",
                size(bytes),
                size(p.max_bytes)
            ),
            format!(
                "The file has {}; at most {} are allowed.",
                size(bytes),
                size(p.max_bytes)
            ),
        )
    } else if m.headed() && bytes < p.min_bytes {
        // Of a file that is cut short or no picture at all, the size says nothing.
        Found::reject(
            format!(
                "ファイルサイズが{}しかありません（{}以上）。",
                size(bytes),
                size(p.min_bytes)
            ),
            format!(
                "The file has only {}; at least {} are needed.",
                size(bytes),
                size(p.min_bytes)
            ),
        )
    } else {
        return None;
    };
    Some(
        found
            .number("bytes", bytes)
            .limit(Some(p.min_bytes), Some(p.max_bytes)),
    )
}

fn size(bytes: f64) -> String {
    if bytes >= 1_048_576.0 {
        format!("{} MB", short(bytes / 1_048_576.0, 2))
    } else if bytes >= 1000.0 {
        format!("{} KB", short(bytes / 1000.0, 1))
    } else {
        format!("{bytes:.0} B")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::check;

    #[test]
    fn both_ends_are_lenient() {
        for (bytes, expected) in [
            (19_999, Some(Outcome::Reject)),
            (20_000, None),
            (7 * 1024 * 1024, None),
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
