//! The state of a client: the engine's machines, and the values, keys and callbacks that the engine knows by id only.
use super::fetcher::Running;
use super::keys::Keys;
use super::mutator::Mutator;
use super::options::QueryObserverOptions;
use super::{Key, Value};
use crate::timing::HostTimer;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::any::Any;
use std::collections::HashMap;
use whippet_engine::query::{Cache, Host, ObserverId, QueryId, RunId, State, Verdict};
use whippet_engine::stats::Histogram;
use whippet_engine::time::{Duration, Instant};

#[derive(Default)]
pub(super) struct ClientState {
    pub(super) cache: Cache,
    pub(super) keys: Keys,
    pub(super) values: HashMap<QueryId, Values>,
    pub(super) observers: HashMap<ObserverId, Observer>,
    pub(super) running: HashMap<RunId, Running>,
    pub(super) mutator: Mutator,
    pub(super) timer: HostTimer,
    /// Durations of successful fetches in ms.
    pub(super) latency: Histogram,
    pub(super) on_fetched: Option<Rc<dyn Fn(f64)>>,
}

/// The values of a query.
#[derive(Default)]
pub(super) struct Values {
    pub(super) data: Option<Value>,
    pub(super) error: Option<Value>,
    /// Options of the observer that fetched last: the next attempt uses them.
    pub(super) options: Option<Rc<QueryObserverOptions>>,
}

pub(super) struct Observer {
    pub(super) query: QueryId,
    pub(super) key: Key,
    pub(super) options: Rc<QueryObserverOptions>,
    pub(super) on_change: Rc<dyn Fn()>,
}

impl ClientState {
    pub(super) fn set_host(&mut self, host: Host) {
        self.cache.set_host(host);
        self.mutator.set_host(host);
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
        query
    }

    pub(super) fn insert(&mut self, key: &Key, gc_time: Duration) -> QueryId {
        let segments = self.keys.intern(key);
        let query = self.cache.insert(now(), &segments, State::default(), gc_time);
        self.values.insert(query, Values::default());
        query
    }

    pub(super) fn fetch(&mut self, query: QueryId, observer: ObserverId, cancel_refetch: bool) {
        let Some(known) = self.observers.get(&observer) else { return };
        let options = known.options.clone();
        if let Some(values) = self.values.get_mut(&query) {
            values.options = Some(options.clone());
        }
        self.cache.fetch(now(), query, &options.run, cancel_refetch);
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
                let next = self.cache.failed(now(), run, Verdict::default());
                // Stored even if a retry follows: it is shown if the run is given up before the next attempt.
                if let (Some(_), Some(values)) = (next, self.values.get_mut(&query)) {
                    values.error = Some(error);
                }
                None
            }
        }
    }

    pub(super) fn store(&mut self, query: QueryId, data: Value) {
        let Some(values) = self.values.get_mut(&query) else { return };
        let equal: fn(&dyn Any, &dyn Any) -> bool = match &values.options {
            Some(options) => options.equal,
            None => |_, _| false,
        };
        if !values.data.as_ref().is_some_and(|old| equal(old.as_ref(), data.as_ref())) {
            values.data = Some(data);
        }
        values.error = None;
    }
}

/// Milliseconds since the epoch. Not `performance.now()`, which stands still while the device sleeps: data must age.
pub(super) fn now() -> Instant {
    Instant::from_ms(js_sys::Date::now())
}
