//! Reviews on many machines from outside: a real NATS server, workers that are killed, and what is
//! wrong. Needs the feature `fleet` and the program `nats-server`:
//! `cargo test --release --workspace --features shomei-cli/fleet --test fleet`.

#![cfg(all(feature = "fleet", unix))]
#![expect(clippy::unwrap_used, reason = "a helper of a test fails the test")]

mod common;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use common::{PHOTOS, Random, shomei, stderr, stdout};

/// Reviewed in less than a millisecond.
const CHEAP: &str = "not_jpeg_text.jpg";

/// How long anything may take on a slow and busy machine.
const PATIENCE: Duration = Duration::from_secs(900);

fn wait_for(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(
            start.elapsed() < PATIENCE,
            "{what}: not within {PATIENCE:?}"
        );
        sleep(Duration::from_millis(50));
    }
}

fn free_port() -> u16 {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    taken.local_addr().unwrap().port()
}

/// A process that ends with the test.
struct Running(Child);

impl Running {
    fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.0.id());
        let sent = Command::new("sh").args(["-c", &kill]).status();
        assert!(sent.unwrap().success());
    }

    /// Its exit code.
    fn ended(&mut self) -> Option<i32> {
        wait_for("the end of a process", || {
            self.0.try_wait().unwrap().is_some()
        });
        self.0.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _gone = self.0.kill();
        let _waited = self.0.wait();
    }
}

/// A server on a free port of this machine, with its storage in a folder.
struct Nats {
    folder: TempDir,
    port: u16,
    options: Vec<String>,
    running: Option<Running>,
}

impl Nats {
    fn start(options: &[&str]) -> Self {
        let mut nats = Self {
            folder: TempDir::new().unwrap(),
            port: free_port(),
            options: options.iter().map(|&option| option.to_owned()).collect(),
            running: None,
        };
        nats.run();
        nats
    }

