//! There is something behind the person: furniture, a door frame, a switch, a plant, a chair.
//!
//! **Why.** The background must be plain. Things in the background of indoor photos are one of the
//! two most common reasons for refusing a photo.
//!
//! **What to do.** Stand in front of a plain wall and remove everything else from the picture. A
//! wheelchair or tubes may be visible; an exception can be recorded for them.

use shomei_background::{Background, BackgroundObject};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: true,
    title: Words::new(
        "背景に物が写っています",
        "There is an object in the background",
    ),
    advice: Words::new(
        "家具などが写らないように、無地の壁の前で撮影してください。",
        "Please take the photo in front of a plain wall, without furniture or other things.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: objects such as a chair in the background (unsuitable example)",
};

params! {
    area: Above<Share> =
        /// Share of the printed part: referred above this, if the contrast to the wall is, too.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 0.0004, 98 %
        /// of 73 bad ones at least 0.0207.
        0.0012,
        /// Share of the printed part: rejected above this, if the contrast to the wall is, too.
        0.004 in 0.0..=1.0;
    contrast: Above<DeltaE> =
        /// Contrast to the wall, together with `area_refer_above`.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 0, 98 % of 73
        /// bad ones at least 20.7034.
        6.0,
        /// Contrast to the wall, together with `area_reject_above`.
        12.0 in 0.0..=200.0;
    near: Above<Share, 1> =
        /// Area over the photo's of a thing outside the printed part but near it: referred above
        /// this, because hardly any room is left to trim.
        0.0012 in 0.0..=1.0;
    max_near: Single<Share> =
        /// Distance from the best 35:45 part, over its height, up to which a thing is near it: 6 of
        /// 45 mm.
        0.133 in 0.0..=10.0;
    outside: Above<Share, 1> =
        /// Share of the photo's area of a thing outside the part that is printed: referred above
        /// this. By default every size is fine, because the photo is trimmed.
        1.0 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let background = m.background.as_ref()?;
    inside(background, p)
        .or_else(|| beside(m, background, p))
        .or_else(|| outside(background, p))
}

/// Just outside the printed part.
fn beside(m: &Measurements, background: &Background, p: &Params) -> Option<Found> {
    let trim = m.framing.as_ref()?.trim.region;
    // The trim box is higher than wide, also of somebody who lies.
    let reach = f64::from(trim.width.max(trim.height)) * p.max_near.get();
    let objects = &background.outside.as_ref()?.objects;
    let largest = objects
        .iter()
        .find(|object| trim.distance(object.region) <= reach)?;
    let area = largest.area_ratio.num();
    let found = p.near.found("area_ratio", area, |_, _| {
        Words::new(
            "印刷される部分のすぐそばに物が写っています。",
            "There is something right beside the part that is printed.",
        )
    })?;
    Some(found.at(Some(largest.region)).advice(
        "カードに印刷されないかどうか、担当者が確認します。確実にするには、家具などが写らないように、無地の壁の前で撮影してください。",
        "A person will check that it is not printed. To be sure, please take the photo in front of a plain wall, without furniture or other things.",
    ))
}

/// For photos that nobody trims.
fn outside(background: &Background, p: &Params) -> Option<Found> {
    let objects = &background.outside.as_ref()?.objects;
    let largest = objects.first()?;
    let found = p
        .outside
        .found("area_ratio", largest.area_ratio.num(), |_, _| {
            Words::new(
                "写真の端に物が写っています。",
                "There is an object at the edge of the photo.",
            )
        })?;
    Some(found.at(Some(largest.region)))
}

fn inside(background: &Background, p: &Params) -> Option<Found> {
    let mut seen: Vec<_> = background
        .objects
        .iter()
        .filter_map(|object| Some((grade(object, p)?, object)))
        .collect();
    // Rejects first, then the largest.
    seen.sort_by(|(a, one), (b, other)| {
        let areas = other.area_ratio.num().total_cmp(&one.area_ratio.num());
        b.rejects().cmp(&a.rejects()).then(areas)
    });
    let &(worst, object) = seen.first()?;
    let count = seen.len();
    let found = worst.found("area_ratio", |_, _| match count {
        1 => Words {
            ja: "背景に物が写っています。".to_owned(),
            en: "There is an object in the background.".to_owned(),
        },
        _ => Words {
            ja: format!("背景に物が{count}か所写っています。"),
            en: format!("There are {count} objects in the background."),
        },
    });
    Some(
        found
            .number("contrast_delta_e", object.contrast_delta_e.num())
            .fact("objects", count)
            .at(Some(object.region)),
    )
}

