//! Decodes a file to pixels: the order of segments and scans (ITU T.81 B.2.1), and the state between
//! them.
#![allow(
    clippy::cast_possible_truncation,
    reason = "numbers of MCUs fit in 32 bits, as widths and heights fit in 16"
)]

use crate::buffers::Buffers;
use crate::colour::MID_GREY;
use crate::damage::{Damage, DamageKind, Report};
use crate::error::{Error, ErrorKind};
use crate::extent::Extent;
use crate::geometry::{Layout, Scale};
use crate::header::{Header, Process};
use crate::huffman::{AcTable, DcTable, Spec};
use crate::idct::Transform;
use crate::limits::Limits;
use crate::markers::{self, Marker};
use crate::output::{self, Pixels, Writer};
use crate::progressive::{self, AcPart, Band, Coefficients, DcPart};
use crate::scan::{End, ScanHeader, Units, walk};
use crate::sequential::{self, Ac, Part};
use crate::tables::Tables;
use crate::upsample::Source;

/// How much of a progressive file is read. Other files are always read to the last bit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Precision {
    /// Everything that the scale depends on: the pixels are the averages of a full decode.
    #[default]
    Exact,
    /// At ⅛ and ¼, scans that add only the last bit of AC coefficients are skipped. They are half
    /// of a typical file, so ¼ takes half the time. Coefficients are then off by at most one
    /// quantisation step: the finest grain is smoothed, edges and tones stay. At ⅛ no luma
    /// depends on it and chroma hardly does.
    Draft,
    /// Like `Exact`, but also reads the scans that the scale does not depend on, to find damage in
    /// them. At ⅛, those are most of a progressive file. `Exact` and `Draft` search for the next
    /// marker instead, and notice little more than a missing scan or a missing end.
    Checked,
}

/// A decoded picture. Its pixels are in the caller's [`Buffers`].
#[derive(Debug)]
#[non_exhaustive]
pub struct Decoded<'b> {
    /// Width of the output in pixels: that of the coded picture times the scale, rounded up.
    pub width: usize,
    /// Height of the output in pixels.
    pub height: usize,
    /// The pixels. Parts that could not be read are mid-grey.
    pub pixels: Pixels<'b>,
    /// The rest of the file after the header.
    pub extent: Extent,
    /// The faults in file order; empty for an intact file. At most a few dozen are listed.
    pub damage: Vec<Damage>,
    /// The number of faults that are not listed.
    pub damage_omitted: usize,
    /// How much of the picture was read without a fault, from 0 to 1: the minimum over all components
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

/// The start of a decode: everything before the first scan.
pub(crate) struct Start<'d> {
    /// The file.
    pub(crate) data: &'d [u8],
    pub(crate) header: &'d Header,
    pub(crate) tables: Tables,
    /// The first SOS marker.
    pub(crate) scan: Marker,
    pub(crate) damage: Vec<Damage>,
    pub(crate) limits: Limits,
}

