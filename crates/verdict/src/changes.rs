//! What differs between a policy and its base.

use std::fmt::Write as _;

use toml::Value;

use crate::checks::Code;
use crate::grade::Outcome;
use crate::limits::{LimitPair, pair};
use crate::params::ParamSet;
use crate::policy::Policy;

/// A key whose value differs from that of the base, see [`Policy::changes`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Change {
    /// The check in whose table the key is.
    pub code: Code,
    /// The key, such as `reject_above`.
    pub key: String,
    /// Its value, in the key's unit.
    pub value: String,
    /// The base's value.
    pub base: String,
    /// If the key is a graded limit, which one, and what follows beyond it.
    pub limit: Option<(LimitPair, Outcome)>,
}

impl Policy {
    /// What differs from the base, in check order.
    #[must_use]
    pub fn changes(&self) -> Vec<Change> {
        let base = Self::named(self.base()).unwrap_or_default();
        let (ours, theirs) = (self.checks(), base.checks());
        let of_check = |&code: &Code| {
            let ours = entries(code, ours.params(code)).into_iter();
            ours.zip(entries(code, theirs.params(code)))
        };
        let all = Code::ALL.iter().flat_map(of_check);
        all.filter(|(our, their)| our.value != their.value)
            .map(|(our, their)| Change {
                base: their.value,
                ..our
            })
            .collect()
    }

    /// What differs from the base, as [`Policy::from_toml`] reads it. `comment` gives the line
    /// above each key, if there is to be one.
    #[must_use]
    pub fn changes_toml(&self, comment: impl Fn(&Change) -> Option<String>) -> String {
        let (name, base) = (Value::from(self.name()), Value::from(self.base()));
        let mut text = format!("name = {name}\nbase = {base}\n");
        let mut table = None;
        for change in self.changes() {
            // Writing to a String cannot fail.
            if table.replace(change.code) != Some(change.code) {
                let _ = writeln!(text, "\n[{}]", change.code);
            }
            if let Some(comment) = comment(&change) {
                let _ = writeln!(text, "# {}", comment.replace(char::is_control, " "));
            }
            let _ = writeln!(text, "{} = {}", change.key, change.value);
        }
        text
    }
}

/// Every key of a check, as a change from nothing.
pub(crate) fn entries(code: Code, params: &dyn ParamSet) -> Vec<Change> {
    let entry = |key: String, value: String, limit| Change {
        code,
        key,
        value,
        base: String::new(),
        limit,
    };
    let enabled = params.enabled().to_string();
    let mut entries = vec![entry("enabled".to_owned(), enabled, None)];
    for (at, (declared, values)) in params.all().into_iter().enumerate() {
        let pair = pair(code, at, declared, values);
        let outcomes = [Outcome::Refer, Outcome::Reject];
        let keys = declared.keys(values).into_iter().zip(outcomes);
        entries.extend(keys.map(|(key, outcome)| {
            let limit = pair.clone().map(|pair| (pair, outcome));
            entry(key.name, key.value.to_string(), limit)
        }));
    }
    entries
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::limit_pairs;

    #[test]
    fn changes_are_written_as_a_file_that_reads_them_back() {
        let text = "name = \"own\"\nbase = \"icao\"\n\n[file_size_out_of_range]\nreject_below = 10000\n\n\
                    [turned]\nenabled = false\n# looked at\n# of turned\nrefer_above = 3\n\n\
                    [off_centre]\nmin_centre_x = 0.25\n";
        let policy = Policy::from_toml(text).unwrap();
        let written = policy.changes_toml(|change| {
            let (pair, outcome) = change.limit.as_ref()?;
            (*outcome == Outcome::Refer).then(|| format!("of\n{}", pair.title()))
        });
        let expected = "name = \"own\"\nbase = \"icao\"\n\n[file_size_out_of_range]\nreject_below = 10000\n\n\
                        [off_centre]\nmin_centre_x = 0.25\n\n\
                        [turned]\nenabled = false\n# of turned\nrefer_above = 3\n";
        assert_eq!(written, expected);
        assert_eq!(Policy::from_toml(&written), Ok(policy));
    }

    #[test]
    fn a_number_is_written_alike_everywhere() {
        let pairs = limit_pairs();
        let turned = pairs.into_iter().find(|pair| pair.code == Code::Turned);
        let limits = crate::Limits {
            refer: 3.0,
            reject: Some(12.5),
        };
        let policy = Policy::default().with_limits(&turned.unwrap(), limits);
        let policy = policy.unwrap();
        for text in [policy.to_toml(), policy.changes_toml(|_| None)] {
            assert!(text.contains("\nrefer_above = 3\n"), "{text}");
            assert!(text.contains("\nreject_above = 12.5\n"), "{text}");
        }
        let change = &policy.changes()[0];
        assert_eq!(
            (&*change.key, &*change.value, &*change.base),
            ("refer_above", "3", "8")
        );
    }
}
