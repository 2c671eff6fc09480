//! Reads records, to judge them again.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::json::{self, As};
use super::{Engine, PolicyRecord, ReviewRecord, SCHEMA, printable};
use crate::{Lang, Measurements, Policy, Verdict, Waivers, judge};

/// The parts of a record that are needed to judge it again. The old verdict, findings and texts are
/// skipped, whatever their codes.
///
/// A stage that is missing in the record counts as one that did not run. Old records therefore stay
/// readable when stages are added, and are not judged on what was never measured.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct StoredReview {
    /// The id that the caller gave the photo.
    pub id: String,
    /// All measurements.
    #[serde(with = "As::<json::Measurements>")]
    pub measurements: Measurements,
    /// Recorded exceptions; they stay in force unless the caller changes them.
    #[serde(default)]
    pub waivers: Waivers,
    /// The policy that was applied, so that another one is not used by mistake.
    #[serde(default)]
    pub policy: Option<PolicyRecord>,
    /// The engine that made the measurements.
    pub engine: Engine,
    /// Milliseconds by stage for measuring; judging again does not change them.
    #[serde(default)]
    pub timings_ms: Option<BTreeMap<String, f64>>,
}

/// The photo and the verdict of a record.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct RecordHead {
    /// The id that the caller gave the photo.
    pub id: String,
    /// The verdict.
    #[serde(with = "As::<json::Verdict>")]
    pub verdict: Verdict,
}

/// Why a text is not a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// Its schema is unknown.
    #[error("unknown schema {0:?}; allowed: {SCHEMA:?}")]
    UnknownSchema(String),
    /// It is not JSON, or a field is missing or of another type. Says which and where.
    #[error("not a {SCHEMA} record: {0}")]
    Malformed(String),
}

/// How many characters of untrusted text a message repeats.
const SHOWN_CHARS: usize = 120;

#[derive(Deserialize)]
struct Versioned {
    schema: String,
}

/// Reads part of a record.
fn from_json<T: DeserializeOwned>(text: &[u8]) -> Result<T, RecordError> {
    let Versioned { schema } = serde_json::from_slice(text).map_err(|e| malformed(&e))?;
    if schema != SCHEMA {
        return Err(RecordError::UnknownSchema(cut(&schema)));
    }
    serde_json::from_slice(text).map_err(|e| malformed(&e))
}

impl RecordHead {
    /// Reads the id and the verdict of a record, and ignores the rest.
    ///
    /// # Errors
    /// If the text is not a record of the schema that this module writes.
    pub fn from_json(text: &[u8]) -> Result<Self, RecordError> {
        from_json(text)
    }
}

impl StoredReview {
    /// Reads one record.
    ///
    /// # Errors
    /// If the text is not a record of the schema that this module writes.
    pub fn from_json(text: &[u8]) -> Result<Self, RecordError> {
        from_json(text)
    }

    /// Judges the measurements again. Measurements, engine and timings stay as they are. The same policy,
    /// waivers and language give the same record.
    ///
    /// ```
    /// # use shomei_photo::{FileFacts, Unreadable};
    /// # use shomei_verdict::{Code, Lang, Measurements, Policy, Waivers};
    /// use shomei_verdict::wire::v1::StoredReview;
    /// # use shomei_verdict::wire::v1::Engine;
    ///
    /// # let stored = StoredReview {
    /// #     id: "a".to_owned(),
    /// #     measurements: Measurements::of_file(FileFacts::unreadable(Unreadable::Other)),
    /// #     waivers: Waivers::default(),
    /// #     policy: None,
    /// #     engine: Engine { version: "0".to_owned(), models: "0".to_owned() },
    /// #     timings_ms: None,
    /// # };
    /// # let line = serde_json::to_vec(&stored.judge_again(&Policy::default(), Lang::En))?;
    /// let stored = StoredReview::from_json(&line)?;
    /// let record = stored.judge_again(&Policy::my_number_card(), Lang::En);
    /// assert_eq!(record.findings[0].code, Code::FileUnreadable);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn judge_again(self, policy: &Policy, lang: Lang) -> ReviewRecord {
        let review = judge(&self.measurements, policy, &self.waivers);
        ReviewRecord {
            timings_ms: self.timings_ms,
            ..ReviewRecord::new(&review, self.id, lang, self.engine, None)
        }
    }
}

/// A record is on one line, so the column alone gives the position.
fn malformed(error: &serde_json::Error) -> RecordError {
    let text = error.to_string();
    let message = text
        .rsplit_once(" at line ")
        .map_or(text.as_str(), |(message, _)| message);
    RecordError::Malformed(format!("{} (column {})", cut(message), error.column()))
}

