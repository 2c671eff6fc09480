//! From a file to pixels: the order of segments and scans (ITU T.81 B.2.1), and what is kept
//! between them.
#![allow(
    clippy::cast_possible_truncation,
    reason = "numbers of MCUs fit in 32 bits, as widths and heights fit in 16"
)]

use crate::buffers::{Buffers, Pixels};
use crate::damage::{Damage, DamageKind, Report};
use crate::error::{Error, ErrorKind};
use crate::geometry::{Layout, Scale};
use crate::header::{self, Header, Preamble, Process, Tables};
use crate::huffman::{AcTable, DcTable, Spec};
use crate::idct::Transform;
use crate::limits::Limits;
use crate::markers::{self, Marker};
use crate::output::Writer;
use crate::probe::{Extent, too_many_scans};
use crate::progressive::{self, AcPart, Band, Coefficients, DcPart};
use crate::scan::{ScanHeader, Units, walk};
use crate::sequential::{self, Ac, Part};
use crate::upsample::Source;

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Output {
    /// Interleaved red, green and blue, 8 bits each, rows without padding. A picture of one
    /// component has the three alike.
    #[default]
    Rgb,
    /// The components as coded, each a plane of the output's size: Y, Cb and Cr for most files;
    /// Y alone for grey ones; R, G and B where [`Header::colour`] says so.
    Planes,
}

impl Output {
    /// Samples per pixel.
    pub(crate) const fn samples(self, components: usize) -> usize {
        match self {
            Self::Rgb => 3,
            Self::Planes => components,
        }
    }
}

/// How much of a progressive file is read. Other files are always read to the last bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// All that the scale depends on: the pixels are those of a full decode, averaged.
    #[default]
    Exact,
    /// At ⅛ and ¼, scans that add only the last bit of AC coefficients are skipped. They are half
    /// of a typical file, so ¼ takes half the time. Coefficients are then off by at most one
    /// quantisation step: the finest grain is smoothed, edges and tones stay. At ⅛ no luma
    /// depends on it and chroma hardly does.
    Draft,
    /// As `Exact`, and scans on which the scale does not depend, as most of a progressive file at
    /// ⅛, are read all the same, only to find damage in them. The others pass them by a search
    /// for the next marker, and notice little more than that a scan or the end is missing.
    Checked,
}

/// How to decode.
///
/// ```
/// use shomei_jpeg::{Limits, Options, Output, Scale};
/// let options = Options::new(Scale::Eighth)
///     .output(Output::Planes)
///     .limits(Limits::default().with_pixels(36_000_000));
/// assert_eq!(options.scale, Scale::Eighth);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Options {
    /// Size of the output relative to the coded picture.
    pub scale: Scale,
    /// Form of the output.
    pub output: Output,
    /// How much of a progressive file is read.
    pub precision: Precision,
    /// What the file may ask for.
    pub limits: Limits,
}

impl Options {
    /// RGB output at this scale, under the default limits.
    #[must_use]
    pub fn new(scale: Scale) -> Self {
        Self {
            scale,
            output: Output::default(),
            precision: Precision::default(),
            limits: Limits::default(),
        }
    }

    /// The same with another form of output.
    #[must_use]
    pub const fn output(mut self, output: Output) -> Self {
        self.output = output;
        self
    }

    /// The same with another precision.
    #[must_use]
    pub const fn precision(mut self, precision: Precision) -> Self {
        self.precision = precision;
        self
    }

    /// The same under other limits.
    #[must_use]
    pub const fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }
}

/// A decoded picture. Its pixels lie in the caller's [`Buffers`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded<'b> {
    /// Width of the output in pixels: that of the coded picture times the scale, rounded up.
    pub width: usize,
    /// Height of the output in pixels.
    pub height: usize,
    /// The pixels. What could not be read is mid-grey.
    pub pixels: Pixels<'b>,
    /// What the file says about itself.
    pub header: Header,
    /// How the file goes on behind its header.
    pub extent: Extent,
    /// What is wrong with the file, in the order of the file; empty for a sound one. At most
    /// some dozens are listed.
    pub damage: Vec<Damage>,
    /// Faults beyond those that are listed.
    pub damage_omitted: usize,
    /// How much of the picture was read without a fault, from 0 to 1: the least of all components
    /// and scans that this scale needs.
    pub valid_fraction: f32,
}

