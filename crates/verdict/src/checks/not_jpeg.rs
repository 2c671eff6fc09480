//! The file is not a JPEG, whatever its name says.
//!
//! **Why.** The card system accepts only JPEG. Phones often save HEIC, screenshots are PNG, and
//! renaming a file does not convert it.
//!
//! **What to do.** Take the photo with the camera set to JPEG, or export it as JPEG.

use shomei_photo::{Decoding, Format};

use crate::prelude::*;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words::new("JPEG形式ではありません", "The file is not a JPEG"),
    advice: Words::new(
        "JPEG形式で保存した写真をお送りください。ファイル名の拡張子を変えるだけでは変換されません。",
        "Please send the photo saved as JPEG. Renaming the file does not convert it.",
    ),
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: file format JPEG",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    if m.file.decoding != Decoding::NotJpeg {
        return None;
    }
    let (record, name) = names(m.file.format);
    let found = match m.file.format {
        Format::Empty => Found::reject("ファイルが空です。", "The file is empty."),
        Format::Unknown => Found::reject(
            "画像ファイルとして認識できません。",
            "The file is not recognised as a picture.",
        ),
        _ => Found::reject(
            format!("ファイルの形式が{name}です。JPEG形式の写真が必要です。"),
            format!("The file is of the format {name}; a JPEG is needed."),
        ),
    };
    Some(found.fact("format", record))
}

/// The name of a format in the record, and in texts.
const fn names(format: Format) -> (&'static str, &'static str) {
    match format {
        Format::Jpeg => ("jpeg", "JPEG"),
        Format::Png => ("png", "PNG"),
        Format::Gif => ("gif", "GIF"),
        Format::Webp => ("webp", "WebP"),
        Format::Bmp => ("bmp", "BMP"),
        Format::Tiff => ("tiff", "TIFF"),
        Format::Heic => ("heic", "HEIC"),
        Format::Avif => ("avif", "AVIF"),
        Format::Jpeg2000 => ("jpeg2000", "JPEG 2000"),
        Format::JpegXl => ("jpeg_xl", "JPEG XL"),
        Format::Ico => ("ico", "ICO"),
        Format::Tga => ("tga", "TGA"),
        Format::Ppm => ("ppm", "PPM"),
        Format::Svg => ("svg", "SVG"),
        Format::Html => ("html", "HTML"),
        Format::Pdf => ("pdf", "PDF"),
        Format::Zip => ("zip", "ZIP"),
        Format::Text => ("text", "TXT"),
        Format::Empty => ("empty", "?"),
        Format::Unknown => ("unknown", "?"),
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::fixtures::{Sample, check, codes};
    use crate::{Code, Lang};

    fn not_jpeg(m: &mut Measurements, format: Format) {
        m.file.decoding = Decoding::NotJpeg;
        m.file.format = format;
    }

    pub(crate) const SAMPLES: &[Sample] = &[
        |m| not_jpeg(m, Format::Empty),
        |m| not_jpeg(m, Format::Unknown),
        |m| not_jpeg(m, Format::Heic),
    ];

    #[test]
    fn formats_are_named() {
        for (format, named) in [
            (Format::Png, "PNG"),
            (Format::Heic, "HEIC"),
            (Format::Empty, "empty"),
            (Format::Unknown, "not recognised"),
        ] {
            let found = check(
                Code::NotJpeg,
                |m| not_jpeg(m, format),
                Some(Outcome::Reject),
            );
            assert!(found.unwrap().text.of(Lang::En).contains(named));
        }
        check(Code::NotJpeg, |_| (), None);
    }

    #[test]
    fn every_format_has_a_name_like_that_in_the_record() {
        for format in [
            Format::Jpeg,
            Format::Png,
            Format::Gif,
            Format::Webp,
            Format::Bmp,
            Format::Tiff,
            Format::Heic,
            Format::Avif,
            Format::Jpeg2000,
            Format::JpegXl,
            Format::Ico,
            Format::Tga,
            Format::Ppm,
            Format::Svg,
            Format::Html,
            Format::Pdf,
            Format::Zip,
        ] {
            let (record, name) = names(format);
            let plain = name.to_lowercase().replace(' ', "");
            assert_eq!(record.replace('_', ""), plain);
        }
        assert_eq!(names(Format::Text), ("text", "TXT"));
    }

    #[test]
    fn it_speaks_alone() {
        let change = |m: &mut Measurements| {
            m.file.decoding = Decoding::NotJpeg;
            m.file.bytes = 12;
            m.file.jpeg = None;
            m.face = None;
        };
        assert_eq!(codes(change), [Code::NotJpeg]);
    }
}
