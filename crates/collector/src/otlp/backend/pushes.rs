//! The services that push: their instances, and the last value of each series. What a push changes is recorded with everything
//! that the service's instances said before, as a scrape of all of them would have it.
use std::collections::{HashMap, VecDeque};

use tokio::sync::Mutex;
use whippet_store::{Sample, Scrape, Store, StoreError};

use super::grid::Grid;
use super::samples::{Pushed, Reader, instance};
use crate::otlp::answer::Rejected;
use crate::otlp::model::{Metric, Resource, Scope};

/// The most services.
const SERVICES: usize = 100;
/// The most instances of a service.
const INSTANCES: usize = 100;
/// The most series of all services.
const SERIES: usize = 100_000;
/// How long an instance or a series is remembered without a push, ms: as long as Prometheus looks back.
const REMEMBERED: i64 = 5 * 60 * 1000;
/// The most posts that are remembered, so that one that is sent again counts once.
const POSTS: usize = 256;
/// The time between two pushes, where it is not known yet: OpenTelemetry's default, ms.
const INTERVAL: i64 = 60_000;

/// Posts that are less than this apart may be of one export, ms.
const EXPORT: i64 = 500;

type Key = (String, Vec<(String, String)>);

/// A service that pushes.
pub struct Service<'a> {
    /// The target that it is.
    pub target: String,
    /// Its resource.
    pub resource: &'a Resource,
    /// Its metrics, by library.
    pub metrics: Vec<(Option<&'a Scope>, &'a [Metric])>,
}

/// Why a push was not kept.
#[derive(Debug)]
pub enum PushError {
    /// The store did not take it.
    Store(StoreError),
    /// There are too many services.
    TooMany,
}

/// All services that push. In memory: after a restart their next push begins anew, which the store takes for what it is.
#[derive(Default)]
pub struct Pushes {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    targets: HashMap<String, Target>,
    /// The digests of the last posts.
    posts: VecDeque<String>,
}

#[derive(Clone, Default)]
struct Target {
    instances: Vec<Instance>,
    grids: HashMap<String, Grid>,
    last: i64,
    interval: Option<i64>,
}

#[derive(Clone)]
struct Instance {
    key: String,
    /// The value of the label `instance`; empty for none.
    label: String,
    /// When it pushed first, and last; 0 for never.
    first: i64,
    seen: i64,
    series: HashMap<Key, (Sample, i64)>,
}

impl Pushes {
    /// Records a push. `post` is the digest of the request; `now` is the collector's clock.
    pub async fn record(
        &self,
        service: &Service<'_>,
        post: &str,
        store: &Store,
        now: i64,
    ) -> Result<Rejected, PushError> {
        let mut state = self.state.lock().await;
        let post = format!("{post} {} {}", service.target, instance(&service.resource.attributes));
        if state.posts.contains(&post) {
            return Ok(Rejected::default());
        }
        state.forget(now);
        if state.targets.len() >= SERVICES && !state.targets.contains_key(&service.target) {
            return Err(PushError::TooMany);
        }
        let room = SERIES.saturating_sub(state.targets.values().map(Target::series).sum());
        // A copy, so that nothing has changed where the store fails: the exporter sends it again.
        let mut target = state.targets.get(&service.target).cloned().unwrap_or_default();
        let before = target.samples();
        let (rejected, fresh) = target.push(service, room, now);
        if !fresh.is_empty() {
            // What an instance did not have in its last export was 0 then. Without that the first error would be no increase.
            let samples = before.into_iter().chain(fresh).collect();
            let scrape = Scrape { target: service.target.clone(), time: now - 1, samples, instance: None };
            store.record_scrape(scrape).await.map_err(PushError::Store)?;
        }
        let scrape =
            Scrape { target: service.target.clone(), time: now, samples: target.samples(), instance: None };
        store.record_scrape(scrape).await.map_err(PushError::Store)?;
        state.targets.insert(service.target.clone(), target);
        state.posts.push_back(post);
        if state.posts.len() > POSTS {
            state.posts.pop_front();
        }
        Ok(rejected)
    }

    /// The time between two pushes of a service, ms, and how many series it has; `None` if it never pushed.
    pub async fn status(&self, target: &str) -> Option<(i64, u64)> {
        let state = self.state.lock().await;
        let target = state.targets.get(target)?;
        Some((target.interval.unwrap_or(INTERVAL), target.series() as u64))
    }

    /// The services that have not pushed for as long as they would be looked for.
    pub async fn silent(&self, now: i64) -> Vec<String> {
        let state = self.state.lock().await;
        let silent = state.targets.iter().filter(|(_, target)| target.last < now - target.patience());
        silent.map(|(name, _)| name.clone()).collect()
    }
}

