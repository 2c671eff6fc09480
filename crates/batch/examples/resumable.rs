//! Reviews a folder into a file of JSON lines. Stopped in any way and started again, it continues
//! behind the last whole line.
//!
//!     cargo run --release -p shomei-batch --example resumable -- photos reviews.jsonl

#![expect(
    clippy::print_stderr,
    reason = "a program, whose words are for its user"
)]

use std::env;
use std::error::Error;
use std::path::Path;

use shomei::{Lang, Reviewer};
use shomei_batch::{Existing, Journal, Plan, Sources};

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<_> = env::args().skip(1).collect();
    let [folder, out] = &args[..] else {
        return Err("needed: the folder of the photos, and the file of the reviews".into());
    };
    let sources = Sources {
        paths: vec![folder.into()],
        ..Sources::default()
    };
    let plan = Plan::new(Reviewer::builder().build()?, sources.gather()?);
    let (mut journal, done) = Journal::open(Path::new(out), Existing::Resume, &plan.terms())?;
    eprintln!("{} photos are reviewed already", done.len());

    let mut lines = plan.run(
        done,
        || false,
        |id, inspection| inspection.review.to_json(id, Lang::En) + "\n",
    )?;
    for line in &mut lines {
        journal.append(line.as_bytes())?;
    }
    journal.finish()?;
    for fault in lines.end()?.faults {
        eprintln!("{fault}");
    }
    Ok(())
}
