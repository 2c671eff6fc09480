//! `shomei eval`
//!
//! Here are the files: the manifest, the photos or their reviews, and what is written. What is
//! counted, and how, is for `shomei-eval`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use shomei::{Input, Lang, Policy, Reviewer, Waivers, ids};
use shomei_batch::{Stored, private_options, read_photo};
use shomei_eval::{
    Gathering, Half, Manifest, Measured, Miss, Proposal, Report, Row, calibration, html, human,
    tables,
};

use super::policy;
use crate::args::{EvalArgs, EvalFormat};
use crate::progress::Progress;
use crate::say::{message, print};
use crate::sink::emptied;
use crate::thumbnail;

pub(super) fn run(args: &EvalArgs) -> Result<u8> {
    let policy = policy::load(args.policy.as_deref())?;
    let named = || format!("manifest {:?}", args.manifest);
    let text = fs::read_to_string(&args.manifest).with_context(named)?;
    let manifest = Manifest::parse(&text).with_context(named)?;
    let half = args.half;
    let by = args.by.iter().map(|name| manifest.column(name));
    let by: Vec<_> = by
        .collect::<Result<_, _>>()
        .with_context(|| format!("--by: manifest {:?}", args.manifest))?;
    if let Some(path) = &args.calibrate {
        // Somebody may have worked on it by hand.
        ensure!(
            fs::symlink_metadata(path).is_err(),
            "--calibrate {path:?} exists already"
        );
    }
    let mut page = args
        .html
        .as_deref()
        .map(|path| emptied("--html", path, &inputs_of(args, &manifest)))
        .transpose()?;
    let mut set = Gathering::new(&manifest, half);
    match (&args.reviews, &args.photos) {
        (Some(reviews), _) => {
            read(reviews, &mut set)?;
        }
        (None, Some(photos)) => {
            let rows = manifest.rows().iter().filter(|row| half.holds(row));
            review(photos, rows, &policy, args.jobs, &mut set)?;
        }
        // The command line does not let this happen.
        (None, None) => bail!("give --photos or --reviews"),
    }
    let set = set.finish()?;

    let report = |half, policy: &Policy| Report::new(&set, half, policy, &args.natural, &by);
    let (shown, text) = if let Some(path) = &args.calibrate {
        let proposal = Proposal::new(&set, &policy);
        private_options()
            .create_new(true)
            .open(path)
            .and_then(|mut file| file.write_all(proposal.to_toml().as_bytes()))
            .with_context(|| format!("--calibrate {path:?}"))?;
        let base = report(Half::Report, &policy);
        let proposed = report(Half::Report, &proposal.policy);
        let text = match args.format {
            EvalFormat::Human => format!(
                "{}\nUNDER THE BASE POLICY\n{}\nUNDER THE PROPOSED POLICY\n{}",
                calibration(&proposal, &set),
                tables(&base),
                human(&proposed)
            ),
            EvalFormat::Json => {
                let all = json!({
                    "proposals": proposal.limits,
                    "base": base,
                    "proposed": proposed,
                });
                format!("{all}\n")
            }
        };
        (proposed, text)
    } else {
        let report = report(half, &policy);
        let text = match args.format {
            EvalFormat::Human => human(&report),
            EvalFormat::Json => serde_json::to_string(&report)? + "\n",
        };
        (report, text)
    };
    if let (Some(file), Some(path)) = (&mut page, &args.html) {
        let pictures = pictures(&shown, args.photos.as_deref());
        file.write_all(html(&shown, &pictures).as_bytes())
            .with_context(|| format!("--html {path:?}"))?;
    }
    print(&text)
}

/// What no output may be written over.
fn inputs_of(args: &EvalArgs, manifest: &Manifest) -> Vec<PathBuf> {
    let named = [&args.reviews, &args.policy].into_iter().flatten();
    let mut inputs: Vec<_> = named.chain([&args.manifest]).cloned().collect();
    if let Some(folder) = &args.photos {
        inputs.extend(manifest.rows().iter().map(|row| folder.join(&row.file)));
    }
    inputs
}

/// The most pictures that a page shows: it stays below a megabyte.
const PICTURES: usize = 60;

/// Small pictures of what was judged wrongly, the worst first.
fn pictures(report: &Report, folder: Option<&Path>) -> BTreeMap<String, String> {
    let Some(folder) = folder else {
        return BTreeMap::new();
    };
    let shown = |miss: &Miss| {
        let uri = thumbnail::data_uri(&folder.join(&miss.file))?;
        Some((miss.file.clone(), uri))
    };
    let worst = report.misses.iter().take(PICTURES);
    worst.filter_map(shown).collect()
}

/// Adds the measurements of stored reviews to `set`. Their findings are ignored, because the verdicts
/// are computed again.
fn read(path: &Path, set: &mut Gathering<'_>) -> Result<()> {
    for stored in Stored::open(path)?.map_all(|stored| stored)? {
        let stored = stored?;
        ensure!(
            stored.measurements.stopped_after.is_none(),
            "--reviews {path:?}: {}: reviewed with --fast, which does not look for all defects; allowed: whole reviews",
            ids::shown(&stored.id),
        );
        set.add(Measured {
            id: stored.id,
            measurements: stored.measurements,
            waivers: stored.waivers,
        });
    }
    Ok(())
}

/// Reviews the photos of `rows` and adds the measurements to `set`.
fn review<'a>(
    folder: &Path,
    rows: impl Iterator<Item = &'a Row>,
    policy: &Policy,
    jobs: Option<NonZeroUsize>,
    set: &mut Gathering<'_>,
) -> Result<()> {
    let photos: Vec<(String, PathBuf)> = rows
        .map(|row| (row.file.clone(), folder.join(&row.file)))
        .collect();
    // A missing photo would be "caught" as unreadable.
    let gone: Vec<_> = photos
        .iter()
        .filter(|(_, path)| fs::symlink_metadata(path).is_err())
        .map(|(file, _)| file.as_str())
        .collect();
    ensure!(
        gone.is_empty(),
        "--photos {folder:?}: {} photos of the manifest are missing ({}{})",
        gone.len(),
        ids::shown(gone[0]),
        if gone.len() > 1 { ", …" } else { "" },
    );
    let reviewer = Reviewer::builder().policy(policy.clone()).build()?;
    let mut progress = Progress::before_output(photos.len());
    let inputs = photos
        .into_iter()
        .map(|(file, path)| Input::new(file, move |limits| read_photo(&path, limits)));
    for (id, review) in reviewer.batch().jobs(jobs).review_all(inputs)? {
        progress.add(review.verdict());
        set.add(Measured {
            id,
            measurements: review.measurements().clone(),
            waivers: Waivers::default(),
        });
    }
    if let Some(summary) = progress.finish(Lang::En) {
        message(&summary);
    }
    Ok(())
}
