//! What can go wrong besides photos.

use std::path::PathBuf;

/// Why a command of the fleet ended early. What is in the streams stays there.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A setting cannot be used.
    #[error("{key}: {value:?} is not allowed; allowed: {allowed}")]
    Setting {
        /// Which.
        key: &'static str,
        /// What it says; nothing secret.
        value: String,
        /// What it may say.
        allowed: String,
    },
    /// A file of a setting cannot be read.
    #[error("{key} {path:?}")]
    File {
        /// Which setting.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The NATS server does not answer, or lets nobody in.
    #[error("NATS server {server}: {reason}")]
    Connect {
        /// Its address, without credentials.
        server: String,
        /// Why.
        reason: String,
    },
    /// The port of the metrics cannot be taken.
    #[error("--metrics {address}: cannot be listened at")]
    Listen {
        /// What was asked for.
        address: std::net::SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// A stream is not there, or another one than ours.
    #[error("stream {stream:?}: {reason}")]
    Stream {
        /// Its name.
        stream: String,
        /// What is the matter.
        reason: String,
    },
    /// A request to JetStream failed for longer than is waited.
    #[error("JetStream does not {what}: {reason}")]
    JetStream {
        /// What was asked for.
        what: &'static str,
        /// What it says.
        reason: String,
    },
    /// This worker has other models or rules than the photos are for.
    #[error("this worker refuses: {0}")]
    Refused(String),
    /// The object store fails for photo after photo.
    #[error("the object store failed for {photos} photos in a row: {reason}")]
    Store {
        /// How many.
        photos: usize,
        /// What it says of the last one.
        reason: String,
    },
    /// A message is none of ours.
    #[error(transparent)]
    Message(#[from] crate::messages::MessageError),
    /// What was submitted before is not the same.
    #[error("{0}")]
    Submission(String),
    /// The threads cannot be started.
    #[error("threads cannot be started")]
    Threads(#[source] std::io::Error),
    /// What takes the reviews failed.
    #[error("{0:#}")]
    Taker(Box<dyn std::error::Error + Send + Sync>),
}
