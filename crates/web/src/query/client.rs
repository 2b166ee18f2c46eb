//! The loop that drives the engine: inputs in, effects out, one timer.
use super::kept::{Kept, Observer, now};
use super::lifecycle::{Change, Lifecycle};
use super::mutator::{MutationTerms, Progress, Step};
use super::watch::{Seen, Terms, Watch};
use super::{Fetcher, Key, Value};
use alloc::rc::{Rc, Weak};
use core::cell::{Cell, RefCell};
use wasm_bindgen_futures::spawn_local;
use whippet_engine::query::{
    Effect, Host, MutationId, ObserverId, Outcome, QueryId, RunId, Stats, Status, Trigger,
};
use whippet_engine::time::Duration;

/// How long data that nobody looks at is kept where nothing else is said: five minutes.
const GC_TIME: f64 = 300_000.0;

/// A query cache. Clones are the same cache.
#[derive(Clone)]
pub struct Client(Rc<Shared>);

struct Shared {
    kept: RefCell<Kept>,
    /// Someone is doing effects already: what comes in meanwhile is done by them.
    busy: Cell<bool>,
    lifecycle: RefCell<Option<Lifecycle>>,
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
            kept: RefCell::default(),
            busy: Cell::new(false),
            lifecycle: RefCell::new(None),
        }));
        let focused = Lifecycle::is_focused();
        client.with(|kept| kept.set_host(Host { online: true, focused }));
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
        let observer = self.with(|kept| {
            let query = kept.entry(key, &terms);
            let observer = kept.cache.observe(now(), query, terms.observer);
            let told: Rc<dyn Fn()> = Rc::new(told);
            kept.observers.insert(observer, Observer { query, key: key.clone(), terms, told });
            observer
        });
        Watch::new(self.clone(), observer)
    }

    /// Marks all queries whose key begins with `prefix` as stale, and fetches those that someone looks at.
    pub fn invalidate(&self, prefix: &Key) {
        self.with(|kept| {
            for query in kept.matching(prefix) {
                kept.cache.invalidate(now(), query);
                let asking =
                    kept.cache.observers(query).iter().copied().find(|&observer| {
                        kept.cache.options(observer).is_some_and(|options| options.enabled)
                    });
                if let Some(observer) = asking.filter(|_| !kept.cache.is_static(query)) {
                    kept.fetch(query, observer, true);
                }
            }
        });
    }

    /// Stores data for `key`, as if it had just been fetched.
    pub fn set_data(&self, key: &Key, data: Value) {
        self.with(|kept| {
            let query = match kept.find(key) {
                Some(query) => query,
                None => kept.insert(key, Duration::from_ms(GC_TIME)),
            };
            kept.store(query, data);
            kept.cache.set_data(now(), query, now(), true);
        });
    }

    /// The data of `key`, if there is any.
    pub fn data(&self, key: &Key) -> Option<Value> {
        let kept = self.0.kept.borrow();
        kept.values.get(&kept.find(key)?)?.data.clone()
    }

    /// Does what `terms` say. `told` hears what becomes of it. It is
    /// carried through, retries included, for as long as the client is there.
    pub fn mutate(&self, terms: MutationTerms, told: impl Fn(Progress) + 'static) {
        self.with(|kept| kept.mutator.start(now(), terms, Rc::new(told)));
    }

    /// How many queries are kept.
    pub fn len(&self) -> usize {
        self.0.kept.borrow().cache.len()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What the cache did so far.
    pub fn stats(&self) -> Stats {
        self.0.kept.borrow().cache.stats().clone()
    }

    /// Calls `fetched` with the time each fetch took that succeeded, retries included, in ms: for monitoring.
    pub fn on_fetched(&self, fetched: impl Fn(f64) + 'static) {
        self.0.kept.borrow_mut().fetched = Some(Rc::new(fetched));
    }

    // What a watch asks for.

    pub(super) fn see(&self, observer: ObserverId) -> Option<Seen> {
        let kept = self.0.kept.borrow();
        let snapshot = kept.cache.snapshot(now(), observer)?;
        let values = kept.values.get(&kept.observers.get(&observer)?.query)?;
        let failed = snapshot.state.status == Status::Error;
        Some(Seen {
            data: values.data.clone(),
            error: values.error.clone().filter(|_| failed),
            is_placeholder: false,
            snapshot,
        })
    }

    pub(super) fn turn(&self, observer: ObserverId, key: &Key, terms: Rc<Terms>) {
        self.with(|kept| {
            let Some(known) = kept.observers.get(&observer) else { return };
            let query = if known.key == *key { known.query } else { kept.entry(key, &terms) };
            let Some(known) = kept.observers.get_mut(&observer) else { return };
            known.query = query;
            known.key = key.clone();
            known.terms = terms.clone();
            kept.cache.turn(now(), observer, query, terms.observer);
        });
        self.tell(observer);
    }

    pub(super) fn refetch(&self, observer: ObserverId) {
        self.with(|kept| {
            if let Some(query) = kept.observers.get(&observer).map(|known| known.query) {
                kept.fetch(query, observer, true);
            }
        });
    }

    pub(super) fn leave(&self, observer: ObserverId) {
        self.with(|kept| {
            kept.cache.unobserve(now(), observer);
            kept.observers.remove(&observer);
        });
    }

    // The loop.

    fn upgrade(weak: &Weak<Shared>) -> Option<Self> {
        weak.upgrade().map(Self)
    }

    /// An input, and what follows from it.
    fn with<R>(&self, input: impl FnOnce(&mut Kept) -> R) -> R {
        let result = input(&mut self.0.kept.borrow_mut());
        self.drive();
        result
    }

    fn drive(&self) {
        if self.0.busy.replace(true) {
            return;
        }
        loop {
            let effect = self.0.kept.borrow_mut().cache.poll_effect();
            if let Some(effect) = effect {
                self.act(effect);
                continue;
            }
            let step = self.0.kept.borrow_mut().mutator.poll(now());
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
            Effect::Fetch { query, observer } => self.0.kept.borrow_mut().fetch(query, observer, false),
            Effect::Run { query, run } => self.run(query, run),
            Effect::GaveUp { run, .. } => self.0.kept.borrow_mut().cache.give_up(now(), run),
            Effect::Settled { run, outcome, .. } => {
                let running = self.0.kept.borrow_mut().running.remove(&run);
                if let (Some(running), Outcome::Cancelled { .. } | Outcome::Replaced) = (running, outcome) {
                    running.stop();
                }
            }
            Effect::Changed { query } => {
                let observers = self.0.kept.borrow().cache.observers(query).to_vec();
                observers.into_iter().for_each(|observer| self.tell(observer));
            }
            Effect::Stale { observer } => self.tell(observer),
            Effect::Collected { query } => {
                let values = self.0.kept.borrow_mut().values.remove(&query);
                // Dropped with nothing borrowed: what users store may do anything when it goes.
                drop(values);
            }
            Effect::SegmentFreed { segment } => self.0.kept.borrow_mut().keys.free(segment),
            // What waits is seen in the query's state, and `Changed` follows.
            // No terms of this face have a timeout, and it has no breakers.
            Effect::Paused { .. } | Effect::TimedOut { .. } | Effect::OriginFreed { .. } => {}
        }
    }

    fn tell(&self, observer: ObserverId) {
        let told = {
            let mut kept = self.0.kept.borrow_mut();
            kept.cache
                .update(now(), observer)
                .and_then(|_| kept.observers.get(&observer).map(|o| o.told.clone()))
        };
        if let Some(told) = told {
            told();
        }
    }

    fn run(&self, query: QueryId, run: RunId) {
        let terms = self.0.kept.borrow().values.get(&query).and_then(|values| values.terms.clone());
        let Some(terms) = terms else { return };
        // The user's function: nothing may be borrowed while it runs.
        let running = terms.fetcher.call();
        self.0.kept.borrow_mut().running.insert(run, running.clone());
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            let Some(answer) = running.await else { return };
            let Some(client) = Self::upgrade(&weak) else { return };
            let took = client.with(|kept| kept.answered(query, run, answer));
            let fetched = client.0.kept.borrow().fetched.clone();
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
                client.with(|kept| kept.mutator.answered(now(), mutation, answer));
            }
        });
    }

    fn arm(&self) {
        let mut kept = self.0.kept.borrow_mut();
        let deadlines = [kept.cache.next_deadline(), kept.mutator.next_deadline()];
        let Some(deadline) = deadlines.into_iter().flatten().min() else { return kept.timer.disarm() };
        let weak = Rc::downgrade(&self.0);
        kept.timer.arm(deadline.since(now()), move || {
            if let Some(client) = Self::upgrade(&weak) {
                client.with(|kept| {
                    kept.cache.tick(now());
                    kept.mutator.tick(now());
                });
            }
        });
    }

    fn host_changed(&self, host: Host, change: Change) {
        self.with(|kept| {
            kept.set_host(host);
            match change {
                Change::Focused(true) => kept.cache.handle_trigger(now(), Trigger::Focus),
                Change::Online(true) => kept.cache.handle_trigger(now(), Trigger::Reconnect),
                Change::Focused(false) | Change::Online(false) => {}
            }
        });
    }
}
