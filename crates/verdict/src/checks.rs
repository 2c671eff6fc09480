//! The list of the checks. To add one: its file in `checks/`, its `mod` line, its list line.
//!
//! The order of the list is the order of findings, of the policy's tables and of the codes.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::check::{About, Found};
#[cfg(test)]
use crate::fixtures::Sample;
use crate::lang::Lang;
use crate::measurements::Measurements;
use crate::params::ParamSet;

// Outside the macro, since rustfmt does not visit modules declared inside one.
mod background_colour;
mod background_object;
mod background_shadow;
mod background_uneven;
mod blurred;
mod colour_model;
mod edited;
mod expression;
mod eyes_closed;
mod eyes_hidden;
mod face_covered;
mod face_cut;
mod face_shadow;
mod file_corrupt;
mod file_size_out_of_range;
mod file_truncated;
mod file_unreadable;
mod glasses_glare;
mod head_covered;
mod looking_away;
mod low_resolution;
mod marked;
mod mouth_open;
mod multiple_faces;
pub(crate) mod no_face;
mod nodding;
mod noisy;
mod not_jpeg;
mod off_centre;
mod over_compressed;
mod pixels_out_of_range;
mod red_eye;
mod rotated;
mod single_component;
mod tight_framing;
mod tilted;
mod too_bright;
mod too_close;
mod too_dark;
mod too_far;
mod turned;
mod unsupported_jpeg;

macro_rules! checks {
    ($($variant:ident $module:ident,)+) => {
        /// What a finding is about. Written in snake_case; codes are only ever added.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(rename_all = "snake_case")]
        #[non_exhaustive]
        #[expect(missing_docs, reason = "explain() says it")]
        pub enum Code {
            $($variant,)+
        }

        impl Code {
            /// All codes, in check order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used in records and policies.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => stringify!($module),)+
                }
            }

            pub(crate) const fn about(self) -> &'static About {
                match self {
                    $(Self::$variant => &$module::ABOUT,)+
                }
            }

            /// What the check is shown for `texts.txt`.
            #[cfg(test)]
            pub(crate) const fn samples(self) -> &'static [Sample] {
                match self {
                    $(Self::$variant => $module::tests::SAMPLES,)+
                }
            }
        }

        /// What the check refuses, why, and what the applicant should do, in English Markdown.
        #[must_use]
        pub const fn explain(code: Code) -> &'static str {
            match code {
                $(Code::$variant => {
                    const FILE: &[u8] =
                        include_bytes!(concat!("checks/", stringify!($module), ".rs"));
                    const DOC: [u8; doc(FILE, &mut [])] = {
                        let mut text = [0; doc(FILE, &mut [])];
                        doc(FILE, &mut text);
                        text
                    };
                    match str::from_utf8(&DOC) {
                        Ok(text) => text,
                        Err(_) => "",
                    }
                })+
            }
        }

        /// The parameters of all checks.
        #[derive(Clone, Debug, Default, PartialEq)]
        pub(crate) struct Checks {
            $($module: $module::Params,)+
        }

        impl Checks {
            pub(crate) fn run(&self, code: Code, measurements: &Measurements) -> Option<Found> {
                match code {
                    $(Code::$variant if self.$module.enabled => {
                        $module::check(measurements, &self.$module)
                    })+
                    _ => None,
                }
            }

            pub(crate) fn params(&self, code: Code) -> &dyn ParamSet {
                match code {
                    $(Code::$variant => &self.$module,)+
                }
            }

            pub(crate) fn params_mut(&mut self, code: Code) -> &mut dyn ParamSet {
                match code {
                    $(Code::$variant => &mut self.$module,)+
                }
            }
        }
    };
}

checks! {
    // File
    FileUnreadable file_unreadable,
    NotJpeg not_jpeg,
    UnsupportedJpeg unsupported_jpeg,
    FileCorrupt file_corrupt,
    FileTruncated file_truncated,
    FileSizeOutOfRange file_size_out_of_range,
    PixelsOutOfRange pixels_out_of_range,
    ColourModel colour_model,
    SingleComponent single_component,
    Edited edited,
    // Who is there
    NoFace no_face,
    MultipleFaces multiple_faces,
    Rotated rotated,
    // Framing
    TooClose too_close,
    TooFar too_far,
    FaceCut face_cut,
    TightFraming tight_framing,
    OffCentre off_centre,
    // Pose and face
    Turned turned,
    Nodding nodding,
    Tilted tilted,
    EyesClosed eyes_closed,
    EyesHidden eyes_hidden,
    GlassesGlare glasses_glare,
    LookingAway looking_away,
    RedEye red_eye,
    MouthOpen mouth_open,
    Expression expression,
    FaceCovered face_covered,
    HeadCovered head_covered,
    // Background
    BackgroundObject background_object,
    BackgroundUneven background_uneven,
    BackgroundShadow background_shadow,
    BackgroundColour background_colour,
    // What was put onto the picture
    Marked marked,
    // Light and image
    TooDark too_dark,
    TooBright too_bright,
    FaceShadow face_shadow,
    Blurred blurred,
    LowResolution low_resolution,
    Noisy noisy,
    OverCompressed over_compressed,
}

