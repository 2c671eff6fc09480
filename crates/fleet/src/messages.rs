//! The messages: a job for each photo, submission records, and dead letters.
//!
//! Each message names its schema. A reader that does not know the schema says so and leaves the message
//! to another reader. It never guesses.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use shomei::Waivers;
use shomei::photo::hex;
use shomei::wire::v1::{Engine, PolicyRecord};
use shomei_batch::{Difference, Listing, Terms};

/// The length of the longest id in an error, in characters.
const NAMED: usize = 60;

/// A message that is not ours, or is of another version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It has another schema.
    #[error("a message of schema {found:?}; this version reads {known:?}")]
    Schema {
        /// Its schema.
        found: String,
        /// What is read.
        known: &'static str,
    },
    /// It is not a message, or is incomplete.
    #[error("not a {known} message: {reason}")]
    Unreadable {
        /// What is read.
        known: &'static str,
        /// What is wrong with it; contains none of its values.
        reason: String,
    },
}

/// A kind of message.
pub trait Message: Serialize + DeserializeOwned {
    /// The schema that it names.
    const SCHEMA: &'static str;

    /// The message in `payload`.
    ///
    /// # Errors
    /// If it has another schema, or is incomplete.
    fn read(payload: &[u8]) -> Result<Self, MessageError> {
        #[derive(Deserialize)]
        struct Named {
            schema: String,
        }
        let known = Self::SCHEMA;
        let unreadable = |error: serde_json::Error| MessageError::Unreadable {
            known,
            // Its own message could show values.
            reason: format!("{:?} error in column {}", error.classify(), error.column()),
        };
        let Named { schema } = serde_json::from_slice(payload).map_err(unreadable)?;
        if schema != known {
            let found = schema.chars().take(NAMED).collect();
            return Err(MessageError::Schema { found, known });
        }
        serde_json::from_slice(payload).map_err(unreadable)
    }

    /// The bytes of the message.
    #[must_use]
    fn write(&self) -> Vec<u8> {
        // Serialising plain data with string keys cannot fail.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// One photo to review (`shomei.job/1`), with everything that its review depends on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "shomei.job/1")]
#[non_exhaustive]
pub struct Job {
    /// The id of the photo in the output.
    pub id: String,
    /// Where its bytes are: `file:///…` or `s3://BUCKET/KEY`.
    pub url: String,
    /// Exceptions to record.
    pub waivers: Waivers,
    /// The policy to judge by.
    pub policy: PolicyRecord,
    /// The engine that must measure.
    pub engine: Engine,
    /// Language of the texts: `ja` or `en`.
    pub lang: String,
    /// Whether timings are written.
    pub timings: bool,
}

impl Message for Job {
    const SCHEMA: &'static str = "shomei.job/1";
}

impl Job {
    /// The job for the photo at `url` with the settings of the submission, or with its own `policy`.
    #[must_use]
    pub fn new(settings: &Settings, photo: &Photo) -> Self {
        Self {
            id: photo.id.clone(),
            url: photo.url.clone(),
            waivers: photo.waivers.clone(),
            policy: photo.policy.as_ref().unwrap_or(&settings.policy).clone(),
            engine: settings.engine.clone(),
            lang: settings.lang.clone(),
            timings: settings.timings,
        }
    }

    /// The id in a message of any version, if it has one.
    #[must_use]
    pub fn id_of(payload: &[u8]) -> Option<String> {
        #[derive(Deserialize)]
        struct Named {
            id: String,
        }
        serde_json::from_slice(payload).ok().map(|Named { id }| id)
    }
}

/// One photo of a submission.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// Its id in the output. Unique in a stream.
    pub id: String,
    /// Where its bytes are.
    pub url: String,
    /// Exceptions to record.
    pub waivers: Waivers,
    /// Its own policy.
    pub policy: Option<PolicyRecord>,
}

/// The settings of all photos of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// The engine that must measure.
    pub engine: Engine,
    /// The policy of photos without their own.
    pub policy: PolicyRecord,
    /// All policies that some photo is judged by.
    pub policies: Vec<PolicyRecord>,
    /// Language of the texts: `ja` or `en`.
    pub lang: String,
    /// Whether timings are written.
    pub timings: bool,
}

impl Settings {
    /// What the reviews depend on, with the digest of the exceptions and the list of the photos.
    #[must_use]
    pub fn terms(&self, exceptions: String, listing: Listing) -> Terms {
        Terms {
            engine: self.engine.clone(),
            policy: self.policy.clone(),
            lang: self.lang.clone(),
            timings: self.timings,
            fast: false,
            exceptions,
            listing,
        }
    }

