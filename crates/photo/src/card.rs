//! The picture on the card: its size, and where the guide wants the head in it.
//!
//! The guide is written for the paper photo of 35 × 45 mm; the card shows the same picture
//! smaller. All lengths are in millimetres.

/// Width of the picture on the card.
pub const WIDTH_MM: f32 = 22.0;
/// Height of the picture on the card.
pub const HEIGHT_MM: f32 = 27.5;
/// Width of the paper photo.
pub const PAPER_WIDTH_MM: f32 = 35.0;
/// Height of the paper photo.
pub const PAPER_HEIGHT_MM: f32 = 45.0;
/// Crown with hair to chin on the paper photo, ± [`TOLERANCE_MM`].
pub const HEAD_MM: f32 = 34.0;
/// Space above the crown on the paper photo, ± [`TOLERANCE_MM`].
pub const ABOVE_HEAD_MM: f32 = 4.0;
/// Pixels along [`HEIGHT_MM`] that the print needs: 300 dpi.
pub const PRINT_PX: f32 = 325.0;
/// How much more or less than [`HEAD_MM`] and [`ABOVE_HEAD_MM`] the guide allows.
pub const TOLERANCE_MM: f32 = 2.0;
