//! What the client keeps: the engine's machines, and beside them what those know by their ids only.
use super::fetcher::Running;
use super::keys::Keys;
use super::mutator::Mutator;
use super::watch::Terms;
use super::{Key, Value};
use crate::timing::HostTimer;
use alloc::rc::Rc;
use alloc::vec::Vec;
use core::any::Any;
use std::collections::HashMap;
use whippet_engine::query::{Cache, Host, ObserverId, QueryId, RunId, State, Verdict};
use whippet_engine::time::{Duration, Instant};

#[derive(Default)]
pub(super) struct Kept {
    pub(super) cache: Cache,
    pub(super) keys: Keys,
    pub(super) values: HashMap<QueryId, Values>,
    pub(super) observers: HashMap<ObserverId, Observer>,
    pub(super) running: HashMap<RunId, Running>,
    pub(super) mutator: Mutator,
    pub(super) timer: HostTimer,
    pub(super) fetched: Option<Rc<dyn Fn(f64)>>,
}

/// What the engine does not hold of a query.
#[derive(Default)]
pub(super) struct Values {
    pub(super) data: Option<Value>,
    pub(super) error: Option<Value>,
    /// On whose terms it is fetched: whoever asked for it last.
    pub(super) terms: Option<Rc<Terms>>,
}

pub(super) struct Observer {
    pub(super) query: QueryId,
    pub(super) key: Key,
    pub(super) terms: Rc<Terms>,
    pub(super) told: Rc<dyn Fn()>,
}

impl Kept {
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

    /// The query of `key`, new if need be, kept as long as `terms` want.
    pub(super) fn entry(&mut self, key: &Key, terms: &Rc<Terms>) -> QueryId {
        let query = match self.find(key) {
            Some(query) => query,
            None => self.insert(key, terms.gc_time),
        };
        self.cache.raise_gc_time(query, terms.gc_time);
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
        let terms = known.terms.clone();
        if let Some(values) = self.values.get_mut(&query) {
            values.terms = Some(terms.clone());
        }
        self.cache.fetch(now(), query, &terms.run, cancel_refetch);
    }

    /// Gives how long the fetch took, where this is its end and it succeeded.
    pub(super) fn answered(
        &mut self,
        query: QueryId,
        run: RunId,
        answer: Result<Value, Value>,
    ) -> Option<f64> {
        match answer {
            Ok(data) => {
                let before = self.cache.stats().latency.sum();
                if !self.cache.succeeded(now(), run) {
                    return None;
                }
                self.store(query, data);
                Some(self.cache.stats().latency.sum() - before)
            }
            Err(error) => {
                let next = self.cache.failed(now(), run, Verdict::default());
                // An error that is tried again is shown if the next attempts never come to be.
                if let (Some(_), Some(values)) = (next, self.values.get_mut(&query)) {
                    values.error = Some(error);
                }
                None
            }
        }
    }

    pub(super) fn store(&mut self, query: QueryId, data: Value) {
        let Some(values) = self.values.get_mut(&query) else { return };
        let equal: fn(&dyn Any, &dyn Any) -> bool = match &values.terms {
            Some(terms) => terms.equal,
            None => |_, _| false,
        };
        if !values.data.as_ref().is_some_and(|old| equal(old.as_ref(), data.as_ref())) {
            values.data = Some(data);
        }
        values.error = None;
    }
}

/// Milliseconds since the epoch: data may outlive a sleep of the machine.
pub(super) fn now() -> Instant {
    Instant::from_ms(js_sys::Date::now())
}
