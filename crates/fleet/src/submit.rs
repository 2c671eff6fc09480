//! `shomei submit`: puts a job for each photo into the queue.
//!
//! Jobs are submitted in parts. When the queue has acknowledged a whole part, a record of it is
//! stored. However a submission was stopped, it continues after its last record. The incomplete part
//! is submitted again: the queue drops duplicates that it recognises, and a photo that is reviewed
//! twice is collected once.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::num::NonZeroUsize;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::connection::{Access, Connection};
use crate::error::Error;
use crate::messages::{Job, Message, Photo, Submission, Submitted, key};
use crate::metrics::{self, SubmitMetrics};
use crate::runtime::runtime;

/// Photos in a part.
const PART: usize = 500;

/// How many jobs may wait for their acknowledgement if the server is slow.
const UNACKNOWLEDGED: usize = 256;

/// Settings of a submission.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Submit {
    /// The server.
    pub access: Access,
    /// The name of the streams.
    pub stream: String,
    /// Servers that keep each message; used when the streams are created.
    pub replicas: NonZeroUsize,
    /// The address for metrics.
    pub metrics: Option<SocketAddr>,
}

/// How a submission ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubmitEnd {
    /// Number of photos.
    pub total: u64,
    /// Number of photos that an earlier run submitted.
    pub before: u64,
    /// Number of submitted photos, including `before`. Fewer than all if it was stopped.
    pub submitted: u64,
}

impl Submit {
    /// A submission to the server of `access`.
    #[must_use]
    pub fn new(access: Access, stream: impl Into<String>) -> Self {
        Self {
            access,
            stream: stream.into(),
            replicas: NonZeroUsize::MIN,
            metrics: None,
        }
    }

    /// Submits the photos that were not submitted yet. Calls `told` with the number of submitted
    /// photos, and checks `stop` between parts.
    ///
    /// # Errors
    /// If the server cannot be reached or stores nothing for a long time, or if an id is in another
    /// submission.
    pub fn run(
        &self,
        submission: &Submission,
        told: impl FnMut(u64),
        stop: impl Fn() -> bool,
    ) -> Result<SubmitEnd, Error> {
        runtime()?.block_on(self.submit(submission, told, stop))
    }

    async fn submit(
        &self,
        submission: &Submission,
        mut told: impl FnMut(u64),
        stop: impl Fn() -> bool,
    ) -> Result<SubmitEnd, Error> {
        let metrics = SubmitMetrics::new();
        metrics::serve(self.metrics, &metrics.registry).await?;
        let connection = Connection::open(&self.access, &self.stream).await?;
        connection.create(self.replicas.get()).await?;
        let (records, _) = connection.submitted(0).await?;
        let before = before(submission, &records)?;
        metrics.photos.set(submission.photos.len() as i64);
        metrics.submitted.inc_by(before);
        let subject = &connection.names.submitted;
        let digest = submission.digest();
        if before == 0 {
            let record = Submitted::new(submission, 0, Vec::new());
            connection
                .put(subject, &format!("{digest}-"), record.write())
                .await?;
        }
        let mut submitted = before;
        told(submitted);
        let rest = usize::try_from(before).ok();
        let rest = rest.and_then(|before| submission.photos.get(before..));
        for part in rest.unwrap_or_default().chunks(PART) {
            if stop() {
                break;
            }
            self.part(&connection, submission, part, &metrics).await?;
            let ids = part.iter().map(|photo| photo.id.clone()).collect();
            let record = Submitted::new(submission, submitted, ids);
            connection
                .put(subject, &format!("{digest}-{submitted}"), record.write())
                .await?;
            submitted += part.len() as u64;
            metrics.submitted.inc_by(part.len() as u64);
            told(submitted);
        }
        Ok(SubmitEnd {
            total: submission.photos.len() as u64,
            before,
            submitted,
        })
    }

