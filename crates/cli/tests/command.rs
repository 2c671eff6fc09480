//! The command from outside. Every start loads the models, which takes about a second, so that
//! tests share runs where they can.

#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod common;

use std::collections::{BTreeMap, HashSet};
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use common::{PHOTOS, run, shomei, stderr, stdout};

const GOOD: &str = "accept_studio_woman_01.jpg";

/// Runs what must be refused: exit 2, nothing on stdout, a message that names the thing.
fn refused(args: &[&str], named: &str) {
    let output = run(args);
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
    assert_eq!(stdout(&output), "", "{args:?}");
    assert!(message.contains(named), "{args:?}: {message}");
    assert!(!message.contains("panicked"), "{message}");
}

/// A folder with copies of some test photos.
fn folder(photos: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for photo in photos {
        fs::copy(Path::new(PHOTOS).join(photo), folder.path().join(photo)).unwrap();
    }
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn ids(lines: &str) -> Vec<String> {
    lines
        .lines()
        .map(|line| {
            let record: serde_json::Value = serde_json::from_str(line).unwrap();
            assert_eq!(record["schema"], "shomei.review/1");
            record["id"].as_str().unwrap().to_owned()
        })
        .collect()
}

fn listing(folder: &str) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| text(&entry.unwrap().path()).to_owned())
        .collect();
    names.sort();
    names
}

#[cfg(not(feature = "fleet"))]
#[test]
fn a_command_that_is_missing_from_this_build_says_how_to_get_it() {
    for command in ["submit", "work", "collect"] {
        let named = format!("no `{command}`; to get it, build with `--features shomei-cli/fleet`");
        refused(&[command, "--nats", "nats://localhost"], &named);
    }
    refused(&["sumbit"], "unrecognized subcommand");
}

#[test]
fn a_folder_is_reviewed_once_each_in_order_at_any_number_of_jobs() {
    let overlays = TempDir::new().unwrap();
    let out = overlays.path().join("reviews.jsonl");
    let pictures = overlays.path().join("made/here");
    let common = [
        "review",
        PHOTOS,
        "--format",
        "jsonl",
        "--no-timings",
        "--jobs",
    ];
    let one = run(common.iter().copied().chain(["1"]));
    let options = ["3", "--out", text(&out), "--overlay", text(&pictures)];
    let three = run(common.iter().copied().chain(options));
    for output in [&one, &three] {
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(stderr(output), "");
    }
    assert_eq!(stdout(&three), "");
    assert_eq!(stdout(&one), fs::read_to_string(&out).unwrap());
    let expected = listing(PHOTOS);
    assert_eq!(ids(&stdout(&one)), expected);

    let drawn = listing(text(&pictures));
    assert_eq!(drawn.len(), expected.len());
    assert!(
        drawn
            .iter()
            .any(|name| name.ends_with("accept_studio_woman_01.jpg.png")),
        "{drawn:?}"
    );
    for file in &drawn {
        let mut picture = png::Decoder::new(BufReader::new(File::open(file).unwrap()))
            .read_info()
            .unwrap();
        let mut pixels = vec![0; picture.output_buffer_size().unwrap()];
        picture.next_frame(&mut pixels).unwrap();
        let colours: HashSet<_> = pixels.chunks_exact(3).collect();
        assert!(colours.len() > 2, "{file} is empty");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&pictures), mode(&out)), (0o700, 0o600));
        assert_eq!(mode(Path::new(&drawn[0])), 0o600);
    }
}

