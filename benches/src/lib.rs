//! What the benchmarks of Shomei share: the photos they run on.
//!
//! And how the JPEG decoder is compared with others ([`jpeg`]).
//!
//! This crate must not know how a stage works: it calls what users call.
//!
//! ```
//! let photo = shomei_benches::photo("accept_studio_man_01.jpg")?;
//! assert!(photo.starts_with(&[0xFF, 0xD8]));
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod jpeg;

use std::path::Path;

/// The bytes of a photo of `testdata/photos`.
///
/// # Errors
/// If it cannot be read.
pub fn photo(name: &str) -> std::io::Result<Vec<u8>> {
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/photos");
    std::fs::read(photos.join(name))
}
