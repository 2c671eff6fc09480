//! The JPEG decoder beside its peers, in thread CPU time. Criterion measures one decoder after the
//! other; the table of paired ratios before it is what comparisons rest on.
#![allow(clippy::print_stdout, reason = "the ratios are for people")]

use std::time::Duration;

use cpu_time::ThreadTime;
use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use shomei_benches::jpeg::{case_name, cases, corpus, decoders, heading, paired, row};

/// Rounds of the paired ratios.
const ROUNDS: usize = 9;

/// CPU time of this thread: what other programs do does not count.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = ThreadTime;
    type Value = Duration;

    fn start(&self) -> ThreadTime {
        ThreadTime::now()
    }

    fn end(&self, start: ThreadTime) -> Duration {
        start.elapsed()
    }

    fn add(&self, a: &Duration, b: &Duration) -> Duration {
        *a + *b
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        value.as_nanos() as f64
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn jpeg(criterion: &mut Criterion<CpuTime>) {
    let files = match corpus() {
        Ok(files) => files,
        Err(error) => {
            println!("no corpus: {error}");
            return;
        }
    };
    let mut group = criterion.benchmark_group("jpeg");
    group
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    let mut first = true;
    for (name, file) in &files {
        for (scale, precision) in cases(file) {
            let case = case_name(scale, precision);
            let paired = paired(file, scale, precision, ROUNDS);
            if std::mem::take(&mut first) {
                println!("{}", heading(&paired));
            }
            println!("{}", row(name, &case, &paired));
            for (decoder, mut decode) in decoders(file, scale, precision) {
                let id = BenchmarkId::new(decoder, format!("{name} {case}"));
                group.bench_function(id, |bencher| bencher.iter(&mut decode));
            }
        }
    }
    group.finish();
}

criterion_group!(
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = jpeg
);
criterion_main!(benches);
