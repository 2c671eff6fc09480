//! Settings: defaults, a TOML file, `SHOMEI_*` variables and flags; later ones override earlier ones.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::time::Duration;
use std::{fs, io, thread};

use serde::de::{Deserializer, Visitor};
use serde::{Deserialize, de};
use shomei::{Limits, LoadError, Policy};
use tracing::Level;

/// The largest number of connections, of workers and of waiting photos.
const MOST: usize = 65_536;

/// The largest `upload_memory`, in bytes.
const MOST_MEMORY: u64 = 1 << 40;

/// The longest time that can be set.
const LONGEST: Duration = Duration::from_secs(3600);

/// The effective settings of a service.
///
/// ```
/// use shomei_service::Config;
///
/// let mut config = Config::default();
/// config.queue = 2;
/// assert!(config.to_toml().contains("queue = 2\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Config {
    /// Where reviews are served; port 0 picks a free port.
    pub listen: SocketAddr,
    /// Where only `/metrics` is served.
    pub metrics_listen: SocketAddr,
    /// How many connections may be open on each of the two addresses; others wait to be accepted.
    pub connections: usize,
    /// Photos that are reviewed at the same time.
    pub workers: NonZeroUsize,
    /// How many photos may wait for a worker; others are refused (429).
    pub queue: usize,
    /// How many bytes a photo may have; larger ones are refused (413).
    pub max_body: u64,
    /// How many bytes all uploads may hold together, until their reviews end; others are refused
    /// (429).
    pub upload_memory: u64,
    /// How long headers may take, and how long a connection may be idle.
    pub idle_timeout: Duration,
    /// How long a body may take to arrive (408).
    pub upload_timeout: Duration,
    /// How long the answer may take once the body has arrived (503).
    pub deadline: Duration,
    /// How long admitted requests may take after the signal to stop.
    pub drain_timeout: Duration,
    /// The name of a built-in policy, or a file.
    pub policy: String,
    /// The most detailed level that is logged.
    pub log_level: Level,
    /// Format of the log.
    pub log_format: LogFormat,
}

/// Format of the log on standard error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON object on each line.
    Json,
}

/// A setting that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A value is not allowed.
    #[error("{key}: {value:?} is not allowed; allowed: {allowed}")]
    Value {
        /// Which setting.
        key: &'static str,
        /// What it was set to.
        value: String,
        /// What it may be set to.
        allowed: String,
    },
    /// The file is not TOML, or has an unknown key.
    #[error("config: {path:?}: {message}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Where and why; lists the known keys.
        message: String,
    },
    /// A file cannot be read.
    #[error("{key}: cannot read {path:?}")]
    Unreadable {
        /// Which setting names it.
        key: &'static str,
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The policy cannot be loaded.
    #[error(transparent)]
    Policy(#[from] LoadError),
}

impl Default for Config {
    fn default() -> Self {
        let workers = thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        let max_body = Limits::SERVICE.max_bytes;
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            metrics_listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 9090)),
            connections: 512,
            workers,
            queue: queue(workers),
            max_body,
            upload_memory: memory(max_body),
            // Proxies keep theirs for 60 s, and must be the first to give up.
            idle_timeout: Duration::from_secs(75),
            upload_timeout: Duration::from_secs(30),
            deadline: Duration::from_secs(5),
            drain_timeout: Duration::from_secs(40),
            policy: "my-number-card".to_owned(),
            log_level: Level::INFO,
            log_format: LogFormat::Text,
        }
    }
}

/// At most four photos wait for each worker, so that no admitted photo waits much longer than another.
const fn queue(workers: NonZeroUsize) -> usize {
    workers.get().saturating_mul(4)
}

const fn memory(max_body: u64) -> u64 {
    max_body.saturating_mul(8)
}

impl Config {
    /// The limits for photos, for the reviewer and for the uploads.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        Limits {
            max_bytes: self.max_body,
            max_held: Some(self.upload_memory),
            ..Limits::SERVICE
        }
    }
}

