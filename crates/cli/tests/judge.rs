//! Stored reviews judged again, policies and waivers, from outside. Only `review` loads the
//! models, so that its runs are shared.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use common::{PHOTOS, run, shomei, stderr, stdout};

/// All test photos, reviewed once.
static REVIEWS: LazyLock<String> = LazyLock::new(|| {
    let output = run(["review", PHOTOS, "--format", "jsonl"]);
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    stdout(&output)
});

/// A folder with these files.
fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn at(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

fn record(line: &str) -> Value {
    serde_json::from_str(line).unwrap()
}

/// The record of one photo.
fn of<'a>(lines: &'a str, photo: &str) -> &'a str {
    let end = format!("/{photo}");
    let mut lines = lines.lines();
    lines
        .find(|line| record(line)["id"].as_str().unwrap().ends_with(&end))
        .unwrap()
}

fn codes(record: &Value) -> Vec<&str> {
    let findings = record["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| finding["code"].as_str().unwrap())
        .collect()
}

#[test]
fn the_same_policy_gives_the_same_reviews() {
    let folder = folder(&[("reviews.jsonl", REVIEWS.as_bytes())]);
    let reviews = at(&folder, "reviews.jsonl");
    for jobs in ["1", "3"] {
        let again = run(["judge", &reviews, "--format", "jsonl", "--jobs", jobs]);
        assert_eq!(again.status.code(), Some(1));
        assert_eq!(stderr(&again), "");
        // Timings included: they are those of the review.
        assert!(stdout(&again) == *REVIEWS);
    }
    let untimed = stdout(&run([
        "judge",
        &reviews,
        "--format",
        "jsonl",
        "--no-timings",
        "--lang",
        "ja",
    ]));
    assert_eq!(untimed.lines().count(), REVIEWS.lines().count());
    for (before, after) in REVIEWS.lines().map(record).zip(untimed.lines().map(record)) {
        assert_eq!(before["measurements"], after["measurements"]);
        assert_eq!(codes(&before), codes(&after));
        assert!(after.get("timings_ms").is_none());
        for finding in after["findings"].as_array().unwrap() {
            assert!(!finding["text"].as_str().unwrap().is_ascii());
        }
    }
}

#[test]
fn every_format_is_that_of_review() {
    let (good, tilted) = ("accept_studio_man_01.jpg", "tilted.jpg");
    let lines = format!("{}\n{}\n", of(&REVIEWS, good), of(&REVIEWS, tilted));
    let folder = folder(&[("reviews.jsonl", lines.as_bytes())]);
    let paths = [good, tilted].map(|photo| format!("{PHOTOS}/{photo}"));
    for format in ["human", "csv"] {
        let reviewed = run(["review", "--format", format, &paths[0], &paths[1]]);
        let out = at(&folder, format);
        let options = ["--format", format, "--out", &out];
        let judged = run(["judge", &at(&folder, "reviews.jsonl")]
            .into_iter()
            .chain(options));
        assert_eq!(judged.status.code(), Some(1));
        assert_eq!(fs::read_to_string(&out).unwrap(), stdout(&reviewed));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(&out).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600);
        }
    }
    let only_good = format!("\u{feff}{}\r\n\r\n", of(&REVIEWS, good));
    let mut child = shomei()
        .args(["judge", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    input.write_all(only_good.as_bytes()).unwrap();
    drop(input);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), format!("✓ accept  {}\n", paths[0]));
    assert!(stderr(&output).starts_with("1 photo: 1 accepted, 0 referred, 0 rejected ("));
}

