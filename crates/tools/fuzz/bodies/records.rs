//! Any line as a stored review: it is refused with a message, or judging it again gives a record
//! that can be read and gives itself, and all that is told of it can be told: the card's picture
//! lies within the photo, and no id steers a terminal.

use shomei_report::site::{Entry, Picture};
use shomei_report::{Counts, CountsFormat, Grouping, Template, card};
use shomei_verdict::wire::v1::{ReviewRecord, StoredReview};
use shomei_verdict::{Lang, Policy, Verdict};

pub(crate) fn run(data: &[u8]) {
    let stored = match StoredReview::from_json(data) {
        Ok(stored) => stored,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    let policy = Policy::my_number_card();
    let entry = Entry::new(stored.clone(), &policy, Picture::None).json(0);
    assert!(serde_json::from_str::<serde_json::Value>(&entry).is_ok());
    let record = stored.judge_again(&policy, Lang::En);
    told(&record);
    assert_eq!(
        record.verdict == Verdict::Accept,
        record.findings.is_empty()
    );
    let line = serde_json::to_vec(&record).unwrap();
    let again = StoredReview::from_json(&line).unwrap();
    // As written: foreign numbers may have more decimals than are kept.
    let again = serde_json::to_vec(&again.judge_again(&policy, Lang::En)).unwrap();
    assert_eq!(again, line);
    assert!(!record.render(Lang::Ja).is_empty());
}

fn told(record: &ReviewRecord) {
    if let Some(cut) = card::cut(&record.measurements) {
        let shown = record.measurements.file.shown_size().unwrap();
        let size = if cut.turn.swaps_sides() {
            shown.transposed()
        } else {
            shown
        };
        let inside = |start: u32, length: u32, whole: u32| {
            length > 0 && u64::from(start) + u64::from(length) <= u64::from(whole)
        };
        let region = cut.region;
        assert!(inside(region.x, region.width, size.width()));
        assert!(inside(region.y, region.height, size.height()));
    }
    let template =
        Template::parse("{{id}} {{count}}\n{{#reasons}}{{advice}}\n{{/reasons}}").unwrap();
    let notice = template.fill(record, Lang::En);
    assert_eq!(notice.is_some(), record.verdict == Verdict::Reject);
    let mut counts = Counts::new(Grouping::Folder);
    counts.add(record);
    let table = counts.text(CountsFormat::Table, Lang::En);
    for text in notice.into_iter().chain([table]) {
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'));
    }
}
