//! The languages of the texts.

use std::fmt;
use std::str::FromStr;

/// Language of the texts.
///
/// ```
/// use shomei_verdict::Lang;
///
/// assert_eq!("en".parse(), Ok(Lang::En));
/// let error = "fr".parse::<Lang>().unwrap_err();
/// assert_eq!(error.to_string(), "\"fr\" is not allowed; allowed: ja, en");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Japanese.
    #[default]
    Ja,
    /// English.
    En,
}

/// There is no such language; the message lists those that there are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not allowed; allowed: {list}", list = Lang::ALL.map(Lang::as_str).join(", "))]
pub struct UnknownLang(String);

impl Lang {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Ja, Self::En];

    /// The code of ISO 639-1: `ja` or `en`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ja => "ja",
            Self::En => "en",
        }
    }
}

impl fmt::Display for Lang {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Lang {
    type Err = UnknownLang;

    fn from_str(name: &str) -> Result<Self, UnknownLang> {
        let found = Self::ALL.into_iter().find(|lang| lang.as_str() == name);
        found.ok_or_else(|| UnknownLang(name.chars().take(64).collect()))
    }
}

/// One text in both languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Words<S = &'static str> {
    pub(crate) ja: S,
    pub(crate) en: S,
}

impl Words {
    pub(crate) const fn new(ja: &'static str, en: &'static str) -> Self {
        Self { ja, en }
    }
}

impl<S> Words<S> {
    pub(crate) const fn of(&self, lang: Lang) -> &S {
        match lang {
            Lang::Ja => &self.ja,
            Lang::En => &self.en,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_is_read_back_from_its_code() {
        for lang in Lang::ALL {
            assert_eq!(lang.to_string().parse(), Ok(lang));
        }
        for wrong in ["", "JA", "ja-JP", " en"] {
            assert!(wrong.parse::<Lang>().is_err(), "{wrong}");
        }
        let long = "\u{1b}".repeat(1000).parse::<Lang>().unwrap_err();
        assert!(long.to_string().len() < 1000);
        assert!(!long.to_string().contains('\u{1b}'));
    }
}
