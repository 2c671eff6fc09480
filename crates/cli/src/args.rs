//! What can be said on the command line. The comments are the help texts.

use std::env;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use shomei::{Code, Lang, Waivers};

#[cfg(feature = "fleet")]
mod fleet;

#[cfg(feature = "fleet")]
pub(crate) use fleet::{CollectArgs, LogFormat, LogLevel, ServerArgs, SubmitArgs, WorkArgs};

const EXIT_CODES: &str = "\
Examples:
  shomei review photo.jpg
  shomei review photos --format jsonl --out reviews.jsonl
  shomei report reviews.jsonl --out report

Exit codes:
  0  every photo was accepted
  1  some photo was rejected, or referred to a person
  2  wrong usage or configuration, or an error of input or output";

const REVIEW_HELP: &str = "\
Examples:
  shomei review photo.jpg
  shomei review photos --format jsonl --out reviews.jsonl --exclude '*.csv'
  find photos -name '*.jpg' -print0 | shomei review --null --files-from -
  shomei review --manifest night.csv --format jsonl --out reviews.jsonl --resume
  zstd -dc photos.tar.zst | shomei review --tar - --format jsonl --out reviews.jsonl
  shomei review - < photo.jpg

A batch that writes JSON lines to --out can be stopped in any way and goes on with --resume and
otherwise the same command: each photo is in the output once, and a line that was torn is written
anew. FILE.journal beside it holds what the batch was started with; with another policy, version,
language, list of photos, other exceptions or another --fast it does not go on. What was written survives the end
of the process at once, and a power failure after 2 s. SIGINT (Ctrl-C) and SIGTERM end it after
the photos in flight; a second one, half a second later or more, ends it at once. Without
--resume or --overwrite an --out that holds something is refused, in every format.

Ids stand once: photos that are given twice are refused before the first one is reviewed (in an
archive on standard input, when the second one is met). Links and entries of an archive whose name
leads out of it (`..` or absolute) are reviewed as unreadable; the latter are an error besides,
told at the end. Hidden entries are left out as in directories. A compressed archive comes through
its program, as above.

Globs without a slash match names at any depth below a directory argument, globs with one match
the path relative to it. Files that are named themselves are always reviewed.

The id of a photo is its path as given. In a path that is not UTF-8, bytes that cannot be written
stand as %XX, and % as %25.

Ids in the table of `--waivers` are those of the output. If one that declares an exception is not
among the photos, all reviews are written, and then that is an error.

Exit codes:
  0  every photo was accepted
  1  some photo was rejected, or referred to a person
  2  wrong usage or configuration, or an error of input or output
130  stopped by SIGINT or SIGTERM before the last photo";

const JUDGE_HELP: &str = "\
Examples:
  shomei judge reviews.jsonl --policy my-policy.toml
  shomei judge - --format jsonl --out again.jsonl < reviews.jsonl

Measurements, ids and the engine that measured stay as they are. What an older version did not
measure is not judged: for checks that came later, review the photos again.

Exceptions that a review records stay in force. A row of `--waivers` replaces those of its photo
(an empty cell withdraws them), and `--waive` adds to all.

Blank lines are passed over. The first line that is no review ends the work with an error that
names it; the reviews before it are written. No line may be longer than 4 MiB.

Exit codes:
  0  every photo was accepted
  1  some photo was rejected, or referred to a person
  2  wrong usage or configuration, or an error of input or output";

const EVAL_HELP: &str = "\
Examples:
  shomei eval testdata/expected.csv --photos testdata/photos
  shomei eval labels.csv --photos photos --html report.html
  shomei eval labels.csv --reviews reviews.jsonl --policy stricter.toml --half report
  shomei eval labels.csv --reviews reviews.jsonl --calibrate proposed.toml