    fn run(&mut self) {
        let log = fs::File::create(self.folder.path().join("log")).unwrap();
        let child = Command::new("nats-server")
            .args([
                "-a",
                "127.0.0.1",
                "-p",
                &self.port.to_string(),
                "-js",
                "-sd",
            ])
            .arg(self.folder.path())
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn();
        self.running = Some(Running(child.unwrap()));
        let port = self.port;
        wait_for("nats-server", || {
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
    }

    /// As in a crash of its machine's kernel, but for the disk.
    fn restart(&mut self) {
        let mut running = self.running.take().unwrap();
        running.signal("KILL");
        running.ended();
        self.run();
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    fn command(&self, name: &str) -> Command {
        let mut command = shomei();
        command.args([name, "--nats", &self.url(), "--stream", "night"]);
        command
    }

    /// A worker; its log goes to a file of that name.
    fn worker(&self, log: &Path, args: &[&str]) -> Running {
        let mut options = fs::OpenOptions::new();
        let log = options.create(true).append(true).open(log).unwrap();
        let mut command = self.command("work");
        command.args(["--jobs", "1", "--ack-wait", "3"]).args(args);
        Running(command.stdout(Stdio::null()).stderr(log).spawn().unwrap())
    }

    fn submit(&self, manifest: &Path) -> Output {
        let mut command = self.command("submit");
        let output = command
            .arg(manifest)
            .args(["--no-timings", "--no-progress"])
            .output();
        output.unwrap()
    }

    /// With everything it said.
    fn collect(&self, out: &Path, args: &[&str]) -> Output {
        let mut command = self.command("collect");
        command
            .arg("--out")
            .arg(out)
            .args(["--progress", "none"])
            .args(args);
        if !args.contains(&"--wait") {
            command.args(["--wait", "200"]);
        }
        command.output().unwrap()
    }

    /// A message to a subject, as anybody could send it.
    fn publish(&self, subject: &str, payload: &[u8]) {
        let mut client = Client::connect(self.port);
        client.publish(subject, "", payload);
        client.line("PONG");
    }

    /// What JetStream's interface answers.
    fn api(&self, subject: &str, request: &Value) -> Value {
        let mut client = Client::connect(self.port);
        client.0.get_mut().write_all(b"SUB answer 1\r\n").unwrap();
        client.publish(
            &format!("$JS.API.{subject}"),
            " answer",
            request.to_string().as_bytes(),
        );
        let head = client.line("MSG");
        let length: usize = head.rsplit(' ').next().unwrap().trim().parse().unwrap();
        let mut payload = vec![0; length];
        client.0.read_exact(&mut payload).unwrap();
        serde_json::from_slice(&payload).unwrap()
    }

    /// The last dead letter.
    fn dead(&self) -> Value {
        let request = json!({"last_by_subj": "night.dead"});
        let answer = self.api("STREAM.MSG.GET.night-results", &request);
        let letter = answer["message"]["data"].as_str().unwrap();
        serde_json::from_slice(&base64(letter)).unwrap()
    }

    /// Whether every job is answered. A server that was killed may still hold some of them, which
    /// it hands to nobody.
    fn idle(&self) -> bool {
        let info = self.api("CONSUMER.INFO.night.workers", &json!({}));
        info["num_pending"] == 0 && info["num_ack_pending"] == 0
    }

    fn waiting(&self) -> u64 {
        let info = self.api("STREAM.INFO.night", &json!({}));
        info["state"]["messages"].as_u64().unwrap()
    }
}

/// Just enough of the protocol.
struct Client(BufReader<TcpStream>);

impl Client {
    fn connect(port: u16) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut client = Self(BufReader::new(stream));
        client.line("INFO");
        let connect = b"CONNECT {\"verbose\":false,\"headers\":false}\r\n";
        client.0.get_mut().write_all(connect).unwrap();
        client
    }

    fn publish(&mut self, subject: &str, reply: &str, payload: &[u8]) {
        let head = format!("PUB {subject}{reply} {}\r\n", payload.len());
        let message = [head.as_bytes(), payload, b"\r\nPING\r\n"].concat();
        self.0.get_mut().write_all(&message).unwrap();
    }

    /// The next line that begins so.
    fn line(&mut self, start: &str) -> String {
        loop {
            let mut line = String::new();
            assert!(
                self.0.read_line(&mut line).unwrap() > 0,
                "the server hung up"
            );
            if line.starts_with(start) {
                return line;
            }
        }
    }
}

fn base64(text: &str) -> Vec<u8> {
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bits = text
        .bytes()
        .filter_map(|byte| digits.iter().position(|&digit| digit == byte));
    let mut bytes = Vec::new();
    let (mut held, mut count) = (0_u32, 0);
    for six in &mut bits {
        held = held << 6 | six as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((held >> count) as u8);
        }
    }
    bytes
}

fn write_manifest(folder: &Path, rows: impl IntoIterator<Item = (String, String)>) -> PathBuf {
    let rows = rows.into_iter().map(|(id, rest)| format!("{id},{rest}\n"));
    let table = format!(
        "application_id,path,waive,policy\n{}",
        rows.collect::<String>()
    );
    let path = folder.join("manifest.csv");
    fs::write(&path, table).unwrap();
    path
}

fn photo(name: &str) -> String {
    Path::new(PHOTOS).join(name).to_str().unwrap().to_owned()
}

/// The lines of a file of reviews by id, each of which stands once.
fn lines(path: &Path) -> BTreeMap<String, String> {
    let text = fs::read_to_string(path).unwrap();
    let mut lines = BTreeMap::new();
    for line in text.lines() {
        let record: Value = serde_json::from_str(line).unwrap();
        let id = record["id"].as_str().unwrap().to_owned();
        assert_eq!(
            lines.insert(id.clone(), line.to_owned()),
            None,
            "{id} stands twice"
        );
    }
    lines
}

/// What a local batch writes.
fn local(manifest: &Path, out: &Path, args: &[&str]) -> BTreeMap<String, String> {
    let mut command = shomei();
    command
        .arg("review")
        .arg("--manifest")
        .arg(manifest)
        .arg("--out")
        .arg(out);
    command
        .args(["--format", "jsonl", "--no-timings", "--progress", "none"])
        .args(args);
    let output = command.output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}", stderr(&output));
    lines(out)
}

fn succeeded(output: &Output, code: i32, said: &[&str]) {
    let message = stderr(output);
    assert_eq!(output.status.code(), Some(code), "{message}");
    for said in said {
        assert!(message.contains(said), "{said}: {message}");
    }
    assert!(!message.contains("panicked"), "{message}");
}

