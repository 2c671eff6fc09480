//! What stands before the first scan: frame header (ITU T.81 B.2.2), tables and miscellaneous
//! segments (B.2.4), JFIF (ITU T.871), Adobe APP14, EXIF and ICC.
#![allow(
    clippy::cast_possible_truncation,
    reason = "a frame header counts its components in a byte"
)]

use std::ops::Range;

use crate::error::{Error, ErrorKind, Unsupported};
use crate::exif::{self, Orientation};
use crate::huffman::{Spec, Specs};
use crate::markers::{self, Marker};
use crate::quant::{QuantTable, QuantTables};

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
    /// SOF3, and SOF55 (JPEG-LS): lossless.
    Lossless,
    /// SOF9–SOF11: arithmetic coding.
    Arithmetic,
    /// SOF5–SOF7 and SOF13–SOF15: differential frames of a hierarchical file.
    Hierarchical,
}

/// The colours that the components stand for.
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

/// The unit of a pixel density.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DensityUnit {
    /// None: the two numbers only give the shape of a pixel.
    Aspect,
    /// Dots per inch.
    PerInch,
    /// Dots per centimetre.
    PerCentimetre,
}

/// The JFIF APP0 segment (T.871 10.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Jfif {
    /// Major and minor version, as in 1.02.
    pub version: (u8, u8),
    /// Unit of the density; `None` for a value that JFIF does not know.
    pub unit: Option<DensityUnit>,
    /// Horizontal density.
    pub x_density: u16,
    /// Vertical density.
    pub y_density: u16,
}

/// The EXIF APP1 segment.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Exif {
    /// Where its TIFF structure stands in the file, in bytes.
    pub range: Range<usize>,
    /// The orientation in it, where it is there and valid.
    pub orientation: Option<Orientation>,
}

/// The ICC profile, which may be spread over several APP2 segments (ICC.1 Annex B.4).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Icc {
    /// Where its parts stand in the file, in bytes, in the order of their sequence numbers.
    pub parts: Vec<Range<usize>>,
    /// Whether every part is there exactly once.
    pub complete: bool,
}

impl Icc {
    /// The profile, its parts joined; `None` where it is not complete. `data` is the file.
    #[must_use]
    pub fn profile(&self, data: &[u8]) -> Option<Vec<u8>> {
        if !self.complete {
            return None;
        }
        let mut profile = Vec::new();
        for part in &self.parts {
            profile.extend_from_slice(data.get(part.clone())?);
        }
        Some(profile)
    }
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
    /// stands before the first scan.
    pub luma_table: Option<[u16; 64]>,
    /// MCUs between restart markers at the first scan, 0 if none.
    pub restart_interval: u16,
    /// The JFIF segment, if any.
    pub jfif: Option<Jfif>,
    /// The transform byte of the Adobe APP14 segment, if any: 0 none, 1 YCbCr, 2 YCCK.
    pub adobe_transform: Option<u8>,
    /// The first EXIF segment, if any.
    pub exif: Option<Exif>,
    /// The ICC profile, if any.
    pub icc: Option<Icc>,
    /// Bytes between segments that belong to none.
    pub stray_bytes: usize,
    /// Offset of the frame header's marker.
    pub frame_offset: usize,
    /// Offset of the first SOS marker.
    pub scan_offset: usize,
}

impl Header {
    /// Reads everything up to the first scan, and no further: some microseconds for any file,
    /// unless the height is left to a DNL segment, which stands behind the first scan.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but `Unsupported` and those of limits. A process that cannot be decoded
    /// is reported in the header, not refused.
    pub fn read(data: &[u8]) -> Result<Self, Error> {
        Ok(Preamble::read(data)?.header)
    }

    /// The process or form of this file that `decode` refuses, if it does.
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

    /// The orientation that the EXIF segment gives, if any.
    #[must_use]
    pub fn orientation(&self) -> Option<Orientation> {
        self.exif.as_ref()?.orientation
    }

