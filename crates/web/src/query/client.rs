//! The loop that drives the engine: inputs in, effects out, one timer.
use super::fetcher::Running;
use super::keys::Keys;
use super::lifecycle::{Change, Lifecycle};
use super::mutator::{MutationTerms, Mutator, Progress, Step};
use super::watch::{Seen, Terms, Watch};
use super::{Fetcher, Key, Value};
use crate::timing::HostTimer;
use alloc::rc::{Rc, Weak};
use alloc::vec::Vec;
use core::any::Any;
use core::cell::{Cell, RefCell};
use std::collections::HashMap;
use wasm_bindgen_futures::spawn_local;
use whippet_engine::query::{
    Cache, Effect, Host, MutationId, ObserverId, Occasion, Outcome, QueryId, RunId, State, Stats, Status,
    Verdict,
};
use whippet_engine::time::{Duration, Instant};

/// How long data that nobody looks at is kept where nothing else is said: five minutes.
const GC_TIME: f64 = 300_000.0;

/// A query cache. Clones are the same cache.
#[derive(Clone)]
pub struct Client(Rc<Shared>);

struct Shared {
    inner: RefCell<Inner>,
    /// Someone is doing effects already: what comes in meanwhile is done by them.
    busy: Cell<bool>,
    lifecycle: RefCell<Option<Lifecycle>>,
}

#[derive(Default)]
struct Inner {
    cache: Cache,
    keys: Keys,
    values: HashMap<QueryId, Values>,
    observers: HashMap<ObserverId, Observer>,
    running: HashMap<RunId, Running>,
    mutator: Mutator,
    timer: HostTimer,
    fetched: Option<Rc<dyn Fn(f64)>>,
}

/// What the engine does not hold of a query.
#[derive(Default)]
struct Values {
    data: Option<Value>,
    error: Option<Value>,
    /// On whose terms it is fetched: whoever asked for it last.
    terms: Option<Rc<Terms>>,
}

struct Observer {
    query: QueryId,
    key: Key,
    terms: Rc<Terms>,
    told: Rc<dyn Fn()>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// An empty cache, which hears of the page's focus and network until its last clone is gone.
    pub fn new() -> Self {
        let client = Self(Rc::new(Shared {
            inner: RefCell::default(),
            busy: Cell::new(false),
            lifecycle: RefCell::new(None),
        }));
        let focused = Lifecycle::is_focused();
        client.with(|inner| inner.set_host(Host { online: true, focused }));
        let weak = Rc::downgrade(&client.0);
        let host = Cell::new(Host { online: true, focused });
        let lifecycle = Lifecycle::listen(move |change| {
            let next = match change {
                Change::Focused(focused) => Host { focused, ..host.get() },
                Change::Online(online) => Host { online, ..host.get() },
            };
            host.set(next);
            if let Some(client) = Self::upgrade(&weak) {
                client.host_changed(next, change);
            }
        });
        client.0.lifecycle.replace(Some(lifecycle));
        client
    }

    /// Looks at the query of `key`, fetching where the terms ask for it. `told` is called when there is
    /// something new to [see](Watch::see).
    pub fn watch(&self, key: &Key, terms: Terms, told: impl Fn() + 'static) -> Watch {
        let terms = Rc::new(terms);
        let observer = self.with(|inner| {
            let query = inner.entry(key, &terms);
            let observer = inner.cache.observe(now(), query, terms.observer);
            let told: Rc<dyn Fn()> = Rc::new(told);
            inner.observers.insert(observer, Observer { query, key: key.clone(), terms, told });
            observer
        });
        Watch::new(self.clone(), observer)
    }

    /// Marks all queries whose key begins with `prefix` as stale, and fetches those that someone looks at.
    pub fn invalidate(&self, prefix: &Key) {
        self.with(|inner| {
            for query in inner.matching(prefix) {
                inner.cache.invalidate(now(), query);
                let asking =
                    inner.cache.observers(query).iter().copied().find(|&observer| {
                        inner.cache.options(observer).is_some_and(|options| options.enabled)
                    });
                if let Some(observer) = asking.filter(|_| !inner.cache.is_static(query)) {
                    inner.fetch(query, observer, true);
                }
            }
        });
    }

    /// Stores data for `key`, as if it had just been fetched.
    pub fn set_data(&self, key: &Key, data: Value) {
        self.with(|inner| {
            let query = match inner.find(key) {
                Some(query) => query,
                None => inner.insert(key, Duration::from_ms(GC_TIME)),
            };
            inner.store(query, data);
            inner.cache.set_data(now(), query, now(), true);
        });
    }

