//! The routes, and what every request gets: an id, the language of problems, headers, a line in the
//! log, and a count.

use std::sync::{Arc, OnceLock};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use uuid::{NoContext, Timestamp, Uuid};

use crate::problem::Problem;
use crate::state::{App, Facts};
use crate::upload::Upload;
use crate::{metrics, negotiate, openapi, page, reviews};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The length of the longest id that is accepted from a client.
const LONGEST_ID: usize = 64;

/// Default headers of every answer.
const HEADERS: [(HeaderName, &str); 6] = [
    (header::CACHE_CONTROL, "no-store"),
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; frame-ancestors 'none'",
    ),
    (header::REFERRER_POLICY, "no-referrer"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
];

impl App {
    /// The routes of the public listener.
    pub(crate) fn router(self: &Arc<Self>) -> Router {
        let router = Router::new()
            .route("/v1/reviews", post(reviews::post))
            .route("/healthz", get(|| async { "ok\n" }))
            .route("/readyz", get(ready))
            .route("/openapi.json", get(described))
            // `upload` counts the bytes itself.
            .layer(DefaultBodyLimit::disable())
            .merge(page::router());
        self.finished(router)
    }

    /// The routes of the listener for metrics.
    pub(crate) fn metrics_router(self: &Arc<Self>) -> Router {
        self.finished(Router::new().route("/metrics", get(counted)))
    }

    fn finished(self: &Arc<Self>, router: Router<Arc<Self>>) -> Router {
        router
            .fallback(|headers: HeaderMap, body: Body| refuse(Problem::NotFound, headers, body))
            .method_not_allowed_fallback(|headers: HeaderMap, body: Body| {
                refuse(Problem::MethodNotAllowed, headers, body)
            })
            .layer(middleware::from_fn_with_state(Arc::clone(self), outermost))
            .with_state(Arc::clone(self))
    }
}

async fn refuse(problem: Problem, headers: HeaderMap, body: Body) -> Problem {
    drop(Upload::new(&headers, body));
    problem
}

async fn ready(State(app): State<Arc<App>>) -> Result<&'static str, Problem> {
    app.gate.ready().map(|()| "ready\n")
}

async fn described() -> impl IntoResponse {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    let document = DOCUMENT.get_or_init(|| openapi::text().into());
    (
        [(header::CONTENT_TYPE, "application/json")],
        document.clone(),
    )
}

async fn counted(State(app): State<Arc<App>>) -> impl IntoResponse {
    (
        [(header::CONTENT_TYPE, metrics::CONTENT_TYPE)],
        app.metrics.text(&app.admission),
    )
}

/// The outermost layer.
async fn outermost(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let lang = negotiate::language(request.uri(), request.headers());
    let line = Line::new(&app, &request);
    let facts = Arc::clone(&line.facts);
    request.extensions_mut().insert(Arc::clone(&facts));
    let mut response = next.run(request).await;
    let problem = response.extensions_mut().remove::<Problem>();
    if let Some(problem) = &problem {
        let headers = std::mem::take(response.headers_mut());
        response = problem.document(&facts.id, lang, headers);
        negotiate::localise(response.headers_mut(), lang);
        app.metrics.refused(problem);
    }
    let headers = response.headers_mut();
    for (name, value) in &HEADERS {
        headers
            .entry(name)
            .or_insert(HeaderValue::from_static(value));
    }
    if let Ok(id) = HeaderValue::from_str(&facts.id) {
        headers.insert(REQUEST_ID, id);
    }
    line.answered(&response, problem.as_ref());
    response
}

/// The client's id if it is safe, otherwise a new one.
fn id(headers: &HeaderMap) -> String {
    headers
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| (1..=LONGEST_ID).contains(&id.len()))
        .filter(|id| {
            id.bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b))
        })
        .map_or_else(|| new_id().to_string(), str::to_owned)
}

/// Made from the clock, so that ids sort by age. Unlike `Uuid::now_v7`, it does not fail with a clock
/// before 1970.
#[expect(clippy::disallowed_methods, reason = "only how ids sort depends on it")]
fn new_id() -> Uuid {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        now.as_secs(),
        now.subsec_nanos(),
    ))
}

/// The line in the log. It is written even if the client disconnects and the rest is dropped.
struct Line {
    app: Arc<App>,
    facts: Arc<Facts>,
    method: &'static str,
    route: String,
    start: Instant,
    written: bool,
}

impl Line {
    fn new(app: &Arc<App>, request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        Self {
            app: Arc::clone(app),
            facts: Arc::new(Facts::new(id(request.headers()))),
            method: method(request.method()),
            route: route.map_or("none", MatchedPath::as_str).to_owned(),
            start: Instant::now(),
            written: false,
        }
    }

    fn answered(mut self, response: &Response, problem: Option<&Problem>) {
        self.write(response.status().as_str(), problem.map(Problem::code));
    }

    fn write(&mut self, status: &str, problem: Option<&str>) {
        self.written = true;
        self.app.metrics.answered(&self.route, status);
        tracing::info!(
            id = self.facts.id.as_str(),
            method = self.method,
            route = self.route.as_str(),
            status,
            ms = self.start.elapsed().as_millis() as u64,
            bytes = self.facts.bytes(),
            verdict = self.facts.verdict().map(|verdict| verdict.as_str()),
            problem,
            "request"
        );
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if !self.written {
            self.write("gone", None);
        }
    }
}

/// The known methods. A client may invent others of any length.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_clients_are_kept_if_they_are_harmless() {
        let of = |value: &str| {
            let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
            id(&HeaderMap::from_iter([(REQUEST_ID, value)]))
        };
        let longest = "a".repeat(LONGEST_ID);
        for kept in ["A-1_b.c", "0", &longest] {
            assert_eq!(of(kept), kept);
        }
        let longer = "a".repeat(LONGEST_ID + 1);
        for other in ["", "a b", "a/b", "写真", "a\t", &longer] {
            assert_eq!(of(other).len(), 36, "{other}");
        }
        assert_ne!(id(&HeaderMap::new()), id(&HeaderMap::new()));
    }
}
