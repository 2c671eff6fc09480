//! An opened file: everything before the first scan, parsed once.

use crate::buffers::Buffers;
use crate::damage::{Damage, DamageKind};
use crate::decode::{self, Decoded, Precision, Start};
use crate::error::{Error, ErrorKind};
use crate::exif::{Exif, Orientation};
use crate::extent::Extent;
use crate::geometry::Scale;
use crate::header::{ColourModel, Frame, Header, Process};
use crate::icc::Icc;
use crate::limits::Limits;
use crate::markers::{self, Marker};
use crate::scan::ScanHeader;
use crate::segments::{Metadata, Segment};
use crate::tables::Tables;

/// A JPEG whose header and metadata are parsed, ready to be decoded.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let mut bytes = Vec::new();
/// # let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, 90);
/// # encoder.add_app_segment(1, b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0")?;
/// # encoder.encode(&[200; 100 * 60 * 3], 100, 60, jpeg_encoder::ColorType::Rgb)?;
/// use shomei_jpeg::{File, Limits, Orientation};
///
/// let file = File::open(&bytes, &Limits::default())?;
/// assert_eq!((file.header().width, file.header().height), (100, 60));
/// assert_eq!(file.orientation(), Some(Orientation::Rotate90));
/// assert_eq!(file.extent().end, Some(bytes.len() - 2));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct File<'d> {
    data: &'d [u8],
    limits: Limits,
    header: Header,
    tables: Tables,
    /// The first SOS marker.
    scan: Marker,
    segments: Vec<Segment<'d>>,
    exif: Option<Exif<'d>>,
    icc: Option<Icc<'d>>,
    damage: Vec<Damage>,
}

impl<'d> File<'d> {
    /// Reads everything up to the first scan. This takes some microseconds for any file, unless the
    /// height is in a DNL segment, which follows the first scan.
    ///
    /// Needs a few bytes for each component and metadata segment, independent of the size of the
    /// picture. You can therefore open and describe a file that exceeds the limits; [`File::decode`]
    /// refuses it.
    ///
    /// # Errors
    ///
    /// Any [`ErrorKind`] but `Unsupported` and those of limits. A process that cannot be decoded
    /// is reported in the header, not refused.
    pub fn open(data: &'d [u8], limits: &Limits) -> Result<Self, Error> {
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
        let mut stray = None;
        let mut hierarchical = false;
        let mut pos = 2;
        let scan = loop {
            let Some(marker) = markers::next_marker(data, pos) else {
                return Err(truncated(data.len()));
            };
            if !markers::stray(data, pos, marker.at).is_empty() {
                stray.get_or_insert(pos);
            }
            pos = marker.after;
            match marker.code {
                markers::SOS => break marker,
                markers::EOI => {
                    return Err(match frame {
                        None => Error::new(ErrorKind::NoFrame, marker.at, "no frame header"),
                        Some(_) => Error::new(ErrorKind::NoScan, marker.at, "no scan"),
                    });
                }
                _ if marker.is_forbidden() => return Err(malformed(marker.at, "unknown marker")),
                _ if marker.stands_alone() => continue,
                _ => {}
            }
            let payload = match markers::segment(data, marker.after) {
                Ok((payload, after)) => {
                    pos = after;
                    payload
                }
                Err(true) => return Err(truncated(marker.at)),
                // Writers of metadata err; the picture does not suffer.
                Err(false) if marker.is_metadata() => {
                    pos += 2;
                    continue;
                }
                Err(false) => return Err(malformed(marker.at, "impossible segment length")),
            };
            if marker.is_frame() || marker.code == markers::SOF55 {
                if frame.is_some() {
                    return Err(malformed(marker.at, "a second frame header"));
                }
                frame = Some(Frame::parse(marker, payload)?);
            }
            hierarchical |= marker.code == markers::DHP;
            tables
                .install(marker.code, payload)
                .map_err(|what| malformed(marker.at, what))?;
            metadata.note(marker, payload);
        };
        let Some(mut frame) = frame else {
            return Err(Error::new(
                ErrorKind::NoFrame,
                scan.at,
                "a scan without a frame header",
            ));
        };
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
        let process = match frame.process {
            Process::Baseline | Process::Extended | Process::Progressive if hierarchical => {
                Process::Hierarchical
            }
            process => process,
        };
        let sequential = matches!(process, Process::Baseline | Process::Extended);
        let implied_tables = sequential
            && markers::segment(data, scan.after)
                .ok()
                .and_then(|(payload, _)| ScanHeader::parse(payload, &frame.components))
                .is_some_and(|first| tables.lacks(&first))
            && tables.complete();
        let luma_slot = frame.components.first().map(|c| c.quantisation);
        let (jfif, adobe_transform) = (metadata.jfif, metadata.adobe_transform);
        let header = Header {
            width: frame.width,
            height: frame.height,
            height_from_dnl,
            precision: frame.precision,
            process,
            colour: ColourModel::of(&frame.components, jfif.is_some(), adobe_transform),
            components: frame.components,
            luma_table: luma_slot.and_then(|slot| *tables.quant.get(usize::from(slot))?),
            implied_tables,
            restart_interval: tables.restart_interval,
            jfif,
            adobe_transform,
            frame_offset: frame.offset,
            scan_offset: scan.at,
        };
        let stray = stray.map(|offset| Damage {
            kind: DamageKind::StrayBytes,
            offset,
            scan: 0,
            mcu_row: None,
            valid_fraction: 1.0,
        });
        Ok(Self {
            data,
            limits: *limits,
            header,
            tables,
            scan,
            icc: metadata.icc(),
            exif: metadata.exif,
            segments: metadata.segments,
            damage: Vec::from_iter(stray),
        })
    }

