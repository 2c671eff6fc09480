//! How often each value of a measurement occurs, without knowing its range beforehand.

use std::collections::BTreeMap;

/// The finest step. It is more than half of the last decimal of a measurement.
const STEP: f64 = 1e-4;
/// The limit of steps; beyond it, neighbours are joined. Four times what a figure can show.
const MOST: usize = 256;

/// Counts of values in steps that grow with their spread. Does not depend on the order of the
/// values.
#[derive(Clone, Debug, Default)]
pub(crate) struct Histogram {
    /// Each step is `STEP` times 2 to the power of this.
    doublings: i32,
    counts: BTreeMap<i64, u64>,
    /// Values that are not finite: below and above every limit.
    pub(crate) below: u64,
    pub(crate) above: u64,
}

/// One bar: from, to, and how many values are between them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Bar {
    pub(crate) low: f64,
    pub(crate) high: f64,
    pub(crate) count: u64,
}

impl Histogram {
    pub(crate) fn add(&mut self, value: f64) {
        if value == f64::INFINITY {
            self.above += 1;
        } else if value == f64::NEG_INFINITY {
            self.below += 1;
        } else if value.is_finite() {
            #[expect(clippy::cast_possible_truncation, reason = "saturates")]
            let key = (value / STEP).floor() as i64;
            *self.counts.entry(key >> self.doublings).or_default() += 1;
            while self.counts.len() > MOST && self.doublings < 62 {
                self.doublings += 1;
                let halved = std::mem::take(&mut self.counts);
                for (key, count) in halved {
                    *self.counts.entry(key >> 1).or_default() += count;
                }
            }
        }
    }

    fn step(&self) -> f64 {
        STEP * f64::from(self.doublings).exp2()
    }

    /// At most `most` bars of equal width over the values and `marks`; none if both are empty.
    #[expect(clippy::cast_precision_loss, reason = "the place of a bar")]
    pub(crate) fn bars(&self, marks: &[f64], most: u32) -> Vec<Bar> {
        let step = self.step();
        let ends = [self.counts.first_key_value(), self.counts.last_key_value()];
        let values = ends.iter().flatten().map(|(key, _)| **key as f64 * step);
        let all = values.chain(marks.iter().copied().filter(|mark| mark.is_finite()));
        let (low, high) = all.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            (low.min(value), high.max(value + step))
        });
        if low >= high {
            return Vec::new();
        }
        // Whole steps, so that no bar is higher for holding one more of them.
        let steps = ((high - low) / step / f64::from(most)).ceil().max(1.0);
        let width = steps * step;
        let start = (low / step).floor() * step;
        let mut bars: Vec<_> = (0..most)
            .map(|at| start + f64::from(at) * width)
            .take_while(|&at| at < high)
            .map(|low| Bar {
                low,
                high: low + width,
                count: 0,
            })
            .collect();
        for (&key, &count) in &self.counts {
            let middle = (key as f64 + 0.5) * step;
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "saturates, and is looked up"
            )]
            let at = ((middle - start) / width) as usize;
            let last = bars.len() - 1;
            bars[at.min(last)].count += count;
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_is_in_one_bar_whatever_the_order() {
        let values: Vec<f64> = (0..5000)
            .map(|n| f64::from(n * n % 977) * 0.37 - 40.0)
            .collect();
        let (mut forth, mut back) = (Histogram::default(), Histogram::default());
        values.iter().for_each(|&value| forth.add(value));
        values.iter().rev().for_each(|&value| back.add(value));
        assert_eq!(forth.counts, back.counts);
        assert!(forth.counts.len() <= MOST);
        let bars = forth.bars(&[500.0], 40);
        assert!(bars.len() <= 40);
        assert_eq!(bars.iter().map(|bar| bar.count).sum::<u64>(), 5000);
        assert!(bars[0].low <= -40.0 && bars[bars.len() - 1].high >= 500.0);
        for pair in bars.windows(2) {
            assert!((pair[0].high - pair[1].low).abs() < 1e-6);
        }
    }

    #[test]
    fn extremes_are_counted_apart() {
        let mut histogram = Histogram::default();
        for value in [
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NAN,
            1e300,
            -1e300,
            0.5,
        ] {
            histogram.add(value);
        }
        assert_eq!((histogram.below, histogram.above), (1, 1));
        assert_eq!(histogram.counts.values().sum::<u64>(), 3);
        assert!(histogram.bars(&[], 40).len() <= 40);
        assert!(Histogram::default().bars(&[], 40).is_empty());
        assert_eq!(
            Histogram::default()
                .bars(&[1.0, 2.0], 40)
                .iter()
                .map(|b| b.count)
                .sum::<u64>(),
            0
        );
    }
}
