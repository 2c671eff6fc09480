//! The terms of a batch: they must be the same to resume it.

use serde::{Deserialize, Serialize};
use shomei::wire::v1::{Engine, PolicyRecord};

/// Everything that the reviews of a batch depend on, except the bytes of the photos. A batch can be
/// resumed only on the same terms, so that one file never has reviews of two kinds.
/// [`Plan::terms`](crate::Plan::terms) gives those of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// The engine that measures.
    pub engine: Engine,
    /// The policy of photos without their own.
    pub policy: PolicyRecord,
    /// Language of the texts: `ja` or `en`.
    pub lang: String,
    /// Whether timings are written.
    pub timings: bool,
    /// Whether a review stops at the first reject.
    #[serde(default)]
    pub fast: bool,
    /// Digest of the exceptions.
    pub exceptions: String,
    /// The photos that were listed before the start.
    #[serde(rename = "photos")]
    pub listing: Listing,
}

/// A list of photos.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listing {
    /// Number of photos.
    pub count: usize,
    /// Digest of their ids, paths, exceptions and policies.
    pub sha256: String,
    /// Whether an archive follows that can be read only once, such as one on standard input.
    pub streamed: bool,
}

/// The first difference between two [`Terms`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What differs.
    pub what: &'static str,
    /// The value before.
    pub was: String,
    /// The value now.
    pub is: String,
}

impl Difference {
    /// The difference between what `was` and what `is`, if there is one.
    #[must_use]
    pub fn between(what: &'static str, was: &str, is: &str) -> Option<Self> {
        (was != is).then(|| Self {
            what,
            was: was.to_owned(),
            is: is.to_owned(),
        })
    }

    /// The difference between two engines, if there is one.
    #[must_use]
    pub fn of_engines(was: &Engine, is: &Engine) -> Option<Self> {
        Self::between("version", &was.version, &is.version)
            .or_else(|| Self::between("models", &was.models, &is.models))
    }
}

impl Terms {
    /// The first difference of `other` from these earlier terms.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Option<Difference> {
        let policy = |terms: &Self| format!("{} ({})", terms.policy.name, terms.policy.hash);
        let timings = |terms: &Self| if terms.timings { "some" } else { "none" };
        let reviews = |terms: &Self| if terms.fast { "fast" } else { "whole" };
        Difference::of_engines(&self.engine, &other.engine)
            .or_else(|| Difference::between("policy", &policy(self), &policy(other)))
            .or_else(|| Difference::between("language", &self.lang, &other.lang))
            .or_else(|| Difference::between("timings", timings(self), timings(other)))
            .or_else(|| Difference::between("reviews", reviews(self), reviews(other)))
            .or_else(|| Difference::between("exceptions", &self.exceptions, &other.exceptions))
            .or_else(|| self.listing.difference(&other.listing))
    }
}

impl Listing {
    fn difference(&self, other: &Self) -> Option<Difference> {
        let of = |listing: &Self| {
            let digest = listing.sha256.get(..16).unwrap_or_default();
            let more = if listing.streamed {
                " and an archive on standard input"
            } else {
                ""
            };
            format!("{} ({digest}){more}", listing.count)
        };
        (self != other).then(|| Difference {
            what: "list of photos",
            was: of(self),
            is: of(other),
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Terms of a made-up batch.
    pub(crate) fn terms() -> Terms {
        Terms {
            engine: Engine {
                version: "1".to_owned(),
                models: "m".to_owned(),
            },
            policy: PolicyRecord {
                name: "usual".to_owned(),
                hash: "h".to_owned(),
            },
            lang: "en".to_owned(),
            timings: false,
            fast: false,
            exceptions: "e".to_owned(),
            listing: Listing {
                count: 3,
                sha256: "0123456789abcdef".to_owned(),
                streamed: false,
            },
        }
    }

    #[test]
    fn every_term_makes_a_difference_and_is_named() {
        let before = terms();
        type Change = fn(&mut Terms);
        let changes: [(Change, &str, &str, &str); 9] = [
            (|t| t.engine.version.push('2'), "version", "1", "12"),
            (|t| t.engine.models.push('2'), "models", "m", "m2"),
            (
                |t| t.policy.hash.push('2'),
                "policy",
                "usual (h)",
                "usual (h2)",
            ),
            (|t| t.lang = "ja".to_owned(), "language", "en", "ja"),
            (|t| t.timings = true, "timings", "none", "some"),
            (|t| t.fast = true, "reviews", "whole", "fast"),
            (|t| t.exceptions.push('2'), "exceptions", "e", "e2"),
            (
                |t| t.listing.count = 4,
                "list of photos",
                "3 (0123456789abcdef)",
                "4 (0123456789abcdef)",
            ),
            (
                |t| t.listing.streamed = true,
                "list of photos",
                "3 (0123456789abcdef)",
                "3 (0123456789abcdef) and an archive on standard input",
            ),
        ];
        assert_eq!(before.difference(&before), None);
        for (change, what, was, is) in changes {
            let mut other = before.clone();
            change(&mut other);
            assert_ne!(other, before);
            let found = before.difference(&other).unwrap();
            assert_eq!((found.what, &*found.was, &*found.is), (what, was, is));
        }
    }
}
