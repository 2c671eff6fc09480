//! Every stage of a review, and the review as a whole, in thread CPU time.

#![expect(
    clippy::expect_used,
    reason = "benchmarks stop at a file that they were not made for"
)]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use shomei::Reviewer;
use shomei_benches::cpu::{CpuTime, short};
use shomei_benches::inputs::path;
use shomei_benches::stages::{Engines, Portrait};

/// Measured by the harness `jpeg`, or below on more photos.
const ELSEWHERE: [&str; 3] = ["jpeg", "decode", "review"];

const SIZES: [&str; 4] = ["1mp", "3mp", "12mp", "12mp-progressive"];

fn stages(criterion: &mut Criterion<CpuTime>) {
    let engines = Engines::load();
    let photos: Vec<_> = SIZES
        .iter()
        .map(|&name| {
            let path = path(&format!("single/{name}.jpg")).expect("an input");
            (name, Portrait::open(path, &engines).expect("an input"))
        })
        .collect();
    for (name, portrait) in &photos {
        for mut body in portrait.bodies(&engines) {
            if !["decode", "review"].contains(&body.group) {
                continue;
            }
            let id = BenchmarkId::from_parameter(name);
            let mut group = criterion.benchmark_group(body.group);
            group.bench_function(id, |bencher| bencher.iter(&mut body.run));
        }
    }
    let Some((_, portrait)) = photos.get(2) else {
        return;
    };
    for mut body in portrait.bodies(&engines) {
        if !ELSEWHERE.contains(&body.group) {
            let mut group = criterion.benchmark_group(body.group);
            group.bench_function(body.name, |bencher| bencher.iter(&mut body.run));
        }
    }
}

fn start_up(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("start-up");
    group.bench_function("reviewer", |bencher| {
        bencher.iter(|| Reviewer::builder().build());
    });
}

criterion_group!(name = benches; config = short(CpuTime); targets = stages, start_up);
criterion_main!(benches);
