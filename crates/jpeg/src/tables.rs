//! The tables that segments install and scans use (ITU T.81 B.2.4).

use crate::huffman::{Spec, Specs};
use crate::markers;
use crate::quant::{QuantTable, QuantTables};

/// The tables that segments install and scans use (T.81 B.2.4).
#[derive(Debug, Clone, Default)]
pub(crate) struct Tables {
    pub(crate) quant: [Option<QuantTable>; 4],
    pub(crate) dc: [Option<Spec>; 4],
    pub(crate) ac: [Option<Spec>; 4],
    pub(crate) restart_interval: u16,
}

impl Tables {
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
