//! Stored reviews, to judge, count or show them.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use shomei::wire::v1::StoredReview;
use shomei::{Policy, Records};

use crate::error::{Error, Role};

/// A file of stored reviews (`shomei.review/1`, one on each line).
pub struct Stored {
    path: PathBuf,
    records: Records<Box<dyn BufRead>>,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl Stored {
    /// Opens the file; `-` is standard input.
    ///
    /// # Errors
    /// If it cannot be opened.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let input: Box<dyn BufRead> = if path.as_os_str() == "-" {
            Box::new(io::stdin().lock())
        } else {
            let file = File::open(path).map_err(Error::file(Role::Reviews, path))?;
            Box::new(BufReader::with_capacity(1 << 16, file))
        };
        Ok(Self {
            path: path.to_owned(),
            records: Records::new(input),
        })
    }

    /// Number of workers. The default is the number of processors.
    #[must_use]
    pub fn jobs(mut self, jobs: impl Into<Option<NonZeroUsize>>) -> Self {
        self.records = self.records.jobs(jobs);
        self
    }

    /// Calls `work` with each review on a worker, and yields the results in the order of the lines. Ends
    /// with an error at the first line that is not a review, or if there is no review at all.
    ///
    /// # Errors
    /// If the threads cannot be started.
    pub fn map_all<T: Send>(
        self,
        work: impl Fn(StoredReview) -> T + Sync,
    ) -> Result<impl Iterator<Item = Result<T, Error>>, Error> {
        let results = self.records.map_all(work)?;
        Ok(counted(
            self.path,
            results.map(|result| result.map_err(Error::from)),
        ))
    }

    /// Like [`Stored::map_all`], with the policy that each review was judged by: one of these, or a
    /// built-in one. Ends with an error at the first review whose policy is not available, so that every
    /// review is judged by its own policy.
    ///
    /// # Errors
    /// If the threads cannot be started.
    pub fn map_with_policy<T: Send>(
        self,
        mut policies: Vec<Policy>,
        work: impl Fn(StoredReview, &Policy) -> T + Sync,
    ) -> Result<impl Iterator<Item = Result<T, Error>>, Error> {
        policies.extend(Policy::built_in().filter_map(|(name, _)| Policy::named(name)));
        let results = self.records.map_all(move |stored| {
            let policy = its_policy(&stored, &policies)?;
            Ok(work(stored, policy))
        })?;
        Ok(counted(
            self.path,
            results.map(|result| result.map_err(Error::from).flatten()),
        ))
    }
}

/// Says where it stopped, and that there is at least one.
fn counted<T>(
    path: PathBuf,
    mut results: impl Iterator<Item = Result<T, Error>>,
) -> impl Iterator<Item = Result<T, Error>> {
    let (mut reviews, mut ended) = (0, false);
    std::iter::from_fn(move || {
        if ended {
            return None;
        }
        let result = match results.next() {
            Some(Ok(result)) => {
                reviews += 1;
                return Some(Ok(result));
            }
            Some(Err(source)) => Some(Err(Error::Stopped {
                path: path.clone(),
                reviews,
                source: Box::new(source),
            })),
            None if reviews == 0 => Some(Err(Error::NoReviews { path: path.clone() })),
            None => None,
        };
        ended = true;
        result
    })
}

fn its_policy<'a>(stored: &StoredReview, policies: &'a [Policy]) -> Result<&'a Policy, Error> {
    let Some(used) = &stored.policy else {
        // It does not say; the first is the one asked for, or the usual one.
        return policies.first().ok_or_else(|| unknown("", ""));
    };
    let found = policies.iter().find(|known| known.hash() == used.hash);
    found.ok_or_else(|| unknown(&used.name, &used.hash))
}

fn unknown(name: &str, hash: &str) -> Error {
    Error::UnknownPolicy {
        name: name.chars().take(60).collect(),
        hash: hash.chars().take(32).collect(),
    }
}
