//! The applicant's page. Its files, from the folder `page`, are part of the program.

use axum::Router;
use axum::extract::Path;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use shomei::photo::fnv1a;

/// Allows the page to load its own script, style and icon, to show the photo that the applicant
/// chose, and to call this service; nothing else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; \
                      img-src 'self' blob:; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

struct Part {
    name: &'static str,
    kind: &'static str,
    text: &'static str,
}

const INDEX: Part = part("index.html", HTML, include_str!("../page/index.html"));

const ASSETS: [Part; 5] = [
    part("page.css", CSS, include_str!("../page/page.css")),
    part("page.mjs", SCRIPT, include_str!("../page/page.mjs")),
    part("overlay.mjs", SCRIPT, include_str!("../page/overlay.mjs")),
    part("words.mjs", SCRIPT, include_str!("../page/words.mjs")),
    part("icon.svg", SVG, include_str!("../page/icon.svg")),
];

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";
const SVG: &str = "image/svg+xml";

const fn part(name: &'static str, kind: &'static str, text: &'static str) -> Part {
    Part { name, kind, text }
}

/// `/` and `/assets/*`. Links are relative, so a proxy can serve the page under a prefix.
pub(crate) fn router<S: Clone + Send + Sync + 'static>() -> Router<S> {
    Router::new()
        .route(
            "/",
            get(|headers: HeaderMap| async move { INDEX.answer(&headers) }),
        )
        .route("/assets/{name}", get(asset))
}

async fn asset(Path(name): Path<String>, headers: HeaderMap) -> Response {
    match ASSETS.iter().find(|part| part.name == name) {
        Some(part) => part.answer(&headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Part {
    // Browsers revalidate at each visit, so all files are of one version; only changes are sent.
    fn answer(&self, asked: &HeaderMap) -> Response {
        // Distinguishes versions of a text. Nobody gains from a collision.
        let tag = format!("\"{:016x}\"", fnv1a(self.text.as_bytes()));
        let known = asked
            .get_all(IF_NONE_MATCH)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|value| {
                let value = value.trim();
                value == "*" || value.strip_prefix("W/").unwrap_or(value) == tag
            });
        let headers = [
            (CONTENT_SECURITY_POLICY, POLICY),
            (CACHE_CONTROL, "no-cache"),
            (ETAG, tag.as_str()),
        ];
        if known {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
        (headers, [(CONTENT_TYPE, self.kind)], self.text).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    fn ask(path: &str, tag: Option<&str>) -> Response {
        let mut request = Request::get(path);
        if let Some(tag) = tag {
            request = request.header(IF_NONE_MATCH, tag);
        }
        let request = request.body(Body::empty()).unwrap();
        block_on(router().oneshot(request)).unwrap()
    }

    fn block_on<T>(future: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap()
            .block_on(future)
    }

    fn header(response: &Response, name: axum::http::HeaderName) -> &str {
        response.headers().get(name).unwrap().to_str().unwrap()
    }

    #[test]
    fn the_page_comes_under_a_strict_policy() {
        let response = ask("/", None);
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(header(&response, CONTENT_TYPE), "text/html; charset=utf-8");
        let policy = header(&response, CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        let body = block_on(to_bytes(response.into_body(), usize::MAX)).unwrap();
        assert_eq!(body, INDEX.text);
    }

    #[test]
    fn a_part_is_sent_again_only_when_it_changed() {
        let first = ask("/assets/page.mjs", None);
        let tag = header(&first, ETAG).to_owned();
        for known in [tag.clone(), format!("\"other\", W/{tag}"), "*".to_owned()] {
            let again = ask("/assets/page.mjs", Some(&known));
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED, "{known}");
            assert_eq!(header(&again, ETAG), tag);
        }
        assert_eq!(
            ask("/assets/page.mjs", Some("\"other\"")).status(),
            StatusCode::OK
        );
        assert_ne!(header(&ask("/assets/page.css", None), ETAG), tag);
        assert_eq!(
            ask("/assets/..%2fpage.mjs", None).status(),
            StatusCode::NOT_FOUND
        );
    }

    #[test]
    fn the_page_keeps_nothing() {
        for part in ASSETS.iter().chain([&INDEX]) {
            for store in [
                "localStorage",
                "sessionStorage",
                "indexedDB",
                "caches",
                "cookie",
                "serviceWorker",
            ] {
                assert!(!part.text.contains(store), "{} in {}", store, part.name);
            }
        }
    }

    #[test]
    fn all_that_the_page_asks_for_is_served() {
        let mut found = 0;
        for part in ASSETS.iter().chain([&INDEX]) {
            for start in ["href=\"", "src=\"", "from \"", "url("] {
                for link in part.text.split(start).skip(1) {
                    let link = link.split(['"', ')']).next().unwrap();
                    let name = link.rsplit('/').next().unwrap();
                    assert!(
                        ["assets/", "./"]
                            .iter()
                            .any(|from| link == format!("{from}{name}")),
                        "{link}"
                    );
                    assert!(ASSETS.iter().any(|part| part.name == name), "{link}");
                    found += 1;
                }
            }
        }
        assert!(found >= 6, "{found}");
    }

    // The browser would block them because of the policy, and the applicant would see no error.
    #[test]
    fn nothing_is_inline() {
        for inline in [" style=", "<style", " onclick=", " onload=", "javascript:"] {
            assert!(!INDEX.text.contains(inline), "{inline}");
        }
        assert_eq!(
            INDEX.text.matches("<script").count(),
            INDEX.text.matches("<script type=\"module\" src=").count()
        );
    }

    #[test]
    fn all_words_of_the_page_are_known() {
        let words = ASSETS
            .iter()
            .find(|part| part.name == "words.mjs")
            .unwrap()
            .text;
        let asked: Vec<_> = INDEX
            .text
            .split("data-word=\"")
            .skip(1)
            .map(|rest| rest.split('"').next().unwrap())
            .collect();
        assert!(asked.len() > 10);
        for word in asked {
            assert!(words.contains(&format!("\n  {word}: [")), "{word}");
        }
    }
}
