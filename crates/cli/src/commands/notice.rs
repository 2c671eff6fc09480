//! `shomei notice`: a text for each rejected photo, and a table of them.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::{Context, Result, anyhow};
use shomei_batch::{Stored, private_file};
use shomei_report::{MAIL_MERGE_HEADER, Template, mail_merge_row};

use super::policy;
use crate::args::{NoticeArgs, lang};
use crate::folder::{Fresh, file_name};
use crate::say::{message, print};
use crate::{exit, flags};

const TABLE: &str = "notices.csv";

pub(super) fn run(args: &NoticeArgs) -> Result<u8> {
    let lang = lang(args.lang);
    let default = Template::default_text(lang);
    let (Some(reviews), Some(out)) = (&args.reviews, &args.out) else {
        return print(default);
    };
    let template = match &args.template {
        Some(path) => read(path)?,
        None => Template::parse(default)?,
    };
    let policies = policy::load_all(&args.policies.policy)?;
    let stored = Stored::open(reviews)?;
    let folder = Fresh::prepare("--out", out)?;
    let path = folder.path(TABLE);
    let named = || format!("--out {path:?}");
    let mut file = BufWriter::new(private_file(&path).with_context(named)?);
    file.write_all("\u{feff}".as_bytes()).with_context(named)?;
    let mut table = csv::Writer::from_writer(file);
    let head = MAIL_MERGE_HEADER.iter().copied().chain(["file"]);
    table.write_record(head).with_context(named)?;
    let (mut photos, mut written, mut partial) = (0_u64, 0_u64, 0_u64);
    let notices = stored.map_with_policy(policies, |stored, policy| {
        let fast = stored.measurements.stopped_after.is_some();
        let record = stored.judge_again(policy, lang);
        let notice = template.fill(&record, lang)?;
        let row = mail_merge_row(&record, &notice)?;
        Some((file_name(&record.id, "txt"), notice, row, fast))
    })?;
    for rejected in notices {
        photos += 1;
        if let Some((name, notice, mut row, fast)) = rejected.map_err(flags::named)? {
            folder.write(&name, notice.as_bytes())?;
            row.push(name);
            table.write_record(&row).with_context(named)?;
            written += 1;
            partial += u64::from(fast);
        }
    }
    table.flush().with_context(named)?;
    if partial > 0 {
        message(&format!(
            "{partial} of the photos were reviewed with --fast: their notices may not name all \
             that is wrong"
        ));
    }
    message(&format!("{written} notices for {photos} reviews"));
    Ok(exit::ACCEPTED)
}

fn read(path: &Path) -> Result<Template> {
    let named = || format!("--template {path:?}");
    let text = fs::read_to_string(path).with_context(named)?;
    Template::parse(&text).map_err(|error| anyhow!("--template {path:?}: {error}"))
}