#[test]
fn photos_are_reviewed_elsewhere_as_they_are_here() {
    let nats = Nats::start(&[]);
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    fs::copy(photo("accept_monochrome.jpg"), at("a b#1 100%é.jpg")).unwrap();
    fs::create_dir(at("folder.jpg")).unwrap();
    let own = at("own.toml");
    fs::write(&own, "name = \"own\"\n[turned]\nreject_above = 12\n").unwrap();
    let rows = [
        ("A-1", "a b#1 100%é.jpg,,".to_owned()),
        ("A-2", format!("{},,icao", photo("tilted.jpg"))),
        ("A-3", format!("{},tilted,own.toml", photo("tilted.jpg"))),
        ("\"A,\"\"4\"", format!("{},,", photo(CHEAP))),
        ("gone", "gone.jpg,,".to_owned()),
        ("folder", "folder.jpg,,".to_owned()),
        (
            "日本",
            format!("{},head_covered;turned,", photo("file_truncated.jpg")),
        ),
    ];
    let manifest = write_manifest(
        folder.path(),
        rows.into_iter().map(|(id, rest)| (id.to_owned(), rest)),
    );
    let expected = local(&manifest, &at("local.jsonl"), &[]);
    assert_eq!(expected.len(), 7);

    succeeded(
        &nats.submit(&manifest),
        0,
        &["7 photos are submitted, 0 of them by earlier runs"],
    );
    succeeded(
        &nats.submit(&manifest),
        0,
        &["7 photos are submitted, 7 of them by earlier runs"],
    );
    assert_eq!(nats.waiting(), 7);
    // Before there is a worker, all are missing.
    let out = at("reviews.jsonl");
    let none = nats.collect(&out, &["--wait", "0"]);
    succeeded(&none, 2, &["7 of 7 reviews are missing", "--resume"]);
    assert_eq!(stdout(&none).lines().count(), 7);
    assert!(stdout(&none).contains("日本\n"));

    // A worker that does not know the policy takes nothing.
    let log = at("log");
    assert_eq!(nats.worker(&log, &[]).ended(), Some(2));
    let said = fs::read_to_string(&log).unwrap();
    assert!(
        said.contains("refuses") && said.contains("\"own\"") && said.contains("--policy"),
        "{said}"
    );
    assert_eq!(nats.waiting(), 7);

    let mut worker = nats.worker(&log, &["--policy", own.to_str().unwrap()]);
    let output = nats.collect(&out, &["--resume"]);
    succeeded(&output, 1, &[]);
    assert_eq!(stdout(&output), "");
    worker.signal("TERM");
    assert_eq!(worker.ended(), Some(0));
    assert!(lines(&out) == expected, "the reviews differ");
    wait_for("acknowledgements", || nats.waiting() == 0);

    // It is a journal as any other: refused unless it is said what to do, and read by the rest.
    succeeded(&nats.collect(&out, &[]), 2, &["--resume", "--overwrite"]);
    succeeded(&nats.collect(&out, &["--resume"]), 1, &[]);
    assert!(lines(&out) == expected, "the reviews differ");
    succeeded(&nats.collect(&at("again.jsonl"), &[]), 1, &[]);
    assert!(lines(&at("again.jsonl")) == expected, "the reviews differ");
    let judged = shomei()
        .arg("judge")
        .arg(&out)
        .arg("--format=jsonl")
        .output()
        .unwrap();
    succeeded(&judged, 1, &[]);
    let summary = shomei()
        .arg("summary")
        .arg(&out)
        .arg("--policy")
        .arg(&own)
        .output()
        .unwrap();
    succeeded(&summary, 0, &[]);

    // Another list in the same streams; each can be collected by itself.
    let other = TempDir::new().unwrap();
    let second = write_manifest(
        other.path(),
        [("B-1".to_owned(), format!("{},,", photo(CHEAP)))],
    );
    let _worker = nats.worker(&log, &[]);
    succeeded(&nats.submit(&second), 0, &["1 photos"]);
    let output = nats.collect(&at("second.jsonl"), &[second.to_str().unwrap()]);
    succeeded(&output, 1, &[]);
    assert_eq!(
        lines(&at("second.jsonl")).keys().collect::<Vec<_>>(),
        ["B-1"]
    );
    // An id stands once.
    let both = [("B-1", CHEAP), ("B-2", CHEAP)];
    let both = both.map(|(id, name)| (id.to_owned(), format!("{},,", photo(name))));
    let third = write_manifest(other.path(), both);
    succeeded(&nats.submit(&third), 2, &["1 of 2 ids", "\"B-1\""]);
}

