//! Records for tests.

use serde_json::{Value, json};
use shomei_verdict::wire::v1::{ReviewRecord, SCHEMA, StoredReview};
use shomei_verdict::{Lang, Policy};

/// A review that measured this.
pub(crate) fn stored_with(id: &str, measurements: &Value) -> StoredReview {
    let record = json!({
        "schema": SCHEMA,
        "id": id,
        "measurements": measurements,
        "engine": {"version": "0", "models": "0"},
    });
    StoredReview::from_json(record.to_string().as_bytes()).unwrap()
}

/// A PNG file.
pub(crate) fn stored(id: &str) -> StoredReview {
    let file =
        json!({"bytes": 9, "format": "png", "jpeg": null, "decoding": {"state": "not_jpeg"}});
    stored_with(id, &json!({ "file": file }))
}

/// Rejected because it is not a JPEG.
pub(crate) fn rejected(id: &str, lang: Lang) -> ReviewRecord {
    stored(id).judge_again(&Policy::my_number_card(), lang)
}

/// Accepted, whatever it holds.
pub(crate) fn accepted(id: &str) -> ReviewRecord {
    ReviewRecord {
        verdict: shomei_verdict::Verdict::Accept,
        findings: Vec::new(),
        ..rejected(id, Lang::En)
    }
}
