//! The exit codes of the command. Scripts rely on them.

/// Every photo was accepted, or a command that reviews no photos succeeded.
pub const ACCEPTED: u8 = 0;

/// Some photo was rejected or referred to a person.
pub const NOT_ALL_ACCEPTED: u8 = 1;

/// Wrong usage or configuration, or an input or output error. Says nothing about the photos.
pub const ERROR: u8 = 2;

/// A signal stopped the batch before its last photo: 128 plus the number of SIGINT, also for SIGTERM.
pub const INTERRUPTED: u8 = 130;
