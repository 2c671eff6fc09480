//! A coordinate system that moves, tilts and grows with the face.

use shomei_photo::{Frame, ImageSize, Landmarks, Photo, Point, Rect, Region};

use crate::zones::{CHEEKS, Zone};

/// Origin between the eyes; `u` along the eye line to the right, `v` down the face; the unit is
/// the distance of the eyes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FaceAxes {
    origin: Point,
    unit: f32,
    cos: f32,
    sin: f32,
}

/// Samples along each side of a zone.
const SAMPLES: usize = 24;

impl FaceAxes {
    /// `None` if the eyes coincide.
    pub(crate) fn of(marks: &Landmarks) -> Option<Self> {
        let (left, right) = (marks.left_eye(), marks.right_eye());
        let unit = left.distance(right);
        (unit > 1.0).then(|| Self {
            origin: left.midpoint(right),
            unit,
            cos: (right.x() - left.x()) / unit,
            sin: (right.y() - left.y()) / unit,
        })
    }

    /// Distance of the eyes in working pixels.
    pub(crate) const fn unit(&self) -> f32 {
        self.unit
    }

    /// The working-frame point at (`u`, `v`).
    pub(crate) fn point(&self, u: f32, v: f32) -> Option<Point> {
        Point::new(
            self.origin.x() + (u * self.cos - v * self.sin) * self.unit,
            self.origin.y() + (u * self.sin + v * self.cos) * self.unit,
        )
    }

    /// (`u`, `v`) of a working-frame point.
    pub(crate) fn place(&self, point: Point) -> (f32, f32) {
        let (x, y) = (point.x() - self.origin.x(), point.y() - self.origin.y());
        (
            (x * self.cos + y * self.sin) / self.unit,
            (y * self.cos - x * self.sin) / self.unit,
        )
    }

    /// Evenly spread points of a zone that lie inside the photo.
    pub(crate) fn samples(&self, zone: Zone, size: ImageSize) -> Vec<Point> {
        let at = |range: (f32, f32), step: usize| {
            range.0 + (range.1 - range.0) * (step as f32 + 0.5) / SAMPLES as f32
        };
        (0..SAMPLES * SAMPLES)
            .filter_map(|i| self.point(at(zone.u, i % SAMPLES), at(zone.v, i / SAMPLES)))
            .filter(|&point| size.contains(point))
            .collect()
    }

    /// Evenly spread points of both cheeks that lie inside the photo.
    pub(crate) fn cheeks(&self, size: ImageSize) -> Vec<Point> {
        CHEEKS.map(|zone| self.samples(zone, size)).concat()
    }

    /// The upright rectangle around a zone, in the original frame.
    pub(crate) fn region(&self, zone: Zone, frame: Frame) -> Option<Region> {
        let corners = [
            self.point(zone.u.0, zone.v.0)?,
            self.point(zone.u.1, zone.v.0)?,
            self.point(zone.u.0, zone.v.1)?,
            self.point(zone.u.1, zone.v.1)?,
        ];
        frame.region(Rect::around(corners)?)
    }
}

/// The pixel at a point.
pub(crate) fn pixel(photo: &Photo, point: Point) -> [u8; 3] {
    photo.pixel(point.x().max(0.0) as u32, point.y().max(0.0) as u32)
}

/// Luma of the pixel at a point, over 255.
pub(crate) fn luma(photo: &Photo, point: Point) -> f32 {
    shomei_photo::luma(pixel(photo, point).map(f32::from))
}

/// Luma at a point, over 255, between the pixels around it.
pub(crate) fn soft_luma(photo: &Photo, point: Point) -> f32 {
    let (x, y) = ((point.x() - 0.5).max(0.0), (point.y() - 0.5).max(0.0));
    let (column, row) = (x as u32, y as u32);
    let (across, down) = (x - column as f32, y - row as f32);
    let at = |column: u32, row: u32| shomei_photo::luma(photo.pixel(column, row).map(f32::from));
    let line = |row: u32| at(column, row) * (1.0 - across) + at(column + 1, row) * across;
    line(row) * (1.0 - down) + line(row + 1) * down
}

/// The middles of the photo's pixels that lie inside a polygon (even-odd rule).
pub(crate) fn inside(polygon: &[Point], size: ImageSize) -> Vec<Point> {
    let Some(around) = Rect::around(polygon.iter().copied()) else {
        return Vec::new();
    };
    let span = |from: f32, to: f32, length: u32| {
        let end = to.max(0.0).min(length as f32).ceil() as u32;
        from.max(0.0).min(length as f32) as u32..end
    };
    let mut points = Vec::new();
    for y in span(around.y(), around.bottom(), size.height()) {
        for x in span(around.x(), around.right(), size.width()) {
            points.extend(
                Point::new(x as f32 + 0.5, y as f32 + 0.5).filter(|&point| holds(polygon, point)),
            );
        }
    }
    points
}

fn holds(polygon: &[Point], point: Point) -> bool {
    let ends = polygon.iter().cycle().skip(1);
    let crossed = polygon.iter().zip(ends).filter(|&(from, to)| {
        (from.y() > point.y()) != (to.y() > point.y())
            && point.x()
                < from.x() + (point.y() - from.y()) / (to.y() - from.y()) * (to.x() - from.x())
    });
    crossed.count() % 2 == 1
}

