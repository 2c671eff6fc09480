//! What the bytes of a file say before anybody looks at the picture.

use crate::{ImageSize, Ratio};

/// Facts about one input file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFacts {
    /// Length of the input in bytes; 0 if the system could not read it.
    pub bytes: u64,
    /// What the first bytes say, whatever the name.
    pub format: Format,
    /// Facts of the JPEG headers, if it is a JPEG with a readable frame header.
    pub jpeg: Option<JpegFacts>,
    /// How far the picture could be decoded.
    pub decoding: Decoding,
}

impl FileFacts {
    /// Facts of a file that exists but could not be read.
    #[must_use]
    pub const fn unreadable(cause: Unreadable) -> Self {
        Self {
            bytes: 0,
            format: Format::Unknown,
            jpeg: None,
            decoding: Decoding::Unreadable { cause },
        }
    }

    /// Size as a viewer shows it, EXIF orientation applied, if the headers say it.
    #[must_use]
    pub fn shown_size(&self) -> Option<ImageSize> {
        self.jpeg.as_ref()?.shown_size()
    }
}

/// Container or file type, recognised by content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are those of the formats")]
pub enum Format {
    Jpeg,
    Png,
    Gif,
    Webp,
    Bmp,
    Tiff,
    Heic,
    Avif,
    Jpeg2000,
    JpegXl,
    Ico,
    Tga,
    Ppm,
    Svg,
    Html,
    Pdf,
    Zip,
    Text,
    Empty,
    Unknown,
}

/// How the JPEG is coded (ITU-T T.81 table B.1, by its SOF marker).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Process {
    /// SOF0.
    Baseline,
    /// SOF1, Huffman.
    ExtendedSequential,
    /// SOF2, Huffman.
    Progressive,
    /// SOF3, SOF7, SOF11, SOF15.
    Lossless,
    /// SOF9, SOF10, SOF13, SOF14.
    Arithmetic,
    /// SOF5, SOF6.
    Hierarchical,
}

/// What the components of the JPEG mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum ColourModel {
    Grey,
    YCbCr,
    Rgb,
    Cmyk,
    Ycck,
    /// Another number of components.
    Other,
}

/// Facts of the JPEG headers.
#[derive(Clone, Debug, PartialEq)]
pub struct JpegFacts {
    /// Size as stored, before the EXIF orientation; `None` if a side is given as zero.
    pub stored_size: Option<ImageSize>,
    /// EXIF orientation 1–8; 1 if there is none or it is not one of these.
    pub orientation: u8,
    /// Coding process.
    pub process: Process,
    /// Bits a sample.
    pub precision_bits: u8,
    /// Number of components.
    pub components: u8,
    /// What the components mean.
    pub colour_model: ColourModel,
    /// Whether an ICC profile is embedded, and it could be used.
    pub icc: IccState,
    /// Whether the end-of-image marker (EOI) is there.
    pub eoi: bool,
    /// Bytes after the end-of-image marker.
    pub trailing_bytes: u64,
    /// IJG quality (1–100) whose luma table is nearest to the file's; absent without a table.
    pub quality: Option<u8>,
    /// Program named in the metadata, if it is a known picture editor.
    pub editor: Option<String>,
}

impl JpegFacts {
    /// Size as a viewer shows it, EXIF orientation applied.
    #[must_use]
    pub fn shown_size(&self) -> Option<ImageSize> {
        let size = self.stored_size?;
        Some(if self.orientation >= 5 {
            size.transposed()
        } else {
            size
        })
    }
}

/// The embedded ICC profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IccState {
    /// None: the pixels are taken as sRGB.
    Absent,
    /// Its colours were converted to sRGB (or it is sRGB).
    Converted,
    /// It is damaged or of another colour model: the pixels are taken as sRGB.
    Unusable,
}

/// How far the picture could be decoded.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoding {
    /// Whole.
    Complete,
    /// The system could not read the file.
    Unreadable {
        /// Why.
        cause: Unreadable,
    },
    /// Not a format that we decode.
    NotJpeg,
    /// A JPEG of a process that the card system does not take.
    UnsupportedJpeg,
    /// A colour model that is not decoded (CMYK, YCCK).
    UnsupportedColour,
    /// The data end early.
    Truncated {
        /// Share of the picture's rows that were there, if known.
        valid_ratio: Option<Ratio>,
    },
    /// The data are damaged.
    Corrupt {
        /// What is wrong, in the decoder's words; never holds pixels or names.
        detail: String,
    },
    /// A limit was met before decoding.
    LimitExceeded {
        /// Which.
        limit: LimitKind,
    },
}

/// Why the system could not read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Unreadable {
    PermissionDenied,
    Vanished,
    NotAFile,
    Other,
}

/// Which limit stopped the decoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitKind {
    /// More bytes than are read.
    Bytes,
    /// More pixels than are decoded.
    Pixels,
    /// More scans than are decoded.
    Scans,
}
