//! The part of a photo that is printed on the card: 22.0 × 27.5 mm.
//!
//! The guide for the paper photo asks for a head of 34 ± 2 mm from crown to chin and 4 ± 2 mm
//! above it, of 45 mm; the card shows the same picture at 27.5 of 45. But 22.0 : 27.5 = 0.800 is
//! wider than 35 : 45 = 0.778, so that one of the two must give way. Here the height keeps its
//! composition, and the card shows 2.9 % more at the sides, if the photo has it; where it has
//! not, the part is made lower at the bottom rather than filled with what is not in the photo.

use shomei_framing::composition::{ABOVE_HEAD, HEAD, Place, TOLERANCE};
use shomei_photo::card::{HEIGHT_MM, WIDTH_MM};
use shomei_photo::{Frame, ImageSize, OriginalPoint, QuarterTurn, Rect, Region};
use shomei_verdict::Measurements;

/// Where to cut, in the photo turned so that the person is upright.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Cut {
    /// The clockwise turn from the photo as a viewer shows it.
    pub turn: QuarterTurn,
    /// The part in whole pixels of the turned photo.
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
        let near = |mm: f64, share: f32| {
            (mm / f64::from(HEIGHT_MM) - f64::from(share)).abs() <= f64::from(TOLERANCE)
        };
        near(self.head_mm, HEAD) && near(self.above_mm, ABOVE_HEAD)
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
    let fifths = (f64::from(HEIGHT_MM) / 25.4 * f64::from(dpi) / 5.0)
        .round()
        .max(1.0) as u32;
    (fifths * 4, fifths * 5)
}

