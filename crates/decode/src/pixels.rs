//! The picture at the smallest scale that serves, by our own decoder, and what its damage means.

use shomei_jpeg::{
    Buffers, Damage, DamageKind, Error, ErrorKind, Header, Options, Output, Precision, Scale,
    decode,
};
use shomei_photo::{Decoding, ImageSize, LimitKind, Ratio};

use crate::Limits;

/// Bytes that a scan may leave over before they count as damage: some writers pad it with zeros.
const MAX_PADDING: usize = 16;

/// Interleaved 8-bit samples, rows top to bottom.
pub(crate) struct Pixels {
    pub(crate) samples: Vec<u8>,
    pub(crate) size: ImageSize,
    /// How many of the columns and rows the picture covers: the last ones may be covered in part.
    pub(crate) covered: (f64, f64),
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

/// What decoding the scans of a file gave.
pub(crate) struct Scans {
    /// [`Decoding::Complete`], or what is wrong.
    pub(crate) decoding: Decoding,
    /// The picture, if every unit of it was read.
    pub(crate) pixels: Option<Pixels>,
    /// Bytes behind the end-of-image marker; `None` if there is no such marker.
    pub(crate) trailing: Option<u64>,
}

/// Decodes the file with this header so that the longer side has at least `side` pixels, if the
/// picture has them.
///
/// The caller has checked the size against its limits and the process for support.
pub(crate) fn read(
    bytes: &[u8],
    header: &Header,
    limits: &Limits,
    side: u32,
) -> Result<Scans, Decoding> {
    let scale = Scale::for_longer_side(header.width, header.height, side);
    let grey = header.components.len() == 1;
    let limits = shomei_jpeg::Limits::default()
        .with_pixels(limits.max_pixels)
        .with_scans(limits.max_scans);
    let options = Options::new(scale)
        // Of a progressive file a small scale needs a part only, and most damage is in the rest.
        .precision(Precision::Checked)
        // A grey picture stays grey until its profile is applied.
        .output(if grey { Output::Planes } else { Output::Rgb })
        .limits(limits);
    let mut buffers = Buffers::new();
    let picture = decode(bytes, &options, &mut buffers).map_err(|error| refusal(&error))?;
    let decoding = judge(
        bytes,
        &picture.damage,
        picture.damage_omitted,
        picture.valid_fraction,
    );
    let whole = match &decoding {
        Decoding::Complete => true,
        Decoding::Truncated { valid_ratio } => valid_ratio.is_some_and(|v| v.get() >= 1.0),
        _ => false,
    };
    let (samples, channels) = match picture.pixels.luma() {
        Some(plane) => (plane, Channels::Grey),
        None => (picture.pixels.rgb().unwrap_or_default(), Channels::Rgb),
    };
    let covered = |length: u32| f64::from(length) * f64::from(scale.eighths()) / 8.0;
    let size = ImageSize::new(scale.apply(header.width), scale.apply(header.height));
    let pixels = size.filter(|_| whole).map(|size| Pixels {
        samples: samples.to_vec(),
        size,
        covered: (covered(header.width), covered(header.height)),
        channels,
    });
    Ok(Scans {
        decoding,
        pixels,
        trailing: picture.extent.end.map(|_| picture.extent.trailing as u64),
    })
}

/// What a refused file is.
pub(crate) fn refusal(error: &Error) -> Decoding {
    let limit = |limit| Decoding::LimitExceeded { limit };
    match error.kind() {
        ErrorKind::Truncated => Decoding::Truncated { valid_ratio: None },
        ErrorKind::TooManyScans => limit(LimitKind::Scans),
        ErrorKind::TooManyPixels | ErrorKind::TooMuchMemory => limit(LimitKind::Pixels),
        ErrorKind::Unsupported(_) => Decoding::UnsupportedJpeg,
        _ => Decoding::Corrupt {
            detail: error.to_string(),
        },
    }
}

/// What the faults that were met make of the file.
fn judge(bytes: &[u8], damage: &[Damage], omitted: usize, valid: f32) -> Decoding {
    let mut harmful = damage.iter().filter(|fault| !is_harmless(bytes, fault));
    let Some(mut worst) = harmful.next() else {
        return if valid >= 1.0 && omitted == 0 {
            Decoding::Complete
        } else {
            corrupt("damage in too many places to list", valid)
        };
    };
    let more = harmful.clone().count() + omitted;
    // Bytes that are left over are the trace of damage; whatever else was met says more.
    if worst.kind == DamageKind::StrayBytes
        && let Some(other) = harmful.find(|fault| fault.kind != DamageKind::StrayBytes)
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
    Decoding::Corrupt {
        detail: format!("{what}; {percent} % of the picture is valid"),
    }
}

/// Whether every unit of the picture is there in spite of this fault.
fn is_harmless(bytes: &[u8], fault: &Damage) -> bool {
    if fault.kind != DamageKind::StrayBytes {
        return false;
    }
    // Between segments they are no part of the picture.
    if fault.mcu_row.is_none() {
        return true;
    }
    // In a scan, data that are left over mean that others were lost, unless they are mere padding.
    let rest = bytes.get(fault.offset..).unwrap_or_default();
    let length = rest
        .windows(2)
        .position(|pair| pair[0] == 0xFF && pair[1] != 0)
        .unwrap_or(rest.len());
    let padding = rest.get(..length).unwrap_or_default();
    length <= MAX_PADDING && padding.iter().all(|&byte| byte == 0 || byte == 0xFF)
}