#[test]
fn another_policy_judges_otherwise() {
    let line = of(&REVIEWS, "accept_studio_man_01.jpg");
    let folder = folder(&[
        ("reviews.jsonl", line.as_bytes()),
        (
            "strict.toml",
            b"name = \"strict\"\n[too_far]\nrefer_below = 0.99\n",
        ),
    ]);
    let options = ["--policy", &at(&folder, "strict.toml"), "--format", "jsonl"];
    let output = run(["judge", &at(&folder, "reviews.jsonl")]
        .into_iter()
        .chain(options));
    assert_eq!(output.status.code(), Some(1));
    let (before, after) = (record(line), record(&stdout(&output)));
    assert_eq!(before["verdict"], "accept");
    assert_eq!(after["verdict"], "refer");
    assert_eq!(codes(&after), ["too_far"]);
    assert_eq!(after["policy"]["name"], "strict");
    assert_ne!(before["policy"]["hash"], after["policy"]["hash"]);
    for kept in [
        "id",
        "file",
        "face",
        "measurements",
        "waivers",
        "engine",
        "timings_ms",
    ] {
        assert_eq!(before[kept], after[kept], "{kept}");
    }
}

#[test]
fn waivers_stay_in_force_until_a_row_replaces_them() {
    let tilted = of(&REVIEWS, "tilted.jpg");
    let id = record(tilted)["id"].as_str().unwrap().to_owned();
    let folder = folder(&[
        ("reviews.jsonl", tilted.as_bytes()),
        (
            "declared.csv",
            format!("id,waive,reason\n\"{id}\",turned;tilted,illness\n").as_bytes(),
        ),
        ("withdrawn.csv", format!("id,waive\n\"{id}\",\n").as_bytes()),
    ]);
    let judge = |reviews: &str, options: &[&str]| {
        let output = run(["judge", reviews, "--format", "jsonl"]
            .iter()
            .chain(options));
        assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
        assert!(!stdout(&output).contains("illness"));
        stdout(&output)
    };
    let reviews = at(&folder, "reviews.jsonl");
    assert_eq!(record(tilted)["verdict"], "reject");
    let declared = at(&folder, "declared.csv");
    let waived = judge(&reviews, &["--waivers", &declared]);
    assert_eq!(record(&waived)["verdict"], "refer");
    assert_eq!(
        record(&waived)["waivers"],
        serde_json::json!(["turned", "tilted"])
    );
    assert_eq!(record(&waived)["findings"][0]["waived"], true);

    let kept = at(&folder, "waived.jsonl");
    fs::write(&kept, &waived).unwrap();
    assert_eq!(judge(&kept, &[]), waived);
    let withdrawn = at(&folder, "withdrawn.csv");
    assert_eq!(
        judge(&kept, &["--waivers", &withdrawn]),
        format!("{tilted}\n")
    );
    let options = ["--waivers", &withdrawn, "--waive", "tilted"];
    assert_eq!(record(&judge(&kept, &options))["verdict"], "refer");
}

#[test]
fn photos_have_waivers_of_their_own() {
    let (tilted, text) = (
        format!("{PHOTOS}/tilted.jpg"),
        format!("{PHOTOS}/not_jpeg_text.jpg"),
    );
    let folder = folder(&[
        (
            "manifest.csv",
            format!("file,verdict,waive\n{tilted},,tilted\n{text},,\n").as_bytes(),
        ),
        (
            "typo.csv",
            format!("id,waive\n{tilted},tilted\ntiltd.jpg,tilted\n").as_bytes(),
        ),
        ("none.csv", b"id,waive\nx,hat\n"),
    ]);
    let review = |table: &str| {
        let options = ["--waivers", &at(&folder, table), "--format", "jsonl"];
        run(["review", &tilted, &text].into_iter().chain(options))
    };
    let output = review("manifest.csv");
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    let lines = stdout(&output);
    let verdicts: Vec<_> = lines
        .lines()
        .map(|line| record(line)["verdict"].clone())
        .collect();
    assert_eq!(verdicts, ["refer", "reject"]);

    // Nothing is lost, and the mistake does not pass.
    let output = review("typo.csv");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output).lines().count(), 2);
    assert!(stderr(&output).contains("1 of 2 ids are not among them (line 3: \"tiltd.jpg\")"));

    let output = review("none.csv");
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stdout(&output), "");
    assert!(stderr(&output).contains("line 2: \"hat\" is not a code"));
}

