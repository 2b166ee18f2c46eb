//! Backends whose figures are read from a Prometheus that scrapes them already, instead of being scraped twice.
//!
//! ```text
//! up ──► targets: what there is, and how it is          (polled)
//! series, metadata ──► discovery ──► catalogue ──► told  (kept for a minute)
//! query_range ──► sampling, native ──► Memory ──► the same reports as those of scraped targets
//! ```
mod api;
mod discovery;
mod fetching;
mod native;
mod sampling;
mod selector;
mod targets;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;
use whippet_api::Target;
use whippet_catalogue::{Catalogue, Told};
use whippet_store::reports::steps::Steps;

pub use fetching::{FetchError, Fetched, series_of};
pub use selector::{NamedSelector, Selector};
pub use targets::ReadTarget;

use api::{Answered, Api, AskError, Series};
use discovery::{Discovered, Kinds};
use fetching::Kept;

use super::endpoint::Endpoint;
use crate::clock::Clock;
use crate::scrape::NoRoots;

/// The time between two looks at what is up.
const POLL: Duration = Duration::from_secs(15);
/// How long a look back has samples of `up`.
const UP: &str = "[5m]";
/// How long what a target exposes is taken to be the same, ms.
const MINUTE: i64 = 60_000;
/// How long the types of metrics are, ms.
const KINDS: i64 = 10 * MINUTE;
/// The most targets whose series are remembered.
const MOST: usize = 200;

/// The minutes in which a window begins and ends.
type Minutes = (i64, i64);

/// Reads from one Prometheus.
pub struct Reader {
    api: Arc<Api>,
    /// What is read; nothing for every job.
    selectors: Vec<NamedSelector>,
    /// The names of other targets.
    taken: HashSet<String>,
    state: Mutex<State>,
    /// What each target exposes, by its name.
    discovered: tokio::sync::Mutex<HashMap<String, (Minutes, Arc<Discovered>)>>,
    kinds: tokio::sync::Mutex<Option<(i64, Arc<Kinds>)>>,
    kept: Mutex<Kept>,
}

#[derive(Default)]
struct State {
    targets: Vec<ReadTarget>,
    /// Why nothing is known of jobs.
    error: Option<String>,
    left_out: usize,
}

/// What a target tells in a window, with the series that a report needs.
pub struct Read {
    /// What the catalogue knows of it.
    pub told: Arc<Told>,
    /// The series.
    pub fetched: Arc<Fetched>,
}

impl Reader {
    /// Reads what `selectors` name, or every job, from the server at `endpoint`. `taken` are the names of other targets.
    ///
    /// # Errors
    /// When a certificate must be checked, and the machine has no certificate authorities.
    pub fn new(
        endpoint: Endpoint,
        selectors: Vec<NamedSelector>,
        taken: HashSet<String>,
    ) -> Result<Self, NoRoots> {
        let targets = selectors.iter().cloned().map(ReadTarget::new).collect();
        Ok(Self {
            api: Arc::new(Api::new(endpoint)?),
            selectors,
            taken,
            state: Mutex::new(State { targets, ..State::default() }),
            discovered: tokio::sync::Mutex::default(),
            kinds: tokio::sync::Mutex::default(),
            kept: Mutex::default(),
        })
    }

    /// All targets, as the dashboard shows them.
    pub fn targets(&self) -> Vec<Target> {
        let (state, url) = (self.state(), self.api.shown());
        let mut shown: Vec<Target> = state.targets.iter().map(|target| target.shown(&url)).collect();
        if let Some(error) = state.error.as_ref().filter(|_| shown.is_empty()) {
            let (name, error) = ("prometheus".to_owned(), Some(error.clone()));
            shown.push(Target { name, url, error, ..Target::default() });
        } else if state.left_out > 0
            && let Some(first) = shown.first_mut()
        {
            let more = format!(
                "Prometheus has {} more jobs: name those that you want with --prometheus-selector",
                state.left_out
            );
            first.note = Some(first.note.take().map_or(more.clone(), |note| format!("{note}; {more}")));
        }
        shown
    }

    /// All targets, as they are read.
    pub fn read_targets(&self) -> Vec<ReadTarget> {
        self.state().targets.clone()
    }

    /// The target of that name.
    pub fn target(&self, name: &str) -> Option<ReadTarget> {
        self.state().targets.iter().find(|target| target.name == name).cloned()
    }

    /// Looks at what is up, as of `now`.
    pub async fn poll(&self, now: i64) {
        if self.selectors.is_empty() {
            self.poll_jobs(now).await;
        } else {
            self.poll_selectors(now).await;
        }
    }

    async fn poll_jobs(&self, now: i64) {
        let answer = self.api.query(&format!("up{UP}"), now).await;
        let mut state = self.state();
        match answer {
            Ok(Answered { data, .. }) => {
                let known = std::mem::take(&mut state.targets);
                (state.targets, state.left_out) = targets::of_jobs(known, &data, &self.taken, now);
                state.error = data.is_empty().then(|| {
                    "Prometheus has no series `up`: name what to read with --prometheus-selector".to_owned()
                });
            }
            Err(error) => {
                let error = error.to_string();
                state.targets.iter_mut().for_each(|target| target.fail(&error));
                state.error = Some(format!("Prometheus {error}"));
            }
        }
    }

