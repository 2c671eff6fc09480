//! Marker codes and the search for them (ITU T.81 B.1.1).

pub(crate) const SOF0: u8 = 0xC0;
pub(crate) const DHT: u8 = 0xC4;
pub(crate) const JPG: u8 = 0xC8;
pub(crate) const DAC: u8 = 0xCC;
pub(crate) const SOF15: u8 = 0xCF;
pub(crate) const RST0: u8 = 0xD0;
pub(crate) const RST7: u8 = 0xD7;
pub(crate) const SOI: u8 = 0xD8;
pub(crate) const EOI: u8 = 0xD9;
pub(crate) const SOS: u8 = 0xDA;
pub(crate) const DQT: u8 = 0xDB;
pub(crate) const DNL: u8 = 0xDC;
pub(crate) const DRI: u8 = 0xDD;
pub(crate) const DHP: u8 = 0xDE;
pub(crate) const EXP: u8 = 0xDF;
pub(crate) const APP0: u8 = 0xE0;
pub(crate) const APP1: u8 = 0xE1;
pub(crate) const APP2: u8 = 0xE2;
pub(crate) const APP12: u8 = 0xEC;
pub(crate) const APP13: u8 = 0xED;
pub(crate) const APP14: u8 = 0xEE;
pub(crate) const APP15: u8 = 0xEF;
pub(crate) const JPG0: u8 = 0xF0;
pub(crate) const JPG13: u8 = 0xFD;
pub(crate) const COM: u8 = 0xFE;
/// JPEG-LS frame header (ITU T.87), recognised only to name it in the error.
pub(crate) const SOF55: u8 = 0xF7;
pub(crate) const TEM: u8 = 0x01;

/// A marker found in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Marker {
    pub(crate) code: u8,
    /// Offset of the `FF` directly before the code.
    pub(crate) at: usize,
    /// Offset of the first byte after the code.
    pub(crate) after: usize,
}

impl Marker {
    /// Whether the marker has no length and no parameters (B.1.1.3).
    pub(crate) const fn stands_alone(self) -> bool {
        matches!(self.code, TEM | RST0..=EOI)
    }

    /// Whether no JPEG has this marker before its first scan: those without a meaning (Table B.1) and a
    /// second start of the image. libjpeg and whatever is built on it does not open such a file.
    pub(crate) const fn is_forbidden(self) -> bool {
        matches!(self.code, 0x02..=0xBF | SOI | EXP | JPG0..=JPG13) && self.code != SOF55
    }

    /// Whether the marker begins a frame header (Table B.1).
    pub(crate) const fn is_frame(self) -> bool {
        matches!(self.code, SOF0..=SOF15 if !matches!(self.code, DHT | JPG | DAC))
    }

    /// Whether the marker begins an application segment or a comment, on which no pixel depends.
    pub(crate) const fn is_metadata(self) -> bool {
        matches!(self.code, APP0..=APP15 | COM)
    }
}

/// Offset of the first `FF` at or after `pos`.
///
/// Looks at 32 bytes at a time; the compiler turns the inner fold into vector compares. `FF`
/// bytes are some 200 bytes apart in entropy-coded data, so nearly every step is taken.
pub(crate) fn find_ff(data: &[u8], pos: usize) -> Option<usize> {
    let mut rest = data.get(pos..)?;
    let mut at = pos;
    while let Some((chunk, tail)) = rest.split_first_chunk::<32>() {
        let mut found = 0u8;
        for &byte in chunk {
            found |= u8::from(byte == 0xFF);
        }
        if found != 0 {
            break;
        }
        rest = tail;
        at += 32;
    }
    rest.iter()
        .position(|&byte| byte == 0xFF)
        .map(|offset| at + offset)
}

/// The next marker of any kind at or after `pos`. Stuffed zeros (`FF 00`) and fill bytes (`FF FF`,
/// B.1.1.2) are skipped. `None` at the end of the data.
pub(crate) fn next_marker(data: &[u8], pos: usize) -> Option<Marker> {
    let mut pos = pos;
    loop {
        pos = find_ff(data, pos)?;
        let code = *data.get(pos + 1)?;
        match code {
            0x00 => pos += 2,
            0xFF => pos += 1,
            _ => {
                return Some(Marker {
                    code,
                    at: pos,
                    after: pos + 2,
                });
            }
        }
    }
}

/// The marker that ends the entropy-coded data beginning at `pos`: the next one that is not a
/// restart marker. This is how a scan that is not needed is skipped.
pub(crate) fn end_of_scan(data: &[u8], pos: usize) -> Option<Marker> {
    let mut pos = pos;
    loop {
        let marker = next_marker(data, pos)?;
        if !matches!(marker.code, RST0..=RST7) {
            return Some(marker);
        }
        pos = marker.after;
    }
}

/// The parameters of the segment whose marker ends at `after` (B.1.1.4): the bytes after the two of its
/// length, and the offset where the next marker must follow.
///
/// `Err(true)` if the file ends first, `Err(false)` if the length is impossible.
pub(crate) fn segment(data: &[u8], after: usize) -> Result<(&[u8], usize), bool> {
    let length = data
        .get(after..)
        .and_then(<[u8]>::first_chunk::<2>)
        .ok_or(true)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        return Err(false);
    }
    let payload = data.get(after + 2..after + length).ok_or(true)?;
    Ok((payload, after + length))
}

/// Bytes from `pos` to a marker at `at` that are not fill bytes.
pub(crate) fn stray(data: &[u8], pos: usize, at: usize) -> &[u8] {
    let gap = data.get(pos..at).unwrap_or_default();
    let fill = gap.iter().rev().take_while(|&&byte| byte == 0xFF).count();
    gap.get(..gap.len() - fill).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ff_is_found_at_every_offset() {
        for at in 0..100 {
            let mut data = vec![0u8; 100];
            data[at] = 0xFF;
            assert_eq!(find_ff(&data, 0), Some(at));
            assert_eq!(find_ff(&data, at), Some(at));
            assert_eq!(find_ff(&data, at + 1), None);
        }
        assert_eq!(find_ff(&[], 5), None);
    }

    #[test]
    fn stuffing_fill_and_restarts_are_passed_over() {
        let data = [1, 0xFF, 0, 0xFF, 0xD3, 9, 0xFF, 0xFF, 0xFF, 0xD9];
        let next = next_marker(&data, 0).map(|m| (m.code, m.at, m.after));
        assert_eq!(next, Some((0xD3, 3, 5)));
        let end = end_of_scan(&data, 0).map(|m| (m.code, m.at, m.after));
        assert_eq!(end, Some((EOI, 8, 10)));
        assert_eq!(next_marker(&[0xFF], 0), None);
        assert_eq!(next_marker(&[0xFF, 0xFF], 0), None);
    }

    #[test]
    fn segment_lengths_are_checked() {
        assert_eq!(segment(&[0, 4, 7, 8, 9], 0), Ok((&[7u8, 8][..], 4)));
        assert_eq!(segment(&[0, 1, 7], 0), Err(false));
        assert_eq!(segment(&[0, 9, 7], 0), Err(true));
        assert_eq!(segment(&[0], 0), Err(true));
    }
}
