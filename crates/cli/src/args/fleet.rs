//! The arguments of the fleet's commands.

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use shomei::Lang;
use tracing_subscriber::filter::LevelFilter;

use super::shared::{BatchArgs, Exceptions, choice, jobs, langs};

pub(super) const SUBMIT_HELP: &str = "\
Examples:
  shomei submit night.csv --nats nats://queue:4222
  shomei submit night.csv --nats tls://queue:4222 --creds submit.creds --photos s3://photos/night

The manifest is the same as for `shomei review --manifest`. Workers read each photo at --photos plus
the path in its row; a path that is a URL is used as it is. No photo is submitted twice, so you can
run the same command again to continue.

NATS_USER and NATS_PASSWORD, or NATS_TOKEN, are read from the environment.

Exit codes:
  0  all photos are submitted
  2  wrong usage or configuration, or an input or output error
130  stopped by SIGINT or SIGTERM before the last photo";

pub(super) const WORK_HELP: &str = "\
Examples:
  shomei work --nats nats://queue:4222 --jobs 4
  AWS_REGION=ap-northeast-1 shomei work --nats tls://queue:4222 --creds work.creds

Reads photos at file:// and s3:// URLs; AWS_REGION, AWS_ENDPOINT, AWS_ACCESS_KEY_ID and so on are
read from the environment, as are NATS_USER and NATS_PASSWORD, or NATS_TOKEN.

A missing photo is reviewed as unreadable, as in a local batch. After other failures the job is
retried, here or by another worker. After --deliveries tries it becomes a dead letter (subject
STREAM.dead, with the reason), and its photo gets a review with the outcome `unable`.

On SIGINT (Ctrl-C) or SIGTERM, the photos in flight are finished first. A second signal, at least
half a second later, stops at once; nothing is lost in either case.

Exit codes:
  0  stopped by a signal
  2  wrong usage or configuration, jobs for other models or policies, or an input or output error";

pub(super) const COLLECT_HELP: &str = "\
Examples:
  shomei collect --nats nats://queue:4222 --out reviews.jsonl
  shomei collect night.csv --nats nats://queue:4222 --out night.jsonl --resume --wait 600

Ends when every submitted photo has its review, or with a manifest, when every photo in it has. If
it stops or gives up earlier, it prints the missing ids on standard output. FILE and FILE.journal
are like those of `shomei review --format jsonl --out`, but the reviews are in any order.

Exit codes:
  0  every photo was accepted
  1  some photo was rejected, or referred to a person
  2  reviews are missing; wrong usage or configuration, or an input or output error
130  stopped by SIGINT or SIGTERM before the last review";

/// The server, the metrics and the log.
#[derive(Debug, Args)]
pub(crate) struct ServerArgs {
    /// The NATS server, or several separated by `,`
    #[arg(long, value_name = "URL")]
    pub(crate) nats: String,

    /// The name of the streams, which `shomei submit` creates
    #[arg(long, value_name = "NAME", default_value = "shomei")]
    pub(crate) stream: String,

    /// Credentials for the server, as `nsc` writes them
    #[arg(long, value_name = "FILE")]
    pub(crate) creds: Option<PathBuf>,

    /// Certificates (PEM) to verify the server with, in addition to those of the system
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Option<PathBuf>,

    /// A certificate (PEM) to show to the server
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_cert: Option<PathBuf>,

    /// The key (PEM) of --tls-cert
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    pub(crate) tls_key: Option<PathBuf>,

    /// Serve metrics for Prometheus at /metrics on this address
    #[arg(long, value_name = "ADDR:PORT")]
    pub(crate) metrics: Option<SocketAddr>,

    /// What is logged to standard error
    #[arg(long, default_value = "info", value_parser = choice([
        ("error", LevelFilter::ERROR, "Failures"),
        ("warn", LevelFilter::WARN, "Also failures that are retried"),
        ("info", LevelFilter::INFO, "Also start and end"),
        ("debug", LevelFilter::DEBUG, "Also the cause of each failure"),
    ]))]
    pub(crate) log_level: LevelFilter,

    /// Format of the log
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub(crate) log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Text
    Text,
    /// One JSON object on each line
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct SubmitArgs {
    /// A CSV table with the columns `application_id` and `path`, and optionally `waive` and
    /// `policy`
    #[arg(value_name = "MANIFEST")]
    pub(crate) manifest: PathBuf,

    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// Where the workers find the photos: s3://BUCKET/PREFIX, or a folder that all machines see at
    /// the same path [default: the folder of the manifest]
    #[arg(long, value_name = "URL|DIR")]
    pub(crate) photos: Option<String>,

    /// The policy: a name from `shomei policy list`, or a TOML file with the limits to change (see
    /// `shomei policy show`); the workers need the file as well [default: my-number-card]
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) exceptions: Exceptions,

    /// Language of the texts [default: from LC_ALL, LC_MESSAGES or LANG, else en]
    #[arg(long, value_parser = langs())]
    pub(crate) lang: Option<Lang>,

    /// Leave the timings out of the reviews, so that every run writes the same output
    #[arg(long)]
    pub(crate) no_timings: bool,

    /// How many servers of a NATS cluster keep each message; used when the streams are created
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=5))]
    pub(crate) replicas: u8,

    /// Show no progress bar
    #[arg(long)]
    pub(crate) no_progress: bool,
}

#[derive(Debug, Args)]
pub(crate) struct WorkArgs {
    #[command(flatten)]
    pub(crate) server: ServerArgs,

    /// Photos reviewed at the same time [default: one for each processor]
    #[arg(long, value_name = "N", value_parser = jobs())]
    pub(crate) jobs: Option<NonZeroUsize>,

    /// A policy file that photos may be submitted with, in addition to the built-in policies; may
    /// be given several times
    #[arg(long, value_name = "NAME|FILE")]
    pub(crate) policy: Vec<PathBuf>,

    /// Give a photo to another worker after this many seconds without a message from the first
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(3..=600))]
    pub(crate) ack_wait: u64,

    /// How often a photo is tried before it becomes a dead letter
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

    /// Give up after this many seconds without a new review [default: never]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) wait: Option<u64>,
}
