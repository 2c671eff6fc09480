//! Reads the bytes of a photo from a URL, through an object store.

use std::collections::HashMap;
use std::error::Error as _;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::StreamExt;
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{GetOptions, GetResultPayload, ObjectStore, ObjectStoreScheme, RetryConfig};
use shomei::photo::Unreadable;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use url::Url;

/// Time limit for the bytes of a photo, including all retries of the store.
const PATIENCE: Duration = Duration::from_secs(60);

/// Why there are no bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum NoBytes {
    /// The photo itself is the reason; it gets a finding.
    Finding(Unreadable),
    /// A retry may succeed, perhaps on another machine. Names no photo.
    Failure(String),
}

/// The stores of the URLs so far.
#[derive(Debug, Default)]
pub struct Photos {
    stores: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

impl Photos {
    /// The environment says where `s3://BUCKET/…` is, as with Amazon's own tools:
    /// `AWS_REGION`, `AWS_ENDPOINT`, `AWS_ACCESS_KEY_ID`, …
    #[must_use]
    pub fn from_env() -> Self {
        Self::default()
    }

    /// Uses this store for all URLs that begin with `base`, such as `memory:///` or `s3://photos`.
    #[must_use]
    pub fn with(self, base: &str, store: Arc<dyn ObjectStore>) -> Self {
        self.stores().insert(base.to_owned(), store);
        self
    }

