//! The machine.
use super::breaker::{BreakerOptions, BreakerState, Breakers};
use super::effect::Effect;
use super::entry::{Entry, FetchStatus, State};
use super::ids::{ObserverId, QueryId, RunId};
use super::index::Index;
use super::key::Segment;
use super::lru::Lru;
use super::network::Host;
use super::observer::Observer;
use super::retry::Run;
use super::stats::Stats;
use crate::deadlines::Deadlines;
use crate::rng::Rng;
use crate::slab::Slab;
use crate::time::{Duration, Instant};
use alloc::collections::VecDeque;

/// What a deadline is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Gc(QueryId),
    ExpectationOver(QueryId),
    ForgetOrigin(u32),
    Stale(ObserverId),
    Interval(ObserverId),
    /// The time of an attempt is up, or that of the next has come.
    Attempt(RunId),
}

/// A fetch on its way.
pub(crate) struct Fetch {
    pub(crate) query: QueryId,
    pub(crate) run: Run,
    pub(crate) due: Option<crate::deadlines::Handle>,
    /// Whom it asks, as [`Cache::guard`] was told; zero for nobody in particular.
    pub(crate) origin: u32,
    /// The attempt on its way was let through by the breaker of its origin, which wants to know its end.
    pub(crate) admitted: bool,
}

/// All queries, and every decision about them. See [the module](super) for the model.
///
/// **Getters**, which change nothing: [`state`](Self::state), [`snapshot`](Self::snapshot),
/// [`observers`](Self::observers), [`is_active`](Self::is_active), [`is_stale`](Self::is_stale),
/// [`find`](Self::find), [`each`](Self::each), [`len`](Self::len), [`stats`](Self::stats),
/// [`next_deadline`](Self::next_deadline).
///
/// **Inputs**, which say what happened: [`insert`](Self::insert) and [`remove`](Self::remove);
/// [`observe`](Self::observe), [`set_options`](Self::set_options), [`turn`](Self::turn) and
/// [`unobserve`](Self::unobserve); [`fetch`](Self::fetch), [`succeeded`](Self::succeeded),
/// [`failed`](Self::failed), [`give_up`](Self::give_up) and [`cancel`](Self::cancel);
/// [`set_data`](Self::set_data), [`set_state`](Self::set_state), [`invalidate`](Self::invalidate) and
/// [`reset`](Self::reset); [`set_host`](Self::set_host), then [`handle_trigger`](Self::handle_trigger);
/// [`touch`](Self::touch), [`expect`](Self::expect) and [`set_bytes`](Self::set_bytes); [`tick`](Self::tick).
///
/// **Outputs**: after any input, [`poll_effect`](Self::poll_effect) until `None`, and then a timer for
/// [`next_deadline`](Self::next_deadline); under [limits](Self::set_limits), [`evict`](Self::evict) until `None`.
///
/// **Steps**, for a face that runs its own code in the middle of an input: [`intent`](Self::intent),
/// [`abandon`](Self::abandon) and [`begin`](Self::begin) are [`fetch`](Self::fetch);
/// [`attempt_failed`](Self::attempt_failed), [`set_error`](Self::set_error) and [`end`](Self::end) are
/// [`failed`](Self::failed); [`end`](Self::end) and [`revert`](Self::revert) are [`cancel`](Self::cancel);
/// [`attach`](Self::attach) and [`fetches_on_mount`](Self::fetches_on_mount) are
/// [`observe`](Self::observe); [`detach`](Self::detach) is [`unobserve`](Self::unobserve);
/// [`triggered_observer`](Self::triggered_observer) and [`resume`](Self::resume) are [`handle_trigger`](Self::handle_trigger).
pub struct Cache {
    pub(crate) entries: Slab<QueryId, Entry>,
    pub(crate) observers: Slab<ObserverId, Observer>,
    pub(crate) fetches: Slab<RunId, Fetch>,
    pub(crate) index: Index,
    pub(crate) deadlines: Deadlines<Due>,
    pub(crate) effects: VecDeque<Effect>,
    pub(crate) host: Host,
    pub(crate) stats: Stats,
    pub(crate) rng: Rng,
    pub(crate) breakers: Option<Breakers>,
    pub(crate) lru: Lru,
    /// Deadlines up to here come due as effects are polled.
    ticked: Instant,
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

impl Cache {
    /// An empty cache, online and focused.
    pub fn new() -> Self {
        Self {
            entries: Slab::default(),
            observers: Slab::default(),
            fetches: Slab::default(),
            index: Index::default(),
            deadlines: Deadlines::new(),
            effects: VecDeque::new(),
            host: Host::default(),
            stats: Stats::default(),
            rng: Rng::new(1),
            breakers: None,
            lru: Lru::default(),
            ticked: Instant::from_ms(f64::NEG_INFINITY),
        }
    }

