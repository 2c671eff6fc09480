//! Text for people.

use std::io;

use shomei::Lang;
use shomei::wire::v1::ReviewRecord;

use super::exporter::Exporter;

/// A line with the verdict, then two for each finding.
pub(super) struct Human {
    pub(super) lang: Lang,
}

impl Exporter for Human {
    fn photo(&self, record: ReviewRecord) -> io::Result<Vec<u8>> {
        Ok(record.render(self.lang).into_bytes())
    }
}
