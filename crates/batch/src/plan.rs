//! A batch from its photos to its end.
//!
//! A separate thread reads the photos. It tells the thread that takes the reviews how the list of photos
//! ended.

use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec;

use sha2::{Digest, Sha256};
use shomei::photo::hex;
use shomei::{Input, Inspection, Lang, ReviewOptions, Reviewer, Reviews};

use crate::error::Error;
use crate::exceptions::Exceptions;
use crate::journal::Done;
use crate::photo::Photo;
use crate::sources::Photos;
use crate::terms::Terms;

/// The photos to review, and how to review them.
///
/// ```no_run
/// use std::path::Path;
///
/// use shomei::{Lang, Reviewer};
/// use shomei_batch::{Existing, Journal, Plan, Sources};
///
/// let sources = Sources { paths: vec!["photos".into()], ..Sources::default() };
/// let plan = Plan::new(Reviewer::builder().build()?, sources.gather()?);
/// let out = Path::new("reviews.jsonl");
/// let (mut journal, done) = Journal::open(out, Existing::Resume, &plan.terms())?;
/// let mut reviews = plan.run(done, || false, |id, inspection| {
///     inspection.review.to_json(id, Lang::En) + "\n"
/// })?;
/// for line in &mut reviews {
///     journal.append(line.as_bytes())?;
/// }
/// journal.finish()?;
/// assert!(!reviews.end()?.interrupted);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "nothing is reviewed before `run`"]
#[non_exhaustive]
pub struct Plan {
    /// The reviewer.
    pub reviewer: Reviewer,
    /// The photos.
    pub photos: Photos,
    /// Exceptions in addition to those of the manifest.
    pub exceptions: Exceptions,
    /// The language that the texts of the reviews are written in.
    pub lang: Lang,
    /// Whether the timings of the reviews are written.
    pub timings: bool,
    /// Number of workers. The default is the number of processors.
    pub jobs: Option<NonZeroUsize>,
}

impl Plan {
    /// All `photos`, without exceptions, with English texts and timings.
    pub fn new(reviewer: Reviewer, photos: Photos) -> Self {
        Self {
            reviewer,
            photos,
            exceptions: Exceptions::default(),
            lang: Lang::En,
            timings: true,
            jobs: None,
        }
    }

    /// What must be the same to resume the batch.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let mut exceptions = Sha256::new();
        self.exceptions.digest(&mut exceptions);
        Terms {
            engine: self.reviewer.engine().clone(),
            policy: self.reviewer.policy().into(),
            lang: self.lang.to_string(),
            timings: self.timings,
            fast: self.reviewer.is_fast(),
            exceptions: hex(&exceptions.finalize()),
            listing: self.photos.listing(),
        }
    }

    /// Reviews all photos after the first ones, which are `done`. Calls `work` with each review on its
    /// worker. Calls `stop` before each photo; `true` ends the batch after the photos in flight.
    ///
    /// # Errors
    /// If an archive cannot be opened, or the threads cannot be started.
    pub fn run<T: Send + 'static>(
        self,
        done: Vec<Done>,
        stop: impl Fn() -> bool + Send + 'static,
        work: impl Fn(&str, Inspection) -> T + Send + Sync + 'static,
    ) -> Result<Run<T>, Error> {
        let state = Arc::new(State {
            exceptions: self.exceptions,
            end: Mutex::default(),
        });
        let feed = Feed {
            photos: self.photos.read(self.reviewer.limits())?,
            stop,
            met: 0,
            done: done.into_iter(),
            state: Arc::clone(&state),
        };
        let reviews = self.reviewer.batch().jobs(self.jobs).map_all(feed, work)?;
        Ok(Run { reviews, state })
    }
}

/// The results of `work`, in the order of the photos. If you drop it, work ends after the photos in
/// flight.
#[derive(Debug)]
#[must_use = "nothing is reviewed unless the reviews are taken"]
pub struct Run<T> {
    reviews: Reviews<T>,
    state: Arc<State>,
}

/// How a batch ended.
#[derive(Debug)]
#[must_use = "not all photos may have been reviewed as they should"]
pub struct End {
    /// It was stopped before the last photo.
    pub interrupted: bool,
    /// Errors although every photo has its review: entries of an archive that were not read, and
    /// exceptions that matched no photo. Empty if the batch was interrupted.
    pub faults: Vec<Error>,
}

impl<T> Iterator for Run<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.reviews.next().map(|(_, made)| made)
    }
}

impl<T> Run<T> {
    /// Call this after all reviews were taken.
    ///
    /// # Errors
    /// If the photos could not be read to the end, or if the finished reviews are not theirs.
    pub fn end(self) -> Result<End, Error> {
        let ended = std::mem::take(&mut *self.state.ended());
        if let Some(error) = ended.failed {
            return Err(error);
        }
        let mut faults = Vec::new();
        if !ended.interrupted {
            let escaping = ended.escaping;
            faults.extend(escaping.map(|(entries, first)| Error::Escaping { entries, first }));
            faults.extend(self.state.exceptions.all_met().err());
        }
        Ok(End {
            interrupted: ended.interrupted,
            faults,
        })
    }
}

#[derive(Debug)]
struct State {
    exceptions: Exceptions,
    end: Mutex<Ended>,
}

/// How the photos came to an end.
#[derive(Debug, Default)]
struct Ended {
    interrupted: bool,
    failed: Option<Error>,
    /// The number of entries whose path escapes the archive, and the first of them.
    escaping: Option<(u64, String)>,
}

impl State {
    fn ended(&self) -> std::sync::MutexGuard<'_, Ended> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The photos for the reviewer, without those that are done.
struct Feed<I, S> {
    photos: I,
    stop: S,
    /// How many of those that are done were met.
    met: u64,
    done: vec::IntoIter<Done>,
    state: Arc<State>,
}

impl<I: Iterator<Item = Result<Photo, Error>>, S: Fn() -> bool> Feed<I, S> {
    fn take(&mut self) -> Result<Option<Input>, Error> {
        loop {
            let Some(photo) = self.photos.next().transpose()? else {
                return match self.done.len() {
                    0 => Ok(None),
                    reviews => Err(Error::Surplus { reviews }),
                };
            };
            if (self.stop)() {
                self.state.ended().interrupted = true;
                return Ok(None);
            }
            let id = photo.id().into_owned();
            let waivers = self.state.exceptions.of(&id, &photo.waivers);
            if photo.escapes() {
                let mut ended = self.state.ended();
                let first = || (0, id.clone());
                ended.escaping.get_or_insert_with(first).0 += 1;
            }
            if let Some(before) = self.done.next() {
                self.met += 1;
                if before.id != id {
                    return Err(Error::Order {
                        line: self.met,
                        found: before.id,
                        expected: id,
                    });
                }
                continue;
            }
            let options = ReviewOptions {
                waivers,
                policy: photo.policy.clone(),
            };
            let input = Input::new(id, move |limits| photo.read(limits)).options(options);
            return Ok(Some(input));
        }
    }
}

impl<I: Iterator<Item = Result<Photo, Error>>, S: Fn() -> bool> Iterator for Feed<I, S> {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        self.take().unwrap_or_else(|error| {
            self.state.ended().failed = Some(error);
            None
        })
    }
}
