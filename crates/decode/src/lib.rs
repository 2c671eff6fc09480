//! From the bytes of a file to its facts and an upright sRGB photo at the working scale.
//!
//! [`decode`] takes whatever was uploaded and always answers: [`FileFacts`] for the file rules
//! and, if the picture is whole, a [`Photo`] for the analysis. A file that cannot be decoded is
//! a fact and not an error, and hostile bytes neither panic nor allocate more than the
//! [`Limits`] allow.
//!
//! The steps, each in its module:
//!
//! 1. `sniff` names the format by content;
//! 2. `shomei-jpeg` reads the header, and `headers` turns it and the metadata into facts: size,
//!    coding process, orientation, colour model, editor;
//! 3. the limits are checked, before anything of the picture's size is allocated;
//! 4. `pixels` decodes at the smallest scale that is large enough, and judges the damage that
//!    the decoder met;
//! 5. `scale` shrinks to the working size; `colour` converts the embedded ICC profile to sRGB;
//!    `scale` turns as the EXIF orientation says. In this order the last two touch only the
//!    small picture.
//!
//! This crate must not know faces, rules or paths: whether a size or a format is acceptable is
//! judged elsewhere. It does no I/O, reads no clock and no environment.
//!
//! What it cannot see: damage that turned the code of a picture into other valid code of the same
//! length. In a baseline file without restart markers that is rare for anything longer than a
//! few bits, since one wrong code shifts all that follow.
//!
//! ```
//! use image::codecs::jpeg::JpegEncoder;
//! use shomei_decode::{Limits, Options, decode};
//! use shomei_photo::{Decoding, Format};
//!
//! let mut file = Vec::new();
//! JpegEncoder::new(&mut file)
//!     .encode(&[200; 960 * 640 * 3], 960, 640, image::ExtendedColorType::Rgb8)?;
//! let decoded = decode(&file, &Limits::default(), &Options::default());
//! assert_eq!(decoded.facts.format, Format::Jpeg);
//! assert_eq!(decoded.facts.decoding, Decoding::Complete);
//! let photo = decoded.photo.ok_or("no photo")?;
//! assert_eq!((photo.size().width(), photo.size().height()), (480, 320));
//!
//! let decoded = decode(b"a letter", &Limits::default(), &Options::default());
//! assert_eq!(decoded.facts.decoding, Decoding::NotJpeg);
//! assert!(decoded.photo.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod colour;
mod editor;
mod exif;
mod headers;
mod pixels;
mod quality;
mod scale;
mod sniff;
#[cfg(test)]
mod testing;

use shomei_jpeg::{Header, Unsupported};
use shomei_photo::{Decoding, FileFacts, Format, JpegFacts, LimitKind, Photo};

use crate::colour::Profile;
use crate::pixels::Pixels;
use crate::scale::Orientation;

pub use crate::sniff::sniff;

/// What photos may cost, whatever the rules of a document say. All of it is checked before anything
/// of that size is allocated.
///
/// | | [`Limits::BATCH`], the default | [`Limits::SERVICE`] | beyond it |
/// |---|---|---|---|
/// | [`max_bytes`](Self::max_bytes) | 64 MiB | 16 MiB | rejected: `file_size_out_of_range`; over HTTP 413 |
/// | [`max_pixels`](Self::max_pixels) | 40 million | the same | rejected by its header: `pixels_out_of_range` |
/// | [`max_scans`](Self::max_scans) | 100 | the same | rejected: `file_corrupt` |
/// | [`max_held`](Self::max_held) | one longest file, and 14 MiB a worker | 128 MiB | a batch waits; over HTTP 429 |
///
/// They leave room above what the card system takes (7 MB, 6000 × 6000 pixels = 36 MP), so that a
/// photo which is a little too large still gets a full review.
///
/// On top of the files comes what decoding and measuring take, some thirty megabytes for each worker
/// whatever the photo: only the scale that is needed is decoded; of a progressive file the needed
/// coefficients are held, 2 bytes for each. The models are there once.
///
/// ```
/// use shomei_decode::Limits;
///
/// let limits = Limits {
///     max_pixels: 36_000_000,
///     ..Limits::SERVICE
/// };
/// assert_eq!(limits.held(8), 128 << 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest file, in bytes.
    pub max_bytes: u64,
    /// Most pixels (width × height).
    pub max_pixels: u64,
    /// Most scans: a progressive file of a few kilobytes may hold thousands, and each costs a
    /// pass over the picture. Encoders write about ten.
    pub max_scans: u32,
    /// Most bytes of files in memory at a time, of all photos that wait or are in work; `None` for
    /// one file and 14 MiB for each worker. One file is let in whatever is said here. Who holds
    /// several files counts them; a single review does not.
    pub max_held: Option<u64>,
}

/// Two of the largest files that the card system takes: one in work and one read ahead.
const HELD_PER_WORKER: u64 = 2 * (7 << 20);

impl Limits {
    /// For files that lie there already.
    pub const BATCH: Self = Self {
        max_bytes: 64 << 20,
        max_pixels: 40_000_000,
        max_scans: 100,
        max_held: None,
    };