#[test]
fn what_cannot_be_read_goes_to_a_person_and_stops_nothing() {
    let folder = folder(&["not_jpeg_text.jpg"]);
    let gone = folder.path().join("gone.jpg");
    #[cfg(unix)]
    std::os::unix::fs::symlink("nowhere", &gone).unwrap();
    #[cfg(not(unix))]
    return;
    let output = run(["review", "--format", "jsonl", text(folder.path())]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(stderr(&output), "");
    let lines = stdout(&output);
    assert_eq!(ids(&lines).len(), 2);
    let first: serde_json::Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    assert_eq!(first["id"], text(&gone));
    assert_eq!(first["verdict"], "refer");
    assert_eq!(first["findings"][0]["code"], "file_unreadable");
    assert_eq!(first["findings"][0]["outcome"], "unable");
}

#[cfg(unix)]
#[test]
fn a_pipe_without_a_writer_does_not_hang() {
    let folder = folder(&[]);
    let pipe = folder.path().join("pipe.jpg");
    let made = Command::new("mkfifo").arg(&pipe).status();
    if !made.is_ok_and(|status| status.success()) {
        return;
    }
    let output = run(["review", "--format", "csv", text(&pipe)]);
    assert_eq!(output.status.code(), Some(1));
    assert!(stdout(&output).contains("file_unreadable"));
}

#[test]
fn photos_that_are_all_accepted_exit_with_0() {
    // Which photos are accepted is for the conformance test; here all checks are off.
    let folder = folder(&[GOOD]);
    let codes = stdout(&run(["explain"]));
    let off: String = codes
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .map(|code| format!("[{code}]\nenabled = false\n"))
        .collect();
    let policy = folder.path().join(".policy.toml");
    fs::write(&policy, off).unwrap();
    let output = run(["review", text(folder.path()), "--policy", text(&policy)]);
    assert_eq!(output.status.code(), Some(0), "{}", stdout(&output));
    let id = folder.path().join(GOOD);
    assert_eq!(stdout(&output), format!("✓ accept  {}\n", id.display()));
    let summary = stderr(&output);
    assert!(
        summary.starts_with("1 photo: 1 accepted, 0 referred, 0 rejected ("),
        "{summary}"
    );
    assert!(!summary.contains(GOOD));
}

#[test]
fn lists_and_globs_choose_the_photos() {
    let folder = folder(&["not_jpeg_text.jpg", "not_jpeg.png", "not_jpeg_png.jpg"]);
    let at = |name: &str| text(&folder.path().join(name)).to_owned();
    let mut child = shomei()
        .args([
            "review",
            "--format",
            "csv",
            "--lang",
            "ja",
            "--files-from",
            "-",
            "-0",
        ])
        .args(["--include", "*.jpg", "--exclude", "*text*"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let list = format!("{}\0{}\0", at("not_jpeg.png"), text(folder.path()));
    child
        .stdin
        .take()
        .unwrap()
        .write_all(list.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let table = stdout(&output);
    assert!(
        table.starts_with("id,verdict,codes,outcomes,text\n"),
        "{table}"
    );
    let rows: Vec<_> = csv::Reader::from_reader(table.as_bytes())
        .records()
        .map(|row| row.unwrap())
        .collect();
    let ids: Vec<_> = rows.iter().map(|row| &row[0]).collect();
    // Named itself, so that no glob leaves it out; then the directory.
    assert_eq!(ids, [at("not_jpeg.png"), at("not_jpeg_png.jpg")]);
    assert!(
        rows.iter()
            .all(|row| row[2].contains("not_jpeg") && !row[4].is_ascii())
    );
}

#[test]
fn misuse_is_refused_with_the_thing_named() {
    let folder = folder(&["not_jpeg_text.jpg"]);
    let at = |name: &str| text(&folder.path().join(name)).to_owned();
    let photo = at("not_jpeg_text.jpg");
    fs::create_dir(at("empty")).unwrap();
    fs::write(at("policy.toml"), "[too_closs]\nreject_above = 1\n").unwrap();
    refused(&["review", &at("nowhere.jpg")], "nowhere.jpg");
    refused(&["review", &at("empty")], "empty");
    refused(&["review", PHOTOS, "--include", "*.tiff"], "photos");
    refused(&["review", &photo, "--jobs", "0"], "--jobs");
    refused(
        &["review", &photo, "--policy", &at("policy.toml")],
        "too_closs",
    );
    refused(
        &["review", &photo, "--policy", &at("none.toml")],
        "none.toml",
    );
    refused(&["review", &photo, "--exclude", "a["], "a[");
    refused(&["review", &photo, "--waive", "blurred"], "blurred");
    refused(
        &["review", &photo, "--out", &at("none/out.jsonl")],
        "out.jsonl",
    );
    refused(&["review", &photo, "--out", &photo], "one of the inputs");
    refused(&["review", &photo, "--overlay", &photo], "--overlay");
    refused(&["review", &photo, &photo], "given twice");
    refused(&["review", "--files-from", &at("no-list")], "no-list");
    refused(&["review"], "PATH");
    fs::write(at("bad.csv"), "file,verdict,defects\na.jpg,good,\n").unwrap();
    let photos = text(folder.path());
    refused(
        &["eval", &at("bad.csv"), "--photos", photos],
        "line 2, column verdict: \"good\" is not allowed; allowed: accept, reject, unclear",
    );
    refused(&["eval", &at("none.csv"), "--photos", photos], "none.csv");
    refused(&["eval", &at("bad.csv")], "--photos");
    fs::write(at("gone.csv"), "file,verdict,defects\na.jpg,accept,\n").unwrap();
    refused(
        &["eval", &at("gone.csv"), "--photos", photos],
        "1 photos of the manifest are missing (\"a.jpg\")",
    );
    refused(&["explain", "too_closs"], "too_close");
    refused(
        &["policy", "show", "--policy", &at("policy.toml")],
        "too_closs",
    );
    assert_eq!(
        fs::read(photo).unwrap(),
        fs::read(Path::new(PHOTOS).join("not_jpeg_text.jpg")).unwrap()
    );
}

/// A smile with teeth on a real photo, in the applicant's language, and what to do about it.
#[test]
fn an_expression_is_named_with_its_advice() {
    let photo = Path::new(PHOTOS).join("background_object_flag.jpg");
    let output = run(["review", "--format", "human", "--lang", "ja", text(&photo)]);
    assert_eq!(output.status.code(), Some(1));
    let shown = stdout(&output);
    let mut lines = shown.lines();
    assert!(
        lines.any(|line| line.contains("expression: 歯が見えています。")),
        "{shown}"
    );
    assert!(lines.next().unwrap().contains("口を閉じて"), "{shown}");
}

#[test]
fn codes_are_explained_and_the_policy_shown() {
    let all = run(["explain"]);
    assert_eq!(all.status.code(), Some(0));
    assert!(
        stdout(&all)
            .lines()
            .any(|line| line.starts_with("too_close "))
    );
    let one = stdout(&run(["explain", "too_close", "--lang", "ja"]));
    assert!(
        one.starts_with("too_close: ") && !one.is_ascii() && one.contains("Why"),
        "{one}"
    );

    let usual = run(["policy", "show"]);
    assert_eq!(usual.status.code(), Some(0));
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("policy.toml");
    fs::write(&path, stdout(&usual)).unwrap();
    assert_eq!(
        stdout(&run(["policy", "show", "--policy", text(&path)])),
        stdout(&usual)
    );
    fs::write(&path, "[too_close]\nenabled = false\n").unwrap();
    assert_ne!(
        stdout(&run(["policy", "show", "--policy", text(&path)])),
        stdout(&usual)
    );
}

/// The labelled test photos are evaluated, from their reviews as from the photos.
#[test]
fn reviews_are_compared_with_labels() {
    const LABELS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/expected.csv");
    let folder = TempDir::new().unwrap();
    let at = |name: &str| text(&folder.path().join(name)).to_owned();
    let (reviews, page) = (at("reviews.jsonl"), at("page.html"));
    let all = [
        "review",
        PHOTOS,
        "--format",
        "jsonl",
        "--no-timings",
        "--out",
        &reviews,
    ];
    assert_eq!(run(all).status.code(), Some(1));

    let fresh = run(["eval", LABELS, "--photos", PHOTOS]);
    assert_eq!(fresh.status.code(), Some(0), "{}", stderr(&fresh));
    let read = run([
        "eval",
        LABELS,
        "--reviews",
        &reviews,
        "--photos",
        PHOTOS,
        "--html",
        &page,
    ]);
    assert_eq!(stdout(&read), stdout(&fresh));
    let labels = fs::read_to_string(LABELS).unwrap();
    let count = labels.lines().count() - 1;
    let good = labels.matches(".jpg,accept,").count();
    let start = format!("{count} photos: {good} good, ");
    assert!(stdout(&read).starts_with(&start), "{}", stdout(&read));
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.starts_with("<!doctype html>") && html.ends_with("</html>\n"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(
            fs::metadata(&page).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }

    let json = run(["eval", LABELS, "--reviews", &reviews, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(report["schema"], "shomei.eval/1");
    assert_eq!(report["good"]["all"]["accepted"]["of"], good);
    let defects = report["defects"].as_array().unwrap();
    let cut = defects
        .iter()
        .find(|defect| defect["label"] == "face_cut")
        .unwrap();
    let caught = &cut["hits"]["made"]["caught"];
    assert!(caught["count"].as_u64().unwrap() >= 4, "{caught}");
    assert_eq!(caught["count"], caught["of"]);
    assert_eq!(cut["sides"].as_array().unwrap().len(), 4);

    // Codes that this build does not know are ignored, because the verdicts are computed again.
    let newer = fs::read_to_string(&reviews).unwrap();
    let newer = newer.replace("\"code\":\"face_cut\"", "\"code\":\"a_code_of_next_year\"");
    assert!(newer.contains("a_code_of_next_year"));
    fs::write(at("newer.jsonl"), newer).unwrap();
    let newer = run([
        "eval",
        LABELS,
        "--reviews",
        &at("newer.jsonl"),
        "--format",
        "json",
    ]);
    assert_eq!(stdout(&newer), stdout(&json), "{}", stderr(&newer));

    // Another policy judges the same measurements anew.
    fs::write(at("blind.toml"), "[face_cut]\nenabled = false\n").unwrap();
    let policy = at("blind.toml");
    let blind = run([
        "eval",
        LABELS,
        "--reviews",
        &reviews,
        "--policy",
        &policy,
        "--format",
        "json",
    ]);
    let blind: serde_json::Value = serde_json::from_str(&stdout(&blind)).unwrap();
    let cut = &blind["defects"]
        .as_array()
        .unwrap()
        .iter()
        .find(|d| d["label"] == "face_cut");
    assert_eq!(cut.unwrap()["hits"]["all"]["named"]["count"], 0);

    groups_are_compared(folder.path(), &labels, &reviews);

    // A proposal is a policy file, and is never written over another one.
    let proposed = at("proposed.toml");
    let calibrate = [
        "eval",
        LABELS,
        "--reviews",
        &reviews,
        "--calibrate",
        &proposed,
    ];
    let output = run(calibrate);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("UNDER THE PROPOSED POLICY"));
    let shown = run(["policy", "show", "--policy", &proposed]);
    assert!(
        stdout(&shown).contains("my-number-card-proposed"),
        "{}",
        stderr(&shown)
    );
    refused(&calibrate, "exists already");
    refused(
        &["eval", LABELS, "--reviews", &reviews, "--html", &reviews],
        "one of the inputs",
    );

    // Nothing is lost or counted twice in silence.
    let lines = fs::read_to_string(&reviews).unwrap();
    let (first, rest) = lines.split_once('\n').unwrap();
    let changed = at("changed.jsonl");
    for (text, named) in [
        (
            rest.to_owned(),
            "photos of the manifest have no review: 1 (\"accept_exif_",
        ),
        (format!("{lines}{first}\n"), "reviewed already: 1 ("),
        (
            lines.replace("/not_jpeg.png\"", "/other.png\""),
            "/other.png\")",
        ),
        (format!("{lines}{{}}\n"), &format!("line {}", count + 1)),
    ] {
        fs::write(&changed, text).unwrap();
        refused(&["eval", LABELS, "--reviews", &changed], named);
    }
}

/// Photos are counted by the values of any column, in all formats.
fn groups_are_compared(folder: &Path, labels: &str, reviews: &str) {
    let at = |name: &str| text(&folder.join(name)).to_owned();
    let (mut rows, mut records) = (Vec::new(), Vec::new());
    // Counts of good photos bothered, good ones, bad ones missed, bad ones.
    let mut expected: BTreeMap<&str, [u64; 4]> = BTreeMap::new();
    let lines = fs::read_to_string(reviews).unwrap();
    for (number, line) in labels.lines().skip(1).enumerate() {
        let (file, label) = line.split_once(',').unwrap();
        let end = format!("/{file}\"");
        let record = lines.lines().find(|line| line.contains(&end)).unwrap();
        let accepted = record.contains("\"verdict\":\"accept\"");
        let again = label.replace("accept,,", "reject,hat,");
        // The second photo of each pair is a copy; that of a good photo is said to be bad.
        for (folder, label) in [("", label), ("again/", &again)] {
            let group = match number {
                0 => "",
                _ if label == again && number % 2 == 0 => "even",
                _ => "<odd>",
            };
            rows.push(format!("{folder}{file},{label},{group}"));
            records.push(record.replace(&end, &format!("/{folder}{file}\"")));
            let counts = expected.entry(group).or_default();
            if label.starts_with("accept,") {
                counts[0] += u64::from(!accepted);
                counts[1] += 1;
            } else if label.starts_with("reject,") {
                counts[2] += u64::from(accepted);
                counts[3] += 1;
            }
        }
    }
    let header = labels.lines().next().unwrap();
    let (manifest, reviews) = (at("groups.csv"), at("groups.jsonl"));
    fs::write(
        &manifest,
        format!("{header}, number \n{}\n", rows.join("\n")),
    )
    .unwrap();
    fs::write(&reviews, records.join("\n")).unwrap();

    let eval = ["eval", &manifest, "--reviews", &reviews, "--by", "number"];
    let json = run(eval
        .into_iter()
        .chain(["--by", "family", "--format", "json"]));
    let report: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(report["groups"][0]["column"], "number", "{}", stderr(&json));
    assert_eq!(report["groups"][1]["column"], "family");
    let groups = report["groups"][0]["groups"].as_array().unwrap();
    let found: BTreeMap<&str, [u64; 4]> = groups
        .iter()
        .map(|group| {
            let (good, bad) = (&group["bothered"], &group["missed"]);
            let numbers = [&good["count"], &good["of"], &bad["count"], &bad["of"]];
            let numbers = numbers.map(|number| number.as_u64().unwrap());
            (group["value"].as_str().unwrap_or_default(), numbers)
        })
        .collect();
    assert_eq!(found, expected);
    assert_eq!(groups[0]["value"], serde_json::Value::Null);
    assert_eq!(groups[0]["few_good"], true);

    let page = at("groups.html");
    let human = stdout(&run(eval.into_iter().chain(["--html", &page])));
    for part in [
        "\nBY number ",
        "\n(empty cell) ",
        "\n* fewer than 20 photos",
        "\nlargest gap of bad photos missed: ",
        " points [",
        "], even above <odd>\n",
        "\nno gap, since fewer than two groups are large enough: good photos bothered, ",
    ] {
        assert!(human.contains(part), "{part}: {human}");
    }
    let html = fs::read_to_string(&page).unwrap();
    assert!(html.contains("<h3>By number</h3>") && html.contains("<td>&lt;odd&gt;</td>"));
    // Nothing about groups that nobody asked for.
    let without = stdout(&run(["eval", &manifest, "--reviews", &reviews]));
    assert!(human.starts_with(without.split_once("\nLIMITS").unwrap().0));

    let unknown = ["eval", &manifest, "--reviews", &reviews, "--by", "skin"];
    refused(&unknown, "--by: manifest ");
    refused(
        &unknown,
        "column \"skin\" is missing; the manifest has [\"file\", ",
    );
}

#[test]
fn help_is_an_answer() {
    for args in [vec!["--help"], vec!["review", "--help"], vec!["--version"]] {
        let output = run(&args);
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("shomei"), "{args:?}");
    }
    assert!(stdout(&run(["review", "--help"])).contains("Exit codes:"));
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = shomei()
        .args(["review", PHOTOS, "--format", "jsonl", "--jobs", "2"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(ids(&line).len(), 1);
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{:?}",
        output.status
    );
    assert_eq!(stderr(&output), "");
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_written_unambiguously() {
    use std::os::unix::ffi::OsStrExt;
    let folder = folder(&[]);
    let name: PathBuf = folder.path().join(OsStr::from_bytes(b"100%\xff.jpg"));
    if fs::write(&name, "no photo").is_err() {
        return;
    }
    let output = run([
        OsStr::new("review"),
        OsStr::new("--format=jsonl"),
        folder.path().as_os_str(),
    ]);
    assert_eq!(output.status.code(), Some(1));
    assert!(ids(&stdout(&output))[0].ends_with("/100%25%FF.jpg"));
}

/// A large progressive photo is decoded at a scale that hardly needs its last scan, which is read
/// all the same: damage in it would show when the photo is printed.
#[test]
fn damage_in_any_scan_of_a_large_progressive_photo_is_found() {
    let (width, height) = (3072u16, 3840u16);
    let pixels: Vec<u8> = (0..usize::from(width) * usize::from(height) * 3)
        .map(|i| (i / 5 % 251) as u8 ^ (i % 13) as u8)
        .collect();
    let mut file = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut file, 80);
    encoder.set_progressive(true);
    encoder
        .encode(&pixels, width, height, jpeg_encoder::ColorType::Rgb)
        .unwrap();
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("sound.jpg"), &file).unwrap();
    let scan = file.windows(2).rposition(|w| w == [0xFF, 0xDA]).unwrap();
    let lost = scan + (file.len() - scan) / 2;
    file[lost..lost + 512].fill(0);
    fs::write(folder.path().join("damaged.jpg"), &file).unwrap();
    let output = run(["review", "--format", "jsonl", text(folder.path())]);
    let lines = stdout(&output);
    let corrupt = |name: &str| {
        let line = lines.lines().find(|line| line.contains(name)).unwrap();
        line.contains("\"file_corrupt\"")
    };
    assert!(corrupt("damaged.jpg") && !corrupt("sound.jpg"), "{lines}");
}
