//! Scales to the working size, and turns by the EXIF orientation.

use fast_image_resize::images::{TypedImage, TypedImageRef};
use fast_image_resize::pixels::U8x3;
use fast_image_resize::{FilterType, ResizeAlg, ResizeOptions, Resizer};
use shomei_jpeg::Orientation;
use shomei_photo::ImageSize;

use crate::pixels::{Channels, Pixels};

/// The samples of what `pixels` cover at `size`, which is no larger to a pixel. `None` only if the
/// sizes do not fit the buffer.
///
/// A triangle filter as wide as the step between two working pixels, so that every original
/// pixel counts and fine texture does not turn into moiré.
pub(crate) fn shrink(
    pixels: &Pixels<'_>,
    size: ImageSize,
    resizer: &mut Resizer,
) -> Option<Vec<u8>> {
    if size == pixels.size {
        return Some(pixels.samples.to_vec());
    }
    match pixels.channels {
        Channels::Rgb => convolve(pixels.samples, pixels, size, resizer),
        // By way of triples: the library's code for a second pixel type would double the time
        // that this crate takes to compile, and grey files are rare.
        Channels::Grey => {
            let triples = grey_to_rgb(pixels.samples);
            let small = convolve(&triples, pixels, size, resizer)?;
            Some(small.into_iter().step_by(3).collect())
        }
    }
}

/// Each sample three times.
pub(crate) fn grey_to_rgb(samples: &[u8]) -> Vec<u8> {
    samples.iter().flat_map(|&grey| [grey; 3]).collect()
}

/// What `pixels` cover of `rgb`, at the size `to`.
///
/// The library's untyped call would work, but it includes the code for every pixel type and takes
/// minutes to compile.
fn convolve(
    rgb: &[u8],
    pixels: &Pixels<'_>,
    to: ImageSize,
    resizer: &mut Resizer,
) -> Option<Vec<u8>> {
    let (from, covered) = (pixels.size, pixels.covered);
    let source = TypedImageRef::<U8x3>::from_buffer(from.width(), from.height(), rgb).ok()?;
    let mut small = vec![0; to.pixels() as usize * 3];
    let mut target = TypedImage::<U8x3>::from_buffer(to.width(), to.height(), &mut small).ok()?;
    let options = ResizeOptions::new()
        .resize_alg(ResizeAlg::Convolution(FilterType::Bilinear))
        .crop(0.0, 0.0, covered.0, covered.1)
        .use_alpha(false);
    resizer.resize_typed(&source, &mut target, &options).ok()?;
    Some(small)
}

/// The size that a viewer shows of a picture stored at `size`.
pub(crate) const fn shown(size: ImageSize, orientation: Orientation) -> ImageSize {
    if orientation.swaps_sides() {
        size.transposed()
    } else {
        size
    }
}

/// The upright picture of `rgb`, which is stored at `size`, and its size.
pub(crate) fn upright(
    rgb: Vec<u8>,
    size: ImageSize,
    orientation: Orientation,
) -> (Vec<u8>, ImageSize) {
    use Orientation::{Flipped, Mirrored, Rotate90, Rotate270, Rotated180, Transversed, Upright};
    let shown = shown(size, orientation);
    if orientation == Upright {
        return (rgb, shown);
    }
    // Whether the shown picture counts the stored columns from the right, and the stored rows from
    // the bottom, both after the sides are swapped.
    let across = matches!(orientation, Mirrored | Rotated180 | Rotate90 | Transversed);
    let down = matches!(orientation, Flipped | Rotated180 | Rotate270 | Transversed);
    let (width, height) = (shown.width() as usize, shown.height() as usize);
    let mut upright = Vec::with_capacity(rgb.len());
    for y in 0..height {
        let y = if down { height - 1 - y } else { y };
        for x in 0..width {
            let x = if across { width - 1 - x } else { x };
            let index = if orientation.swaps_sides() {
                x * height + y
            } else {
                y * width + x
            };
            upright.extend_from_slice(rgb.get(index * 3..index * 3 + 3).unwrap_or_default());
        }
    }
    (upright, shown)
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
        let expected = "ab cd ef";
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
            let orientation = Orientation::from_exif(value).unwrap();
            let (shown, shown_size) = upright(rgb, stored_size, orientation);
            assert_eq!(shown_size, size(2, 3), "{value}");
            let letters: Vec<u8> = shown.chunks_exact(3).map(|p| p[0]).collect();
            assert_eq!(letters, expected.replace(' ', "").as_bytes(), "{value}");
        }
    }

    #[test]
    fn shrinking_averages_and_never_enlarges() {
        let stripes = |x: usize| if x.is_multiple_of(2) { 0 } else { 200 };
        let mut resizer = Resizer::new();
        for channels in [Channels::Grey, Channels::Rgb] {
            let samples: Vec<u8> = (0..64 * 64)
                .flat_map(|i| vec![stripes(i); channels.count()])
                .collect();
            let pixels = Pixels {
                samples: &samples,
                size: size(64, 64),
                covered: (64.0, 64.0),
                channels,
            };
            let small = shrink(&pixels, size(8, 8), &mut resizer).unwrap();
            assert_eq!(small.len(), 64 * channels.count());
            let middle = small[(4 * 8 + 4) * channels.count()];
            assert!((98..=102).contains(&middle), "{middle}");
            let same = shrink(&pixels, size(64, 64), &mut resizer).unwrap();
            assert_eq!(same, samples);
        }
    }
}
