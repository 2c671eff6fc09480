//! `shomei.review/1`. Fields may be added; any other change is a new version beside this one.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Map, Value};
use shomei_photo::{Region, Side};

use crate::measurements::round;
use crate::{Code, Finding, Lang, Limit, Measurements, Outcome, Policy, Review, Verdict, Waivers};

mod json;
mod render;
mod stored;

use json::{As, Wire};
pub use stored::{RecordError, RecordHead, StoredReview};

/// The schema that a record names.
pub const SCHEMA: &str = "shomei.review/1";

/// One review as a line of JSON.
///
/// The line also contains the [`SCHEMA`], and a summary of the file and of the main face.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct ReviewRecord {
    /// The id that the caller gave the photo.
    pub id: String,
    /// The verdict.
    #[serde(with = "As::<json::Verdict>")]
    pub verdict: Verdict,
    /// The reasons, the most severe first; empty for an accepted photo.
    pub findings: Vec<FindingRecord>,
    /// What readers should know although nothing is wrong.
    #[serde(default)]
    pub notes: Vec<NoteRecord>,
    /// All measurements: enough to judge again.
    #[serde(with = "As::<json::Measurements>")]
    pub measurements: Measurements,
    /// The policy that was applied.
    pub policy: PolicyRecord,
    /// Recorded exceptions.
    pub waivers: Waivers,
    /// The engine that made the measurements.
    pub engine: Engine,
    /// Milliseconds by stage; the only part that differs between runs.
    #[serde(default)]
    pub timings_ms: Option<BTreeMap<String, f64>>,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FindingRecord {
    /// The code.
    pub code: Code,
    /// The outcome.
    #[serde(with = "As::<json::Outcome>")]
    pub outcome: Outcome,
    /// The measured values, by name with unit.
    pub measured: Map<String, Value>,
    /// The range that is fine.
    #[serde(
        with = "As::<Option<json::Limit>>",
        skip_serializing_if = "Option::is_none",
        default
    )]
    pub limit: Option<Limit>,
    /// The region, in pixels of the original.
    #[serde(
        with = "As::<Option<json::Region>>",
        skip_serializing_if = "Option::is_none",
        default
    )]
    pub region: Option<Region>,
    /// The affected sides of the photo.
    #[serde(
        with = "As::<Vec<json::Side>>",
        skip_serializing_if = "Vec::is_empty",
        default
    )]
    pub sides: Vec<Side>,
    /// What is wrong, in the requested language.
    pub text: String,
    /// What the applicant should do, in the requested language.
    pub advice: String,
    /// The source of the rule and its wording.
    pub rule: String,
    /// Present and true if a recorded exception turned a reject into a refer.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub waived: bool,
}

/// A remark on a photo that is not rejected.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NoteRecord {
    /// Its name: `trimmed` says that the part of the photo around the head will be printed, and
    /// that more than that was sent.
    pub code: String,
    /// The region it is about, in pixels of the original.
    #[serde(
        with = "As::<Option<json::Region>>",
        skip_serializing_if = "Option::is_none",
        default
    )]
    pub region: Option<Region>,
    /// The remark, in the requested language.
    pub text: String,
}

/// A policy by name and content.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyRecord {
    /// Its name.
    pub name: String,
    /// See [`crate::Policy::hash`].
    pub hash: String,
}

/// The engine: the same engine measures the same numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Engine {
    /// Version of the library.
    pub version: String,
    /// Identity of the models.
    pub models: String,
}

impl From<&Policy> for PolicyRecord {
    fn from(policy: &Policy) -> Self {
        Self {
            name: policy.name().to_owned(),
            hash: policy.hash().to_owned(),
        }
    }
}

