//! The commands for reviews on many machines.

pub(super) mod collect;
mod server;
pub(super) mod submit;
pub(super) mod work;