/// Settings as written in a file, in the environment or as flags.
#[derive(Clone, Debug, Default, PartialEq, Eq, clap::Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Address for reviews; port 0 picks a free port [default: 127.0.0.1:8080]
    #[arg(long, env = "SHOMEI_LISTEN", value_name = "ADDR:PORT")]
    listen: Option<Text>,
    /// Address for /metrics only [default: 127.0.0.1:9090]
    #[arg(long, env = "SHOMEI_METRICS_LISTEN", value_name = "ADDR:PORT")]
    metrics_listen: Option<Text>,
    /// How many connections may be open on each of the two addresses; others wait [default: 512]
    #[arg(long, env = "SHOMEI_CONNECTIONS", value_name = "N")]
    connections: Option<Text>,
    /// Photos reviewed at the same time [default: one for each processor]
    #[arg(long, env = "SHOMEI_WORKERS", value_name = "N")]
    workers: Option<Text>,
    /// How many photos may wait for a worker; others get 429 [default: 4 times the workers]
    #[arg(long, env = "SHOMEI_QUEUE", value_name = "N")]
    queue: Option<Text>,
    /// Largest photo; larger ones get 413 [default: 16MiB]
    #[arg(long, env = "SHOMEI_MAX_BODY", value_name = "BYTES")]
    max_body: Option<Text>,
    /// Memory that all uploads together may hold until their reviews end; others get 429 [default:
    /// 8 times --max-body]
    #[arg(long, env = "SHOMEI_UPLOAD_MEMORY", value_name = "BYTES")]
    upload_memory: Option<Text>,
    /// Time limit for headers and for idle connections. Set it longer than the idle timeout of a
    /// proxy in front [default: 75s]
    #[arg(long, env = "SHOMEI_IDLE_TIMEOUT", value_name = "TIME")]
    idle_timeout: Option<Text>,
    /// Time limit for an upload; slower ones get 408 [default: 30s]
    #[arg(long, env = "SHOMEI_UPLOAD_TIMEOUT", value_name = "TIME")]
    upload_timeout: Option<Text>,
    /// Time limit for the answer after the upload; later ones get 503 [default: 5s]
    #[arg(long, env = "SHOMEI_DEADLINE", value_name = "TIME")]
    deadline: Option<Text>,
    /// Time limit for requests after SIGTERM or SIGINT; others are cut off [default: 40s]
    #[arg(long, env = "SHOMEI_DRAIN_TIMEOUT", value_name = "TIME")]
    drain_timeout: Option<Text>,
    /// The policy: a built-in name, or a TOML file with the limits to change [default:
    /// my-number-card]
    #[arg(long, env = "SHOMEI_POLICY", value_name = "NAME|FILE")]
    policy: Option<Text>,
    /// Level of the log: error, warn, info, debug, trace [default: info]
    #[arg(long, env = "SHOMEI_LOG_LEVEL", value_name = "LEVEL")]
    log_level: Option<Text>,
    /// Format of the log on standard error: text, json [default: text]
    #[arg(long, env = "SHOMEI_LOG_FORMAT", value_name = "FORMAT")]
    log_format: Option<Text>,
}

