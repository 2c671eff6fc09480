//! The walk over a JPEG from marker to marker (ITU-T T.81, annex B).
//!
//! It reads every segment that we need a fact of, passes over the entropy-coded data by marker
//! search, and stops at the end-of-image marker that belongs to the picture: thumbnails inside
//! metadata segments and further pictures behind the first (MPO, motion photos) are not
//! mistaken for it. Nothing is decoded, but what the markers alone tell about damage is
//! noticed: tables and scans that are missing, restart markers out of order, and an amount of
//! data that cannot belong to the size.
//!
//! Tolerant where libjpeg is and the picture does not suffer: fill bytes, stray bytes between
//! segments, and metadata segments of an impossible length.

use std::ops::Range;

use shomei_photo::{ColourModel, ImageSize, JpegFacts, Process};

use crate::colour::IccChunks;
use crate::{editor, exif, quality};

/// Marker codes, T.81 table B.1.
mod code {
    pub(super) const TEM: u8 = 0x01;
    pub(super) const DHT: u8 = 0xC4;
    pub(super) const RST0: u8 = 0xD0;
    pub(super) const RST7: u8 = 0xD7;
    pub(super) const SOI: u8 = 0xD8;
    pub(super) const EOI: u8 = 0xD9;
    pub(super) const SOS: u8 = 0xDA;
    pub(super) const DQT: u8 = 0xDB;
    pub(super) const DRI: u8 = 0xDD;
    pub(super) const DHP: u8 = 0xDE;
    pub(super) const APP0: u8 = 0xE0;
    pub(super) const APP1: u8 = 0xE1;
    pub(super) const APP2: u8 = 0xE2;
    pub(super) const APP12: u8 = 0xEC;
    pub(super) const APP13: u8 = 0xED;
    pub(super) const APP14: u8 = 0xEE;
    /// SOF of JPEG-LS (ITU-T T.87).
    pub(super) const SOF55: u8 = 0xF7;
    pub(super) const COM: u8 = 0xFE;
}

/// Segments before the walk gives up; the longest real files hold some thousands.
const MAX_SEGMENTS: u32 = 1 << 16;
/// Fields looked at for an editor's name.
const MAX_EDITOR_FIELDS: u32 = 512;
/// Stray bytes allowed for in a scan before its length counts as impossible.
const SCAN_SLACK: u64 = 4096;
/// More than an 8 × 8 block of 8-bit samples can take in one scan: 64 coefficients of at most
/// 16 bits of code and 15 bits of value are 248 bytes.
const MAX_BLOCK_BYTES: u64 = 256;

/// Why the walk ended before the end-of-image marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bytes end first.
    Ends,
    /// Something that no decoder could repair.
    Damaged(&'static str),
    /// More scans than are decoded.
    TooManyScans,
}

/// One component of the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Component {
    name: u8,
    across: u8,
    down: u8,
    table: u8,
}

/// The frame header (SOF), T.81 B.2.2.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Frame {
    pub(crate) process: Process,
    pub(crate) precision_bits: u8,
    /// `None` if a side is given as zero.
    pub(crate) size: Option<ImageSize>,
    /// Number of components as written.
    pub(crate) count: u8,
    /// The components; empty if there are not 1 to 4.
    components: Vec<Component>,
}

/// What one step of the walk met.
enum Step {
    Segment,
    /// A start-of-scan marker; its header is not read yet.
    Scan,
    End,
}

/// The state of the walk and what it has found so far.
pub(crate) struct Headers<'a> {
    bytes: &'a [u8],
    at: usize,
    segments: u32,
    pub(crate) frame: Option<Frame>,
    jfif: bool,
    /// Colour transform of the Adobe segment.
    adobe: Option<u8>,
    orientation: Option<u8>,
    seen_exif: bool,
    editor: Option<&'static str>,
    editor_fields: u32,
    pub(crate) icc: IccChunks<'a>,
    tables: [Option<[u16; 64]>; 4],
    quality: Option<u8>,
    restart_interval: u64,
    scans: u32,
    /// Bit n: component n has (for progressive files: DC) data.
    coded: u8,
    /// Where the marker of the scan to come starts.
    scan_marker: usize,
    /// The parts that belong to the picture, in order.
    kept: Vec<Range<usize>>,
    /// Places in `bytes` of component names, in order, and which component they name.
    names: Vec<(usize, u8)>,
    /// First byte behind the end-of-image marker.
    end: Option<usize>,
}

