//! The format of a file by its content.

use shomei_photo::Format;

/// How much of a file is checked for text.
const TEXT_SAMPLE: usize = 4096;

/// Recognises the format by the first bytes (and, for TGA, the last), not by the file name.
///
/// It checks only the signature, so the file may still be damaged. A JPEG starts with its marker at the
/// first byte; after a byte order mark or another file, it is not a JPEG.
///
/// ```
/// use shomei_photo::Format;
/// assert_eq!(shomei_decode::sniff(b"\x89PNG\r\n\x1a\n...."), Format::Png);
/// ```
#[must_use]
pub fn sniff(bytes: &[u8]) -> Format {
    if bytes.is_empty() {
        return Format::Empty;
    }
    by_signature(bytes)
        .or_else(|| iso_media(bytes))
        .or_else(|| text(bytes))
        .or_else(|| tga(bytes))
        .unwrap_or(Format::Unknown)
}

fn by_signature(bytes: &[u8]) -> Option<Format> {
    const SIGNATURES: &[(&[u8], Format)] = &[
        (b"\xFF\xD8\xFF", Format::Jpeg),
        (b"\x89PNG\r\n\x1A\n", Format::Png),
        (b"GIF87a", Format::Gif),
        (b"GIF89a", Format::Gif),
        (b"II\x2A\x00", Format::Tiff),
        (b"MM\x00\x2A", Format::Tiff),
        // BigTIFF.
        (b"II\x2B\x00", Format::Tiff),
        (b"MM\x00\x2B", Format::Tiff),
        (b"\x00\x00\x00\x0CjP  \r\n\x87\n", Format::Jpeg2000),
        (b"\xFF\x4F\xFF\x51", Format::Jpeg2000),
        (b"\x00\x00\x00\x0CJXL \r\n\x87\n", Format::JpegXl),
        (b"\xFF\x0A", Format::JpegXl),
        (b"PK\x03\x04", Format::Zip),
        (b"PK\x05\x06", Format::Zip),
        (b"%PDF-", Format::Pdf),
    ];
    for &(signature, format) in SIGNATURES {
        if bytes.starts_with(signature) {
            return Some(format);
        }
    }
    let at = |range: std::ops::Range<usize>| bytes.get(range).unwrap_or_default();
    if bytes.starts_with(b"RIFF") && at(8..12) == b"WEBP" {
        return Some(Format::Webp);
    }
    // "BM" alone may begin a word; the length of the second header is one of a few.
    if bytes.starts_with(b"BM")
        && matches!(
            at(14..18),
            [12 | 16 | 40 | 52 | 56 | 64 | 108 | 124, 0, 0, 0]
        )
    {
        return Some(Format::Bmp);
    }
    // Icons and cursors: reserved 0, type 1 or 2, at least one entry whose fourth byte is 0.
    if let [0, 0, 1 | 2, 0, low, high, _, _, _, 0, ..] = bytes
        && (*low, *high) != (0, 0)
        && *high == 0
    {
        return Some(Format::Ico);
    }
    // Netpbm: P1 to P7 and white space.
    if let [b'P', b'1'..=b'7', space, ..] = bytes
        && space.is_ascii_whitespace()
    {
        return Some(Format::Ppm);
    }
    None
}

/// HEIC and AVIF by the brands of their `ftyp` box (ISO/IEC 14496-12, 4.3).
fn iso_media(bytes: &[u8]) -> Option<Format> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?);
    // The box is small in every real file; a wild length must not lead far into the data.
    let end = (length as usize).min(bytes.len()).min(256);
    let body = bytes.get(8..end)?;
    // The four bytes after the major brand are its version and can be no brand.
    let brands = || body.chunks_exact(4);
    if brands().any(|brand| matches!(brand, b"avif" | b"avis")) {
        return Some(Format::Avif);
    }
    let heic = |brand: &[u8]| {
        matches!(
            brand,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" | b"mif1" | b"msf1"
        )
    };
    brands().any(heic).then_some(Format::Heic)
}

