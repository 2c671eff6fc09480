//! The three EXIF tags that we need, from a TIFF structure that nobody has checked.
//!
//! Only IFD0 is read, once, and the chain to the next directory is not followed: so there is
//! nothing that could loop, and no offset is used without a bounds check.

/// Orientation, EXIF 2.32 table 4.
const ORIENTATION: u16 = 0x0112;
/// Name and version of the software, often the camera's firmware.
const SOFTWARE: u16 = 0x0131;
/// Name of the software that processed the picture (TIFF/EP).
const PROCESSING_SOFTWARE: u16 = 0x000B;
/// Entries read at most; real files hold about twenty.
const MAX_ENTRIES: usize = 512;
/// Bytes of a text read at most.
const MAX_TEXT: usize = 256;

/// What was found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Exif<'a> {
    /// 1–8, if the tag is there and its value is one of these.
    pub(crate) orientation: Option<u8>,
    /// The texts of the software tags.
    pub(crate) software: Vec<&'a [u8]>,
}

struct Tiff<'a> {
    bytes: &'a [u8],
    little_endian: bool,
}

impl<'a> Tiff<'a> {
    fn new(bytes: &'a [u8]) -> Option<Self> {
        let little_endian = match bytes.get(..4)? {
            b"II\x2A\0" => true,
            b"MM\0\x2A" => false,
            _ => return None,
        };
        Some(Self {
            bytes,
            little_endian,
        })
    }

    fn slice(&self, at: usize, length: usize) -> Option<&'a [u8]> {
        self.bytes.get(at..at.checked_add(length)?)
    }

    fn short(&self, at: usize) -> Option<u16> {
        let raw: [u8; 2] = self.slice(at, 2)?.try_into().ok()?;
        Some(if self.little_endian {
            u16::from_le_bytes(raw)
        } else {
            u16::from_be_bytes(raw)
        })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let raw: [u8; 4] = self.slice(at, 4)?.try_into().ok()?;
        Some(if self.little_endian {
            u32::from_le_bytes(raw)
        } else {
            u32::from_be_bytes(raw)
        })
    }

    /// The text of the entry at `entry`, without what follows its first zero byte.
    fn text(&self, entry: usize) -> Option<&'a [u8]> {
        const ASCII: u16 = 2;
        const UTF8: u16 = 129;
        if !matches!(self.short(entry + 2)?, ASCII | UTF8) {
            return None;
        }
        let length = self.long(entry + 4)? as usize;
        let at = if length <= 4 {
            entry + 8
        } else {
            self.long(entry + 8)? as usize
        };
        let text = self.slice(at, length.min(MAX_TEXT))?;
        text.split(|&byte| byte == 0).next()
    }

    /// The value of the entry at `entry`, if it is one whole number.
    fn number(&self, entry: usize) -> Option<u32> {
        match self.short(entry + 2)? {
            3 => self.short(entry + 8).map(u32::from),
            4 => self.long(entry + 8),
            _ => None,
        }
    }
}

/// Reads the tags of `tiff`, the payload of an APP1 segment after `Exif\0\0`.
pub(crate) fn read(tiff: &[u8]) -> Exif<'_> {
    let mut exif = Exif::default();
    let Some(tiff) = Tiff::new(tiff) else {
        return exif;
    };
    let Some(start) = tiff.long(4).map(|offset| offset as usize) else {
        return exif;
    };
    let Some(count) = tiff.short(start) else {
        return exif;
    };
    for index in 0..usize::from(count).min(MAX_ENTRIES) {
        // `start` lies inside the segment, so that the sum is far from overflow.
        let entry = start + 2 + index * 12;
        let Some(tag) = tiff.short(entry) else {
            break;
        };
        match tag {
            ORIENTATION if exif.orientation.is_none() => {
                exif.orientation = tiff
                    .number(entry)
                    .and_then(|value| u8::try_from(value).ok())
                    .filter(|value| (1..=8).contains(value));
            }
            SOFTWARE | PROCESSING_SOFTWARE => exif.software.extend(tiff.text(entry)),
            _ => {}
        }
    }
    exif
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::tiff;

    #[test]
    fn both_byte_orders_are_read() {
        for little_endian in [true, false] {
            let bytes = tiff(little_endian, 6, Some("Adobe Photoshop 25.0"));
            let exif = read(&bytes);
            assert_eq!(exif.orientation, Some(6));
            assert_eq!(exif.software, [b"Adobe Photoshop 25.0"]);
        }
    }

    #[test]
    fn values_outside_one_to_eight_count_as_none() {
        for value in [0, 9, 99, u16::MAX] {
            assert_eq!(read(&tiff(true, value, None)).orientation, None);
        }
    }

    #[test]
    fn cut_and_wild_structures_give_what_is_there() {
        let whole = tiff(true, 8, Some("GIMP 2.10"));
        for length in 0..whole.len() {
            let _ = read(&whole[..length]);
        }
        // Offset of IFD0 at the end of the address space.
        let mut wild = whole.clone();
        wild[4..8].copy_from_slice(&[0xFF; 4]);
        assert_eq!(read(&wild), Exif::default());
        // 65535 entries, of which two exist.
        let mut many = whole.clone();
        many[8..10].copy_from_slice(&[0xFF; 2]);
        assert_eq!(read(&many).orientation, Some(8));
        // IFD0 that is its own next directory.
        let mut looped = whole;
        let next = 8 + 2 + 2 * 12;
        looped[next..next + 4].copy_from_slice(&[8, 0, 0, 0]);
        assert_eq!(read(&looped).orientation, Some(8));
    }
}
