//! From the colours of an embedded ICC profile to sRGB.

use std::panic::catch_unwind;
use std::sync::Arc;

use moxcms::{
    CmsError, ColorProfile, DataColorSpace, Layout, Transform8BitExecutor, TransformOptions,
};
use shomei_photo::{ColourModel, IccState};

use crate::pixels::Channels;
use crate::scale::grey_to_rgb;

/// Steps a channel of the grid on which a profile is compared with sRGB.
const PROBE_STEPS: u8 = 6;
/// Largest difference, in levels of 255, at which a profile counts as sRGB. Profiles of sRGB
/// differ by rounding, some by one level more in the shadows.
const IDENTITY_LEVELS: u8 = 2;
/// Longest profile in bytes; print profiles reach 3 MB, those of cameras a few kilobytes.
const MAX_PROFILE: usize = 4 << 20;

/// The pieces of a profile as the APP2 segments hold them (ICC.1:2022, B.4).
#[derive(Clone, Debug, Default)]
pub(crate) struct IccChunks<'a> {
    /// Sequence number from 1, number of chunks, data.
    chunks: Vec<(u8, u8, &'a [u8])>,
    damaged: bool,
}

impl<'a> IccChunks<'a> {
    /// Adds the payload of a segment, after its identifier.
    pub(crate) fn push(&mut self, payload: &'a [u8]) {
        match payload {
            // There are at most 255.
            [number, count, data @ ..] if self.chunks.len() < 255 => {
                self.chunks.push((*number, *count, data));
            }
            _ => self.damaged = true,
        }
    }

    fn is_absent(&self) -> bool {
        self.chunks.is_empty() && !self.damaged
    }

    /// The pieces put together in their order; `None` if one is missing, doubled or in doubt.
    fn profile(&self) -> Option<Vec<u8>> {
        let mut chunks = self.chunks.clone();
        chunks.sort_by_key(|&(number, _, _)| number);
        let fits = chunks
            .iter()
            .zip(1_usize..)
            .all(|(&(number, count, _), place)| {
                usize::from(number) == place && usize::from(count) == chunks.len()
            });
        let length: usize = chunks.iter().map(|(_, _, data)| data.len()).sum();
        if self.damaged || !fits || length == 0 || length > MAX_PROFILE {
            return None;
        }
        let mut profile = Vec::with_capacity(length);
        for (_, _, data) in chunks {
            profile.extend_from_slice(data);
        }
        Some(profile)
    }

    /// What the profile's header lets expect, for a picture that is not decoded.
    pub(crate) fn state_by_header(&self, model: ColourModel) -> IccState {
        /// Colour space of the data, and file signature: ICC.1:2022, table 17.
        const SPACE: std::ops::Range<usize> = 16..20;
        const SIGNATURE: std::ops::Range<usize> = 36..40;
        if self.is_absent() {
            return IccState::Absent;
        }
        let expected: &[u8] = match model {
            ColourModel::Grey => b"GRAY",
            ColourModel::YCbCr | ColourModel::Rgb => b"RGB ",
            _ => return IccState::Unusable,
        };
        let usable = self.profile().is_some_and(|profile| {
            profile.get(SIGNATURE) == Some(b"acsp") && profile.get(SPACE) == Some(expected)
        });
        if usable {
            IccState::Converted
        } else {
            IccState::Unusable
        }
    }
}

/// The sRGB triples of `samples`, and what became of the profile.
///
/// A grey profile applies to grey pictures and an RGB profile to the others; with any other,
/// the samples are taken as sRGB.
pub(crate) fn to_srgb(
    samples: Vec<u8>,
    channels: Channels,
    chunks: &IccChunks<'_>,
) -> (Vec<u8>, IccState) {
    let plain = |samples: Vec<u8>| match channels {
        Channels::Rgb => samples,
        Channels::Grey => grey_to_rgb(&samples),
    };
    if chunks.is_absent() {
        return (plain(samples), IccState::Absent);
    }
    let converted = chunks.profile().and_then(|profile| {
        // The reader of profiles meets hostile bytes too: a bug of it costs the profile only.
        catch_unwind(|| convert(&samples, channels, &profile))
            .ok()?
            .ok()
    });
    match converted {
        Some(Conversion::Identity) => (plain(samples), IccState::Converted),
        Some(Conversion::Done(rgb)) => (rgb, IccState::Converted),
        None => (plain(samples), IccState::Unusable),
    }
}

enum Conversion {
    /// The profile is sRGB: the samples are right as they are.
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
    use super::*;

    fn chunks(pieces: &[(u8, u8, &'static [u8])]) -> IccChunks<'static> {
        IccChunks {
            chunks: pieces.to_vec(),
            damaged: false,
        }
    }

    fn embedded(profile: &[u8]) -> IccChunks<'_> {
        IccChunks {
            chunks: vec![(1, 1, profile)],
            damaged: false,
        }
    }

    #[test]
    fn pieces_are_put_together_in_their_order() {
        let whole = chunks(&[(2, 3, b"b"), (3, 3, b"c"), (1, 3, b"a")]);
        assert_eq!(whole.profile().as_deref(), Some(&b"abc"[..]));
        for broken in [
            chunks(&[(1, 2, b"a")]),
            chunks(&[(1, 2, b"a"), (1, 2, b"b")]),
            chunks(&[(0, 1, b"a")]),
            chunks(&[(1, 2, b"a"), (2, 3, b"b")]),
            chunks(&[(1, 1, b"")]),
        ] {
            assert_eq!(broken.profile(), None);
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
