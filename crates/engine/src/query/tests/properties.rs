//! Random sessions, and what must hold after each of their steps.
use crate::query::*;
use crate::time::{Duration, Instant};
use proptest::prelude::*;
use std::collections::{HashMap, HashSet};
use std::vec;
use std::vec::Vec;

#[derive(Clone, Debug)]
enum Step {
    Insert { segment: u32, gc_time: f64 },
    Remove(usize),
    Observe { query: usize, options: u32 },
    SetOptions { observer: usize, options: u32 },
    Turn { observer: usize, query: usize },
    Unobserve(usize),
    Fetch { query: usize, cancel: bool },
    Succeed(usize),
    Fail { run: usize, again: bool },
    Cancel(usize),
    SetData(usize),
    Invalidate(usize),
    Reset(usize),
    Abortable(usize),
    Host { online: bool, focused: bool },
    Trigger(bool),
    Pass(f64),
}

fn step() -> impl Strategy<Value = Step> {
    let i = || 0..6usize;
    let gc = prop_oneof![Just(0.0), Just(50.0), Just(f64::INFINITY)];
    prop_oneof![
        (0..3u32, gc).prop_map(|(segment, gc_time)| Step::Insert { segment, gc_time }),
        i().prop_map(Step::Remove),
        (i(), any::<u32>()).prop_map(|(query, options)| Step::Observe { query, options }),
        (i(), any::<u32>()).prop_map(|(observer, options)| Step::SetOptions { observer, options }),
        (i(), i()).prop_map(|(observer, query)| Step::Turn { observer, query }),
        i().prop_map(Step::Unobserve),
        (i(), any::<bool>()).prop_map(|(query, cancel)| Step::Fetch { query, cancel }),
        i().prop_map(Step::Succeed),
        (i(), any::<bool>()).prop_map(|(run, again)| Step::Fail { run, again }),
        i().prop_map(Step::Cancel),
        i().prop_map(Step::SetData),
        i().prop_map(Step::Invalidate),
        i().prop_map(Step::Reset),
        i().prop_map(Step::Abortable),
        (any::<bool>(), any::<bool>()).prop_map(|(online, focused)| Step::Host { online, focused }),
        any::<bool>().prop_map(Step::Trigger),
        prop_oneof![Just(1.0), Just(30.0), Just(1_000.0), Just(40_000.0)].prop_map(Step::Pass),
    ]
}

fn options(bits: u32) -> ObserverOptions {
    let refetch = |shift: u32| [Refetch::No, Refetch::IfStale, Refetch::Always][(bits >> shift) as usize % 3];
    ObserverOptions {
        enabled: bits & 3 != 0,
        stale_time: match bits >> 2 & 3 {
            0 => StaleTime::Static,
            1 => StaleTime::After(Duration::INFINITE),
            2 => StaleTime::After(Duration::from_ms(20.0)),
            _ => StaleTime::default(),
        },
        on_mount: refetch(4),
        on_focus: refetch(6),
        on_reconnect: refetch(8),
        interval: (bits >> 10 & 1 == 1).then(|| Duration::from_ms(700.0)),
        interval_in_background: bits >> 11 & 1 == 1,
        ..ObserverOptions::default()
    }
}

/// A host that records effects, to compare them with the answers of the cache.
#[derive(Default)]
struct Face {
    cache: Cache,
    now: f64,
    queries: Vec<QueryId>,
    observers: Vec<(ObserverId, QueryId)>,
    /// Runs that were begun and not settled.
    runs: Vec<(RunId, QueryId)>,
    /// When each run began, and when each query was last invalidated, as numbers of steps.
    begun: HashMap<RunId, usize>,
    invalidated: HashMap<QueryId, usize>,
    step: usize,
}

fn pick<T: Copy>(from: &[T], i: usize) -> Option<T> {
    (!from.is_empty()).then(|| from[i % from.len()])
}

impl Face {
    fn now(&self) -> Instant {
        Instant::from_ms(self.now)
    }

