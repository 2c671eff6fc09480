//! The eyes look to the side.
//!
//! **Why.** The face should look at the camera. A squint, or a gaze that a person cannot fix, looks
//! the same to the program. A person decides, and nothing is rejected.
//!
//! **What to do.** Look into the lens, not at the screen.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("視線がカメラから外れています", "The eyes look away"),
    advice: Words::new(
        "画面ではなく、カメラのレンズを見て撮影してください。",
        "Please look into the camera's lens, not at the screen.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: facing the front; a gaze that cannot be fixed is excepted (apprec/abroad/procedure/photo/)",
};

params! {
    above: Above<Share, 1> =
        /// Distance of the irises from the middle of the eyes, mean of both eyes, over the width of
        /// an eye: referred above this. The landmarks follow a gaze by about two thirds, so the
        /// default is a gaze of about 25 degrees.
        0.11 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let [left, right] = m.portrait.as_ref()?.eyes?;
    let gaze = round(f64::midpoint(left.gaze_ratio.num(), right.gaze_ratio.num()) - 0.5);
    let Words { ja, en } = towards(gaze);
    let found = p.above.found("gaze_off_ratio", gaze.abs(), |_, _| Words {
        ja: format!("視線が写真の{ja}に向いている可能性があります。"),
        en: format!("The eyes seem to look to the {en} of the photo."),
    })?;
    Some(found.at(left.region.or(right.region)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, eyes, ratio};

    fn gaze(m: &mut Measurements, left: f32, right: f32) {
        let eyes = eyes(m);
        eyes[0].gaze_ratio = ratio(left);
        eyes[1].gaze_ratio = ratio(right);
    }

    pub(crate) const SAMPLES: &[Sample] = &[|m| gaze(m, 0.1, 0.1), |m| gaze(m, 0.9, 0.9)];

    #[test]
    fn it_never_rejects() {
        for (left, right, expected) in [
            (0.5, 0.5, None),
            (0.35, 0.65, None),
            (0.40, 0.42, None),
            (0.37, 0.38, Some(Outcome::Refer)),
            (0.30, 0.32, Some(Outcome::Refer)),
            (1.0, 1.0, Some(Outcome::Refer)),
        ] {
            check(Code::LookingAway, |m| gaze(m, left, right), expected);
        }
    }
}