impl State {
    /// Forgets instances and series that nobody pushes any more.
    fn forget(&mut self, now: i64) {
        for target in self.targets.values_mut() {
            let since = now - target.patience();
            target.instances.retain(|instance| instance.seen >= since);
            for instance in &mut target.instances {
                instance.series.retain(|_, (_, seen)| *seen >= since);
            }
        }
    }
}

impl Target {
    fn series(&self) -> usize {
        self.instances.iter().map(|instance| instance.series.len()).sum()
    }

    /// How long a push may be away.
    fn patience(&self) -> i64 {
        REMEMBERED.max(3 * self.interval.unwrap_or(INTERVAL))
    }

    fn samples(&self) -> Vec<Sample> {
        let series = self.instances.iter().flat_map(|instance| instance.series.values());
        series.map(|(sample, _)| sample.clone()).collect()
    }

    /// Takes a push. Returns what was left out, and the counters that are new, as they were before.
    fn push(&mut self, service: &Service<'_>, room: usize, now: i64) -> (Rejected, Vec<Sample>) {
        let key = instance(&service.resource.attributes);
        let Some(place) = self.place(key) else {
            let count = service.metrics.iter().map(|(_, metrics)| metrics.len() as u64).sum();
            let mut rejected = Rejected::default();
            rejected.add(count, format!("a service may have {INSTANCES} instances"));
            return (rejected, Vec::new());
        };
        let label = self.instances[place].label.clone();
        let before = self.instances[place].seen;
        let shared = if label.is_empty() { Vec::new() } else { vec![("instance".to_owned(), label)] };
        let mut reader =
            Reader { shared, grids: &mut self.grids, samples: Vec::new(), rejected: Rejected::default() };
        reader.target_info(service.resource);
        for (scope, metrics) in &service.metrics {
            metrics.iter().for_each(|metric| reader.metric(metric, *scope));
        }
        let Reader { samples, mut rejected, .. } = reader;
        let instance = &mut self.instances[place];
        let (mut room, mut fresh) = (room, Vec::new());
        // One export may come in several posts.
        let has_exported = instance.first > 0 && now - instance.first >= EXPORT;
        for Pushed { sample, is_delta } in samples {
            let key = (sample.name.clone(), sample.labels.clone());
            match instance.series.get_mut(&key) {
                Some((known, seen)) => {
                    if is_delta {
                        known.value += sample.value;
                    } else {
                        *known = sample;
                    }
                    *seen = now;
                }
                None if room == 0 => {
                    rejected.add(1, format!("all services together may push {SERIES} series"))
                }
                None => {
                    room -= 1;
                    if has_exported && sample.counter {
                        fresh.push(Sample { value: 0.0, ..sample.clone() });
                    }
                    instance.series.insert(key, (sample, now));
                }
            }
        }
        instance.seen = now;
        if instance.first == 0 {
            instance.first = now;
        }
        // Two posts of one export are no interval.
        if before > 0 && now - before >= EXPORT {
            self.interval = Some((now - before).clamp(1000, 10 * INTERVAL));
        }
        self.last = now;
        (rejected, fresh)
    }

    /// The place of the instance, which is added if need be.
    fn place(&mut self, key: &str) -> Option<usize> {
        if let Some(place) = self.instances.iter().position(|instance| instance.key == key) {
            return Some(place);
        }
        if self.instances.len() == INSTANCES {
            return None;
        }
        let label = if is_random(key) {
            // An id that each start makes anew would be another set of series each time: a number stays.
            let taken = |label: &String| self.instances.iter().any(|instance| instance.label == *label);
            (1..=INSTANCES + 1).map(|number| number.to_string()).find(|label| !taken(label))?
        } else {
            super::names::value(key)
        };
        self.instances.push(Instance {
            key: key.to_owned(),
            label,
            first: 0,
            seen: 0,
            series: HashMap::new(),
        });
        Some(self.instances.len() - 1)
    }
}

/// Whether an id is a UUID, or as long a number in hexadecimal digits.
fn is_random(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_hexdigit).count();
    digits >= 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::is_random;

    #[test]
    fn random_ids_are_told_from_names() {
        assert!(is_random("627cc493-f310-47de-96bd-71410b7dec09") && is_random(&"0a".repeat(32)));
        assert!(!is_random("shop-7f9c6d5b4-x2x1z") && !is_random("10.0.0.7:8080") && !is_random(""));
    }
}
