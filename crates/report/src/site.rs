//! A static site to look through reviews: a summary and a gallery, in Japanese and English. It
//! opens from a file URL and needs no network.
//!
//! [`Site`] takes photos one by one as [`Entry`]s and keeps a few bytes of each. The caller keeps the
//! gallery's data of each photo ([`Entry::json`]). At the end, the caller writes the data in chunks
//! of [`CHUNK`], in the order of [`Site::order`].

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt::Write as _;

use serde_json::{Value, json};
use shomei_photo::{FaceFacts, ImageSize, OriginalPoint, Region};
use shomei_verdict::wire::v1::{ReviewRecord, StoredReview};
use shomei_verdict::{
    Code, Lang, LimitPair, Limits, Outcome, Policy, Verdict, limit_pairs, summary,
};

use crate::counts::{Counts, Grouping};
use crate::harmless;
use crate::histogram::Histogram;

mod pages;
mod words;

/// Photos in one file of the gallery's data.
pub const CHUNK: usize = 100;

/// Whether the picture of a photo can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "callers say which of them")]
pub enum Picture {
    /// Pictures were not asked for.
    None,
    /// There is a thumbnail.
    Shown,
    /// The photo exists but cannot be shown.
    Unreadable,
    /// The photo is missing, or is not the one that was reviewed.
    Gone,
}

/// The data of one review that the site needs.
#[derive(Clone, Debug)]
pub struct Entry {
    record: ReviewRecord,
    japanese: Vec<String>,
    /// Its notes in Japanese and English.
    notes: Vec<(String, String)>,
    /// For each pair of limits, the tipping point, and the limits of the policy that judged.
    measured: Vec<(Option<f64>, Limits)>,
    picture: Picture,
}

impl Entry {
    /// Judges the review again by the policy that made it. This gives the texts in both languages
    /// and compares each measurement with its limits.
    #[must_use]
    pub fn new(stored: StoredReview, policy: &Policy, picture: Picture) -> Self {
        let measured = |pair: LimitPair| {
            let tip = policy.tipping_point(&stored.measurements, &pair);
            (tip, policy.limits(&pair))
        };
        let measured = limit_pairs().map(measured).collect();
        let japanese = stored.clone().judge_again(policy, Lang::Ja);
        let record = stored.judge_again(policy, Lang::En);
        let in_english = record.notes.iter().map(|note| note.text.clone());
        let notes = japanese.notes.into_iter().map(|note| note.text);
        Self {
            notes: notes.zip(in_english).collect(),
            japanese: japanese
                .findings
                .into_iter()
                .map(|finding| finding.text)
                .collect(),
            record,
            measured,
            picture,
        }
    }

    /// The gallery's data of photo `number`, counted from 0 in the order of the reviews.
    #[must_use]
    pub fn json(&self, number: usize) -> String {
        let record = &self.record;
        let findings: Vec<Value> = record
            .findings
            .iter()
            .zip(&self.japanese)
            .map(|(finding, japanese)| {
                json!({
                    "c": code_index(finding.code),
                    "o": finding.outcome.as_str(),
                    "t": [japanese, finding.text],
                    "r": finding.region.map(corners),
                })
            })
            .collect();
        let measurements = &record.measurements;
        let framing = measurements.framing.as_ref();
        let background = measurements.background.as_ref();
        let cuts: Vec<_> = framing
            .iter()
            .flat_map(|framing| &framing.cuts)
            .map(|cut| corners(cut.region))
            .collect();
        let objects = background.iter().flat_map(|background| &background.objects);
        let shadows = background.iter().flat_map(|background| &background.shadows);
        let behind: Vec<_> = objects
            .map(|object| object.region)
            .chain(shadows.map(|shadow| shadow.region))
            .map(corners)
            .collect();
        let face = measurements.face.as_ref();
        let face_box = face.and_then(FaceFacts::main_region);
        let outline: Vec<i32> = face
            .filter(|_| face_box.is_some())
            .iter()
            .flat_map(|face| &face.outline)
            .flat_map(|&OriginalPoint { x, y }| [x, y])
            .collect();
        let shown = measurements.file.shown_size();
        json!({
            "n": number,
            "id": harmless(&record.id),
            "v": record.verdict.as_str(),
            "p": self.picture == Picture::Shown,
            "gone": self.picture == Picture::Gone,
            "w": shown.map(ImageSize::width),
            "h": shown.map(ImageSize::height),
            "face": face_box.map(corners),
            "trim": framing.map(|framing| corners(framing.trim.region)),
            "head": outline,
            "cuts": cuts,
            "behind": behind,
            "f": findings,
            "notes": self.notes,
        })
        .to_string()
    }