    fn play(&mut self, step: &Step) {
        self.step += 1;
        let now = self.now();
        let query = |face: &Self, i| pick(&face.queries, i);
        match *step {
            Step::Insert { segment, gc_time } => {
                if self.cache.find(&[segment]).is_none() {
                    let gc_time = Duration::from_ms(gc_time);
                    let query = self.cache.insert(now, &[segment], State::default(), gc_time);
                    self.queries.push(query);
                }
            }
            Step::Remove(i) => {
                if let Some(query) = query(self, i)
                    && self.cache.remove(now, query)
                {
                    self.queries.retain(|known| *known != query);
                }
            }
            Step::Observe { query: i, options: bits } => {
                if let Some(query) = query(self, i) {
                    let observer = self.cache.observe(now, query, options(bits));
                    self.observers.push((observer, query));
                }
            }
            Step::SetOptions { observer, options: bits } => {
                if let Some((observer, _)) = pick(&self.observers, observer) {
                    self.cache.set_options(now, observer, options(bits));
                }
            }
            Step::Turn { observer, query: i } => {
                if let (Some((observer, _)), Some(query)) = (pick(&self.observers, observer), query(self, i))
                {
                    self.cache.set_query(now, observer, query, ObserverOptions::default());
                    self.observers
                        .iter_mut()
                        .filter(|known| known.0 == observer)
                        .for_each(|known| known.1 = query);
                }
            }
            Step::Unobserve(i) => {
                if let Some((observer, _)) = pick(&self.observers, i) {
                    self.cache.unobserve(now, observer);
                    self.observers.retain(|known| known.0 != observer);
                }
            }
            Step::Fetch { query: i, cancel } => {
                if let Some(query) = query(self, i) {
                    // Every other one is given little time.
                    let timeout = if i % 2 == 0 { Duration::from_ms(40.0) } else { Duration::INFINITE };
                    self.cache.fetch(
                        now,
                        query,
                        &RunOptions { timeout, jitter: 0.5, ..RunOptions::default() },
                        cancel,
                    );
                }
            }
            Step::Succeed(i) => {
                if let Some((run, query)) = pick(&self.runs, i)
                    && self.cache.succeeded(now, run)
                {
                    let stale = self.invalidated.get(&query) > self.begun.get(&run);
                    let state = self.cache.state(query).expect("a query with a run");
                    assert_eq!(state.invalidated, stale, "valid if it began after the last invalidation");
                }
            }
            Step::Fail { run: i, again } => {
                if let Some((run, _)) = pick(&self.runs, i) {
                    self.cache.failed(now, run, Verdict { retry: Some(again), ..Verdict::default() });
                }
            }
            Step::Cancel(i) => {
                if let Some(query) = query(self, i) {
                    self.cache.cancel(now, query);
                }
            }
            Step::SetData(i) => {
                if let Some(query) = query(self, i) {
                    self.cache.set_data(now, query, now, true);
                }
            }
            Step::Invalidate(i) => {
                if let Some(query) = query(self, i) {
                    self.cache.invalidate(now, query);
                    self.invalidated.insert(query, self.step);
                }
            }
            Step::Reset(i) => {
                if let Some(query) = query(self, i) {
                    self.cache.reset(now, query);
                }
            }
            Step::Abortable(i) => {
                if let Some(query) = query(self, i) {
                    self.cache.set_abortable(query, true);
                }
            }
            Step::Host { online, focused } => self.cache.set_host(Host { online, focused }),
            Step::Trigger(focus) => {
                self.cache.handle_trigger(now, if focus { Trigger::Focus } else { Trigger::Reconnect });
            }
            Step::Pass(ms) => {
                let end = self.now + ms;
                while let Some(at) = self.cache.next_deadline().filter(|at| at.as_ms() <= end) {
                    assert!(at.as_ms() >= self.now, "no deadline is left behind");
                    self.now = at.as_ms();
                    self.cache.tick(at);
                    self.settle();
                }
                self.now = end;
            }
        }
        self.settle();
    }

    /// All runs ask one origin; what its breaker refuses has failed.
    fn attempt(&mut self, run: RunId) {
        let now = self.now();
        self.cache.guard(run, 1);
        let state = self.cache.breaker(now, 1);
        match self.cache.admit(now, run) {
            Ok(()) => assert!(!matches!(state, BreakerState::Open(_)), "let through an open breaker"),
            Err(until) => {
                assert!(state != BreakerState::Closed && until > now, "refused until then");
                self.cache.failed(now, run, Verdict { permanent: true, ..Verdict::default() });
            }
        }
    }

