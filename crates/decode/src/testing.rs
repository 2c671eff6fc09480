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

/// A box of JUMBF.
pub(crate) fn boxed(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    let length = u32::try_from(content.len() + 8).unwrap().to_be_bytes();
    [&length, &kind, content].concat()
}

/// Texts in CBOR, one behind the other.
pub(crate) fn cbor(texts: &[&str]) -> Vec<u8> {
    let text = |text: &&str| {
        let head = match u8::try_from(text.len()).unwrap() {
            length @ ..24 => vec![0x60 + length],
            length => vec![0x78, length],
        };
        [&head, text.as_bytes()].concat()
    };
    texts.iter().flat_map(text).collect()
}

/// A store of manifests with one of them, which names the program that wrote it and lists the members
/// of an action.
pub(crate) fn manifests(program: &str, action: &[&str]) -> Vec<u8> {
    let described = |label: &str, content: &[Vec<u8>]| {
        let about = [&[0; 16], &[3][..], label.as_bytes(), b"\0"].concat();
        let content = content.concat();
        boxed(*b"jumb", &[boxed(*b"jumd", &about), content].concat())
    };
    let actions = [&b"\xA1\x67actions\x81\xA3"[..], &cbor(action)].concat();
    let claim = [
        &b"\xA2"[..],
        &cbor(&["claim_generator", program, "dc:format", "image/jpeg"]),
    ];
    let assertions = [
        described(
            "c2pa.thumbnail.claim.jpeg",
            &[boxed(*b"bidb", b"\x66action\x6Bc2pa.edited")],
        ),
        described("c2pa.actions.v2", &[boxed(*b"cbor", &actions)]),
    ];
    let manifest = [
        described("c2pa.assertions", &assertions),
        described("c2pa.claim.v2", &[boxed(*b"cbor", &claim.concat())]),
    ];
    described("c2pa", &[described("urn:c2pa:1", &manifest)])
}

/// `file` with a store of manifests, in segments with at most `most` bytes of it each.
pub(crate) fn with_manifests(file: &[u8], manifests: &[u8], most: usize) -> Vec<u8> {
    let mut file = file.to_vec();
    let parts: Vec<_> = manifests.chunks(most).enumerate().collect();
    for &(index, part) in parts.iter().rev() {
        let repeated = if index == 0 { &[] } else { &manifests[..8] };
        let number = u32::try_from(index + 1).unwrap().to_be_bytes();
        file = with_segment(
            &file,
            0xEB,
            &[b"JP\0\x01", &number, repeated, part].concat(),
        );
    }
    file
}

/// `file` with a block in Samsung's trailer.
pub(crate) fn with_samsung_block(file: &[u8], name: &str) -> Vec<u8> {
    let long = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
    let block = [
        b"\0\0\xA1\x0B",
        &long(name.len())[..],
        name.as_bytes(),
        b"{\"clip\":1}",
    ]
    .concat();
    let entry = [b"\0\0\xA1\x0B", &long(block.len())[..], &long(block.len())].concat();
    let directory = [b"SEFH", &long(106)[..], &long(1), &entry].concat();
    let length = long(directory.len());
    [file, &block, &directory, &length, b"SEFT"].concat()
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
