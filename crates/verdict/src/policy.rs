//! Policies: which checks are made, and their thresholds.

use std::fmt::{Display, Write as _};

use sha2::{Digest as _, Sha256};
use shomei_photo::hex;
use toml::{Table, Value};

use crate::changes::entries;
use crate::checks::{Checks, Code};
use crate::params::{Declared, Key};

/// A policy that is built in.
struct BuiltIn {
    name: &'static str,
    about: &'static str,
    /// What differs from the defaults; they themselves are the first policy.
    overlay: &'static str,
}

const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        name: "my-number-card",
        about: "Japan's My Number Card (個人番号カード); the usual one, and the base of the others",
        overlay: "",
    },
    BuiltIn {
        name: "japan-passport",
        about: "Japanese passport: composition of the 45 × 35 mm photo, mouth closed, strict pose",
        overlay: include_str!("../policies/japan-passport.toml"),
    },
    BuiltIn {
        name: "icao",
        about: "ICAO Doc 9303 portrait: head 70–80 %, strict pose, mouth closed, eye line",
        overlay: include_str!("../policies/icao.toml"),
    },
];

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
    base: &'static str,
    checks: Checks,
    hash: String,
}

/// Why a policy is refused: all its mistakes, one on each line.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.mistakes.join("\n"))]
pub struct PolicyError {
    kind: PolicyErrorKind,
    mistakes: Vec<String>,
}

/// Kinds of [`PolicyError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// It is not text, or not TOML.
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
    /// The kind of the first mistake.
    #[must_use]
    pub const fn kind(&self) -> PolicyErrorKind {
        self.kind
    }

    /// The messages of all mistakes. Each names the key, its value and what is allowed.
    pub fn mistakes(&self) -> impl Iterator<Item = &str> {
        self.mistakes.iter().map(String::as_str)
    }
}

fn mistake(kind: PolicyErrorKind, message: String) -> PolicyError {
    PolicyError {
        kind,
        mistakes: vec![message],
    }
}

