//! Peak memory that one decode adds, from `VmHWM` of this process (Linux).
//!
//! ```text
//! cargo run --release --workspace --bin jpeg_memory -- FILE [EIGHTHS]
//! ```
#![expect(
    clippy::expect_used,
    reason = "a program for people, which stops at a file that it was not made for"
)]
#![expect(clippy::print_stdout, reason = "a program for people")]

use shomei_jpeg::{Buffers, File, Limits, Precision, Scale};

fn peak_kilobytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

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
    let before = peak_kilobytes();
    let mut buffers = Buffers::new();
    let opened = File::open(&file, &Limits::default()).expect("a sound file");
    let picture = opened.decode(scale, Precision::Exact, &mut buffers);
    let picture = picture.expect("a sound file");
    println!("{}x{} at {eighths}/8", picture.width, picture.height);
    if let (Some(before), Some(after)) = (before, peak_kilobytes()) {
        println!(
            "peak memory added: {:.1} MB",
            (after - before) as f64 / 1024.0
        );
    }
    Ok(())
}