The manifest is CSV (UTF-8, with a header). Columns are found by name, others are ignored:
  file      the photo's path inside --photos, unique
  verdict   accept, reject, or unclear where the rules leave it open (also: refer)
  defects   labels joined by `;`: codes of `shomei explain`, or older names such as hat, yaw, blur
  subject   optional: who is shown. A person's photos stay in one half
  family    optional: how the photo came about [default: the file's name up to the first `_`]
  sides     optional: top, bottom, left, right joined by `;`: where the head is cut
  note      optional

Verdicts are those of --policy on what was measured, whatever policy made the reviews.

Exit codes:
  0  the evaluation was made, whatever it says
  2  wrong usage or configuration, a photo without a review or with two, or an error of input or
     output";

const REPORT_HELP: &str = "\
Examples:
  shomei report reviews.jsonl --out report
  shomei report reviews.jsonl --photos photos --thumbnails --out report --lang ja

Open index.html in the new folder: it needs no server and no network. The gallery shows the worst
first: rejected before referred before accepted, then by the number of reasons. Without
--thumbnails it shows outlines and regions only; with it, the people.

A photo lies in --photos under its id, or under the end of its id; one of another length than the
reviewed file is taken for gone. Gone photos stay in the gallery and have a filter of their own.

Exit codes:
  0  the site is written
  2  wrong usage or configuration, or an error of input or output";

const SUMMARY_HELP: &str = "\
Examples:
  shomei summary reviews.jsonl
  shomei summary reviews.jsonl --by folder --format csv

Reviews hold no date. Where each day has a folder of its own, `--by folder` counts by day.

Exit codes:
  0  the counts are written
  2  wrong usage or configuration, or an error of input or output";

const NOTICE_HELP: &str = "\
Examples:
  shomei notice reviews.jsonl --lang ja --out notices
  shomei notice --show-template --lang en > mine.txt
  shomei notice reviews.jsonl --lang en --template mine.txt --out notices

Writes a text for each rejected photo, and notices.csv for a mail merge: UTF-8 with a mark that
spreadsheets know it by, and the columns id, count, codes, reasons, advice, notice, file.

Placeholders of a template:
  {{id}}                         the id of the photo
  {{count}}                      the number of reasons
  {{#reasons}} … {{/reasons}}    what is between them, for each reason that rejected the photo
  inside: {{number}}, {{code}}, {{title}}, {{text}} (what is wrong), {{advice}} (what to do)

Exit codes:
  0  the notices are written
  2  wrong usage or configuration, or an error of input or output";

const CROP_HELP: &str = "\
Examples:
  shomei crop reviews.jsonl --photos photos --out cards
  shomei crop reviews.jsonl --photos photos --out cards --dpi 300 > crops.csv

Cuts 22.0 × 27.5 mm from the original pixels of each accepted photo: 520 × 650 pixels at 600 dpi,
260 × 325 at 300. The head is 34 of 45 of the height and has 4 of 45 above it; 22.0 : 27.5 is
wider than 35 : 45, so that the card shows 2.9 % more at the sides, or less at the bottom where
the photo has no more. Pictures are upright sRGB JPEG.

The table on standard output has a row for each review: id, result, file, head_mm, above_mm,
enlarged, guide. Results: cut; not_accepted; not_found; changed (another file than the one
reviewed); unreadable. `enlarged` is above 1 where the photo has fewer pixels than the card.
`guide` is `no` where the head is not 34 ± 2, or the space above it not 4 ± 2, of 45 mm.

Exit codes:
  0  every accepted photo was cut
  2  some accepted photo was not; wrong usage or configuration, or an error of input or output";

const COMPLETIONS_HELP: &str = "\
Examples:
  shomei completions bash > ~/.local/share/bash-completion/completions/shomei
  shomei completions zsh > ~/.zfunc/_shomei";

const MAN_HELP: &str = "\
Examples:
  shomei man --out man1
  man man1/shomei-review.1";

const EXPLAIN_HELP: &str = "\
Examples:
  shomei explain
  shomei explain too_close";

const POLICY_HELP: &str = "\
Examples:
  shomei policy show icao
  shomei policy show > my-policy.toml
  shomei policy check my-policy.toml
  shomei review photos --policy my-policy.toml

A policy file needs only what differs from its base, which is my-number-card unless it says
otherwise:
  name = \"my-policy\"
  base = \"japan-passport\"
  [turned]
  reject_above = 12";

/// Reviews ID photos for Japan's My Number Card (個人番号カード), with a reason for each verdict
#[derive(Debug, Parser)]
#[command(name = "shomei", version, after_help = EXIT_CODES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Review photos: accept, refer to a person, or reject, and say why
    #[command(after_help = REVIEW_HELP)]
    Review(ReviewArgs),
    /// Judge stored reviews anew, by other thresholds or exceptions, without the photos
    #[command(after_help = JUDGE_HELP)]
    Judge(JudgeArgs),
    /// Measure how right the reviews are, on labelled photos
    #[command(after_help = EVAL_HELP)]
    Eval(EvalArgs),
    /// Explain a code: what is refused, why, and what to do
    #[command(after_help = EXPLAIN_HELP)]
    Explain(ExplainArgs),
    /// The thresholds that photos are judged by
    #[command(subcommand, after_help = POLICY_HELP)]
    Policy(PolicyCommand),
    /// Make a site to look through reviews: counts, measurements, and a gallery
    #[command(after_help = REPORT_HELP)]
    Report(ReportArgs),
    /// Count reviews by verdict, and by reason or folder
    #[command(after_help = SUMMARY_HELP)]
    Summary(SummaryArgs),
    /// Write to the applicants whose photos were rejected: what is wrong, and what to do
    #[command(after_help = NOTICE_HELP)]
    Notice(NoticeArgs),
    /// Cut the card's picture from accepted photos
    #[command(after_help = CROP_HELP)]
    Crop(CropArgs),
    /// Put photos into a queue for workers on many machines
    #[cfg(feature = "fleet")]
    #[command(after_help = fleet::SUBMIT_HELP)]
    Submit(SubmitArgs),
    /// Review photos from the queue, until a signal
    #[cfg(feature = "fleet")]
    #[command(after_help = fleet::WORK_HELP)]
    Work(WorkArgs),
    /// Write the reviews of submitted photos to a file, each once
    #[cfg(feature = "fleet")]
    #[command(after_help = fleet::COLLECT_HELP)]
    Collect(CollectArgs),
    /// Print the completions for a shell
    #[command(after_help = COMPLETIONS_HELP)]
    Completions(CompletionsArgs),
    /// Write a manual page for each command
    #[command(after_help = MAN_HELP)]
    Man(ManArgs),
}

/// Reviews that were stored.
#[derive(Debug, Args)]
pub(crate) struct StoredArgs {
    /// Reviews as `shomei review --format jsonl` writes them; `-` is standard input
    #[arg(value_name = "REVIEWS")]
    pub(crate) reviews: PathBuf,

    #[command(flatten)]
    pub(crate) policies: Policies,
}

/// The policies that stored reviews were judged by.
#[derive(Debug, Args)]
pub(crate) struct Policies {
    /// A policy that the reviews were judged by, where it is none that is carried along; may be
    /// given several times
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) stored: StoredArgs,

    /// The folder of the site: a new or an empty one, or one that an earlier report is in
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// The folder that the photos lie in, or the manifest that they were reviewed by
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) photos: Option<PathBuf>,

    /// Show the photos, and the people in them
    #[arg(long, requires = "photos")]
    pub(crate) thumbnails: bool,

    /// Language of index.html; all pages are there in both [default: from LC_ALL, LC_MESSAGES or
    /// LANG, else en]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,
}

