//! What must not cost more than the photo that it befell, and what must not start at all.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

use std::error::Error;
use std::fs;
use std::path::Path;

use shomei::{ErrorKind, Input, Lang, ModelSet, Review, Reviewer, Verdict};

const STAGES: [&str; 6] = [
    "decode",
    "face",
    "framing",
    "background",
    "portrait",
    "verdict",
];

/// Stands for a mistake in the stage that the photo ends with.
fn mistake(stage: &str, photo: &[u8]) {
    assert!(!photo.ends_with(stage.as_bytes()), "on purpose");
}

fn testdata(name: &str) -> Vec<u8> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    fs::read(root.join(name)).unwrap()
}

/// The stage that failed; none for a photo that is accepted.
fn failed(review: &Review) -> Option<&str> {
    let failure = review.measurements().failure.as_ref();
    assert_eq!(review.verdict() == Verdict::Accept, failure.is_none());
    // Whatever happened can be written down.
    let record: serde_json::Value = serde_json::from_str(&review.to_json("a", Lang::En)).unwrap();
    assert_eq!(record["verdict"], review.verdict().as_str());
    failure.map(|failure| failure.stage.as_str())
}

#[test]
fn a_panic_in_any_stage_costs_one_photo_alone_and_in_a_batch() {
    let good = testdata("testdata/photos/accept_studio_man_01.jpg");
    let with = |stage: &str| [&good, stage.as_bytes()].concat();
    for parallel in [false, true] {
        let builder = Reviewer::builder().parallel(parallel);
        let reviewer = builder.before_stages(mistake).build().unwrap();
        for stage in STAGES {
            assert_eq!(failed(&reviewer.review(&with(stage))), Some(stage));
            assert_eq!(failed(&reviewer.review(&good)), None);
        }
        let files = STAGES.map(|stage| [(stage, with(stage)), ("", good.clone())]);
        let inputs = files.into_iter().flatten();
        let inputs = inputs.map(|(stage, file)| Input::new(stage, |_| Ok(file)));
        let inputs: Vec<_> = inputs.collect();
        let reviews: Vec<_> = reviewer.batch().review_all(inputs).unwrap().collect();
        assert_eq!(reviews.len(), 2 * STAGES.len());
        for (stage, review) in &reviews {
            assert_eq!(failed(review).unwrap_or_default(), stage);
        }
    }
}

#[test]
fn altered_models_are_refused() {
    let [detector, mut landmarks, person, classes] = [
        "face_yunet",
        "face_mesh478",
        "selfie_seg256",
        "selfie_multiclass_64",
    ]
    .map(|name| testdata(&format!("models/{name}.onnx")));
    let build = |landmarks: &Vec<u8>| {
        let models = ModelSet::new(
            detector.clone(),
            landmarks.clone(),
            person.clone(),
            classes.clone(),
        );
        let models = models.expecting(ModelSet::SHA256);
        Reviewer::builder().models(models).build()
    };
    assert_eq!(
        build(&landmarks).unwrap().engine().models,
        ModelSet::SHA256[..16]
    );
    let middle = landmarks.len() / 2;
    landmarks[middle] ^= 1;
    let error = build(&landmarks).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Altered);
    assert_eq!(error.to_string(), "the models were altered");
    let sums = error.source().and_then(Error::source).unwrap().to_string();
    assert!(sums.contains(ModelSet::SHA256), "{sums}");
}
