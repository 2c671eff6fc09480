//! What is written and read: versioned records, apart from the types that are worked with.

pub mod v1;
