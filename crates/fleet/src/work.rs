//! `shomei work`: takes jobs from the queue, reviews their photos, and stores the reviews.
//!
//! A job leaves the queue only when its review is stored. Whatever happens to a worker, its jobs are
//! delivered again, to it or to another. A worker reports to the queue regularly while it has a job;
//! a dead worker does not. A job that was delivered too often without an answer becomes a dead letter,
//! and its photo gets a review with the outcome `unable`.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{AckPolicy, Consumer, pull};
use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt;
use rayon::{ThreadPool, ThreadPoolBuilder};
use shomei::photo::Unreadable;
use shomei::wire::v1::ReviewRecord;
use shomei::{Lang, Policy, ReviewOptions, Reviewer, UnknownLang};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::connection::{Access, Connection, PULL, WORKERS};
use crate::error::Error;
use crate::messages::{Dead, Job, Message as _, key, refusal_of_engine, refusal_of_policy};
use crate::metrics::{self, WorkMetrics};
use crate::runtime::runtime;
use crate::store::{NoBytes, Photos};

/// Jobs in flight for each review at a time: one that is reviewed, one that is read.
const IN_FLIGHT: usize = 2;

/// The limit of jobs that all workers together may have.
const ALL_IN_FLIGHT: i64 = 100_000;

/// The limit of workers that may wait for jobs at a time.
const ALL_WORKERS: i64 = 10_000;

/// How long a worker reports progress of a job. A job that takes longer hangs.
const LONGEST: Duration = Duration::from_secs(600);

/// The delay of a job after its first failure. It doubles with each further failure.
const FIRST_DELAY: Duration = Duration::from_secs(1);

/// How many photos in a row the store may fail for. After one more, the store is to blame.
const FAILURES: usize = 16;

const LOOKED_EVERY: Duration = Duration::from_millis(100);
const COUNTED_EVERY: Duration = Duration::from_secs(2);

/// Settings of a worker.
#[derive(Debug)]
#[non_exhaustive]
pub struct Work {
    /// The server.
    pub access: Access,
    /// The name of the streams.
    pub stream: String,
    /// Photos reviewed at the same time.
    pub jobs: NonZeroUsize,
    /// The reviewer for the photos.
    pub reviewer: Reviewer,
    /// Policies for jobs, in addition to the reviewer's and the built-in ones.
    pub policies: Vec<Policy>,
    /// Where the photos are.
    pub photos: Photos,
    /// A job is given to another worker after this time without a message from its worker.
    pub ack_wait: Duration,
    /// How often a job is delivered before it becomes a dead letter.
    pub deliveries: NonZeroUsize,
    /// The address for metrics.
    pub metrics: Option<SocketAddr>,
}

impl Work {
    /// A worker with one job at a time, which finds the photos by the environment.
    #[must_use]
    pub fn new(access: Access, stream: impl Into<String>, reviewer: Reviewer) -> Self {
        Self {
            access,
            stream: stream.into(),
            jobs: NonZeroUsize::MIN,
            reviewer,
            policies: Vec::new(),
            photos: Photos::from_env(),
            ack_wait: Duration::from_secs(30),
            deliveries: NonZeroUsize::MIN.saturating_add(4),
            metrics: None,
        }
    }

    /// Works until `stop`, then answers the jobs in flight. Returns the number of answered jobs.
    ///
    /// # Errors
    /// If the server cannot be reached at the start, if the jobs are for other models or policies, or
    /// if the object store fails for too many photos in a row. Even then, jobs in flight are answered
    /// or returned.
    pub fn run(self, stop: impl Fn() -> bool) -> Result<u64, Error> {
        let runtime = runtime()?;
        let worked = runtime.block_on(self.work(stop));
        // A store that hangs is not waited for.
        runtime.shutdown_background();
        worked
    }

