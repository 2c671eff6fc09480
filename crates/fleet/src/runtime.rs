//! Threads that wait for sockets. Photos are reviewed on others.

use tokio::runtime::{Builder, Runtime};

use crate::error::Error;

pub(crate) fn runtime() -> Result<Runtime, Error> {
    Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("shomei-fleet")
        .enable_all()
        .build()
        .map_err(Error::Threads)
}
