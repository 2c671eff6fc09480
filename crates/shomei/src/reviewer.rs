//! Reviews one photo.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use shomei_decode::Limits;
use shomei_face::{Analyser, ModelSet};
use shomei_photo::{FileFacts, Unreadable};
use shomei_verdict::wire::v1::{Engine, ReviewRecord};
use shomei_verdict::{Failure, Finding, Lang, Measurements, Note, Policy, Verdict, Waivers, judge};

use crate::batch::Batch;
use crate::pipeline::{self, Inspection, StageHook};
use crate::scratch::Pool;

/// Reviews photos. Built once, shared by all threads, cheap to clone.
///
/// It keeps the memory that decoding works in for the next photo, at most 4 MiB for each
/// processor. A review depends on nothing but the photo and the settings.
///
/// ```no_run
/// use shomei::{Reviewer, Verdict};
///
/// let reviewer = Reviewer::builder().build()?;
/// let other = reviewer.clone();
/// let thread = std::thread::spawn(move || other.review(b"no photo").verdict());
/// assert_eq!(thread.join().ok(), Some(Verdict::Reject));
/// # Ok::<(), shomei::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reviewer {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    analyser: Analyser,
    pool: Pool,
    /// Without their models, which the analyser has loaded.
    settings: ReviewerBuilder,
    engine: Engine,
}

/// Settings of a [`Reviewer`].
///
/// ```no_run
/// use shomei::{Limits, Policy, Reviewer};
///
/// let reviewer = Reviewer::builder()
///     .policy(Policy::from_toml("base = \"icao\"")?)
///     .limits(Limits {
///         max_bytes: 16 << 20,
///         ..Limits::default()
///     })
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "a builder does nothing until it is built"]
pub struct ReviewerBuilder {
    models: Option<ModelSet>,
    policy: Policy,
    limits: Limits,
    parallel: bool,
    fast: bool,
    hook: Option<StageHook>,
}

/// Options for a single photo. Fields may be added, so end with the defaults.
///
/// ```
/// use shomei::ReviewOptions;
///
/// let options = ReviewOptions {
///     waivers: "head_covered,eyes_hidden".parse()?,
///     ..ReviewOptions::default()
/// };
/// # Ok::<(), shomei::WaiverError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ReviewOptions {
    /// Exceptions to record.
    pub waivers: Waivers,
    /// The policy for this photo; the default is the reviewer's.
    pub policy: Option<Arc<Policy>>,
}

/// A [`Reviewer`] could not be built, or threads could not be started. A photo is never an error.
///
/// ```no_run
/// use shomei::{ErrorKind, Reviewer};
///
/// match Reviewer::builder().build() {
///     Err(error) if error.kind() == ErrorKind::NoModels => { /* give some: `models` */ }
///     _ => {}
/// }
/// ```
#[derive(Debug, thiserror::Error)]
#[error("{kind}")]
pub struct Error {
    kind: ErrorKind,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// Why a [`Reviewer`] could not be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The models differ from the expected ones ([`ModelSet::expecting`]).
    #[error("the models were altered")]
    Altered,
    /// A model cannot be loaded.
    #[error("the models cannot be loaded")]
    Models,
    /// No models were given and none are embedded.
    #[error("no models: this library was built without the feature `embedded-models`")]
    NoModels,
    /// The worker threads cannot be started.
    #[error("the worker threads cannot be started")]
    Threads,
}

