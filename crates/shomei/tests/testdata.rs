//! Every photo of `testdata/photos` gets the verdict, the codes and the sides that
//! `testdata/expected.csv` says, through the real models.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use shomei::{Code, Input, Lang, Outcome, Review, ReviewOptions, Reviewer, Verdict};

static REVIEWER: LazyLock<Reviewer> = LazyLock::new(|| Reviewer::builder().build().unwrap());

fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata")
}

struct Expected {
    file: String,
    verdict: String,
    codes: BTreeSet<String>,
    sides: BTreeSet<String>,
}

fn expected() -> Vec<Expected> {
    let list = |field: &str| {
        field
            .split(';')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect()
    };
    csv::Reader::from_path(testdata().join("expected.csv"))
        .unwrap()
        .records()
        .map(|row| {
            let row = row.unwrap();
            Expected {
                file: row[0].to_owned(),
                verdict: row[1].to_owned(),
                codes: list(&row[2]),
                sides: list(&row[3]),
            }
        })
        .collect()
}

fn inputs() -> Vec<Input> {
    expected()
        .into_iter()
        .map(|row| {
            let path = testdata().join("photos").join(&row.file);
            Input::new(row.file, move |_| std::fs::read(path))
        })
        .collect()
}

fn reviews(jobs: usize) -> Vec<(String, Review)> {
    let jobs = NonZeroUsize::new(jobs).unwrap();
    REVIEWER
        .batch()
        .jobs(jobs)
        .review_all(inputs())
        .unwrap()
        .collect()
}

#[test]
fn every_photo_gets_its_expected_verdict() {
    let mut wrong = Vec::new();
    for (row, (id, review)) in expected().into_iter().zip(reviews(2)) {
        assert_eq!(row.file, id, "in the order of the inputs");
        let codes: BTreeSet<String> = review
            .findings()
            .iter()
            .map(|finding| finding.code().to_string())
            .collect();
        let sides: BTreeSet<String> = review
            .findings()
            .iter()
            .filter(|finding| finding.code() == Code::FaceCut)
            .flat_map(|finding| finding.sides())
            .map(|side| format!("{side:?}").to_lowercase())
            .collect();
        let met = review.verdict().to_string() == row.verdict
            && row.codes.is_subset(&codes)
            && row.sides.is_subset(&sides)
            && (row.verdict != "accept" || codes.is_empty());
        if !met {
            wrong.push(format!("{id}: {} {codes:?} {sides:?}", review.verdict()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

/// The folder and the list name the same files.
#[test]
fn no_photo_is_without_an_expectation() {
    let listed: BTreeSet<String> = expected().into_iter().map(|row| row.file).collect();
    let there: BTreeSet<String> = std::fs::read_dir(testdata().join("photos"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(listed, there);
}

/// Same bytes, policy and models: the same record apart from the timings, whatever runs beside.
#[test]
fn reviews_do_not_depend_on_the_number_of_workers() {
    let lines = |jobs: usize| -> Vec<String> {
        reviews(jobs)
            .into_iter()
            .map(|(id, review)| {
                let mut record = review.record(&id, Lang::En);
                record.timings_ms = None;
                serde_json::to_string(&record).unwrap()
            })
            .collect()
    };
    assert_eq!(lines(1), lines(3));
}

/// A batch whose consumer leaves early ends instead of hanging, and one whose inputs cannot be
/// read goes on.
#[test]
fn a_batch_survives_its_neighbours() {
    let mut few = REVIEWER.batch().review_all(inputs()).unwrap();
    assert!(few.next().is_some());
    drop(few);

    let broken = ["a", "b", "c"].map(|id| {
        Input::new(id, move |_| {
            if id == "b" {
                return Err(std::io::Error::from(std::io::ErrorKind::PermissionDenied));
            }
            Ok(vec![0xFF, 0xD8, 0xFF])
        })
    });
    let found: Vec<_> = REVIEWER.batch().review_all(broken).unwrap().collect();
    let ids: Vec<&str> = found.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, ["a", "b", "c"]);
    let unreadable = &found[1].1;
    assert_eq!(unreadable.verdict(), Verdict::Refer);
    assert_eq!(unreadable.findings()[0].code(), Code::FileUnreadable);
    assert_eq!(unreadable.findings()[0].outcome(), Outcome::Unable);
    assert_eq!(found[0].1.verdict(), Verdict::Reject);
}

/// A panic of the caller's own function reaches the caller, with its photo and no other.
#[test]
fn a_panic_while_finishing_is_the_callers() {
    let inputs = ["a", "b", "c"].map(|id| Input::new(id, |_| Ok(Vec::new())));
    let finish = |id: &str, _| assert_ne!(id, "b", "on purpose");
    let mut results = REVIEWER.batch().map_all(inputs, finish).unwrap();
    assert_eq!(results.next().unwrap().0, "a");
    let second = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| results.next()));
    assert!(second.is_err());
    assert_eq!(results.next().unwrap().0, "c");
    assert!(results.next().is_none());
}

/// A declared exception sends a rejected covering to a person.
#[test]
fn a_waiver_turns_a_reject_into_a_refer() {
    let bytes = std::fs::read(testdata().join("photos/tilted.jpg")).unwrap();
    assert_eq!(REVIEWER.review(&bytes).verdict(), Verdict::Reject);
    let options = ReviewOptions {
        waivers: "tilted".parse().unwrap(),
        ..ReviewOptions::default()
    };
    let waived = REVIEWER.review_with(&bytes, &options);
    assert_eq!(waived.verdict(), Verdict::Refer);
    assert!(waived.findings()[0].waived());
}

/// Truncating and flipping a real photo never panics, and a cut file is never accepted.
#[test]
fn damaged_photos_are_verdicts() {
    let whole = std::fs::read(testdata().join("photos/accept_studio_man_01.jpg")).unwrap();
    for percent in (2..100).step_by(7) {
        let cut = &whole[..whole.len() * percent / 100];
        assert_eq!(
            REVIEWER.review(cut).verdict(),
            Verdict::Reject,
            "{percent} %"
        );
    }
    let mut state = 7u32;
    for _ in 0..12 {
        let mut bytes = whole.clone();
        for _ in 0..8 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let at = state as usize % bytes.len();
            bytes[at] ^= 1 << (state >> 29);
        }
        let record = REVIEWER.review(&bytes).record("flipped", Lang::Ja);
        assert_eq!(record.measurements.failure, None);
    }
}