fn not_allowed(
    kind: PolicyErrorKind,
    key: impl Display,
    is: &str,
    allowed: impl Display,
) -> PolicyError {
    mistake(
        kind,
        format!("{key}: {is} is not allowed; allowed: {allowed}"),
    )
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
        // A test holds the committed file against the defaults of the checks.
        let first = BUILT_IN[0].name;
        Self::new(first.to_owned(), first, Checks::default())
    }

    /// The built-in policy of this name, if there is one; see [`Policy::built_in`].
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let found = BUILT_IN.iter().find(|policy| policy.name == name)?;
        // A test reads them all.
        let policy = Self::from_toml(found.overlay).ok()?;
        Some(Self {
            name: found.name.to_owned(),
            base: found.name,
            ..policy
        })
    }

    /// Name and purpose of the built-in policies, the default first.
    pub fn built_in() -> impl Iterator<Item = (&'static str, &'static str)> {
        BUILT_IN.iter().map(|policy| (policy.name, policy.about))
    }

    pub(crate) fn new(name: String, base: &'static str, checks: Checks) -> Self {
        let hash = hash(&checks);
        Self {
            name,
            base,
            checks,
            hash,
        }
    }

    /// Reads the bytes of a policy file, see [`Policy::from_toml`].
    ///
    /// # Errors
    /// Those of [`Policy::from_toml`], and if the bytes are not UTF-8.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, PolicyError> {
        let text = str::from_utf8(bytes)
            .map_err(|error| mistake(PolicyErrorKind::Syntax, format!("not UTF-8: {error}")))?;
        Self::from_toml(text)
    }

    /// The base with the changes of `text`: an optional `name`, an optional `base` (a name of
    /// [`Policy::built_in`]; the default is the first), and a table for each check that
    /// differs. [`Policy::to_toml`] shows all keys.
    ///
    /// A byte order mark at the start, as editors on Windows write it, is ignored.
    ///
    /// # Errors
    /// If the text is not TOML, names a base, check or key that does not exist, or has a value
    /// of another type, outside its range, or in contradiction to another one. The error lists all
    /// mistakes.
    pub fn from_toml(text: &str) -> Result<Self, PolicyError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let table: Table = text.parse().map_err(|error| {
            mistake(PolicyErrorKind::Syntax, format!("not valid TOML: {error}"))
        })?;
        let mut faults = Vec::new();
        let base = table.get("base").map_or_else(|| Ok(Self::default()), base);
        let mut policy = base.unwrap_or_else(|fault| {
            faults.push(fault);
            Self::default()
        });
        for (key, value) in &table {
            if faults.len() >= MOST_FAULTS {
                break;
            }
            match key.as_str() {
                "base" => (),
                "name" => match name(value) {
                    Ok(name) => policy.name = name,
                    Err(fault) => faults.push(fault),
                },
                _ => {
                    let refused = apply(key, value, &mut policy.checks);
                    faults.extend(refused.into_iter().take(MOST_FAULTS));
                }
            }
        }
        // With a mistake mended, another base or value may hold that contradicts nothing.
        let contradiction = |fault: &PolicyError| fault.kind == PolicyErrorKind::Contradiction;
        if !faults.iter().all(contradiction) {
            faults.retain(|fault| !contradiction(fault));
        }
        match faults.first().map(PolicyError::kind) {
            None => Ok(Self::new(policy.name, policy.base, policy.checks)),
            Some(kind) => Err(PolicyError {
                kind,
                mistakes: faults
                    .into_iter()
                    .flat_map(|fault| fault.mistakes)
                    .collect(),
            }),
        }
    }

    /// The whole policy. Comments give the meaning, unit and range of every key.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let mut text = format!(
            "# Thresholds of Shomei's checks. A policy file needs only what differs from these.\n\
             # `enabled = false` switches a check off. A limit that was chosen on photos says on which;\n\
             # `shomei eval --calibrate` repeats that. All others come from the rules, or are far from\n\
             # every good photo.\n\n\
             name = {}\n",
            Value::from(self.name.as_str())
        );
        if self.base != BUILT_IN[0].name {
            let _ = writeln!(text, "base = {}", Value::from(self.base));
        }
        for &code in Code::ALL {
            let params = self.checks.params(code);
            let title = code.about().title.en;
            // Writing to a String cannot fail.
            let _ = write!(
                text,
                "\n# {title}\n[{code}]\nenabled = {}\n",
                params.enabled()
            );
            for key in params.keys() {
                for line in key.doc {
                    let _ = writeln!(text, "#{line}");
                }
                let _ = writeln!(text, "# ({})", allowed(&key));
                let _ = writeln!(text, "{} = {}", key.name, key.value);
            }
        }
        text
    }

    /// Its name. The default is the name of the base.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Name of the policy that this one starts from; its own if it is built in.
    #[must_use]
    pub const fn base(&self) -> &'static str {
        self.base
    }

    /// The first 16 hex digits of the SHA-256 of all keys and values. Policies of the same
    /// values have the same hash, whatever their name and comments.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    pub(crate) const fn checks(&self) -> &Checks {
        &self.checks
    }

    #[cfg(test)]
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

fn hash(checks: &Checks) -> String {
    let mut digest = Sha256::new();
    let all = |&code: &Code| entries(code, checks.params(code));
    for entry in Code::ALL.iter().flat_map(all) {
        digest.update(format!("{}.{}={}\n", entry.code, entry.key, entry.value));
    }
    hex(&digest.finalize()[..8])
}

/// The names of the built-in policies for a message.
pub(crate) fn built_in_names() -> String {
    BUILT_IN
        .iter()
        .map(|policy| policy.name)
        .collect::<Vec<_>>()
        .join(", ")
}