    /// The header: what the file says about itself before its first scan.
    #[must_use]
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// The metadata segments before the first scan in the order of the file, at most the first
    /// 1,024.
    #[must_use]
    pub fn segments(&self) -> &[Segment<'d>] {
        &self.segments
    }

    /// The first EXIF segment, if any.
    #[must_use]
    pub const fn exif(&self) -> Option<&Exif<'d>> {
        self.exif.as_ref()
    }

    /// The orientation that the EXIF segment gives, if any.
    #[must_use]
    pub fn orientation(&self) -> Option<Orientation> {
        self.exif.as_ref()?.orientation
    }

    /// The ICC profile, if any.
    #[must_use]
    pub const fn icc(&self) -> Option<&Icc<'d>> {
        self.icc.as_ref()
    }

    /// The damage before the first scan: at most one fault, the first bytes that belong to no segment.
    /// The damage that [`File::decode`] reports begins with it.
    #[must_use]
    pub fn damage(&self) -> &[Damage] {
        &self.damage
    }

    /// Finds all markers after the header, without decoding. Damage there is not an error.
    ///
    /// This searches the file for `FF` and takes about 0.2 ms per megabyte. [`File::decode`] reports
    /// the extent as well.
    #[must_use]
    pub fn extent(&self) -> Extent {
        Extent::find(self.data, self.scan)
    }

    /// Decodes the picture at a scale.
    ///
    /// Work is linear in the bytes of the file plus the pixels of the output. The buffers keep their
    /// memory for the next call, and their contents do not affect the result.
    ///
    /// # Errors
    ///
    /// `Unsupported` for a process that this crate does not decode; the kinds of [`Limits`].
    /// Damage after the header is not an error: see [`Decoded::damage`].
    pub fn decode<'b>(
        &self,
        scale: Scale,
        precision: Precision,
        buffers: &'b mut Buffers,
    ) -> Result<Decoded<'b>, Error> {
        let start = Start {
            data: self.data,
            header: &self.header,
            tables: self.tables.clone(),
            scan: self.scan,
            damage: self.damage.clone(),
            limits: self.limits,
        };
        decode::decode(start, scale, precision, buffers)
    }
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
