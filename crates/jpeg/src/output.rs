//! From planes to the form of output that is asked for.

use crate::colour;
use crate::decode::Output;
use crate::geometry::Layout;
use crate::header::ColourModel;
use crate::upsample::{Scratch, Source};

/// Writes the rows of the output from the top, as their samples come.
#[derive(Debug)]
pub(crate) struct Writer {
    output: Output,
    colour: ColourModel,
    width: usize,
    height: usize,
    /// Rows that are written.
    done: usize,
    scratch: [Scratch; 3],
}

impl Writer {
    pub(crate) fn new(output: Output, colour: ColourModel, layout: &Layout) -> Self {
        Self {
            output,
            colour,
            width: layout.width,
            height: layout.height,
            done: 0,
            scratch: Default::default(),
        }
    }

    /// Writes all rows before row `until` that are not written yet.
    pub(crate) fn write(&mut self, sources: &[Source<'_>], until: usize, out: &mut [u8]) {
        let rows = self.done..until.min(self.height);
        if rows.is_empty() {
            return;
        }
        self.done = rows.end;
        let width = self.width;
        let [first, second, third] = &mut self.scratch;
        match self.output {
            Output::Rgb => {
                let bytes = rows.start * width * 3..rows.end * width * 3;
                let out = out.get_mut(bytes).unwrap_or_default();
                for (y, row) in rows.zip(out.chunks_exact_mut(width * 3)) {
                    match sources {
                        [a, b, c] => {
                            let (a, b, c) = (a.row(y, first), b.row(y, second), c.row(y, third));
                            if self.colour == ColourModel::Rgb {
                                colour::rgb_row(a, b, c, row);
                            } else {
                                colour::ycbcr_row(a, b, c, row);
                            }
                        }
                        [grey, ..] => colour::grey_row(grey.row(y, first), row),
                        [] => {}
                    }
                }
            }
            Output::Planes => {
                let planes = out.chunks_exact_mut(width * self.height);
                for (source, plane) in sources.iter().zip(planes) {
                    let plane = plane.get_mut(rows.start * width..rows.end * width);
                    let plane = plane.unwrap_or_default();
                    for (y, row) in rows.clone().zip(plane.chunks_exact_mut(width)) {
                        row.copy_from_slice(source.row(y, first));
                    }
                }
            }
        }
    }
}
