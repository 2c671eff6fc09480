//! Tests only: the records of the built `shomei` meet the schemas that users get.
#![cfg(test)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use jsonschema::Validator;
use serde_json::{Value, json};

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(3).unwrap().to_path_buf()
}

fn read(file: &str) -> Value {
    serde_json::from_slice(&fs::read(root().join(file)).unwrap()).unwrap()
}

fn record_schema() -> Value {
    read("crates/verdict/schema/review.v1.json")
}

/// Runs the program in the root, and returns the records that it prints.
fn shomei(args: &[&str]) -> (String, Vec<Value>) {
    let program = env::var_os("SHOMEI");
    let program = program.map_or(root().join("target/release/shomei"), PathBuf::from);
    let output = Command::new(&program)
        .args(args)
        .args(["--format", "jsonl"])
        .current_dir(root())
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}; build it first", program.display()));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(matches!(output.status.code(), Some(0 | 1)), "{errors}");
    let text = String::from_utf8(output.stdout).unwrap();
    let records = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let records = records.collect();
    (text, records)
}

fn faults(schema: &Validator, record: &Value) -> Vec<String> {
    let faults = schema.iter_errors(record);
    faults
        .map(|fault| format!("{} {}: {fault}", record["id"], fault.instance_path()))
        .collect()
}

#[track_caller]
fn all_meet(schemas: &[Validator], records: &[Value]) {
    for record in records {
        for schema in schemas {
            assert_eq!(faults(schema, record), Vec::<String>::new());
        }
    }
}

/// The schema of records by itself, and as the service's description has it.
fn schemas() -> [Validator; 2] {
    let mut openapi = read("crates/service/openapi.json");
    openapi["$ref"] = json!("#/components/schemas/Review");
    [record_schema(), openapi].map(|schema| jsonschema::validator_for(&schema).unwrap())
}

/// Writes files with different defects, and a list of them that names one more file.
fn damaged(folder: &Path) {
    let photo = root().join("testdata/photos/accept_studio_man_01.jpg");
    let photo = fs::read(photo).unwrap();
    let huge = |marker: u8| {
        let mut header = vec![
            0xFF, 0xD8, 0xFF, marker, 0, 17, 8, 0xFF, 0xFF, 0xFF, 0xFF, 3,
        ];
        header.extend([1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
        header
    };
    fs::create_dir(folder).unwrap();
    let mut manifest = "application_id,path\n9,missing.jpg\n".to_owned();
    for (name, bytes) in [
        ("empty.jpg", &[][..]),
        ("text.jpg", b"not a photo"),
        ("png.jpg", b"\x89PNG\r\n\x1a\n"),
        ("huge.jpg", &huge(0xC0)),
        ("lossless.jpg", &huge(0xC3)),
        ("half.jpg", &photo[..photo.len() / 2]),
        ("start.jpg", &photo[..100]),
        ("trailing.jpg", &[&photo[..], b"more"].concat()),
    ] {
        fs::write(folder.join(name), bytes).unwrap();
        manifest += &format!("{name},{name}\n");
    }
    fs::write(folder.join("night.csv"), manifest).unwrap();
}

#[test]
fn the_schema_of_records_is_a_schema() {
    jsonschema::meta::validate(&record_schema()).unwrap();
}

#[test]
fn records_meet_the_schema() {
    let work = env::temp_dir().join(format!("shomei-schema-{}", std::process::id()));
    damaged(&work);
    let at = |name: &str| work.join(name).to_str().unwrap().to_owned();
    let (manifest, stored) = (at("night.csv"), at("reviews.jsonl"));
    let (mut text, photos) = shomei(&["review", "testdata/photos", "--lang", "ja"]);
    let count = fs::read_dir(root().join("testdata/photos"))
        .unwrap()
        .count();
    assert_eq!(photos.len(), count);
    let english = ["--lang", "en", "--no-timings"];
    let (more, files) = shomei(&[&["review", "--manifest", &manifest][..], &english].concat());
    text += &more;
    assert_eq!(files.len(), 9);
    let (_, fast) = shomei(&["review", "testdata/photos", "--lang", "en", "--fast"]);
    let schemas = schemas();
    all_meet(&schemas, &photos);
    all_meet(&schemas, &files);
    all_meet(&schemas, &fast);

    fs::write(&stored, text).unwrap();
    for options in [
        ["--policy", "icao"],
        ["--policy", "japan-passport"],
        ["--waive", "head_covered,eyes_hidden"],
    ] {
        let (_, judged) = shomei(&[&["judge", &stored][..], &options].concat());
        assert_eq!(judged.len(), photos.len() + files.len());
        all_meet(&schemas, &judged);
    }
    fs::remove_dir_all(&work).unwrap();
}

#[test]
fn the_committed_example_meets_the_schema() {
    let example = read("crates/verdict/schema/review.v1.example.json");
    all_meet(&schemas(), &[example]);
}

#[test]
fn other_records_do_not_meet_the_schema() {
    let photo = "testdata/photos/accept_studio_man_01.jpg";
    let (_, records) = shomei(&["review", photo]);
    for schema in schemas() {
        let mut record = records[0].clone();
        record["schema"] = json!("shomei.review/2");
        assert_eq!(faults(&schema, &record).len(), 1);
        record["verdict"] = json!("perhaps");
        record["file"].as_object_mut().unwrap().remove("bytes");
        assert_eq!(faults(&schema, &record).len(), 3);
    }
}
