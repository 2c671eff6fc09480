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
//! 2. `headers` walks the whole JPEG from marker to marker, by our own bounded reader: size,
//!    coding process, orientation, colour model, editor, end marker, and whether the amount of
//!    picture data and the restart markers fit the size;
//! 3. the limits are checked, before anything of the picture's size is allocated;
//! 4. `pixels` gives what belongs to the picture, without the metadata, to the `image` crate;
//! 5. `scale` shrinks to the working size; `colour` converts the embedded ICC profile to sRGB;
//!    `scale` turns as the EXIF orientation says. In this order the last two touch only the
//!    small picture.
//!
//! This crate must not know faces, rules or paths: whether a size or a format is acceptable is
//! judged elsewhere. It does no I/O, reads no clock and no environment.
//!
//! What it cannot see yet: the library decoder fills damaged parts of a picture silently, so
//! that damage which leaves the markers and the amount of data plausible comes out as
//! [`Decoding::Complete`].
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

use shomei_photo::{
    ColourModel, Decoding, FileFacts, Format, ImageSize, JpegFacts, LimitKind, Photo, Process,
};

use crate::headers::{Fault, Frame, Headers};
use crate::scale::Orientation;

pub use crate::sniff::sniff;

/// What is refused before decoding, whatever the rules of a document say.
///
/// The defaults leave room above what the card system takes (7 MB, 6000 × 6000 pixels = 36 MP),
/// so that a photo which is a little too large still gets a full review. Peak memory of one
/// decoding is about twice `max_bytes` or the file, whichever is less, plus 3 bytes a pixel, or
/// 9 bytes a pixel where the file is progressive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Longest file, in bytes.
    pub max_bytes: u64,
    /// Most pixels (width × height).
    pub max_pixels: u64,
    /// Most scans: a progressive file of a few kilobytes may hold thousands, and each costs a
    /// pass over the picture. Encoders write about ten.
    pub max_scans: u32,
}

impl Default for Limits {
    /// 64 MiB, 40 million pixels, 100 scans.
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_pixels: 40_000_000,
            max_scans: 100,
        }
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
    /// The picture; there exactly when `facts.decoding` is [`Decoding::Complete`].
    pub photo: Option<Photo>,
}

/// Reads the facts of a file and, if it is a whole JPEG that can be shown, its picture.
///
/// Never fails and never panics: what is wrong with the file stands in `facts.decoding`.
/// The library decoder runs behind `catch_unwind`, so a panic of it makes the file
/// [`Decoding::Corrupt`] (under `panic = "unwind"`; the panic hook is left alone).
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
    let (jpeg, outcome) = decode_jpeg(bytes, limits, options);
    facts.jpeg = jpeg;
    let (decoding, photo) = match outcome {
        Ok(photo) => (Decoding::Complete, Some(photo)),
        Err(decoding) => (decoding, None),
    };
    facts.decoding = decoding;
    Decoded { facts, photo }
}

fn decode_jpeg(
    bytes: &[u8],
    limits: &Limits,
    options: &Options,
) -> (Option<JpegFacts>, Result<Photo, Decoding>) {
    if bytes.len() as u64 > limits.max_bytes {
        return (None, Err(exceeded(LimitKind::Bytes)));
    }
    let mut headers = Headers::new(bytes);
    let before = headers.read_to_picture_data();
    let Some(frame) = headers.frame.clone() else {
        let fault = before.err().unwrap_or(Fault::Damaged("no frame header"));
        return (None, Err(outcome(fault)));
    };
    // From here on there are facts to report, whatever else is wrong.
    if frame
        .size
        .is_some_and(|size| size.pixels() > limits.max_pixels)
    {
        // The walk over the picture data is skipped: a bomb should cost nothing.
        return (
            Some(headers.facts(&frame)),
            Err(exceeded(LimitKind::Pixels)),
        );
    }
    let walked = before.and_then(|()| headers.read_to_end(limits.max_scans));
    let mut facts = headers.facts(&frame);
    let result = unsupported(&frame, facts.colour_model)
        .map_or_else(|| walked.map_err(outcome), Err)
        .and_then(|()| render(&headers, &frame, &mut facts, options));
    (Some(facts), result)
}

fn exceeded(limit: LimitKind) -> Decoding {
    Decoding::LimitExceeded { limit }
}

fn corrupt(detail: &str) -> Decoding {
    Decoding::Corrupt {
        detail: detail.to_owned(),
    }
}

fn outcome(fault: Fault) -> Decoding {
    match fault {
        Fault::Ends => Decoding::Truncated { valid_ratio: None },
        Fault::Damaged(detail) => corrupt(detail),
        Fault::TooManyScans => exceeded(LimitKind::Scans),
    }
}

/// Why a readable frame is not decoded, if so.
fn unsupported(frame: &Frame, model: ColourModel) -> Option<Decoding> {
    let coded = matches!(
        frame.process,
        Process::Baseline | Process::ExtendedSequential | Process::Progressive
    );
    if !coded || frame.precision_bits != 8 {
        return Some(Decoding::UnsupportedJpeg);
    }
    match model {
        ColourModel::Grey | ColourModel::YCbCr | ColourModel::Rgb => None,
        _ => Some(Decoding::UnsupportedColour),
    }
}

/// The picture of a file whose headers are in order; notes in `facts` whether its ICC profile
/// could be used.
fn render(
    headers: &Headers<'_>,
    frame: &Frame,
    facts: &mut JpegFacts,
    options: &Options,
) -> Result<Photo, Decoding> {
    let stored = frame
        .size
        .ok_or_else(|| corrupt("a side is given as zero"))?;
    let full = pixels::decode(&headers.picture_stream(), stored)
        .map_err(|detail| Decoding::Corrupt { detail })?;
    let working: ImageSize = stored.shrunk_to(options.working_size);
    let small =
        scale::shrink(full, working).ok_or_else(|| corrupt("the picture cannot be scaled"))?;
    let (rgb, state) = colour::to_srgb(small.samples, small.channels, &headers.icc);
    facts.icc = state;
    let orientation = Orientation::from_exif(facts.orientation);
    let (upright, working) = orientation.apply(&rgb, working);
    let original = orientation.shown(stored);
    Photo::new(upright, working, original)
        .ok_or_else(|| corrupt("the picture has another size than its header"))
}

#[cfg(test)]
mod tests;
