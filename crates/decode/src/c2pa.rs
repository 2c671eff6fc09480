//! What the manifests of Content Credentials say (C2PA 2.2): which programs wrote them, what was done,
//! and what the source was.
//!
//! A JPEG holds them in APP11 segments as JUMBF boxes (ISO 19566-5, ISO 18477-3 Annex B), whose contents
//! are CBOR or JSON. Neither is parsed: a key and the text behind it are all that is needed, and both are
//! found by the bytes that CBOR and JSON put around them. Signatures are not checked. A forger leaves the
//! manifest out; an honest program says what it did.

use shomei_jpeg::{File, Segment};

/// A statement of a manifest, in the words of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Claim<'m> {
    /// What was done to the picture, such as `c2pa.edited`.
    Action(&'m [u8]),
    /// The address of a digital source type.
    SourceType(&'m [u8]),
    /// The program that wrote the manifest or did something.
    Program(&'m [u8]),
}

impl<'m> Claim<'m> {
    /// What `text` behind `key` says.
    fn of(key: &[u8], text: &'m [u8]) -> Option<Self> {
        Some(match key {
            b"action" => Self::Action(text),
            // In CBOR, and in an IPTC assertion in JSON.
            b"digitalSourceType" | b"Iptc4xmpExt:DigitalSourceType" => Self::SourceType(text),
            // The last is in a map that describes a program.
            b"claim_generator" | b"softwareAgent" | b"name" => Self::Program(text),
            _ => return None,
        })
    }
}

/// How many statements are read; a long editing history has some hundred.
const MAX_CLAIMS: usize = 1024;

/// The manifests of a file, put together from its segments.
///
/// A segment holds `JP`, two bytes that number the box, four that number the part, and a part of the
/// box. Every part begins with the box's header (B.2).
pub(crate) fn manifests(file: &File<'_>) -> Vec<u8> {
    let mut parts: Vec<(u16, u32, &[u8])> = Vec::new();
    for segment in file.segments() {
        let Segment::Other {
            application: 11,
            payload,
        } = segment
        else {
            continue;
        };
        let Some((head, part)) = payload.split_first_chunk::<8>() else {
            continue;
        };
        if let [b'J', b'P', n0, n1, p0, p1, p2, p3] = *head {
            parts.push((
                u16::from_be_bytes([n0, n1]),
                u32::from_be_bytes([p0, p1, p2, p3]),
                part,
            ));
        }
    }
    parts.sort_by_key(|&(instance, part, _)| (instance, part));
    let mut boxes = Vec::new();
    let mut last = None;
    for (instance, _, part) in parts {
        let repeated = match header(part) {
            Some(head) if last == Some(instance) => head.length,
            _ => 0,
        };
        last = Some(instance);
        boxes.extend_from_slice(part.get(repeated..).unwrap_or_default());
    }
    boxes
}

/// The statements in all manifests of the picture and of what it was made from, in their order.
pub(crate) fn claims(manifests: &[u8]) -> Vec<Claim<'_>> {
    let mut claims = Vec::new();
    let mut rest = manifests;
    // Each turn consumes a header of at least eight bytes.
    while let Some(head) = header(rest) {
        let Some(content) = rest.get(head.length..) else {
            break;
        };
        // What is in a superbox follows its header.
        if head.kind == *b"jumb" {
            rest = content;
            continue;
        }
        let (content, behind) = content
            .split_at_checked(head.content)
            .unwrap_or((content, &[]));
        if matches!(&head.kind, b"cbor" | b"json") {
            read(content, &mut claims);
        }
        rest = behind;
    }
    claims
}

/// The header of a box.
struct Header {
    /// Bytes of the header.
    length: usize,
    /// Bytes that follow it; more than there are for a box that reaches to the end.
    content: usize,
    kind: [u8; 4],
}

/// `None` at the end, and where no box can begin.
fn header(bytes: &[u8]) -> Option<Header> {
    let (size, rest) = bytes.split_first_chunk::<4>()?;
    let (kind, rest) = rest.split_first_chunk::<4>()?;
    let (length, size) = match u32::from_be_bytes(*size) {
        0 => (8, u64::MAX),
        1 => (16, u64::from_be_bytes(*rest.first_chunk::<8>()?)),
        size => (8, u64::from(size)),
    };
    Some(Header {
        length,
        content: usize::try_from(size.checked_sub(length as u64)?).unwrap_or(usize::MAX),
        kind: *kind,
    })
}

/// Adds the statements in the content of a box.
fn read<'m>(content: &'m [u8], claims: &mut Vec<Claim<'m>>) {
    for at in 0..content.len() {
        let member = match content.get(at..) {
            Some(text @ [b'"', ..]) => json_member(text),
            Some(text) => cbor_member(text),
            None => None,
        };
        claims.extend(member.and_then(|(key, text)| Claim::of(key, text)));
        if claims.len() >= MAX_CLAIMS {
            break;
        }
    }
}

