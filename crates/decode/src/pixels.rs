//! The samples of a decoded picture, and the meaning of its damage.

use shomei_jpeg as jpeg;
use shomei_jpeg::{DamageKind, Error, ErrorKind, Header, Scale, Unsupported};
use shomei_photo::{Decoding, ImageSize, LimitKind, Ratio};

/// Interleaved 8-bit samples, rows top to bottom.
pub(crate) struct Pixels<'b> {
    pub(crate) samples: &'b [u8],
    pub(crate) size: ImageSize,
    /// How many of the columns and rows the picture covers: the last ones may be covered in part.
    pub(crate) covered: (f64, f64),
    pub(crate) channels: Channels,
}

/// The meaning of a pixel's samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Channels {
    Grey,
    Rgb,
}

impl Channels {
    /// Samples for each pixel.
    pub(crate) const fn count(self) -> usize {
        match self {
            Self::Grey => 1,
            Self::Rgb => 3,
        }
    }
}

impl<'b> Pixels<'b> {
    /// Those of a picture that was decoded at `scale`.
    pub(crate) fn of(picture: &jpeg::Decoded<'b>, header: &Header, scale: Scale) -> Option<Self> {
        let (samples, channels) = match picture.pixels {
            jpeg::Pixels::Rgb(samples) => (samples, Channels::Rgb),
            jpeg::Pixels::Grey(samples) => (samples, Channels::Grey),
            _ => return None,
        };
        let covered = |length: u32| f64::from(length) * f64::from(scale.eighths()) / 8.0;
        Some(Self {
            samples,
            size: ImageSize::new(scale.apply(header.width), scale.apply(header.height))?,
            covered: (covered(header.width), covered(header.height)),
            channels,
        })
    }
}

/// Classifies a refused file.
pub(crate) fn refusal(error: &Error) -> Decoding {
    let limit = |limit| Decoding::LimitExceeded { limit };
    match error.kind() {
        ErrorKind::Truncated => Decoding::Truncated { valid_ratio: None },
        ErrorKind::TooManyScans => limit(LimitKind::Scans),
        ErrorKind::TooManyPixels | ErrorKind::TooMuchMemory => limit(LimitKind::Pixels),
        ErrorKind::Unsupported(Unsupported::Components { .. }) => Decoding::UnsupportedColour,
        ErrorKind::Unsupported(_) => Decoding::UnsupportedJpeg,
        _ => Decoding::Corrupt {
            detail: error.to_string(),
        },
    }
}

/// Whether every unit of a picture was read.
pub(crate) fn is_whole(decoding: &Decoding) -> bool {
    match decoding {
        Decoding::Complete => true,
        Decoding::Truncated { valid_ratio } => valid_ratio.is_some_and(|v| v.get() >= 1.0),
        _ => false,
    }
}

/// Classifies a file by the faults in it.
pub(crate) fn judge(picture: &jpeg::Decoded<'_>) -> Decoding {
    let (omitted, valid) = (picture.damage_omitted, picture.valid_fraction);
    let mut harmful = picture.damage.iter().filter(|fault| !fault.is_harmless());
    let Some(mut worst) = harmful.next() else {
        return if valid >= 1.0 && omitted == 0 {
            Decoding::Complete
        } else {
            corrupt("damage in too many places to list", valid)
        };
    };
    let more = harmful.clone().count() + omitted;
    // Data that is left over is the trace of damage; whatever else was met says more.
    if worst.kind == DamageKind::LeftOver
        && let Some(other) = harmful.find(|fault| fault.kind != DamageKind::LeftOver)
        && other.kind != DamageKind::MissingEoi
    {
        worst = other;
    }
    if !worst.kind.is_truncation() {
        return corrupt(worst, valid);
    }
    let only_the_marker = worst.kind == DamageKind::MissingEoi && more == 0;
    // "All of it" is reserved for a picture that misses nothing but its end marker. A progressive
    // file that is cut may well have a value for every pixel.
    let valid = if only_the_marker {
        valid
    } else {
        valid.min(0.999)
    };
    Decoding::Truncated {
        valid_ratio: Ratio::new(valid),
    }
}

fn corrupt(what: impl std::fmt::Display, valid: f32) -> Decoding {
    // Rounded down: a damaged picture is not 100 % valid.
    let percent = (f64::from(valid) * 100.0).floor();
    let detail = if percent < 100.0 {
        format!("{what}; {percent} % of the picture is valid")
    } else {
        // Everything could be read, but not all of it is right.
        what.to_string()
    };
    Decoding::Corrupt { detail }
}
