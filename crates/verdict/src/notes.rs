//! What readers of a review should know although nothing is wrong.

use shomei_photo::Region;

use crate::lang::{Lang, Words};
use crate::{Measurements, Policy};

/// Crown to chin over the photo's height below which so much is trimmed that it is worth saying.
const SMALL_HEAD: f32 = 0.42;

/// A remark on a photo that is not rejected. It never changes the verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    code: &'static str,
    region: Option<Region>,
    text: Words,
}

impl Note {
    /// Its name in the record: `trimmed`.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        self.code
    }

    /// The region it is about, in pixels of the original.
    #[must_use]
    pub const fn region(&self) -> Option<Region> {
        self.region
    }

    /// The remark in words.
    #[must_use]
    pub fn text(&self, lang: Lang) -> &str {
        self.text.of(lang)
    }
}

/// The remarks on a photo that `policy` does not reject.
pub(crate) fn of(m: &Measurements, policy: &Policy) -> Vec<Note> {
    trimmed(m, policy).into_iter().collect()
}

/// The photo is fine because a border, something at its edge, or much of it will be trimmed away.
fn trimmed(m: &Measurements, policy: &Policy) -> Option<Note> {
    let framing = m.framing.as_ref()?;
    let printed = framing.printed?;
    let things = m.background.as_ref().and_then(|seen| seen.outside.as_ref());
    let faces = m.face.as_ref().and_then(|face| face.faces.get(1..));
    let worth_saying = framing.picture.is_some()
        || framing.head_height_ratio.get() < SMALL_HEAD
        || things.is_some_and(|outside| !outside.objects.is_empty())
        || faces.is_some_and(|others| others.iter().any(|face| !printed.meets(face.region)));
    (worth_saying && policy.checks().trims()).then_some(Note {
        code: "trimmed",
        region: Some(framing.trim.region),
        text: Words::new(
            "この写真は、カードに合わせて顔のまわりを切り抜いて使います。そのまわりに写っているものは印刷されません。",
            "The photo will be trimmed to the head and shoulders for the card. What is around that part is not printed.",
        ),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{delta_e, face, framing, good, ratio, region, wall};
    use crate::{Verdict, Waivers, judge};
    use shomei_background::{BackgroundObject, Outside};

    fn notes(change: impl FnOnce(&mut Measurements), policy: &str) -> (Verdict, usize) {
        let mut measurements = good();
        change(&mut measurements);
        let policy = Policy::named(policy).unwrap();
        let review = judge(&measurements, &policy, &Waivers::default());
        (review.verdict(), review.notes().len())
    }

    fn cabinet(m: &mut Measurements) {
        framing(m).trim.region = region(300, 27, 350, 450);
        wall(m).outside = Some(Outside {
            area_ratio: ratio(0.4),
            objects: vec![BackgroundObject {
                region: region(0, 200, 30, 600),
                area_ratio: ratio(0.03),
                contrast_delta_e: delta_e(40.0),
            }],
        });
    }

    #[test]
    fn a_note_says_that_something_is_trimmed_away() {
        let card = "my-number-card";
        assert_eq!(notes(|_| (), card), (Verdict::Accept, 0));
        assert_eq!(notes(cabinet, card), (Verdict::Accept, 1));
        let small = |m: &mut Measurements| framing(m).head_height_ratio = ratio(0.3);
        assert_eq!(notes(small, card), (Verdict::Accept, 1));
        let border = |m: &mut Measurements| framing(m).picture = Some(region(9, 9, 682, 882));
        assert_eq!(notes(border, card), (Verdict::Accept, 1));
        let beside = |m: &mut Measurements| {
            framing(m).printed = Some(region(0, 0, 500, 640));
            let mut second = face(m).faces[0];
            second.region = region(600, 100, 90, 120);
            face(m).faces.push(second);
        };
        assert_eq!(notes(beside, card), (Verdict::Refer, 1));
    }

    #[test]
    fn nothing_is_said_of_a_photo_that_nobody_trims() {
        let rejected = |m: &mut Measurements| {
            cabinet(m);
            framing(m).head_height_ratio = ratio(0.97);
        };
        assert_eq!(notes(rejected, "my-number-card"), (Verdict::Reject, 0));
        let coarse = |m: &mut Measurements| {
            cabinet(m);
            framing(m).printed = None;
        };
        assert_eq!(notes(coarse, "my-number-card"), (Verdict::Accept, 0));
        let sent = |m: &mut Measurements| {
            cabinet(m);
            framing(m).head_height_ratio = ratio(0.75);
        };
        assert_eq!(notes(sent, "japan-passport"), (Verdict::Refer, 0));
    }
}
