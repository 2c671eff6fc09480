//! The order of the stages, and what a failing stage costs: its photo's acceptance, nothing else.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use shomei_decode::{Limits, Options};
use shomei_face::{Analyser, Analysis};
use shomei_photo::{Decoding, FileFacts, Format, Photo, Subject};
use shomei_verdict::{Failure, Measurements};

use crate::Review;

/// A review together with what it was made from, to draw it or to look closer.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The review.
    pub review: Review,
    /// The photo at the working scale with the person upright; absent if it was not decoded.
    pub photo: Option<Photo>,
    /// Who is in it, in the coordinates of `photo`; absent if it was not looked at.
    pub subject: Option<Subject>,
}

/// What one run through the stages gives.
pub(crate) struct Measured {
    pub(crate) measurements: Measurements,
    pub(crate) photo: Option<Photo>,
    pub(crate) subject: Option<Subject>,
    pub(crate) timings: BTreeMap<String, f64>,
}

/// Runs all stages on the bytes of a file. A stage that panics is recorded as failed.
pub(crate) fn measure(bytes: &[u8], analyser: &Analyser, limits: &Limits) -> Measured {
    let mut run = Run {
        timings: BTreeMap::new(),
        failure: None,
    };
    let decoded = run.stage("decode", || {
        Ok::<_, String>(shomei_decode::decode(bytes, limits, &Options::default()))
    });
    let Some(decoded) = decoded else {
        let facts = FileFacts {
            bytes: bytes.len() as u64,
            format: Format::Unknown,
            jpeg: None,
            decoding: Decoding::Corrupt {
                detail: "the decoder failed".to_owned(),
            },
        };
        return run.finish(nothing_seen(facts), None, None);
    };
    let mut measurements = nothing_seen(decoded.facts);
    let Some(photo) = decoded.photo else {
        return run.finish(measurements, None, None);
    };
    let analysis = run.stage("face", || {
        analyser
            .analyse(photo.clone())
            .map_err(|error| error.to_string())
    });
    let Some(Analysis { photo, subject }) = analysis else {
        return run.finish(measurements, Some(photo), None);
    };
    let frame = photo.frame();
    measurements.face = Some(subject.facts(frame));
    if !subject.faces.is_empty() {
        measurements.framing = run.measure("framing", || shomei_framing::measure(&subject, frame));
        measurements.background = run.measure("background", || {
            shomei_background::measure(&photo, &subject)
        });
        measurements.portrait =
            run.measure("portrait", || shomei_portrait::measure(&photo, &subject));
    }
    run.finish(measurements, Some(photo), Some(subject))
}

/// The measurements of a file of which only the facts are known.
pub(crate) const fn nothing_seen(file: FileFacts) -> Measurements {
    Measurements {
        file,
        face: None,
        framing: None,
        background: None,
        portrait: None,
        failure: None,
    }
}

struct Run {
    timings: BTreeMap<String, f64>,
    failure: Option<Failure>,
}

impl Run {
    /// The stage's result; `None`, and the failure recorded, if it returns an error or panics.
    fn stage<T, E: Into<String>>(
        &mut self,
        name: &str,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Option<T> {
        let start = Instant::now();
        // Nothing that the closure touches is used again after a panic.
        let result = catch_unwind(AssertUnwindSafe(work));
        self.timings
            .insert(name.to_owned(), start.elapsed().as_secs_f64() * 1e3);
        let cause = match result {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(cause)) => cause.into(),
            Err(_) => "panicked".to_owned(),
        };
        // The first failure is the cause of the later ones.
        self.failure.get_or_insert(Failure {
            stage: name.to_owned(),
            cause,
        });
        None
    }

    fn measure<T>(&mut self, name: &str, work: impl FnOnce() -> Option<T>) -> Option<T> {
        self.stage(name, || Ok::<_, String>(work())).flatten()
    }

    fn finish(
        self,
        mut measurements: Measurements,
        photo: Option<Photo>,
        subject: Option<Subject>,
    ) -> Measured {
        measurements.failure = self.failure;
        Measured {
            measurements,
            photo,
            subject,
            timings: self.timings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_panics_costs_its_result_and_is_named() {
        let mut run = Run {
            timings: BTreeMap::new(),
            failure: None,
        };
        assert_eq!(run.measure("framing", || Some(1)), Some(1));
        assert_eq!(
            run.measure("background", || -> Option<u8> { panic!("on purpose") }),
            None
        );
        assert_eq!(run.stage("portrait", || Err::<u8, _>("later")), None);
        let failure = run.failure.unwrap();
        assert_eq!(
            (failure.stage.as_str(), failure.cause.as_str()),
            ("background", "panicked")
        );
        assert_eq!(run.timings.len(), 3);
    }
}
