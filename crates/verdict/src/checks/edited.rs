//! A picture editor left its name in the file.
//!
//! **Why.** Photos edited with image software are not accepted. Cropping or turning leaves the same
//! mark as retouching, so a person decides.
//!
//! **What to do.** Send the photo as the camera took it, without filters or retouching.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new(
        "画像編集ソフトの記録があります",
        "An image editor left its mark",
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

fn recorded(m: &Measurements) -> Option<Found> {
    let editor = m.file.jpeg.as_ref()?.editor.as_deref()?;
    m.headed().then(|| {
        Found::refer(
            format!("画像編集ソフト（{editor}）で保存された記録があります。"),
            format!("The file was saved by an image editor ({editor})."),
        )
        .fact("editor", editor)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, jpeg, marks, ratio};
    use shomei_marks::Stairs;

    pub(crate) const SAMPLES: &[Sample] = &[|m| jpeg(m).editor = Some("Photo Studio".to_owned())];

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
        check(
            Code::Edited,
            |m| jpeg(m).editor = Some("Photoshop".to_owned()),
            Some(Outcome::Refer),
        );
        check(Code::Edited, |_| (), None);
    }
}
