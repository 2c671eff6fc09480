//! The command line, the log, the signals and the exit codes.

use std::io::{self, Write};
use std::panic;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Parser;
use shomei::{Policy, Reviewer};
use shomei_service::{Config, LogFormat, ServeError, Server, Settings};
use tokio::runtime::Runtime;
use tokio::signal::unix::{SignalKind, signal};

const HELP: &str = "\
Settings come from the file of --config, from the environment (SHOMEI_ plus the name of the flag,
such as SHOMEI_MAX_BODY), and from flags; later ones override earlier ones. The file is TOML; its
keys are the names of the flags with `_` instead of `-`. --print-config prints such a file. Write
bytes as a number or with a unit (16MiB), and times with a unit (500ms, 30s).

After SIGTERM or SIGINT, /readyz and new photos get 503, admitted requests are answered, and the
process ends with 0. Wait for --drain-timeout and a little longer before you kill it.

Examples:
  shomei-service
  shomei-service --listen 0.0.0.0:8080 --workers 4 --log-format json
  curl --data-binary @photo.jpg -H 'content-type: image/jpeg' 'localhost:8080/v1/reviews?lang=en'

Exit codes:
  0  stopped by a signal; all admitted requests were answered
  1  the reviewer cannot be built (the networks were altered), or requests were cut off at shutdown
  2  wrong usage or configuration, or a port that is not available";

/// Reviews ID photos for the My Number Card over HTTP. Stores nothing.
#[derive(Debug, Parser)]
#[command(name = "shomei-service", version, after_help = HELP, max_term_width = 100)]
struct Args {
    /// A TOML file with settings
    #[arg(long, env = "SHOMEI_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the settings in force, as a TOML file, and exit
    #[arg(long)]
    print_config: bool,
    #[command(flatten)]
    settings: Settings,
}

const FAILED: u8 = 1;
const USAGE: u8 = 2;

pub(crate) fn run() -> ExitCode {
    // Exits with 2 itself if the arguments are wrong.
    let args = Args::parse();
    let (config, policy) = match configured(args.config.as_ref(), args.settings) {
        Ok(configured) => configured,
        Err(error) => return ended(&error, USAGE),
    };
    if args.print_config {
        // If standard output is closed, nobody can read an error either.
        let _written = io::stdout().write_all(config.to_toml().as_bytes());
        return ExitCode::SUCCESS;
    }
    log(&config);
    match serve(config, policy) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let usage = matches!(error.downcast_ref(), Some(ServeError::Listen { .. }));
            ended(&error, if usage { USAGE } else { FAILED })
        }
    }
}

fn configured(file: Option<&PathBuf>, settings: Settings) -> Result<(Config, Policy)> {
    let file = file.map_or_else(|| Ok(Settings::default()), Settings::read)?;
    let config = settings.or(file).effective()?;
    let policy = config.load_policy()?;
    Ok((config, policy))
}

fn ended(error: &anyhow::Error, code: u8) -> ExitCode {
    let _written = writeln!(io::stderr().lock(), "error: {error:#}");
    ExitCode::from(code)
}

fn serve(config: Config, policy: Policy) -> Result<()> {
    let runtime = Runtime::new().context("cannot start threads")?;
    let limits = config.limits();
    let served = runtime.block_on(async {
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let server = Server::bind(config).await?;
        let (listen, metrics_listen) = server.addresses();
        tracing::info!(%listen, %metrics_listen, "listening");
        let build = move || Reviewer::builder().policy(policy).limits(limits).build();
        let stop = async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        server.run(build, stop).await?;
        Ok(())
    });
    // Does not wait for reviews whose client is gone.
    runtime.shutdown_background();
    served
}

/// Starts the log on standard error. A panic is logged by its place only: its message could contain
/// parts of a photo.
fn log(config: &Config) {
    let log = tracing_subscriber::fmt()
        .with_max_level(config.log_level)
        .with_writer(io::stderr)
        .with_target(false);
    match config.log_format {
        LogFormat::Text => log.with_ansi(false).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        tracing::error!(place, "panicked");
    }));
}