fn base(value: &Value) -> Result<Policy, PolicyError> {
    let found = value.as_str().and_then(Policy::named);
    found.ok_or_else(|| {
        let kind = if value.is_str() {
            PolicyErrorKind::OutOfRange
        } else {
            PolicyErrorKind::WrongType
        };
        not_allowed(kind, "base", &shown(value), built_in_names())
    })
}

fn name(value: &Value) -> Result<String, PolicyError> {
    const ALLOWED: &str = "1 to 64 of the characters a-z, 0-9, '-', '_' and '.'";
    let refused = |kind, allowed| not_allowed(kind, "name", &shown(value), allowed);
    let Value::String(name) = value else {
        let allowed = format!("a text of {ALLOWED}");
        return Err(refused(PolicyErrorKind::WrongType, allowed));
    };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(fits) {
        return Err(refused(PolicyErrorKind::OutOfRange, ALLOWED.to_owned()));
    }
    Ok(name.clone())
}

/// Changes the parameters of the check `key` as its table says; returns the mistakes in it.
fn apply(key: &str, table: &Value, checks: &mut Checks) -> Vec<PolicyError> {
    let Ok(code) = key.parse::<Code>() else {
        let known: Vec<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        let (key, known) = (shown_key(key), known.join(", "));
        let message = format!("{key}: unknown check; allowed: name, base, {known}");
        return vec![mistake(PolicyErrorKind::UnknownKey, message)];
    };
    let Value::Table(changes) = table else {
        let kind = PolicyErrorKind::WrongType;
        return vec![not_allowed(kind, code, &shown(table), "a table")];
    };
    let params = checks.params_mut(code);
    let mut faults = Vec::new();
    let mut known = vec!["enabled".to_owned()];
    match changes.get("enabled") {
        None => {}
        Some(Value::Boolean(enabled)) => *params.enabled_mut() = *enabled,
        Some(value) => faults.push(not_allowed(
            PolicyErrorKind::WrongType,
            format_args!("{code}.enabled"),
            &shown(value),
            "true or false",
        )),
    }
    for (declared, values) in params.all_mut() {
        let keys = declared.keys(values);
        let new: Result<Vec<f64>, PolicyError> = keys
            .iter()
            .map(|key| match changes.get(&key.name) {
                Some(value) => number(code, key, value),
                None => Ok(key.value),
            })
            .collect();
        let set = new.and_then(|new| set(code, declared, values, &new));
        faults.extend(set.err());
        known.extend(keys.into_iter().map(|key| key.name));
    }
    let unknown = changes.keys().filter(|name| !known.contains(name));
    faults.extend(unknown.map(|name| {
        let (name, known) = (shown_key(name), known.join(", "));
        let message = format!("{code}.{name}: unknown key; allowed: {known}");
        mistake(PolicyErrorKind::UnknownKey, message)
    }));
    faults
}

/// Sets the values of one parameter.
pub(crate) fn set(
    code: Code,
    declared: &'static Declared,
    values: &mut [f64],
    new: &[f64],
) -> Result<(), PolicyError> {
    if let Some((small, large)) = declared.kind.disorder(new) {
        let keys = declared.keys(new);
        let (small, large) = (&keys[small], &keys[large]);
        return Err(not_allowed(
            PolicyErrorKind::Contradiction,
            format_args!("{code}.{}", small.name),
            &small.value.to_string(),
            format_args!("at most {code}.{}, which is {}", large.name, large.value),
        ));
    }
    values.copy_from_slice(new);
    Ok(())
}

fn number(code: Code, key: &Key, value: &Value) -> Result<f64, PolicyError> {
    let number = match value {
        Value::Integer(whole) => *whole as f64,
        Value::Float(float) if !key.declared.whole => *float,
        _ => return Err(key.refuse(PolicyErrorKind::WrongType, code, &shown(value))),
    };
    in_range(code, key, number, &shown(value))
}

