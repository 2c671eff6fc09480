//! Everything that a check file needs.

pub(crate) use crate::check::{
    About, Found, Stage, not_measured, percent, short, side, towards, worse,
};
pub(crate) use crate::grade::{Grade, Outcome};
pub(crate) use crate::lang::Words;
pub(crate) use crate::measurements::{Measurements, Num, round};
pub(crate) use crate::params::{
    Above, Below, Bytes, Count, Degrees, DeltaE, Lab, Pixels, PrintPixels, Quality, Share, Single,
    Unit, Within, params,
};
