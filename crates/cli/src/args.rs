//! The arguments of the command line. The comments are the help texts.

use std::env;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Args, Parser, Subcommand, ValueEnum};
use shomei::{Code, Lang};
use shomei_batch::Sources;
use shomei_eval::Half;
use shomei_report::{CountsFormat, Grouping};

#[cfg(feature = "fleet")]
mod fleet;
mod shared;

pub(crate) use shared::{BatchArgs, Exceptions, ProgressArg};
use shared::{choice, jobs, langs};

#[cfg(feature = "fleet")]
pub(crate) use fleet::{CollectArgs, LogFormat, ServerArgs, SubmitArgs, WorkArgs};

const EXIT_CODES: &str = "\
Examples:
  shomei review photo.jpg
  shomei review photos --format jsonl --out reviews.jsonl
  shomei report reviews.jsonl --out report

Exit codes:
  0  every photo was accepted
  1  some photo was rejected, or referred to a person
  2  wrong usage or configuration, or an input or output error";

const REVIEW_HELP: &str = "\
Examples:
  shomei review photo.jpg
  shomei review photos --format jsonl --out reviews.jsonl --exclude '*.csv'
  find photos -name '*.jpg' -print0 | shomei review --null --files-from -
  shomei review --manifest night.csv --format jsonl --out reviews.jsonl --resume
  zstd -dc photos.tar.zst | shomei review --tar - --format jsonl --out reviews.jsonl
  shomei review - < photo.jpg

Resuming. If a batch that writes JSON lines to --out stops for any reason, run the same command with
--resume to continue it. Each photo is in the output once, and an incomplete line is written again.
FILE.journal records how the batch was started. Resuming is refused if the policy, version, models,
language, list of photos, exceptions, --fast or --no-timings differ. If the process is killed, the
reviews written so far are kept; a power cut can lose the last 2 s. On SIGINT (Ctrl-C) or SIGTERM,
the photos in flight are finished first; a second signal, at least half a second later, stops at
once. In every format, an --out file that is not empty is refused without --resume or --overwrite.

Ids. The id of a photo is its path as given. If a path is not UTF-8, bytes that cannot be written
become %XX, and % becomes %25. A photo that is given twice is refused before the first review (in an
archive on standard input, when the second one is read).

Directories. A glob without a slash matches names at any depth; a glob with a slash matches the path
below the directory argument. Files that you name yourself are always reviewed.

Archives. Links, and entries whose path escapes the archive (`..` or absolute), are reviewed as
unreadable; the latter are also reported as an error at the end. Hidden entries are left out, as in
directories. Decompress a compressed archive first, as in the example above.

Exceptions. The ids in the table of --waivers are those of the output. An id with an exception that
matches no photo is an error, which is reported after all reviews are written.

Exit codes:
  0  every photo was accepted
  1  some photo was rejected, or referred to a person
  2  wrong usage or configuration, or an input or output error
130  stopped by SIGINT or SIGTERM before the last photo";

const JUDGE_HELP: &str = "\
Examples:
  shomei judge reviews.jsonl --policy my-policy.toml
  shomei judge - --format jsonl --out again.jsonl < reviews.jsonl

Ids, measurements and the recorded version stay as they are. A check is skipped if the review comes
from a version that did not measure it yet; to judge it, review the photos again.

Exceptions in a review stay in force. A row of --waivers replaces those of its photo (an empty cell
removes them), and --waive adds to all.

Blank lines are skipped. The first line that is not a review stops the command with an error; the
reviews before it are written. A line can be at most 4 MiB long.

Exit codes:
  0  every photo was accepted
  1  some photo was rejected, or referred to a person
  2  wrong usage or configuration, or an input or output error";

const EVAL_HELP: &str = "\
Examples:
  shomei eval testdata/expected.csv --photos testdata/photos
  shomei eval labels.csv --photos photos --html report.html
  shomei eval labels.csv --reviews reviews.jsonl --policy stricter.toml --half report
  shomei eval labels.csv --reviews reviews.jsonl --by age_group --by glasses
  shomei eval labels.csv --reviews reviews.jsonl --calibrate proposed.toml

