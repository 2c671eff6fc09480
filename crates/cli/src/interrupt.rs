//! SIGINT and SIGTERM: the first one stops the batch after the photos in flight, a second one ends the
//! process.
//!
//! Signals within half a second count as one: `timeout` and service managers signal the process and
//! then its group, so that it gets the signal twice.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

use crate::exit;

const ONE_SIGNAL: Duration = Duration::from_millis(500);

/// How often the first signal is checked for.
const LOOKED_EVERY: Duration = Duration::from_millis(100);

/// Whether the batch should stop.
#[derive(Clone, Debug)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Interrupt {
    /// Starts to listen for signals.
    pub(crate) fn listen() -> Result<Self> {
        let (asked, armed) = (Arc::default(), Arc::default());
        for signal in [SIGINT, SIGTERM] {
            flag::register_conditional_shutdown(
                signal,
                exit::INTERRUPTED.into(),
                Arc::clone(&armed),
            )
            .and_then(|_| flag::register(signal, Arc::clone(&asked)))
            .context("cannot listen to signals")?;
        }
        let interrupt = Self(asked);
        let watched = interrupt.clone();
        thread::Builder::new()
            .name("shomei-signals".to_owned())
            .spawn(move || {
                while !watched.asked() {
                    thread::sleep(LOOKED_EVERY);
                }
                thread::sleep(ONE_SIGNAL);
                armed.store(true, Ordering::Relaxed);
            })
            .context("cannot listen to signals")?;
        Ok(interrupt)
    }

    pub(crate) fn asked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
