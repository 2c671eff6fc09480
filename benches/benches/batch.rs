//! A mixed directory at 1, 2 and all workers, in wall-clock time.
#![expect(
    clippy::expect_used,
    reason = "benchmarks stop at a file that they were not made for"
)]

use std::num::NonZeroUsize;
use std::sync::Arc;

use criterion::measurement::WallTime;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use shomei::{Input, Reviewer};
use shomei_benches::cpu::short;
use shomei_benches::inputs::files;

/// Ten photos of 1 MP and four of 12 MP.
const LARGE_ONES: usize = 4;

fn batch(criterion: &mut Criterion) {
    let mut photos = files("mix-1mp").expect("inputs");
    photos.extend(
        files("mix-12mp")
            .expect("inputs")
            .into_iter()
            .take(LARGE_ONES),
    );
    let photos: Arc<[_]> = photos.into();
    let reviewer = Reviewer::builder().build().expect("models");
    let all = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut workers = vec![1, 2, all];
    workers.dedup();
    let mut group = criterion.benchmark_group("batch");
    group.throughput(Throughput::Elements(photos.len() as u64));
    for jobs in workers.into_iter().filter_map(NonZeroUsize::new) {
        let batch = reviewer.batch().jobs(jobs);
        group.bench_function(BenchmarkId::new("workers", jobs), |bencher| {
            bencher.iter(|| {
                let photos = Arc::clone(&photos);
                let inputs = (0..photos.len()).map(move |index| {
                    let photos = Arc::clone(&photos);
                    Input::new(photos[index].0.clone(), move |_| {
                        Ok(photos[index].1.clone())
                    })
                });
                let reviews = batch.review_all(inputs).expect("threads");
                assert_eq!(reviews.count(), 10 + LARGE_ONES);
            });
        });
    }
}

criterion_group!(name = benches; config = short(WallTime); targets = batch);
criterion_main!(benches);
