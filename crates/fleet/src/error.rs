//! Errors that are not about a photo.

use std::path::PathBuf;

/// Why a command of the fleet ended early. The streams keep their contents.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting is not valid.
    #[error("{key}: {value:?} is not allowed; allowed: {allowed}")]
    Setting {
        /// The name of the setting.
        key: &'static str,
        /// Its value; not a secret.
        value: String,
        /// The allowed values.
        allowed: String,
    },
    /// A file of a setting cannot be read.
    #[error("{key} {path:?}")]
    File {
        /// The setting that names the file.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The NATS server does not answer or refuses the connection.
    #[error("NATS server {server}: {reason}")]
    Connect {
        /// Its address, without credentials.
        server: String,
        /// Why.
        reason: String,
    },
    /// The port for the metrics is not available.
    #[error("--metrics {address}: cannot listen on this address")]
    Listen {
        /// What was asked for.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A stream is missing, or is not ours.
    #[error("stream {stream:?}: {reason}")]
    Stream {
        /// Its name.
        stream: String,
        /// What is wrong.
        reason: String,
    },
    /// A request to JetStream failed for too long.
    #[error("JetStream did not {what}: {reason}")]
    JetStream {
        /// What was asked for.
        what: &'static str,
        /// The message of the server.
        reason: String,
    },
    /// The jobs are for other models or policies than this worker has.
    #[error("this worker refuses the jobs: {0}")]
    Refused(String),
    /// The object store failed for too many photos in a row.
    #[error("the object store failed for {photos} photos in a row: {reason}")]
    Store {
        /// The number of photos.
        photos: usize,
        /// The reason for the last photo.
        reason: String,
    },
    /// A message is not ours.
    #[error(transparent)]
    Message(#[from] crate::messages::MessageError),
    /// An earlier submission differs.
    #[error("{0}")]
    Submission(String),
    /// The threads cannot be started.
    #[error("cannot start threads")]
    Threads(#[source] std::io::Error),
    /// The receiver of the reviews failed.
    #[error("{0:#}")]
    Taker(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    pub(crate) fn stream(stream: &str, reason: impl Into<String>) -> Self {
        Self::Stream {
            stream: stream.to_owned(),
            reason: reason.into(),
        }
    }

    /// Makes an error from the reason why JetStream did not do `what`.
    pub(crate) fn jet_stream<E: ToString>(what: &'static str) -> impl Fn(E) -> Self {
        move |reason| Self::JetStream {
            what,
            reason: reason.to_string(),
        }
    }
}
