//! The system could not read the file.
//!
//! **Why.** Nothing is known about the photo, so a person has to find it. This says nothing against
//! the photo.
//!
//! **What to do.** Send the photo again. Operators: check the file's permissions.

use shomei_photo::{Decoding, Unreadable};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new("ファイルを読み込めません", "The file could not be read"),
    advice: Words::new(
        "お手数ですが、写真をもう一度お送りください。",
        "Please send the photo again.",
    ),
    rule: "Shomei: what could not be read goes to a person",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    let Decoding::Unreadable { cause } = m.file.decoding else {
        return None;
    };
    let (name, ja, en) = match cause {
        Unreadable::PermissionDenied => (
            "permission_denied",
            "読み取りの権限がありません",
            "permission was denied",
        ),
        Unreadable::Vanished => ("vanished", "ファイルがなくなりました", "it vanished"),
        Unreadable::NotAFile => ("not_a_file", "ファイルではありません", "it is not a file"),
        _ => (
            "other",
            "読み取り中にエラーが起きました",
            "an error occurred",
        ),
    };
    Some(
        Found::unable(
            format!("ファイルを読み込めませんでした（{ja}）。"),
            format!("The file could not be read: {en}."),
        )
        .fact("cause", name),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check};
    use shomei_photo::FileFacts;

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| m.file = FileFacts::unreadable(Unreadable::PermissionDenied),
        |m| m.file = FileFacts::unreadable(Unreadable::Vanished),
        |m| m.file = FileFacts::unreadable(Unreadable::NotAFile),
        |m| m.file = FileFacts::unreadable(Unreadable::Other),
    ];

    #[test]
    fn every_cause_goes_to_a_person() {
        for cause in [
            Unreadable::PermissionDenied,
            Unreadable::Vanished,
            Unreadable::NotAFile,
            Unreadable::Other,
        ] {
            check(
                Code::FileUnreadable,
                |m| m.file = FileFacts::unreadable(cause),
                Some(Outcome::Unable),
            );
        }
        check(Code::FileUnreadable, |_| (), None);
    }
}
