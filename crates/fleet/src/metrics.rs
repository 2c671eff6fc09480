//! Metrics for Prometheus.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use shomei::Verdict;
use tokio::net::TcpListener;

use crate::error::Error;

const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the buckets in seconds, around the time of a review.
const SECONDS: [f64; 12] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8,
];

type Labelled = Family<[(&'static str, &'static str); 1], Counter>;

/// Serves `/metrics` and `/healthz` until the process ends.
pub(crate) async fn serve(
    address: Option<SocketAddr>,
    registry: &Arc<Registry>,
) -> Result<(), Error> {
    let Some(address) = address else {
        return Ok(());
    };
    let failed = |source| Error::Listen { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let metrics_listen = listener.local_addr().map_err(failed)?;
    tracing::info!(%metrics_listen, "listening");
    let registry = Arc::clone(registry);
    let metrics = move || {
        let mut body = String::new();
        // Writing to a string cannot fail.
        let _written = text::encode(&mut body, &registry);
        async move { ([(CONTENT_TYPE, TEXT)], body) }
    };
    let router = Router::new()
        .route("/metrics", get(metrics))
        .route("/healthz", get(|| async { "ok\n" }));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(())
}

/// Metrics of `shomei submit`.
#[derive(Debug)]
pub(crate) struct SubmitMetrics {
    pub(crate) registry: Arc<Registry>,
    pub(crate) photos: Gauge,
    pub(crate) submitted: Counter,
    pub(crate) known: Counter,
}

impl SubmitMetrics {
    pub(crate) fn new() -> Self {
        let (photos, submitted, known) = <(Gauge, Counter, Counter)>::default();
        let mut registry = Registry::default();
        registry.register(
            "shomei_submission_photos",
            "Photos to submit",
            photos.clone(),
        );
        registry.register(
            "shomei_submitted",
            "Photos whose jobs the queue keeps, those of earlier runs included",
            submitted.clone(),
        );
        registry.register(
            "shomei_submitted_known",
            "Jobs that the queue dropped because it had them already",
            known.clone(),
        );
        Self {
            registry: Arc::new(registry),
            photos,
            submitted,
            known,
        }
    }
}

/// Metrics of `shomei work`.
#[derive(Debug)]
pub(crate) struct WorkMetrics {
    pub(crate) registry: Arc<Registry>,
    reviews: Labelled,
    /// Returned jobs by reason.
    pub(crate) returned: Labelled,
    pub(crate) redelivered: Counter,
    pub(crate) dead: Counter,
    pub(crate) reading: Histogram,
    pub(crate) reviewing: Histogram,
    pub(crate) in_flight: Gauge,
    pub(crate) waiting: Gauge,
}

impl WorkMetrics {
    pub(crate) fn new() -> Self {
        let (reviews, returned) = <(Labelled, Labelled)>::default();
        let (redelivered, dead) = <(Counter, Counter)>::default();
        let (in_flight, waiting) = <(Gauge, Gauge)>::default();
        let (reading, reviewing) = (Histogram::new(SECONDS), Histogram::new(SECONDS));
        let mut registry = Registry::default();
        registry.register("shomei_reviews", "Reviews by verdict", reviews.clone());
        registry.register(
            "shomei_returned",
            "Jobs returned to the queue, by reason",
            returned.clone(),
        );
        registry.register(
            "shomei_redelivered",
            "Jobs that came here after somebody had them before",
            redelivered.clone(),
        );
        registry.register("shomei_dead", "Jobs given up", dead.clone());
        let unit = || Unit::Seconds;
        registry.register_with_unit(
            "shomei_reading",
            "Getting the bytes of a photo",
            unit(),
            reading.clone(),
        );
        registry.register_with_unit(
            "shomei_reviewing",
            "Time of a review",
            unit(),
            reviewing.clone(),
        );
        registry.register(
            "shomei_in_flight",
            "Jobs that this worker has",
            in_flight.clone(),
        );
        registry.register(
            "shomei_lag",
            "Jobs in the queue that no worker has, of all workers together",
            waiting.clone(),
        );
        Self {
            registry: Arc::new(registry),
            reviews,
            returned,
            redelivered,
            dead,
            reading,
            reviewing,
            in_flight,
            waiting,
        }
    }

    pub(crate) fn reviewed(&self, verdict: Verdict, time: Duration) {
        self.reviewing.observe(time.as_secs_f64());
        self.reviews
            .get_or_create(&[("verdict", verdict.as_str())])
            .inc();
    }

    pub(crate) fn returned(&self, reason: &'static str) {
        self.returned.get_or_create(&[("reason", reason)]).inc();
    }
}

/// Metrics of `shomei collect`.
#[derive(Debug)]
pub(crate) struct CollectMetrics {
    pub(crate) registry: Arc<Registry>,
    pub(crate) collected: Counter,
    pub(crate) known: Counter,
    pub(crate) foreign: Counter,
    pub(crate) missing: Gauge,
}

impl CollectMetrics {
    pub(crate) fn new() -> Self {
        let (collected, known, foreign) = <(Counter, Counter, Counter)>::default();
        let missing = Gauge::default();
        let mut registry = Registry::default();
        registry.register("shomei_collected", "Reviews written", collected.clone());
        registry.register(
            "shomei_collected_known",
            "Reviews that were there already",
            known.clone(),
        );
        registry.register(
            "shomei_collected_foreign",
            "Messages among the results that are no reviews",
            foreign.clone(),
        );
        registry.register(
            "shomei_missing",
            "Submitted photos without a review",
            missing.clone(),
        );
        Self {
            registry: Arc::new(registry),
            collected,
            known,
            foreign,
            missing,
        }
    }
}
