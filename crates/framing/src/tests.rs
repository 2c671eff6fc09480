use std::sync::LazyLock;

use shomei_photo::{ClassMasks, ImageSize, Mask, PersonClass, Point, QuarterTurn, Region, Side};

use super::*;

/// A grid of 0 and 1 over a photo of 360 × 480.
fn mask(inside: impl Fn(f32, f32) -> bool) -> Mask {
    static EMPTY: LazyLock<Mask> =
        LazyLock::new(|| Mask::new(ndarray::Array2::zeros((240, 180))).unwrap());
    let mut cells = EMPTY.cells().clone();
    for ((row, column), value) in cells.indexed_iter_mut() {
        *value = f32::from(inside(column as f32 * 2.0 + 1.0, row as f32 * 2.0 + 1.0));
    }
    Mask::new(cells).unwrap()
}

fn frame() -> Frame {
    let size = ImageSize::new(360, 480).unwrap();
    Frame::new(size, ImageSize::new(720, 960).unwrap(), QuarterTurn::None)
}

/// A face of `face` px from hairline to chin, 0.72 as wide, its middle at (`x`, `y`), with hair
/// that reaches 0.4 of it above the hairline and 0.1 beside the cheeks.
fn subject(x: f32, y: f32, face: f32) -> Subject {
    let width = 0.72 * face;
    let at = |dx: f32, dy: f32| Point::new(x + dx, y + dy).unwrap();
    let mut marks = Landmarks::collapsed(at(0.0, 0.0), Ratio::new(1.0).unwrap());
    marks.forehead = at(0.0, -face / 2.0);
    marks.chin = at(0.0, face / 2.0);
    marks.oval = vec![
        marks.forehead,
        at(width / 2.0, 0.0),
        marks.chin,
        at(-width / 2.0, 0.0),
    ];
    for (eye, corners) in marks.eyes.iter_mut().zip([[-0.26, -0.14], [0.14, 0.26]]) {
        eye.corners = corners.map(|dx| at(dx * face, -0.1 * face));
    }
    marks.nose_base = at(0.0, 0.15 * face);

    let (top, chin) = (y - 0.9 * face, y + 0.5 * face);
    let half = width / 2.0 + 0.1 * face;
    let hair = move |px: f32, py: f32| py > top && py < chin && (px - x).abs() < half;
    let classes = ClassMasks::from_fn(|class| {
        Some(match class {
            PersonClass::Background => mask(move |px, py| !hair(px, py)),
            PersonClass::Hair => mask(hair),
            _ => mask(|_, _| false),
        })
    });
    let outline = HeadOutline {
        crown: Point::new(x, top.max(0.0)).unwrap(),
        chin: marks.chin,
        rect: Rect::new(
            (x - half).max(0.0),
            top.max(0.0),
            (x + half).min(360.0) - (x - half).max(0.0),
            chin - top.max(0.0),
        )
        .unwrap(),
        contour: Vec::new(),
    };
    Subject {
        landmarks: Some(marks),
        person: Some(mask(hair)),
        classes,
        head: Some(outline),
        ..Subject::default()
    }
}

fn close(ratio: Ratio, expected: f32) {
    assert!(
        (ratio.get() - expected).abs() < 0.012,
        "{ratio:?}, expected {expected}"
    );
}

/// Left, top, width and height.
fn corners(region: Region) -> [u32; 4] {
    [region.x, region.y, region.width, region.height]
}

fn lost(framing: &Framing, side: Side, part: Part) -> Ratio {
    let mut cuts = framing.cuts.iter();
    let cut = cuts.find(|cut| (cut.side, cut.part) == (side, part));
    cut.unwrap().lost_ratio
}

fn cut_parts(framing: &Framing) -> Vec<(Side, Part)> {
    framing
        .cuts
        .iter()
        .map(|cut| (cut.side, cut.part))
        .collect()
}

#[test]
fn a_well_framed_head() {
    // Face 200 px of 480, head 280 px from y = 80 to 360.
    let framing = measure(&subject(180.0, 260.0, 200.0), frame()).unwrap();
    close(framing.head_height_ratio, 280.0 / 480.0);
    close(framing.face_height_ratio, 200.0 / 480.0);
    close(framing.face_width_ratio, 144.0 / 360.0);
    close(framing.margins.top_ratio, 80.0 / 480.0);
    close(framing.margins.bottom_ratio, 120.0 / 480.0);
    close(framing.margins.left_ratio, 88.0 / 360.0);
    close(framing.margins.right_ratio, 88.0 / 360.0);
    close(framing.head_width_ratio, 184.0 / 360.0);
    close(framing.eye_line_y_ratio, 240.0 / 480.0);
    close(framing.centre_x_ratio, 0.5);
    assert!(
        (framing.inter_eye_px.get() - 160.0).abs() < 1.0,
        "{:?}",
        framing.inter_eye_px
    );
    assert_eq!(framing.cuts, []);
    close(framing.trim.head_height_ratio, 34.0 / 45.0);
    close(framing.trim.top_margin_ratio, 4.0 / 45.0);
    close(framing.trim.centre_x_ratio, 0.5);
    assert!((framing.trim.print_height_px.get() - 741.0).abs() < 3.0);
    assert_eq!(corners(framing.trim.region), [72, 94, 576, 741]);
}

