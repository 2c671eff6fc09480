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
use prometheus_client::registry::{Metric, Registry, Unit};
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
        let mut registry = Registry::default();
        let all = &mut registry;
        Self {
            photos: add(all, "shomei_submission_photos", "Photos to submit"),
            submitted: add(
                all,
                "shomei_submitted",
                "Photos whose jobs the queue keeps, those of earlier runs included",
            ),
            known: add(
                all,
                "shomei_submitted_known",
                "Jobs that the queue dropped because it had them already",
            ),
            registry: Arc::new(registry),
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
        let mut registry = Registry::default();
        let all = &mut registry;
        Self {
            reviews: add(all, "shomei_reviews", "Reviews by verdict"),
            returned: add(
                all,
                "shomei_returned",
                "Jobs returned to the queue, by reason",
            ),
            redelivered: add(
                all,
                "shomei_redelivered",
                "Jobs that came here after somebody had them before",
            ),
            dead: add(all, "shomei_dead", "Jobs given up"),
            reading: seconds(all, "shomei_reading", "Getting the bytes of a photo"),
            reviewing: seconds(all, "shomei_reviewing", "Time of a review"),
            in_flight: add(all, "shomei_in_flight", "Jobs that this worker has"),
            waiting: add(
                all,
                "shomei_lag",
                "Jobs in the queue that no worker has, of all workers together",
            ),
            registry: Arc::new(registry),
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
        let mut registry = Registry::default();
        let all = &mut registry;
        Self {
            collected: add(all, "shomei_collected", "Reviews written"),
            known: add(
                all,
                "shomei_collected_known",
                "Reviews that were there already",
            ),
            foreign: add(
                all,
                "shomei_collected_foreign",
                "Messages among the results that are no reviews",
            ),
            missing: add(all, "shomei_missing", "Submitted photos without a review"),
            registry: Arc::new(registry),
        }
    }
}

/// A new metric of the registry.
fn add<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

/// Like [`add`], for times in seconds.
fn seconds(registry: &mut Registry, name: &str, help: &str) -> Histogram {
    let metric = Histogram::new(SECONDS);
    registry.register_with_unit(name, help, Unit::Seconds, metric.clone());
    metric
}