#[derive(Debug, Args)]
pub(crate) struct SummaryArgs {
    #[command(flatten)]
    pub(crate) stored: StoredArgs,

    /// What the rows stand for
    #[arg(long, value_enum, default_value_t = By::Reason)]
    pub(crate) by: By,

    /// How the counts are written
    #[arg(long, value_enum, default_value_t = CountsArg::Table)]
    pub(crate) format: CountsArg,

    /// Language of the reasons [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum By {
    /// A row for each code
    Reason,
    /// A row for each folder: the id up to its last slash
    Folder,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum CountsArg {
    /// Columns to read
    Table,
    /// CSV with a header
    Csv,
    /// One JSON object
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct NoticeArgs {
    /// Reviews as `shomei review --format jsonl` writes them; `-` is standard input
    #[arg(value_name = "REVIEWS", required_unless_present = "show_template")]
    pub(crate) reviews: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) policies: Policies,

    /// The folder of the notices
    #[arg(long, value_name = "DIR", required_unless_present = "show_template")]
    pub(crate) out: Option<PathBuf>,

    /// The text of a notice, with placeholders [default: the one of --show-template]
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,

    /// Print the template that is used without another
    #[arg(long, conflicts_with_all = ["reviews", "template", "out", "policy"])]
    pub(crate) show_template: bool,

    /// Language of the notices [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,
}

#[derive(Debug, Args)]
pub(crate) struct CropArgs {
    #[command(flatten)]
    pub(crate) stored: StoredArgs,

