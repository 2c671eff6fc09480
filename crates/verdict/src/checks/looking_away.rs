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
        /// Distance of the irises from where they look at the camera, mean of both eyes, over the
        /// width of an eye: referred above this. The landmarks follow a gaze by about two thirds, so
        /// the default is a gaze of about 15 degrees.
        0.055 in 0.0..=1.0;
    per_degree: Single<Share> =
        /// How far the irises move the other way, per degree that the head is turned, while they
        /// look at the camera; by the good ones of the labelled photos.
        0.0027 in 0.0..=0.1;
}

/// Degrees up to which the gaze is corrected for the turn of the head.
const MAX_YAW: f64 = 15.0;

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let portrait = m.portrait.as_ref()?;
    let [left, right] = portrait.eyes?;
    let off = f64::midpoint(left.gaze_ratio.num(), right.gaze_ratio.num()) - 0.5;
    // A head that is turned further is a defect of its own.
    let yaw = portrait.pose.map_or(0.0, |pose| pose.yaw_degrees.num());
    let yaw = yaw.clamp(-MAX_YAW, MAX_YAW);
    let gaze = round(off + p.per_degree.get() * yaw);
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
    use crate::fixtures::{Sample, check, degrees, eyes, pose, ratio};

    fn gaze(m: &mut Measurements, left: f32, right: f32) {
        let eyes = eyes(m);
        eyes[0].gaze_ratio = ratio(left);
        eyes[1].gaze_ratio = ratio(right);
    }

    pub(crate) const SAMPLES: &[Sample] = &[|m| gaze(m, 0.1, 0.1), |m| gaze(m, 0.9, 0.9)];

    #[test]
    fn a_turned_head_that_looks_at_the_camera_does_not_look_away() {
        for (yaw, at, expected) in [
            (15.0, 0.46, None),
            (15.0, 0.42, None),
            (15.0, 0.54, Some(Outcome::Refer)),
            (-15.0, 0.58, None),
        ] {
            let turned = |m: &mut Measurements| {
                pose(m).yaw_degrees = degrees(yaw);
                gaze(m, at, at);
            };
            check(Code::LookingAway, turned, expected);
        }
    }

    #[test]
    fn it_never_rejects() {
        for (left, right, expected) in [
            (0.5, 0.5, None),
            (0.35, 0.65, None),
            (0.45, 0.46, None),
            (0.42, 0.43, Some(Outcome::Refer)),
            (0.30, 0.32, Some(Outcome::Refer)),
            (1.0, 1.0, Some(Outcome::Refer)),
        ] {
            check(Code::LookingAway, |m| gaze(m, left, right), expected);
        }
    }
}
