//! The contents of an overlay: the photo as a viewer shows it, with a margin for parts of the head that
//! are outside, the measurements, and a strip of text below.

use std::io;

use shomei::photo::{Frame, Photo, Point, QuarterTurn, Rect, Region, Subject};
use shomei::{Finding, Inspection, Lang, Outcome, Review, Verdict};

use super::canvas::{At, Bounds, Canvas, LETTER, Line, Rgb, wrapped};

/// Longer side of the photo in the sheet: twice the working size, so that lines and letters are
/// readable.
const PHOTO_SIDE: f32 = 960.0;
/// Room around the photo, over its longer side.
const MARGIN: f32 = 0.06;
/// Narrowest sheet, so that lines of text are not too short.
const MIN_WIDTH: u32 = 880;
/// Height of the card in place of a picture that could not be decoded.
const CARD_HEIGHT: u32 = 160;
/// Room between the strip's text and its edge.
const PADDING: u32 = 16;

const GROUND: Rgb = [44, 44, 48];
const STRIP: Rgb = [18, 18, 20];
const WHITE: Rgb = [240, 240, 240];
const GREY: Rgb = [170, 170, 175];
const GREEN: Rgb = [90, 210, 110];
const AMBER: Rgb = [255, 190, 40];
const RED: Rgb = [255, 80, 70];
const VIOLET: Rgb = [200, 140, 255];
const FACE: Rgb = [90, 160, 255];
const LANDMARK: Rgb = [120, 255, 170];
const HEAD: Rgb = [0, 225, 235];
const OBJECT: Rgb = [255, 150, 200];

/// The sheet for one photo as a PNG file.
pub(super) fn draw(id: &str, inspection: &Inspection) -> io::Result<Vec<u8>> {
    let view = inspection.photo.as_ref().map(View::new);
    let width = view
        .as_ref()
        .map_or(MIN_WIDTH, |view| view.width.max(MIN_WIDTH));
    let top = view.as_ref().map_or(CARD_HEIGHT, |view| view.height);
    let strip = strip(id, inspection, width);
    let height = top + 2 * PADDING + strip.iter().map(Text::height).sum::<u32>();

    let mut canvas = Canvas::new(width, height, GROUND)?;
    match (&inspection.photo, view) {
        (Some(photo), Some(mut view)) => {
            view.left += ((width - view.width) / 2) as f32;
            picture(&mut canvas, photo, &view);
            let mut labels = Labels::default();
            if let Some(subject) = &inspection.subject {
                person(&mut canvas, subject, &view);
            }
            measured(&mut canvas, &inspection.review, &view, &mut labels);
            marked(
                &mut canvas,
                inspection.review.findings(),
                &view,
                &mut labels,
            );
            labels.draw(&mut canvas);
        }
        _ => {
            let text = "no picture: the file was not decoded";
            let left = (width.saturating_sub(text.len() as u32 * LETTER * 2) / 2) as f32;
            canvas.fill([0.0, 0.0, width as f32, top as f32], [96, 96, 100], 255);
            canvas.text((left, (top / 2 - LETTER) as f32), 2, WHITE, text);
        }
    }
    canvas.fill([0.0, top as f32, width as f32, height as f32], STRIP, 255);
    let mut y = top + PADDING;
    for text in &strip {
        canvas.text(
            (PADDING as f32, y as f32),
            text.scale,
            text.colour,
            &text.text,
        );
        y += text.height();
    }
    canvas.png()
}

/// From original pixels, and working pixels by way of them, to the canvas.
struct View {
    frame: Frame,
    scale: f32,
    left: f32,
    top: f32,
    width: u32,
    height: u32,
}

impl View {
    fn new(photo: &Photo) -> Self {
        let frame = photo.frame();
        let original = frame.original();
        let scale = PHOTO_SIDE / original.longer_side() as f32;
        let margin = (PHOTO_SIDE * MARGIN).round();
        let side = |pixels: u32| (pixels as f32 * scale + 2.0 * margin).round() as u32;
        Self {
            frame,
            scale,
            left: margin,
            top: margin,
            width: side(original.width()),
            height: side(original.height()),
        }
    }

    fn original(&self, (x, y): At) -> At {
        (x * self.scale + self.left, y * self.scale + self.top)
    }

    fn working(&self, point: Point) -> At {
        self.original(self.frame.original_point(point))
    }

    fn region(&self, region: Region) -> Bounds {
        let (x, y) = (region.x as f32, region.y as f32);
        let (left, top) = self.original((x, y));
        let end = (x + region.width as f32, y + region.height as f32);
        let (right, bottom) = self.original(end);
        [left, top, right, bottom]
    }

