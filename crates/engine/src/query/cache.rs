//! The cache: its parts, getters, settings, effects and garbage collection.
use super::breaker::{BreakerOptions, BreakerState, Breakers};
use super::due::Due;
use super::effect::Effect;
use super::entry::{Entry, FetchStatus, State};
use super::ids::{ObserverId, QueryId, RunId};
use super::index::{Index, Keys, NoKeys};
use super::key::Segment;
use super::lru::Lru;
use super::network::Host;
use super::observer::Observer;
use super::queue::Queue;
use super::retry::Run;
use super::stats::Stats;
use super::unlinking::forget_key;
use crate::deadlines::Deadlines;
use crate::rng::Rng;
use crate::slab::Slab;
use crate::time::{Duration, Instant};
use alloc::boxed::Box;

/// A fetch that has not settled.
pub(crate) struct Fetch {
    pub(crate) query: QueryId,
    pub(crate) run: Run,
    pub(crate) due: Option<crate::deadlines::Handle>,
    /// The origin set by [`Cache::guard`]; zero without one.
    pub(crate) origin: u32,
    /// The breaker of its origin admitted the running attempt, and must be notified when it ends.
    pub(crate) admitted: bool,
}

/// All queries, and every decision about them. See [the module](super) for the model.
///
/// **Getters**, which change nothing: [`state`](Self::state), [`snapshot`](Self::snapshot),
/// [`observers`](Self::observers), [`is_active`](Self::is_active), [`is_stale`](Self::is_stale),
/// [`find`](Self::find), [`each`](Self::each), [`len`](Self::len), [`stats`](Self::stats),
/// [`next_deadline`](Self::next_deadline).
///
/// **Inputs**: [`insert`](Self::insert) and [`remove`](Self::remove);
/// [`observe`](Self::observe), [`set_options`](Self::set_options), [`set_query`](Self::set_query) and
/// [`unobserve`](Self::unobserve); [`fetch`](Self::fetch), [`succeeded`](Self::succeeded),
/// [`failed`](Self::failed), [`give_up`](Self::give_up) and [`cancel`](Self::cancel);
/// [`set_data`](Self::set_data), [`set_state`](Self::set_state), [`invalidate`](Self::invalidate) and
/// [`reset`](Self::reset); [`set_host`](Self::set_host), then [`handle_trigger`](Self::handle_trigger);
/// [`touch`](Self::touch), [`expect`](Self::expect) and [`set_bytes`](Self::set_bytes); [`tick`](Self::tick).
///
/// **Outputs**: after any input, [`poll_effect`](Self::poll_effect) until `None`, and then a timer for
/// [`next_deadline`](Self::next_deadline); under [limits](Self::set_limits), [`evict`](Self::evict) until `None`.
///
/// **Steps**, for a host that runs its own code in the middle of an input: [`intent`](Self::intent),
/// [`abandon`](Self::abandon) and [`begin`](Self::begin) are [`fetch`](Self::fetch);
/// [`attempt_failed`](Self::attempt_failed), [`set_error`](Self::set_error) and [`end`](Self::end) are
/// [`failed`](Self::failed); [`end`](Self::end) and [`revert`](Self::revert) are [`cancel`](Self::cancel);
/// [`attach`](Self::attach) and [`fetches_on_mount`](Self::fetches_on_mount) are
/// [`observe`](Self::observe); [`detach`](Self::detach) is [`unobserve`](Self::unobserve);
/// [`triggered_observer`](Self::triggered_observer) and [`resume`](Self::resume) are [`handle_trigger`](Self::handle_trigger).
pub struct Cache<K = Index> {
    pub(crate) entries: Slab<QueryId, Entry>,
    pub(crate) observers: Slab<ObserverId, Observer>,
    pub(crate) fetches: Slab<RunId, Fetch>,
    pub(crate) index: K,
    pub(crate) deadlines: Deadlines<Due>,
    pub(crate) effects: Queue<Effect>,
    pub(crate) host: Host,
    pub(crate) stats: Stats,
    /// How long the fetch took that succeeded last, in ms; NaN when that was asked.
    pub(crate) latency: f64,
    pub(crate) rng: Rng,
    /// In a box, as few caches have them.
    pub(crate) breakers: Option<Box<Breakers>>,
    pub(crate) lru: Lru,
    /// Deadlines up to this time take effect in `poll_effect`.
    ticked: Instant,
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

impl Cache {
    /// An empty cache, online and focused.
    pub const fn new() -> Self {
        Self::with_keys(Index::new())
    }