impl<'a> Headers<'a> {
    /// Stands behind the start marker of `bytes`.
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            at: 2,
            segments: 0,
            frame: None,
            jfif: false,
            adobe: None,
            orientation: None,
            seen_exif: false,
            editor: None,
            editor_fields: 0,
            icc: IccChunks::default(),
            tables: [None; 4],
            quality: None,
            restart_interval: 0,
            scans: 0,
            coded: 0,
            scan_marker: 0,
            kept: Vec::new(),
            names: Vec::new(),
            end: None,
        }
    }

    /// Reads up to the first scan.
    pub(crate) fn read_to_picture_data(&mut self) -> Result<(), Fault> {
        loop {
            match self.step()? {
                Step::Segment => {}
                Step::Scan => break,
                Step::End => return Err(Fault::Damaged("no picture data")),
            }
        }
        let Some(frame) = &self.frame else {
            return Err(Fault::Damaged("no frame header"));
        };
        self.quality = frame
            .components
            .first()
            .and_then(|luma| self.table(luma.table))
            .map(quality::nearest);
        Ok(())
    }

    /// Reads from the first scan to the end-of-image marker.
    pub(crate) fn read_to_end(&mut self, max_scans: u32) -> Result<(), Fault> {
        loop {
            self.scans += 1;
            if self.scans > max_scans {
                return Err(Fault::TooManyScans);
            }
            self.scan()?;
            loop {
                match self.step()? {
                    Step::Segment => {}
                    Step::Scan => break,
                    Step::End => return self.check_coverage(),
                }
            }
        }
    }

    /// The facts found so far. Where the walk has not reached the end-of-image marker because
    /// a limit was met, the last bytes of the file stand in for it.
    pub(crate) fn facts(&self, frame: &Frame) -> JpegFacts {
        let colour_model = self.colour_model(frame);
        JpegFacts {
            stored_size: frame.size,
            orientation: self.orientation.unwrap_or(1),
            process: frame.process,
            precision_bits: frame.precision_bits,
            components: frame.count,
            colour_model,
            icc: self.icc.state_by_header(colour_model),
            eoi: self.end.is_some() || self.bytes.ends_with(&[0xFF, code::EOI]),
            trailing_bytes: self.end.map_or(0, |end| (self.bytes.len() - end) as u64),
            quality: self.quality,
            editor: self.editor.map(str::to_owned),
        }
    }

    /// What belongs to the picture as a JPEG of its own: no metadata, no trailing bytes, and
    /// the components named so that the library decoder cannot mistake the colour model.
    ///
    /// That decoder takes Adobe's mark for "no transform" as CMYK and knows RGB by the names
    /// "R", "G", "B" only; and it is spared hostile metadata.
    pub(crate) fn picture_stream(&self) -> Vec<u8> {
        let rgb = self
            .frame
            .as_ref()
            .is_some_and(|frame| self.colour_model(frame) == ColourModel::Rgb);
        let canonical = |index: u8| match (rgb, index) {
            (false, index) => index + 1,
            (true, 0) => b'R',
            (true, 1) => b'G',
            (true, _) => b'B',
        };
        let length: usize = self.kept.iter().map(ExactSizeIterator::len).sum();
        let mut stream = Vec::with_capacity(length + 4);
        stream.extend_from_slice(&[0xFF, code::SOI]);
        let mut names = self.names.iter().peekable();
        for part in &self.kept {
            let shift = stream.len();
            stream.extend_from_slice(self.bytes.get(part.clone()).unwrap_or_default());
            while let Some(&(at, index)) = names.next_if(|(at, _)| *at < part.end) {
                let place = at
                    .checked_sub(part.start)
                    .and_then(|at| stream.get_mut(shift + at));
                if let Some(name) = place {
                    *name = canonical(index);
                }
            }
        }
        stream.extend_from_slice(&[0xFF, code::EOI]);
        stream
    }

    /// What the components mean, by the rules of libjpeg (`jdapimin.c`,
    /// `default_decompress_parms`).
    fn colour_model(&self, frame: &Frame) -> ColourModel {
        let names: Vec<u8> = frame.components.iter().map(|c| c.name).collect();
        match (frame.count, self.adobe) {
            (1, _) => ColourModel::Grey,
            (3, _) if self.jfif => ColourModel::YCbCr,
            (3, Some(0)) => ColourModel::Rgb,
            (3, Some(_)) => ColourModel::YCbCr,
            (3, None) if names == *b"RGB" => ColourModel::Rgb,
            (3, None) => ColourModel::YCbCr,
            (4, Some(2)) => ColourModel::Ycck,
            (4, _) => ColourModel::Cmyk,
            _ => ColourModel::Other,
        }
    }

    fn table(&self, index: u8) -> Option<&[u16; 64]> {
        self.tables.get(usize::from(index))?.as_ref()
    }

    fn byte(&mut self) -> Result<u8, Fault> {
        let byte = *self.bytes.get(self.at).ok_or(Fault::Ends)?;
        self.at += 1;
        Ok(byte)
    }

    /// The code of the next marker. Stray bytes before it are passed over.
    fn marker(&mut self) -> Result<u8, Fault> {
        let mut before = 0;
        loop {
            let byte = self.byte()?;
            if before == 0xFF && byte != 0xFF && byte != 0 {
                return Ok(byte);
            }
            before = byte;
        }
    }

    /// The payload of the segment whose marker was just read. `None` if its length is
    /// impossible.
    fn payload(&mut self) -> Result<Option<&'a [u8]>, Fault> {
        let length = usize::from(u16::from_be_bytes([self.byte()?, self.byte()?]));
        let Some(length) = length.checked_sub(2) else {
            return Ok(None);
        };
        let payload = self.bytes.get(self.at..).unwrap_or_default();
        let payload = payload.get(..length).ok_or(Fault::Ends)?;
        self.at += length;
        Ok(Some(payload))
    }

    fn step(&mut self) -> Result<Step, Fault> {
        self.segments += 1;
        if self.segments > MAX_SEGMENTS {
            return Err(Fault::Damaged("more segments than a picture has"));
        }
        let marker = self.marker()?;
        // The byte 0xFF and the code.
        let start = self.at - 2;
        match marker {
            code::EOI => {
                self.end = Some(self.at);
                return Ok(Step::End);
            }
            code::SOS => {
                self.scan_marker = start;
                return Ok(Step::Scan);
            }
            code::SOI => return Err(Fault::Damaged("a second start marker")),
            // No segment follows these.
            code::TEM | code::RST0..=code::RST7 => return Ok(Step::Segment),
            0x02..=0xBF | 0xF0..=0xF6 | 0xF8..=0xFD => {
                return Err(Fault::Damaged("an unknown marker"));
            }
            _ => {}
        }
        let payload = self.payload()?;
        match marker {
            code::APP0..=0xEF | code::COM => self.metadata(marker, payload.unwrap_or_default()),
            _ => {
                let payload = payload.ok_or(Fault::Damaged("a segment of an impossible length"))?;
                self.segment(marker, payload, start)?;
            }
        }
        Ok(Step::Segment)
    }

    fn segment(&mut self, marker: u8, payload: &[u8], start: usize) -> Result<(), Fault> {
        match marker {
            code::DQT => self.quantisation(payload)?,
            code::DHT => {}
            code::DRI => {
                let interval = payload
                    .first_chunk()
                    .ok_or(Fault::Damaged("a restart interval cut short"))?;
                self.restart_interval = u16::from_be_bytes(*interval).into();
            }
            code::DHP | code::SOF55 | 0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF => {
                self.frame_header(marker, payload, start)?;
            }
            // Arithmetic conditioning, line count, expansion: of no use to what is decoded, and
            // not known to the library decoder.
            _ => return Ok(()),
        }
        self.kept.push(start..self.at);
        Ok(())
    }

    fn quantisation(&mut self, payload: &[u8]) -> Result<(), Fault> {
        const CUT: Fault = Fault::Damaged("a quantisation table cut short");
        let mut rest = payload;
        while let Some((&head, values)) = rest.split_first() {
            let wide = head >> 4;
            let slot = self
                .tables
                .get_mut(usize::from(head & 15))
                .filter(|_| wide <= 1)
                .ok_or(Fault::Damaged("an impossible quantisation table"))?;
            let width = usize::from(wide) + 1;
            let (values, next) = values.split_at_checked(64 * width).ok_or(CUT)?;
            let mut table = [0; 64];
            for (entry, value) in table.iter_mut().zip(values.chunks_exact(width)) {
                *entry = value
                    .iter()
                    .fold(0, |sum, &byte| sum << 8 | u16::from(byte));
            }
            *slot = Some(table);
            rest = next;
        }
        Ok(())
    }

    fn frame_header(&mut self, marker: u8, payload: &[u8], start: usize) -> Result<(), Fault> {
        if let Some(frame) = &self.frame {
            // A hierarchical file has many frames; of it the first (or its DHP) tells enough.
            return match frame.process {
                Process::Hierarchical => Ok(()),
                _ => Err(Fault::Damaged("a second frame header")),
            };
        }
        let process = match marker {
            0xC0 => Process::Baseline,
            0xC1 => Process::ExtendedSequential,
            0xC2 => Process::Progressive,
            0xC3 | 0xC7 | 0xCB | 0xCF | code::SOF55 => Process::Lossless,
            0xC9 | 0xCA | 0xCD | 0xCE => Process::Arithmetic,
            _ => Process::Hierarchical,
        };
        let Some((&[precision_bits, h1, h0, w1, w0, count], list)) = payload.split_first_chunk()
        else {
            return Err(Fault::Damaged("a frame header cut short"));
        };
        let mut components = Vec::new();
        if (1..=4).contains(&count) {
            if list.len() != usize::from(count) * 3 {
                return Err(Fault::Damaged("a frame header of a wrong length"));
            }
            components = list
                .chunks_exact(3)
                .map(|c| Component {
                    name: c[0],
                    across: c[1] >> 4,
                    down: c[1] & 15,
                    table: c[2],
                })
                .collect();
        }
        let size = ImageSize::new(
            u16::from_be_bytes([w1, w0]).into(),
            u16::from_be_bytes([h1, h0]).into(),
        );
        let sampled = |side: u8| (1..=4).contains(&side);
        let valid = components
            .iter()
            .all(|c| sampled(c.across) && sampled(c.down) && c.table < 4);
        let unique = components.iter().enumerate().all(|(index, c)| {
            components
                .iter()
                .take(index)
                .all(|other| other.name != c.name)
        });
        let list_at = start + 10;
        self.names
            .extend((0..count.min(4)).map(|index| (list_at + usize::from(index) * 3, index)));
        self.frame = Some(Frame {
            process,
            precision_bits,
            size,
            count,
            components,
        });
        if !(valid && unique) {
            return Err(Fault::Damaged("an impossible frame header"));
        }
        Ok(())
    }

    fn metadata(&mut self, marker: u8, payload: &'a [u8]) {
        const XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
        match marker {
            code::APP0 => self.jfif |= payload.starts_with(b"JFIF\0") && payload.len() >= 14,
            code::APP1 => {
                if let Some(tiff) = payload.strip_prefix(b"Exif\0\0") {
                    // The first one counts, as for the viewers.
                    if !self.seen_exif {
                        self.seen_exif = true;
                        let exif = exif::read(tiff);
                        self.orientation = exif.orientation;
                        for software in exif.software {
                            self.note_editor(|| editor::named_in(software));
                        }
                    }
                } else if let Some(packet) = payload.strip_prefix(XMP) {
                    self.note_editor(|| editor::named_in_xmp(packet));
                }
            }
            code::APP2 => {
                if let Some(chunk) = payload.strip_prefix(b"ICC_PROFILE\0") {
                    self.icc.push(chunk);
                }
            }
            // Written by Photoshop's "Save for Web" only.
            code::APP12 if payload.starts_with(b"Ducky") => self.note_editor(|| Some("Photoshop")),
            code::APP13 => {
                if let Some(block) = payload.strip_prefix(b"Photoshop 3.0\0") {
                    self.note_editor(|| editor::named_in_resources(block));
                }
            }
            code::APP14 => {
                if let Some(adobe) = payload.strip_prefix(b"Adobe") {
                    // Version, two words of flags, and the transform.
                    self.adobe = adobe.get(6).copied();
                }
            }
            code::COM => self.note_editor(|| editor::named_in(payload)),
            _ => {}
        }
    }

    /// Keeps the first editor found; the number of fields is bounded, since each is searched
    /// for every name.
    fn note_editor(&mut self, find: impl FnOnce() -> Option<&'static str>) {
        if self.editor.is_none() && self.editor_fields < MAX_EDITOR_FIELDS {
            self.editor_fields += 1;
            self.editor = find();
        }
    }

    /// Reads a scan header (T.81 B.2.3) and passes over the data of the scan.
    fn scan(&mut self) -> Result<(), Fault> {
        const WRONG: Fault = Fault::Damaged("an impossible scan header");
        let header_at = self.at + 2;
        let payload = self.payload()?.ok_or(WRONG)?;
        let Some(frame) = self.frame.as_ref() else {
            return Err(Fault::Damaged("no frame header"));
        };
        let (&count, rest) = payload.split_first().ok_or(WRONG)?;
        if !(1..=4).contains(&count) || rest.len() != usize::from(count) * 2 + 3 {
            return Err(WRONG);
        }
        let mut members = Vec::with_capacity(4);
        let mut seen = 0_u8;
        for slot in 0..usize::from(count) {
            let name = rest.get(slot * 2).ok_or(WRONG)?;
            let index = frame
                .components
                .iter()
                .position(|component| component.name == *name)
                .ok_or(Fault::Damaged("a scan of a component that does not exist"))?;
            if seen & 1 << index != 0 {
                return Err(WRONG);
            }
            seen |= 1 << index;
            members.push(frame.components[index]);
            // At most four components: the index fits.
            self.names.push((header_at + 1 + slot * 2, index as u8));
        }
        let missing_table = members
            .iter()
            .any(|component| self.table(component.table).is_none());
        let progressive = frame.process == Process::Progressive;
        let spectral_start = rest.get(usize::from(count) * 2).copied().ok_or(WRONG)?;
        let shape = Shape::of(frame, &members);
        let coded_here = !progressive || spectral_start == 0;
        let lossy = matches!(
            frame.process,
            Process::Baseline | Process::ExtendedSequential | Process::Progressive
        );
        if lossy && missing_table {
            return Err(Fault::Damaged("no quantisation table"));
        }
        if coded_here {
            self.coded |= seen;
        }
        let data = Data::walk(self.bytes, &mut self.at, self.restart_interval > 0);
        let data = data?;
        self.kept.push(self.scan_marker..self.at);
        match shape {
            Some(shape) if lossy => {
                // A block takes at least one bit for its DC code, and in a sequential scan one
                // more for its AC codes; AC scans of progressive files may skip thousands.
                let least_bits = match (progressive, coded_here) {
                    (false, _) => 2,
                    (true, true) => 1,
                    (true, false) => 0,
                };
                data.check(shape, self.restart_interval, least_bits)
            }
            _ => Ok(()),
        }
    }

    /// Whether every component has data.
    fn check_coverage(&self) -> Result<(), Fault> {
        let count = self.frame.as_ref().map_or(0, |f| f.components.len());
        let all = (1_u16 << count) - 1;
        if u16::from(self.coded) & all == all {
            Ok(())
        } else {
            Err(Fault::Damaged("a component without picture data"))
        }
    }
}