impl Decoded<'_> {
    /// Whether the file was cut off: its data ends too early, or the end marker is missing.
    #[must_use]
    pub fn is_truncated(&self) -> bool {
        self.damage.iter().any(|damage| damage.kind.is_truncation())
    }
}

/// Decodes a file at a scale.
///
/// Work is linear in the bytes of the file plus the pixels of the output. The buffers keep their
/// memory for the next call.
///
/// # Errors
///
/// Those of [`Header::read`]; `Unsupported` for a process that this crate does not decode; the
/// kinds of [`Limits`]. Damage behind the header is no error: see [`Decoded::damage`].
pub fn decode<'b>(
    data: &[u8],
    options: &Options,
    buffers: &'b mut Buffers,
) -> Result<Decoded<'b>, Error> {
    let Preamble {
        header,
        tables,
        scan,
    } = Preamble::read(data)?;
    options
        .limits
        .check_pixels(header.width, header.height, header.frame_offset)?;
    let layout = Layout::new(&header, options.scale).map_err(|process| {
        Error::new(
            ErrorKind::Unsupported(process),
            header.frame_offset,
            "unsupported process",
        )
    })?;
    let out_of_memory = || Error::new(ErrorKind::TooMuchMemory, 0, "out of memory");
    // No quantisation table is known yet, but sizes do not depend on them.
    let progressive = header.process == Process::Progressive;
    let checked = options.precision == Precision::Checked;
    let transforms: Vec<Transform> = layout
        .planes
        .iter()
        .map(|plane| Transform::new(plane.size, &[1; 64]))
        .collect();
    let pixels = layout.width as u64 * layout.height as u64;
    let mut bytes = pixels * 3;
    for (plane, transform) in layout.planes.iter().zip(&transforms) {
        bytes += plane.samples() as u64;
        if progressive {
            bytes += Coefficients::bytes(plane, transform, plane.size > 1 || checked);
        }
    }
    options.limits.check_memory(bytes)?;
    for (buffer, plane) in buffers.planes.iter_mut().zip(&layout.planes) {
        resize(buffer, plane.samples()).map_err(|()| out_of_memory())?;
    }
    let samples = layout.width * layout.height * options.output.samples(layout.planes.len());
    resize(&mut buffers.out, samples).map_err(|()| out_of_memory())?;
    if progressive {
        for ((coefficients, plane), transform) in buffers
            .coefficients
            .iter_mut()
            .zip(&layout.planes)
            .zip(&transforms)
        {
            coefficients
                .reset(plane, transform, plane.size > 1 || checked)
                .map_err(|()| out_of_memory())?;
        }
    }
    let count = layout.planes.len();
    let mut decoder = Decoder {
        data,
        header: &header,
        layout: &layout,
        tables,
        transforms,
        quantised: vec![false; count],
        progress: vec![Progress::default(); count],
        valid: vec![None; count],
        buffers,
        writer: Writer::new(options.output, header.colour, &layout),
        report: Report::default(),
        scans: 0,
        limits: options.limits,
        checked,
        draft: options.precision == Precision::Draft && options.scale <= Scale::Quarter,
    };
    let extent = decoder.scans(scan)?;
    decoder.finish(extent);
    let Decoder { report, valid, .. } = decoder;
    let valid = valid.into_iter().map(|valid| valid.unwrap_or(0.0));
    let valid_fraction = valid.fold(1.0, f32::min);
    Ok(Decoded {
        width: layout.width,
        height: layout.height,
        pixels: buffers.pixels(options.output, count, layout.width, layout.height),
        header,
        extent,
        damage: report.list,
        damage_omitted: report.omitted,
        valid_fraction,
    })
}

