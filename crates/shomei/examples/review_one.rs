//! Reviews one file: `cargo run --release --workspace --example review_one -- photo.jpg [en]`.
#![expect(clippy::print_stdout, reason = "an example")]

use std::error::Error;

use shomei::{Lang, Limits, ReviewOptions, Reviewer};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments.next().ok_or("which photo?")?;
    let lang = match arguments.next().as_deref() {
        Some("en") => Lang::En,
        _ => Lang::Ja,
    };
    let reviewer = Reviewer::builder()
        .limits(Limits {
            max_bytes: 16 << 20,
            ..Limits::default()
        })
        // Somebody waits for this one photo.
        .parallel(true)
        .build()?;
    let options = ReviewOptions {
        waivers: "head_covered".parse()?,
        ..ReviewOptions::default()
    };
    let review = reviewer.review_with(&std::fs::read(&path)?, &options);
    print!("{}", review.render(&path, lang));
    for (stage, milliseconds) in review.timings_ms() {
        println!("{stage}: {milliseconds:.1} ms");
    }
    Ok(())
}