impl Settings {
    /// The settings of the TOML file at `path`.
    ///
    /// # Errors
    /// If it cannot be read, is not TOML, or has another key.
    pub fn read(path: &PathBuf) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            key: "config",
            path: path.clone(),
            source,
        })?;
        toml::from_str(&text).map_err(|error| ConfigError::Malformed {
            path: path.clone(),
            message: error.to_string().trim_end().to_owned(),
        })
    }

    /// These settings, with those of `other` where these are not set.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            listen: self.listen.or(other.listen),
            metrics_listen: self.metrics_listen.or(other.metrics_listen),
            connections: self.connections.or(other.connections),
            workers: self.workers.or(other.workers),
            queue: self.queue.or(other.queue),
            max_body: self.max_body.or(other.max_body),
            upload_memory: self.upload_memory.or(other.upload_memory),
            idle_timeout: self.idle_timeout.or(other.idle_timeout),
            upload_timeout: self.upload_timeout.or(other.upload_timeout),
            deadline: self.deadline.or(other.deadline),
            drain_timeout: self.drain_timeout.or(other.drain_timeout),
            policy: self.policy.or(other.policy),
            log_level: self.log_level.or(other.log_level),
            log_format: self.log_format.or(other.log_format),
        }
    }

    /// The effective settings.
    ///
    /// # Errors
    /// Names the first setting that is not valid, its value and what is allowed.
    pub fn effective(&self) -> Result<Config, ConfigError> {
        let usual = Config::default();
        let (least, most) = (1 << 10, Limits::default().max_bytes);
        let workers = count("workers", &self.workers, usual.workers, 1)?;
        let body = format!("{} to {}", Bytes(least), Bytes(most));
        let max_body = set(
            "max_body",
            &self.max_body,
            usual.max_body,
            within(least, most),
            &body,
        )?;
        let body = format!("{} (max_body) to {}", Bytes(max_body), Bytes(MOST_MEMORY));
        let upload_memory = set(
            "upload_memory",
            &self.upload_memory,
            memory(max_body),
            within(max_body, MOST_MEMORY),
            &body,
        )?;
        let address = |key, text: &Option<Text>, usual| {
            let allowed = "ADDR:PORT, such as 127.0.0.1:8080 or [::]:0";
            set(key, text, usual, |text| text.parse().ok(), allowed)
        };
        let time = |key, text: &Option<Text>, usual| {
            let allowed = "1ms to 3600s, such as 500ms or 30s";
            set(key, text, usual, duration, allowed)
        };
        Ok(Config {
            listen: address("listen", &self.listen, usual.listen)?,
            metrics_listen: address("metrics_listen", &self.metrics_listen, usual.metrics_listen)?,
            connections: count("connections", &self.connections, usual.connections, 1)?,
            workers,
            queue: count("queue", &self.queue, queue(workers), 0)?,
            max_body,
            upload_memory,
            idle_timeout: time("idle_timeout", &self.idle_timeout, usual.idle_timeout)?,
            upload_timeout: time("upload_timeout", &self.upload_timeout, usual.upload_timeout)?,
            deadline: time("deadline", &self.deadline, usual.deadline)?,
            drain_timeout: time("drain_timeout", &self.drain_timeout, usual.drain_timeout)?,
            policy: self.policy.clone().map_or(usual.policy, |name| name.0),
            log_level: set(
                "log_level",
                &self.log_level,
                usual.log_level,
                level,
                "error, warn, info, debug, trace",
            )?,
            log_format: set(
                "log_format",
                &self.log_format,
                usual.log_format,
                LogFormat::parse,
                "text, json",
            )?,
        })
    }
}

impl Config {
    /// Loads the policy.
    ///
    /// # Errors
    /// If neither a policy nor a file has that name, or the file is not a valid policy.
    pub fn load_policy(&self) -> Result<Policy, ConfigError> {
        Ok(Policy::load(self.policy.as_ref(), |file| fs::read(file))?)
    }

    /// A TOML file with all settings.
    #[must_use]
    pub fn to_toml(&self) -> String {
        let quoted = |text: &dyn fmt::Display| toml::Value::String(text.to_string()).to_string();
        let lines = [
            ("listen", quoted(&self.listen)),
            ("metrics_listen", quoted(&self.metrics_listen)),
            ("connections", self.connections.to_string()),
            ("workers", self.workers.to_string()),
            ("queue", self.queue.to_string()),
            ("max_body", quoted(&Bytes(self.max_body))),
            ("upload_memory", quoted(&Bytes(self.upload_memory))),
            ("idle_timeout", quoted(&Time(self.idle_timeout))),
            ("upload_timeout", quoted(&Time(self.upload_timeout))),
            ("deadline", quoted(&Time(self.deadline))),
            ("drain_timeout", quoted(&Time(self.drain_timeout))),
            ("policy", quoted(&self.policy)),
            (
                "log_level",
                quoted(&self.log_level.as_str().to_ascii_lowercase()),
            ),
            ("log_format", quoted(&self.log_format.as_str())),
        ];
        lines
            .iter()
            .map(|(key, value)| format!("{key} = {value}\n"))
            .collect()
    }
}