    /// A little more than the region, so that a line does not hide another along its edge.
    fn around(&self, region: Region) -> Bounds {
        let [left, top, right, bottom] = self.region(region);
        [left - 4.0, top - 4.0, right + 4.0, bottom + 4.0]
    }

    /// The corners, since the person may lie on their side.
    fn corners(&self, rect: Rect) -> Vec<At> {
        [
            (rect.x(), rect.y()),
            (rect.right(), rect.y()),
            (rect.right(), rect.bottom()),
            (rect.x(), rect.bottom()),
        ]
        .into_iter()
        .filter_map(|(x, y)| Some(self.working(Point::new(x, y)?)))
        .collect()
    }
}

const fn solid(colour: Rgb, width: f32) -> Line {
    Line {
        colour,
        width,
        dashed: false,
    }
}

fn picture(canvas: &mut Canvas, photo: &Photo, view: &View) {
    let at = |x, y| Point::new(x, y).map(|point| view.working(point));
    let (Some(origin), Some(right), Some(down)) = (at(0.0, 0.0), at(1.0, 0.0), at(0.0, 1.0)) else {
        return;
    };
    let step = |(x, y): At| (x - origin.0, y - origin.1);
    let (width, height) = (photo.size().width(), photo.size().height());
    canvas.picture(
        photo.rgb(),
        width,
        height,
        [origin, step(right), step(down)],
    );
}

/// Faces, landmarks and head.
fn person(canvas: &mut Canvas, subject: &Subject, view: &View) {
    if let Some(head) = &subject.head {
        let contour: Vec<_> = head
            .contour
            .iter()
            .map(|&point| view.working(point))
            .collect();
        canvas.line(&contour, true, solid(HEAD, 2.0));
        let reach = head.rect.width() * 0.1;
        for level in [head.crown, head.chin] {
            let ends = [head.rect.x() - reach, head.rect.right() + reach];
            let ends = ends.map(|x| Point::new(x, level.y()));
            if let [Some(left), Some(right)] = ends {
                canvas.line(
                    &[view.working(left), view.working(right)],
                    false,
                    solid(HEAD, 1.5),
                );
            }
        }
    }
    if let Some(landmarks) = &subject.landmarks {
        let points = landmarks.points.iter().map(|&point| view.working(point));
        canvas.dots(points, 2.5, LANDMARK);
    }
    for (index, face) in subject.faces.iter().enumerate() {
        let width = if index == 0 { 2.5 } else { 1.5 };
        canvas.line(&view.corners(face.rect), true, solid(FACE, width));
    }
}

/// Trim box, cuts, and what is in the background inside and outside of what is printed, whether
/// or not it led to a finding.
fn measured(canvas: &mut Canvas, review: &Review, view: &View, labels: &mut Labels) {
    let measurements = review.measurements();
    if let Some(framing) = &measurements.framing {
        let line = Line {
            colour: GREY,
            width: 1.5,
            dashed: true,
        };
        canvas.frame(view.region(framing.trim.region), line);
        for cut in &framing.cuts {
            canvas.frame(view.region(cut.region), solid(RED, 1.5));
            let text = format!("{:?} cut {}", cut.part, percent(cut.lost_ratio.get()));
            labels.put(
                canvas,
                view.region(cut.region),
                1,
                RED,
                &text.to_lowercase(),
            );
        }
    }
    if let Some(background) = &measurements.background {
        let objects = background.objects.iter().map(|object| {
            (
                object.region,
                format!("object {}", percent(object.area_ratio.get())),
            )
        });
        let shadows = background.shadows.iter().map(|shadow| {
            (
                shadow.region,
                format!("shadow -{}", percent(shadow.depth_ratio.get())),
            )
        });
        for (region, text) in objects.chain(shadows) {
            canvas.frame(view.region(region), solid(OBJECT, 1.5));
            labels.put(canvas, view.region(region), 1, OBJECT, &text);
        }
        // What is trimmed away.
        let outside = background.outside.iter().flat_map(|seen| &seen.objects);
        for object in outside {
            canvas.frame(view.region(object.region), solid(GREY, 1.5));
        }
    }
}

/// The regions of the findings, with their codes.
fn marked(canvas: &mut Canvas, findings: &[Finding], view: &View, labels: &mut Labels) {
    let regions = || {
        findings
            .iter()
            .filter_map(|finding| Some((finding, finding.region()?)))
    };
    // The worst finding's line on top, and its label first, nearest to the region.
    for (finding, region) in regions().collect::<Vec<_>>().into_iter().rev() {
        canvas.frame(view.around(region), solid(colour(finding.outcome()), 3.0));
    }
    for (finding, region) in regions() {
        labels.put(
            canvas,
            view.around(region),
            2,
            colour(finding.outcome()),
            finding.code().as_str(),
        );
    }
}

