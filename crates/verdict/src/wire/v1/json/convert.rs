//! Converts between the types that the code works with and the types of the JSON.

use std::borrow::Cow;
use std::marker::PhantomData;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::measurements::Num;

/// Why a value is invalid.
pub(super) type Invalid = &'static str;

/// A type of the JSON whose counterpart is `D`.
pub(in crate::wire::v1) trait Wire<D>: Sized {
    /// Converts a value to be written.
    fn write(value: &D) -> Self;
    /// Converts a value that was read.
    fn read(self) -> Result<D, Invalid>;
}

impl<W: Wire<D>, D> Wire<Option<D>> for Option<W> {
    fn write(value: &Option<D>) -> Self {
        value.as_ref().map(W::write)
    }

    fn read(self) -> Result<Option<D>, Invalid> {
        self.map(W::read).transpose()
    }
}

impl<W: Wire<D>, D> Wire<Vec<D>> for Vec<W> {
    fn write(value: &Vec<D>) -> Self {
        value.iter().map(W::write).collect()
    }

    fn read(self) -> Result<Vec<D>, Invalid> {
        self.into_iter().map(W::read).collect()
    }
}

impl<W: Wire<D>, D> Wire<[D; 2]> for [W; 2] {
    fn write(value: &[D; 2]) -> Self {
        value.each_ref().map(W::write)
    }

    fn read(self) -> Result<[D; 2], Invalid> {
        let [first, second] = self;
        Ok([first.read()?, second.read()?])
    }
}

macro_rules! written_as_they_are {
    ($($type:ty),+) => {
        $(impl Wire<$type> for $type {
            fn write(value: &$type) -> Self {
                value.clone()
            }

            fn read(self) -> Result<$type, Invalid> {
                Ok(self)
            }
        })+
    };
}
written_as_they_are!(bool, u8, u32, u64, i32, f64, String);

/// Declares structs of the JSON, each with its counterpart.
macro_rules! structs {
    ($($(#[$meta:meta])* $name:ident for $theirs:ty {
        $($(#[$field_meta:meta])* $field:ident: $type:ty,)+
    })+) => {$(
        #[derive(Serialize, Deserialize, JsonSchema)]
        $(#[$meta])*
        pub(in crate::wire::v1) struct $name {
            $($(#[$field_meta])* $field: $type,)+
        }

        impl Wire<$theirs> for $name {
            fn write(value: &$theirs) -> Self {
                type Theirs = $theirs;
                let Theirs { $($field),+ } = value;
                Self { $($field: Wire::write($field)),+ }
            }

            fn read(self) -> Result<$theirs, Invalid> {
                type Theirs = $theirs;
                Ok(Theirs { $($field: self.$field.read()?),+ })
            }
        }
    )+};
}
pub(super) use structs;

/// Declares enums of the JSON, each with its counterpart.
macro_rules! enums {
    ($($(#[$meta:meta])* $name:ident for $theirs:ty {
        $($(#[$variant_meta:meta])* $variant:ident $({
            $($(#[$field_meta:meta])* $field:ident: $type:ty,)+
        })?,)+
    })+) => {$(
        #[derive(Serialize, Deserialize, JsonSchema)]
        $(#[$meta])*
        #[serde(rename_all = "snake_case")]
        pub(in crate::wire::v1) enum $name {
            $($(#[$variant_meta])* $variant $({ $($(#[$field_meta])* $field: $type,)+ })?,)+
        }

        impl Wire<$theirs> for $name {
            fn write(value: &$theirs) -> Self {
                type Theirs = $theirs;
                match value {
                    $(Theirs::$variant $({ $($field),+ })? => {
                        Self::$variant $({ $($field: Wire::write($field)),+ })?
                    })+
                }
            }

            fn read(self) -> Result<$theirs, Invalid> {
                type Theirs = $theirs;
                Ok(match self {
                    $(Self::$variant $({ $($field),+ })? => {
                        Theirs::$variant $({ $($field: $field.read()?),+ })?
                    })+
                })
            }
        }
    )+};
}
pub(super) use enums;

/// With `#[serde(with = "As::<W>")]`, a field is written and read as a `W`.
pub(in crate::wire::v1) struct As<W>(PhantomData<W>);

impl<W> As<W> {
    pub(in crate::wire::v1) fn serialize<D, S>(value: &D, serializer: S) -> Result<S::Ok, S::Error>
    where
        W: Wire<D> + Serialize,
        S: Serializer,
    {
        W::write(value).serialize(serializer)
    }

    pub(in crate::wire::v1) fn deserialize<'de, D, T>(deserializer: T) -> Result<D, T::Error>
    where
        W: Wire<D> + Deserialize<'de>,
        T: Deserializer<'de>,
    {
        W::deserialize(deserializer)?
            .read()
            .map_err(de::Error::custom)
    }
}

impl<W: JsonSchema> JsonSchema for As<W> {
    fn schema_name() -> Cow<'static, str> {
        W::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        W::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        W::json_schema(generator)
    }

    fn inline_schema() -> bool {
        W::inline_schema()
    }
}

/// A number with the unit `U`; NaN and infinities are refused. It is written with four decimals:
/// more would only record rounding noise.
pub(in crate::wire::v1) struct Number<U>(U);

impl<'de, U: Num> Deserialize<'de> for Number<U> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = U::of(f32::deserialize(deserializer)?);
        value
            .map(Self)
            .ok_or_else(|| de::Error::custom("not a finite number"))
    }
}

impl<U: Num + Copy> Serialize for Number<U> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0.num())
    }
}

impl<U: Copy> Wire<U> for Number<U> {
    fn write(value: &U) -> Self {
        Self(*value)
    }

    fn read(self) -> Result<U, Invalid> {
        Ok(self.0)
    }
}

impl<U> JsonSchema for Number<U> {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "number" })
    }

    fn inline_schema() -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shomei_photo::Ratio;

    #[test]
    fn numbers_that_are_not_finite_are_refused() {
        for text in ["1e300", "-1e300", "null", "\"NaN\""] {
            assert!(serde_json::from_str::<Number<Ratio>>(text).is_err());
        }
    }

    #[test]
    fn numbers_are_written_short_and_read_back() {
        let written = |value| {
            let number = Number::write(&Ratio::new(value).unwrap());
            serde_json::to_string(&number).unwrap()
        };
        assert_eq!(written(2.0 / 3.0), "0.6667");
        assert_eq!(written(-0.000_001), "0.0");
        let back: Number<Ratio> = serde_json::from_str("0.6667").unwrap();
        assert_eq!(back.read().unwrap(), Ratio::new(0.6667).unwrap());
    }
}
