//! The C interface of Shomei.
