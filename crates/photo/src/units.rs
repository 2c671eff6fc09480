//! Numbers with a unit. None of them can hold NaN or an infinity.

use std::fmt;
use std::sync::LazyLock;

macro_rules! unit {
    ($(#[$doc:meta])* $name:ident, $suffix:literal, $decimals:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, PartialOrd)]
        pub struct $name(f32);

        impl $name {
            /// Zero.
            pub const ZERO: Self = Self(0.0);

            /// The value, or `None` for NaN and infinities.
            #[must_use]
            pub const fn new(value: f32) -> Option<Self> {
                if value.is_finite() { Some(Self(value)) } else { None }
            }

            /// `numerator / denominator`, or `None` if that is not a finite number.
            #[must_use]
            pub fn quotient(numerator: f32, denominator: f32) -> Option<Self> {
                Self::new(numerator / denominator)
            }

            /// The bare number, always finite.
            #[must_use]
            pub const fn get(self) -> f32 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let decimals = f.precision().unwrap_or($decimals);
                write!(f, concat!("{:.*}", $suffix), decimals, self.0)
            }
        }
    };
}

unit! {
    /// A length in pixels. The frame is documented where it is used.
    Px, " px", 0
}
unit! {
    /// A share, or a quotient of two quantities of the same kind, where 1.0 is the whole.
    Ratio, "", 2
}
unit! {
    /// An angle in degrees.
    Degrees, "°", 1
}
unit! {
    /// A distance in CIE L\*a\*b\* (CIE76, ΔE\*ab); about 2.3 is just noticeable.
    DeltaE, " ΔE", 1
}

/// A colour in CIE L\*a\*b\* (D65): lightness 0–100, `a` green to red, `b` blue to yellow.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Lab {
    l: f32,
    a: f32,
    b: f32,
}

impl Lab {
    /// The colour, or `None` if a component is not finite.
    #[must_use]
    pub const fn new(l: f32, a: f32, b: f32) -> Option<Self> {
        if l.is_finite() && a.is_finite() && b.is_finite() {
            Some(Self { l, a, b })
        } else {
            None
        }
    }

    /// From 8-bit sRGB (IEC 61966-2-1) by way of CIE XYZ with the D65 white point.
    #[must_use]
    pub fn from_srgb([r, g, b]: [u8; 3]) -> Self {
        let (r, g, b) = (srgb_to_linear(r), srgb_to_linear(g), srgb_to_linear(b));
        let x = (0.412_456_4 * r + 0.357_576_1 * g + 0.180_437_5 * b) / 0.950_47;
        let y = 0.212_672_9 * r + 0.715_152_2 * g + 0.072_175 * b;
        let z = (0.019_333_9 * r + 0.119_192 * g + 0.950_304_1 * b) / 1.088_83;
        let (fx, fy, fz) = (lab_curve(x), lab_curve(y), lab_curve(z));
        Self {
            l: 116.0 * fy - 16.0,
            a: 500.0 * (fx - fy),
            b: 200.0 * (fy - fz),
        }
    }

    /// Lightness, 0 (black) to 100 (white).
    #[must_use]
    pub const fn l(self) -> f32 {
        self.l
    }

    /// Green (negative) to red (positive).
    #[must_use]
    pub const fn a(self) -> f32 {
        self.a
    }

    /// Blue (negative) to yellow (positive).
    #[must_use]
    pub const fn b(self) -> f32 {
        self.b
    }

    /// Distance from the grey axis, C\*ab.
    #[must_use]
    pub fn chroma(self) -> f32 {
        self.a.hypot(self.b)
    }

    /// CIE76 colour difference ΔE\*ab.
    #[must_use]
    pub fn distance(self, other: Self) -> DeltaE {
        let (dl, da, db) = (self.l - other.l, self.a - other.a, self.b - other.b);
        DeltaE((dl * dl + da * da + db * db).sqrt())
    }
}

fn srgb_to_linear(value: u8) -> f32 {
    static LINEAR: LazyLock<[f32; 256]> = LazyLock::new(|| {
        std::array::from_fn(|value| {
            let v = value as f32 / 255.0;
            if v <= 0.040_45 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        })
    });
    LINEAR[usize::from(value)]
}

fn lab_curve(t: f32) -> f32 {
    const EPSILON: f32 = 216.0 / 24_389.0;
    const KAPPA: f32 = 24_389.0 / 27.0;
    if t > EPSILON {
        t.cbrt()
    } else {
        (KAPPA * t + 16.0) / 116.0
    }
}

/// Luma (ITU-R BT.601) of an sRGB colour with channels from 0 to 255, over 255: 0 to 1.
#[must_use]
pub fn luma([r, g, b]: [f32; 3]) -> f32 {
    (0.299 * r + 0.587 * g + 0.114 * b) / 255.0
}

/// The quantile `share` (0–1) of `values` by the nearest rank; `None` without values. Changes their
/// order.
#[must_use]
pub fn percentile(values: &mut [f32], share: f32) -> Option<f32> {
    let last = values.len().checked_sub(1)?;
    let index = (share * last as f32).round() as usize;
    let (_, value, _) = values.select_nth_unstable_by(index.min(last), f32::total_cmp);
    Some(*value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_unit_holds_a_number_that_is_none() {
        assert_eq!(Px::new(f32::NAN), None);
        assert_eq!(Ratio::quotient(1.0, 0.0), None);
        assert_eq!(Degrees::new(f32::NEG_INFINITY), None);
        assert_eq!(Lab::new(50.0, f32::NAN, 0.0), None);
    }

    #[test]
    fn units_are_shown_with_their_suffix() {
        assert_eq!(Degrees::new(4.25).unwrap().to_string(), "4.2°");
    }

    /// Reference values: Lindbloom's calculator, sRGB → Lab with D65.
    #[test]
    fn lab_of_known_colours() {
        for (rgb, expected) in [
            ([255, 255, 255], [100.0, 0.0, 0.0]),
            ([0, 0, 0], [0.0, 0.0, 0.0]),
            ([255, 0, 0], [53.24, 80.09, 67.20]),
            ([0, 0, 255], [32.30, 79.19, -107.86]),
            ([128, 128, 128], [53.59, 0.0, 0.0]),
        ] {
            let lab = Lab::from_srgb(rgb);
            for (got, want) in [lab.l(), lab.a(), lab.b()].into_iter().zip(expected) {
                assert!((got - want).abs() < 0.05, "{rgb:?}: {lab:?}");
            }
        }
    }

    #[test]
    fn luma_goes_from_black_to_white() {
        for (rgb, expected) in [
            ([0.0, 0.0, 0.0], 0.0),
            ([255.0, 0.0, 0.0], 0.299),
            ([0.0, 255.0, 0.0], 0.587),
            ([0.0, 0.0, 255.0], 0.114),
            ([255.0, 255.0, 255.0], 1.0),
        ] {
            assert!((luma(rgb) - expected).abs() < 1e-6, "{rgb:?}");
        }
    }

    #[test]
    fn a_percentile_is_one_of_the_values() {
        let mut values = [5.0, 1.0, 4.0, 2.0, 3.0];
        for (share, expected) in [(0.0, 1.0), (0.5, 3.0), (0.95, 5.0), (2.0, 5.0), (-1.0, 1.0)] {
            assert_eq!(percentile(&mut values, share), Some(expected));
        }
        assert_eq!(percentile(&mut [], 0.5), None);
    }
}
