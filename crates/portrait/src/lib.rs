//! Measures the face: the direction of the head, eyes and mouth, coverings of face and head, the light,
//! and the sharpness of the print.
//!
//! This crate knows no networks, files or rules. It measures that "the lids are 0.05 apart"; other
//! crates judge whether the eyes are open.
//!
//! ```
//! use shomei_photo::{ImageSize, Photo, Subject};
//!
//! let size = ImageSize::new(360, 480).unwrap();
//! let photo = Photo::new(vec![220; 360 * 480 * 3], size, size).unwrap();
//! assert!(shomei_portrait::measure(&photo, &Subject::default()).is_none());
//! ```

mod axes;
mod bar;
mod covering;
mod eyes;
mod glare;
mod light;
mod measurement;
mod pose;
mod sharpness;
mod sight;
mod worn;
mod zones;

use shomei_photo::{Photo, Subject};

use axes::FaceAxes;
use eyes::Skin;
pub use measurement::{
    Covering, Eye, Glare, HeadCovering, Light, Mouth, Portrait, Pose, Sharpness, Sight,
};

/// Measures the main face; `None` if the subject has no landmarks.
#[must_use]
pub fn measure(photo: &Photo, subject: &Subject) -> Option<Portrait> {
    let marks = subject.landmarks.as_ref()?;
    let axes = FaceAxes::of(marks);
    let pose = pose::measure(&marks.pose);
    let face = axes.and_then(|axes| Some((axes, Skin::of(photo, axes)?)));
    let sight = face.and_then(|(axes, skin)| sight::measure(photo, subject, axes, skin));
    Some(Portrait {
        pose,
        eyes: eyes::measure_eyes(photo, &marks.eyes, face, sight),
        mouth: eyes::measure_mouth(photo, &marks.mouth, face, pose),
        glare: face.and_then(|(axes, skin)| glare::measure(photo, subject, axes, skin)),
        covering: axes.and_then(|axes| covering::measure(photo, subject, axes)),
        light: axes.and_then(|axes| light::measure(photo, subject, axes)),
        sharpness: axes.and_then(|axes| sharpness::measure(photo, subject, axes)),
    })
}
