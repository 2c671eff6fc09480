//! `shomei judge`: judges stored reviews again, without photos or models.
//!
//! Wrong arguments are refused before the first record is read. A line that is not a record ends the
//! command after the records before it are written.

use std::num::NonZeroUsize;

use anyhow::{Context, Result, anyhow, ensure};
use shomei::Records;
use shomei::wire::v1::StoredReview;

use super::policy;
use crate::args::{JudgeArgs, ProgressArg, lang};
use crate::output::{self, Sink};
use crate::progress::Progress;
use crate::waivers::Declared;
use crate::{exit, message, stored};

pub(super) fn run(args: JudgeArgs) -> Result<u8> {
    let judging = args.judging;
    let lang = lang(judging.lang);
    let policy = policy::load(judging.policy.as_deref())?;
    let declared = Declared::load(
        judging.exceptions.waive,
        judging.exceptions.waivers.as_deref(),
    )?;
    let input = stored::open(&args.reviews)?;
    let read: Vec<_> = [Some(args.reviews.clone()), judging.exceptions.waivers]
        .into_iter()
        .flatten()
        .collect();
    let mut sink = Sink::open(judging.out.as_deref(), &read)?;

    let mut records = Records::new(input);
    if let Some(jobs) = args.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())) {
        records = records.jobs(jobs);
    }
    let exporter = output::exporter(judging.format, lang, !args.no_timings);
    if !sink.write(exporter.header().as_bytes())? {
        return Ok(exit::ACCEPTED);
    }
    let mut progress = Progress::new(None, &sink, judging.format, ProgressArg::Bar);
    let rows = records.map_all(|mut stored: StoredReview| {
        stored.waivers = declared.of(&stored.id, &stored.waivers);
        let record = stored.judge_again(&policy, lang);
        (record.verdict, exporter.photo(record))
    })?;
    for row in rows {
        let (verdict, text) = row.map_err(|error| {
            anyhow!(error).context(format!(
                "reviews {:?}: stopped after {} reviews",
                args.reviews,
                progress.photos()
            ))
        })?;
        progress.add(verdict);
        if !sink.write(&text.context("a review cannot be written")?)? {
            return Ok(progress.exit_code());
        }
    }
    sink.finish()?;
    ensure!(
        progress.photos() > 0,
        "reviews {:?}: contains no review",
        args.reviews
    );
    if let Some(summary) = progress.finish(lang) {
        message(&summary);
    }
    declared.all_met()?;
    Ok(progress.exit_code())
}