/// Which coefficients of a component have come, and to which precision (T.81 G.1.1.1.1): by
/// zigzag position, the Al of the last scan with it, or [`Progress::NEVER`].
#[derive(Debug, Clone)]
struct Progress([u8; 64]);

impl Default for Progress {
    fn default() -> Self {
        Self([Self::NEVER; 64])
    }
}

impl Progress {
    const NEVER: u8 = 255;

    /// Whether a scan may follow. That each coefficient is coded once and refined bit by bit
    /// bounds the work that scans can ask for.
    fn allows(&self, scan: &ScanHeader) -> bool {
        let due = match scan.high {
            0 => Self::NEVER,
            high => high,
        };
        let band = self.0.get(usize::from(scan.first)..=usize::from(scan.last));
        (scan.first == 0 || self.has_begun())
            && band.is_some_and(|band| band.iter().all(|&low| low == due))
    }

    /// Notes that a scan has come.
    fn advance(&mut self, scan: &ScanHeader) {
        if let Some(band) = self
            .0
            .get_mut(usize::from(scan.first)..=usize::from(scan.last))
        {
            band.fill(scan.low);
        }
    }

    /// Whether a coefficient came that was not refined to the end.
    fn is_coarse(&self) -> bool {
        self.0.iter().any(|&low| low != 0 && low != Self::NEVER)
    }

    fn has_begun(&self) -> bool {
        self.0[0] != Self::NEVER
    }
}

struct Decoder<'d> {
    data: &'d [u8],
    header: &'d Header,
    layout: &'d Layout,
    tables: Tables,
    transforms: Vec<Transform>,
    /// By component: whether its transform has its quantisation table.
    quantised: Vec<bool>,
    progress: Vec<Progress>,
    /// By component: how much of it was read, once a scan had it.
    valid: Vec<Option<f32>>,
    buffers: &'d mut Buffers,
    writer: Writer,
    report: Report,
    /// Scans met so far, the one at hand included.
    scans: u32,
    limits: Limits,
    /// See [`Precision::Checked`].
    checked: bool,
    /// See [`Precision::Draft`].
    draft: bool,
}

