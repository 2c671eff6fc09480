//! Which picture editor left its mark in the metadata.
//!
//! It reads only fields that name the writing program. A camera's firmware uses the same fields, so a
//! name counts only if a word of it is in the list below. The reported name is that of the list, never
//! text from the file.

use shomei_jpeg::{File, Segment};

use crate::{c2pa, xmp};

/// Words to look for (lower case), and the name that is reported.
///
/// Programs that retouch, filter, cut out or generate pictures; not cameras, viewers,
/// converters or libraries.
const EDITORS: &[(&str, &str)] = &[
    // Before Photoshop, whose name it carries: "Adobe Photoshop Lightroom".
    ("lightroom", "Lightroom"),
    ("photoshop", "Photoshop"),
    ("camera raw", "Camera Raw"),
    ("adobe firefly", "Firefly"),
    ("adobe_firefly", "Firefly"),
    ("adobe express", "Adobe Express"),
    ("gimp", "GIMP"),
    ("snapseed", "Snapseed"),
    ("facetune", "Facetune"),
    ("beautyplus", "BeautyPlus"),
    ("beauty plus", "BeautyPlus"),
    ("beautycam", "BeautyCam"),
    ("snow", "SNOW"),
    ("meitu", "Meitu"),
    ("meitupic", "Meitu"),
    ("xiuxiu", "Meitu"),
    ("picsart", "PicsArt"),
    ("canva", "Canva"),
    ("affinity", "Affinity"),
    ("pixelmator", "Pixelmator"),
    ("photomator", "Photomator"),
    ("vsco", "VSCO"),
    ("vscocam", "VSCO"),
    ("faceapp", "FaceApp"),
    ("faceu", "Faceu"),
    ("ulike", "Ulike"),
    ("lensa", "Lensa"),
    ("remini", "Remini"),
    ("airbrush", "AirBrush"),
    ("youcam", "YouCam"),
    ("perfect365", "Perfect365"),
    ("peachy", "Peachy"),
    ("line camera", "LINE Camera"),
    ("fotor", "Fotor"),
    ("pixlr", "Pixlr"),
    ("photoroom", "PhotoRoom"),
    ("afterlight", "Afterlight"),
    ("polarr", "Polarr"),
    ("photoscape", "PhotoScape"),
    ("photodirector", "PhotoDirector"),
    ("paint.net", "Paint.NET"),
    ("paintshop", "PaintShop Pro"),
    ("paint shop", "PaintShop Pro"),
    ("photo-paint", "Corel PHOTO-PAINT"),
    ("clip studio", "CLIP STUDIO"),
    ("ibispaint", "ibisPaint"),
    ("procreate", "Procreate"),
    ("krita", "Krita"),
    ("picasa", "Picasa"),
    ("windows photo editor", "Windows Photo Editor"),
    ("capture one", "Capture One"),
    ("darktable", "darktable"),
    ("rawtherapee", "RawTherapee"),
    ("luminar", "Luminar"),
    ("dxo photolab", "DxO PhotoLab"),
    ("topaz photo", "Topaz"),
    ("acdsee", "ACDSee"),
    ("stable diffusion", "Stable Diffusion"),
    ("midjourney", "Midjourney"),
    ("comfyui", "ComfyUI"),
    ("novelai", "NovelAI"),
    ("chatgpt", "ChatGPT"),
    ("openai", "OpenAI"),
    ("dall-e", "DALL·E"),
    ("dall·e", "DALL·E"),
    ("gpt-4o", "ChatGPT"),
    ("gpt-image", "ChatGPT"),
    ("with google ai", "Google AI"),
    ("google generative ai", "Google AI"),
    ("apple photos clean up", "Apple Photos Clean Up"),
    ("image playground", "Image Playground"),
    ("bing image creator", "Bing Image Creator"),
    ("microsoft designer", "Microsoft Designer"),
    ("imagine with meta", "Meta AI"),
    ("touchretouch", "TouchRetouch"),
    ("portraitpro", "PortraitPro"),
    ("portrait professional", "PortraitPro"),
    ("photopea", "Photopea"),
    ("befunky", "BeFunky"),
    ("remove.bg", "remove.bg"),
    ("pixelcut", "Pixelcut"),
    ("hypic", "Hypic"),
    ("b612", "B612"),
    ("epik", "EPIK"),
    ("jtrim", "JTrim"),
    ("photofiltre", "PhotoFiltre"),
    ("inshot", "InShot"),
    ("prequel", "Prequel"),
];

/// Properties of an XMP packet that name a program: XMP part 1, 8.4 (`xmp:CreatorTool`), part 2,
/// 1.2.6 (`stEvt:softwareAgent`), and `photoshop:Credit`, in which programs of Google and Apple say what
/// a model did.
const XMP_PROPERTIES: &[&[u8]] = &[b"CreatorTool", b"softwareAgent", b"photoshop:Credit"];

/// How many bytes of a field are checked.
const MAX_FIELD: usize = 256;

