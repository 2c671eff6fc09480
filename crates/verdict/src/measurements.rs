//! Everything that was measured on one photo: all that a judgement may look at.

use serde_json::Value;
use shomei_background::Background;
use shomei_framing::{Framing, Part};
use shomei_marks::Marks;
use shomei_photo::{Decoding, DeltaE, FaceFacts, FileFacts, Px, Ratio, Region};
use shomei_portrait::Portrait;

/// The measurements of all stages, from the bytes to the light on the face.
///
/// The field of a stage that did not run is `None`: if the file could not be decoded, if no face was
/// found, or after `stopped_after`.
#[derive(Clone, Debug, PartialEq)]
pub struct Measurements {
    /// The file.
    pub file: FileFacts,
    /// The faces; `None` if the picture was not decoded or the search failed.
    pub face: Option<FaceFacts>,
    /// The framing of the head.
    pub framing: Option<Framing>,
    /// The background.
    pub background: Option<Background>,
    /// The face.
    pub portrait: Option<Portrait>,
    /// Writing, stamps, creases and the like; `None` too in records of versions that did not look.
    pub marks: Option<Marks>,
    /// The failed stage, if any.
    pub failure: Option<Failure>,
    /// Name of the last stage that ran, in snake_case, if a fast review stopped there because the
    /// photo was rejected. Later stages did not run.
    pub stopped_after: Option<String>,
}

/// A stage that returned an error or panicked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Name of the stage in snake_case, such as `face` or `background`.
    pub stage: String,
    /// What went wrong; never contains pixels or names.
    pub cause: String,
}

impl Measurements {
    /// Those of a file of which nothing else is known.
    #[must_use]
    pub const fn of_file(file: FileFacts) -> Self {
        Self {
            file,
            face: None,
            framing: None,
            background: None,
            portrait: None,
            marks: None,
            failure: None,
            stopped_after: None,
        }
    }

    /// Whether the photo's edge cuts off more than hair, so that landmarks may lie anywhere.
    pub(crate) fn face_is_cut(&self) -> bool {
        let cuts = self.framing.iter().flat_map(|framing| &framing.cuts);
        cuts.into_iter().any(|cut| cut.part != Part::Hair)
    }

    /// Whether there is a whole picture, so that what it shows may be judged.
    pub(crate) fn pictured(&self) -> bool {
        match &self.file.decoding {
            Decoding::Complete => true,
            Decoding::Truncated { valid_ratio } => valid_ratio.is_some_and(|v| v.num() >= 1.0),
            _ => false,
        }
    }

    /// Whether the file's headers describe a picture that is there.
    pub(crate) fn headed(&self) -> bool {
        self.pictured()
            || matches!(
                self.file.decoding,
                Decoding::UnsupportedJpeg | Decoding::UnsupportedColour
            )
    }

    /// Whether all stages that look at a person had their say.
    pub(crate) fn assessed(&self) -> bool {
        self.pictured()
            && self.failure.is_none()
            && self.stopped_after.is_none()
            && self.faces() > 0
            && self.framing.is_some()
            && self.portrait.is_some()
    }

    /// Number of faces.
    pub(crate) fn faces(&self) -> usize {
        self.face.as_ref().map_or(0, |face| face.faces.len())
    }

    /// The main face.
    pub(crate) fn face_region(&self) -> Option<Region> {
        self.face.as_ref()?.main_region()
    }
}

/// A number with its unit.
pub(crate) trait Num: Sized {
    /// The number as it is in the record. Judging the rounded number makes a review that is
    /// judged again from its record come out the same.
    fn num(self) -> f64;
    /// `None` if it is not finite.
    fn of(value: f32) -> Option<Self>;
}

macro_rules! num {
    ($($unit:ty),+) => {
        $(impl Num for $unit {
            fn num(self) -> f64 {
                round(f64::from(self.get()))
            }

            fn of(value: f32) -> Option<Self> {
                Self::new(value)
            }
        })+
    };
}
num!(Ratio, Px, shomei_photo::Degrees, DeltaE);

/// Four decimals, without a negative zero.
pub(crate) fn round(value: f64) -> f64 {
    let rounded = (value * 1e4).round() / 1e4;
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// A JSON number of at most four decimals; whole numbers without a point.
pub(crate) fn plain(value: f64) -> Value {
    let value = round(value);
    if value.fract() == 0.0 && value.abs() < 1e15 {
        #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
        Value::from(value as i64)
    } else {
        Value::from(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_plain() {
        assert_eq!(plain(120_000.000_01), Value::from(120_000));
        assert_eq!(plain(-0.000_01), Value::from(0));
        assert_eq!(plain(0.123_46), Value::from(0.1235));
        assert_eq!(plain(1e15), Value::from(1e15));
    }
}
