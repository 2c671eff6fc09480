//! The background is not plain: it has a pattern, two tones, or a strong gradient.
//!
//! **Why.** The background must be plain. It is fine if the light falls off over an even wall. If
//! too little of the background is visible, it cannot be assessed, and the photo is referred to a
//! person.
//!
//! **What to do.** Stand in front of a plain, evenly lit wall, without corners, curtains, bricks or
//! wood.

use shomei_background::UnevenKind;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("背景が均一ではありません", "The background is not plain"),
    advice: Words::new(
        "模様や境目のない無地の壁の前で、光が均一に当たるように撮影してください。",
        "Please take the photo in front of a plain, evenly lit wall without pattern or corners.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: patterned background (unsuitable example); plain background (無背景)",
};

params! {
    min_area: Single<Share> =
        /// Background over the printed part: below this it cannot be assessed.
        0.02 in 0.0..=1.0;
    pattern: Above<DeltaE> =
        /// Strength of a pattern: referred above this.
        6.0,
        /// Strength of a pattern: rejected above this.
        12.0 in 0.0..=200.0;
    tones: Above<DeltaE> =
        /// Distance of two tones: referred above this.
        8.0,
        /// Distance of two tones: rejected above this.
        15.0 in 0.0..=200.0;
    gradient: Above<DeltaE> =
        /// Range of a gradient: referred above this.
        14.0,
        /// Range of a gradient: rejected above this.
        40.0 in 0.0..=200.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let area = m.background.as_ref().map(|seen| seen.area_ratio.num());
    let background = match (&m.background, area) {
        (Some(background), Some(area)) if area >= p.min_area.get() => background,
        (None, _) if m.stopped_after.is_some() => return None,
        _ => {
            let found = Found::unable(
                "背景がほとんど写っていないため、背景を自動で確認できませんでした。",
                "There is too little background to be assessed.",
            );
            return Some(match area {
                Some(area) => found
                    .number("area_ratio", area)
                    .limit(Some(p.min_area.get()), None),
                None => found,
            });
        }
    };
    let uneven = background.unevenness?;
    let strength = uneven.strength_delta_e.num();
    let (limits, kind, ja, en) = match uneven.kind {
        UnevenKind::Pattern => (
            p.pattern,
            "pattern",
            "背景に模様や凹凸があります。",
            "The background has a pattern.",
        ),
        UnevenKind::TwoTones => (
            p.tones,
            "two_tones",
            "背景が2色に分かれています。",
            "The background has two tones.",
        ),
        // `UnevenKind` may grow; a gradient is its mildest kind.
        _ => (
            p.gradient,
            "gradient",
            "背景の明るさや色にむらがあります。",
            "The background changes from one side to the other.",
        ),
    };
    let found = limits.found("strength_delta_e", strength, |_, _| Words::new(ja, en))?;
    Some(found.fact("kind", kind).at(Some(uneven.region)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, delta_e, ratio, region, wall};
    use shomei_background::Unevenness;

    fn uneven(m: &mut Measurements, kind: UnevenKind, strength: f32) {
        wall(m).unevenness = Some(Unevenness {
            kind,
            region: region(0, 0, 100, 100),
            strength_delta_e: delta_e(strength),
        });
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| wall(m).area_ratio = ratio(0.01),
        |m| m.background = None,
        |m| uneven(m, UnevenKind::Pattern, 48.32),
        |m| uneven(m, UnevenKind::TwoTones, 48.32),
        |m| uneven(m, UnevenKind::Gradient, 48.32),
    ];

    #[test]
    fn each_kind_has_its_limits() {
        use UnevenKind::{Gradient, Pattern, TwoTones};
        for (kind, strength, expected) in [
            (Pattern, 5.0, None),
            (Pattern, 10.0, Some(Outcome::Refer)),
            (Pattern, 14.0, Some(Outcome::Reject)),
            (TwoTones, 7.0, None),
            (TwoTones, 14.0, Some(Outcome::Refer)),
            (TwoTones, 30.0, Some(Outcome::Reject)),
            (Gradient, 14.0, None),
            (Gradient, 20.0, Some(Outcome::Refer)),
            (Gradient, 45.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::BackgroundUneven,
                |m| uneven(m, kind, strength),
                expected,
            );
        }
    }

    #[test]
    fn what_is_not_seen_is_not_judged() {
        check(
            Code::BackgroundUneven,
            |m| wall(m).area_ratio = ratio(0.01),
            Some(Outcome::Unable),
        );
        check(
            Code::BackgroundUneven,
            |m| m.background = None,
            Some(Outcome::Unable),
        );
        check(Code::BackgroundUneven, |_| (), None);
    }
}