    /// The data of `key`, if there is any.
    pub fn data(&self, key: &Key) -> Option<Value> {
        let inner = self.0.inner.borrow();
        inner.values.get(&inner.find(key)?)?.data.clone()
    }

    /// Does what `terms` say. `told` hears what becomes of it. It is
    /// carried through, retries included, for as long as the client is there.
    pub fn mutate(&self, terms: MutationTerms, told: impl Fn(Progress) + 'static) {
        self.with(|inner| inner.mutator.start(now(), terms, Rc::new(told)));
    }

    /// How many queries are kept.
    pub fn len(&self) -> usize {
        self.0.inner.borrow().cache.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the cache did so far.
    pub fn stats(&self) -> Stats {
        self.0.inner.borrow().cache.stats().clone()
    }

    /// Calls `fetched` with the time each fetch took that succeeded, retries included, in ms: for monitoring.
    pub fn on_fetched(&self, fetched: impl Fn(f64) + 'static) {
        self.0.inner.borrow_mut().fetched = Some(Rc::new(fetched));
    }

    // What a watch asks for.

    pub(super) fn see(&self, observer: ObserverId) -> Option<Seen> {
        let inner = self.0.inner.borrow();
        let snapshot = inner.cache.snapshot(now(), observer)?;
        let values = inner.values.get(&inner.observers.get(&observer)?.query)?;
        let failed = snapshot.state.status == Status::Error;
        Some(Seen {
            data: values.data.clone(),
            error: values.error.clone().filter(|_| failed),
            is_placeholder: false,
            snapshot,
        })
    }

    pub(super) fn turn(&self, observer: ObserverId, key: &Key, terms: Rc<Terms>) {
        self.with(|inner| {
            let Some(known) = inner.observers.get(&observer) else { return };
            let query = if known.key == *key { known.query } else { inner.entry(key, &terms) };
            let Some(known) = inner.observers.get_mut(&observer) else { return };
            known.query = query;
            known.key = key.clone();
            known.terms = terms.clone();
            inner.cache.turn(now(), observer, query, terms.observer);
        });
        self.tell(observer);
    }

    pub(super) fn refetch(&self, observer: ObserverId) {
        self.with(|inner| {
            if let Some(query) = inner.observers.get(&observer).map(|known| known.query) {
                inner.fetch(query, observer, true);
            }
        });
    }

    pub(super) fn leave(&self, observer: ObserverId) {
        self.with(|inner| {
            inner.cache.unobserve(now(), observer);
            inner.observers.remove(&observer);
        });
    }

    // The loop.

    fn upgrade(weak: &Weak<Shared>) -> Option<Self> {
        weak.upgrade().map(Self)
    }

    /// An input, and what follows from it.
    fn with<R>(&self, input: impl FnOnce(&mut Inner) -> R) -> R {
        let result = input(&mut self.0.inner.borrow_mut());
        self.drive();
        result
    }

    fn drive(&self) {
        if self.0.busy.replace(true) {
            return;
        }
        loop {
            let effect = self.0.inner.borrow_mut().cache.poll_effect();
            if let Some(effect) = effect {
                self.act(effect);
                continue;
            }
            let step = self.0.inner.borrow_mut().mutator.poll(now());
            match step {
                Some(Step::Tell(told, progress)) => told(progress),
                Some(Step::Run(mutation, function)) => self.run_mutation(mutation, function),
                None => break,
            }
        }
        self.0.busy.set(false);
        self.arm();
    }

    fn act(&self, effect: Effect) {
        match effect {
            Effect::Fetch { query, observer } => self.0.inner.borrow_mut().fetch(query, observer, false),
            Effect::Run { query, run } => self.run(query, run),
            Effect::GaveUp { run, .. } => self.0.inner.borrow_mut().cache.give_up(now(), run),
            Effect::Settled { run, outcome, .. } => {
                let running = self.0.inner.borrow_mut().running.remove(&run);
                if let (Some(running), Outcome::Cancelled { .. } | Outcome::Replaced) = (running, outcome) {
                    running.stop();
                }
            }
            Effect::Changed { query } => {
                let observers = self.0.inner.borrow().cache.observers(query).to_vec();
                observers.into_iter().for_each(|observer| self.tell(observer));
            }
            Effect::Stale { observer } => self.tell(observer),
            Effect::Collected { query } => {
                let values = self.0.inner.borrow_mut().values.remove(&query);
                // Dropped with nothing borrowed: what users store may do anything when it goes.
                drop(values);
            }
            Effect::Freed { part } => self.0.inner.borrow_mut().keys.free(part),
            // What waits is seen in the query's state, and `Changed` follows.
            Effect::Paused { .. } => {}
        }
    }

    fn tell(&self, observer: ObserverId) {
        let told = {
            let mut inner = self.0.inner.borrow_mut();
            inner
                .cache
                .update(now(), observer)
                .and_then(|_| inner.observers.get(&observer).map(|o| o.told.clone()))
        };
        if let Some(told) = told {
            told();
        }
    }

    fn run(&self, query: QueryId, run: RunId) {
        let terms = self.0.inner.borrow().values.get(&query).and_then(|values| values.terms.clone());
        let Some(terms) = terms else { return };
        // The user's function: nothing may be borrowed while it runs.
        let running = terms.fetcher.call();
        self.0.inner.borrow_mut().running.insert(run, running.clone());
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            let Some(answer) = running.await else { return };
            let Some(client) = Self::upgrade(&weak) else { return };
            let took = client.with(|inner| inner.answered(query, run, answer));
            let fetched = client.0.inner.borrow().fetched.clone();
            if let (Some(took), Some(fetched)) = (took, fetched) {
                fetched(took);
            }
        });
    }

    fn run_mutation(&self, mutation: MutationId, function: Fetcher) {
        let running = function.call();
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            if let (Some(answer), Some(client)) = (running.await, Self::upgrade(&weak)) {
                client.with(|inner| inner.mutator.answered(now(), mutation, answer));
            }
        });
    }

    fn arm(&self) {
        let mut inner = self.0.inner.borrow_mut();
        let deadlines = [inner.cache.next_deadline(), inner.mutator.next_deadline()];
        let Some(deadline) = deadlines.into_iter().flatten().min() else { return inner.timer.disarm() };
        let weak = Rc::downgrade(&self.0);
        inner.timer.arm(deadline.since(now()), move || {
            if let Some(client) = Self::upgrade(&weak) {
                client.with(|inner| {
                    inner.cache.tick(now());
                    inner.mutator.tick(now());
                });
            }
        });
    }

    fn host_changed(&self, host: Host, change: Change) {
        self.with(|inner| {
            inner.set_host(host);
            match change {
                Change::Focused(true) => inner.cache.occasion(now(), Occasion::Focus),
                Change::Online(true) => inner.cache.occasion(now(), Occasion::Reconnect),
                Change::Focused(false) | Change::Online(false) => {}
            }
        });
    }
}

