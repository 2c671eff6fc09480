//! That a batch waits for the slower of disk and processors, not for both, and reads no further
//! ahead than it may. Work is simulated by sleeping, so that a busy machine changes nothing.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::sleep;
use std::time::{Duration, Instant};

use shomei::{Input, Limits, Reviewer};

const PHOTOS: u32 = 40;

/// The time that [`PHOTOS`] take which need so long to read and so long to review.
fn time(reviewer: &Reviewer, jobs: usize, read: Duration, work: Duration) -> Duration {
    let inputs = (0..PHOTOS).map(move |number| {
        Input::new(number.to_string(), move |_: &Limits| {
            sleep(read);
            Ok(b"no photo".to_vec())
        })
    });
    let batch = reviewer.batch().jobs(NonZeroUsize::new(jobs).unwrap());
    let start = Instant::now();
    let reviews = batch.map_all(inputs, move |_, _| sleep(work)).unwrap();
    assert_eq!(reviews.count(), PHOTOS as usize);
    start.elapsed()
}

#[test]
fn a_slow_disk_and_slow_work_overlap() {
    let reviewer = Reviewer::builder().build().unwrap();
    let ms = Duration::from_millis;
    for (jobs, read, work, slower) in [
        (1, ms(20), ms(20), ms(20)),
        (1, ms(10), ms(20), ms(20)),
        (1, ms(20), ms(10), ms(20)),
        (4, ms(10), ms(40), ms(10)),
    ] {
        let took = time(&reviewer, jobs, read, work);
        // The first read and the last review have nothing beside them.
        let ideal = slower * PHOTOS + read + work;
        assert!(took >= slower * PHOTOS, "{jobs}: {took:?}");
        assert!(took < ideal * 5 / 4, "{jobs} {read:?} {work:?}: {took:?}");
    }
}

#[test]
fn no_more_is_read_ahead_than_four_photos_for_each_worker() {
    let reviewer = Reviewer::builder().build().unwrap();
    for jobs in [1, 3] {
        let read = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&read);
        let inputs = (0..100).map(move |number| {
            let read = Arc::clone(&counted);
            Input::new(number.to_string(), move |_: &Limits| {
                read.fetch_add(1, Ordering::SeqCst);
                Ok(Vec::new())
            })
        });
        let batch = reviewer.batch().jobs(NonZeroUsize::new(jobs).unwrap());
        let mut reviews = batch.review_all(inputs).unwrap();
        for taken in 0..20 {
            while read.load(Ordering::SeqCst) < taken + 4 * jobs {
                sleep(Duration::from_millis(1));
            }
            sleep(Duration::from_millis(5));
            assert_eq!(read.load(Ordering::SeqCst), taken + 4 * jobs);
            assert!(reviews.next().is_some());
        }
        assert_eq!(reviews.count(), 80);
    }
}
