//! Makes the photos that the benchmarks run on; those that are there already are left alone.
//!
//! ```text
//! cargo run --release --workspace --bin inputs -- [FOLDER]
//! ```
#![expect(clippy::print_stdout, reason = "a program for people")]

use shomei_benches::inputs;

fn main() -> std::io::Result<()> {
    let folder = std::env::args_os()
        .nth(1)
        .map_or_else(inputs::folder, Into::into);
    for (name, bytes) in inputs::make(&folder)? {
        println!("{name:28} {:.2} MB", bytes as f64 / 1e6);
    }
    Ok(())
}
