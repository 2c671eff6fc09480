//! The person casts a shadow on the wall.
//!
//! **Why.** The rules do not allow shadows. A shadow beside the head blurs its outline.
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
    min_area: Single<Share> =
        /// Area of the smallest shadow that counts, over the printed part.
        0.01 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let counts = |shadow: &&Shadow| shadow.area_ratio.num() >= p.min_area.get();
    let shadow = m
        .background
        .as_ref()?
        .shadows
        .iter()
        .filter(counts)
        .max_by(|a, b| a.depth_ratio.num().total_cmp(&b.depth_ratio.num()))?;
    let at = side(shadow.side);
    let depth = shadow.depth_ratio.num();
    let mut found = p.depth.found("depth_ratio", depth, |is, limit| Words {
        ja: format!("背景の{}側に影があります（周囲より{is}暗く、{limit}以内が目安です）。", at.ja),
        en: format!("There is a shadow on the background at the {}, {is} darker than the wall; up to {limit} is fine.", at.en),
    })?;
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
}
