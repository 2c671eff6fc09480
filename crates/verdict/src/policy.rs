//! Thresholds: what a profile of the rules asks for.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use toml::{Table, Value};

use crate::check::{Key, ParamSet};
use crate::checks::Checks;
use crate::{Code, Lang, summary};

const MY_NUMBER_CARD: &str = include_str!("../policies/my-number-card.toml");

/// Which checks are made, and their thresholds.
///
/// ```
/// use shomei_verdict::Policy;
///
/// let strict = Policy::from_toml("name = \"strict\"\n[turned]\nreject_above = 12\n")?;
/// assert_eq!(strict.name(), "strict");
/// assert_ne!(strict.hash(), Policy::my_number_card().hash());
///
/// let refused = Policy::from_toml("[turned]\nreject_abov = 12\n").unwrap_err();
/// assert!(refused.to_string().starts_with("turned.reject_abov: unknown key"));
/// # Ok::<(), shomei_verdict::PolicyError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    name: String,
    checks: Checks,
}

/// Why a policy is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct PolicyError {
    kind: PolicyErrorKind,
    message: String,
}

/// Kinds of [`PolicyError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// It is not TOML.
    Syntax,
    /// There is no such check, or the check has no such key.
    UnknownKey,
    /// A value is of another type.
    WrongType,
    /// A value is outside what is allowed.
    OutOfRange,
    /// Two values exclude each other.
    Contradiction,
}

impl PolicyError {
    /// What kind of mistake it is.
    #[must_use]
    pub const fn kind(&self) -> PolicyErrorKind {
        self.kind
    }
}

fn refuse<T>(kind: PolicyErrorKind, message: String) -> Result<T, PolicyError> {
    Err(PolicyError { kind, message })
}

impl Default for Policy {
    fn default() -> Self {
        Self::my_number_card()
    }
}

impl Policy {
    /// The My Number Card.
    #[must_use]
    pub fn my_number_card() -> Self {
        // A test holds the file against the defaults of the checks.
        Self::from_toml(MY_NUMBER_CARD).unwrap_or_else(|_| Self::defaults())
    }

    fn defaults() -> Self {
        Self {
            name: "my-number-card".to_owned(),
            checks: Checks::default(),
        }
    }

