//! Marks on drawn pictures: a grey wall, a round head, shoulders in a light shirt.

use ndarray::Array2;
use shomei_photo::{ClassMasks, ImageSize, Mask, PersonClass, Photo, Subject};

use crate::{Marks, measure};

const WIDTH: usize = 360;
const HEIGHT: usize = 480;

fn class(x: usize, y: usize) -> PersonClass {
    let (dx, dy) = (x as f32 - 180.0, y as f32 - 210.0);
    let head = (dx / 85.0).hypot(dy / 115.0);
    if head < 1.0 {
        if dy < -60.0 {
            PersonClass::Hair
        } else {
            PersonClass::FaceSkin
        }
    } else if y as f32 > 350.0 + dx * dx / 400.0 {
        PersonClass::Clothes
    } else if dx.abs() < 45.0 && y > 280 {
        PersonClass::BodySkin
    } else {
        PersonClass::Background
    }
}

/// The picture without marks, with a little grain.
fn picture() -> Vec<[u8; 3]> {
    (0..WIDTH * HEIGHT)
        .map(|i| {
            let (x, y) = (i % WIDTH, i / WIDTH);
            let colour = match class(x, y) {
                PersonClass::Hair => [50, 40, 35],
                PersonClass::FaceSkin | PersonClass::BodySkin => [196, 150, 128],
                PersonClass::Clothes => [226, 228, 232],
                _ => [205, 206, 208],
            };
            let grain = (x * 7 + y * 13 + x * y) % 5;
            colour.map(|value: u8| value + grain as u8)
        })
        .collect()
}

fn marks(pixels: &[[u8; 3]]) -> Marks {
    let size = ImageSize::new(WIDTH as u32, HEIGHT as u32).unwrap();
    let original = ImageSize::new(2 * WIDTH as u32, 2 * HEIGHT as u32).unwrap();
    let photo = Photo::new(pixels.concat(), size, original).unwrap();
    let mask = |inside: &dyn Fn(PersonClass) -> bool| {
        Mask::new(Array2::from_shape_fn((HEIGHT / 2, WIDTH / 2), |(y, x)| {
            f32::from(inside(class(2 * x, 2 * y)))
        }))
    };
    let subject = Subject {
        person: mask(&|class| class != PersonClass::Background),
        classes: ClassMasks::from_fn(|own| mask(&|class| class == own)),
        ..Subject::default()
    };
    measure(&photo, &subject).unwrap()
}

/// Digits of a date back, five rows of three pixels each, drawn three times as large.
fn write(pixels: &mut [[u8; 3]], (left, top): (usize, usize), ink: [u8; 3], step: isize) {
    const DIGITS: [[u8; 5]; 6] = [
        [7, 1, 7, 4, 7],
        [5, 5, 7, 1, 1],
        [7, 4, 7, 5, 7],
        [7, 1, 2, 2, 2],
        [7, 5, 7, 1, 7],
        [7, 1, 7, 1, 7],
    ];
    for (place, digit) in DIGITS.iter().enumerate() {
        for (i, row) in digit.iter().enumerate() {
            for j in (0..3).filter(|j| row >> (2 - j) & 1 == 1) {
                for k in 0..9 {
                    let x = left + place * 13 + j * 3 + k % 3;
                    let y = (top + i * 3 + k / 3).saturating_add_signed(step * place as isize);
                    pixels[y * WIDTH + x] = ink;
                }
            }
        }
    }
}

#[test]
fn a_picture_without_marks_has_none() {
    let found = marks(&picture());
    assert_eq!(found.writing, []);
    assert_eq!(found.stamps, []);
    assert_eq!(found.screen, None);
    let most = |line: &crate::Crease| line.length_ratio.get();
    assert!(found.creases.iter().all(|line| most(line) < 0.6));
    assert!(found.stairs.unwrap().steps_ratio.get() < 0.01);
}

#[test]
fn a_date_is_found_on_shirt_and_wall_in_any_ink() {
    for ink in [[250, 140, 30], [230, 60, 40], [20, 20, 20]] {
        for (place, on_person) in [((230, 440), 1.0), ((20, 30), 0.0)] {
            let mut pixels = picture();
            write(&mut pixels, place, ink, 0);
            let found = marks(&pixels).writing;
            assert_eq!(found[0].signs, 6, "{ink:?} {place:?}");
            assert!((found[0].on_person_ratio.get() - on_person).abs() < 0.05);
            let region = found[0].region;
            assert!(region.x.abs_diff(2 * place.0 as u32) <= 4, "{region:?}");
            assert!(region.y.abs_diff(2 * place.1 as u32) <= 4, "{region:?}");
        }
    }
}