impl Decoder<'_> {
    fn note(&mut self, kind: DamageKind, offset: usize) {
        self.report.add(Damage {
            kind,
            offset,
            scan: self.scans.saturating_sub(1),
            mcu_row: None,
            valid_fraction: self
                .valid
                .iter()
                .fold(1.0, |least, valid| valid.unwrap_or(0.0).min(least)),
        });
    }

    /// Reads all scans and the segments between them.
    fn scans(&mut self, first: Marker) -> Result<Extent, Error> {
        let data = self.data;
        let mut extent = Extent {
            bytes: data.len(),
            scans: 0,
            end: None,
            trailing: 0,
        };
        let mut next = Some(first);
        while let Some(marker) = next {
            let mut pos = marker.after;
            if marker.code == markers::EOI {
                extent.end = Some(marker.at);
                extent.trailing = data.len() - marker.after;
                break;
            }
            if !marker.stands_alone() {
                match markers::segment(data, marker.after) {
                    Ok((payload, after)) => {
                        pos = if marker.code == markers::SOS {
                            self.scans += 1;
                            if self.scans > self.limits.scans {
                                return Err(too_many_scans(marker.at));
                            }
                            self.scan(marker, payload, after)
                        } else {
                            self.segment(marker, payload);
                            after
                        };
                    }
                    Err(true) => {
                        self.note(DamageKind::Truncated, marker.at);
                        extent.scans = self.scans;
                        return Ok(extent);
                    }
                    Err(false) if marker.is_metadata() => pos = marker.after + 2,
                    Err(false) => self.note(DamageKind::BadSegment, marker.at),
                }
            }
            next = markers::next_marker(data, pos);
            let gap = header::stray(data, pos, next.map_or(data.len(), |marker| marker.at));
            if gap > 0 && next.is_some() {
                self.note(DamageKind::StrayBytes, pos);
            }
        }
        extent.scans = self.scans;
        if extent.end.is_none() && !self.report.list.iter().any(|d| d.kind.is_truncation()) {
            self.note(DamageKind::MissingEoi, data.len());
        }
        Ok(extent)
    }

    /// A segment behind the first scan.
    fn segment(&mut self, marker: Marker, payload: &[u8]) {
        let is_frame = matches!(marker.code, markers::SOF0..=markers::SOF15)
            && !matches!(marker.code, markers::DHT | markers::JPG | markers::DAC);
        if is_frame || self.tables.install(marker.code, payload).is_err() {
            self.note(DamageKind::BadSegment, marker.at);
        }
    }

    /// Reads or skips one scan; returns where to search for the next marker.
    fn scan(&mut self, marker: Marker, payload: &[u8], start: usize) -> usize {
        let data = self.data;
        let skip = |this: &mut Self| match markers::end_of_scan(data, start) {
            Some(marker) => marker.at,
            None => {
                this.note(DamageKind::Truncated, data.len());
                data.len()
            }
        };
        let Some(scan) = ScanHeader::parse(payload, &self.header.components) else {
            self.note(DamageKind::BadScan, marker.at);
            return skip(self);
        };
        let progressive = self.header.process == Process::Progressive;
        let fits = !progressive || {
            let bands = if scan.first == 0 {
                scan.last == 0
            } else {
                scan.components.len() == 1 && scan.first <= scan.last && scan.last < 64
            };
            bands && scan.low <= 13 && (scan.high == 0 || scan.high == scan.low + 1)
        };
        // In a sequential file the band and precision mean nothing; some writers leave them 0.
        let noted = if progressive {
            scan.clone()
        } else {
            ScanHeader {
                first: 0,
                last: 63,
                high: 0,
                low: 0,
                ..scan.clone()
            }
        };
        let in_order = fits
            && scan.components.iter().all(|part| {
                let progress = self.progress.get(part.index);
                progress.is_some_and(|progress| progress.allows(&noted))
            });
        if !in_order {
            self.note(DamageKind::BadScan, marker.at);
            return skip(self);
        }
        for part in &scan.components {
            if let Some(progress) = self.progress.get_mut(part.index) {
                progress.advance(&noted);
            }
        }
        // The table in use is that of the component's first scan (B.2.4.1).
        for part in &scan.components {
            if self.quantised[part.index] {
                continue;
            }
            let slot = usize::from(self.header.components[part.index].quantisation);
            let Some(Some(table)) = self.tables.quant.get(slot) else {
                self.note(DamageKind::MissingTable, marker.at);
                return skip(self);
            };
            let size = self.layout.planes[part.index].size;
            self.transforms[part.index] = Transform::new(size, table);
            self.quantised[part.index] = true;
        }
        let read = if !progressive {
            self.sequential(&scan, start)
        } else if scan.first == 0 {
            self.dc_scan(&scan, start)
        } else if self.layout.planes[scan.components[0].index].size == 1 && !self.checked
            || self.draft && scan.high == 1
        {
            return skip(self);
        } else {
            self.ac_scan(&scan, start)
        };
        let Some((pos, valid)) = read else {
            self.note(DamageKind::MissingTable, marker.at);
            return skip(self);
        };
        for part in &scan.components {
            let so_far = self.valid[part.index].unwrap_or(1.0);
            self.valid[part.index] = Some(valid.min(so_far));
        }
        // Restart markers behind the last MCU and the rest of a scan with a fault.
        match markers::end_of_scan(data, pos) {
            Some(marker) => marker.at,
            None => data.len(),
        }
    }

    /// The MCUs of a scan, and the blocks that each component has in one.
    fn units(&self, scan: &ScanHeader) -> Units {
        let interval = u32::from(self.tables.restart_interval);
        let (per_row, rows) = match scan.components.as_slice() {
            [only] => {
                let plane = &self.layout.planes[only.index];
                (plane.own_x, plane.own_y)
            }
            _ => (self.layout.mcus_x, self.layout.mcus_y),
        };
        Units {
            per_row: per_row as u32,
            total: (per_row * rows) as u32,
            interval,
        }
    }

    /// `None` if a Huffman table is missing.
    fn sequential(&mut self, scan: &ScanHeader, start: usize) -> Option<(usize, f32)> {
        let units = self.units(scan);
        let buffers = &mut *self.buffers;
        for part in &scan.components {
            let skip = self.layout.planes[part.index].size == 1;
            let table = ready_ac(&mut buffers.ac, part.ac, &self.tables.ac)?;
            table.prepare(skip, !skip);
            ready_dc(&mut buffers.dc, part.dc, &self.tables.dc)?;
        }
        let mut samples: Vec<Option<&mut Vec<u8>>> = buffers.planes.iter_mut().map(Some).collect();
        let mut parts = Vec::with_capacity(scan.components.len());
        let alone = scan.components.len() == 1;
        for part in &scan.components {
            let plane = self.layout.planes[part.index];
            let table = buffers.ac.get(part.ac)?.as_ref()?;
            let ac = if plane.size == 1 {
                Ac::Skip(table.skipper()?)
            } else {
                Ac::Read(table.valuer()?)
            };
            parts.push(Part {
                index: part.index,
                plane,
                samples: samples.get_mut(part.index)?.take()?,
                filled: 0,
                transform: &self.transforms[part.index],
                dc: buffers.dc.get(part.dc)?.as_ref()?,
                ac,
                h: if alone { 1 } else { plane.h },
                v: if alone { 1 } else { plane.v },
            });
        }
        let groups = &mut buffers.groups;
        let (layout, writer, out) = (self.layout, &mut self.writer, &mut buffers.out);
        let whole = parts.len() == layout.planes.len();
        // Rows are written while their samples are in the cache.
        let mut row_done = |row: usize, parts: &[Part<'_>]| {
            if !whole {
                return;
            }
            let mut sources: Vec<_> = parts
                .iter()
                .map(|part| (part.index, &*part.samples))
                .collect();
            sources.sort_unstable_by_key(|&(index, _)| index);
            let sources: Vec<_> = sources
                .into_iter()
                .map(|(index, samples)| Source::new(layout.planes[index], samples, layout))
                .collect();
            let Some(part) = parts.first() else {
                return;
            };
            let rows = (row + 1) * part.v * layout.v_max * layout.scale / part.plane.v;
            // The last row may be interpolated with the one below it.
            writer.write(&sources, rows - 1, out);
        };
        let (pos, good) = walk(
            self.data,
            start,
            units,
            self.scans - 1,
            &mut self.report,
            |input, from, to| {
                sequential::decode(input, from, to, units, &mut parts, groups, &mut row_done)
            },
        );
        for part in &mut parts {
            part.fill(usize::MAX);
        }
        Some((pos, good as f32 / units.total as f32))
    }

    /// `None` if a Huffman table is missing.
    fn dc_scan(&mut self, scan: &ScanHeader, start: usize) -> Option<(usize, f32)> {
        let units = self.units(scan);
        let buffers = &mut *self.buffers;
        if scan.high == 0 {
            for part in &scan.components {
                ready_dc(&mut buffers.dc, part.dc, &self.tables.dc)?;
            }
        }
        let alone = scan.components.len() == 1;
        let mut coefficients: Vec<Option<&mut Coefficients>> =
            buffers.coefficients.iter_mut().map(Some).collect();
        let mut parts = Vec::with_capacity(scan.components.len());
        for part in &scan.components {
            let plane = self.layout.planes[part.index];
            let table = match scan.high {
                0 => Some(buffers.dc.get(part.dc)?.as_ref()?),
                _ => None,
            };
            parts.push(DcPart::new(
                plane,
                &self.transforms[part.index],
                coefficients.get_mut(part.index)?.take()?,
                table,
                if alone { (1, 1) } else { (plane.h, plane.v) },
            ));
        }
        let (pos, good) = walk(
            self.data,
            start,
            units,
            self.scans - 1,
            &mut self.report,
            |input, from, to| progressive::decode_dc(input, from, to, units, scan.low, &mut parts),
        );
        Some((pos, good as f32 / units.total as f32))
    }

    /// `None` if the Huffman table is missing.
    fn ac_scan(&mut self, scan: &ScanHeader, start: usize) -> Option<(usize, f32)> {
        let units = self.units(scan);
        let buffers = &mut *self.buffers;
        let part = scan.components.first()?;
        let table = ready_ac(&mut buffers.ac, part.ac, &self.tables.ac)?;
        let mut part = AcPart::new(
            self.layout.planes[part.index],
            &self.transforms[part.index],
            buffers.coefficients.get_mut(part.index)?,
            &table.symbols,
        );
        let band = Band {
            first: u32::from(scan.first),
            last: u32::from(scan.last),
            low: u32::from(scan.low),
        };
        let (pos, good) = walk(
            self.data,
            start,
            units,
            self.scans - 1,
            &mut self.report,
            |input, from, to| part.decode(input, from, to, units, band, scan.high != 0),
        );
        Some((pos, good as f32 / units.total as f32))
    }

    /// What is done once all scans are read.
    fn finish(&mut self, extent: Extent) {
        let cut = self.report.list.iter().any(|d| d.kind.is_truncation());
        let missing = self
            .progress
            .iter()
            .any(|p| !p.has_begun() || p.is_coarse());
        if missing && !cut {
            self.note(DamageKind::MissingScan, extent.end.unwrap_or(extent.bytes));
        }
        if self.header.process == Process::Progressive {
            let Buffers {
                planes,
                coefficients,
                groups,
                ..
            } = &mut *self.buffers;
            let [group, ..] = &mut **groups;
            for (((samples, coefficients), plane), transform) in planes
                .iter_mut()
                .zip(coefficients)
                .zip(&self.layout.planes)
                .zip(&self.transforms)
            {
                coefficients.transform(plane, transform, group, samples);
            }
        }
        let Buffers { planes, out, .. } = &mut *self.buffers;
        for (samples, valid) in planes.iter_mut().zip(&self.valid) {
            if valid.is_none() {
                samples.fill(MID_GREY);
            }
        }
        let planes = planes.iter().zip(&self.layout.planes);
        let sources: Vec<Source<'_>> = planes
            .map(|(samples, plane)| Source::new(*plane, samples, self.layout))
            .collect();
        self.writer.write(&sources, self.layout.height, out);
    }
}

