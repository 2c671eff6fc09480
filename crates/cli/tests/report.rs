//! What is made of stored reviews: counts, notices, pictures for the card, and the site.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::path::Path;
use std::process::Output;
use std::sync::LazyLock;

use serde_json::Value;
use tempfile::TempDir;

use common::{PHOTOS, run, stderr, stdout};

/// Of these, two are accepted.
const SHOWN: [&str; 5] = [
    "accept_exif_orientation_6.jpg",
    "accept_studio_man_01.jpg",
    "too_dark.jpg",
    "off_centre.jpg",
    "file_truncated.jpg",
];

/// Some test photos, reviewed once.
static REVIEWS: LazyLock<String> = LazyLock::new(|| {
    let paths = SHOWN.map(|photo| format!("{PHOTOS}/{photo}"));
    let options = ["review", "--format", "jsonl"].map(str::to_owned);
    let output = run(options.iter().chain(&paths));
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
    stdout(&output)
});

fn succeeds(args: &[&str]) -> Output {
    let output = run(args);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    output
}

/// A folder with the reviews in `reviews.jsonl`.
fn folder(reviews: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("reviews.jsonl"), reviews).unwrap();
    folder
}

fn at(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

fn rows(csv: &[u8]) -> Vec<Vec<String>> {
    let text = csv.strip_prefix("\u{feff}".as_bytes()).unwrap_or(csv);
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(text);
    let rows = reader.records().map(|row| row.unwrap());
    rows.map(|row| row.iter().map(str::to_owned).collect())
        .collect()
}

#[cfg(unix)]
fn assert_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    let metadata = fs::metadata(path).unwrap();
    let mode = metadata.permissions().mode() & 0o777;
    if metadata.is_dir() {
        assert_eq!(mode, 0o700, "{path:?}");
        for entry in fs::read_dir(path).unwrap() {
            assert_private(&entry.unwrap().path());
        }
    } else {
        assert_eq!(mode, 0o600, "{path:?}");
    }
}

#[cfg(not(unix))]
fn assert_private(_: &Path) {}

#[test]
fn reviews_are_counted() {
    let folder = folder(&REVIEWS);
    let reviews = at(&folder, "reviews.jsonl");
    let table = stdout(&succeeds(&["summary", &reviews]));
    assert!(
        table.starts_with(
            "photos    5\naccepted  2  40.0%\nreferred  1  20.0%\nrejected  2  40.0%\n"
        ),
        "{table}"
    );
    let by_folder = succeeds(&["summary", &reviews, "--by", "folder", "--format", "csv"]);
    assert_eq!(rows(&by_folder.stdout)[1], [PHOTOS, "5", "2", "1", "2"]);
    let json = stdout(&succeeds(&[
        "summary", &reviews, "--format", "json", "--lang", "ja",
    ]));
    let json: Value = serde_json::from_str(&json).unwrap();
    let reasons = json["reasons"].as_array().unwrap();
    let truncated = reasons
        .iter()
        .find(|reason| reason["code"] == "file_truncated");
    assert_eq!(truncated.unwrap()["rejected"], 1);
    assert_eq!(truncated.unwrap()["title"], "ファイルが途中で切れています");
}

#[test]
fn every_rejected_photo_has_a_notice() {
    let folder = folder(&REVIEWS);
    let reviews = at(&folder, "reviews.jsonl");
    for (lang, words) in [("ja", "対処方法"), ("en", "What to do")] {
        let out = at(&folder, lang);
        let output = succeeds(&["notice", &reviews, "--lang", lang, "--out", &out]);
        assert_eq!(stderr(&output), "2 notices for 5 reviews\n");
        assert_private(Path::new(&out));
        let table = rows(&fs::read(format!("{out}/notices.csv")).unwrap());
        assert_eq!(
            table[0],
            [
                "id", "count", "codes", "reasons", "advice", "notice", "file"
            ]
        );
        let ids: Vec<_> = table[1..].iter().map(|row| row[0].as_str()).collect();
        let rejected = ["too_dark.jpg", "file_truncated.jpg"].map(|p| format!("{PHOTOS}/{p}"));
        assert_eq!(ids, rejected);
        for row in &table[1..] {
            let notice = fs::read_to_string(format!("{out}/{}", row[6])).unwrap();
            assert_eq!(notice, row[5]);
            assert!(
                notice.contains(words) && notice.contains(&row[0]),
                "{notice}"
            );
            for sentence in row[3].lines().chain(row[4].lines()) {
                assert!(notice.contains(sentence), "{notice}");
            }
        }
        assert_eq!(fs::read_dir(&out).unwrap().count(), 3);
    }
}