/// Decodes a file at a scale.
pub(crate) fn decode<'b>(
    start: Start<'_>,
    scale: Scale,
    precision: Precision,
    buffers: &'b mut Buffers,
) -> Result<Decoded<'b>, Error> {
    let Start {
        data,
        header,
        tables,
        scan,
        damage,
        limits,
    } = start;
    limits.check_pixels(header.width, header.height, header.frame_offset)?;
    let layout = Layout::new(header, scale).map_err(|process| {
        Error::new(
            ErrorKind::Unsupported(process),
            header.frame_offset,
            "unsupported process",
        )
    })?;
    let out_of_memory = || Error::new(ErrorKind::TooMuchMemory, 0, "out of memory");
    // No quantisation table is known yet, but sizes do not depend on them.
    let progressive = header.process == Process::Progressive;
    let checked = precision == Precision::Checked;
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
    limits.check_memory(bytes)?;
    for (buffer, plane) in buffers.planes.iter_mut().zip(&layout.planes) {
        resize(buffer, plane.samples()).map_err(|()| out_of_memory())?;
    }
    let samples = layout.width * layout.height * output::samples(layout.planes.len());
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
        header,
        layout: &layout,
        tables,
        transforms,
        quantised: vec![false; count],
        progress: vec![Progress::default(); count],
        valid: vec![None; count],
        buffers,
        writer: Writer::new(header.colour, &layout),
        report: Report::new(damage),
        scans: 0,
        limits,
        checked,
        draft: precision == Precision::Draft && scale <= Scale::Quarter,
    };
    let extent = decoder.scans(scan)?;
    decoder.finish(extent);
    let Decoder { report, valid, .. } = decoder;
    let valid = valid.into_iter().map(|valid| valid.unwrap_or(0.0));
    let valid_fraction = valid.fold(1.0, f32::min);
    Ok(Decoded {
        width: layout.width,
        height: layout.height,
        pixels: buffers.pixels(count),
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

    /// Records a scan.
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

    /// Whether every coefficient came and was refined to the end.
    fn is_done(&self) -> bool {
        self.0 == [0; 64]
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
        let mut extent = Extent::new(data);
        let mut next = Some(first);
        let mut strayed = false;
        while let Some(marker) = next {
            let mut pos = marker.after;
            if marker.code == markers::EOI {
                extent.end_at(marker);
                break;
            }
            let segment = match marker.stands_alone() {
                true => None,
                false => Some(markers::segment(data, marker.after)),
            };
            // Nothing can be missing from a finished picture but the end marker. What follows stray
            // bytes, or cannot be a segment, belongs to whatever was written behind it: a film,
            // another picture.
            let foreign = strayed
                || marker.code == markers::SOI
                || match segment {
                    Some(Err(cut_off)) => cut_off || !marker.is_metadata(),
                    _ => false,
                };
            if foreign && self.is_finished() {
                break;
            }
            strayed = false;
            match segment {
                None => {}
                Some(Ok((payload, after))) => {
                    if marker.code == markers::SOS {
                        self.scans += 1;
                        self.limits.check_scans(self.scans, marker.at)?;
                        (pos, strayed) = self.scan(marker, payload, after);
                    } else {
                        self.segment(marker, payload);
                        pos = after;
                    }
                }
                Some(Err(true)) => {
                    self.note(DamageKind::Truncated, marker.at);
                    extent.scans = self.scans;
                    return Ok(extent);
                }
                Some(Err(false)) if marker.is_metadata() => pos = marker.after + 2,
                Some(Err(false)) => self.note(DamageKind::BadSegment, marker.at),
            }
            next = markers::next_marker(data, pos);
            if next.is_some_and(|next| !markers::stray(data, pos, next.at).is_empty()) {
                self.note(DamageKind::StrayBytes, pos);
                strayed = true;
            }
        }
        extent.scans = self.scans;
        if extent.end.is_none() && !self.report.list.iter().any(|d| d.kind.is_truncation()) {
            self.note(DamageKind::MissingEoi, data.len());
        }
        Ok(extent)
    }

    /// Whether every coefficient was read, to its full precision and without a fault.
    fn is_finished(&self) -> bool {
        self.report.is_sound() && self.progress.iter().all(Progress::is_done)
    }

    /// A segment after the first scan.
    fn segment(&mut self, marker: Marker, payload: &[u8]) {
        if marker.is_frame() || self.tables.install(marker.code, payload).is_err() {
            self.note(DamageKind::BadSegment, marker.at);
        }
    }

    /// Reads or skips one scan; returns where to search for the next marker, and whether stray bytes
    /// follow the scan.
    fn scan(&mut self, marker: Marker, payload: &[u8], start: usize) -> (usize, bool) {
        let data = self.data;
        let skip = |this: &mut Self| match markers::end_of_scan(data, start) {
            Some(marker) => (marker.at, false),
            None => {
                this.note(DamageKind::Truncated, data.len());
                (data.len(), false)
            }
        };
        let Some(mut scan) = ScanHeader::parse(payload, &self.header.components) else {
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
        if !progressive {
            (scan.first, scan.last, scan.high, scan.low) = (0, 63, 0, 0);
        }
        let in_order = fits
            && scan.components.iter().all(|part| {
                let progress = self.progress.get(part.index);
                progress.is_some_and(|progress| progress.allows(&scan))
            });
        if !in_order {
            self.note(DamageKind::BadScan, marker.at);
            return skip(self);
        }
        for part in &scan.components {
            if let Some(progress) = self.progress.get_mut(part.index) {
                progress.advance(&scan);
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
        let Some(End { pos, good, strayed }) = read else {
            self.note(DamageKind::MissingTable, marker.at);
            return skip(self);
        };
        let valid = good as f32 / self.units(&scan).total as f32;
        for part in &scan.components {
            let so_far = self.valid[part.index].unwrap_or(1.0);
            self.valid[part.index] = Some(valid.min(so_far));
        }
        // Restart markers behind the last MCU and the rest of a scan with a fault.
        match markers::end_of_scan(data, pos) {
            Some(marker) => (marker.at, strayed),
            None => (data.len(), strayed),
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
    fn sequential(&mut self, scan: &ScanHeader, start: usize) -> Option<End> {
        let units = self.units(scan);
        let buffers = &mut *self.buffers;
        for part in &scan.components {
            let skip = self.layout.planes[part.index].size == 1;
            let table = ready_ac(&mut buffers.ac, part.ac, &self.tables.ac)?;
            table.prepare(skip, !skip);
            ready_dc(&mut buffers.dc, part.dc, &self.tables.dc)?;
        }
        let mut samples = buffers.planes.each_mut().map(Some);
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
        let (lines, out) = (&mut buffers.rows, &mut buffers.out);
        let (layout, writer) = (self.layout, &mut self.writer);
        let whole = parts.len() == layout.planes.len();
        let blocks = sequential::blocks(&parts);
        // Rows are written while their samples are in the cache.
        let mut row_done = |row: usize, parts: &[Part<'_>]| {
            if !whole {
                return;
            }
            let sources = std::array::from_fn(|index| {
                let part = parts.iter().find(|part| part.index == index)?;
                Some(Source::new(part.plane, part.samples, layout))
            });
            let Some(part) = parts.first() else {
                return;
            };
            let rows = (row + 1) * part.v * layout.v_max * layout.scale / part.plane.v;
            // The last row may be interpolated with the one below it.
            writer.write(&sources, rows - 1, lines, out);
        };
        let end = walk(
            self.data,
            start,
            units,
            self.scans - 1,
            &mut self.report,
            |input, from, to| {
                let run = from..to;
                sequential::decode(
                    input,
                    run,
                    units,
                    &blocks,
                    &mut parts,
                    groups,
                    &mut row_done,
                )
            },
            |input, bits| sequential::continues(input, bits, &blocks),
        );
        for part in &mut parts {
            part.fill(usize::MAX);
        }
        Some(end)
    }

    /// `None` if a Huffman table is missing.
    fn dc_scan(&mut self, scan: &ScanHeader, start: usize) -> Option<End> {
        let units = self.units(scan);
        let buffers = &mut *self.buffers;
        if scan.high == 0 {
            for part in &scan.components {
                ready_dc(&mut buffers.dc, part.dc, &self.tables.dc)?;
            }
        }
        let alone = scan.components.len() == 1;
        let mut coefficients = buffers.coefficients.each_mut().map(Some);
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
        let end = walk(
            self.data,
            start,
            units,
            self.scans - 1,
            &mut self.report,
            |input, from, to| progressive::decode_dc(input, from, to, units, scan.low, &mut parts),
            |input, bits| !input.ends_in_ones(bits),
        );
        Some(end)
    }

    /// `None` if the Huffman table is missing.
    fn ac_scan(&mut self, scan: &ScanHeader, start: usize) -> Option<End> {
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
        let end = walk(
            self.data,
            start,
            units,
            self.scans - 1,
            &mut self.report,
            |input, from, to| part.decode(input, from, to, units, band, scan.high != 0),
            |input, bits| !input.ends_in_ones(bits),
        );
        Some(end)
    }

    /// The work after all scans are read.
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
        let Buffers {
            planes, rows, out, ..
        } = &mut *self.buffers;
        for (samples, valid) in planes.iter_mut().zip(&self.valid) {
            if valid.is_none() {
                samples.fill(MID_GREY);
            }
        }
        let sources = std::array::from_fn(|index| {
            let (samples, plane) = (planes.get(index)?, self.layout.planes.get(index)?);
            Some(Source::new(*plane, samples, self.layout))
        });
        self.writer.write(&sources, self.layout.height, rows, out);
    }
}

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
    specs: &[Option<Spec>; 4],
) -> Option<&'t mut DcTable> {
    let spec = specs.get(slot)?.as_ref()?;
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
    specs: &[Option<Spec>; 4],
) -> Option<&'t mut AcTable> {
    let spec = specs.get(slot)?.as_ref()?;
    let built = built.get_mut(slot)?;
    if !built.as_ref().is_some_and(|table| table.is_of(spec)) {
        *built = Some(AcTable::new(spec));
    }
    built.as_mut()
}
