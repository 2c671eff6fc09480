//! The person is sideways or upside down in the photo.
//!
//! **Why.** The photo is printed as it is sent. Phones record in the file how they were held. If a
//! program drops that record, the photo appears turned.
//!
//! **What to do.** Turn the photo so that the head is up and save it, then send it again.

use shomei_photo::QuarterTurn;

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::Face,
    waivable: false,
    title: Words::new("写真の向きが正しくありません", "The photo is not upright"),
    advice: Words::new(
        "頭が上になる向きに写真を回転して保存し、もう一度お送りください。",
        "Please turn the photo so that the head is up, save it and send it again.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/kofushinse/checkpoint.html: facing the front, upright",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    let turn = m.face.as_ref()?.turn;
    let (ja, en) = match turn {
        QuarterTurn::None => return None,
        QuarterTurn::Clockwise => ("右に90°回すと", "by 90° clockwise"),
        QuarterTurn::Half => ("180°回すと", "by 180°"),
        QuarterTurn::CounterClockwise => ("左に90°回すと", "by 90° counter-clockwise"),
    };
    Some(
        Found::reject(
            format!("写真の向きが正しくありません（{ja}頭が上になります）。"),
            format!("The photo is not upright: turned {en}, the head is up."),
        )
        .number("turn_degrees", f64::from(turn.degrees()))
        .at(m.face_region()),
    )
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::Code;
    use crate::fixtures::{Sample, check, face};

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| face(m).turn = QuarterTurn::Clockwise,
        |m| face(m).turn = QuarterTurn::Half,
        |m| face(m).turn = QuarterTurn::CounterClockwise,
    ];

    #[test]
    fn only_upright_passes() {
        for turn in QuarterTurn::ALL {
            let expected = (turn != QuarterTurn::None).then_some(Outcome::Reject);
            check(Code::Rotated, |m| face(m).turn = turn, expected);
        }
    }
}
