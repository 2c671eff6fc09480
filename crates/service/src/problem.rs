//! The reasons to refuse a request: RFC 9457 documents in Japanese and English.
//!
//! These texts are for the sender of the request. The log contains only the code.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shomei::Lang;

/// The accepted content types.
pub(crate) const TYPES: &str = "image/jpeg, application/octet-stream, multipart/form-data";

/// Why a request gets no review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// It contains no photo.
    EmptyBody,
    /// The connection ended inside the body, or its chunks are malformed.
    IncompleteBody,
    /// Not a form with the single field `photo`.
    MalformedMultipart,
    /// An unknown code, or one that cannot be waived; named if that is safe.
    UnknownWaiver(Option<String>),
    /// `lang` is neither `ja` nor `en`.
    UnknownLanguage,
    /// Another parameter in the query.
    UnknownParameter,
    /// More bytes than these.
    BodyTooLarge { max: u64 },
    /// Not the type of a photo.
    UnsupportedType,
    /// The body arrived too slowly.
    UploadTimeout,
    /// The queue or the memory for uploads is full.
    Busy,
    /// Queue and review took too long.
    Deadline,
    /// The process is shutting down.
    Draining,
    /// The models are not loaded yet.
    Starting,
    /// The review did not finish. A bug of ours.
    Failed,
    /// No such route.
    NotFound,
    /// The route does not support the method.
    MethodNotAllowed,
}

/// The bytes of the document's type.
const CONTENT_TYPE: &str = "application/problem+json";

/// The longest name of a code that an answer repeats.
const LONGEST_NAME: usize = 32;

impl Problem {
    /// One of each, for the description of the interface.
    pub(crate) fn all() -> [Self; 16] {
        [
            Self::EmptyBody,
            Self::IncompleteBody,
            Self::MalformedMultipart,
            Self::UnknownWaiver(None),
            Self::UnknownLanguage,
            Self::UnknownParameter,
            Self::BodyTooLarge { max: 0 },
            Self::UnsupportedType,
            Self::UploadTimeout,
            Self::Busy,
            Self::Deadline,
            Self::Draining,
            Self::Starting,
            Self::Failed,
            Self::NotFound,
            Self::MethodNotAllowed,
        ]
    }

    /// A code that cannot be waived. It is repeated only if it could be a code.
    pub(crate) fn unknown_waiver(name: &str) -> Self {
        let safe = (1..=LONGEST_NAME).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        Self::UnknownWaiver(safe.then(|| name.to_owned()))
    }

