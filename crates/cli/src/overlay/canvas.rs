//! Lines, areas and letters on a pixmap, in canvas pixels. Knows nothing of photos.

use std::io;

use font8x8::legacy::BASIC_LEGACY;
use tiny_skia::{
    Color, FillRule, FilterQuality, Paint, Path, PathBuilder, Pixmap, PixmapPaint, PixmapRef,
    PremultipliedColorU8, Rect, Stroke, StrokeDash, Transform,
};

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];
/// x and y.
pub(super) type At = (f32, f32);
/// Left, top, right, bottom.
pub(super) type Bounds = [f32; 4];

/// Side of a letter at scale 1.
pub(super) const LETTER: u32 = 8;

/// How a line looks.
#[derive(Clone, Copy)]
pub(super) struct Line {
    pub(super) colour: Rgb,
    pub(super) width: f32,
    pub(super) dashed: bool,
}

pub(super) struct Canvas {
    pixmap: Pixmap,
}

impl Canvas {
    pub(super) fn new(width: u32, height: u32, colour: Rgb) -> io::Result<Self> {
        let mut pixmap = Pixmap::new(width, height)
            .ok_or_else(|| io::Error::other("cannot make a picture of this size"))?;
        let [r, g, b] = colour;
        pixmap.fill(Color::from_rgba8(r, g, b, 255));
        Ok(Self { pixmap })
    }

    pub(super) fn width(&self) -> u32 {
        self.pixmap.width()
    }

    /// Draws RGB pixels; `to` maps their coordinates to the canvas: where the origin goes, and
    /// where a step to the right and a step down lead from there.
    pub(super) fn picture(&mut self, rgb: &[u8], width: u32, height: u32, to: [At; 3]) {
        let rgba: Vec<u8> = rgb
            .chunks_exact(3)
            .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255])
            .collect();
        let [(x, y), (right_x, right_y), (down_x, down_y)] = to;
        let transform = Transform::from_row(right_x, right_y, down_x, down_y, x, y);
        let paint = PixmapPaint {
            quality: FilterQuality::Bilinear,
            ..PixmapPaint::default()
        };
        if let Some(picture) = PixmapRef::from_bytes(&rgba, width, height) {
            self.pixmap
                .draw_pixmap(0, 0, picture, &paint, transform, None);
        }
    }

    /// A line through `points` with a dark outline, so that it is visible on any background.
    pub(super) fn line(&mut self, points: &[At], closed: bool, line: Line) {
        let Some(path) = self.path(points, closed) else {
            return;
        };
        let dash = if line.dashed {
            StrokeDash::new(vec![9.0, 6.0], 0.0)
        } else {
            None
        };
        let mut stroke = Stroke {
            width: line.width + 1.5,
            dash,
            ..Stroke::default()
        };
        let transform = Transform::identity();
        self.pixmap
            .stroke_path(&path, &paint([0, 0, 0], 110), &stroke, transform, None);
        stroke.width = line.width;
        self.pixmap
            .stroke_path(&path, &paint(line.colour, 255), &stroke, transform, None);
    }

    /// The edge of an area.
    pub(super) fn frame(&mut self, [left, top, right, bottom]: Bounds, line: Line) {
        let corners = [(left, top), (right, top), (right, bottom), (left, bottom)];
        self.line(&corners, true, line);
    }

    /// Squares of side `side` around `points`.
    pub(super) fn dots(&mut self, points: impl Iterator<Item = At>, side: f32, colour: Rgb) {
        let mut dots = PathBuilder::new();
        for (x, y) in points {
            let (x, y) = self.near((x, y));
            if let Some(dot) = Rect::from_xywh(x - side / 2.0, y - side / 2.0, side, side) {
                dots.push_rect(dot);
            }
        }
        if let Some(path) = dots.finish() {
            let (paint, rule) = (paint(colour, 255), FillRule::Winding);
            self.pixmap
                .fill_path(&path, &paint, rule, Transform::identity(), None);
        }
    }

    /// Fills an area; `alpha` 255 covers what was there.
    pub(super) fn fill(&mut self, bounds: Bounds, colour: Rgb, alpha: u8) {
        let [left, top, right, bottom] = bounds;
        if let Some(rect) = Rect::from_ltrb(left, top, right, bottom) {
            let paint = paint(colour, alpha);
            self.pixmap
                .fill_rect(rect, &paint, Transform::identity(), None);
        }
    }

    /// Letters of 8 × 8 times `scale` pixels; characters outside ASCII become `?`.
    pub(super) fn text(&mut self, (left, top): At, scale: u32, colour: Rgb, text: &str) {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let [r, g, b] = colour;
        let Some(ink) = PremultipliedColorU8::from_rgba(r, g, b, 255) else {
            return;
        };
        let pixels = self.pixmap.pixels_mut();
        let mut start = left.max(0.0) as u32;
        let top = top.max(0.0) as u32;
        for letter in text.chars() {
            let glyph = BASIC_LEGACY
                .get(letter as usize)
                .unwrap_or(&BASIC_LEGACY[b'?' as usize]);
            for y in 0..LETTER * scale {
                for x in 0..LETTER * scale {
                    let inked = glyph[(y / scale) as usize] >> (x / scale) & 1 == 1;
                    let (x, y) = (start + x, top + y);
                    if inked && x < width && y < height {
                        pixels[(y * width + x) as usize] = ink;
                    }
                }
            }
            start += LETTER * scale;
        }
    }

    /// The picture as a PNG file.
    pub(super) fn png(self) -> io::Result<Vec<u8>> {
        let (width, height) = (self.pixmap.width(), self.pixmap.height());
        let pixels = self.pixmap.pixels().iter();
        let rgb: Vec<u8> = pixels
            .flat_map(|p| [p.red(), p.green(), p.blue()])
            .collect();
        let mut file = Vec::new();
        let mut encoder = png::Encoder::new(&mut file, width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_compression(png::Compression::Fast);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&rgb)?;
        writer.finish()?;
        Ok(file)
    }

    fn path(&self, points: &[At], closed: bool) -> Option<Path> {
        let (&first, rest) = points.split_first()?;
        let mut path = PathBuilder::new();
        let (x, y) = self.near(first);
        path.move_to(x, y);
        for &point in rest {
            let (x, y) = self.near(point);
            path.line_to(x, y);
        }
        if closed {
            path.close();
        }
        path.finish()
    }

    /// Keeps far points near: dashes on a line of a million pixels would take for ever.
    fn near(&self, (x, y): At) -> At {
        let bring = |at: f32, length: u32| at.max(-(length as f32)).min(2.0 * length as f32);
        (
            bring(x, self.pixmap.width()),
            bring(y, self.pixmap.height()),
        )
    }
}

