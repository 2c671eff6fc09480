//! The JPEG decoder beside its peers, in thread CPU time. Criterion measures one decoder after the
//! other; the table of paired ratios before it is what comparisons rest on.
#![expect(clippy::print_stdout, reason = "the ratios are for people")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use shomei_benches::cpu::{CpuTime, short};
use shomei_benches::jpeg::{case_name, cases, corpus, decoders, heading, paired, row};

/// Rounds of the paired ratios.
const ROUNDS: usize = 9;

fn jpeg(criterion: &mut Criterion<CpuTime>) {
    let files = match corpus() {
        Ok(files) => files,
        Err(error) => {
            println!("no corpus: {error}");
            return;
        }
    };
    let mut group = criterion.benchmark_group("jpeg");
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

criterion_group!(name = benches; config = short(CpuTime); targets = jpeg);
criterion_main!(benches);