#[test]
fn a_bad_line_ends_the_work_after_what_stands_before_it() {
    let line = of(&REVIEWS, "tilted.jpg");
    // The last one: findings stand before the measurements, and are not read.
    let changed = |from: &str, to: &str| {
        let (before, after) = line.rsplit_once(from).unwrap();
        [before, to, after].concat().into_bytes()
    };
    let roll = &line[line.rfind("\"roll_degrees\":").unwrap()..];
    let roll = &roll[..roll.find('}').unwrap()];
    let cut = line.split_inclusive("\"measurements\":").next().unwrap();
    for (bad, named) in [
        (
            changed("review/1", "review/9"),
            "unknown schema \"shomei.review/9\"; allowed: \"shomei.review/1\"",
        ),
        (changed(roll, "\"roll_degrees\":\"NaN\""), "string \"NaN\""),
        (
            changed(roll, "\"roll_degrees\":1e300"),
            "not a finite number",
        ),
        (changed(roll, "\"roll_degrees\":1e999"), "out of range"),
        (changed(roll, "\"roll\":1"), "missing field `roll_degrees`"),
        (
            changed("tilted.jpg\"", "\u{fffd}\"")
                .iter()
                .flat_map(|&b| [b, 0xFF])
                .collect(),
            "column",
        ),
        (cut.as_bytes().to_vec(), "EOF"),
        ("[".repeat(200_000).into_bytes(), "column"),
        (vec![b' '; (4 << 20) + 1], "longer than 4194304 bytes"),
        (b"id,verdict".to_vec(), "column"),
    ] {
        let file = [line.as_bytes(), b"\n\n", &bad, b"\n", line.as_bytes()].concat();
        let folder = folder(&[("reviews.jsonl", &file)]);
        let output = run(["judge", &at(&folder, "reviews.jsonl"), "--format", "jsonl"]);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{named}: {message}");
        assert_eq!(stdout(&output), format!("{line}\n"), "{named}");
        assert!(
            message.contains("stopped after 1 reviews: line 3: "),
            "{message}"
        );
        assert!(message.contains(named), "{named}: {message}");
        assert!(
            message.len() < 1000 && !message.contains("panicked"),
            "{message}"
        );
    }
}

#[test]
fn misuse_is_refused_with_the_thing_named() {
    let folder = folder(&[
        ("empty.jsonl", b"\n\n"),
        ("bad.toml", b"[too_closs]\n"),
        ("reviews.jsonl", b"{}"),
        ("table.csv", b"id,waive\n"),
    ]);
    let table = at(&folder, "table.csv");
    let (empty, reviews) = (at(&folder, "empty.jsonl"), at(&folder, "reviews.jsonl"));
    let policy = at(&folder, "bad.toml");
    let directory = folder.path().to_str().unwrap();
    for (args, named) in [
        (vec!["judge"], "REVIEWS"),
        (vec!["judge", "no/such.jsonl"], "no/such.jsonl"),
        (vec!["judge", directory], "directory"),
        (vec!["judge", &empty], "contains no review"),
        (
            vec!["judge", &reviews, "--out", &reviews],
            "one of the inputs",
        ),
        (
            vec!["judge", &reviews, "--waivers", &table, "--out", &table],
            "one of the inputs",
        ),
        (vec!["judge", &reviews, "--policy", &policy], "too_closs"),
        (vec!["judge", &reviews, "--waive", "blurred"], "blurred"),
        (vec!["judge", &reviews, "--waivers", "no.csv"], "no.csv"),
    ] {
        let output = run(&args);
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        assert_eq!(stdout(&output), "", "{args:?}");
        assert!(message.contains(named), "{args:?}: {message}");
    }
    assert!(Path::new(&reviews).metadata().unwrap().len() == 2);
}