impl Checks {
    /// Whether photos are trimmed before they are printed, rather than judged as they are sent.
    pub(crate) fn trims(&self) -> bool {
        self.too_far.trims()
    }
}

impl Code {
    /// Whether an exception of the rules can be declared for it, see [`crate::Waivers`].
    #[must_use]
    pub const fn waivable(self) -> bool {
        self.about().waivable
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// There is no such code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no such code")]
pub struct UnknownCode;

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(name: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.iter().find(|code| code.as_str() == name);
        found.copied().ok_or(UnknownCode)
    }
}

/// A check in a few words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Summary {
    /// The defect.
    pub title: &'static str,
    /// What the applicant should do.
    pub advice: &'static str,
    /// The source of the rule and its wording.
    pub rule: &'static str,
}

/// The check in a few words; [`explain`] says more, in English only.
#[must_use]
pub const fn summary(code: Code, lang: Lang) -> Summary {
    let about = code.about();
    Summary {
        title: about.title.of(lang),
        advice: about.advice.of(lang),
        rule: about.rule,
    }
}

/// Copies the leading `//!` lines of `file`, without the marker, as far as `text` has room;
/// returns their length.
const fn doc(file: &[u8], text: &mut [u8]) -> usize {
    let (mut at, mut length) = (0, 0);
    while at + 2 < file.len() && file[at] == b'/' && file[at + 1] == b'/' && file[at + 2] == b'!' {
        at += 3;
        if at < file.len() && file[at] == b' ' {
            at += 1;
        }
        let mut ended = false;
        while at < file.len() && !ended {
            if length < text.len() {
                text[length] = file[at];
            }
            length += 1;
            ended = file[at] == b'\n';
            at += 1;
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/checks");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        files.sort();
        let mut listed: Vec<_> = Code::ALL.iter().map(|code| format!("{code}.rs")).collect();
        listed.sort();
        assert_eq!(files, listed);
    }

    #[test]
    fn every_check_has_its_texts() {
        for &code in Code::ALL {
            for lang in Lang::ALL {
                let Summary {
                    title,
                    advice,
                    rule,
                } = summary(code, lang);
                for text in [title, advice, rule] {
                    assert!(!text.trim().is_empty(), "{code} {lang:?}");
                }
                if lang == Lang::Ja {
                    assert!(!title.is_ascii() && !advice.is_ascii(), "{code}");
                }
            }
            let doc = explain(code);
            assert!(
                doc.contains("**Why.**") && doc.contains("**What to do.**"),
                "{code}: {doc}"
            );
            assert!(
                !doc.contains("//!") && !doc.contains("use super"),
                "{code}: {doc}"
            );
        }
    }

    #[test]
    fn a_doc_is_what_stands_before_the_first_other_line() {
        for (file, expected) in [
            ("//! One\n//!\n//!  Two\n\n//! not\n", "One\n\n Two\n"),
            ("//! Two\n// not\n", "Two\n"),
            ("//! Two\n/// not\n", "Two\n"),
            ("/!/ not\n", ""),
            ("/x! not\n", ""),
            ("//!", ""),
            ("//", ""),
            ("//!A", "A"),
        ] {
            let mut text = [0; 100];
            let length = doc(file.as_bytes(), &mut text);
            assert_eq!(&text[..length], expected.as_bytes(), "{file}");
            let mut short = [0; 2];
            assert_eq!(doc(file.as_bytes(), &mut short), length);
            let kept = length.min(2);
            assert_eq!(short[..kept], text[..kept]);
        }
    }

    #[test]
    fn names_are_those_of_serde() {
        for &code in Code::ALL {
            let json = serde_json::to_string(&code).unwrap();
            assert_eq!(json, format!("\"{code}\""));
            assert_eq!(code.as_str().parse(), Ok(code));
        }
        assert_eq!("Turned".parse::<Code>(), Err(UnknownCode));
    }
}