impl LogFormat {
    fn parse(text: &str) -> Option<Self> {
        [Self::Text, Self::Json]
            .into_iter()
            .find(|format| format.as_str() == text)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

/// A value as it is written; a number needs no quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Text(String);

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl Visitor<'_> for Either {
            type Value = Text;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a string or an integer")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Text, E> {
                Ok(Text(text.to_owned()))
            }

            fn visit_i64<E: de::Error>(self, number: i64) -> Result<Text, E> {
                Ok(Text(number.to_string()))
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// The value of a setting, if it is set, as `parse` understands it.
fn set<T>(
    key: &'static str,
    text: &Option<Text>,
    usual: T,
    parse: impl FnOnce(&str) -> Option<T>,
    allowed: &str,
) -> Result<T, ConfigError> {
    let Some(Text(text)) = text else {
        return Ok(usual);
    };
    parse(text).ok_or_else(|| ConfigError::Value {
        key,
        value: text.clone(),
        allowed: allowed.to_owned(),
    })
}

/// A level by its name; the parser of the type takes numbers, too.
fn level(text: &str) -> Option<Level> {
    let known = ["error", "warn", "info", "debug", "trace"].contains(&text);
    known.then(|| text.parse().ok()).flatten()
}

/// The value of a setting that is a number from `least`.
fn count<T: TryFrom<usize>>(
    key: &'static str,
    text: &Option<Text>,
    usual: T,
    least: usize,
) -> Result<T, ConfigError> {
    let parse = |text: &str| {
        let number = text.parse().ok()?;
        let allowed = (least..=MOST).contains(&number);
        allowed.then(|| T::try_from(number).ok()).flatten()
    };
    set(key, text, usual, parse, &format!("{least} to {MOST}"))
}

/// Bytes, or KiB, MiB and GiB of them.
fn within(least: u64, most: u64) -> impl Fn(&str) -> Option<u64> {
    move |text| {
        let unit = UNITS
            .iter()
            .find_map(|(name, unit)| Some((text.strip_suffix(name)?, *unit)));
        let (number, unit) = unit.unwrap_or((text, 1));
        let bytes = number.trim_end().parse::<u64>().ok()?.checked_mul(unit)?;
        (least..=most).contains(&bytes).then_some(bytes)
    }
}

const UNITS: [(&str, u64); 3] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("KiB", 1 << 10)];

/// A number of bytes, as it is read.
struct Bytes(u64);

impl fmt::Display for Bytes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = UNITS
            .iter()
            .find(|(_, unit)| self.0 > 0 && self.0.is_multiple_of(*unit));
        match unit {
            Some((name, unit)) => write!(formatter, "{}{name}", self.0 / unit),
            None => write!(formatter, "{}", self.0),
        }
    }
}

fn duration(text: &str) -> Option<Duration> {
    let time = if let Some(number) = text.strip_suffix("ms") {
        Duration::from_millis(number.parse().ok()?)
    } else {
        Duration::from_secs(text.strip_suffix('s')?.parse().ok()?)
    };
    (Duration::from_millis(1)..=LONGEST)
        .contains(&time)
        .then_some(time)
}

/// A time, as it is read.
struct Time(Duration);