/// How much a scan has to code, T.81 A.2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    /// Minimum coded units.
    units: u64,
    /// Blocks of 8 × 8 samples.
    blocks: u64,
}

impl Shape {
    /// `None` if the frame has no size.
    fn of(frame: &Frame, members: &[Component]) -> Option<Self> {
        let size = frame.size?;
        let most = |side: fn(&Component) -> u8| {
            let sides = frame.components.iter().map(side);
            u64::from(sides.max().unwrap_or(1).max(1))
        };
        let (across, down) = (most(|c| c.across), most(|c| c.down));
        let (width, height) = (u64::from(size.width()), u64::from(size.height()));
        Some(if let [only] = members {
            // Not interleaved: a unit is one block of the component itself.
            let columns = (width * u64::from(only.across))
                .div_ceil(across)
                .div_ceil(8);
            let rows = (height * u64::from(only.down)).div_ceil(down).div_ceil(8);
            Self {
                units: columns * rows,
                blocks: columns * rows,
            }
        } else {
            let units = width.div_ceil(8 * across) * height.div_ceil(8 * down);
            let each: u64 = members
                .iter()
                .map(|c| u64::from(c.across) * u64::from(c.down))
                .sum();
            Self {
                units,
                blocks: units * each,
            }
        })
    }
}

