//! Decodes a file into file facts and an upright sRGB photo at working size.
//!
//! [`decode`] accepts any bytes and always returns a result: [`FileFacts`] for the file rules and, if
//! the picture is complete, a [`Photo`] for the analysis. A file that cannot be decoded is a fact, not
//! an error. Hostile bytes neither cause a panic nor allocate more than the [`Limits`] allow.
//!
//! The steps, each in its module:
//!
//! 1. `sniff` names the format by content;
//! 2. `shomei-jpeg` opens the file, and `headers` turns what it says into facts: size, coding
//!    process, orientation, colour model, editor, marks of edits;
//! 3. `shomei-jpeg` checks the limits before anything of the picture's size is allocated, and decodes
//!    at the smallest scale that is large enough;
//! 4. `pixels` classifies the damage that the decoder found;
//! 5. `scale` shrinks to the working size; `colour` converts from the embedded ICC profile to sRGB;
//!    `scale` turns the picture by its EXIF orientation. In this order, the last two process only the
//!    small picture;
//! 6. `border` leaves out bars, paper or a line around the picture.
//!
//! This crate knows no faces, rules or paths: other crates judge whether a size or a format is
//! acceptable. It does no I/O and reads no clock and no environment.
//!
//! It cannot find damage that turns the code of a picture into other valid code of the same length. In a
//! baseline file without restart markers, that is rare for damage of more than a few bits, because one
//! wrong code shifts all that follow.
//!
//! ```
//! use image::codecs::jpeg::JpegEncoder;
//! use shomei_decode::{Limits, Options, Scratch, decode};
//! use shomei_photo::{Decoding, Format};
//!
//! let mut file = Vec::new();
//! JpegEncoder::new(&mut file)
//!     .encode(&[200; 960 * 640 * 3], 960, 640, image::ExtendedColorType::Rgb8)?;
//! let mut scratch = Scratch::new(); // one per worker, for any number of files
//! let decoded = decode(&file, &Limits::default(), &Options::default(), &mut scratch);
//! assert_eq!(decoded.facts.format, Format::Jpeg);
//! assert_eq!(decoded.facts.decoding, Decoding::Complete);
//! let photo = decoded.photo.ok_or("no photo")?;
//! assert_eq!((photo.size().width(), photo.size().height()), (480, 320));
//!
//! let decoded = decode(b"a letter", &Limits::default(), &Options::default(), &mut scratch);
//! assert_eq!(decoded.facts.decoding, Decoding::NotJpeg);
//! assert!(decoded.photo.is_none());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod border;
mod c2pa;
mod colour;
mod editor;
mod headers;
mod pixels;
mod provenance;
mod quality;
mod scale;
mod sniff;
#[cfg(test)]
mod testing;
mod xmp;

use fast_image_resize::Resizer;
use shomei_jpeg::{Buffers, ErrorKind, Extent, File, Precision, Scale};
use shomei_photo::{Decoding, FileFacts, Format, JpegFacts, LimitKind, Photo};

use crate::colour::Profile;
use crate::pixels::Pixels;

pub use crate::sniff::sniff;

/// The limits of what a photo may cost, independent of the rules for photos. They are checked before
/// anything of that size is allocated.
///
/// | | [`Limits::BATCH`], the default | [`Limits::SERVICE`] | a photo beyond it is |
/// |---|---|---|---|
/// | [`max_bytes`](Self::max_bytes) | 64 MiB | 16 MiB | rejected: `file_size_out_of_range`; over HTTP 413 |
/// | [`max_pixels`](Self::max_pixels) | 40 million | the same | rejected before decoding: `pixels_out_of_range` |
/// | [`max_scans`](Self::max_scans) | 100 | the same | rejected: `file_corrupt` |
/// | [`max_held`](Self::max_held) | one longest file, and 14 MiB for each worker | 128 MiB | delayed in a batch; over HTTP 429 |
///
/// They are higher than those of the card system (7 MB, 6000 × 6000 pixels = 36 MP), so that a photo
/// that is a little too large still gets a full review.
///
/// In addition to the files, decoding and measuring need about 30 MB for each worker, whatever the
/// photo. Only the needed scale is decoded, and of a progressive file only the needed coefficients are
/// kept, with 2 bytes each. The models are in memory once.
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
    /// The limit of a file's length, in bytes.
    pub max_bytes: u64,
    /// The limit of pixels (width × height).
    pub max_pixels: u64,
    /// The limit of scans. A progressive file of a few kilobytes can have thousands, and each costs a
    /// pass over the picture. Encoders write about ten.
    pub max_scans: u32,
    /// The limit of bytes of all files in memory, for photos that wait or are being reviewed; `None`
    /// for one file and 14 MiB for each worker. One file is always admitted. Code that holds several
    /// files checks this limit; a single review does not.
    pub max_held: Option<u64>,
}

/// Two of the largest files that the card system accepts: one in review and one read ahead.
const HELD_PER_WORKER: u64 = 2 * (7 << 20);

impl Limits {
    /// Limits for files that are on disk already.
    pub const BATCH: Self = Self {
        max_bytes: 64 << 20,
        max_pixels: 40_000_000,
        max_scans: 100,
        max_held: None,
    };

    /// Limits for files from a network: no more than photos need.
    pub const SERVICE: Self = Self {
        max_bytes: 16 << 20,
        max_held: Some(128 << 20),
        ..Self::BATCH
    };

    /// The limit of bytes of all files in memory for this number of workers; see
    /// [`Limits::max_held`].
    #[must_use]
    pub fn held(&self, workers: usize) -> u64 {
        let one = self.longest_read();
        match self.max_held {
            Some(bytes) => bytes.max(one),
            None => one.saturating_add(HELD_PER_WORKER.saturating_mul(workers as u64)),
        }
    }