    // Getters.

    /// The state of a query; `None` where the id is spent.
    pub fn state(&self, query: QueryId) -> Option<&State> {
        self.entries.get(query).map(|entry| &entry.state)
    }

    /// The query whose key is exactly `key`, in as many steps as the key has segments.
    pub fn find(&self, key: &[Segment]) -> Option<QueryId> {
        self.index.exact(key).next()
    }

    /// Calls `found` with each query whose key begins with `prefix`, in no particular order. It costs what it
    /// matches, whatever else the cache holds.
    pub fn each(&self, prefix: &[Segment], mut found: impl FnMut(QueryId)) {
        self.index.each(prefix, &mut found);
    }

    /// Whether some key has `segment`, so that its number must not stand for anything else.
    pub fn uses(&self, segment: Segment) -> bool {
        self.index.uses(segment)
    }

    /// How many queries there are.
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

    /// What the cache did so far.
    pub fn stats(&self) -> &Stats {
        &self.stats
    }

    /// When to call [`tick`](Self::tick); `None` while nothing waits.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// What the breaker of an origin lets through; everything where there are no breakers.
    pub fn breaker(&self, now: Instant, origin: u32) -> BreakerState {
        self.breakers.as_ref().map_or(BreakerState::Closed, |breakers| breakers.state(now, origin))
    }

    // Settings, before the first input.

    /// What is left to chance ([`RunOptions::jitter`](super::RunOptions::jitter)) is drawn from this.
    pub fn set_seed(&mut self, seed: u32) {
        // Seeds that are near each other should not draw what is near each other.
        self.rng = Rng::new(seed.wrapping_mul(0x9E37_79B9));
    }

    /// From now on, origins that keep failing are left alone; see [`guard`](Self::guard).
    pub fn set_breakers(&mut self, options: BreakerOptions) {
        self.breakers = Some(Breakers::new(options));
    }

    // Inputs.

    /// Makes an entry in `state` for a query whose key is `key`. Nothing prevents two of the same key: ask
    /// [`find`](Self::find) first. Unless someone looks at it, it is collected after `gc_time`.
    pub fn insert(&mut self, now: Instant, key: &[Segment], state: State, gc_time: Duration) -> QueryId {
        let query = self.create(now, state, gc_time);
        self.link(now, query, key);
        query
    }

    /// Makes an entry that is not found by key, to be [linked](Self::link) at once. Unlinked, it is collected
    /// as soon as nobody needs it.
    pub fn create(&mut self, now: Instant, state: State, gc_time: Duration) -> QueryId {
        let query = self.entries.insert(Entry::new(state, gc_time));
        self.schedule_gc(now, query);
        query
    }

    /// Lets an entry be found by `key`; where it is found already, nothing happens.
    pub fn link(&mut self, now: Instant, query: QueryId, key: &[Segment]) {
        if let Some(entry) = self.entries.get_mut(query)
            && entry.leaf.is_none()
        {
            entry.leaf = Some(self.index.insert(key, query));
            self.schedule_gc(now, query);
        }
    }

    /// Takes a query out of the cache, ending its fetch. Where it is still observed, the entry lives on,
    /// unfindable, until it no longer is; otherwise the id is spent, and `true` is returned.
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

    /// Raises the time after which a query that nobody looks at is collected, and gives what it is now. The
    /// longest anyone asked for counts; a collection that is already due for some time stays so.
    pub fn raise_gc_time(&mut self, query: QueryId, gc_time: Duration) -> Duration {
        self.entries.get_mut(query).map_or(gc_time, |entry| {
            entry.gc_time = entry.gc_time.max(gc_time);
            entry.gc_time
        })
    }

    /// What the host is like now. Alone it wakes nothing: see [`handle_trigger`](Self::handle_trigger).
    pub fn set_host(&mut self, host: Host) {
        self.host = host;
    }

    /// The host's timer fired, or might as well have: what is due by `now` shows in the effects polled next.
    pub fn tick(&mut self, now: Instant) {
        self.ticked = now;
    }

    /// The host's clock was set back by `span`: what waits goes on waiting as long as it would have.
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

