//! `shomei review`
//!
//! Everything that can be refused is refused before the first photo is read. What is written
//! about a photo is made on its worker, and put in the order of the inputs here.

use std::io;
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use shomei::{Input, Inspection, Lang, ReviewOptions, Reviewer, Verdict, Waivers};

use super::policy;
use crate::args::{ReviewArgs, lang};
use crate::inputs::{self, Patterns};
use crate::output::{self, Exporter, Sink};
use crate::overlay::Overlays;
use crate::progress::Progress;
use crate::waivers::Declared;
use crate::{exit, message};

/// What a worker hands over for one photo.
struct Row {
    verdict: Verdict,
    text: io::Result<Vec<u8>>,
    drawn: io::Result<()>,
}

pub(super) fn run(args: ReviewArgs) -> Result<u8> {
    let lang = lang(args.lang);
    let policy = policy::load(args.policy.as_deref())?;
    let declared = Declared::load(args.exceptions.waive, args.exceptions.waivers.as_deref())?;
    let declared = Arc::new(declared);
    let patterns = Patterns::new(&args.include, &args.exclude)?;
    let mut arguments = args.paths;
    if let Some(list) = &args.files_from {
        arguments.extend(inputs::listed(list, args.null)?);
    }
    let paths = inputs::expand(&arguments, &patterns)?;
    let overlays = args.overlay.as_deref().map(Overlays::prepare).transpose()?;
    let mut sink = Sink::open(args.out.as_deref(), &paths)?;

    let reviewer = Reviewer::builder().policy(policy).build()?;
    let mut batch = reviewer.batch();
    if let Some(jobs) = args.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())) {
        batch = batch.jobs(jobs);
    }
    let exporter = output::exporter(args.format, lang, !args.no_timings);
    if !sink.write(exporter.header().as_bytes())? {
        return Ok(exit::ACCEPTED);
    }
    let mut progress = Progress::new(Some(paths.len()), &sink, args.format);
    let declares = Arc::clone(&declared);
    let photos = paths.into_iter().map(move |path| {
        let id = inputs::id(&path).into_owned();
        let waivers = declares.of(&id, &Waivers::default());
        Input::new(id, move |limits| inputs::read(&path, limits)).options(ReviewOptions { waivers })
    });
    let draws = overlays.clone();
    let rows = batch.map_all(photos, move |id, inspection| {
        row(exporter.as_ref(), lang, draws.as_ref(), id, &inspection)
    })?;

    let mut undrawn: Option<(u64, io::Error)> = None;
    for (_, row) in rows {
        progress.add(row.verdict);
        if !sink.write(&row.text.context("a review cannot be written")?)? {
            return Ok(progress.exit_code());
        }
        if let Err(error) = row.drawn {
            undrawn = undrawn.map_or(Some((1, error)), |(count, first)| Some((count + 1, first)));
        }
    }
    sink.finish()?;
    if let Some(summary) = progress.finish(lang) {
        message(&summary);
    }
    if let (Some((count, error)), Some(overlays)) = (undrawn, overlays) {
        return Err(anyhow!(error).context(format!(
            "--overlay {overlays}: {count} pictures not written"
        )));
    }
    declared.all_met()?;
    Ok(progress.exit_code())
}

fn row(
    exporter: &dyn Exporter,
    lang: Lang,
    overlays: Option<&Overlays>,
    id: &str,
    inspection: &Inspection,
) -> Row {
    let drawn = overlays.map_or(Ok(()), |overlays| {
        // A picture that cannot be drawn must not cost the review.
        catch_unwind(AssertUnwindSafe(|| overlays.draw(id, inspection)))
            .unwrap_or_else(|_| Err(io::Error::other("drawing failed")))
    });
    Row {
        verdict: inspection.review.verdict(),
        text: exporter.photo(inspection.review.record(id, lang)),
        drawn,
    }
}
