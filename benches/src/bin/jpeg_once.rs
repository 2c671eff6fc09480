//! One decode, for counting instructions:
//!
//! ```text
//! valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/jpeg_once FILE [EIGHTHS]
//! ```
//!
//! Two runs of one build give the same count to some parts in a million, so a change of code that
//! costs more than 3 % shows at once.
#![allow(
    clippy::expect_used,
    reason = "a program for people, which stops at a file that it was not made for"
)]
#![allow(clippy::print_stdout, reason = "a program for people")]

use shomei_jpeg::{Buffers, Options, Scale, decode};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let file = std::fs::read(arguments.next().expect("a file"))?;
    let eighths: u32 = arguments
        .next()
        .map_or(1, |n| n.parse().expect("1, 2, 4 or 8"));
    let scale = Scale::ALL
        .into_iter()
        .find(|s| s.eighths() == eighths)
        .expect("1, 2, 4 or 8");
    let mut buffers = Buffers::new();
    let picture = decode(&file, &Options::new(scale), &mut buffers).expect("a sound file");
    println!("{}x{}", picture.width, picture.height);
    Ok(())
}
