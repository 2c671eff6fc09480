//! `shomei collect`: every review once, in any order, until every submitted photo has its review.
//!
//! A review is acknowledged after it is on the disk; otherwise it is delivered again. Duplicates are
//! recognised by their id. The caller writes the reviews and says which ones exist already.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use async_nats::jetstream::consumer::{AckPolicy, Consumer, DeliverPolicy, pull};
use async_nats::jetstream::{AckKind, Message};
use futures_util::StreamExt;
use shomei::Verdict;
use shomei::wire::v1::{RecordError, RecordHead, SCHEMA};
use shomei_batch::{Listing, Terms};
use tokio::runtime::Runtime;
use tokio::time::{sleep, timeout};

use crate::connection::{Access, Connection, PULL};
use crate::error::Error;
use crate::messages::{Settings, Submitted, key, list_digest};
use crate::metrics::{self, CollectMetrics};
use crate::runtime::runtime;

/// Reviews that are written and acknowledged together.
const TOGETHER: usize = 256;

/// How many reviews may wait to be written, or for the record of their submission.
const UNACKNOWLEDGED: i64 = 50_000;

/// How long a review waits if its photo is not known to be submitted.
const KEPT_BACK: Duration = Duration::from_secs(2);

/// A review is delivered again after this time without an acknowledgement.
const ACK_WAIT: Duration = Duration::from_secs(30);

/// A collection: the submitted photos whose reviews are wanted.
#[derive(Debug)]
pub struct Collection {
    connection: Connection,
    metrics: CollectMetrics,
    wanted: Wanted,
    runtime: Runtime,
}

/// The photos whose reviews are collected.
#[derive(Debug)]
struct Wanted {
    settings: Settings,
    /// One record of each submission, without its ids. Photos that are submitted later are not
    /// collected.
    submissions: Vec<Submitted>,
    ids: HashSet<String>,
    /// The sequence number after the last record that was read.
    next: u64,
}

impl Wanted {
    /// All photos in `records`, or `only` these ids, which are one submission.
    fn new(
        stream: &str,
        only: Option<&[String]>,
        records: Vec<Submitted>,
        next: u64,
    ) -> Result<Self, Error> {
        let only = only.map(|ids| (ids, list_digest(ids.iter().map(String::as_str))));
        let is = |record: &&Submitted| {
            only.as_ref()
                .is_none_or(|(_, digest)| record.submission == *digest)
        };
        let first = records.iter().find(is).ok_or_else(|| {
            let photos = only
                .as_ref()
                .map_or("nothing was", |_| "these photos were not");
            Error::stream(stream, format!("{photos} submitted"))
        })?;
        let settings = first.settings.clone();
        let mut submissions: Vec<Submitted> = Vec::new();
        for record in records.iter().filter(is) {
            if let Some(difference) = settings.difference(&record.settings) {
                return Err(Error::Submission(format!(
                    "the stream holds lists that were not submitted the same way ({difference}); \
                     give the manifest of the one to collect"
                )));
            }
            if submissions
                .iter()
                .all(|known| known.submission != record.submission)
            {
                let ids = Vec::new();
                submissions.push(Submitted {
                    ids,
                    ..record.clone()
                });
            }
        }
        let ids = only.as_ref().map_or(&[][..], |(ids, _)| ids).iter();
        let mut wanted = Self {
            settings,
            submissions,
            ids: ids.cloned().collect(),
            next,
        };
        wanted.add(records);
        Ok(wanted)
    }

    fn total(&self) -> u64 {
        self.submissions.iter().map(|known| known.total).sum()
    }

    /// Whether the ids of all photos are known.
    fn whole(&self) -> bool {
        self.ids.len() as u64 >= self.total()
    }

    fn add(&mut self, records: Vec<Submitted>) {
        for record in records {
            let mut known = self.submissions.iter();
            if known.any(|known| known.submission == record.submission) {
                self.ids.extend(record.ids);
            }
        }
    }
}

/// A review to be written to a file.
#[derive(Debug)]
#[non_exhaustive]
pub struct Collected {
    /// The id of the photo.
    pub id: String,
    /// The verdict.
    pub verdict: Verdict,
    /// The record (`shomei.review/1`) as one line of JSON, with its line break.
    pub line: Vec<u8>,
}

/// How a collection ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct CollectEnd {
    /// Ids without a review, sorted.
    pub missing: Vec<String>,
    /// Number of photos that are not submitted yet, so that their ids are not known.
    pub unsubmitted: u64,
    /// Number of messages among the results that are not reviews, and what is wrong with the first.
    pub foreign: Option<(u64, String)>,
    /// Dead letters in the stream.
    pub dead: u64,
}