    /// The defaults with what `text` changes: an optional `name`, and a table for each check
    /// that differs. [`Policy::to_toml`] shows all keys.
    ///
    /// # Errors
    /// If the text is no TOML, names a check or key that does not exist, or holds a value of
    /// another type, outside its range, or in contradiction to another one. The message names
    /// the key, the value and what is allowed.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let table: Table = match text.parse() {
            Ok(table) => table,
            Err(error) => {
                return refuse(PolicyErrorKind::Syntax, format!("not valid TOML: {error}"));
            }
        };
        let mut policy = Self::defaults();
        for (key, value) in &table {
            if key == "name" {
                policy.name = name(value)?;
                continue;
            }
            let Ok(code) = key.parse::<Code>() else {
                let known: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
                return refuse(
                    PolicyErrorKind::UnknownKey,
                    format!(
                        "{}: unknown check; allowed: name, {}",
                        shown_key(key),
                        known.join(", ")
                    ),
                );
            };
            let Value::Table(changes) = value else {
                return refuse(
                    PolicyErrorKind::WrongType,
                    format!("{code}: {} is not allowed; allowed: a table", shown(value)),
                );
            };
            overlay(code, policy.checks.params_mut(code), changes)?;
        }
        for &code in Code::ALL {
            consistent(code, policy.checks.params(code))?;
        }
        Ok(policy)
    }

    /// The whole policy, every key with its meaning, unit and range as a comment.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = format!(
            "# Thresholds of Shomei's checks. A policy file needs only what differs from these.\n\
             # `enabled = false` switches a check off.\n\n\
             name = {}\n",
            Value::from(self.name.as_str())
        );
        for &code in Code::ALL {
            let params = self.checks.params(code);
            let title = summary(code, Lang::En).title;
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\n# {title}\n[{code}]\nenabled = {}\n",
                params.enabled()
            );
            for (key, value) in params.keys().iter().zip(params.values()) {
                for line in key.doc {
                    let _ = writeln!(text, "#{line}");
                }
                let _ = writeln!(text, "# ({})", allowed(key));
                let _ = writeln!(text, "{} = {value}", key.name);
            }
        }
        text
    }

    /// Its name; `my-number-card` unless the file gives another.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The first 16 hex digits of the SHA-256 of all keys and values. Policies of the same
    /// values have the same hash, whatever their name and comments.
    #[must_use]
    pub fn hash(&self) -> String {
        let mut canonical = String::new();
        for &code in Code::ALL {
            let params = self.checks.params(code);
            // Writing to a String cannot fail.
            let _ = writeln!(canonical, "{code}.enabled={}", params.enabled());
            for (key, value) in params.keys().iter().zip(params.values()) {
                let _ = writeln!(canonical, "{code}.{}={value}", key.name);
            }
        }
        let digest = Sha256::digest(canonical.as_bytes());
        digest.iter().take(8).fold(String::new(), |mut hex, byte| {
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }

    pub(crate) const fn checks(&self) -> &Checks {
        &self.checks
    }

    pub(crate) const fn checks_mut(&mut self) -> &mut Checks {
        &mut self.checks
    }

    /// This policy under another name.
    ///
    /// # Errors
    /// If `name` is not 1 to 64 of the characters a-z, 0-9, `-`, `_` and `.`.
    pub fn with_name(mut self, name: &str) -> Result<Self, PolicyError> {
        self.name = self::name(&Value::from(name))?;
        Ok(self)
    }
}

fn name(value: &Value) -> Result<String, PolicyError> {
    const ALLOWED: &str = "1 to 64 of the characters a-z, 0-9, '-', '_' and '.'";
    let Value::String(name) = value else {
        return refuse(
            PolicyErrorKind::WrongType,
            format!(
                "name: {} is not allowed; allowed: a text of {ALLOWED}",
                shown(value)
            ),
        );
    };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        return refuse(
            PolicyErrorKind::OutOfRange,
            format!("name: {} is not allowed; allowed: {ALLOWED}", shown(value)),
        );
    }
    Ok(name.clone())
}

pub(crate) fn overlay(
    code: Code,
    params: &mut dyn ParamSet,
    changes: &Table,
) -> Result<(), PolicyError> {
    for (name, value) in changes {
        if name == "enabled" {
            let Value::Boolean(enabled) = value else {
                return refuse(
                    PolicyErrorKind::WrongType,
                    format!(
                        "{code}.enabled: {} is not allowed; allowed: true or false",
                        shown(value)
                    ),
                );
            };
            *params.enabled_mut() = *enabled;
            continue;
        }
        let keys = params.keys();
        let (Some(key), Some(slot)) = (
            keys.iter().find(|key| key.name == name),
            params.value_mut(name),
        ) else {
            let known: Vec<_> = keys.iter().map(|key| key.name).collect();
            return refuse(
                PolicyErrorKind::UnknownKey,
                format!(
                    "{code}.{}: unknown key; allowed: {}",
                    shown_key(name),
                    [&["enabled"], &known[..]].concat().join(", ")
                ),
            );
        };
        *slot = number(code, key, value)?;
    }
    Ok(())
}

fn number(code: Code, key: &Key, value: &Value) -> Result<f64, PolicyError> {
    let refused = |kind| {
        refuse(
            kind,
            format!(
                "{code}.{}: {} is not allowed; allowed: {}",
                key.name,
                shown(value),
                allowed(key)
            ),
        )
    };
    let number = match value {
        Value::Integer(whole) => *whole as f64,
        Value::Float(float) if !key.unit.whole() => *float,
        _ => return refused(PolicyErrorKind::WrongType),
    };
    // Written so that NaN is refused.
    if !(number >= key.low && number <= key.high) {
        return refused(PolicyErrorKind::OutOfRange);
    }
    // "-0.0" and "0.0" would be two spellings of one policy.
    Ok(if number == 0.0 { 0.0 } else { number })
}