    /// The largest sampling factors, which one MCU spans in blocks.
    pub(crate) fn max_sampling(&self) -> (u8, u8) {
        let horizontal = self.components.iter().map(|c| c.horizontal).max();
        let vertical = self.components.iter().map(|c| c.vertical).max();
        (horizontal.unwrap_or(1), vertical.unwrap_or(1))
    }
}

/// The tables that segments install and scans use (T.81 B.2.4).
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) quant: [Option<Box<QuantTable>>; 4],
    pub(crate) dc: [Option<Box<Spec>>; 4],
    pub(crate) ac: [Option<Box<Spec>>; 4],
    pub(crate) restart_interval: u16,
}

impl Tables {
    /// Installs what a DQT, DHT or DRI segment holds; other segments are passed over. `Err`
    /// names what is malformed.
    pub(crate) fn install(&mut self, code: u8, payload: &[u8]) -> Result<(), &'static str> {
        match code {
            markers::DQT => {
                for table in QuantTables(payload) {
                    let (slot, table) = table.map_err(|_| "malformed quantisation table")?;
                    if let Some(to) = self.quant.get_mut(slot) {
                        *to = Some(Box::new(table));
                    }
                }
            }
            markers::DHT => {
                for table in Specs(payload) {
                    let (ac, slot, spec) = table.map_err(|_| "malformed huffman table")?;
                    let slots = if ac { &mut self.ac } else { &mut self.dc };
                    if let Some(to) = slots.get_mut(slot) {
                        *to = Some(Box::new(spec));
                    }
                }
            }
            markers::DRI => {
                let interval = payload
                    .first_chunk::<2>()
                    .ok_or("malformed restart interval")?;
                self.restart_interval = u16::from_be_bytes(*interval);
            }
            _ => {}
        }
        Ok(())
    }
}

/// Header and tables, with the first scan next to be read.
#[derive(Debug)]
pub(crate) struct Preamble {
    pub(crate) header: Header,
    pub(crate) tables: Tables,
    /// The first SOS marker.
    pub(crate) scan: Marker,
}

/// The frame header as parsed, before the rest of the file is known.
struct Frame {
    offset: usize,
    process: Process,
    precision: u8,
    height: u32,
    width: u32,
    components: Vec<Component>,
}