The manifest is a CSV file (UTF-8, with a header). Columns are found by name, in any order:
  file      the photo's path inside --photos; each path once
  verdict   accept, reject, or unclear if the rules leave it open (refer means the same)
  defects   labels joined by `;`: codes of `shomei explain`, or older names such as hat, yaw, blur
  subject   optional: who is in the photo. All photos of a person are in the same half
  family    optional: how the photo was made [default: the file name up to the first `_`]
  sides     optional: top, bottom, left, right joined by `;`: where the head is cut
  note      optional

With --by, any column can form groups. Photos with an empty cell are a group of their own. Groups of
fewer than 20 good (or bad) photos are marked and left out of the largest gap, because chance alone
can make their rates. Intervals are at 95 % (Wilson for rates, Newcombe for gaps).

Photos are judged by --policy, whatever policy the reviews were made with.

Exit codes:
  0  the evaluation is complete, whatever its result
  2  wrong usage or configuration, a photo without a review or with two, or an input or output
     error";

const REPORT_HELP: &str = "\
Examples:
  shomei report reviews.jsonl --out report
  shomei report reviews.jsonl --photos photos --thumbnails --out report --lang ja

Open index.html in the new folder. It needs no server and no network. The gallery shows the worst
photos first: rejected, then referred, then accepted, each by the number of reasons. With
--thumbnails it shows the photos; without it, only outlines and regions.

A photo is found in --photos by its id, or by the end of its id. A file whose length differs from
the reviewed one counts as missing. Missing photos stay in the gallery and have their own filter.

Exit codes:
  0  the site is written
  2  wrong usage or configuration, or an input or output error";

const SUMMARY_HELP: &str = "\
Examples:
  shomei summary reviews.jsonl
  shomei summary reviews.jsonl --by folder --format csv

Reviews contain no date. To count by day, use one folder for each day and --by folder.

Exit codes:
  0  the counts are written
  2  wrong usage or configuration, or an input or output error";

const NOTICE_HELP: &str = "\
Examples:
  shomei notice reviews.jsonl --lang ja --out notices
  shomei notice --show-template --lang en > mine.txt
  shomei notice reviews.jsonl --lang en --template mine.txt --out notices

Writes a text for each rejected photo, and notices.csv for a mail merge: UTF-8 with a byte order
mark, for spreadsheets, and the columns id, count, codes, reasons, advice, notice, file.

