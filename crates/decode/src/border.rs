//! Finds what surrounds a picture in its file: bars that fill another shape, the white paper of a
//! scanned print, a line drawn around it.
//!
//! Such a border is flat: each of its lines has one colour, along the whole side, and it ends
//! abruptly along most of that side. A wall is never so flat up to a step along a whole side of
//! the photo; and a border is at two sides at least.

use shomei_photo::Photo;

/// Difference of a pixel from the border's colour, in levels of 255, up to which it belongs to
/// the border: paper has grain, and JPEG rings beside a step.
const FLAT: i16 = 8;
/// Difference from which a pixel is something else.
const STEP: i16 = 12;
/// Share of a line's pixels that must be flat.
const FLAT_SHARE: f32 = 0.98;
/// Share of a line's pixels that must be something else behind the border: the picture's own
/// wall, hair or clothes may have the border's colour.
const STEP_SHARE: f32 = 0.65;
/// Difference of the colours of two sides of one border, in levels.
const SAME: i16 = 12;
/// Lines at the end of the border in which it mixes with the picture.
const MIXED: u32 = 1;
/// The smallest picture, over the photo's extent.
const SMALLEST: f32 = 0.25;
/// A scanned page with a line around the print has more than one border.
const BORDERS: usize = 3;

/// The photo without its border; unchanged if it has none.
pub(crate) fn removed(photo: Photo) -> Photo {
    let mut inside = Inside {
        left: 0,
        top: 0,
        right: photo.size().width(),
        bottom: photo.size().height(),
    };
    for _ in 0..BORDERS {
        match inside.without_border(&photo) {
            Some(smaller) => inside = smaller,
            None => break,
        }
    }
    let (width, height) = (inside.right - inside.left, inside.bottom - inside.top);
    let small = |side: u32, of: u32| (side as f32) < SMALLEST * of as f32;
    let size = photo.size();
    if size.width() == width && size.height() == height
        || small(width, size.width())
        || small(height, size.height())
    {
        return photo;
    }
    photo
        .part(inside.left, inside.top, width, height)
        .unwrap_or(photo)
}

/// A part of the photo in working pixels; `right` and `bottom` are the first pixels beyond it.
#[derive(Clone, Copy)]
struct Inside {
    left: u32,
    top: u32,
    right: u32,
    bottom: u32,
}

/// The border at one side.
struct Border {
    colour: [i16; 3],
    lines: u32,
}

impl Inside {
    /// The part inside the border, if there is one.
    fn without_border(self, photo: &Photo) -> Option<Self> {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        let column = |x: u32| move |y: u32| photo.pixel(x, self.top + y);
        let row = |y: u32| move |x: u32| photo.pixel(self.left + x, y);
        let sides = [
            at_side(|line, at| column(self.left + line)(at), width, height),
            at_side(|line, at| row(self.top + line)(at), height, width),
            at_side(|line, at| column(self.right - 1 - line)(at), width, height),
            at_side(|line, at| row(self.bottom - 1 - line)(at), height, width),
        ];
        let alike = |one: &Border| {
            let others = sides.iter().flatten();
            others
                .filter(|other| difference(one.colour, other.colour) <= SAME)
                .count()
        };
        // Only the sides that look like the most others: a wall may end in a straight line too.
        let most = sides.iter().flatten().max_by_key(|side| alike(side))?;
        if alike(most) < 2 {
            return None;
        }
        let [left, top, right, bottom] = sides.each_ref().map(|side| match side {
            Some(side) if difference(side.colour, most.colour) <= SAME => side.lines + MIXED,
            _ => 0,
        });
        let inside = Self {
            left: self.left + left,
            top: self.top + top,
            right: self.right.checked_sub(right)?,
            bottom: self.bottom.checked_sub(bottom)?,
        };
        (inside.left < inside.right && inside.top < inside.bottom).then_some(inside)
    }
}

