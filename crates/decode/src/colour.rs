//! Converts colours from an embedded ICC profile to sRGB.

use std::borrow::Cow;
use std::panic::catch_unwind;
use std::sync::Arc;

use moxcms::{
    CmsError, ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions,
};
use shomei_jpeg::Icc;
use shomei_photo::{ColourModel, IccState};

use crate::pixels::Channels;
use crate::scale::grey_to_rgb;

/// Steps for each channel of the grid on which a profile is compared with sRGB.
const PROBE_STEPS: u8 = 6;
/// Largest difference, in levels of 255, at which a profile counts as sRGB. Profiles of sRGB
/// differ by rounding, some by one level more in the shadows.
const IDENTITY_LEVELS: u8 = 2;
/// Longest profile in bytes; print profiles reach 3 MB, those of cameras a few kilobytes.
const MAX_PROFILE: usize = 4 << 20;

/// The embedded profile before it is parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Profile<'d> {
    Absent,
    /// A part of it is missing, repeated or inconsistent.
    Damaged,
    Whole(Cow<'d, [u8]>),
}

impl<'d> Profile<'d> {
    /// The profile that a file embeds.
    pub(crate) fn of(icc: Option<&Icc<'d>>) -> Self {
        let Some(icc) = icc else {
            return Self::Absent;
        };
        let length: usize = icc.parts.iter().map(|part| part.len()).sum();
        if length == 0 || length > MAX_PROFILE {
            return Self::Damaged;
        }
        icc.profile().map_or(Self::Damaged, Self::Whole)
    }

    /// The expected result from the profile's header, for a picture that is not decoded.
    pub(crate) fn state_by_header(&self, model: ColourModel) -> IccState {
        /// Colour space of the data, and file signature: ICC.1:2022, table 17.
        const SPACE: std::ops::Range<usize> = 16..20;
        const SIGNATURE: std::ops::Range<usize> = 36..40;
        let profile = match self {
            Self::Absent => return IccState::Absent,
            Self::Damaged => return IccState::Unusable,
            Self::Whole(profile) => profile,
        };
        let expected: &[u8] = match model {
            ColourModel::Grey => b"GRAY",
            ColourModel::YCbCr | ColourModel::Rgb => b"RGB ",
            _ => return IccState::Unusable,
        };
        if profile.get(SIGNATURE) == Some(b"acsp") && profile.get(SPACE) == Some(expected) {
            IccState::Converted
        } else {
            IccState::Unusable
        }
    }
}

/// The sRGB triples of `samples`, and how the profile was used.
///
/// A grey profile applies to grey pictures and an RGB profile to the others; with any other,
/// the samples are taken as sRGB.
pub(crate) fn to_srgb(
    samples: Vec<u8>,
    channels: Channels,
    profile: &Profile<'_>,
) -> (Vec<u8>, IccState) {
    let plain = |samples: Vec<u8>| match channels {
        Channels::Rgb => samples,
        Channels::Grey => grey_to_rgb(&samples),
    };
    let converted = match profile {
        Profile::Absent => return (plain(samples), IccState::Absent),
        Profile::Damaged => None,
        // The reader of profiles meets hostile bytes too: a bug of it costs the profile only.
        Profile::Whole(profile) => catch_unwind(|| convert(&samples, channels, profile))
            .ok()
            .and_then(Result::ok),
    };
    match converted {
        Some(Conversion::Identity) => (plain(samples), IccState::Converted),
        Some(Conversion::Done(rgb)) => (rgb, IccState::Converted),
        None => (plain(samples), IccState::Unusable),
    }
}

enum Conversion {
    /// The profile is sRGB: the samples need no conversion.
    Identity,
    Done(Vec<u8>),
}

fn convert(samples: &[u8], channels: Channels, profile: &[u8]) -> Result<Conversion, CmsError> {
    let profile = ColorProfile::new_from_slice(profile)?;
    let (space, layout) = match channels {
        Channels::Grey => (DataColorSpace::Gray, Layout::Gray),
        Channels::Rgb => (DataColorSpace::Rgb, Layout::Rgb),
    };
    if profile.color_space != space {
        return Err(CmsError::InvalidProfile);
    }
    let transform = profile.create_transform_8bit(
        layout,
        &ColorProfile::new_srgb(),
        Layout::Rgb,
        TransformOptions::default(),
    )?;
    if is_identity(&transform, channels)? {
        return Ok(Conversion::Identity);
    }
    let mut rgb = vec![0; samples.len() / channels.count() * 3];
    transform.transform(samples, &mut rgb)?;
    Ok(Conversion::Done(rgb))
}