impl ReviewRecord {
    /// The record of `review`, with its texts in `lang`. `timings` are milliseconds by stage.
    #[must_use]
    pub fn new(
        review: &Review,
        id: impl Into<String>,
        lang: Lang,
        engine: Engine,
        timings: Option<BTreeMap<String, f64>>,
    ) -> Self {
        Self {
            id: id.into(),
            verdict: review.verdict(),
            findings: review
                .findings()
                .iter()
                .map(|finding| FindingRecord::new(finding, lang))
                .collect(),
            notes: review
                .notes()
                .iter()
                .map(|note| NoteRecord {
                    code: note.code().to_owned(),
                    region: note.region(),
                    text: note.text(lang).to_owned(),
                })
                .collect(),
            measurements: review.measurements().clone(),
            policy: PolicyRecord {
                name: review.policy_name().to_owned(),
                hash: review.policy_hash().to_owned(),
            },
            waivers: review.waivers().clone(),
            engine,
            timings_ms: timings.map(|all| {
                all.into_iter()
                    .map(|(stage, ms)| (stage, round(ms)))
                    .collect()
            }),
        }
    }
}

/// Writes the line of JSON.
impl Serialize for ReviewRecord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let measurements = json::Measurements::write(&self.measurements);
        json::Line::new(self, &measurements).serialize(serializer)
    }
}

impl FindingRecord {
    fn new(finding: &Finding, lang: Lang) -> Self {
        Self {
            code: finding.code(),
            outcome: finding.outcome(),
            measured: finding
                .measured()
                .iter()
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect(),
            limit: finding.limit(),
            region: finding.region(),
            sides: finding.sides().to_vec(),
            text: finding.text(lang).to_owned(),
            advice: finding.advice(lang).to_owned(),
            rule: finding.rule().to_owned(),
            waived: finding.waived(),
        }
    }
}

/// `text` with its control characters escaped: it must not break the line or control the terminal.
fn printable(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(|c| {
        let escaped = c.is_control().then(|| c.escape_default());
        let plain = escaped.is_none().then_some(c);
        escaped.into_iter().flatten().chain(plain)
    })
}

/// The JSON Schema of a [`ReviewRecord`] as it is written (draft 2020-12).
#[must_use]
pub fn schema() -> Value {
    schema_with("/$defs")
}

