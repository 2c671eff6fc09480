//! Damage in a file whose pixels could still be decoded, at least in part.

use std::fmt;

/// What is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DamageKind {
    /// The data ends within a scan or a segment.
    Truncated,
    /// The data ends where a marker must follow: everything coded so far is complete, but EOI is
    /// missing.
    MissingEoi,
    /// A marker within a scan, before its last MCU.
    EarlyMarker,
    /// Bits that are not a code of the Huffman table in use.
    BadCode,
    /// A block with more than 64 coefficients, or a coefficient outside its scan's band.
    BadBlock,
    /// Restart markers that are missing, repeated or out of order.
    RestartOrder,
    /// Bytes that belong to no segment, or that follow the complete data of a restart interval or a
    /// scan. Every decoder skips them.
    StrayBytes,
    /// A few bytes of zeros or ones after a restart interval or a scan: some encoders pad.
    Padding,
    /// Data of a restart interval or a scan that remains after its last MCU: some of what was read
    /// before it is wrong, and nobody knows where.
    LeftOver,
    /// A scan header that contradicts the frame header or an earlier scan (T.81 B.2.3, G.1.1.1).
    BadScan,
    /// A scan that uses a table that was never given.
    MissingTable,
    /// No scan codes a component, or a part of its precision.
    MissingScan,
    /// A malformed segment after the first scan.
    BadSegment,
}

impl DamageKind {
    /// Whether it loses no coded data: bytes between segments or after the data, and padding.
    #[must_use]
    pub const fn is_harmless(self) -> bool {
        matches!(self, Self::Padding | Self::StrayBytes)
    }

    /// Whether this is a sign that the file was cut off.
    #[must_use]
    pub const fn is_truncation(self) -> bool {
        matches!(self, Self::Truncated | Self::MissingEoi)
    }
}

/// One fault, and where it is.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Damage {
    /// What is wrong.
    pub kind: DamageKind,
    /// Byte offset in the file at which it was noticed, which may be some bytes after the cause.
    pub offset: usize,
    /// The scan, counted from 0.
    pub scan: u32,
    /// The row of MCUs at which it was noticed, counted from 0; `None` outside entropy-coded data.
    pub mcu_row: Option<u32>,
    /// How much of this scan was read without a fault before, from 0 to 1.
    pub valid_fraction: f32,
}

impl Damage {
    /// Whether it loses no coded data: bytes between segments, and padding.
    #[must_use]
    pub const fn is_harmless(&self) -> bool {
        self.kind.is_harmless()
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            DamageKind::Truncated => "the data ends",
            DamageKind::MissingEoi => "the end marker is missing",
            DamageKind::EarlyMarker => "unexpected marker",
            DamageKind::BadCode => "invalid code",
            DamageKind::BadBlock => "invalid block",
            DamageKind::RestartOrder => "restart markers out of order",
            DamageKind::StrayBytes => "stray bytes",
            DamageKind::Padding => "padding",
            DamageKind::LeftOver => "data is left over",
            DamageKind::BadScan => "invalid scan",
            DamageKind::MissingTable => "missing table",
            DamageKind::MissingScan => "missing scan",
            DamageKind::BadSegment => "malformed segment",
        };
        write!(f, "{what} at byte {} in scan {}", self.offset, self.scan)?;
        if let Some(row) = self.mcu_row {
            write!(f, ", mcu row {row}")?;
        }
        Ok(())
    }
}

/// The faults so far. A file can have one for each restart interval, so only the first ones are kept.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) list: Vec<Damage>,
    /// Faults that are not in the list, apart from harmless ones.
    pub(crate) omitted: usize,
    /// Harmless faults in the list.
    harmless: usize,
}

impl Report {
    /// Faults that are kept.
    const KEPT: usize = 64;
    /// Harmless faults that are kept: an encoder that pads does so in every restart interval.
    const HARMLESS_KEPT: usize = 8;

    /// A report that begins with these, which are harmless.
    pub(crate) const fn new(list: Vec<Damage>) -> Self {
        Self {
            harmless: list.len(),
            list,
            omitted: 0,
        }
    }

    pub(crate) fn add(&mut self, damage: Damage) {
        if damage.is_harmless() {
            if self.harmless < Self::HARMLESS_KEPT {
                self.harmless += 1;
                self.list.push(damage);
            }
        } else if self.list.len() < Self::KEPT || damage.kind.is_truncation() {
            // The end of the data is met once only, and is what callers ask for first.
            self.list.push(damage);
        } else {
            self.omitted += 1;
        }
    }

    /// Whether nothing was lost so far.
    pub(crate) const fn is_sound(&self) -> bool {
        self.list.len() == self.harmless
    }
}