fn allowed(key: &Key) -> String {
    format!(
        "{} from {} to {}; {}",
        if key.unit.whole() {
            "a whole number"
        } else {
            "a number"
        },
        crate::check::short(key.low, 4),
        crate::check::short(key.high, 4),
        key.unit.label()
    )
}

/// Limits that follow from the keys' names, see [`crate::check::params!`].
pub(crate) fn consistent(code: Code, params: &dyn ParamSet) -> Result<(), PolicyError> {
    let values: Vec<_> = params.keys().iter().zip(params.values()).collect();
    for (small, low) in &values {
        let partner = [
            ("refer_above", "reject_above"),
            ("reject_below", "refer_below"),
        ]
        .into_iter()
        .find_map(|(a, b)| Some(format!("{}{b}", small.name.strip_suffix(a)?)))
        .or_else(|| Some(format!("max_{}", small.name.strip_prefix("min_")?)));
        let Some((large, high)) =
            partner.and_then(|name| values.iter().find(|(key, _)| key.name == name))
        else {
            continue;
        };
        if low > high {
            return refuse(
                PolicyErrorKind::Contradiction,
                format!(
                    "{code}.{}: {} is not allowed; allowed: at most {code}.{}, which is {}",
                    small.name, low, large.name, high
                ),
            );
        }
    }
    Ok(())
}

const SHOWN_CHARS: usize = 60;

/// A value as TOML, not too long for a message.
fn shown(value: &Value) -> String {
    match value {
        Value::Table(_) => "a table".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        other => cut(&other.to_string()),
    }
}

fn shown_key(key: &str) -> String {
    cut(&key.escape_debug().to_string())
}

