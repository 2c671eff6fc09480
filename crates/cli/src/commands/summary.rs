//! `shomei summary`: counts of stored reviews.

use anyhow::Result;
use shomei::Policy;
use shomei::wire::v1::StoredReview;
use shomei_batch::Stored;
use shomei_report::Counts;

use super::policy;
use crate::args::{SummaryArgs, lang};
use crate::flags;
use crate::say::print;

pub(super) fn run(args: &SummaryArgs) -> Result<u8> {
    let lang = lang(args.lang);
    let policies = policy::load_all(&args.stored.policies.policy)?;
    let stored = Stored::open(&args.stored.reviews)?;
    let mut counts = Counts::new(args.by);
    let judged = |stored: StoredReview, policy: &Policy| stored.judge_again(policy, lang);
    for record in stored.map_with_policy(policies, judged)? {
        counts.add(&record.map_err(flags::named)?);
    }
    print(&counts.text(args.format, lang))
}
