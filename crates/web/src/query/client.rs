//! The loop that drives the engine: inputs in, effects out, one timer.
use super::lifecycle::{Change, Lifecycle};
use super::mutator::{After, MutationOptions, Progress, Step};
use super::options::{QueryObserverOptions, QueryResult};
use super::state::{ClientState, Observer, Values, now};
use super::stats::Stats;
use super::{Fetcher, Key, Value};
use alloc::rc::{Rc, Weak};
use core::cell::{Cell, Ref, RefCell, RefMut};
use core::task::{Context, Waker};
use wasm_bindgen_futures::spawn_local;
use whippet_engine::query::pages::Direction;
use whippet_engine::query::{
    Effect, Host, Limits, MutationId, ObserverId, Outcome, QueryId, RunId, Status, Trigger,
};
use whippet_engine::time::{Duration, Instant};

/// The default `gcTime`: five minutes.
const GC_TIME: f64 = 300_000.0;

/// A query cache. Clones are the same cache.
#[derive(Clone)]
pub struct Client(Rc<Shared>);

type CarryOut = fn(&Client, Step);

struct Shared {
    state: RefCell<ClientState>,
    /// `drive` runs: it also carries out the effects of inputs made meanwhile.
    busy: Cell<bool>,
    lifecycle: RefCell<Option<Lifecycle>>,
    /// Set by the first mutation, so that an app without any has none of their code.
    carry_out: Cell<Option<CarryOut>>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

impl Client {
    /// An empty cache. It listens to the page's focus and network until its last clone is dropped.
    pub fn new() -> Self {
        let client = Self(Rc::new(Shared {
            state: RefCell::default(),
            busy: Cell::new(false),
            lifecycle: RefCell::new(None),
            carry_out: Cell::new(None),
        }));
        let focused = Lifecycle::is_focused();
        client.with(|state| state.set_host(Host { online: true, focused }));
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

    /// Stores data for `key`, as if it had just been fetched.
    pub fn set_data(&self, key: &Key, data: Value) {
        self.with(|state| {
            let query = match state.find(key) {
                Some(query) => query,
                None => state.insert(key, Duration::from_ms(GC_TIME)),
            };
            state.store(query, data);
            state.cache.set_data(now(), query, now(), true);
        });
    }

    /// Stores how a fetch ended elsewhere at `at`, in ms since 1970, unless the query has a result already: for what a
    /// server rendered. A time to come counts as now.
    pub fn hydrate(&self, key: &Key, outcome: Result<Value, Value>, at: f64, gc_time: Duration) {
        self.with(|state| {
            let query = state.find(key).unwrap_or_else(|| state.insert(key, gc_time));
            state.hydrate(query, outcome, Instant::from_ms(at));
        });
    }

    /// Gives the query data that counts as fetched now, unless it has a result already. A reset takes it back to that.
    pub fn begin_with(&self, key: &Key, data: Value, gc_time: Duration) {
        self.with(|state| {
            let query = state.find(key).unwrap_or_else(|| state.insert(key, gc_time));
            state.begin_with(query, data);
        });
    }

    /// The data of `key`, if there is any.
    pub fn data(&self, key: &Key) -> Option<Value> {
        let state = self.0.state.borrow();
        state.values.get(state.find(key)?)?.data.clone()
    }

    /// Runs a mutation, retries included, while the client lives. `on_progress` is called at each step.
    pub fn mutate(&self, options: MutationOptions, on_progress: impl Fn(Progress) + 'static) {
        self.0.carry_out.set(Some(Self::carry_out));
        self.with(|state| state.mutator().start(now(), options, Rc::new(on_progress)));
    }

    /// The number of queries.
    pub fn len(&self) -> usize {
        self.0.state.borrow().cache.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The counters of the cache.
    pub fn stats(&self) -> Stats {
        let state = self.0.state.borrow();
        Stats::new(state.cache.stats(), state.latency.clone(), state.cache.bytes())
    }

    /// How much the cache may hold. Beyond that, what nobody observes goes, the least recently used first.
    pub fn set_limits(&self, limits: Limits) {
        self.with(|state| {
            state.limited = true;
            state.cache.set_limits(limits);
        });
    }

    /// Calls `on_fetched` with the duration of each successful fetch, in ms, retries included: for monitoring.
    pub fn on_fetched(&self, on_fetched: impl Fn(f64) + 'static) {
        self.0.state.borrow_mut().on_fetched = Some(Rc::new(on_fetched));
    }

    // For `QueryObserver`.

    pub(super) fn observe(
        &self,
        key: &Key,
        options: Rc<QueryObserverOptions>,
        on_change: Rc<dyn Fn()>,
    ) -> ObserverId {
        self.with(|state| {
            let query = state.entry(key, &options);
            let observer = state.cache.observe(now(), query, options.observer);
            state.inspectors.touch(query);
            state.observers.insert(observer, Observer { query, key: key.clone(), options, on_change });
            observer
        })
    }

    pub(super) fn result(&self, observer: ObserverId) -> Option<QueryResult> {
        let state = self.0.state.borrow();
        let snapshot = state.cache.snapshot(now(), observer)?;
        let values = state.values.get(state.observers.get(observer)?.query)?;
        let failed = snapshot.state.status == Status::Error;
        Some(QueryResult {
            data: values.data.clone(),
            error: values.error.clone().filter(|_| failed),
            failure_reason: values.error.clone().filter(|_| snapshot.state.failure_count > 0),
            is_placeholder: false,
            part: values.part,
            snapshot,
        })
    }

    pub(super) fn set_options(&self, observer: ObserverId, key: &Key, options: Rc<QueryObserverOptions>) {
        self.with(|state| {
            let Some(known) = state.observers.get(observer) else { return };
            let query = if known.key == *key { known.query } else { state.entry(key, &options) };
            let Some(known) = state.observers.get_mut(observer) else { return };
            state.inspectors.touch(known.query);
            state.inspectors.touch(query);
            known.query = query;
            known.key = key.clone();
            known.options = options.clone();
            state.cache.set_query(now(), observer, query, options.observer);
        });
        self.notify(observer);
    }

    pub(super) fn refetch_as(&self, observer: ObserverId) {
        self.with(|state| {
            if let Some(query) = state.observers.get(observer).map(|known| known.query) {
                state.fetch(query, observer, true);
            }
        });
    }

    pub(super) fn unobserve(&self, observer: ObserverId) {
        self.with(|state| {
            state.cache.unobserve(now(), observer);
            if let Some(known) = state.observers.remove(observer) {
                state.inspectors.touch(known.query);
            }
        });
    }

    /// Fetches a part of the data, as an observer: `fetcher` gives all of it. Joins a fetch of the same part, and
    /// replaces any other.
    pub(super) fn fetch_part(&self, observer: ObserverId, fetcher: Fetcher, part: Direction) {
        self.with(|state| {
            let Some(known) = state.observers.get(observer) else { return };
            let (query, mut options) = (known.query, (*known.options).clone());
            options.fetcher = fetcher;
            options.run.partial = true;
            let same = state.values.get(query).is_some_and(|values| values.part == Some(part));
            state.begin(query, &Rc::new(options), Some(part), !same);
        });
    }

    // The loop.

    pub(super) fn borrow(&self) -> Ref<'_, ClientState> {
        self.0.state.borrow()
    }

    pub(super) fn borrow_mut(&self) -> RefMut<'_, ClientState> {
        self.0.state.borrow_mut()
    }

