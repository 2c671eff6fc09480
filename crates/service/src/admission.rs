//! Admission of requests: memory for uploads, places in the queue, workers, and the gate that
//! closes at shutdown.
//!
//! A request gets a place only when its whole photo has arrived, so slow clients do not fill the
//! queue. Dropping the owner of a place or of memory gives it back, also when the client disconnects.
//! A running review cannot be stopped, so its worker and memory are given back when it ends.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::config::Config;
use crate::problem::Problem;

/// The bytes of one memory permit.
const UNIT: u64 = 1 << 10;

/// Places and memory.
#[derive(Debug)]
pub(crate) struct Admission {
    /// Photos that wait or are being reviewed.
    places: Arc<Semaphore>,
    /// Photos in work.
    workers: Arc<Semaphore>,
    memory: Arc<Semaphore>,
    places_in_all: usize,
    workers_in_all: usize,
    units_in_all: usize,
}

/// A place for a photo that waits or is being reviewed.
#[derive(Debug)]
pub(crate) struct Place {
    _permit: OwnedSemaphorePermit,
    workers: Arc<Semaphore>,
}

/// A worker, and everything that is given back with it.
#[derive(Debug)]
pub(crate) struct Worker {
    _permit: OwnedSemaphorePermit,
    _place: Place,
}

/// Memory for the bytes of one upload.
#[derive(Debug)]
pub(crate) struct Memory {
    all: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    bytes: u64,
}

impl Admission {
    pub(crate) fn new(config: &Config) -> Self {
        let workers_in_all = config.workers.get().min(Semaphore::MAX_PERMITS);
        let places_in_all = workers_in_all
            .saturating_add(config.queue)
            .min(Semaphore::MAX_PERMITS);
        let units = usize::try_from(config.upload_memory / UNIT).unwrap_or(usize::MAX);
        let units_in_all = units.min(Semaphore::MAX_PERMITS);
        Self {
            places: Arc::new(Semaphore::new(places_in_all)),
            workers: Arc::new(Semaphore::new(workers_in_all)),
            memory: Arc::new(Semaphore::new(units_in_all)),
            places_in_all,
            workers_in_all,
            units_in_all,
        }
    }

    /// Whether a photo that arrives now would be refused.
    pub(crate) fn full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// A place, if one is free.
    pub(crate) fn place(&self) -> Result<Place, Problem> {
        let permit = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Problem::Busy)?;
        Ok(Place {
            _permit: permit,
            workers: Arc::clone(&self.workers),
        })
    }

    /// An upload that has no memory yet.
    pub(crate) fn memory(&self) -> Memory {
        Memory {
            all: Arc::clone(&self.memory),
            held: None,
            bytes: 0,
        }
    }

    /// Photos that wait for a worker.
    pub(crate) fn waiting(&self) -> usize {
        let inside = self
            .places_in_all
            .saturating_sub(self.places.available_permits());
        inside.saturating_sub(self.working())
    }

    /// Photos that are being reviewed.
    pub(crate) fn working(&self) -> usize {
        self.workers_in_all
            .saturating_sub(self.workers.available_permits())
    }

    /// Bytes that uploads hold.
    pub(crate) fn held(&self) -> u64 {
        let units = self
            .units_in_all
            .saturating_sub(self.memory.available_permits());
        (units as u64).saturating_mul(UNIT)
    }
}

impl Place {
    /// The next free worker, in the order of the calls.
    pub(crate) async fn worker(self) -> Result<Worker, Problem> {
        let permit = Arc::clone(&self.workers).acquire_owned().await;
        // It is never closed.
        let permit = permit.map_err(|_| Problem::Busy)?;
        Ok(Worker {
            _permit: permit,
            _place: self,
        })
    }
}

impl Memory {
    /// Takes memory for `bytes` more, if there is enough.
    pub(crate) fn grow(&mut self, bytes: u64) -> Result<(), Problem> {
        let bytes = self.bytes.saturating_add(bytes);
        let more = bytes.div_ceil(UNIT) - self.bytes.div_ceil(UNIT);
        if more > 0 {
            let more = u32::try_from(more).map_err(|_| Problem::Busy)?;
            let permit = Arc::clone(&self.all).try_acquire_many_owned(more);
            let permit = permit.map_err(|_| Problem::Busy)?;
            match &mut self.held {
                Some(held) => held.merge(permit),
                none => *none = Some(permit),
            }
        }
        self.bytes = bytes;
        Ok(())
    }
}

