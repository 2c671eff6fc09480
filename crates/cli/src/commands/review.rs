//! `shomei review`
//!
//! Everything that can be refused is refused before the first photo is read. What is written
//! about a photo is made on its worker, and put in the order of the inputs here.

use std::fs::File;
use std::io::{self, Read};
use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec;

use anyhow::{Context, Result, anyhow, bail, ensure};
use sha2::{Digest, Sha256};
use shomei::photo::hex;
use shomei::wire::v1::PolicyRecord;
use shomei::{Input, Inspection, Lang, Limits, ReviewOptions, Reviewer, ReviewerBuilder, Verdict};

use super::policy;
use crate::args::{Format, ReviewArgs, lang};
use crate::inputs::{self, Ids, Patterns, Photo};
use crate::interrupt::Interrupt;
use crate::journal::{Done, Existing, Header, Journal, Listing};
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

pub(super) fn run(args: &ReviewArgs) -> Result<u8> {
    review(args, Reviewer::builder())
}

fn review(args: &ReviewArgs, reviewer: ReviewerBuilder) -> Result<u8> {
    let judging = &args.judging;
    let lang = lang(judging.lang);
    ensure!(
        !args.batch.resume || judging.format == Format::Jsonl,
        "--resume goes on with JSON lines only; allowed: --format jsonl"
    );
    let rules = policy::load(judging.policy.as_deref())?;
    let exceptions = &judging.exceptions;
    let declared = Declared::load(exceptions.waive.clone(), exceptions.waivers.as_deref())?;
    let patterns = Patterns::new(&args.include, &args.exclude)?;
    let (photos, ids) = inputs::gather(args, &patterns, |path| policy::load(Some(path)))?;
    let archive = args.sources.tar.as_deref();
    let archive = archive.filter(|path| inputs::is_stream(path));
    let overlays = args.overlay.as_deref().map(Overlays::prepare).transpose()?;

    let reviewer = reviewer.policy(rules).fast(args.fast).build()?;
    let header = || header(args, &reviewer, lang, &declared, &photos);
    let (mut sink, done) = open(args, &photos, header)?;

    let mut batch = reviewer.batch();
    if let Some(jobs) = args.jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())) {
        batch = batch.jobs(jobs);
    }
    let exporter = output::exporter(judging.format, lang, !args.no_timings);
    if !sink.write(exporter.header().as_bytes())? {
        return Ok(exit::ACCEPTED);
    }
    let total = archive.is_none().then_some(photos.len());
    let mut progress = Progress::new(total, &sink, judging.format, args.batch.progress);
    let state = Arc::new(State {
        declared,
        interrupt: Interrupt::listen()?,
        end: Mutex::default(),
    });
    progress.begin(done.iter().map(|(_, verdict)| *verdict));
    let stream = archive.map(|path| stream(path, patterns, reviewer.limits(), ids));
    let stream = stream.transpose()?.into_iter().flatten();
    let feed = Feed {
        photos: photos.into_iter().map(Ok).chain(stream),
        reviewed: 0,
        done: done.into_iter(),
        state: Arc::clone(&state),
    };
    let draws = overlays.clone();
    let rows = batch.map_all(feed, move |id, inspection| {
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
    let end = state.end();
    progress.end(end.failed.is_none() && !end.interrupted);
    if let Some(error) = end.failed {
        return Err(error.context(format!("stopped after {} reviews", progress.photos())));
    }
    let summary = progress.finish(lang);
    if end.interrupted {
        let how = match sink {
            Sink::Journal(_) => "the same command with --resume goes on",
            _ => "--format jsonl --out FILE would let --resume go on",
        };
        let reviews = progress.photos();
        message(&format!("stopped after {reviews} reviews; {how}"));
        return Ok(exit::INTERRUPTED);
    }
    if let Some(summary) = summary {
        message(&summary);
    }
    if let (Some((count, error)), Some(overlays)) = (undrawn, overlays) {
        return Err(anyhow!(error).context(format!(
            "--overlay {overlays}: {count} pictures not written"
        )));
    }
    if let Some((count, first)) = end.escaping {
        bail!(
            "--tar: all reviews are written, but {count} entries were not read, because their \
             names lead out of the archive ({first:?}{})",
            if count > 1 { ", …" } else { "" },
        );
    }
    state.declared.all_met()?;
    Ok(progress.exit_code())
}

/// Where the reviews go, and what is there already.
fn open(
    args: &ReviewArgs,
    photos: &[Photo],
    header: impl FnOnce() -> Header,
) -> Result<(Sink, Done)> {
    let Some(path) = &args.judging.out else {
        return Ok((Sink::Stdout, Done::new()));
    };
    let (exceptions, sources) = (&args.judging.exceptions, &args.sources);
    let tables = [
        &args.files_from,
        &args.judging.policy,
        &exceptions.waivers,
        &sources.manifest,
        &sources.tar,
    ];
    let tables = tables.into_iter().filter_map(Option::as_deref);
    output::spare(
        "--out",
        path,
        photos.iter().filter_map(Photo::path).chain(tables),
    )?;
    let existing = match (args.batch.resume, args.batch.overwrite) {
        (true, _) => Existing::Resume,
        (_, true) => Existing::Overwrite,
        _ => Existing::Keep,
    };
    if args.judging.format == Format::Jsonl {
        let (journal, done) = Journal::open(path, existing, &header())?;
        return Ok((Sink::Journal(journal), done));
    }
    let sink = match existing {
        Existing::Overwrite => Sink::open(Some(path), &[]),
        _ => Sink::create(path),
    };
    Ok((sink?, Done::new()))
}

/// What the batch is started with.
fn header(
    args: &ReviewArgs,
    reviewer: &Reviewer,
    lang: Lang,
    declared: &Declared,
    photos: &[Photo],
) -> Header {
    let policy = PolicyRecord {
        name: reviewer.policy().name().to_owned(),
        hash: reviewer.policy().hash().to_owned(),
    };
    let (mut exceptions, mut listed) = (Sha256::new(), Sha256::new());
    declared.digest(&mut exceptions);
    photos.iter().for_each(|photo| photo.digest(&mut listed));
    let listing = Listing {
        count: photos.len(),
        sha256: hex(&listed.finalize()),
        streamed: args.sources.tar.as_deref().is_some_and(inputs::is_stream),
    };
    let timings = !args.no_timings;
    let exceptions = hex(&exceptions.finalize());
    let engine = reviewer.engine();
    Header::new(engine, policy, lang, timings, exceptions, listing).fast(args.fast)
}

/// The photos of an archive that can be read only once, none twice and none that was listed.
fn stream(
    path: &Path,
    patterns: Patterns,
    limits: Limits,
    mut ids: Ids,
) -> Result<impl Iterator<Item = Result<Photo>> + Send + 'static> {
    let named = format!("--tar {path:?}");
    let input: Box<dyn Read + Send> = if path.as_os_str() == "-" {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(path).context(named.clone())?)
    };
    let photos = inputs::streamed(input, patterns, limits).context(named.clone())?;
    Ok(photos.into_iter().map(move |photo| {
        let photo = photo.context(named.clone())?;
        ids.add(&photo)?;
        Ok(photo)
    }))
}

