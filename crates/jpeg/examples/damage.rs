//! How much damage is noticed at which scale and precision: bits flipped or bytes lost at random
//! places of a sound file.
//!
//! ```text
//! cargo run --release -p shomei-jpeg --example damage -- FILE [TRIALS] [BYTES]
//! ```
//!
//! With 0 bytes, one bit is flipped in each trial; else so many bytes become noise without markers.
#![allow(clippy::print_stdout, reason = "a program for people")]
#![allow(
    clippy::expect_used,
    reason = "a program for people, which stops at a file that it was not made for"
)]
#![allow(
    clippy::cast_possible_truncation,
    reason = "bytes are cut out of words on purpose"
)]

use shomei_jpeg::{Buffers, Damage, File, Limits, Precision, Scale};

const CASES: [(Scale, Precision); 4] = [
    (Scale::Eighth, Precision::Exact),
    (Scale::Eighth, Precision::Checked),
    (Scale::Quarter, Precision::Draft),
    (Scale::Quarter, Precision::Exact),
];

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = std::fs::read(arguments.next().expect("a file"))?;
    let mut number = |default| {
        arguments
            .next()
            .map_or(default, |n| n.parse().expect("a number"))
    };
    let (trials, lost): (usize, usize) = (number(500), number(0));
    let limits = Limits::default();
    let opened = File::open(&file, &limits).expect("a JPEG");
    let header = opened.header().scan_offset;
    let mut state = 1u64;
    let mut random = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize
    };
    let mut buffers = Buffers::new();
    let mut noticed = [0; CASES.len()];
    for _ in 0..trials {
        let mut damaged = file.clone();
        let at = header + random() % (file.len() - header - lost.max(1));
        if lost == 0 {
            damaged[at] ^= 1 << (random() % 8);
        }
        for byte in &mut damaged[at..at + lost] {
            *byte = random() as u8 & 0xFE;
        }
        for (count, (scale, precision)) in noticed.iter_mut().zip(CASES) {
            let sound = File::open(&damaged, &limits)
                .and_then(|file| file.decode(scale, precision, &mut buffers))
                .is_ok_and(|picture| picture.damage.iter().all(Damage::is_harmless));
            *count += usize::from(!sound);
        }
    }
    for (count, case) in noticed.iter().zip(CASES) {
        println!("{case:?}: {count} of {trials}");
    }
    Ok(())
}
