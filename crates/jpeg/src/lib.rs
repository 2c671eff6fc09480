//! A JPEG decoder for programs that do not need every pixel.
//!
//! It decodes straight to ⅛, ¼, ½ or full size, and each size costs only what that size needs. At ⅛, it
//! decodes only the DC coefficients of a baseline file and skips the others several at a time; of a
//! progressive file, it does not read the scans that it does not need.
//!
//! It accepts any bytes. For a file that is damaged or cut off, it returns the pixels that it could
//! read and a list of what is wrong and where ([`Damage`]). An [`Error`] means that there is no
//! picture. Limits are checked before memory is allocated, and work is linear in the bytes of the file
//! plus the pixels of the output.
//!
//! It implements these parts of ITU T.81: baseline, extended sequential and progressive DCT with
//! Huffman coding and 8-bit samples, for one or three components with any sampling factors, with
//! restart intervals and DNL. [`File::open`] names other processes, and [`File::decode`] refuses them.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut file = Vec::new();
//! # jpeg_encoder::Encoder::new(&mut file, 90).encode(
//! #     &[200; 100 * 60 * 3], 100, 60, jpeg_encoder::ColorType::Rgb)?;
//! use shomei_jpeg::{Buffers, File, Limits, Pixels, Precision, Scale};
//!
//! let limits = Limits::default();
//! let opened = File::open(&file, &limits)?;
//! assert_eq!((opened.header().width, opened.header().height), (100, 60));
//!
//! let mut buffers = Buffers::new(); // one per thread, for any number of files
//! let picture = opened.decode(Scale::Quarter, Precision::Exact, &mut buffers)?;
//! assert_eq!((picture.width, picture.height), (25, 15));
//! assert!(matches!(picture.pixels, Pixels::Rgb(pixels) if pixels.len() == 25 * 15 * 3));
//! assert!(picture.damage.is_empty());
//!
//! // Half of the file is half of the picture, and is reported as such.
//! let cut = File::open(&file[..file.len() - 9], &limits)?;
//! let picture = cut.decode(Scale::Eighth, Precision::Exact, &mut buffers)?;
//! assert!(picture.is_truncated() && picture.valid_fraction < 1.0);
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod bits;
mod buffers;
mod colour;
mod damage;
mod decode;
mod error;
mod exif;
mod extent;
mod file;
mod geometry;
mod header;
mod huffman;
mod icc;
mod idct;
mod jfif;
mod limits;
mod markers;
mod output;
mod progressive;
mod quant;
mod scan;
mod segments;
mod sequential;
mod tables;
mod upsample;

pub use buffers::Buffers;
pub use damage::{Damage, DamageKind};
pub use decode::{Decoded, Precision};
pub use error::{Error, ErrorKind, Unsupported};
pub use exif::{Exif, Orientation};
pub use extent::Extent;
pub use file::File;
pub use geometry::Scale;
pub use header::{ColourModel, Component, Header, Process};
pub use icc::Icc;
pub use jfif::{DensityUnit, Jfif};
pub use limits::Limits;
pub use output::Pixels;
pub use segments::Segment;