/// What the thread that reads the photos shares with the one that writes the reviews.
struct State {
    declared: Declared,
    interrupt: Interrupt,
    end: Mutex<End>,
}

/// How the photos came to an end.
#[derive(Default)]
struct End {
    /// A signal came, and photos are left.
    interrupted: bool,
    failed: Option<anyhow::Error>,
    /// How many entries of an archive have names that lead out of it, and the first one.
    escaping: Option<(u64, String)>,
}

impl State {
    fn change(&self, change: impl FnOnce(&mut End)) {
        change(&mut self.end.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn end(&self) -> End {
        std::mem::take(&mut self.end.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// The photos on their way to the reviewer, without those that are done.
struct Feed<I> {
    photos: I,
    /// How many of those that are done were met.
    reviewed: u64,
    done: vec::IntoIter<(String, Verdict)>,
    state: Arc<State>,
}

impl<I: Iterator<Item = Result<Photo>>> Feed<I> {
    fn take(&mut self) -> Result<Option<Input>> {
        loop {
            let Some(photo) = self.photos.next().transpose()? else {
                let more = self.done.len();
                ensure!(
                    more == 0,
                    "--out holds {more} reviews more than there are photos"
                );
                return Ok(None);
            };
            if self.state.interrupt.asked() {
                self.state.change(|end| end.interrupted = true);
                return Ok(None);
            }
            let id = photo.id().into_owned();
            let waivers = self.state.declared.of(&id, &photo.waivers);
            if photo.escapes() {
                self.state.change(|end| {
                    let first = || (0, id.clone());
                    end.escaping.get_or_insert_with(first).0 += 1;
                });
            }
            if let Some((before, _)) = self.done.next() {
                self.reviewed += 1;
                ensure!(
                    before == id,
                    "line {} of --out is the review of {before:?}, where {id:?} should stand",
                    self.reviewed
                );
                continue;
            }
            let options = ReviewOptions {
                waivers,
                policy: photo.policy.clone(),
            };
            let source = photo.into_source();
            let input = Input::new(id, move |limits| source.read(limits)).options(options);
            return Ok(Some(input));
        }
    }
}

impl<I: Iterator<Item = Result<Photo>>> Iterator for Feed<I> {
    type Item = Input;

    fn next(&mut self) -> Option<Input> {
        self.take().unwrap_or_else(|error| {
            self.state.change(|end| end.failed = Some(error));
            None
        })
    }
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