#[test]
fn a_template_is_shown_changed_and_checked() {
    let folder = folder(&REVIEWS);
    let reviews = at(&folder, "reviews.jsonl");
    let template = at(&folder, "template.txt");
    let shown = stdout(&succeeds(&["notice", "--show-template", "--lang", "en"]));
    fs::write(&template, shown.replace("Thank you", "Many thanks")).unwrap();
    let out = at(&folder, "out");
    succeeds(&["notice", &reviews, "--template", &template, "--out", &out]);
    let table = rows(&fs::read(format!("{out}/notices.csv")).unwrap());
    assert!(table[1][5].contains("Many thanks"), "{}", table[1][5]);

    fs::write(&template, "Dear {{name}},").unwrap();
    let unmade = at(&folder, "unmade");
    let output = run([
        "notice",
        &reviews,
        "--template",
        &template,
        "--out",
        &unmade,
    ]);
    assert_eq!(output.status.code(), Some(2));
    let message = stderr(&output);
    assert!(
        message.contains("line 1: unknown placeholder {{name}}; allowed here: id, count, #reasons"),
        "{message}"
    );
    assert!(!Path::new(&unmade).exists());
}

#[test]
fn accepted_photos_are_cut_for_the_card() {
    let folder = folder(&REVIEWS);
    let reviews = at(&folder, "reviews.jsonl");
    for (dpi, size) in [("600", (520, 650)), ("300", (260, 325))] {
        let out = at(&folder, dpi);
        let output = succeeds(&[
            "crop", &reviews, "--photos", PHOTOS, "--out", &out, "--dpi", dpi,
        ]);
        assert_eq!(stderr(&output), "2 of 2 accepted photos cut\n");
        assert_private(Path::new(&out));
        let table = rows(&output.stdout);
        let results: Vec<_> = table[1..].iter().map(|row| row[1].as_str()).collect();
        let no = "not_accepted";
        assert_eq!(results, ["cut", "cut", no, no, no]);
        for row in &table[1..3] {
            // 34 ± 2 and 4 ± 2 of 45 mm, at 27.5.
            let (head, above): (f64, f64) = (row[3].parse().unwrap(), row[4].parse().unwrap());
            assert!(
                (19.5..=22.1).contains(&head) && (1.2..=3.7).contains(&above),
                "{row:?}"
            );
            assert_eq!(row[6], "yes");
            let jpeg = fs::read(format!("{out}/{}", row[2])).unwrap();
            // JFIF: dots an inch, then the density across and down.
            assert_eq!(&jpeg[6..11], b"JFIF\0");
            assert_eq!(jpeg[13], 1);
            let dots: u16 = dpi.parse().unwrap();
            assert_eq!(&jpeg[14..18], [dots.to_be_bytes(); 2].concat());
            let picture = image::load_from_memory(&jpeg).unwrap().to_rgb8();
            assert_eq!(picture.dimensions(), size);
            // The wall above the head is light, the hair below the crown is not.
            let luma = |part: f64| {
                let at = (f64::from(size.1) * part) as u32;
                let [r, g, b] = picture.get_pixel(size.0 / 2, at).0;
                u32::from(r) + u32::from(g) + u32::from(b)
            };
            assert!(luma(0.03) > luma(0.16) + 150, "{row:?}");
        }
    }
}