impl Inner {
    fn set_host(&mut self, host: Host) {
        self.cache.set_host(host);
        self.mutator.set_host(host);
    }

    fn find(&self, key: &Key) -> Option<QueryId> {
        self.cache.find(&self.keys.find(key)?)
    }

    fn matching(&self, prefix: &Key) -> Vec<QueryId> {
        let mut found = Vec::new();
        if let Some(prefix) = self.keys.find(prefix) {
            self.cache.each(&prefix, |query| found.push(query));
        }
        found
    }

    /// The query of `key`, new if need be, kept as long as `terms` want.
    fn entry(&mut self, key: &Key, terms: &Rc<Terms>) -> QueryId {
        let query = match self.find(key) {
            Some(query) => query,
            None => self.insert(key, terms.gc_time),
        };
        self.cache.raise_gc_time(query, terms.gc_time);
        query
    }

    fn insert(&mut self, key: &Key, gc_time: Duration) -> QueryId {
        let parts = self.keys.intern(key);
        let query = self.cache.insert(now(), &parts, State::default(), gc_time);
        self.values.insert(query, Values::default());
        query
    }

    fn fetch(&mut self, query: QueryId, observer: ObserverId, cancel_refetch: bool) {
        let Some(known) = self.observers.get(&observer) else { return };
        let terms = known.terms.clone();
        if let Some(values) = self.values.get_mut(&query) {
            values.terms = Some(terms.clone());
        }
        self.cache.fetch(now(), query, &terms.run, cancel_refetch);
    }

    /// Gives how long the fetch took, where this is its end and it succeeded.
    fn answered(&mut self, query: QueryId, run: RunId, answer: Result<Value, Value>) -> Option<f64> {
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

    fn store(&mut self, query: QueryId, data: Value) {
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

fn now() -> Instant {
    Instant::from_ms(js_sys::Date::now())
}