    fn upgrade(weak: &Weak<Shared>) -> Option<Self> {
        weak.upgrade().map(Self)
    }

    /// Passes an input to the engine, and carries out its effects.
    pub(super) fn with<R>(&self, input: impl FnOnce(&mut ClientState) -> R) -> R {
        let result = input(&mut self.0.state.borrow_mut());
        self.drive();
        result
    }

    fn drive(&self) {
        if self.0.busy.replace(true) {
            return;
        }
        loop {
            self.tell_inspectors();
            let effect = self.0.state.borrow_mut().cache.poll_effect();
            if let Some(effect) = effect {
                self.act(effect);
                continue;
            }
            let step = self.0.state.borrow_mut().poll_mutator();
            if let (Some(step), Some(carry_out)) = (step, self.0.carry_out.get()) {
                carry_out(self, step);
                continue;
            }
            // Dropped while nothing is borrowed.
            let evicted = self.0.state.borrow_mut().evict();
            if evicted.is_empty() {
                break;
            }
        }
        self.0.busy.set(false);
        self.arm();
        let listeners = self.0.state.borrow_mut().listeners.due();
        listeners.into_iter().for_each(|listener| listener());
    }

    fn act(&self, effect: Effect) {
        match effect {
            Effect::Fetch { query, observer } => self.0.state.borrow_mut().fetch(query, observer, false),
            Effect::Run { query, run } => self.run(query, run),
            Effect::GaveUp { run, .. } => self.0.state.borrow_mut().cache.give_up(now(), run),
            Effect::Settled { query, run, outcome } => self.settled(query, run, outcome),
            Effect::Changed { query } => {
                {
                    let mut state = self.0.state.borrow_mut();
                    state.listeners.changed = true;
                    state.inspectors.touch(query);
                }
                self.tell_inspectors();
                let observers = self.0.state.borrow().cache.observers(query).to_vec();
                observers.into_iter().for_each(|observer| self.notify(observer));
            }
            Effect::Stale { observer } => {
                {
                    let mut state = self.0.state.borrow_mut();
                    if let Some(query) = state.observers.get(observer).map(|known| known.query) {
                        state.inspectors.touch(query);
                    }
                }
                self.notify(observer);
            }
            Effect::Collected { query } => {
                let values = {
                    let mut state = self.0.state.borrow_mut();
                    state.listeners.changed = true;
                    state.inspectors.touch(query);
                    state.values.remove(query)
                };
                // Dropped while nothing is borrowed: a destructor of the user's may call the client.
                drop(values);
            }
            Effect::SegmentFreed { segment } => self.0.state.borrow_mut().keys.free(segment),
            // `Changed` follows a pause. No options here set a timeout, and there are no breakers.
            Effect::Paused { .. } | Effect::TimedOut { .. } | Effect::OriginFreed { .. } => {}
        }
    }

