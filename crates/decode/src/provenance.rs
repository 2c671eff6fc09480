//! Whether the metadata say that the picture is not as a camera took it.
//!
//! Three standards say so in words of their own: the digital source type of IPTC in XMP, the manifests
//! of Content Credentials ([`crate::c2pa`]), and what Samsung's programs write behind the picture. A
//! camera uses the same fields to say that it took the picture, so a word counts only if it is in a list
//! here. The reported name is that of the list, never text from the file.

use shomei_jpeg::{File, Segment};
use shomei_photo::{EditClaim, EditMark, MarkPlace};

use crate::{c2pa, xmp};

/// A word of a standard, and what it says.
type Word = (&'static str, EditClaim);

/// Digital source types (IPTC NewsCodes, `cv.iptc.org/newscodes/digitalsourcetype`, and those that C2PA
/// adds) that say more than that a picture was taken, scanned or copied from a screen.
///
/// Not in the list: `digitalCapture`, `computationalCapture`, `negativeFilm`, `positiveFilm`, `print`,
/// `screenCapture`. Phones write the second for every photo that they put together from several
/// exposures.
const SOURCE_TYPES: &[Word] = &[
    ("trainedAlgorithmicMedia", EditClaim::Generated),
    ("compositeWithTrainedAlgorithmicMedia", EditClaim::Generated),
    ("trainedAlgorithmicData", EditClaim::Generated),
    ("compositeSynthetic", EditClaim::Generated),
    ("algorithmicMedia", EditClaim::Generated),
    ("dataDrivenMedia", EditClaim::Generated),
    ("digitalCreation", EditClaim::Generated),
    ("digitalArt", EditClaim::Generated),
    ("softwareImage", EditClaim::Generated),
    ("virtualRecording", EditClaim::Generated),
    // Content Credentials: the picture began as an empty canvas.
    ("empty", EditClaim::Generated),
    ("algorithmicallyEnhanced", EditClaim::Edited),
    ("humanEdits", EditClaim::Edited),
    ("minorHumanEdits", EditClaim::Edited),
    ("composite", EditClaim::Edited),
    ("compositeCapture", EditClaim::Edited),
];

/// Actions of Content Credentials (C2PA 2.2, `c2pa.actions`) that change what the picture shows.
///
/// Not in the list: those that cut, turn, scale, convert or publish it, which are no retouching, and
/// `c2pa.created` and `c2pa.opened`, which say nothing without a source type.
const ACTIONS: &[Word] = &[
    ("c2pa.edited", EditClaim::Edited),
    ("c2pa.adjustedColor", EditClaim::Edited),
    ("c2pa.color_adjustments", EditClaim::Edited),
    ("c2pa.addedText", EditClaim::Edited),
    ("c2pa.deleted", EditClaim::Edited),
    ("c2pa.drawing", EditClaim::Edited),
    ("c2pa.enhanced", EditClaim::Edited),
    ("c2pa.filtered", EditClaim::Edited),
    ("c2pa.placed", EditClaim::Edited),
    ("c2pa.removed", EditClaim::Edited),
];

/// Names of blocks behind the picture that Samsung's editor writes.
const SAMSUNG_BLOCKS: &[Word] = &[
    ("PhotoEditor_Re_Edit_Data", EditClaim::Edited),
    ("Original_Path_Hash_Key", EditClaim::Edited),
    ("deco_doodle_bitmap", EditClaim::Edited),
    ("deco_sticker_bitmap", EditClaim::Edited),
    ("deco_text_bitmap", EditClaim::Edited),
    ("Camera_Sticker_Info", EditClaim::Edited),
];

/// The mark that says most: a generated picture before an edited one.
pub(crate) fn of(
    file: &File<'_>,
    bytes: &[u8],
    credentials: &[c2pa::Claim<'_>],
) -> Option<EditMark> {
    let marks = || {
        in_credentials(credentials)
            .chain(in_xmp(file))
            .chain(in_exif(file))
            .chain(in_samsung_trailer(bytes))
    };
    marks()
        .find(|mark| mark.claim == EditClaim::Generated)
        .or_else(|| marks().next())
}

fn mark(place: MarkPlace, &(name, claim): &Word) -> EditMark {
    EditMark {
        claim,
        place,
        name: name.to_owned(),
    }
}

/// The word of a source type, given by its address or its code alone.
fn source_type(value: &[u8]) -> Option<&'static Word> {
    let code = value
        .trim_ascii()
        .rsplit(|byte| matches!(byte, b'/' | b':' | b'#'))
        .next()?;
    SOURCE_TYPES
        .iter()
        .find(|(name, _)| code.eq_ignore_ascii_case(name.as_bytes()))
}

fn in_credentials(claims: &[c2pa::Claim<'_>]) -> impl Iterator<Item = EditMark> {
    claims.iter().filter_map(|claim| {
        let word = match claim {
            c2pa::Claim::SourceType(value) => source_type(value),
            c2pa::Claim::Action(name) => {
                ACTIONS.iter().find(|(known, _)| *name == known.as_bytes())
            }
            c2pa::Claim::Program(_) => None,
        };
        word.map(|word| mark(MarkPlace::ContentCredentials, word))
    })
}

fn in_xmp(file: &File<'_>) -> impl Iterator<Item = EditMark> {
    /// The label that Chinese law asks of programs that generate pictures (TC260-PG-20252A).
    const LABEL: Word = ("AIGC", EditClaim::Generated);
    let packets = file.segments().iter().filter_map(|segment| match segment {
        Segment::Xmp(packet) => Some(*packet),
        _ => None,
    });
    packets.flat_map(|packet| {
        let sources = xmp::values(packet, b"DigitalSourceType").filter_map(source_type);
        let label = xmp::values(packet, b"TC260:AIGC").next().map(|_| &LABEL);
        sources.chain(label).map(|word| mark(MarkPlace::Xmp, word))
    })
}

fn in_exif(file: &File<'_>) -> impl Iterator<Item = EditMark> {
    const EDITING_SOFTWARE: Word = ("ImageEditingSoftware", EditClaim::Edited);
    const PARAMETERS: Word = ("parameters", EditClaim::Generated);
    let exif = file.exif();
    let edited = exif
        .and_then(|exif| exif.editing_software)
        .filter(|name| !name.trim_ascii().is_empty())
        .map(|_| &EDITING_SOFTWARE);
    let generated = exif
        .and_then(|exif| exif.user_comment)
        .is_some_and(is_recipe)
        .then_some(&PARAMETERS);
    generated
        .into_iter()
        .chain(edited)
        .map(|word| mark(MarkPlace::Exif, word))
}

/// Whether a comment lists the settings of a diffusion model, as the programs around Stable Diffusion
/// write them.
fn is_recipe(comment: &[u8]) -> bool {
    // In one byte or in two for each letter.
    let text: Vec<u8> = comment.iter().copied().filter(|&byte| byte != 0).collect();
    let holds = |word: &[u8]| text.windows(word.len()).any(|window| window == word);
    holds(b"Steps: ") && holds(b"Sampler: ")
}

/// Reads Samsung's trailer from the end of the file: blocks, then a directory of their places
/// (`SEFH`: version, number, entries of twelve bytes), its length, and `SEFT`. All numbers are
/// little-endian; places count backwards from the directory. A block begins with two zeros, two bytes of
/// its kind, four of the length of its name, and its name.
///
/// Programs that copy the trailer may leave a directory that no longer fits, so blocks are also searched
/// for near the end.
fn in_samsung_trailer(bytes: &[u8]) -> impl Iterator<Item = EditMark> {
    /// Bytes at the end of the file that are searched.
    const NEAR_END: usize = 1 << 16;
    let near_end = bytes.ends_with(b"SEFT").then(|| {
        let from = bytes.len().saturating_sub(NEAR_END);
        (from..bytes.len()).filter_map(|at| bytes.get(at..))
    });
    let listed = samsung_blocks(bytes).into_iter().flatten();
    listed
        .chain(near_end.into_iter().flatten())
        .filter_map(|block| {
            let [0, 0, _, _, length, 0, 0, 0, name @ ..] = block else {
                return None;
            };
            let name = name.get(..usize::from(*length))?;
            let mut known = SAMSUNG_BLOCKS.iter();
            let word = known.find(|(known, _)| name == known.as_bytes())?;
            Some(mark(MarkPlace::SamsungTrailer, word))
        })
}

/// What is in the file from the beginning of each block on.
fn samsung_blocks(bytes: &[u8]) -> Option<impl Iterator<Item = &[u8]>> {
    /// The limit of blocks that are looked at; phones write about ten.
    const MAX_BLOCKS: usize = 256;
    let long = |bytes: &[u8]| {
        let four = bytes.first_chunk::<4>()?;
        usize::try_from(u32::from_le_bytes(*four)).ok()
    };
    let end = bytes.strip_suffix(b"SEFT")?;
    let (rest, length) = end.split_last_chunk::<4>()?;
    let directory_at = rest.len().checked_sub(long(length)?)?;
    let directory = rest.get(directory_at..)?.strip_prefix(b"SEFH")?;
    let count = long(directory.get(4..)?)?;
    let (entries, _) = directory.get(8..)?.as_chunks::<12>();
    let blocks = entries
        .iter()
        .take(count.min(MAX_BLOCKS))
        .filter_map(move |entry| {
            let back = long(entry.get(4..)?)?;
            bytes.get(directory_at.checked_sub(back)?..directory_at)
        });
    Some(blocks)
}

#[cfg(test)]
mod tests {
    use shomei_jpeg::Limits;

    use super::*;
    use crate::testing::{self, Noise};

    /// The mark in a file: what it says, where it is, and its name.
    fn found(file: &[u8]) -> Option<(EditClaim, MarkPlace, String)> {
        let opened = File::open(file, &Limits::default()).unwrap();
        let manifests = c2pa::manifests(&opened);
        let mark = of(&opened, file, &c2pa::claims(&manifests))?;
        Some((mark.claim, mark.place, mark.name))
    }

    fn photo() -> Vec<u8> {
        testing::jpeg(16, 16)
    }

    fn with_xmp(packet: &str) -> Vec<u8> {
        let payload = ["http://ns.adobe.com/xap/1.0/\0", packet].concat();
        testing::with_segment(&photo(), 0xE1, payload.as_bytes())
    }

    #[test]
    fn source_types_in_xmp() {
        use EditClaim::{Edited, Generated};
        let list = "http://cv.iptc.org/newscodes/digitalsourcetype/";
        for (code, claim) in [
            ("trainedAlgorithmicMedia", Some(Generated)),
            ("compositeWithTrainedAlgorithmicMedia", Some(Generated)),
            ("compositeSynthetic", Some(Generated)),
            ("algorithmicMedia", Some(Generated)),
            ("compositeCapture", Some(Edited)),
            ("algorithmicallyEnhanced", Some(Edited)),
            ("minorHumanEdits", Some(Edited)),
            ("digitalCapture", None),
            ("computationalCapture", None),
            ("screenCapture", None),
            ("somethingNew", None),
        ] {
            for packet in [
                format!(r#"<a Iptc4xmpExt:DigitalSourceType="{list}{code}"/>"#),
                format!(
                    "<Iptc4xmpExt:DigitalSourceType>{list}{code}</Iptc4xmpExt:DigitalSourceType>"
                ),
                format!(r#"<Iptc4xmpExt:DigitalSourceType rdf:resource="https:{code}"/>"#),
                format!("<x:DigitalSourceType>\n  {code}\n</x:DigitalSourceType>"),
            ] {
                let expected = claim.map(|claim| (claim, MarkPlace::Xmp, code.to_owned()));
                assert_eq!(found(&with_xmp(&packet)), expected, "{packet}");
            }
        }
        let label = r#"<a TC260:AIGC='{"Label":"1"}'/>"#;
        assert_eq!(found(&with_xmp(label)).unwrap().0, Generated);
        assert_eq!(found(&with_xmp("<a>trainedAlgorithmicMedia</a>")), None);
    }

    #[test]
    fn content_credentials_of_a_camera_and_of_programs() {
        let marked = |program, action: &[&str]| {
            let store = testing::manifests(program, action);
            found(&testing::with_manifests(&photo(), &store, 100))
        };
        let source = |code: &str| format!("http://cv.iptc.org/newscodes/digitalsourcetype/{code}");
        let (captured, trained) = (
            source("computationalCapture"),
            source("trainedAlgorithmicMedia"),
        );
        for action in [
            &["action", "c2pa.created", "digitalSourceType", &captured][..],
            &["action", "c2pa.captured"],
            &["action", "c2pa.cropped"],
            &["action", "c2pa.resized"],
            &["action", "c2pa.edited.metadata"],
        ] {
            assert_eq!(marked("Camera", action), None, "{action:?}");
        }
        let generated = marked(
            "x",
            &["digitalSourceType", &trained, "action", "c2pa.created"],
        );
        let name = "trainedAlgorithmicMedia".to_owned();
        let place = MarkPlace::ContentCredentials;
        assert_eq!(generated, Some((EditClaim::Generated, place, name)));
        for name in ["c2pa.edited", "c2pa.color_adjustments", "c2pa.placed"] {
            let expected = (EditClaim::Edited, place, name.to_owned());
            assert_eq!(marked("x", &["action", name]), Some(expected));
        }
        // The word that says most, whatever comes first.
        let both = marked(
            "x",
            &["action", "c2pa.edited", "digitalSourceType", &trained],
        );
        assert_eq!(both.unwrap().0, EditClaim::Generated);
    }

    #[test]
    fn blocks_behind_the_picture() {
        let edited = testing::with_samsung_block(&photo(), "PhotoEditor_Re_Edit_Data");
        let name = "PhotoEditor_Re_Edit_Data".to_owned();
        let expected = (EditClaim::Edited, MarkPlace::SamsungTrailer, name);
        assert_eq!(found(&edited), Some(expected));
        // What the camera writes.
        for name in ["Image_UTC_Data", "MCC_Data", "Camera_Capture_Mode_Info"] {
            let taken = testing::with_samsung_block(&photo(), name);
            assert_eq!(found(&taken), None);
        }
        // A directory whose places are wrong, and a block far from the end.
        let mut moved = edited.clone();
        let place = moved.len() - 16;
        moved[place..place + 4].copy_from_slice(&[7, 0, 0, 0]);
        assert!(found(&moved).is_some());
        let mut far = edited.clone();
        let (block, directory) = (photo().len() + 34, far.len() - 32);
        assert_eq!(&far[directory..directory + 4], b"SEFH");
        far.splice(block..block, [7; 100_000]);
        let place = far.len() - 16;
        let back = u32::try_from(directory + 100_000 - photo().len()).unwrap();
        far[place..place + 4].copy_from_slice(&back.to_le_bytes());
        assert!(found(&far).is_some());
        let mut noise = Noise(5);
        let trailer = photo().len();
        for _ in 0..3000 {
            let mut broken = edited.clone();
            let at = trailer + noise.below(broken.len() - trailer);
            broken[at] = noise.next() as u8;
            let _ = found(&broken);
        }
        for length in trailer..edited.len() {
            assert_eq!(found(&edited[..length]), None);
        }
    }

    /// A TIFF structure whose Exif IFD holds one entry.
    fn exif(tag: u16, kind: u16, value: &[u8]) -> Vec<u8> {
        let long = |value: usize| u32::try_from(value).unwrap().to_le_bytes();
        let entry = |tag: u16, kind: u16, count: usize, value: usize| {
            [
                &tag.to_le_bytes()[..],
                &kind.to_le_bytes(),
                &long(count),
                &long(value),
            ]
            .concat()
        };
        let mut tiff = b"Exif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
        tiff.extend(entry(0x8769, 4, 1, 26));
        tiff.extend(long(0));
        tiff.extend(1u16.to_le_bytes());
        tiff.extend(entry(tag, kind, value.len(), 44));
        tiff.extend(long(0));
        tiff.extend(value);
        tiff
    }

    #[test]
    fn tags_that_only_programs_write() {
        let marked = |tag, kind, value: &[u8]| {
            let file = testing::with_segment(&photo(), 0xE1, &exif(tag, kind, value));
            found(&file).map(|(claim, _, name)| (claim, name))
        };
        let edited = Some((EditClaim::Edited, "ImageEditingSoftware".to_owned()));
        assert_eq!(marked(0xA43B, 2, b"Some editor 1.0\0"), edited);
        assert_eq!(marked(0xA43B, 2, b"     \0"), None);
        let generated = Some((EditClaim::Generated, "parameters".to_owned()));
        let recipe =
            b"UNICODE\0\0a\0 \0S\0t\0e\0p\0s\0:\0 \x002\0,\0 \0S\0a\0m\0p\0l\0e\0r\0:\0 \0x";
        assert_eq!(marked(0x9286, 7, recipe), generated);
        assert_eq!(
            marked(0x9286, 7, b"ASCII\0\0\0Steps: 20, Sampler: Euler a"),
            generated
        );
        assert_eq!(marked(0x9286, 7, b"ASCII\0\0\0Screenshot"), None);
        assert_eq!(marked(0x9286, 7, b"ASCII"), None);
    }
}
