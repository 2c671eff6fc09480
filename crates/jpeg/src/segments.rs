//! The metadata segments before the first scan: application data and comments.

use crate::exif::Exif;
use crate::icc::{self, Icc};
use crate::jfif::Jfif;
use crate::markers::{self, Marker};

/// A metadata segment, with the data after its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Segment<'d> {
    /// APP0, `JFIF`.
    Jfif(&'d [u8]),
    /// APP1, `Exif`: a TIFF structure.
    Exif(&'d [u8]),
    /// APP1, `http://ns.adobe.com/xap/1.0/`: an XMP packet.
    Xmp(&'d [u8]),
    /// APP2, `ICC_PROFILE`: number, count and part of a profile.
    Icc(&'d [u8]),
    /// APP2, `MPF`: an index of the pictures in the file (CIPA DC-007).
    Mpf(&'d [u8]),
    /// APP12, `Ducky`: settings of Photoshop's "Save for Web".
    Ducky(&'d [u8]),
    /// APP13, `Photoshop 3.0`: image resources, IPTC captions among them.
    Photoshop(&'d [u8]),
    /// APP14, `Adobe`.
    Adobe(&'d [u8]),
    /// COM.
    Comment(&'d [u8]),
    /// APPn with another signature.
    Other {
        /// The n of APPn, from 0 to 15.
        application: u8,
        /// All of it.
        payload: &'d [u8],
    },
}

impl<'d> Segment<'d> {
    /// `None` for a segment that is not metadata.
    fn new(marker: Marker, payload: &'d [u8]) -> Option<Self> {
        type Known<'d> = (&'static [u8], fn(&'d [u8]) -> Segment<'d>);
        let known: &[Known<'d>] = match marker.code {
            markers::APP0 => &[(b"JFIF\0", Self::Jfif)],
            markers::APP1 => &[
                (b"Exif\0\0", Self::Exif),
                (b"http://ns.adobe.com/xap/1.0/\0", Self::Xmp),
            ],
            markers::APP2 => &[(b"ICC_PROFILE\0", Self::Icc), (b"MPF\0", Self::Mpf)],
            markers::APP12 => &[(b"Ducky", Self::Ducky)],
            markers::APP13 => &[(b"Photoshop 3.0\0", Self::Photoshop)],
            markers::APP14 => &[(b"Adobe", Self::Adobe)],
            markers::COM => return Some(Self::Comment(payload)),
            _ => &[],
        };
        let found = known.iter().find_map(|(signature, segment)| {
            let content = payload.strip_prefix(*signature)?;
            Some(segment(content))
        });
        found.or_else(|| {
            marker.is_metadata().then(|| Self::Other {
                application: marker.code - markers::APP0,
                payload,
            })
        })
    }
}

/// The limit of segments that are kept. A file can have any number; the longest ICC profile needs 255.
const KEPT: usize = 1024;

/// The contents of the metadata segments.
#[derive(Debug, Default)]
pub(crate) struct Metadata<'d> {
    pub(crate) segments: Vec<Segment<'d>>,
    pub(crate) jfif: Option<Jfif>,
    pub(crate) adobe_transform: Option<u8>,
    pub(crate) exif: Option<Exif<'d>>,
    icc: Option<icc::Parts<'d>>,
}

impl<'d> Metadata<'d> {
    /// Adds a segment. Segments that are not metadata are ignored.
    pub(crate) fn note(&mut self, marker: Marker, payload: &'d [u8]) {
        let Some(segment) = Segment::new(marker, payload) else {
            return;
        };
        match segment {
            Segment::Jfif(content) if self.jfif.is_none() => self.jfif = Jfif::parse(content),
            Segment::Exif(tiff) if self.exif.is_none() => self.exif = Some(Exif::parse(tiff)),
            Segment::Icc(content) => icc::Parts::note(&mut self.icc, content),
            Segment::Adobe(&[_, _, _, _, _, _, transform, ..]) => {
                self.adobe_transform = Some(transform);
            }
            _ => {}
        }
        if self.segments.len() < KEPT {
            self.segments.push(segment);
        }
    }

    /// The ICC profile, its parts in order.
    pub(crate) fn icc(&mut self) -> Option<Icc<'d>> {
        self.icc.take().map(icc::Parts::joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segment(code: u8, payload: &[u8]) -> Option<Segment<'_>> {
        let marker = Marker {
            code,
            at: 0,
            after: 2,
        };
        Segment::new(marker, payload)
    }

    #[test]
    fn segments_are_known_by_marker_and_signature() {
        let known: [(u8, &[u8], Segment<'_>); 9] = [
            (0xE0, b"JFIF\0a", Segment::Jfif(b"a")),
            (0xE1, b"Exif\0\0a", Segment::Exif(b"a")),
            (0xE1, b"http://ns.adobe.com/xap/1.0/\0a", Segment::Xmp(b"a")),
            (0xE2, b"ICC_PROFILE\0a", Segment::Icc(b"a")),
            (0xE2, b"MPF\0a", Segment::Mpf(b"a")),
            (0xEC, b"Duckya", Segment::Ducky(b"a")),
            (0xED, b"Photoshop 3.0\0a", Segment::Photoshop(b"a")),
            (0xEE, b"Adobea", Segment::Adobe(b"a")),
            (0xFE, b"a", Segment::Comment(b"a")),
        ];
        for (code, payload, expected) in known {
            assert_eq!(segment(code, payload), Some(expected));
            let other = Segment::Other {
                application: 5,
                payload,
            };
            assert_eq!(segment(0xE5, payload), Some(other));
        }
        let other = Segment::Other {
            application: 1,
            payload: b"Exif",
        };
        assert_eq!(segment(0xE1, b"Exif"), Some(other));
        assert_eq!(segment(0xDB, b"Exif\0\0"), None);
    }

    #[test]
    fn a_file_may_repeat_segments_for_ever() {
        let mut metadata = Metadata::default();
        let marker = Marker {
            code: markers::COM,
            at: 0,
            after: 2,
        };
        for _ in 0..2 * KEPT {
            metadata.note(marker, b"");
        }
        assert_eq!(metadata.segments.len(), KEPT);
    }
}
