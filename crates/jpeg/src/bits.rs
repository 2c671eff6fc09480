//! The bit reader of entropy-coded data (ITU T.81 F.2.2.5, byte stuffing B.1.1.5).
#![allow(
    clippy::cast_possible_truncation,
    reason = "bits are cut out of a word on purpose; numbers of bits are small"
)]

/// Bits that [`BitReader::refill`] guarantees.
pub(crate) const REFILLED: u32 = 56;

/// The bytes that bits are read from.
///
/// At a marker or at the end of the data it goes on with zeros and counts them; a caller asks
/// [`Input::overrun`] after each MCU whether any of those were used. That replaces a check per
/// symbol. No loop of the decoder can run on zeros for longer than one MCU.
#[derive(Debug, Clone)]
pub(crate) struct Input<'a> {
    /// The file, cut at the marker once one was met.
    data: &'a [u8],
    pos: usize,
    /// Zero bits appended after the end.
    phantom: u32,
}

/// The next bits of an [`Input`], most significant first: up to 63 of them in a register.
///
/// They are apart from the input, small and `Copy`, and all functions on the hot path take and
/// return them by value: so they stay in registers, which a `&mut` to them or one struct for both
/// would prevent as soon as a function is not inlined.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Bits {
    /// Left-aligned. Below the `count` valid ones stand bits that a later refill sets again to
    /// the same values.
    window: u64,
    count: u32,
}

impl<'a> Input<'a> {
    /// An input that begins at byte `pos` of the file.
    pub(crate) const fn new(data: &'a [u8], pos: usize) -> Self {
        Self {
            data,
            pos,
            phantom: 0,
        }
    }

    /// The first byte that was not yet taken. A marker is never before it.
    pub(crate) const fn position(&self) -> usize {
        self.pos
    }

    /// Whether bits beyond the end were used, `bits` being what is left.
    #[inline(always)]
    pub(crate) const fn overrun(&self, bits: Bits) -> bool {
        self.phantom > bits.count
    }

    /// Whole bytes that are held in `bits` and were not used. More than none at the end of a
    /// restart interval means that the interval held more than its MCUs.
    pub(crate) const fn unused_bytes(&self, bits: Bits) -> u32 {
        bits.count.saturating_sub(self.phantom) / 8
    }

    /// Whether less than a byte is left before a marker or the end, `bits` being refilled.
    pub(crate) const fn is_at_end(&self, bits: Bits) -> bool {
        bits.count < self.phantom + 8
    }

    /// Whether the bits left in the byte that holds the next bit are all ones, as encoders fill up the
    /// last byte before a marker (T.81 F.1.2.3).
    pub(crate) const fn ends_in_ones(&self, bits: Bits) -> bool {
        let count = bits.count.saturating_sub(self.phantom) % 8;
        (bits.window >> 1) >> (63 - count) == (1 << count) - 1
    }

    /// The byte that holds the next bit, give or take stuffed bytes.
    pub(crate) const fn offset(&self, bits: Bits) -> usize {
        self.pos.saturating_sub(self.unused_bytes(bits) as usize)
    }

    /// [`Bits::refill`] near an `FF`, a marker or the end.
    #[cold]
    #[inline(never)]
    fn refill_bytewise(&mut self, mut bits: Bits) -> Bits {
        // What stands below the valid bits may come from before an `FF 00`; read it anew.
        bits.window &= !(u64::MAX >> bits.count);
        while bits.count < REFILLED {
            let byte = match self.data.get(self.pos) {
                Some(0xFF) => match self.after_ff() {
                    Some(next) => {
                        self.pos = next;
                        0xFF
                    }
                    None => {
                        self.data = self.data.get(..self.pos).unwrap_or_default();
                        continue;
                    }
                },
                Some(&byte) => {
                    self.pos += 1;
                    byte
                }
                None => {
                    self.phantom = self.phantom.saturating_add(8);
                    0
                }
            };
            bits.window |= u64::from(byte) << (56 - bits.count);
            bits.count += 8;
        }
        bits
    }

    /// Where reading goes on if the `FF` at `pos` is a data byte, that is if a zero follows it
    /// (or follows further `FF`s, which then are fill bytes).
    fn after_ff(&self) -> Option<usize> {
        let mut next = self.pos + 1;
        while self.data.get(next) == Some(&0xFF) {
            next += 1;
        }
        (self.data.get(next) == Some(&0)).then_some(next + 1)
    }
}

impl Bits {
    /// Holds at least [`REFILLED`] bits afterwards.
    #[inline(always)]
    #[must_use]
    pub(crate) fn refill(mut self, input: &mut Input<'_>) -> Self {
        if let Some(bytes) = input
            .data
            .get(input.pos..)
            .and_then(<[u8]>::first_chunk::<8>)
        {
            let word = u64::from_be_bytes(*bytes);
            if !has_ff(word) {
                self.window |= word >> (self.count & 63);
                let taken = (63 - self.count) >> 3;
                input.pos += taken as usize;
                // From 56 to 63, with the same bits beyond whole bytes.
                self.count |= 56;
                return self;
            }
        }
        input.refill_bytewise(self)
    }

