//! Memory that is reused between decodes.

use crate::huffman::{AcTable, DcTable};
use crate::output::Pixels;
use crate::progressive::Coefficients;
use crate::sequential::Groups;
use crate::upsample::Scratch;

/// The working memory of a decoder. Pass the same buffers to every call on a thread. Memory is then
/// allocated only when a picture is larger than all before it, and Huffman tables are built only when
/// they change; most cameras always write the same ones. The contents never affect the next picture.
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
    /// A row of each component before it is written to the output.
    pub(crate) rows: [Scratch; 3],
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
            rows: Default::default(),
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

    /// Bytes held that grow with pictures: what [`Buffers::shrink`] gives back.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let planes: usize = self.planes.iter().map(Vec::capacity).sum();
        let coefficients: usize = self.coefficients.iter().map(Coefficients::capacity).sum();
        planes + coefficients + self.out.capacity()
    }

    /// The pixels of a picture of so many components.
    pub(crate) fn pixels(&self, components: usize) -> Pixels<'_> {
        match components {
            1 => Pixels::Grey(&self.out),
            _ => Pixels::Rgb(&self.out),
        }
    }
}