    /// The query whose key is exactly `key`, in as many steps as the key has segments.
    pub fn find(&self, key: &[Segment]) -> Option<QueryId> {
        self.index.exact(key).next()
    }

    /// Calls `found` with each query whose key begins with `prefix`, in no particular order. The cost depends on the
    /// number of matches only.
    pub fn each(&self, prefix: &[Segment], mut found: impl FnMut(QueryId)) {
        self.index.each(prefix, &mut found);
    }

    /// Whether some key has `segment`: then its number must not be reused.
    pub fn uses(&self, segment: Segment) -> bool {
        self.index.uses(segment)
    }
}

impl Cache<NoKeys> {
    /// An empty cache, online and focused, whose host finds its queries by itself.
    pub const fn without_keys() -> Self {
        Self::with_keys(NoKeys)
    }
}

impl<K> Cache<K> {
    const fn with_keys(index: K) -> Self {
        Self {
            entries: Slab::new(),
            observers: Slab::new(),
            fetches: Slab::new(),
            index,
            deadlines: Deadlines::new(),
            effects: Queue::new(),
            host: Host::DEFAULT,
            stats: Stats::NONE,
            latency: f64::NAN,
            rng: Rng::new(1),
            breakers: None,
            lru: Lru::new(),
            ticked: Instant::from_const(f64::NEG_INFINITY),
        }
    }
}

impl<K: Keys> Cache<K> {
    // Getters.

    /// The state of a query; `None` where the id is spent.
    pub fn state(&self, query: QueryId) -> Option<&State> {
        self.entries.get(query).map(|entry| &entry.state)
    }

    /// The number of queries.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Every query, in no particular order.
    pub fn queries(&self) -> impl Iterator<Item = QueryId> + '_ {
        self.entries.iter().map(|(query, _)| query)
    }

    /// The counters of the cache.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// When to call [`tick`](Self::tick); `None` without deadlines.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// How long the fetch that just succeeded took, retries and pauses included. `None` when asked again.
    pub fn take_latency(&mut self) -> Option<Duration> {
        let ms = core::mem::replace(&mut self.latency, f64::NAN);
        (!ms.is_nan()).then_some(Duration::from_ms(ms))
    }

    /// The state of an origin's breaker; closed without breakers.
    pub fn breaker(&self, now: Instant, origin: u32) -> BreakerState {
        let Some(breakers) = &self.breakers else { return BreakerState::Closed };
        breakers.state(now, origin)
    }

    // Settings, before the first input.

    /// Seeds the random numbers of [`RunOptions::jitter`](super::RunOptions::jitter).
    pub fn set_seed(&mut self, seed: u32) {
        // Multiplied, so that similar seeds do not give similar numbers.
        self.rng = Rng::new(seed.wrapping_mul(0x9E37_79B9));
    }

    /// Enables circuit breakers for origins that keep failing; see [`guard`](Self::guard).
    pub fn set_breakers(&mut self, options: BreakerOptions) {
        self.breakers = Some(Box::new(Breakers::new(options)));
    }

    // Inputs.

    /// Adds a query with `key` and `state`. It does not check for another of the same key: call
    /// [`find`](Self::find) first. Without an observer it is garbage-collected after `gc_time`.
    pub fn insert(&mut self, now: Instant, key: &[Segment], state: State, gc_time: Duration) -> QueryId {
        let query = self.create(now, state, gc_time);
        self.link(now, query, key);
        query
    }

    /// Adds a query without a key, to be [linked](Self::link) at once. Without a key it is garbage-collected as soon
    /// as it is unused.
    pub fn create(&mut self, now: Instant, state: State, gc_time: Duration) -> QueryId {
        let query = self.entries.insert(Entry::new(state, gc_time));
        self.schedule_gc(now, query);
        query
    }

