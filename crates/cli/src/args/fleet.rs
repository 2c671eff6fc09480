//! What can be said to the commands of the fleet.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{BatchArgs, Exceptions, LangArg};

pub(super) const SUBMIT_HELP: &str = "\
Examples:
  shomei submit night.csv --nats nats://queue:4222
  shomei submit night.csv --nats tls://queue:4222 --creds submit.creds --photos s3://photos/night

The manifest is that of `shomei review --manifest`. Workers read the photos at --photos and the
path of the row; a path that is a URL itself is taken as it is. What was submitted once is not
submitted again, so that the same command goes on where it was stopped.

NATS_USER and NATS_PASSWORD, or NATS_TOKEN, are read from the environment.

Exit codes:
  0  all photos are submitted
  2  wrong usage or configuration, or an error of input or output
130  stopped by SIGINT or SIGTERM before the last photo";

pub(super) const WORK_HELP: &str = "\
Examples:
  shomei work --nats nats://queue:4222 --jobs 4
  AWS_REGION=ap-northeast-1 shomei work --nats tls://queue:4222 --creds work.creds

Reads photos at file:// and s3:// URLs; AWS_REGION, AWS_ENDPOINT, AWS_ACCESS_KEY_ID and so on are
read from the environment, as are NATS_USER and NATS_PASSWORD, or NATS_TOKEN.

A photo that is not there is reviewed as unreadable, as in a batch. Other failures are tried again,
here or elsewhere; after --deliveries the job becomes a dead letter (subject STREAM.dead, with the
reason), and its photo has a review that says that it is unable.

SIGINT (Ctrl-C) and SIGTERM end it after the photos in flight; a second one, half a second later or
more, ends it at once, and nothing is lost by that either.

Exit codes:
  0  ended by a signal
  2  wrong usage or configuration, other models or policies than the photos are for, or an error of
     input or output";

pub(super) const COLLECT_HELP: &str = "\
Examples:
  shomei collect --nats nats://queue:4222 --out reviews.jsonl
  shomei collect night.csv --nats nats://queue:4222 --out night.jsonl --resume --wait 600

Ends when the review of every submitted photo is there, or with a manifest, of each of its photos.
Stopped or given up before, it prints the ids that are missing on standard output. FILE and
FILE.journal are those of `shomei review --format jsonl --out`, in any order.

Exit codes:
  0  every photo was accepted
  1  some photo was rejected, or referred to a person
  2  reviews are missing; wrong usage or configuration, or an error of input or output
130  stopped by SIGINT or SIGTERM before the last review";

/// The server, and what is said meanwhile.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The NATS server, or several with `,` between them
    #[arg(long, value_name = "URL")]
    pub(crate) nats: String,

    /// The name of the streams, which `shomei submit` creates
    #[arg(long, value_name = "NAME", default_value = "shomei")]
    pub(crate) stream: String,

    /// Credentials for the server, as `nsc` writes them
    #[arg(long, value_name = "FILE")]
    pub(crate) creds: Option<PathBuf>,

    /// Certificates (PEM) to trust the server by, besides those of the system
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,

    /// A certificate (PEM) to show to the server
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The key (PEM) of --tls-cert
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Serve metrics for Prometheus at /metrics of this address
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) metrics: Option<SocketAddr>,

    /// What is logged to standard error; no ids of photos
    #[arg(long, value_enum, default_value_t = LogLevel::Info)]
    pub(crate) log_level: LogLevel,

    /// How it is logged
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogLevel {
    /// What has failed
    Error,
    /// What goes wrong and is tried again
    Warn,
    /// That it begins and ends
    Info,
    /// Each failure; may show names of photos
    Debug,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines to read
    Text,
    /// A JSON object a line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct SubmitArgs {
    /// A CSV table with the columns `application_id` and `path` and, if you like, `waive` and
    /// `policy`
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: PathBuf,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// Where the workers find the photos: s3://BUCKET/PREFIX, or a folder that all machines see at
    /// the same place [default: the folder of the manifest]
    #[arg(long, value_name = "URL|DIR")]
    pub(crate) photos: Option<String>,

    /// Thresholds: a policy that is carried along (see `shomei policy list`), or a file with what
    /// differs from one (TOML; see `shomei policy show`), which the workers need as well [default:
    /// my-number-card]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) exceptions: Exceptions,

    /// Language of the texts [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_enum)]
    pub(crate) lang: Option<LangArg>,

    /// Leave the timings out of the reviews, so that they are the same in every run
    #[arg(long)]
    pub(crate) no_timings: bool,

    /// Servers of a NATS cluster that keep each message, where the streams are new
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(crate) replicas: u8,

    /// Show no bar
    #[arg(long)]
    pub(crate) no_progress: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// Photos reviewed at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(crate) jobs: Option<u16>,

    /// A policy file that photos may be submitted with, besides the policies that are carried along;
    /// may be given several times
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Vec<PathBuf>,

    /// Seconds without a word of its worker after which a photo is given to another one
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(3..=600))]
    pub(crate) ack_wait: u64,

    /// How often a photo is tried before it is given up
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) deliveries: u16,
}

#[derive(Debug, Args)]
pub(crate) struct CollectArgs {
    /// Collect the reviews of this manifest only
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// Write the reviews to this file
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,

    #[command(flatten)]
    pub(crate) batch: BatchArgs,

    /// Seconds without a new review after which it is given up [default: never]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
}
