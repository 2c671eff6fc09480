//! Files that only their owner can read: reviews and pictures are personal data.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::Path;

/// An empty file to write. If it is new, only its owner may read it.
///
/// # Errors
/// If it cannot be created or emptied.
pub fn private_file(path: &Path) -> io::Result<File> {
    private_options().create(true).truncate(true).open(path)
}

/// Options to write a file that, if it is new, only its owner may read.
#[must_use]
pub fn private_options() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.write(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    options
}