    /// Gives a query its key. Does nothing where it has one.
    pub fn link(&mut self, now: Instant, query: QueryId, key: &[Segment]) {
        if let Some(entry) = self.entries.get_mut(query)
            && entry.leaf.is_none()
        {
            entry.leaf = Some(self.index.insert(key, query));
            self.schedule_gc(now, query);
        }
    }

    /// Removes a query, ending its fetch. Returns whether its id is spent: a query with observers lives on until the last
    /// one leaves, but cannot be found by its key.
    pub fn remove(&mut self, now: Instant, query: QueryId) -> bool {
        self.abandon(now, query);
        self.unlink(query);
        match self.entries.get(query) {
            Some(entry) if entry.observers.is_empty() => {
                self.free(now, query);
                true
            }
            Some(_) => false,
            None => true,
        }
    }

    /// Raises the query's `gcTime` to `gc_time`, unless it is longer already. Returns its `gcTime`. A garbage collection
    /// that is scheduled keeps its time.
    pub fn raise_gc_time(&mut self, query: QueryId, gc_time: Duration) -> Duration {
        let Some(entry) = self.entries.get_mut(query) else { return gc_time };
        entry.gc_time = entry.gc_time.max(gc_time);
        entry.gc_time
    }

    /// Sets whether the host is online and focused. Nothing is refetched or resumed before
    /// [`handle_trigger`](Self::handle_trigger).
    pub fn set_host(&mut self, host: Host) {
        self.host = host;
    }

    /// The host's timer fired: deadlines up to `now` take effect with the next [`poll_effect`](Self::poll_effect).
    pub fn tick(&mut self, now: Instant) {
        self.ticked = now;
    }

    /// The host's clock was set back by `span`: deadlines move with it, so nothing waits longer than it would have.
    pub fn clock_set_back(&mut self, span: Duration) {
        self.deadlines.bring_forward(span);
        for entry in self.entries.values_mut() {
            entry.last_use.expected_until =
                Instant::from_ms(entry.last_use.expected_until.as_ms() - span.as_ms());
        }
        if let Some(breakers) = &mut self.breakers {
            breakers.bring_forward(span);
        }
    }

    // Outputs.