impl Error {
    pub(crate) fn new(
        kind: ErrorKind,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// Why it failed.
    #[must_use]
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl ReviewerBuilder {
    /// Sets the policy. The default is that of the My Number Card.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.policy = policy;
        self
    }

    /// The limits that are checked before decoding.
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Models to use instead of the embedded ones.
    pub fn models(mut self, models: ModelSet) -> Self {
        self.models = Some(models);
        self
    }

    /// Whether stages of one photo that do not need each other run at the same time, on rayon's
    /// threads: those of the caller's pool (`ThreadPool::install`), or of the global one. Use it if
    /// somebody waits for a single photo. A [`Batch`] keeps all processors busy without it. It is off
    /// by default: everything runs on the calling thread.
    pub const fn parallel(mut self, parallel: bool) -> Self {
        self.parallel = parallel;
        self
    }

    /// Whether a review stops at the first stage that rejects the photo. The verdict is the same, but
    /// other reasons may be missing, and [`Measurements::stopped_after`] names the stage. If you judge
    /// such a review again by a policy that does not reject it, it is referred to a person and never
    /// accepted. It is off by default, because applicants should learn all reasons at once.
    pub const fn fast(mut self, fast: bool) -> Self {
        self.fast = fast;
        self
    }

    /// For tests of programs that link this library: `hook` is called before each stage with its
    /// name and the bytes of the photo. If it panics, that counts as a panic of the stage.
    pub const fn before_stages(mut self, hook: fn(&str, &[u8])) -> Self {
        self.hook = Some(hook);
        self
    }

    /// Loads and optimises the models. This takes about half a second.
    ///
    /// # Errors
    /// If there are no models, if they were altered, or if one cannot be loaded.
    pub fn build(mut self) -> Result<Reviewer, Error> {
        #[cfg(feature = "embedded-models")]
        let models = Some(self.models.take().unwrap_or_else(ModelSet::embedded));
        #[cfg(not(feature = "embedded-models"))]
        let models = self.models.take();
        let models = models.ok_or(Error {
            kind: ErrorKind::NoModels,
            source: None,
        })?;
        let analyser = Analyser::new(&models).map_err(|error| {
            let kind = match error.kind() {
                shomei_face::ErrorKind::Altered => ErrorKind::Altered,
                _ => ErrorKind::Models,
            };
            Error::new(kind, error)
        })?;
        Ok(self.around(analyser, models.digest()))
    }

    /// A reviewer with this `analyser`; `models` names its networks.
    pub(crate) fn around(self, analyser: Analyser, models: String) -> Reviewer {
        let engine = Engine {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            models,
        };
        let inner = Inner {
            analyser: analyser.parallel(self.parallel),
            pool: Pool::new(),
            settings: self,
            engine,
        };
        Reviewer {
            inner: Arc::new(inner),
        }
    }
}

impl Reviewer {
    /// Embedded models, the rules of the My Number Card, default limits.
    pub fn builder() -> ReviewerBuilder {
        ReviewerBuilder::default()
    }

    /// Reviews the bytes of a file; any bytes are allowed. Runs on the calling thread unless
    /// [`ReviewerBuilder::parallel`] is set.
    #[must_use]
    pub fn review(&self, bytes: &[u8]) -> Review {
        self.review_with(bytes, &ReviewOptions::default())
    }

    /// Like [`Reviewer::review`], with options for this photo.
    #[must_use]
    pub fn review_with(&self, bytes: &[u8], options: &ReviewOptions) -> Review {
        self.inspect(bytes, options).review
    }

    /// Like [`Reviewer::review_with`], and also returns the picture and the people found in it.
    #[must_use]
    pub fn inspect(&self, bytes: &[u8], options: &ReviewOptions) -> Inspection {
        let Inner {
            analyser,
            pool,
            settings,
            ..
        } = &*self.inner;
        let rejected = |measurements: &Measurements| {
            let judged = judge(measurements, self.rules(options), &options.waivers);
            judged.verdict() == Verdict::Reject
        };
        let rejected = settings.fast.then_some(&rejected as pipeline::Rejected<'_>);
        let (limits, parallel, hook) = (&settings.limits, settings.parallel, settings.hook);
        let measured = pipeline::measure(bytes, analyser, limits, pool, parallel, rejected, hook);
        Inspection {
            review: self.judged(bytes, &measured.measurements, options, measured.timings),
            photo: measured.photo,
            subject: measured.subject,
        }
    }

    /// The review of a file that exists but could not be read.
    #[must_use]
    pub fn unreadable(&self, cause: Unreadable, options: &ReviewOptions) -> Review {
        let measurements = Measurements::of_file(FileFacts::unreadable(cause));
        self.judged(&[], &measurements, options, BTreeMap::new())
    }

    /// Reviews many photos in parallel.
    #[must_use]
    pub fn batch(&self) -> Batch {
        Batch::new(self.clone())
    }

    /// The limits that are checked before decoding.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.inner.settings.limits
    }

    /// The policy.
    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.inner.settings.policy
    }

    /// Whether a review stops at the first reject.
    #[must_use]
    pub fn is_fast(&self) -> bool {
        self.inner.settings.fast
    }

    /// Version and models, as written in the records.
    #[must_use]
    pub fn engine(&self) -> &Engine {
        &self.inner.engine
    }

