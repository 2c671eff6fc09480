//! `shomei report`: a static site to look through stored reviews.
//!
//! The gallery's data waits in a file until the order is known, so that memory holds only a few bytes
//! for each photo.

use std::fs::{self, File};
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use anyhow::{Context, Result};
use shomei::Lang;
use shomei_batch::{Lookup, Stored, private_options};
use shomei_report::site::{self, CHUNK, Entry, Picture, Site};

use super::policy;
use crate::args::{ReportArgs, lang};
use crate::folder::Fresh;
use crate::say::message;
use crate::{exit, flags, thumbnail};

/// Longer side of a thumbnail in pixels: enough for the enlarged view.
const SIDE: u32 = 400;

pub(super) fn run(args: &ReportArgs) -> Result<u8> {
    let lang = lang(args.lang);
    let photos = args.photos.as_deref().map(Lookup::open).transpose();
    let photos = photos.map_err(flags::named)?;
    let policies = policy::load_all(&args.stored.policies.policy)?;
    let stored = Stored::open(&args.stored.reviews)?;
    let folder = Fresh::prepare("--out", &args.out)?;
    let path = folder.path(".waiting");
    let named = || format!("--out {path:?}");
    let mut waiting = Waiting::new(path.clone()).with_context(named)?;
    let mut site = Site::default();
    let mut entries = stored.map_with_policy(policies, |stored, policy| {
        let (picture, jpeg) =
            photos.as_ref().map_or((Picture::None, None), |photos| {
                match photos.read(&stored.id, &stored.measurements.file) {
                    Err(_) => (Picture::Gone, None),
                    Ok(_) if !args.thumbnails => (Picture::None, None),
                    Ok(bytes) => match thumbnail::jpeg(&bytes, SIDE) {
                        Some(jpeg) => (Picture::Shown, Some(jpeg)),
                        None => (Picture::Unreadable, None),
                    },
                }
            });
        (Entry::new(stored, policy, picture), jpeg)
    })?;
    let result: Result<()> = entries.try_for_each(|made| {
        let (entry, jpeg) = made.map_err(flags::named)?;
        let number = site.next_number();
        waiting.push(&entry.json(number)).with_context(named)?;
        if let Some(jpeg) = jpeg {
            folder.write(&site::thumbnail_path(number), &jpeg)?;
        }
        site.add(&entry);
        Ok(())
    });
    let written = result.and_then(|()| write(&site, &mut waiting, &folder, lang));
    fs::remove_file(&path).with_context(named)?;
    written?;
    let mut text = format!(
        "{} reviews in {:?}",
        site.photos(),
        folder.path("index.html")
    );
    for (count, what) in [
        (site.gone(), "photos are missing; the gallery lists them"),
        (site.unreadable(), "photos cannot be shown"),
    ] {
        if count > 0 {
            text += &format!("\n{count} {what}");
        }
    }
    message(&text);
    Ok(exit::ACCEPTED)
}

fn write(site: &Site, waiting: &mut Waiting, folder: &Fresh, lang: Lang) -> Result<()> {
    for (number, chunk) in site.order().chunks(CHUNK).enumerate() {
        let photos = chunk.iter().map(|&photo| waiting.get(photo));
        let photos = photos.collect::<io::Result<Vec<_>>>();
        let photos = photos.with_context(|| format!("--out {:?}", waiting.path))?;
        let text = site::chunk_text(number, photos.iter().map(String::as_str));
        folder.write(&site::chunk_path(number), text.as_bytes())?;
    }
    // The pages come last: a site with an index is complete.
    for (name, text) in site.files(lang)?.iter().rev() {
        folder.write(name, text.as_bytes())?;
    }
    Ok(())
}

/// The gallery's data of each photo, on disk until it is written in order.
struct Waiting {
    path: PathBuf,
    file: BufWriter<File>,
    /// The start of each, and the end of the last.
    starts: Vec<u64>,
}

impl Waiting {
    fn new(path: PathBuf) -> io::Result<Self> {
        let file = private_options().read(true).create_new(true).open(&path)?;
        Ok(Self {
            file: BufWriter::new(file),
            starts: vec![0],
            path,
        })
    }

    fn push(&mut self, json: &str) -> io::Result<()> {
        self.file.write_all(json.as_bytes())?;
        let start = self.starts.last().copied().unwrap_or(0);
        self.starts.push(start + json.len() as u64);
        Ok(())
    }

    /// Only after the last one is pushed, since reading moves the position of the file.
    fn get(&mut self, number: usize) -> io::Result<String> {
        let (from, to) = (self.starts[number], self.starts[number + 1]);
        // Writes the rest of the buffer, if there is one.
        self.file.seek(SeekFrom::Start(from))?;
        let mut text = String::new();
        self.file
            .get_ref()
            .take(to - from)
            .read_to_string(&mut text)?;
        Ok(text)
    }
}