/// Whether `transform` leaves a grid of colours as they are, up to [`IDENTITY_LEVELS`].
fn is_identity(
    transform: &Arc<Transform8BitExecutor>,
    channels: Channels,
) -> Result<bool, CmsError> {
    let levels = || (0..PROBE_STEPS).map(|step| step * (255 / (PROBE_STEPS - 1)));
    let (probe, expected): (Vec<u8>, Vec<u8>) = match channels {
        Channels::Grey => (
            levels().collect(),
            grey_to_rgb(&levels().collect::<Vec<_>>()),
        ),
        Channels::Rgb => {
            let grid: Vec<u8> = levels()
                .flat_map(|r| levels().flat_map(move |g| levels().flat_map(move |b| [r, g, b])))
                .collect();
            (grid.clone(), grid)
        }
    };
    let mut result = vec![0; expected.len()];
    transform.transform(&probe, &mut result)?;
    let near = |(a, b): (&u8, &u8)| a.abs_diff(*b) <= IDENTITY_LEVELS;
    Ok(result.iter().zip(&expected).all(near))
}

#[cfg(test)]
mod tests {
    use shomei_jpeg::{File, Limits};

    use super::*;
    use crate::testing;

    fn embedded(profile: &[u8]) -> Profile<'_> {
        Profile::Whole(profile.into())
    }

    /// The profile of a file with these pieces: sequence number, number of chunks, data.
    fn pieces(pieces: &[(u8, u8, &[u8])]) -> Profile<'static> {
        let mut file = testing::jpeg(16, 16);
        for (number, count, data) in pieces.iter().rev() {
            let chunk = [&b"ICC_PROFILE\0"[..], &[*number, *count], data].concat();
            file = testing::with_segment(&file, 0xE2, &chunk);
        }
        let file = File::open(&file, &Limits::default()).unwrap();
        match Profile::of(file.icc()) {
            Profile::Absent => Profile::Absent,
            Profile::Damaged => Profile::Damaged,
            Profile::Whole(profile) => Profile::Whole(profile.into_owned().into()),
        }
    }

    #[test]
    fn pieces_are_put_together_in_their_order() {
        let whole = pieces(&[(2, 3, b"b"), (3, 3, b"c"), (1, 3, b"a")]);
        assert_eq!(whole, embedded(b"abc"));
        assert_eq!(pieces(&[]), Profile::Absent);
        for broken in [
            pieces(&[(1, 2, b"a")]),
            pieces(&[(1, 2, b"a"), (1, 2, b"b")]),
            pieces(&[(0, 1, b"a")]),
            pieces(&[(1, 2, b"a"), (2, 3, b"b")]),
            pieces(&[(1, 1, b"")]),
        ] {
            assert_eq!(broken, Profile::Damaged);
            assert_eq!(
                to_srgb(vec![1, 2, 3], Channels::Rgb, &broken),
                (vec![1, 2, 3], IccState::Unusable)
            );
        }
    }

    #[test]
    fn a_wide_gamut_is_converted() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        let (rgb, state) = to_srgb(vec![200, 100, 100], Channels::Rgb, &embedded(&profile));
        assert_eq!(state, IccState::Converted);
        // By the matrices of both spaces: (213, 93, 97) to rounding.
        for (value, expected) in rgb.iter().zip([213_u8, 93, 97]) {
            assert!(value.abs_diff(expected) <= 2, "{rgb:?}");
        }
    }

    #[test]
    fn srgb_leaves_the_samples_alone() {
        let profile = ColorProfile::new_srgb().encode().unwrap();
        let samples: Vec<u8> = (0..=254).collect();
        assert_eq!(
            to_srgb(samples.clone(), Channels::Rgb, &embedded(&profile)),
            (samples, IccState::Converted)
        );
    }

    #[test]
    fn a_grey_profile_belongs_to_a_grey_picture() {
        let profile = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
        let (rgb, state) = to_srgb(vec![64], Channels::Grey, &embedded(&profile));
        assert_eq!(state, IccState::Converted);
        // Linear 0.25 is 137 in sRGB.
        assert!(rgb.iter().all(|v| v.abs_diff(137) <= 2), "{rgb:?}");
        let (rgb, state) = to_srgb(vec![64, 65, 66], Channels::Rgb, &embedded(&profile));
        assert_eq!((rgb, state), (vec![64, 65, 66], IccState::Unusable));
        let rgb_profile = ColorProfile::new_display_p3().encode().unwrap();
        let (rgb, state) = to_srgb(vec![64], Channels::Grey, &embedded(&rgb_profile));
        assert_eq!((rgb, state), (vec![64; 3], IccState::Unusable));
    }

    #[test]
    fn damaged_profiles_are_unusable() {
        let profile = ColorProfile::new_display_p3().encode().unwrap();
        for length in 1..profile.len() {
            let cut = embedded(&profile[..length]);
            let (rgb, _) = to_srgb(vec![1, 2, 3], Channels::Rgb, &cut);
            assert_eq!(rgb.len(), 3);
        }
        let noise = embedded(&[0xA5; 4000]);
        assert_eq!(
            to_srgb(vec![1, 2, 3], Channels::Rgb, &noise),
            (vec![1, 2, 3], IccState::Unusable)
        );
        assert_eq!(
            noise.state_by_header(ColourModel::YCbCr),
            IccState::Unusable
        );
        let whole = embedded(&profile);
        assert_eq!(
            whole.state_by_header(ColourModel::YCbCr),
            IccState::Converted
        );
        assert_eq!(whole.state_by_header(ColourModel::Cmyk), IccState::Unusable);
    }
}
