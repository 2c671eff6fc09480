//! A JPEG decoder for those who do not need every pixel.
//!
//! It gives a picture straight at ⅛, ¼, ½ or full size, each for the cost of that size: at ⅛ only
//! the DC coefficients of a baseline file are decoded and the others jumped over several at a
//! time, and of a progressive file the scans that are not needed are not read at all.
//!
//! It takes any bytes. A file that is damaged or cut off yields the pixels that are there and a
//! list of what is wrong and where ([`Damage`]); an [`Error`] means that there is no picture to
//! give. Limits are checked before memory is allocated, and work is linear in the bytes of the
//! file plus the pixels of the output.
//!
//! Implemented of ITU T.81: baseline, extended sequential and progressive DCT with Huffman coding
//! and 8-bit samples, of one or three components with any sampling factors, with restart
//! intervals and DNL. Other processes are told apart by [`probe`] and refused by [`decode`].
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let mut file = Vec::new();
//! # jpeg_encoder::Encoder::new(&mut file, 90).encode(
//! #     &[200; 100 * 60 * 3], 100, 60, jpeg_encoder::ColorType::Rgb)?;
//! use shomei_jpeg::{Buffers, Options, Scale, decode, probe};
//!
//! let found = probe(&file)?;
//! assert_eq!((found.header.width, found.header.height), (100, 60));
//! assert_eq!(found.extent.end, Some(file.len() - 2));
//!
//! let mut buffers = Buffers::new(); // one per thread, for any number of files
//! let picture = decode(&file, &Options::new(Scale::Quarter), &mut buffers)?;
//! assert_eq!((picture.width, picture.height), (25, 15));
//! assert_eq!(picture.pixels.rgb().map(<[u8]>::len), Some(25 * 15 * 3));
//! assert!(picture.damage.is_empty());
//!
//! // Half of the file is half of the picture, and is said to be so.
//! let picture = decode(&file[..file.len() - 9], &Options::new(Scale::Eighth), &mut buffers)?;
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
mod geometry;
mod header;
mod huffman;
mod idct;
mod limits;
mod markers;
mod output;
mod probe;
mod progressive;
mod quant;
mod scan;
mod segments;
mod sequential;
mod upsample;

pub use buffers::{Buffers, Pixels};
pub use damage::{Damage, DamageKind};
pub use decode::{Decoded, Options, Output, Precision, decode};
pub use error::{Error, ErrorKind, Unsupported};
pub use exif::Orientation;
pub use geometry::Scale;
pub use header::{ColourModel, Component, DensityUnit, Exif, Header, Icc, Jfif, Process};
pub use limits::Limits;
pub use probe::{Extent, Probe, probe};
pub use segments::{Segment, Segments, segments};