impl Preamble {
    pub(crate) fn read(data: &[u8]) -> Result<Self, Error> {
        if data.first_chunk::<2>() != Some(&[0xFF, markers::SOI]) {
            return Err(Error::new(
                ErrorKind::NotJpeg,
                0,
                "the file does not begin with a jpeg marker",
            ));
        }
        let truncated = |at| Error::new(ErrorKind::Truncated, at, "the file ends in its header");
        let malformed = |at, what| Error::new(ErrorKind::Malformed, at, what);
        let mut tables = Tables::default();
        let mut metadata = Metadata::default();
        let mut frame: Option<Frame> = None;
        let mut stray_bytes = 0;
        let mut hierarchical = false;
        let mut pos = 2;
        let scan = loop {
            let Some(marker) = markers::next_marker(data, pos) else {
                return Err(truncated(data.len()));
            };
            stray_bytes += stray(data, pos, marker.at);
            match marker.code {
                markers::SOS => break marker,
                markers::EOI => {
                    return Err(match frame {
                        None => Error::new(ErrorKind::NoFrame, marker.at, "no frame header"),
                        Some(_) => Error::new(ErrorKind::NoScan, marker.at, "no scan"),
                    });
                }
                _ if marker.stands_alone() => {
                    pos = marker.after;
                    continue;
                }
                _ => {}
            }
            let (payload, next) = match markers::segment(data, marker.after) {
                Ok(segment) => segment,
                Err(true) => return Err(truncated(marker.at)),
                // Writers of metadata err; the picture does not suffer.
                Err(false) if marker.is_metadata() => {
                    pos = marker.after + 2;
                    continue;
                }
                Err(false) => return Err(malformed(marker.at, "impossible segment length")),
            };
            match marker.code {
                markers::DHP => hierarchical = true,
                markers::DHT | markers::JPG | markers::DAC => {}
                markers::SOF0..=markers::SOF15 | markers::SOF55 => {
                    if frame.is_some() {
                        return Err(malformed(marker.at, "a second frame header"));
                    }
                    frame = Some(Frame::parse(marker, payload)?);
                }
                _ => {}
            }
            tables
                .install(marker.code, payload)
                .map_err(|what| malformed(marker.at, what))?;
            metadata.note(marker.code, payload, next - payload.len());
            pos = next;
        };
        let Some(mut frame) = frame else {
            return Err(Error::new(
                ErrorKind::NoFrame,
                scan.at,
                "a scan without a frame header",
            ));
        };
        if hierarchical {
            frame.process = Process::Hierarchical;
        }
        let height_from_dnl = frame.height == 0;
        if height_from_dnl {
            frame.height = number_of_lines(data, scan).unwrap_or(0);
        }
        if frame.width == 0 || frame.height == 0 {
            return Err(Error::new(
                ErrorKind::Empty,
                frame.offset,
                "the frame has no lines or no columns",
            ));
        }
        let luma_slot = frame.components.first().map(|c| c.quantisation);
        let luma_table = luma_slot
            .and_then(|slot| tables.quant.get(usize::from(slot))?.as_deref())
            .copied();
        let header = Header {
            luma_table,
            width: frame.width,
            height: frame.height,
            height_from_dnl,
            precision: frame.precision,
            process: frame.process,
            colour: metadata.colour(&frame.components),
            components: frame.components,
            restart_interval: tables.restart_interval,
            jfif: metadata.jfif,
            adobe_transform: metadata.adobe_transform,
            exif: metadata.exif,
            icc: metadata.icc.map(IccParts::joined),
            stray_bytes,
            frame_offset: frame.offset,
            scan_offset: scan.at,
        };
        Ok(Self {
            header,
            tables,
            scan,
        })
    }
}

/// Bytes from `pos` to a marker at `at` that are not fill bytes.
pub(crate) fn stray(data: &[u8], pos: usize, at: usize) -> usize {
    let gap = data.get(pos..at).unwrap_or_default();
    gap.len() - gap.iter().rev().take_while(|&&byte| byte == 0xFF).count()
}

/// The height in the DNL segment behind the first scan (T.81 B.2.5).
fn number_of_lines(data: &[u8], scan: Marker) -> Option<u32> {
    let (_, entropy) = markers::segment(data, scan.after).ok()?;
    let marker = markers::end_of_scan(data, entropy)?;
    if marker.code != markers::DNL {
        return None;
    }
    let (payload, _) = markers::segment(data, marker.after).ok()?;
    Some(u32::from(u16::from_be_bytes(*payload.first_chunk::<2>()?)))
}

