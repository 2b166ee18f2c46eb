//! The state of a client: the engine's machines, and the values, keys and callbacks that the engine knows by id only.
use super::by_id::ById;
use super::engine_timer::EngineTimer;
use super::fetcher::Running;
use super::inspectors::Inspectors;
use super::keys::Keys;
use super::mutator::{Mutate, Mutator, Step};
use super::options::{QueryObserverOptions, SizeOf};
use super::waiters::{Listeners, Waiters};
use super::{Key, Value};
use crate::timing::HostTimer;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::any::Any;
use whippet_engine::query::pages::Direction;
use whippet_engine::query::{Cache, Host, ObserverId, QueryId, RunId, Start, State, Status, Verdict};
use whippet_engine::stats::Histogram;
use whippet_engine::time::{Duration, Instant};

#[derive(Default)]
pub(super) struct ClientState {
    pub(super) cache: Cache,
    pub(super) keys: Keys,
    pub(super) values: ById<QueryId, Values>,
    pub(super) observers: ById<ObserverId, Observer>,
    pub(super) running: ById<RunId, Running>,
    pub(super) host: Host,
    /// `None` until the first mutation.
    pub(super) mutator: Option<Box<dyn Mutate>>,
    pub(super) timer: HostTimer,
    pub(super) timer_set: EngineTimer,
    /// Durations of successful fetches in ms.
    pub(super) latency: Histogram,
    /// Whether data is measured, and queries are evicted.
    pub(super) limited: bool,
    pub(super) on_fetched: Option<Rc<dyn Fn(f64)>>,
    pub(super) on_settled: Option<OnFetched>,
    pub(super) waiters: Waiters,
    pub(super) listeners: Listeners,
    pub(super) inspectors: Inspectors,
}

pub(super) type OnFetched = Rc<dyn Fn(&Key, Result<&Value, &Value>)>;

/// The values of a query.
#[derive(Default)]
pub(super) struct Values {
    pub(super) key: Key,
    pub(super) data: Option<Value>,
    pub(super) error: Option<Value>,
    /// Whether the size of the data is known.
    pub(super) measured: bool,
    /// What it began with, and when that was: a reset takes it back there.
    pub(super) initial: Option<(Value, Instant)>,
    /// Options of who fetched last: the next attempt uses them.
    pub(super) options: Option<Rc<QueryObserverOptions>>,
    /// The last fetch.
    pub(super) run: Option<RunId>,
    /// What part of the data it was of; `None`: all.
    pub(super) part: Option<Direction>,
}

pub(super) struct Observer {
    pub(super) query: QueryId,
    pub(super) key: Key,
    pub(super) options: Rc<QueryObserverOptions>,
    pub(super) on_change: Rc<dyn Fn()>,
}

impl ClientState {
    pub(super) fn set_host(&mut self, host: Host) {
        self.host = host;
        self.cache.set_host(host);
        if let Some(mutator) = &mut self.mutator {
            mutator.set_host(host);
        }
    }

    /// The timer fired.
    pub(super) fn tick(&mut self) {
        let now = now();
        if let Some(by) = self.timer_set.fired(now) {
            self.clock_set_back(by);
        }
        self.cache.tick(now);
        if let Some(mutator) = &mut self.mutator {
            mutator.tick(now);
        }
    }

    /// The wall clock was set back: nothing waits longer than it would have.
    pub(super) fn clock_set_back(&mut self, by: Duration) {
        self.cache.clock_set_back(by);
        if let Some(mutator) = &mut self.mutator {
            mutator.clock_set_back(by);
        }
    }

    pub(super) fn mutator(&mut self) -> &mut dyn Mutate {
        let host = self.host;
        &mut **self.mutator.get_or_insert_with(|| {
            let mut mutator = Mutator::default();
            mutator.set_host(host);
            Box::new(mutator)
        })
    }

    pub(super) fn find(&self, key: &Key) -> Option<QueryId> {
        self.cache.find(&self.keys.find(key)?)
    }

    pub(super) fn matching(&self, prefix: &Key) -> Vec<QueryId> {
        let mut found = Vec::new();
        if let Some(prefix) = self.keys.find(prefix) {
            self.cache.each(&prefix, |query| found.push(query));
        }
        found
    }

    /// The query of `key`, added where it is missing. Its `gcTime` becomes at least that of the options.
    pub(super) fn entry(&mut self, key: &Key, options: &QueryObserverOptions) -> QueryId {
        let query = match self.find(key) {
            Some(query) => query,
            None => self.insert(key, options.gc_time),
        };
        self.cache.raise_gc_time(query, options.gc_time);
        self.measure(query, options.size.as_ref());
        query
    }

    pub(super) fn insert(&mut self, key: &Key, gc_time: Duration) -> QueryId {
        let segments = self.keys.intern(key);
        let query = self.cache.insert(now(), &segments, State::default(), gc_time);
        self.values.insert(query, Values { key: key.clone(), ..Values::default() });
        self.inspectors.touch(query);
        query
    }

    pub(super) fn fetch(&mut self, query: QueryId, observer: ObserverId, cancel_refetch: bool) {
        let Some(known) = self.observers.get(observer) else { return };
        let options = known.options.clone();
        self.begin(query, &options, None, cancel_refetch);
    }

