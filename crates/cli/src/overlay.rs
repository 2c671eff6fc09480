//! `--overlay`: draws a picture for each photo that shows what was found.

use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use shomei::Inspection;
use shomei_batch::private_file;

use crate::folder;

mod canvas;
mod sheet;

/// The directory for the pictures.
#[derive(Clone, Debug)]
pub(crate) struct Overlays {
    pub(crate) folder: Arc<Path>,
}

impl Overlays {
    /// Creates the directory if it is missing, private to its owner, and tries to write there.
    pub(crate) fn prepare(folder: &Path) -> Result<Self> {
        folder::prepare("--overlay", folder)?;
        Ok(Self {
            folder: folder.into(),
        })
    }

    /// Draws one photo into its file. A picture that cannot be drawn must not cost the review.
    pub(crate) fn draw(&self, id: &str, inspection: &Inspection) -> io::Result<()> {
        let png = catch_unwind(AssertUnwindSafe(|| sheet::draw(id, inspection)))
            .unwrap_or_else(|_| Err(io::Error::other("drawing failed")))?;
        private_file(&self.folder.join(folder::file_name(id, "png")))?.write_all(&png)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_directory_that_cannot_be_written_is_refused() {
        let folder = tempfile::TempDir::new().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        let error = Overlays::prepare(&file.join("inside")).unwrap_err();
        assert!(error.to_string().contains("inside"), "{error}");
        let made = folder.path().join("a/b");
        Overlays::prepare(&made).unwrap();
        assert_eq!(fs::read_dir(&made).unwrap().count(), 0);
    }
}
