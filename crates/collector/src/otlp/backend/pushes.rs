//! The services that push: their instances, and the last value of each series. What a push changes is recorded with everything
//! that the service's instances said before, as a scrape of all of them would have it.
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

use tokio::sync::Mutex;
use whippet_store::{Sample, Scrape, Store, StoreError};

use super::buckets::LastBuckets;
use super::known::{Instance, Series, Target};
use super::samples::{Pushed, Reader, exported, instance};
use super::saved;
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
/// How long a counter is remembered that its instance does not tell any more, ms.
const SILENT: i64 = 24 * 60 * 60 * 1000;
/// How many of them of one instance.
const MOST_SILENT: usize = 1000;
/// The most posts that are remembered, so that one that is sent again counts once.
const POSTS: usize = 256;
/// The time between two pushes, where it is not known yet: OpenTelemetry's default, ms.
const INTERVAL: i64 = 60_000;

/// Points that were read less than this apart may be of one export, ms.
const EXPORT: i64 = 500;

/// What a service says of itself.
const TARGET_INFO: &str = "target_info";

/// How often a push is tried anew after another collector was quicker.
const ATTEMPTS: usize = 8;

/// A service that pushes.
pub struct Service<'a> {
    /// The target that it is.
    pub target: String,
    /// Its resource.
    pub resource: &'a Resource,
    /// Its metrics, by library.
    pub metrics: Vec<(Option<&'a Scope>, &'a [Metric])>,
}

impl Service<'_> {
    /// How many points it pushes.
    fn points(&self) -> u64 {
        self.metrics.iter().flat_map(|(_, metrics)| *metrics).map(|metric| metric.points() as u64).sum()
    }

    /// Adds the samples that the store left out. A point may have many samples, and the store does not say whose they are: no more is
    /// counted than this push has points.
    fn and_dropped(&self, mut rejected: Rejected, dropped: u64) -> Rejected {
        rejected.add(dropped, "new series beyond those that a service may have are left out");
        rejected.count = rejected.count.min(self.points());
        rejected
    }
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

impl Pushes {
    /// Records a push. `post` is the digest of the request; `now` is the collector's clock.
    pub async fn record(
        &self,
        service: &Service<'_>,
        post: &str,
        store: &Arc<Store>,
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
        let known = state.targets.get(&service.target).cloned().unwrap_or_default();
        let (target, rejected) = match store.is_shared() {
            true => record_shared(known, service, &post, store, (room, now)).await?,
            false => {
                let mut target = known;
                let (scrapes, rejected) = target.scrapes(service, room, now);
                let mut dropped = 0;
                for scrape in scrapes {
                    dropped = store.record_scrape(scrape).await.map_err(PushError::Store)?;
                }
                (target, service.and_dropped(rejected, dropped))
            }
        };
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

    /// The services that have not pushed for as long as they would be looked for, each with the time since when they should
    /// have: another collector may have heard them.
    pub async fn silent(&self, now: i64) -> Vec<(String, i64)> {
        let state = self.state.lock().await;
        let since = |target: &Target| now - target.patience();
        let silent = state.targets.iter().filter(|(_, target)| target.last < since(target));
        silent.map(|(name, target)| (name.clone(), since(target))).collect()
    }
}

/// Records a push where several collectors share a database, and pushes of one service reach any of them. What is known of the
/// service stands in the database: it is read before, and written in the transaction of the samples, unless another collector
/// was quicker. So every collector goes on from what all of them have heard.
async fn record_shared(
    mut known: Target,
    service: &Service<'_>,
    post: &str,
    store: &Arc<Store>,
    (room, now): (usize, i64),
) -> Result<(Target, Rejected), PushError> {
    for _ in 0..ATTEMPTS {
        let mut shared =
            store.shared_state(&format!("push:{}", service.target)).await.map_err(PushError::Store)?;
        if shared.version != known.version {
            known = saved::read(&shared.value);
            known.version = shared.version;
        }
        if known.posts.iter().any(|known| known == post) {
            return Ok((known, Rejected::default()));
        }
        let mut target = known.clone();
        target.forget(now);
        let (scrapes, rejected) = target.scrapes(service, room, now);
        target.posts.push_back(post.to_owned());
        if target.posts.len() > POSTS {
            target.posts.pop_front();
        }
        shared.value = saved::write(&target);
        target.version += 1;
        if let Some(dropped) = store.record_shared(scrapes, shared).await.map_err(PushError::Store)? {
            return Ok((target, service.and_dropped(rejected, dropped)));
        }
    }
    Err(PushError::Store(StoreError::Failed))
}

impl State {
    /// Forgets instances and series that nobody pushes any more.
    fn forget(&mut self, now: i64) {
        self.targets.values_mut().for_each(|target| target.forget(now));
    }
}

impl Target {
    fn forget(&mut self, now: i64) {
        let since = now - self.patience();
        self.instances.retain(|instance| instance.seen >= since);
        for instance in &mut self.instances {
            let silent = instance.series.extract_if(.., |_, (_, seen)| *seen < since);
            instance.silent.extend(silent.filter(|(_, (sample, _))| sample.counter));
            instance.silent.retain(|_, (_, seen)| *seen >= now - SILENT);
            if instance.silent.len() > MOST_SILENT {
                let mut newest: Vec<_> = std::mem::take(&mut instance.silent).into_iter().collect();
                newest.sort_by_key(|(_, (_, seen))| std::cmp::Reverse(*seen));
                instance.silent.extend(newest.into_iter().take(MOST_SILENT));
            }
        }
    }