#[test]
fn killed_workers_and_a_killed_server_lose_nothing_and_repeat_nothing() {
    const COUNT: usize = 2_000;
    const WORKERS: usize = 3;
    let mut nats = Nats::start(&[]);
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    // Every fifth is a whole review of one of these, the others are cheap.
    let names: Vec<_> = fs::read_dir(PHOTOS)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let file = |index: usize| match index % 5 {
        0 => names[index / 5 % names.len()].clone(),
        _ => CHEAP.to_owned(),
    };
    let each = names
        .iter()
        .map(|name| (name.clone(), format!("{},,", photo(name))));
    let once = local(&write_manifest(folder.path(), each), &at("once.jsonl"), &[]);
    let expected: HashMap<String, String> = (0..COUNT)
        .map(|index| {
            let id = format!("A-{index:05}");
            let name = file(index);
            let line = once[&name].replacen(
                &format!("\"id\":\"{name}\""),
                &format!("\"id\":\"{id}\""),
                1,
            );
            (id, line)
        })
        .collect();
    let rows = (0..COUNT).map(|index| {
        (
            format!("A-{index:05}"),
            format!("{},,", photo(&file(index))),
        )
    });
    let manifest = write_manifest(folder.path(), rows);
    succeeded(&nats.submit(&manifest), 0, &["2000 photos are submitted"]);

    let out = at("reviews.jsonl");
    let log = at("log");
    let mut collect = nats.command("collect");
    collect.arg("--out").arg(&out).args(["--progress", "none"]);
    let mut collect = Running(collect.stderr(Stdio::piped()).spawn().unwrap());
    let start = || nats_worker(&nats, &log);
    let mut workers: Vec<_> = (0..WORKERS).map(|_| start()).collect();
    let written = || fs::read_to_string(&out).map_or(0, |text| text.lines().count());
    let mut random = Random(0x5eed_0009);
    let (mut kills, mut restarted, mut last, mut then) = (0, false, Instant::now(), 0);
    wait_for("all reviews", || {
        if collect.0.try_wait().unwrap().is_some() {
            return true;
        }
        // On a slow machine not before there was some work to lose.
        let now = written();
        if last.elapsed() > Duration::from_secs(2) && now >= then + COUNT / 50 {
            (last, then) = (Instant::now(), now);
            let victim = random.below(WORKERS);
            workers[victim].signal("KILL");
            workers[victim].ended();
            workers[victim] = nats_worker(&nats, &log);
            kills += 1;
        }
        if !restarted && now > COUNT / 3 {
            nats.restart();
            restarted = true;
        }
        false
    });
    let mut said = String::new();
    collect
        .0
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert_eq!(collect.ended(), Some(1), "{said}");
    assert!(kills >= 3 && restarted, "it was too fast: {kills} kills");
    let found = lines(&out);
    assert_eq!(found.len(), COUNT);
    for (id, line) in &found {
        assert!(expected[id] == *line, "{id}:\n{line}\n{}", expected[id]);
    }
    // Whoever is still there has nothing more to do, and ends well.
    wait_for("idle workers", || nats.idle());
    for mut worker in workers {
        worker.signal("TERM");
        assert_eq!(
            worker.ended(),
            Some(0),
            "{}",
            fs::read_to_string(&log).unwrap()
        );
    }
    let ids: HashSet<_> = expected.keys().collect();
    let log = fs::read_to_string(&log).unwrap();
    assert!(!ids.iter().any(|id| log.contains(*id)), "ids in the log");
}

fn nats_worker(nats: &Nats, log: &Path) -> Running {
    nats.worker(log, &["--deliveries", "20"])
}

