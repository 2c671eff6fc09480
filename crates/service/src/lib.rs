//! Reviews ID photos over HTTP: one photo a request, the record of its review in the answer.
//!
//! [`router`] is for a program that has a listener of its own; [`Server`] listens, bounds what
//! clients can do, and ends without losing what it has let in; the program `shomei-service` is
//! that with [`Config`] from flags, the environment and a file.
//!
//! This crate must not know how a photo is reviewed: codes, texts and records come from `shomei`.
//! It stores nothing, and neither photos nor names of files come into its log. Work on photos
//! happens on threads of its own, as many as there are workers, never on those that serve.
//!
//! ```no_run
//! use shomei::Reviewer;
//! use shomei_service::{Config, router};
//!
//! # async fn serve() -> Result<(), Box<dyn std::error::Error>> {
//! let mut config = Config::default();
//! config.queue = 4;
//! let app = router(Reviewer::builder().build()?, &config);
//! let listener = tokio::net::TcpListener::bind("127.0.0.1:8080").await?;
//! axum::serve(listener, app).await?;
//! # Ok(())
//! # }
//! ```

use axum::Router;
use shomei::Reviewer;

mod admission;
mod app;
mod config;
mod metrics;
mod negotiate;
mod openapi;
mod page;
mod problem;
mod reviews;
mod server;
mod upload;

pub use config::{Config, ConfigError, LogFormat, Settings};
pub use server::{ServeError, Server};

/// The routes for reviews, ready. Slow headers, idle connections and their number, and metrics are
/// the host's matter; see [`Server`].
///
/// Of `config` it looks at the workers, the queue, the limits on uploads and the deadline. The
/// reviewer has its policy already.
pub fn router(reviewer: Reviewer, config: &Config) -> Router {
    let app = app::App::new(config);
    app.open(reviewer);
    app.router()
}