/// What is not read is shown as.
pub(crate) const MID_GREY: u8 = 128;

/// Makes room, whose content is arbitrary. `Err` if there is no memory.
fn resize(buffer: &mut Vec<u8>, length: usize) -> Result<(), ()> {
    if let Some(more) = length.checked_sub(buffer.len()) {
        buffer.try_reserve_exact(more).map_err(|_| ())?;
    }
    buffer.resize(length, 0);
    Ok(())
}

/// The table in `slot`, built if the file's is another than the one built last.
fn ready_dc<'t>(
    built: &'t mut [Option<DcTable>; 4],
    slot: usize,
    specs: &[Option<Box<Spec>>; 4],
) -> Option<&'t mut DcTable> {
    let spec = specs.get(slot)?.as_deref()?;
    let built = built.get_mut(slot)?;
    if !built.as_ref().is_some_and(|table| table.is_of(spec)) {
        *built = Some(DcTable::new(spec));
    }
    built.as_mut()
}

/// The same for AC.
fn ready_ac<'t>(
    built: &'t mut [Option<AcTable>; 4],
    slot: usize,
    specs: &[Option<Box<Spec>>; 4],
) -> Option<&'t mut AcTable> {
    let spec = specs.get(slot)?.as_deref()?;
    let built = built.get_mut(slot)?;
    if !built.as_ref().is_some_and(|table| table.is_of(spec)) {
        *built = Some(AcTable::new(spec));
    }
    built.as_mut()
}