    async fn poll_selectors(&self, now: i64) {
        for named in &self.selectors {
            let outcome = self.look(&named.selector, now).await;
            let mut state = self.state();
            let is_down = matches!(outcome, Err(AskError::Request(_)));
            if is_down && let Err(error) = &outcome {
                // The others would wait for it as long.
                let error = error.to_string();
                state.targets.iter_mut().for_each(|target| target.fail(&error));
                return;
            }
            let Some(target) = state.targets.iter_mut().find(|target| target.name == named.name) else {
                continue;
            };
            match outcome {
                Ok((up, _)) if !up.is_empty() => target.see(&up.iter().collect::<Vec<_>>(), now),
                Ok((_, series)) => target.see_without_up(series, now),
                Err(error) => target.fail(&error.to_string()),
            }
        }
    }

    /// The samples of `up`, or else how many series there are.
    async fn look(&self, selector: &Selector, now: i64) -> Result<(Vec<Series>, f64), AskError> {
        let up = self.api.query(&format!("{}{UP}", selector.named("up")), now).await?.data;
        if !up.is_empty() {
            return Ok((up, 0.0));
        }
        let count = self.api.query(&format!("count({selector})"), now).await?.data;
        let value = count.first().and_then(|one| one.value.as_ref()?.1.parse().ok());
        Ok((up, value.unwrap_or_default()))
    }

    /// What `target` exposes in the window.
    pub async fn told(
        &self,
        target: &ReadTarget,
        steps: &Steps,
        catalogue: &Catalogue,
        now: i64,
    ) -> Result<Arc<Told>, FetchError> {
        let discovered = self.discovered(target, steps, catalogue, now).await.map_err(FetchError::Ask)?;
        Ok(Arc::clone(&discovered.told))
    }

    /// Reads the series of `target` that its signals need, or those called `names`.
    pub async fn read(
        &self,
        target: &ReadTarget,
        steps: &Steps,
        names: Option<BTreeSet<String>>,
        catalogue: &Catalogue,
        now: i64,
    ) -> Result<Read, FetchError> {
        let discovered = self.discovered(target, steps, catalogue, now).await.map_err(FetchError::Ask)?;
        let told = Arc::clone(&discovered.told);
        let question =
            format!("{} {names:?} {} {} {}", target.name, steps.step, steps.from / 5000, steps.to / 5000);
        if let Some(fetched) = lock(&self.kept).get(&question, now) {
            return Ok(Read { told, fetched });
        }
        let names = names.unwrap_or_else(|| told.series());
        let mut fetched =
            fetching::fetch(&self.api, &target.selector, &discovered, &names, (steps, target.interval))
                .await?;
        fetched.notes.extend(discovered.warnings.iter().cloned());
        let fetched = Arc::new(fetched);
        lock(&self.kept).keep(question, now, Arc::clone(&fetched));
        Ok(Read { told, fetched })
    }

    async fn discovered(
        &self,
        target: &ReadTarget,
        steps: &Steps,
        catalogue: &Catalogue,
        now: i64,
    ) -> Result<Arc<Discovered>, AskError> {
        let version = (steps.from / MINUTE, steps.to / MINUTE);
        if let Some((_, found)) =
            self.discovered.lock().await.get(&target.name).filter(|kept| kept.0 == version)
        {
            return Ok(Arc::clone(found));
        }
        let kinds = self.kinds(now).await;
        let window = (steps.from, steps.to);
        let found =
            Arc::new(discovery::discover(&self.api, &target.selector, window, &kinds, catalogue).await?);
        let mut discovered = self.discovered.lock().await;
        if discovered.len() >= MOST {
            discovered.clear();
        }
        discovered.insert(target.name.clone(), (version, Arc::clone(&found)));
        Ok(found)
    }

    /// The types of metrics. Not every server has them: then names tell.
    async fn kinds(&self, now: i64) -> Arc<Kinds> {
        let mut kept = self.kinds.lock().await;
        if let Some((_, kinds)) = kept.as_ref().filter(|(at, _)| now - at < KINDS) {
            return Arc::clone(kinds);
        }
        let kinds = Arc::new(self.api.metadata().await.unwrap_or_default());
        *kept = (!kinds.is_empty()).then(|| (now, Arc::clone(&kinds)));
        kinds
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

/// Looks at what is up from time to time, until the set is dropped.
pub fn start(tasks: &mut JoinSet<()>, reader: &Arc<Reader>, clock: &Clock) {
    let (reader, clock) = (Arc::clone(reader), clock.clone());
    tasks.spawn(async move {
        let mut ticks = tokio::time::interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            reader.poll(clock.now()).await;
        }
    });
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
