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
    turn: QuarterTurn,
}

impl Frame {
    /// `working` is the size of the upright working copy, `original` the size a viewer shows
    /// (EXIF applied), `turn` the turn from the viewer's picture to the working copy.
    #[must_use]
    pub const fn new(working: ImageSize, original: ImageSize, turn: QuarterTurn) -> Self {
        Self {
            working,
            original,
            turn,
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
        let upright = if self.turn.swaps_sides() {
            self.original.transposed()
        } else {
            self.original
        };
        (
            upright.width() as f32 / self.working.width() as f32,
            upright.height() as f32 / self.working.height() as f32,
        )
    }

    /// The original-frame coordinates (x, y), in pixels, of a working-frame point.
    #[must_use]
    pub fn original_point(self, point: Point) -> (f32, f32) {
        let (scale_x, scale_y) = self.scale();
        let (x, y) = (point.x() * scale_x, point.y() * scale_y);
        let (width, height) = (self.original.width() as f32, self.original.height() as f32);
        match self.turn {
            QuarterTurn::None => (x, y),
            QuarterTurn::Clockwise => (y, height - x),
            QuarterTurn::Half => (width - x, height - y),
            QuarterTurn::CounterClockwise => (width - y, x),
        }
    }

    /// The working-frame point at original-frame coordinates (x, y), in pixels: the inverse of
    /// [`Frame::original_point`]. `None` if a number is not finite.
    #[must_use]
    pub fn working_point(self, (x, y): (f32, f32)) -> Option<Point> {
        let (width, height) = (self.original.width() as f32, self.original.height() as f32);
        let (x, y) = match self.turn {
            QuarterTurn::None => (x, y),
            QuarterTurn::Clockwise => (height - y, x),
            QuarterTurn::Half => (width - x, height - y),
            QuarterTurn::CounterClockwise => (y, width - x),
        };
        let (scale_x, scale_y) = self.scale();
        Point::new(x / scale_x, y / scale_y)
    }

    /// The part of `rect` inside the photo, in whole original pixels, at least 1 × 1;
    /// `None` if `rect` is completely outside.
    #[must_use]
    pub fn region(self, rect: Rect) -> Option<Region> {
        let (ax, ay) = self.original_point(Point::new(rect.x(), rect.y())?);
        let (bx, by) = self.original_point(Point::new(rect.right(), rect.bottom())?);
        let span = |a: f32, b: f32, limit: u32| {
            let (low, high) = (a.min(b), a.max(b));
            if high < 0.0 || low > limit as f32 {
                return None;
            }
            let start = (low.max(0.0).round() as u32).min(limit - 1);
            let end = (high.min(limit as f32).round() as u32).clamp(start + 1, limit);
            Some((start, end - start))
        };
        let (x, width) = span(ax, bx, self.original.width())?;
        let (y, height) = span(ay, by, self.original.height())?;
        Some(Region {
            x,
            y,
            width,
            height,
        })
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
