//! Converts between the working frame and the original frame.

use crate::{ImageSize, Point, Rect};

/// The clockwise turn of a picture that makes the crown point up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum QuarterTurn {
    /// Already upright.
    #[default]
    None,
    /// By 90°.
    Clockwise,
    /// By 180°.
    Half,
    /// By 270°.
    CounterClockwise,
}

impl QuarterTurn {
    /// All four, in the order of the angle.
    pub const ALL: [Self; 4] = [
        Self::None,
        Self::Clockwise,
        Self::Half,
        Self::CounterClockwise,
    ];

    /// Whether the turn exchanges width and height.
    #[must_use]
    pub const fn swaps_sides(self) -> bool {
        matches!(self, Self::Clockwise | Self::CounterClockwise)
    }

    /// The clockwise angle in degrees: 0, 90, 180 or 270.
    #[must_use]
    pub const fn degrees(self) -> u16 {
        match self {
            Self::None => 0,
            Self::Clockwise => 90,
            Self::Half => 180,
            Self::CounterClockwise => 270,
        }
    }
}

/// A rectangle of the original frame in whole pixels, inside the photo and at least 1 × 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Region {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Region {
    /// Whether the two have a pixel in common.
    #[must_use]
    pub fn meets(self, other: Self) -> bool {
        let meet = |a: u32, a_length: u32, b: u32, b_length: u32| {
            a < b.saturating_add(b_length) && b < a.saturating_add(a_length)
        };
        meet(self.x, self.width, other.x, other.width)
            && meet(self.y, self.height, other.y, other.height)
    }

    /// Pixels between the two, along the side where there are more; 0 if they meet or touch.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        let gap = |a: u32, a_length: u32, b: u32, b_length: u32| {
            let after = b.saturating_sub(a.saturating_add(a_length));
            after.max(a.saturating_sub(b.saturating_add(b_length)))
        };
        let across = gap(self.x, self.width, other.x, other.width);
        f64::from(across.max(gap(self.y, self.height, other.y, other.height)))
    }

    /// The smallest region that contains both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        let end = |from: u32, length: u32| from.saturating_add(length);
        let right = end(self.x, self.width).max(end(other.x, other.width));
        let bottom = end(self.y, self.height).max(end(other.y, other.height));
        Self {
            x,
            y,
            width: right - x,
            height: bottom - y,
        }
    }
}

/// Ties the working frame of one photo to its original frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    working: ImageSize,
    original: ImageSize,
    /// The part of the original that the working copy shows.
    picture: Region,
    turn: QuarterTurn,
}

impl Frame {
    /// `working` is the size of the upright working copy, `original` the size a viewer shows
    /// (EXIF applied), `turn` the turn from the viewer's picture to the working copy.
    #[must_use]
    pub const fn new(working: ImageSize, original: ImageSize, turn: QuarterTurn) -> Self {
        let picture = Region {
            x: 0,
            y: 0,
            width: original.width(),
            height: original.height(),
        };
        Self {
            working,
            original,
            picture,
            turn,
        }
    }

