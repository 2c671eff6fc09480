//! A handler of axum: `curl --data-binary @photo.jpg localhost:8080`. What a service for the public
//! needs besides (a queue that refuses, deadlines, problem documents) is in `shomei-service`.

use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::{Router, routing::post};
use shomei::{Lang, Reviewer};

async fn review(State(reviewer): State<Reviewer>, photo: Bytes) -> impl IntoResponse {
    // A review is a tenth of a second of work: not on the threads that serve connections.
    let review = move || reviewer.review(&photo).to_json("", Lang::Ja);
    let json = tokio::task::spawn_blocking(review).await;
    json.map(|json| ([(CONTENT_TYPE, "application/json")], json))
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let app = Router::new()
        .route("/", post(review))
        .layer(DefaultBodyLimit::max(16 << 20))
        .with_state(Reviewer::builder().build()?);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
    Ok(axum::serve(listener, app).await?)
}
