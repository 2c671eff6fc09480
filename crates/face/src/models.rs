//! The ONNX files.

use std::borrow::Cow;
use std::sync::OnceLock;

use sha2::{Digest, Sha256};
use shomei_photo::hex;

use crate::error::{Error, ErrorKind};

/// The four networks as ONNX bytes. Which files are meant, their inputs and outputs, is written
/// in `models/models.toml`.
#[derive(Clone)]
pub struct ModelSet {
    pub(crate) detector: Cow<'static, [u8]>,
    pub(crate) landmarks: Cow<'static, [u8]>,
    pub(crate) person: Cow<'static, [u8]>,
    pub(crate) classes: Cow<'static, [u8]>,
    expected: Option<Box<str>>,
    /// [`ModelSet::sha256`], once it was asked for.
    sum: OnceLock<String>,
}

impl std::fmt::Debug for ModelSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("ModelSet").field(&self.digest()).finish()
    }
}

impl ModelSet {
    /// [`ModelSet::sha256`] of the models of this version, which are those in `models/`.
    pub const SHA256: &str = "16759b7b4ddb06e46503a789d4630bc3a6ada09aac3f60ec3f10f259db7bafbf";

    /// Models of one's own in place of the embedded ones: face detector (`face_yunet.onnx`),
    /// landmarks (`face_mesh478.onnx`), person mask (`selfie_seg256.onnx`) and classes
    /// (`selfie_multiclass_64.onnx`). They are checked when an [`Analyser`](crate::Analyser) is
    /// built of them; say by [`ModelSet::expecting`] which they have to be.
    #[must_use]
    pub fn new(detector: Vec<u8>, landmarks: Vec<u8>, person: Vec<u8>, classes: Vec<u8>) -> Self {
        Self {
            detector: Cow::Owned(detector),
            landmarks: Cow::Owned(landmarks),
            person: Cow::Owned(person),
            classes: Cow::Owned(classes),
            expected: None,
            sum: OnceLock::new(),
        }
    }

    /// The models that are part of the library. A copy of it that was damaged or changed is noticed
    /// when an [`Analyser`](crate::Analyser) is built of them.
    #[cfg(feature = "embedded-models")]
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            detector: Cow::Borrowed(include_bytes!("../../../models/face_yunet.onnx")),
            landmarks: Cow::Borrowed(include_bytes!("../../../models/face_mesh478.onnx")),
            person: Cow::Borrowed(include_bytes!("../../../models/selfie_seg256.onnx")),
            classes: Cow::Borrowed(include_bytes!("../../../models/selfie_multiclass_64.onnx")),
            expected: None,
            sum: OnceLock::new(),
        }
        .expecting(Self::SHA256)
    }

    /// Refuses to build an [`Analyser`](crate::Analyser) if these are not the models of which
    /// [`ModelSet::sha256`] is `sha256`, for instance [`ModelSet::SHA256`].
    #[must_use]
    pub fn expecting(mut self, sha256: &str) -> Self {
        self.expected = Some(sha256.into());
        self
    }

    /// Compares the models with those that are expected.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let Some(expected) = &self.expected else {
            return Ok(());
        };
        let found = self.sha256();
        if found.eq_ignore_ascii_case(expected) {
            return Ok(());
        }
        let sums = format!("SHA-256 {found}; expected: {expected}");
        Err(Error::new(ErrorKind::Altered, "all four together", sums))
    }

    /// Names this set of models in a review: the first 16 hexadecimal digits of its
    /// [`ModelSet::sha256`].
    #[must_use]
    pub fn digest(&self) -> String {
        self.sha256().chars().take(16).collect()
    }

    /// The SHA-256 over the SHA-256 sums of detector, landmarks, person and classes, in hexadecimal
    /// digits.
    #[must_use]
    pub fn sha256(&self) -> String {
        let sum = || {
            let mut all = Sha256::new();
            for model in [&self.detector, &self.landmarks, &self.person, &self.classes] {
                all.update(Sha256::digest(model));
            }
            hex(&all.finalize())
        };
        self.sum.get_or_init(sum).clone()
    }
}

#[cfg(all(test, feature = "embedded-models"))]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Manifest {
        model: Vec<Entry>,
        data: Vec<Entry>,
    }

    #[derive(Deserialize)]
    struct Entry {
        file: String,
        bytes: u64,
        sha256: String,
        licence_file: String,
    }

    #[test]
    fn the_files_are_those_that_the_manifest_names() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");
        let manifest: Manifest =
            toml::from_str(include_str!("../../../models/models.toml")).unwrap();
        let models = ModelSet::embedded();
        let embedded = [
            &models.detector,
            &models.landmarks,
            &models.person,
            &models.classes,
        ];
        assert_eq!(manifest.model.len(), embedded.len());
        for (entry, bytes) in manifest.model.iter().zip(embedded) {
            assert_eq!(bytes.len() as u64, entry.bytes, "{}", entry.file);
            assert_eq!(hex(&Sha256::digest(bytes)), entry.sha256, "{}", entry.file);
        }
        for entry in manifest.model.iter().chain(&manifest.data) {
            let bytes = std::fs::read(format!("{folder}/{}", entry.file)).unwrap();
            assert_eq!(hex(&Sha256::digest(&bytes)), entry.sha256, "{}", entry.file);
            assert!(std::fs::exists(format!("{folder}/{}", entry.licence_file)).unwrap());
        }
    }

    #[test]
    fn models_that_are_not_the_expected_ones_are_refused() {
        assert_eq!(ModelSet::embedded().sha256(), ModelSet::SHA256);
        let mut altered = ModelSet::embedded();
        let middle = altered.landmarks.len() / 2;
        altered.landmarks.to_mut()[middle] ^= 1;
        let error = crate::Analyser::new(&altered).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Altered);
        let sums = std::error::Error::source(&error).unwrap().to_string();
        assert!(sums.contains(&altered.sha256()) && sums.contains(ModelSet::SHA256));
        // Models of one's own are what one says that they are.
        let sum = altered.sha256().to_ascii_uppercase();
        altered.expecting(&sum).check().unwrap();
        let unnamed = ModelSet::new(vec![1], vec![2], vec![3], vec![4]);
        assert_eq!(
            crate::Analyser::new(&unnamed).unwrap_err().kind(),
            ErrorKind::Load
        );
    }

    #[test]
    fn another_model_gives_another_digest() {
        let ours = ModelSet::embedded();
        let other = ModelSet {
            person: Cow::Borrowed(b"other"),
            sum: OnceLock::new(),
            ..ours.clone()
        };
        assert_ne!(ours.digest(), other.digest());
        assert_eq!(ours.digest().len(), 16);
    }
}
