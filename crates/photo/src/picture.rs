//! The pixels that the stages analyse.

use crate::{Frame, ImageSize, QuarterTurn, Rect};

/// An sRGB picture at working size, 8 bits for each channel, rows from top to bottom.
#[derive(Clone)]
pub struct Photo {
    rgb: Vec<u8>,
    frame: Frame,
}

impl std::fmt::Debug for Photo {
    /// Only sizes: pixels are personal data and must not appear in a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Photo")
            .field("frame", &self.frame)
            .finish_non_exhaustive()
    }
}

impl Photo {
    /// A picture of `working.width() × working.height()` interleaved RGB triples of a file that
    /// a viewer shows at `original` size. `None` if the buffer has another length.
    #[must_use]
    pub fn new(rgb: Vec<u8>, working: ImageSize, original: ImageSize) -> Option<Self> {
        let expected = working.pixels().checked_mul(3)?;
        (rgb.len() as u64 == expected).then(|| Self {
            rgb,
            frame: Frame::new(working, original, QuarterTurn::None),
        })
    }

    /// Interleaved RGB triples, `3 × width × height` bytes.
    #[must_use]
    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// Size in working pixels.
    #[must_use]
    pub const fn size(&self) -> ImageSize {
        self.frame.working()
    }

    /// How working coordinates relate to the original.
    #[must_use]
    pub const fn frame(&self) -> Frame {
        self.frame
    }

    /// The pixel in column `x` and row `y`; outside coordinates give the nearest edge pixel.
    #[must_use]
    pub fn pixel(&self, x: u32, y: u32) -> [u8; 3] {
        let (width, height) = (self.size().width(), self.size().height());
        let index = (y.min(height - 1) as usize * width as usize + x.min(width - 1) as usize) * 3;
        [self.rgb[index], self.rgb[index + 1], self.rgb[index + 2]]
    }

    /// The same picture turned clockwise by `turn`, with an adjusted frame.
    ///
    /// A photo can be turned only once, from the viewer's picture. `None` if it is turned already.
    #[must_use]
    pub fn turned(&self, turn: QuarterTurn) -> Option<Self> {
        if self.frame.turn() != QuarterTurn::None {
            return None;
        }
        let (width, height) = (self.size().width() as usize, self.size().height() as usize);
        let size = if turn.swaps_sides() {
            self.size().transposed()
        } else {
            self.size()
        };
        let (new_width, new_height) = (size.width() as usize, size.height() as usize);
        let mut rgb = Vec::with_capacity(self.rgb.len());
        for y in 0..new_height {
            for x in 0..new_width {
                let (from_x, from_y) = match turn {
                    QuarterTurn::None => (x, y),
                    QuarterTurn::Clockwise => (y, height - 1 - x),
                    QuarterTurn::Half => (width - 1 - x, height - 1 - y),
                    QuarterTurn::CounterClockwise => (width - 1 - y, x),
                };
                let index = (from_y * width + from_x) * 3;
                rgb.extend_from_slice(&self.rgb[index..index + 3]);
            }
        }
        Some(Self {
            rgb,
            frame: self.frame.turned(turn),
        })
    }

    /// The part of a photo that is not turned, in working pixels: `width` × `height` from column
    /// `x` and row `y`. `None` if it is empty or not inside the photo.
    #[must_use]
    pub fn part(&self, x: u32, y: u32, width: u32, height: u32) -> Option<Self> {
        if self.frame.turn() != QuarterTurn::None {
            return None;
        }
        let rect = Rect::new(x as f32, y as f32, width as f32, height as f32)?;
        let frame = self.frame.part(rect)?;
        let stride = self.size().width() as usize * 3;
        let from = x as usize * 3;
        let rows = self.rgb.chunks_exact(stride);
        let rgb = rows
            .skip(y as usize)
            .take(height as usize)
            .flat_map(|row| &row[from..from + width as usize * 3])
            .copied()
            .collect();
        Some(Self { rgb, frame })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Point;

    #[test]
    fn a_part_keeps_the_colours_and_places_of_its_pixels() {
        let size = ImageSize::new(4, 3).unwrap();
        let rgb: Vec<u8> = (0..12u8).flat_map(|i| [i, i, i]).collect();
        let photo = Photo::new(rgb, size, size).unwrap();
        let part = photo.part(1, 1, 2, 2).unwrap();
        assert_eq!(part.rgb(), [5, 5, 5, 6, 6, 6, 9, 9, 9, 10, 10, 10]);
        let centre = part.frame().original_point(Point::new(0.5, 0.5).unwrap());
        assert_eq!(
            photo.pixel(centre.0 as u32, centre.1 as u32),
            part.pixel(0, 0)
        );
        for (x, y, width, height) in [(3, 0, 2, 1), (0, 2, 1, 2), (0, 0, 0, 1)] {
            assert!(photo.part(x, y, width, height).is_none());
        }
    }

    /// A pixel keeps its colour and its place in the original through every turn.
    #[test]
    fn turning_moves_pixels_and_frame_together() {
        let size = ImageSize::new(3, 2).unwrap();
        let rgb: Vec<u8> = (0..6u8).flat_map(|i| [i, i, i]).collect();
        let photo = Photo::new(rgb, size, size).unwrap();
        for turn in QuarterTurn::ALL {
            let turned = photo.turned(turn).unwrap();
            for y in 0..turned.size().height() {
                for x in 0..turned.size().width() {
                    let centre = Point::new(x as f32 + 0.5, y as f32 + 0.5).unwrap();
                    let (ox, oy) = turned.frame().original_point(centre);
                    let before = photo.pixel(ox as u32, oy as u32);
                    assert_eq!(turned.pixel(x, y), before, "{turn:?} {x} {y}");
                }
            }
        }
        assert!(
            photo
                .turned(QuarterTurn::Half)
                .unwrap()
                .turned(QuarterTurn::Half)
                .is_none()
        );
        assert!(Photo::new(vec![0; 5], size, size).is_none());
    }
}
