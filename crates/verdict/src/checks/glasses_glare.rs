//! Glasses reflect light, so that the eyes are not clearly visible.
//!
//! **Why.** Both eyes must be visible. A reflection beside the eye is referred to a person, and so
//! is one over the eye if no glasses were found. Frames can be too thin to be found: reflections
//! beside both irises are enough for a look. A photo is rejected only if most of an eye is hidden.
//! Catch-lights in the pupil and shine on the skin are fine. A white thing over one eye only is no
//! reflection but a patch, see `eyes_hidden`.
//!
//! **What to do.** Turn lamps and windows away from the lenses, do not use the flash, or take the
//! glasses off.

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new("眼鏡に光が反射しています", "Glasses reflect light"),
    advice: Words::new(
        "フラッシュを使わず、照明や窓の光が眼鏡に映らないように撮影するか、眼鏡を外して撮影してください。",
        "Please take the photo without flash and without lamps or windows in the lenses, or take the glasses off.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp, list of unsuitable photos as given by municipalities (city.kazo.lg.jp): light reflected in glasses",
};

params! {
    min_worn: Single<Share> =
        /// Share of worn things over the eyes from which the person counts as wearing glasses.
        0.04 in 0.0..=1.0;
    lens: Above<Share, 1> =
        /// Blown share of the inner part of a lens: referred above this, if there are glasses.
        0.03 in 0.0..=1.0;
    eye: Above<Share> =
        /// Blown share of the opening between the lids: referred above this.
        0.2,
        /// Blown share of the opening between the lids: rejected above this, if there are glasses.
        0.5 in 0.0..=1.0;
    both: Above<Share, 1> =
        /// Area of the largest reflection beside the iris over that of the iris, of the eye where it is
        /// smaller: referred above this.
        0.09 in 0.0..=10.0;
    patch: Single<Share> =
        /// Blown share of the inner part of a lens from which it may be a white patch.
        0.8 in 0.0..=1.0;
    patch_apart: Single<Share> =
        /// Share of worn things over one eye less that over the other from which it is one.
        0.2 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let portrait = m.portrait.as_ref()?;
    // Not seen is not there: nobody is referred because a reflection could not be looked for.
    let glare = portrait.glare?;
    let (lens, eye) = (glare.lens_ratio.num(), glare.eye_ratio.num());
    let sights = portrait.eyes.map(|eyes| eyes.map(|eye| eye.sight));
    let sights = match sights {
        Some([Some(left), Some(right)]) => Some([left, right]),
        _ => None,
    };
    // The class model does not know every patch, but glasses rarely reflect on one side only.
    let patch = sights.is_some_and(|[left, right]| {
        let apart = (left.worn_ratio.num() - right.worn_ratio.num()).abs();
        let less = left.blown_ratio.num().min(right.blown_ratio.num());
        let alone = apart >= p.patch_apart.get() || p.both.grade(less).is_none();
        lens > p.patch.get() && alone
    });
    if patch {
        return None;
    }
    let worn = portrait.covering.map(|covering| covering.eyes_other_ratio);
    let glasses = worn.is_some_and(|worn| worn.num() >= p.min_worn.get());
    // Without glasses, a blown eye may be something else: a person looks.
    let most = if glasses {
        Outcome::Reject
    } else {
        Outcome::Refer
    };
    let by_eye = p.eye.grade(eye).map(|grade| {
        grade.and(most).found("eye_ratio", |is, _| Words {
            ja: format!("眼鏡に反射した光が片目の{is}を隠しています。"),
            en: format!("Light, as from glasses, hides {is} of an eye."),
        })
    });
    let by_lens = p.lens.found("lens_ratio", lens, |is, _| Words {
        ja: format!("眼鏡のレンズの{is}に光が反射しています。"),
        en: format!("{is} of a lens reflects light."),
    });
    let by_lens = by_lens.filter(|_| glasses);
    let less = sights.map(|[left, right]| left.blown_ratio.num().min(right.blown_ratio.num()));
    let by_both = less.and_then(|less| {
        p.both.found("blown_ratio", less, |_, _| Words {
            ja: "両目のそばに、眼鏡に反射したような光があります。",
            en: "There is light beside both eyes, as from glasses.",
        })
    });
    Some(by_eye.or(by_lens).or(by_both)?.at(glare.region))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, covering, glare, portrait, ratio, sight};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| {
            covering(m).eyes_other_ratio = ratio(0.3);
            glare(m).lens_ratio = ratio(0.8);
        },
        |m| glare(m).eye_ratio = ratio(0.9),
        |m| {
            for side in 0..2 {
                sight(m, side).blown_ratio = ratio(0.3);
            }
        },
    ];

    #[test]
    fn reflections_beside_both_eyes_need_no_frame_and_a_patch_is_none() {
        for (left, right, expected) in [(0.3, 0.2, Some(Outcome::Refer)), (0.3, 0.05, None)] {
            let change = |m: &mut Measurements| {
                sight(m, 0).blown_ratio = ratio(left);
                sight(m, 1).blown_ratio = ratio(right);
            };
            check(Code::GlassesGlare, change, expected);
        }
        for (worn, other, lens, expected) in [
            (0.9, 0.1, 1.0, None),
            // A frame that is found on one side better than on the other.
            (0.9, 0.5, 0.4, Some(Outcome::Reject)),
            (0.5, 0.5, 1.0, Some(Outcome::Reject)),
        ] {
            let change = |m: &mut Measurements| {
                sight(m, 0).worn_ratio = ratio(worn);
                sight(m, 1).worn_ratio = ratio(other);
                for side in 0..2 {
                    sight(m, side).blown_ratio = ratio(0.5);
                }
                covering(m).eyes_other_ratio = ratio(0.4);
                glare(m).lens_ratio = ratio(lens);
                glare(m).eye_ratio = ratio(1.0);
            };
            check(Code::GlassesGlare, change, expected);
        }
        // A patch that the class model does not know.
        let change = |m: &mut Measurements| {
            sight(m, 0).blown_ratio = ratio(5.0);
            glare(m).lens_ratio = ratio(1.0);
            glare(m).eye_ratio = ratio(1.0);
        };
        check(Code::GlassesGlare, change, None);
    }

    #[test]
    fn only_glasses_that_hide_an_eye_are_rejected() {
        for (worn, lens, eye, expected) in [
            (0.40, 0.0, 0.0, None),
            (0.40, 0.02, 0.1, None),
            (0.03, 0.30, 0.1, None),
            (0.04, 0.30, 0.1, Some(Outcome::Refer)),
            (0.40, 0.10, 0.0, Some(Outcome::Refer)),
            (0.40, 0.10, 0.3, Some(Outcome::Refer)),
            (0.01, 0.30, 0.9, Some(Outcome::Refer)),
            (0.40, 0.30, 0.9, Some(Outcome::Reject)),
        ] {
            check(
                Code::GlassesGlare,
                |m| {
                    let portrait = portrait(m);
                    portrait.covering.as_mut().unwrap().eyes_other_ratio = ratio(worn);
                    let glare = portrait.glare.as_mut().unwrap();
                    glare.lens_ratio = ratio(lens);
                    glare.eye_ratio = ratio(eye);
                },
                expected,
            );
        }
        let unknown = |m: &mut Measurements| portrait(m).glare = None;
        check(Code::GlassesGlare, unknown, None);
    }
}
