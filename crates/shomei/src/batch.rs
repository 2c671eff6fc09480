//! Many photos: reader thread → bounded channel → workers → answers in the order of the inputs.
//!
//! One photo is one task on one worker, from bytes to review; stages of one photo on different
//! workers would leave the faster stages waiting. A token travels with each photo from before it
//! is read until its review is taken, so that memory is bounded whatever stands still: a slow
//! reader, a slow photo or a slow consumer.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use rayon::{ThreadPool, ThreadPoolBuilder};
use shomei_photo::Unreadable;

use crate::reviewer::{Error, ErrorKind};
use crate::{Inspection, Limits, Review, ReviewOptions, Reviewer};

/// Photos in flight for each worker: one in work, one read ahead, the rest finished and waiting
/// for a slower one before them.
const IN_FLIGHT_PER_WORKER: usize = 4;

type Read = Box<dyn FnOnce(&Limits) -> io::Result<Vec<u8>> + Send>;

/// One photo of a batch: what it is called, and how to get its bytes.
///
/// ```
/// use shomei::Input;
///
/// let input = Input::new("application 1", |_limits| std::fs::read("photo.jpg"));
/// ```
pub struct Input {
    id: String,
    options: ReviewOptions,
    read: Read,
}

impl std::fmt::Debug for Input {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Input").finish_non_exhaustive()
    }
}

impl Input {
    /// `read` is called once, on the reader thread. It need not read more than one byte beyond
    /// [`Limits::max_bytes`]; a longer input is refused anyway.
    pub fn new(
        id: impl Into<String>,
        read: impl FnOnce(&Limits) -> io::Result<Vec<u8>> + Send + 'static,
    ) -> Self {
        Self {
            id: id.into(),
            options: ReviewOptions::default(),
            read: Box::new(read),
        }
    }

    /// What is particular to this photo.
    #[must_use]
    pub fn options(mut self, options: ReviewOptions) -> Self {
        self.options = options;
        self
    }
}

/// Reviews many photos in parallel.
///
/// ```no_run
/// use std::num::NonZeroUsize;
///
/// use shomei::{Input, Reviewer};
///
/// let inputs = ["a.jpg", "b.jpg"].map(|name| Input::new(name, move |_| std::fs::read(name)));
/// let batch = Reviewer::builder().build()?.batch().jobs(NonZeroUsize::MIN);
/// for (id, review) in batch.review_all(inputs)? {
///     println!("{id}: {}", review.verdict());
/// }
/// # Ok::<(), shomei::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batch {
    reviewer: Reviewer,
    jobs: Option<NonZeroUsize>,
}

impl Batch {
    pub(crate) const fn new(reviewer: Reviewer) -> Self {
        Self {
            reviewer,
            jobs: None,
        }
    }

    /// Number of workers; the number of processors unless said otherwise.
    #[must_use]
    pub const fn jobs(mut self, jobs: NonZeroUsize) -> Self {
        self.jobs = Some(jobs);
        self
    }

    /// Reviews all inputs and yields id and review of each exactly once, in their order.
    ///
    /// # Errors
    /// If the threads cannot be started.
    pub fn review_all<I>(&self, inputs: I) -> Result<Reviews<Review>, Error>
    where
        I: IntoIterator<Item = Input>,
        I::IntoIter: Send + 'static,
    {
        self.map_all(inputs, |_, inspection| inspection.review)
    }

