//! The part of a photo that is printed on the card: 22.0 × 27.5 mm.
//!
//! The guide for the paper photo asks for a head of 34 ± 2 mm from crown to chin and 4 ± 2 mm
//! above it, of 45 mm; the card shows the same picture at 27.5 of 45. But 22.0 : 27.5 = 0.800 is
//! wider than 35 : 45 = 0.778, so that one of the two must give way. Here the height keeps its
//! composition, and the card shows 2.9 % more at the sides, if the photo has it; where it has
//! not, the part is made lower at the bottom rather than filled with what is not in the photo.

use shomei_photo::{QuarterTurn, Region};
use shomei_verdict::Measurements;

/// Width of the picture on the card, in millimetres.
pub const WIDTH_MM: f64 = 22.0;
/// Height of the picture on the card, in millimetres.
pub const HEIGHT_MM: f64 = 27.5;
/// Head over the height: 34 of 45.
const HEAD: f64 = 34.0 / 45.0;
/// Space above the head over the height: 4 of 45.
const ABOVE: f64 = 4.0 / 45.0;
/// What the guide leaves open on either side, over the height: 2 of 45.
const OPEN: f64 = 2.0 / 45.0;

/// Where to cut, in the photo turned so that the person is upright.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cut {
    /// The clockwise turn from the photo as a viewer shows it.
    pub turn: QuarterTurn,
    /// The part, in whole pixels of the turned photo, inside it.
    pub region: Region,
    /// Crown with hair to chin on the card, in millimetres.
    pub head_mm: f64,
    /// Space above the crown on the card, in millimetres.
    pub above_mm: f64,
}

impl Cut {
    /// Whether head and space are what the guide asks for: 34 ± 2 and 4 ± 2 of 45 mm.
    #[must_use]
    pub fn in_guide(&self) -> bool {
        let near = |mm: f64, ratio: f64| (mm / HEIGHT_MM - ratio).abs() <= OPEN;
        near(self.head_mm, HEAD) && near(self.above_mm, ABOVE)
    }
}

/// Width and height of the card's picture in pixels at `dpi` dots an inch, in the ratio 4 : 5
/// exactly: 260 × 325 at 300, 520 × 650 at 600.
#[must_use]
pub fn size_px(dpi: u16) -> (u32, u32) {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number"
    )]
    let fifths = (HEIGHT_MM / 25.4 * f64::from(dpi) / 5.0).round().max(1.0) as u32;
    (fifths * 4, fifths * 5)
}

/// Where to cut the card's picture from the measurements of a review; `None` if no head was
/// measured.
#[must_use]
pub fn cut(measurements: &Measurements) -> Option<Cut> {
    let trim = &measurements.framing.as_ref()?.trim;
    let turn = measurements.face.as_ref()?.turn;
    let shown = measurements.file.shown_size()?;
    let (trimmed, (width, height)) = turned(trim.region, (shown.width(), shown.height()), turn);
    let (width, height) = (f64::from(width), f64::from(height));

    // The head, from where the trim box has it.
    let (trim_width, trim_height) = (f64::from(trimmed.width), f64::from(trimmed.height));
    let head = f64::from(trim.head_height_ratio.get()) * trim_height;
    let crown = f64::from(trimmed.y) + f64::from(trim.top_margin_ratio.get()) * trim_height;
    let centre = f64::from(trimmed.x) + f64::from(trim.centre_x_ratio.get()) * trim_width;

    let aspect = WIDTH_MM / HEIGHT_MM;
    let part_height = (head / HEAD).min(height).min(width / aspect).max(1.0);
    let part_width = (part_height * aspect).max(1.0);
    let within = |wanted: f64, room: f64| wanted.min(room).max(0.0);
    let left = within(centre - part_width / 2.0, width - part_width);
    let top = within(crown - ABOVE * part_height, height - part_height);
    let mm = |pixels: f64| pixels / part_height * HEIGHT_MM;
    let cut = Cut {
        turn,
        region: Region {
            x: whole(left, width - 1.0),
            y: whole(top, height - 1.0),
            width: whole(part_width, width - left.round()).max(1),
            height: whole(part_height, height - top.round()).max(1),
        },
        head_mm: mm(head),
        above_mm: mm(crown - top),
    };
    (cut.head_mm.is_finite() && cut.above_mm.is_finite()).then_some(cut)
}

/// Rounded, from 0 to `most`.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between bounds of a picture"
)]
fn whole(value: f64, most: f64) -> u32 {
    value.round().min(most).max(0.0) as u32
}