/// What the markers tell about the entropy-coded data of a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Data {
    /// Bytes of code, without stuffing, fill and restart markers.
    length: u64,
    /// Restart markers.
    restarts: u64,
    /// Whether they count 0 to 7 in turn.
    in_order: bool,
}

impl Data {
    /// Passes over the data at `at` and stops at the 0xFF of the marker behind them.
    fn walk(bytes: &[u8], at: &mut usize, restarting: bool) -> Result<Self, Fault> {
        let mut data = Self {
            in_order: true,
            ..Self::default()
        };
        loop {
            let rest = bytes.get(*at..).unwrap_or_default();
            let plain = rest
                .iter()
                .position(|&byte| byte == 0xFF)
                .ok_or(Fault::Ends)?;
            data.length += plain as u64;
            *at += plain;
            match bytes.get(*at + 1).ok_or(Fault::Ends)? {
                // A byte 0xFF of code, with the zero that is stuffed behind it.
                0 => {
                    data.length += 1;
                    *at += 2;
                }
                0xFF => *at += 1,
                marker @ code::RST0..=code::RST7 => {
                    if !restarting {
                        return Err(Fault::Damaged("a restart marker where none belongs"));
                    }
                    data.in_order &= u64::from(marker - code::RST0) == data.restarts % 8;
                    data.restarts += 1;
                    *at += 2;
                }
                _ => return Ok(data),
            }
        }
    }