    /// The stable name.
    pub(crate) const fn code(&self) -> &'static str {
        self.code_and_status().0
    }

    pub(crate) const fn status(&self) -> StatusCode {
        self.code_and_status().1
    }

    const fn code_and_status(&self) -> (&'static str, StatusCode) {
        use StatusCode as S;
        match self {
            Self::EmptyBody => ("empty_body", S::BAD_REQUEST),
            Self::IncompleteBody => ("incomplete_body", S::BAD_REQUEST),
            Self::MalformedMultipart => ("malformed_multipart", S::BAD_REQUEST),
            Self::UnknownWaiver(_) => ("unknown_waiver", S::BAD_REQUEST),
            Self::UnknownLanguage => ("unknown_language", S::BAD_REQUEST),
            Self::UnknownParameter => ("unknown_parameter", S::BAD_REQUEST),
            Self::BodyTooLarge { .. } => ("body_too_large", S::PAYLOAD_TOO_LARGE),
            Self::UnsupportedType => ("unsupported_type", S::UNSUPPORTED_MEDIA_TYPE),
            Self::UploadTimeout => ("upload_timeout", S::REQUEST_TIMEOUT),
            Self::Busy => ("busy", S::TOO_MANY_REQUESTS),
            Self::Deadline => ("deadline", S::SERVICE_UNAVAILABLE),
            Self::Draining => ("draining", S::SERVICE_UNAVAILABLE),
            Self::Starting => ("starting", S::SERVICE_UNAVAILABLE),
            Self::Failed => ("failed", S::SERVICE_UNAVAILABLE),
            Self::NotFound => ("not_found", S::NOT_FOUND),
            Self::MethodNotAllowed => ("method_not_allowed", S::METHOD_NOT_ALLOWED),
        }
    }

    /// Seconds after which the same request may succeed, where it may.
    pub(crate) const fn retry_after(&self) -> Option<u16> {
        match self {
            Self::Busy | Self::Deadline | Self::Starting => Some(1),
            Self::Draining => Some(5),
            _ => None,
        }
    }

    /// The title in Japanese or English.
    pub(crate) const fn title(&self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Self::EmptyBody => ("写真がありません", "There is no photo"),
            Self::IncompleteBody => (
                "写真が途中までしか届きませんでした",
                "The upload ended early",
            ),
            Self::MalformedMultipart => (
                "フォームの形式が正しくありません",
                "The form cannot be read",
            ),
            Self::UnknownWaiver(_) => ("指定できない例外です", "Unknown exception"),
            Self::UnknownLanguage => ("指定できない言語です", "Unknown language"),
            Self::UnknownParameter => ("不明なパラメーターがあります", "Unknown parameter"),
            Self::BodyTooLarge { .. } => ("ファイルが大きすぎます", "The file is too large"),
            Self::UnsupportedType => ("対応していない形式です", "This type is not supported"),
            Self::UploadTimeout => ("送信に時間がかかりすぎました", "The upload took too long"),
            Self::Busy => ("ただいま混み合っています", "The service is busy"),
            Self::Deadline => ("時間内に確認できませんでした", "The review took too long"),
            Self::Draining => ("サービスを終了しています", "The service is shutting down"),
            Self::Starting => ("サービスを準備しています", "The service is starting"),
            Self::Failed => ("確認できませんでした", "The review failed"),
            Self::NotFound => ("見つかりません", "Not found"),
            Self::MethodNotAllowed => ("このメソッドは使えません", "Method not allowed"),
        };
        pick(lang, ja, en)
    }

    /// What it means for this request, and what to do.
    pub(crate) fn detail(&self, lang: Lang) -> String {
        let (ja, en) = match self {
            Self::EmptyBody => (
                "写真のデータが空です。写真を選んで、もう一度送信してください。",
                "The photo is empty. Please choose a photo and send it again.",
            ),
            Self::IncompleteBody => (
                "写真のデータが最後まで届きませんでした。もう一度送信してください。",
                "Only a part of the photo arrived. Please send it again.",
            ),
            Self::MalformedMultipart => (
                "フォーム（multipart/form-data）には photo という項目だけを入れてください。",
                "The form (multipart/form-data) must have the field photo and no other.",
            ),
            Self::UnknownWaiver(Some(name)) => {
                return match lang {
                    Lang::Ja => format!("waive に {name} は指定できません。"),
                    Lang::En => format!("waive: {name} is not a code that can be waived."),
                };
            }
            Self::UnknownWaiver(None) => (
                "waive に指定できない値があります。",
                "waive: a value is not a code that can be waived.",
            ),
            Self::UnknownLanguage => (
                "lang には ja か en を指定してください。",
                "lang must be ja or en.",
            ),
            Self::UnknownParameter => (
                "指定できるのは lang と waive だけです。",
                "Only lang and waive are allowed.",
            ),
            Self::BodyTooLarge { max } => {
                let max = bytes(*max);
                return match lang {
                    Lang::Ja => format!("送信できるファイルの大きさは {max} までです。"),
                    Lang::En => format!("A file can have at most {max}."),
                };
            }
            Self::UnsupportedType => (
                "image/jpeg、application/octet-stream、multipart/form-data のいずれかで送信してください。",
                "Please send image/jpeg, application/octet-stream or multipart/form-data.",
            ),
            Self::UploadTimeout => (
                "通信の良い場所で、もう一度送信してください。",
                "Please send the photo again over a faster connection.",
            ),
            Self::Busy | Self::Deadline | Self::Draining | Self::Starting => (
                "少し待ってから、もう一度送信してください。",
                "Please wait a little and send the photo again.",
            ),
            Self::Failed => (
                "この写真は確認できませんでした。別の写真をお試しください。",
                "This photo could not be reviewed. Please try another one.",
            ),
            Self::NotFound => (
                "このアドレスのページはありません。",
                "There is nothing at this address.",
            ),
            Self::MethodNotAllowed => (
                "このアドレスで使えるメソッドは、Allow ヘッダーに示しています。",
                "The Allow header lists the methods of this address.",
            ),
        };
        pick(lang, ja, en).to_owned()
    }

    /// The document for request `id`, in place of `response`, whose headers stay.
    pub(crate) fn document(&self, id: &str, lang: Lang, headers: HeaderMap) -> Response {
        let mut response =
            (self.status(), headers, self.to_json(id, lang).to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CONTENT_TYPE));
        headers.remove(header::CONTENT_LENGTH);
        if let Some(seconds) = self.retry_after() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        match self {
            // Says which types are accepted (RFC 9110, 15.5.16).
            Self::UnsupportedType => {
                headers.insert(header::ACCEPT, HeaderValue::from_static(TYPES));
            }
            // The rest of the body is not awaited; after a drain, clients should go elsewhere.
            Self::UploadTimeout | Self::IncompleteBody | Self::Draining => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response
    }

    fn to_json(&self, id: &str, lang: Lang) -> Value {
        json!({
            "type": format!("urn:shomei:problem:{}", self.code()),
            "title": self.title(lang),
            "status": self.status().as_u16(),
            "detail": self.detail(lang),
            "code": self.code(),
            "request_id": id,
        })
    }
}

/// Marks the response; the outermost layer, which knows the language, writes the document.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

const fn pick(lang: Lang, ja: &'static str, en: &'static str) -> &'static str {
    match lang {
        Lang::Ja => ja,
        Lang::En => en,
    }
}

fn bytes(count: u64) -> String {
    const MIB: u64 = 1 << 20;
    if count >= MIB && count.is_multiple_of(MIB) {
        format!("{} MiB", count / MIB)
    } else {
        format!("{count} bytes")
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_has_a_code_of_its_own_and_both_languages() {
        let all = Problem::all();
        let codes: BTreeSet<_> = all.iter().map(Problem::code).collect();
        assert_eq!(codes.len(), all.len());
        for problem in &all {
            assert_ne!(problem.title(Lang::Ja), problem.title(Lang::En));
            assert_ne!(problem.detail(Lang::Ja), problem.detail(Lang::En));
            assert!(problem.title(Lang::En).is_ascii() && problem.detail(Lang::En).is_ascii());
        }
    }

    #[test]
    fn names_are_repeated_only_where_they_may_be_a_code() {
        let detail = |name| Problem::unknown_waiver(name).detail(Lang::En);
        assert!(detail("too_close").contains("too_close"));
        let long = "a".repeat(LONGEST_NAME + 1);
        for name in ["", "<script>", "a\r\nb", "A", "写真", &long] {
            assert_eq!(Problem::unknown_waiver(name), Problem::UnknownWaiver(None));
        }
    }

    #[test]
    fn sizes_are_printed_as_they_are_set() {
        let detail = |max| Problem::BodyTooLarge { max }.detail(Lang::En);
        assert!(detail(16 << 20).contains("16 MiB"));
        assert!(detail(1000).contains("1000 bytes"));
    }
}
