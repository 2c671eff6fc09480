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

/// The person's shadow, moved and softened over `softness` pixels.
fn shadow(moved: f32, softness: f32) -> Shadow {
    let found = background(|x, y| {
        let steps = 16;
        let part = |i: i32| (i as f32 / steps as f32 - 0.5) * softness;
        let inside = |i: i32| f32::from(is_person(x + moved + part(i), y - 6.0 + part(i)));
        let soft = (0..steps).map(inside).sum::<f32>() / steps as f32;
        grey(230.0 * (1.0 - 0.35 * soft).powf(1.0 / 2.2))
    });
    assert!(found.objects.is_empty(), "{found:?}");
    found.shadows[0]
}

#[test]
fn a_shadow_says_how_sharp_its_border_is() {
    let edge = |softness| shadow(38.0, softness).edge_ratio.unwrap().get();
    let (hard, soft) = (edge(2.0), edge(40.0));
    assert!(hard > 0.6 && soft < 0.4, "{hard} {soft}");
}

#[test]
fn a_bluish_part_of_a_shadow_is_no_thing() {
    let found = background(|x, y| {
        let part = |i: i32| i as f32 - 12.0;
        let inside = |i: i32| f32::from(is_person(x + 40.0 + part(i), y - 6.0 + part(i)));
        let soft = (0..24).map(inside).sum::<f32>() / 24.0;
        let left = 230.0 * (1.0 - 0.35 * soft).powf(1.0 / 2.2);
        let blue = if (200.0..224.0).contains(&y) {
            9.0 * soft
        } else {
            0.0
        };
        [left - blue, left, left + blue]
    });
    assert!(!found.shadows.is_empty(), "{found:?}");
    assert!(found.objects.is_empty(), "{found:?}");
}

#[test]
fn a_grey_chair_behind_the_person_is_a_thing_and_no_shadow() {
    // Darker than the wall and of its hue, beside the person; in colour and in black and white.
    for chair in [[120.0, 122.0, 118.0], grey(120.0)] {
        let found = background(|x, y| {
            if y > 250.0 && (60.0..300.0).contains(&x) {
                chair
            } else {
                grey(230.0)
            }
        });
        assert!(found.shadows.is_empty(), "{found:?}");
        assert!(!found.objects.is_empty(), "{found:?}");
    }
}

#[test]
fn a_panel_of_a_blurred_door_is_no_shadow() {
    let found = background(|x, _| grey(230.0 - 60.0 / (1.0 + (-(x - 290.0) / 3.0).exp())));
    assert!(found.shadows.is_empty(), "{found:?}");
}

/// The subject with hair on the upper half of the head.
fn with_hair() -> Subject {
    let mut subject = subject();
    let classes = subject.classes.take().unwrap();
    subject.classes = ClassMasks::from_fn(|class| {
        let mut cells = classes.of(class).cells().clone();
        for ((row, column), value) in cells.indexed_iter_mut() {
            let (x, y) = (column as f32 * 2.0 + 1.0, row as f32 * 2.0 + 1.0);
            if is_person(x, y) && y < 200.0 {
                *value = f32::from(class == PersonClass::Hair);
            }
        }
        Mask::new(cells)
    });
    subject
}

#[test]
fn loose_hair_is_no_thing() {
    // A lock of the hair's colour that curls away from the head.
    let lock = |x: f32, y: f32| {
        (240.0..275.0).contains(&x) && (y - 170.0 - (x - 240.0).powi(2) / 60.0).abs() < 6.0
    };
    let found = |colour: [f32; 3]| {
        let photo = photo(|x, y| if lock(x, y) { colour } else { grey(230.0) });
        measure(&photo, &with_hair(), None).unwrap()
    };
    let own = found([90.0, 60.0, 50.0]);
    assert!(own.objects.is_empty() && own.shadows.is_empty(), "{own:?}");
    assert_eq!(found([30.0, 90.0, 200.0]).objects.len(), 1);
}

#[test]
fn a_shelf_of_the_colour_of_the_hair_is_a_thing() {
    let photo = photo(|x, y| {
        if x > 230.0 && (150.0..175.0).contains(&y) {
            [90.0, 60.0, 50.0]
        } else {
            grey(230.0)
        }
    });
    let found = measure(&photo, &with_hair(), None).unwrap();
    assert_eq!(found.objects.len(), 1, "{found:?}");
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
