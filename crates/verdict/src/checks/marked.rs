//! Something was put onto the picture, or a print or a screen was photographed: a date, a watermark,
//! a stamp, a fold, the pattern of a screen.
//!
//! **Why.** What is on the picture is printed on the card, and a photographed print or screen is not
//! as sharp as the photo itself. Prints on clothes can look like writing, so a person decides.
//!
//! **What to do.** Send the photo as the camera saved it, with the camera's date stamp turned off,
//! instead of a photo of a print or of a screen.

use shomei_marks::Marks;
use shomei_photo::Region;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new(
        "写真に文字や線などがあります",
        "There is a mark on the photo",
    ),
    advice: Words::new(
        "担当者が確認します。日付・透かし・印影・折り目のない、撮影したままの写真であれば確実です。",
        "A person will look at it. A photo as the camera saved it, without date, watermark, stamp or fold, is certain to be fine.",
    ),
    rule: "General practice for ID photos (ink-marked or creased photos are refused); not in the J-LIS list",
};

params! {
    signs: Above<Count, 1> =
        /// Signs of a row on clothes or skin: referred above this. Textiles can make short rows.
        4.0 in 1.0..=1000.0;
    signs_on_wall: Above<Count, 1> =
        /// Signs of a row on the wall: referred above this.
        3.0 in 1.0..=1000.0;
    on_person: Single<Share> =
        /// Share of a row on the person from which it counts as a row on clothes or skin.
        0.7 in 0.0..=1.0;
    arc: Above<Share, 1> =
        /// Share of a ring of ink that is seen: referred above this.
        0.35 in 0.0..=1.0;
    on_circle: Single<Share> =
        /// Share of a ring's strokes that are on the circle from which it is a ring.
        0.7 in 0.0..=1.0;
    crease: Above<Share, 1> =
        /// Share of the way across the picture, and across the person, on which a line is seen:
        /// referred above this. Glasses and patterned cloth reach 0.95.
        0.96 in 0.0..=1.0;
    screen: Above<Share, 1> =
        /// Share of the picture with the same periodic pattern: referred above this. Clothes and
        /// hair reach a third.
        0.4 in 0.0..=1.0;
}

pub(super) fn check(m: &Measurements, p: &Params) -> Option<Found> {
    let marks = m.marks.as_ref()?;
    let printed = m.framing.as_ref().and_then(|framing| framing.printed);
    let printed = |region: Region| printed.is_none_or(|printed| printed.meets(region));
    writing(marks, p, &printed)
        .or_else(|| stamp(marks, p, &printed))
        .or_else(|| crease(marks, p))
        .or_else(|| screen(m, marks, p))
}

fn writing(marks: &Marks, p: &Params, printed: &dyn Fn(Region) -> bool) -> Option<Found> {
    let rows = marks.writing.iter().filter(|row| printed(row.region));
    let (grade, row) = rows
        .filter_map(|row| {
            let limit = if row.on_person_ratio.num() < p.on_person.get() {
                &p.signs_on_wall
            } else {
                &p.signs
            };
            Some((limit.grade(f64::from(row.signs))?, row))
        })
        .max_by_key(|(_, row)| row.signs)?;
    let found = grade.found("signs", |_, _| {
        Words::new(
            "写真に文字か日付のようなものがあります。",
            "There seems to be writing or a date on the photo.",
        )
    });
    Some(found.fact("kind", "writing").at(Some(row.region)))
}

fn stamp(marks: &Marks, p: &Params, printed: &dyn Fn(Region) -> bool) -> Option<Found> {
    let ring = marks
        .stamps
        .iter()
        .find(|ring| ring.on_circle_ratio.num() >= p.on_circle.get() && printed(ring.region))?;
    let found = p.arc.found("arc_ratio", ring.arc_ratio.num(), |_, _| {
        Words::new(
            "写真に丸い印影のようなものがあります。",
            "There seems to be a round stamp on the photo.",
        )
    })?;
    Some(found.fact("kind", "stamp").at(Some(ring.region)))
}

fn crease(marks: &Marks, p: &Params) -> Option<Found> {
    marks.creases.iter().find_map(|line| {
        let length = line.length_ratio.num().min(line.on_person_ratio.num());
        let found = p.crease.found("length_ratio", length, |_, _| {
            Words::new(
                "写真を横切る折り目か線のようなものがあります。",
                "There seems to be a fold or a line across the photo.",
            )
        })?;
        Some(found.fact("kind", "crease").at(Some(line.region)))
    })
}

fn screen(m: &Measurements, marks: &Marks, p: &Params) -> Option<Found> {
    let coverage = marks.screen?.coverage_ratio.num();
    let found = p.screen.found("coverage_ratio", coverage, |_, _| {
        Words::new(
            "写真全体に細かいしま模様があります。画面や印刷物を撮影したものかもしれません。",
            "There is a fine pattern all over the photo. It may be a photo of a screen or of a print.",
        )
    })?;
    Some(found.fact("kind", "screen").at(m.face_region()))
}

#[cfg(test)]
pub(super) mod tests {
    use shomei_marks::{Crease, Screen, Stamp, Writing};

    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, framing, marks, ratio, region};

    fn row(signs: u32, on_person: f32) -> Writing {
        Writing {
            region: region(300, 500, 200, 30),
            signs,
            on_person_ratio: ratio(on_person),
        }
    }

    fn ring(arc: f32, on_circle: f32) -> Stamp {
        Stamp {
            region: region(450, 500, 200, 200),
            arc_ratio: ratio(arc),
            on_circle_ratio: ratio(on_circle),
        }
    }

    fn line(length: f32, on_person: f32) -> Crease {
        Crease {
            region: region(0, 400, 700, 20),
            length_ratio: ratio(length),
            on_person_ratio: ratio(on_person),
        }
    }

    fn pattern(coverage: f32) -> Option<Screen> {
        Some(Screen {
            coverage_ratio: ratio(coverage),
        })
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| marks(m).writing = vec![row(8, 1.0)],
        |m| marks(m).stamps = vec![ring(0.8, 1.0)],
        |m| marks(m).creases = vec![line(1.0, 1.0)],
        |m| marks(m).screen = pattern(0.9),
    ];

    #[test]
    fn clear_marks_go_to_a_person() {
        let look = Some(Outcome::Refer);
        for (writing, expected) in [
            (row(4, 0.0), look),
            (row(4, 0.5), look),
            (row(4, 1.0), None),
            (row(5, 1.0), look),
            (row(3, 0.0), None),
        ] {
            check(Code::Marked, |m| marks(m).writing = vec![writing], expected);
        }
        for (stamp, expected) in [
            (ring(0.4, 1.0), look),
            (ring(0.3, 1.0), None),
            (ring(0.9, 0.5), None),
        ] {
            check(Code::Marked, |m| marks(m).stamps = vec![stamp], expected);
        }
        for (crease, expected) in [
            (line(1.0, 1.0), look),
            (line(1.0, 0.95), None),
            (line(0.95, 1.0), None),
        ] {
            check(Code::Marked, |m| marks(m).creases = vec![crease], expected);
        }
        for (coverage, expected) in [(0.5, look), (0.34, None)] {
            check(
                Code::Marked,
                |m| marks(m).screen = pattern(coverage),
                expected,
            );
        }
    }

    #[test]
    fn what_is_trimmed_away_or_was_not_looked_for_is_no_mark() {
        check(
            Code::Marked,
            |m| {
                framing(m).printed = Some(region(0, 0, 700, 400));
                marks(m).writing = vec![row(9, 0.0)];
            },
            None,
        );
        check(Code::Marked, |m| m.marks = None, None);
    }
}