/// SVG, HTML, PDF behind white space, or other text.
fn text(bytes: &[u8]) -> Option<Format> {
    let sample = bytes.get(..TEXT_SAMPLE).unwrap_or(bytes);
    let wide = match sample {
        [0xFF, 0xFE, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xFE, 0xFF, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    let words = if let Some((rest, unit)) = wide {
        let units = rest.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let decoded: Result<String, _> = char::decode_utf16(units).collect::<Result<_, _>>();
        decoded.ok()?
    } else {
        let plain = sample.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(sample);
        match std::str::from_utf8(plain) {
            Ok(words) => words.to_owned(),
            // A character may be cut at the end of the sample, but nowhere else.
            Err(error) if error.error_len().is_none() && bytes.len() > sample.len() => {
                String::from_utf8_lossy(plain.get(..error.valid_up_to())?).into_owned()
            }
            // Old Japanese encodings are not told apart: HTML and SVG are still ASCII in front.
            Err(_) => return markup(&String::from_utf8_lossy(plain)),
        }
    };
    if let Some(format) = markup(&words) {
        return Some(format);
    }
    let printable = |c: char| !c.is_control() || c.is_ascii_whitespace();
    (!words.is_empty() && words.chars().all(printable)).then_some(Format::Text)
}

fn markup(words: &str) -> Option<Format> {
    let start = words.trim_start().to_ascii_lowercase();
    let begins = |prefixes: &[&str]| prefixes.iter().any(|p| start.starts_with(p));
    if begins(&["%pdf-"]) {
        return Some(Format::Pdf);
    }
    if begins(&["<svg"]) || (begins(&["<?xml", "<!--", "<!doctype svg"]) && start.contains("<svg"))
    {
        return Some(Format::Svg);
    }
    let html = begins(&["<!doctype html", "<html", "<head", "<body", "<script"])
        || (begins(&["<?xml", "<!--"]) && start.contains("<html"));
    html.then_some(Format::Html)
}

/// TGA has no signature: the footer of version 2, or a header in which every field is possible.
fn tga(bytes: &[u8]) -> Option<Format> {
    if bytes.ends_with(b"TRUEVISION-XFILE.\0") {
        return Some(Format::Tga);
    }
    let header: &[u8; 18] = bytes.first_chunk()?;
    let [
        _,
        map,
        kind,
        _,
        _,
        _,
        _,
        map_depth,
        _,
        _,
        _,
        _,
        w0,
        w1,
        h0,
        h1,
        depth,
        descriptor,
    ] = *header;
    let sized = (w0, w1) != (0, 0) && (h0, h1) != (0, 0);
    let kind_fits = match map {
        0 => {
            matches!(
                (kind, depth),
                (2 | 10, 15 | 16 | 24 | 32) | (3 | 11, 8 | 16)
            ) && map_depth == 0
        }
        1 => matches!((kind, depth), (1 | 9, 8 | 16)) && matches!(map_depth, 15 | 16 | 24 | 32),
        _ => false,
    };
    (sized && kind_fits && descriptor & 0xC0 == 0).then_some(Format::Tga)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_known_by_content() {
        let mut tga = vec![0; 18];
        tga[2] = 2;
        tga[12] = 64;
        tga[14] = 64;
        tga[16] = 24;
        let cases: &[(&[u8], Format)] = &[
            (b"", Format::Empty),
            (b"\xFF\xD8\xFF\xE0", Format::Jpeg),
            (b"\xFF\xD8", Format::Unknown),
            (b"\xEF\xBB\xBF\xFF\xD8\xFF\xE0", Format::Unknown),
            (b"\x89PNG\r\n\x1A\n", Format::Png),
            (b"GIF89a\x01", Format::Gif),
            (b"RIFF\x24\0\0\0WEBPVP8 ", Format::Webp),
            (b"RIFF\x24\0\0\0WAVEfmt\x20\xFF", Format::Unknown),
            (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0\xFF", Format::Bmp),
            (b"BMW is a maker of cars", Format::Text),
            (b"II\x2A\0\x08\0\0\0", Format::Tiff),
            (b"MM\0\x2A\0\0\0\x08", Format::Tiff),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Format::Heic),
            (b"\0\0\0\x18ftypmif1\0\0\0\0avifmif1", Format::Avif),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf", Format::Heic),
            (b"\0\0\0\x18ftypisom\0\0\0\0mp42isom", Format::Unknown),
            (b"\xFF\xFF\xFF\xFFftypavif", Format::Avif),
            (b"\0\0\0\x0CjP  \r\n\x87\n\0", Format::Jpeg2000),
            (b"\xFF\x4F\xFF\x51\0", Format::Jpeg2000),
            (b"\0\0\0\x0CJXL \r\n\x87\n\0", Format::JpegXl),
            (b"\xFF\x0A\x01", Format::JpegXl),
            (b"\0\0\x01\0\x01\0\x20\x20\0\0\x01\0", Format::Ico),
            (b"P6\n2 2\n255\n\xFF", Format::Ppm),
            (b"PK\x03\x04\x14", Format::Zip),
            (b"%PDF-1.7", Format::Pdf),
            (b"\xEF\xBB\xBF%PDF-1.7", Format::Pdf),
            (b"<svg xmlns='x'/>", Format::Svg),
            (b"\xEF\xBB\xBF  <?xml version='1.0'?>\n<svg/>", Format::Svg),
            (b"\n<!DOCTYPE html><p>", Format::Html),
            (b"<html>\x83\x65\x83X\x83g", Format::Html),
            (b"\xFF\xFE<\0h\0t\0m\0l\0>\0", Format::Html),
            (b"\xFE\xFF\0a\0b", Format::Text),
            ("写真です\r\n".as_bytes(), Format::Text),
            (b"/9j/4AAQSkZJRg==", Format::Text),
            (b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", Format::Unknown),
            (&tga, Format::Tga),
        ];
        for (bytes, format) in cases {
            assert_eq!(
                sniff(bytes),
                *format,
                "{:?}",
                bytes.escape_ascii().to_string()
            );
        }
    }

    #[test]
    fn a_character_cut_at_the_end_of_the_sample_is_text() {
        let long = "あ".repeat(4000);
        assert_eq!(sniff(long.as_bytes()), Format::Text);
        assert_eq!(sniff(&long.as_bytes()[..10]), Format::Unknown);
    }
}