/// Moving the face beyond an edge gives that side, what is cut and how much.
#[test]
fn each_side_is_named_with_what_is_cut() {
    for (x, y, side, part, lost) in [
        (180.0, 430.0, Side::Bottom, Part::Chin, 50.0 / 200.0),
        (40.0, 260.0, Side::Left, Part::Cheek, 32.0 / 144.0),
        (320.0, 260.0, Side::Right, Part::Cheek, 32.0 / 144.0),
        (180.0, 90.0, Side::Top, Part::Skull, 58.0 / 248.0),
    ] {
        let framing = measure(&subject(x, y, 200.0), frame()).unwrap();
        let cut = framing.cuts.iter().find(|cut| cut.part == part).unwrap();
        assert_eq!(cut.side, side);
        close(cut.lost_ratio, lost);
        assert!(
            framing.cuts.iter().all(|cut| cut.side == side),
            "{:?}",
            framing.cuts
        );
    }
}

/// 3 % of 720 × 960 pixels are 22 and 29; the head is 184 × 280 of 360 × 480.
#[test]
fn cuts_are_drawn_along_their_edge_where_the_head_is() {
    for (x, y, part, expected) in [
        (180.0, 90.0, Part::Skull, [176, 0, 368, 29]),
        (180.0, 430.0, Part::Chin, [176, 931, 368, 29]),
        (40.0, 260.0, Part::Cheek, [0, 160, 22, 560]),
        (320.0, 260.0, Part::Ear, [698, 160, 22, 560]),
    ] {
        let framing = measure(&subject(x, y, 200.0), frame()).unwrap();
        let cut = framing.cuts.iter().find(|cut| cut.part == part).unwrap();
        assert_eq!(corners(cut.region), expected, "{part:?}");
    }
}

#[test]
fn what_touches_the_edge_is_no_cut() {
    // The chin stands on the edge.
    let framing = measure(&subject(180.0, 380.0, 200.0), frame()).unwrap();
    assert_eq!(framing.cuts, []);
    // Landmarks alone may err about skull and ears: nothing of the head is seen at the edge.
    for (x, y, cuts) in [
        (180.0, 140.0, &[][..]),
        (40.0, 260.0, &[(Side::Left, Part::Cheek)]),
        (320.0, 260.0, &[(Side::Right, Part::Cheek)]),
    ] {
        let mut unseen = subject(x, y, 200.0);
        unseen.person = Some(mask(|_, _| false));
        assert_eq!(cut_parts(&measure(&unseen, frame()).unwrap()), cuts);
    }
}

/// How much of the edge of the head touches the photo's edge.
#[test]
fn hair_is_measured_along_the_edge() {
    let half = |x: f32, y: f32, person: Mask, side| {
        let mut subject = subject(x, y, 200.0);
        subject.person = Some(person);
        close(
            lost(&measure(&subject, frame()).unwrap(), side, Part::Hair),
            0.5,
        );
    };
    half(180.0, 90.0, mask(|x, _| x < 180.0), Side::Top);
    // From the crown at 80 to the nose at 290: below it hair may hang.
    half(40.0, 260.0, mask(|_, y| y < 185.0), Side::Left);
    half(320.0, 260.0, mask(|_, y| y > 185.0), Side::Right);
    // What is beyond another edge is not seen: 132 of the 164 pixels from the cheek's end on.
    for (x, side) in [(40.0, Side::Top), (320.0, Side::Top)] {
        let framing = measure(&subject(x, 90.0, 200.0), frame()).unwrap();
        close(lost(&framing, side, Part::Hair), 132.0 / 164.0);
    }
}

/// Within a pixel of the edge a head is cut there, and goes on as far as the landmarks say.
#[test]
fn an_outline_goes_on_beyond_the_edge_that_it_touches() {
    // Cheeks from -36 to 396, the skull at -204.
    let measured = |crown: f32, left: f32, right: f32| {
        let mut subject = subject(180.0, 240.0, 600.0);
        let head = subject.head.as_mut().unwrap();
        head.crown = Point::new(180.0, crown).unwrap();
        head.rect = Rect::new(left, crown, right - left, 480.0).unwrap();
        measure(&subject, frame()).unwrap().margins
    };
    let cut = measured(1.0, 1.0, 359.0);
    close(cut.top_ratio, -204.0 / 480.0);
    close(cut.left_ratio, -0.1);
    close(cut.right_ratio, -0.1);
    let whole = measured(20.0, 20.0, 340.0);
    close(whole.top_ratio, 20.0 / 480.0);
    close(whole.left_ratio, 20.0 / 360.0);
    close(whole.right_ratio, 20.0 / 360.0);
}

