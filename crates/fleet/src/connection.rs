//! The connection to the server: credentials, the streams, and publishing to them.

use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::context::{Context, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::stream::{
    self, DiscardPolicy, LastRawMessageErrorKind, RetentionPolicy, StorageType, Stream,
};
use async_nats::{Client, ConnectErrorKind, ConnectOptions, Event, ServerAddr, jetstream};
use futures_util::StreamExt;
use tokio::time::{Instant, sleep, timeout};

use crate::error::Error;
use crate::messages::{Message, Submitted};

/// Time limit for connecting and for the answer to a request.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long an operation is retried while the server cannot be reached.
pub(crate) const AWAY: Duration = Duration::from_secs(120);

/// Between two tries.
pub(crate) const BETWEEN: Duration = Duration::from_millis(250);

/// How long the server recognises duplicates. Later duplicates are recognised by their id.
const WINDOW: Duration = Duration::from_secs(600);

/// How long a request for messages waits at the server.
pub(crate) const PULL: Duration = Duration::from_secs(1);

/// The address of the server, and the credentials for it.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct Access {
    /// Addresses separated by `,`: `nats://HOST:PORT` or `tls://HOST:PORT`, without credentials.
    pub url: String,
    /// A file of credentials from `nsc`.
    pub credentials: Option<PathBuf>,
    /// A name and a password.
    pub user: Option<(String, String)>,
    /// A token.
    pub token: Option<String>,
    /// Certificates (PEM) to verify the server with, in addition to those of the system.
    pub ca: Option<PathBuf>,
    /// This client's certificate and its key (PEM).
    pub certificate: Option<(PathBuf, PathBuf)>,
}

impl fmt::Debug for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Access").finish_non_exhaustive()
    }
}

impl Access {
    /// Access without credentials to the server at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            ..Self::default()
        }
    }

    fn servers(&self) -> Result<Vec<ServerAddr>, Error> {
        let wrong = |value: &str, allowed: &str| Error::Setting {
            key: "--nats",
            value: value.to_owned(),
            allowed: allowed.to_owned(),
        };
        let form = "nats://HOST:PORT or tls://HOST:PORT, several separated by \",\"";
        self.url
            .split(',')
            .map(|text| {
                // Not even in an error.
                if text.contains('@') {
                    return Err(wrong(
                        "…@…",
                        "an address without a password, which belongs into \
                         NATS_PASSWORD, or a file of --creds",
                    ));
                }
                let address: ServerAddr = text.trim().parse().map_err(|_| wrong(text, form))?;
                match address.scheme() {
                    "nats" | "tls" => Ok(address),
                    _ => Err(wrong(text, form)),
                }
            })
            .collect()
    }

    /// The options. Checks all files first, because the client's own errors do not name them.
    fn options(&self) -> Result<ConnectOptions, Error> {
        let read = |key, path: &PathBuf| {
            fs::read_to_string(path).map_err(|source| Error::File {
                key,
                path: path.clone(),
                source,
            })
        };
        let mut options = ConnectOptions::new()
            .name("shomei")
            .connection_timeout(PATIENCE)
            .request_timeout(Some(PATIENCE))
            .event_callback(|event| async move { told(&event) });
        if let Some(path) = &self.credentials {
            options = options
                .credentials(&read("--creds", path)?)
                .map_err(|source| Error::File {
                    key: "--creds",
                    path: path.clone(),
                    source,
                })?;
        }
        if let Some((user, password)) = &self.user {
            options = options.user_and_password(user.clone(), password.clone());
        }
        if let Some(token) = &self.token {
            options = options.token(token.clone());
        }
        if let Some(path) = &self.ca {
            read("--tls-ca", path)?;
            options = options.add_root_certificates(path.clone());
        }
        if let Some((certificate, key)) = &self.certificate {
            read("--tls-cert", certificate)?;
            read("--tls-key", key)?;
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
        Ok(options)
    }

    async fn connect(&self) -> Result<Client, Error> {
        let servers = self.servers()?;
        let options = self.options()?;
        options.connect(servers).await.map_err(|error| {
            let reason = match error.kind() {
                ConnectErrorKind::AuthorizationViolation => "the credentials are refused",
                ConnectErrorKind::Authentication => "the credentials are not valid",
                ConnectErrorKind::TimedOut => "no answer",
                ConnectErrorKind::Dns => "unknown host name",
                ConnectErrorKind::Tls => "cannot establish an encrypted connection",
                _ => "cannot be reached",
            };
            let cause = std::error::Error::source(&error);
            let cause = cause.map(|cause| format!(" ({cause})")).unwrap_or_default();
            Error::Connect {
                server: self.url.clone(),
                reason: format!("{reason}{cause}"),
            }
        })
    }
}

