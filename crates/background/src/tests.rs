use ndarray::Array2;
use shomei_photo::{
    ClassMasks, DetectedFace, HeadOutline, ImageSize, Mask, PersonClass, Point, Rect, Side,
};

use super::*;

const WIDTH: usize = 360;
const HEIGHT: usize = 480;

/// A person: an ellipse for the head at (180, 200), shoulders below row 330.
fn is_person(x: f32, y: f32) -> bool {
    ((x - 180.0) / 70.0).powi(2) + ((y - 200.0) / 110.0).powi(2) <= 1.0
        || (y > 330.0 && (x - 180.0).abs() < 120.0 + (y - 330.0) * 0.3)
}

fn subject() -> Subject {
    let mask = |inside: &dyn Fn(f32, f32) -> bool| {
        let cells = Array2::from_shape_fn((240, 180), |(row, column)| {
            f32::from(inside(column as f32 * 2.0 + 1.0, row as f32 * 2.0 + 1.0))
        });
        Mask::new(cells).unwrap()
    };
    let person = mask(&is_person);
    let classes = ClassMasks::from_fn(|class| {
        Some(match class {
            PersonClass::Background => mask(&|x, y| !is_person(x, y)),
            PersonClass::FaceSkin => person.clone(),
            _ => mask(&|_, _| false),
        })
    });
    let point = |x, y| Point::new(x, y).unwrap();
    Subject {
        faces: vec![DetectedFace {
            rect: Rect::new(125.0, 140.0, 110.0, 165.0).unwrap(),
            score: Ratio::new(0.95).unwrap(),
            eyes: [point(0.0, 0.0); 2],
        }],
        person: Some(person),
        classes,
        head: Some(HeadOutline {
            crown: point(180.0, 90.0),
            chin: point(180.0, 310.0),
            rect: Rect::new(110.0, 90.0, 140.0, 220.0).unwrap(),
            contour: Vec::new(),
        }),
        ..Subject::default()
    }
}

/// A photo whose background has the colour that `wall` gives, with a little noise, and whose
/// person is dark.
fn photo(wall: impl Fn(f32, f32) -> [f32; 3]) -> Photo {
    let mut noise = 1u32;
    let mut rgb = Vec::new();
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            let (px, py) = (x as f32 + 0.5, y as f32 + 0.5);
            let colour = if is_person(px, py) {
                [90.0, 60.0, 50.0]
            } else {
                wall(px, py)
            };
            for value in colour {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                rgb.push((value + (noise >> 24) as f32 / 64.0 - 2.0).round() as u8);
            }
        }
    }
    let size = ImageSize::new(WIDTH as u32, HEIGHT as u32).unwrap();
    Photo::new(rgb, size, size).unwrap()
}

fn background(wall: impl Fn(f32, f32) -> [f32; 3]) -> Background {
    measure(&photo(wall), &subject(), None).unwrap()
}

fn grey(value: f32) -> [f32; 3] {
    [value; 3]
}

#[test]
fn an_even_wall_has_nothing_on_it() {
    for wall in [grey(235.0), grey(150.0), [225.0, 230.0, 245.0]] {
        let found = background(|_, _| wall);
        assert!(
            found.objects.is_empty() && found.shadows.is_empty(),
            "{found:?}"
        );
        assert!(found.spread_delta_e.get() < 2.0 && found.texture_ratio.get() < 0.005);
        assert!(found.area_ratio.get() > 0.3);
    }
}

#[test]
fn light_that_falls_off_smoothly_is_no_thing() {
    let found = background(|x, y| {
        let fall = ((x - 250.0) / 360.0).powi(2) + ((y - 100.0) / 480.0).powi(2);
        grey(225.0 - 44.0 * fall)
    });
    assert!(
        found.objects.is_empty() && found.shadows.is_empty(),
        "{found:?}"
    );
    let unevenness = found.unevenness.unwrap();
    assert_eq!(unevenness.kind, UnevenKind::Gradient);
    assert!(unevenness.strength_delta_e.get() < 18.0, "{unevenness:?}");
}

#[test]
fn a_thing_on_the_wall_is_found_where_it_is() {
    let found = background(|x, y| {
        if (285.0..345.0).contains(&x) && (60.0..150.0).contains(&y) {
            [150.0, 90.0, 60.0]
        } else {
            grey(230.0)
        }
    });
    let [object] = found.objects.as_slice() else {
        panic!("{found:?}")
    };
    let r = object.region;
    for (got, expected) in [(r.x, 285), (r.y, 60), (r.width, 60), (r.height, 90)] {
        assert!(got.abs_diff(expected) <= 4, "{r:?}");
    }
    assert!((object.area_ratio.get() - 0.031).abs() < 0.004);
    assert!(object.contrast_delta_e.get() > 30.0 && found.shadows.is_empty());
}

#[test]
fn a_shadow_beside_the_head_is_told_from_a_thing() {
    // The person's own shape, 40 px to the left, leaves 65 % of the light with a soft edge.
    let found = background(|x, y| {
        let inside = |dx: f32| f32::from(is_person(x + dx, y - 6.0));
        let soft = (inside(30.0) + inside(35.0) + inside(40.0) + inside(45.0)) / 4.0;
        grey(230.0 * (1.0 - 0.35 * soft).powf(1.0 / 2.2))
    });
    assert!(found.objects.is_empty(), "{found:?}");
    let shadow = found.shadows[0];
    assert_eq!(shadow.side, Side::Left);
    assert!((shadow.depth_ratio.get() - 0.35).abs() < 0.08, "{shadow:?}");
}

#[test]
fn patterns_and_two_tones_are_told_apart() {
    let stripes = background(|x, _| {
        grey(if ((x / 12.0) as u32).is_multiple_of(2) {
            230.0
        } else {
            190.0
        })
    });
    assert_eq!(stripes.unevenness.unwrap().kind, UnevenKind::Pattern);
    let tones = background(|x, _| {
        if x < 120.0 {
            [150.0, 180.0, 220.0]
        } else {
            grey(235.0)
        }
    });
    assert_eq!(tones.unevenness.unwrap().kind, UnevenKind::TwoTones);
}

#[test]
fn a_second_tone_of_the_same_hue_is_no_shadow() {
    // Grey paint to the left of a line that meets the person.
    let found = background(|x, _| grey(if x < 110.0 { 150.0 } else { 235.0 }));
    assert_eq!(found.unevenness.unwrap().kind, UnevenKind::TwoTones);
    assert!(found.shadows.is_empty(), "{found:?}");
}

#[test]
fn somebody_else_is_background() {
    // The mask takes a second person at the edge for a person too.
    let mut subject = subject();
    let other = |x: f32, y: f32| x > 315.0 && y < 200.0;
    let mut cells = subject.person.as_ref().unwrap().cells().clone();
    for ((row, column), value) in cells.indexed_iter_mut() {
        if other(column as f32 * 2.0, row as f32 * 2.0) {
            *value = 1.0;
        }
    }
    subject.person = Mask::new(cells);
    let photo = photo(|x, y| {
        if other(x, y) {
            [60.0, 40.0, 90.0]
        } else {
            grey(230.0)
        }
    });
    let found = measure(&photo, &subject, None).unwrap();
    assert_eq!(found.objects.len(), 1, "{found:?}");
}

#[test]
fn a_photo_full_of_person_cannot_be_measured() {
    let mut subject = subject();
    subject.person = Mask::new(Array2::ones((16, 16)));
    assert!(measure(&photo(|_, _| grey(230.0)), &subject, None).is_none());
}
