//! Small files for the tests.

use image::ExtendedColorType;
use image::codecs::jpeg::JpegEncoder;

/// A JPEG of `rgb`, quality 90.
pub(crate) fn encode(rgb: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, 90)
        .encode(rgb, width.into(), height.into(), ExtendedColorType::Rgb8)
        .unwrap();
    file
}

/// A grey JPEG of one component.
pub(crate) fn encode_grey(grey: &[u8], width: u16, height: u16) -> Vec<u8> {
    let mut file = Vec::new();
    JpegEncoder::new(&mut file)
        .encode(grey, width.into(), height.into(), ExtendedColorType::L8)
        .unwrap();
    file
}

/// A JPEG with some texture everywhere.
pub(crate) fn jpeg(width: u16, height: u16) -> Vec<u8> {
    let mut noise = Noise(7);
    let rgb: Vec<u8> = (0..usize::from(width) * usize::from(height) * 3)
        .map(|i| (i % 200) as u8 / 2 + (noise.next() % 100) as u8)
        .collect();
    encode(&rgb, width, height)
}

/// `file` with a segment behind its start marker.
pub(crate) fn with_segment(file: &[u8], marker: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len() + 2).unwrap().to_be_bytes();
    [&file[..2], &[0xFF, marker], &length, payload, &file[2..]].concat()
}

/// `file` without its APP0 segment, which the encoder writes first.
pub(crate) fn without_jfif(file: &[u8]) -> Vec<u8> {
    assert_eq!(file[2..4], [0xFF, 0xE0]);
    let length = usize::from(u16::from_be_bytes([file[4], file[5]]));
    [&file[..2], &file[4 + length..]].concat()
}

/// The place of the first marker with this code.
pub(crate) fn find(file: &[u8], marker: u8) -> usize {
    file.windows(2).position(|w| w == [0xFF, marker]).unwrap()
}

/// `file` with its three components named otherwise, in frame and scan.
pub(crate) fn with_component_names(file: &[u8], names: [u8; 3]) -> Vec<u8> {
    let mut file = file.to_vec();
    let (frame, scan) = (find(&file, 0xC0), find(&file, 0xDA));
    for (index, name) in names.into_iter().enumerate() {
        file[frame + 10 + index * 3] = name;
        file[scan + 5 + index * 2] = name;
    }
    file
}

/// A TIFF structure with an orientation and perhaps a software tag.
pub(crate) fn tiff(little_endian: bool, orientation: u16, software: Option<&str>) -> Vec<u8> {
    let short = |v: u16| {
        if little_endian {
            v.to_le_bytes()
        } else {
            v.to_be_bytes()
        }
    };
    let long = |v: u32| {
        if little_endian {
            v.to_le_bytes()
        } else {
            v.to_be_bytes()
        }
    };
    let count = 1 + u16::from(software.is_some());
    let mut tiff = if little_endian {
        b"II\x2A\0".to_vec()
    } else {
        b"MM\0\x2A".to_vec()
    };
    tiff.extend(long(8));
    tiff.extend(short(count));
    for value in [short(0x0112), short(3)] {
        tiff.extend(value);
    }
    tiff.extend(long(1));
    tiff.extend(short(orientation));
    tiff.extend(short(0));
    if let Some(text) = software {
        tiff.extend(short(0x0131));
        tiff.extend(short(2));
        tiff.extend(long(text.len() as u32 + 1));
        tiff.extend(long(8 + 2 + 2 * 12 + 4));
    }
    tiff.extend(long(0));
    if let Some(text) = software {
        tiff.extend(text.bytes());
        tiff.push(0);
    }
    tiff
}

/// A small deterministic generator (xorshift).
pub(crate) struct Noise(pub(crate) u64);

impl Noise {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(crate) fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