impl Collection {
    /// Reads what was submitted to the stream: everything, or `only` these ids, which were submitted
    /// together.
    ///
    /// # Errors
    /// If the server cannot be reached, or these ids were not submitted.
    pub fn open(
        access: &Access,
        stream: &str,
        only: Option<&[String]>,
        metrics_at: Option<SocketAddr>,
    ) -> Result<Self, Error> {
        let runtime = runtime()?;
        let metrics = CollectMetrics::new();
        let (connection, wanted) = runtime.block_on(async {
            metrics::serve(metrics_at, &metrics.registry).await?;
            let connection = Connection::open(access, stream).await?;
            let (records, next) = connection.submitted(0).await?;
            let wanted = Wanted::new(stream, only, records, next)?;
            Ok::<_, Error>((connection, wanted))
        })?;
        Ok(Self {
            connection,
            metrics,
            wanted,
            runtime,
        })
    }

    /// What its reviews depend on, and which photos they are of.
    #[must_use]
    pub fn terms(&self) -> Terms {
        let all = self.wanted.submissions.iter();
        let all: Vec<_> = all.map(|known| known.particulars.as_str()).collect();
        let listing = Listing {
            count: usize::try_from(self.total()).unwrap_or(usize::MAX),
            sha256: digest_of(&self.wanted),
            streamed: false,
        };
        self.wanted.settings.terms(all.join("+"), listing)
    }

    /// How many photos it has.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.wanted.total()
    }

    /// Passes each review once to `take`, except those in `done`. `to` names the place where they are
    /// written. Ends when all are collected, at `stop`, or after `wait` without a new review. `take`
    /// must return only when the reviews are on the disk.
    ///
    /// # Errors
    /// If `take` fails, or the server does not answer for a long time.
    pub fn run<E: Into<Box<dyn std::error::Error + Send + Sync>>>(
        mut self,
        to: &str,
        done: HashSet<String>,
        wait: Option<Duration>,
        take: impl FnMut(&[Collected]) -> Result<(), E>,
        stop: impl Fn() -> bool,
    ) -> Result<CollectEnd, Error> {
        let Self {
            connection,
            metrics,
            wanted,
            runtime,
        } = &mut self;
        runtime.block_on(async {
            let mut pass = Pass {
                consumer: format!("collect-{}", key(&format!("{} {to}", digest_of(wanted)))),
                connection,
                metrics,
                wanted,
                fresh: done.is_empty(),
                have: done,
                missing: 0,
                foreign: None,
                take,
            };
            pass.count();
            pass.collect(wait, stop).await?;
            let mut missing: Vec<_> = pass.wanted.ids.difference(&pass.have).cloned().collect();
            missing.sort_unstable();
            Ok(CollectEnd {
                missing,
                unsubmitted: pass
                    .wanted
                    .total()
                    .saturating_sub(pass.wanted.ids.len() as u64),
                foreign: pass.foreign,
                dead: dead(connection).await,
            })
        })
    }
}

fn digest_of(wanted: &Wanted) -> String {
    match &wanted.submissions[..] {
        [one] => one.submission.clone(),
        many => key(&many
            .iter()
            .map(|known| known.submission.as_str())
            .collect::<String>()),
    }
}

async fn dead(connection: &Connection) -> u64 {
    let Ok(stream) = connection.stream(false).await else {
        return 0;
    };
    let subject = connection.names.dead.clone();
    match stream.info_builder().subjects(subject).fetch().await {
        Ok(found) => found.info.state.subjects_count,
        Err(_) => 0,
    }
}

struct Pass<'a, F> {
    /// Its name.
    consumer: String,
    connection: &'a Connection,
    metrics: &'a CollectMetrics,
    wanted: &'a mut Wanted,
    /// Whether nothing was collected before.
    fresh: bool,
    have: HashSet<String>,
    /// Number of wanted reviews that are missing.
    missing: usize,
    foreign: Option<(u64, String)>,
    take: F,
}

