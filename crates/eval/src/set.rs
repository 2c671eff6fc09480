//! Matches the photos of a manifest with their measurements.

use std::collections::HashMap;

use shomei_verdict::{Measurements, Waivers, ids};

use crate::error::Error;
use crate::manifest::{Half, Manifest, Row};

/// Photos of a manifest, each with its measurements.
#[derive(Clone, Debug)]
pub struct Set {
    cases: Vec<Case>,
}

#[derive(Clone, Debug)]
pub(crate) struct Case {
    pub(crate) row: Row,
    pub(crate) measurements: Measurements,
    pub(crate) waivers: Waivers,
}

/// The measurements of one photo.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "callers fill it in")]
pub struct Measured {
    /// The photo's path; it may have more folders in front than the `file` of the manifest.
    pub id: String,
    /// Its measurements.
    pub measurements: Measurements,
    /// Exceptions that the applicant declared.
    pub waivers: Waivers,
}

impl Set {
    pub(crate) fn cases(&self) -> &[Case] {
        &self.cases
    }
}

/// A [`Set`] to which measurements are added one by one. Those of the other half are not kept.
#[derive(Clone, Debug)]
pub struct Gathering<'a> {
    rows: &'a [Row],
    half: Half,
    /// Places among the rows.
    index: HashMap<&'a str, usize>,
    found: Vec<Found>,
    unknown: Ids,
    doubled: Ids,
}

/// The review of one row.
#[derive(Clone, Debug)]
enum Found {
    Missing,
    OfTheOtherHalf,
    Case(Box<Case>),
}

impl<'a> Gathering<'a> {
    /// A set without measurements, for the photos of one half of `manifest`.
    #[must_use]
    pub fn new(manifest: &'a Manifest, half: Half) -> Self {
        let rows = manifest.rows();
        let places = rows.iter().enumerate();
        Self {
            rows,
            half,
            index: places.map(|(at, row)| (row.file.as_str(), at)).collect(),
            found: vec![Found::Missing; rows.len()],
            unknown: Ids::default(),
            doubled: Ids::default(),
        }
    }

    /// Adds the measurements of a photo: the one with the longest path that ends the id.
    pub fn add(&mut self, measured: Measured) {
        let Measured {
            id,
            measurements,
            waivers,
        } = measured;
        let Some(&at) = ids::ends(&id).find_map(|file| self.index.get(file)) else {
            return self.unknown.add(&id);
        };
        let row = &self.rows[at];
        self.found[at] = match self.found[at] {
            Found::Missing if self.half.holds(row) => Found::Case(Box::new(Case {
                row: row.clone(),
                measurements,
                waivers,
            })),
            Found::Missing => Found::OfTheOtherHalf,
            Found::OfTheOtherHalf | Found::Case(_) => return self.doubled.add(&id),
        };
    }

    /// The set, if it is complete.
    ///
    /// # Errors
    /// If a photo has no review or two, or if a review matches no photo. The message contains their
    /// number and the first of them.
    pub fn finish(self) -> Result<Set, Error> {
        let mut cases = Vec::new();
        let mut missing = Ids::default();
        for (row, found) in self.rows.iter().zip(self.found) {
            match found {
                Found::Case(case) => cases.push(*case),
                Found::Missing if self.half.holds(row) => missing.add(&row.file),
                Found::Missing | Found::OfTheOtherHalf => {}
            }
        }
        let complaints: Vec<_> = [
            ("photos of the manifest have no review", missing),
            (
                "reviews are of a photo that was reviewed already",
                self.doubled,
            ),
            ("reviews are of no photo of the manifest", self.unknown),
        ]
        .into_iter()
        .filter(|(_, ids)| ids.count > 0)
        .map(|(what, ids)| format!("{what}: {ids}"))
        .collect();
        if complaints.is_empty() {
            Ok(Set { cases })
        } else {
            Err(Error::Ids(complaints.join("; ")))
        }
    }
}

/// Ids as their number and the first few.
#[derive(Clone, Debug, Default)]
struct Ids {
    count: usize,
    first: Vec<String>,
}