    /// Fetches a query with these options, or joins its fetch.
    pub(super) fn begin(
        &mut self,
        query: QueryId,
        options: &Rc<QueryObserverOptions>,
        part: Option<Direction>,
        cancel_refetch: bool,
    ) -> Start {
        let start = self.cache.fetch(now(), query, &options.run, cancel_refetch);
        let Some(values) = self.values.get_mut(query) else { return start };
        match start {
            Start::Begun(run) => (values.run, values.part) = (Some(run), part),
            // What fetches a part goes on with its own function.
            Start::Joined(_) if values.part.is_some() => return start,
            // Who joins the fetch of an observer that is there has no say in how it goes on.
            Start::Joined(_) if is_held(values, self.cache.observers(query), &self.observers) => {
                return start;
            }
            Start::Joined(_) => {}
            Start::Gone => return start,
        }
        values.options = Some(options.clone());
        start
    }

    pub(super) fn poll_mutator(&mut self) -> Option<Step> {
        let step = self.mutator.as_mut()?.poll(now());
        self.listeners.changed |= step.is_some();
        step
    }

    /// Handles the answer of an attempt. Returns how long the fetch took, in ms, if it succeeded.
    pub(super) fn answered(
        &mut self,
        query: QueryId,
        run: RunId,
        answer: Result<Value, Value>,
    ) -> Option<f64> {
        match answer {
            Ok(data) => {
                if !self.cache.succeeded(now(), run) {
                    return None;
                }
                self.store(query, data);
                let took = self.cache.take_latency()?.as_ms();
                self.latency.record(took);
                Some(took)
            }
            Err(error) => {
                let verdict = self.verdict(query, &error);
                let next = self.cache.failed(now(), run, verdict);
                // Stored even if a retry follows: it is shown if the run is given up before the next attempt.
                if let (Some(_), Some(values)) = (next, self.values.get_mut(query)) {
                    values.error = Some(error);
                }
                None
            }
        }
    }

    pub(super) fn hydrate(&mut self, query: QueryId, outcome: Result<Value, Value>, at: Instant) {
        let Some(values) =
            self.values.get_mut(query).filter(|values| values.data.is_none() && values.error.is_none())
        else {
            return;
        };
        let at = at.min(now());
        let state = match outcome {
            Ok(data) => {
                values.data = Some(data);
                State { data_update_count: 1, ..State::with_data(at) }
            }
            Err(error) => {
                values.error = Some(error);
                State {
                    status: Status::Error,
                    error_updated_at: at,
                    error_update_count: 1,
                    ..State::default()
                }
            }
        };
        self.cache.set_state(now(), query, state);
    }

    /// The query has data before anything is fetched, unless it has a result already.
    pub(super) fn begin_with(&mut self, query: QueryId, data: Value) {
        let Some(values) = self.values.get_mut(query) else { return };
        if values.data.is_none() && values.error.is_none() {
            values.initial = Some((data.clone(), now()));
            values.data = Some(data);
            self.cache.set_state(now(), query, State::with_data(now()));
        }
    }

    /// Takes the query back to where it began. Returns what it had.
    pub(super) fn reset(&mut self, query: QueryId) -> impl Sized + use<> {
        self.cache.reset(now(), query);
        let values = self.values.get_mut(query)?;
        let had = (values.data.take(), values.error.take());
        values.measured = false;
        self.cache.set_bytes(query, 0.0);
        if let Some((data, at)) = values.initial.clone() {
            values.data = Some(data);
            self.cache.set_state(now(), query, State::with_data(at));
        }
        Some(had)
    }

    fn verdict(&self, query: QueryId, error: &Value) -> Verdict {
        let options = self.values.get(query).and_then(|values| values.options.as_ref());
        let Some(judge) = options.and_then(|options| options.judge.as_ref()) else {
            return Verdict::default();
        };
        let failures = self.cache.state(query).map_or(0, |state| state.failure_count);
        judge(failures, error.as_ref())
    }

    pub(super) fn store(&mut self, query: QueryId, data: Value) {
        self.inspectors.data_came(query);
        let Some(values) = self.values.get_mut(query) else { return };
        let equal: fn(&dyn Any, &dyn Any) -> bool = match &values.options {
            Some(options) => options.equal,
            None => |_, _| false,
        };
        if !values.data.as_ref().is_some_and(|old| equal(old.as_ref() as &dyn Any, data.as_ref() as &dyn Any))
        {
            values.data = Some(data);
            values.measured = false;
        }
        values.error = None;
        let size = values.options.as_ref().and_then(|options| options.size.clone());
        self.measure(query, size.as_ref());
    }

    /// Tells the cache how large the data is, once for each.
    fn measure(&mut self, query: QueryId, size: Option<&SizeOf>) {
        let Some(values) = self.values.get_mut(query).filter(|values| self.limited && !values.measured)
        else {
            return;
        };
        if let (Some(data), Some(size)) = (&values.data, size) {
            values.measured = true;
            self.cache.set_bytes(query, size(data.as_ref()));
        }
    }

    /// Removes what is beyond the limits. Returns what was removed.
    pub(super) fn evict(&mut self) -> Vec<Option<Values>> {
        let mut removed = Vec::new();
        while self.limited
            && let Some(query) = self.cache.evict(now(), None)
        {
            self.cache.remove(now(), query);
            removed.push(self.values.remove(query));
        }
        removed
    }
}

/// Whether one of the observers has the options of who fetched last.
fn is_held(values: &Values, observers: &[ObserverId], known: &ById<ObserverId, Observer>) -> bool {
    let Some(options) = &values.options else { return false };
    observers.iter().any(|id| known.get(*id).is_some_and(|observer| Rc::ptr_eq(&observer.options, options)))
}

/// Milliseconds since the epoch. Not `performance.now()`, which stands still while the device sleeps: data must age.
pub fn now() -> Instant {
    Instant::from_ms(js_sys::Date::now())
}