    /// Takes a push. Returns the scrapes that it makes, and what was left out.
    fn scrapes(&mut self, service: &Service<'_>, room: usize, now: i64) -> (Vec<Scrape>, Rejected) {
        let before = self.samples();
        let (rejected, fresh) = self.push(service, room, now);
        let scrape = |time, samples| Scrape { target: service.target.clone(), time, samples, instance: None };
        let mut scrapes = Vec::new();
        if !fresh.is_empty() {
            // What an instance did not have in its last export was 0 then. Without that the first error would be no increase.
            scrapes.push(scrape(now - 1, before.into_iter().chain(fresh).collect()));
        }
        scrapes.push(scrape(now, self.samples()));
        (scrapes, rejected)
    }

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
            let mut rejected = Rejected::default();
            rejected.add(service.points(), format!("a service may have {INSTANCES} instances"));
            return (rejected, Vec::new());
        };
        let label = self.instances[place].label.clone();
        let before = self.instances[place].last;
        let exported = exported(service.metrics.iter().flat_map(|(_, metrics)| *metrics)).unwrap_or(now);
        let shared = if label.is_empty() { Vec::new() } else { vec![("instance".to_owned(), label)] };
        let mut reader = Reader {
            shared,
            grids: &mut self.grids,
            gone: Vec::new(),
            samples: Vec::new(),
            rejected: Rejected::default(),
        };
        reader.target_info(service.resource);
        for (scope, metrics) in &service.metrics {
            metrics.iter().for_each(|metric| reader.metric(metric, *scope));
        }
        let Reader { gone, samples, mut rejected, .. } = reader;
        let instance = &mut self.instances[place];
        // One that was started anew as another version says nothing of the one before any more.
        if let Some(info) =
            samples.iter().map(|pushed| &pushed.sample).find(|sample| sample.name == TARGET_INFO)
        {
            instance.series.retain(|(name, labels), _| name != TARGET_INFO || *labels == info.labels);
        }
        // A counter that was away has not begun at zero meanwhile.
        if !instance.silent.is_empty() {
            for Pushed { sample, .. } in &samples {
                let key = (sample.name.clone(), sample.labels.clone());
                if let Some(known) = instance.silent.remove(&key) {
                    instance.series.insert(key, known);
                }
            }
        }
        let (mut room, mut fresh, mut is_late) = (room, Vec::new(), false);
        let mut buckets = LastBuckets::default();
        // One export may come in several posts. A clock that was set back says another time, too.
        let has_exported = instance.first > 0 && (exported - instance.first).abs() >= EXPORT;
        for Pushed { sample, is_delta } in samples {
            let key = (sample.name.clone(), sample.labels.clone());
            match instance.series.get_mut(&key) {
                Some((known, seen)) => {
                    if is_delta {
                        known.value += sample.value;
                    } else if exported < before && is_past(known, &sample) {
                        is_late = true;
                    } else if !is_rounding(known, &sample) {
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
                        let value = if is_delta { 0.0 } else { buckets.before(&instance.series, &sample) };
                        fresh.push(Sample { value, ..sample.clone() });
                    }
                    instance.series.insert(key, (sample, now));
                }
            }
        }
        for key in &gone {
            instance.series.remove(key);
        }
        instance.seen = now;
        // A clock that was set back goes on from there; an export that comes late does not.
        instance.last = if is_late { before } else { exported };
        if instance.first == 0 {
            instance.first = exported;
        }
        // Two posts of one export are no interval.
        if before > 0 && exported - before >= EXPORT {
            self.interval = Some((exported - before).clamp(1000, 10 * INTERVAL));
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
            last: 0,
            seen: 0,
            series: Series::new(),
            silent: Series::new(),
        });
        Some(self.instances.len() - 1)
    }
}

