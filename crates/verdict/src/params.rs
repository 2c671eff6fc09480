//! The parameters of a check: what its file declares with [`params!`], and how a policy sees it.
//!
//! A parameter is one number, or two that belong together. It names its keys in policy files
//! itself, from the name of its field:
//!
//! | declared | keys | must be |
//! |---|---|---|
//! | `head: Above<Share> = 0.84, 0.95` | `head_refer_above`, `head_reject_above` | ascending |
//! | `luma: Below<Share> = 0.75, 0.55` | `luma_refer_below`, `luma_reject_below` | descending |
//! | `lens: Above<Share> = 0.03` | `lens_refer_above` | |
//! | `px: Within<Pixels> = 480.0, 6000.0` | `min_px`, `max_px` | ascending |
//! | `min_area: Single<Share> = 0.01` | `min_area` | |
//!
//! A field that is named `above` or `below` adds nothing: `above: Above<Degrees>` has the keys
//! `refer_above` and `reject_above`.

use std::marker::PhantomData;

use crate::grade::{Direction, Grade, Outcome};

/// The unit of a parameter.
pub(crate) trait Unit {
    /// In words.
    const LABEL: &'static str;
    /// Whether only whole numbers make sense.
    const WHOLE: bool = false;
}

macro_rules! units {
    ($($name:ident $label:literal $(whole $whole:literal)?,)+) => {$(
        #[derive(Clone, Copy, Debug, PartialEq)]
        pub(crate) struct $name;

        impl Unit for $name {
            const LABEL: &'static str = $label;
            $(const WHOLE: bool = $whole;)?
        }
    )+};
}

units! {
    Share "share, 1 is the whole",
    Degrees "degrees",
    DeltaE "ΔE of CIE L*a*b*",
    Lab "CIE L*a*b* units",
    Pixels "pixels of the original",
    PrintPixels "dots of the print at 300 dpi",
    Bytes "bytes" whole true,
    Quality "IJG quality",
}

/// Upper limits on one quantity: a person looks above the first, and the photo is rejected above
/// the second, if there is one.
pub(crate) type Above<U> = Graded<true, U>;

/// Lower limits on one quantity: a person looks below the first, and the photo is rejected below
/// the second, if there is one.
pub(crate) type Below<U> = Graded<false, U>;

/// See [`Above`] and [`Below`]. Nothing is rejected that would not be referred.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Graded<const ABOVE: bool, U> {
    refer: f64,
    reject: Option<f64>,
    unit: PhantomData<U>,
}

impl<const ABOVE: bool, U> Graded<ABOVE, U> {
    const DIRECTION: Direction = if ABOVE {
        Direction::Above
    } else {
        Direction::Below
    };

    /// For declarations, where a wrong order does not compile.
    pub(crate) const fn new<const N: usize>(values: [f64; N]) -> Self {
        const { assert!(N == 1 || N == 2, "one limit or two") };
        assert!(Self::beyond(values[N - 1], values[0]), "refers come first");
        Self {
            refer: values[0],
            reject: if N == 2 { Some(values[1]) } else { None },
            unit: PhantomData,
        }
    }

    /// Whether `reject` is on `refer` or beyond it.
    const fn beyond(reject: f64, refer: f64) -> bool {
        match Self::DIRECTION {
            Direction::Above => reject >= refer,
            Direction::Below => reject <= refer,
        }
    }

    /// The limit beyond which a person looks.
    pub(crate) const fn refer(&self) -> f64 {
        self.refer
    }

    /// These limits times a positive `factor`.
    pub(crate) fn times(self, factor: f64) -> Self {
        Self {
            refer: self.refer * factor,
            reject: self.reject.map(|reject| reject * factor),
            ..self
        }
    }

    /// `None` for a value that is fine.
    pub(crate) fn grade(&self, value: f64) -> Option<Grade> {
        let refused = |limit: f64| match Self::DIRECTION {
            Direction::Above => value > limit,
            Direction::Below => value < limit,
        };
        let outcome = if self.reject.is_some_and(refused) {
            Outcome::Reject
        } else if refused(self.refer) {
            Outcome::Refer
        } else {
            return None;
        };
        Some(Grade {
            outcome,
            direction: Self::DIRECTION,
            limit: self.refer,
        })
    }
}

/// The values from a smallest to a largest.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Within<U> {
    min: f64,
    max: f64,
    unit: PhantomData<U>,
}