impl Frame {
    /// T.81 B.2.2.
    fn parse(marker: Marker, payload: &[u8]) -> Result<Self, Error> {
        let malformed = || Error::new(ErrorKind::Malformed, marker.at, "malformed frame header");
        let process = match marker.code & 15 {
            _ if marker.code == markers::SOF55 => Process::Lossless,
            0 => Process::Baseline,
            1 => Process::Extended,
            2 => Process::Progressive,
            3 => Process::Lossless,
            9..=11 => Process::Arithmetic,
            _ => Process::Hierarchical,
        };
        let (fixed, rest) = payload.split_first_chunk::<6>().ok_or_else(malformed)?;
        let [precision, height_0, height_1, width_0, width_1, count] = *fixed;
        let mut components = Vec::new();
        let (parts, trailing) = rest.as_chunks::<3>();
        if count == 0 || parts.len() != usize::from(count) || !trailing.is_empty() {
            return Err(malformed());
        }
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
        // The factors of a single component mean nothing: its blocks stand in rows (A.2.2).
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

/// What application segments said.
#[derive(Default)]
struct Metadata {
    jfif: Option<Jfif>,
    adobe_transform: Option<u8>,
    exif: Option<Exif>,
    icc: Option<IccParts>,
}

/// The ICC parts met so far: the declared count, and sequence number and range of each.
#[derive(Default)]
struct IccParts {
    count: u8,
    consistent: bool,
    parts: Vec<(u8, Range<usize>)>,
}

impl IccParts {
    fn joined(mut self) -> Icc {
        self.parts.sort_by_key(|(number, _)| *number);
        let complete = self.consistent
            && self.parts.len() == usize::from(self.count)
            && self
                .parts
                .iter()
                .map(|(number, _)| *number)
                .eq(1..=self.count);
        Icc {
            parts: self.parts.into_iter().map(|(_, range)| range).collect(),
            complete,
        }
    }
}

impl Metadata {
    /// Takes note of an application segment whose parameters begin at `offset`.
    fn note(&mut self, code: u8, payload: &[u8], offset: usize) {
        match code {
            markers::APP0 if self.jfif.is_none() => self.jfif = jfif(payload),
            markers::APP1 if self.exif.is_none() => {
                if let Some(tiff) = payload.strip_prefix(b"Exif\0\0") {
                    let start = offset + payload.len() - tiff.len();
                    self.exif = Some(Exif {
                        range: start..start + tiff.len(),
                        orientation: exif::orientation(tiff),
                    });
                }
            }
            markers::APP2 => {
                if let Some([number, count, part @ ..]) = payload.strip_prefix(b"ICC_PROFILE\0") {
                    let icc = self.icc.get_or_insert_with(|| IccParts {
                        count: *count,
                        consistent: true,
                        parts: Vec::new(),
                    });
                    // No more than a profile can have; a file may repeat the segment for ever.
                    if icc.count != *count || icc.parts.len() >= 255 {
                        icc.consistent = false;
                    } else {
                        let start = offset + payload.len() - part.len();
                        icc.parts.push((*number, start..start + part.len()));
                    }
                }
            }
            markers::APP14 if payload.starts_with(b"Adobe") => {
                if let Some(&transform) = payload.get(11) {
                    self.adobe_transform = Some(transform);
                }
            }
            _ => {}
        }
    }

    /// The colour model by the rules of the IJG library, which every other reader follows: JFIF
    /// means YCbCr; else Adobe's transform; else component identifiers that spell RGB.
    fn colour(&self, components: &[Component]) -> ColourModel {
        match components {
            [_] => ColourModel::Grey,
            [a, b, c] => {
                if self.jfif.is_some() {
                    ColourModel::YCbCr
                } else if let Some(transform) = self.adobe_transform {
                    if transform == 0 {
                        ColourModel::Rgb
                    } else {
                        ColourModel::YCbCr
                    }
                } else if [a.id, b.id, c.id] == *b"RGB" {
                    ColourModel::Rgb
                } else {
                    ColourModel::YCbCr
                }
            }
            [_, _, _, _] => match self.adobe_transform {
                Some(2) => ColourModel::Ycck,
                _ => ColourModel::Cmyk,
            },
            _ => ColourModel::Unknown,
        }
    }
}

fn jfif(payload: &[u8]) -> Option<Jfif> {
    let fields = payload.strip_prefix(b"JFIF\0")?.first_chunk::<7>()?;
    let &[major, minor, unit, x_0, x_1, y_0, y_1] = fields;
    Some(Jfif {
        version: (major, minor),
        unit: match unit {
            0 => Some(DensityUnit::Aspect),
            1 => Some(DensityUnit::PerInch),
            2 => Some(DensityUnit::PerCentimetre),
            _ => None,
        },
        x_density: u16::from_be_bytes([x_0, x_1]),
        y_density: u16::from_be_bytes([y_0, y_1]),
    })
}
