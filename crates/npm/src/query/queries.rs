//! The queries of one `QueryCache`.
use super::codes;
use whippet_boundary::query::*;
use whippet_engine::query::latency::Quantiles;
use whippet_engine::query::{
    BreakerOptions, BreakerState, Cache, Detached, Effect, Host, Intent, Limits, Next, NoKeys, ObserverId,
    ObserverOptions, QueryId, RunId, RunOptions, State, Stats, Verdict,
};
use whippet_engine::time::{Duration, Instant};

/// What is behind one `QueryCache`.
pub struct QueryMachine {
    /// JavaScript finds queries by their keys.
    cache: Cache<NoKeys>,
    latencies: Quantiles,
}

/// A machine without queries. `seed` is that of its random numbers.
pub fn query_new(seed: u32) -> QueryMachine {
    let mut m = QueryMachine { cache: Cache::without_keys(), latencies: Quantiles::EMPTY };
    m.cache.set_seed(seed);
    m
}

/// The state of a query. The next input may change what it refers to.
pub fn query_state(m: &QueryMachine, id: QueryId) -> Option<&State> {
    m.cache.state(id)
}

// Queries.

/// Makes a query; gives its id. It has no key yet.
pub fn query_create(m: &mut QueryMachine, now: Instant, state: State, gc_time: Duration) -> QueryId {
    m.cache.create(now, state, gc_time)
}

/// The cache holds the query from now on.
pub fn query_link(m: &mut QueryMachine, now: Instant, id: QueryId) {
    m.cache.link(now, id, &[]);
}

/// Removes a query. `true`: its id is spent; otherwise it is still observed.
pub fn query_remove(m: &mut QueryMachine, now: Instant, id: QueryId) -> bool {
    m.cache.remove(now, id)
}

/// Limits the cache to so many queries and bytes, as far as they are not in use.
pub fn query_set_limits(m: &mut QueryMachine, limits: Limits) {
    m.cache.set_limits(limits);
}

/// The query to evict next, never `keep`.
pub fn query_evict(m: &mut QueryMachine, now: Instant, keep: Option<QueryId>) -> Option<QueryId> {
    m.cache.evict(now, keep)
}

/// An observer is expected soon, so the query is not evicted for a moment.
pub fn query_expect(m: &mut QueryMachine, now: Instant, id: QueryId) {
    m.cache.expect(now, id);
}

/// Sets how many bytes a query's data takes.
pub fn query_set_bytes(m: &mut QueryMachine, id: QueryId, bytes: f64) {
    m.cache.set_bytes(id, bytes);
}

/// Makes a query the most recently used one.
pub fn query_touch(m: &mut QueryMachine, id: QueryId) {
    m.cache.touch(id);
}

/// Raises the gc time of a query to at least `gc_time` ms; gives what it is now.
pub fn query_raise_gc_time(m: &mut QueryMachine, id: QueryId, gc_time: Duration) -> Duration {
    m.cache.raise_gc_time(id, gc_time)
}

// The state of a query.

/// Overwrites the state. `true`: a cancelled fetch goes back to this one.
pub fn query_set_state(m: &mut QueryMachine, now: Instant, id: QueryId, state: State) -> bool {
    m.cache.set_state(now, id, state)
}

/// Goes back to the state before the fetch, which was cancelled.
pub fn query_revert(m: &mut QueryMachine, now: Instant, id: QueryId) {
    m.cache.revert(now, id);
}

/// Data was stored, which was current at `updated_at`; `manual` where it does not come from the query's fetch.
pub fn query_set_data(m: &mut QueryMachine, now: Instant, id: QueryId, updated_at: f64, manual: bool) {
    m.cache.set_data(now, id, Instant::from_ms(updated_at), manual);
}

/// The fetch failed, after all retries.
pub fn query_set_error(m: &mut QueryMachine, now: Instant, id: QueryId) {
    m.cache.set_error(now, id);
}

/// Marks the data stale.
pub fn query_invalidate(m: &mut QueryMachine, now: Instant, id: QueryId) {
    m.cache.invalidate(now, id);
}

// Fetches.

/// What to do about a wish to fetch: one of `INTENT_*`.
pub fn query_intent(m: &mut QueryMachine, id: QueryId, cancel_refetch: bool) -> u32 {
    match m.cache.intent(id, cancel_refetch) {
        Intent::Begin => INTENT_BEGIN,
        Intent::Join(_) => INTENT_JOIN,
        Intent::Replace(_) => INTENT_REPLACE,
    }
}

/// Begins a run; gives its id, or `None` where there is no such query or it is fetching already. Where its fetch status is
/// paused, the query function is not called yet.
pub fn query_begin(
    m: &mut QueryMachine,
    now: Instant,
    id: QueryId,
    host: Host,
    options: &RunOptions,
) -> Option<RunId> {
    m.cache.set_host(host);
    let run = m.cache.begin(now, id, options);
    m.cache.drop_effects();
    run
}

/// Whether the query function of the present fetch read its abort signal.
pub fn query_set_abortable(m: &mut QueryMachine, id: QueryId, abortable: bool) {
    m.cache.set_abortable(id, abortable);
}

