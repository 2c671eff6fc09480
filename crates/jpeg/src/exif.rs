//! The one EXIF tag a decoder has to know: orientation (TIFF 6.0, tag 0x0112, in IFD0).

/// How the coded picture must be turned to be upright (EXIF 2.3, 4.6.4.A). Reported, never applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orientation {
    /// 1: upright as coded.
    Upright = 1,
    /// 2: mirrored left to right.
    Mirrored = 2,
    /// 3: turned by 180°.
    Rotated180 = 3,
    /// 4: mirrored top to bottom.
    Flipped = 4,
    /// 5: mirrored along the main diagonal.
    Transposed = 5,
    /// 6: to be turned 90° clockwise.
    Rotate90 = 6,
    /// 7: mirrored along the other diagonal.
    Transversed = 7,
    /// 8: to be turned 90° counter-clockwise.
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

const ORIENTATION_TAG: u16 = 0x0112;
const TYPE_SHORT: u16 = 3;
const ENTRY_BYTES: usize = 12;

/// Reads the orientation out of a TIFF structure. Only IFD0 is looked at and no offset is
/// followed twice, so a looping or lying structure costs nothing.
pub(crate) fn orientation(tiff: &[u8]) -> Option<Orientation> {
    let big_endian = match tiff.first_chunk::<4>()? {
        b"II*\0" => false,
        b"MM\0*" => true,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = *tiff.get(at..)?.first_chunk::<2>()?;
        Some(if big_endian {
            u16::from_be_bytes(bytes)
        } else {
            u16::from_le_bytes(bytes)
        })
    };
    let long = |at: usize| -> Option<usize> {
        let bytes = *tiff.get(at..)?.first_chunk::<4>()?;
        let value = if big_endian {
            u32::from_be_bytes(bytes)
        } else {
            u32::from_le_bytes(bytes)
        };
        usize::try_from(value).ok()
    };
    let ifd = long(4)?;
    let entries = usize::from(short(ifd)?);
    let first = ifd.checked_add(2)?;
    for index in 0..entries {
        let entry = first.checked_add(index * ENTRY_BYTES)?;
        if short(entry)? == ORIENTATION_TAG {
            if short(entry + 2)? != TYPE_SHORT || long(entry + 4)? != 1 {
                return None;
            }
            return Orientation::from_exif(short(entry + 8)?);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

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
        out.extend(short(ORIENTATION_TAG));
        out.extend(short(TYPE_SHORT));
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
}