    /// How many bytes of a file are read at most: one more than the limit, to notice a longer file.
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
    /// Whether bars, paper or a line around the picture stay in the [`Photo`].
    pub keep_border: bool,
}

impl Default for Options {
    /// 480 pixels, without a border.
    fn default() -> Self {
        Self {
            working_size: 480,
            keep_border: false,
        }
    }
}

/// The result of [`decode`].
#[derive(Clone, Debug)]
pub struct Decoded {
    /// Facts of the file.
    pub facts: FileFacts,
    /// The picture. It exists exactly if `facts.decoding` is [`Decoding::Complete`], or
    /// [`Decoding::Truncated`] with a valid ratio of 1 (only the end marker is missing).
    pub photo: Option<Photo>,
}

/// The working memory of decoding. Keep one for each worker and pass it to every call. Memory is then
/// allocated only when a photo is larger than those before it. The contents never affect the next
/// photo.
#[derive(Debug, Default)]
pub struct Scratch {
    jpeg: Buffers,
    resizer: Resizer,
}

impl Scratch {
    /// The limit of bytes kept between photos: 4 MiB. A baseline photo of 12 megapixels needs about
    /// 2 MiB. Memory beyond the limit is freed for the stages that follow: getting it again costs
    /// little beside the decoding of so large a photo.
    pub const KEPT: usize = 4 << 20;

    /// Some tens of kilobytes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The bytes that grow with photos.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.jpeg.bytes() + self.resizer.size_of_internal_buffers()
    }

    /// Frees the memory of a large photo.
    fn trim(&mut self) {
        if self.bytes() > Self::KEPT {
            self.jpeg.shrink();
            self.resizer.reset_internal_buffers();
        }
    }
}

/// Reads the facts of a file and, if it is a complete JPEG, its picture.
///
/// Never fails and never panics: `facts.decoding` says what is wrong with the file.
#[must_use]
pub fn decode(bytes: &[u8], limits: &Limits, options: &Options, scratch: &mut Scratch) -> Decoded {
    let mut facts = FileFacts {
        bytes: bytes.len() as u64,
        format: sniff(bytes),
        jpeg: None,
        decoding: Decoding::NotJpeg,
    };
    if facts.format != Format::Jpeg {
        return Decoded { facts, photo: None };
    }
    let (jpeg, decoding, photo) = decode_jpeg(bytes, limits, options, scratch);
    scratch.trim();
    facts.jpeg = jpeg;
    facts.decoding = decoding;
    Decoded { facts, photo }
}

fn decode_jpeg(
    bytes: &[u8],
    limits: &Limits,
    options: &Options,
    scratch: &mut Scratch,
) -> (Option<JpegFacts>, Decoding, Option<Photo>) {
    if bytes.len() as u64 > limits.max_bytes {
        let limit = LimitKind::Bytes;
        return (None, Decoding::LimitExceeded { limit }, None);
    }
    let limits = shomei_jpeg::Limits::default()
        .with_pixels(limits.max_pixels)
        .with_scans(limits.max_scans);
    let file = match File::open(bytes, &limits) {
        Ok(file) => file,
        Err(error) => return (None, pixels::refusal(&error), None),
    };
    // From here on there are facts to report, whatever else is wrong.
    let profile = Profile::of(file.icc());
    let mut facts = headers::facts(bytes, &file, &profile);
    let header = file.header();
    // No other decoder in use reads the height from behind the scan, so the picture is not judged.
    if header.height_from_dnl {
        note_end(&mut facts, file.extent());
        return (Some(facts), Decoding::UnsupportedJpeg, None);
    }
    let scale = Scale::for_longer_side(header.width, header.height, options.working_size);
    // Of a progressive file a small scale needs a part only, and most damage is in the rest.
    let picture = match file.decode(scale, Precision::Checked, &mut scratch.jpeg) {
        Ok(picture) => picture,
        Err(error) => {
            // A file that exceeds a limit is not looked at any further: a bomb should cost nothing.
            if let ErrorKind::Unsupported(_) = error.kind() {
                note_end(&mut facts, file.extent());
            }
            return (Some(facts), pixels::refusal(&error), None);
        }
    };
    note_end(&mut facts, picture.extent);
    let decoding = pixels::judge(&picture);
    if !pixels::is_whole(&decoding) {
        return (Some(facts), decoding, None);
    }
    let photo = Pixels::of(&picture, header, scale).and_then(|pixels| {
        let orientation = file.orientation().unwrap_or_default();
        let stored = facts.stored_size?;
        let working = stored.shrunk_to(options.working_size);
        let small = scale::shrink(&pixels, working, &mut scratch.resizer)?;
        let (rgb, state) = colour::to_srgb(small, pixels.channels, &profile);
        facts.icc = state;
        let (upright, working) = scale::upright(rgb, working, orientation);
        let photo = Photo::new(upright, working, scale::shown(stored, orientation))?;
        Some(if options.keep_border {
            photo
        } else {
            border::removed(photo)
        })
    });
    if photo.is_none() {
        let detail = "the picture cannot be scaled".to_owned();
        return (Some(facts), Decoding::Corrupt { detail }, None);
    }
    (Some(facts), decoding, photo)
}

/// Records how the file ends.
const fn note_end(facts: &mut JpegFacts, extent: Extent) {
    facts.eoi = extent.end.is_some();
    facts.trailing_bytes = extent.trailing as u64;
}

#[cfg(test)]
mod tests;