#[test]
fn what_nobody_can_review_becomes_a_dead_letter_and_a_review_that_says_unable() {
    let nats = Nats::start(&[]);
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let rows =
        ["good", "next", "refused", "ill"].map(|id| (id.to_owned(), format!("{},,", photo(CHEAP))));
    let manifest = write_manifest(folder.path(), rows);
    succeeded(&nats.submit(&manifest), 0, &[]);
    // What was submitted is taken out, changed, and put in again.
    let mut jobs = HashMap::new();
    for sequence in 1..=4 {
        let answer = nats.api("STREAM.MSG.GET.night", &json!({"seq": sequence}));
        let job = base64(answer["message"]["data"].as_str().unwrap());
        let job: Value = serde_json::from_slice(&job).unwrap();
        jobs.insert(job["id"].as_str().unwrap().to_owned(), job);
    }
    nats.api("STREAM.PURGE.night", &json!({}));
    jobs.get_mut("next").unwrap()["schema"] = json!("shomei.job/2");
    // A store that is nowhere, which is no fault of the photo's.
    jobs.get_mut("refused").unwrap()["url"] = json!("gs://photos/secret.jpg");
    jobs.get_mut("ill").unwrap()["lang"] = json!("la");
    for job in jobs.values() {
        nats.publish("night.jobs", job.to_string().as_bytes());
    }
    nats.publish("night.jobs", b"nonsense \xff");

    let log = at("log");
    let mut worker = nats.worker(&log, &["--deliveries", "2", "--log-level", "debug"]);
    let out = at("reviews.jsonl");
    let output = nats.collect(&out, &[]);
    succeeded(
        &output,
        1,
        &["dead letters in night.dead, with their reasons: "],
    );
    wait_for("the last dead letter", || nats.waiting() == 0);
    worker.signal("TERM");
    assert_eq!(worker.ended(), Some(0));

    let reviews = lines(&out);
    let unable = |id: &str| reviews[id].contains("\"outcome\":\"unable\"");
    assert_eq!(
        ["good", "next", "refused", "ill"].map(unable),
        [false, true, true, true]
    );
    let info = nats.api(
        "STREAM.INFO.night-results",
        &json!({"subjects_filter": "night.dead"}),
    );
    assert_eq!(info["state"]["subjects"]["night.dead"], 4);
    let letters: Vec<Value> = (1..=info["state"]["last_seq"].as_u64().unwrap())
        .map(|sequence| nats.api("STREAM.MSG.GET.night-results", &json!({"seq": sequence})))
        .filter(|answer| answer["message"]["subject"] == "night.dead")
        .map(|answer| base64(answer["message"]["data"].as_str().unwrap()))
        .map(|letter| serde_json::from_slice(&letter).unwrap())
        .collect();
    let reason = |id: Value| {
        let letter = letters.iter().find(|letter| letter["id"] == id).unwrap();
        assert_eq!(letter["deliveries"], 2);
        letter["reason"].as_str().unwrap().to_owned()
    };
    assert!(
        reason(json!("next")).contains("\"shomei.job/2\"; this version reads \"shomei.job/1\"")
    );
    assert!(reason(json!("refused")).contains("neither file:// nor s3://"));
    assert!(reason(json!("ill")).contains("\"la\" is not allowed; allowed: ja, en"));
    assert!(reason(Value::Null).starts_with("not a shomei.job/1 message"));
    assert!(
        letters
            .iter()
            .any(|letter| letter["message"] == "nonsense \u{fffd}")
    );
    assert_eq!(nats.dead()["schema"], "shomei.dead/1");
    let log = fs::read_to_string(&log).unwrap();
    assert!(
        log.contains("shomei.job/2") && log.contains("given up"),
        "{log}"
    );
    assert!(!log.contains("secret"), "{log}");
    // What is among the results and no review is told, and does no harm.
    nats.publish(
        "night.results",
        b"{\"schema\":\"shomei.review/9\",\"id\":\"x\",\"verdict\":\"accept\"}",
    );
    let again = nats.collect(&at("again.jsonl"), &[]);
    succeeded(&again, 1, &[]);
}

