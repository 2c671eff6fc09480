//! What a request can be refused with: RFC 9457 documents in Japanese and English.
//!
//! These texts are for those who sent the request. The log has the code and nothing else of them.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use shomei::Lang;

/// Why a request gets no review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    /// There is no photo in it.
    EmptyBody,
    /// The connection gave up amid the body, or its chunks are none.
    IncompleteBody,
    /// No form with the one field `photo`.
    MalformedMultipart,
    /// A code that is none or cannot be waived; named where that is safe.
    UnknownWaiver(Option<String>),
    /// `lang` is neither.
    UnknownLanguage,
    /// Something else in the query.
    UnknownParameter,
    /// More bytes than these.
    BodyTooLarge { max: u64 },
    /// Not the type of a photo.
    UnsupportedType,
    /// The body came too slowly.
    UploadTimeout,
    /// All places are taken.
    Busy,
    /// Too long in the queue and in work.
    Deadline,
    /// The process is about to end.
    Draining,
    /// The models are not loaded yet.
    Starting,
    /// The review came to no end. A defect of ours.
    Failed,
    /// No such route.
    NotFound,
    /// The route has other methods.
    MethodNotAllowed,
}

/// The bytes of the document's type.
const CONTENT_TYPE: &str = "application/problem+json";

/// The longest name of a code that is repeated.
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

    /// A code that cannot be waived. Only what may be one is repeated.
    pub(crate) fn unknown_waiver(name: &str) -> Self {
        let safe = (1..=LONGEST_NAME).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        Self::UnknownWaiver(safe.then(|| name.to_owned()))
    }

    /// The stable name.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::EmptyBody => "empty_body",
            Self::IncompleteBody => "incomplete_body",
            Self::MalformedMultipart => "malformed_multipart",
            Self::UnknownWaiver(_) => "unknown_waiver",
            Self::UnknownLanguage => "unknown_language",
            Self::UnknownParameter => "unknown_parameter",
            Self::BodyTooLarge { .. } => "body_too_large",
            Self::UnsupportedType => "unsupported_type",
            Self::UploadTimeout => "upload_timeout",
            Self::Busy => "busy",
            Self::Deadline => "deadline",
            Self::Draining => "draining",
            Self::Starting => "starting",
            Self::Failed => "failed",
            Self::NotFound => "not_found",
            Self::MethodNotAllowed => "method_not_allowed",
        }
    }

    pub(crate) const fn status(&self) -> StatusCode {
        match self {
            Self::EmptyBody
            | Self::IncompleteBody
            | Self::MalformedMultipart
            | Self::UnknownWaiver(_)
            | Self::UnknownLanguage
            | Self::UnknownParameter => StatusCode::BAD_REQUEST,
            Self::BodyTooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::UploadTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Busy => StatusCode::TOO_MANY_REQUESTS,
            Self::Deadline | Self::Draining | Self::Starting | Self::Failed => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
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

    /// What it is, in Japanese and in English.
    pub(crate) const fn title(&self, lang: Lang) -> &'static str {
        let (ja, en) = match self {
            Self::EmptyBody => ("写真がありません", "There is no photo"),
            Self::IncompleteBody => ("写真が途中で切れています", "The upload ended early"),
            Self::MalformedMultipart => (
                "フォームの形式が正しくありません",
                "The form cannot be read",
            ),
            Self::UnknownWaiver(_) => ("指定できない例外です", "No such exception"),
            Self::UnknownLanguage => ("指定できない言語です", "No such language"),
            Self::UnknownParameter => ("不明な指定があります", "No such parameter"),
            Self::BodyTooLarge { .. } => ("ファイルが大きすぎます", "The file is too large"),
            Self::UnsupportedType => ("対応していない形式です", "This type is not supported"),
            Self::UploadTimeout => ("送信に時間がかかりすぎました", "The upload took too long"),
            Self::Busy => ("ただいま混み合っています", "The service is busy"),
            Self::Deadline => (
                "時間内に確認できませんでした",
                "The review was not done in time",
            ),
            Self::Draining => ("サービスを終了しています", "The service is shutting down"),
            Self::Starting => ("サービスを準備しています", "The service is starting"),
            Self::Failed => ("確認できませんでした", "The review failed"),
            Self::NotFound => ("見つかりません", "Not found"),
            Self::MethodNotAllowed => ("この方法では利用できません", "Method not allowed"),
        };
        pick(lang, ja, en)
    }

    /// What it means for this request and what to do.
    pub(crate) fn detail(&self, lang: Lang) -> String {
        let (ja, en) = match self {
            Self::EmptyBody => (
                "写真のデータが空です。写真を選んで、もう一度送信してください。",
                "The photo has no bytes. Please choose a photo and send it again.",
            ),
            Self::IncompleteBody => (
                "写真のデータが最後まで届きませんでした。もう一度送信してください。",
                "The photo did not arrive as a whole. Please send it again.",
            ),
            Self::MalformedMultipart => (
                "multipart/form-data には photo という項目を一つだけ入れてください。",
                "multipart/form-data must hold one field, photo, and nothing else.",
            ),
            Self::UnknownWaiver(Some(name)) => {
                return match lang {
                    Lang::Ja => format!("waive の {name} は例外として指定できません。"),
                    Lang::En => format!("{name} in waive is no code that can be waived."),
                };
            }
            Self::UnknownWaiver(None) => (
                "waive に例外として指定できない値があります。",
                "waive holds something that is no code that can be waived.",
            ),
            Self::UnknownLanguage => ("lang は ja か en です。", "lang is ja or en."),
            Self::UnknownParameter => (
                "指定できるのは lang と waive だけです。",
                "The parameters are lang and waive.",
            ),
            Self::BodyTooLarge { max } => {
                let max = bytes(*max);
                return match lang {
                    Lang::Ja => format!("送信できるファイルは {max} までです。"),
                    Lang::En => format!("A file may have up to {max}."),
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
                "このアドレスには何もありません。",
                "There is nothing at this address.",
            ),
            Self::MethodNotAllowed => (
                "このアドレスで使える方法は Allow にあります。",
                "The methods of this address are those in Allow.",
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
            // Tells what would be taken (RFC 9110, 15.5.16).
            Self::UnsupportedType => {
                headers.insert(
                    header::ACCEPT,
                    HeaderValue::from_static(crate::negotiate::TYPES),
                );
            }
            // What is left of the body will not be waited for; others may go elsewhere.
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
    fn sizes_are_told_as_they_are_set() {
        let detail = |max| Problem::BodyTooLarge { max }.detail(Lang::En);
        assert!(detail(16 << 20).contains("16 MiB"));
        assert!(detail(1000).contains("1000 bytes"));
    }
}
