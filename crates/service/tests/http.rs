//! The service over real sockets with the real reviewer: what applicants send, and everything that
//! clients get wrong or do on purpose. Each is a defined status with a problem document.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use std::net::SocketAddr;
use std::num::NonZeroUsize;
use std::sync::OnceLock;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use common::{Client, ask, get, head, metric, photo, post, request, wait_for};
use shomei::Reviewer;
use shomei_service::{Config, ServeError, Server};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

const JPEG: &str = "image/jpeg";
const GOOD: &str = "accept_studio_man_01.jpg";
const EN: &str = "/v1/reviews?lang=en";

/// A running service. Ended, it must have answered everything.
struct Service {
    address: SocketAddr,
    metrics: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<Result<(), ServeError>>>,
}

impl Service {
    fn start(change: impl FnOnce(&mut Config)) -> Self {
        static REVIEWER: OnceLock<Reviewer> = OnceLock::new();
        let reviewer = REVIEWER
            .get_or_init(|| Reviewer::builder().build().unwrap())
            .clone();
        Self::around(reviewer, change)
    }

    fn around(reviewer: Reviewer, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        config.listen.set_port(0);
        config.metrics_listen.set_port(0);
        // Other tests run besides.
        config.deadline = Duration::from_secs(60);
        change(&mut config);
        let runtime = Runtime::new().unwrap();
        let server = runtime.block_on(Server::bind(config)).unwrap();
        let (address, metrics) = server.addresses();
        let (stop, stopped) = oneshot::channel();
        let thread = thread::spawn(move || {
            let stopped = async {
                let _stopped = stopped.await;
            };
            runtime.block_on(server.run(move || Ok(reviewer), stopped))
        });
        wait_for("ready", || get(address, "/readyz").status == 200);
        Self {
            address,
            metrics,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn metric(&self, line: &str) -> f64 {
        metric(self.metrics, line)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _sent = self.stop.take().unwrap().send(());
        let ended = self.thread.take().unwrap().join();
        if !thread::panicking() {
            ended.unwrap().unwrap();
        }
    }
}

const fn workers(count: usize) -> NonZeroUsize {
    NonZeroUsize::new(count).unwrap()
}

/// A form with these parts: name, further header lines, bytes.
fn form(parts: &[(&str, &str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, more, bytes) in parts {
        let head = format!("--XX\r\ncontent-disposition: form-data; name=\"{name}\"{more}\r\n\r\n");
        body.extend([head.as_bytes(), bytes, b"\r\n"].concat());
    }
    body.extend(b"--XX--\r\n");
    body
}

const FORM: &str = "multipart/form-data; boundary=XX";

#[test]
fn a_photo_is_reviewed_raw_or_in_a_form_in_both_languages() {
    let service = Service::start(|_| {});
    let good = photo(GOOD);
    let answer = post(service.address, "/v1/reviews", JPEG, &good);
    assert!(answer.codes().is_empty());
    assert_eq!(answer.json()["verdict"], "accept");
    for (name, value) in [
        ("content-type", "application/json"),
        ("content-language", "ja"),
        ("vary", "accept-language"),
        ("cache-control", "no-store"),
        (
            "content-security-policy",
            "default-src 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "same-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }

    let close = photo("too_close_plain.jpg");
    let names = "; filename=\"a%0d%0aset-cookie: b=c.jpg\"\r\ncontent-type: image/jpeg";
    let body = form(&[("photo", names, &close)]);
    let in_form = post(service.address, EN, FORM, &body);
    assert_eq!(in_form.codes(), ["too_close"]);
    assert_eq!(in_form.header("set-cookie"), None);
    let text = |answer: &common::Answer| answer.json()["findings"][0]["text"].to_string();
    assert!(text(&in_form).is_ascii());
    let request = [
        head(
            "/v1/reviews",
            &[
                "content-type: application/octet-stream",
                &format!("content-length: {}", close.len()),
                "accept-language: fr, en;q=0.3, ja;q=0.9",
            ],
        )
        .as_bytes(),
        &close,
    ]
    .concat();
    let raw = ask(service.address, &request);
    assert_eq!(raw.codes(), ["too_close"]);
    assert!(!text(&raw).is_ascii());

    assert_eq!(
        service.metric("shomei_reviews_total{verdict=\"accept\"}"),
        1.0
    );
    assert_eq!(
        service.metric("shomei_findings_total{code=\"too_close\"}"),
        2.0
    );
}

#[test]
fn exceptions_are_taken_and_recorded() {
    let service = Service::start(|_| {});
    let target = "/v1/reviews?waive=tilted,turned&lang=en";
    let answer = post(service.address, target, JPEG, &photo("tilted.jpg"));
    assert!(answer.codes().contains(&"tilted".to_owned()));
    assert_eq!(answer.json()["verdict"], "refer");
    for (query, code, repeated) in [
        ("waive=beard", "unknown_waiver", true),
        ("waive=blurred", "unknown_waiver", true),
        ("waive=%0d%0aset-cookie:beard", "unknown_waiver", false),
        ("lang=fr&waive=beard", "unknown_language", false),
        ("colour=beard", "unknown_parameter", false),
    ] {
        let target = format!("/v1/reviews?{query}");
        let request = request(&target, JPEG, b"x");
        let english = String::from_utf8(request)
            .unwrap()
            .replace("host:", "accept-language: en\r\nhost:");
        let answer = ask(service.address, english.as_bytes());
        answer.is_problem(400, code, "en");
        let detail = answer.json()["detail"].to_string();
        assert_eq!(
            detail.contains("beard") || detail.contains("blurred"),
            repeated,
            "{detail}"
        );
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[test]
fn a_bad_file_is_a_review() {
    let service = Service::start(|_| {});
    let mut bomb = photo(GOOD);
    let frame = bomb
        .windows(2)
        .position(|marker| marker == [0xff, 0xc0])
        .unwrap();
    // Height and width.
    bomb[frame + 5..frame + 9].fill(0xff);
    let mut deep = b"\xff\xd8".to_vec();
    deep.extend(b"\xff\xe1\x00\x02".repeat(100_000));
    for (bytes, code) in [
        (photo("file_truncated.jpg"), "file_truncated"),
        (photo("file_corrupt.jpg"), "file_corrupt"),
        (photo("not_jpeg.png"), "not_jpeg"),
        (photo("not_jpeg_text.jpg"), "not_jpeg"),
        (bomb, "pixels_out_of_range"),
        (deep, "file_truncated"),
        (b"\xff\xd8\xff".to_vec(), "file_truncated"),
        (vec![0], "not_jpeg"),
    ] {
        let answer = post(service.address, EN, "application/octet-stream", &bytes);
        assert!(
            answer.codes().contains(&code.to_owned()),
            "{code}: {:?}",
            answer.codes()
        );
        assert_eq!(answer.json()["verdict"], "reject");
    }
}

/// Stands for a mistake in the stage that the photo ends with.
fn mistake(stage: &str, photo: &[u8]) {
    assert!(!photo.ends_with(stage.as_bytes()), "on purpose");
}

#[test]
fn a_panic_over_one_photo_costs_one_photo() {
    let reviewer = Reviewer::builder().before_stages(mistake).build().unwrap();
    let service = Service::around(reviewer, |config| config.workers = workers(1));
    let good = photo(GOOD);
    for stage in ["decode", "face", "portrait", "verdict"] {
        let body = [&good, stage.as_bytes()].concat();
        let answer = post(service.address, EN, JPEG, &body);
        assert!(!answer.codes().is_empty());
        assert_eq!(answer.json()["measurements"]["failure"]["stage"], stage);
        let answer = post(service.address, EN, JPEG, &good);
        assert_eq!(answer.json()["verdict"], "accept");
    }
    assert_eq!(service.metric("shomei_working"), 0.0);
}

#[test]
fn bodies_that_carry_no_photo_are_refused() {
    let service = Service::start(|config| config.max_body = 4096);
    let address = service.address;
    post(address, "/v1/reviews", JPEG, b"").is_problem(400, "empty_body", "ja");
    post(address, EN, FORM, &form(&[("photo", "", b"")])).is_problem(400, "empty_body", "en");

    let png = post(address, EN, "image/png", &photo("not_jpeg.png"));
    png.is_problem(415, "unsupported_type", "en");
    assert!(png.header("accept").unwrap().contains("image/jpeg"));
    let png = form(&[("photo", "\r\ncontent-type: image/png", b"x")]);
    post(address, EN, FORM, &png).is_problem(415, "unsupported_type", "en");

    let whole = form(&[("photo", "", b"x")]);
    let unnamed = b"--XX\r\n\r\nx\r\n--XX--\r\n".to_vec();
    for (content_type, body) in [
        ("multipart/form-data", whole.clone()),
        ("multipart/form-data; boundary=other", whole.clone()),
        (FORM, b"no form at all".to_vec()),
        (FORM, Vec::new()),
        (FORM, whole[..whole.len() - 8].to_vec()),
        (FORM, b"--XX--\r\n".to_vec()),
        (FORM, unnamed),
        (
            FORM,
            b"--XX\r\ncontent-disposition: form-data; name=\"ph".to_vec(),
        ),
        (FORM, form(&[("file", "", b"x")])),
        (FORM, form(&[("photo", "", b"x"), ("photo", "", b"y")])),
        (FORM, form(&[("photo", "", b"x"), ("note", "", b"y")])),
    ] {
        let answer = post(address, EN, content_type, &body);
        answer.is_problem(400, "malformed_multipart", "en");
    }
    // As long as a photo may be, and one byte more.
    let length = |count| form(&[("photo", "", &vec![7; count])]);
    assert_eq!(post(address, EN, FORM, &length(4096)).codes(), ["not_jpeg"]);
    post(address, EN, FORM, &length(4097)).is_problem(413, "body_too_large", "en");
    assert_eq!(post(address, EN, JPEG, &[7; 4096]).codes(), ["not_jpeg"]);
    post(address, EN, JPEG, &[7; 4097]).is_problem(413, "body_too_large", "en");
}

#[test]
fn a_body_of_50_mb_is_refused_before_and_while_it_comes() {
    let service = Service::start(|_| {});
    let length = 50_000_000;
    let declared = head(
        EN,
        &[
            &format!("content-type: {JPEG}"),
            &format!("content-length: {length}"),
        ],
    );
    // Nothing of it has come.
    let mut client = Client::connect(service.address);
    client.send(declared.as_bytes());
    let answer = client.answer().unwrap();
    answer.is_problem(413, "body_too_large", "en");
    assert!(answer.json()["detail"].as_str().unwrap().contains("16 MiB"));
    // A client that sends all of it before it reads sees the same.
    for _ in 0..length / 1_000_000 {
        client.send(&[0; 1_000_000]);
    }
    let mut client = Client::connect(service.address);
    let chunked = head(
        EN,
        &[
            &format!("content-type: {JPEG}"),
            "transfer-encoding: chunked",
        ],
    );
    client.send(chunked.as_bytes());
    for _ in 0..length / 1_000_000 {
        client.send(format!("{:x}\r\n", 1_000_000).as_bytes());
        client.send(&[0; 1_000_000]);
        client.send(b"\r\n");
    }
    client.send(b"0\r\n\r\n");
    client
        .answer()
        .unwrap()
        .is_problem(413, "body_too_large", "en");
    // And the connection is as good as before.
    client.send(&request(EN, JPEG, b"x"));
    assert_eq!(client.answer().unwrap().codes(), ["not_jpeg"]);
    // One that asks first need not send anything.
    let asking = declared.replace("host:", "expect: 100-continue\r\nhost:");
    ask(service.address, asking.as_bytes()).is_problem(413, "body_too_large", "en");
    assert!(service.metric("process_resident_memory_bytes") < 1e9);
}

#[test]
fn slow_clients_end_and_hold_no_place_in_the_queue() {
    let service = Service::start(|config| {
        config.workers = workers(1);
        config.queue = 0;
        config.upload_timeout = Duration::from_secs(2);
    });
    let partial = head(EN, &["content-type: image/jpeg", "content-length: 1000"]) + "x";
    let mut slow: Vec<_> = (0..20)
        .map(|_| {
            let mut client = Client::connect(service.address);
            client.send(partial.as_bytes());
            client
        })
        .collect();
    let start = Instant::now();
    assert!(
        post(service.address, EN, JPEG, &photo(GOOD))
            .codes()
            .is_empty()
    );
    let others = start.elapsed();
    for client in &mut slow {
        let answer = client.answer().unwrap();
        answer.is_problem(408, "upload_timeout", "en");
        assert_eq!(answer.header("connection"), Some("close"));
        assert!(client.answer().is_none());
    }
    assert!(others < start.elapsed(), "{others:?}");
    assert_eq!(
        service.metric("shomei_reviews_total{verdict=\"accept\"}"),
        1.0
    );
}

#[test]
fn headers_that_never_end_cost_their_connection_only() {
    let service = Service::start(|config| {
        config.connections = 1;
        config.idle_timeout = Duration::from_secs(1);
    });
    let mut slow = Client::connect(service.address);
    slow.send(b"GET /healthz HTTP/1.1\r\nhost: te");
    let start = Instant::now();
    // There is room for one connection: this waits for its turn.
    assert_eq!(get(service.address, "/healthz").status, 200);
    assert!(start.elapsed() > Duration::from_millis(500));
    assert!(slow.answer().is_none_or(|answer| answer.status == 408));
}

#[test]
fn a_full_queue_refuses_and_says_when_to_come_again() {
    let service = Service::start(|config| {
        config.workers = workers(1);
        config.queue = 0;
    });
    let mut first = Client::connect(service.address);
    first.send(&request(EN, JPEG, &photo(GOOD)));
    wait_for("in work", || service.metric("shomei_working") == 1.0);
    let answer = post(service.address, EN, JPEG, &photo(GOOD));
    answer.is_problem(429, "busy", "en");
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert!(first.answer().unwrap().codes().is_empty());
    assert_eq!(service.metric("shomei_refused_total{code=\"busy\"}"), 1.0);
    wait_for("free", || service.metric("shomei_working") == 0.0);
    assert!(
        post(service.address, EN, JPEG, &photo(GOOD))
            .codes()
            .is_empty()
    );
}

#[test]
fn memory_for_uploads_is_bounded_by_what_has_come() {
    let service = Service::start(|config| {
        config.max_body = 64 << 10;
        config.upload_memory = 64 << 10;
    });
    let body = vec![0; 60 << 10];
    let whole = request(EN, JPEG, &body);
    let (most, rest) = whole.split_at(whole.len() - 10);
    let mut slow = Client::connect(service.address);
    slow.send(most);
    let held = || service.metric("shomei_upload_memory_bytes");
    wait_for("it is there", || held() == 61440.0);
    post(service.address, EN, JPEG, &body).is_problem(429, "busy", "en");
    slow.send(rest);
    assert_eq!(slow.answer().unwrap().codes(), ["not_jpeg"]);
    wait_for("memory again", || held() == 0.0);
    assert_eq!(post(service.address, EN, JPEG, &body).codes(), ["not_jpeg"]);
}

#[test]
fn a_client_that_leaves_the_queue_costs_no_review() {
    let service = Service::start(|config| {
        config.workers = workers(1);
        config.queue = 8;
    });
    let good = request(EN, JPEG, &photo(GOOD));
    let send = || {
        let mut client = Client::connect(service.address);
        client.send(&good);
        client
    };
    let mut stay: Vec<_> = (0..4).map(|_| send()).collect();
    wait_for("they wait", || service.metric("shomei_waiting") == 3.0);
    let leaves = send();
    wait_for("it waits", || {
        service.metric("shomei_waiting") >= 3.0 && {
            let inside = service.metric("shomei_waiting") + service.metric("shomei_working");
            inside + service.metric("shomei_reviews_total{verdict=\"accept\"}") >= 5.0
        }
    });
    drop(leaves);
    for client in &mut stay {
        assert!(client.answer().unwrap().codes().is_empty());
    }
    let gone = "shomei_requests_total{route=\"/v1/reviews\",status=\"gone\"}";
    wait_for("gone", || service.metric(gone) == 1.0);
    wait_for("idle", || {
        service.metric("shomei_waiting") + service.metric("shomei_working") == 0.0
    });
    assert_eq!(
        service.metric("shomei_reviews_total{verdict=\"accept\"}"),
        4.0
    );
}

#[test]
fn a_client_that_leaves_amid_its_review_gives_the_worker_back() {
    let service = Service::start(|config| {
        config.workers = workers(1);
        config.queue = 0;
    });
    let mut leaves = Client::connect(service.address);
    leaves.send(&request(EN, JPEG, &photo(GOOD)));
    wait_for("in work", || service.metric("shomei_working") == 1.0);
    drop(leaves);
    let gone = "shomei_requests_total{route=\"/v1/reviews\",status=\"gone\"}";
    wait_for("gone", || service.metric(gone) == 1.0);
    // The review runs to its end; its worker is taken until then.
    wait_for("free", || service.metric("shomei_working") == 0.0);
    assert_eq!(
        service.metric("shomei_reviews_total{verdict=\"accept\"}"),
        1.0
    );
    assert!(
        post(service.address, EN, JPEG, &photo(GOOD))
            .codes()
            .is_empty()
    );
    // Or amid its upload.
    let mut leaves = Client::connect(service.address);
    leaves.send((head(EN, &["content-length: 1000"]) + "x").as_bytes());
    drop(leaves);
    wait_for("left", || {
        service.metric(gone) + service.metric("shomei_refused_total{code=\"incomplete_body\"}")
            == 2.0
    });
    assert!(
        post(service.address, EN, JPEG, &photo(GOOD))
            .codes()
            .is_empty()
    );
}

#[test]
fn what_takes_longer_than_the_deadline_is_503() {
    let service = Service::start(|config| {
        config.workers = workers(1);
        config.queue = 1;
        config.deadline = Duration::from_millis(1);
    });
    let answer = post(service.address, EN, JPEG, &photo(GOOD));
    answer.is_problem(503, "deadline", "en");
    assert_eq!(answer.header("retry-after"), Some("1"));
    wait_for("free", || service.metric("shomei_working") == 0.0);
}

#[test]
fn chunks_that_are_none_and_headers_that_are_none_are_400() {
    let service = Service::start(|_| {});
    let chunked = head(EN, &["transfer-encoding: chunked"]) + "5\r\nabcde\r\nzz\r\n";
    ask(service.address, chunked.as_bytes()).is_problem(400, "incomplete_body", "en");
    // What is not HTTP gets no document, and no more than this.
    for broken in [
        "GET / HTTP/1.1\r\nx-request-id: a\0b\r\n\r\n",
        "GET / HTTP/1.1\r\nx-request-id: a\rset-cookie: b\r\n\r\n",
        "nothing\r\n\r\n",
    ] {
        let answer = ask(service.address, broken.as_bytes());
        assert_eq!((answer.status, answer.body.len()), (400, 0), "{broken}");
    }
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "a: b\r\n".repeat(1000));
    assert_eq!(ask(service.address, many.as_bytes()).status, 431);
}

#[test]
fn request_ids_are_kept_if_they_are_harmless() {
    let service = Service::start(|_| {});
    let id = |sent: &str| {
        let request = request(EN, JPEG, b"x");
        let request = String::from_utf8(request).unwrap();
        let request = request.replace("host:", &format!("x-request-id: {sent}\r\nhost:"));
        let answer = ask(service.address, request.as_bytes());
        assert_eq!(answer.codes(), ["not_jpeg"]);
        answer.header("x-request-id").unwrap().to_owned()
    };
    assert_eq!(id("Form-17.a_b"), "Form-17.a_b");
    for odd in ["a b", "a\"b", "<a>", &"a".repeat(65)] {
        let id = id(odd);
        assert_eq!(id.len(), 36, "{id}");
        assert!(!id.contains(odd));
    }
}

#[test]
fn other_addresses_and_methods_are_problems_too() {
    let service = Service::start(|_| {});
    let (address, metrics) = (service.address, service.metrics);
    assert_eq!(get(address, "/healthz").status, 200);
    get(address, "/metrics").is_problem(404, "not_found", "ja");
    get(metrics, "/v1/reviews").is_problem(404, "not_found", "ja");
    // With a body that nobody reads.
    post(address, "/v2/reviews?lang=en", JPEG, &photo(GOOD)).is_problem(404, "not_found", "en");
    let answer = get(address, "/v1/reviews");
    answer.is_problem(405, "method_not_allowed", "ja");
    assert_eq!(answer.header("allow"), Some("POST"));
    let document = get(address, "/openapi.json");
    assert_eq!(document.header("content-type"), Some("application/json"));
    assert_eq!(document.json()["openapi"], "3.1.0");
}