    /// The frame of the part `rect` of the working copy, which becomes the working copy; `None`
    /// if it is not inside the photo. Its edges should be on whole working pixels.
    #[must_use]
    pub fn part(self, rect: Rect) -> Option<Self> {
        let size = self.working;
        if rect.right() > size.width() as f32 || rect.bottom() > size.height() as f32 {
            return None;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a length within the photo's"
        )]
        let pixels = |length: f32| length.round().max(0.0) as u32;
        Some(Self {
            working: ImageSize::new(pixels(rect.width()), pixels(rect.height()))?,
            picture: self.region(rect)?,
            ..self
        })
    }

    /// The frame after a turn of the working copy, which was not turned before.
    #[must_use]
    pub(crate) const fn turned(self, turn: QuarterTurn) -> Self {
        let working = if turn.swaps_sides() {
            self.working.transposed()
        } else {
            self.working
        };
        Self {
            working,
            turn,
            ..self
        }
    }

    /// Size of the working copy.
    #[must_use]
    pub const fn working(self) -> ImageSize {
        self.working
    }

    /// Size of the photo as a viewer shows it.
    #[must_use]
    pub const fn original(self) -> ImageSize {
        self.original
    }

    /// The turn from the viewer's picture to the working copy.
    #[must_use]
    pub const fn turn(self) -> QuarterTurn {
        self.turn
    }

    /// Original pixels per working pixel along the working x axis and y axis, exact up to
    /// floating point; they differ by the rounding of the working size to whole pixels.
    #[must_use]
    pub fn scale(self) -> (f32, f32) {
        let (width, height) = self.extent();
        let (width, height) = if self.turn.swaps_sides() {
            (height, width)
        } else {
            (width, height)
        };
        (
            width / self.working.width() as f32,
            height / self.working.height() as f32,
        )
    }

    /// Width and height of the picture, in pixels of the original.
    const fn extent(self) -> (f32, f32) {
        (self.picture.width as f32, self.picture.height as f32)
    }

    /// The original-frame coordinates (x, y), in pixels, of a working-frame point.
    #[must_use]
    pub fn original_point(self, point: Point) -> (f32, f32) {
        let (scale_x, scale_y) = self.scale();
        let (x, y) = (point.x() * scale_x, point.y() * scale_y);
        let (width, height) = self.extent();
        let (x, y) = match self.turn {
            QuarterTurn::None => (x, y),
            QuarterTurn::Clockwise => (y, height - x),
            QuarterTurn::Half => (width - x, height - y),
            QuarterTurn::CounterClockwise => (width - y, x),
        };
        (x + self.picture.x as f32, y + self.picture.y as f32)
    }

    /// The working-frame point at original-frame coordinates (x, y), in pixels: the inverse of
    /// [`Frame::original_point`]. `None` if a number is not finite.
    #[must_use]
    pub fn working_point(self, (x, y): (f32, f32)) -> Option<Point> {
        let (width, height) = self.extent();
        let (x, y) = (x - self.picture.x as f32, y - self.picture.y as f32);
        let (x, y) = match self.turn {
            QuarterTurn::None => (x, y),
            QuarterTurn::Clockwise => (height - y, x),
            QuarterTurn::Half => (width - x, height - y),
            QuarterTurn::CounterClockwise => (y, width - x),
        };
        let (scale_x, scale_y) = self.scale();
        Point::new(x / scale_x, y / scale_y)
    }

    /// The part of `rect` inside the picture, in whole original pixels, at least 1 × 1;
    /// `None` if `rect` is completely outside.
    #[must_use]
    pub fn region(self, rect: Rect) -> Option<Region> {
        let (ax, ay) = self.original_point(Point::new(rect.x(), rect.y())?);
        let (bx, by) = self.original_point(Point::new(rect.right(), rect.bottom())?);
        let span = |a: f32, b: f32, first: u32, length: u32| {
            let (low, high) = (a.min(b), a.max(b));
            let limit = first + length;
            if high < first as f32 || low > limit as f32 {
                return None;
            }
            let start = (low.max(first as f32).round() as u32).min(limit - 1);
            let end = (high.min(limit as f32).round() as u32).clamp(start + 1, limit);
            Some((start, end - start))
        };
        let (x, width) = span(ax, bx, self.picture.x, self.picture.width)?;
        let (y, height) = span(ay, by, self.picture.y, self.picture.height)?;
        Some(Region {
            x,
            y,
            width,
            height,
        })
    }

    /// A region of the original in working pixels; the inverse of [`Frame::region`] up to the
    /// rounding there.
    #[must_use]
    pub fn rect(self, region: Region) -> Option<Rect> {
        let (x, y) = (region.x as f32, region.y as f32);
        let end = (x + region.width as f32, y + region.height as f32);
        Rect::around([self.working_point((x, y))?, self.working_point(end)?])
    }

    /// The whole photo.
    #[must_use]
    pub const fn whole(self) -> Region {
        Region {
            x: 0,
            y: 0,
            width: self.original.width(),
            height: self.original.height(),
        }
    }

    /// The part of the original that the working copy shows: all of it, unless the photo has a
    /// border.
    #[must_use]
    pub const fn picture(self) -> Region {
        self.picture
    }

    /// Whether the working copy shows the whole photo.
    #[must_use]
    pub const fn is_whole(self) -> bool {
        self.picture.width == self.original.width() && self.picture.height == self.original.height()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(width: u32, height: u32) -> ImageSize {
        ImageSize::new(width, height).unwrap()
    }

    #[test]
    fn turned_photos_map_back_to_what_the_viewer_shows() {
        // The viewer shows 400 × 200; the person's crown points to the left edge, so the
        // picture is turned clockwise: the left edge becomes the top edge.
        let frame = Frame::new(size(100, 200), size(400, 200), QuarterTurn::Clockwise);
        let crown = frame.original_point(Point::new(50.0, 0.0).unwrap());
        assert_eq!(crown, (0.0, 100.0));
        let right = frame.original_point(Point::new(100.0, 100.0).unwrap());
        assert_eq!(right, (200.0, 0.0));

        let frame = Frame::new(
            size(100, 200),
            size(400, 200),
            QuarterTurn::CounterClockwise,
        );
        assert_eq!(
            frame.original_point(Point::new(50.0, 0.0).unwrap()),
            (400.0, 100.0)
        );

        let frame = Frame::new(size(100, 50), size(200, 100), QuarterTurn::Half);
        assert_eq!(
            frame.original_point(Point::new(0.0, 0.0).unwrap()),
            (200.0, 100.0)
        );
    }

    #[test]
    fn original_points_map_back_to_the_working_frame() {
        for turn in QuarterTurn::ALL {
            let working = if turn.swaps_sides() {
                size(100, 200)
            } else {
                size(200, 100)
            };
            let frame = Frame::new(working, size(400, 200), turn);
            for point in [(0.0, 0.0), (30.0, 70.0), (-4.0, 250.0)] {
                let point = Point::new(point.0, point.1).unwrap();
                let there = frame.original_point(point);
                assert_eq!(frame.working_point(there), Some(point), "{turn:?}");
            }
            assert_eq!(frame.working_point((f32::NAN, 0.0)), None);
        }
    }

    #[test]
    fn a_part_keeps_its_place_in_the_original() {
        let whole = Frame::new(size(100, 50), size(400, 200), QuarterTurn::None);
        assert!(whole.is_whole());
        let part = whole
            .part(Rect::new(10.0, 5.0, 60.0, 40.0).unwrap())
            .unwrap();
        assert!(!part.is_whole());
        assert_eq!((part.working(), part.scale()), (size(60, 40), (4.0, 4.0)));
        let picture = part.picture();
        let numbers = [picture.x, picture.y, picture.width, picture.height];
        assert_eq!(numbers, [40, 20, 240, 160]);
        for turn in QuarterTurn::ALL {
            let frame = part.turned(turn);
            let upright = frame.working();
            let all = Rect::new(0.0, 0.0, upright.width() as f32, upright.height() as f32);
            assert_eq!(frame.region(all.unwrap()), Some(picture), "{turn:?}");
            assert_eq!(frame.rect(picture), all, "{turn:?}");
            let point = Point::new(7.0, 11.0).unwrap();
            let there = frame.original_point(point);
            assert_eq!(frame.working_point(there), Some(point), "{turn:?}");
        }
        // What lies in the border is outside.
        assert_eq!(part.region(Rect::new(-9.0, 0.0, 5.0, 5.0).unwrap()), None);
        assert_eq!(whole.part(Rect::new(50.0, 0.0, 51.0, 9.0).unwrap()), None);
    }

    #[test]
    fn regions_meet_if_they_have_a_pixel_in_common() {
        let region = |x, y| Region {
            x,
            y,
            width: 10,
            height: 20,
        };
        let middle = region(50, 50);
        for (x, y, expected) in [
            (50, 50, true),
            (41, 31, true),
            (59, 69, true),
            (40, 50, false),
            (60, 50, false),
            (50, 30, false),
            (50, 70, false),
        ] {
            assert_eq!(middle.meets(region(x, y)), expected, "{x} {y}");
        }
        for (x, y, expected) in [(50, 69, 0.0), (40, 50, 0.0), (30, 50, 10.0), (63, 85, 15.0)] {
            let distance = middle.distance(region(x, y));
            assert!((distance - expected).abs() < 1e-9, "{x} {y}: {distance}");
        }
    }

    #[test]
    fn regions_stay_inside_and_are_never_empty() {
        let frame = Frame::new(size(10, 10), size(20, 20), QuarterTurn::None);
        let outside = Rect::new(-8.0, 2.0, 4.0, 4.0).unwrap();
        assert_eq!(frame.region(outside), None);
        let across = Rect::new(-4.0, 9.99, 6.0, 5.0).unwrap();
        assert_eq!(
            frame.region(across),
            Some(Region {
                x: 0,
                y: 19,
                width: 4,
                height: 1
            })
        );
    }
}
