//! The full picture, for example to cut the card's picture from it.

use shomei_decode::{Limits, Options, Scratch, decode};
use shomei_photo::Photo;

/// All pixels of a photo in sRGB, turned by its EXIF orientation; `None` if the photo is damaged or
/// exceeds `limits`. Needs about 6 bytes for each pixel.
///
/// ```
/// use shomei::Limits;
///
/// assert!(shomei::original(b"no photo", &Limits::default()).is_none());
/// ```
#[must_use]
pub fn original(bytes: &[u8], limits: &Limits) -> Option<Photo> {
    let all = Options {
        working_size: u32::MAX,
        keep_border: true,
    };
    decode(bytes, limits, &all, &mut Scratch::new()).photo
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn no_pixel_is_lost_and_the_picture_is_upright() {
        let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/photos");
        let read = |name: &str| std::fs::read(photos.join(name)).unwrap();
        let photo = original(&read("accept_exif_orientation_6.jpg"), &Limits::default()).unwrap();
        assert_eq!((photo.size().width(), photo.size().height()), (900, 1157));
        assert_eq!(photo.rgb().len(), 900 * 1157 * 3);
        let broken = read("file_truncated.jpg");
        assert!(original(&broken, &Limits::default()).is_none());
        let few = Limits {
            max_pixels: 100,
            ..Limits::default()
        };
        assert!(original(&read("accept_studio_man_01.jpg"), &few).is_none());
    }
}