Placeholders of a template:
  {{id}}                         the id of the photo
  {{count}}                      the number of reasons
  {{#reasons}} … {{/reasons}}    the text between them, for each reason that rejected the photo
  inside: {{number}}, {{code}}, {{title}}, {{text}} (what is wrong), {{advice}} (what to do)

Exit codes:
  0  the notices are written
  2  wrong usage or configuration, or an input or output error";

const CROP_HELP: &str = "\
Examples:
  shomei crop reviews.jsonl --photos photos --out cards
  shomei crop reviews.jsonl --photos photos --out cards --dpi 300 > crops.csv

Cuts 22.0 × 27.5 mm from the original pixels of each accepted photo: 520 × 650 pixels at 600 dpi,
260 × 325 at 300. The head takes 34/45 of the height and the space above it 4/45. The picture is a
little wider than 35:45, so it shows 2.9 % more at the sides. If the photo ends there, it shows less
at the bottom instead. Pictures are upright sRGB JPEG files.

Standard output is a table with one row for each review: id, result, file, head_mm, above_mm,
enlarged, guide. The result is cut, not_accepted, not_found, changed (not the file that was
reviewed) or unreadable. `enlarged` is above 1 if the photo has fewer pixels than the card. `guide`
is `yes` if, of 45 mm, the head takes 34 ± 2 and the space above it 4 ± 2.

Exit codes:
  0  every accepted photo was cut
  2  some accepted photo was not cut; wrong usage or configuration, or an input or output error";

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

A policy file needs only what differs from its base. The default base is my-number-card:
  name = \"my-policy\"
  base = \"japan-passport\"
  [turned]
  reject_above = 12";

/// Reviews ID photos for Japan's My Number Card (個人番号カード) and gives a reason for each verdict
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
    /// Judge stored reviews again, with other limits or exceptions, without the photos
    #[command(after_help = JUDGE_HELP)]
    Judge(JudgeArgs),
    /// Measure the accuracy of reviews on labelled photos
    #[command(after_help = EVAL_HELP)]
    Eval(EvalArgs),
    /// Explain a code: what is refused, why, and what to do
    #[command(after_help = EXPLAIN_HELP)]
    Explain(ExplainArgs),
    /// List, print and check policies: the limits that photos are judged by
    #[command(subcommand, after_help = POLICY_HELP)]
    Policy(PolicyCommand),
    /// Make a site to look through reviews, with counts, measurements and a gallery
    #[command(after_help = REPORT_HELP)]
    Report(ReportArgs),
    /// Count reviews by verdict, and by reason or folder
    #[command(after_help = SUMMARY_HELP)]
    Summary(SummaryArgs),
    /// Write a text to each applicant whose photo was rejected: what is wrong, and what to do
    #[command(after_help = NOTICE_HELP)]
    Notice(NoticeArgs),
    /// Cut the card's picture from accepted photos
    #[command(after_help = CROP_HELP)]
    Crop(CropArgs),
    /// Put photos into a queue for workers on many machines
    #[cfg(feature = "fleet")]
    #[command(after_help = fleet::SUBMIT_HELP)]
    Submit(SubmitArgs),
    /// Review photos from the queue until stopped by a signal
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
    /// A policy that the reviews were judged by, if it is not built in; may be given several times
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Vec<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    #[command(flatten)]
    pub(crate) stored: StoredArgs,

    /// The folder for the site, new or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// The folder with the photos, or the manifest that they were reviewed with
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) photos: Option<PathBuf>,

    /// Include the photos in the site, which then shows the applicants
    #[arg(long, requires = "photos")]
    pub(crate) thumbnails: bool,

    /// Language of index.html; all pages exist in both languages [default: from LC_ALL, LC_MESSAGES
    /// or LANG, else en]
    #[arg(long, value_parser = langs())]
    pub(crate) lang: Option<Lang>,
}

#[derive(Debug, Args)]
pub(crate) struct SummaryArgs {
    #[command(flatten)]
    pub(crate) stored: StoredArgs,

    /// What the rows count
    #[arg(long, default_value = "reason", value_parser = choice([
        ("reason", Grouping::Reason, "A row for each code"),
        ("folder", Grouping::Folder, "A row for each folder: the id up to its last slash"),
    ]))]
    pub(crate) by: Grouping,

    /// Output format
    #[arg(long, default_value = "table", value_parser = choice([
        ("table", CountsFormat::Table, "Aligned columns"),
        ("csv", CountsFormat::Csv, "CSV with a header"),
        ("json", CountsFormat::Json, "One JSON object"),
    ]))]
    pub(crate) format: CountsFormat,

    /// Language of the reasons [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_parser = langs())]
    pub(crate) lang: Option<Lang>,
}

#[derive(Debug, Args)]
pub(crate) struct NoticeArgs {
    /// Reviews as `shomei review --format jsonl` writes them; `-` is standard input
    #[arg(value_name = "REVIEWS", required_unless_present = "show_template")]
    pub(crate) reviews: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) policies: Policies,

    /// The folder for the notices, new or empty
    #[arg(long, value_name = "DIR", required_unless_present = "show_template")]
    pub(crate) out: Option<PathBuf>,

    /// The text of a notice, with placeholders [default: the text that --show-template prints]
    #[arg(long, value_name = "FILE")]
    pub(crate) template: Option<PathBuf>,

    /// Print the default template
    #[arg(long, conflicts_with_all = ["reviews", "template", "out", "policy"])]
    pub(crate) show_template: bool,

    /// Language of the notices [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_parser = langs())]
    pub(crate) lang: Option<Lang>,
}

#[derive(Debug, Args)]
pub(crate) struct CropArgs {
    #[command(flatten)]
    pub(crate) stored: StoredArgs,

    /// The folder with the photos, or the manifest that they were reviewed with
    #[arg(long, value_name = "DIR|MANIFEST")]
    pub(crate) photos: PathBuf,

