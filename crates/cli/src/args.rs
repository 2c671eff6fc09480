//! What can be said on the command line. The comments are the help texts.

use std::env;
use std::path::PathBuf;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use shomei::{Code, Lang, Waivers};

const EXIT_CODES: &str = "\
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
language, list of photos or other exceptions it does not go on. What was written survives the end
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

    /// How the reviews are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,

    /// Write the reviews to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Language of the texts [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,

    /// Photos reviewed at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,

    /// Thresholds: a policy that is carried along (see `shomei policy list`), or a file with what
    /// differs from one (TOML; see `shomei policy show`) [default: my-number-card]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) exceptions: Exceptions,

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

    /// How the reviews are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    pub(crate) format: Format,

    /// Write the reviews to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,

    /// Language of the texts [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,

    /// Reviews judged at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,

    /// Thresholds: a policy that is carried along (see `shomei policy list`), or a file with what
    /// differs from one (TOML; see `shomei policy show`) [default: my-number-card]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) exceptions: Exceptions,

    /// Leave the timings out of JSON lines; else they are those of the review that is read
    #[arg(long)]
    pub(crate) no_timings: bool,
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
