//! What all requests share, and what one request leaves for the log.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use shomei::{Reviewer, Verdict};

use crate::admission::{Admission, Gate};
use crate::config::Config;
use crate::metrics::Metrics;

/// State that all requests share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) reviewer: OnceLock<Reviewer>,
    pub(crate) gate: Arc<Gate>,
    pub(crate) admission: Admission,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) max_body: u64,
    pub(crate) upload_timeout: Duration,
    pub(crate) deadline: Duration,
}

impl App {
    pub(crate) fn new(config: &Config) -> Arc<Self> {
        Arc::new(Self {
            reviewer: OnceLock::new(),
            gate: Gate::new(),
            admission: Admission::new(config),
            metrics: Arc::new(Metrics::new()),
            max_body: config.max_body,
            upload_timeout: config.upload_timeout,
            deadline: config.deadline,
        })
    }

    /// Sets the reviewer.
    pub(crate) fn open(&self, reviewer: Reviewer) {
        // The first one is kept.
        let _set = self.reviewer.set(reviewer);
        self.gate.open();
    }
}

/// The facts about a request that the log contains.
#[derive(Debug)]
pub(crate) struct Facts {
    pub(crate) id: String,
    bytes: AtomicU64,
    verdict: OnceLock<Verdict>,
}

impl Facts {
    pub(crate) const fn new(id: String) -> Self {
        Self {
            id,
            bytes: AtomicU64::new(0),
            verdict: OnceLock::new(),
        }
    }

    pub(crate) fn uploaded(&self, bytes: usize) {
        self.bytes.store(bytes as u64, Ordering::Relaxed);
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    pub(crate) fn judged(&self, verdict: Verdict) {
        // A request has one photo.
        let _set = self.verdict.set(verdict);
    }

    pub(crate) fn verdict(&self) -> Option<Verdict> {
        self.verdict.get().copied()
    }
}