#[test]
fn photos_of_a_manifest_are_found_by_it() {
    let folder = TempDir::new().unwrap();
    let (manifest, reviews) = (at(&folder, "night.csv"), at(&folder, "reviews.jsonl"));
    let photo = Path::new(PHOTOS).join("accept_studio_man_01.jpg");
    let photo = fs::canonicalize(photo).unwrap();
    let table = format!("application_id,path\nA-1001,{}\n", photo.to_str().unwrap());
    fs::write(&manifest, table).unwrap();
    succeeds(&[
        "review",
        "--manifest",
        &manifest,
        "--format",
        "jsonl",
        "--out",
        &reviews,
    ]);
    let out = at(&folder, "cards");
    let output = succeeds(&["crop", &reviews, "--photos", &manifest, "--out", &out]);
    assert_eq!(rows(&output.stdout)[1][..2], ["A-1001", "cut"]);
}

#[test]
fn a_photo_that_vanished_or_changed_is_named() {
    let folder = folder(&REVIEWS);
    let reviews = at(&folder, "reviews.jsonl");
    let photos = at(&folder, "photos");
    fs::create_dir(&photos).unwrap();
    fs::write(format!("{photos}/{}", SHOWN[1]), "another").unwrap();
    let out = at(&folder, "cards");
    let output = run(["crop", &reviews, "--photos", &photos, "--out", &out]);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(stderr(&output), "0 of 2 accepted photos cut\n");
    let table = rows(&output.stdout);
    assert_eq!(table.len(), 6, "every review has its row");
    assert_eq!(
        (table[1][1].as_str(), table[2][1].as_str()),
        ("not_found", "changed")
    );

    let site = at(&folder, "site");
    let output = succeeds(&[
        "report",
        &reviews,
        "--photos",
        &photos,
        "--thumbnails",
        "--out",
        &site,
    ]);
    assert!(
        stderr(&output).contains("\n5 photos are missing"),
        "{}",
        stderr(&output)
    );
    let chunk = fs::read_to_string(format!("{site}/data/00000.js")).unwrap();
    assert_eq!(chunk.matches("\"gone\":true").count(), 5);
    let gallery = fs::read_to_string(format!("{site}/gallery.en.html")).unwrap();
    assert!(gallery.contains("photo not found (5)"), "{gallery}");
    assert!(!Path::new(&site).join("thumbs").exists());
}

#[test]
fn the_site_holds_every_photo_once_worst_first() {
    // More than a chunk, with an id that would be markup.
    let line = REVIEWS.lines().nth(2).unwrap();
    let mut lines: Vec<String> = (0..120)
        .map(|n| {
            let mut record: Value = serde_json::from_str(line).unwrap();
            record["id"] = format!("{n}<script>alert(1)</script>.jpg").into();
            record.to_string()
        })
        .collect();
    lines.extend(REVIEWS.lines().map(str::to_owned));
    let folder = folder(&lines.join("\n"));
    let reviews = at(&folder, "reviews.jsonl");
    let (plain, shown) = (at(&folder, "plain"), at(&folder, "shown"));
    succeeds(&["report", &reviews, "--out", &plain, "--lang", "ja"]);
    succeeds(&[
        "report",
        &reviews,
        "--photos",
        PHOTOS,
        "--thumbnails",
        "--out",
        &shown,
    ]);
    for site in [&plain, &shown] {
        assert_private(Path::new(site));
        let mut verdicts = Vec::new();
        let mut numbers = Vec::new();
        for chunk in ["00000", "00001"] {
            let text = fs::read_to_string(format!("{site}/data/{chunk}.js")).unwrap();
            for line in text.lines().filter(|line| line.starts_with('{')) {
                let photo: Value = serde_json::from_str(line.trim_end_matches(',')).unwrap();
                numbers.push(photo["n"].as_u64().unwrap());
                verdicts.push(photo["v"].as_str().unwrap().to_owned());
                let number = numbers[numbers.len() - 1];
                let thumbnail = format!("{site}/thumbs/0000/{number:07}.jpg");
                assert_eq!(photo["p"] == true, Path::new(&thumbnail).exists());
                assert_eq!(
                    photo["p"] == true,
                    *site == shown && (120..125).contains(&number)
                );
            }
        }
        numbers.sort_unstable();
        assert_eq!(numbers, (0..125).collect::<Vec<_>>());
        let order: Vec<_> = verdicts
            .chunk_by(|a, b| a == b)
            .map(|run| (run[0].as_str(), run.len()))
            .collect();
        assert_eq!(order, [("reject", 122), ("refer", 1), ("accept", 2)]);
        for page in [
            "index.html",
            "summary.ja.html",
            "summary.en.html",
            "gallery.ja.html",
        ] {
            let text = fs::read_to_string(format!("{site}/{page}")).unwrap();
            assert!(text.contains("Content-Security-Policy"), "{page}");
            assert!(!text.contains("alert("), "{page}");
        }
    }
    let index = fs::read_to_string(format!("{plain}/index.html")).unwrap();
    assert!(index.contains("<html lang=\"ja\">") && index.contains("at-reject"));
}