fn told(event: &Event) {
    match event {
        Event::Connected => tracing::info!("connected to NATS"),
        Event::Disconnected => tracing::warn!("disconnected from NATS"),
        Event::ServerError(error) => tracing::error!(%error, "error of the NATS server"),
        Event::ClientError(_) | Event::SlowConsumer(_) => {
            tracing::warn!("error of the NATS client");
        }
        _ => tracing::debug!("NATS event"),
    }
}

/// The two streams of a name: the queue of jobs, and the results.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    /// The queue's stream.
    pub(crate) queue: String,
    /// The stream of results.
    pub(crate) kept: String,
    pub(crate) jobs: String,
    pub(crate) results: String,
    pub(crate) dead: String,
    pub(crate) submitted: String,
}

/// The name of the consumer that all workers share.
pub(crate) const WORKERS: &str = "workers";

impl Names {
    fn new(name: &str) -> Result<Self, Error> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if name.is_empty() || name.len() > 64 || !name.bytes().all(allowed) {
            return Err(Error::Setting {
                key: "--stream",
                value: name.chars().take(80).collect(),
                allowed: "1 to 64 of A-Z, a-z, 0-9, - and _".to_owned(),
            });
        }
        Ok(Self {
            queue: name.to_owned(),
            kept: format!("{name}-results"),
            jobs: format!("{name}.jobs"),
            results: format!("{name}.results"),
            dead: format!("{name}.dead"),
            submitted: format!("{name}.submitted"),
        })
    }
}

/// A connection, and its streams.
#[derive(Clone, Debug)]
pub(crate) struct Connection {
    pub(crate) js: Context,
    pub(crate) names: Names,
}

impl Connection {
    pub(crate) async fn open(access: &Access, stream: &str) -> Result<Self, Error> {
        let names = Names::new(stream)?;
        // Both the NATS client and that of the object stores speak by this one.
        let _already = rustls::crypto::ring::default_provider().install_default();
        let js = jetstream::new(access.connect().await?);
        Ok(Self { js, names })
    }

    /// Creates the streams, or checks that the existing ones are ours.
    pub(crate) async fn create(&self, replicas: usize) -> Result<(), Error> {
        let names = &self.names;
        let base = stream::Config {
            storage: StorageType::File,
            // What is full refuses, and forgets nothing.
            discard: DiscardPolicy::New,
            num_replicas: replicas,
            duplicate_window: WINDOW,
            ..stream::Config::default()
        };
        let streams = [
            stream::Config {
                name: names.queue.clone(),
                subjects: vec![names.jobs.clone()],
                retention: RetentionPolicy::WorkQueue,
                ..base.clone()
            },
            stream::Config {
                name: names.kept.clone(),
                subjects: [&names.results, &names.dead, &names.submitted]
                    .map(String::clone)
                    .to_vec(),
                retention: RetentionPolicy::Limits,
                ..base
            },
        ];
        for config in streams {
            let found = self.js.get_or_create_stream(config.clone()).await;
            let wrong = |reason: &str| Error::stream(&config.name, reason);
            let found = found.map_err(|error| wrong(&format!("cannot be created ({error})")))?;
            let is = &found.cached_info().config;
            if is.retention != config.retention || is.subjects != config.subjects {
                let reason = "exists already with other settings; choose another --stream";
                return Err(wrong(reason));
            }
        }
        Ok(())
    }