fn grade(object: &BackgroundObject, p: &Params) -> Option<Grade> {
    let contrast = p.contrast.grade(object.contrast_delta_e.num())?;
    Some(p.area.grade(object.area_ratio.num())?.and(contrast.outcome))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fixtures::{Sample, check, delta_e, framing, good, ratio, region, wall};
    use crate::{Code, Policy, Waivers, judge};
    use shomei_background::Outside;

    fn object(x: u32, area: f32, contrast: f32) -> BackgroundObject {
        BackgroundObject {
            region: region(x, 20, 40, 40),
            area_ratio: ratio(area),
            contrast_delta_e: delta_e(contrast),
        }
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| wall(m).objects = vec![object(10, 0.3, 40.0)],
        |m| wall(m).objects = vec![object(10, 0.02, 40.0), object(10, 0.003, 40.0)],
        |m| wall(m).outside = outside(0.002),
        |m| {
            wall(m).outside = outside(0.002);
            framing(m).trim.region = region(295, 27, 556, 715);
        },
    ];

    /// A thing that ends 22 pixels to the left of the trim box, which is 715 high.
    fn outside(area: f32) -> Option<Outside> {
        outside_at(10, area)
    }

    fn outside_at(x: u32, area: f32) -> Option<Outside> {
        Some(Outside {
            area_ratio: ratio(0.3),
            objects: vec![object(x, area, 40.0)],
        })
    }

    #[test]
    fn a_person_looks_at_what_is_near_the_printed_part() {
        for (left, area, expected) in [
            (160, 0.02, Some(Outcome::Refer)),
            (160, 0.001, None),
            (150, 0.02, None),
        ] {
            let found = check(
                Code::BackgroundObject,
                |m| {
                    framing(m).trim.region = region(295, 27, 556, 715);
                    wall(m).outside = outside_at(left, area);
                },
                expected,
            );
            assert_eq!(
                found.is_some_and(|found| found.advice.is_some()),
                expected.is_some()
            );
        }
    }

    #[test]
    fn what_the_trim_removes_counts_only_where_nobody_trims() {
        let mut measurements = good();
        wall(&mut measurements).outside = outside(0.02);
        framing(&mut measurements).trim.region = region(295, 27, 556, 715);
        for (policy, expected) in [
            (Policy::my_number_card(), None),
            (
                Policy::from_toml("[background_object]\noutside_refer_above = 0.0012\n").unwrap(),
                Some(Outcome::Refer),
            ),
        ] {
            let review = judge(&measurements, &policy, &Waivers::default());
            let found = review.findings().first().map(crate::Finding::outcome);
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn area_and_contrast_both_count() {
        for (area, contrast, expected) in [
            (0.001, 80.0, None),
            (0.500, 4.0, None),
            (0.0012, 80.0, None),
            (0.500, 6.0, None),
            (0.003, 80.0, Some(Outcome::Refer)),
            (0.500, 8.0, Some(Outcome::Refer)),
            (0.004, 80.0, Some(Outcome::Refer)),
            (0.500, 12.0, Some(Outcome::Refer)),
            (0.020, 25.0, Some(Outcome::Reject)),
        ] {
            check(
                Code::BackgroundObject,
                |m| wall(m).objects = vec![object(0, area, contrast)],
                expected,
            );
        }
    }

    #[test]
    fn the_worst_is_shown() {
        let found = check(
            Code::BackgroundObject,
            |m| {
                wall(m).objects = vec![
                    object(1, 0.5, 7.0),
                    object(2, 0.01, 30.0),
                    object(3, 0.02, 30.0),
                ];
            },
            Some(Outcome::Reject),
        );
        assert_eq!(found.unwrap().region, Some(region(3, 20, 40, 40)));
    }
}
