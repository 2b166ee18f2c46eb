//! Watches releases and drift in what the store has, and keeps what was found there, so that another collector goes on with it.
//!
//! What is decided stands in `whippet_watch::regressions`. All of it is a function of the hours in the store: a collector that
//! starts again reads them again. Only what was reported is kept, as it stays reported until it is withdrawn.
mod backends;
mod drifts;
mod kept;
mod releases;
mod subject;
mod words;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use whippet_api::Regression;
use whippet_store::database::{Database, Error};
use whippet_store::reports::releases::Timeline;
use whippet_store::reports::releases::backend::Backend;
use whippet_store::{Kind, Store, StoreError};
use whippet_watch::regressions::RegressionSettings;

use releases::Watched;

pub use backends::{Backends, backends};
pub use kept::{Kept, read as kept};
pub use subject::{ReleaseSide, Subject};
pub use words::{backend_thresholds, thresholds};

/// How old a list of releases may be where no name of a release is new, ms.
const LISTED: i64 = 30 * 60_000;

/// Who watches.
pub struct Regressions {
    settings: Mutex<Arc<RegressionSettings>>,
    known: tokio::sync::Mutex<BTreeMap<String, Known>>,
    lasting: Mutex<Option<Arc<Vec<Regression>>>>,
}

/// What is known of an application or a backend; all of it can be read again.
#[derive(Default)]
struct Known {
    timeline: Timeline,
    /// When releases were listed last, and which was the newest name of one, or the newest series.
    listed: Option<(i64, i64)>,
    /// The names of a backend's releases.
    names: Vec<String>,
    releases: Vec<Watched>,
    drift: drifts::Drift,
}

impl Regressions {
    /// Nothing was looked at yet.
    pub fn new(settings: RegressionSettings) -> Self {
        Self {
            settings: Mutex::new(Arc::new(settings)),
            known: tokio::sync::Mutex::default(),
            lasting: Mutex::default(),
        }
    }

    /// From when on something counts.
    pub fn settings(&self) -> Arc<RegressionSettings> {
        Arc::clone(&self.settings.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// The settings were changed. What is watched begins anew with them.
    pub async fn set(&self, settings: RegressionSettings) {
        let mut known = self.known.lock().await;
        let mut held = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        if **held != settings {
            *held = Arc::new(settings);
            known.clear();
        }
    }

    /// Those that last, as of the last look; `None` before the first.
    pub fn lasting(&self) -> Option<Arc<Vec<Regression>>> {
        self.lasting.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks at all applications, and at these backends.
    pub async fn look(&self, store: &Arc<Store>, backends: Vec<Backend>, now: i64) -> Result<(), StoreError> {
        let settings = self.settings();
        let (mut state, mut kept) = kept::load(store).await?;
        let mut known = self.known.lock().await;
        let mut looked = Ok(());
        if settings.watch {
            let apps = store.read_database("read_apps", apps).await?;
            let apps = apps.into_iter().map(Subject::App);
            let subjects: Vec<Subject> = apps.chain(backends.into_iter().map(Subject::Backend)).collect();
            let keys: Vec<String> = subjects.iter().map(Subject::key).collect();
            known.retain(|key, _| keys.contains(key));
            for (subject, key) in subjects.into_iter().zip(keys) {
                let held = known.entry(key).or_default();
                let one = match held.list(store, &subject, now).await {
                    Ok(()) => look_at(store, (&subject, held), &settings, &mut kept, now).await,
                    Err(error) => Err(error),
                };
                match one {
                    // One that takes too long to read keeps no other from being looked at, and nothing found from being kept.
                    Err(StoreError::TooLong) => looked = Err(StoreError::TooLong),
                    one => one?,
                }
            }
        } else {
            known.clear();
        }
        kept.evaluated = Some(now);
        kept.watched = known.values().map(|known| known.watched()).sum();
        kept.bound();
        let lasting = kept.found.iter().filter(|found| found.withdrawn.is_none()).cloned().collect();
        *self.lasting.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(lasting));
        state.value = kept.bytes();
        store.share(state).await?;
        looked
    }
}

impl Known {
    /// Lists releases anew, if there may be new ones, or the list is old.
    async fn list(&mut self, store: &Arc<Store>, subject: &Subject, now: i64) -> Result<(), StoreError> {
        let of = subject.clone();
        let newest = store.read_database("read_apps", move |db| of.newest(db)).await?;
        let is_recent = |at: i64| (0..LISTED).contains(&(now - at));
        if self.listed.is_some_and(|(at, name)| name == newest && is_recent(at)) {
            return Ok(());
        }
        let of = subject.clone();
        if let Some(names) = store.read_database("read_apps", move |db| of.release_names(db)).await? {
            // A backend has new series often, and releases seldom, or never.
            let is_known = names == self.names && self.listed.is_some_and(|(at, _)| is_recent(at));
            if names.is_empty() || is_known {
                self.listed = Some((self.listed.map_or(now, |listed| listed.0), newest));
                if names.is_empty() {
                    (self.timeline, self.listed) = (Timeline::default(), Some((now, newest)));
                    self.releases.clear();
                }
                return Ok(());
            }
            self.names = names;
        }
        let of = subject.clone();
        self.timeline = store.read_database("read_releases", move |db| of.timeline(db, now)).await?;
        self.listed = Some((now, newest));
        releases::choose(&mut self.releases, subject, &self.timeline, now);
        Ok(())
    }

    fn watched(&self) -> u64 {
        self.releases.iter().map(Watched::pairs).sum::<u64>().max(self.drift.pairs())
    }
}

/// All applications.
fn apps(db: &dyn Database) -> Result<Vec<String>, Error> {
    let names = "SELECT DISTINCT name FROM names WHERE kind = ?1 ORDER BY name";
    db.query_map(names, &[(Kind::App as i64).into()], |row| row.get(0))
}

async fn look_at(
    store: &Arc<Store>,
    (subject, known): (&Subject, &mut Known),
    settings: &Arc<RegressionSettings>,
    kept: &mut Kept,
    now: i64,
) -> Result<(), StoreError> {
    for watched in &mut known.releases {
        watched.look(store, subject, settings, kept, &known.timeline, now).await?;
    }
    releases::end(subject, &known.releases, &known.timeline, kept, now);
    known.drift.look(store, (subject, &known.timeline), settings, kept, now).await
}