/// Admits requests until shutdown, and counts those inside.
#[derive(Debug)]
pub(crate) struct Gate(watch::Sender<State>);

#[derive(Clone, Copy, Debug, Default)]
struct State {
    ready: bool,
    draining: bool,
    inside: usize,
}

/// An admitted request, which will be answered.
#[derive(Debug)]
pub(crate) struct Inside(Arc<Gate>);

impl Gate {
    /// Closed until [`Gate::open`].
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self(watch::Sender::new(State::default())))
    }

    /// Starts to admit requests.
    pub(crate) fn open(&self) {
        self.0.send_modify(|state| state.ready = true);
    }

    /// Stops admitting requests.
    pub(crate) fn drain(&self) {
        self.0.send_modify(|state| state.draining = true);
    }

    /// Whether requests are admitted.
    pub(crate) fn ready(&self) -> Result<(), Problem> {
        self.0.borrow().ready()
    }

    /// Admits a request.
    pub(crate) fn enter(self: &Arc<Self>) -> Result<Inside, Problem> {
        let mut answer = Ok(());
        self.0.send_modify(|state| {
            answer = state.ready();
            state.inside += usize::from(answer.is_ok());
        });
        answer.map(|()| Inside(Arc::clone(self)))
    }

    /// The number of requests inside.
    pub(crate) fn inside(&self) -> usize {
        self.0.borrow().inside
    }

    /// Waits until no request is inside.
    pub(crate) async fn empty(&self) {
        let mut state = self.0.subscribe();
        // The sender is a field of this value, so it still exists.
        let _empty = state.wait_for(|state| state.inside == 0).await;
    }
}

impl State {
    const fn ready(self) -> Result<(), Problem> {
        match self {
            Self { draining: true, .. } => Err(Problem::Draining),
            Self { ready: false, .. } => Err(Problem::Starting),
            _ => Ok(()),
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0
            .0
            .send_modify(|state| state.inside = state.inside.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroUsize;
    use std::time::Duration;

    use super::*;

    fn admission(workers: usize, queue: usize, upload_memory: u64) -> Admission {
        Admission::new(&Config {
            workers: NonZeroUsize::new(workers).unwrap(),
            queue,
            upload_memory,
            ..Config::default()
        })
    }

    #[tokio::test]
    async fn those_beyond_the_queue_are_refused_and_those_who_leave_make_room() {
        let admission = admission(1, 1, 0);
        let worker = admission.place().unwrap().worker().await.unwrap();
        let waits = admission.place().unwrap().worker();
        assert!(admission.full());
        assert_eq!((admission.waiting(), admission.working()), (1, 1));
        assert_eq!(admission.place().unwrap_err(), Problem::Busy);
        // A waiting request disconnects.
        drop(waits);
        let next = admission.place().unwrap().worker();
        assert!(
            tokio::time::timeout(Duration::from_millis(1), next)
                .await
                .is_err()
        );
        let next = admission.place().unwrap().worker();
        drop(worker);
        next.await.unwrap();
        assert_eq!((admission.waiting(), admission.working()), (0, 0));
    }

    #[test]
    fn memory_is_counted_in_bytes_and_comes_back() {
        let admission = admission(1, 1, 2 * UNIT);
        let mut one = admission.memory();
        for _ in 0..UNIT {
            one.grow(1).unwrap();
        }
        let mut other = admission.memory();
        other.grow(1).unwrap();
        assert_eq!(one.grow(1), Err(Problem::Busy));
        drop(other);
        one.grow(UNIT).unwrap();
        assert_eq!(one.grow(1), Err(Problem::Busy));
        assert_eq!(admission.memory().grow(u64::MAX), Err(Problem::Busy));
    }

    #[tokio::test]
    async fn the_gate_lets_in_between_start_and_drain() {
        let gate = Gate::new();
        assert_eq!(gate.enter().unwrap_err(), Problem::Starting);
        gate.open();
        let inside = gate.enter().unwrap();
        gate.drain();
        assert_eq!(gate.enter().unwrap_err(), Problem::Draining);
        assert_eq!(gate.inside(), 1);
        drop(inside);
        gate.empty().await;
    }
}
