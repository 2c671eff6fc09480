//! The frame header (ITU T.81 B.2.2), and everything else that a decoder needs before the first scan.
#![allow(
    clippy::cast_possible_truncation,
    reason = "a frame header counts its components in a byte"
)]

use crate::error::{Error, ErrorKind, Unsupported};
use crate::jfif::Jfif;
use crate::markers::{self, Marker};

/// The coding process that the frame header names (T.81 Table B.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Process {
    /// SOF0: baseline sequential DCT, Huffman coding.
    Baseline,
    /// SOF1: extended sequential DCT, Huffman coding.
    Extended,
    /// SOF2: progressive DCT, Huffman coding.
    Progressive,
    /// SOF3, SOF7, SOF11, SOF15, and SOF55 (JPEG-LS): lossless, however it is coded.
    Lossless,
    /// SOF9, SOF10, SOF13, SOF14: DCT, arithmetic coding.
    Arithmetic,
    /// SOF5 and SOF6, and any DCT with Huffman coding after a DHP segment: a hierarchical file.
    Hierarchical,
}

/// The colour model of the components.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ColourModel {
    /// One component.
    Grey,
    /// Three components, luma and two colour differences (T.871).
    YCbCr,
    /// Three components: red, green and blue.
    Rgb,
    /// Four components: cyan, magenta, yellow and black (inverted in files by Adobe programs).
    Cmyk,
    /// Four components: CMY as luma and colour differences, and black.
    Ycck,
    /// Any other number of components.
    Unknown,
}

impl ColourModel {
    /// By the rules of the IJG library, which every other reader follows: JFIF means YCbCr; else
    /// Adobe's transform; else component identifiers that spell RGB.
    pub(crate) fn of(components: &[Component], jfif: bool, adobe_transform: Option<u8>) -> Self {
        match components {
            [_] => Self::Grey,
            [_, _, _] if jfif => Self::YCbCr,
            [a, b, c] => match adobe_transform {
                Some(0) => Self::Rgb,
                None if [a.id, b.id, c.id] == *b"RGB" => Self::Rgb,
                _ => Self::YCbCr,
            },
            [_, _, _, _] if adobe_transform == Some(2) => Self::Ycck,
            [_, _, _, _] => Self::Cmyk,
            _ => Self::Unknown,
        }
    }
}

/// One component of the frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Component {
    /// Identifier that scans refer to.
    pub id: u8,
    /// Horizontal sampling factor, 1–4.
    pub horizontal: u8,
    /// Vertical sampling factor, 1–4.
    pub vertical: u8,
    /// Slot of its quantisation table, 0–3.
    pub quantisation: u8,
}

/// What a file says about itself before its first scan.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// Columns, at least 1.
    pub width: u32,
    /// Lines, at least 1.
    pub height: u32,
    /// Whether the frame header left the height open and a DNL segment gave it (T.81 B.2.5).
    pub height_from_dnl: bool,
    /// Bits per sample.
    pub precision: u8,
    /// The coding process.
    pub process: Process,
    /// Colours of the components, found as the IJG library does: JFIF, Adobe, then identifiers.
    pub colour: ColourModel,
    /// The components, one to four of them in any file that can be decoded.
    pub components: Vec<Component>,
    /// Quantisation table of the first component – luma in most files – in zigzag order, if it
    /// is given before the first scan.
    pub luma_table: Option<[u16; 64]>,
    /// Whether the Huffman tables of the first scan are missing, and those of T.81 K.3 are used, as
    /// frames of motion JPEG mean it.
    pub implied_tables: bool,
    /// MCUs between restart markers at the first scan, 0 if none.
    pub restart_interval: u16,
    /// The JFIF segment, if any.
    pub jfif: Option<Jfif>,
    /// The transform byte of the Adobe APP14 segment, if any: 0 none, 1 YCbCr, 2 YCCK.
    pub adobe_transform: Option<u8>,
    /// Offset of the frame header's marker.
    pub frame_offset: usize,
    /// Offset of the first SOS marker.
    pub scan_offset: usize,
}

impl Header {
    /// The process or form of this file, if this crate does not decode it.
    #[must_use]
    pub fn unsupported(&self) -> Option<Unsupported> {
        match self.process {
            Process::Arithmetic => Some(Unsupported::Arithmetic),
            Process::Lossless => Some(Unsupported::Lossless),
            Process::Hierarchical => Some(Unsupported::Hierarchical),
            _ if self.precision != 8 => Some(Unsupported::Precision {
                bits: self.precision,
            }),
            _ => match self.components.len() {
                1 | 3 => None,
                count => Some(Unsupported::Components { count: count as u8 }),
            },
        }
    }

    /// The largest sampling factors, which one MCU spans in blocks.
    pub(crate) fn max_sampling(&self) -> (u8, u8) {
        let horizontal = self.components.iter().map(|c| c.horizontal).max();
        let vertical = self.components.iter().map(|c| c.vertical).max();
        (horizontal.unwrap_or(1), vertical.unwrap_or(1))
    }
}

/// The frame header as parsed, before the rest of the file is known.
pub(crate) struct Frame {
    pub(crate) offset: usize,
    pub(crate) process: Process,
    pub(crate) precision: u8,
    /// 0 if a DNL segment gives it.
    pub(crate) height: u32,
    pub(crate) width: u32,
    pub(crate) components: Vec<Component>,
}

impl Frame {
    /// T.81 B.2.2.
    pub(crate) fn parse(marker: Marker, payload: &[u8]) -> Result<Self, Error> {
        let malformed = || Error::new(ErrorKind::Malformed, marker.at, "malformed frame header");
        let process = match marker.code & 15 {
            _ if marker.code == markers::SOF55 => Process::Lossless,
            0 => Process::Baseline,
            1 => Process::Extended,
            2 => Process::Progressive,
            3 | 7 | 11 | 15 => Process::Lossless,
            5 | 6 => Process::Hierarchical,
            _ => Process::Arithmetic,
        };
        let (fixed, rest) = payload.split_first_chunk::<6>().ok_or_else(malformed)?;
        let [precision, height_0, height_1, width_0, width_1, count] = *fixed;
        let (parts, trailing) = rest.as_chunks::<3>();
        if count == 0 || parts.len() != usize::from(count) || !trailing.is_empty() {
            return Err(malformed());
        }
        let mut components = Vec::with_capacity(parts.len());
        for &[id, sampling, quantisation] in parts {
            let (horizontal, vertical) = (sampling >> 4, sampling & 15);
            if !(1..=4).contains(&horizontal)
                || !(1..=4).contains(&vertical)
                || quantisation > 3
                || components.iter().any(|c: &Component| c.id == id)
            {
                return Err(malformed());
            }
            components.push(Component {
                id,
                horizontal,
                vertical,
                quantisation,
            });
        }
        // The factors of a single component mean nothing: its blocks are in rows (A.2.2).
        if let [only] = components.as_mut_slice() {
            only.horizontal = 1;
            only.vertical = 1;
        }
        Ok(Self {
            offset: marker.at,
            process,
            precision,
            height: u32::from(u16::from_be_bytes([height_0, height_1])),
            width: u32::from(u16::from_be_bytes([width_0, width_1])),
            components,
        })
    }
}