    fn stores(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<dyn ObjectStore>>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn find(&self, url: &Url) -> Result<(Arc<dyn ObjectStore>, Path, bool), NoBytes> {
        let none = |reason: &str| NoBytes::Failure(reason.to_owned());
        let (scheme, path) = ObjectStoreScheme::parse(url)
            .map_err(|_| none("the photo's URL belongs to no known store"))?;
        let local = scheme == ObjectStoreScheme::Local;
        let base = format!("{}://{}", url.scheme(), url.host_str().unwrap_or("/"));
        let mut stores = self.stores();
        if let Some(store) = stores.get(&base) {
            return Ok((Arc::clone(store), path, local));
        }
        let store: Arc<dyn ObjectStore> = match scheme {
            ObjectStoreScheme::Local => Arc::new(LocalFileSystem::new()),
            ObjectStoreScheme::Memory => Arc::new(InMemory::new()),
            ObjectStoreScheme::AmazonS3 => {
                let builder = AmazonS3Builder::from_env().with_retry(RetryConfig {
                    max_retries: 4,
                    retry_timeout: PATIENCE / 3,
                    ..RetryConfig::default()
                });
                let store = builder.with_url(url.as_str()).build();
                Arc::new(store.map_err(|error| NoBytes::Failure(reason(&error)))?)
            }
            _ => return Err(none("the photo's URL is neither file:// nor s3://")),
        };
        stores.insert(base, Arc::clone(&store));
        Ok((store, path, local))
    }

    /// The bytes of the photo at `url`, at most one more than `most`.
    pub(crate) async fn read(&self, url: &str, most: u64) -> Result<Vec<u8>, NoBytes> {
        let most = most.saturating_add(1);
        let read = async {
            let url = Url::parse(url)
                .map_err(|_| NoBytes::Failure("the photo's URL is not valid".to_owned()))?;
            let (store, path, local) = self.find(&url)?;
            if local {
                is_file(&url).await?;
            }
            bytes(store.as_ref(), &path, most).await.map_err(|error| {
                // Never the error itself, which holds the photo's name.
                tracing::debug!(reason = reason(&error), "the object store");
                why(&error, local)
            })
        };
        timeout(PATIENCE, read).await.unwrap_or_else(|_| {
            Err(NoBytes::Failure(
                "the object store took too long".to_owned(),
            ))
        })
    }
}

/// Checks the type of a file before it is opened: opening a pipe would wait for its writer.
async fn is_file(url: &Url) -> Result<(), NoBytes> {
    let Ok(path) = url.to_file_path() else {
        return Ok(());
    };
    let found = spawn_blocking(move || std::fs::metadata(path)).await;
    match found {
        Ok(Ok(found)) if !found.is_file() => Err(NoBytes::Finding(Unreadable::NotAFile)),
        // The rest is said when it is read.
        _ => Ok(()),
    }
}

async fn bytes(
    store: &dyn ObjectStore,
    path: &Path,
    most: u64,
) -> Result<Vec<u8>, object_store::Error> {
    let found = store.get_opts(path, GetOptions::default()).await?;
    let length = usize::try_from(found.meta.size.min(most)).unwrap_or(0);
    let mut bytes = Vec::with_capacity(length);
    let found = match found {
        object_store::GetResult {
            payload: GetResultPayload::File(file, _),
            ..
        } => {
            let read = spawn_blocking(move || {
                file.take(most).read_to_end(&mut bytes)?;
                Ok(bytes)
            });
            return read
                .await?
                .map_err(|source: io::Error| object_store::Error::Generic {
                    store: "file",
                    source: Box::new(source),
                });
        }
        found => found,
    };
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let mut parts = found.into_stream();
    while let Some(part) = parts.next().await {
        let part = part?;
        let room = most - bytes.len();
        bytes.extend_from_slice(part.get(..room).unwrap_or(&part));
        if bytes.len() == most {
            break;
        }
    }
    Ok(bytes)
}

fn why(error: &object_store::Error, local: bool) -> NoBytes {
    if let object_store::Error::NotFound { .. } = error {
        return NoBytes::Finding(Unreadable::Vanished);
    }
    // In a folder it is as where the photos are reviewed without a fleet. A bucket refuses for
    // other reasons than the photo.
    match io_error(error).map(io::Error::kind) {
        Some(io::ErrorKind::PermissionDenied) if local => {
            NoBytes::Finding(Unreadable::PermissionDenied)
        }
        Some(io::ErrorKind::NotFound) if local => NoBytes::Finding(Unreadable::Vanished),
        _ => NoBytes::Failure(reason(error)),
    }
}

fn io_error(error: &object_store::Error) -> Option<&io::Error> {
    let mut cause = error.source();
    while let Some(found) = cause {
        if let Some(found) = found.downcast_ref::<io::Error>() {
            return Some(found);
        }
        cause = found.source();
    }
    None
}

/// What is wrong, without the name of the photo, which the store's own messages contain.
fn reason(error: &object_store::Error) -> String {
    use object_store::Error as E;
    match error {
        E::PermissionDenied { .. } => "permission denied".to_owned(),
        E::Unauthenticated { .. } => "credentials refused".to_owned(),
        E::InvalidPath { .. } => {
            "the photo's URL is not a valid name in the object store".to_owned()
        }
        _ => match io_error(error) {
            Some(found) => found.kind().to_string(),
            None => "unexpected error".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use object_store::ObjectStoreExt;
    use tempfile::TempDir;
    use tracing_subscriber::filter::{LevelFilter, Targets};
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::{Layer, fmt, registry};

    fn run<T>(work: impl Future<Output = T>) -> T {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().unwrap().block_on(work)
    }

    #[test]
    fn a_store_in_memory_is_read_to_one_byte_beyond_the_limit() {
        run(async {
            let store = InMemory::new();
            let path = Path::from("in/a b.jpg");
            store.put(&path, vec![7; 100].into()).await.unwrap();
            let photos = Photos::default().with("s3://photos", Arc::new(store));
            let read = |most| photos.read("s3://photos/in/a%20b.jpg", most);
            assert_eq!(read(1000).await, Ok(vec![7; 100]));
            assert_eq!(read(100).await, Ok(vec![7; 100]));
            assert_eq!(read(41).await, Ok(vec![7; 42]));
            assert_eq!(
                photos.read("s3://photos/gone.jpg", 9).await,
                Err(NoBytes::Finding(Unreadable::Vanished))
            );
        });
    }

    #[test]
    fn files_are_read_by_any_name_and_what_is_none_is_a_finding() {
        run(async {
            let folder = TempDir::new().unwrap();
            let photos = Photos::default();
            for name in ["a.jpg", "100% é#?.jpg", "a+b&c=d [1]*.jpg"] {
                let path = folder.path().join(name);
                std::fs::write(&path, name).unwrap();
                let url = Url::from_file_path(&path).unwrap();
                assert_eq!(photos.read(url.as_str(), 99).await, Ok(name.into()));
                assert_eq!(photos.read(url.as_str(), 3).await.unwrap().len(), 4);
            }
            let of = |name: &str| Url::from_file_path(folder.path().join(name)).unwrap();
            assert_eq!(
                photos.read(of("gone.jpg").as_str(), 9).await,
                Err(NoBytes::Finding(Unreadable::Vanished))
            );
            assert_eq!(
                photos
                    .read(Url::from_file_path(folder.path()).unwrap().as_str(), 9)
                    .await,
                Err(NoBytes::Finding(Unreadable::NotAFile))
            );
        });
    }

    #[derive(Clone, Default)]
    struct Log(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Log {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn the_log_names_no_photo_at_any_level() {
        let (log, folder) = (Log::default(), TempDir::new().unwrap());
        let kept = log.clone();
        let layer = fmt::layer().with_writer(move || kept.clone());
        let ours = Targets::new().with_target("shomei_fleet", LevelFilter::TRACE);
        let subscriber = registry().with(layer.with_filter(ours));
        let _guard = tracing::subscriber::set_default(subscriber);
        run(async {
            let url = Url::from_file_path(folder.path().join("secret.jpg")).unwrap();
            let gone = Photos::default().read(url.as_str(), 9).await;
            assert_eq!(gone, Err(NoBytes::Finding(Unreadable::Vanished)));
        });
        let log = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
        assert!(log.contains("the object store"), "{log}");
        assert!(!log.contains("secret"), "{log}");
    }

    #[test]
    fn urls_that_lead_nowhere_are_failures_without_names() {
        run(async {
            for url in [
                "",
                "secret.jpg",
                "ftp://secret/a.jpg",
                "http://secret/a.jpg",
            ] {
                let Err(NoBytes::Failure(reason)) = Photos::default().read(url, 9).await else {
                    panic!("{url}")
                };
                assert!(
                    reason.contains("URL") && !reason.contains("secret"),
                    "{reason}"
                );
            }
        });
    }
}
