//! The order of the stages. If a stage fails, its photo cannot be accepted; nothing else is affected.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use shomei_decode::{Limits, Options};
use shomei_face::{Analyser, Analysis};
use shomei_photo::{Decoding, FileFacts, Format, Photo, Subject};
use shomei_verdict::{Failure, Measurements};

use crate::Review;
use crate::scratch::Pool;

/// A review together with the photo and subject that it was made from, for drawing or for details.
#[derive(Clone, Debug)]
pub struct Inspection {
    /// The review.
    pub review: Review,
    /// The photo at working size with the person upright; `None` if it was not decoded.
    pub photo: Option<Photo>,
    /// The people in it, in the coordinates of `photo`; `None` if the photo was not analysed.
    pub subject: Option<Subject>,
}

/// The result of one run through the stages.
pub(crate) struct Measured {
    pub(crate) measurements: Measurements,
    pub(crate) photo: Option<Photo>,
    pub(crate) subject: Option<Subject>,
    pub(crate) timings: BTreeMap<String, f64>,
}

/// Whether the measurements so far reject a photo.
pub(crate) type Rejected<'a> = &'a dyn Fn(&Measurements) -> bool;

/// Called before each stage with its name and the bytes of the file.
pub(crate) type StageHook = fn(&str, &[u8]);

/// Runs all stages on the bytes of a file. A stage that panics is recorded as failed. With
/// `parallel`, stages that do not need each other run at the same time, on rayon's threads.
/// `rejected` is called after each stage but the last; `true` ends the run.
pub(crate) fn measure(
    bytes: &[u8],
    analyser: &Analyser,
    limits: &Limits,
    pool: &Pool,
    parallel: bool,
    rejected: Option<Rejected<'_>>,
    hook: Option<StageHook>,
) -> Measured {
    let stages = Stages { bytes, hook };
    let mut run = Run {
        timings: BTreeMap::new(),
        failure: None,
        rejected,
    };
    let decoded = run.keep(
        "decode",
        stages.attempt("decode", || {
            Ok(pool
                .with(|scratch| shomei_decode::decode(bytes, limits, &Options::default(), scratch)))
        }),
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
        return run.finish(Measurements::of_file(facts), None, None);
    };
    let mut measurements = Measurements::of_file(decoded.facts);
    let Some(photo) = decoded.photo else {
        return run.finish(measurements, None, None);
    };
    if run.stops("decode", &mut measurements) {
        return run.finish(measurements, Some(photo), None);
    }
    let analysis = stages.attempt("face", || {
        let analysis = analyser.analyse(photo.clone());
        let Analysis { photo, subject } = analysis.map_err(|error| error.to_string())?;
        let facts = subject.facts(photo.frame());
        Ok((photo, subject, facts))
    });
    let analysis = run.keep("face", analysis);
    let Some((photo, subject, facts)) = analysis else {
        return run.finish(measurements, Some(photo), None);
    };
    let frame = photo.frame();
    measurements.face = Some(facts);
    if !subject.faces.is_empty() {
        let framing = || stages.attempt("framing", || Ok(shomei_framing::measure(&subject, frame)));
        let portrait = || {
            stages.attempt("portrait", || {
                Ok(shomei_portrait::measure(&photo, &subject))
            })
        };
        if run.stops("face", &mut measurements) {
            return run.finish(measurements, Some(photo), Some(subject));
        }
        measurements.framing = run.keep("framing", framing()).flatten();
        // What the trim removes is not printed.
        let framing = measurements.framing.as_ref();
        let printed = framing.and_then(|framing| frame.rect(framing.printed?));
        if run.stops("framing", &mut measurements) {
            return run.finish(measurements, Some(photo), Some(subject));
        }
        let background = || {
            stages.attempt("background", || {
                Ok(shomei_background::measure(&photo, &subject, printed))
            })
        };
        let marks = || stages.attempt("marks", || Ok(shomei_marks::measure(&photo, &subject)));
        let (background, marks, ahead) = if parallel {
            let wall = || (background(), marks());
            let ((background, marks), portrait) = rayon::join(wall, portrait);
            (background, marks, Some(portrait))
        } else {
            (background(), marks(), None)
        };
        measurements.background = run.keep("background", background).flatten();
        measurements.marks = run.keep("marks", marks).flatten();
        if ahead.is_none() && run.stops("background", &mut measurements) {
            return run.finish(measurements, Some(photo), Some(subject));
        }
        let portrait = ahead.unwrap_or_else(portrait);
        measurements.portrait = run.keep("portrait", portrait).flatten();
    }
    run.finish(measurements, Some(photo), Some(subject))
}

/// The stages of one file. A panic of a stage is caught.
struct Stages<'a> {
    bytes: &'a [u8],
    hook: Option<StageHook>,
}

impl Stages<'_> {
    fn attempt<T>(&self, stage: &str, work: impl FnOnce() -> Result<T, String>) -> Attempt<T> {
        attempt(|| {
            if let Some(hook) = self.hook {
                hook(stage, self.bytes);
            }
            work()
        })
    }
}

/// The result of a stage, and its time in milliseconds.
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

struct Run<'a> {
    timings: BTreeMap<String, f64>,
    failure: Option<Failure>,
    rejected: Option<Rejected<'a>>,
}

impl Run<'_> {
    /// The stage's result. If it failed, records the failure and returns `None`.
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

    /// Whether the run ends after `stage`, which `measurements` then record. After a failure the
    /// run continues, and the final verdict takes the failure into account.
    fn stops(&self, stage: &str, measurements: &mut Measurements) -> bool {
        let Some(rejected) = self.rejected.filter(|_| self.failure.is_none()) else {
            return false;
        };
        measurements.stopped_after = Some(stage.to_owned());
        // A check that panics panics again at the end, where it is recorded.
        let stops = catch_unwind(AssertUnwindSafe(|| rejected(measurements))).unwrap_or(false);
        if !stops {
            measurements.stopped_after = None;
        }
        stops
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
    use shomei_photo::Unreadable;

    #[test]
    fn a_stage_that_panics_costs_its_result_and_is_named() {
        let mut run = Run {
            timings: BTreeMap::new(),
            failure: None,
            rejected: Some(&|_| true),
        };
        let mut seen = Measurements::of_file(FileFacts::unreadable(Unreadable::Other));
        assert!(run.stops("framing", &mut seen));
        assert_eq!(seen.stopped_after.take().as_deref(), Some("framing"));
        assert_eq!(run.keep("framing", attempt(|| Ok(1))), Some(1));
        let panics = attempt(|| -> Result<u8, _> { panic!("on purpose") });
        assert_eq!(run.keep("background", panics), None);
        let later = attempt(|| Err::<u8, _>("later".to_owned()));
        assert_eq!(run.keep("portrait", later), None);
        assert!(!run.stops("portrait", &mut seen), "what failed is told");
        assert_eq!(seen.stopped_after, None);
        let failure = run.failure.unwrap();
        assert_eq!(
            (failure.stage.as_str(), failure.cause.as_str()),
            ("background", "panicked")
        );
        assert_eq!(run.timings.len(), 3);
    }
}
