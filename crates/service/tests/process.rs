//! The program: its settings, its log, its exit codes, and that a signal loses nothing.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{SocketAddr, TcpListener};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::{self, JoinHandle};

use common::{Client, get, head, metric, photo, request, wait_for};
use serde_json::Value;
use tempfile::TempDir;

const EN: &str = "/v1/reviews?lang=en";

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_shomei-service"));
    command.args(args).stdin(Stdio::null());
    command
}

/// A running program.
struct Process {
    child: Child,
    /// Reads the rest of the log: a process whose log nobody reads stands still.
    log: JoinHandle<String>,
    address: SocketAddr,
    metrics: SocketAddr,
}

impl Process {
    fn start(args: &[&str]) -> Self {
        Self::start_with(args, |_| {})
    }

    fn start_with(args: &[&str], change: impl FnOnce(&mut Command)) -> Self {
        let ports = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
        let mut command = command(&[&ports[..], &["--log-format", "json"], args].concat());
        change(&mut command);
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        log.read_line(&mut line).unwrap();
        let listening: Value = serde_json::from_str(&line).unwrap();
        let address = |key: &str| listening[key].as_str().unwrap().parse().unwrap();
        let (address, metrics) = (address("listen"), address("metrics_listen"));
        let log = thread::spawn(move || {
            let mut rest = String::new();
            log.read_to_string(&mut rest).unwrap();
            rest
        });
        let process = Self {
            child,
            log,
            address,
            metrics,
        };
        wait_for("ready", || get(address, "/readyz").status == 200);
        process
    }

    fn terminate(&self) {
        let kill = format!("kill -TERM {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &kill])
                .status()
                .unwrap()
                .success()
        );
    }

    /// The exit code and the rest of the log.
    fn ended(mut self) -> (Option<i32>, String) {
        let code = self.child.wait().unwrap().code();
        (code, self.log.join().unwrap())
    }
}

#[test]
fn a_signal_under_load_loses_nothing() {
    let process = Process::start(&["--workers", "1", "--queue", "16", "--deadline", "60s"]);
    let (address, metrics) = (process.address, process.metrics);
    let good = request(EN, "image/jpeg", &photo("accept_studio_man_01.jpg"));
    let mut idle = Client::connect(address);
    let mut late = Client::connect(address);
    let (first, rest) = good.split_at(good.len() / 2);
    // One is amid its upload, others are queued and in work.
    let mut uploads = Client::connect(address);
    uploads.send(first);
    let clients: Vec<_> = (0..10)
        .map(|_| {
            let good = good.clone();
            let mut client = Client::connect(address);
            client.send(&good);
            thread::spawn(move || client.answer().unwrap())
        })
        .collect();
    wait_for("queued", || metric(metrics, "shomei_waiting") >= 5.0);
    process.terminate();
    wait_for("draining", || {
        idle.send(b"GET /readyz HTTP/1.1\r\nhost: test\r\naccept-language: en\r\n\r\n");
        let answer = idle.answer().unwrap();
        if answer.status == 503 {
            answer.is_problem(503, "draining", "en");
        }
        answer.status == 503
    });
    late.send(&good);
    let answer = late.answer().unwrap();
    answer.is_problem(503, "draining", "en");
    assert_eq!(answer.header("retry-after"), Some("5"));
    assert_eq!(get(address, "/healthz").status, 200);
    uploads.send(rest);
    assert!(uploads.answer().unwrap().codes().is_empty());
    for client in clients {
        assert!(client.join().unwrap().codes().is_empty());
    }
    let (code, log) = process.ended();
    assert_eq!(code, Some(0), "{log}");
}

#[test]
fn what_the_drain_has_no_time_for_is_counted_and_exits_1() {
    let process = Process::start(&["--drain-timeout", "50ms"]);
    let mut uploads = Client::connect(process.address);
    uploads.send((head(EN, &["content-length: 1000"]) + "x").as_bytes());
    // Its connection is open; that it is let in cannot be seen from outside but by this.
    let served = "shomei_requests_total{route=\"/healthz\",status=\"200\"}";
    assert_eq!(get(process.address, "/healthz").status, 200);
    wait_for("served", || metric(process.metrics, served) >= 1.0);
    thread::sleep(std::time::Duration::from_millis(200));
    process.terminate();
    let (code, log) = process.ended();
    let cut = "error: the shutdown took too long; requests cut off: 1\n";
    assert!(code == Some(1) && log.ends_with(cut), "{code:?} {log}");
}

