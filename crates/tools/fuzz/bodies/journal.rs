//! A batch that is torn again and again, and files that are no journal: whatever was written with
//! its line break is neither lost nor doubled, and what is refused is left as it was.

use std::fs;
use std::path::Path;

use arbitrary::{Result, Unstructured};
use shomei::wire::v1::{Engine, PolicyRecord};
use shomei_batch::{Existing, Journal, Listing, Terms};

use super::tools;

pub(crate) fn run(data: &[u8]) {
    let file = tools::Scratch::new("journal");
    let _ended = torn(&mut Unstructured::new(data), &file.0);
}

/// Writes a batch of ids with tears in between.
fn torn(input: &mut Unstructured<'_>, path: &Path) -> Result<()> {
    // Each photo has one id.
    let ids: Vec<_> = (0..input.int_in_range(0..=20)?)
        .map(|number| Ok(format!("{number} {}", tools::word(input)?)))
        .collect::<Result<_>>()?;
    let lines: Vec<_> = ids.iter().map(|id| line(id)).collect();
    let whole = lines.concat();

    let terms = terms();
    drop(Journal::open(path, Existing::Overwrite, &terms).unwrap());
    let mut tears = 0;
    loop {
        let before = read(path);
        let (mut journal, done) = match Journal::open(path, Existing::Resume, &terms) {
            Ok(opened) => opened,
            Err(error) => {
                // The last tear put something in that is no review.
                assert_eq!(read(path), before, "{error:?}");
                assert!(!whole.starts_with(&before));
                return Ok(());
            }
        };
        let ends = before.iter().filter(|&&byte| byte == b'\n').count();
        let kept = before.iter().rposition(|&byte| byte == b'\n');
        assert_eq!(done.len(), ends);
        assert_eq!(read(path), before[..kept.map_or(0, |at| at + 1)]);
        if !whole.starts_with(&before) {
            // Changed, and still reviews: the batch compares their ids with its own.
            return Ok(());
        }
        assert!(done.iter().map(|done| &done.id).eq(&ids[..ends]));
        tears += 1;
        let stop = tears > 8 || input.is_empty();
        let most = if stop {
            lines.len()
        } else {
            input.int_in_range(ends..=lines.len())?
        };
        for line in &lines[ends..most] {
            journal.append(line).unwrap();
        }
        drop(journal);
        let mut file = read(path);
        if stop {
            assert!(file == whole);
            return Ok(());
        }
        // A kill or a power failure cuts; more is no journal of ours.
        let at = input.int_in_range(0..=file.len())?;
        match input.int_in_range(0..=7)? {
            0 => file.extend(tools::bytes(input, 300)?),
            1 if at < file.len() => file[at] = input.arbitrary()?,
            _ => file.truncate(at),
        }
        fs::write(path, file).unwrap();
    }
}

fn terms() -> Terms {
    Terms {
        engine: Engine {
            version: String::new(),
            models: String::new(),
        },
        policy: PolicyRecord {
            name: String::new(),
            hash: String::new(),
        },
        lang: String::new(),
        timings: false,
        fast: false,
        exceptions: String::new(),
        listing: Listing::default(),
    }
}

fn read(path: &Path) -> Vec<u8> {
    fs::read(path).unwrap()
}

fn line(id: &str) -> Vec<u8> {
    let record = serde_json::json!({"schema": "shomei.review/1", "id": id, "verdict": "refer"});
    format!("{record}\n").into_bytes()
}
