//! Limits, checked in the header before anything of the picture's size is allocated.

use crate::error::{Error, ErrorKind};

/// The limits of a file.
///
/// Segments need no limit of their own: the format bounds each at 65,535 bytes, none is copied,
/// 1,024 are listed, and walking over them is linear in the length of the file.
///
/// ```
/// let limits = shomei_jpeg::Limits::default().with_pixels(6000 * 6000).with_scans(64);
/// assert_eq!(limits.pixels, 36_000_000);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Pixels (width × height) of the coded picture, whatever the output scale. Default 100 million.
    pub pixels: u64,
    /// Scans in the file, including skipped ones. Default 500.
    ///
    /// Work is linear in the bytes for any number of scans. The limit exists because no encoder writes
    /// so many scans: such a file is an attack on other decoders.
    pub scans: u32,
    /// Memory for one decode in bytes: output, planes and coefficients. Default 1 GiB.
    pub memory: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            pixels: 100_000_000,
            scans: 500,
            memory: 1 << 30,
        }
    }
}

impl Limits {
    /// The same limits with another limit of pixels.
    #[must_use]
    pub const fn with_pixels(mut self, pixels: u64) -> Self {
        self.pixels = pixels;
        self
    }

    /// The same limits with another limit of scans.
    #[must_use]
    pub const fn with_scans(mut self, scans: u32) -> Self {
        self.scans = scans;
        self
    }

    /// The same limits with another limit of memory, in bytes.
    #[must_use]
    pub const fn with_memory(mut self, bytes: u64) -> Self {
        self.memory = bytes;
        self
    }

    pub(crate) fn check_pixels(&self, width: u32, height: u32, offset: usize) -> Result<(), Error> {
        if u64::from(width) * u64::from(height) > self.pixels {
            return Err(Error::new(
                ErrorKind::TooManyPixels,
                offset,
                "more pixels than the limit",
            ));
        }
        Ok(())
    }

    pub(crate) fn check_scans(&self, scans: u32, offset: usize) -> Result<(), Error> {
        if scans > self.scans {
            return Err(Error::new(
                ErrorKind::TooManyScans,
                offset,
                "more scans than the limit",
            ));
        }
        Ok(())
    }

    pub(crate) fn check_memory(&self, bytes: u64) -> Result<(), Error> {
        if bytes > self.memory {
            return Err(Error::new(
                ErrorKind::TooMuchMemory,
                0,
                "decoding needs more memory than the limit",
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pixel_of_the_limit_is_allowed() {
        let limits = Limits::default().with_pixels(36_000_000);
        assert!(limits.check_pixels(6000, 6000, 0).is_ok());
        assert!(limits.check_pixels(36_000_000, 1, 0).is_ok());
        // Their product does not fit 32 bits.
        for (width, height) in [(6001, 6000), (65_535, 65_535), (u32::MAX, u32::MAX)] {
            let error = limits.check_pixels(width, height, 7).unwrap_err();
            assert_eq!(
                (error.kind(), error.offset()),
                (ErrorKind::TooManyPixels, 7)
            );
        }
    }

    #[test]
    fn the_last_byte_of_the_limit_may_be_used() {
        let limits = Limits::default().with_memory(1000);
        assert!(limits.check_memory(999).is_ok() && limits.check_memory(1000).is_ok());
        let error = limits.check_memory(1001).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooMuchMemory);
    }
}
