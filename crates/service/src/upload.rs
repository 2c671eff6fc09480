//! Reads the body of a request with limits on bytes, memory and time.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::{HeaderMap, header, request};
use tokio::runtime::Handle;
use tokio::time::timeout;

use crate::admission::Memory;
use crate::negotiate::{self, Carried};
use crate::problem::Problem;

/// How many bytes a form may add to the photo.
const ENVELOPE: u64 = 16 << 10;

/// The time and bytes for which a refused body is still received.
const LINGER: (Duration, u64) = (Duration::from_secs(5), 64 << 20);

/// A body that is being received. If it is dropped before its end, the rest is received for a while
/// and discarded: closing a connection while the client is sending resets it, and the client would
/// never see the answer.
#[derive(Debug)]
pub(crate) struct Upload {
    body: Option<Body>,
    carried: Carried,
    declared: Option<u64>,
}

impl Upload {
    pub(crate) fn new(headers: &HeaderMap, body: Body) -> Self {
        let length = headers.get(header::CONTENT_LENGTH);
        Self {
            body: Some(body),
            carried: Carried::Raw,
            declared: length.and_then(|value| value.to_str().ok()?.parse().ok()),
        }
    }

    /// The limit of the body for a photo of at most `max` bytes.
    const fn limit(&self, max: u64) -> u64 {
        match self.carried {
            Carried::Raw => max,
            Carried::Form => max.saturating_add(ENVELOPE),
        }
    }

    /// Refuses a body by its declared length, before anything is read.
    pub(crate) fn check(&mut self, headers: &HeaderMap, max: u64) -> Result<(), Problem> {
        // A client that waits for `100 Continue` gets the answer and sends nothing.
        let asks = headers.contains_key(header::EXPECT);
        let checked = negotiate::carried(headers).and_then(|carried| {
            self.carried = carried;
            if self
                .declared
                .is_some_and(|declared| declared > self.limit(max))
            {
                return Err(Problem::BodyTooLarge { max });
            }
            Ok(())
        });
        if asks && checked.is_err() {
            self.body = None;
        }
        checked
    }

    /// Does not wait for the rest.
    pub(crate) fn give_up(&mut self) {
        self.body = None;
    }

    /// All bytes.
    pub(crate) async fn read(&mut self, max: u64, memory: &mut Memory) -> Result<Vec<u8>, Problem> {
        let limit = self.limit(max);
        let mut bytes = Vec::new();
        // Memory pages cost nothing until something is written to them.
        let expected = usize::try_from(self.declared.unwrap_or(0).min(limit));
        let reserved = expected.map(|expected| bytes.try_reserve_exact(expected));
        if !matches!(reserved, Ok(Ok(()))) {
            return Err(Problem::Busy);
        }
        let Some(body) = &mut self.body else {
            return Ok(bytes);
        };
        loop {
            match next(body).await {
                Ok(Some(data)) => {
                    let length = data.len() as u64;
                    if (bytes.len() as u64).saturating_add(length) > limit {
                        return Err(Problem::BodyTooLarge { max });
                    }
                    memory.grow(length)?;
                    bytes.extend_from_slice(&data);
                }
                Ok(None) => break,
                Err(()) => {
                    self.body = None;
                    return Err(Problem::IncompleteBody);
                }
            }
        }
        self.body = None;
        Ok(bytes)
    }

    /// The photo in the bytes of the body.
    pub(crate) async fn photo(
        &mut self,
        parts: request::Parts,
        bytes: Vec<u8>,
        max: u64,
        memory: &mut Memory,
    ) -> Result<Bytes, Problem> {
        let photo = match self.carried {
            Carried::Raw => Bytes::from(bytes),
            Carried::Form => {
                // The form's reader copies it.
                memory.grow(bytes.len() as u64)?;
                field(Request::from_parts(parts, Body::from(bytes))).await?
            }
        };
        if photo.is_empty() {
            return Err(Problem::EmptyBody);
        }
        if photo.len() as u64 > max {
            return Err(Problem::BodyTooLarge { max });
        }
        Ok(photo)
    }
}

/// The field `photo`, which must be the only one. File names are ignored.
async fn field(request: Request) -> Result<Bytes, Problem> {
    let form = Multipart::from_request(request, &()).await;
    let mut form = form.map_err(|_| Problem::MalformedMultipart)?;
    let field = form
        .next_field()
        .await
        .map_err(|_| Problem::MalformedMultipart)?;
    let field = field.filter(|field| field.name() == Some("photo"));
    let field = field.ok_or(Problem::MalformedMultipart)?;
    field.content_type().map_or(Ok(()), negotiate::raw)?;
    let photo = field
        .bytes()
        .await
        .map_err(|_| Problem::MalformedMultipart)?;
    match form.next_field().await {
        Ok(None) => Ok(photo),
        Ok(Some(_)) | Err(_) => Err(Problem::MalformedMultipart),
    }
}

/// The next data; none at the end.
async fn next(body: &mut Body) -> Result<Option<Bytes>, ()> {
    loop {
        match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await {
            None => return Ok(None),
            Some(Err(_)) => return Err(()),
            Some(Ok(frame)) => {
                // Trailers are ignored.
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

impl Drop for Upload {
    fn drop(&mut self) {
        let Some(body) = self.body.take().filter(|body| !body.is_end_stream()) else {
            return;
        };
        if let Ok(runtime) = Handle::try_current() {
            runtime.spawn(discard(body));
        }
    }
}

async fn discard(mut body: Body) {
    let (time, most) = LINGER;
    let mut bytes = 0_u64;
    let _elapsed = timeout(time, async {
        while let Ok(Some(data)) = next(&mut body).await {
            bytes = bytes.saturating_add(data.len() as u64);
            if bytes > most {
                return;
            }
        }
    })
    .await;
}
