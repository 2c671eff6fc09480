//! `shomei summary`: counts of stored reviews.

use anyhow::Result;
use shomei_report::{Counts, CountsFormat, Grouping};

use super::print;
use crate::args::{By, CountsArg, SummaryArgs, lang};
use crate::stored::Stored;

pub(super) fn run(args: &SummaryArgs) -> Result<u8> {
    let lang = lang(args.lang);
    let stored = Stored::open(&args.stored.reviews, &args.stored.policies.policy, None)?;
    let mut counts = Counts::new(match args.by {
        By::Reason => Grouping::Reason,
        By::Folder => Grouping::Folder,
    });
    stored.each(
        |stored, policy| stored.judge_again(policy, lang),
        |record| {
            counts.add(&record);
            Ok(())
        },
    )?;
    let format = match args.format {
        CountsArg::Table => CountsFormat::Table,
        CountsArg::Csv => CountsFormat::Csv,
        CountsArg::Json => CountsFormat::Json,
    };
    print(&counts.text(format, lang))
}
