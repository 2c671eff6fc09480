//! Scan headers (ITU T.81 B.2.3) and the walk over the restart intervals of a scan (E.2.4).

use crate::bits::{Bits, Input};
use crate::damage::{Damage, DamageKind, Report};
use crate::header::Component;
use crate::huffman::BlockFault;
use crate::markers::{self, RST0, RST7};

/// One component of a scan.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct ScanComponent {
    /// Index in the frame.
    pub(crate) index: usize,
    /// Slots of its Huffman tables.
    pub(crate) dc: usize,
    pub(crate) ac: usize,
}

/// A scan header.
#[derive(Debug, Clone)]
pub(crate) struct ScanHeader {
    pub(crate) components: Vec<ScanComponent>,
    /// First and last coefficient in zigzag order (Ss, Se).
    pub(crate) first: u8,
    pub(crate) last: u8,
    /// Successive approximation (Ah, Al).
    pub(crate) high: u8,
    pub(crate) low: u8,
}

impl ScanHeader {
    /// `None` where it is malformed or does not fit the frame.
    pub(crate) fn parse(payload: &[u8], frame: &[Component]) -> Option<Self> {
        let (&count, rest) = payload.split_first()?;
        let (parts, rest) = rest.split_at_checked(usize::from(count) * 2)?;
        let &[first, last, approximation] = rest else {
            return None;
        };
        let mut components: Vec<ScanComponent> = Vec::new();
        let mut blocks = 0;
        for &[id, slots] in parts.as_chunks::<2>().0 {
            let index = frame.iter().position(|c| c.id == id)?;
            let (dc, ac) = (usize::from(slots >> 4), usize::from(slots & 15));
            if dc > 3 || ac > 3 || components.iter().any(|c| c.index == index) {
                return None;
            }
            let component = frame.get(index)?;
            blocks += u32::from(component.horizontal) * u32::from(component.vertical);
            components.push(ScanComponent { index, dc, ac });
        }
        // At most ten blocks make an MCU (B.2.3).
        if components.is_empty() || components.len() > 1 && blocks > MAX_MCU_BLOCKS {
            return None;
        }
        Some(Self {
            components,
            first,
            last,
            high: approximation >> 4,
            low: approximation & 15,
        })
    }
}

/// Blocks in an MCU of several components at most (B.2.3).
pub(crate) const MAX_MCU_BLOCKS: u32 = 10;

/// What stopped a run of MCUs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The bits of a block are not valid.
    Block(BlockFault),
    /// The bits ended.
    Overrun,
}

impl From<BlockFault> for Fault {
    fn from(fault: BlockFault) -> Self {
        Self::Block(fault)
    }
}

/// The result of a run of MCUs.
pub(crate) struct Run {
    /// The bits after the last MCU.
    pub(crate) bits: Bits,
    /// MCUs that were read in full.
    pub(crate) done: u32,
    pub(crate) fault: Option<Fault>,
}

/// The MCUs of a scan.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Units {
    /// MCUs in a row and in all.
    pub(crate) per_row: u32,
    pub(crate) total: u32,
    /// MCUs between restart markers, 0 if there are none.
    pub(crate) interval: u32,
}

