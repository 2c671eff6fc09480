//! The parameters of a check: what its file declares with [`params!`], and how a policy sees it.
//!
//! A parameter is one number, or two that belong together. It names its keys in policy files
//! itself, from the name of its field:
//!
//! | declared | keys | must be |
//! |---|---|---|
//! | `head: Above<Share> = 0.84, 0.95` | `head_refer_above`, `head_reject_above` | ascending |
//! | `luma: Below<Share> = 0.75, 0.55` | `luma_refer_below`, `luma_reject_below` | descending |
//! | `lens: Above<Share, 1> = 0.03` | `lens_refer_above` | |
//! | `px: Within<Pixels> = 480.0, 6000.0` | `min_px`, `max_px` | ascending |
//! | `min_area: Single<Share> = 0.01` | `min_area` | |
//!
//! A field that is named `above` or `below` adds nothing: `above: Above<Degrees>` has the keys
//! `refer_above` and `reject_above`.

use std::marker::PhantomData;
use std::ops::RangeInclusive;

use crate::check::{percent, short};
use crate::grade::{Direction, Grade, Outcome};

/// The unit of a parameter.
pub(crate) trait Unit {
    /// In words.
    const LABEL: &'static str;
    /// Whether only whole numbers make sense.
    const WHOLE: bool = false;
    /// A value as texts show it.
    fn show(value: f64) -> String;
}

macro_rules! units {
    ($($name:ident $label:literal shown $show:expr $(, whole $whole:literal)?;)+) => {$(
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(crate) struct $name;

        impl Unit for $name {
            const LABEL: &'static str = $label;
            $(const WHOLE: bool = $whole;)?
            fn show(value: f64) -> String {
                $show(value)
            }
        }
    )+};
}

units! {
    Share "share, 1 is the whole" shown percent;
    Degrees "degrees" shown |value| short(value, 1);
    DeltaE "ΔE of CIE L*a*b*" shown |value| short(value, 1);
    Lab "CIE L*a*b* units" shown |value| short(value, 1);
    Pixels "pixels of the original" shown |value| short(value, 0);
    PrintPixels "dots of the print at 300 dpi" shown |value| short(value, 2);
    Bytes "bytes" shown size, whole true;
    Quality "IJG quality" shown |value| short(value, 0);
    Count "how many" shown |value| short(value, 0), whole true;
}

fn size(bytes: f64) -> String {
    if bytes >= 1_000_000.0 {
        format!("{} MB", short(bytes / 1_000_000.0, 2))
    } else if bytes >= 1000.0 {
        format!("{} KB", short(bytes / 1000.0, 1))
    } else {
        format!("{bytes:.0} B")
    }
}

/// Upper limits on one quantity: a person looks above the first, and the photo is rejected above
/// the second, if there is one.
pub(crate) type Above<U, const N: usize = 2> = Values<Graded<true>, U, N>;

/// Lower limits on one quantity: a person looks below the first, and the photo is rejected below
/// the second, if there is one.
pub(crate) type Below<U, const N: usize = 2> = Values<Graded<false>, U, N>;

/// The values from a smallest to a largest.
pub(crate) type Within<U> = Values<Ends, U, 2>;

/// One number.
pub(crate) type Single<U> = Values<Lone, U, 1>;

/// The `N` numbers of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Values<K, U, const N: usize> {
    pub(crate) values: [f64; N],
    of: PhantomData<(K, U)>,
}

/// What the numbers of a parameter are to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Limits. Nothing is rejected that would not be referred.
    Graded(Direction),
    /// The smallest and the largest value that is fine.
    Within,
    /// There is but one.
    Single,
}

/// A [`Kind`] as a type.
pub(crate) trait OfKind {
    const KIND: Kind;
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Graded<const ABOVE: bool>;

impl<const ABOVE: bool> Graded<ABOVE> {
    const DIRECTION: Direction = if ABOVE {
        Direction::Above
    } else {
        Direction::Below
    };
}

impl<const ABOVE: bool> OfKind for Graded<ABOVE> {
    const KIND: Kind = Kind::Graded(Self::DIRECTION);
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Ends;

impl OfKind for Ends {
    const KIND: Kind = Kind::Within;
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lone;

impl OfKind for Lone {
    const KIND: Kind = Kind::Single;
}

impl Kind {
    /// The places of two values that exclude each other: the first may be at most the second.
    pub(crate) const fn disorder(self, values: &[f64]) -> Option<(usize, usize)> {
        let (small, large) = match self {
            Self::Graded(Direction::Below) => (1, 0),
            _ => (0, 1),
        };
        if values.len() == 2 && values[small] > values[large] {
            Some((small, large))
        } else {
            None
        }
    }
}

impl<K: OfKind, U: Unit, const N: usize> Values<K, U, N> {
    /// For declarations, where a wrong order does not compile.
    pub(crate) const fn new(values: [f64; N]) -> Self {
        assert!(K::KIND.disorder(&values).is_none(), "wrong order");
        Self {
            values,
            of: PhantomData,
        }
    }