    /// How bad the photo is: by verdict, then by number of rejects, then by number of findings.
    fn badness(&self) -> u32 {
        let findings = &self.record.findings;
        let rejects = findings.iter().filter(|f| f.outcome == Outcome::Reject);
        let verdict = match self.record.verdict {
            Verdict::Accept => 0,
            Verdict::Refer => 1,
            Verdict::Reject => 2,
        };
        let few = |count: usize| u32::try_from(count.min(255)).unwrap_or(255);
        verdict << 16 | few(rejects.count()) << 8 | few(findings.len())
    }
}

fn corners(region: Region) -> [u32; 4] {
    [region.x, region.y, region.width, region.height]
}

fn code_index(code: Code) -> Option<usize> {
    Code::ALL.iter().position(|&known| known == code)
}

/// The values that the gallery filters by: verdict, codes, and whether the photo is missing.
type Kind = (Verdict, Vec<usize>, bool);

/// The site without the gallery's data of each photo.
#[derive(Clone, Debug)]
pub struct Site {
    counts: Counts,
    measured: Vec<Measured>,
    /// Milliseconds for each photo on one processor.
    millis: Histogram,
    millis_sum: f64,
    timed: u64,
    gone: u64,
    unreadable: u64,
    kinds: Vec<Kind>,
    kind_of: HashMap<Kind, u32>,
    /// Badness and kind, by photo number.
    photos: Vec<(u32, u32)>,
    policies: Vec<String>,
}

/// The values of one measured quantity.
#[derive(Clone, Debug)]
struct Measured {
    pair: LimitPair,
    values: Histogram,
    /// Those of the first review; others may have used another policy.
    limits: Option<Limits>,
    mixed: bool,
}

impl Default for Site {
    fn default() -> Self {
        let measured = |pair| Measured {
            pair,
            values: Histogram::default(),
            limits: None,
            mixed: false,
        };
        Self {
            counts: Counts::new(Grouping::Reason),
            measured: limit_pairs().map(measured).collect(),
            millis: Histogram::default(),
            millis_sum: 0.0,
            timed: 0,
            gone: 0,
            unreadable: 0,
            kinds: Vec::new(),
            kind_of: HashMap::new(),
            photos: Vec::new(),
            policies: Vec::new(),
        }
    }
}

impl Site {
    /// Adds the next review.
    pub fn add(&mut self, entry: &Entry) {
        let record = &entry.record;
        self.counts.add(record);
        self.gone += u64::from(entry.picture == Picture::Gone);
        self.unreadable += u64::from(entry.picture == Picture::Unreadable);
        let policy = format!("{} ({})", harmless(&record.policy.name), record.policy.hash);
        if !self.policies.contains(&policy) {
            self.policies.push(policy);
        }
        for (measured, &(value, limits)) in self.measured.iter_mut().zip(&entry.measured) {
            if let Some(value) = value {
                measured.values.add(value);
            }
            measured.mixed |= *measured.limits.get_or_insert(limits) != limits;
        }
        if let Some(timings) = &record.timings_ms {
            let sum: f64 = timings.values().filter(|ms| ms.is_finite()).sum();
            self.millis.add(sum);
            self.millis_sum += sum.max(0.0);
            self.timed += 1;
        }
        let codes = record.findings.iter().filter_map(|f| code_index(f.code));
        let kind = (
            record.verdict,
            codes.collect(),
            entry.picture == Picture::Gone,
        );
        let new = u32::try_from(self.kinds.len()).unwrap_or(u32::MAX);
        let at = *self.kind_of.entry(kind).or_insert_with_key(|kind| {
            self.kinds.push(kind.clone());
            new
        });
        self.photos.push((entry.badness(), at));
    }