/// A caller without an observer awaits the fetch: it goes on when the last observer leaves.
pub fn query_hold(m: &mut QueryMachine, id: QueryId) {
    m.cache.hold(id);
}

/// An attempt failed. Whether there will be another.
pub fn query_failed(m: &mut QueryMachine, now: Instant, run_id: RunId, verdict: Verdict) -> bool {
    matches!(m.cache.attempt_failed(now, run_id, verdict), Some(Next::Wait(_)))
}

/// Continues a paused run, if the host allows it: one of `RESUME_*`.
pub fn query_resume(m: &mut QueryMachine, now: Instant, run_id: RunId, host: Host) -> u32 {
    m.cache.set_host(host);
    m.cache.resume(now, run_id);
    let mut next = RESUME_NOTHING;
    while let Some(effect) = m.cache.poll_input_effect() {
        match effect {
            Effect::Run { .. } => next = RESUME_RUN,
            Effect::GaveUp { .. } => next = RESUME_GAVE_UP,
            _ => {}
        }
    }
    next
}

/// A run is over, by one of `OUTCOME_*`. Gives an observer to fetch for at once.
pub fn query_end(m: &mut QueryMachine, now: Instant, run_id: RunId, outcome: u32) -> Option<ObserverId> {
    let again = m.cache.end(now, run_id, codes::outcome(outcome));
    if let Some(latency) = m.cache.take_latency() {
        m.latencies.record(latency.as_ms());
    }
    again
}

// Circuit breakers. Origins are numbers from 1, given out in order.

/// Turns breakers on.
pub fn query_set_breakers(m: &mut QueryMachine, options: BreakerOptions) {
    m.cache.set_breakers(options);
}

/// Says which origin a run asks.
pub fn query_guard(m: &mut QueryMachine, run_id: RunId, origin: u32) {
    m.cache.guard(run_id, origin);
}

/// Until when the breaker admits no attempt of a run; `None` where it admits one now.
pub fn query_admit(m: &mut QueryMachine, now: Instant, run_id: RunId) -> Option<Instant> {
    m.cache.refused_until(now, run_id)
}

/// The breaker of an origin: [`BREAKER_CLOSED`], [`BREAKER_HALF_OPEN`], or until when it is open.
pub fn query_breaker(m: &mut QueryMachine, now: Instant, origin: u32) -> f64 {
    match m.cache.breaker(now, origin) {
        BreakerState::Closed => BREAKER_CLOSED,
        BreakerState::HalfOpen => BREAKER_HALF_OPEN,
        BreakerState::Open(until) => until.as_ms(),
    }
}

// Observers.

/// Attaches an observer to a query; gives its id.
pub fn query_attach(m: &mut QueryMachine, now: Instant, id: QueryId, options: ObserverOptions) -> ObserverId {
    m.cache.attach(now, id, options)
}

/// Gives an observer other options.
pub fn query_set_options(m: &mut QueryMachine, now: Instant, id: ObserverId, options: ObserverOptions) {
    m.cache.replace_options(now, id, options);
}

/// Detaches an observer.
pub fn query_detach(m: &mut QueryMachine, now: Instant, id: ObserverId) -> Detached {
    m.cache.detach(now, id)
}

/// What one of `TRIGGER_*` does to an observer with these options: [`ANSWER_FETCHES`] and [`ANSWER_IS_STALE`] as flags.
/// With [`NOTE_READ`] beside the trigger it counts as a read, unless the observer is disabled.
pub fn query_ask(
    m: &mut QueryMachine,
    now: Instant,
    id: QueryId,
    trigger: u32,
    options: &ObserverOptions,
) -> u32 {
    if trigger & NOTE_READ != 0 && options.enabled {
        m.cache.note_read(now, id, options);
    }
    let Some(state) = m.cache.state(id) else { return 0 };
    let fetches = match trigger & TRIGGER_MASK {
        TRIGGER_MOUNT => options.fetches_on_mount(state, now),
        TRIGGER_OPTIONS => options.fetches_on_change(true, state, now),
        TRIGGER_FOCUS => options.fetches_on(options.on_focus, state, now),
        _ => options.fetches_on(options.on_reconnect, state, now),
    };
    (u32::from(fetches) * ANSWER_FETCHES) | (u32::from(options.is_stale(state, now)) * ANSWER_IS_STALE)
}

// Time.

/// The timer fired.
pub fn query_tick(m: &mut QueryMachine, now: Instant, host: Host) {
    m.cache.set_host(host);
    m.cache.tick(now);
}

/// The clock was set back by so many ms: deadlines move with it.
pub fn query_clock_set_back(m: &mut QueryMachine, by: Duration) {
    m.cache.clock_set_back(by);
}

/// What is due, one at a time.
pub fn query_poll(m: &mut QueryMachine) -> Option<Effect> {
    m.cache.poll_effect()
}

/// What the cache did.
pub fn query_stats(m: &QueryMachine) -> &Stats {
    m.cache.stats()
}

/// How long fetches that succeeded took.
pub fn query_latency(m: &QueryMachine) -> &Quantiles {
    &m.latencies
}

/// How long a share `q` of them took at most.
pub fn query_quantile(m: &QueryMachine, q: f64) -> f64 {
    m.latencies.quantile(q)
}
