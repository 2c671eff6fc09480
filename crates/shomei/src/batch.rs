//! Many photos: reader thread → bounded channel → workers → reviews in the order of the inputs.
//!
//! One photo is one task on one worker, from bytes to review. If the stages of a photo ran on
//! different workers, the faster stages would wait. Each photo has a token from before it is read
//! until its review is taken. This bounds memory whether the reader, a photo or the consumer is slow.
//! Files differ in length by a factor of a thousand, so [`Room`] counts their bytes as well.

use std::collections::BTreeMap;
use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use crossbeam_channel::{Receiver, Sender, bounded, unbounded};
use rayon::{ThreadPool, ThreadPoolBuilder};
use shomei_photo::Unreadable;

use crate::reviewer::{Error, ErrorKind};
use crate::{Inspection, Limits, Review, ReviewOptions, Reviewer};

/// Photos in flight for each worker: one that is being reviewed, one read ahead, and the rest
/// finished and waiting for a slower one before them.
const IN_FLIGHT_PER_WORKER: usize = 4;

type Read = Box<dyn FnOnce(&Limits) -> io::Result<Vec<u8>> + Send>;

/// One photo of a batch: its id, and how to read its bytes.
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
    /// `read` is called once, on the reader thread. It should stop one byte beyond
    /// [`Limits::max_bytes`], because a longer input is refused. If it panics, the input is unreadable.
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

    /// Options for this photo only.
    #[must_use]
    pub fn options(mut self, options: ReviewOptions) -> Self {
        self.options = options;
        self
    }
}

/// Reviews many photos in parallel. It reads files ahead as far as [`Limits::max_held`] allows.
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

    /// Number of workers. The default is the number of processors.
    #[must_use]
    pub fn jobs(mut self, jobs: impl Into<Option<NonZeroUsize>>) -> Self {
        self.jobs = jobs.into();
        self
    }

    /// Reviews all inputs and yields the id and review of each exactly once, in input order.
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

    /// Like [`Batch::review_all`], but calls `finish` with each inspection on its worker, for example
    /// to draw a picture.
    ///
    /// # Errors
    /// If the threads cannot be started.
    ///
    /// # Panics
    /// If `finish` panics, taking that result from the iterator panics with the same message. If
    /// `inputs` panics, taking the item after the last result panics.
    pub fn map_all<I, T, F>(&self, inputs: I, finish: F) -> Result<Reviews<T>, Error>
    where
        I: IntoIterator<Item = Input>,
        I::IntoIter: Send + 'static,
        T: Send + 'static,
        F: Fn(&str, Inspection) -> T + Send + Sync + 'static,
    {
        let pool = workers(self.jobs)?;
        let jobs = pool.current_num_threads();
        let (token_in, token_out) = bounded(jobs * IN_FLIGHT_PER_WORKER);
        let (work_in, work_out) = bounded(jobs);
        let (done_in, done_out) = unbounded();

        let limits = self.reviewer.limits();
        let besides = limits.held(jobs) - limits.longest_read();
        let room = Arc::new(Room::new(besides));
        let inputs = inputs.into_iter();
        let reader = thread::Builder::new()
            .name("shomei-reader".to_owned())
            .spawn({
                let room = Arc::clone(&room);
                move || read_all(inputs, &limits, &room, &token_in, &work_in)
            })
            .map_err(|error| Error::new(ErrorKind::Threads, error))?;

        let finish = Arc::new(finish);
        for _ in 0..jobs {
            let (reviewer, finish) = (self.reviewer.clone(), Arc::clone(&finish));
            let (work, done) = (work_out.clone(), done_in.clone());
            pool.spawn(move || {
                for task in work {
                    let answer = (task.index, review(&reviewer, task, finish.as_ref()));
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
            room,
            waiting: BTreeMap::new(),
            next: 0,
            reader: Some(reader),
            _pool: pool,
        })
    }
}

/// Threads for that many jobs, or one for each processor.
pub(crate) fn workers(jobs: Option<NonZeroUsize>) -> Result<ThreadPool, Error> {
    ThreadPoolBuilder::new()
        .num_threads(jobs.map_or(0, NonZeroUsize::get))
        .thread_name(|index| format!("shomei-worker-{index}"))
        .build()
        .map_err(|error| Error::new(ErrorKind::Threads, error))
}

/// Counts the bytes of the files in memory: a semaphore weighted by file length. The length of a file
/// is known only when it has been read. A file is therefore admitted if the files before it are
/// within the limit, so at most one file exceeds it.
#[derive(Debug)]
struct Room {
    /// How many bytes may be in memory when the next file is admitted.
    besides: u64,
    state: Mutex<RoomState>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct RoomState {
    held: u64,
    /// Set when nobody waits for reviews any more.
    closed: bool,
}

impl Room {
    fn new(besides: u64) -> Self {
        Self {
            besides,
            state: Mutex::default(),
            changed: Condvar::new(),
        }
    }

    fn state(&self) -> MutexGuard<'_, RoomState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut RoomState)) {
        change(&mut self.state());
        self.changed.notify_all();
    }

    /// Waits until the next file is admitted; `false` if nobody waits for it any more.
    fn wait(&self) -> bool {
        let full = |state: &mut RoomState| !state.closed && state.held > self.besides;
        let state = self.changed.wait_while(self.state(), full);
        !state.unwrap_or_else(PoisonError::into_inner).closed
    }

    /// Counts these bytes until the returned value is dropped.
    fn hold(self: &Arc<Self>, bytes: u64) -> Held {
        self.change(|state| state.held += bytes);
        Held {
            room: Arc::clone(self),
            bytes,
        }
    }
}

struct Held {
    room: Arc<Room>,
    bytes: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.room.change(|state| state.held -= self.bytes);
    }
}

