//! Any line as a stored review: it is refused with a message, or judging it again gives a record
//! that can be read and gives itself.

use shomei_verdict::wire::v1::StoredReview;
use shomei_verdict::{Lang, Policy, Verdict};

pub(crate) fn run(data: &[u8]) {
    let stored = match StoredReview::from_json(data) {
        Ok(stored) => stored,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let policy = Policy::my_number_card();
    let record = stored.judge_again(&policy, Lang::En);
    assert_eq!(
        record.verdict == Verdict::Accept,
        record.findings.is_empty()
    );
    let line = serde_json::to_vec(&record).unwrap();
    let again = StoredReview::from_json(&line).unwrap();
    assert_eq!(again.judge_again(&policy, Lang::En), record);
    assert!(!record.render(Lang::Ja).is_empty());
}
