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

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
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
    use crate::fixtures::{Sample, check, jpeg};

    pub(crate) const SAMPLES: &[Sample] = &[|m| jpeg(m).editor = Some("Photo Studio".to_owned())];

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