    /// As [`Batch::review_all`], with something done to each inspection on its worker, for
    /// instance a picture drawn.
    ///
    /// # Errors
    /// If the threads cannot be started.
    ///
    /// # Panics
    /// If `finish` panics, taking that result from the iterator panics likewise.
    pub fn map_all<I, T, F>(&self, inputs: I, finish: F) -> Result<Reviews<T>, Error>
    where
        I: IntoIterator<Item = Input>,
        I::IntoIter: Send + 'static,
        T: Send + 'static,
        F: Fn(&str, Inspection) -> T + Send + Sync + 'static,
    {
        let pool = ThreadPoolBuilder::new()
            .num_threads(self.jobs.map_or(0, NonZeroUsize::get))
            .thread_name(|index| format!("shomei-worker-{index}"))
            .build()
            .map_err(|error| Error::new(ErrorKind::Threads, error))?;
        let jobs = pool.current_num_threads();
        let (token_in, token_out) = bounded(jobs * IN_FLIGHT_PER_WORKER);
        let (work_in, work_out) = bounded(jobs);
        let (done_in, done_out) = unbounded();

        let limits = self.reviewer.limits();
        let inputs = inputs.into_iter();
        let reader = thread::Builder::new()
            .name("shomei-reader".to_owned())
            .spawn(move || read_all(inputs, &limits, &token_in, &work_in))
            .map_err(|error| Error::new(ErrorKind::Threads, error))?;

        let finish = Arc::new(finish);
        for _ in 0..jobs {
            let (reviewer, finish) = (self.reviewer.clone(), Arc::clone(&finish));
            let (work, done) = (work_out.clone(), done_in.clone());
            pool.spawn(move || {
                for task in work {
                    let answer = review(&reviewer, task, finish.as_ref());
                    // The consumer is gone: nobody waits for the rest.
                    if done.send(answer).is_err() {
                        break;
                    }
                }
            });
        }
        Ok(Reviews {
            done: Some(done_out),
            tokens: Some(token_out),
            waiting: BTreeMap::new(),
            next: 0,
            reader: Some(reader),
            _pool: pool,
        })
    }
}

struct Task {
    index: usize,
    id: String,
    options: ReviewOptions,
    bytes: io::Result<Vec<u8>>,
}

fn read_all(
    inputs: impl Iterator<Item = Input>,
    limits: &Limits,
    tokens: &Sender<()>,
    work: &Sender<Task>,
) {
    for (index, input) in inputs.enumerate() {
        // Waits while too many photos are in flight; ends when the consumer is gone.
        if tokens.send(()).is_err() {
            return;
        }
        let bytes = (input.read)(limits);
        if work
            .send(Task {
                index,
                id: input.id,
                options: input.options,
                bytes,
            })
            .is_err()
        {
            return;
        }
    }
}

struct Answer<T> {
    index: usize,
    id: String,
    /// The panic of the caller's own function is carried to the caller.
    result: thread::Result<T>,
}

fn review<T>(
    reviewer: &Reviewer,
    task: Task,
    finish: &(impl Fn(&str, Inspection) -> T + ?Sized),
) -> Answer<T> {
    let inspection = match task.bytes {
        Ok(bytes) => reviewer.inspect(&bytes, &task.options),
        Err(error) => Inspection {
            review: reviewer.unreadable(cause(&error), &task.options),
            photo: None,
            subject: None,
        },
    };
    let result = catch_unwind(AssertUnwindSafe(|| finish(&task.id, inspection)));
    Answer {
        index: task.index,
        id: task.id,
        result,
    }
}

fn cause(error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Unreadable::PermissionDenied,
        io::ErrorKind::NotFound => Unreadable::Vanished,
        io::ErrorKind::IsADirectory | io::ErrorKind::InvalidInput => Unreadable::NotAFile,
        _ => Unreadable::Other,
    }
}

/// Ids and results in the order of the inputs. Dropping it ends the work after the photos in
/// flight.
#[derive(Debug)]
pub struct Reviews<T> {
    done: Option<Receiver<Answer<T>>>,
    tokens: Option<Receiver<()>>,
    waiting: BTreeMap<usize, (String, thread::Result<T>)>,
    next: usize,
    reader: Option<JoinHandle<()>>,
    _pool: ThreadPool,
}

impl<T> std::fmt::Debug for Answer<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Answer")
            .field("index", &self.index)
            .finish_non_exhaustive()
    }
}

impl<T> Iterator for Reviews<T> {
    type Item = (String, T);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.waiting.contains_key(&self.next) {
            // Closed and empty: reader and workers have ended, all answers were taken.
            let answer = self.done.as_ref()?.recv().ok()?;
            self.waiting
                .insert(answer.index, (answer.id, answer.result));
        }
        let (id, result) = self.waiting.remove(&self.next)?;
        self.next += 1;
        if let Some(tokens) = &self.tokens {
            let _token = tokens.recv();
        }
        Some((id, result.unwrap_or_else(|panic| resume_unwind(panic))))
    }
}

impl<T> Drop for Reviews<T> {
    fn drop(&mut self) {
        self.done = None;
        self.tokens = None;
        if let Some(reader) = self.reader.take() {
            // It ends at its next token; a panic in the caller's reading was its own.
            let _ended = reader.join();
        }
    }
}