    async fn work(self, stop: impl Fn() -> bool) -> Result<u64, Error> {
        let metrics = WorkMetrics::new();
        metrics::serve(self.metrics, &metrics.registry).await?;
        let connection = Connection::open(&self.access, &self.stream).await?;
        let queue = connection.stream(true).await?;
        let consumer = pull::Config {
            durable_name: Some(WORKERS.to_owned()),
            ack_policy: AckPolicy::Explicit,
            ack_wait: self.ack_wait,
            // Jobs are counted here, so that none is dropped without a word.
            max_deliver: -1,
            max_ack_pending: ALL_IN_FLIGHT,
            max_waiting: ALL_WORKERS,
            ..pull::Config::default()
        };
        let consumer = queue.create_consumer(consumer).await.map_err(|error| {
            let reason = format!("cannot create the consumer for workers ({error})");
            Error::stream(&self.stream, reason)
        })?;

        let pool = ThreadPoolBuilder::new()
            .num_threads(self.jobs.get())
            .thread_name(|index| format!("shomei-worker-{index}"))
            .build()
            .map_err(|error| Error::Threads(std::io::Error::other(error)))?;
        let built_in = Policy::built_in().filter_map(|(name, _)| Policy::named(name));
        let policies = built_in
            .chain(self.policies)
            .chain([self.reviewer.policy().clone()])
            .map(|policy| (policy.hash().to_owned(), Arc::new(policy)))
            .collect();
        let worker = Arc::new(Worker {
            connection,
            reviewer: self.reviewer,
            policies,
            photos: self.photos,
            pool,
            ack_wait: self.ack_wait,
            deliveries: self.deliveries.get() as u64,
            metrics,
            failures: AtomicUsize::new(0),
            end: Mutex::default(),
        });
        if queue.cached_info().state.messages > 0 {
            worker.look_before_work().await?;
        }
        tracing::info!(jobs = self.jobs.get(), "ready");
        let counting = tokio::spawn(count(Arc::clone(&worker), consumer.clone()));
        let slots = Arc::new(Semaphore::new(self.jobs.get() * IN_FLIGHT));
        let answered = pull(&worker, &consumer, &slots, stop).await;
        counting.abort();
        // What was said of the last jobs has left.
        let _flushed = timeout(PULL, worker.connection.js.client().flush()).await;
        match worker.end().take() {
            Some(error) => Err(error),
            None => Ok(answered),
        }
    }
}

/// Takes jobs while there are free slots, until it must end, and waits for the last ones.
async fn pull(
    worker: &Arc<Worker>,
    consumer: &Consumer<pull::Config>,
    slots: &Arc<Semaphore>,
    stop: impl Fn() -> bool,
) -> u64 {
    let mut tasks = JoinSet::new();
    let mut answered = 0;
    let mut fine = true;
    while !stop() && worker.end().is_none() {
        while let Some(done) = tasks.try_join_next() {
            answered += u64::from(done.unwrap_or(false));
        }
        let Ok(Ok(first)) = timeout(LOOKED_EVERY, Arc::clone(slots).acquire_owned()).await else {
            continue;
        };
        let more = std::iter::from_fn(|| Arc::clone(slots).try_acquire_owned().ok());
        let mut free: Vec<OwnedSemaphorePermit> = std::iter::once(first).chain(more).collect();
        let batch = consumer.batch().max_messages(free.len()).expires(PULL);
        let wrong = match batch.messages().await {
            Ok(mut batch) => loop {
                match timeout(2 * PULL, batch.next()).await {
                    Ok(Some(Ok(message))) => {
                        let worker = Arc::clone(worker);
                        let slot = free.pop();
                        tasks.spawn(async move {
                            let answered = worker.take(&message).await;
                            drop(slot);
                            answered
                        });
                    }
                    Ok(Some(Err(error))) => break Some(error.to_string()),
                    Ok(None) | Err(_) => break None,
                }
            },
            Err(error) => Some(error.to_string()),
        };
        if let Some(reason) = &wrong {
            if fine {
                tracing::warn!(reason, "no jobs from the queue");
            }
            sleep(PULL).await;
        }
        fine = wrong.is_none();
    }
    tracing::info!(in_flight = tasks.len(), "draining");
    while let Some(done) = tasks.join_next().await {
        answered += u64::from(done.unwrap_or(false));
    }
    answered
}

async fn count(worker: Arc<Worker>, consumer: Consumer<pull::Config>) {
    loop {
        if let Ok(info) = consumer.get_info().await {
            let waiting = i64::try_from(info.num_pending).unwrap_or(i64::MAX);
            worker.metrics.waiting.set(waiting);
        }
        sleep(COUNTED_EVERY).await;
    }
}

