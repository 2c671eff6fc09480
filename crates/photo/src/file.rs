//! Facts of a file, apart from its picture.

use crate::{ImageSize, Ratio};

/// Facts about one input file.
#[derive(Clone, Debug, PartialEq)]
pub struct FileFacts {
    /// Length of the input in bytes; 0 if the system could not read it.
    pub bytes: u64,
    /// The file type by its first bytes, whatever its name.
    pub format: Format,
    /// Facts of the JPEG headers, if the file is a JPEG with a readable frame header.
    pub jpeg: Option<JpegFacts>,
    /// How much of the picture could be decoded.
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

    /// Size as a viewer shows it, with the EXIF orientation applied, if the headers give it.
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

/// The colour model of a JPEG.
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
    /// Size as stored, before the EXIF orientation; `None` if a side is zero.
    pub stored_size: Option<ImageSize>,
    /// EXIF orientation 1–8; 1 if it is missing or not valid.
    pub orientation: u8,
    /// Coding process.
    pub process: Process,
    /// Bits per sample.
    pub precision_bits: u8,
    /// Number of components.
    pub components: u8,
    /// The colour model of the components.
    pub colour_model: ColourModel,
    /// Whether an ICC profile is embedded and could be used.
    pub icc: IccState,
    /// Whether the end-of-image marker (EOI) exists.
    pub eoi: bool,
    /// Bytes after the end-of-image marker.
    pub trailing_bytes: u64,
    /// IJG quality (1–100) whose luma table is nearest to the file's; absent without a table.
    pub quality: Option<u8>,
    /// Program named in the metadata, if it is a known picture editor.
    pub editor: Option<String>,
    /// A mark in the metadata that the picture is not as a camera took it, if there is one.
    pub edit_mark: Option<EditMark>,
    /// What makes the file one that some programs cannot open, if anything.
    pub peculiarity: Option<Peculiarity>,
}

impl JpegFacts {
    /// Size as a viewer shows it, with the EXIF orientation applied.
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

/// A mark in the metadata that the picture is not as a camera took it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditMark {
    /// What it says.
    pub claim: EditClaim,
    /// Where it is.
    pub place: MarkPlace,
    /// The mark as its standard names it, such as `trainedAlgorithmicMedia` or `c2pa.edited`; never
    /// text from the file.
    pub name: String,
}

/// What a mark says of the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditClaim {
    /// It was changed or put together after it was taken.
    Edited,
    /// A program made it, or a part of it.
    Generated,
}

/// Where a mark is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkPlace {
    /// A tag of the EXIF segment.
    Exif,
    /// An XMP packet.
    Xmp,
    /// A manifest of Content Credentials (C2PA).
    ContentCredentials,
    /// The data that Samsung's programs write behind the picture.
    SamsungTrailer,
}

/// A form of JPEG that some programs cannot open although its picture is sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Peculiarity {
    /// The Huffman tables are left out, as in frames of motion JPEG: the standard's are meant.
    ImpliedTables,
    /// The frame header leaves the height open, and a DNL segment behind the first scan gives it.
    LateHeight,
}

/// The embedded ICC profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IccState {
    /// No profile: the pixels are treated as sRGB.
    Absent,
    /// The colours were converted to sRGB, or the profile is sRGB.
    Converted,
    /// The profile is damaged or of another colour model: the pixels are treated as sRGB.
    Unusable,
}

/// How much of the picture could be decoded.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoding {
    /// The picture is complete.
    Complete,
    /// The system could not read the file.
    Unreadable {
        /// The reason.
        cause: Unreadable,
    },
    /// Not a format that we decode.
    NotJpeg,
    /// A JPEG of a process that the card system does not accept.
    UnsupportedJpeg,
    /// A colour model that is not decoded (CMYK, YCCK).
    UnsupportedColour,
    /// The data end early.
    Truncated {
        /// Share of the picture's rows that could be read, if known.
        valid_ratio: Option<Ratio>,
    },
    /// The data are damaged.
    Corrupt {
        /// What is wrong, in the decoder's words; never contains pixels or names.
        detail: String,
    },
    /// The file exceeds a limit, found before decoding.
    LimitExceeded {
        /// The limit.
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
    /// More bytes than the limit.
    Bytes,
    /// More pixels than the limit.
    Pixels,
    /// More scans than the limit.
    Scans,
}
