//! Notices to applicants: what is wrong with the photo, and what to do.
//!
//! A template is text with placeholders:
//!
//! | placeholder | is replaced by |
//! |---|---|
//! | `{{id}}` | the id of the photo, as in the review |
//! | `{{count}}` | the number of reasons |
//! | `{{#reasons}}` … `{{/reasons}}` | the text between them, once for each reason |
//! | `{{number}}` | inside: the number of the reason, from 1 |
//! | `{{code}}`, `{{title}}` | inside: the reason's stable code, and its name |
//! | `{{text}}`, `{{advice}}` | inside: what is wrong with the photo, and what to do |
//!
//! Blanks around a name are ignored. A line with only `{{#reasons}}` or `{{/reasons}}` leaves no
//! empty line. The reasons are the findings that rejected the photo, the most severe first. Findings
//! that refer the photo to a person are left out.

use shomei_verdict::wire::v1::{FindingRecord, ReviewRecord};
use shomei_verdict::{Lang, Outcome, Verdict, summary};

use crate::{TemplateError, harmless};

/// How many characters of an unknown name a message repeats.
const SHOWN_CHARS: usize = 40;

/// A parsed template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    before: Vec<Piece>,
    each: Vec<Piece>,
    after: Vec<Piece>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Field(Field),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Id,
    Count,
    Number,
    Code,
    Title,
    Text,
    Advice,
}

impl Field {
    const ALL: [(&'static str, Self); 7] = [
        ("id", Self::Id),
        ("count", Self::Count),
        ("number", Self::Number),
        ("code", Self::Code),
        ("title", Self::Title),
        ("text", Self::Text),
        ("advice", Self::Advice),
    ];

    /// Whether it belongs to a single reason.
    const fn of_a_reason(self) -> bool {
        !matches!(self, Self::Id | Self::Count)
    }
}

/// Where in the template the reader is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Before,
    /// With the line that it began on.
    Inside(usize),
    After,
}

impl Place {
    fn allowed(self) -> String {
        let mut names: Vec<_> = Field::ALL
            .iter()
            .filter(|(_, field)| matches!(self, Self::Inside(_)) || !field.of_a_reason())
            .map(|(name, _)| *name)
            .collect();
        match self {
            Self::Before => names.push("#reasons"),
            Self::Inside(_) => names.push("/reasons"),
            Self::After => {}
        }
        names.join(", ")
    }
}

impl Template {
    /// Parses a template. The module's documentation describes the syntax.
    ///
    /// # Errors
    /// If a placeholder is unknown at its place or not closed, or `{{#reasons}}` is missing.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let text = text.trim_start_matches('\u{feff}');
        let mut template = Self {
            before: Vec::new(),
            each: Vec::new(),
            after: Vec::new(),
        };
        let mut place = Place::Before;
        for (at, line) in text.split_inclusive('\n').enumerate() {
            let number = at + 1;
            let mut rest = line;
            if let Some(inner) = line
                .trim()
                .strip_prefix("{{")
                .and_then(|l| l.strip_suffix("}}"))
                && let Some(next) = turn(place, inner.trim(), number)
            {
                place = next;
                continue;
            }
            while let Some((plain, marked)) = rest.split_once("{{") {
                template.at(place).push(Piece::Text(plain.to_owned()));
                let open = TemplateError::Open { line: number };
                let (name, after) = marked.split_once("}}").ok_or(open)?;
                rest = after;
                let name = name.trim();
                if let Some(next) = turn(place, name, number) {
                    place = next;
                    continue;
                }
                let known = Field::ALL.iter().find(|(known, _)| *known == name);
                match known {
                    Some(&(_, field))
                        if matches!(place, Place::Inside(_)) || !field.of_a_reason() =>
                    {
                        template.at(place).push(Piece::Field(field));
                    }
                    _ => {
                        return Err(TemplateError::Unknown {
                            line: number,
                            name: harmless(name).chars().take(SHOWN_CHARS).collect(),
                            allowed: place.allowed(),
                        });
                    }
                }
            }
            template.at(place).push(Piece::Text(rest.to_owned()));
        }
        match place {
            Place::Before => Err(TemplateError::NoReasons),
            Place::Inside(line) => Err(TemplateError::Unended { line }),
            Place::After => Ok(template),
        }
    }

    /// The text of the default template.
    #[must_use]
    pub const fn default_text(lang: Lang) -> &'static str {
        match lang {
            Lang::Ja => include_str!("../templates/notice.ja.txt"),
            Lang::En => include_str!("../templates/notice.en.txt"),
        }
    }

    /// The notice for one photo; `None` unless it was rejected. `lang` must be the language of the
    /// record.
    #[must_use]
    pub fn fill(&self, record: &ReviewRecord, lang: Lang) -> Option<String> {
        let reasons = reasons(record)?;
        let mut notice = String::new();
        let mut add = |pieces: &[Piece], reason: Option<(usize, &FindingRecord)>| {
            for piece in pieces {
                match (piece, reason) {
                    (Piece::Text(text), _) => notice.push_str(text),
                    (Piece::Field(Field::Id), _) => notice.push_str(&harmless(&record.id)),
                    (Piece::Field(Field::Count), _) => notice += &reasons.len().to_string(),
                    (Piece::Field(Field::Number), Some((at, _))) => {
                        notice += &(at + 1).to_string();
                    }
                    (Piece::Field(Field::Code), Some((_, f))) => notice += f.code.as_str(),
                    (Piece::Field(Field::Title), Some((_, f))) => {
                        notice += summary(f.code, lang).title;
                    }
                    (Piece::Field(Field::Text), Some((_, f))) => notice += &f.text,
                    (Piece::Field(Field::Advice), Some((_, f))) => notice += &f.advice,
                    // `parse` puts no such field outside the reasons.
                    (Piece::Field(_), None) => {}
                }
            }
        };
        add(&self.before, None);
        for reason in reasons.iter().copied().enumerate() {
            add(&self.each, Some(reason));
        }
        add(&self.after, None);
        Some(notice)
    }

    fn at(&mut self, place: Place) -> &mut Vec<Piece> {
        match place {
            Place::Before => &mut self.before,
            Place::Inside(_) => &mut self.each,
            Place::After => &mut self.after,
        }
    }
}