    /// Number of reviews added.
    #[must_use]
    pub const fn photos(&self) -> u64 {
        self.counts.photos()
    }

    /// The number of the next review.
    #[must_use]
    pub const fn next_number(&self) -> usize {
        self.photos.len()
    }

    /// Number of missing photos.
    #[must_use]
    pub const fn gone(&self) -> u64 {
        self.gone
    }

    /// Number of photos that exist but cannot be shown.
    #[must_use]
    pub const fn unreadable(&self) -> u64 {
        self.unreadable
    }

    /// The numbers of the photos, the worst first, equals in the order of the reviews.
    #[must_use]
    pub fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.photos.len()).collect();
        order.sort_by_key(|&number| Reverse(self.photos[number].0));
        order
    }

    /// The files of the site by their path in it, without the chunks. `lang` is the language of
    /// `index.html`; all pages exist in both languages.
    ///
    /// # Errors
    /// If a page cannot be made, which would be a bug in its template.
    pub fn files(&self, lang: Lang) -> Result<Vec<(String, String)>, askama::Error> {
        let mut files = vec![
            (
                "style.css".to_owned(),
                include_str!("site/style.css").to_owned(),
            ),
            (
                "gallery.js".to_owned(),
                include_str!("site/gallery.js").to_owned(),
            ),
            ("data/index.js".to_owned(), self.index()),
        ];
        for page in Lang::ALL {
            let code = page.as_str();
            let text = pages::summary(self, page)?;
            if page == lang {
                files.push(("index.html".to_owned(), text.clone()));
            }
            files.push((format!("summary.{code}.html"), text));
            files.push((format!("gallery.{code}.html"), pages::gallery(self, page)?));
        }
        Ok(files)
    }

    /// The data for the filters, as a script: a page from a file URL cannot read other data.
    fn index(&self) -> String {
        let codes: Vec<Value> = Code::ALL
            .iter()
            .map(|&code| {
                let [ja, en] = [Lang::Ja, Lang::En].map(|lang| summary(code, lang));
                json!([code.as_str(), ja.title, en.title, ja.advice, en.advice])
            })
            .collect();
        let kinds: Vec<Value> = self
            .kinds
            .iter()
            .map(|(verdict, codes, gone)| json!([verdict.as_str(), codes, gone]))
            .collect();
        let photos: Vec<u32> = self.order().iter().map(|&n| self.photos[n].1).collect();
        let index = json!({
            "chunk": CHUNK,
            "codes": codes,
            "kinds": kinds,
            "photos": photos,
        });
        format!("window.shomei={index};window.shomei.chunks={{}};\n")
    }
}

/// The path of a chunk in the site, counted from 0.
#[must_use]
pub fn chunk_path(chunk: usize) -> String {
    format!("data/{chunk:05}.js")
}

/// The file of a chunk, from the results of [`Entry::json`] for its photos.
#[must_use]
pub fn chunk_text<'a>(chunk: usize, photos: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = format!("window.shomei.chunks[{chunk}]=[");
    for photo in photos {
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{photo},");
    }
    text + "\n];\n"
}

