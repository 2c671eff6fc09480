//! Stored reviews, each with the policy that judged it.
//!
//! Notices and reports tell what was decided, and judge again only to have the texts in the
//! language asked for. So a review is never judged by another policy than its own.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, ensure};
use shomei::wire::v1::StoredReview;
use shomei::{Policy, Records};

use crate::commands::policy;

/// The file of reviews; `-` is standard input.
pub(crate) fn open(path: &Path) -> Result<Box<dyn BufRead>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdin().lock()));
    }
    let file = File::open(path).with_context(|| format!("reviews {path:?}"))?;
    Ok(Box::new(BufReader::with_capacity(1 << 16, file)))
}

/// Reviews that are there to be read.
pub(crate) struct Stored {
    path: PathBuf,
    records: Records<Box<dyn BufRead>>,
    policies: Vec<Policy>,
}

impl Stored {
    /// Opens the reviews, and reads the policies beside those that are carried along.
    pub(crate) fn open(path: &Path, policies: &[PathBuf], jobs: Option<u16>) -> Result<Self> {
        let given = policies.iter().map(|named| policy::load(Some(named)));
        let mut policies = given.collect::<Result<Vec<_>>>()?;
        policies.extend(Policy::built_in().filter_map(|(name, _)| Policy::named(name)));
        let mut records = Records::new(open(path)?);
        if let Some(jobs) = jobs.and_then(|jobs| NonZeroUsize::new(jobs.into())) {
            records = records.jobs(jobs);
        }
        Ok(Self {
            path: path.to_owned(),
            records,
            policies,
        })
    }

    /// Does `work` with each review and its policy on a worker, and `take` with the results in
    /// the order of the lines. Ends at the first line that is no review, or was judged by a
    /// policy that is not known. Returns the number of reviews, of which there is at least one.
    pub(crate) fn each<T: Send>(
        self,
        work: impl Fn(StoredReview, &Policy) -> T + Sync,
        mut take: impl FnMut(T) -> Result<()>,
    ) -> Result<u64> {
        let Self {
            path,
            records,
            policies,
        } = self;
        let mut count = 0;
        let stopped = |count: u64| format!("reviews {path:?}: stopped after {count} reviews");
        let results = records.map_all(|stored| {
            let policy = its_policy(&stored, &policies)?;
            Ok::<_, anyhow::Error>(work(stored, policy))
        })?;
        for result in results {
            let done = result
                .map_err(|error| anyhow!(error))
                .and_then(|done| done)
                .with_context(|| stopped(count))?;
            take(done)?;
            count += 1;
        }
        ensure!(count > 0, "reviews {path:?}: contains no review");
        Ok(count)
    }
}

fn its_policy<'a>(stored: &StoredReview, policies: &'a [Policy]) -> Result<&'a Policy> {
    let found = match &stored.policy {
        Some(used) => policies.iter().find(|known| known.hash() == used.hash),
        // It does not say; the first is the one asked for, or the usual one.
        None => policies.first(),
    };
    found.ok_or_else(|| {
        let used = stored.policy.as_ref();
        let name: String = used
            .iter()
            .flat_map(|used| used.name.chars())
            .take(60)
            .collect();
        let hash: String = used
            .iter()
            .flat_map(|used| used.hash.chars())
            .take(32)
            .collect();
        anyhow!(
            "judged by the policy {name:?} ({hash:?}), which is not available; pass its file with \
             --policy, or judge the reviews again with `shomei judge` first"
        )
    })
}
