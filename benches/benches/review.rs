//! One photo, from bytes to verdict, on one thread.

use criterion::{Criterion, criterion_group, criterion_main};
use shomei::Reviewer;

fn review(criterion: &mut Criterion) {
    let (Ok(reviewer), names) = (
        Reviewer::builder().build(),
        [
            "accept_studio_man_01.jpg",
            "accept_progressive.jpg",
            "not_jpeg.png",
        ],
    ) else {
        return;
    };
    let mut group = criterion.benchmark_group("review");
    for name in names {
        let Ok(bytes) = shomei_benches::photo(name) else {
            continue;
        };
        group.bench_function(name, |bencher| bencher.iter(|| reviewer.review(&bytes)));
    }
    group.finish();
}

criterion_group!(benches, review);
criterion_main!(benches);
