//! Which part of a photo has the composition of the card's picture: the head 34 of 45 mm high,
//! 4 mm above it, the face in the middle.

use shomei_photo::{ImageSize, Rect, card};

/// Crown to chin over the height of the picture.
pub const HEAD: f32 = card::HEAD_MM / card::PAPER_HEIGHT_MM;
/// Space above the crown over the height of the picture.
pub const ABOVE_HEAD: f32 = card::ABOVE_HEAD_MM / card::PAPER_HEIGHT_MM;
/// How much more or less of [`HEAD`] and [`ABOVE_HEAD`] the guide allows.
pub const TOLERANCE: f32 = card::TOLERANCE_MM / card::PAPER_HEIGHT_MM;

/// Where an upright head is, in working pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Top of the head, from the photo's top edge; negative where it reaches beyond.
    pub top: f32,
    /// Crown to chin.
    pub height: f32,
    /// Middle of the face, from the photo's left edge.
    pub centre_x: f32,
}

impl Place {
    /// The part of the photo that any cut with a width of `aspect` over its height stays in, if it
    /// keeps to the guide: the head no smaller than [`HEAD`] less its tolerance, [`ABOVE_HEAD`]
    /// and the middle within theirs. `None` if nothing of it is in the photo.
    #[must_use]
    pub fn reach(self, photo: ImageSize, aspect: f32) -> Option<Rect> {
        let height = self.height / (HEAD - TOLERANCE);
        let above = (ABOVE_HEAD + TOLERANCE) * height;
        let below = (1.0 - ABOVE_HEAD + TOLERANCE) * height;
        let beside = (aspect / 2.0 + TOLERANCE) * height;
        let within = |from: f32, to: f32, side: u32| {
            let (from, to) = (from.max(0.0), to.min(side as f32));
            (from, to - from)
        };
        let (x, width) = within(
            self.centre_x - beside,
            self.centre_x + beside,
            photo.width(),
        );
        let (y, height) = within(self.top - above, self.top + below, photo.height());
        Rect::new(x, y, width, height)
    }

    /// The part of the photo in which the head takes the share `head` of the height, or the
    /// largest part there is. It lies as near to the composition as the photo's edges allow.
    ///
    /// `aspect` is the width of the part over its height. `None` if a number is not finite.
    #[must_use]
    pub fn part(self, photo: ImageSize, aspect: f32, head: f32) -> Option<Rect> {
        let (photo_width, photo_height) = (photo.width() as f32, photo.height() as f32);
        let height = (self.height / head)
            .min(photo_height)
            .min(photo_width / aspect);
        let width = height * aspect;
        let place = |wanted: f32, room: f32| wanted.min(room).max(0.0);
        Rect::new(
            place(self.centre_x - width / 2.0, photo_width - width),
            place(self.top - ABOVE_HEAD * height, photo_height - height),
            width,
            height,
        )
    }
}
