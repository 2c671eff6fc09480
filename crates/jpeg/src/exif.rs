//! The EXIF tags for the orientation of a picture and the program that wrote it, read from an untrusted
//! TIFF structure (EXIF 2.32 and 3.0, TIFF 6.0).
//!
//! Only IFD0 and the Exif IFD that it names are read, each once, and the chain to the next directory is
//! not followed: nothing can loop, and no offset is used without a bounds check.

/// How the coded picture must be turned to be upright (EXIF 2.32, 4.6.4.A). Reported, never applied.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Orientation {
    /// 1: upright as coded.
    #[default]
    Upright = 1,
    /// 2: mirrored left to right.
    Mirrored = 2,
    /// 3: turned by 180°.
    Rotated180 = 3,
    /// 4: mirrored top to bottom.
    Flipped = 4,
    /// 5: mirrored along the main diagonal.
    Transposed = 5,
    /// 6: must be turned 90° clockwise.
    Rotate90 = 6,
    /// 7: mirrored along the other diagonal.
    Transversed = 7,
    /// 8: must be turned 90° counter-clockwise.
    Rotate270 = 8,
}

impl Orientation {
    /// The orientation of an EXIF value; `None` for a value that the standard does not know.
    #[must_use]
    pub const fn from_exif(value: u16) -> Option<Self> {
        Some(match value {
            1 => Self::Upright,
            2 => Self::Mirrored,
            3 => Self::Rotated180,
            4 => Self::Flipped,
            5 => Self::Transposed,
            6 => Self::Rotate90,
            7 => Self::Transversed,
            8 => Self::Rotate270,
            _ => return None,
        })
    }

    /// Whether width and height change places when the orientation is applied.
    #[must_use]
    pub const fn swaps_sides(self) -> bool {
        matches!(
            self,
            Self::Transposed | Self::Rotate90 | Self::Transversed | Self::Rotate270
        )
    }
}

/// The contents of the EXIF segment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exif<'d> {
    /// The orientation, if the tag exists and is valid: one value of type SHORT from 1 to 8.
    pub orientation: Option<Orientation>,
    /// The texts of the tags Software, often the camera's firmware, and ProcessingSoftware, in
    /// the order of the file, each up to its first zero byte and no longer than 256 bytes.
    pub software: Vec<&'d [u8]>,
    /// The text of the tag ImageEditingSoftware (EXIF 3.0), like those of `software`. Only a program
    /// that edits pictures writes it.
    pub editing_software: Option<&'d [u8]>,
    /// The tag UserComment without the code of its character set, no longer than 2048 bytes.
    pub user_comment: Option<&'d [u8]>,
}

const ORIENTATION: u16 = 0x0112;
const SOFTWARE: u16 = 0x0131;
/// A tag of TIFF/EP.
const PROCESSING_SOFTWARE: u16 = 0x000B;

/// In IFD0: where the Exif IFD is.
const EXIF_IFD: u16 = 0x8769;
/// In the Exif IFD.
const USER_COMMENT: u16 = 0x9286;
/// In the Exif IFD.
const IMAGE_EDITING_SOFTWARE: u16 = 0xA43B;

const ASCII: u16 = 2;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const UNDEFINED: u16 = 7;
const UTF8: u16 = 129;

const ENTRY_BYTES: usize = 12;
/// The limit of entries that are read. Real files have about twenty.
const MAX_ENTRIES: usize = 512;
/// The limit of bytes that are read of a text.
const MAX_TEXT: usize = 256;
/// The limit of bytes that are read of a comment.
const MAX_COMMENT: usize = 2048;
/// Bytes of a comment that name its character set.
const CHARACTER_SET: usize = 8;

impl<'d> Exif<'d> {
    /// Reads the tags of a TIFF structure: what follows `Exif\0\0`.
    pub(crate) fn parse(tiff: &'d [u8]) -> Self {
        let mut exif = Self::default();
        // Whatever is read before the structure breaks off counts.
        let _broken_off = exif.read(tiff);
        exif
    }