impl<U> Within<U> {
    /// For declarations, where a wrong order does not compile.
    pub(crate) const fn new([min, max]: [f64; 2]) -> Self {
        assert!(min <= max, "the smallest comes first");
        Self {
            min,
            max,
            unit: PhantomData,
        }
    }

    pub(crate) const fn min(&self) -> f64 {
        self.min
    }

    pub(crate) const fn max(&self) -> f64 {
        self.max
    }
}

/// One number.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Single<U> {
    value: f64,
    unit: PhantomData<U>,
}

impl<U> Single<U> {
    pub(crate) const fn new([value]: [f64; 1]) -> Self {
        Self {
            value,
            unit: PhantomData,
        }
    }

    pub(crate) const fn get(&self) -> f64 {
        self.value
    }
}

/// A parameter as a policy sees it.
pub(crate) trait Param {
    /// The names of its keys, from that of its field.
    fn keys(&self, field: &str) -> Vec<String>;

    /// In the order of the keys.
    fn values(&self) -> Vec<f64>;

    /// Takes a value for each key.
    fn set(&mut self, values: &[f64]) -> Result<(), Disorder>;

    /// The label of its unit, and whether only whole numbers make sense.
    fn unit(&self) -> (&'static str, bool);

    /// If it is graded limits, the side on which they refuse.
    fn direction(&self) -> Option<Direction> {
        None
    }
}

/// What the keys of graded limits begin with.
pub(crate) fn prefix(field: &str) -> &str {
    match field {
        "above" | "below" => "",
        field => field,
    }
}

/// Two values that exclude each other: the one with the index `small` may be at most that with
/// the index `large`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Disorder {
    pub(crate) small: usize,
    pub(crate) large: usize,
}

impl<const ABOVE: bool, U: Unit> Param for Graded<ABOVE, U> {
    fn keys(&self, field: &str) -> Vec<String> {
        let prefix = prefix(field);
        let side = if ABOVE { "above" } else { "below" };
        let name = |grade| match prefix {
            "" => format!("{grade}_{side}"),
            prefix => format!("{prefix}_{grade}_{side}"),
        };
        let reject = self.reject.map(|_| name("reject"));
        std::iter::once(name("refer")).chain(reject).collect()
    }

    fn values(&self) -> Vec<f64> {
        std::iter::once(self.refer).chain(self.reject).collect()
    }

    fn set(&mut self, values: &[f64]) -> Result<(), Disorder> {
        match (values, &mut self.reject) {
            (&[refer, reject], Some(slot)) => {
                if !Self::beyond(reject, refer) {
                    return Err(match Self::DIRECTION {
                        Direction::Above => Disorder { small: 0, large: 1 },
                        Direction::Below => Disorder { small: 1, large: 0 },
                    });
                }
                (self.refer, *slot) = (refer, reject);
            }
            (&[refer, ..], _) => self.refer = refer,
            ([], _) => {}
        }
        Ok(())
    }

    fn unit(&self) -> (&'static str, bool) {
        (U::LABEL, U::WHOLE)
    }

    fn direction(&self) -> Option<Direction> {
        Some(Self::DIRECTION)
    }
}

impl<U: Unit> Param for Within<U> {
    fn keys(&self, field: &str) -> Vec<String> {
        vec![format!("min_{field}"), format!("max_{field}")]
    }

    fn values(&self) -> Vec<f64> {
        vec![self.min, self.max]
    }

    fn set(&mut self, values: &[f64]) -> Result<(), Disorder> {
        if let &[min, max] = values {
            if min > max {
                return Err(Disorder { small: 0, large: 1 });
            }
            (self.min, self.max) = (min, max);
        }
        Ok(())
    }

    fn unit(&self) -> (&'static str, bool) {
        (U::LABEL, U::WHOLE)
    }
}

impl<U: Unit> Param for Single<U> {
    fn keys(&self, field: &str) -> Vec<String> {
        vec![field.to_owned()]
    }

    fn values(&self) -> Vec<f64> {
        vec![self.value]
    }

    fn set(&mut self, values: &[f64]) -> Result<(), Disorder> {
        if let &[value] = values {
            self.value = value;
        }
        Ok(())
    }

    fn unit(&self) -> (&'static str, bool) {
        (U::LABEL, U::WHOLE)
    }
}