/// `number`, which messages call `shown`.
pub(crate) fn in_range(
    code: Code,
    key: &Key,
    number: f64,
    shown: &str,
) -> Result<f64, PolicyError> {
    if key.declared.whole && number.fract() != 0.0 {
        return Err(key.refuse(PolicyErrorKind::WrongType, code, shown));
    }
    // NaN is in no range.
    if !key.declared.range.contains(&number) {
        return Err(key.refuse(PolicyErrorKind::OutOfRange, code, shown));
    }
    // "-0.0" and "0.0" would be two spellings of one policy.
    Ok(if number == 0.0 { 0.0 } else { number })
}

impl Key {
    fn refuse(&self, kind: PolicyErrorKind, code: Code, is: &str) -> PolicyError {
        let key = format_args!("{code}.{}", self.name);
        not_allowed(kind, key, is, allowed(self))
    }
}

fn allowed(key: &Key) -> String {
    let Declared {
        range, unit, whole, ..
    } = key.declared;
    let what = if *whole { "a whole number" } else { "a number" };
    format!("{what} from {} to {}; {unit}", range.start(), range.end())
}

const SHOWN_CHARS: usize = 60;

/// About this many mistakes are listed at once.
const MOST_FAULTS: usize = 20;

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
    fn names_may_have_64_characters() {
        let named = |length| Policy::my_number_card().with_name(&"a".repeat(length));
        assert_eq!(named(64).unwrap().name().len(), 64);
        assert_eq!(named(64).unwrap().base(), "my-number-card");
        for length in [0, 65] {
            assert_eq!(
                named(length).unwrap_err().kind(),
                PolicyErrorKind::OutOfRange
            );
        }
    }

    #[test]
    fn both_limits_may_be_the_same() {
        let policy = |refer: f32| {
            Policy::from_toml(&format!(
                "[turned]\nrefer_above = {refer}\nreject_above = 9.0"
            ))
        };
        policy(9.0).unwrap();
        let error = policy(9.5).unwrap_err();
        assert_eq!(error.kind(), PolicyErrorKind::Contradiction);
    }

    #[test]
    fn long_values_are_cut() {
        let long = "a".repeat(SHOWN_CHARS);
        assert_eq!(cut(&long), long);
        assert_eq!(cut(&(long.clone() + "b")), long + "…");
    }

    #[test]
    fn the_embedded_policy_is_the_defaults() {
        committed(
            "policies/my-number-card.toml",
            &Policy::my_number_card().to_toml(),
        );
        let file = include_str!("../policies/my-number-card.toml");
        assert_eq!(Policy::from_toml(file), Ok(Policy::my_number_card()));
    }

    /// Policy files outlive the code that reads them: every sort of key has kept its name.
    #[test]
    fn a_file_with_every_sort_of_key_is_read() {
        let file = "name = \"2026-04\"\n\n[too_close]\nhead_refer_above = 0.8\nhead_reject_above = 0.9\n\n\
                    [too_far]\nrefer_below = 0.5\nreject_below = 0.4\n\n\
                    [tight_framing]\ntop_refer_below = 0.02\nhead_refer_above = 0.85\n\n\
                    [pixels_out_of_range]\nmin_px = 600\nmax_px = 5000\n\n\
                    [file_size_out_of_range]\nrefer_above = 5000000\nreject_above = 6000000\n\n\
                    [off_centre]\nmin_eye_line = 0.3\nmax_top_margin = 0.2\n\n\
                    [eyes_closed]\npupil_factor = 0.5\nmax_pupil_luma = 0.2\n\n\
                    [multiple_faces]\nmin_score = 0.8\nenabled = false\n";
        let policy = Policy::from_toml(file).unwrap();
        let shown = policy.to_toml();
        for line in file.lines().filter(|line| line.contains(" = ")) {
            assert!(shown.lines().any(|shown| shown == line), "{line}");
        }
        assert_eq!(policy.changes().len(), 16);
        assert_eq!(policy.hash(), "c9143d747eb91285");
    }

    /// Every record has the hash of its policy.
    #[test]
    fn built_in_policies_keep_their_hash() {
        let hashes = Policy::built_in()
            .map(|(name, _)| format!("{name} {}", Policy::named(name).unwrap().hash()))
            .collect::<Vec<_>>();
        assert_eq!(
            hashes,
            [
                "my-number-card 51bab97574c68058",
                "japan-passport b83e5d6eb398adb5",
                "icao b99ddf332381981d"
            ]
        );
    }

    #[test]
    fn what_is_shown_is_read_back() {
        let text = "name = \"x\"\n[blurred]\nenabled = false\n[turned]\nrefer_above = 3\n";
        let policy = Policy::from_toml(text).unwrap();
        assert_eq!(Policy::from_toml(&policy.to_toml()), Ok(policy));
    }

    #[test]
    fn the_hash_is_that_of_the_thresholds() {
        let hash = |text| Policy::from_toml(text).unwrap().hash().to_owned();
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
                "turnd: unknown check; allowed: name, base, file_unreadable, ",
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
                "base = \"iaco\"\n",
                OutOfRange,
                "base: \"iaco\" is not allowed; allowed: my-number-card, japan-passport, icao",
            ),
            (
                "base = 3\n",
                WrongType,
                "base: 3 is not allowed; allowed: my-number",
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
    fn all_mistakes_are_listed_at_once() {
        let text = "base = \"x\"\nname = 1\n[blured]\n[turned]\nrefer_above = 91\nreject = 1\n";
        let error = Policy::from_toml(text).unwrap_err();
        let all: Vec<_> = error.mistakes().collect();
        assert_eq!(error.to_string().lines().collect::<Vec<_>>(), all);
        let starts = [
            "base: \"x\"",
            "blured: ",
            "name: 1",
            "turned.refer_above",
            "turned.reject: ",
        ];
        assert_eq!(all.len(), starts.len());
        for (fault, start) in all.into_iter().zip(starts) {
            assert!(fault.starts_with(start), "{fault}");
        }
        let text = "[turned]\nrefer_above = 20\n[tilted]\nrefer_above = 20\n";
        assert_eq!(Policy::from_toml(text).unwrap_err().mistakes().count(), 2);
    }

    #[test]
    fn built_in_policies_are_sound() {
        for (name, about) in Policy::built_in() {
            let policy = Policy::named(name).unwrap();
            assert_eq!((policy.name(), policy.base()), (name, name));
            assert!(!about.is_empty());
            assert_eq!(policy.changes(), []);
            // An overlay that says what holds anyway would hide that the base has changed.
            let overlay = BUILT_IN
                .iter()
                .find(|known| known.name == name)
                .unwrap()
                .overlay;
            let tables: Table = overlay.parse().unwrap();
            let keys: usize = tables
                .values()
                .map(|table| table.as_table().unwrap().len())
                .sum();
            let policy = Policy::from_toml(overlay).unwrap();
            assert_eq!(policy.changes().len(), keys, "{name}");
            assert_eq!(policy == Policy::default(), keys == 0);
        }
        assert_eq!(Policy::named("iaco"), None);
        // The good portrait is sent with room to trim: fine for the card only.
        let verdict = |name| {
            let policy = Policy::named(name).unwrap();
            judge(&good(), &policy, &Waivers::default()).verdict()
        };
        assert_eq!(verdict("my-number-card"), Verdict::Accept);
        assert_eq!(verdict("japan-passport"), Verdict::Reject);
        assert_eq!(verdict("icao"), Verdict::Reject);
    }

    #[test]
    fn profiles_hold_the_composition_of_their_rules() {
        for (name, head, top, centre, eyes, expected) in [
            (
                "japan-passport",
                34.0 / 45.0,
                4.0 / 45.0,
                17.0 / 35.0,
                0.45,
                Verdict::Accept,
            ),
            (
                "japan-passport",
                36.0 / 45.0,
                2.0 / 45.0,
                15.1 / 35.0,
                0.55,
                Verdict::Accept,
            ),
            (
                "japan-passport",
                31.5 / 45.0,
                4.0 / 45.0,
                0.5,
                0.45,
                Verdict::Refer,
            ),
            (
                "japan-passport",
                30.0 / 45.0,
                4.0 / 45.0,
                0.5,
                0.45,
                Verdict::Reject,
            ),
            (
                "japan-passport",
                36.5 / 45.0,
                4.0 / 45.0,
                0.5,
                0.45,
                Verdict::Refer,
            ),
            (
                "japan-passport",
                38.0 / 45.0,
                4.0 / 45.0,
                0.5,
                0.45,
                Verdict::Reject,
            ),
            (
                "japan-passport",
                34.0 / 45.0,
                1.0 / 45.0,
                0.5,
                0.45,
                Verdict::Refer,
            ),
            (
                "japan-passport",
                34.0 / 45.0,
                7.0 / 45.0,
                0.5,
                0.45,
                Verdict::Refer,
            ),
            (
                "japan-passport",
                34.0 / 45.0,
                4.0 / 45.0,
                20.0 / 35.0,
                0.45,
                Verdict::Refer,
            ),
            ("icao", 0.75, 0.1, 0.5, 0.45, Verdict::Accept),
            ("icao", 0.69, 0.1, 0.5, 0.45, Verdict::Refer),
            ("icao", 0.81, 0.1, 0.5, 0.45, Verdict::Refer),
            ("icao", 0.85, 0.1, 0.5, 0.45, Verdict::Reject),
            ("icao", 0.75, 0.1, 0.56, 0.45, Verdict::Refer),
            ("icao", 0.75, 0.1, 0.5, 0.51, Verdict::Refer),
        ] {
            let mut measurements = good();
            let framing = measurements.framing.as_mut().unwrap();
            framing.head_height_ratio = ratio(head);
            framing.margins.top_ratio = ratio(top);
            framing.centre_x_ratio = ratio(centre);
            framing.eye_line_y_ratio = ratio(eyes);
            let policy = Policy::named(name).unwrap();
            let review = judge(&measurements, &policy, &Waivers::default());
            assert_eq!(
                review.verdict(),
                expected,
                "{name} {head} {top} {centre} {eyes}"
            );
        }
    }

    #[test]
    fn a_file_builds_on_its_base() {
        let policy = Policy::from_toml("base = \"icao\"\n[turned]\nrefer_above = 3\n").unwrap();
        assert_eq!((policy.name(), policy.base()), ("icao", "icao"));
        let changes = policy.changes();
        let change = &changes[0];
        assert_eq!(changes.len(), 1);
        assert_eq!((change.code, &*change.key), (Code::Turned, "refer_above"));
        assert_eq!((&*change.value, &*change.base), ("3", "5"));
        assert_eq!(Policy::from_toml(&policy.to_toml()), Ok(policy));
        let icao = Policy::named("icao").unwrap();
        assert_eq!(Policy::from_toml("base = \"icao\""), Ok(icao.clone()));
        assert_eq!(Policy::from_toml(&icao.to_toml()), Ok(icao));
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
        let many: String = (0..10_000).map(|n| format!("[x{n}]\n")).collect();
        assert!(Policy::from_toml(&many).unwrap_err().mistakes().count() <= 2 * MOST_FAULTS);
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
        measurements.framing.as_mut().unwrap().head_height_ratio = ratio(0.97);
        let verdict = |text| {
            let policy = Policy::from_toml(text).unwrap();
            judge(&measurements, &policy, &Waivers::default()).verdict()
        };
        assert_eq!(verdict(""), Verdict::Reject);
        assert_eq!(verdict("[too_close]\nenabled = false\n"), Verdict::Accept);
    }
}
