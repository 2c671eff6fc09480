//! A walk over the whole file that decodes nothing (ITU T.81 B.2.1).

use crate::error::{Error, ErrorKind};
use crate::header::{Header, Preamble};
use crate::markers;

/// How the file goes on behind its header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Extent {
    /// Bytes in the file.
    pub bytes: usize,
    /// Scans whose header is there.
    pub scans: u32,
    /// Offset of the EOI marker; `None` if there is none, as in a file that was cut off.
    pub end: Option<usize>,
    /// Bytes behind the EOI marker: padding, or another picture (MPO).
    pub trailing: usize,
}

/// What [`probe`] finds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Probe {
    /// What stands before the first scan.
    pub header: Header,
    /// How the file goes on.
    pub extent: Extent,
}

/// Looks at all of a file's markers, without decoding.
///
/// Allocates some bytes per component and ICC segment, nothing that grows with the picture. The
/// cost is a search for `FF` through the file, some 0.2 ms per megabyte. [`Header::read`] is
/// faster where the extent is not needed, and [`crate::decode`] reports all of this, too.
///
/// # Errors
///
/// Those of [`Header::read`]. A file that is damaged or cut off behind its header is no error.
pub fn probe(data: &[u8]) -> Result<Probe, Error> {
    let preamble = Preamble::read(data)?;
    let mut extent = Extent {
        bytes: data.len(),
        scans: 0,
        end: None,
        trailing: 0,
    };
    let mut next = Some(preamble.scan);
    while let Some(marker) = next {
        match marker.code {
            markers::EOI => {
                extent.end = Some(marker.at);
                extent.trailing = data.len() - marker.after;
                break;
            }
            _ if marker.stands_alone() => next = markers::next_marker(data, marker.after),
            code => {
                let Ok((_, after)) = markers::segment(data, marker.after) else {
                    // A length of 0 or 1: the search goes on behind it.
                    next = markers::next_marker(data, marker.after);
                    continue;
                };
                extent.scans += u32::from(code == markers::SOS);
                next = markers::next_marker(data, after);
            }
        }
    }
    Ok(Probe {
        header: preamble.header,
        extent,
    })
}

/// The error for a file with more scans than allowed.
pub(crate) fn too_many_scans(offset: usize) -> Error {
    Error::new(ErrorKind::TooManyScans, offset, "more scans than the limit")
}
