//! There is a second face in the photo.
//!
//! **Why.** The card shows only its holder. A face nearly as large as the main one is another
//! person. A small one may be a picture on the wall or a toy, so it is referred to a person.
//!
//! **What to do.** Take the photo alone in front of a plain wall. A person who helps an infant must
//! not be visible.

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
    let others = m.face.as_ref()?.faces.get(1..)?;
    let others: Vec<_> = others
        .iter()
        .filter(|face| face.score_ratio.num() >= p.min_score.get())
        .collect();
    let second = others
        .iter()
        .max_by(|a, b| a.size_ratio.num().total_cmp(&b.size_ratio.num()))?;
    let size = second.size_ratio.num();
    let count = others.len() + 1;
    let found = p.above.found("size_ratio", size, |_, _| Words {
        ja: format!("写真に{count}人の顔が写っています。"),
        en: format!("There are {count} faces in the photo."),
    })?;
    Some(found.at(Some(second.region)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, face, ratio, region};
    use shomei_photo::FaceSummary;

    pub(crate) const SAMPLES: &[Sample] = &[|m| {
        let mut second = face(m).faces[0];
        second.size_ratio = ratio(0.5);
        second.region = region(600, 100, 90, 120);
        face(m).faces.push(second);
    }];

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
