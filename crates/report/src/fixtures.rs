//! Records for tests.

use serde_json::json;
use shomei_verdict::wire::v1::{Engine, ReviewRecord, StoredReview};
use shomei_verdict::{Lang, Policy, Waivers};

/// A PNG file.
pub(crate) fn stored(id: &str) -> StoredReview {
    let file =
        json!({"bytes": 9, "format": "png", "jpeg": null, "decoding": {"state": "not_jpeg"}});
    StoredReview {
        id: id.to_owned(),
        measurements: serde_json::from_value(json!({ "file": file })).unwrap(),
        waivers: Waivers::default(),
        policy: None,
        engine: Engine {
            version: "0".to_owned(),
            models: "0".to_owned(),
        },
        timings_ms: None,
    }
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
