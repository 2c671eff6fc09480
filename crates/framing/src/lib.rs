//! Measures the framing of the head: how close it is, what is cut off on which side, how centred it is,
//! and which 35:45 part of the photo would make the best card photo.
//!
//! It is pure geometry on a [`Subject`]. This crate knows no pixels, networks or rules: it says
//! "the chin is 0.12 of the face below the edge", not whether that is allowed.
//!
//! ```
//! use shomei_photo::{Frame, ImageSize, QuarterTurn, Subject};
//!
//! let size = ImageSize::new(360, 480).unwrap();
//! let frame = Frame::new(size, size, QuarterTurn::None);
//! assert!(shomei_framing::measure(&Subject::default(), frame).is_none());
//! ```

pub mod composition;
mod cuts;
mod measurement;
mod trim;

use shomei_photo::{Frame, HeadOutline, ImageSize, Landmarks, Px, Ratio, Rect, Subject};

pub use measurement::{Cut, Framing, Margins, Part, Trim};

/// Skull above the face's topmost point, over the height from there to the chin. Vertex to
/// menton is about 232 mm and trichion to menton 187 mm in adults (Farkas, *Anthropometry of
/// the Head and Face*, 1994); hair adds to it and is seen in the masks.
const SKULL_ABOVE: f32 = 0.24;

/// Measures the framing of the main head; `None` if there is no face with landmarks and an outline.
#[must_use]
pub fn measure(subject: &Subject, frame: Frame) -> Option<Framing> {
    let marks = subject.landmarks.as_ref()?;
    let head = Head::of(subject.head.as_ref()?, marks, frame.working())?;
    let (width, height) = (head.photo_width, head.photo_height);
    let eyes = marks.left_eye().midpoint(marks.right_eye());
    let (scale_x, scale_y) = frame.scale();
    let cuts = cuts::find(subject, &head, frame);
    let (trim, printed) = trim::best(&head, frame)?;
    Some(Framing {
        picture: (!frame.is_whole()).then(|| frame.picture()),
        head_height_ratio: Ratio::new(head.height() / height)?,
        face_height_ratio: Ratio::new(head.face_height() / height)?,
        head_width_ratio: Ratio::new((head.right - head.left) / width)?,
        face_width_ratio: Ratio::new(head.oval.width() / width)?,
        margins: Margins {
            top_ratio: Ratio::new(head.top / height)?,
            bottom_ratio: Ratio::new((height - head.chin) / height)?,
            left_ratio: Ratio::new(head.left / width)?,
            right_ratio: Ratio::new((width - head.right) / width)?,
        },
        centre_x_ratio: Ratio::new(head.centre_x() / width)?,
        eye_line_y_ratio: Ratio::new(eyes.y() / height)?,
        inter_eye_px: Px::new(marks.inter_eye_distance() * scale_x.midpoint(scale_y))?,
        cuts,
        trim,
        printed,
    })
}

/// The head in working pixels. Parts that are cut off are extrapolated beyond the edge.
struct Head {
    top: f32,
    chin: f32,
    left: f32,
    right: f32,
    /// Top of the skull without hair, extrapolated from the face.
    skull: f32,
    forehead: f32,
    oval: Rect,
    /// From ear to ear.
    nose_y: f32,
    photo_width: f32,
    photo_height: f32,
}

impl Head {
    fn of(outline: &HeadOutline, marks: &Landmarks, size: ImageSize) -> Option<Self> {
        let oval = marks.face()?;
        let (photo_width, photo_height) = (size.width() as f32, size.height() as f32);
        let chin = marks.chin.y();
        let forehead = marks.forehead.y();
        let skull = forehead - SKULL_ABOVE * (chin - forehead).max(0.0);
        // An outline that ends at the photo's edge goes on at least as far as face and skull.
        let beyond = |inside: bool, seen: f32, extrapolated: f32, low: bool| {
            if inside {
                seen
            } else if low {
                seen.min(extrapolated)
            } else {
                seen.max(extrapolated)
            }
        };
        Some(Self {
            top: beyond(outline.crown.y() > 1.0, outline.crown.y(), skull, true),
            chin,
            left: beyond(outline.rect.x() > 1.0, outline.rect.x(), oval.x(), true),
            right: beyond(
                outline.rect.right() < photo_width - 1.0,
                outline.rect.right(),
                oval.right(),
                false,
            ),
            skull,
            forehead,
            oval,
            nose_y: marks.nose_base.y(),
            photo_width,
            photo_height,
        })
    }

    fn height(&self) -> f32 {
        (self.chin - self.top).max(1.0)
    }

    fn face_height(&self) -> f32 {
        (self.chin - self.forehead).max(1.0)
    }

    fn centre_x(&self) -> f32 {
        self.oval.centre().x()
    }
}

#[cfg(test)]
mod tests;
