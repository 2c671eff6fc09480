//! `shomei judge`: judges stored reviews again, without photos or models.
//!
//! Wrong arguments are refused before the first record is read. A line that is not a record ends the
//! command after the records before it are written.

use anyhow::{Context, Result};
use shomei::wire::v1::StoredReview;
use shomei_batch::Stored;

use super::policy;
use crate::args::{JudgeArgs, ProgressArg, lang};
use crate::output::Exporter;
use crate::progress::Progress;
use crate::say::message;
use crate::sink::Sink;
use crate::{exit, flags};

pub(super) fn run(args: JudgeArgs) -> Result<u8> {
    let judging = args.judging;
    let lang = lang(judging.lang);
    let policy = policy::load(judging.policy.as_deref())?;
    let exceptions = judging.exceptions.load()?;
    let stored = Stored::open(&args.reviews)?.jobs(args.jobs);
    let read: Vec<_> = [Some(args.reviews.clone()), judging.exceptions.waivers]
        .into_iter()
        .flatten()
        .collect();
    let mut sink = Sink::open(judging.out.as_deref(), &read)?;

    let exporter = Exporter {
        format: judging.format,
        lang,
        timings: !args.no_timings,
    };
    if !sink.write(exporter.header().as_bytes())? {
        return Ok(exit::ACCEPTED);
    }
    let mut progress = Progress::new(None, &sink, judging.format, ProgressArg::Bar);
    let rows = stored.map_all(|mut stored: StoredReview| {
        stored.waivers = exceptions.of(&stored.id, &stored.waivers);
        let record = stored.judge_again(&policy, lang);
        (record.verdict, exporter.photo(record))
    })?;
    for row in rows {
        let (verdict, text) = row?;
        progress.add(verdict);
        if !sink.write(&text.context("a review cannot be written")?)? {
            return Ok(progress.exit_code());
        }
    }
    sink.finish()?;
    if let Some(summary) = progress.finish(lang) {
        message(&summary);
    }
    exceptions.all_met().map_err(flags::named)?;
    Ok(progress.exit_code())
}