#[test]
fn what_cannot_be_used_is_refused_and_named() {
    let folder = folder(&REVIEWS);
    let reviews = at(&folder, "reviews.jsonl");
    fs::write(at(&folder, "file"), "no review\n").unwrap();
    fs::write(
        at(&folder, "other.toml"),
        "name = \"other\"\n[tilted]\nrefer_above = 5\n",
    )
    .unwrap();
    let [file, missing, other, judged] =
        ["file", "missing", "other.toml", "judged"].map(|name| at(&folder, name));
    run([
        "judge", &reviews, "--policy", &other, "--format", "jsonl", "--out", &judged,
    ]);
    let full = folder.path().to_str().unwrap();
    let new = at(&folder, "new");
    for (args, named) in [
        (
            vec!["summary", &file],
            "stopped after 0 reviews: line 1: not a shomei.review/1 record",
        ),
        (vec!["summary", &missing], "missing"),
        (vec!["summary", &judged], "judged by the policy \"other\""),
        (
            vec!["report", &reviews, "--out", full],
            "the folder is not empty",
        ),
        (vec!["report", &reviews, "--out", &file], "--out"),
        (
            vec!["report", &reviews, "--out", &new, "--photos", &missing],
            "--photos",
        ),
        (
            vec!["report", &reviews, "--out", &new, "--thumbnails"],
            "--photos",
        ),
        (vec!["notice", &reviews], "--out"),
        (
            vec!["notice", &reviews, "--out", &new, "--template", &missing],
            "--template",
        ),
        (
            vec![
                "crop", &reviews, "--photos", PHOTOS, "--out", &new, "--dpi", "72",
            ],
            "[possible values: 300, 600]",
        ),
        (
            vec!["crop", &reviews, "--photos", &file, "--out", &new],
            "neither a folder nor a manifest",
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
    // With its policy it is counted.
    succeeds(&["summary", &judged, "--policy", &other]);
}

#[test]
fn completions_and_manual_pages_come_from_the_definition() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = stdout(&succeeds(&["completions", shell]));
        assert!(
            script.contains("thumbnails") && script.contains("notice"),
            "{shell}"
        );
    }
    let folder = TempDir::new().unwrap();
    let out = at(&folder, "man");
    succeeds(&["man", "--out", &out]);
    for (page, part) in [
        ("shomei.1", "shomei\\-report"),
        ("shomei-crop.1", "dpi"),
        ("shomei-policy-show.1", "TOML"),
    ] {
        let text = fs::read_to_string(format!("{out}/{page}")).unwrap();
        assert!(text.contains(part), "{page}: {text}");
    }
}