    /// A parameter of this type.
    pub(crate) const fn declared(
        field: &'static str,
        docs: &'static [&'static [&'static str]],
        range: RangeInclusive<f64>,
    ) -> Declared {
        Declared {
            field,
            docs,
            range,
            kind: K::KIND,
            unit: U::LABEL,
            whole: U::WHOLE,
        }
    }
}

impl<const ABOVE: bool, U: Unit, const N: usize> Values<Graded<ABOVE>, U, N> {
    /// The limit beyond which a person looks.
    pub(crate) const fn refer(&self) -> f64 {
        self.values[0]
    }

    /// These limits times a positive `factor`.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self {
            values: self.values.map(|limit| limit * factor),
            ..self
        }
    }

    /// `None` for a value that is fine.
    pub(crate) fn grade(&self, value: f64) -> Option<Grade> {
        let refused = |limit: &f64| match Graded::<ABOVE>::DIRECTION {
            Direction::Above => value > *limit,
            Direction::Below => value < *limit,
        };
        let outcome = if self.values.get(1).is_some_and(refused) {
            Outcome::Reject
        } else if refused(&self.refer()) {
            Outcome::Refer
        } else {
            return None;
        };
        Some(Grade {
            outcome,
            direction: Graded::<ABOVE>::DIRECTION,
            value,
            limit: self.refer(),
            show: U::show,
        })
    }
}

impl<U> Within<U> {
    pub(crate) const fn min(&self) -> f64 {
        self.values[0]
    }

    pub(crate) const fn max(&self) -> f64 {
        self.values[1]
    }
}

impl<U> Single<U> {
    pub(crate) const fn get(&self) -> f64 {
        self.values[0]
    }
}

/// What a check's file says of a parameter.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) field: &'static str,
    /// For each key, the lines of its doc.
    pub(crate) docs: &'static [&'static [&'static str]],
    /// The values that a policy may give.
    pub(crate) range: RangeInclusive<f64>,
    pub(crate) kind: Kind,
    /// The unit in words.
    pub(crate) unit: &'static str,
    /// Whether only whole numbers make sense.
    pub(crate) whole: bool,
}

/// One key of a check's policy table, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) declared: &'static Declared,
    pub(crate) doc: &'static [&'static str],
    pub(crate) value: f64,
}

impl Declared {
    /// What the keys of graded limits begin with.
    pub(crate) fn prefix(&self) -> &'static str {
        match self.field {
            "above" | "below" => "",
            field => field,
        }
    }

    /// The keys of these values.
    pub(crate) fn keys(&'static self, values: &[f64]) -> Vec<Key> {
        let field = self.field;
        let names = match self.kind {
            Kind::Graded(direction) => {
                let side = match direction {
                    Direction::Above => "above",
                    Direction::Below => "below",
                };
                ["refer", "reject"].map(|grade| match self.prefix() {
                    "" => format!("{grade}_{side}"),
                    prefix => format!("{prefix}_{grade}_{side}"),
                })
            }
            Kind::Within => ["min", "max"].map(|end| format!("{end}_{field}")),
            Kind::Single => [field.to_owned(), String::new()],
        };
        let key = |((name, doc), &value): ((String, &&'static [&'static str]), &f64)| Key {
            name,
            declared: self,
            doc,
            value,
        };
        names
            .into_iter()
            .zip(self.docs)
            .zip(values)
            .map(key)
            .collect()
    }
}