    /// The folder that the photos lie in, or the manifest that they were reviewed by
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) photos: PathBuf,

    /// The folder of the pictures, which show the people
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Dots an inch
    #[arg(long, value_enum, default_value_t = Dpi::D600)]
    pub(crate) dpi: Dpi,

    /// Photos cut at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Dpi {
    /// 260 × 325 pixels
    #[value(name = "300")]
    D300,
    /// 520 × 650 pixels
    #[value(name = "600")]
    D600,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder of the pages
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewArgs {
    /// Photos, and directories to walk: every regular file in them whose name does not begin
    /// with a dot, sorted by name
    /// (`-` is one photo on standard input)
    #[arg(
        value_name = "PATH",
        required_unless_present_any = ["files_from", "manifest", "tar"]
    )]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) sources: Sources,

    #[command(flatten)]
    pub(crate) batch: BatchArgs,

    #[command(flatten)]
    pub(crate) judging: Judging,

    /// Photos reviewed at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,

    /// Draw what was found into a PNG per photo in this directory. The pictures show the people
    #[arg(long, value_name = "DIR")]
    pub(crate) overlay: Option<PathBuf>,

    /// Read further paths from this file, one a line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,

    /// The paths of `--files-from` end with NUL instead of a line break
    #[arg(short = '0', long, requires = "files_from")]
    pub(crate) null: bool,

    /// In directories, take only what matches one of these
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,

    /// In directories, leave out what matches one of these, directories included
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,

    /// Stop looking at a photo as soon as it is rejected: the same verdicts sooner, but not all
    /// reasons. `measurements.stopped_after` tells such reviews from whole ones
    #[arg(long)]
    pub(crate) fast: bool,

    /// Leave the timings out of JSON lines, so that they are the same in every run
    #[arg(long)]
    pub(crate) no_timings: bool,
}

/// Where photos come from beside paths.
#[derive(Debug, Args)]
pub(crate) struct Sources {
    /// Review the photos of this CSV table with the columns `application_id` (the id in the
    /// output) and `path` (from the table's folder), and, if you like, `waive` (codes with `;`
    /// between them) and `policy` (a name, or a file from the table's folder)
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,

    /// Review the photos in this tar archive without unpacking it; `-` is standard input. Names
    /// are ids
    #[arg(long, value_name = "FILE")]
    pub(crate) tar: Option<PathBuf>,
}

/// How a batch goes on, and what is said of it meanwhile.
#[derive(Debug, Args)]
pub(crate) struct BatchArgs {
    /// Go on where the batch that writes to --out was stopped; begin if it never was started
    #[arg(long, requires = "out", conflicts_with = "overwrite")]
    pub(crate) resume: bool,

