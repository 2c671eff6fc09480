//! Points, rectangles and sizes of the working frame.

/// A point of the working frame, in pixels. Always finite; it may be outside the photo.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    x: f32,
    y: f32,
}

impl Point {
    /// The point, or `None` if a coordinate is not finite.
    #[must_use]
    pub const fn new(x: f32, y: f32) -> Option<Self> {
        if x.is_finite() && y.is_finite() {
            Some(Self { x, y })
        } else {
            None
        }
    }

    /// Pixels to the right of the photo's left edge.
    #[must_use]
    pub const fn x(self) -> f32 {
        self.x
    }

    /// Pixels below the photo's top edge.
    #[must_use]
    pub const fn y(self) -> f32 {
        self.y
    }

    /// Distance to `other`, in pixels.
    #[must_use]
    pub fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    /// The point halfway to `other`.
    #[must_use]
    pub fn midpoint(self, other: Self) -> Self {
        Self {
            x: self.x.midpoint(other.x),
            y: self.y.midpoint(other.y),
        }
    }
}

/// An axis-parallel rectangle of the working frame, in pixels; sides are never negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rect {
    x: f32,
    y: f32,
    width: f32,
    height: f32,
}

impl Rect {
    /// The rectangle with its top-left corner at (`x`, `y`), or `None` if a number is not
    /// finite or a side is negative.
    #[must_use]
    pub fn new(x: f32, y: f32, width: f32, height: f32) -> Option<Self> {
        let finite = [x, y, width, height].into_iter().all(f32::is_finite);
        (finite && width >= 0.0 && height >= 0.0).then_some(Self {
            x,
            y,
            width,
            height,
        })
    }

    /// The smallest rectangle around `points`; `None` if there are none.
    #[must_use]
    pub fn around(points: impl IntoIterator<Item = Point>) -> Option<Self> {
        let mut points = points.into_iter();
        let first = points.next()?;
        let (mut left, mut top, mut right, mut bottom) = (first.x, first.y, first.x, first.y);
        for p in points {
            left = left.min(p.x);
            right = right.max(p.x);
            top = top.min(p.y);
            bottom = bottom.max(p.y);
        }
        Self::new(left, top, right - left, bottom - top)
    }

    /// Left edge.
    #[must_use]
    pub const fn x(self) -> f32 {
        self.x
    }

    /// Top edge.
    #[must_use]
    pub const fn y(self) -> f32 {
        self.y
    }

    /// Width.
    #[must_use]
    pub const fn width(self) -> f32 {
        self.width
    }

    /// Height.
    #[must_use]
    pub const fn height(self) -> f32 {
        self.height
    }

    /// Right edge.
    #[must_use]
    pub fn right(self) -> f32 {
        self.x + self.width
    }

    /// Bottom edge.
    #[must_use]
    pub fn bottom(self) -> f32 {
        self.y + self.height
    }

    /// Middle of the rectangle.
    #[must_use]
    pub fn centre(self) -> Point {
        Point {
            x: self.x + self.width / 2.0,
            y: self.y + self.height / 2.0,
        }
    }

    /// Area in square pixels.
    #[must_use]
    pub fn area(self) -> f32 {
        self.width * self.height
    }

    /// Intersection over union with `other`, 0 to 1; 0 for two empty rectangles.
    #[must_use]
    pub fn overlap(self, other: Self) -> f32 {
        let width = (self.right().min(other.right()) - self.x.max(other.x)).max(0.0);
        let height = (self.bottom().min(other.bottom()) - self.y.max(other.y)).max(0.0);
        let intersection = width * height;
        let union = self.area() + other.area() - intersection;
        if union > 0.0 {
            intersection / union
        } else {
            0.0
        }
    }
}

/// Width and height of an image in pixels, both at least 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImageSize {
    width: u32,
    height: u32,
}

impl ImageSize {
    /// The size, or `None` if a side is zero.
    #[must_use]
    pub const fn new(width: u32, height: u32) -> Option<Self> {
        if width > 0 && height > 0 {
            Some(Self { width, height })
        } else {
            None
        }
    }

    /// Width in pixels.
    #[must_use]
    pub const fn width(self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[must_use]
    pub const fn height(self) -> u32 {
        self.height
    }

    /// Whether a point, in pixels of the picture, lies in it.
    #[must_use]
    pub fn contains(self, point: Point) -> bool {
        (0.0..self.width as f32).contains(&point.x())
            && (0.0..self.height as f32).contains(&point.y())
    }

    /// Number of pixels.
    #[must_use]
    pub const fn pixels(self) -> u64 {
        self.width as u64 * self.height as u64
    }

    /// The longer side.
    #[must_use]
    pub fn longer_side(self) -> u32 {
        self.width.max(self.height)
    }

    /// The size with width and height exchanged, as after a quarter turn.
    #[must_use]
    pub const fn transposed(self) -> Self {
        Self {
            width: self.height,
            height: self.width,
        }
    }

    /// The size scaled so that the longer side is `longer`, never larger than `self`; each side
    /// at least one pixel.
    #[must_use]
    pub fn shrunk_to(self, longer: u32) -> Self {
        let from = self.longer_side();
        if from <= longer {
            return self;
        }
        let scale = |side: u32| {
            let scaled =
                (u64::from(side) * u64::from(longer) * 2 + u64::from(from)) / (u64::from(from) * 2);
            u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
        };
        Self {
            width: scale(self.width),
            height: scale(self.height),
        }
    }
}

/// A side of the picture (not of the person).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Side {
    Top,
    Bottom,
    Left,
    Right,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rectangles_refuse_nonsense() {
        assert_eq!(Rect::new(0.0, 0.0, -1.0, 1.0), None);
        assert_eq!(Rect::new(f32::NAN, 0.0, 1.0, 1.0), None);
        assert_eq!(Rect::around([]), None);
        assert_eq!(ImageSize::new(0, 3), None);
    }

    #[test]
    fn overlap_is_intersection_over_union() {
        let a = Rect::new(0.0, 0.0, 2.0, 2.0).unwrap();
        let b = Rect::new(1.0, 0.0, 2.0, 2.0).unwrap();
        assert!((a.overlap(b) - 1.0 / 3.0).abs() < 1e-6);
        assert!(a.overlap(Rect::new(5.0, 5.0, 1.0, 1.0).unwrap()).abs() < 1e-6);
    }

    #[test]
    fn shrinking_keeps_the_shape_and_never_enlarges() {
        let size = |w, h| ImageSize::new(w, h).unwrap();
        assert_eq!(size(3024, 4032).shrunk_to(480), size(360, 480));
        assert_eq!(size(300, 400).shrunk_to(480), size(300, 400));
        assert_eq!(size(65_535, 1).shrunk_to(480), size(480, 1));
    }
}
