//! A service and a browser for one test, both ended with it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use fantoccini::elements::Element;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};

const PATIENCE: Duration = Duration::from_secs(30);

/// What the page is seen on.
#[derive(Clone, Copy, PartialEq)]
pub enum Screen {
    /// 1280 × 900 pixels, a mouse.
    Desktop,
    /// So many pixels wide, a finger.
    Phone(u32),
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ended = self.0.kill();
        let _status = self.0.wait();
    }
}

impl Running {
    fn start(command: &mut Command, what: &str) -> Self {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        Self(child.unwrap_or_else(|error| panic!("{what}: {error}; run.sh gets what is needed")))
    }
}

/// The page, opened in a browser.
pub struct Page {
    client: Client,
    address: String,
    _service: Running,
    _driver: Running,
}

impl Page {
    /// Starts the service and a browser, and opens the page with `?lang=`.
    pub async fn open(screen: Screen, lang: &str) -> Self {
        let (port, metrics) = (free_port(), free_port());
        let service = Running::start(
            Command::new(service())
                .args(["--listen", &format!("127.0.0.1:{port}")])
                .args(["--metrics-listen", &format!("127.0.0.1:{metrics}")]),
            "shomei-service",
        );
        let driver_port = free_port();
        let driver = Running::start(
            Command::new("chromedriver")
                .arg(format!("--port={driver_port}"))
                // In a locale that is not installed, it finds no file with letters outside ASCII.
                .env("LC_ALL", "C.UTF-8"),
            "chromedriver",
        );
        eventually("the service is ready", || answers(port, "/readyz"));
        eventually("chromedriver is ready", || answers(driver_port, "/status"));

        let mut options = json!({
            // As root in a container there is neither a sandbox nor much shared memory.
            "args": ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--window-size=1280,900"],
        });
        if let Screen::Phone(width) = screen {
            options["mobileEmulation"] = json!({"deviceMetrics": {"width": width, "height": 844, "pixelRatio": 2, "touch": true}});
        }
        let Value::Object(wanted) =
            json!({"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}})
        else {
            unreachable!("an object")
        };
        let client = ClientBuilder::new(HttpConnector::new())
            .capabilities(wanted)
            .connect(&format!("http://127.0.0.1:{driver_port}"))
            .await
            .unwrap();
        let page = Self {
            client,
            address: format!("http://127.0.0.1:{port}/"),
            _service: service,
            _driver: driver,
        };
        page.goto(&format!("?lang={lang}")).await;
        page
    }

    /// Opens an address under that of the page.
    pub async fn goto(&self, path: &str) {
        self.client
            .goto(&format!("{}{path}", self.address))
            .await
            .unwrap();
        self.until("document.querySelector('main:not([hidden])')")
            .await;
    }

    /// The one element that matches.
    pub async fn find(&self, css: &str) -> Element {
        self.client.find(Locator::Css(css)).await.unwrap()
    }

    /// The text of the one element that matches, as it is seen.
    pub async fn text(&self, css: &str) -> String {
        self.find(css).await.text().await.unwrap()
    }

    /// What a script returns.
    pub async fn run(&self, script: &str) -> Value {
        self.client.execute(script, Vec::new()).await.unwrap()
    }

    /// The value of an expression.
    pub async fn value(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression});")).await
    }

    /// What a promise comes to.
    pub async fn promised(&self, expression: &str) -> Value {
        let script =
            format!("const done = arguments[0]; Promise.resolve({expression}).then(done);");
        self.client
            .execute_async(&script, Vec::new())
            .await
            .unwrap()
    }

    /// Waits until an expression holds.
    pub async fn until(&self, expression: &str) {
        let start = Instant::now();
        while self.value(&format!("!!({expression})")).await != true {
            assert!(start.elapsed() < PATIENCE, "never: {expression}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Chooses a file of `testdata/photos` and waits for its verdict.
    pub async fn choose(&self, photo: &str) {
        self.send(&photos().join(photo)).await;
        self.settled().await;
    }

    /// Chooses a file.
    pub async fn send(&self, file: &Path) {
        self.find("#file")
            .await
            .send_keys(file.to_str().unwrap())
            .await
            .unwrap();
    }

    /// Waits for a verdict or an error, and for the picture.
    pub async fn settled(&self) {
        self.until(
            "(() => { const [result, photo] = [document.querySelector('#result'), document.querySelector('#photo')]; \
             return !result.hidden && result.getAttribute('aria-busy') === 'false' && (!photo.src || photo.complete); })()",
        )
        .await;
    }

    /// Presses keys where the focus is; see `fantoccini::key`.
    pub async fn press(&self, key: fantoccini::key::Key) {
        let focused = self.client.active_element().await.unwrap();
        focused.send_keys(&key.to_string()).await.unwrap();
    }

    /// As in the browser's developer tools.
    pub async fn tools(&self, command: &str, parameters: Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.client
            .issue_cmd(Extra("goog/cdp/execute", body))
            .await
            .unwrap()
    }

    /// A picture of the whole page in `target/browser/screenshots`.
    pub async fn screenshot(&self, name: &str) {
        let size = self
            .value("[innerWidth, document.documentElement.scrollHeight]")
            .await;
        let clip = json!({"x": 0, "y": 0, "width": size[0], "height": size[1], "scale": 1});
        let parameters = json!({"captureBeyondViewport": true, "clip": clip});
        let shot = self.tools("Page.captureScreenshot", parameters).await;
        let folder = target().join("screenshots");
        std::fs::create_dir_all(&folder).unwrap();
        let bytes = STANDARD.decode(shot["data"].as_str().unwrap()).unwrap();
        std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
    }

    /// Ends the test: nothing may stand in the console, where refusals of the policy for content
    /// would be told.
    pub async fn close(self) {
        let log = self
            .client
            .issue_cmd(Extra("se/log", json!({"type": "browser"})))
            .await
            .unwrap();
        assert_eq!(log, json!([]));
        self.client.close().await.unwrap();
    }
}

/// A command that only this browser's driver knows.
#[derive(Debug)]
struct Extra(&'static str, Value);

impl WebDriverCompatibleCommand for Extra {
    fn endpoint(
        &self,
        base: &url::Url,
        session: Option<&str>,
    ) -> Result<url::Url, url::ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.0
        ))
    }

    fn method_and_body(&self, _url: &url::Url) -> (http::Method, Option<String>) {
        (http::Method::POST, Some(self.1.to_string()))
    }
}

/// The script that looks for what keeps people out; `run.sh` gets it.
pub fn axe() -> String {
    let file = target().join("axe.min.js");
    std::fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!(
            "{}: {error}; crates/tools/browser/run.sh puts axe-core there",
            file.display()
        )
    })
}

/// Where the bundled photos are.
pub fn photos() -> PathBuf {
    root().join("testdata/photos")
}

/// What the tests write and what was got for them.
pub fn target() -> PathBuf {
    root().join("target/browser")
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap()
        .to_owned()
}

fn service() -> PathBuf {
    std::env::var_os("SHOMEI_SERVICE").map_or_else(
        || root().join("target/release/shomei-service"),
        PathBuf::from,
    )
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let start = Instant::now();
    while !holds() {
        assert!(start.elapsed() < PATIENCE, "never: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn answers(port: u16, path: &str) -> bool {
    let ask = || -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        )?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    ask().is_ok_and(|answer| answer == "HTTP/1.1 200")
}