/// Where to cut the card's picture from the measurements of a review; `None` if no head was
/// measured.
#[must_use]
pub fn cut(measurements: &Measurements) -> Option<Cut> {
    let framing = measurements.framing.as_ref()?;
    let face = measurements.face.as_ref()?;
    let shown = measurements.file.shown_size()?;
    let upright = if face.turn.swaps_sides() {
        shown.transposed()
    } else {
        shown
    };
    let frame = Frame::new(upright, shown, face.turn);
    // A border is never printed, and the measurements are about what is inside it.
    let picture = frame.rect(framing.picture.unwrap_or_else(|| frame.whole()))?;
    let height_of = |point: OriginalPoint| {
        let point = frame.working_point((point.x as f32, point.y as f32))?;
        Some(point.y())
    };
    let (crown, chin) = (height_of(face.crown?)?, height_of(face.chin?)?);
    // Where the crown is cut off, the top of the head is above the picture.
    let above = framing.margins.top_ratio.get() * picture.height();
    let top = if above < 0.0 {
        above
    } else {
        crown - picture.y()
    };
    let place = Place {
        top,
        height: chin - picture.y() - top,
        centre_x: framing.centre_x_ratio.get() * picture.width(),
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "whole pixels within the photo"
    )]
    let size = ImageSize::new(picture.width() as u32, picture.height() as u32)?;
    let part = place.part(size, WIDTH_MM / HEIGHT_MM, HEAD)?;
    let on_photo = Rect::new(
        picture.x() + part.x(),
        picture.y() + part.y(),
        part.width(),
        part.height(),
    )?;
    let mm = |pixels: f32| f64::from(pixels / part.height() * HEIGHT_MM);
    let cut = Cut {
        turn: face.turn,
        region: Frame::new(upright, upright, QuarterTurn::None).region(on_photo)?,
        head_mm: mm(place.height),
        above_mm: mm(place.top - part.y()),
    };
    (cut.head_mm.is_finite() && cut.above_mm.is_finite()).then_some(cut)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::stored_with;
    use serde_json::json;

    /// A photo of `size` as a viewer shows it, with a head from `crown` to `chin`. `centre` is
    /// the middle of the face over the upright width, `top` the space above the crown over the
    /// upright height.
    fn measured(
        size: [u32; 2],
        turn: &str,
        [crown, chin]: [[i32; 2]; 2],
        [centre, top]: [f64; 2],
    ) -> Measurements {
        let point = |[x, y]: [i32; 2]| json!({"x": x, "y": y});
        let jpeg = json!({
            "stored_size": {"width": size[0], "height": size[1]}, "orientation": 1,
            "process": "baseline", "precision_bits": 8, "components": 3,
            "colour_model": "y_cb_cr", "icc": "absent", "eoi": true, "trailing_bytes": 0,
            "quality": 90, "editor": null
        });
        let face = json!({
            "turn": turn, "faces": [], "presence_ratio": 1.0, "eyes": null,
            "crown": point(crown), "chin": point(chin), "outline": []
        });
        let framing = json!({
            "head_height_ratio": 0.5, "face_height_ratio": 0.4, "head_width_ratio": 0.5,
            "face_width_ratio": 0.4,
            "margins": {"top_ratio": top, "bottom_ratio": 0.1, "left_ratio": 0.1, "right_ratio": 0.1},
            "centre_x_ratio": centre, "eye_line_y_ratio": 0.5, "inter_eye_px": 100.0, "cuts": [],
            "trim": {"region": {"x": 0, "y": 0, "width": 35, "height": 45},
                     "head_height_ratio": 0.7, "top_margin_ratio": 0.1, "centre_x_ratio": 0.5,
                     "print_height_px": 900.0}
        });
        let all = json!({
            "file": {"bytes": 9, "format": "jpeg", "jpeg": jpeg, "decoding": {"state": "complete"}},
            "face": face, "framing": framing
        });
        stored_with("a", &all).measurements
    }

    /// A photo of somebody upright in the middle, the head from `crown` to `chin`.
    fn upright(size: [u32; 2], crown: i32, chin: i32) -> Measurements {
        let x = size[0].cast_signed() / 2;
        let top = f64::from(crown) / f64::from(size[1]);
        measured(size, "none", [[x, crown], [x, chin]], [0.5, top])
    }

    #[test]
    fn sizes_are_four_to_five_and_within_half_a_dot() {
        for (dpi, size) in [(300, (260, 325)), (600, (520, 650))] {
            assert_eq!(size_px(dpi), size);
            let mm = f64::from(size.1) / f64::from(dpi) * 25.4;
            assert!((mm - f64::from(HEIGHT_MM)).abs() < 0.03, "{mm}");
        }
    }

    #[test]
    fn with_room_the_head_is_where_the_guide_has_it() {
        let cut = cut(&upright([2000, 2000], 480, 1160)).unwrap();
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
        let cut = cut(&upright([700, 900], 80, 760)).unwrap();
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
        assert!(!super::cut(&upright([700, 900], 0, 855)).unwrap().in_guide());
    }

    /// A print of 700 × 900 pixels on white paper.
    #[test]
    fn a_border_is_never_printed() {
        let mut scan = upright([1000, 1000], 130, 810);
        let framing = scan.framing.as_mut().unwrap();
        framing.picture = Some(Region {
            x: 150,
            y: 50,
            width: 700,
            height: 900,
        });
        let here = cut(&scan).unwrap();
        let print = cut(&upright([700, 900], 80, 760)).unwrap();
        let Region {
            x,
            y,
            width,
            height,
        } = print.region;
        assert_eq!(
            here.region,
            Region {
                x: x + 150,
                y: y + 50,
                width,
                height
            }
        );
        assert!((here.head_mm - print.head_mm).abs() < 1e-3 && here.in_guide());
    }

    #[test]
    fn a_photo_of_somebody_who_lies_is_turned() {
        // The left edge of a lying photo is at the top after a clockwise turn.
        let head = [[80, 450], [760, 450]];
        let lying = measured([2000, 1000], "clockwise", head, [0.55, 0.04]);
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
    }

    /// 10 pixels of a head of 690 lie above the photo.
    #[test]
    fn a_cut_head_counts_as_far_as_it_goes_on() {
        let head = [[500, 0], [500, 680]];
        let cut = cut(&measured([1000, 1000], "none", head, [0.5, -0.01])).unwrap();
        assert_eq!(cut.region.y, 0);
        assert!((cut.head_mm - 34.0 * 27.5 / 45.0).abs() < 1e-3);
        let part = 690.0 * 45.0 / 34.0;
        assert!((cut.above_mm + 10.0 / part * 27.5).abs() < 1e-3);
        assert!(!cut.in_guide());
    }

    #[test]
    fn hostile_numbers_stay_inside_the_photo() {
        let far = [i32::MIN, i32::MAX];
        for (head, numbers) in [
            ([[0, 0], [0, 0]], [0.0, 0.0]),
            ([far, [i32::MAX, i32::MAX]], [1e30, -1e30]),
            ([[5, 5], [10, 10]], [-1.0, 7.0]),
            ([[99, 49], [98, 48]], [1e-30, 1.0]),
            ([[-9, -9], [999, 999]], [0.5, -1e-30]),
        ] {
            for turn in ["none", "clockwise", "half", "counter_clockwise"] {
                let Some(cut) = cut(&measured([100, 50], turn, head, numbers)) else {
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
