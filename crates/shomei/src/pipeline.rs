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

/// Runs all stages on the bytes of a file. A stage that panics is recorded as failed. In
/// `parallel`, stages that do not need one another run at the same time, on rayon's threads.
pub(crate) fn measure(
    bytes: &[u8],
    analyser: &Analyser,
    limits: &Limits,
    parallel: bool,
) -> Measured {
    let mut run = Run {
        timings: BTreeMap::new(),
        failure: None,
    };
    let decoded = run.keep(
        "decode",
        attempt(|| Ok(shomei_decode::decode(bytes, limits, &Options::default()))),
    );
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
    let analysis = attempt(|| {
        let analysis = analyser.analyse(photo.clone());
        analysis.map_err(|error| error.to_string())
    });
    let analysis = run.keep("face", analysis);
    let Some(Analysis { photo, subject }) = analysis else {
        return run.finish(measurements, Some(photo), None);
    };
    let frame = photo.frame();
    measurements.face = Some(subject.facts(frame));
    if !subject.faces.is_empty() {
        let framing = || attempt(|| Ok(shomei_framing::measure(&subject, frame)));
        let background = || attempt(|| Ok(shomei_background::measure(&photo, &subject)));
        let portrait = || attempt(|| Ok(shomei_portrait::measure(&photo, &subject)));
        let (background, portrait) = if parallel {
            rayon::join(background, portrait)
        } else {
            (background(), portrait())
        };
        measurements.framing = run.keep("framing", framing()).flatten();
        measurements.background = run.keep("background", background).flatten();
        measurements.portrait = run.keep("portrait", portrait).flatten();
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

/// What a stage came to, and the milliseconds that it took.
struct Attempt<T> {
    result: Result<T, String>,
    milliseconds: f64,
}

/// Runs a stage. Nothing that the closure touches is used again after a panic.
fn attempt<T>(work: impl FnOnce() -> Result<T, String>) -> Attempt<T> {
    let start = Instant::now();
    let result = catch_unwind(AssertUnwindSafe(work));
    let result = result.unwrap_or_else(|_| Err("panicked".to_owned()));
    Attempt {
        result,
        milliseconds: start.elapsed().as_secs_f64() * 1e3,
    }
}

struct Run {
    timings: BTreeMap<String, f64>,
    failure: Option<Failure>,
}

impl Run {
    /// The stage's result; `None`, and the failure recorded, if it failed.
    fn keep<T>(&mut self, stage: &str, attempt: Attempt<T>) -> Option<T> {
        self.timings.insert(stage.to_owned(), attempt.milliseconds);
        let cause = match attempt.result {
            Ok(value) => return Some(value),
            Err(cause) => cause,
        };
        // The first failure is the cause of the later ones.
        self.failure.get_or_insert(Failure {
            stage: stage.to_owned(),
            cause,
        });
        None
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
        assert_eq!(run.keep("framing", attempt(|| Ok(1))), Some(1));
        let panics = attempt(|| -> Result<u8, _> { panic!("on purpose") });
        assert_eq!(run.keep("background", panics), None);
        let later = attempt(|| Err::<u8, _>("later".to_owned()));
        assert_eq!(run.keep("portrait", later), None);
        let failure = run.failure.unwrap();
        assert_eq!(
            (failure.stage.as_str(), failure.cause.as_str()),
            ("background", "panicked")
        );
        assert_eq!(run.timings.len(), 3);
    }
}