#[test]
fn the_log_has_one_line_a_request_and_nothing_of_the_photo() {
    let process = Process::start(&["--log-level", "trace"]);
    let body =
        b"--XX\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"secret.jpg\"\r\n\
                 \r\nsecret bytes\r\n--XX--\r\n";
    let target = "/v1/reviews?lang=en&waive=secret";
    let kind = "multipart/form-data; boundary=XX";
    for target in [EN, target, "/secret"] {
        let mut client = Client::connect(process.address);
        client.send(&request(target, kind, body));
        client.answer().unwrap();
    }
    process.terminate();
    let (code, log) = process.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("secret") && !log.contains("lang="), "{log}");
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let posts: Vec<_> = lines
        .iter()
        .filter(|line| line["method"] == "POST")
        .collect();
    let seen: Vec<_> = posts
        .iter()
        .map(|line| {
            [
                &line["route"],
                &line["status"],
                &line["verdict"],
                &line["problem"],
            ]
        })
        .map(|fields| fields.map(|field| field.as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        seen,
        [
            ["/v1/reviews", "200", "reject", ""],
            ["/v1/reviews", "400", "", "unknown_waiver"],
            ["none", "404", "", "not_found"],
        ]
    );
    assert!(
        posts
            .iter()
            .all(|line| line["id"].is_string() && line["ms"].is_u64())
    );
    assert_eq!(posts[0]["bytes"], body.len());
}

/// Everything that a line of the log may hold. None of it comes from a photo, but how long it is and
/// what was said of it.
const FIELDS: [&str; 14] = [
    "timestamp",
    "level",
    "message",
    "listen",
    "metrics_listen",
    "inside",
    "id",
    "method",
    "route",
    "status",
    "ms",
    "bytes",
    "verdict",
    "problem",
];

#[test]
fn the_log_has_known_fields_only_at_the_usual_level_and_for_debugging() {
    let good = photo("accept_studio_man_01.jpg");
    let comment = b"\xff\xfe\0\x10Hanako Yamada!";
    let named = [&good[..2], comment, &good[2..]].concat();
    let form = [
        "--XX\r\ncontent-disposition: form-data; name=\"photo\"; filename=\"Yamada_Hanako.jpg\"\r\n\r\n"
            .as_bytes(),
        &named,
        b"\r\n--XX--\r\n",
    ]
    .concat();
    for level in ["info", "debug"] {
        let process = Process::start_with(&["--log-level", level], |command| {
            command
                .env("RUST_LOG", "trace")
                .env("RUST_BACKTRACE", "full");
        });
        let mut client = Client::connect(process.address);
        for (kind, body) in [
            ("image/jpeg", &named),
            ("multipart/form-data; boundary=XX", &form),
            ("image/jpeg", &named[..named.len() / 2].to_vec()),
        ] {
            client.send(&request("/v1/reviews?lang=ja&waive=tilted", kind, body));
            client.answer().unwrap().codes();
        }
        client.send(&request(
            "/v1/reviews/Yamada?name=Hanako",
            "image/jpeg",
            b"x",
        ));
        client.answer().unwrap();
        let leaves = head(EN, &["content-length: 1000", "cookie: name=Hanako"]) + "Yamada";
        Client::connect(process.address).send(leaves.as_bytes());
        process.terminate();
        let (code, log) = process.ended();
        assert_eq!(code, Some(0), "{log}");
        assert!(!log.contains("Hanako") && !log.contains("Yamada"), "{log}");
        let lines: Vec<Value> = log
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert!(lines.len() >= 6, "{log}");
        for line in &lines {
            for (field, value) in line.as_object().unwrap() {
                assert!(FIELDS.contains(&field.as_str()), "{line}");
                assert!(value.is_u64() || value.is_string(), "{line}");
            }
        }
        let posts: Vec<_> = lines
            .iter()
            .filter(|line| line["method"] == "POST")
            .collect();
        assert_eq!(posts[0]["bytes"], named.len());
        assert_eq!(posts[0]["verdict"], "accept");
    }
}