/// The place behind a section mark, if `name` is a mark that is allowed here.
fn turn(place: Place, name: &str, line: usize) -> Option<Place> {
    match (place, name) {
        (Place::Before, "#reasons") => Some(Place::Inside(line)),
        (Place::Inside(_), "/reasons") => Some(Place::After),
        _ => None,
    }
}

/// The reasons that rejected a photo; `None` if it was not rejected.
fn reasons(record: &ReviewRecord) -> Option<Vec<&FindingRecord>> {
    (record.verdict == Verdict::Reject).then(|| {
        let findings = record.findings.iter();
        findings
            .filter(|finding| finding.outcome == Outcome::Reject)
            .collect()
    })
}

/// The columns of [`mail_merge_row`]. `reasons` and `advice` have one line for each reason.
pub const MAIL_MERGE_HEADER: &[&str] = &["id", "count", "codes", "reasons", "advice", "notice"];

/// The cells of one rejected photo for a mail merge; `None` unless it was rejected.
#[must_use]
pub fn mail_merge_row(record: &ReviewRecord, notice: &str) -> Option<Vec<String>> {
    let reasons = reasons(record)?;
    let lines = |of: fn(&FindingRecord) -> &str, between: &str| {
        let all: Vec<_> = reasons.iter().map(|finding| of(finding)).collect();
        all.join(between)
    };
    Some(vec![
        harmless(&record.id),
        reasons.len().to_string(),
        lines(|finding| finding.code.as_str(), ";"),
        lines(|finding| &finding.text, "\n"),
        lines(|finding| &finding.advice, "\n"),
        notice.to_owned(),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{accepted, rejected};

    #[test]
    fn a_template_is_filled_in() {
        let template =
            Template::parse("To {{ id }}: {{count}}\n{{#reasons}}\n{{number}}. {{code}} {{title}}: {{text}} {{advice}}\n{{/reasons}}\nbye\n")
                .unwrap();
        let record = rejected("a\u{1b}\u{202e}b", Lang::En);
        let finding = &record.findings[0];
        let expected = format!(
            "To a\u{fffd}\u{fffd}b: 1\n1. not_jpeg {}: {} {}\nbye\n",
            summary(finding.code, Lang::En).title,
            finding.text,
            finding.advice
        );
        assert_eq!(template.fill(&record, Lang::En).unwrap(), expected);
        assert_eq!(template.fill(&accepted("a"), Lang::En), None);
    }

    #[test]
    fn sections_may_stand_inside_a_line() {
        let template = Template::parse("{{#reasons}}[{{code}}]{{/reasons}}.").unwrap();
        let notice = template.fill(&rejected("a", Lang::Ja), Lang::Ja);
        assert_eq!(notice.unwrap(), "[not_jpeg].");
    }

    #[test]
    fn mistakes_are_named() {
        for (text, message) in [
            (
                "a\n{{name}}",
                "line 2: unknown placeholder {{name}}; allowed here: id, count, #reasons",
            ),
            (
                "{{text}}",
                "line 1: unknown placeholder {{text}}; allowed here: id, count, #reasons",
            ),
            (
                "{{#reasons}}{{txt}}",
                "line 1: unknown placeholder {{txt}}; allowed here: id, count, number, code, \
                 title, text, advice, /reasons",
            ),
            ("{{id\n}}", "line 1: {{ without }} on the same line"),
            (
                "\n{{#reasons}}\n{{text}}",
                "line 2: {{#reasons}} without {{/reasons}}",
            ),
            (
                "only text",
                "{{#reasons}} … {{/reasons}} is missing, so no notice would say what is wrong",
            ),
        ] {
            assert_eq!(Template::parse(text).unwrap_err().to_string(), message);
        }
        let long = format!("{{{{\u{1b}{}}}}}", "x".repeat(1000));
        let message = Template::parse(&long).unwrap_err().to_string();
        assert!(message.len() < 150 && !message.contains('\u{1b}'));
    }

    #[test]
    fn the_default_says_everything_in_both_languages() {
        for lang in Lang::ALL {
            let template = Template::parse(Template::default_text(lang)).unwrap();
            let record = rejected("A-0001", lang);
            let notice = template.fill(&record, lang).unwrap();
            let finding = &record.findings[0];
            for part in ["A-0001", &finding.text, &finding.advice] {
                assert!(notice.contains(part), "{notice}");
            }
            assert!(!notice.contains("{{"), "{notice}");
            let row = mail_merge_row(&record, &notice).unwrap();
            assert_eq!(row.len(), MAIL_MERGE_HEADER.len());
            assert_eq!((row[0].as_str(), row[2].as_str()), ("A-0001", "not_jpeg"));
        }
        assert_eq!(mail_merge_row(&accepted("a"), ""), None);
    }
}
