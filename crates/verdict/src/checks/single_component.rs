//! The JPEG has only one component: it is a greyscale file.
//!
//! **Why.** Black-and-white photos are allowed, but the file rules ask for RGB. The published rules
//! do not settle whether a greyscale file is accepted, so a person decides.
//!
//! **What to do.** Nothing, or save the photo as RGB.

use shomei_photo::ColourModel;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new("グレースケール形式のファイルです", "The file is greyscale"),
    advice: Words::new(
        "白黒写真でも申請できます。職員がファイルの形式を確認します。",
        "A black-and-white photo is allowed; staff will check the file's format.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: 白黒でも可; en-kofushinse-checkpoint: colour RGB",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    let jpeg = m.file.jpeg.as_ref()?;
    let single = jpeg.components == 1 || jpeg.colour_model == ColourModel::Grey;
    (m.headed() && single).then(|| {
        Found::refer(
            "色の成分が1つだけのグレースケール形式のファイルです。",
            "The file is greyscale, with a single colour component.",
        )
        .number("components", f64::from(jpeg.components))
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, jpeg};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| jpeg(m).components = 1,
        |m| jpeg(m).colour_model = ColourModel::Grey,
    ];

    #[test]
    fn one_component_goes_to_a_person() {
        check(
            Code::SingleComponent,
            |m| {
                let jpeg = jpeg(m);
                jpeg.components = 1;
                jpeg.colour_model = ColourModel::Grey;
            },
            Some(Outcome::Refer),
        );
        check(Code::SingleComponent, |_| (), None);
    }
}
