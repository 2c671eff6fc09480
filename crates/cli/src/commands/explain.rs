//! `shomei explain [CODE]`

use std::fmt::Write;

use shomei::{Code, Lang, explain, summary};

use crate::args::{ExplainArgs, lang};
use crate::say::listed;

/// The list of all codes, or all there is to say about one.
pub(super) fn text(args: &ExplainArgs) -> String {
    let lang = lang(args.lang);
    args.code
        .map_or_else(|| list(lang), |code| about(code, lang))
}

fn list(lang: Lang) -> String {
    let titled = |&code: &Code| (code.as_str(), summary(code, lang).title);
    listed(Code::ALL.iter().map(titled))
}

fn about(code: Code, lang: Lang) -> String {
    let summary = summary(code, lang);
    let mut text = format!("{code}: {}\n\n", summary.title);
    // Writing to a String cannot fail.
    if lang == Lang::Ja {
        let _ = write!(text, "{}\n\n", summary.advice);
    }
    let _ = write!(text, "{}\n\nRule: {}\n", explain(code).trim(), summary.rule);
    if code.waivable() {
        let _ = write!(text, "\nTo record an exception: --waive {code}\n");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_codes_are_listed_and_explained() {
        for lang in Lang::ALL {
            assert_eq!(list(lang).lines().count(), Code::ALL.len());
            for &code in Code::ALL {
                let text = about(code, lang);
                assert!(
                    text.starts_with(code.as_str()) && text.contains("What to do"),
                    "{text}"
                );
                assert_eq!(text.contains("--waive"), code.waivable());
            }
        }
    }
}
