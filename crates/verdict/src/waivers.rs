//! Exceptions that the applicant declares.

use std::collections::BTreeSet;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::Code;

/// Checks for which an exception is declared: covering for religion or illness, infants,
/// disability. Their rejects become refers, and the review says so.
///
/// ```
/// use shomei_verdict::{Code, Waivers};
///
/// let waivers: Waivers = "head_covered,eyes_closed".parse()?;
/// assert!(waivers.contains(Code::HeadCovered));
/// assert!("blurred".parse::<Waivers>().is_err());
/// # Ok::<(), shomei_verdict::WaiverError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<Code>")]
pub struct Waivers(BTreeSet<Code>);

/// A code that cannot be waived.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WaiverError {
    /// There is no such code.
    #[error("{0:?} is not a code; codes that can be waived: {list}", list = waivable())]
    Unknown(String),
    /// The rules know no exception for it.
    #[error("{0} cannot be waived; codes that can: {list}", list = waivable())]
    NotWaivable(Code),
}

fn waivable() -> String {
    let names: Vec<_> = Code::ALL
        .iter()
        .filter(|code| code.waivable())
        .map(|code| code.as_str())
        .collect();
    names.join(", ")
}

impl Waivers {
    /// Waivers for `codes`.
    ///
    /// # Errors
    /// If the rules know no exception for one of them.
    pub fn new(codes: impl IntoIterator<Item = Code>) -> Result<Self, WaiverError> {
        let waived = codes.into_iter().map(|code| {
            let waivable = code.waivable().then_some(code);
            waivable.ok_or(WaiverError::NotWaivable(code))
        });
        waived.collect::<Result<_, _>>().map(Self)
    }

    /// Whether `code` is waived.
    #[must_use]
    pub fn contains(&self, code: Code) -> bool {
        self.0.contains(&code)
    }

    /// The waived codes, in check order.
    pub fn iter(&self) -> impl Iterator<Item = Code> + '_ {
        self.0.iter().copied()
    }

    /// These and those.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self(&self.0 | &other.0)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// `CODE[,CODE]…`; the empty text is no waiver.
impl FromStr for Waivers {
    type Err = WaiverError;

    fn from_str(text: &str) -> Result<Self, WaiverError> {
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let codes: Result<Vec<Code>, _> = text
            .split(',')
            .map(|name| {
                let name = name.trim();
                name.parse()
                    .map_err(|_| WaiverError::Unknown(name.chars().take(64).collect()))
            })
            .collect();
        Self::new(codes?)
    }
}

impl TryFrom<Vec<Code>> for Waivers {
    type Error = WaiverError;

    fn try_from(codes: Vec<Code>) -> Result<Self, WaiverError> {
        Self::new(codes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        assert!("".parse::<Waivers>().unwrap().is_empty());
        let waivers: Waivers = " turned , head_covered,turned".parse().unwrap();
        assert_eq!(waivers.iter().count(), 2);
        assert!(!waivers.is_empty());
        assert!(!waivers.contains(Code::EyesClosed));
        let more = waivers.union(&"eyes_closed,turned".parse().unwrap());
        assert_eq!(more.iter().count(), 3);
    }

    #[test]
    fn refusals_name_the_code_and_what_is_allowed() {
        for (text, named) in [
            ("hat", "\"hat\""),
            ("turned,,tilted", "\"\""),
            ("TURNED", "\"TURNED\""),
            ("blurred", "blurred"),
            ("not_jpeg,turned", "not_jpeg"),
        ] {
            let message = text.parse::<Waivers>().unwrap_err().to_string();
            assert!(message.starts_with(named), "{message}");
            assert!(message.contains("head_covered"), "{message}");
        }
        assert!(serde_json::from_str::<Waivers>(r#"["blurred"]"#).is_err());
    }
}
