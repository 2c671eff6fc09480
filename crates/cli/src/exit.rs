//! The exit codes of the command. They are a contract with scripts.

/// Every photo was accepted; or nothing was to be reviewed and the command did its work.
pub const ACCEPTED: u8 = 0;

/// Some photo was rejected or referred to a person.
pub const NOT_ALL_ACCEPTED: u8 = 1;

/// Wrong usage or configuration, or an error of input or output. Says nothing about the photos.
pub const ERROR: u8 = 2;

/// A signal ended the batch before its last photo: 128 and the number of SIGINT, also for SIGTERM.
pub const INTERRUPTED: u8 = 130;