/// Why a job has no answer now.
#[derive(Debug)]
enum NoAnswer {
    /// This worker cannot do it.
    Refused(String),
    /// A retry may succeed.
    Failure(String),
}

impl NoAnswer {
    #[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
    fn failure(reason: impl ToString) -> Self {
        Self::Failure(reason.to_string())
    }
}

#[derive(Debug)]
struct Worker {
    connection: Connection,
    reviewer: Reviewer,
    /// By hash.
    policies: HashMap<String, Arc<Policy>>,
    photos: Photos,
    pool: ThreadPool,
    ack_wait: Duration,
    deliveries: u64,
    metrics: WorkMetrics,
    /// For how many photos in a row the store failed.
    failures: AtomicUsize,
    /// Why the worker must end.
    end: Mutex<Option<Error>>,
}

impl Worker {
    fn end(&self) -> std::sync::MutexGuard<'_, Option<Error>> {
        self.end.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Checks the last submission before the first job, so that a refusal costs no delivery.
    async fn look_before_work(&self) -> Result<(), Error> {
        let Some(last) = self.connection.last_submitted().await? else {
            return Ok(());
        };
        let knows = |hash: &str| self.policies.contains_key(hash);
        match last.settings.refusal(self.reviewer.engine(), knows) {
            Some(refusal) => Err(Error::Refused(refusal)),
            None => Ok(()),
        }
    }

    /// Answers a job, or returns it to the queue. Returns whether it was answered.
    async fn take(&self, message: &Message) -> bool {
        let (deliveries, sequence) = message.info().map_or((1, 0), |info| {
            (
                u64::try_from(info.delivered).unwrap_or(1),
                info.stream_sequence,
            )
        });
        if deliveries > 1 {
            self.metrics.redelivered.inc();
        }
        self.metrics.in_flight.inc();
        let answer = self.answer(&message.payload, deliveries, sequence);
        let answer = self.alive(message, answer).await;
        self.metrics.in_flight.dec();
        let kind = match &answer {
            Ok(()) => AckKind::Ack,
            Err(NoAnswer::Refused(_)) => AckKind::Nak(None),
            Err(NoAnswer::Failure(_)) => {
                let doublings = u32::try_from(deliveries.saturating_sub(1))
                    .unwrap_or(0)
                    .min(6);
                AckKind::Nak(Some(FIRST_DELAY * (1 << doublings)))
            }
        };
        if message.ack_with(kind).await.is_err() {
            tracing::debug!(
                sequence,
                "the queue got no answer; the job will be delivered again"
            );
        }
        match answer {
            Ok(()) => return true,
            Err(NoAnswer::Refused(refusal)) => {
                self.metrics.returned("refused");
                self.end().get_or_insert(Error::Refused(refusal));
            }
            Err(NoAnswer::Failure(reason)) => {
                self.metrics.returned("failed");
                tracing::warn!(sequence, deliveries, reason, "returned");
            }
        }
        false
    }