    /// All jobs of a part are in the queue.
    async fn part(
        &self,
        connection: &Connection,
        submission: &Submission,
        part: &[Photo],
        metrics: &SubmitMetrics,
    ) -> Result<(), Error> {
        let puts = part.iter().map(|photo| async move {
            let job = Job::new(&submission.settings, photo);
            let subject = &connection.names.jobs;
            let new = connection
                .put(subject, &key(&photo.id), job.write())
                .await?;
            if !new {
                metrics.known.inc();
            }
            Ok::<_, Error>(())
        });
        stream::iter(puts)
            .buffer_unordered(UNACKNOWLEDGED)
            .try_collect()
            .await
    }
}

/// The number of photos of `submission` that were submitted before.
fn before(submission: &Submission, records: &[Submitted]) -> Result<u64, Error> {
    let mut before = 0;
    let particulars = submission.particulars();
    let mut others: HashSet<&str> = HashSet::new();
    for record in records {
        if record.submission != submission.digest() {
            others.extend(record.ids.iter().map(String::as_str));
            continue;
        }
        if record.particulars != particulars {
            return Err(Error::Submission(
                "these photos were submitted before with other exceptions or policies; run the same \
                 command again to continue, or use another --stream"
                    .to_owned(),
            ));
        }
        if let Some(difference) = record.settings.difference(&submission.settings) {
            return Err(Error::Submission(format!(
                "these photos were submitted before in another way ({difference}); run the same \
                 command again to continue, or use another --stream"
            )));
        }
        if record.from == before {
            before += record.ids.len() as u64;
        }
    }
    let ids = submission.photos.iter().map(|photo| photo.id.as_str());
    let twice: Vec<_> = ids.filter(|id| others.contains(id)).collect();
    if let Some(first) = twice.first() {
        return Err(Error::Submission(format!(
            "{} of {} ids were submitted before with another list of photos, the first of them \
             {first:?}; an id can be in a stream only once",
            twice.len(),
            submission.photos.len(),
        )));
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::Settings;
    use shomei::wire::v1::{Engine, PolicyRecord};

    fn submission(ids: &[&str], lang: &str) -> Submission {
        let policy = PolicyRecord {
            name: "own".to_owned(),
            hash: "abc".to_owned(),
        };
        let settings = Settings {
            engine: Engine {
                version: "1".to_owned(),
                models: "m".to_owned(),
            },
            policies: vec![policy.clone()],
            policy,
            lang: lang.to_owned(),
            timings: false,
        };
        let photo = |id: &&str| Photo {
            id: (*id).to_owned(),
            url: "file:///a".to_owned(),
            waivers: "".parse().unwrap(),
            policy: None,
        };
        Submission::new(settings, ids.iter().map(photo).collect())
    }

    #[test]
    fn it_goes_on_behind_the_last_record() {
        let own = submission(&["a", "b", "c"], "en");
        let record = |of: &Submission, from, ids: &[&str]| {
            Submitted::new(of, from, ids.iter().map(|&id| id.to_owned()).collect())
        };
        assert_eq!(before(&own, &[]).unwrap(), 0);
        let opened = record(&own, 0, &[]);
        let other = submission(&["x", "y"], "en");
        let records = [
            opened,
            record(&other, 0, &["x", "y"]),
            record(&own, 0, &["a", "b"]),
        ];
        assert_eq!(before(&own, &records).unwrap(), 2);
        // Two runs at once: each part counts once.
        let twice = [records.to_vec(), vec![record(&own, 0, &["a", "b"])]].concat();
        assert_eq!(before(&own, &twice).unwrap(), 2);

        let changed = submission(&["a", "b", "c"], "ja");
        let error = before(&changed, &records).unwrap_err().to_string();
        assert!(error.contains("(language en, and ja)"), "{error}");
        let error = before(&submission(&["z", "y"], "en"), &records)
            .unwrap_err()
            .to_string();
        assert!(
            error.starts_with("1 of 2 ids") && error.contains("\"y\""),
            "{error}"
        );
    }
}