/// Where labels are, so that none covers another.
#[derive(Default)]
struct Labels {
    taken: Vec<Bounds>,
    texts: Vec<Text>,
}

impl Labels {
    /// Puts `text` above the top-left corner of `bounds`; where that is taken, higher up, and
    /// if there is no room either, below.
    fn put(&mut self, canvas: &Canvas, bounds: Bounds, scale: u32, colour: Rgb, text: &str) {
        let [left, corner, ..] = bounds;
        let letter = (LETTER * scale) as f32;
        let (width, height) = (text.len() as f32 * letter + 6.0, letter + 4.0);
        let left = left.min(canvas.width() as f32 - width).max(0.0);
        let blocking = |top: f32| {
            self.taken.iter().find(|[l, t, r, b]| {
                left < *r && left + width > *l && top < *b && top + height > *t
            })
        };
        let start = (corner - height - 2.0).max(0.0);
        let mut top = start;
        while let Some([_, above, ..]) = blocking(top) {
            top = above - height - 1.0;
        }
        if top < 0.0 {
            top = start;
            while let Some([.., below]) = blocking(top) {
                top = below + 1.0;
            }
        }
        self.taken.push([left, top, left + width, top + height]);
        self.texts.push(Text {
            scale,
            colour,
            text: text.to_owned(),
        });
    }

    /// Draws them, over everything else.
    fn draw(&self, canvas: &mut Canvas) {
        for (&label, text) in self.taken.iter().zip(&self.texts) {
            let [left, top, ..] = label;
            canvas.fill(label, STRIP, 215);
            canvas.text((left + 3.0, top + 2.0), text.scale, text.colour, &text.text);
        }
    }
}

/// A line of the strip.
struct Text {
    scale: u32,
    colour: Rgb,
    text: String,
}

impl Text {
    const fn height(&self) -> u32 {
        LETTER * self.scale + 6
    }
}

fn strip(id: &str, inspection: &Inspection, width: u32) -> Vec<Text> {
    let mut strip = Vec::new();
    let mut add = |scale: u32, colour: Rgb, indent: usize, text: &str| {
        let columns = (width - 2 * PADDING) / (LETTER * scale);
        let lines = wrapped(text, columns as usize, indent);
        strip.extend(lines.into_iter().map(|text| Text {
            scale,
            colour,
            text,
        }));
    };
    let review = &inspection.review;
    let (verdict, shade) = match review.verdict() {
        Verdict::Accept => ("ACCEPT", GREEN),
        Verdict::Refer => ("REFER", AMBER),
        Verdict::Reject => ("REJECT", RED),
    };
    add(3, shade, 0, verdict);
    add(2, WHITE, 2, id);
    for finding in review.findings() {
        add(2, colour(finding.outcome()), 4, &line(finding));
    }
    for note in review.notes() {
        add(2, WHITE, 4, note.text(Lang::En));
    }
    if let Some(turn) = inspection.photo.as_ref().map(|photo| photo.frame().turn())
        && turn != QuarterTurn::None
    {
        let text = format!(
            "upright after a turn by {} degrees clockwise",
            turn.degrees()
        );
        add(2, WHITE, 2, &text);
    }
    if inspection
        .subject
        .as_ref()
        .is_some_and(|subject| !subject.faces.is_empty())
    {
        add(
            1,
            GREY,
            0,
            "blue: faces - green dots: landmarks - cyan: head, crown, chin - pink: background \
             objects and shadows - dashed: best 35:45 trim - grey: things outside it - red, amber, \
             violet: findings",
        );
    }
    strip
}

/// Code, outcome, what was measured and the limit.
fn line(finding: &Finding) -> String {
    let mut text = format!("{} {}", finding.outcome(), finding.code());
    if finding.waived() {
        text += " (waived)";
    }
    for side in finding.sides() {
        text += &format!(" {side:?}").to_lowercase();
    }
    for (name, value) in finding.measured() {
        // Lists and texts without the punctuation of JSON.
        let value = value.to_string().replace(['"', '[', ']'], "");
        text += &format!(" {name}={value}");
    }
    if let Some(limit) = finding.limit() {
        let bounds = [("min", limit.min), ("max", limit.max)];
        for (name, bound) in bounds.into_iter().filter_map(|(name, b)| Some((name, b?))) {
            text += &format!(" [{name}={bound}]");
        }
    }
    text
}

const fn colour(outcome: Outcome) -> Rgb {
    match outcome {
        Outcome::Reject => RED,
        Outcome::Refer => AMBER,
        Outcome::Unable => VIOLET,
    }
}

fn percent(ratio: f32) -> String {
    format!("{:.1}%", ratio * 100.0)
}