/// The region after a clockwise turn of the picture of this size, and the size after it.
fn turned(region: Region, (width, height): (u32, u32), turn: QuarterTurn) -> (Region, (u32, u32)) {
    let Region {
        x,
        y,
        width: w,
        height: h,
    } = region;
    let from_right = width.saturating_sub(x.saturating_add(w));
    let from_bottom = height.saturating_sub(y.saturating_add(h));
    let region = |x, y, width, height| Region {
        x,
        y,
        width,
        height,
    };
    match turn {
        QuarterTurn::None => (region(x, y, w, h), (width, height)),
        QuarterTurn::Clockwise => (region(from_bottom, x, h, w), (height, width)),
        QuarterTurn::Half => (region(from_right, from_bottom, w, h), (width, height)),
        QuarterTurn::CounterClockwise => (region(y, from_right, h, w), (height, width)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::stored_with;
    use serde_json::json;

    /// A photo of `size` with its trim box at `at` (x, y, width, height).
    fn measured(size: [u32; 2], at: [u32; 4], head: f64, top: f64, turn: &str) -> Measurements {
        let region = json!({"x": at[0], "y": at[1], "width": at[2], "height": at[3]});
        let jpeg = json!({
            "stored_size": {"width": size[0], "height": size[1]}, "orientation": 1,
            "process": "baseline", "precision_bits": 8, "components": 3,
            "colour_model": "y_cb_cr", "icc": "absent", "eoi": true, "trailing_bytes": 0,
            "quality": 90, "editor": null
        });
        let face = json!({
            "turn": turn, "faces": [], "presence_ratio": 1.0, "eyes": null, "crown": null,
            "chin": null, "outline": []
        });
        let framing = json!({
            "head_height_ratio": 0.5, "face_height_ratio": 0.4, "head_width_ratio": 0.5,
            "face_width_ratio": 0.4,
            "margins": {"top_ratio": 0.1, "bottom_ratio": 0.1, "left_ratio": 0.1, "right_ratio": 0.1},
            "centre_x_ratio": 0.5, "eye_line_y_ratio": 0.5, "inter_eye_px": 100.0, "cuts": [],
            "trim": {"region": region, "head_height_ratio": head, "top_margin_ratio": top,
                     "centre_x_ratio": 0.5, "print_height_px": 900.0}
        });
        let all = json!({
            "file": {"bytes": 9, "format": "jpeg", "jpeg": jpeg, "decoding": {"state": "complete"}},
            "face": face, "framing": framing
        });
        stored_with("a", &all).measurements
    }

    #[test]
    fn sizes_are_four_to_five_and_within_half_a_dot() {
        for (dpi, size) in [(300, (260, 325)), (600, (520, 650))] {
            assert_eq!(size_px(dpi), size);
            let mm = f64::from(size.1) / f64::from(dpi) * 25.4;
            assert!((mm - HEIGHT_MM).abs() < 0.03, "{mm}");
        }
    }

    #[test]
    fn with_room_the_head_is_where_the_guide_has_it() {
        let cut = cut(&measured(
            [2000, 2000],
            [650, 400, 700, 900],
            HEAD,
            ABOVE,
            "none",
        ))
        .unwrap();
        assert_eq!(
            cut.region,
            Region {
                x: 640,
                y: 400,
                width: 720,
                height: 900
            }
        );
        assert!((cut.head_mm - 34.0 * 27.5 / 45.0).abs() < 1e-3);
        assert!((cut.above_mm - 4.0 * 27.5 / 45.0).abs() < 1e-3);
        assert!(cut.in_guide());
    }

    #[test]
    fn a_photo_that_is_no_wider_than_35_to_45_loses_height_at_the_bottom() {
        let cut = cut(&measured([700, 900], [0, 0, 700, 900], HEAD, ABOVE, "none")).unwrap();
        assert_eq!(
            cut.region,
            Region {
                x: 0,
                y: 2,
                width: 700,
                height: 875
            }
        );
        assert!(cut.in_guide(), "{cut:?}");
        // A head that fills the photo cannot have its margin.
        let tight = measured([700, 900], [0, 0, 700, 900], 0.95, 0.0, "none");
        assert!(!super::cut(&tight).unwrap().in_guide());
    }

    #[test]
    fn a_photo_of_somebody_who_lies_is_turned() {
        // The box at the left edge of a lying photo is at the top after a clockwise turn.
        let lying = measured([2000, 1000], [0, 100, 900, 700], HEAD, ABOVE, "clockwise");
        let cut = cut(&lying).unwrap();
        assert_eq!(cut.turn, QuarterTurn::Clockwise);
        assert_eq!(
            cut.region,
            Region {
                x: 190,
                y: 0,
                width: 720,
                height: 900
            }
        );
        let region = Region {
            x: 1,
            y: 2,
            width: 3,
            height: 4,
        };
        let (once, size) = turned(region, (10, 20), QuarterTurn::Clockwise);
        let (twice, size) = turned(once, size, QuarterTurn::Clockwise);
        assert_eq!((twice, size), turned(region, (10, 20), QuarterTurn::Half));
        let (thrice, size) = turned(twice, size, QuarterTurn::Clockwise);
        assert_eq!(
            (thrice, size),
            turned(region, (10, 20), QuarterTurn::CounterClockwise)
        );
    }

    #[test]
    fn hostile_numbers_stay_inside_the_photo() {
        for (at, head, top) in [
            ([0, 0, 0, 0], 0.0, 0.0),
            ([u32::MAX; 4], 1e30, -1e30),
            ([5, 5, 10, 10], -1.0, 7.0),
            ([99, 99, 1, 1], 1e-30, 1.0),
        ] {
            for turn in ["none", "clockwise", "half", "counter_clockwise"] {
                let Some(cut) = cut(&measured([100, 50], at, head, top, turn)) else {
                    continue;
                };
                let (width, height) = if cut.turn.swaps_sides() {
                    (50, 100)
                } else {
                    (100, 50)
                };
                let Region {
                    x,
                    y,
                    width: w,
                    height: h,
                } = cut.region;
                assert!(
                    w > 0 && h > 0 && x + w <= width && y + h <= height,
                    "{cut:?}"
                );
            }
        }
    }
}
