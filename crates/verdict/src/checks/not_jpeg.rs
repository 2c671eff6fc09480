//! The file is not a JPEG, whatever its name says.
//!
//! **Why.** The card system accepts only JPEG. Phones often save HEIC, screenshots are PNG, and
//! renaming a file does not convert it.
//!
//! **What to do.** Take the photo with the camera set to JPEG, or export it as JPEG.

use shomei_photo::{Decoding, Format};

use crate::prelude::*;
use crate::wire::v1;

pub(super) const ABOUT: About = About {
    stage: Stage::File,
    waivable: false,
    title: Words {
        ja: "JPEG形式ではありません",
        en: "The file is not a JPEG",
    },
    advice: Words {
        ja: "JPEG形式で保存した写真をお送りください。ファイル名の拡張子を変えるだけでは変換されません。",
        en: "Please send the photo saved as JPEG. Renaming the file does not convert it.",
    },
    rule: "J-LIS, kojinbango-card.go.jp/en-kofushinse-checkpoint/: file format JPEG",
};

params! {}

pub(super) fn check(m: &Measurements, _: &Params) -> Option<Found> {
    if m.file.decoding != Decoding::NotJpeg {
        return None;
    }
    let (ja, en) = match m.file.format {
        Format::Empty => ("ファイルが空です。", "The file is empty."),
        Format::Unknown => (
            "画像ファイルとして認識できません。",
            "The file is not recognised as a picture.",
        ),
        format => {
            let name = name(format);
            return Some(found(
                m,
                format!("ファイルの形式が{name}です。JPEG形式の写真が必要です。"),
                format!("The file is of the format {name}; a JPEG is needed."),
            ));
        }
    };
    Some(found(m, ja.to_owned(), en.to_owned()))
}

fn found(m: &Measurements, ja: String, en: String) -> Found {
    Found::reject(ja, en).fact("format", v1::format(m.file.format))
}

fn name(format: Format) -> &'static str {
    match format {
        Format::Jpeg => "JPEG",
        Format::Png => "PNG",
        Format::Gif => "GIF",
        Format::Webp => "WebP",
        Format::Bmp => "BMP",
        Format::Tiff => "TIFF",
        Format::Heic => "HEIC",
        Format::Avif => "AVIF",
        Format::Jpeg2000 => "JPEG 2000",
        Format::JpegXl => "JPEG XL",
        Format::Ico => "ICO",
        Format::Tga => "TGA",
        Format::Ppm => "PPM",
        Format::Svg => "SVG",
        Format::Html => "HTML",
        Format::Pdf => "PDF",
        Format::Zip => "ZIP",
        Format::Text => "TXT",
        _ => "?",
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
            let plain = name(format).to_lowercase().replace(' ', "");
            let record = v1::format(format).to_string().replace('_', "");
            assert_eq!(record, format!("{plain:?}"));
        }
        assert_eq!(name(Format::Text), "TXT");
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
