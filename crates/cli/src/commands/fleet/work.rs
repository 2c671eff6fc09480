//! `shomei work`

use std::num::NonZeroUsize;
use std::thread;
use std::time::Duration;

use anyhow::Result;
use shomei::Reviewer;
use shomei_fleet::Work;

use super::server;
use crate::args::WorkArgs;
use crate::commands::policy;
use crate::exit;
use crate::interrupt::Interrupt;

pub(crate) fn run(args: &WorkArgs) -> Result<u8> {
    server::log(&args.server);
    let access = server::access(&args.server)?;
    let policies = policy::load_all(&args.policy)?;
    let reviewer = Reviewer::builder().build()?;
    let mut work = Work::new(access, &args.server.stream, reviewer);
    let processors = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    work.jobs = args.jobs.unwrap_or_else(processors);
    work.policies = policies;
    work.ack_wait = Duration::from_secs(args.ack_wait);
    work.deliveries = NonZeroUsize::new(args.deliveries.into()).unwrap_or(NonZeroUsize::MIN);
    work.metrics = args.server.metrics;
    let interrupt = Interrupt::listen()?;
    work.run(|| interrupt.asked())?;
    Ok(exit::ACCEPTED)
}
