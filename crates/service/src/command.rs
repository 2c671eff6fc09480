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
Settings come from the file of --config, from the environment (SHOMEI_ and the name of the flag:
SHOMEI_MAX_BODY) and from flags; later ones win. The file is TOML with the names of the flags, `_`
for `-`; --print-config prints one. Bytes are a number or such as 16MiB, times such as 500ms or
30s.

SIGTERM and SIGINT drain: /readyz and new photos get 503, what was let in is answered, and the
process ends with 0. Give it --drain-timeout and a little more before it is killed.

Examples:
  shomei-service
  shomei-service --listen 0.0.0.0:8080 --workers 4 --log-format json
  curl --data-binary @photo.jpg -H 'content-type: image/jpeg' 'localhost:8080/v1/reviews?lang=en'

Exit codes:
  0  stopped by a signal; all that was let in is answered
  1  the reviewer cannot be built (the networks were altered), or requests were cut at the end of the drain
  2  wrong usage or configuration, or a port cannot be taken";

/// Reviews ID photos for the My Number Card over HTTP. Stores nothing.
#[derive(Debug, Parser)]
#[command(name = "shomei-service", version, after_help = HELP, max_term_width = 100)]
struct Args {
    /// A TOML file with settings
    #[arg(long, env = "SHOMEI_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the settings that are in force, as such a file, and end
    #[arg(long)]
    print_config: bool,
    #[command(flatten)]
    settings: Settings,
}

const FAILED: u8 = 1;
const USAGE: u8 = 2;

pub(crate) fn run() -> ExitCode {
    // Ends with 2 itself if there is something to complain about.
    let args = Args::parse();
    let (config, policy) = match configured(args.config.as_ref(), args.settings) {
        Ok(configured) => configured,
        Err(error) => return ended(&error, USAGE),
    };
    if args.print_config {
        // There is nowhere to complain if that is closed.
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
    let runtime = Runtime::new().context("threads cannot be started")?;
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
    // A review whose client is gone is not waited for.
    runtime.shutdown_background();
    served
}

/// The log to standard error. A panic is told by its place: its message could show parts of a
/// photo's data.
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