    /// Whether a scan of `shape` may look like this; `least_bits` is what a block takes at
    /// least.
    fn check(self, shape: Shape, interval: u64, least_bits: u64) -> Result<(), Fault> {
        if interval > 0 {
            let expected = shape.units.div_ceil(interval).saturating_sub(1);
            // One at the very end may be left out, or be one too many.
            if !self.in_order || self.restarts + 1 < expected || self.restarts > expected + 1 {
                return Err(Fault::Damaged("restart markers missing or out of order"));
            }
        }
        if self.length * 8 < shape.blocks * least_bits {
            return Err(Fault::Damaged("less picture data than the size needs"));
        }
        if self.length > shape.blocks * MAX_BLOCK_BYTES + SCAN_SLACK {
            return Err(Fault::Damaged("more picture data than the size can hold"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    fn walked(bytes: &[u8]) -> (Headers<'_>, Result<(), Fault>) {
        let mut headers = Headers::new(bytes);
        let result = headers
            .read_to_picture_data()
            .and_then(|()| headers.read_to_end(100));
        (headers, result)
    }

    #[test]
    fn shapes_follow_the_sampling() {
        let component = |across, down| Component {
            name: 1,
            across,
            down,
            table: 0,
        };
        let frame = Frame {
            process: Process::Baseline,
            precision_bits: 8,
            size: ImageSize::new(17, 33),
            count: 3,
            components: vec![component(2, 2), component(1, 1), component(1, 1)],
        };
        let shape = Shape::of(&frame, &frame.components).unwrap();
        assert_eq!((shape.units, shape.blocks), (2 * 3, 2 * 3 * 6));
        // A luma plane of 17 × 33 samples, a chroma plane of 9 × 17.
        let luma = Shape::of(&frame, &frame.components[..1]).unwrap();
        assert_eq!((luma.units, luma.blocks), (15, 15));
        let chroma = Shape::of(&frame, &frame.components[1..2]).unwrap();
        assert_eq!((chroma.units, chroma.blocks), (6, 6));
    }

    #[test]
    fn the_end_marker_is_that_of_the_picture() {
        let mut file = testing::jpeg(64, 48);
        let length = file.len();
        // A thumbnail in a metadata segment, with an end marker of its own.
        let thumbnail = testing::jpeg(16, 16);
        let file_with_thumbnail = testing::with_segment(&file, 0xE1, &thumbnail);
        let (headers, result) = walked(&file_with_thumbnail);
        assert_eq!(result, Ok(()));
        assert_eq!(headers.end, Some(file_with_thumbnail.len()));
        // A second picture behind the first.
        file.extend_from_slice(&thumbnail);
        let (headers, result) = walked(&file);
        assert_eq!(result, Ok(()));
        let facts = headers.facts(headers.frame.as_ref().unwrap());
        assert!(facts.eoi);
        assert_eq!(facts.trailing_bytes, (file.len() - length) as u64);
    }

    #[test]
    fn fill_and_stray_bytes_between_segments_are_passed_over() {
        let file = testing::jpeg(64, 48);
        let filled = [&file[..2], &[0xFF; 9], &file[2..]].concat();
        assert_eq!(walked(&filled).1, Ok(()));
        let stray = [&file[..2], b"stray", &file[2..]].concat();
        assert_eq!(walked(&stray).1, Ok(()));
        let zero_length = [&file[..2], &[0xFF, 0xE5, 0, 0], &file[2..]].concat();
        let (headers, result) = walked(&zero_length);
        assert_eq!(result, Ok(()));
        assert!(headers.picture_stream().starts_with(&[0xFF, 0xD8, 0xFF]));
    }

    #[test]
    fn the_colour_model_follows_libjpeg() {
        let jfif = testing::jpeg(16, 16);
        let plain = testing::without_jfif(&jfif);
        let adobe = |transform: u8| [b"Adobe\0\x64\0\0\0\0", &[transform][..]].concat();
        let model = |file: &[u8]| {
            let (headers, _) = walked(file);
            headers.colour_model(headers.frame.as_ref().unwrap())
        };
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
    fn data_must_fit_the_size() {
        let shape = Shape {
            units: 100,
            blocks: 300,
        };
        let data = |length, restarts| Data {
            length,
            restarts,
            in_order: true,
        };
        assert_eq!(data(75, 0).check(shape, 0, 2), Ok(()));
        assert!(data(74, 0).check(shape, 0, 2).is_err());
        assert!(data(300 * 256 + 5000, 0).check(shape, 0, 2).is_err());
        // Ten units an interval: nine markers between ten intervals.
        for (restarts, fits) in [(7, false), (8, true), (9, true), (10, true), (11, false)] {
            assert_eq!(
                data(400, restarts).check(shape, 10, 2).is_ok(),
                fits,
                "{restarts}"
            );
        }
    }

    #[test]
    fn editors_are_reported_from_every_place() {
        let file = testing::jpeg(16, 16);
        let editor = |marker, payload: &[u8]| {
            let file = testing::with_segment(&file, marker, payload);
            let (headers, _) = walked(&file);
            headers.facts(headers.frame.as_ref().unwrap()).editor
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
