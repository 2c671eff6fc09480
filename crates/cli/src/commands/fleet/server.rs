//! The server of a fleet, and the log of what is said to it.

use std::env;
use std::io;

use anyhow::{Result, ensure};
use shomei_fleet::Access;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::args::{LogFormat, ServerArgs};

/// The credentials. Secrets come from the environment, where other users cannot see them.
pub(super) fn access(args: &ServerArgs) -> Result<Access> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    let (user, password) = (variable("NATS_USER"), variable("NATS_PASSWORD"));
    ensure!(
        user.is_some() == password.is_some(),
        "set both NATS_USER and NATS_PASSWORD, or neither"
    );
    let mut access = Access::new(&args.nats);
    access.user = user.zip(password);
    access.token = variable("NATS_TOKEN");
    access.credentials.clone_from(&args.creds);
    access.ca.clone_from(&args.tls_ca);
    access.certificate = args.tls_cert.clone().zip(args.tls_key.clone());
    Ok(access)
}

/// Starts the log on standard error. It contains only our own messages: those of the clients contain
/// addresses of photos.
pub(super) fn log(args: &ServerArgs) {
    let layer = fmt::layer()
        .with_writer(io::stderr)
        .with_target(false)
        .with_ansi(false);
    let layer = match args.log_format {
        LogFormat::Text => layer.boxed(),
        LogFormat::Json => layer.json().flatten_event(true).boxed(),
    };
    let ours = Targets::new().with_target("shomei_fleet", args.log_level);
    // A program that links this crate may have set a log already.
    let _set = registry().with(layer.with_filter(ours)).try_init();
}
