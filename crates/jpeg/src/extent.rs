//! Finds the markers after the header without decoding (ITU T.81 B.2.1).

use crate::markers::{self, Marker};

/// The rest of a file after the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extent {
    /// Bytes in the file.
    pub bytes: usize,
    /// Number of scan headers.
    pub scans: u32,
    /// Offset of the EOI marker; `None` if it is missing, as in a file that was cut off.
    pub end: Option<usize>,
    /// Bytes after the EOI marker: padding, or another picture (MPO).
    pub trailing: usize,
}

impl Extent {
    /// An extent before the search.
    pub(crate) const fn new(data: &[u8]) -> Self {
        Self {
            bytes: data.len(),
            scans: 0,
            end: None,
            trailing: 0,
        }
    }

    /// Records the EOI marker.
    pub(crate) const fn end_at(&mut self, marker: Marker) {
        self.end = Some(marker.at);
        self.trailing = self.bytes - marker.after;
    }

    /// Finds all markers from the first scan on.
    pub(crate) fn find(data: &[u8], scan: Marker) -> Self {
        let mut extent = Self::new(data);
        let mut next = Some(scan);
        while let Some(marker) = next {
            if marker.code == markers::EOI {
                extent.end_at(marker);
                break;
            }
            let mut pos = marker.after;
            // Behind a length of 0 or 1 the search simply continues.
            if !marker.stands_alone()
                && let Ok((_, after)) = markers::segment(data, pos)
            {
                extent.scans += u32::from(marker.code == markers::SOS);
                pos = after;
            }
            next = markers::next_marker(data, pos);
        }
        extent
    }
}
