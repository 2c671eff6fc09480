//! Decoding time beside other decoders, as a Markdown table.
//!
//! ```text
//! cargo run --release --workspace --features shomei-benches/peers --bin jpeg_speed -- FOLDER [ROUNDS] [FILTER]
//! ```
//!
//! See [`shomei_benches::jpeg::paired`] for what is measured.
#![expect(
    clippy::expect_used,
    reason = "a program for people, which stops at a file that it was not made for"
)]
#![expect(clippy::print_stdout, reason = "a program for people")]

use shomei_benches::jpeg::{case_name, cases, folder_of_jpegs, heading, paired, row};

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().expect("a folder");
    let rounds: usize = arguments.next().map_or(9, |n| n.parse().expect("a number"));
    let filter = arguments.next().unwrap_or_default();
    let mut first = true;
    for (name, file) in folder_of_jpegs(folder.as_ref())? {
        if !name.contains(&filter) {
            continue;
        }
        for (scale, precision) in cases(&file) {
            let paired = paired(&file, scale, precision, rounds);
            if std::mem::take(&mut first) {
                println!("{}", heading(&paired));
            }
            println!("{}", row(&name, &case_name(scale, precision), &paired));
        }
    }
    Ok(())
}
