//! `shomei submit`

use std::num::NonZeroUsize;
use std::path::Path;

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressStyle};
use shomei::Reviewer;
use shomei::wire::v1::PolicyRecord;
use shomei_batch::Sources;
use shomei_fleet::messages::{self, Settings, Submission};
use shomei_fleet::{Base, Submit};

use super::server;
use crate::args::{SubmitArgs, lang};
use crate::commands::policy;
use crate::interrupt::Interrupt;
use crate::say::message;
use crate::{exit, flags};

pub(crate) fn run(args: &SubmitArgs) -> Result<u8> {
    server::log(&args.server);
    let access = server::access(&args.server)?;
    let submission = submission(args)?;
    let total = submission.photos.len() as u64;
    let mut submit = Submit::new(access, &args.server.stream);
    submit.replicas = NonZeroUsize::new(args.replicas.into()).unwrap_or(NonZeroUsize::MIN);
    submit.metrics = args.server.metrics;

    let interrupt = Interrupt::listen()?;
    let bar = if args.no_progress {
        ProgressBar::hidden()
    } else {
        let style = ProgressStyle::with_template("{bar:24} {pos}/{len} photos  {per_sec}");
        // Hidden if standard error is not a terminal.
        ProgressBar::new(total).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    };
    let end = submit.run(
        &submission,
        |done| bar.set_position(done),
        || interrupt.asked(),
    );
    bar.finish_and_clear();
    let end = end?;
    if end.submitted < end.total {
        let (submitted, total) = (end.submitted, end.total);
        message(&format!(
            "stopped after {submitted} of {total} photos; run the same command again to continue"
        ));
        return Ok(exit::INTERRUPTED);
    }
    message(&format!(
        "{} photos are submitted, {} of them by earlier runs",
        end.total, end.before
    ));
    Ok(exit::ACCEPTED)
}

fn submission(args: &SubmitArgs) -> Result<Submission> {
    let rules = policy::load(args.policy.as_deref())?;
    let exceptions = args.exceptions.load()?;
    let sources = Sources {
        manifest: Some(args.manifest.clone()),
        ..Sources::default()
    };
    let photos = sources.gather()?;
    let folder = args.manifest.parent().unwrap_or(Path::new(""));
    let base = match &args.photos {
        Some(place) => Base::new(place)?,
        // A path without a folder has an empty one.
        None => Base::new(
            Path::new(".")
                .join(folder)
                .to_str()
                .context("manifest: not UTF-8")?,
        )?,
    };
    // For its identity; the models are those that the workers must have.
    let engine = Reviewer::builder().build()?.engine().clone();
    let mut policies = vec![PolicyRecord::from(&rules)];
    let mut jobs = Vec::with_capacity(photos.listed().len());
    for photo in photos.listed() {
        let id = photo.id().into_owned();
        let path = photo.path().unwrap_or(Path::new(""));
        let path = path.strip_prefix(folder).unwrap_or(path);
        let own = photo.policy.as_deref().map(PolicyRecord::from);
        if let Some(own) = &own
            && !policies.contains(own)
        {
            policies.push(own.clone());
        }
        jobs.push(messages::Photo {
            url: base.join(path).with_context(|| format!("{id:?}"))?,
            waivers: exceptions.of(&id, &photo.waivers),
            policy: own,
            id,
        });
    }
    exceptions.all_met().map_err(flags::named)?;
    let settings = Settings {
        engine,
        policy: (&rules).into(),
        policies,
        lang: lang(args.lang).to_string(),
        timings: !args.no_timings,
    };
    Ok(Submission::new(settings, jobs))
}