impl fmt::Display for Time {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.subsec_millis() == 0 {
            write!(formatter, "{}s", self.0.as_secs())
        } else {
            write!(formatter, "{}ms", self.0.as_millis())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn what_is_printed_sets_the_same() {
        let odd = "listen = '[::1]:0'\nworkers = 3\nqueue = 0\nmax_body = 1025\n\
                   upload_memory = '7 MiB'\ndeadline = '1500ms'\npolicy = 'a\"\\b'\n\
                   log_level = 'trace'\nlog_format = 'json'";
        for text in ["", odd] {
            let config = settings(text).effective().unwrap();
            assert_eq!(settings(&config.to_toml()).effective().unwrap(), config);
        }
        assert_eq!(settings("").effective().unwrap(), Config::default());
    }

    #[test]
    fn later_ones_win_and_what_follows_from_others_follows() {
        let flags = settings("workers = 2");
        let file = settings("workers = 7\nmax_body = '1MiB'");
        let config = flags.or(file).effective().unwrap();
        assert_eq!(config.workers.get(), 2);
        assert_eq!((config.queue, config.upload_memory), (8, 8 << 20));
        let limits = config.limits();
        assert_eq!((limits.max_bytes, limits.held(2)), (1 << 20, 8 << 20));
        assert_eq!(Config::default().limits(), Limits::SERVICE);
    }

    #[test]
    fn errors_name_key_value_and_what_is_allowed() {
        for (text, key, value, allowed) in [
            (
                "listen = 'localhost'",
                "listen",
                "localhost",
                "127.0.0.1:8080",
            ),
            ("metrics_listen = 80", "metrics_listen", "80", "ADDR:PORT"),
            ("workers = 0", "workers", "0", "1 to 65536"),
            ("queue = -1", "queue", "-1", "0 to 65536"),
            ("connections = 'many'", "connections", "many", "1 to 65536"),
            ("max_body = '65MiB'", "max_body", "65MiB", "1KiB to 64MiB"),
            (
                "upload_memory = 4096",
                "upload_memory",
                "4096",
                "16MiB (max_body)",
            ),
            ("deadline = '0s'", "deadline", "0s", "1ms to 3600s"),
            ("upload_timeout = 30", "upload_timeout", "30", "30s"),
            ("drain_timeout = '2h'", "drain_timeout", "2h", "30s"),
            ("log_level = '3'", "log_level", "3", "debug"),
            ("log_format = 'xml'", "log_format", "xml", "text, json"),
        ] {
            let message = settings(text).effective().unwrap_err().to_string();
            assert!(
                message.starts_with(&format!("{key}: {value:?} is not")),
                "{message}"
            );
            assert!(message.contains(allowed), "{message}");
        }
    }

    #[test]
    fn unknown_keys_and_other_types_are_refused() {
        let error = |text: &str| toml::from_str::<Settings>(text).unwrap_err().to_string();
        assert!(error("port = 1").contains("unknown field `port`, expected one of `listen`"));
        assert!(error("queue = 1.5").contains("a string or an integer"));
    }

    #[test]
    fn a_policy_is_a_name_or_a_file() {
        let named = |policy: &str| Config {
            policy: policy.to_owned(),
            ..Config::default()
        };
        assert_eq!(named("icao").load_policy().unwrap().name(), "icao");
        let error = named("none").load_policy().unwrap_err().to_string();
        assert!(
            error.contains("\"none\"") && error.contains("japan-passport"),
            "{error}"
        );
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(&file, "name = 'own'\n[turned]\nreject_above = 30").unwrap();
        let path = file.path().to_str().unwrap();
        assert_eq!(named(path).load_policy().unwrap().name(), "own");
        let own = "\u{feff}base = 'icao'\r\n";
        fs::write(&file, own).unwrap();
        assert_eq!(named(path).load_policy().unwrap().base(), "icao");
        fs::write(&file, "name = 1\n[blured]\n").unwrap();
        let error = named(path).load_policy().unwrap_err().to_string();
        let lines: Vec<_> = error.lines().collect();
        assert!(
            lines[0].contains(path) && lines[0].contains("blured"),
            "{error}"
        );
        assert!(
            lines[1].contains(path) && lines[1].contains("name: 1"),
            "{error}"
        );
    }
}