    fn read(&mut self, bytes: &'d [u8]) -> Option<()> {
        let tiff = Tiff::new(bytes)?;
        let mut exif_ifd = None;
        for entry in tiff.entries(tiff.long(4)?)? {
            match tiff.short(entry)? {
                ORIENTATION if self.orientation.is_none() => {
                    self.orientation = tiff.orientation(entry);
                }
                SOFTWARE | PROCESSING_SOFTWARE => self.software.extend(tiff.text(entry)),
                EXIF_IFD => exif_ifd = tiff.place(entry),
                _ => {}
            }
        }
        for entry in tiff.entries(exif_ifd?)? {
            match tiff.short(entry)? {
                IMAGE_EDITING_SOFTWARE => self.editing_software = tiff.text(entry),
                USER_COMMENT => self.user_comment = tiff.comment(entry),
                _ => {}
            }
        }
        Some(())
    }
}

/// A TIFF structure in either byte order.
struct Tiff<'d> {
    bytes: &'d [u8],
    big_endian: bool,
}

impl<'d> Tiff<'d> {
    fn new(bytes: &'d [u8]) -> Option<Self> {
        let big_endian = match bytes.first_chunk::<4>()? {
            b"II*\0" => false,
            b"MM\0*" => true,
            _ => return None,
        };
        Some(Self { bytes, big_endian })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk::<2>()?;
        Some(if self.big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    }

    fn long(&self, at: usize) -> Option<usize> {
        let bytes = *self.bytes.get(at..)?.first_chunk::<4>()?;
        let value = if self.big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        };
        usize::try_from(value).ok()
    }

    /// Where the entries of the directory at `directory` are; they may be outside the segment.
    fn entries(&self, directory: usize) -> Option<impl Iterator<Item = usize>> {
        let count = usize::from(self.short(directory)?).min(MAX_ENTRIES);
        // The directory begins inside the segment, so that no sum overflows.
        Some((0..count).map(move |index| directory + 2 + index * ENTRY_BYTES))
    }

    /// The place of a directory that the entry at `entry` names.
    fn place(&self, entry: usize) -> Option<usize> {
        (self.short(entry + 2)? == LONG).then(|| self.long(entry + 8))?
    }

    /// The value of the entry at `entry`. Other types and counts are not valid, and viewers do not
    /// follow them either.
    fn orientation(&self, entry: usize) -> Option<Orientation> {
        let valid = self.short(entry + 2)? == SHORT && self.long(entry + 4)? == 1;
        valid
            .then(|| self.short(entry + 8))?
            .and_then(Orientation::from_exif)
    }

