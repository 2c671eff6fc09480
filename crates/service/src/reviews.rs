//! `POST /v1/reviews`.

use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use shomei::{Lang, ReviewOptions, Reviewer, Verdict};
use tokio::task;
use tokio::time::{self, timeout};

use crate::admission::Memory;
use crate::negotiate;
use crate::problem::Problem;
use crate::state::{App, Facts};
use crate::upload::Upload;

/// Reviews the photo in the body.
pub(crate) async fn post(
    State(app): State<Arc<App>>,
    Extension(facts): Extension<Arc<Facts>>,
    request: Request,
) -> Result<Response, Problem> {
    let (parts, body) = request.into_parts();
    let mut upload = Upload::new(&parts.headers, body);
    let _inside = app.gate.enter()?;
    let reviewer = app.reviewer.get().ok_or(Problem::Starting)?.clone();
    let waivers = negotiate::waivers(&parts.uri)?;
    let lang = negotiate::language(&parts.uri, &parts.headers);
    upload.check(&parts.headers, app.max_body)?;
    // Otherwise the whole upload would be in vain.
    if app.admission.full() {
        return Err(Problem::Busy);
    }

    let mut memory = app.admission.memory();
    let bytes = timeout(app.upload_timeout, upload.read(app.max_body, &mut memory)).await;
    let bytes = bytes.unwrap_or(Err(Problem::UploadTimeout));
    if bytes == Err(Problem::UploadTimeout) {
        upload.give_up();
    }
    let bytes = bytes?;
    facts.uploaded(bytes.len());
    app.metrics.uploaded(bytes.len());
    let photo = upload
        .photo(parts, bytes, app.max_body, &mut memory)
        .await?;

    let options = ReviewOptions {
        waivers,
        ..ReviewOptions::default()
    };
    let job = Job {
        reviewer,
        photo,
        memory,
        options,
        id: facts.id.clone(),
        lang,
    };
    let (verdict, json) = job.run(&app).await?;
    facts.judged(verdict);
    let json_type = (
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    let mut response = ([json_type], json).into_response();
    negotiate::localise(response.headers_mut(), lang);
    Ok(response)
}

/// A photo that has arrived completely.
struct Job {
    reviewer: Reviewer,
    photo: Bytes,
    memory: Memory,
    options: ReviewOptions,
    id: String,
    lang: Lang,
}

impl Job {
    /// The verdict and the record, within the deadline.
    async fn run(self, app: &Arc<App>) -> Result<(Verdict, String), Problem> {
        let came = Instant::now();
        let deadline = time::Instant::from_std(came) + app.deadline;
        let place = app.admission.place()?;
        let worker = time::timeout_at(deadline, place.worker()).await;
        let worker = worker.unwrap_or(Err(Problem::Deadline))?;
        app.metrics.queued(came.elapsed());
        let metrics = Arc::clone(&app.metrics);
        let work = task::spawn_blocking(move || {
            let started = Instant::now();
            let review = self.reviewer.review_with(&self.photo, &self.options);
            let json = review.to_json(&self.id, self.lang);
            metrics.reviewed(&review, started.elapsed());
            // A review cannot be stopped. Its worker and memory are free when it ends, whether or
            // not a client still waits for it.
            drop((self.photo, self.memory, worker));
            (review.verdict(), json)
        });
        match time::timeout_at(deadline, work).await {
            Ok(Ok(done)) => Ok(done),
            // It panicked outside the stages, whose panics the reviewer catches.
            Ok(Err(_)) => Err(Problem::Failed),
            Err(_) => Err(Problem::Deadline),
        }
    }
}
