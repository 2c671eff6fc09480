//! CPU milliseconds (median and least of some rounds, all bodies in turn) and allocations of each
//! stage on one photo, a line each, with tabs between: for people, for `compare.py`, and, under
//! callgrind, for `instructions.sh`.
//!
//! ```text
//! cargo run --release --workspace --bin stages -- FILE [ROUNDS] [GROUP]
//! ```
#![expect(
    clippy::expect_used,
    reason = "a program for people, which stops at a file that it was not made for"
)]
#![expect(clippy::print_stdout, reason = "a program for people")]

use std::alloc::System;
use std::path::PathBuf;

use shomei_benches::cpu::{measured, median};
use shomei_benches::stages::{Body, Engines, File, Portrait};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const WITHOUT_NETWORKS: [&str; 3] = ["read", "jpeg", "decode"];

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let path = PathBuf::from(arguments.next().expect("a file"));
    let rounds: usize = arguments.next().map_or(9, |n| n.parse().expect("a number"));
    let group = arguments.next();
    if group
        .as_deref()
        .is_some_and(|group| WITHOUT_NETWORKS.contains(&group))
    {
        measure(File::open(path)?.bodies(), rounds, group.as_deref());
    } else {
        // Loading the networks is most of what this costs under callgrind.
        let engines = Engines::load();
        let portrait = Portrait::open(path, &engines)?;
        measure(portrait.bodies(&engines), rounds, group.as_deref());
    }
    Ok(())
}

fn measure(mut bodies: Vec<Body<'_>>, rounds: usize, group: Option<&str>) {
    bodies.retain(|body| group.is_none_or(|group| body.group == group));
    let mut times = vec![Vec::new(); bodies.len()];
    let mut allocations = vec![0; bodies.len()];
    // For buffers, caches, and what is loaded when it is first needed.
    for body in &mut bodies {
        (body.run)();
    }
    for _ in 0..rounds {
        for (index, body) in bodies.iter_mut().enumerate() {
            let region = Region::new(ALLOCATOR);
            times[index].push(measured(&mut body.run));
            let change = region.change();
            allocations[index] = change.allocations + change.reallocations;
        }
    }
    println!("stage\tmedian ms\tleast ms\tallocations");
    for ((body, times), allocations) in bodies.iter().zip(times).zip(allocations) {
        let least = times.iter().copied().fold(f64::INFINITY, f64::min);
        println!("{body:?}\t{:.3}\t{least:.3}\t{allocations}", median(times));
    }
}