struct Task {
    index: usize,
    id: String,
    options: ReviewOptions,
    bytes: io::Result<Vec<u8>>,
    held: Held,
}

fn read_all(
    mut inputs: impl Iterator<Item = Input>,
    limits: &Limits,
    room: &Arc<Room>,
    tokens: &Sender<()>,
    work: &Sender<Task>,
) {
    for index in 0.. {
        // Waits while too many photos are in flight, or too large ones; ends when the consumer is
        // gone. Before the input is taken, which may hold its bytes already.
        if tokens.send(()).is_err() || !room.wait() {
            return;
        }
        let Some(input) = inputs.next() else {
            return;
        };
        let bytes = catch_unwind(AssertUnwindSafe(|| (input.read)(limits)))
            .unwrap_or_else(|_| Err(io::Error::other("reading panicked")));
        let held = room.hold(bytes.as_ref().map_or(0, |bytes| bytes.capacity() as u64));
        if work
            .send(Task {
                index,
                id: input.id,
                options: input.options,
                bytes,
                held,
            })
            .is_err()
        {
            return;
        }
    }
}

/// The id and the result. A panic of the caller's own function reaches the caller.
type Answer<T> = (String, thread::Result<T>);

fn review<T>(
    reviewer: &Reviewer,
    task: Task,
    finish: &(impl Fn(&str, Inspection) -> T + ?Sized),
) -> Answer<T> {
    // A reviewer catches its own panics; one that it missed must not end the process.
    let result = catch_unwind(AssertUnwindSafe(|| {
        let inspection = match task.bytes {
            Ok(bytes) => reviewer.inspect(&bytes, &task.options),
            Err(error) => Inspection {
                review: reviewer.unreadable(cause(&error), &task.options),
                photo: None,
                subject: None,
            },
        };
        drop(task.held);
        finish(&task.id, inspection)
    }));
    (task.id, result)
}