/// What a check's file says of a parameter.
#[derive(Debug)]
pub(crate) struct Declared {
    pub(crate) field: &'static str,
    /// For each key, the lines of its doc.
    pub(crate) docs: &'static [&'static [&'static str]],
    /// The smallest value that a policy may give.
    pub(crate) low: f64,
    /// The largest value that a policy may give.
    pub(crate) high: f64,
}

/// One key of a check's policy table, and its value.
#[derive(Clone, Debug)]
pub(crate) struct Key {
    pub(crate) name: String,
    pub(crate) declared: &'static Declared,
    pub(crate) doc: &'static [&'static str],
    pub(crate) unit: &'static str,
    pub(crate) whole: bool,
    pub(crate) value: f64,
}

impl Declared {
    /// The keys of `param`, which this declares.
    pub(crate) fn keys(&'static self, param: &dyn Param) -> Vec<Key> {
        let (unit, whole) = param.unit();
        let names = param.keys(self.field).into_iter();
        let values = names.zip(self.docs).zip(param.values());
        values
            .map(|((name, doc), value)| Key {
                name,
                declared: self,
                doc,
                unit,
                whole,
                value,
            })
            .collect()
    }
}

/// All parameters of one check, in the order of its file.
pub(crate) trait ParamSet {
    fn enabled(&self) -> bool;
    fn enabled_mut(&mut self) -> &mut bool;
    fn all(&self) -> Vec<(&'static Declared, &dyn Param)>;
    fn all_mut(&mut self) -> Vec<(&'static Declared, &mut dyn Param)>;

    /// The keys of all parameters.
    fn keys(&self) -> Vec<Key> {
        let keys = |(declared, param): (&'static Declared, &dyn Param)| declared.keys(param);
        self.all().into_iter().flat_map(keys).collect()
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
                $($crate::params::Declared {
                    field: stringify!($field),
                    docs: &[$(&[$($doc),+]),+],
                    low: $low,
                    high: $high,
                },)*
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

            fn all(&self) -> Vec<(&'static $crate::params::Declared, &dyn $crate::params::Param)> {
                let all: Vec<&dyn $crate::params::Param> = vec![$(&self.$field),*];
                Self::DECLARED.iter().zip(all).collect()
            }

            fn all_mut(
                &mut self,
            ) -> Vec<(&'static $crate::params::Declared, &mut dyn $crate::params::Param)> {
                let all: Vec<&mut dyn $crate::params::Param> = vec![$(&mut self.$field),*];
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
        let look = Above::<Share>::new([0.5]);
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
    fn values_out_of_order_are_refused_and_change_nothing() {
        let mut upper = Above::<Share>::new([0.5, 0.75]);
        let mut lower = Below::<Share>::new([0.5, 0.25]);
        let mut within = Within::<Pixels>::new([480.0, 6000.0]);
        let (first, second) = (
            Disorder { small: 0, large: 1 },
            Disorder { small: 1, large: 0 },
        );
        assert_eq!(upper.set(&[0.8, 0.75]), Err(first));
        assert_eq!(lower.set(&[0.5, 0.6]), Err(second));
        assert_eq!(within.set(&[7000.0, 6000.0]), Err(first));
        assert_eq!(upper.values(), [0.5, 0.75]);
        assert_eq!(lower.values(), [0.5, 0.25]);
        assert_eq!(within.values(), [480.0, 6000.0]);
        for param in [&mut upper as &mut dyn Param, &mut lower, &mut within] {
            assert_eq!(param.set(&[0.6, 0.6]), Ok(()), "equal limits are allowed");
            assert_eq!(param.values(), [0.6, 0.6]);
        }
    }

    #[test]
    fn keys_are_named_after_field_and_kind() {
        let upper = Above::<Share>::new([0.5, 0.75]);
        assert_eq!(
            upper.keys("head"),
            ["head_refer_above", "head_reject_above"]
        );
        assert_eq!(upper.keys("above"), ["refer_above", "reject_above"]);
        let lower = Below::<Share>::new([0.5]);
        assert_eq!(lower.keys("skin"), ["skin_refer_below"]);
        assert_eq!(lower.keys("below"), ["refer_below"]);
        let within = Within::<Share>::new([0.0, 1.0]);
        assert_eq!(within.keys("px"), ["min_px", "max_px"]);
        assert_eq!(Single::<Share>::new([1.0]).keys("min_area"), ["min_area"]);
    }
}