#[test]
fn a_photo_that_ends_its_workers_is_given_up() {
    let nats = Nats::start(&[]);
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let rows = [("A-1".to_owned(), format!("{},,", photo(CHEAP)))];
    let manifest = write_manifest(folder.path(), rows);
    succeeded(&nats.submit(&manifest), 0, &[]);
    // As many deliveries as if so many workers had died with it.
    for _ in 0..2 {
        let request = json!({"batch": 1, "expires": 1_000_000_000_u64});
        let consumer = json!({"stream_name": "night", "config": {
            "durable_name": "workers", "ack_policy": "explicit", "ack_wait": 1_000_000_000_u64,
            "max_deliver": -1, "max_ack_pending": 100_000, "max_waiting": 10_000, "deliver_policy": "all",
            "replay_policy": "instant",
        }});
        let made = nats.api("CONSUMER.DURABLE.CREATE.night.workers", &consumer);
        assert_eq!(made["error"], Value::Null, "{made}");
        let job = nats.api("CONSUMER.MSG.NEXT.night.workers", &request);
        assert_eq!(job["id"], "A-1");
        sleep(Duration::from_millis(1200));
    }
    let mut worker = nats.worker(&at("log"), &["--deliveries", "2"]);
    let out = at("reviews.jsonl");
    succeeded(&nats.collect(&out, &[]), 1, &["dead letters"]);
    assert!(lines(&out)["A-1"].contains("\"outcome\":\"unable\""));
    let reason = nats.dead()["reason"].as_str().unwrap().to_owned();
    assert!(reason.contains("ends its workers"), "{reason}");
    worker.signal("TERM");
    assert_eq!(worker.ended(), Some(0));
}

#[test]
fn wrong_servers_credentials_and_settings_are_named_and_no_secret_is_shown() {
    const SECRET: &str = "s3cr3t-word";
    let nats = Nats::start(&["--user", "night", "--pass", SECRET]);
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name);
    let manifest = write_manifest(
        folder.path(),
        [("A".to_owned(), format!("{},,", photo(CHEAP)))],
    );
    let manifest = manifest.to_str().unwrap();
    let out = at("out.jsonl");
    let out = out.to_str().unwrap();
    let url = nats.url();
    let nobody = format!("nats://127.0.0.1:{}", free_port());
    let inside = format!("nats://night:{SECRET}@127.0.0.1:{}", nats.port);
    let creds = at("bad.creds");
    fs::write(&creds, format!("{SECRET} is no file of credentials")).unwrap();
    let creds = creds.to_str().unwrap();
    let none: [(&str, &str); 0] = [];
    let right = [("NATS_USER", "night"), ("NATS_PASSWORD", SECRET)];
    let wrong = [("NATS_USER", "night"), ("NATS_PASSWORD", "wr0ng-word")];
    let submit = ["submit", manifest, "--nats"];
    let bucket = ["--photos", "s3://name:s3cr3t-word@photos"];
    for (args, environment, named) in [
        (
            [&submit[..], &[&nobody]].concat(),
            &none[..],
            &["cannot be reached", nobody.as_str()][..],
        ),
        (
            vec!["work", "--nats", &nobody],
            &none,
            &["cannot be reached", &nobody],
        ),
        (
            vec!["collect", "--nats", &nobody, "--out", out],
            &none,
            &["cannot be reached", &nobody],
        ),
        (
            [&submit[..], &[&url]].concat(),
            &none,
            &["the credentials are refused", &url],
        ),
        (
            vec!["work", "--nats", &url],
            &wrong,
            &["the credentials are refused", &url],
        ),
        (
            vec!["work", "--nats", &url],
            &right[1..],
            &["NATS_USER and NATS_PASSWORD"],
        ),
        (
            vec!["work", "--nats", &inside],
            &right,
            &["--nats", "NATS_PASSWORD"],
        ),
        (
            vec!["work", "--nats", "http://127.0.0.1"],
            &right,
            &["--nats", "\"http://127.0.0.1\"", "tls://"],
        ),
        (
            vec!["work", "--nats", &url, "--creds", creds],
            &none,
            &["--creds", creds],
        ),
        (
            vec!["work", "--nats", &url, "--tls-ca", "/no/such.pem"],
            &none,
            &["--tls-ca", "/no/such.pem"],
        ),
        (
            vec!["work", "--nats", &url],
            &right,
            &["\"shomei\"", "does not exist", "`shomei submit`"],
        ),
        (
            vec!["work", "--nats", &url, "--stream", "a.b"],
            &right,
            &["--stream", "\"a.b\"", "A-Z"],
        ),
        (
            vec!["collect", "--nats", &url, "--out", out],
            &right,
            &["does not exist"],
        ),
        (
            [&submit[..], &[&url], &bucket].concat(),
            &right,
            &["--photos", "s3://BUCKET"],
        ),
        (
            vec!["work", "--nats", &url, "--metrics", "1.2.3.4:1"],
            &right,
            &["--metrics", "1.2.3.4:1"],
        ),
        (
            vec!["work", "--nats", &url, "--ack-wait", "1"],
            &right,
            &["--ack-wait", "3..=600"],
        ),
    ] {
        let mut command = shomei();
        command.args(&args).args(if args[0] == "submit" {
            &["--no-progress"][..]
        } else {
            &[]
        });
        let output = command.envs(environment.iter().copied()).output().unwrap();
        let message = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {message}");
        for name in named {
            assert!(message.contains(name), "{name}: {args:?}: {message}");
        }
        assert!(
            !message.contains(SECRET) && !message.contains("wr0ng-word"),
            "{message}"
        );
        assert!(!message.contains("panicked"), "{message}");
    }
    assert!(!Path::new(out).exists());
    // And with the right ones all goes well, and shows none at any level.
    let log = at("log");
    let file = fs::File::create(&log).unwrap();
    let both = |command: &mut Command| {
        command
            .envs(right)
            .args(["--log-level", "debug", "--log-format", "json"]);
    };
    let mut command = nats.command("submit");
    both(command.arg(manifest).arg("--no-progress"));
    succeeded(&command.output().unwrap(), 0, &[]);
    let mut command = nats.command("work");
    both(command.args(["--jobs", "1"]).stderr(file));
    let mut worker = Running(command.spawn().unwrap());
    let mut command = nats.command("collect");
    both(command.args(["--out", out]));
    let output = command.output().unwrap();
    succeeded(&output, 1, &[]);
    worker.signal("TERM");
    assert_eq!(worker.ended(), Some(0));
    let log = fs::read_to_string(&log).unwrap();
    assert!(log.contains("\"message\":\"ready\""), "{log}");
    assert!(!(log + &stderr(&output)).contains(SECRET));
}