    /// The first difference to `other`, with both values.
    pub(crate) fn difference(&self, other: &Self) -> Option<String> {
        let terms = |settings: &Self| settings.terms(String::new(), Listing::default());
        let policies = |settings: &Self| {
            let all = settings.policies.iter();
            let all: Vec<_> = all
                .map(|policy| format!("{} ({})", policy.name, policy.hash))
                .collect();
            all.join(", ")
        };
        terms(self)
            .difference(&terms(other))
            .or_else(|| Difference::between("policies", &policies(self), &policies(other)))
            .map(|found| format!("{} {}, and {}", found.what, found.was, found.is))
    }

    /// Why a worker with `engine` and the policies of these hashes cannot do this work.
    #[must_use]
    pub fn refusal(&self, engine: &Engine, known: impl Fn(&str) -> bool) -> Option<String> {
        if let Some(refusal) = refusal_of_engine(&self.engine, engine) {
            return Some(refusal);
        }
        let unknown = self.policies.iter().find(|policy| !known(&policy.hash))?;
        Some(refusal_of_policy(unknown))
    }
}

pub(crate) fn refusal_of_engine(asked: &Engine, own: &Engine) -> Option<String> {
    let Difference { what, was, is } = Difference::of_engines(asked, own)?;
    Some(format!(
        "the photos are for {what} {was:?}; this worker has {what} {is:?}"
    ))
}

pub(crate) fn refusal_of_policy(asked: &PolicyRecord) -> String {
    format!(
        "the photos are to be judged by the policy {:?} ({:?}), which this worker does not know; \
         give its file as --policy",
        asked.name, asked.hash
    )
}

/// A part of a submission whose jobs are all in the queue (`shomei.submitted/1`). The first record of
/// a submission has no ids and is stored before any job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "shomei.submitted/1")]
#[non_exhaustive]
pub struct Submitted {
    /// The digest of the list of photos.
    pub submission: String,
    /// The digest of the exceptions and policies of single photos.
    pub particulars: String,
    /// Number of photos of the submission.
    pub total: u64,
    /// The settings of all photos.
    pub settings: Settings,
    /// Number of photos that were submitted before these.
    pub from: u64,
    /// The photos whose jobs are in the queue with this record.
    pub ids: Vec<String>,
}

impl Message for Submitted {
    const SCHEMA: &'static str = "shomei.submitted/1";
}

impl Submitted {
    /// The record that the photos `ids` of a submission are in the queue.
    #[must_use]
    pub fn new(submission: &Submission, from: u64, ids: Vec<String>) -> Self {
        Self {
            submission: submission.digest.clone(),
            particulars: submission.particulars(),
            total: submission.photos.len() as u64,
            settings: submission.settings.clone(),
            from,
            ids,
        }
    }
}

/// A job that was given up (`shomei.dead/1`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "schema", rename = "shomei.dead/1")]
#[non_exhaustive]
pub struct Dead {
    /// The id of the photo, if the message has one.
    pub id: Option<String>,
    /// Why.
    pub reason: String,
    /// How often it was delivered.
    pub deliveries: u64,
    /// The message as received; bytes that are not UTF-8 are replaced.
    pub message: String,
}

impl Message for Dead {
    const SCHEMA: &'static str = "shomei.dead/1";
}

impl Dead {
    /// The dead letter of the message `payload`.
    #[must_use]
    pub fn new(payload: &[u8], reason: String, deliveries: u64) -> Self {
        Self {
            id: Job::id_of(payload),
            reason,
            deliveries,
            message: String::from_utf8_lossy(payload).into_owned(),
        }
    }
}

/// Photos that are submitted together.
#[derive(Clone, Debug)]
pub struct Submission {
    /// The settings of all photos.
    pub settings: Settings,
    /// The photos.
    pub photos: Vec<Photo>,
    digest: String,
}

impl Submission {
    /// Two submissions with the same ids are the same, wherever the photos are.
    #[must_use]
    pub fn new(settings: Settings, photos: Vec<Photo>) -> Self {
        let digest = list_digest(photos.iter().map(|photo| photo.id.as_str()));
        Self {
            settings,
            photos,
            digest,
        }
    }

    /// Its name.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The digest of exceptions and policies.
    #[must_use]
    pub(crate) fn particulars(&self) -> String {
        let mut digest = Sha256::new();
        for photo in &self.photos {
            let policy = photo.policy.as_ref().unwrap_or(&self.settings.policy);
            digest.update(&policy.hash);
            for code in photo.waivers.iter() {
                digest.update(",");
                digest.update(code.as_str());
            }
            digest.update(";");
        }
        hex(&digest.finalize())
    }
}