    /// The next effect for the host to carry out; poll until `None`. A due deadline is handled only when it is polled,
    /// so it takes into account how the host answered the effects before it.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        loop {
            if let Some(effect) = self.effects.pop() {
                return Some(effect);
            }
            match self.deadlines.pop(self.ticked)? {
                Due::Gc(query) => self.gc_due(self.ticked, query),
                Due::ForgetOrigin(origin) => self.forget_origin_due(self.ticked, origin),
                Due::ExpectationOver(query) => self.expectation_due(self.ticked, query),
                Due::Stale(observer) => self.stale_due(observer),
                Due::Interval(observer) => self.interval_due(self.ticked, observer),
                Due::Attempt(run) => self.attempt_due(self.ticked, run),
                Due::Evict(_) | Due::MutationGc(_) | Due::MutationRetry(_) => {}
            }
        }
    }

    /// The next effect of the inputs so far, without handling deadlines: for a host that carries out the effects of an
    /// input at once.
    pub fn poll_input_effect(&mut self) -> Option<Effect> {
        self.effects.pop()
    }

    /// Drops the effects of the inputs so far, for a host that knows from the result of an input what it brings.
    pub fn drop_effects(&mut self) {
        self.effects.clear();
    }

    /// [`poll_effect`](Self::poll_effect) as an iterator.
    pub fn effects(&mut self) -> impl Iterator<Item = Effect> + '_ {
        core::iter::from_fn(|| self.poll_effect())
    }

    // Garbage collection.

    /// Starts the `gcTime` of a query, if it is unused.
    pub(crate) fn schedule_gc(&mut self, now: Instant, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        self.deadlines.end(&mut entry.gc);
        if entry.is_idle() {
            // A removed query cannot be found again.
            let span = if entry.leaf.is_some() { entry.gc_time } else { Duration::ZERO };
            entry.gc = self.deadlines.set(now + span, Due::Gc(query));
            self.touch(query);
        }
    }

    fn gc_due(&mut self, now: Instant, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        entry.gc = None;
        if entry.is_idle() {
            self.unlink(query);
            self.free(now, query);
            self.stats.evictions += 1;
            self.effects.push(Effect::Collected { query });
        }
    }

    fn unlink(&mut self, query: QueryId) {
        if let Some(entry) = self.entries.get_mut(query)
            && let Some(leaf) = entry.leaf.take()
        {
            forget_key(&mut self.index, leaf, &mut self.effects, &mut self.entries);
        }
    }

    fn free(&mut self, now: Instant, query: QueryId) {
        self.remove_from_lru(query);
        let Some(mut entry) = self.entries.remove(query) else { return };
        self.deadlines.end(&mut entry.gc);
        self.deadlines.end(&mut entry.last_use.due);
        self.leave_origin(now, entry.origin);
    }

    // Changes of state.

    pub(crate) fn changed(&mut self, now: Instant, query: QueryId) {
        self.effects.push(Effect::Changed { query });
        // `set_state` can make a query idle after its run ended; then no garbage collection was scheduled.
        if self.entries.get(query).is_some_and(|entry| entry.gc.is_none()) {
            self.schedule_gc(now, query);
        }
        let count = self.entries.get(query).map_or(0, |entry| entry.observers.len());
        for i in 0..count {
            let observer = self.entries.get(query).and_then(|entry| entry.observers.get(i).copied());
            if let Some(observer) = observer {
                self.rearm(now, observer);
            }
        }
    }

    /// Overwrites a query's state, for persistence and devtools. Returns whether its data is newer than the data before
    /// the running fetch: then [`cancel`](Self::cancel) reverts to this state.
    pub fn set_state(&mut self, now: Instant, query: QueryId, state: State) -> bool {
        let Some(entry) = self.entries.get_mut(query) else { return false };
        entry.state = state;
        entry.page_failed = false;
        let updated_at = state.data_updated_at;
        let older = entry.before_fetch.as_ref().is_some_and(|before| before.data_updated_at < updated_at);
        let newer = entry.run.is_some() && state.has_data && older;
        if newer {
            entry.before_fetch = Some(state);
        }
        self.touch(query);
        self.changed(now, query);
        newer
    }

    /// Sets the state that [`reset`](Self::reset) reverts to, where initial data was given after the query was added.
    pub fn set_initial(&mut self, query: QueryId, state: State) {
        if let Some(entry) = self.entries.get_mut(query) {
            entry.initial = state;
        }
    }

    /// Reverts the query to its initial state and ends its fetch.
    pub fn reset(&mut self, now: Instant, query: QueryId) {
        self.abandon(now, query);
        if let Some(entry) = self.entries.get(query) {
            self.set_state(now, query, entry.initial);
        }
    }

    /// Makes the data stale until a fetch that begins after this succeeds. Neither a fetch that is running, nor
    /// cancelling it, nor a [partial](super::RunOptions::partial) one makes it fresh.
    pub fn invalidate(&mut self, now: Instant, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        if entry.run.is_some() {
            entry.outdated = Some(entry.outdated.unwrap_or(false));
        }
        if let Some(before) = &mut entry.before_fetch {
            before.invalidated = true;
        }
        entry.page_failed = false;
        if !entry.state.invalidated {
            entry.state.invalidated = true;
            self.changed(now, query);
        }
    }

    /// The host stored data for the query, which was current at `updated_at`.
    ///
    /// With `manual`, it is not the answer of the query's fetch, which continues. Otherwise it is, and the data stays
    /// stale if it was invalidated after the fetch began.
    pub fn set_data(&mut self, now: Instant, query: QueryId, updated_at: Instant, manual: bool) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        entry.set_data(updated_at);
        if manual {
            // Cancelling the fetch must not revert to older data.
            entry.before_fetch = Some(entry.state);
        } else {
            entry.before_fetch = None;
            entry.state.fetch_status = FetchStatus::Idle;
            entry.state.failure_count = 0;
            entry.state.invalidated = entry.outdated.is_some();
        }
        self.touch(query);
        self.changed(now, query);
    }
}