    /// The stream of the queue (`true`) or of the results, which must exist.
    pub(crate) async fn stream(&self, queue: bool) -> Result<Stream, Error> {
        let names = &self.names;
        let name = if queue { &names.queue } else { &names.kept };
        self.js.get_stream(name).await.map_err(|error| {
            use async_nats::jetstream::ErrorCode;
            use async_nats::jetstream::context::GetStreamErrorKind;
            let reason = match error.kind() {
                GetStreamErrorKind::JetStream(of)
                    if of.error_code() == ErrorCode::STREAM_NOT_FOUND =>
                {
                    "does not exist; `shomei submit` creates it".to_owned()
                }
                _ => error.to_string(),
            };
            Error::stream(name, reason)
        })
    }

    /// Publishes a message and waits until the stream has stored it. Retries while the server cannot
    /// be reached. Returns `false` if the stream had it already.
    pub(crate) async fn put(
        &self,
        subject: &str,
        key: &str,
        payload: Vec<u8>,
    ) -> Result<bool, Error> {
        let payload = bytes::Bytes::from(payload);
        let start = Instant::now();
        loop {
            let message = PublishMessage::build()
                .payload(payload.clone())
                .message_id(key);
            let sent = match self.js.send_publish(subject.to_owned(), message).await {
                Ok(sent) => sent.await,
                Err(error) => Err(error),
            };
            let error = match sent {
                Ok(kept) => return Ok(!kept.duplicate),
                Err(error) => error,
            };
            let hopeless = error.kind() == PublishErrorKind::MaxPayloadExceeded;
            if hopeless || start.elapsed() > AWAY {
                return Err(Error::jet_stream("store a message")(error));
            }
            tracing::debug!(kind = ?error.kind(), "not stored yet");
            sleep(BETWEEN).await;
        }
    }

    /// The last submission record.
    pub(crate) async fn last_submitted(&self) -> Result<Option<Submitted>, Error> {
        let stream = self.stream(false).await?;
        let last = stream
            .get_last_raw_message_by_subject(&self.names.submitted)
            .await;
        match last {
            Ok(message) => Ok(Some(Submitted::read(&message.payload)?)),
            Err(error) if error.kind() == LastRawMessageErrorKind::NoMessageFound => Ok(None),
            Err(error) => Err(Error::jet_stream("return the submission records")(error)),
        }
    }

    /// The submission records from this sequence number on, and the number after the last one.
    pub(crate) async fn submitted(&self, from: u64) -> Result<(Vec<Submitted>, u64), Error> {
        const WHAT: &str = "deliver stored messages";
        let stream = self.stream(false).await?;
        let config = pull::Config {
            deliver_policy: DeliverPolicy::ByStartSequence {
                start_sequence: from.max(1),
            },
            ack_policy: AckPolicy::None,
            filter_subject: self.names.submitted.clone(),
            inactive_threshold: Duration::from_secs(60),
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = stream.create_consumer(config).await;
        let consumer = consumer.map_err(Error::jet_stream(WHAT))?;
        let mut left = consumer.cached_info().num_pending;
        let (mut records, mut next, mut idle) = (Vec::new(), from, 0);
        while left > 0 {
            let before = left;
            let most = usize::try_from(left).unwrap_or(usize::MAX).min(256);
            let batch = consumer.batch().max_messages(most).expires(PULL);
            let mut batch = batch.messages().await.map_err(Error::jet_stream(WHAT))?;
            while let Ok(Some(message)) = timeout(PATIENCE, batch.next()).await {
                let message = message.map_err(Error::jet_stream(WHAT))?;
                let info = message.info().map_err(Error::jet_stream(WHAT))?;
                next = info.stream_sequence + 1;
                left -= 1;
                records.push(Submitted::read(&message.payload)?);
            }
            idle = if left < before { 0 } else { idle + 1 };
            if idle == 5 {
                return Err(Error::jet_stream(WHAT)("no messages arrive"));
            }
        }
        let _deleted = stream.delete_consumer(&consumer.cached_info().name).await;
        Ok((records, next))
    }
}