    /// The folder for the pictures of the applicants, new or empty
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,

    /// Dots per inch
    #[arg(long, default_value = "600", value_parser = choice([
        ("300", 300_u16, "260 × 325 pixels"),
        ("600", 600_u16, "520 × 650 pixels"),
    ]))]
    pub(crate) dpi: u16,

    /// Photos cut at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs())]
    pub(crate) jobs: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum)]
    pub(crate) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
pub(crate) struct ManArgs {
    /// The folder for the pages
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct ReviewArgs {
    /// Photos and directories, or `-` for one photo on standard input. In a directory, every
    /// regular file is reviewed, sorted by name, unless its name begins with a dot
    #[arg(
        value_name = "PATH",
        required_unless_present_any = ["files_from", "manifest", "tar"]
    )]
    pub(crate) paths: Vec<PathBuf>,

    /// Review the photos in this CSV table. It has the columns `application_id` (the id in the
    /// output) and `path` (relative to the table's folder), and optionally `waive` (codes
    /// separated by `;`) and `policy` (a name, or a file relative to the table's folder)
    #[arg(long, value_name = "FILE")]
    pub(crate) manifest: Option<PathBuf>,

    /// Review the photos in this tar archive without unpacking it; `-` is standard input. The
    /// names in the archive are the ids
    #[arg(long, value_name = "FILE")]
    pub(crate) tar: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) batch: BatchArgs,

    #[command(flatten)]
    pub(crate) judging: Judging,

    /// Photos reviewed at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs())]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Write a PNG of each photo to this directory, with what was found drawn over it
    #[arg(long, value_name = "DIR")]
    pub(crate) overlay: Option<PathBuf>,

    /// Read more paths from this file, one on each line; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) files_from: Option<PathBuf>,

    /// Paths in --files-from end with NUL instead of a line break
    #[arg(short = '0', long, requires = "files_from")]
    pub(crate) null: bool,

    /// In directories, review only files that match one of these
    #[arg(long, value_name = "GLOB")]
    pub(crate) include: Vec<String>,

    /// In directories, leave out files and directories that match one of these
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,

    /// Stop looking at a photo as soon as it is rejected. Verdicts are the same and come sooner,
    /// but reasons may be missing. Such reviews have a value in `measurements.stopped_after`
    #[arg(long)]
    pub(crate) fast: bool,

    /// Leave the timings out of JSON lines, so that every run writes the same output
    #[arg(long)]
    pub(crate) no_timings: bool,
}

impl ReviewArgs {
    /// Where the photos come from.
    pub(crate) fn sources(&self) -> Sources {
        Sources {
            paths: self.paths.clone(),
            list: self.files_from.clone(),
            null: self.null,
            manifest: self.manifest.clone(),
            archive: self.tar.clone(),
            include: self.include.clone(),
            exclude: self.exclude.clone(),
        }
    }

    /// The tables and archives that are read, and the policy.
    pub(crate) fn inputs(&self) -> impl Iterator<Item = &Path> {
        let judging = &self.judging;
        let files = [&self.files_from, &self.manifest, &self.tar];
        let more = [&judging.policy, &judging.exceptions.waivers];
        files.into_iter().chain(more).filter_map(Option::as_deref)
    }
}

#[derive(Debug, Args)]
pub(crate) struct JudgeArgs {
    /// Reviews as `shomei review --format jsonl` writes them; `-` is standard input
    #[arg(value_name = "REVIEWS")]
    pub(crate) reviews: PathBuf,

    #[command(flatten)]
    pub(crate) judging: Judging,

    /// Reviews judged at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs())]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// Leave the timings out of JSON lines; otherwise they are those of the stored review
    #[arg(long)]
    pub(crate) no_timings: bool,
}

/// How photos are judged and their reviews written.
#[derive(Debug, Args)]
pub(crate) struct Judging {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,

    /// Write the reviews to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Language of the texts [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_parser = langs())]
    pub(crate) lang: Option<Lang>,

    /// The policy: a name from `shomei policy list`, or a TOML file with the limits to change (see
    /// `shomei policy show`) [default: my-number-card]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) exceptions: Exceptions,
}

