//! Any text as a policy: it is refused with a message, or it can be written and read again and
//! judges whatever was measured.

use std::sync::OnceLock;

use shomei_verdict::wire::v1::StoredReview;
use shomei_verdict::{Lang, Policy, Verdict, judge};

/// Measurements of three photos as they are stored.
fn stored() -> &'static [StoredReview] {
    static STORED: OnceLock<Vec<StoredReview>> = OnceLock::new();
    STORED.get_or_init(|| {
        include_str!("reviews.jsonl")
            .lines()
            .map(|line| StoredReview::from_json(line.as_bytes()).unwrap())
            .collect()
    })
}

pub(crate) fn run(data: &[u8]) {
    let policy = match Policy::from_bytes(data) {
        Ok(policy) => policy,
        Err(error) => {
            assert!(error.mistakes().all(|mistake| !mistake.is_empty()));
            return;
        }
    };
    let written = policy.to_toml();
    let read = Policy::from_toml(&written).unwrap_or_else(|error| panic!("{error}\n{written}"));
    assert_eq!(read.to_toml(), written);
    assert_eq!(
        (read.name(), read.base(), read.hash()),
        (policy.name(), policy.base(), policy.hash())
    );
    assert_eq!(read.changes().len(), policy.changes().len());

    for stored in stored() {
        let review = judge(&stored.measurements, &policy, &stored.waivers);
        let findings = review.findings();
        assert_eq!(review.verdict() == Verdict::Accept, findings.is_empty());
        for finding in findings {
            for lang in [Lang::Ja, Lang::En] {
                assert!(!finding.text(lang).is_empty() && !finding.advice(lang).is_empty());
            }
        }
    }
}