/// The border at the side where `pixel(line, place)` begins, of `lines` lines of `length` pixels.
fn at_side(pixel: impl Fn(u32, u32) -> [u8; 3], lines: u32, length: u32) -> Option<Border> {
    let colour = middle(|place| pixel(0, place), length);
    // The share of a line's pixels for which the distance from the border's colour is wanted.
    let share = |line: u32, wanted: fn(i16) -> bool| {
        let all = (0..length).filter(|&place| {
            let own = pixel(line, place).map(i16::from);
            wanted(difference(own, colour))
        });
        all.count() as f32 / length as f32
    };
    let flat = |line: u32| share(line, |distance| distance <= FLAT) >= FLAT_SHARE;
    let end = (0..lines).find(|&line| !flat(line))?;
    let behind = end + MIXED;
    if end == 0 || behind >= lines || share(behind, |distance| distance > STEP) < STEP_SHARE {
        return None;
    }
    Some(Border { colour, lines: end })
}

/// The median of each channel along a line.
fn middle(pixel: impl Fn(u32) -> [u8; 3], length: u32) -> [i16; 3] {
    std::array::from_fn(|channel| {
        let mut values: Vec<u8> = (0..length).map(|place| pixel(place)[channel]).collect();
        let half = values.len() / 2;
        i16::from(*values.select_nth_unstable(half).1)
    })
}

/// The largest difference of a channel.
fn difference(one: [i16; 3], other: [i16; 3]) -> i16 {
    let channels = one.iter().zip(other);
    channels.map(|(a, b)| (a - b).abs()).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use shomei_photo::ImageSize;

    const WIDTH: u32 = 120;
    const HEIGHT: u32 = 160;

    fn is_person(x: u32, y: u32) -> bool {
        y > 40 && x.abs_diff(60) < 20 || y > 110 && x.abs_diff(60) < 50
    }

    /// A wall with a little grain, and somebody in the lower middle; around it what `border`
    /// gives for a place.
    fn photo(border: impl Fn(u32, u32) -> Option<u8>) -> Photo {
        let mut noise = 1u32;
        let mut rgb = Vec::new();
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let own = if is_person(x, y) { 60 } else { 215 };
                let value = border(x, y).unwrap_or(own + (noise >> 30) as u8);
                rgb.extend([value; 3]);
            }
        }
        let size = ImageSize::new(WIDTH, HEIGHT).unwrap();
        Photo::new(rgb, size, size).unwrap()
    }

    /// Columns and rows that were removed at the left, top, right and bottom.
    fn border(photo: Photo) -> [u32; 4] {
        let picture = removed(photo).frame().picture();
        let right = WIDTH - picture.x - picture.width;
        [
            picture.x,
            picture.y,
            right,
            HEIGHT - picture.y - picture.height,
        ]
    }

    #[test]
    fn bars_paper_and_lines_are_removed() {
        let bars = photo(|x, _| (!(20..100).contains(&x)).then_some(0));
        assert_eq!(border(bars), [21, 0, 21, 0]);
        let letterbox = photo(|_, y| (!(30..150).contains(&y)).then_some(252));
        assert_eq!(border(letterbox), [0, 31, 0, 11]);
        let corner = photo(|x, y| (x > 90 || y > 120).then_some(250));
        assert_eq!(border(corner), [0, 0, 30, 40]);
        let line = photo(|x, y| (x == 0 || y == 0 || x == 119 || y == 159).then_some(0));
        assert_eq!(border(line), [2, 2, 2, 2]);
    }

    #[test]
    fn a_line_inside_the_paper_is_removed_as_well() {
        let photo = photo(|x, y| {
            let edge = x.min(y).min(WIDTH - 1 - x).min(HEIGHT - 1 - y);
            match edge {
                0..10 => Some(255),
                10..13 => Some(0),
                _ => None,
            }
        });
        // One line of the drawn line counts as mixed with the paper.
        assert_eq!(border(photo), [14, 14, 14, 14]);
    }

    #[test]
    fn walls_stay() {
        for wall in [
            photo(|_, _| None),
            // A perfectly flat wall: it ends at the person, not along a side.
            photo(|x, y| (!is_person(x, y)).then_some(255)),
            // Two tones, a door frame: at one side only.
            photo(|x, _| (x < 30).then_some(120)),
            // Two sides that do not match.
            photo(|x, _| (x < 10).then_some(120).or((x > 110).then_some(20))),
            // A border that leaves hardly a picture.
            photo(|x, _| (x.abs_diff(60) > 10).then_some(0)),
        ] {
            assert_eq!(border(wall), [0; 4]);
        }
    }
}