/// The first editor that left its mark in a file, or in the manifests of its Content Credentials.
pub(crate) fn of(file: &File<'_>, credentials: &[c2pa::Claim<'_>]) -> Option<&'static str> {
    let exif = file.exif().into_iter();
    let mut software = exif.flat_map(|exif| exif.software.iter().chain(&exif.editing_software));
    let in_segments = || {
        file.segments().iter().find_map(|segment| match segment {
            Segment::Xmp(packet) => named_in_xmp(packet),
            // Written by Photoshop's "Save for Web" only.
            Segment::Ducky(_) => Some("Photoshop"),
            Segment::Photoshop(block) => named_in_resources(block),
            Segment::Comment(text) => named_in(text),
            _ => None,
        })
    };
    let in_credentials = || {
        credentials.iter().find_map(|claim| match claim {
            c2pa::Claim::Program(name) => named_in(name),
            _ => None,
        })
    };
    software
        .find_map(|field| named_in(field))
        .or_else(in_segments)
        .or_else(in_credentials)
}

/// The editor named in a field that holds a program's name.
fn named_in(field: &[u8]) -> Option<&'static str> {
    let field = field.get(..MAX_FIELD).unwrap_or(field).to_ascii_lowercase();
    EDITORS
        .iter()
        .find(|(word, _)| holds_word(&field, word.as_bytes()))
        .map(|&(_, name)| name)
}

/// Whether `text` contains `word` as a word: "Facetune2" contains "facetune", "snowy" does not contain
/// "snow".
fn holds_word(text: &[u8], word: &[u8]) -> bool {
    text.windows(word.len()).enumerate().any(|(at, window)| {
        window == word
            && !at
                .checked_sub(1)
                .and_then(|before| text.get(before))
                .is_some_and(u8::is_ascii_alphanumeric)
            && !text
                .get(at + word.len())
                .is_some_and(u8::is_ascii_alphabetic)
    })
}

/// The editor named in an XMP packet.
fn named_in_xmp(packet: &[u8]) -> Option<&'static str> {
    XMP_PROPERTIES
        .iter()
        .find_map(|property| xmp::values(packet, property).find_map(named_in))
}

/// Photoshop, if a resource block (APP13, after `Photoshop 3.0\0`) contains a resource that only
/// Photoshop writes.
///
/// The block itself proves nothing: IPTC captions are commonly stored there, too.
fn named_in_resources(block: &[u8]) -> Option<&'static str> {
    const JPEG_QUALITY: [u8; 2] = [0x04, 0x06];
    const VERSION_INFO: [u8; 2] = [0x04, 0x21];
    let mut rest = block;
    // Each turn consumes at least twelve bytes, so that the loop ends with the block.
    while let Some(resource) = rest.strip_prefix(b"8BIM") {
        let (id, name) = resource.split_first_chunk::<2>()?;
        if matches!(*id, JPEG_QUALITY | VERSION_INFO) {
            return Some("Photoshop");
        }
        // A name with its length in front, then the data with theirs; both padded to even.
        let name_length = (usize::from(*name.first()?) + 1).next_multiple_of(2);
        let (length, data) = name.get(name_length..)?.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        rest = data.get(length.checked_next_multiple_of(2)?..)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn editors_are_named_and_cameras_are_not() {
        for (field, name) in [
            ("Adobe Photoshop CC 2019 (Windows)", "Photoshop"),
            (
                "Adobe Photoshop Lightroom Classic 13.0 (Macintosh)",
                "Lightroom",
            ),
            ("GIMP 2.10.36", "GIMP"),
            ("Facetune2", "Facetune"),
            ("SNOW", "SNOW"),
            ("Snapseed 2.0", "Snapseed"),
            ("MeituPic 9.1", "Meitu"),
            ("paint.net 5.0.13", "Paint.NET"),
            ("Canva", "Canva"),
        ] {
            assert_eq!(named_in(field.as_bytes()), Some(name), "{field}");
        }
        for field in [
            "",
            "17.1.1",
            "HDR+ 1.0.585804376zd",
            "G991BXXU3AUJ7",
            "Ver.1.10",
            "ILCE-7M3 v3.10",
            "Canon EOS 80D Firmware Version 1.0.2",
            "MediaTek Camera Application",
            "S918BXXS3AWF7",
            "Google Pixel Camera",
            "c2pa-rs",
            "Snowy owl camera 3",
            "PRA-LX1C432B188",
        ] {
            assert_eq!(named_in(field.as_bytes()), None, "{field}");
        }
    }

    #[test]
    fn xmp_names_programs_in_three_properties() {
        for packet in [
            r#"<rdf:Description xmp:CreatorTool="GIMP 2.10" xmlns:x="y">"#,
            r"<rdf:li stEvt:action='saved' stEvt:softwareAgent = 'GIMP 2.10'/>",
            r#"<x photoshop:Credit="GIMP">"#,
        ] {
            assert_eq!(named_in_xmp(packet.as_bytes()), Some("GIMP"), "{packet}");
        }
        let namespace =
            r#"<x xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" xmp:CreatorTool="16.2">"#;
        assert_eq!(named_in_xmp(namespace.as_bytes()), None);
    }

    #[test]
    fn captions_in_a_resource_block_are_not_editing() {
        let caption = b"8BIM\x04\x04\0\0\0\0\0\x03abc\0";
        let version = b"8BIM\x04\x21\0\0\0\0\0\0";
        assert_eq!(named_in_resources(caption), None);
        let both = [&caption[..], version].concat();
        assert_eq!(named_in_resources(&both), Some("Photoshop"));
        for length in 0..both.len() {
            let _ = named_in_resources(&both[..length]);
        }
        assert_eq!(
            named_in_resources(b"8BIM\x04\x04\0\0\xFF\xFF\xFF\xFFabc"),
            None
        );
    }
}