/// The text shortened for a message, and without characters that control a terminal.
fn cut(text: &str) -> String {
    let mut chars = printable(text);
    let mut shown: String = chars.by_ref().take(SHOWN_CHARS).collect();
    if chars.next().is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::super::tests::records;
    use super::*;
    use crate::Code;
    use serde_json::{Value, json};

    fn refusal(text: &[u8]) -> String {
        StoredReview::from_json(text).unwrap_err().to_string()
    }

    /// A record of a good photo, changed.
    fn changed(change: impl FnOnce(&mut Value)) -> Vec<u8> {
        let mut record = serde_json::to_value(&records()[0]).unwrap();
        change(&mut record);
        serde_json::to_vec(&record).unwrap()
    }

    #[test]
    fn the_same_policy_gives_the_record_back() {
        for record in records() {
            let line = serde_json::to_vec(&record).unwrap();
            let again = StoredReview::from_json(&line)
                .unwrap()
                .judge_again(&Policy::my_number_card(), Lang::Ja);
            assert_eq!(serde_json::to_vec(&again).unwrap(), line);
        }
    }

    #[test]
    fn the_head_of_a_record_is_read_whatever_else_it_holds() {
        let line = changed(|record| {
            record["findings"] = json!([{"code": "a_code_of_next_year"}]);
            record["measurements"] = json!(null);
        });
        let head = RecordHead::from_json(&line).unwrap();
        assert_eq!(
            (head.id.as_str(), head.verdict),
            ("photos/0001.jpg", Verdict::Accept)
        );
        for (field, value) in [("schema", "shomei.review/2"), ("verdict", "perhaps")] {
            let line = changed(|record| record[field] = json!(value));
            assert!(RecordHead::from_json(&line).is_err(), "{field}");
        }
    }

    #[test]
    fn another_policy_changes_verdict_findings_and_policy_only() {
        let stored = StoredReview::from_json(&changed(|_| ())).unwrap();
        let strict = Policy::from_toml("name = \"strict\"\n[noisy]\nrefer_above = 0.001").unwrap();
        let again = stored.clone().judge_again(&strict, Lang::En);
        assert_eq!(again.verdict, Verdict::Refer);
        assert_eq!(again.policy.name, "strict");
        assert_eq!(again.measurements, stored.measurements);
        assert_eq!(
            (again.id, again.engine, again.timings_ms, again.waivers),
            (stored.id, stored.engine, stored.timings_ms, stored.waivers)
        );
    }

    #[test]
    fn what_judging_does_not_need_may_be_anything() {
        let line = changed(|record| {
            record["findings"] = json!([{"code": "a_code_of_next_year"}]);
            record["verdict"] = json!("perhaps");
            record["more"] = json!({"deep": [[[]]]});
            let record = record.as_object_mut().unwrap();
            record.remove("timings_ms");
            record.remove("waivers");
            record.remove("face");
        });
        let stored = StoredReview::from_json(&line).unwrap();
        assert_eq!(stored.timings_ms, None);
        assert!(stored.waivers.is_empty());
        let again = stored.judge_again(&Policy::my_number_card(), Lang::En);
        assert_eq!(again.verdict, Verdict::Accept);
        assert!(again.measurements.face.is_some());
    }

    #[test]
    fn a_stage_that_is_missing_is_never_accepted() {
        for stage in ["face", "framing", "background", "portrait"] {
            let line = changed(|record| {
                record["measurements"]
                    .as_object_mut()
                    .unwrap()
                    .remove(stage);
            });
            let again = StoredReview::from_json(&line)
                .unwrap()
                .judge_again(&Policy::my_number_card(), Lang::En);
            assert_ne!(again.verdict, Verdict::Accept, "{stage}");
        }
    }

    /// A review that stopped at a reject, judged by rules that allow what was rejected.
    #[test]
    fn a_review_that_stopped_early_is_never_accepted() {
        let lax = "[file_size_out_of_range]\nenabled = false\n[too_far]\nenabled = false";
        let off = format!("{lax}\n[no_face]\nenabled = false\n");
        let off = off + "[background_uneven]\nenabled = false";
        let stages = ["decode", "face", "framing", "background"];
        for (done, stage) in stages.into_iter().enumerate() {
            let line = changed(|record| {
                let measurements = &mut record["measurements"];
                measurements["stopped_after"] = json!(stage);
                measurements["file"]["bytes"] = json!(8_000_000);
                for missing in ["face", "framing", "background", "portrait"]
                    .iter()
                    .skip(done)
                {
                    measurements[missing] = json!(null);
                }
            });
            let stored = StoredReview::from_json(&line).unwrap();
            let judge = |policy: &Policy| stored.clone().judge_again(policy, Lang::En);
            let rejected = judge(&Policy::my_number_card());
            assert_eq!(rejected.verdict, Verdict::Reject);
            assert_eq!(
                rejected.findings.len(),
                1,
                "what was not looked at is silent"
            );
            for lax in [lax, &off] {
                let again = judge(&Policy::from_toml(lax).unwrap());
                assert_eq!(again.verdict, Verdict::Refer, "{stage}: {lax}");
                let found = &again.findings[0];
                assert_eq!((found.code, again.findings.len()), (Code::NoFace, 1));
                assert_eq!(found.measured["stopped_after"], stage);
                assert!(found.text.contains("stopped"), "{}", found.text);
            }
        }
    }

    #[test]
    fn refusals_say_what_is_wrong() {
        // Null takes the field away.
        for (holder, field, value, named) in [
            (
                "",
                "schema",
                json!("shomei.review/2"),
                "unknown schema \"shomei.review/2\"; allowed: \"shomei.review/1\"",
            ),
            ("", "schema", json!(1), "invalid type: integer `1`"),
            ("", "id", json!(null), "missing field `id`"),
            (
                "",
                "waivers",
                json!(["blurred"]),
                "blurred cannot be waived",
            ),
            ("/measurements", "file", json!(null), "missing field `file`"),
            (
                "/measurements/file",
                "bytes",
                json!(-1),
                "invalid value: integer `-1`",
            ),
            (
                "/measurements/framing",
                "trim",
                json!(null),
                "missing field `trim`",
            ),
            (
                "/measurements/framing",
                "head_height_ratio",
                json!("NaN"),
                "invalid type: string \"NaN\"",
            ),
            (
                "/measurements/framing",
                "head_height_ratio",
                json!(1e300),
                "not a finite number",
            ),
            (
                "/measurements/background/colour",
                "lab_l",
                json!([]),
                "invalid type: sequence",
            ),
        ] {
            let message = refusal(&changed(|record| {
                let holder = record.pointer_mut(holder).unwrap().as_object_mut().unwrap();
                if value.is_null() {
                    holder.remove(field);
                } else {
                    holder.insert(field.to_owned(), value);
                }
            }));
            assert!(message.contains(named), "{named}: {message}");
        }
        let whole = changed(|_| ());
        for cut in [0, 1, 20, whole.len() / 3, whole.len() - 1] {
            assert!(refusal(&whole[..cut]).contains("EOF"), "{cut}");
        }
    }

    #[test]
    fn hostile_text_is_refused_with_a_short_message() {
        let huge = "1".repeat(10_000);
        let deep = "[".repeat(100_000);
        for text in [
            b"\xFF\xFE{".to_vec(),
            b"null".to_vec(),
            deep.clone().into_bytes(),
            format!(r#"{{"schema":"{}"}}"#, "\\u001b[31m".repeat(999)).into_bytes(),
            format!(r#"{{"schema":"{SCHEMA}","id":{huge}}}"#).into_bytes(),
            format!(r#"{{"schema":"{SCHEMA}","id":{deep}}}"#).into_bytes(),
            format!(r#"{{"schema":"{SCHEMA}","x":1e999}}"#).into_bytes(),
            changed(|r| r["id"] = json!("x")).repeat(2),
            br#"{"schema":"shomei.review/1","id":"\xff"}"#.to_vec(),
        ] {
            let message = refusal(&text);
            assert!(message.chars().count() < 300, "{message}");
            assert!(!message.contains('\u{1b}'), "{message}");
        }
    }

    /// Every number of a record, one after the other, at its extremes: judged, never a panic.
    #[test]
    fn extreme_numbers_are_judged() {
        fn numbers(value: &Value, at: &str, found: &mut Vec<String>) {
            match value {
                Value::Number(_) => found.push(at.to_owned()),
                Value::Array(all) => {
                    for (index, value) in all.iter().enumerate() {
                        numbers(value, &format!("{at}/{index}"), found);
                    }
                }
                Value::Object(all) => {
                    for (name, value) in all {
                        numbers(value, &format!("{at}/{name}"), found);
                    }
                }
                _ => (),
            }
        }
        let extremes = [
            json!(0),
            json!(-1),
            json!(u64::MAX),
            json!(u32::MAX),
            json!(i32::MIN),
            json!(255),
            json!(3.4e38),
            json!(-3.4e38),
            json!(1e-300),
        ];
        let mut judged = 0;
        for record in records() {
            let record = serde_json::to_value(&record).unwrap();
            let mut places = Vec::new();
            numbers(&record, "", &mut places);
            for place in places {
                for extreme in &extremes {
                    let mut changed = record.clone();
                    *changed.pointer_mut(&place).unwrap() = extreme.clone();
                    let line = serde_json::to_vec(&changed).unwrap();
                    let Ok(stored) = StoredReview::from_json(&line) else {
                        continue;
                    };
                    let again = stored.judge_again(&Policy::my_number_card(), Lang::Ja);
                    let line = serde_json::to_vec(&again).unwrap();
                    assert!(StoredReview::from_json(&line).is_ok(), "{place} {extreme}");
                    judged += 1;
                }
            }
        }
        assert!(judged > 1000, "{judged}");
    }
}
