//! The types that all stages of Shomei share: photos, faces, masks and units.
//!
//! This crate knows no files, codecs, models or rules. It contains data, and the few operations that
//! depend on nothing else.
//!
//! # Coordinate frames
//!
//! There are two, and the types keep them apart.
//!
//! * **Working frame** — pixels of a [`Photo`]: upright (the person's crown points up), sRGB,
//!   scaled down so that the longer side is the working size. Origin at the top-left corner of
//!   the top-left pixel, x to the right, y down; the centre of that pixel is (0.5, 0.5).
//!   [`Point`] and [`Rect`] are in this frame. Coordinates may be outside the photo: a landmark of a
//!   face that is cut off is *extrapolated* beyond the edge.
//! * **Original frame** — pixels of the file at full size *as a viewer shows it*, that is with
//!   the EXIF orientation applied and nothing else. [`Region`] is in this frame. It differs
//!   from the working frame by the scale. If the person is sideways in the file, it also differs by
//!   the quarter turn that brings the crown up. [`Frame`] converts.
//!
//! "Left" and "right" always mean the side of the picture, not of the person.
//!
//! ```
//! use shomei_photo::{Frame, ImageSize, QuarterTurn, Rect};
//!
//! let frame = Frame::new(
//!     ImageSize::new(480, 640).unwrap(),
//!     ImageSize::new(960, 1280).unwrap(),
//!     QuarterTurn::None,
//! );
//! let region = frame.region(Rect::new(10.0, 20.0, 30.0, 40.0).unwrap()).unwrap();
//! assert_eq!((region.x, region.y, region.width, region.height), (20, 40, 60, 80));
//! ```

pub mod card;
mod digest;
mod file;
mod frame;
mod geometry;
mod landmarks;
mod mask;
mod picture;
mod subject;
mod units;

pub use digest::{fnv1a, hex};
pub use file::{
    ColourModel, Decoding, EditClaim, EditMark, FileFacts, Format, IccState, JpegFacts, LimitKind,
    MarkPlace, Peculiarity, Process, Unreadable,
};
pub use frame::{Frame, QuarterTurn, Region};
pub use geometry::{ImageSize, Point, Rect, Side};
pub use landmarks::{EyeMarks, Landmarks, MouthMarks, Point3, PosePoint};
pub use mask::{ClassMasks, Mask, PersonClass};
pub use picture::Photo;
pub use subject::{DetectedFace, FaceFacts, FaceSummary, HeadOutline, OriginalPoint, Subject};
pub use units::{Degrees, DeltaE, Lab, Px, Ratio, luma, percentile};