/// Walks over the entropy-coded data that begins at `start`, one restart interval after the
/// other. `decode(input, from, to)` reads the MCUs of one interval, with fresh predictions.
///
/// After a fault, it continues at the next restart marker that fits. The number of that marker, modulo 8,
/// gives the number of lost intervals. `is_data(input, bits)` says whether the bits up to the next
/// marker belong to the coded data.
pub(crate) fn walk(
    data: &[u8],
    start: usize,
    units: Units,
    scan: u32,
    report: &mut Report,
    mut decode: impl FnMut(&mut Input<'_>, u32, u32) -> Run,
    is_data: impl Fn(Input<'_>, Bits) -> bool,
) -> End {
    let interval = match units.interval {
        0 => units.total,
        interval => interval,
    };
    let intervals = units.total.div_ceil(interval.max(1));
    let mut good = 0;
    let mut index = 0;
    let mut strayed = false;
    let mut input = Input::new(data, start);
    let ended = |pos, good, strayed| End { pos, good, strayed };
    while index < intervals {
        let from = index * interval;
        let to = units.total.min(from + interval);
        let run = decode(&mut input, from, to);
        good += run.done;
        let mut note = |kind, offset| {
            report.add(Damage {
                kind,
                offset,
                scan,
                mcu_row: Some((from + run.done).min(units.total - 1) / units.per_row.max(1)),
                valid_fraction: good as f32 / units.total as f32,
            });
        };
        let marker = markers::next_marker(data, input.position());
        let is_restart = |code| matches!(code, RST0..=RST7);
        match run.fault {
            Some(Fault::Block(BlockFault::Code)) => {
                note(DamageKind::BadCode, input.offset(run.bits));
            }
            Some(Fault::Block(BlockFault::Overflow)) => {
                note(DamageKind::BadBlock, input.offset(run.bits));
            }
            Some(Fault::Overrun) => match marker {
                None => note(DamageKind::Truncated, data.len()),
                Some(marker) => note(DamageKind::EarlyMarker, marker.at),
            },
            None => {
                // Bytes before the marker may not even have been taken into the bit buffer.
                let end = marker.map_or(data.len(), |marker| marker.at);
                let untaken = markers::stray(data, input.position(), end);
                strayed = input.unused_bytes(run.bits) > 0 || !untaken.is_empty();
                if strayed {
                    let offset = input.offset(run.bits);
                    let is_data = || is_data(input.clone(), run.bits);
                    note(after_last(data, offset, end, is_data), offset);
                }
            }
        }
        index += 1;
        if index == intervals {
            break;
        }
        // The marker before interval n (from 1) is RST(n − 1 mod 8).
        let mut next = marker;
        loop {
            let Some(marker) = next else {
                if run.fault.is_none() {
                    note(DamageKind::Truncated, data.len());
                }
                return ended(data.len(), good, strayed);
            };
            if !is_restart(marker.code) {
                if run.fault.is_none() {
                    note(DamageKind::EarlyMarker, marker.at);
                }
                return ended(marker.at, good, strayed);
            }
            let ahead = (u32::from(marker.code - RST0) + 8 - (index - 1) % 8) % 8;
            if ahead <= LOST_INTERVALS {
                if ahead > 0 {
                    note(DamageKind::RestartOrder, marker.at);
                }
                index += ahead;
                input = Input::new(data, marker.after);
                break;
            }
            // A marker of the past: what follows it was read already, or is noise.
            note(DamageKind::RestartOrder, marker.at);
            next = markers::next_marker(data, marker.after);
        }
    }
    ended(input.position(), good, strayed)
}

/// The end of a scan.
pub(crate) struct End {
    /// Where to search for the next marker.
    pub(crate) pos: usize,
    /// MCUs that were read.
    pub(crate) good: u32,
    /// Whether other bytes follow the last MCU.
    pub(crate) strayed: bool,
}

/// Classifies the bytes from `offset` to a marker at `end`, which follow the last MCU.
///
/// Some encoders and programs add bytes there, and every decoder skips them. But damage that makes a
/// decoder read too few MCUs leaves data over as well, and a file may be filled up from before the last
/// MCU on.
fn after_last(
    data: &[u8],
    offset: usize,
    end: usize,
    is_data: impl FnOnce() -> bool,
) -> DamageKind {
    let bytes = markers::stray(data, offset, end);
    let filled_before = bytes.first().is_some_and(|&fill| {
        let before = data.get(offset.saturating_sub(2)..offset);
        before == Some(&[fill; 2]) && bytes.iter().all(|&byte| byte == fill)
    });
    if filled_before {
        DamageKind::LeftOver
    } else if bytes.len() <= MAX_PADDING && bytes.iter().all(|&byte| matches!(byte, 0 | 0xFF)) {
        DamageKind::Padding
    } else if is_data() {
        DamageKind::LeftOver
    } else {
        DamageKind::StrayBytes
    }
}

/// The limit of padding bytes; some encoders write that many.
const MAX_PADDING: usize = 16;

/// How many intervals may count as lost if a restart marker comes early. The count is modulo 8, so
/// larger steps ahead look like steps back.
const LOST_INTERVALS: u32 = 3;