fn cut(text: &str) -> String {
    if text.chars().count() > SHOWN_CHARS {
        let start: String = text.chars().take(SHOWN_CHARS).collect();
        format!("{start}…")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{committed, good, ratio};
    use crate::{Verdict, Waivers, judge};

    #[test]
    fn the_embedded_policy_is_the_defaults() {
        committed(
            "policies/my-number-card.toml",
            &Policy::defaults().to_toml(),
        );
        assert_eq!(Policy::from_toml(MY_NUMBER_CARD), Ok(Policy::defaults()));
    }

    #[test]
    fn what_is_shown_is_read_back() {
        let text = "name = \"x\"\n[blurred]\nenabled = false\n[turned]\nrefer_above = 3\n";
        let policy = Policy::from_toml(text).unwrap();
        assert_eq!(Policy::from_toml(&policy.to_toml()), Ok(policy));
    }

    #[test]
    fn the_hash_is_that_of_the_thresholds() {
        let hash = |text| Policy::from_toml(text).unwrap().hash();
        let usual = hash("");
        assert_eq!(usual.len(), 16);
        assert_eq!(hash("name = \"other\"\n# comment\n"), usual);
        assert_eq!(hash("[turned]\nrefer_above = 8\n"), usual);
        assert_ne!(hash("[turned]\nrefer_above = 7\n"), usual);
        assert_ne!(hash("[turned]\nenabled = false\n"), usual);
        assert_eq!(
            hash("[turned]\nrefer_above = -0.0\n"),
            hash("[turned]\nrefer_above = 0\n")
        );
    }

    #[test]
    fn refusals_name_the_key_the_value_and_what_is_allowed() {
        use PolicyErrorKind::{Contradiction, OutOfRange, Syntax, UnknownKey, WrongType};
        for (text, kind, message) in [
            ("[turned", Syntax, "not valid TOML: "),
            ("[turned]\n[turned]\n", Syntax, "not valid TOML: "),
            ("\0", Syntax, "not valid TOML: "),
            (
                "[turnd]\n",
                UnknownKey,
                "turnd: unknown check; allowed: name, file_unreadable, ",
            ),
            (
                "turned = 3\n",
                WrongType,
                "turned: 3 is not allowed; allowed: a table",
            ),
            (
                "[[turned]]\n",
                WrongType,
                "turned: an array is not allowed; allowed: a table",
            ),
            (
                "[turned]\nrefer = 3\n",
                UnknownKey,
                "turned.refer: unknown key; allowed: enabled, refer_above, reject_above",
            ),
            (
                "[turned]\nrefer_above = \"8\"\n",
                WrongType,
                "turned.refer_above: \"8\" is not allowed; allowed: a number from 0 to 90; degrees",
            ),
            (
                "[turned]\nenabled = 1\n",
                WrongType,
                "turned.enabled: 1 is not allowed; allowed: true or false",
            ),
            (
                "[turned]\nrefer_above = nan\n",
                OutOfRange,
                "turned.refer_above: nan is not allowed; allowed: a number from 0 to 90",
            ),
            (
                "[turned]\nreject_above = inf\n",
                OutOfRange,
                "turned.reject_above: inf is not allowed; allowed: a number from 0 to 90",
            ),
            (
                "[turned]\nrefer_above = -1\n",
                OutOfRange,
                "turned.refer_above: -1 is not allowed; allowed: a number from 0 to 90",
            ),
            (
                "[turned]\nrefer_above.x = 1\n",
                WrongType,
                "turned.refer_above: a table is not allowed",
            ),
            (
                "[file_size_out_of_range]\nreject_below = 0.5\n",
                WrongType,
                "file_size_out_of_range.reject_below: 0.5 is not allowed; allowed: a whole number",
            ),
            (
                "[file_size_out_of_range]\nreject_below = 9223372036854775807\n",
                OutOfRange,
                "file_size_out_of_range.reject_below: 9223372036854775807 is not allowed",
            ),
            (
                "[turned]\nrefer_above = 20\n",
                Contradiction,
                "turned.refer_above: 20 is not allowed; allowed: at most turned.reject_above, \
                 which is 15",
            ),
            (
                "[too_far]\nreject_below = 0.5\n",
                Contradiction,
                "too_far.reject_below: 0.5 is not allowed; allowed: at most too_far.refer_below",
            ),
            (
                "[pixels_out_of_range]\nmin_px = 7000\n",
                Contradiction,
                "pixels_out_of_range.min_px: 7000 is not allowed; allowed: at most ",
            ),
            (
                "name = 3\n",
                WrongType,
                "name: 3 is not allowed; allowed: a text",
            ),
            (
                "name = \"\"\n",
                OutOfRange,
                "name: \"\" is not allowed; allowed: 1 to 64",
            ),
            (
                "name = \"a b\"\n",
                OutOfRange,
                "name: \"a b\" is not allowed",
            ),
        ] {
            let error = Policy::from_toml(text).unwrap_err();
            assert_eq!(error.kind(), kind, "{text}: {error}");
            assert!(error.to_string().starts_with(message), "{text}: {error}");
        }
    }

    #[test]
    fn hostile_text_is_refused_with_a_short_message() {
        let long = "x".repeat(1 << 16);
        for text in [
            format!("[{long}]\n"),
            format!("[turned]\n{long} = 1\n"),
            format!("[turned]\nrefer_above = \"{long}\"\n"),
            format!("name = \"{long}\"\n"),
            format!("[\"\\u001b[31m{long}\"]\n"),
        ] {
            let message = Policy::from_toml(&text).unwrap_err().to_string();
            assert!(message.chars().count() < 2_000, "{}", message.len());
            assert!(!message.contains('\u{1b}'), "{message}");
        }
        for text in [
            format!("turned = {}1", "[".repeat(100_000)),
            format!("turned = {}", "{a=".repeat(100_000)),
            format!("[{}a]", "a.".repeat(100_000)),
        ] {
            assert!(Policy::from_toml(&text).is_err());
        }
    }

    #[test]
    fn a_check_that_is_off_is_silent() {
        let mut measurements = good();
        measurements.framing.as_mut().unwrap().head_height_ratio = ratio(0.2);
        let verdict = |text| {
            let policy = Policy::from_toml(text).unwrap();
            judge(&measurements, &policy, &Waivers::default()).verdict()
        };
        assert_eq!(verdict(""), Verdict::Reject);
        assert_eq!(verdict("[too_far]\nenabled = false\n"), Verdict::Accept);
    }
}