#[test]
fn policies_are_listed_shown_and_taken_by_name() {
    let list = stdout(&run(["policy", "list"]));
    let names: Vec<_> = list
        .lines()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(names, ["my-number-card", "japan-passport", "icao"]);
    for name in names {
        let shown = stdout(&run(["policy", "show", name]));
        assert!(shown.contains(&format!("name = \"{name}\"")), "{shown}");
        assert_eq!(shown, stdout(&run(["policy", "show", "--policy", name])));
    }
    assert_eq!(
        stdout(&run(["policy", "show"])),
        stdout(&run(["policy", "show", "my-number-card"]))
    );

    // A portrait that leaves room to trim is fine for the card, and too small for a passport.
    let line = of(&REVIEWS, "accept_studio_man_01.jpg");
    let folder = folder(&[("reviews.jsonl", line.as_bytes())]);
    let reviews = at(&folder, "reviews.jsonl");
    let judged = |policy| {
        stdout(&run([
            "judge",
            &reviews,
            "--format=jsonl",
            "--policy",
            policy,
        ]))
    };
    assert_eq!(judged("my-number-card"), format!("{line}\n"));
    let passport = record(&judged("japan-passport"));
    assert_eq!(passport["policy"]["name"], "japan-passport");
    assert!(codes(&passport).contains(&"too_far"), "{passport}");
}