#[test]
fn signs_that_climb_or_change_their_colour_are_a_print() {
    let mut climbing = picture();
    write(&mut climbing, (230, 455), [20, 20, 20], -5);
    assert_eq!(marks(&climbing).writing, []);
    let mut ribs = picture();
    for x in (200..300).step_by(6) {
        for y in 440..458 {
            for x in x..x + 2 {
                ribs[y * WIDTH + x] = [120, 120, 120];
            }
        }
    }
    assert_eq!(marks(&ribs).writing, [], "a knitted collar");
}

#[test]
fn a_stamp_over_shoulder_and_wall_is_a_ring() {
    for ink in [[190, 40, 60], [50, 70, 170]] {
        let mut pixels = picture();
        for (i, pixel) in pixels.iter_mut().enumerate() {
            let (x, y) = ((i % WIDTH) as f32 - 310.0, (i / WIDTH) as f32 - 380.0);
            if (44.0..49.0).contains(&x.hypot(y)) {
                *pixel = ink;
            }
        }
        let found = marks(&pixels).stamps[0];
        let seen = (found.arc_ratio.get(), found.on_circle_ratio.get());
        assert!(seen.0 > 0.85 && seen.1 > 0.85, "{ink:?} {seen:?}");
        assert!(found.region.x.abs_diff(2 * 262) <= 6, "{found:?}");
    }
}

#[test]
fn a_fold_is_a_line_across_wall_and_person() {
    for (slope, down) in [(0.0, false), (0.08, false), (-0.06, true)] {
        let mut pixels = picture();
        for (i, pixel) in pixels.iter_mut().enumerate() {
            let (x, y) = ((i % WIDTH) as f32, (i / WIDTH) as f32);
            let off = if down {
                x - 170.0 - slope * (y - 240.0)
            } else {
                y - 260.0 - slope * (x - 180.0)
            };
            if off.abs() < 1.2 {
                *pixel = pixel.map(|value| value.saturating_sub(40));
            }
        }
        let found = marks(&pixels).creases;
        let whole = |line: &&crate::Crease| {
            line.length_ratio.get() > 0.94 && line.on_person_ratio.get() > 0.94
        };
        assert_eq!(found.iter().filter(whole).count(), 1, "{slope} {found:?}");
    }
}

#[test]
fn the_pattern_of_a_screen_is_everywhere_and_that_of_a_shirt_is_not() {
    let waves = |only_clothes: bool| {
        let mut pixels = picture();
        for (i, pixel) in pixels.iter_mut().enumerate() {
            let (x, y) = (i % WIDTH, i / WIDTH);
            if !only_clothes || class(x, y) == PersonClass::Clothes {
                let wave = 8.0 * (x as f32 * 0.9 + y as f32 * 0.3).sin();
                *pixel = pixel.map(|value| (f32::from(value) + wave) as u8);
            }
        }
        marks(&pixels).screen
    };
    assert!(waves(false).unwrap().coverage_ratio.get() > 0.6);
    let shirt = waves(true).map_or(0.0, |screen| screen.coverage_ratio.get());
    assert!(shirt < 0.34, "{shirt}");
}

#[test]
fn a_coarse_mask_leaves_stairs() {
    let plain = picture();
    let mut pixels = plain.clone();
    for (i, pixel) in pixels.iter_mut().enumerate() {
        // A mask of 60 × 80 cells decides what is person; a dark rim is left around it.
        let (x, y) = (i % WIDTH / 6 * 6 + 3, i / WIDTH / 6 * 6 + 3);
        let near = |dx: isize, dy: isize| {
            let (x, y) = (x.saturating_add_signed(dx), y.saturating_add_signed(dy));
            class(x.min(WIDTH - 1), y.min(HEIGHT - 1)) != PersonClass::Background
        };
        let person = near(0, 0) || near(6, 0) || near(-6, 0) || near(0, 6) || near(0, -6);
        *pixel = match (person, class(i % WIDTH, i / WIDTH)) {
            (false, _) => [255, 255, 255],
            (true, PersonClass::Background) => [90, 85, 70],
            (true, _) => *pixel,
        };
    }
    let steps = marks(&pixels).stairs.unwrap().steps_ratio.get();
    assert!(steps > 0.036, "{steps}");
}
