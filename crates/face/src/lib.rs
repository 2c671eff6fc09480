//! Finds the [`Subject`](shomei_photo::Subject) of a [`Photo`](shomei_photo::Photo): the faces, which
//! way is up, the landmarks of the main face, masks of person, hair, skin, clothes and background, and
//! the outline of the head.
//!
//! This crate knows no rules (what is allowed) and no files. Each network is behind a small trait
//! ([`FaceDetector`], [`Landmarker`], [`PersonSegmenter`], [`ClassSegmenter`]), so that
//! [`Analyser`] can be tested, and a network replaced, without changing the rest. All networks run
//! in tract on the CPU. A call uses one thread.
//!
//! ```
//! # #[cfg(feature = "embedded-models")] {
//! use shomei_face::{Analyser, ModelSet};
//! use shomei_photo::{ImageSize, Photo};
//!
//! let analyser = Analyser::new(&ModelSet::embedded())?;
//! let size = ImageSize::new(360, 480).unwrap();
//! let wall = Photo::new(vec![200; 360 * 480 * 3], size, size).unwrap();
//! let analysis = analyser.analyse(wall)?;
//! assert!(analysis.subject.faces.is_empty());
//! # }
//! # Ok::<(), shomei_face::Error>(())
//! ```

mod analyser;
mod error;
mod graph;
mod head;
mod mesh;
mod models;
mod place;
mod sample;
mod segment;
mod tone;
mod yunet;

pub use analyser::{Analyser, Analysis};
pub use error::{Error, ErrorKind};
pub use mesh::{FaceMesh, Landmarker};
pub use models::ModelSet;
pub use segment::{ClassSegmenter, MulticlassSelfie, PersonSegmenter, SelfieSegmentation};
pub use tone::SkinTone;
pub use yunet::{FaceDetector, YuNet};
