//! The working size, and the turn that the EXIF orientation asks for.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use shomei_photo::ImageSize;

use crate::pixels::{Channels, Pixels};

/// Brings what `pixels` cover to `size`, which is no larger to a pixel. `None` only if the sizes
/// do not fit the buffer.
///
/// A triangle filter as wide as the step between two working pixels, so that every original
/// pixel counts and fine texture does not turn into moiré.
pub(crate) fn shrink(pixels: Pixels, size: ImageSize) -> Option<Pixels> {
    if size == pixels.size {
        return Some(pixels);
    }
    let samples = match pixels.channels {
        Channels::Rgb => convolve(&pixels.samples, pixels.size, pixels.covered, size)?,
        // By way of triples: the library's code for a second pixel type would double the time
        // that this crate takes to compile, and grey files are rare.
        Channels::Grey => {
            let triples = grey_to_rgb(&pixels.samples);
            let small = convolve(&triples, pixels.size, pixels.covered, size)?;
            small.into_iter().step_by(3).collect()
        }
    };
    Some(Pixels {
        samples,
        size,
        covered: (size.width().into(), size.height().into()),
        channels: pixels.channels,
    })
}

/// Each sample three times.
pub(crate) fn grey_to_rgb(samples: &[u8]) -> Vec<u8> {
    samples.iter().flat_map(|&grey| [grey; 3]).collect()
}

/// RGB triples at the size `to`.
///
/// The library's untyped call would do, but brings its code for every pixel type with it and
/// makes this crate compile for minutes.
fn convolve(rgb: &[u8], from: ImageSize, covered: (f64, f64), to: ImageSize) -> Option<Vec<u8>> {
    let source = TypedImageRef::<U8x3>::from_buffer(from.width(), from.height(), rgb).ok()?;
    let mut small = vec![0; to.pixels() as usize * 3];
    let mut target = TypedImage::<U8x3>::from_buffer(to.width(), to.height(), &mut small).ok()?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(0.0, 0.0, covered.0, covered.1)
        .use_alpha(false);
    Resizer::new()
        .resize_typed(&source, &mut target, &options)
        .ok()?;
    Some(small)
}

/// How the stored picture lies, as the EXIF orientation describes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Orientation {
    /// Rows and columns are exchanged: the stored row is the shown column.
    transposed: bool,
    /// The shown picture counts the stored columns (after the exchange) from the right.
    mirrored_across: bool,
    /// The shown picture counts the stored rows (after the exchange) from the bottom.
    mirrored_down: bool,
}

impl Orientation {
    /// By the value 1–8 of the tag (EXIF 2.32, 4.6.4 A, "Orientation"); others count as 1.
    pub(crate) const fn from_exif(value: u8) -> Self {
        let (transposed, mirrored_across, mirrored_down) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, true, false),
            7 => (true, true, true),
            8 => (true, false, true),
            _ => (false, false, false),
        };
        Self {
            transposed,
            mirrored_across,
            mirrored_down,
        }
    }

    /// The size that a viewer shows of a picture stored at `size`.
    pub(crate) const fn shown(self, size: ImageSize) -> ImageSize {
        if self.transposed {
            size.transposed()
        } else {
            size
        }
    }

    /// The upright picture of `rgb`, stored at `size`, and its size.
    pub(crate) fn apply(self, rgb: &[u8], size: ImageSize) -> (Vec<u8>, ImageSize) {
        let shown = self.shown(size);
        if self == Self::from_exif(1) {
            return (rgb.to_vec(), shown);
        }
        let (width, height) = (shown.width() as usize, shown.height() as usize);
        let mut upright = Vec::with_capacity(rgb.len());
        for y in 0..height {
            let y = if self.mirrored_down {
                height - 1 - y
            } else {
                y
            };
            for x in 0..width {
                let x = if self.mirrored_across {
                    width - 1 - x
                } else {
                    x
                };
                let index = if self.transposed {
                    x * height + y
                } else {
                    y * width + x
                };
                upright.extend_from_slice(rgb.get(index * 3..index * 3 + 3).unwrap_or_default());
            }
        }
        (upright, shown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> ImageSize {
        ImageSize::new(width, height).unwrap()
    }

    #[test]
    fn the_eight_orientations_bring_a_letter_f_upright() {
        // What a viewer must show: 2 × 3 pixels. The stored pictures are those of the figure
        // in the EXIF specification.
        let upright = "ab cd ef";
        for (value, stored) in [
            (1, "ab cd ef"),
            (2, "ba dc fe"),
            (3, "fe dc ba"),
            (4, "ef cd ab"),
            (5, "ace bdf"),
            (6, "bdf ace"),
            (7, "fdb eca"),
            (8, "eca fdb"),
        ] {
            let rows: Vec<&str> = stored.split(' ').collect();
            let stored_size = size(rows[0].len() as u32, rows.len() as u32);
            let rgb: Vec<u8> = rows.concat().bytes().flat_map(|b| [b; 3]).collect();
            let (shown, shown_size) = Orientation::from_exif(value).apply(&rgb, stored_size);
            assert_eq!(shown_size, size(2, 3), "{value}");
            let letters: Vec<u8> = shown.chunks_exact(3).map(|p| p[0]).collect();
            assert_eq!(letters, upright.replace(' ', "").as_bytes(), "{value}");
        }
    }

    #[test]
    fn shrinking_averages_and_never_enlarges() {
        let stripes = |x: usize| if x.is_multiple_of(2) { 0 } else { 200 };
        let pixels = |channels: Channels| Pixels {
            samples: (0..64 * 64)
                .flat_map(|i| vec![stripes(i); channels.count()])
                .collect(),
            size: size(64, 64),
            covered: (64.0, 64.0),
            channels,
        };
        for channels in [Channels::Grey, Channels::Rgb] {
            let small = shrink(pixels(channels), size(8, 8)).unwrap();
            assert_eq!(small.samples.len(), 64 * channels.count());
            let middle = small.samples[(4 * 8 + 4) * channels.count()];
            assert!((98..=102).contains(&middle), "{middle}");
        }
        let same = shrink(pixels(Channels::Rgb), size(64, 64)).unwrap();
        assert_eq!(same.samples.len(), 64 * 64 * 3);
    }
}
