//! The segments before the first scan, for those who look for more than [`crate::Header`] tells.

use crate::markers;

/// A marker segment (ITU T.81 B.1.1.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment<'d> {
    /// The second byte of its marker, such as `0xE1` for APP1.
    pub code: u8,
    /// What follows its length.
    pub payload: &'d [u8],
}

/// The iterator that [`segments`] gives.
#[derive(Debug, Clone)]
pub struct Segments<'d> {
    data: &'d [u8],
    /// Where to look for the next marker; behind the data at the end.
    pos: usize,
}

/// The segments of a file from its start to its first scan, or to where they cannot be followed
/// any further. Nothing is checked but that the lengths fit.
///
/// ```
/// let file = b"\xFF\xD8\xFF\xFE\0\x07hello\xFF\xDA";
/// let comments: Vec<_> = shomei_jpeg::segments(file).filter(|s| s.code == 0xFE).collect();
/// assert_eq!(comments[0].payload, b"hello");
/// ```
#[must_use]
pub const fn segments(data: &[u8]) -> Segments<'_> {
    Segments { data, pos: 2 }
}

impl<'d> Iterator for Segments<'d> {
    type Item = Segment<'d>;

    fn next(&mut self) -> Option<Segment<'d>> {
        loop {
            let marker = markers::next_marker(self.data, self.pos)?;
            if matches!(marker.code, markers::SOS | markers::EOI) {
                self.pos = self.data.len();
                return None;
            }
            if marker.stands_alone() {
                self.pos = marker.after;
                continue;
            }
            match markers::segment(self.data, marker.after) {
                Ok((payload, after)) => {
                    self.pos = after;
                    return Some(Segment {
                        code: marker.code,
                        payload,
                    });
                }
                Err(false) if marker.is_metadata() => self.pos = marker.after + 2,
                Err(_) => {
                    self.pos = self.data.len();
                    return None;
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(file: &[u8]) -> Vec<u8> {
        segments(file).map(|segment| segment.code).collect()
    }

    #[test]
    fn they_end_at_the_first_scan() {
        let file = b"\xFF\xD8\xFF\xE0\0\x03a\xFF\x01\xFF\xFE\0\x02\xFF\xDA\0\x02\xFF\xFE\0\x02";
        assert_eq!(codes(file), [0xE0, 0xFE]);
        assert_eq!(segments(file).next().unwrap().payload, b"a");
    }

    #[test]
    fn an_impossible_length_ends_them_but_in_metadata() {
        assert_eq!(codes(b"\xFF\xD8\xFF\xE7\0\x01\xFF\xFE\0\x02"), [0xFE]);
        assert_eq!(codes(b"\xFF\xD8\xFF\xC4\0\x01\xFF\xFE\0\x02"), []);
    }
}