    /// The next thing for the face to do; poll until `None`. What is due is decided on when it is polled, so
    /// that it takes into account what the face did about the effects before.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        loop {
            if let Some(effect) = self.effects.pop_front() {
                return Some(effect);
            }
            match self.deadlines.pop(self.ticked)? {
                Due::Gc(query) => self.gc_due(self.ticked, query),
                Due::ForgetOrigin(origin) => self.forget_origin_due(self.ticked, origin),
                Due::ExpectationOver(query) => self.expectation_due(self.ticked, query),
                Due::Stale(observer) => self.stale_due(observer),
                Due::Interval(observer) => self.interval_due(self.ticked, observer),
                Due::Attempt(run) => self.attempt_due(self.ticked, run),
            }
        }
    }

    /// The next effect of the inputs so far, what is due left alone: for a face that acts at once on what an
    /// input brings, whatever its timer does.
    pub fn poll_input_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    /// The effects up to now, as an iterator.
    pub fn effects(&mut self) -> impl Iterator<Item = Effect> + '_ {
        core::iter::from_fn(|| self.poll_effect())
    }

    // Collection.

    /// Starts the time that a query has left, if nobody needs it.
    pub(crate) fn schedule_gc(&mut self, now: Instant, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        if let Some(handle) = entry.gc.take() {
            self.deadlines.clear(handle);
        }
        if entry.is_idle() {
            // Once out of the cache there is nobody to keep it for.
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
            self.effects.push_back(Effect::Collected { query });
        }
    }

    fn unlink(&mut self, query: QueryId) {
        if let Some(leaf) = self.entries.get_mut(query).and_then(|entry| entry.leaf.take()) {
            let effects = &mut self.effects;
            self.index.remove(leaf, |segment| effects.push_back(Effect::SegmentFreed { segment }));
            if self.index.is_sparse() {
                let entries = &mut self.entries;
                self.index.compact(|query, leaf| {
                    if let Some(entry) = entries.get_mut(query) {
                        entry.leaf = Some(leaf);
                    }
                });
            }
        }
    }

    fn free(&mut self, now: Instant, query: QueryId) {
        self.remove_from_lru(query);
        let Some(entry) = self.entries.remove(query) else { return };
        for handle in [entry.gc, entry.last_use.due].into_iter().flatten() {
            self.deadlines.clear(handle);
        }
        self.leave_origin(now, entry.origin);
    }

    // What every change of state brings.

    pub(crate) fn changed(&mut self, now: Instant, query: QueryId) {
        self.effects.push_back(Effect::Changed { query });
        // What has come to rest out of turn (its state overwritten, its run ended before) must not stay.
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

    /// Overwrites a query's state, as persistence and developers' tools do. `true` where its data is newer than what
    /// was there before the fetch on its way: then a [cancellation](Self::cancel) goes back to this state.
    pub fn set_state(&mut self, now: Instant, query: QueryId, state: State) -> bool {
        let Some(entry) = self.entries.get_mut(query) else { return false };
        entry.state = state;
        entry.page_failed = false;
        let newer = |before: State| state.has_data && before.data_updated_at < state.data_updated_at;
        let newer = entry.run.is_some() && entry.before_fetch.is_some_and(newer);
        if newer {
            entry.before_fetch = Some(state);
        }
        self.touch(query);
        self.changed(now, query);
        newer
    }

    /// What the query begins with, and goes back to on [`reset`](Self::reset): data that was given later
    /// counts as given at the beginning.
    pub fn set_initial(&mut self, query: QueryId, state: State) {
        if let Some(entry) = self.entries.get_mut(query) {
            entry.initial = state;
        }
    }

    /// Back to what the query began with; its fetch, if there is one, ends.
    pub fn reset(&mut self, now: Instant, query: QueryId) {
        self.abandon(now, query);
        if let Some(entry) = self.entries.get(query) {
            self.set_state(now, query, entry.initial);
        }
    }

    /// The data counts as stale from now on, until a fetch of all of it that begins after this succeeds. To cancel the
    /// fetch on its way does not make it fresh.
    pub fn invalidate(&mut self, now: Instant, query: QueryId) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        if entry.run.is_some() {
            entry.outdated.get_or_insert(false);
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

    /// The face stored data for the query, known to be current at `updated_at`.
    ///
    /// `manual` says that it does not come from the query's fetch, which goes on. Otherwise this is the
    /// fetch's answer, and the data stays stale if it was invalidated after the fetch began.
    pub fn set_data(&mut self, now: Instant, query: QueryId, updated_at: Instant, manual: bool) {
        let Some(entry) = self.entries.get_mut(query) else { return };
        entry.set_data(updated_at);
        if manual {
            // What is reverted to must not lose what was just written.
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
