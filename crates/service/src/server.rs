//! Listens, and shuts down without losing an admitted request.
//!
//! We do not use axum's own loop, because it has no settings that a public listener needs: limits on
//! the number of connections, on the time for headers, and on the life of a connection.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use shomei::Reviewer;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{self, JoinSet};
use tokio::time::{sleep, timeout};

use crate::config::Config;
use crate::state::App;

/// Memory for the headers of a request, in bytes.
const BUFFER: usize = 64 << 10;

/// How long a connection accepts new requests. This also ends a connection that reads no answers.
const LIFE: Duration = Duration::from_secs(3600);

/// How long a client may take to read its last answer.
const LAST_WORDS: Duration = Duration::from_secs(10);

/// The pause after an error of the system, such as too many open files.
const AFTER_ERROR: Duration = Duration::from_millis(100);

/// A photo for the warm-up: everything runs once before a client waits for it.
const WARM_UP: &[u8] = include_bytes!("../../../testdata/photos/accept_studio_woman_01.jpg");

/// A service that is bound to its ports.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    config: Config,
    public: TcpListener,
    metrics: TcpListener,
    addresses: (SocketAddr, SocketAddr),
}

/// Why a service ended.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServeError {
    /// A port is not available.
    #[error("{key}: cannot listen on {address}")]
    Listen {
        /// Which setting.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The reviewer cannot be built.
    #[error("cannot build the reviewer")]
    Reviewer(#[from] shomei::Error),
    /// The warm-up did not finish. A bug of ours.
    #[error("the reviewer failed at its first photo")]
    WarmUp,
    /// Admitted requests took longer than `drain_timeout`.
    #[error("the shutdown took too long; requests cut off: {0}")]
    Cut(usize),
}

impl Server {
    /// Binds both listeners to their ports.
    ///
    /// # Errors
    /// If a port is not available.
    pub async fn bind(config: Config) -> Result<Self, ServeError> {
        let (public, address) = listen("listen", config.listen).await?;
        let (metrics, metrics_address) = listen("metrics_listen", config.metrics_listen).await?;
        Ok(Self {
            app: App::new(&config),
            config,
            public,
            metrics,
            addresses: (address, metrics_address),
        })
    }

    /// The addresses for reviews and for metrics.
    #[must_use]
    pub const fn addresses(&self) -> (SocketAddr, SocketAddr) {
        self.addresses
    }

    /// Serves until `stop`, then answers all admitted requests and ends. The reviewer that `build`
    /// makes reviews one photo before the service is ready.
    ///
    /// # Errors
    /// If the reviewer cannot be built, or the shutdown took too long.
    pub async fn run(
        self,
        build: impl FnOnce() -> Result<Reviewer, shomei::Error> + Send + 'static,
        stop: impl Future<Output = ()>,
    ) -> Result<(), ServeError> {
        let (closing, closed) = watch::channel(false);
        let limits = (self.config.connections, self.config.idle_timeout);
        let mut listeners = JoinSet::new();
        listeners.spawn(serve(
            self.public,
            self.app.router(),
            limits,
            closed.clone(),
        ));
        listeners.spawn(serve(
            self.metrics,
            self.app.metrics_router(),
            limits,
            closed,
        ));
        let app = Arc::clone(&self.app);
        let start = async {
            let reviewer = task::spawn_blocking(move || {
                let reviewer = build()?;
                let _warm = reviewer.review(WARM_UP);
                Ok::<_, shomei::Error>(reviewer)
            });
            app.open(reviewer.await.map_err(|_| ServeError::WarmUp)??);
            tracing::info!("ready");
            // The other branches end only with an error.
            std::future::pending::<Result<(), ServeError>>().await
        };
        tokio::select! {
            ended = start => return ended,
            () = stop => {}
        }
        tracing::info!(inside = self.app.gate.inside(), "draining");
        self.app.gate.drain();
        let drained = timeout(self.config.drain_timeout, async {
            self.app.gate.empty().await;
            closing.send_replace(true);
            while listeners.join_next().await.is_some() {}
        });
        // Only requests inside count. A connection that reads no answers loses nothing.
        match (drained.await, self.app.gate.inside()) {
            (Err(_), cut @ 1..) => Err(ServeError::Cut(cut)),
            _ => Ok(()),
        }
    }
}

async fn listen(
    key: &'static str,
    address: SocketAddr,
) -> Result<(TcpListener, SocketAddr), ServeError> {
    let failed = |source| ServeError::Listen {
        key,
        address,
        source,
    };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// Serves all connections. After `closing`, it serves the open ones to the end of their requests.
async fn serve(
    listener: TcpListener,
    router: Router,
    (connections, idle): (usize, Duration),
    closing: watch::Receiver<bool>,
) {
    let slots = Arc::new(Semaphore::new(connections));
    let mut open = JoinSet::new();
    let mut closed = closing.clone();
    loop {
        tokio::select! {
            _ = closed.wait_for(|closed| *closed) => break,
            Some(_) = open.join_next() => {}
            (stream, slot) = accept(&listener, &slots) => {
                open.spawn(connection(stream, slot, router.clone(), idle, closing.clone()));
            }
        }
    }
    drop(listener);
    while open.join_next().await.is_some() {}
}

/// The next connection, as soon as the limit allows it.
async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // They are never closed.
    let slot = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, slot),
            Err(error) => {
                tracing::warn!(kind = ?error.kind(), "a connection cannot be accepted");
                sleep(AFTER_ERROR).await;
            }
        }
    }
}

async fn connection(
    stream: TcpStream,
    slot: Option<OwnedSemaphorePermit>,
    router: Router,
    idle: Duration,
    mut closing: watch::Receiver<bool>,
) {
    // Failure only delays answers.
    let _set = stream.set_nodelay(true);
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(idle)
        .max_buf_size(BUFFER)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    let mut served = pin!(served);
    tokio::select! {
        // The client caused the error: it disconnected, or did not speak HTTP.
        _ended = served.as_mut() => return,
        _ = closing.wait_for(|closing| *closing) => {}
        () = sleep(LIFE) => {}
    }
    served.as_mut().graceful_shutdown();
    let _ended = timeout(LAST_WORDS, served).await;
    drop(slot);
}
