//! The state that all handlers share.
use super::answer::Answer;
use super::error::ApiError;
use crate::cache::{Cache, Lookup};
use crate::faults::Faults;
use crate::metrics::Metrics;
use crate::store::{Store, StoreError};
use crate::trace::Trace;
use std::num::NonZeroUsize;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// How many lists and packages are cached, of some 10 KB each.
const ANSWERS_KEPT: NonZeroUsize = NonZeroUsize::new(512).unwrap();
/// How many icons are cached, of some 300 bytes each.
const ICONS_KEPT: NonZeroUsize = NonZeroUsize::new(2048).unwrap();

/// The configuration.
#[derive(Clone, Debug)]
pub struct AppConfig {
    /// Folder of the built site.
    pub site: PathBuf,
    /// The collector's origin.
    pub collector: String,
    /// How long answers are delayed in the fault mode `slow`.
    pub slow: Duration,
}

impl Default for AppConfig {
    fn default() -> Self {
        Self {
            site: "www/dist".into(),
            collector: "http://127.0.0.1:7300".into(),
            slow: Duration::from_millis(1500),
        }
    }
}

/// The application. Clones share its state.
#[derive(Clone)]
pub struct App(Arc<Parts>);

/// What an [`App`] holds.
pub struct Parts {
    pub(super) config: AppConfig,
    pub(super) metrics: Metrics,
    pub(super) faults: Faults,
    pub(super) answers: Cache<String, Answer>,
    pub(super) icons: Cache<String, Answer>,
    store: Mutex<Store>,
}

impl Deref for App {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl App {
    /// An application over `store`.
    pub fn new(store: Store, config: AppConfig) -> Self {
        Self(Arc::new(Parts {
            config,
            metrics: Metrics::default(),
            faults: Faults::default(),
            answers: Cache::new(ANSWERS_KEPT),
            icons: Cache::new(ICONS_KEPT),
            store: Mutex::new(store),
        }))
    }

    /// Runs a database operation on a thread that may block, and records how long it took.
    pub(super) async fn database<T: Send + 'static>(
        &self,
        trace: &Trace,
        operation: &'static str,
        work: impl FnOnce(&mut Store) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let app = self.clone();
        let (result, time) = tokio::task::spawn_blocking(move || {
            // A panic rolls its transaction back, so the store behind a poisoned lock is consistent.
            let mut store = app.store.lock().unwrap_or_else(PoisonError::into_inner);
            let begin = Instant::now();
            let result = work(&mut store);
            (result, begin.elapsed())
        })
        .await
        .map_err(|cause| ApiError::Internal(cause.to_string()))?;
        self.metrics.database(operation, time);
        trace.database(time);
        result.map_err(|cause| ApiError::Internal(cause.to_string()))
    }

    /// Looks up `key` in one of the caches, and counts the look-up.
    pub(super) fn cached(
        &self,
        trace: &Trace,
        name: &str,
        cache: &Cache<String, Answer>,
        key: &String,
    ) -> Lookup<Answer> {
        let begin = Instant::now();
        let found = cache.get(key);
        let (hit, time) = (matches!(found, Lookup::Hit(_)), begin.elapsed());
        self.metrics.cache(name, hit, time);
        trace.cache(hit, time);
        found
    }
}

/// The current time, ms since the epoch.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
