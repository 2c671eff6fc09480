//! `shomei review`
//!
//! Everything that can be refused is refused before the first photo is read. What is written
//! about a photo is made on its worker, and put in the order of the inputs here.

use std::io;

use anyhow::{Context, Result, anyhow, ensure};
use shomei::{Inspection, Reviewer, ReviewerBuilder, Verdict};
use shomei_batch::Plan;

use super::policy;
use crate::args::{Format, ReviewArgs, lang};
use crate::interrupt::Interrupt;
use crate::output::Exporter;
use crate::overlay::Overlays;
use crate::progress::Progress;
use crate::say::message;
use crate::sink::Sink;
use crate::{exit, flags};

/// What a worker hands over for one photo.
struct Row {
    verdict: Verdict,
    text: io::Result<Vec<u8>>,
    drawn: io::Result<()>,
}

pub(super) fn run(args: &ReviewArgs) -> Result<u8> {
    review(args, Reviewer::builder())
}

fn review(args: &ReviewArgs, reviewer: ReviewerBuilder) -> Result<u8> {
    let judging = &args.judging;
    let lang = lang(judging.lang);
    ensure!(
        !args.batch.resume || judging.format == Format::Jsonl,
        "--resume continues JSON lines only; allowed: --format jsonl"
    );
    let rules = policy::load(judging.policy.as_deref())?;
    let exceptions = judging.exceptions.load()?;
    let photos = args.sources().gather().map_err(flags::named)?;
    let overlays = args.overlay.as_deref().map(Overlays::prepare).transpose()?;
    let reviewer = reviewer.policy(rules).fast(args.fast).build()?;
    let mut plan = Plan::new(reviewer, photos);
    plan.exceptions = exceptions;
    plan.lang = lang;
    plan.timings = !args.no_timings;
    plan.jobs = args.jobs;
    let (mut sink, done) = Sink::of_batch(args, &plan)?;

    let exporter = Exporter {
        format: judging.format,
        lang,
        timings: !args.no_timings,
    };
    if !sink.write(exporter.header().as_bytes())? {
        return Ok(exit::ACCEPTED);
    }
    let total = plan.photos.total();
    let mut progress = Progress::new(total, &sink, judging.format, args.batch.progress);
    let interrupt = Interrupt::listen()?;
    progress.begin(done.iter().map(|done| done.verdict));
    let draws = overlays.clone();
    let work = move |id: &str, inspection| row(exporter, draws.as_ref(), id, &inspection);
    let rows = plan.run(done, move || interrupt.asked(), work);
    let mut rows = rows.map_err(flags::named)?;
    let mut undrawn: Option<(u64, io::Error)> = None;
    for row in &mut rows {
        progress.add(row.verdict);
        if !sink.write(&row.text.context("a review cannot be written")?)? {
            return Ok(progress.exit_code());
        }
        if let Err(error) = row.drawn {
            undrawn = undrawn.map_or(Some((1, error)), |(count, first)| Some((count + 1, first)));
        }
    }
    sink.finish()?;
    let end = rows.end();
    progress.end(end.as_ref().is_ok_and(|end| !end.interrupted));
    let reviews = progress.photos();
    let end = end
        .map_err(|error| flags::named(error).context(format!("stopped after {reviews} reviews")))?;
    let summary = progress.finish(lang);
    if end.interrupted {
        let how = match sink {
            Sink::Journal(_) => "run the same command with --resume to continue",
            _ => "only a batch with --format jsonl --out FILE can be resumed",
        };
        message(&format!("stopped after {reviews} reviews; {how}"));
        return Ok(exit::INTERRUPTED);
    }
    if let Some(summary) = summary {
        message(&summary);
    }
    if let (Some((count, error)), Some(overlays)) = (undrawn, overlays) {
        let what = format!(
            "--overlay {:?}: {count} pictures not written",
            overlays.folder
        );
        return Err(anyhow!(error).context(what));
    }
    match end.faults.into_iter().next() {
        Some(fault) => Err(flags::named(fault)),
        None => Ok(progress.exit_code()),
    }
}

fn row(exporter: Exporter, overlays: Option<&Overlays>, id: &str, inspection: &Inspection) -> Row {
    Row {
        verdict: inspection.review.verdict(),
        text: exporter.photo(inspection.review.record(id, exporter.lang)),
        drawn: overlays.map_or(Ok(()), |overlays| overlays.draw(id, inspection)),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use clap::Parser;

    use super::*;
    use crate::args::{Cli, Command};

    /// Stands for a mistake in the stage that the photo ends with.
    fn mistake(stage: &str, photo: &[u8]) {
        assert!(!photo.ends_with(stage.as_bytes()), "on purpose");
    }

    #[test]
    fn a_panic_over_one_photo_costs_one_photo() {
        let folder = tempfile::TempDir::new().unwrap();
        let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let photos = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/photos");
        let photo = fs::read(format!("{photos}/accept_studio_man_01.jpg")).unwrap();
        let (photos, out, pictures) = (at("photos"), at("out.jsonl"), at("pictures"));
        fs::create_dir(&photos).unwrap();
        let stages = [
            "",
            "decode",
            "face",
            "",
            "framing",
            "background",
            "portrait",
            "verdict",
            "",
        ];
        for (number, stage) in stages.iter().enumerate() {
            let file = [&photo, stage.as_bytes()].concat();
            fs::write(format!("{photos}/{number}.jpg"), file).unwrap();
        }
        let args = [
            "shomei", "review", &photos, "--format", "jsonl", "--jobs", "2",
        ];
        let more = ["--out", &out, "--overlay", &pictures];
        let cli = Cli::try_parse_from(args.into_iter().chain(more)).unwrap();
        let Command::Review(args) = cli.command else {
            unreachable!("the arguments are those of a review");
        };
        let code = review(&args, Reviewer::builder().before_stages(mistake)).unwrap();
        assert_eq!(code, exit::NOT_ALL_ACCEPTED);
        let lines = fs::read_to_string(&out).unwrap();
        assert_eq!(lines.lines().count(), stages.len());
        for (line, (number, stage)) in lines.lines().zip(stages.iter().enumerate()) {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(record["id"], format!("{photos}/{number}.jpg"));
            let failure = record["measurements"]["failure"]["stage"].as_str();
            assert_eq!(failure.unwrap_or_default(), *stage);
            assert_eq!(record["verdict"] == "accept", stage.is_empty(), "{stage}");
        }
        assert_eq!(fs::read_dir(pictures).unwrap().count(), stages.len());
    }
}
