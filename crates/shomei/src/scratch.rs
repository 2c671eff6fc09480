//! The memory that decoding works in, kept from photo to photo.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use shomei_decode::Scratch;

/// Memory for as many photos as are decoded at a time, and kept for as many as there are
/// processors: at most [`Scratch::KEPT`] bytes each.
#[derive(Debug)]
pub(crate) struct Pool {
    idle: Mutex<Vec<Scratch>>,
    /// Most that are kept.
    most: usize,
}

impl Pool {
    pub(crate) fn new() -> Self {
        let processors = thread::available_parallelism();
        Self {
            idle: Mutex::default(),
            most: processors.map_or(1, NonZeroUsize::get),
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Scratch>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `work` in memory that nobody else uses meanwhile. If it panics, that memory is dropped.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&mut Scratch) -> T) -> T {
        let mut scratch = self.idle().pop().unwrap_or_default();
        let result = work(&mut scratch);
        let mut idle = self.idle();
        if idle.len() < self.most {
            idle.push(scratch);
        }
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::panic::{AssertUnwindSafe, catch_unwind};

    #[test]
    fn as_many_are_kept_as_there_are_processors() {
        let pool = Pool {
            idle: Mutex::default(),
            most: 1,
        };
        pool.with(|_| {
            assert_eq!(pool.idle().len(), 0);
            pool.with(|_| ());
            assert_eq!(pool.idle().len(), 1);
        });
        assert_eq!(pool.idle().len(), 1);
        assert!(Pool::new().most > 0);
    }

    #[test]
    fn what_was_in_use_in_a_panic_is_not_used_again() {
        let pool = Pool::new();
        pool.with(|_| ());
        let panics = catch_unwind(AssertUnwindSafe(|| {
            pool.with(|_| panic!("on purpose"));
        }));
        assert!(panics.is_err());
        assert_eq!(pool.idle().len(), 0);
    }
}