    /// The next `N` bits as a number; `N` from 1 to 32.
    #[inline(always)]
    pub(crate) const fn peek<const N: u32>(self) -> usize {
        (self.window >> (64 - N)) as usize
    }

    /// All bits held, left-aligned.
    #[inline(always)]
    pub(crate) const fn window(self) -> u64 {
        self.window
    }

    /// Drops `n` bits, at most those that are held (and at most 63).
    #[inline(always)]
    #[must_use]
    pub(crate) const fn consume(mut self, n: u32) -> Self {
        self.window <<= n & 63;
        self.count -= n;
        self
    }

    /// Takes `n` bits as a number; `n` from 0 to 32, no more than are held.
    #[inline(always)]
    pub(crate) const fn take(self, n: u32) -> (Self, u32) {
        let value = ((self.window >> 1) >> (63 - n)) as u32;
        (self.consume(n), value)
    }

    /// Bits held.
    #[cfg(test)]
    pub(crate) const fn held(self) -> u32 {
        self.count
    }
}

/// Whether any byte of `word` is `FF`.
#[inline(always)]
const fn has_ff(word: u64) -> bool {
    const ONES: u64 = u64::from_ne_bytes([0x01; 8]);
    const TOPS: u64 = u64::from_ne_bytes([0x80; 8]);
    // A byte of the complement is zero there: the classic zero-byte test on it.
    (!word).wrapping_sub(ONES) & word & TOPS != 0
}

/// The signed value of `size` magnitude bits at the top of `window` (T.81 F.2.2.1, EXTEND),
/// without a branch. `size` from 0 to 16.
#[inline(always)]
pub(crate) const fn extend(window: u64, size: u32) -> i32 {
    let magnitude = ((window >> 1) >> (63 - size)) as i32;
    // All ones where the first magnitude bit is 0: the value is negative.
    let negative = !((window as i64) >> 63) as i32;
    magnitude + (negative & (1 - (1 << size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_bits_of_unstuffed_data() {
        let mut stuffed = Vec::new();
        let mut plain = Vec::new();
        let mut state = 1u32;
        for _ in 0..5000 {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let byte = if state >> 30 == 0 {
                0xFF
            } else {
                (state >> 22) as u8
            };
            plain.push(byte);
            stuffed.push(byte);
            if byte == 0xFF {
                stuffed.push(0);
            }
        }
        let mut input = Input::new(&stuffed, 0);
        let mut bits = Bits::default();
        let mut at = 0;
        let mut width = 0;
        while at + 32 < plain.len() * 8 {
            width = (width * 7 + 3) % 28;
            let mut expected = 0u32;
            for bit in at..at + width {
                expected = expected << 1 | u32::from(plain[bit / 8] >> (7 - bit % 8) & 1);
            }
            let value;
            (bits, value) = bits.refill(&mut input).take(width as u32);
            assert_eq!(value, expected);
            at += width;
        }
        assert!(!input.overrun(bits));
    }

    #[test]
    fn the_end_is_noticed_only_when_used() {
        for end in [
            &[][..],
            &[0xFF, 0xD9][..],
            &[0xFF][..],
            &[0xFF, 0xFF, 0xD0, 1, 2, 3][..],
        ] {
            let data = [&[0xAB, 0xFF, 0x00, 0xCD], end].concat();
            let mut input = Input::new(&data, 0);
            let bits = Bits::default().refill(&mut input).consume(24);
            assert!(!input.overrun(bits));
            assert_eq!(input.position(), 4);
            let bits = bits.refill(&mut input).consume(1);
            assert!(input.overrun(bits));
        }
        // Fill bytes before a stuffed zero are one data byte.
        let mut input = Input::new(&[0x12, 0xFF, 0xFF, 0x00, 0x34], 0);
        let (_, value) = Bits::default().refill(&mut input).take(24);
        assert_eq!(value, 0x12_FF34);
    }

    #[test]
    fn extends_as_table_f1_says() {
        let at = |value: u64, size: u32| {
            extend(
                if size == 0 {
                    u64::MAX
                } else {
                    value << (64 - size)
                },
                size,
            )
        };
        assert_eq!(at(0, 0), 0);
        assert_eq!((at(0, 1), at(1, 1)), (-1, 1));
        assert_eq!((at(0, 3), at(3, 3), at(4, 3), at(7, 3)), (-7, -4, 4, 7));
        assert_eq!((at(0, 15), at(0x7FFF, 15)), (-32767, 32767));
    }
}
