//! A review as text for people.

use std::fmt::Write;

use super::{ReviewRecord, printable};
use crate::{Lang, Outcome, Verdict};

impl ReviewRecord {
    /// The review as lines of text: a line with the verdict and the id, then two for each finding,
    /// what is wrong and what to do, one for each note, and a last one if the review stopped early. `lang` is the
    /// language that the record was made in; control characters of the id are escaped.
    #[must_use]
    pub fn render(&self, lang: Lang) -> String {
        let mut text = format!(
            "{}  {}\n",
            verdict(self.verdict, lang),
            printable(&self.id).collect::<String>()
        );
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
        for note in &self.notes {
            let _ = writeln!(text, "    {}", note.text);
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

#[cfg(test)]
mod tests {
    use super::super::tests::records;
    use super::*;

    #[test]
    fn every_verdict_and_outcome_has_its_words() {
        let ja = [
            "✓ 適　　  photos/0001.jpg\n",
            "? 要確認  photos/0001.jpg\n    ［",
            "✗ 不適　  photos/0001.jpg\n    ［",
            "［申告済み・要確認］ turned: ",
            "［要確認］ ",
            "［判定不能］ ",
            "［不適］ ",
            "\n    ここで確認を終えました。ほかにも理由があるかもしれません。\n",
        ];
        let en = [
            "✓ accept  photos/0001.jpg\n",
            "? refer   photos/0001.jpg\n    [",
            "✗ reject  photos/0001.jpg\n    [",
            "[waived, refer] turned: ",
            "[refer] ",
            "[unable] ",
            "[reject] ",
            "\n    The review stopped here; there may be other reasons.\n",
        ];
        for (lang, expected) in [(Lang::Ja, ja), (Lang::En, en)] {
            let text: String = records().iter().map(|record| record.render(lang)).collect();
            for words in expected {
                assert!(text.contains(words), "{words:?} is not in {text}");
            }
        }
    }

    #[test]
    fn a_name_stays_on_its_line() {
        let mut record = records().swap_remove(0);
        record.id = "山 \n\u{1b}[2J.jpg".to_owned();
        assert_eq!(record.render(Lang::En), "✓ accept  山 \\n\\u{1b}[2J.jpg\n");
    }
}