#[test]
fn hair_at_the_edge_is_not_a_cut_skull() {
    // Hair reaches 80 px above the hairline, the skull 48: the hairline at y = 60.
    let framing = measure(&subject(180.0, 160.0, 200.0), frame()).unwrap();
    assert_eq!(cut_parts(&framing), [(Side::Top, Part::Hair)]);
    // The ear's place (0.08 face widths beside the cheek) is still inside here.
    let framing = measure(&subject(88.0, 260.0, 200.0), frame()).unwrap();
    assert_eq!(cut_parts(&framing), [(Side::Left, Part::Hair)]);
    let framing = measure(&subject(78.0, 260.0, 200.0), frame()).unwrap();
    assert_eq!(
        cut_parts(&framing),
        [(Side::Left, Part::Ear), (Side::Left, Part::Hair)]
    );
}

#[test]
fn a_cut_head_is_measured_as_it_would_go_on() {
    let framing = measure(&subject(180.0, 240.0, 420.0), frame()).unwrap();
    // Skull 0.24 · 420 px above a hairline at 30 px; chin at 450 px.
    close(framing.head_height_ratio, (450.0 + 70.8) / 480.0);
    assert!(framing.margins.top_ratio.get() < 0.0);
}

#[test]
fn trimming_mends_what_it_can() {
    // Small and beside the middle, with room enough: mended.
    let framing = measure(&subject(120.0, 200.0, 80.0), frame()).unwrap();
    close(framing.trim.centre_x_ratio, 0.5);
    close(framing.trim.head_height_ratio, 34.0 / 45.0);
    // Near the edge a tighter part has the face nearer to its middle; not nearer than needed.
    for (x, head) in [(130.0, 34.0 / 45.0), (125.0, 36.0 / 45.0)] {
        let framing = measure(&subject(x, 260.0, 200.0), frame()).unwrap();
        close(framing.trim.head_height_ratio, head);
    }
    // At the very edge: not.
    let framing = measure(&subject(50.0, 260.0, 120.0), frame()).unwrap();
    assert!(
        framing.trim.centre_x_ratio.get() < 0.42,
        "{:?}",
        framing.trim
    );
    let mirrored = measure(&subject(310.0, 260.0, 120.0), frame()).unwrap();
    close(
        mirrored.trim.centre_x_ratio,
        1.0 - framing.trim.centre_x_ratio.get(),
    );
    // Low in the photo: the part of 222 pixels ends with it, the crown is at 302 of 480.
    let framing = measure(&subject(180.0, 410.0, 120.0), frame()).unwrap();
    close(framing.trim.top_margin_ratio, (302.0 - 257.6) / 222.4);
}

#[test]
fn what_may_be_printed_is_what_the_guide_allows() {
    // A head of 140 working pixels, 1.4 · 100, in the middle: 32 mm of it are 4.375 each.
    let framing = measure(&subject(180.0, 240.0, 100.0), frame()).unwrap();
    // The original has twice as many pixels.
    assert_eq!(framing.trim.print_height_px.get().round(), 371.0);
    let printed = framing.printed.unwrap();
    let mm = 140.0 / 32.0;
    let crown = 150.0;
    for (got, expected) in [
        (printed.x, 180.0 - 19.5 * mm),
        (printed.width, 39.0 * mm),
        (printed.y, crown - 6.0 * mm),
        (printed.height, 49.0 * mm),
    ] {
        assert!((got as f32 - 2.0 * expected).abs() <= 1.0, "{printed:?}");
    }
    // Too few pixels are left of a smaller head.
    assert_eq!(
        measure(&subject(180.0, 240.0, 85.0), frame())
            .unwrap()
            .printed,
        None
    );
    // A larger one fills the photo; at a side, the photo ends earlier.
    let large = measure(&subject(180.0, 260.0, 240.0), frame()).unwrap();
    let whole = frame().whole();
    assert_eq!(large.printed, Some(whole));
    let beside = measure(&subject(60.0, 260.0, 100.0), frame()).unwrap();
    assert_eq!(beside.printed.unwrap().x, 0);
}

/// A mirrored subject gives mirrored measurements.
#[test]
fn mirroring_swaps_left_and_right() {
    for (x, y) in [(40.0, 200.0), (100.0, 260.0), (140.0, 430.0)] {
        let here = measure(&subject(x, y, 200.0), frame()).unwrap();
        let there = measure(&subject(360.0 - x, y, 200.0), frame()).unwrap();
        close(there.margins.left_ratio, here.margins.right_ratio.get());
        close(there.centre_x_ratio, 1.0 - here.centre_x_ratio.get());
        let swap = |side| match side {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
            other => other,
        };
        let mut expected: Vec<_> = here
            .cuts
            .iter()
            .map(|cut| (swap(cut.side), cut.part))
            .collect();
        expected.sort();
        let mut got = cut_parts(&there);
        got.sort();
        assert_eq!(got, expected);
    }
}