/// Two texts, one behind the other, that begin the bytes: a key and its value in a CBOR map (RFC 8949,
/// major type 3).
fn cbor_member(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (key, rest) = cbor_text(bytes)?;
    let (text, _) = cbor_text(rest)?;
    Some((key, text))
}

/// The text that `bytes` begin with, and the rest.
fn cbor_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match bytes {
        [head @ 0x60..=0x77, rest @ ..] => (usize::from(head - 0x60), rest),
        [0x78, length, rest @ ..] => (usize::from(*length), rest),
        [0x79, high, low, rest @ ..] => (usize::from(u16::from_be_bytes([*high, *low])), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// A member of a JSON object that begins the bytes: `"key": "text"`.
fn json_member(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (key, rest) = json_text(bytes)?;
    let rest = rest.trim_ascii_start().strip_prefix(b":")?;
    let (text, _) = json_text(rest.trim_ascii_start())?;
    Some((key, text))
}

/// The text that `bytes` begin with, and the rest. What is looked for has no escapes.
fn json_text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    /// The limit of a text.
    const MAX_TEXT: usize = 256;
    let text = bytes.strip_prefix(b"\"")?;
    let end = text.iter().take(MAX_TEXT).position(|&byte| byte == b'"')?;
    Some((text.get(..end)?, text.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{self, Noise, boxed};

    fn owned(manifests: &[u8]) -> Vec<Claim<'_>> {
        claims(manifests)
    }

    #[test]
    fn claims_are_found_in_their_boxes() {
        let source = "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture";
        let action = ["action", "c2pa.created", "digitalSourceType", source];
        let store = testing::manifests("Camera 1.0", &action);
        let expected = [
            Claim::Action(b"c2pa.created"),
            Claim::SourceType(source.as_bytes()),
            Claim::Program(b"Camera 1.0"),
        ];
        // A thumbnail is not looked at.
        assert_eq!(owned(&store), expected);
        let json =
            br#"{"a": ["action"], "action" : "c2pa.edited", "Iptc4xmpExt:DigitalSourceType":"x"}"#;
        let found = [Claim::Action(b"c2pa.edited"), Claim::SourceType(b"x")];
        assert_eq!(owned(&boxed(*b"json", json)), found);
        assert_eq!(owned(&boxed(*b"xml ", json)), []);
        // A box that reaches to the end, and one with a long length.
        let open = [b"\0\0\0\0json", &json[..]].concat();
        assert_eq!(owned(&open), found);
        let length = (json.len() as u64 + 16).to_be_bytes();
        let long = [b"\0\0\0\x01json", &length, &json[..]].concat();
        assert_eq!(owned(&long), found);
    }

    #[test]
    fn manifests_are_put_together_from_segments() {
        let store = testing::manifests("Camera", &["action", "c2pa.edited"]);
        for most in [1, 7, 8, 50, 60_000] {
            let file = testing::with_manifests(&testing::jpeg(16, 16), &store, most);
            let opened = File::open(&file, &shomei_jpeg::Limits::default()).unwrap();
            let found = manifests(&opened);
            if most >= 8 {
                assert_eq!(found, store, "{most}");
            }
        }
        // Other data in the same kind of segment.
        let file = testing::with_segment(&testing::jpeg(16, 16), 0xEB, b"HDR_RI ver=11");
        let opened = File::open(&file, &shomei_jpeg::Limits::default()).unwrap();
        assert_eq!(claims(&manifests(&opened)), []);
    }

    #[test]
    fn broken_manifests_end_where_they_break() {
        let store = testing::manifests("Camera", &["action", "c2pa.edited"]);
        let whole = owned(&store).len();
        for end in 0..store.len() {
            assert!(owned(&store[..end]).len() <= whole);
        }
        let mut noise = Noise(3);
        for _ in 0..3000 {
            let mut broken = store.clone();
            let at = noise.below(broken.len());
            broken[at] = noise.next() as u8;
            let _ = owned(&broken);
        }
        let many = boxed(
            *b"cbor",
            &testing::cbor(&["action", "x"]).repeat(2 * MAX_CLAIMS),
        );
        assert_eq!(owned(&many).len(), MAX_CLAIMS);
    }
}