    fn rules<'a>(&'a self, options: &'a ReviewOptions) -> &'a Policy {
        options.policy.as_deref().unwrap_or(self.policy())
    }

    fn judged(
        &self,
        bytes: &[u8],
        measurements: &Measurements,
        options: &ReviewOptions,
        timings: BTreeMap<String, f64>,
    ) -> Review {
        let policy = self.rules(options);
        let judged = |measurements: &Measurements| judge(measurements, policy, &options.waivers);
        // A check that panics costs this photo its acceptance and nothing else: it is judged
        // once more as a photo of which only the failure is known.
        let judge_once = || {
            if let Some(hook) = self.inner.settings.hook {
                hook("verdict", bytes);
            }
            judged(measurements)
        };
        let judged = catch_unwind(AssertUnwindSafe(judge_once)).unwrap_or_else(|_| {
            let mut unseen = Measurements::of_file(measurements.file.clone());
            unseen.failure = Some(Failure {
                stage: "verdict".to_owned(),
                cause: "panicked".to_owned(),
            });
            judged(&unseen)
        });
        Review {
            judged,
            engine: self.inner.engine.clone(),
            timings,
        }
    }
}

/// The verdict on one photo, its reasons, and the measurements.
///
/// ```no_run
/// # let reviewer = shomei::Reviewer::builder().build()?;
/// use shomei::Lang;
///
/// let review = reviewer.review(b"no photo");
/// for finding in review.findings() {
///     println!("{}: {}", finding.code(), finding.advice(Lang::Ja));
/// }
/// print!("{}", review.render("photo 1", Lang::En));
/// println!("{}", review.to_json("photo 1", Lang::Ja));
/// # Ok::<(), shomei::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Review {
    judged: shomei_verdict::Review,
    engine: Engine,
    timings: BTreeMap<String, f64>,
}

impl Review {
    /// Accept, refer to a person, or reject.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        self.judged.verdict()
    }

    /// Why it is not accepted, the worst first; empty for an accepted photo.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.judged.findings()
    }

    /// What readers should know although nothing is wrong; nothing for a rejected photo.
    #[must_use]
    pub fn notes(&self) -> &[Note] {
        self.judged.notes()
    }

    /// All measurements that the verdict rests on.
    #[must_use]
    pub fn measurements(&self) -> &Measurements {
        self.judged.measurements()
    }

    /// Milliseconds of wall-clock time by stage.
    #[must_use]
    pub const fn timings_ms(&self) -> &BTreeMap<String, f64> {
        &self.timings
    }

    /// The versioned record of this review, with texts in `lang`.
    #[must_use]
    pub fn record(&self, id: &str, lang: Lang) -> ReviewRecord {
        let timings = Some(self.timings.clone());
        ReviewRecord::new(&self.judged, id, lang, self.engine.clone(), timings)
    }

    /// The review as text in `lang`: a line with the verdict and the id, then two lines for each
    /// finding, what is wrong and what to do.
    #[must_use]
    pub fn render(&self, id: &str, lang: Lang) -> String {
        self.record(id, lang).render(lang)
    }

    /// The record as one line of JSON (`shomei.review/1`), without a line break.
    #[must_use]
    pub fn to_json(&self, id: &str, lang: Lang) -> String {
        // Serialising plain data with string keys cannot fail.
        serde_json::to_string(&self.record(id, lang)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reviewer_is_shared_between_threads() {
        const fn shared<T: Send + Sync + Clone>() {}
        shared::<Reviewer>();
    }

    #[test]
    fn a_photo_may_have_rules_of_its_own() {
        let reviewer = Reviewer::builder().build().unwrap();
        let policy = Arc::new(Policy::my_number_card().with_name("own").unwrap());
        let options = ReviewOptions {
            policy: Some(policy),
            ..ReviewOptions::default()
        };
        let name = |options| {
            let review = reviewer.review_with(b"", options);
            review.record("a", Lang::En).policy.name
        };
        assert_eq!(name(&options), "own");
        assert_eq!(name(&ReviewOptions::default()), "my-number-card");
    }

    #[test]
    fn models_that_are_none_are_an_error() {
        let models = ModelSet::new(vec![1], vec![2], vec![3], vec![4]);
        let error = Reviewer::builder().models(models).build().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Models);
        assert!(std::error::Error::source(&error).is_some());
    }
}
