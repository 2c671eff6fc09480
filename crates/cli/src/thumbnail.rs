//! Small pictures inside a page.

use std::io::Cursor;
use std::panic::catch_unwind;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageReader};
use shomei::Limits;
use shomei_batch::read_photo;

/// Longer side in pixels of a picture in a page.
const SIDE: u32 = 220;
/// IJG quality.
const QUALITY: u8 = 80;
/// Strict limits: the pictures on the page are often hostile files.
const MAX_SIDE: u32 = 8_000;
const MAX_ALLOC: u64 = 256 << 20;

/// The photo as a `data:` URI of a JPEG, upright; `None` if it cannot be shown.
pub(crate) fn data_uri(path: &Path) -> Option<String> {
    let bytes = read_photo(path, &Limits::default()).ok()?;
    let jpeg = jpeg(&bytes, SIDE)?;
    Some(format!("data:image/jpeg;base64,{}", base64(&jpeg)))
}

/// The photo as a JPEG with a longer side of at most `side` pixels, upright; `None` if it cannot
/// be shown.
pub(crate) fn jpeg(bytes: &[u8], side: u32) -> Option<Vec<u8>> {
    catch_unwind(|| small(bytes, side)).ok()?
}

fn small(bytes: &[u8], side: u32) -> Option<Vec<u8>> {
    let mut reader = ImageReader::new(Cursor::new(bytes))
        .with_guessed_format()
        .ok()?;
    let mut limits = image::Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    limits.max_alloc = Some(MAX_ALLOC);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let orientation = decoder.orientation().ok()?;
    let mut picture = DynamicImage::from_decoder(decoder).ok()?;
    picture = picture.thumbnail(side, side);
    picture.apply_orientation(orientation);
    let mut jpeg = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut jpeg, QUALITY);
    picture.to_rgb8().write_with_encoder(encoder).ok()?;
    Some(jpeg)
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_usize, |bits, at| {
            bits << 8 | usize::from(group.get(at).copied().unwrap_or(0))
        });
        for at in 0..4 {
            let digit = DIGITS[bits >> (18 - 6 * at) & 63];
            text.push(if at <= group.len() {
                char::from(digit)
            } else {
                '='
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    #[test]
    fn base64_is_that_of_the_rfc() {
        for (plain, coded) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
        assert_eq!(base64(&[0xfb, 0xff]), "+/8=");
    }

    #[test]
    fn photos_are_shown_small_and_upright_and_nothing_else_at_all() {
        let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/photos");
        let shown = fs::read(photos.join("accept_exif_orientation_6.jpg")).unwrap();
        let upright = image::load_from_memory(&jpeg(&shown, SIDE).unwrap()).unwrap();
        assert_eq!(upright.height(), SIDE);
        assert!(upright.width() < SIDE);
        let uri = data_uri(&photos.join("accept_monochrome.jpg")).unwrap();
        assert!(uri.starts_with("data:image/jpeg;base64,/9j/"), "{uri:.40}");
        let folder = TempDir::new().unwrap();
        for file in ["not_jpeg_text.jpg", "file_corrupt.jpg"] {
            assert_eq!(data_uri(&photos.join(file)), None, "{file}");
        }
        assert_eq!(data_uri(folder.path()), None);
    }
}
