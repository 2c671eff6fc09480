//! The picture was edited, put together or generated: the file says so, or the outline of the person
//! shows it.
//!
//! **Why.** Photos edited with image software are not accepted. The name of an editor may only mean that
//! the photo was cropped or turned, so a person decides. Marks of a phone's own camera are no edits.
//!
//! **What to do.** Send the photo as the camera took it, without filters or retouching.

use shomei_photo::{EditClaim, MarkPlace};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new(
        "画像が編集された記録や跡があります",
        "There are signs of editing",
    ),
    advice: Words::new(
        "加工していない、撮影したままの写真をお送りください。",
        "Please send the photo as the camera took it, without any editing.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: images edited using image editing software will not be accepted",
};

params! {
    stairs: Above<Share, 1> =
        /// Steps along the person's outline, over the rows and columns of pixels that meet it:
        /// referred above this. Plain walls stay below 0.01, and busy ones below 0.036; coarse masks
        /// reach 0.05.
        0.036 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    recorded(m).or_else(|| cut_out(m, p))
}

/// The outline has the stairs that replacing the wall left.
fn cut_out(m: &Measurements, p: &Params) -> Option<Found> {
    let stairs = m.marks.as_ref()?.stairs?;
    let found = p
        .stairs
        .found("steps_ratio", stairs.steps_ratio.num(), |_, _| {
            Words::new(
                "人物の輪郭がぎざぎざしています。背景を加工した写真かもしれません。",
                "The outline of the person is jagged. The background may have been replaced.",
            )
        })?;
    Some(found.at(m.face_region()))
}

/// The file says so.
fn recorded(m: &Measurements) -> Option<Found> {
    let jpeg = m.file.jpeg.as_ref()?;
    let (editor, mark) = (jpeg.editor.as_deref(), jpeg.edit_mark.as_ref());
    if !m.headed() {
        return None;
    }
    let found = match (mark.map(|mark| mark.claim), editor) {
        (Some(EditClaim::Generated), _) => Found::refer(
            "全体または一部がAIなどで作られた画像であるという記録があります。",
            "The file says that the picture, or a part of it, was made by AI or another program.",
        ),
        (_, Some(editor)) => Found::refer(
            format!("画像編集ソフト（{editor}）で保存された記録があります。"),
            format!("The file was saved by an image editor ({editor})."),
        ),
        (Some(EditClaim::Edited), None) => Found::refer(
            "撮影したあとに編集された記録があります。",
            "The file says that the photo was edited after it was taken.",
        ),
        (None, None) => return None,
    };
    let found = match editor {
        Some(editor) => found.fact("editor", editor),
        None => found,
    };
    Some(match mark {
        Some(mark) => found
            .fact("mark", mark.name.as_str())
            .fact("place", place(mark.place)),
        None => found,
    })
}

const fn place(place: MarkPlace) -> &'static str {
    match place {
        MarkPlace::Exif => "exif",
        MarkPlace::Xmp => "xmp",
        MarkPlace::ContentCredentials => "content_credentials",
        MarkPlace::SamsungTrailer => "samsung_trailer",
    }
}

#[cfg(test)]
pub(super) mod tests {
    use shomei_photo::EditMark;

    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, jpeg, marks, ratio};
    use shomei_marks::Stairs;

    fn marked(m: &mut Measurements, claim: EditClaim, place: MarkPlace, name: &str) {
        let name = name.to_owned();
        jpeg(m).edit_mark = Some(EditMark { claim, place, name });
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| jpeg(m).editor = Some("Photo Studio".to_owned()),
        |m| {
            marked(
                m,
                EditClaim::Generated,
                MarkPlace::Xmp,
                "trainedAlgorithmicMedia",
            );
        },
        |m| {
            marked(
                m,
                EditClaim::Edited,
                MarkPlace::ContentCredentials,
                "c2pa.edited",
            );
        },
    ];

    #[test]
    fn a_jagged_outline_goes_to_a_person() {
        for (steps, expected) in [(0.03, None), (0.05, Some(Outcome::Refer))] {
            check(
                Code::Edited,
                |m| {
                    marks(m).stairs = Some(Stairs {
                        steps_ratio: ratio(steps),
                    });
                },
                expected,
            );
        }
    }

    #[test]
    fn a_mark_goes_to_a_person() {
        let editor = |m: &mut Measurements| jpeg(m).editor = Some("Photoshop".to_owned());
        check(Code::Edited, editor, Some(Outcome::Refer));
        check(Code::Edited, |_| (), None);
    }

    #[test]
    fn the_mark_is_recorded() {
        for (claim, place, name) in [
            (EditClaim::Generated, MarkPlace::Exif, "exif"),
            (EditClaim::Generated, MarkPlace::Xmp, "xmp"),
            (
                EditClaim::Edited,
                MarkPlace::ContentCredentials,
                "content_credentials",
            ),
            (
                EditClaim::Edited,
                MarkPlace::SamsungTrailer,
                "samsung_trailer",
            ),
        ] {
            let found = check(
                Code::Edited,
                |m| marked(m, claim, place, "the mark"),
                Some(Outcome::Refer),
            );
            let measured = found.unwrap().measured;
            assert!(measured.contains(&("mark", "the mark".into())));
            assert!(measured.contains(&("place", name.into())));
        }
    }

    #[test]
    fn a_generated_picture_is_named_so_whatever_program_wrote_it() {
        let change = |m: &mut Measurements| {
            jpeg(m).editor = Some("Photoshop".to_owned());
            marked(
                m,
                EditClaim::Generated,
                MarkPlace::Xmp,
                "trainedAlgorithmicMedia",
            );
        };
        let found = check(Code::Edited, change, Some(Outcome::Refer)).unwrap();
        assert!(found.text.en.contains("AI"), "{}", found.text.en);
        assert!(found.measured.contains(&("editor", "Photoshop".into())));
    }
}
