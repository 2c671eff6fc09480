//! Reviews the files named, on all processors, and says how far it is:
//! `cargo run --release --workspace --example batch -- photos/*.jpg > reviews.jsonl`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example")]

use std::error::Error;
use std::fs::File;
use std::io::Read;

use shomei::{Input, Lang, Reviewer, Verdict};

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let total = paths.len();
    let inputs = paths.into_iter().map(|path| {
        Input::new(path.clone(), move |limits| {
            let mut bytes = Vec::new();
            // One byte beyond the limit tells that the file is too long.
            let longest = limits.max_bytes.saturating_add(1);
            File::open(path)?.take(longest).read_to_end(&mut bytes)?;
            Ok(bytes)
        })
    });
    let progress = |done: usize, accepted: usize| eprintln!("{done}/{total}, {accepted} accepted");
    let mut accepted = 0;
    let reviews = Reviewer::builder().build()?.batch().review_all(inputs)?;
    for (index, (id, review)) in reviews.enumerate() {
        println!("{}", review.to_json(&id, Lang::Ja));
        accepted += usize::from(review.verdict() == Verdict::Accept);
        progress(index + 1, accepted);
    }
    Ok(())
}
