//! There is a second face in the photo.
//!
//! **Why.** The card shows its holder alone. A face nearly as large as the main one is another
//! person; a small one may be a picture on the wall or a toy, and a person looks.
//!
//! **What to do.** Take the photo alone in front of a plain wall. Whoever helps an infant must
//! not be visible.

use crate::check::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words {
        ja: "ほかの人の顔が写っています",
        en: "There is more than one face",
    },
    advice: Words {
        ja: "ご本人だけが写るように、無地の壁の前で撮影してください。介助の方は写らないようにしてください。",
        en: "Please take the photo alone, in front of a plain wall. A helper must not be visible.",
    },
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: the applicant alone, plain background (無背景)",
};

params! {
    /// Detector confidence from which a further face counts.
    min_score: Share = 0.7 in 0.0..=1.0;
    /// Area of a further face over the main one's: a person looks above this.
    refer_above: Share = 0.01 in 0.0..=1.0;
    /// Area of a further face over the main one's: rejected above this.
    reject_above: Share = 0.25 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let others = m.face.as_ref()?.faces.get(1..)?;
    let others: Vec<_> = others
        .iter()
        .filter(|face| face.score_ratio.num() >= p.min_score)
        .collect();
    let second = others
        .iter()
        .max_by(|a, b| a.size_ratio.num().total_cmp(&b.size_ratio.num()))?;
    let size = second.size_ratio.num();
    let count = others.len() + 1;
    Some(
        above(size, p.refer_above, p.reject_above)?
            .found(
                format!("写真に{count}人の顔が写っています。"),
                format!("There are {count} faces in the photo."),
            )
            .number("size_ratio", size)
            .at(Some(second.region)),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{check, ratio, region};
    use shomei_photo::FaceSummary;

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
                    m.face.as_mut().unwrap().faces.push(FaceSummary {
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
