//! Memory that outlives one decode.

use crate::decode::Output;
use crate::huffman::{AcTable, DcTable};
use crate::progressive::Coefficients;
use crate::sequential::Groups;

/// What a decoder works in. Give the same to every call on a thread: memory is then allocated
/// only when a picture is larger than all before it, and Huffman tables are built only when they
/// change – most cameras always write the same.
///
/// ```
/// let mut buffers = shomei_jpeg::Buffers::new();
/// // … decode any number of files into it …
/// buffers.shrink();
/// ```
pub struct Buffers {
    /// Samples of the components at their scale.
    pub(crate) planes: [Vec<u8>; 3],
    /// Coefficients of a progressive file.
    pub(crate) coefficients: [Coefficients; 3],
    /// The output.
    pub(crate) out: Vec<u8>,
    /// Coefficients of blocks that are transformed together; all zero between uses.
    pub(crate) groups: Box<Groups>,
    pub(crate) dc: [Option<DcTable>; 4],
    pub(crate) ac: [Option<AcTable>; 4],
}

impl std::fmt::Debug for Buffers {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Buffers")
            .field("out", &self.out.len())
            .finish_non_exhaustive()
    }
}

impl Default for Buffers {
    fn default() -> Self {
        Self {
            planes: Default::default(),
            coefficients: Default::default(),
            out: Vec::new(),
            groups: Box::new([[0; 1024]; 16]),
            dc: Default::default(),
            ac: Default::default(),
        }
    }
}

impl Buffers {
    /// Empty buffers, some tens of kilobytes.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Gives back all memory that grows with pictures.
    pub fn shrink(&mut self) {
        self.planes = Default::default();
        self.out = Vec::new();
        for coefficients in &mut self.coefficients {
            coefficients.shrink();
        }
    }

    pub(crate) fn pixels(
        &self,
        output: Output,
        components: usize,
        width: usize,
        height: usize,
    ) -> Pixels<'_> {
        let size = width * height;
        let part = |index: usize| {
            self.out
                .get(size * index..size * (index + 1))
                .unwrap_or_default()
        };
        match (output, components) {
            (Output::Rgb, _) => Pixels::Rgb(&self.out),
            (Output::Planes, 1) => Pixels::Grey(part(0)),
            (Output::Planes, _) => Pixels::Planes([part(0), part(1), part(2)]),
        }
    }
}

/// The pixels of a decoded picture, in rows from the top without padding.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Pixels<'b> {
    /// Three bytes per pixel: red, green and blue.
    Rgb(&'b [u8]),
    /// One byte per pixel: the only component.
    Grey(&'b [u8]),
    /// Three planes of one byte per pixel, all of the output's size.
    Planes([&'b [u8]; 3]),
}

impl<'b> Pixels<'b> {
    /// The interleaved pixels, if that is what was asked for.
    #[must_use]
    pub const fn rgb(&self) -> Option<&'b [u8]> {
        match self {
            Self::Rgb(pixels) => Some(pixels),
            _ => None,
        }
    }

    /// The first plane – luma, for nearly all files – if planes were asked for.
    #[must_use]
    pub const fn luma(&self) -> Option<&'b [u8]> {
        match self {
            Self::Rgb(_) => None,
            Self::Grey(plane) | Self::Planes([plane, _, _]) => Some(plane),
        }
    }
}
