//! What the benchmarks of Shomei share: the photos they run on, the bodies that are measured, and
//! how they are measured.
//!
//! - [`inputs`]: photos of the sizes that cameras make, out of those of `testdata`
//! - [`stages`]: every stage of a review as a body to run, for criterion, for callgrind and for
//!   the table of milliseconds
//! - [`cpu`]: thread CPU time
//! - [`jpeg`]: the JPEG decoder beside others
//!
//! This crate must not know how a stage works: it calls what the pipeline calls.
//!
//! ```
//! let photo = shomei_benches::photo("accept_studio_man_01.jpg")?;
//! assert!(photo.starts_with(&[0xFF, 0xD8]));
//! # Ok::<(), std::io::Error>(())
//! ```

pub mod cpu;
pub mod inputs;
pub mod jpeg;
pub mod stages;

use std::path::Path;

/// The bytes of a photo of `testdata/photos`.
///
/// # Errors
/// If it cannot be read.
pub fn photo(name: &str) -> std::io::Result<Vec<u8>> {
    let photos = Path::new(env!("CARGO_MANIFEST_DIR")).join("../testdata/photos");
    std::fs::read(photos.join(name))
}