/// The path of a photo's thumbnail in the site, by photo number.
#[must_use]
pub fn thumbnail_path(number: usize) -> String {
    format!("thumbs/{:04}/{number:07}.jpg", number / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::stored;

    const HOSTILE: &str = "</script><img src=x onerror=alert('x')>\"&\u{202e}\u{1b}.jpg";

    fn site(count: usize) -> (Site, Vec<String>) {
        let mut site = Site::default();
        let policy = Policy::my_number_card();
        let mut items = Vec::new();
        for number in 0..count {
            let id = format!("{number}{HOSTILE}");
            let picture = if number == 1 {
                Picture::Gone
            } else {
                Picture::None
            };
            let entry = Entry::new(stored(&id), &policy, picture);
            site.add(&entry);
            items.push(entry.json(number));
        }
        (site, items)
    }

    #[test]
    fn the_pages_need_nothing_beside_the_site() {
        let (site, _) = site(3);
        let files = site.files(Lang::Ja).unwrap();
        let names: Vec<_> = files.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "style.css",
                "gallery.js",
                "data/index.js",
                "index.html",
                "summary.ja.html",
                "gallery.ja.html",
                "summary.en.html",
                "gallery.en.html"
            ]
        );
        for (name, text) in &files {
            for outside in [
                "http:",
                "https:",
                "fetch(",
                "XMLHttpRequest",
                "innerHTML",
                "eval(",
            ] {
                // The namespace of SVG is a name and no address.
                let text = text.replace("http://www.w3.org/2000/svg", "");
                assert!(!text.contains(outside), "{name}: {outside}");
            }
            if name.ends_with(".html") {
                assert!(text.contains("Content-Security-Policy"), "{name}");
                assert!(!text.contains(" style="), "{name}: refused by the policy");
                for tag in [
                    "html", "head", "body", "table", "div", "section", "svg", "ul",
                ] {
                    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
                    let opened = text.match_indices(&open).filter(|(at, _)| {
                        let next = text[at + open.len()..].chars().next();
                        next.is_some_and(|c| c == '>' || c.is_whitespace())
                    });
                    assert_eq!(
                        opened.count(),
                        text.matches(&close).count(),
                        "{name}: {tag}"
                    );
                }
            }
        }
        assert_eq!(
            files[3].1, files[4].1,
            "the index is in the language asked for"
        );
        assert!(files[3].1.contains("<html lang=\"ja\">"));
    }

    #[test]
    fn ids_are_data_and_nothing_more() {
        let (site, items) = site(2);
        for (name, text) in site.files(Lang::En).unwrap() {
            assert!(!text.contains("alert("), "{name}");
        }
        let item: Value = serde_json::from_str(&items[0]).unwrap();
        assert_eq!(
            item["id"],
            "0</script><img src=x onerror=alert('x')>\"&\u{fffd}\u{fffd}.jpg"
        );
        assert_eq!(item["v"], "reject");
        assert_eq!(item["gone"], false);
        assert_eq!(site.gone(), 1);
        let chunk = chunk_text(4, items.iter().map(String::as_str));
        assert!(chunk.starts_with("window.shomei.chunks[4]=[\n{"), "{chunk}");
        assert_eq!(chunk.lines().count(), 4, "one line a photo");
    }

    #[test]
    fn the_worst_come_first_and_all_come_once() {
        let (mut site, _) = site(2);
        // What was rejected is worse than what cannot be judged and is referred.
        let off: String = Code::ALL
            .iter()
            .map(|code| format!("[{code}]\nenabled = false\n"))
            .collect();
        let lenient = Policy::from_toml(&off).unwrap();
        site.add(&Entry::new(stored("c"), &lenient, Picture::None));
        site.add(&Entry::new(
            stored("d"),
            &Policy::my_number_card(),
            Picture::None,
        ));
        assert_eq!(site.order(), [0, 1, 3, 2]);
        let index = site.index();
        assert!(index.contains(r#""photos":[0,1,0,2]"#), "{index}");
        assert_eq!(site.photos(), 4);
    }
}
