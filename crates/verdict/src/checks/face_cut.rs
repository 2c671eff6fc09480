//! A part of the head is outside the photo: skull, chin, cheek, ear, or much of the hair.
//!
//! **Why.** The card must show the whole face, and trimming cannot bring back what is not in the
//! photo. Long hair may reach beyond the photo, but hair along most of an edge means that the head
//! does so, too.
//!
//! **What to do.** Take the photo from farther away and with the head in the middle, so that there
//! is space on all four sides.

use shomei_framing::{Cut, Part};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new(
        "顔や頭の一部が切れています",
        "A part of the head is cut off",
    ),
    advice: Words::new(
        "カメラから離れて、頭全体が写り、上下左右に余白ができるように撮影してください。",
        "Please take the photo from farther away, so that the whole head is in it with space on all sides.",
    ),
    rule: "J-LIS: part of the face is cut off, too close to the lens (news on unsuitable photos; also city.uji.kyoto.jp/site/myna/91062.html)",
};

params! {
    above: Above<Share> =
        /// Part of skull, chin, cheek or ear beyond the edge over the face's extent: referred above
        /// this.
        /// Chosen on half of the labelled people: 98 % of 81 good photos are at most 0, 98 % of 23
        /// bad ones at least 0.1266.
        0.01,
        /// Part of skull, chin, cheek or ear beyond the edge over the face's extent: rejected above
        /// this.
        0.03 in 0.0..=1.0;
    hair: Above<Share, 1> =
        /// Hair along the photo's edge over the head's extent: referred above this.
        0.5 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let grade = |cut: &Cut| {
        let lost = cut.lost_ratio.num();
        match cut.part {
            Part::Hair => p.hair.grade(lost),
            _ => p.above.grade(lost),
        }
    };
    let mut cuts: Vec<_> = m
        .framing
        .as_ref()?
        .cuts
        .iter()
        .filter_map(|cut| Some((grade(cut)?, cut)))
        .collect();
    // Rejects first, then what is cut most; hair is measured otherwise and comes last.
    cuts.sort_by(|(a, one), (b, other)| {
        let rank = |grade: &Grade, cut: &Cut| (!grade.rejects(), cut.part == Part::Hair);
        rank(a, one)
            .cmp(&rank(b, other))
            .then(other.lost_ratio.num().total_cmp(&one.lost_ratio.num()))
    });
    let &(worst, cut) = cuts.first()?;
    let named = |name: fn(&Cut) -> String| {
        let mut names: Vec<String> = Vec::new();
        for (_, cut) in &cuts {
            let name = name(cut);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    };
    let ja = named(|cut| {
        let (what, at) = (part(cut.part).ja, side(cut.side).ja);
        match lost(cut) {
            Some(lost) => format!("{what}（{at}側{lost}）"),
            None => format!("{what}（{at}側）"),
        }
    });
    let en = named(|cut| {
        let (what, at) = (part(cut.part).en, side(cut.side).en);
        match lost(cut) {
            Some(lost) => format!("{what} ({at}, {lost})"),
            None => format!("{what} ({at})"),
        }
    });
    let mut sides: Vec<_> = cuts.iter().map(|(_, cut)| cut.side).collect();
    sides.sort_unstable();
    sides.dedup();
    let mut found = worst.found("lost_ratio", |_, _| Words {
        ja: format!("写真の端で切れている部分があります：{}。", ja.join("、")),
        en: format!("Cut off at the photo's edge: {}.", en.join(", ")),
    });
    found.sides = sides;
    let parts = named(|cut| part(cut.part).en.to_owned());
    Some(found.fact("parts", parts).at(Some(cut.region)))
}

/// How much of the face's extent is lost; hair is measured otherwise.
fn lost(cut: &Cut) -> Option<String> {
    (cut.part != Part::Hair).then(|| percent(cut.lost_ratio.num()))
}

fn part(part: Part) -> Words {
    match part {
        Part::Hair => Words::new("髪", "hair"),
        Part::Skull => Words::new("頭", "skull"),
        Part::Ear => Words::new("耳", "ear"),
        Part::Cheek => Words::new("頬", "cheek"),
        Part::Chin => Words::new("あご", "chin"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use shomei_photo::Side;

    use super::*;
    use crate::fixtures::{Sample, check, framing, ratio, region};
    use crate::{Code, Lang};

    fn cut(part: Part, side: Side, lost: f32) -> Cut {
        Cut {
            side,
            part,
            lost_ratio: ratio(lost),
            region: region(0, 0, 100, 1),
        }
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| framing(m).cuts = vec![cut(Part::Hair, Side::Top, 0.6)],
        |m| {
            framing(m).cuts = vec![
                cut(Part::Skull, Side::Top, 0.6),
                cut(Part::Hair, Side::Top, 0.6),
            ];
        },
        |m| {
            framing(m).cuts = vec![
                cut(Part::Ear, Side::Left, 0.6),
                cut(Part::Cheek, Side::Left, 0.6),
            ];
        },
        |m| framing(m).cuts = vec![cut(Part::Ear, Side::Right, 0.6)],
        |m| framing(m).cuts = vec![cut(Part::Chin, Side::Bottom, 0.6)],
    ];

    #[test]
    fn hair_may_leave_the_photo_and_the_face_may_not() {
        for (part, lost, expected) in [
            (Part::Skull, 0.005, None),
            (Part::Skull, 0.02, Some(Outcome::Refer)),
            (Part::Chin, 0.2, Some(Outcome::Reject)),
            (Part::Ear, 0.04, Some(Outcome::Reject)),
            (Part::Cheek, 0.04, Some(Outcome::Reject)),
            (Part::Hair, 0.4, None),
            (Part::Hair, 1.0, Some(Outcome::Refer)),
        ] {
            check(
                Code::FaceCut,
                |m| framing(m).cuts = vec![cut(part, Side::Left, lost)],
                expected,
            );
        }
    }

    #[test]
    fn sides_and_parts_are_named() {
        let found = check(
            Code::FaceCut,
            |m| {
                framing(m).cuts = vec![
                    cut(Part::Hair, Side::Top, 0.9),
                    cut(Part::Chin, Side::Bottom, 0.02),
                    cut(Part::Cheek, Side::Left, 0.3),
                    cut(Part::Ear, Side::Left, 0.001),
                ];
            },
            Some(Outcome::Reject),
        )
        .unwrap();
        assert_eq!(found.sides, [Side::Top, Side::Bottom, Side::Left]);
        let text = "Cut off at the photo's edge: cheek (left, 30%), chin (bottom, 2%), hair (top).";
        assert_eq!(found.text.of(Lang::En), text);
        assert_eq!(found.measured[0].1, 0.3);
    }
}
