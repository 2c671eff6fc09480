//! What every format has to do.

use std::io;

use shomei::wire::v1::ReviewRecord;

/// Writes reviews in one format.
pub(crate) trait Exporter: Send + Sync {
    /// What stands before the first review.
    fn header(&self) -> &'static str {
        ""
    }

    /// One review, with the line break at its end.
    fn photo(&self, record: ReviewRecord) -> io::Result<Vec<u8>>;
}