/// The schema with its definitions at this JSON pointer.
#[must_use]
pub fn schema_with(definitions: &'static str) -> Value {
    SchemaSettings::draft2020_12()
        .with(|settings| settings.definitions_path = definitions.into())
        .for_serialize()
        .into_generator()
        .into_root_schema_for::<json::Line<'_>>()
        .to_value()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{committed, degrees, delta_e, good, ratio};
    use crate::{Failure, Policy, judge};
    use shomei_background::{BackgroundObject, Outside, Shadow, UnevenKind, Unevenness};
    use shomei_framing::{Cut, Part};
    use shomei_photo::{Decoding, FileFacts, Format, LimitKind, Process, Unreadable};

    fn record(change: impl FnOnce(&mut Measurements)) -> ReviewRecord {
        let mut measurements = good();
        change(&mut measurements);
        let waivers = "turned".parse().unwrap();
        let review = judge(&measurements, &Policy::my_number_card(), &waivers);
        let engine = Engine {
            version: "0.1.0".to_owned(),
            models: "0123456789abcdef".to_owned(),
        };
        let timings = BTreeMap::from([("decode".to_owned(), 1.234_567)]);
        ReviewRecord::new(&review, "photos/0001.jpg", Lang::Ja, engine, Some(timings))
    }

    fn cut_and_turned(m: &mut Measurements) {
        let framing = m.framing.as_mut().unwrap();
        framing.head_height_ratio = ratio(0.953_456);
        framing.cuts = vec![Cut {
            side: Side::Top,
            part: Part::Skull,
            lost_ratio: ratio(1.0 / 3.0),
            region: crate::fixtures::region(200, 0, 300, 1),
        }];
        m.portrait
            .as_mut()
            .unwrap()
            .pose
            .as_mut()
            .unwrap()
            .yaw_degrees = degrees(20.1);
    }

    pub(super) fn records() -> Vec<ReviewRecord> {
        let limit = LimitKind::Scans;
        vec![
            record(|_| ()),
            record(cut_and_turned),
            record(|m| m.face.as_mut().unwrap().faces.clear()),
            record(|m| m.background.as_mut().unwrap().area_ratio = ratio(0.0)),
            record(|m| m.portrait.as_mut().unwrap().covering = None),
            record(|m| {
                let portrait = m.portrait.as_mut().unwrap();
                portrait.mouth.as_mut().unwrap().openness_ratio = ratio(0.5);
            }),
            record(|m| m.file.decoding = Decoding::LimitExceeded { limit }),
            record(|m| {
                cut_and_turned(m);
                m.portrait = None;
                m.stopped_after = Some("framing".to_owned());
            }),
            record(|m| {
                m.file = FileFacts::unreadable(Unreadable::Vanished);
                m.face = None;
                m.framing = None;
                m.background = None;
                m.portrait = None;
                m.failure = Some(Failure {
                    stage: "decode".to_owned(),
                    cause: "gone".to_owned(),
                });
            }),
        ]
    }

    #[test]
    fn the_fields_are_the_contract() {
        let json = serde_json::to_value(record(cut_and_turned)).unwrap();
        assert_eq!(json["schema"], SCHEMA);
        assert_eq!(json["verdict"], "reject");
        let cut = &json["findings"][1];
        assert_eq!(cut["code"], "face_cut");
        assert_eq!(cut["measured"]["lost_ratio"], 0.3333);
        assert_eq!(cut["limit"].to_string(), r#"{"max":0.01}"#);
        assert_eq!(cut["sides"][0], "top");
        assert_eq!(cut["region"]["width"], 300);
        assert!(cut.get("waived").is_none());
        let turned = &json["findings"][2];
        assert_eq!(turned["code"], "turned");
        assert_eq!(turned["outcome"], "refer");
        assert_eq!(turned["limit"].to_string(), r#"{"max":8}"#);
        assert_eq!(turned["waived"], true);
        assert_eq!(json["waivers"].to_string(), r#"["turned"]"#);
        assert_eq!(
            json["file"].to_string(),
            r#"{"bytes":120000,"format":"jpeg","height":900,"orientation":1,"width":700}"#
        );
        assert_eq!(json["face"]["box"]["x"], 210);
        assert_eq!(json["face"]["crown_y"], 90);
        assert_eq!(json["measurements"]["framing"]["head_height_ratio"], 0.9535);
        assert_eq!(json["timings_ms"]["decode"], 1.2346);
    }

    /// A check spells the names of formats and processes itself.
    #[test]
    fn a_finding_names_things_as_the_measurements_do() {
        let measured = |code: Code, name: &str, change: &dyn Fn(&mut Measurements)| {
            let record = serde_json::to_value(record(change)).unwrap();
            let found = record["findings"].as_array().unwrap().iter();
            let found = found.clone().find(|found| found["code"] == code.as_str());
            (
                found.unwrap()["measured"][name].clone(),
                record["measurements"]["file"].clone(),
            )
        };
        for format in [
            Format::Jpeg,
            Format::Png,
            Format::Gif,
            Format::Webp,
            Format::Bmp,
            Format::Tiff,
            Format::Heic,
            Format::Avif,
            Format::Jpeg2000,
            Format::JpegXl,
            Format::Ico,
            Format::Tga,
            Format::Ppm,
            Format::Svg,
            Format::Html,
            Format::Pdf,
            Format::Zip,
            Format::Text,
            Format::Empty,
            Format::Unknown,
        ] {
            let (found, file) = measured(Code::NotJpeg, "format", &|m| {
                m.file.decoding = Decoding::NotJpeg;
                m.file.format = format;
            });
            assert_eq!(found, file["format"]);
        }
        for process in [
            Process::Baseline,
            Process::ExtendedSequential,
            Process::Progressive,
            Process::Lossless,
            Process::Arithmetic,
            Process::Hierarchical,
        ] {
            let (found, file) = measured(Code::UnsupportedJpeg, "process", &|m| {
                m.file.decoding = Decoding::UnsupportedJpeg;
                crate::fixtures::jpeg(m).process = process;
            });
            assert_eq!(found, file["jpeg"]["process"]);
        }
    }

    #[test]
    fn records_are_read_back() {
        for record in records() {
            let json = serde_json::to_string(&record).unwrap();
            let back: ReviewRecord = serde_json::from_str(&json).unwrap();
            assert_eq!(serde_json::to_string(&back).unwrap(), json);
        }
    }

    /// A record with a value in every field.
    fn full() -> ReviewRecord {
        let region = |x| crate::fixtures::region(x, 20, 30, 40);
        let mut full = record(|m| {
            m.file.decoding = Decoding::Truncated {
                valid_ratio: Some(ratio(0.987_65)),
            };
            m.file.jpeg.as_mut().unwrap().editor = Some("Editor".to_owned());
            cut_and_turned(m);
            let background = m.background.as_mut().unwrap();
            background.objects = vec![BackgroundObject {
                region: region(1),
                area_ratio: ratio(0.012_345),
                contrast_delta_e: delta_e(12.0),
            }];
            background.unevenness = Some(Unevenness {
                kind: UnevenKind::TwoTones,
                region: region(2),
                strength_delta_e: delta_e(7.5),
            });
            background.outside = Some(Outside {
                area_ratio: ratio(0.125),
                objects: background.objects.clone(),
            });
            m.framing.as_mut().unwrap().picture = Some(region(6));
            let background = m.background.as_mut().unwrap();
            background.shadows = vec![Shadow {
                region: region(3),
                side: Side::Right,
                area_ratio: ratio(0.05),
                depth_ratio: ratio(0.25),
                edge_ratio: Some(ratio(0.5)),
            }];
            for eye in m.portrait.as_mut().unwrap().eyes.as_mut().unwrap() {
                eye.pupil_luma_ratio = Some(ratio(0.2));
            }
            m.failure = Some(Failure {
                stage: "portrait".to_owned(),
                cause: "a cause".to_owned(),
            });
            m.stopped_after = Some("background".to_owned());
        });
        // Written by hand, so that this does not depend on what the checks say.
        full.findings = vec![FindingRecord {
            code: Code::FaceCut,
            outcome: Outcome::Refer,
            measured: Map::from_iter([("lost_ratio".to_owned(), Value::from(0.3333))]),
            limit: Some(Limit {
                min: Some(1.0),
                max: Some(0.03),
            }),
            region: Some(region(4)),
            sides: vec![Side::Top, Side::Left],
            text: "What is wrong".to_owned(),
            advice: "What to do".to_owned(),
            rule: "A rule".to_owned(),
            waived: true,
        }];
        full.notes = vec![NoteRecord {
            code: "trimmed".to_owned(),
            region: Some(region(5)),
            text: "What to know".to_owned(),
        }];
        full.verdict = Verdict::Refer;
        full.policy.hash = "0123456789abcdef".to_owned();
        full
    }

    /// Checks all names, their order, and the format of numbers.
    #[test]
    fn a_full_record_is_byte_for_byte_the_committed_one() {
        let text = serde_json::to_string_pretty(&full()).unwrap() + "\n";
        committed("schema/review.v1.example.json", &text);
    }

    #[test]
    fn a_value_on_the_limit_is_judged_as_it_is_written() {
        // 0.840_04 is written as 0.84, which is allowed.
        let fresh = record(|m| {
            m.framing.as_mut().unwrap().head_height_ratio = ratio(0.840_04);
        });
        assert_eq!(fresh.verdict, Verdict::Accept);
    }

    #[test]
    fn the_schema_is_the_committed_one() {
        let text = serde_json::to_string_pretty(&schema()).unwrap() + "\n";
        committed("schema/review.v1.json", &text);
    }
}