    /// Reports progress of the job to the queue until it is done.
    async fn alive<T>(&self, message: &Message, work: impl Future<Output = T>) -> T {
        let start = Instant::now();
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = sleep(self.ack_wait / 3) => {
                    if start.elapsed() < LONGEST {
                        let _told = message.ack_with(AckKind::Progress).await;
                    }
                }
            }
        }
    }

    /// Reviews the photo and stores the review, or gives the job up for good.
    async fn answer(&self, payload: &[u8], deliveries: u64, sequence: u64) -> Result<(), NoAnswer> {
        if deliveries > self.deliveries {
            let reason = "delivered too often without an answer: the job ends its workers or takes \
                          too long";
            return self
                .give_up(payload, reason.to_owned(), deliveries, sequence)
                .await;
        }
        match self.review(payload).await {
            Err(NoAnswer::Failure(reason)) if deliveries == self.deliveries => {
                self.give_up(payload, reason, deliveries, sequence).await
            }
            answer => answer,
        }
    }

    async fn review(&self, payload: &[u8]) -> Result<(), NoAnswer> {
        let job = Job::read(payload).map_err(NoAnswer::failure)?;
        if let Some(refusal) = refusal_of_engine(&job.engine, self.reviewer.engine()) {
            return Err(NoAnswer::Refused(refusal));
        }
        let Some(policy) = self.policies.get(&job.policy.hash) else {
            return Err(NoAnswer::Refused(refusal_of_policy(&job.policy)));
        };
        let lang: Result<Lang, UnknownLang> = job.lang.parse();
        let lang = lang.map_err(|error| NoAnswer::failure(format!("language: {error}")))?;
        let options = ReviewOptions {
            waivers: job.waivers.clone(),
            policy: Some(Arc::clone(policy)),
        };
        let start = Instant::now();
        let bytes = self
            .photos
            .read(&job.url, self.reviewer.limits().max_bytes)
            .await;
        self.metrics.reading.observe(start.elapsed().as_secs_f64());
        let bytes = match bytes {
            Ok(bytes) => Ok(bytes),
            Err(NoBytes::Finding(cause)) => Err(cause),
            Err(NoBytes::Failure(reason)) => {
                self.store_failed(&reason);
                return Err(NoAnswer::Failure(format!("the object store: {reason}")));
            }
        };
        self.failures.store(0, Ordering::Relaxed);
        let Job { id, timings, .. } = job;
        let record = self.on_worker(bytes, id, options, lang, timings).await?;
        self.keep(&record).await
    }

    /// The review, made on one of the reviewing threads.
    async fn on_worker(
        &self,
        bytes: Result<Vec<u8>, Unreadable>,
        id: String,
        options: ReviewOptions,
        lang: Lang,
        timings: bool,
    ) -> Result<ReviewRecord, NoAnswer> {
        let (done, result) = oneshot::channel();
        let reviewer = self.reviewer.clone();
        self.pool.spawn_fifo(move || {
            let start = Instant::now();
            let review = match bytes {
                Ok(bytes) => reviewer.review_with(&bytes, &options),
                Err(cause) => reviewer.unreadable(cause, &options),
            };
            let mut record = review.record(&id, lang);
            if !timings {
                record.timings_ms = None;
            }
            // Who asked is gone only when the process ends.
            let _sent = done.send((record, start.elapsed()));
        });
        // Panics become findings further down. If one comes this far, the job comes again.
        let result = result.await;
        let (record, time) = result.map_err(|_| NoAnswer::failure("the reviewer panicked"))?;
        self.metrics.reviewed(record.verdict, time);
        Ok(record)
    }

    async fn keep(&self, record: &ReviewRecord) -> Result<(), NoAnswer> {
        let text = serde_json::to_vec(record);
        let text = text.map_err(|_| NoAnswer::failure("cannot write the review as JSON"))?;
        let (subject, key) = (&self.connection.names.results, key(&record.id));
        let kept = self.connection.put(subject, &key, text).await;
        kept.map(drop).map_err(NoAnswer::failure)
    }

    /// Turns the message into a dead letter, and stores a review for its photo.
    async fn give_up(
        &self,
        payload: &[u8],
        reason: String,
        deliveries: u64,
        sequence: u64,
    ) -> Result<(), NoAnswer> {
        tracing::error!(sequence, deliveries, reason, "given up");
        let letter = Dead::new(payload, reason, deliveries);
        let id = letter.id.clone();
        let subject = &self.connection.names.dead;
        let key = format!("dead-{sequence}");
        let put = self.connection.put(subject, &key, letter.write());
        put.await.map_err(NoAnswer::failure)?;
        if let Some(id) = id {
            let (mut options, mut lang) = (ReviewOptions::default(), Lang::default());
            if let Ok(job) = Job::read(payload) {
                lang = job.lang.parse().unwrap_or_default();
                options.policy = self.policies.get(&job.policy.hash).map(Arc::clone);
                options.waivers = job.waivers;
            }
            let review = self.reviewer.unreadable(Unreadable::Other, &options);
            let mut record = review.record(&id, lang);
            record.timings_ms = None;
            self.keep(&record).await?;
        }
        self.metrics.dead.inc();
        Ok(())
    }

    fn store_failed(&self, reason: &str) {
        let photos = self.failures.fetch_add(1, Ordering::Relaxed) + 1;
        if photos >= FAILURES {
            let reason = reason.to_owned();
            self.end().get_or_insert(Error::Store { photos, reason });
        }
    }
}