#[cfg(test)]
pub(crate) mod tests {
    use shomei_photo::{EyeMarks, MouthMarks, Point3, Ratio};

    use super::*;

    /// Landmarks of a face with the eyes 80 px apart around (180, 220), tilted by `roll`
    /// (radians, clockwise), lids `lids` over the eye's width apart, lips `lips` over the
    /// mouth's width.
    pub(crate) fn landmarks(roll: f32, lids: f32, lips: f32) -> Landmarks {
        let (sin, cos) = roll.sin_cos();
        let at = |u: f32, v: f32| {
            let (x, y) = (u * cos - v * sin, u * sin + v * cos);
            Point::new(180.0 + 80.0 * x, 220.0 + 80.0 * y).unwrap()
        };
        let deep = |u: f32, v: f32| Point3::new(at(u, v), 0.0).unwrap();
        // An opening: corners, and `steps` points on each lid, level between them.
        let opening = |centre: (f32, f32), half: f32, gap: f32, steps: usize| -> Vec<Point> {
            let along = |step: usize| 2.0 * (step + 1) as f32 / (steps + 1) as f32 - 1.0;
            let lid = |step: usize, side: f32| {
                at(centre.0 + half * along(step), centre.1 + side * half * gap)
            };
            let mut points = vec![at(centre.0 - half, centre.1)];
            points.extend((0..steps).map(|step| lid(step, -1.0)));
            points.push(at(centre.0 + half, centre.1));
            points.extend((0..steps).rev().map(|step| lid(step, 1.0)));
            points
        };
        let eye = |side: f32| EyeMarks {
            corners: [-0.2, 0.2].map(|u| at(0.5 * side + u, 0.0)),
            lids: [-0.05, 0.0, 0.05]
                .map(|u| [-0.2, 0.2].map(|half| at(0.5 * side + u, half * lids)))
                .to_vec(),
            opening: opening((0.5 * side, 0.0), 0.2, lids, 7),
            iris: at(0.5 * side, 0.0),
            iris_rim: [(0.1, 0.0), (0.0, -0.1), (-0.1, 0.0), (0.0, 0.1)]
                .map(|(u, v)| at(0.5 * side + u, v))
                .to_vec(),
            brow: at(0.6 * side, -0.4),
        };
        Landmarks {
            eyes: [eye(-1.0), eye(1.0)],
            mouth: MouthMarks {
                inner_lips: [-0.4, 0.4].map(|half| deep(0.0, 1.1 + half * lips)),
                inner_corners: [-0.4, 0.4].map(|u| at(u, 1.1)),
                outer_corners: [-0.45, 0.45].map(|u| deep(u, 1.1)),
                opening: opening((0.0, 1.1), 0.4, lips, 9),
            },
            forehead: at(0.0, -0.9),
            chin: at(0.0, 1.8),
            oval: [(0.0, -0.9), (1.05, 0.45), (0.0, 1.8), (-1.05, 0.45)]
                .map(|(u, v)| at(u, v))
                .to_vec(),
            ..Landmarks::collapsed(at(0.0, 0.5), Ratio::new(1.0).unwrap())
        }
    }

    /// A photo of 360 × 480 pixels whose colours are given in face axes.
    pub(crate) fn painted(axes: FaceAxes, colour: impl Fn(f32, f32) -> [u8; 3]) -> Photo {
        let size = ImageSize::new(360, 480).unwrap();
        let rgb = (0..360 * 480)
            .flat_map(|i| {
                let (x, y) = ((i % 360) as f32 + 0.5, (i / 360) as f32 + 0.5);
                let (u, v) = axes.place(Point::new(x, y).unwrap());
                colour(u, v)
            })
            .collect();
        Photo::new(rgb, size, size).unwrap()
    }

    #[test]
    fn a_polygon_holds_the_pixels_within_it_and_within_the_photo() {
        let at = |x: f32, y: f32| Point::new(x, y).unwrap();
        let size = ImageSize::new(20, 10).unwrap();
        // A triangle of half the area of a 10 × 8 box.
        let triangle = [at(2.0, 1.0), at(12.0, 1.0), at(2.0, 9.0)];
        assert!((35..=45).contains(&inside(&triangle, size).len()));
        // Half of it beyond the right edge, and all of it.
        let beyond = |x: f32| [at(x, 2.0), at(x + 4.0, 2.0), at(x + 4.0, 6.0), at(x, 6.0)];
        assert_eq!(inside(&beyond(18.0), size).len(), 8);
        assert!(inside(&beyond(40.0), size).is_empty());
        assert!(inside(&[], size).is_empty());
    }

    #[test]
    fn the_axes_follow_a_tilted_face() {
        for roll in [0.0, 0.4, -1.0] {
            let axes = FaceAxes::of(&landmarks(roll, 0.3, 0.0)).unwrap();
            assert!((axes.unit() - 80.0).abs() < 1e-3);
            let mouth = axes.place(axes.point(0.4, 1.1).unwrap());
            assert!((mouth.0 - 0.4).abs() < 1e-5 && (mouth.1 - 1.1).abs() < 1e-5);
            let right_eye = axes.place(landmarks(roll, 0.3, 0.0).right_eye());
            assert!((right_eye.0 - 0.5).abs() < 1e-5 && right_eye.1.abs() < 1e-5);
        }
    }
}
