//! Reviews ID photos over HTTP: a request sends one photo, and the answer is the record of its
//! review.
//!
//! [`router`] is for a program with its own listener. [`Server`] listens, limits what clients can
//! do, and shuts down without losing an admitted request. The program `shomei-service` runs a
//! [`Server`] with a [`Config`] from flags, the environment and a file.
//!
//! This crate does not know how a photo is reviewed: codes, texts and records come from `shomei`. It
//! stores nothing and logs neither photos nor file names. Photos are reviewed on separate threads,
//! one for each worker, never on the threads that serve connections.
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
mod state;
mod upload;

pub use config::{Config, ConfigError, LogFormat, Settings};
pub use server::{ServeError, Server};

/// The routes for reviews, ready for requests. The host program limits slow headers, idle connections
/// and the number of connections, and serves metrics; [`Server`] does all of this.
///
/// It uses the workers, the queue, the limits of uploads and the deadline of `config`. The policy is
/// the reviewer's.
pub fn router(reviewer: Reviewer, config: &Config) -> Router {
    let app = state::App::new(config);
    app.open(reviewer);
    app.router()
}
