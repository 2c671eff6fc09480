//! The labels of a manifest and their codes.

use shomei_verdict::Code;

/// The codes of a test picture that no camera took: whatever shows first.
const NO_PHOTO: &[&str] = &[
    "no_face",
    "file_unreadable",
    "not_jpeg",
    "unsupported_jpeg",
    "file_corrupt",
    "file_truncated",
    "file_size_out_of_range",
    "pixels_out_of_range",
    "colour_model",
    "single_component",
];

/// The codes of damaged or wrong files.
const FILE: &[&str] = NO_PHOTO.split_at(1).1;

/// Names of labels that are not codes, and the right codes for such a defect.
const NAMES: &[(&str, &[&str])] = &[
    ("blur", &["blurred"]),
    ("cmyk", &["colour_model"]),
    ("compression", &["over_compressed"]),
    ("corrupt", FILE),
    ("file_size", &["file_size_out_of_range"]),
    ("hand", &["face_covered"]),
    ("hat", &["head_covered"]),
    ("head_covering", &["head_covered"]),
    ("limit_pixels", &["pixels_out_of_range"]),
    ("mask", &["face_covered"]),
    ("noise", &["noisy"]),
    ("not_id_photo", NO_PHOTO),
    ("off_center", &["off_centre"]),
    ("overexposed", &["too_bright"]),
    ("oversize_pixels", &["pixels_out_of_range"]),
    ("pixel_size", &["pixels_out_of_range"]),
    ("roll", &["tilted"]),
    ("roll_slight", &["tilted"]),
    ("shadow", &["background_shadow", "face_shadow"]),
    ("sideways", &["rotated"]),
    ("small_head", &["too_far"]),
    ("smile_teeth", &["mouth_open", "expression"]),
    ("sunglasses", &["eyes_hidden"]),
    ("underexposed", &["too_dark"]),
    ("upside_down", &["rotated"]),
    ("yaw", &["turned"]),
];

/// Codes that a manifest may use before a build knows them.
const FUTURE: &[&str] = &["expression", "glasses_glare", "red_eye"];

/// A defect of a photo, according to the manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Label {
    /// As the manifest has it.
    pub name: String,
    /// The right codes of this build; any of them is enough. Empty if this build has none.
    pub codes: Vec<Code>,
    /// The one check that the photo is an example for.
    pub means: Option<Code>,
}

impl Label {
    /// `None` if there is no such label. `family` resolves names with two codes: a `shadow` is on the
    /// background in a family such as `shadowbg`, and on the face in `shadowface`.
    pub(crate) fn new(name: &str, family: &str) -> Option<Self> {
        let listed = NAMES.iter().find(|(listed, _)| *listed == name);
        let names = match listed {
            Some((_, names)) => names.to_vec(),
            None if FUTURE.contains(&name) => vec![name],
            None => vec![name.parse::<Code>().ok()?.as_str()],
        };
        let codes: Vec<Code> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let means = match (name, &codes[..]) {
            (_, [code]) if names.len() == 1 => Some(*code),
            ("shadow", _) if family.ends_with("bg") => Some(Code::BackgroundShadow),
            ("shadow", _) if family.ends_with("face") => Some(Code::FaceShadow),
            _ => None,
        };
        Some(Self {
            name: name.to_owned(),
            codes,
            means,
        })
    }
}

/// All names that a manifest may use.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    let codes = Code::ALL.iter().map(|code| code.as_str());
    let future = FUTURE.iter().copied();
    let future = future.filter(|name| name.parse::<Code>().is_err());
    codes
        .chain(future)
        .chain(NAMES.iter().map(|(name, _)| *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_leads_to_codes_of_this_build_or_is_yet_to_come() {
        for (name, codes) in NAMES {
            assert!(name.parse::<Code>().is_err(), "{name} is a code");
            for code in *codes {
                let known = code.parse::<Code>().is_ok() || FUTURE.contains(code);
                assert!(known, "{name}: {code}");
            }
        }
        for name in names() {
            assert!(Label::new(name, "").is_some(), "{name}");
        }
        assert_eq!(Label::new("hats", ""), None);
    }

    #[test]
    fn a_shadow_is_an_example_only_where_the_family_says_of_what() {
        let means = |family| Label::new("shadow", family).unwrap().means;
        assert_eq!(means("shadowbg"), Some(Code::BackgroundShadow));
        assert_eq!(means("shadowface"), Some(Code::FaceShadow));
        assert_eq!(means("phone"), None);
        assert_eq!(Label::new("shadow", "").unwrap().codes.len(), 2);
        assert_eq!(Label::new("corrupt", "").unwrap().means, None);
    }
}
