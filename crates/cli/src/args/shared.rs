//! Arguments that several commands share.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use anyhow::Result;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use shomei::{Lang, Waivers};
use shomei_batch::Existing;

use crate::flags;

/// How a batch is resumed and reports its progress.
#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// Continue the batch that writes to --out; start it if it was never started
    #[arg(long, requires = "out", conflicts_with = "overwrite")]
    pub(crate) resume: bool,

    /// Replace the contents of --out. Without this, a file that is not empty is refused
    #[arg(long, requires = "out")]
    pub(crate) overwrite: bool,

    /// How progress is reported, on standard error
    #[arg(long, value_enum, default_value_t = ProgressArg::Bar)]
    pub(crate) progress: ProgressArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressArg {
    /// A bar, on a terminal only
    Bar,
    /// A `shomei.progress/1` record on a line: at the start, every five seconds, and at the end
    Json,
    /// Nothing
    None,
}

impl BatchArgs {
    /// What to do with an --out that holds something.
    pub(crate) const fn existing(&self) -> Existing {
        match (self.resume, self.overwrite) {
            (true, _) => Existing::Resume,
            (_, true) => Existing::Overwrite,
            _ => Existing::Keep,
        }
    }
}

/// Exceptions that the rules allow: coverings for religion or illness, infants, disability.
#[derive(Debug, Args)]
pub(crate) struct Exceptions {
    /// Record an exception for all photos: these checks refer a photo instead of rejecting it
    #[arg(
        long,
        value_name = "CODE[,CODE]",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) waive: Waivers,

    /// Record exceptions for single photos, from a CSV table with the columns `id` (or `file`) and
    /// `waive` (codes separated by `;`). Other columns, such as a reason, are ignored
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
}

impl Exceptions {
    /// What is recorded for which photo.
    pub(crate) fn load(&self) -> Result<shomei_batch::Exceptions> {
        let (all, table) = (self.waive.clone(), self.waivers.as_deref());
        shomei_batch::Exceptions::load(all, table).map_err(flags::named)
    }
}

/// One of these values, each with its name and its help.
pub(super) fn choice<T: Clone + Send + Sync + 'static, const N: usize>(
    all: [(&'static str, T, &'static str); N],
) -> impl TypedValueParser<Value = T> {
    let named = all
        .each_ref()
        .map(|(name, _, help)| PossibleValue::new(*name).help(*help));
    PossibleValuesParser::new(named).try_map(move |given| {
        let found = all.iter().find(|(name, ..)| *name == given);
        found
            .map(|(_, value, _)| value.clone())
            .ok_or("not a possible value")
    })
}

/// The languages, with their names in the help.
pub(super) fn langs() -> impl TypedValueParser<Value = Lang> {
    choice([("ja", Lang::Ja, "Japanese"), ("en", Lang::En, "English")])
}

/// A number of workers.
pub(super) fn jobs() -> impl TypedValueParser<Value = NonZeroUsize> {
    let number = clap::value_parser!(u16).range(1..=512);
    number.map(|jobs| NonZeroUsize::new(jobs.into()).unwrap_or(NonZeroUsize::MIN))
}
