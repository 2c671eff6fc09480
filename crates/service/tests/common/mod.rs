//! A client that says exactly what it is told to, over real sockets.

#![allow(dead_code, reason = "not every test needs all of it")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::Value;

/// Longer than anything here takes, on a machine that does other things besides.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// Checks that it is a problem as a client needs it: typed, not kept, with an id, in `lang`.
    #[track_caller]
    pub(crate) fn is_problem(&self, status: u16, code: &str, lang: &str) {
        let json = self.json();
        assert_eq!(
            (self.status, json["code"].as_str()),
            (status, Some(code)),
            "{json}"
        );
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        assert_eq!(self.header("content-language"), Some(lang));
        assert_eq!(self.header("cache-control"), Some("no-store"));
        assert_eq!(json["type"], format!("urn:shomei:problem:{code}"));
        assert_eq!(json["status"], status);
        assert_eq!(json["request_id"].as_str(), self.header("x-request-id"));
        for text in ["title", "detail"] {
            assert_eq!(
                json[text].as_str().unwrap().is_ascii(),
                lang == "en",
                "{json}"
            );
        }
    }

    #[track_caller]
    pub(crate) fn codes(&self) -> Vec<String> {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        let json = self.json();
        assert_eq!(json["schema"], "shomei.review/1");
        assert_eq!(json["id"].as_str(), self.header("x-request-id"));
        let findings = json["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|finding| finding["code"].as_str().unwrap().to_owned())
            .collect()
    }
}

/// One connection.
pub(crate) struct Client(BufReader<TcpStream>);

impl Client {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_write_timeout(Some(PATIENCE)).unwrap();
        Self(BufReader::new(stream))
    }

    pub(crate) fn send(&mut self, bytes: &[u8]) {
        self.0.get_mut().write_all(bytes).unwrap();
    }

    /// The next answer; none if the server has closed the connection.
    pub(crate) fn answer(&mut self) -> Option<Answer> {
        let mut line = String::new();
        if self.0.read_line(&mut line).ok()? == 0 {
            return None;
        }
        let status = line.split(' ').nth(1).unwrap().parse().unwrap();
        let mut headers = Vec::new();
        loop {
            let mut line = String::new();
            self.0.read_line(&mut line).unwrap();
            let Some((name, value)) = line.trim_end().split_once(':') else {
                break;
            };
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let mut answer = Answer {
            status,
            headers,
            body: Vec::new(),
        };
        let length = answer
            .header("content-length")
            .map_or(0, |length| length.parse().unwrap());
        answer.body = vec![0; length];
        self.0.read_exact(&mut answer.body).unwrap();
        Some(answer)
    }
}

/// The head of a request for a review; `more` are header lines.
pub(crate) fn head(target: &str, more: &[&str]) -> String {
    let more: String = more.iter().map(|line| format!("{line}\r\n")).collect();
    format!("POST {target} HTTP/1.1\r\nhost: test\r\n{more}\r\n")
}

/// A whole request with `body` of a type.
pub(crate) fn request(target: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let (kind, length) = (
        format!("content-type: {content_type}"),
        format!("content-length: {}", body.len()),
    );
    [head(target, &[&kind, &length]).as_bytes(), body].concat()
}

/// A connection of its own for one request.
pub(crate) fn ask(address: SocketAddr, request: &[u8]) -> Answer {
    let mut client = Client::connect(address);
    client.send(request);
    client.answer().unwrap()
}

pub(crate) fn post(address: SocketAddr, target: &str, content_type: &str, body: &[u8]) -> Answer {
    ask(address, &request(target, content_type, body))
}

pub(crate) fn get(address: SocketAddr, target: &str) -> Answer {
    ask(
        address,
        format!("GET {target} HTTP/1.1\r\nhost: test\r\n\r\n").as_bytes(),
    )
}

/// The value of one line of the metrics; 0 if it is not there yet.
pub(crate) fn metric(metrics: SocketAddr, line: &str) -> f64 {
    let text = String::from_utf8(get(metrics, "/metrics").body).unwrap();
    let value = text
        .lines()
        .find_map(|found| found.strip_prefix(line)?.strip_prefix(' '));
    value.map_or(0.0, |value| value.parse().unwrap())
}

#[track_caller]
pub(crate) fn wait_for(what: &str, mut is: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is() {
        assert!(start.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

pub(crate) fn photo(name: &str) -> Vec<u8> {
    let photos = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../testdata/photos"
    ));
    fs::read(photos.join(name)).unwrap()
}