    /// Delete what --out holds. Without this, a file that holds something is refused
    #[arg(long, requires = "out")]
    pub(crate) overwrite: bool,

    /// How far the batch is, on standard error
    #[arg(long, value_enum, default_value_t = ProgressArg::Bar)]
    pub(crate) progress: ProgressArg,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressArg {
    /// A bar, on a terminal only
    Bar,
    /// A `shomei.progress/1` record a line: at the start, every five seconds, and at the end
    Json,
    /// Nothing
    None,
}

#[derive(Debug, Args)]
pub(crate) struct JudgeArgs {
    /// Reviews as `shomei review --format jsonl` writes them; `-` is standard input
    #[arg(value_name = "REVIEWS")]
    pub(crate) reviews: PathBuf,

    #[command(flatten)]
    pub(crate) judging: Judging,

    /// Reviews judged at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,

    /// Leave the timings out of JSON lines; else they are those of the review that is read
    #[arg(long)]
    pub(crate) no_timings: bool,
}

/// By what photos are judged, and how their reviews are written.
#[derive(Debug, Args)]
pub(crate) struct Judging {
    /// How the reviews are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,

    /// Write the reviews to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Language of the texts [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,

    /// Thresholds: a policy that is carried along (see `shomei policy list`), or a file with what
    /// differs from one (TOML; see `shomei policy show`) [default: my-number-card]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) exceptions: Exceptions,
}

/// Exceptions that the rules know: covering for religion or illness, infants, disability.
#[derive(Debug, Args)]
pub(crate) struct Exceptions {
    /// Checks for which an exception is declared for all these photos: they refer instead of
    /// rejecting
    #[arg(
        long,
        value_name = "CODE[,CODE]",
        default_value = "",
        hide_default_value = true
    )]
    pub(crate) waive: Waivers,

    /// Exceptions of single photos: a CSV table with the columns `id` (or `file`) and `waive`,
    /// which holds codes with `;` between them. Other columns, such as a reason, are left alone
    #[arg(long, value_name = "FILE")]
    pub(crate) waivers: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// The labelled photos (CSV)
    pub(crate) manifest: PathBuf,

    /// The folder that the manifest's photos lie in
    #[arg(long, value_name = "DIR", required_unless_present = "reviews")]
    pub(crate) photos: Option<PathBuf>,

    /// Take the reviews from this file (`shomei review --format jsonl`) instead of making them.
    /// A review belongs to the photo that its id ends with
    #[arg(long, value_name = "FILE", conflicts_with = "jobs")]
    pub(crate) reviews: Option<PathBuf>,

    /// Also write a page with tables, error curves and what was judged wrongly; with --photos it
    /// shows these photos, and the people in them
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// Thresholds: a policy that is carried along (see `shomei policy list`), or a file with what
    /// differs from one (TOML; see `shomei policy show`) [default: my-number-card]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The subjects to evaluate on: all, or one of the halves that limits are chosen and
    /// reported on
    #[arg(long, value_enum, default_value_t = HalfArg::All)]
    pub(crate) half: HalfArg,

    /// Families of photos that were not made to have a defect; reported apart
    #[arg(
        long,
        value_name = "FAMILY,…",
        value_delimiter = ',',
        default_value = "ai,sdfd,openpeople"
    )]
    pub(crate) natural: Vec<String>,

    /// Choose limits on one half of the subjects, write them to this new file, and report on the
    /// other half what --policy and what the proposed limits do
    #[arg(long, value_name = "FILE", conflicts_with = "half")]
    pub(crate) calibrate: Option<PathBuf>,

    /// How the numbers are written
    #[arg(long, value_enum, default_value_t = EvalFormat::Human)]
    pub(crate) format: EvalFormat,

    /// Photos reviewed at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum HalfArg {
    /// All subjects
    All,
    /// Those that limits are chosen on
    Calibrate,
    /// Those that limits are reported on
    Report,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EvalFormat {
    /// Tables to read
    Human,
    /// One JSON object
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code; all are listed without one
    #[arg(value_parser = codes(), hide_possible_values = true)]
    pub(crate) code: Option<Code>,

    /// Language of titles and advice [default: from LC_ALL, LC_MESSAGES or LANG, else en]. The
    /// explanation itself is in English
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// List the policies that are carried along
    #[command(after_help = POLICY_HELP)]
    List,
    /// Print all thresholds of a policy as TOML, with their units and allowed ranges
    #[command(after_help = POLICY_HELP)]
    Show {
        /// A name of `shomei policy list`, or a file [default: my-number-card]
        #[arg(value_name = "NAME|FILE", conflicts_with = "policy")]
        shown: Option<PathBuf>,

        /// The same as an option
        #[arg(long, value_name = "NAME|FILE")]
        policy: Option<PathBuf>,
    },
    /// Check a policy file: say what it changes, or all that is wrong with it
    #[command(after_help = POLICY_HELP)]
    Check {
        /// The file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text to read
    Human,
    /// A `shomei.review/1` record a line
    Jsonl,
    /// A table with one row a photo
    Csv,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LangArg {
    /// Japanese
    Ja,
    /// English
    En,
}

/// The language asked for, else that of the environment.
pub(crate) fn lang(asked: Option<LangArg>) -> Lang {
    match asked {
        Some(LangArg::Ja) => Lang::Ja,
        Some(LangArg::En) => Lang::En,
        None => of_locale(|name| env::var(name).ok()),
    }
}

/// The first of the variables that is set counts, as POSIX has it.
fn of_locale(variable: impl Fn(&str) -> Option<String>) -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty());
    match locale {
        Some(locale) if locale.starts_with("ja") => Lang::Ja,
        _ => Lang::En,
    }
}

