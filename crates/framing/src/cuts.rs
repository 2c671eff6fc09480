//! Which parts of the head are beyond which edge.
//!
//! Landmarks extrapolate skull, cheeks and chin. Ears and hair are visible in the masks where they touch
//! the edge. A skull or an ear counts only if a part of the head is visible at the edge: the extrapolation
//! may be wrong, but a head that ends before the edge is not cut.

use shomei_photo::{Frame, Mask, PersonClass, Point, Ratio, Rect, Side, Subject};

use crate::Head;
use crate::measurement::{Cut, Part};

/// An ear stands out of the face's oval by about this share of the face's width.
const EAR: f32 = 0.08;
/// The number of steps along an edge at which the masks are sampled.
const STEPS: usize = 64;
/// Shallow strip in which a cut is drawn, over the photo's extent.
const STRIP: f32 = 0.03;

pub(crate) fn find(subject: &Subject, head: &Head, frame: Frame) -> Vec<Cut> {
    let (width, height) = (head.photo_width, head.photo_height);
    let (oval, face) = (head.oval, head.face_height());
    let edge = Edge { subject, frame };
    let mut cuts = Vec::new();
    let mut cut = |side, part, lost: f32, strip: Option<Rect>| {
        let found = (|| {
            let region = frame.region(strip?)?;
            (lost > 0.0).then_some(Cut {
                side,
                part,
                lost_ratio: Ratio::new(lost)?,
                region,
            })
        })();
        cuts.extend(found);
    };

    let across = |y: f32| {
        let (from, to) = (head.left.max(0.0), head.right.min(width));
        Rect::new(from, y, (to - from).max(1.0), STRIP * height)
    };
    let top = edge.head_share(|t| (head.left + t * (head.right - head.left), 0.0));
    if top > 0.0 {
        cut(
            Side::Top,
            Part::Skull,
            -head.skull / (head.chin - head.skull).max(1.0),
            across(0.0),
        );
        cut(Side::Top, Part::Hair, top, across(0.0));
    }
    let below = (head.chin - height) / face;
    cut(
        Side::Bottom,
        Part::Chin,
        below,
        across(height * (1.0 - STRIP)),
    );

    for (side, x, beyond) in [
        (Side::Left, 0.0, -oval.x()),
        (Side::Right, width, oval.right() - width),
    ] {
        let (from, to) = (head.top.max(0.0), head.chin.min(height));
        let strip_x = if side == Side::Left {
            0.0
        } else {
            width * (1.0 - STRIP)
        };
        let strip = Rect::new(strip_x, from, STRIP * width, (to - from).max(1.0));
        cut(side, Part::Cheek, beyond / oval.width().max(1.0), strip);
        // Below the nose hair hangs free: it may leave the photo.
        let span = head.nose_y.min(height) - from;
        let seen = edge.head_share(|t| (x, from + t * span));
        if seen > 0.0 {
            cut(side, Part::Ear, beyond / oval.width().max(1.0) + EAR, strip);
            cut(side, Part::Hair, seen, strip);
        }
    }
    cuts.sort_by_key(|cut| cut.side);
    cuts
}

struct Edge<'a> {
    subject: &'a Subject,
    frame: Frame,
}

impl Edge<'_> {
    /// Share of a line, given by a parameter from 0 to 1, that belongs to the head.
    fn head_share(&self, line: impl Fn(f32) -> (f32, f32)) -> f32 {
        let (Some(classes), Some(person)) = (&self.subject.classes, &self.subject.person) else {
            return 0.0;
        };
        let size = self.frame.working();
        let head: [&Mask; 3] = [PersonClass::Hair, PersonClass::FaceSkin, PersonClass::Other]
            .map(|class| classes.of(class));
        let on_head = |step: usize| {
            let (x, y) = line((step as f32 + 0.5) / STEPS as f32);
            let inside =
                x >= 0.0 && y >= 0.0 && x <= size.width() as f32 && y <= size.height() as f32;
            Point::new(x, y).is_some_and(|point| {
                inside
                    && person.at(point, size) > 0.5
                    && head.iter().map(|mask| mask.at(point, size)).sum::<f32>() > 0.5
            })
        };
        (0..STEPS).filter(|&step| on_head(step)).count() as f32 / STEPS as f32
    }
}