/// The digest of a list of ids, which names its submission.
#[must_use]
pub fn list_digest<'a>(ids: impl IntoIterator<Item = &'a str>) -> String {
    let mut digest = Sha256::new();
    for id in ids {
        digest.update((id.len() as u64).to_le_bytes());
        digest.update(id);
    }
    hex(&digest.finalize())
}

/// The key that recognises a duplicate message about this photo. Ids can have characters that headers
/// cannot.
#[must_use]
pub fn key(id: &str) -> String {
    hex(&Sha256::digest(id)[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> Settings {
        let policy = PolicyRecord {
            name: "own".to_owned(),
            hash: "abc".to_owned(),
        };
        Settings {
            engine: Engine {
                version: "1".to_owned(),
                models: "m".to_owned(),
            },
            policies: vec![policy.clone()],
            policy,
            lang: "en".to_owned(),
            timings: false,
        }
    }

    fn photo(id: &str) -> Photo {
        Photo {
            id: id.to_owned(),
            url: "s3://photos/a.jpg".to_owned(),
            waivers: "head_covered".parse().unwrap(),
            policy: None,
        }
    }

    #[test]
    fn messages_come_back_as_they_were() {
        let job = Job::new(&settings(), &photo("a\n\"é"));
        assert_eq!(Job::read(&job.write()), Ok(job.clone()));
        assert_eq!(Job::id_of(&job.write()).as_deref(), Some("a\n\"é"));
        let submission = Submission::new(settings(), vec![photo("a")]);
        let record = Submitted::new(&submission, 0, vec!["a".to_owned()]);
        assert_eq!(Submitted::read(&record.write()), Ok(record));
        let dead = Dead::new(b"\xffnothing", "why".to_owned(), 5);
        assert_eq!(
            (dead.id.as_deref(), dead.message.as_str()),
            (None, "\u{fffd}nothing")
        );
        assert_eq!(Dead::read(&dead.write()), Ok(dead));
    }

    #[test]
    fn other_versions_are_named_and_nonsense_shows_no_value() {
        let text = String::from_utf8(Job::new(&settings(), &photo("a")).write()).unwrap();
        let next = text.replace("shomei.job/1", "shomei.job/2");
        let error = Job::read(next.as_bytes()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "a message of schema \"shomei.job/2\"; this version reads \"shomei.job/1\""
        );
        assert_eq!(Job::id_of(next.as_bytes()).as_deref(), Some("a"));
        for wrong in [
            "",
            "nonsense",
            "[]",
            "{}",
            &text.replace("head_covered", "secret"),
            &text.replace("\"timings\":false", "\"timings\":\"secret\""),
            &text[..text.len() - 1],
        ] {
            let error = Job::read(wrong.as_bytes()).unwrap_err().to_string();
            assert!(error.starts_with("not a shomei.job/1 message: "), "{error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_worker_refuses_other_models_and_rules_and_names_both() {
        let asked = settings();
        let own = asked.engine.clone();
        assert_eq!(asked.refusal(&own, |hash| hash == "abc"), None);
        let refusal = asked.refusal(&own, |_| false).unwrap();
        assert!(refusal.contains("\"own\" (\"abc\")"), "{refusal}");
        let other = Engine {
            models: "n".to_owned(),
            ..own
        };
        let refusal = asked.refusal(&other, |_| true).unwrap();
        assert!(
            refusal.contains("models \"m\"") && refusal.contains("models \"n\""),
            "{refusal}"
        );
    }

    #[test]
    fn a_submission_is_known_by_its_ids_and_tells_what_is_particular() {
        let of = |photos: Vec<Photo>| Submission::new(settings(), photos);
        let base = of(vec![photo("a"), photo("b")]);
        let mut other = photo("a");
        other.url = "file:///a.jpg".to_owned();
        let moved = of(vec![other.clone(), photo("b")]);
        assert_eq!(
            (moved.digest(), moved.particulars()),
            (base.digest(), base.particulars())
        );
        other.waivers = Waivers::default();
        let waived = of(vec![other, photo("b")]);
        assert_eq!(waived.digest(), base.digest());
        assert_ne!(waived.particulars(), base.particulars());
        assert_eq!(base.digest(), list_digest(["a", "b"]));
        assert_ne!(list_digest(["ab"]), list_digest(["a", "b"]));
        assert_ne!(list_digest(["b", "a"]), list_digest(["a", "b"]));
        assert_ne!(key("a"), key("b"));
        assert_eq!(key("a").len(), 32);
    }
}