/// Whether a sample was read before the one that is known: an exporter tries again what failed, also after what came since.
/// Counters that say when they began fall with another beginning alone.
fn is_past(known: &Sample, sample: &Sample) -> bool {
    sample.counter
        && sample.created.is_some()
        && sample.created == known.created
        && sample.value < known.value
}

/// Whether a counter fell by a rounding error alone, which is no restart: sums of doubles are added up in any order, and the same sum may
/// be read from text a little differently.
fn is_rounding(known: &Sample, sample: &Sample) -> bool {
    is_past(known, sample) && known.value - sample.value <= 4.0 * f64::EPSILON * known.value.abs()
}

/// Whether an id is a UUID, or as long a number in hexadecimal digits.
fn is_random(key: &str) -> bool {
    let digits = key.bytes().filter(u8::is_ascii_hexdigit).count();
    digits >= 32 && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::{MOST_SILENT, Metric, REMEMBERED, Rejected, Resource, Sample, Service, Target, is_random};
    use crate::otlp::model::{Gauge, NumberPoint};

    #[test]
    fn no_more_is_rejected_than_was_pushed() {
        let gauge = Gauge { data_points: vec![NumberPoint::default()] };
        let metrics = [Metric { gauge: Some(gauge), ..Metric::default() }];
        let service = Service {
            target: "api".to_owned(),
            resource: &Resource::default(),
            metrics: vec![(None, &metrics)],
        };
        for (before, dropped, counted) in [(0, 0, 0), (0, 1, 1), (0, 7, 1), (9, 0, 1), (9, 7, 1)] {
            let mut rejected = Rejected::default();
            rejected.add(before, "too many series");
            assert_eq!(service.and_dropped(rejected, dropped).count, counted, "{before} {dropped}");
        }
    }

    #[test]
    fn where_there_is_no_room_for_all_that_is_new_what_was_there_goes_on() {
        let gauges = |count: usize, value: f64| -> Vec<Metric> {
            let gauge = |number: usize| {
                let point = NumberPoint { as_double: Some(value), ..NumberPoint::default() };
                let gauge = Some(Gauge { data_points: vec![point] });
                Metric { name: format!("g{number}"), gauge, ..Metric::default() }
            };
            (0..count).map(gauge).collect()
        };
        let mut target = Target::default();
        let mut push = |metrics: &[Metric], room: usize, now: i64| {
            let service = Service {
                target: "api".to_owned(),
                resource: &Resource::default(),
                metrics: vec![(None, metrics)],
            };
            let (rejected, _) = target.push(&service, room, now);
            let found = target.samples().into_iter().filter(|sample| sample.name != super::TARGET_INFO);
            let found: Vec<(String, f64)> = found.map(|sample| (sample.name, sample.value)).collect();
            (rejected.count, found)
        };
        let found = |values: [f64; 3]| -> Vec<(String, f64)> {
            values.into_iter().enumerate().map(|(place, value)| (format!("g{place}"), value)).collect()
        };
        // One place is taken by what the service says of itself.
        assert_eq!(push(&gauges(5, 1.0), 4, 1_000), (2, found([1.0; 3])));
        assert_eq!(
            push(&gauges(5, 2.0), 0, 61_000),
            (2, found([2.0; 3])),
            "the first stay, and are told anew"
        );
        let (rejected, all) = push(&gauges(5, 3.0), 1, 121_000);
        assert_eq!((rejected, all.len()), (1, 4), "one more has a place now");
    }

    #[test]
    fn of_counters_that_fell_silent_together_the_first_are_remembered() {
        let mut target = Target::default();
        let place = target.place("api-1").unwrap();
        let now = 10 * REMEMBERED;
        let instance = &mut target.instances[place];
        instance.seen = now;
        let name = |number: usize| format!("c{number:05}_total");
        for number in (0..MOST_SILENT + 100).rev() {
            let sample =
                Sample { name: name(number), labels: Vec::new(), value: 1.0, counter: true, created: None };
            instance.series.insert((name(number), Vec::new()), (sample, 0));
        }
        assert!(target.samples().is_sorted_by_key(|sample| sample.name.clone()));
        target.forget(now);
        let silent: Vec<String> = target.instances[place].silent.keys().map(|key| key.0.clone()).collect();
        assert_eq!(silent, (0..MOST_SILENT).map(name).collect::<Vec<_>>());
    }

    #[test]
    fn random_ids_are_told_from_names() {
        assert!(is_random("627cc493-f310-47de-96bd-71410b7dec09") && is_random(&"0a".repeat(32)));
        assert!(!is_random("shop-7f9c6d5b4-x2x1z") && !is_random("10.0.0.7:8080") && !is_random(""));
    }
}
