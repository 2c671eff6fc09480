//! `shomei crop`: the card's picture of each accepted photo, from its original pixels.

use std::panic::{AssertUnwindSafe, catch_unwind};

use anyhow::{Context, Result};
use image::codecs::jpeg::{JpegEncoder, PixelDensity};
use image::imageops::{self, FilterType};
use image::{ExtendedColorType, RgbImage};
use shomei::photo::Region;
use shomei::wire::v1::ReviewRecord;
use shomei::{Lang, Limits, Verdict, original};
use shomei_batch::{Lookup, Missing, Stored};
use shomei_report::card::{self, Cut};

use super::policy;
use crate::args::CropArgs;
use crate::folder::{Fresh, file_name};
use crate::say::message;
use crate::sink::Sink;
use crate::{exit, flags};

/// IJG quality: the card's printer sees no difference above it.
const QUALITY: u8 = 95;

/// The result for one review.
enum Made {
    NotAccepted,
    Cut {
        jpeg: Vec<u8>,
        cut: Cut,
        enlarged: f64,
    },
    NotFound,
    Changed,
    Unreadable,
}

impl Made {
    const fn name(&self) -> &'static str {
        match self {
            Self::NotAccepted => "not_accepted",
            Self::Cut { .. } => "cut",
            Self::NotFound => "not_found",
            Self::Changed => "changed",
            Self::Unreadable => "unreadable",
        }
    }
}

pub(super) fn run(args: &CropArgs) -> Result<u8> {
    let photos = Lookup::open(&args.photos).map_err(flags::named)?;
    let policies = policy::load_all(&args.stored.policies.policy)?;
    let stored = Stored::open(&args.stored.reviews)?.jobs(args.jobs);
    let folder = Fresh::prepare("--out", &args.out)?;
    let mut sink = Sink::Stdout;
    let head = [
        "id", "result", "file", "head_mm", "above_mm", "enlarged", "guide",
    ];
    let mut listened = sink.write(&row(&head)?)?;
    let (mut cut, mut accepted) = (0_u64, 0_u64);
    let results = stored.map_with_policy(policies, |stored, policy| {
        let record = stored.judge_again(policy, Lang::En);
        // A panic in one photo costs one photo.
        let made = catch_unwind(AssertUnwindSafe(|| make(&record, &photos, args.dpi)));
        (record.id, made.unwrap_or(Made::Unreadable))
    })?;
    for result in results {
        let (id, made) = result.map_err(flags::named)?;
        accepted += u64::from(!matches!(made, Made::NotAccepted));
        let mut cells = vec![id, made.name().to_owned()];
        if let Made::Cut {
            jpeg,
            cut: part,
            enlarged,
        } = made
        {
            let name = file_name(&cells[0], "jpg");
            folder.write(&name, &jpeg)?;
            cut += 1;
            let guide = if part.in_guide() { "yes" } else { "no" };
            cells.push(name);
            cells.extend([part.head_mm, part.above_mm, enlarged].map(|n| format!("{n:.2}")));
            cells.push(guide.to_owned());
        }
        cells.resize(head.len(), String::new());
        // Pictures are still written if nobody reads the table to its end.
        listened = listened && sink.write(&row(&cells)?)?;
    }
    message(&format!("{cut} of {accepted} accepted photos cut"));
    Ok(if cut == accepted {
        exit::ACCEPTED
    } else {
        exit::ERROR
    })
}

fn row<T: AsRef<[u8]>>(cells: &[T]) -> Result<Vec<u8>> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(cells)?;
    writer.into_inner().context("the table of pictures")
}

fn make(record: &ReviewRecord, photos: &Lookup, dpi: u16) -> Made {
    if record.verdict != Verdict::Accept {
        return Made::NotAccepted;
    }
    let bytes = match photos.read(&record.id, &record.measurements.file) {
        Ok(bytes) => bytes,
        Err(Missing::NotFound) => return Made::NotFound,
        Err(Missing::Changed) => return Made::Changed,
    };
    let Some(photo) = original(&bytes, &Limits::default()) else {
        return Made::Unreadable;
    };
    if Some(photo.size()) != record.measurements.file.shown_size() {
        return Made::Changed;
    }
    let made = card::cut(&record.measurements).and_then(|cut| {
        let turned = photo.turned(cut.turn)?;
        let part = part(turned.rgb(), turned.size().width(), cut.region)?;
        let (jpeg, enlarged) = encoded(part, dpi)?;
        Some(Made::Cut {
            jpeg,
            cut,
            enlarged,
        })
    });
    made.unwrap_or(Made::Unreadable)
}

/// The part of a picture that is `width` pixels wide.
fn part(rgb: &[u8], width: u32, region: Region) -> Option<RgbImage> {
    let at = |column: u32, row: u32| (row as usize * width as usize + column as usize) * 3;
    let mut pixels = Vec::with_capacity(region.width as usize * region.height as usize * 3);
    for row in region.y..region.y.checked_add(region.height)? {
        let (from, to) = (
            at(region.x, row),
            at(region.x.checked_add(region.width)?, row),
        );
        pixels.extend_from_slice(rgb.get(from..to)?);
    }
    RgbImage::from_raw(region.width, region.height, pixels)
}

/// The part at the size of the card, as a JPEG with its resolution, and how much it was enlarged.
fn encoded(part: RgbImage, dpi: u16) -> Option<(Vec<u8>, f64)> {
    let (width, height) = card::size_px(dpi);
    let enlarged = f64::from(height) / f64::from(part.height());
    let fitted = if part.dimensions() == (width, height) {
        part
    } else {
        imageops::resize(&part, width, height, FilterType::Lanczos3)
    };
    let mut jpeg = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    encoder.set_pixel_density(PixelDensity::dpi(dpi));
    encoder
        .encode(fitted.as_raw(), width, height, ExtendedColorType::Rgb8)
        .ok()?;
    Some((jpeg, enlarged))
}
