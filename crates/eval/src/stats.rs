//! Shares with their uncertainty, and quantiles.

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

/// Standard normal quantile of 97.5 %.
const Z: f64 = 1.959_963_984_540_054;

/// A count out of a total.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a fraction")]
pub struct Share {
    /// The count.
    pub count: usize,
    /// The total.
    pub of: usize,
}

impl Share {
    /// The share, where 1 is the whole; `None` if the total is zero.
    #[must_use]
    pub fn ratio(self) -> Option<f64> {
        (self.of > 0).then(|| self.count as f64 / self.of as f64)
    }

    /// The Wilson score interval at 95 % for the true share.
    ///
    /// E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
    /// J. Amer. Statist. Assoc. 22 (1927).
    #[must_use]
    pub fn interval(self) -> Option<(f64, f64)> {
        let p = self.ratio()?;
        let n = self.of as f64;
        let centre = p + Z * Z / (2.0 * n);
        let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
        let scale = 1.0 + Z * Z / n;
        // Rounding must not leave the ends beside 0 and 1.
        let low = if self.count == 0 {
            0.0
        } else {
            (centre - spread) / scale
        };
        let high = if self.count == self.of {
            1.0
        } else {
            (centre + spread) / scale
        };
        Some((low, high))
    }

    /// How much larger it is than `other`; `None` if either total is zero.
    ///
    /// The interval is made of the two Wilson intervals (hybrid score): R. G. Newcombe, "Interval
    /// estimation for the difference between independent proportions", Statist. Med. 17 (1998),
    /// method 10.
    #[must_use]
    pub fn minus(self, other: Self) -> Option<Difference> {
        let (p, (low, high)) = (self.ratio()?, self.interval()?);
        let (q, (other_low, other_high)) = (other.ratio()?, other.interval()?);
        Some(Difference {
            ratio: p - q,
            low_ratio: p - q - (p - low).hypot(other_high - q),
            high_ratio: p - q + (high - p).hypot(q - other_low),
        })
    }

    pub(crate) fn add(&mut self, counts: bool) {
        self.of += 1;
        self.count += usize::from(counts);
    }
}

/// `count`, `of`, and if there is any, `ratio` with the ends of its interval.
impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Share", 5)?;
        fields.serialize_field("count", &self.count)?;
        fields.serialize_field("of", &self.of)?;
        fields.serialize_field("ratio", &self.ratio().map(round))?;
        fields.serialize_field("low_ratio", &self.interval().map(|(low, _)| round(low)))?;
        fields.serialize_field("high_ratio", &self.interval().map(|(_, high)| round(high)))?;
        fields.end()
    }
}

/// The difference of two shares, with its interval at 95 %.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[expect(clippy::exhaustive_structs, reason = "a number and its interval")]
pub struct Difference {
    /// The difference, where 1 is from none to all.
    #[serde(serialize_with = "rounded")]
    pub ratio: f64,
    /// The lower end of the interval.
    #[serde(serialize_with = "rounded")]
    pub low_ratio: f64,
    /// The upper end of the interval.
    #[serde(serialize_with = "rounded")]
    pub high_ratio: f64,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde asks for"
)]
fn rounded<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(round(*value))
}

/// Four decimals.
pub(crate) fn round(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

/// The quantile `q` of `sorted`, linear between neighbours. Between a finite and an infinite value,
/// the nearer one is taken.
pub(crate) fn quantile(sorted: &[f64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = q * last as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "q is a share, so that this is an index"
    )]
    let below = (at.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let (a, b, share) = (sorted[below], sorted[above], at - at.floor());
    Some(if a.is_finite() && b.is_finite() {
        a + (b - a) * share
    } else if share < 0.5 {
        a
    } else {
        b
    })
}

/// `98.2`: rounded, but never to 0 or 100 if it is not exactly that.
pub(crate) fn percent(ratio: f64) -> String {
    let text = format!("{:.1}", ratio * 100.0);
    match text.as_str() {
        "100.0" if ratio < 1.0 => "99.9".to_owned(),
        "0.0" if ratio > 0.0 => "0.1".to_owned(),
        "100.0" => "100".to_owned(),
        "0.0" => "0".to_owned(),
        _ => text,
    }
}

/// A limit with at most four decimals.
pub(crate) fn limit(value: Option<f64>) -> String {
    value.map_or_else(
        || "–".to_owned(),
        |value| {
            // Without a negative zero.
            let value = value + 0.0;
            let text = format!("{value:.4}");
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interval(count: usize, of: usize) -> (f64, f64) {
        let (low, high) = Share { count, of }.interval().unwrap();
        (round(low), round(high))
    }

    /// R. G. Newcombe, "Two-sided confidence intervals for the single proportion", Statistics in
    /// Medicine 17 (1998), table I, method 3; and the closed form at the ends.
    #[test]
    fn wilson_intervals_are_the_published_ones() {
        assert_eq!(interval(0, 20), (0.0, 0.1611));
        assert_eq!(interval(20, 20), (0.8389, 1.0));
        assert_eq!(interval(81, 263), (0.2553, 0.3662));
        assert_eq!(interval(15, 148), (0.0624, 0.1605));
        assert_eq!(interval(1, 29), (0.0061, 0.1718));
        assert_eq!(Share::default().interval(), None);
    }

    /// The paper's table II, method 10.
    #[test]
    fn intervals_of_differences_are_the_published_ones() {
        let share = |count, of| Share { count, of };
        for (a, b, ends) in [
            (share(56, 70), share(48, 80), (0.2, 0.0524, 0.3339)),
            (share(9, 10), share(3, 10), (0.6, 0.1705, 0.809)),
            (share(6, 7), share(2, 7), (0.5714, 0.0582, 0.8062)),
            (share(5, 56), share(0, 29), (0.0893, -0.0381, 0.1926)),
        ] {
            let found = a.minus(b).unwrap();
            let found = [found.ratio, found.low_ratio, found.high_ratio].map(round);
            assert_eq!(found, [ends.0, ends.1, ends.2]);
        }
        assert_eq!(share(1, 2).minus(Share::default()), None);
    }

    #[test]
    fn quantiles_lie_between_neighbours() {
        let sorted = [0.0, 1.0, 2.0, 10.0];
        assert_eq!(quantile(&sorted, 0.0), Some(0.0));
        assert_eq!(quantile(&sorted, 0.5), Some(1.5));
        assert_eq!(quantile(&sorted, 1.0), Some(10.0));
        assert_eq!(quantile(&[], 0.5), None);
        let mixed = [f64::NEG_INFINITY, 1.0];
        assert_eq!(quantile(&mixed, 0.4), Some(f64::NEG_INFINITY));
        assert_eq!(quantile(&mixed, 0.6), Some(1.0));
    }
}
