//! The tables that segments install and scans use (ITU T.81 B.2.4).

use crate::huffman::{Spec, Specs};
use crate::markers;
use crate::quant::{QuantTable, QuantTables};
use crate::scan::ScanHeader;

/// The tables that segments install and scans use (T.81 B.2.4).
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) quant: [Option<QuantTable>; 4],
    pub(crate) dc: [Option<Spec>; 4],
    pub(crate) ac: [Option<Spec>; 4],
    pub(crate) restart_interval: u16,
}

impl Tables {
    /// Whether a Huffman table that a sequential scan uses is missing.
    pub(crate) fn lacks(&self, scan: &ScanHeader) -> bool {
        let missing = |slots: &[Option<Spec>; 4], slot| slots.get(slot).is_none_or(Option::is_none);
        let mut parts = scan.components.iter();
        parts.any(|part| missing(&self.dc, part.dc) || missing(&self.ac, part.ac))
    }

    /// Installs the standard's Huffman tables in the slots that are empty, unless a table is given
    /// that is not the standard's. Returns whether it did.
    ///
    /// Frames of motion JPEG leave these tables out. Where another table is given, the missing one was
    /// another, too.
    pub(crate) fn complete(&mut self) -> bool {
        let standard = |ac, slots: &[Option<Spec>; 4]| {
            slots
                .iter()
                .enumerate()
                .all(|(slot, table)| table.is_none() || *table == Spec::standard(ac, slot))
        };
        let known = standard(false, &self.dc) && standard(true, &self.ac);
        if known {
            for (ac, slots) in [(false, &mut self.dc), (true, &mut self.ac)] {
                for (slot, table) in slots.iter_mut().enumerate() {
                    *table = Spec::standard(ac, slot);
                }
            }
        }
        known
    }

    /// Installs the tables of a DQT, DHT or DRI segment; other segments are ignored. `Err` names the
    /// malformed part.
    pub(crate) fn install(&mut self, code: u8, payload: &[u8]) -> Result<(), &'static str> {
        match code {
            markers::DQT => {
                for table in QuantTables(payload) {
                    let (slot, table) = table.map_err(|_| "malformed quantisation table")?;
                    if let Some(to) = self.quant.get_mut(slot) {
                        *to = Some(table);
                    }
                }
            }
            markers::DHT => {
                for table in Specs(payload) {
                    let (ac, slot, spec) = table.map_err(|_| "malformed huffman table")?;
                    let slots = if ac { &mut self.ac } else { &mut self.dc };
                    if let Some(to) = slots.get_mut(slot) {
                        *to = Some(spec);
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