impl<F, E> Pass<'_, F>
where
    F: FnMut(&[Collected]) -> Result<(), E>,
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    async fn collect(
        &mut self,
        wait: Option<Duration>,
        stop: impl Fn() -> bool,
    ) -> Result<(), Error> {
        // What was acknowledged to another file, or is no longer in this one, comes again: at once
        // where nothing is there yet, else when all the rest was taken and something is missing.
        let mut from_the_start = self.fresh;
        let mut consumer = self.consumer(from_the_start).await?;
        let mut last = Instant::now();
        while !self.complete() && !stop() {
            let came = match self.batch(&consumer).await? {
                Some(count) => count > 0,
                None => {
                    // The server is away, or has forgotten the consumer.
                    sleep(PULL).await;
                    if let Ok(again) = self.consumer(false).await {
                        consumer = again;
                    }
                    continue;
                }
            };
            if came {
                last = Instant::now();
                continue;
            }
            if !self.wanted.whole()
                && let Ok((records, next)) = self.connection.submitted(self.wanted.next).await
            {
                self.wanted.next = next;
                self.wanted.add(records);
                self.count();
            }
            let idle = consumer.get_info().await;
            let idle = idle.is_ok_and(|info| info.num_pending == 0 && info.num_ack_pending == 0);
            if idle && !from_the_start {
                from_the_start = true;
                consumer = self.consumer(true).await?;
            } else if wait.is_some_and(|wait| last.elapsed() >= wait) {
                break;
            }
        }
        Ok(())
    }

    fn complete(&self) -> bool {
        self.missing == 0 && self.wanted.whole()
    }

    fn count(&mut self) {
        let missing = self.wanted.ids.iter().filter(|id| !self.have.contains(*id));
        self.set_missing(missing.count());
    }

    fn set_missing(&mut self, missing: usize) {
        self.missing = missing;
        let shown = i64::try_from(missing).unwrap_or(i64::MAX);
        self.metrics.missing.set(shown);
    }

    /// The durable consumer. With `anew`, everything is delivered again.
    async fn consumer(&self, anew: bool) -> Result<Consumer<pull::Config>, Error> {
        let stream = self.connection.stream(false).await?;
        let name = &self.consumer;
        if anew {
            // It may not be there.
            let _deleted = stream.delete_consumer(name).await;
        }
        let config = pull::Config {
            durable_name: Some(name.clone()),
            deliver_policy: DeliverPolicy::All,
            ack_policy: AckPolicy::Explicit,
            ack_wait: ACK_WAIT,
            max_ack_pending: UNACKNOWLEDGED,
            filter_subject: self.connection.names.results.clone(),
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await;
        consumer.map_err(Error::jet_stream("deliver results"))
    }

    /// Takes the available messages. Returns their number; `None` if the server cannot be reached.
    async fn batch(&mut self, consumer: &Consumer<pull::Config>) -> Result<Option<usize>, Error> {
        let batch = consumer.batch().max_messages(TOGETHER).expires(PULL);
        let Ok(mut batch) = batch.messages().await else {
            return Ok(None);
        };
        let mut messages = Vec::new();
        let mut fine = true;
        while let Ok(Some(message)) = timeout(2 * PULL, batch.next()).await {
            match message {
                Ok(message) => messages.push(message),
                Err(_) => {
                    fine = false;
                    break;
                }
            }
        }
        let (new, early) = self.sorted(&messages);
        if !new.is_empty() {
            (self.take)(&new).map_err(|error| Error::Taker(error.into()))?;
            self.metrics.collected.inc_by(new.len() as u64);
            self.set_missing(self.missing.saturating_sub(new.len()));
            self.have.extend(new.into_iter().map(|review| review.id));
        }
        for (index, message) in messages.iter().enumerate() {
            let kind = match early.contains(&index) {
                true => AckKind::Nak(Some(KEPT_BACK)),
                false => AckKind::Ack,
            };
            // If it does not arrive, the review comes again and is known.
            let _acknowledged = message.ack_with(kind).await;
        }
        let came = messages.len() - early.len();
        Ok((fine || came > 0).then_some(came))
    }

    /// The wanted reviews that are missing, and the messages to deliver again because the record of
    /// their submission may still arrive.
    fn sorted(&mut self, messages: &[Message]) -> (Vec<Collected>, HashSet<usize>) {
        let (mut new, mut ids, mut early) = (Vec::new(), HashSet::new(), HashSet::new());
        for (index, message) in messages.iter().enumerate() {
            let head = match RecordHead::from_json(&message.payload) {
                Ok(head) => head,
                Err(error) => {
                    self.strange(match error {
                        RecordError::UnknownSchema(schema) => {
                            format!("the schema is {schema:?}, not {SCHEMA:?}")
                        }
                        // Its own message could show values.
                        _ => format!("not a {SCHEMA:?} record"),
                    });
                    continue;
                }
            };
            if self.have.contains(&head.id) || ids.contains(&head.id) {
                self.metrics.known.inc();
            } else if self.wanted.ids.contains(&head.id) {
                let mut text = message.payload.to_vec();
                text.push(b'\n');
                ids.insert(head.id.clone());
                new.push(Collected {
                    id: head.id,
                    verdict: head.verdict,
                    line: text,
                });
            } else if !self.wanted.whole() {
                early.insert(index);
            }
        }
        (new, early)
    }

    fn strange(&mut self, reason: String) {
        self.metrics.foreign.inc();
        let (count, _) = self.foreign.get_or_insert((0, reason));
        *count += 1;
    }
}