    /// For what comes from a network: no more than photos need.
    pub const SERVICE: Self = Self {
        max_bytes: 16 << 20,
        max_held: Some(128 << 20),
        ..Self::BATCH
    };

    /// Most bytes of files in memory at a time with so many workers; see [`Limits::max_held`].
    #[must_use]
    pub fn held(&self, workers: usize) -> u64 {
        let one = self.longest_read();
        match self.max_held {
            Some(bytes) => bytes.max(one),
            None => one.saturating_add(HELD_PER_WORKER.saturating_mul(workers as u64)),
        }
    }

    /// Most bytes that are read of one file: one more than are allowed shows that it is longer.
    #[must_use]
    pub const fn longest_read(&self) -> u64 {
        self.max_bytes.saturating_add(1)
    }
}

impl Default for Limits {
    /// [`Limits::BATCH`].
    fn default() -> Self {
        Self::BATCH
    }
}

/// How the photo is prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Longer side of the [`Photo`] in pixels; smaller pictures are never enlarged.
    pub working_size: u32,
}

impl Default for Options {
    /// 480 pixels.
    fn default() -> Self {
        Self { working_size: 480 }
    }
}

/// What [`decode`] found.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Facts of the file.
    pub facts: FileFacts,
    /// The picture; there exactly when `facts.decoding` is [`Decoding::Complete`], or
    /// [`Decoding::Truncated`] with a valid ratio of 1: the end marker alone is missing.
    pub photo: Option<Photo>,
}

/// Reads the facts of a file and, if it is a whole JPEG that can be shown, its picture.
///
/// Never fails and never panics: what is wrong with the file stands in `facts.decoding`.
#[must_use]
pub fn decode(bytes: &[u8], limits: &Limits, options: &Options) -> Decoded {
    let mut facts = FileFacts {
        bytes: bytes.len() as u64,
        format: sniff(bytes),
        jpeg: None,
        decoding: Decoding::NotJpeg,
    };
    if facts.format != Format::Jpeg {
        return Decoded { facts, photo: None };
    }
    let (jpeg, decoding, photo) = decode_jpeg(bytes, limits, options);
    facts.jpeg = jpeg;
    facts.decoding = decoding;
    Decoded { facts, photo }
}

fn decode_jpeg(
    bytes: &[u8],
    limits: &Limits,
    options: &Options,
) -> (Option<JpegFacts>, Decoding, Option<Photo>) {
    if bytes.len() as u64 > limits.max_bytes {
        return (None, exceeded(LimitKind::Bytes), None);
    }
    let header = match Header::read(bytes) {
        Ok(header) => header,
        Err(error) => return (None, pixels::refusal(&error), None),
    };
    // From here on there are facts to report, whatever else is wrong.
    let mut facts = headers::facts(bytes, &header);
    if u64::from(header.width) * u64::from(header.height) > limits.max_pixels {
        // The picture data are not looked at: a bomb should cost nothing.
        return (Some(facts), exceeded(LimitKind::Pixels), None);
    }
    if let Some(decoding) = unsupported(&header) {
        if let Ok(probe) = shomei_jpeg::probe(bytes) {
            facts.eoi = probe.extent.end.is_some();
            facts.trailing_bytes = probe.extent.trailing as u64;
        }
        return (Some(facts), decoding, None);
    }
    let scans = match pixels::read(bytes, &header, limits, options.working_size) {
        Ok(scans) => scans,
        Err(decoding) => return (Some(facts), decoding, None),
    };
    facts.eoi = scans.trailing.is_some();
    facts.trailing_bytes = scans.trailing.unwrap_or(0);
    let Some(pixels) = scans.pixels else {
        return (Some(facts), scans.decoding, None);
    };
    match render(pixels, &header, bytes, &mut facts, options) {
        Some(photo) => (Some(facts), scans.decoding, Some(photo)),
        None => {
            let detail = "the picture cannot be scaled".to_owned();
            (Some(facts), Decoding::Corrupt { detail }, None)
        }
    }
}

fn exceeded(limit: LimitKind) -> Decoding {
    Decoding::LimitExceeded { limit }
}

/// Why a file is not decoded, if so.
fn unsupported(header: &Header) -> Option<Decoding> {
    Some(match header.unsupported()? {
        Unsupported::Components { .. } => Decoding::UnsupportedColour,
        _ => Decoding::UnsupportedJpeg,
    })
}

/// The photo of a picture that was decoded; notes in `facts` whether its ICC profile could be
/// used. `None` only if the sizes contradict each other.
fn render(
    pixels: Pixels,
    header: &Header,
    bytes: &[u8],
    facts: &mut JpegFacts,
    options: &Options,
) -> Option<Photo> {
    let stored = facts.stored_size?;
    let working = stored.shrunk_to(options.working_size);
    let small = scale::shrink(pixels, working)?;
    let profile = Profile::of(header, bytes);
    let (rgb, state) = colour::to_srgb(small.samples, small.channels, &profile);
    facts.icc = state;
    let orientation = Orientation::from_exif(facts.orientation);
    let (upright, working) = orientation.apply(&rgb, working);
    Photo::new(upright, working, orientation.shown(stored))
}

#[cfg(test)]
mod tests;