/// Refuses an unknown code with the nearest ones.
fn codes() -> impl TypedValueParser<Value = Code> {
    PossibleValuesParser::new(Code::ALL.iter().map(|code| code.as_str()))
        .try_map(|name| name.parse::<Code>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_is_sound_and_everything_is_documented() {
        fn documented(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            let after = command.get_after_help().map(ToString::to_string);
            let shows = after.is_some_and(|text| text.contains("  shomei "));
            assert!(shows, "{} shows no example", command.get_name());
            for argument in command.get_arguments() {
                assert!(argument.get_help().is_some(), "{}", argument.get_id());
            }
            command.get_subcommands().for_each(documented);
        }
        Cli::command().debug_assert();
        documented(&Cli::command());
    }

    #[test]
    fn the_locale_chooses_the_language() {
        let lang = |set: &[(&str, &str)]| {
            of_locale(|name| {
                let found = set.iter().find(|(key, _)| *key == name);
                found.map(|(_, value)| (*value).to_owned())
            })
        };
        assert_eq!(lang(&[]), Lang::En);
        assert_eq!(lang(&[("LANG", "ja_JP.UTF-8")]), Lang::Ja);
        assert_eq!(lang(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")]), Lang::En);
        assert_eq!(lang(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "")]), Lang::Ja);
    }

    #[test]
    fn wrong_values_are_named() {
        for (args, named) in [
            (vec!["review", "--jobs", "0", "x"], "--jobs"),
            (
                vec!["review", "--waive", "blurred", "x"],
                "blurred cannot be waived",
            ),
            (vec!["review"], "PATH"),
            (vec!["review", "--null", "x"], "--files-from"),
            (vec!["explain", "too_closs"], "'too_close'"),
        ] {
            let error = Cli::try_parse_from([vec!["shomei"], args].concat()).unwrap_err();
            assert!(error.to_string().contains(named), "{error}");
            assert_eq!(error.exit_code(), 2);
        }
    }
}