fn paint(colour: Rgb, alpha: u8) -> Paint<'static> {
    let [r, g, b] = colour;
    let mut paint = Paint {
        anti_alias: true,
        ..Paint::default()
    };
    paint.set_color_rgba8(r, g, b, alpha);
    paint
}

/// Breaks `text` at spaces into lines of at most `columns` letters, those after the first
/// indented.
pub(super) fn wrapped(text: &str, columns: usize, indent: usize) -> Vec<String> {
    // Every line takes a letter at least, so that this ends.
    let columns = columns.max(indent + 1);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        let mut word: Vec<char> = word.chars().collect();
        loop {
            let used = line.chars().count();
            let fresh = line.trim().is_empty();
            let gap = usize::from(!fresh);
            if used + gap + word.len() <= columns {
                line.push_str(&" ".repeat(gap));
                line.extend(&word);
                break;
            }
            // A word that fits no line is broken where the line ends.
            if fresh {
                let room = columns - used;
                line.extend(word.drain(..room.min(word.len())));
            }
            lines.push(std::mem::replace(&mut line, " ".repeat(indent)));
        }
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_broken_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrapped("one two three", 9, 2), ["one two", "  three"]);
        assert_eq!(wrapped("abcdefghij", 4, 1), ["abcd", " efg", " hij"]);
        assert_eq!(wrapped("", 4, 1), [""]);
        assert_eq!(wrapped("a", 0, 3), ["a"]);
    }

    #[test]
    fn nothing_outside_the_canvas_harms() {
        let mut canvas = Canvas::new(20, 10, [0; 3]).unwrap();
        let line = Line {
            colour: [255; 3],
            width: 2.0,
            dashed: true,
        };
        canvas.line(&[(-1e30, 5.0), (1e30, 5.0)], false, line);
        canvas.line(&[], true, line);
        canvas.frame([f32::NAN; 4], line);
        canvas.fill([5.0, 5.0, 1.0, 1.0], [9; 3], 255);
        canvas.text((15.0, 8.0), 2, [255; 3], "gé");
        canvas.dots([(1e9, -1e9)].into_iter(), 3.0, [1; 3]);
        canvas.picture(&[1, 2], 1, 1, [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)]);
        let file = canvas.png().unwrap();
        let reader = png::Decoder::new(io::Cursor::new(file))
            .read_info()
            .unwrap();
        assert_eq!((reader.info().width, reader.info().height), (20, 10));
    }
}