#[test]
fn encrypted_connections_need_the_authority_that_is_given() {
    let folder = TempDir::new().unwrap();
    let at = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let (key, certificate) = (at("key.pem"), at("certificate.pem"));
    let made = Command::new("openssl")
        .args(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(' '),
        )
        .args(["-subj", "/CN=queue"])
        .args(["-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-addext", "subjectAltName=IP:127.0.0.1"])
        .args(["-keyout", &key, "-out", &certificate])
        .stderr(Stdio::null())
        .status();
    assert!(made.unwrap().success(), "openssl is installed");
    let nats = Nats::start(&["--tls", "--tlscert", &certificate, "--tlskey", &key]);
    let manifest = write_manifest(
        folder.path(),
        [("A".to_owned(), format!("{},,", photo(CHEAP)))],
    );
    let refused = nats.submit(&manifest);
    succeeded(&refused, 2, &["NATS server", "certificate"]);
    let mut command = nats.command("submit");
    command
        .arg(&manifest)
        .args(["--no-progress", "--tls-ca", &certificate]);
    succeeded(&command.output().unwrap(), 0, &["1 photos are submitted"]);
}

#[test]
fn each_command_tells_prometheus_what_it_does() {
    let nats = Nats::start(&[]);
    let folder = TempDir::new().unwrap();
    let rows = (0..40).map(|index| (format!("A-{index}"), format!("{},,", photo(CHEAP))));
    let manifest = write_manifest(folder.path(), rows);
    succeeded(&nats.submit(&manifest), 0, &[]);
    let metrics = |port: u16| {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
        let request = b"GET /metrics HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n";
        stream.write_all(request).ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        Some(answer)
    };
    let (work, collect) = (free_port(), free_port());
    let mut command = nats.command("collect");
    command
        .arg("--out")
        .arg(folder.path().join("out.jsonl"))
        .args(["--progress", "none"]);
    command.args(["--metrics", &format!("127.0.0.1:{collect}")]);
    let mut collecting = Running(command.stderr(Stdio::null()).spawn().unwrap());
    wait_for("what is missing", || {
        metrics(collect).is_some_and(|text| text.contains("\nshomei_missing 40\n"))
    });
    let log = folder.path().join("log");
    let mut worker = nats.worker(&log, &["--metrics", &format!("127.0.0.1:{work}")]);
    wait_for("reviews", || {
        metrics(work).is_some_and(|text| {
            text.contains("\nshomei_reviews_total{verdict=\"reject\"} 40\n")
                && text.contains("\nshomei_lag 0\n")
                && text.contains("shomei_reviewing_seconds_count 40")
        })
    });
    assert_eq!(collecting.ended(), Some(1));
    worker.signal("TERM");
    assert_eq!(worker.ended(), Some(0));
    // This one is over too soon to be asked.
    let mut command = nats.command("submit");
    command
        .arg(&manifest)
        .args(["--no-timings", "--no-progress", "--metrics", "127.0.0.1:0"]);
    succeeded(
        &command.output().unwrap(),
        0,
        &["metrics_listen=127.0.0.1:"],
    );
}