/// As on a machine whose battery is empty and whose clock is set while it runs.
#[test]
fn a_clock_that_jumps_costs_no_request() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../testdata/jumping_clock.c"
    );
    // Not before 1970: hyper writes no `Date` of that time, and the connection is lost if it is the
    // first of its thread.
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-DEARLIEST=0", "-o"])
        .args([&at("jumping.so"), Path::new(source)])
        .status();
    assert!(made.unwrap().success());
    let process = Process::start_with(&["--deadline", "60s"], |command| {
        command.env("LD_PRELOAD", at("jumping.so"));
    });
    let mut client = Client::connect(process.address);
    let mut ids = std::collections::HashSet::new();
    for _ in 0..12 {
        client.send(&request(EN, "image/jpeg", b"no photo"));
        let answer = client.answer().unwrap();
        assert_eq!(answer.codes(), ["not_jpeg"]);
        ids.insert(answer.header("x-request-id").unwrap().to_owned());
    }
    assert_eq!(ids.len(), 12);
    process.terminate();
    let (code, log) = process.ended();
    assert_eq!(code, Some(0), "{log}");
    assert!(!log.contains("panicked"), "{log}");
    assert!(
        log.contains("\"1970-01-") && log.contains("\"2038-01-"),
        "{log}"
    );
    let taken = log.lines().filter_map(|line| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["ms"].as_u64()
    });
    assert!(taken.max().unwrap() < 60_000, "{log}");
}

#[test]
fn a_program_whose_networks_were_altered_does_not_start() {
    let folder = TempDir::new().unwrap();
    let models = concat!(env!("CARGO_MANIFEST_DIR"), "/../../models");
    let model = fs::read(format!("{models}/face_yunet.onnx")).unwrap();
    let part = &model[model.len() / 2..][..256];
    let mut program = fs::read(env!("CARGO_BIN_EXE_shomei-service")).unwrap();
    let at = program
        .windows(part.len())
        .position(|window| window == part);
    program[at.unwrap()] ^= 1;
    let altered = folder.path().join("shomei-service");
    fs::write(&altered, program).unwrap();
    fs::set_permissions(&altered, fs::Permissions::from_mode(0o755)).unwrap();
    let ports = ["--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let output = run(Command::new(altered).args(ports).stdin(Stdio::null()));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains("the models were altered: "), "{message}");
    assert!(message.contains(shomei::ModelSet::SHA256), "{message}");
    assert!(!message.contains("\"ready\""), "{message}");
}

fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"));
    output
}

#[test]
fn flags_win_over_the_environment_over_the_file_over_defaults() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("service.toml");
    fs::write(
        &path,
        "workers = 3\nqueue = 5\ndeadline = '2s'\nmax_body = '1MiB'\n",
    )
    .unwrap();
    let file = path.to_str().unwrap();
    let output = run(
        command(&["--config", file, "--queue", "7", "--print-config"])
            .env("SHOMEI_QUEUE", "6")
            .env("SHOMEI_DEADLINE", "1500ms"),
    );
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    for line in [
        "listen = \"127.0.0.1:8080\"",
        "workers = 3",
        "queue = 7",
        "deadline = \"1500ms\"",
        "max_body = \"1MiB\"",
        "upload_memory = \"8MiB\"",
    ] {
        assert!(
            printed.lines().any(|found| found == line),
            "{line} in\n{printed}"
        );
    }
    // What is printed is a file that sets the same.
    fs::write(&path, &printed).unwrap();
    let again = run(&mut command(&["--config", file, "--print-config"]));
    assert_eq!(String::from_utf8(again.stdout).unwrap(), printed);
}

#[test]
fn settings_that_cannot_be_used_exit_2_and_are_named() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("service.toml");
    fs::write(&path, "prot = 1\n").unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let file = path.to_str().unwrap();
    for (args, named) in [
        (
            &["--workers", "0"][..],
            &["workers", "\"0\"", "1 to 65536"][..],
        ),
        (&["--max-body", "1TiB"], &["max_body", "\"1TiB\"", "64MiB"]),
        (&["--listen", "8080"], &["listen", "\"8080\"", "ADDR:PORT"]),
        (
            &["--policy", "none"],
            &["policy", "\"none\"", "my-number-card"],
        ),
        (&["--config", file], &["prot", "metrics_listen"]),
        (
            &["--config", "/nowhere/at.all"],
            &["config", "/nowhere/at.all"],
        ),
        (&["--port", "1"], &["--port"]),
        (
            &["--listen", &taken, "--metrics-listen", "127.0.0.1:0"],
            &["listen", &taken],
        ),
    ] {
        let output = run(&mut command(args));
        let message = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        for name in named {
            assert!(message.contains(name), "{name}: {message}");
        }
    }
    let output = run(command(&[]).env("SHOMEI_DRAIN_TIMEOUT", "soon"));
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        message.contains("drain_timeout: \"soon\" is not allowed; allowed: 1ms"),
        "{message}"
    );
}
