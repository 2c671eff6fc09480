//! Versioned records, separate from the types of the domain.

pub mod v1;