/// `.ci/run` installs it; it writes what it keeps into a folder, a folder for each bucket.
#[test]
#[ignore = "needs the program s3s-fs: cargo install s3s-fs --version 0.14.1 --locked --features binary"]
fn photos_are_read_from_an_s3_compatible_store() {
    let nats = Nats::start(&[]);
    let folder = TempDir::new().unwrap();
    let bucket = folder.path().join("photos/night");
    fs::create_dir_all(bucket.join("in")).unwrap();
    let mut rows = Vec::new();
    for index in 0..24 {
        let name = if index % 8 == 1 {
            "accept_monochrome.jpg"
        } else {
            CHEAP
        };
        let path = format!("in/{index} é#100%.jpg");
        fs::copy(photo(name), bucket.join(&path)).unwrap();
        rows.push((format!("A-{index:02}"), format!("{path},,")));
    }
    rows.push(("gone".to_owned(), "in/gone.jpg,,".to_owned()));
    let manifest = write_manifest(&bucket, rows);
    let expected = local(&manifest, &folder.path().join("local.jsonl"), &[]);

    let port = free_port();
    let server = Command::new("s3s-fs")
        .args(["--host", "127.0.0.1", "--port", &port.to_string()])
        .args(["--access-key", "key", "--secret-key", "s3cr3t-word"])
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _server = Running(server.expect("s3s-fs is installed"));
    wait_for("s3s-fs", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let mut submit = nats.command("submit");
    submit.arg(&manifest).args([
        "--no-timings",
        "--no-progress",
        "--photos",
        "s3://photos/night",
    ]);
    succeeded(&submit.output().unwrap(), 0, &["25 photos"]);

    let log = folder.path().join("log");
    let worker = |port: u16, secret: &str| {
        let file = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(&log)
            .unwrap();
        let mut command = nats.command("work");
        command
            .args(["--jobs", "2", "--ack-wait", "3"])
            .stderr(file);
        command.env("AWS_ENDPOINT", format!("http://127.0.0.1:{port}"));
        command.envs([("AWS_ALLOW_HTTP", "true"), ("AWS_REGION", "us-east-1")]);
        command.envs([
            ("AWS_ACCESS_KEY_ID", "key"),
            ("AWS_SECRET_ACCESS_KEY", secret),
        ]);
        Running(command.spawn().unwrap())
    };
    // One that is let in nowhere, and one that finds nobody, give all back and say why.
    for (port, secret, reason) in [
        (port, "wr0ng-word", "permission denied"),
        (free_port(), "s3cr3t-word", "connection refused"),
    ] {
        assert_eq!(worker(port, secret).ended(), Some(2));
        let said = fs::read_to_string(&log).unwrap();
        let named = format!("photos in a row: {reason}");
        assert!(said.contains(&named), "{named}: {said}");
    }
    assert_eq!(nats.waiting(), 25);
    let mut right = worker(port, "s3cr3t-word");
    let out = folder.path().join("reviews.jsonl");
    succeeded(&nats.collect(&out, &[]), 1, &[]);
    assert!(lines(&out) == expected, "the reviews differ");
    right.signal("TERM");
    assert_eq!(right.ended(), Some(0));
    let log = fs::read_to_string(&log).unwrap();
    for never in ["s3cr3t-word", "wr0ng-word", "in/", "A-0"] {
        assert!(!log.contains(never), "{never}: {log}");
    }
}
