//! Every sentence that a check can say, with its numbers, in a file that people can read:
//! `texts.txt`. The samples are in the checks' files.

use std::fmt::Write;

use crate::check::{Found, side};
use crate::fixtures::{committed, good};
use crate::{Code, Lang, Policy};

fn told(text: &mut String, policy: &str, found: &Found) {
    let mut parts: Vec<_> = found
        .measured
        .iter()
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    if let Some(limit) = found.limit {
        let ends = [("min", limit.min), ("max", limit.max)];
        parts.extend(
            ends.map(|(end, limit)| limit.map(|limit| format!("{end} {limit}")))
                .into_iter()
                .flatten(),
        );
    }
    let at = found.region;
    parts.extend(at.map(|at| format!("at {},{} {}×{}", at.x, at.y, at.width, at.height)));
    parts.extend(found.sides.iter().map(|&at| side(at).en.to_owned()));
    write!(
        text,
        "\n{} by {policy}: {}",
        found.outcome,
        parts.join(", ")
    )
    .unwrap();
    text.truncate(text.trim_end_matches(": ").len());
    for lang in Lang::ALL {
        write!(text, "\n  {}", found.text.of(lang)).unwrap();
        if let Some(advice) = found.advice {
            write!(text, "\n  → {}", advice.of(lang)).unwrap();
        }
    }
    text.push('\n');
}

#[test]
fn every_sentence_is_the_committed_one() {
    let mut text = "Every sentence of every check, on made-up measurements, judged by each policy \
                    that ships.\n"
        .to_owned();
    for &code in Code::ALL {
        assert!(!code.samples().is_empty(), "{code} shows no sentence");
        let about = code.about();
        write!(text, "\n## {code}\n").unwrap();
        for lang in Lang::ALL {
            let (title, advice) = (about.title.of(lang), about.advice.of(lang));
            writeln!(text, "{title} → {advice}").unwrap();
        }
        for sample in code.samples() {
            let mut measurements = good();
            sample(&mut measurements);
            let mut before: Vec<Found> = Vec::new();
            for (name, _) in Policy::built_in() {
                let policy = Policy::named(name).unwrap();
                if let Some(found) = policy.checks().run(code, &measurements)
                    && !before.contains(&found)
                {
                    told(&mut text, name, &found);
                    before.push(found);
                }
            }
            assert!(!before.is_empty(), "{code}");
        }
    }
    committed("texts.txt", &text);
}
