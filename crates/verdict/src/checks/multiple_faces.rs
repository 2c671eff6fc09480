//! There is a second face in the photo.
//!
//! **Why.** The card shows only its holder. A face nearly as large as the main one is another
//! person. A small one may be a picture on the wall or a toy, so it is referred to a person.
//! Somebody beside the part that is printed can be trimmed away; a person looks whether an arm or
//! a shoulder remains.
//!
//! **What to do.** Take the photo alone in front of a plain wall. A person who helps an infant must
//! not be visible.

use shomei_photo::FaceSummary;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new("ほかの人の顔が写っています", "There is more than one face"),
    advice: Words::new(
        "ご本人だけが写るように、無地の壁の前で撮影してください。介助の方は写らないようにしてください。",
        "Please take the photo alone, in front of a plain wall. A helper must not be visible.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: the applicant alone, plain background (無背景)",
};

params! {
    min_score: Single<Share> =
        /// Confidence of the detector from which a further face counts.
        0.7 in 0.0..=1.0;
    above: Above<Share> =
        /// Area of a further face over the main one's: referred above this.
        0.01,
        /// Area of a further face over the main one's: rejected above this.
        0.25 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let others = m.face.as_ref()?.faces.get(1..)?.iter();
    let others: Vec<_> = others
        .filter(|face| face.score_ratio.num() >= p.min_score.get())
        .collect();
    let count = others.len() + 1;
    let largest = |faces: &[&FaceSummary]| {
        let larger = |a: &&&FaceSummary, b: &&&FaceSummary| {
            a.size_ratio.num().total_cmp(&b.size_ratio.num())
        };
        let second = faces.iter().max_by(larger)?;
        let size = second.size_ratio.num();
        let found = p.above.found("size_ratio", size, |_, _| Words {
            ja: format!("写真に{count}人の顔が写っています。"),
            en: format!("There are {count} faces in the photo."),
        })?;
        Some(found.at(Some(second.region)))
    };
    let framing = m.framing.as_ref();
    let printed = framing.and_then(|framing| framing.printed);
    let (inside, outside): (Vec<_>, Vec<_>) = others
        .into_iter()
        .partition(|face| printed.is_none_or(|part| part.meets(face.region)));
    let outside = largest(&outside).map(|mut found| {
        found.outcome = Outcome::Refer;
        found.advice(
            "カードには顔のまわりだけを印刷します。ほかの人が残らないかどうか、担当者が確認します。確実にするには、ご本人だけで撮影してください。",
            "Only the part around the face is printed; a person will check that nobody else remains. To be sure, please take the photo alone.",
        )
    });
    worse(largest(&inside), outside)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, face, framing, ratio, region};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| beside(m, 600, 0.5),
        |m| {
            framing(m).printed = Some(region(200, 0, 300, 386));
            beside(m, 600, 0.5);
        },
    ];

    /// A further face whose left edge is at `x`.
    fn beside(m: &mut Measurements, x: u32, size: f32) {
        let mut second = face(m).faces[0];
        second.size_ratio = ratio(size);
        second.region = region(x, 100, 90, 120);
        face(m).faces.push(second);
    }

    #[test]
    fn somebody_who_is_trimmed_away_is_never_a_reject() {
        let printed = Some(region(200, 0, 300, 386));
        for (x, printed, expected) in [
            (490, printed, Outcome::Reject),
            (510, printed, Outcome::Refer),
            (100, printed, Outcome::Refer),
            (510, None, Outcome::Reject),
        ] {
            check(
                Code::MultipleFaces,
                |m| {
                    framing(m).printed = printed;
                    beside(m, x, 0.9);
                },
                Some(expected),
            );
        }
        // The worse of two.
        check(
            Code::MultipleFaces,
            |m| {
                framing(m).printed = printed;
                beside(m, 510, 0.9);
                beside(m, 300, 0.8);
            },
            Some(Outcome::Reject),
        );
    }

    #[test]
    fn the_second_face_is_graded_by_its_size() {
        for (size, score, expected) in [
            (0.9, 0.9, Some(Outcome::Reject)),
            (0.1, 0.9, Some(Outcome::Refer)),
            (0.005, 0.9, None),
            (0.9, 0.4, None),
        ] {
            check(
                Code::MultipleFaces,
                |m| {
                    face(m).faces.push(FaceSummary {
                        region: region(10, 10, 50, 50),
                        score_ratio: ratio(score),
                        size_ratio: ratio(size),
                    });
                },
                expected,
            );
        }
    }
}
