//! `shomei collect`

use std::collections::HashSet;
use std::path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use shomei::Policy;
use shomei_batch::{Journal, Sources};
use shomei_fleet::{Collected, Collection};

use super::server;
use crate::args::{CollectArgs, Format};
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::say::{message, print};
use crate::sink::{Sink, spare};
use crate::{exit, flags};

pub(crate) fn run(args: &CollectArgs) -> Result<u8> {
    server::log(&args.server);
    let access = server::access(&args.server)?;
    let only = args.manifest.as_deref().map(|path| {
        // Which policies it names does not matter here.
        let sources = Sources {
            manifest: Some(path.to_owned()),
            ..Sources::default()
        };
        let photos = sources.gather_with(|_| Ok(Policy::my_number_card()))?;
        let ids = photos.listed().iter().map(|photo| photo.id().into_owned());
        Ok::<Vec<_>, anyhow::Error>(ids.collect())
    });
    let only = only.transpose()?;
    spare("--out", &args.out, args.manifest.iter())?;
    let server = &args.server;
    let collection = Collection::open(&access, &server.stream, only.as_deref(), server.metrics)?;

    let terms = collection.terms();
    let lang = terms
        .lang
        .parse()
        .context("the language of the submission")?;
    let opened = Journal::open(&args.out, args.batch.existing(), &terms);
    let (journal, done) = opened.map_err(flags::named)?;
    let total = usize::try_from(collection.total()).ok();
    let mut sink = Sink::Journal(journal);
    let mut progress = Progress::new(total, &sink, Format::Jsonl, args.batch.progress);
    progress.begin(done.iter().map(|done| done.verdict));
    let ids: HashSet<_> = done.into_iter().map(|done| done.id).collect();
    let take = |reviews: &[Collected]| {
        let lines: Vec<u8> = reviews
            .iter()
            .flat_map(|review| review.line.iter().copied())
            .collect();
        sink.write(&lines)?;
        // They are acknowledged next, and then not delivered again.
        sink.finish()?;
        reviews
            .iter()
            .for_each(|review| progress.add(review.verdict));
        Ok::<_, anyhow::Error>(())
    };
    let interrupt = Interrupt::listen()?;
    let wait = args.wait.map(Duration::from_secs);
    let to = path::absolute(&args.out)?.to_string_lossy().into_owned();
    let end = collection.run(&to, ids, wait, take, || interrupt.asked())?;

    let complete = end.missing.is_empty() && end.unsubmitted == 0;
    progress.end(complete);
    if let Some(summary) = progress.finish(lang) {
        message(&summary);
    }
    if end.dead > 0 {
        let (dead, stream) = (end.dead, &server.stream);
        message(&format!(
            "dead letters in {stream}.dead, with their reasons: {dead}"
        ));
    }
    if let Some((count, first)) = end.foreign {
        message(&format!(
            "messages among the results that are not reviews: {count} ({first})"
        ));
    }
    if complete {
        return Ok(progress.exit_code());
    }
    print(&listed(&end.missing))?;
    let missing = format!(
        "{} of {} reviews are missing{}; --resume continues",
        end.missing.len() as u64 + end.unsubmitted,
        progress.photos() + end.missing.len() as u64 + end.unsubmitted,
        if end.unsubmitted == 0 {
            String::new()
        } else {
            format!(", {} of them are not submitted yet", end.unsubmitted)
        }
    );
    if interrupt.asked() {
        message(&missing);
        return Ok(exit::INTERRUPTED);
    }
    bail!(missing);
}

/// Ids, one on each line. Line breaks inside an id are escaped.
fn listed(ids: &[String]) -> String {
    let lines: Vec<_> = ids
        .iter()
        .map(|id| id.replace('\n', "\\n") + "\n")
        .collect();
    lines.concat()
}