    /// The text of the entry at `entry`, without what follows its first zero byte.
    fn text(&self, entry: usize) -> Option<&'d [u8]> {
        if !matches!(self.short(entry + 2)?, ASCII | UTF8) {
            return None;
        }
        self.bytes(entry, MAX_TEXT)?.split(|&byte| byte == 0).next()
    }

    /// The comment of the entry at `entry`.
    fn comment(&self, entry: usize) -> Option<&'d [u8]> {
        let comment = self.short(entry + 2)? == UNDEFINED;
        comment
            .then(|| self.bytes(entry, MAX_COMMENT))?
            .and_then(|bytes| bytes.get(CHARACTER_SET..))
    }

    /// At most `most` of the bytes of the entry at `entry`.
    fn bytes(&self, entry: usize, most: usize) -> Option<&'d [u8]> {
        let length = self.long(entry + 4)?;
        let at = if length <= 4 {
            entry + 8
        } else {
            self.long(entry + 8)?
        };
        self.bytes.get(at..)?.get(..length.min(most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn orientation(tiff: &[u8]) -> Option<Orientation> {
        Exif::parse(tiff).orientation
    }

    fn tiff(big_endian: bool, value: u16) -> Vec<u8> {
        let short = |v: u16| {
            if big_endian {
                v.to_be_bytes()
            } else {
                v.to_le_bytes()
            }
        };
        let long = |v: u32| {
            if big_endian {
                v.to_be_bytes()
            } else {
                v.to_le_bytes()
            }
        };
        let mut out = if big_endian {
            b"MM\0*".to_vec()
        } else {
            b"II*\0".to_vec()
        };
        out.extend(long(8));
        out.extend(short(1));
        out.extend(short(ORIENTATION));
        out.extend(short(SHORT));
        out.extend(long(1));
        out.extend(short(value));
        out.extend(short(0));
        out
    }

    #[test]
    fn every_value_in_both_byte_orders() {
        for big_endian in [false, true] {
            for value in 0..=9 {
                let expected = Orientation::from_exif(value);
                assert_eq!(orientation(&tiff(big_endian, value)), expected);
                assert_eq!(expected.is_some(), (1..=8).contains(&value));
            }
        }
    }

    #[test]
    fn half_of_the_values_lay_the_picture_on_its_side() {
        for value in 1..=8 {
            let swaps = Orientation::from_exif(value).unwrap().swaps_sides();
            assert_eq!(swaps, value >= 5, "{value}");
        }
    }

    #[test]
    fn it_may_stand_behind_other_entries() {
        let mut behind = tiff(true, 6);
        let entry = behind[10..22].to_vec();
        for _ in 0..3 {
            behind.splice(10..10, entry.iter().copied());
            behind[11] = 0x0F;
        }
        behind[9] = 4;
        assert_eq!(orientation(&behind), Orientation::from_exif(6));
    }

    #[test]
    fn an_orientation_of_another_type_or_number_of_values_is_none() {
        let sound = tiff(false, 6);
        assert_eq!(orientation(&sound), Orientation::from_exif(6));
        for (at, what) in [(12, "a type"), (14, "a number")] {
            let mut strange = sound.clone();
            strange[at] = 4;
            assert_eq!(orientation(&strange), None, "{what}");
        }
    }

    #[test]
    fn a_cut_structure_has_no_orientation() {
        let whole = tiff(true, 6);
        for length in 0..whole.len() - 2 {
            assert_eq!(orientation(&whole[..length]), None);
        }
        let mut wild = whole;
        wild[4..8].fill(0xFF);
        assert_eq!(orientation(&wild), None);
    }

    /// The same with another entry behind, whose text of `count` bytes is at offset 26.
    fn with_text(tag: u16, kind: u16, count: u32, text: &[u8]) -> Vec<u8> {
        let mut out = tiff(false, 6);
        out[8] = 2;
        out.extend(tag.to_le_bytes());
        out.extend(kind.to_le_bytes());
        out.extend(count.to_le_bytes());
        out.extend(34u32.to_le_bytes());
        out.extend(text);
        out
    }

    #[test]
    fn software_is_read_up_to_its_end() {
        let text = b"GIMP 2.10\0behind";
        for (tag, kind, count, expected) in [
            (SOFTWARE, ASCII, 16, Some(&b"GIMP 2.10"[..])),
            (PROCESSING_SOFTWARE, UTF8, 9, Some(b"GIMP 2.10")),
            (SOFTWARE, ASCII, 4, Some(&[34])),
            (SOFTWARE, ASCII, 17, None),
            (SOFTWARE, ASCII, u32::MAX, None),
            (SOFTWARE, SHORT, 9, None),
            (0x010F, ASCII, 9, None),
        ] {
            let tiff = with_text(tag, kind, count, text);
            let exif = Exif::parse(&tiff);
            assert_eq!(
                exif.software.first().copied(),
                expected,
                "{tag:x} {kind} {count}"
            );
            assert_eq!(exif.orientation, Some(Orientation::Rotate90));
        }
        let long = with_text(SOFTWARE, ASCII, 300, &[b'a'; 300]);
        assert_eq!(Exif::parse(&long).software, [[b'a'; MAX_TEXT]]);
    }

    #[test]
    fn cut_and_wild_structures_give_what_is_there() {
        let whole = with_text(SOFTWARE, ASCII, 9, b"GIMP 2.10");
        for length in 0..whole.len() {
            let exif = Exif::parse(&whole[..length]);
            assert_eq!(exif.orientation.is_some(), length >= 20, "{length}");
            assert!(exif.software.is_empty());
        }
        // 65,535 entries, of which two are there.
        let mut many = whole.clone();
        many[8..10].fill(0xFF);
        assert_eq!(orientation(&many), Some(Orientation::Rotate90));
    }

    #[test]
    fn entries_beyond_the_limit_are_not_read() {
        let sound = tiff(false, 6);
        for (before, expected) in [
            (MAX_ENTRIES - 1, Some(Orientation::Rotate90)),
            (MAX_ENTRIES, None),
        ] {
            let mut many = sound[..8].to_vec();
            many.extend((before as u16 + 1).to_le_bytes());
            many.extend(vec![0; before * ENTRY_BYTES]);
            many.extend(&sound[10..]);
            assert_eq!(orientation(&many), expected);
        }
    }
}
