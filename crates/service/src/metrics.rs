//! Metrics for Prometheus.

use std::fs;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry, Unit};
use shomei::Review;

use crate::admission::Admission;
use crate::problem::Problem;

/// The type of [`Metrics::text`].
pub(crate) const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of the buckets in seconds, around the time of a review.
const SECONDS: [f64; 12] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 12.8,
];

type Labelled<T> = Family<[(&'static str, &'static str); 1], T>;

/// All counters.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<[(&'static str, String); 2], Counter>,
    problems: Labelled<Counter>,
    reviews: Labelled<Counter>,
    findings: Labelled<Counter>,
    upload_bytes: Counter,
    queueing: Histogram,
    reviewing: Histogram,
    waiting: Gauge,
    working: Gauge,
    held: Gauge<u64, AtomicU64>,
    resident: Gauge<u64, AtomicU64>,
    files: Gauge<u64, AtomicU64>,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::default();
        let all = &mut registry;
        Self {
            requests: add(
                all,
                "shomei_requests",
                "Answered requests by route and status; status `gone`: the client disconnected first",
            ),
            problems: add(all, "shomei_refused", "Problem documents by code"),
            reviews: add(all, "shomei_reviews", "Reviews by verdict"),
            findings: add(all, "shomei_findings", "Findings of reviews by code"),
            upload_bytes: bytes(all, "shomei_upload", "Complete uploads"),
            queueing: seconds(
                all,
                "shomei_queueing",
                "Time from the complete upload to a worker",
            ),
            reviewing: seconds(all, "shomei_reviewing", "Time of a review"),
            waiting: add(all, "shomei_waiting", "Photos that wait for a worker"),
            working: add(all, "shomei_working", "Photos that are being reviewed"),
            held: bytes(
                all,
                "shomei_upload_memory",
                "Uploads that are arriving, waiting or being reviewed",
            ),
            resident: bytes(all, "process_resident_memory", "Resident memory"),
            files: add(all, "process_open_fds", "Open file descriptors"),
            registry,
        }
    }

    pub(crate) fn answered(&self, route: &str, status: &str) {
        let labels = [("route", route.to_owned()), ("status", status.to_owned())];
        self.requests.get_or_create(&labels).inc();
    }

    pub(crate) fn refused(&self, problem: &Problem) {
        self.problems
            .get_or_create(&[("code", problem.code())])
            .inc();
    }

    pub(crate) fn uploaded(&self, bytes: usize) {
        self.upload_bytes.inc_by(bytes as u64);
    }

    pub(crate) fn queued(&self, time: Duration) {
        self.queueing.observe(time.as_secs_f64());
    }

    pub(crate) fn reviewed(&self, review: &Review, time: Duration) {
        self.reviewing.observe(time.as_secs_f64());
        self.reviews
            .get_or_create(&[("verdict", review.verdict().as_str())])
            .inc();
        for finding in review.findings() {
            self.findings
                .get_or_create(&[("code", finding.code().as_str())])
                .inc();
        }
    }

    /// All of them, in OpenMetrics' text format.
    pub(crate) fn text(&self, admission: &Admission) -> String {
        self.waiting
            .set(i64::try_from(admission.waiting()).unwrap_or(i64::MAX));
        self.working
            .set(i64::try_from(admission.working()).unwrap_or(i64::MAX));
        self.held.set(admission.held());
        if let Some(bytes) = resident() {
            self.resident.set(bytes);
        }
        if let Ok(entries) = fs::read_dir("/proc/self/fd") {
            // Without the one that is open for this reading.
            self.files.set((entries.count() as u64).saturating_sub(1));
        }
        let mut text = String::new();
        // Writing to a string cannot fail.
        let _written = text::encode(&mut text, &self.registry);
        text
    }
}

/// A new metric of the registry.
fn add<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register(name, help, metric.clone());
    metric
}

/// Like [`add`], in bytes.
fn bytes<M: Metric + Clone + Default>(registry: &mut Registry, name: &str, help: &str) -> M {
    let metric = M::default();
    registry.register_with_unit(name, help, Unit::Bytes, metric.clone());
    metric
}

/// Like [`add`], for times in seconds.
fn seconds(registry: &mut Registry, name: &str, help: &str) -> Histogram {
    let metric = Histogram::new(SECONDS);
    registry.register_with_unit(name, help, Unit::Seconds, metric.clone());
    metric
}

/// Resident memory of this process in bytes, if the system reports it.
fn resident() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib << 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    #[test]
    fn the_text_has_what_was_counted() {
        let metrics = Metrics::new();
        metrics.answered("/v1/reviews", "200");
        metrics.answered("/v1/reviews", "200");
        metrics.refused(&Problem::Busy);
        metrics.uploaded(7);
        metrics.queued(Duration::from_millis(30));
        let text = metrics.text(&Admission::new(&Config::default()));
        for line in [
            "shomei_requests_total{route=\"/v1/reviews\",status=\"200\"} 2",
            "shomei_refused_total{code=\"busy\"} 1",
            "shomei_upload_bytes_total 7",
            "shomei_queueing_seconds_bucket{le=\"0.025\"} 0",
            "shomei_queueing_seconds_bucket{le=\"0.05\"} 1",
            "shomei_waiting 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}