    fn settle(&mut self) {
        while let Some(effect) = self.cache.poll_effect() {
            match effect {
                Effect::Fetch { query, observer } => {
                    let options = self.cache.options(observer);
                    assert!(
                        options.is_none_or(|options| options.enabled),
                        "fetched for nobody who is disabled"
                    );
                    self.cache.fetch(self.now(), query, &RunOptions::default(), false);
                }
                Effect::Run { query, run } | Effect::Paused { query, run } => {
                    if self.begun.insert(run, self.begun.get(&run).copied().unwrap_or(self.step)).is_none() {
                        self.runs.push((run, query));
                    }
                    if matches!(effect, Effect::Run { .. }) {
                        self.attempt(run);
                    }
                }
                Effect::TimedOut { run, .. } => {
                    self.cache.failed(self.now(), run, Verdict::default());
                }
                Effect::GaveUp { run, .. } => self.cache.give_up(self.now(), run),
                Effect::Settled { run, .. } => {
                    let before = self.runs.len();
                    self.runs.retain(|known| known.0 != run);
                    assert!(self.runs.len() + 1 == before, "each run settles once");
                }
                Effect::Collected { query } => {
                    assert!(
                        self.observers.iter().all(|known| known.1 != query),
                        "an observed query was collected"
                    );
                    assert!(self.runs.iter().all(|known| known.1 != query), "a fetching query was collected");
                    self.queries.retain(|known| *known != query);
                }
                Effect::SegmentFreed { segment } => assert!(!self.cache.uses(segment)),
                Effect::Changed { .. } | Effect::Stale { .. } | Effect::OriginFreed { .. } => {}
            }
        }
    }

    fn check(&self) {
        let cache = &self.cache;
        let fetching: HashSet<QueryId> = self.runs.iter().map(|known| known.1).collect();
        assert_eq!(fetching.len(), self.runs.len(), "one fetch at most per query");
        for (query, entry) in cache.entries.iter() {
            assert_eq!(entry.run.is_some(), fetching.contains(&query));
            assert_eq!(entry.run.is_some(), entry.state.fetch_status != FetchStatus::Idle);
            assert_eq!(
                entry.state.status == Status::Pending,
                !entry.state.has_data && entry.state.status != Status::Error
            );
            assert!(entry.state.status != Status::Success || entry.state.has_data);
            let observed: Vec<_> = self.observers.iter().filter(|known| known.1 == query).collect();
            assert_eq!(entry.observers.len(), observed.len());
            let to_go = entry.gc.is_some_and(|handle| cache.deadlines.is_pending(handle));
            let kept = entry.gc_time.is_infinite() && entry.leaf.is_some();
            let rests = entry.is_idle() && !kept;
            assert!(!rests || to_go, "an unused query has a deadline");
            assert!(observed.is_empty() || !to_go, "an observed query has none");
        }
        // Every deadline belongs to something that exists.
        let handles = cache.entries.iter().filter(|(_, entry)| entry.gc.is_some()).count()
            + cache
                .observers
                .iter()
                .map(|(_, o)| usize::from(o.stale.is_some()) + usize::from(o.interval.is_some()))
                .sum::<usize>()
            + cache.fetches.iter().filter(|(_, fetch)| fetch.due.is_some()).count()
            + cache.breakers.as_ref().map_or(0, |breakers| breakers.due_count());
        assert_eq!(cache.deadlines.len(), handles);
        if let Some(at) = cache.next_deadline() {
            assert!(at.as_ms() >= self.now, "the next deadline is not in the past");
        }
    }
}

proptest! {
    #[test]
    fn random_sessions_stay_consistent(steps in prop::collection::vec(step(), 0..120)) {
        let mut face = Face::default();
        face.cache.set_breakers(BreakerOptions { failures: 3, window: Duration::from_ms(500.0), ..Default::default() });
        for step in &steps {
            face.play(step);
            face.check();
        }
    }
}