/// All parameters of one check, in the order of its file.
pub(crate) trait ParamSet {
    fn enabled(&self) -> bool;
    fn enabled_mut(&mut self) -> &mut bool;
    /// Each with its values.
    fn all(&self) -> Vec<(&'static Declared, &[f64])>;
    fn all_mut(&mut self) -> Vec<(&'static Declared, &mut [f64])>;

    /// The keys of all parameters.
    fn keys(&self) -> Vec<Key> {
        let all = self.all().into_iter();
        all.flat_map(|(declared, values)| declared.keys(values))
            .collect()
    }
}

/// Declares the `Params` of a check: `field: Kind<Unit> = value, value in low..=high;`, with the
/// doc of each key before its value.
macro_rules! params {
    ($($field:ident: $kind:ty =
        $($(#[doc = $doc:literal])+ $value:literal),+ in $low:literal..=$high:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(crate) struct Params {
            pub(crate) enabled: bool,
            $(pub(crate) $field: $kind,)*
        }

        impl Params {
            const DEFAULT: Self = Self {
                enabled: true,
                $($field: <$kind>::new([$($value),+]),)*
            };

            const DECLARED: &'static [$crate::params::Declared] = &[
                $(<$kind>::declared(stringify!($field), &[$(&[$($doc),+]),+], $low..=$high),)*
            ];
        }

        impl Default for Params {
            fn default() -> Self {
                Self::DEFAULT
            }
        }

        impl $crate::params::ParamSet for Params {
            fn enabled(&self) -> bool {
                self.enabled
            }

            fn enabled_mut(&mut self) -> &mut bool {
                &mut self.enabled
            }

            fn all(&self) -> Vec<(&'static $crate::params::Declared, &[f64])> {
                let all: Vec<&[f64]> = vec![$(&self.$field.values),*];
                Self::DECLARED.iter().zip(all).collect()
            }

            fn all_mut(&mut self) -> Vec<(&'static $crate::params::Declared, &mut [f64])> {
                let all: Vec<&mut [f64]> = vec![$(&mut self.$field.values),*];
                Self::DECLARED.iter().zip(all).collect()
            }
        }
    };
}
pub(crate) use params;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_on_a_limit_are_fine_and_those_beyond_it_are_graded() {
        let upper = Above::<Share>::new([0.5, 0.75]);
        let lower = Below::<Share>::new([0.5, 0.25]);
        let look = Above::<Share, 1>::new([0.5]);
        for (value, above, below, once) in [
            (0.2, None, Some(Outcome::Reject), None),
            (0.25, None, Some(Outcome::Refer), None),
            (0.5, None, None, None),
            (0.75, Some(Outcome::Refer), None, Some(Outcome::Refer)),
            (0.8, Some(Outcome::Reject), None, Some(Outcome::Refer)),
        ] {
            let outcome = |grade: Option<Grade>| grade.map(|grade| grade.outcome);
            assert_eq!(outcome(upper.grade(value)), above, "{value}");
            assert_eq!(outcome(lower.grade(value)), below, "{value}");
            assert_eq!(outcome(look.grade(value)), once, "{value}");
        }
        let rejected = upper.grade(0.9).unwrap();
        assert_eq!(rejected.limit, 0.5, "what would be fine");
        assert_eq!(rejected.and(Outcome::Refer).outcome, Outcome::Refer);
        assert_eq!(rejected.and(Outcome::Reject).outcome, Outcome::Reject);
        assert_eq!(upper.times(0.5).grade(0.3).unwrap().limit, 0.25);
    }

    #[test]
    fn values_out_of_order_exclude_each_other() {
        let (upper, lower) = (
            Kind::Graded(Direction::Above),
            Kind::Graded(Direction::Below),
        );
        assert_eq!(upper.disorder(&[0.8, 0.75]), Some((0, 1)));
        assert_eq!(lower.disorder(&[0.5, 0.6]), Some((1, 0)));
        assert_eq!(Kind::Within.disorder(&[7000.0, 6000.0]), Some((0, 1)));
        assert_eq!(upper.disorder(&[0.5, 0.75]), None);
        assert_eq!(lower.disorder(&[0.5, 0.25]), None);
        assert_eq!(Kind::Within.disorder(&[480.0, 6000.0]), None);
        for kind in [upper, lower, Kind::Within] {
            assert_eq!(kind.disorder(&[0.6, 0.6]), None, "equal limits are allowed");
            assert_eq!(kind.disorder(&[0.6]), None);
        }
    }

    #[test]
    fn keys_are_named_after_field_and_kind() {
        params! {
            head: Above<Share> = /// One
                0.5, /// Two
                0.75 in 0.0..=1.0;
            above: Above<Share> = /// One
                0.5, /// Two
                0.75 in 0.0..=1.0;
            skin: Below<Share, 1> = /// One
                0.5 in 0.0..=1.0;
            below: Below<Share, 1> = /// One
                0.5 in 0.0..=1.0;
            px: Within<Share> = /// One
                0.0, /// Two
                1.0 in 0.0..=1.0;
            min_area: Single<Share> = /// One
                1.0 in 0.0..=1.0;
        }
        let names: Vec<_> = Params::default()
            .keys()
            .into_iter()
            .map(|key| key.name)
            .collect();
        assert_eq!(
            names,
            [
                "head_refer_above",
                "head_reject_above",
                "refer_above",
                "reject_above",
                "skin_refer_below",
                "refer_below",
                "min_px",
                "max_px",
                "min_area",
            ]
        );
    }
}