#[derive(Debug, Args)]
pub(crate) struct EvalArgs {
    /// The labelled photos (CSV)
    pub(crate) manifest: PathBuf,

    /// The folder with the photos of the manifest
    #[arg(long, value_name = "DIR", required_unless_present = "reviews")]
    pub(crate) photos: Option<PathBuf>,

    /// Read the reviews from this file (`shomei review --format jsonl`) instead of making them. The
    /// id of a review must end with the path of its photo
    #[arg(long, value_name = "FILE", conflicts_with = "jobs")]
    pub(crate) reviews: Option<PathBuf>,

    /// Also write an HTML page with tables, error curves and wrong verdicts. With --photos, the
    /// page contains the photos
    #[arg(long, value_name = "FILE")]
    pub(crate) html: Option<PathBuf>,

    /// The policy: a name from `shomei policy list`, or a TOML file with the limits to change (see
    /// `shomei policy show`) [default: my-number-card]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// The subjects to evaluate: all, or one half. --calibrate chooses limits on one half and
    /// reports on the other
    #[arg(long, default_value = "all", value_parser = choice([
        ("all", Half::All, "All subjects"),
        ("calibrate", Half::Calibrate, "The half that limits are chosen on"),
        ("report", Half::Report, "The half that results are reported on"),
    ]))]
    pub(crate) half: Half,

    /// Families of natural photos, which were not made to have a defect; reported separately
    #[arg(
        long,
        value_name = "FAMILY,…",
        value_delimiter = ',',
        default_value = "ai,sdfd,openpeople"
    )]
    pub(crate) natural: Vec<String>,

    /// Also report good photos bothered and bad ones missed by the values of this column of the
    /// manifest, such as the age group or skin tone; may be given several times
    #[arg(long, value_name = "COLUMN")]
    pub(crate) by: Vec<String>,

    /// Choose limits on one half of the subjects and write them to this new file. On the other
    /// half, report the results of --policy and of the proposed limits
    #[arg(long, value_name = "FILE", conflicts_with = "half")]
    pub(crate) calibrate: Option<PathBuf>,

    /// Output format
    #[arg(long, value_enum, default_value_t = EvalFormat::Human)]
    pub(crate) format: EvalFormat,

    /// Photos reviewed at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs())]
    pub(crate) jobs: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum EvalFormat {
    /// Text with tables
    Human,
    /// One JSON object
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code; without it, all codes are listed
    #[arg(value_parser = codes(), hide_possible_values = true)]
    pub(crate) code: Option<Code>,

    /// Language of titles and advice [default: from LC_ALL, LC_MESSAGES or LANG, else en]. The
    /// explanation itself is in English
    #[arg(long, value_parser = langs())]
    pub(crate) lang: Option<Lang>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// List the built-in policies
    #[command(after_help = POLICY_HELP)]
    List,
    /// Print all limits of a policy as TOML, with their units and allowed ranges
    #[command(after_help = POLICY_HELP)]
    Show {
        /// A name from `shomei policy list`, or a file [default: my-number-card]
        #[arg(value_name = "NAME|FILE", conflicts_with = "policy")]
        shown: Option<PathBuf>,

        /// The same, as an option
        #[arg(long, value_name = "NAME|FILE")]
        policy: Option<PathBuf>,
    },
    /// Check a policy file: print what it changes, or list all its mistakes
    #[command(after_help = POLICY_HELP)]
    Check {
        /// The policy file
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// Text
    Human,
    /// One `shomei.review/1` record on each line
    Jsonl,
    /// A table with one row for each photo
    Csv,
}

/// The command that was asked for and is missing from this build.
pub(crate) fn missing_command(answer: &clap::Error) -> Option<&str> {
    const OF_A_FLEET: [&str; 3] = ["submit", "work", "collect"];
    match answer.get(ContextKind::InvalidSubcommand) {
        Some(ContextValue::String(asked)) if OF_A_FLEET.contains(&asked.as_str()) => Some(asked),
        _ => None,
    }
}

/// The language asked for, else that of the environment.
pub(crate) fn lang(asked: Option<Lang>) -> Lang {
    asked.unwrap_or_else(|| of_locale(|name| env::var(name).ok()))
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
