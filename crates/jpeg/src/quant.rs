//! Quantisation tables: the DQT segment (ITU T.81 B.2.4.1).
#![allow(
    clippy::cast_possible_truncation,
    reason = "positions in a block are below 64"
)]

/// A quantisation table in zigzag order, as the file gives it; no element is 0.
pub(crate) type QuantTable = [u16; 64];

/// The tables of one DQT segment, one after the other: slot and table.
pub(crate) struct QuantTables<'a>(pub(crate) &'a [u8]);

/// A DQT segment is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BadTable;

impl Iterator for QuantTables<'_> {
    type Item = Result<(usize, QuantTable), BadTable>;

    fn next(&mut self) -> Option<Self::Item> {
        let (&precision_and_slot, rest) = self.0.split_first()?;
        let (precision, slot) = (
            precision_and_slot >> 4,
            usize::from(precision_and_slot & 15),
        );
        let mut table = [0; 64];
        let taken = match precision {
            0 => rest.split_at_checked(64).map(|(elements, rest)| {
                for (to, &from) in table.iter_mut().zip(elements) {
                    *to = u16::from(from);
                }
                rest
            }),
            1 => rest.split_at_checked(128).map(|(elements, rest)| {
                for (to, from) in table.iter_mut().zip(elements.as_chunks::<2>().0) {
                    *to = u16::from_be_bytes(*from);
                }
                rest
            }),
            _ => None,
        };
        match taken {
            Some(rest) if slot < 4 && !table.contains(&0) => {
                self.0 = rest;
                Some(Ok((slot, table)))
            }
            _ => {
                self.0 = &[];
                Some(Err(BadTable))
            }
        }
    }
}

/// Natural position (8 × row + column) of each zigzag position (T.81 Figure A.6).
pub(crate) const ZIGZAG: [u8; 64] = {
    let mut order = [0; 64];
    let (mut row, mut column) = (0usize, 0usize);
    let mut at = 0;
    while at < 64 {
        order[at] = (row * 8 + column) as u8;
        // Even anti-diagonals run up and to the right, odd ones down and to the left.
        if (row + column) % 2 == 0 {
            if column == 7 {
                row += 1;
            } else if row == 0 {
                column += 1;
            } else {
                row -= 1;
                column += 1;
            }
        } else if row == 7 {
            column += 1;
        } else if column == 0 {
            row += 1;
        } else {
            row += 1;
            column -= 1;
        }
        at += 1;
    }
    order
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zigzag_is_that_of_the_standard() {
        assert_eq!(
            &ZIGZAG[..16],
            &[0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5]
        );
        assert_eq!(
            &ZIGZAG[56..],
            &[45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63][5..]
        );
        let mut seen = ZIGZAG;
        seen.sort_unstable();
        assert!(seen.iter().zip(0..).all(|(&a, b)| a == b));
    }

    #[test]
    fn both_precisions_and_bad_tables() {
        let mut payload = vec![0x00];
        payload.extend(1..=64);
        payload.push(0x13);
        payload.extend((1..=64u16).flat_map(|n| (n * 300).to_be_bytes()));
        let tables: Vec<_> = QuantTables(&payload).collect();
        assert_eq!(tables.len(), 2);
        assert!(matches!(&tables[0], Ok((0, table)) if table[63] == 64));
        assert!(matches!(&tables[1], Ok((3, table)) if table[63] == 19200));
        for bad in [
            &[0x00, 1, 2][..],
            &[0x20; 200][..],
            &[0x04; 65][..],
            &[0x00; 65][..],
        ] {
            assert_eq!(QuantTables(bad).last(), Some(Err(BadTable)));
        }
    }
}
