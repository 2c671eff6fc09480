//! The facts before the picture: frame, metadata, quantisation table.

use shomei_jpeg::{File, Header};
use shomei_photo::{ColourModel, ImageSize, JpegFacts, Peculiarity, Process};

use crate::colour::Profile;
use crate::{c2pa, editor, provenance, quality};

/// The facts of a file. What is known only at its end – the end marker and what follows it – is
/// guessed from its last bytes.
pub(crate) fn facts(bytes: &[u8], file: &File<'_>, profile: &Profile<'_>) -> JpegFacts {
    let header = file.header();
    let colour_model = colour_model(header);
    let manifests = c2pa::manifests(file);
    let credentials = c2pa::claims(&manifests);
    let peculiarity = if header.height_from_dnl {
        Some(Peculiarity::LateHeight)
    } else {
        header.implied_tables.then_some(Peculiarity::ImpliedTables)
    };
    JpegFacts {
        stored_size: ImageSize::new(header.width, header.height),
        orientation: file.orientation().unwrap_or_default() as u8,
        process: process(header),
        precision_bits: header.precision,
        components: u8::try_from(header.components.len()).unwrap_or(u8::MAX),
        colour_model,
        icc: profile.state_by_header(colour_model),
        eoi: bytes.ends_with(&[0xFF, 0xD9]),
        trailing_bytes: 0,
        quality: header.luma_table.as_ref().map(quality::nearest),
        editor: editor::of(file, &credentials).map(str::to_owned),
        edit_mark: provenance::of(file, bytes, &credentials),
        peculiarity,
    }
}

const fn process(header: &Header) -> Process {
    match header.process {
        shomei_jpeg::Process::Baseline => Process::Baseline,
        shomei_jpeg::Process::Extended => Process::ExtendedSequential,
        shomei_jpeg::Process::Progressive => Process::Progressive,
        shomei_jpeg::Process::Lossless => Process::Lossless,
        shomei_jpeg::Process::Arithmetic => Process::Arithmetic,
        _ => Process::Hierarchical,
    }
}

const fn colour_model(header: &Header) -> ColourModel {
    match header.colour {
        shomei_jpeg::ColourModel::Grey => ColourModel::Grey,
        shomei_jpeg::ColourModel::YCbCr => ColourModel::YCbCr,
        shomei_jpeg::ColourModel::Rgb => ColourModel::Rgb,
        shomei_jpeg::ColourModel::Cmyk => ColourModel::Cmyk,
        shomei_jpeg::ColourModel::Ycck => ColourModel::Ycck,
        _ => ColourModel::Other,
    }
}

#[cfg(test)]
mod tests {
    use shomei_photo::Decoding;

    use super::*;
    use crate::{Decoded, Limits, Options, Scratch, decode, testing};

    fn read(bytes: &[u8]) -> Decoded {
        decode(
            bytes,
            &Limits::default(),
            &Options::default(),
            &mut Scratch::new(),
        )
    }

    fn known(decoded: &Decoded) -> &JpegFacts {
        decoded.facts.jpeg.as_ref().unwrap()
    }

    #[test]
    fn the_end_marker_is_that_of_the_picture() {
        let mut file = testing::jpeg(64, 48);
        let length = file.len();
        // A thumbnail in a metadata segment, with an end marker of its own.
        let thumbnail = testing::jpeg(16, 16);
        let decoded = read(&testing::with_segment(&file, 0xE1, &thumbnail));
        assert_eq!(decoded.facts.decoding, Decoding::Complete);
        assert!(known(&decoded).eoi);
        assert_eq!(known(&decoded).trailing_bytes, 0);
        // A second picture behind the first.
        file.extend_from_slice(&thumbnail);
        let decoded = read(&file);
        assert_eq!(decoded.facts.decoding, Decoding::Complete);
        assert!(known(&decoded).eoi);
        let trailing = (file.len() - length) as u64;
        assert_eq!(known(&decoded).trailing_bytes, trailing);
    }

    #[test]
    fn fill_and_stray_bytes_between_segments_are_passed_over() {
        let file = testing::jpeg(64, 48);
        let pixels = |file: &[u8]| {
            let decoded = read(file);
            assert_eq!(decoded.facts.decoding, Decoding::Complete);
            decoded.photo.unwrap().rgb().to_vec()
        };
        let expected = pixels(&file);
        let filled = [&file[..2], &[0xFF; 9], &file[2..]].concat();
        assert_eq!(pixels(&filled), expected);
        // Not behind the start marker, where it would not look like a JPEG any more.
        let (front, back) = file.split_at(testing::find(&file, 0xDB));
        let stray = [front, b"stray", back].concat();
        assert_eq!(pixels(&stray), expected);
        let zero_length = [&file[..2], &[0xFF, 0xE5, 0, 0], &file[2..]].concat();
        assert_eq!(pixels(&zero_length), expected);
    }

    #[test]
    fn the_colour_model_follows_libjpeg() {
        let jfif = testing::jpeg(16, 16);
        let plain = testing::without_jfif(&jfif);
        let adobe = |transform: u8| [b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat();
        let model = |file: &[u8]| known(&read(file)).colour_model;
        assert_eq!(model(&plain), ColourModel::YCbCr);
        let marked = |file: &[u8], transform| testing::with_segment(file, 0xEE, &adobe(transform));
        assert_eq!(model(&marked(&plain, 0)), ColourModel::Rgb);
        assert_eq!(model(&marked(&plain, 1)), ColourModel::YCbCr);
        assert_eq!(model(&marked(&jfif, 0)), ColourModel::YCbCr);
        let named = testing::with_component_names(&plain, *b"RGB");
        assert_eq!(model(&named), ColourModel::Rgb);
        assert_eq!(model(&marked(&named, 1)), ColourModel::YCbCr);
    }

    #[test]
    fn editors_are_reported_from_every_place() {
        let file = testing::jpeg(16, 16);
        let editor = |marker, payload: &[u8]| {
            let file = testing::with_segment(&file, marker, payload);
            known(&read(&file)).editor.clone()
        };
        let exif = [
            b"Exif\0\0",
            &testing::tiff(false, 1, Some("Snapseed 2.0"))[..],
        ]
        .concat();
        assert_eq!(editor(0xE1, &exif).as_deref(), Some("Snapseed"));
        let xmp = b"http://ns.adobe.com/xap/1.0/\0<x xmp:CreatorTool='Canva'>";
        assert_eq!(editor(0xE1, xmp).as_deref(), Some("Canva"));
        let version = b"Photoshop 3.0\x008BIM\x04\x21\0\0\0\0\0\0";
        assert_eq!(editor(0xED, version).as_deref(), Some("Photoshop"));
        assert_eq!(editor(0xFE, b"Created with GIMP").as_deref(), Some("GIMP"));
        assert_eq!(editor(0xFE, b"LEAD Technologies Inc."), None);
    }
}
