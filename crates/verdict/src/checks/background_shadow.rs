//! The person casts a shadow on the wall.
//!
//! **Why.** The rules do not allow shadows. A shadow beside the head blurs its outline. A soft and
//! shallow shadow may be fine, as on the sheet that a baby lies on, so a person looks at it.
//!
//! **What to do.** Step away from the wall, by half a metre or more, and use light from the front
//! or from both sides instead of a flash.

use shomei_background::Shadow;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new("背景に影があります", "There is a shadow on the background"),
    advice: Words::new(
        "壁から50cm以上離れ、フラッシュを使わずに、正面または左右から均一に光が当たる場所で撮影してください。",
        "Please step half a metre or more away from the wall and use even light instead of a flash.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: shadow on the background (unsuitable example)",
};

params! {
    depth: Above<Share> =
        /// Share of the light that is missing: referred above this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 0, 98 % of 12
        /// bad ones at least 0.6702.
        0.12,
        /// Share of the light that is missing: rejected above this.
        0.25 in 0.0..=1.0;
    soft_edge: Single<Share> =
        /// Part of its depth that a shadow gains within a hundredth of the photo at its border: up
        /// to this the shadow is soft, and the limits of soft shadows apply.
        0.4 in 0.0..=1.0;
    soft_depth: Above<Share> =
        /// Share of the light that is missing in a soft shadow: referred above this.
        0.18,
        /// Share of the light that is missing in a soft shadow: rejected above this. Soft shadows of
        /// good portraits reach 0.29; the shadows in the labelled bad photos begin at 0.41.
        0.4 in 0.0..=1.0;
    min_area: Single<Share> =
        /// Area of the smallest shadow that counts, over the printed part.
        0.01 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let shadows = &m.background.as_ref()?.shadows;
    let counts = |shadow: &&Shadow| shadow.area_ratio.num() >= p.min_area.get();
    // The deepest is the first, but a shallower one may be worse if it is hard.
    shadows
        .iter()
        .filter(counts)
        .map(|shadow| found(shadow, p))
        .fold(None, worse)
}

fn found(shadow: &Shadow, p: &Params) -> Option<Found> {
    // Records of older versions do not say how soft a shadow is.
    let soft = shadow
        .edge_ratio
        .is_some_and(|edge| edge.num() <= p.soft_edge.get());
    let limits = if soft { p.soft_depth } else { p.depth };
    let at = side(shadow.side);
    let mut found = limits.found("depth_ratio", shadow.depth_ratio.num(), |_, _| Words {
        ja: format!("背景の{}側に影が写っています。", at.ja),
        en: format!("There is a shadow on the background at the {}.", at.en),
    })?;
    if let Some(edge) = shadow.edge_ratio {
        found = found.number("edge_ratio", edge.num());
    }
    found.sides = vec![shadow.side];
    Some(found.at(Some(shadow.region)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, ratio, region, wall};
    use shomei_photo::Side;

    fn shadow(side: Side, depth: f32, area: f32) -> Shadow {
        Shadow {
            region: region(500, 300, 90, 200),
            side,
            area_ratio: ratio(area),
            depth_ratio: ratio(depth),
            edge_ratio: None,
        }
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| wall(m).shadows = vec![shadow(Side::Left, 0.7, 0.06)],
        |m| wall(m).shadows = vec![shadow(Side::Right, 0.7, 0.06)],
        |m| wall(m).shadows = vec![shadow(Side::Top, 0.7, 0.06)],
        |m| wall(m).shadows = vec![shadow(Side::Bottom, 0.7, 0.06)],
    ];

    #[test]
    fn the_deepest_shadow_of_some_size_counts() {
        for (depth, area, expected) in [
            (0.10, 0.20, None),
            (0.50, 0.005, None),
            (0.20, 0.05, Some(Outcome::Refer)),
            (0.40, 0.05, Some(Outcome::Reject)),
        ] {
            check(
                Code::BackgroundShadow,
                |m| {
                    wall(m).shadows = vec![
                        shadow(Side::Left, 0.9, 0.001),
                        shadow(Side::Left, depth, area),
                    ];
                },
                expected,
            );
        }
    }

    #[test]
    fn a_soft_shadow_is_judged_more_mildly() {
        for (depth, edge, expected) in [
            (0.15, 0.2, None),
            (0.15, 0.6, Some(Outcome::Refer)),
            (0.29, 0.2, Some(Outcome::Refer)),
            (0.29, 0.6, Some(Outcome::Reject)),
            (0.50, 0.2, Some(Outcome::Reject)),
        ] {
            let shadow = Shadow {
                edge_ratio: Some(ratio(edge)),
                ..shadow(Side::Left, depth, 0.05)
            };
            check(
                Code::BackgroundShadow,
                |m| wall(m).shadows = vec![shadow],
                expected,
            );
        }
    }

    #[test]
    fn a_hard_shadow_counts_beside_a_deeper_soft_one() {
        let edged = |side, depth, edge| Shadow {
            edge_ratio: Some(ratio(edge)),
            ..shadow(side, depth, 0.05)
        };
        let found = check(
            Code::BackgroundShadow,
            |m| {
                wall(m).shadows = vec![edged(Side::Left, 0.35, 0.2), edged(Side::Right, 0.3, 0.6)];
            },
            Some(Outcome::Reject),
        );
        assert_eq!(found.unwrap().sides, [Side::Right]);
    }
}