    fn settled(&self, query: QueryId, run: RunId, outcome: Outcome) {
        let running = self.0.state.borrow_mut().running.remove(run);
        if let (Some(running), Outcome::Cancelled { .. } | Outcome::Replaced) = (running, outcome) {
            running.stop();
        }
        let mut state = self.0.state.borrow_mut();
        let values = state.values.get(query);
        let result = match (outcome, values) {
            (Outcome::Replaced, Some(Values { run: Some(next), .. })) => {
                let next = *next;
                return state.waiters.pass(run, next);
            }
            (Outcome::Success, Some(Values { data: Some(data), .. })) => Ok(data.clone()),
            (Outcome::Error, Some(Values { error: Some(error), .. })) => Err(Some(error.clone())),
            _ => Err(None),
        };
        let key = values.map(|values| values.key.clone()).unwrap_or_default();
        let (waiting, on_settled) = (state.waiters.take(run), state.on_settled.clone());
        drop(state);
        if let Some(on_settled) = on_settled {
            match &result {
                Ok(data) => on_settled(&key, Ok(data)),
                Err(Some(error)) => on_settled(&key, Err(error)),
                Err(None) => {}
            }
        }
        waiting.into_iter().for_each(|waiting| waiting(result.clone()));
    }

    fn notify(&self, observer: ObserverId) {
        let on_change = {
            let mut state = self.0.state.borrow_mut();
            state
                .cache
                .update(now(), observer)
                .and_then(|_| state.observers.get(observer).map(|o| o.on_change.clone()))
        };
        if let Some(on_change) = on_change {
            on_change();
        }
    }

    fn run(&self, query: QueryId, run: RunId) {
        let options = self.0.state.borrow().values.get(query).and_then(|values| values.options.clone());
        let Some(options) = options else { return };
        // Nothing may be borrowed here: the query function may call the client.
        let running = options.fetcher.call();
        let answer = running.answer();
        let before = {
            let mut state = self.0.state.borrow_mut();
            // Whatever the future does ends where it is dropped.
            state.cache.set_abortable(query, true);
            // A retry is another attempt of the same run.
            state.running.insert(run, running)
        };
        drop(before);
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            let Some(answer) = answer.await else { return };
            let Some(client) = Self::upgrade(&weak) else { return };
            let took = client.with(|state| state.answered(query, run, answer));
            let on_fetched = client.0.state.borrow().on_fetched.clone();
            if let (Some(took), Some(on_fetched)) = (took, on_fetched) {
                on_fetched(took);
            }
        });
    }

    /// Carries out a step of a mutation.
    fn carry_out(&self, step: Step) {
        match step {
            Step::Notify(mutation, on_progress, progress) => {
                self.tell_of_mutation(mutation, &progress);
                on_progress(progress);
            }
            Step::Run(mutation, function) => self.run_mutation(mutation, function),
            Step::Follow(mutation, after, outcome) => self.follow(mutation, &after, outcome),
        }
    }

    fn run_mutation(&self, mutation: MutationId, function: Fetcher) {
        let running = function.call();
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            let answer = running.answer().await;
            // It goes on without its client.
            drop(running);
            if let (Some(answer), Some(client)) = (answer, Self::upgrade(&weak)) {
                client.with(|state| state.mutator().answered(now(), mutation, answer));
            }
        });
    }

    /// Begins what follows a mutation. What ends at once is over at once.
    fn follow(&self, mutation: MutationId, after: &After, outcome: Result<Value, Value>) {
        let mut work = after(outcome.clone());
        let finish =
            move |client: &Self| client.with(|state| state.mutator().finish(now(), mutation, outcome));
        if work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready() {
            return finish(self);
        }
        let weak = Rc::downgrade(&self.0);
        spawn_local(async move {
            work.await;
            if let Some(client) = Self::upgrade(&weak) {
                finish(&client);
            }
        });
    }

    fn arm(&self) {
        let mut state = self.0.state.borrow_mut();
        let now = now();
        if let Some(by) = state.timer_set.take_set_back(now) {
            state.clock_set_back(by);
        }
        let mutator = state.mutator.as_ref();
        let deadlines = [state.cache.next_deadline(), mutator.and_then(|mutator| mutator.next_deadline())];
        let Some(deadline) = deadlines.into_iter().flatten().min() else {
            if state.timer_set.clear() {
                state.timer.disarm();
            }
            return;
        };
        let Some(delay) = state.timer_set.set(now, deadline) else { return };
        let weak = Rc::downgrade(&self.0);
        state.timer.arm(delay, move || {
            if let Some(client) = Self::upgrade(&weak) {
                client.with(ClientState::tick);
            }
        });
    }

    fn host_changed(&self, host: Host, change: Change) {
        self.with(|state| {
            state.set_host(host);
            match change {
                Change::Focused(true) => state.cache.handle_trigger(now(), Trigger::Focus),
                Change::Online(true) => state.cache.handle_trigger(now(), Trigger::Reconnect),
                Change::Focused(false) | Change::Online(false) => {}
            }
        });
    }
}