#[test]
fn policy_files_are_checked() {
    let folder = folder(&[
        ("good.toml", "\u{feff}name = \"x\"\r\nbase = \"icao\"\r\n[turned]\r\nrefer_above = 5\r\nreject_above = 12\r\n".as_bytes()),
        ("bad.toml", b"base = \"iaco\"\n[turned]\nrefer_above = 91\nreject = 1\n"),
        ("empty.toml", b""),
        ("binary.toml", b"\xFF\xFE"),
    ]);
    let check = |name: &str| run(["policy", "check", &at(&folder, name)]);
    let good = check("good.toml");
    assert_eq!(good.status.code(), Some(0));
    assert_eq!(
        stdout(&good),
        "ok: x, based on icao\nturned.reject_above = 12 (base: 8)\n"
    );
    assert_eq!(
        stdout(&check("empty.toml")),
        "ok: my-number-card, based on my-number-card\n"
    );

    let bad = check("bad.toml");
    assert_eq!(bad.status.code(), Some(2));
    assert_eq!(stdout(&bad), "");
    let message = stderr(&bad);
    for named in [
        "base: \"iaco\" is not allowed; allowed: my-number-card, japan-passport, icao",
        "turned.refer_above: 91 is not allowed; allowed: a number from 0 to 90; degrees",
        "turned.reject: unknown key; allowed: enabled, refer_above, reject_above",
    ] {
        let line = message.lines().find(|line| line.contains(named)).unwrap();
        assert!(line.contains("bad.toml"), "{line}");
    }
    for (args, named) in [
        (
            vec!["policy", "check", &at(&folder, "binary.toml")],
            "UTF-8",
        ),
        (vec!["policy", "check", "icao"], "icao"),
        (
            vec!["policy", "show", "iaco"],
            "built in: my-number-card, japan-passport, icao",
        ),
        (
            vec!["policy", "show", "icao", "--policy", "icao"],
            "cannot be used with",
        ),
    ] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        assert!(
            stderr(&output).contains(named),
            "{args:?}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_fast_review_has_the_same_verdict_and_is_never_laundered_into_an_accept() {
    let fast = run(["review", PHOTOS, "--format", "jsonl", "--fast"]);
    assert_eq!(fast.status.code(), Some(1), "{}", stderr(&fast));
    let fast = stdout(&fast);
    assert_eq!(fast.lines().count(), REVIEWS.lines().count());
    let mut stopped = 0;
    for (line, whole) in fast.lines().zip(REVIEWS.lines()) {
        let (review, whole) = (record(line), record(whole));
        let id = &whole["id"];
        assert_eq!((&review["id"], &review["verdict"]), (id, &whole["verdict"]));
        let reasons = codes(&whole);
        assert!(
            codes(&review).iter().all(|code| reasons.contains(code)),
            "{id}"
        );
        let measured = &review["measurements"];
        if measured.get("stopped_after").is_none() {
            assert_eq!(measured, &whole["measurements"], "{id}");
            continue;
        }
        stopped += 1;
        assert_eq!(review["verdict"], "reject", "{id}");
        assert_eq!(measured["portrait"], Value::Null, "{id}");
        assert_ne!(whole["measurements"]["portrait"], Value::Null, "{id}");
    }
    assert!(stopped >= 5, "{stopped}");

    let mut lax = "name = \"lax\"\n".to_owned();
    for code in stdout(&run(["explain"]))
        .lines()
        .filter_map(|line| line.split(' ').next())
    {
        if shomei::Code::ALL.iter().any(|known| known.as_str() == code) {
            lax += &format!("[{code}]\nenabled = false\n");
        }
    }
    let kept = folder(&[
        ("fast.jsonl", fast.as_bytes()),
        ("lax.toml", lax.as_bytes()),
    ]);
    let (reviews, lax) = (at(&kept, "fast.jsonl"), at(&kept, "lax.toml"));
    let again = run(["judge", &reviews, "--format", "jsonl"]);
    assert_eq!(
        stdout(&again),
        fast,
        "the same policy gives the same reviews"
    );
    let again = run(["judge", &reviews, "--policy", &lax, "--format", "jsonl"]);
    let again = stdout(&again);
    let again: Vec<_> = again.lines().map(record).collect();
    assert!(again.iter().any(|review| review["verdict"] == "accept"));
    for review in again {
        if review["measurements"].get("stopped_after").is_some() {
            assert_eq!(review["verdict"], "refer", "{}", review["id"]);
        }
    }

    // Defects that nobody looked for are no misses, and a notice says when it may lack some.
    let labels = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/expected.csv");
    let eval = run(["eval", labels, "--reviews", &reviews]);
    assert_eq!(eval.status.code(), Some(2));
    assert!(stderr(&eval).contains("--fast"), "{}", stderr(&eval));
    let notices = run(["notice", &reviews, "--out", &at(&kept, "notices")]);
    let warning = format!("{stopped} of the photos were reviewed with --fast");
    assert!(stderr(&notices).contains(&warning), "{}", stderr(&notices));
}

#[test]
fn a_fast_review_of_a_file_that_is_too_long_looks_for_no_face() {
    let mut long = fs::read(format!("{PHOTOS}/accept_studio_man_01.jpg")).unwrap();
    long.resize(8_000_000, 0);
    let photos = folder(&[("long.jpg", &long)]);
    let photo = at(&photos, "long.jpg");
    let out = at(&photos, "out.jsonl");
    let batch = ["review", &photo, "--format", "jsonl", "--out", &out];
    let first = run(batch.into_iter().chain(["--fast"]));
    assert_eq!(first.status.code(), Some(1), "{}", stderr(&first));
    let review = record(fs::read_to_string(&out).unwrap().trim_end());
    assert_eq!(codes(&review), ["file_size_out_of_range"]);
    assert_eq!(review["measurements"]["stopped_after"], "decode");
    assert_eq!(review["measurements"]["face"], Value::Null);
    let stages: Vec<_> = review["timings_ms"].as_object().unwrap().keys().collect();
    assert_eq!(stages, ["decode"]);

    let text = stdout(&run(["review", &photo, "--fast"]));
    assert!(text.contains("The review stopped here"), "{text}");
    // What a waiver or a policy lets pass does not stop it.
    let other = folder(&[("own.toml", b"[file_size_out_of_range]\nenabled = false")]);
    let own = at(&other, "own.toml");
    let text = stdout(&run(["review", &photo, "--fast", "--policy", &own]));
    assert!(text.starts_with("\u{2713} accept"), "{text}");

    let whole = run(batch.into_iter().chain(["--resume"]));
    assert_eq!(whole.status.code(), Some(2));
    let message = stderr(&whole);
    assert!(
        message.contains("started with fast, this is whole"),
        "{message}"
    );
}