fn cause(error: &io::Error) -> Unreadable {
    match error.kind() {
        io::ErrorKind::PermissionDenied => Unreadable::PermissionDenied,
        io::ErrorKind::NotFound => Unreadable::Vanished,
        io::ErrorKind::IsADirectory | io::ErrorKind::InvalidInput => Unreadable::NotAFile,
        _ => Unreadable::Other,
    }
}

/// Ids and results in the order of the inputs. If you drop it, work ends after the photos in flight.
#[derive(Debug)]
pub struct Reviews<T> {
    done: Option<Receiver<(usize, Answer<T>)>>,
    tokens: Option<Receiver<()>>,
    room: Arc<Room>,
    waiting: BTreeMap<usize, Answer<T>>,
    next: usize,
    reader: Option<JoinHandle<()>>,
    _pool: ThreadPool,
}

impl<T> Iterator for Reviews<T> {
    type Item = (String, T);

    fn next(&mut self) -> Option<Self::Item> {
        while !self.waiting.contains_key(&self.next) {
            let Ok((index, answer)) = self.done.as_ref()?.recv() else {
                // Closed and empty: reader and workers have ended, all answers were taken. That
                // the inputs broke off must not pass for their end.
                if let Some(Err(panic)) = self.reader.take().map(JoinHandle::join) {
                    resume_unwind(panic);
                }
                return None;
            };
            self.waiting.insert(index, answer);
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
        self.room.change(|state| state.closed = true);
        if let Some(reader) = self.reader.take() {
            // It ends at its next token; a panic in the caller's reading was its own.
            let _ended = reader.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;
    use shomei_face::{Analyser, ClassSegmenter, FaceDetector, Landmarker, PersonSegmenter};
    use shomei_photo::{ClassMasks, DetectedFace, Landmarks, Mask, Photo, Rect};
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    /// Waits until the count is `wanted`, and that it stays there.
    fn settles(count: &AtomicUsize, wanted: usize) {
        while count.load(Ordering::SeqCst) < wanted {
            thread::sleep(Duration::from_millis(1));
        }
        thread::sleep(Duration::from_millis(50));
        assert_eq!(count.load(Ordering::SeqCst), wanted);
    }

    #[test]
    fn large_files_are_read_when_there_is_room_and_small_ones_ahead() {
        let room = Arc::new(Room::new(1000));
        let read = Arc::new(AtomicUsize::new(0));
        let lengths = [10, 10, 980, 1, 5000, 10, 10];
        let (counted, held) = (Arc::clone(&read), Arc::clone(&room));
        let inputs = lengths.map(move |length| {
            let read = Arc::clone(&counted);
            Input::new("a", move |_: &Limits| {
                read.fetch_add(1, Ordering::SeqCst);
                Ok(vec![0; length])
            })
        });
        let (tokens, _kept) = bounded(100);
        let (work, tasks) = bounded(100);
        let reader = thread::spawn(move || {
            read_all(
                inputs.into_iter(),
                &Limits::default(),
                &held,
                &tokens,
                &work,
            );
        });
        // 1001 bytes are more than are wanted besides.
        settles(&read, 4);
        drop(tasks.recv().unwrap());
        settles(&read, 5);
        // The long one on top leaves no room until it is done.
        for _ in 0..3 {
            drop(tasks.recv().unwrap());
        }
        settles(&read, 5);
        drop(tasks.recv().unwrap());
        settles(&read, 7);
        drop((tasks.recv().unwrap(), tasks.recv().unwrap()));
        reader.join().unwrap();
        assert_eq!(room.state().held, 0);
    }

    /// Finds nobody, and panics over pictures that are 32 pixels wide.
    struct Nobody;

    impl FaceDetector for Nobody {
        fn detect(&self, photo: &Photo, _: bool) -> Result<Vec<DetectedFace>, shomei_face::Error> {
            assert_ne!(photo.size().width(), 32, "on purpose");
            Ok(Vec::new())
        }
    }

    impl Landmarker for Nobody {
        fn landmarks(&self, _: &Photo, _: &DetectedFace) -> Result<Landmarks, shomei_face::Error> {
            unreachable!("there is no face")
        }
    }

    impl PersonSegmenter for Nobody {
        fn person(&self, _: &Photo) -> Result<Mask, shomei_face::Error> {
            unreachable!("there is no face")
        }
    }

    impl ClassSegmenter for Nobody {
        fn classes(
            &self,
            _: &Photo,
            _: Rect,
            _: Option<shomei_face::SkinTone>,
        ) -> Result<ClassMasks, shomei_face::Error> {
            unreachable!("there is no face")
        }
    }

    #[test]
    fn a_panic_over_one_photo_costs_one_photo() {
        let picture = |side: u16| {
            let mut file = Vec::new();
            let pixels = vec![200; usize::from(side) * usize::from(side) * 3];
            let encoder = jpeg_encoder::Encoder::new(&mut file, 90);
            let colours = jpeg_encoder::ColorType::Rgb;
            encoder.encode(&pixels, side, side, colours).unwrap();
            file
        };
        let files = [64, 32, 64].map(picture);
        let nobody = || Box::new(Nobody);
        let analyser = Analyser::of(nobody(), nobody(), nobody(), nobody());
        let reviewer = Reviewer::builder().around(analyser, "none".to_owned());
        let inputs = files.map(|file| Input::new("a", move |_: &Limits| Ok(file)));
        let reviews = reviewer.batch().review_all(inputs).unwrap();
        let failures: Vec<_> = reviews
            .map(|(_, review)| review.measurements().failure.clone())
            .collect();
        let failure = failures[1].as_ref().unwrap();
        assert_eq!((&*failure.stage, &*failure.cause), ("face", "panicked"));
        assert_eq!((&failures[0], &failures[2]), (&None, &None));
    }

    #[test]
    fn a_panic_while_reading_costs_one_photo_and_one_of_the_list_is_told() {
        let reviewer = Reviewer::builder().build().unwrap();
        let inputs = ["a", "b", "c"].map(|id| {
            Input::new(id, move |_: &Limits| {
                assert_ne!(id, "b", "on purpose");
                Ok(Vec::new())
            })
        });
        let reviews = reviewer.batch().review_all(inputs).unwrap();
        let found: Vec<_> = reviews
            .map(|(id, review)| (id, review.findings()[0].code()))
            .collect();
        assert_eq!(found.len(), 3);
        assert_eq!(found[1], ("b".to_owned(), Code::FileUnreadable));
        assert_eq!(found[2], ("c".to_owned(), Code::NotJpeg));

        let torn = (0..9).map(|number| {
            assert_ne!(number, 5, "on purpose");
            Input::new("a", |_: &Limits| Ok(Vec::new()))
        });
        let mut reviews = reviewer.batch().review_all(torn).unwrap();
        let count = |reviews: &mut Reviews<Review>| reviews.take(5).count();
        assert_eq!(count(&mut reviews), 5);
        let next = catch_unwind(AssertUnwindSafe(|| reviews.next().is_some()));
        assert!(next.is_err(), "the end of the list was not reached");
    }

    #[test]
    fn a_reader_that_waits_for_room_ends_with_the_consumer() {
        let limits = Limits {
            max_held: Some(0),
            ..Limits::default()
        };
        let reviewer = Reviewer::builder().limits(limits).build().unwrap();
        let one = NonZeroUsize::MIN;
        let inputs = (0..100).map(|_| Input::new("a", |_: &Limits| Ok(vec![0; 1 << 20])));
        let batch = reviewer.batch().jobs(one);
        let (first, second) = (batch.review_all(inputs.clone()), batch.review_all(inputs));
        assert_eq!(first.unwrap().count(), 100, "one file is always let in");
        assert!(second.unwrap().next().is_some());
    }
}
