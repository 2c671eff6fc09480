//! From planes to pixels.

use std::borrow::Cow;

use crate::colour;
use crate::geometry::Layout;
use crate::header::ColourModel;
use crate::upsample::{Scratch, Source};

/// The pixels of a decoded picture, in rows from the top without padding.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Pixels<'b> {
    /// Three bytes per pixel: red, green and blue.
    Rgb(&'b [u8]),
    /// One byte per pixel: the only component.
    Grey(&'b [u8]),
}

impl<'b> Pixels<'b> {
    /// Three bytes per pixel, those of a grey one alike.
    #[must_use]
    pub fn to_rgb(self) -> Cow<'b, [u8]> {
        match self {
            Self::Rgb(pixels) => Cow::Borrowed(pixels),
            Self::Grey(pixels) => pixels.iter().flat_map(|&grey| [grey; 3]).collect(),
        }
    }
}

/// Bytes per pixel of the output for so many components.
pub(crate) const fn samples(components: usize) -> usize {
    if components == 1 { 1 } else { 3 }
}

/// Writes the rows of the output from the top, as their samples come.
#[derive(Debug)]
pub(crate) struct Writer {
    colour: ColourModel,
    width: usize,
    height: usize,
    /// Rows that are written.
    done: usize,
}

impl Writer {
    pub(crate) const fn new(colour: ColourModel, layout: &Layout) -> Self {
        Self {
            colour,
            width: layout.width,
            height: layout.height,
            done: 0,
        }
    }

    /// Writes all rows before row `until` that are not written yet.
    pub(crate) fn write(
        &mut self,
        sources: &[Option<Source<'_>>; 3],
        until: usize,
        rows: &mut [Scratch; 3],
        out: &mut [u8],
    ) {
        let ys = self.done..until.min(self.height);
        if ys.is_empty() {
            return;
        }
        self.done = ys.end;
        let [first, second, third] = rows;
        let line = self.width * samples(sources.iter().flatten().count());
        let bytes = ys.start * line..ys.end * line;
        let out = out.get_mut(bytes).unwrap_or_default();
        for (y, row) in ys.zip(out.chunks_exact_mut(line)) {
            match sources {
                [Some(a), Some(b), Some(c)] => {
                    let (a, b, c) = (a.row(y, first), b.row(y, second), c.row(y, third));
                    if self.colour == ColourModel::Rgb {
                        colour::rgb_row(a, b, c, row);
                    } else {
                        colour::ycbcr_row(a, b, c, row);
                    }
                }
                [Some(grey), ..] => row.copy_from_slice(grey.row(y, first)),
                _ => {}
            }
        }
    }
}
