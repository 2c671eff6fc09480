//! A review to read.

use std::fmt::Write;

use super::ReviewRecord;
use crate::{Lang, Outcome, Verdict};

impl ReviewRecord {
    /// The review as lines of text: a line with the verdict and the id, then two for each finding,
    /// what is wrong and what to do, and a last one if the review stopped early. `lang` is the language that the record was made in; control
    /// characters of the id are escaped.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        let mut text = format!("{}  {}\n", verdict(self.verdict, lang), printable(&self.id));
        for finding in &self.findings {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "    {} {}: {}\n      → {}",
                outcome(finding.outcome, finding.waived, lang),
                finding.code,
                finding.text,
                finding.advice,
            );
        }
        if self.measurements.stopped_after.is_some() {
            text += match lang {
                Lang::Ja => "    ここで確認を終えました。ほかにも理由があるかもしれません。\n",
                Lang::En => "    The review stopped here; there may be other reasons.\n",
            };
        }
        text
    }
}

const fn verdict(verdict: Verdict, lang: Lang) -> &'static str {
    match (verdict, lang) {
        (Verdict::Accept, Lang::Ja) => "✓ 適　　",
        (Verdict::Refer, Lang::Ja) => "? 要確認",
        (Verdict::Reject, Lang::Ja) => "✗ 不適　",
        (Verdict::Accept, Lang::En) => "✓ accept",
        (Verdict::Refer, Lang::En) => "? refer ",
        (Verdict::Reject, Lang::En) => "✗ reject",
    }
}

const fn outcome(outcome: Outcome, waived: bool, lang: Lang) -> &'static str {
    match (outcome, waived, lang) {
        (_, true, Lang::Ja) => "［申告済み・要確認］",
        (_, true, Lang::En) => "[waived, refer]",
        (Outcome::Refer, _, Lang::Ja) => "［要確認］",
        (Outcome::Unable, _, Lang::Ja) => "［判定不能］",
        (Outcome::Reject, _, Lang::Ja) => "［不適］",
        (Outcome::Refer, _, Lang::En) => "[refer]",
        (Outcome::Unable, _, Lang::En) => "[unable]",
        (Outcome::Reject, _, Lang::En) => "[reject]",
    }
}

/// A name must neither break the line nor steer the terminal.
fn printable(id: &str) -> String {
    id.chars()
        .flat_map(|c| {
            let escaped = c.is_control().then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}