impl Ids {
    fn add(&mut self, id: &str) {
        const NAMED: usize = 5;
        self.count += 1;
        if self.count <= NAMED {
            self.first.push(ids::shown(id));
        }
    }
}

impl std::fmt::Display for Ids {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let more = if self.count > self.first.len() {
            ", …"
        } else {
            ""
        };
        write!(f, "{} ({}{more})", self.count, self.first.join(", "))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use shomei_photo::{Decoding, FileFacts, Format, Unreadable};

    /// A file that could not be read (refer), or that is no JPEG (reject).
    pub(crate) fn measured(id: &str, readable: bool) -> Measured {
        let file = if readable {
            FileFacts {
                bytes: 40_000,
                format: Format::Png,
                jpeg: None,
                decoding: Decoding::NotJpeg,
            }
        } else {
            FileFacts::unreadable(Unreadable::Vanished)
        };
        Measured {
            id: id.to_owned(),
            measurements: Measurements::of_file(file),
            waivers: Waivers::default(),
        }
    }

    /// The photos of one half with these reviews.
    pub(crate) fn set(
        manifest: &Manifest,
        half: Half,
        reviews: impl IntoIterator<Item = Measured>,
    ) -> Result<Set, Error> {
        let mut set = Gathering::new(manifest, half);
        reviews.into_iter().for_each(|measured| set.add(measured));
        set.finish()
    }

    #[test]
    fn every_photo_has_one_review() {
        let manifest = "file,verdict,defects\na.jpg,accept,\nin/b.jpg,accept,\nb.jpg,reject,hat\n";
        let manifest = Manifest::parse(manifest).unwrap();
        let cases = |ids: &[&str]| {
            let photos = ids.iter().map(|id| measured(id, true));
            set(&manifest, Half::All, photos).map(|set| set.cases.len())
        };
        // The longest path that the manifest has.
        assert_eq!(cases(&["/x/y/a.jpg", "x/in/b.jpg", "x/b.jpg"]), Ok(3));
        assert_eq!(cases(&["a.jpg", "in/b.jpg", "b.jpg"]), Ok(3));
        for (ids, complaint) in [
            (
                &["a.jpg"][..],
                "photos of the manifest have no review: 2 (\"in/b.jpg\", \"b.jpg\")",
            ),
            (
                &["a.jpg", "x/a.jpg", "in/b.jpg", "b.jpg"],
                "reviews are of a photo that was reviewed already: 1 (\"x/a.jpg\")",
            ),
            (
                &["a.jpg", "in/b.jpg", "b.jpg", "aa.jpg", "a.jpg/", "\u{1b}"],
                "reviews are of no photo of the manifest: 3 (\"aa.jpg\", \"a.jpg/\", \"\\u{1b}\")",
            ),
            (
                &["a.jpg", "a.jpg", "c.jpg"],
                "photos of the manifest have no review: 2 (\"in/b.jpg\", \"b.jpg\"); reviews are of \
                 a photo that was reviewed already: 1 (\"a.jpg\"); reviews are of no photo of the \
                 manifest: 1 (\"c.jpg\")",
            ),
        ] {
            let error = cases(ids).unwrap_err();
            assert!(matches!(error, Error::Ids(_)));
            assert_eq!(error.to_string(), complaint);
        }
    }

    #[test]
    fn reviews_of_the_other_half_are_passed_over() {
        let manifest = "file,verdict,defects,subject\n\
                        a.jpg,accept,,frll001\nb.jpg,accept,,frll002\n";
        let manifest = Manifest::parse(manifest).unwrap();
        let cases = |half, ids: &[&str]| {
            let photos = ids.iter().map(|id| measured(id, true));
            set(&manifest, half, photos).map(|set| set.cases.len()).ok()
        };
        assert_eq!(cases(Half::Calibrate, &["a.jpg"]), Some(1));
        assert_eq!(cases(Half::Report, &["a.jpg", "b.jpg"]), Some(1));
        assert_eq!(cases(Half::Report, &["a.jpg"]), None);
    }
}
