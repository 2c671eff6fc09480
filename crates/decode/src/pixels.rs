//! The picture at full size, by the library decoder.

use std::io::Cursor;
use std::panic::catch_unwind;

use image::codecs::jpeg::JpegDecoder;
use image::{ColorType, ImageDecoder, ImageError};
use shomei_photo::ImageSize;

/// Longest text of the decoder that is passed on, in characters.
const MAX_DETAIL: usize = 200;

/// Interleaved 8-bit samples, rows top to bottom.
pub(crate) struct Pixels {
    pub(crate) samples: Vec<u8>,
    pub(crate) size: ImageSize,
    pub(crate) channels: Channels,
}

/// What the samples of a pixel are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    Rgb,
}

impl Channels {
    /// Samples a pixel.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

/// Decodes `stream`, a JPEG whose header says `size`; `Err` is the decoder's text.
///
/// The caller has checked the size against its limits and the components against 1 and 3.
pub(crate) fn decode(stream: &[u8], size: ImageSize) -> Result<Pixels, String> {
    // A bug of the decoder costs one photo and not the process.
    match catch_unwind(|| run(stream, size)) {
        Ok(Ok(pixels)) => Ok(pixels),
        Ok(Err(error)) => Err(error.to_string().chars().take(MAX_DETAIL).collect()),
        Err(_) => Err("the decoder stopped".to_owned()),
    }
}

fn run(stream: &[u8], size: ImageSize) -> Result<Pixels, ImageError> {
    let mut decoder = JpegDecoder::new(Cursor::new(stream))?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(size.width());
    limits.max_image_height = Some(size.height());
    decoder.set_limits(limits)?;
    let channels = match decoder.color_type() {
        ColorType::L8 => Channels::Grey,
        ColorType::Rgb8 => Channels::Rgb,
        _ => return Err(mismatch()),
    };
    let length = size.pixels() * channels.count() as u64;
    if decoder.dimensions() != (size.width(), size.height()) || decoder.total_bytes() != length {
        return Err(mismatch());
    }
    let length = usize::try_from(length).map_err(|_| mismatch())?;
    let mut samples = vec![0; length];
    decoder.read_image(&mut samples)?;
    Ok(Pixels {
        samples,
        size,
        channels,
    })
}

/// The decoder understood the header otherwise than we did.
fn mismatch() -> ImageError {
    use image::error::{ParameterError, ParameterErrorKind};
    ImageError::Parameter(ParameterError::from_kind(
        ParameterErrorKind::DimensionMismatch,
    ))
}
