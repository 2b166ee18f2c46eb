//! The queries of one `QueryCache`.
use super::codes;
use super::machines::{Fresh, Machines};
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::query::*;
use whippet_engine::query::latency::Quantiles;
use whippet_engine::query::{
    BreakerOptions, BreakerState, Cache, Detached, Effect, Id, Intent, Limits, Next, NoKeys, ObserverId,
    QueryId, RunId, RunOptions,
};
use whippet_engine::time::{Duration, Instant};

/// What is behind one `QueryCache`.
struct Machine {
    /// JavaScript finds queries by their keys.
    cache: Cache<NoKeys>,
    latency: Quantiles,
    /// The state of a query, and behind it the deadline and the ids of the last effect.
    state: [f64; STATE_BUFFER],
}

impl Fresh for Machine {
    const FRESH: Self = Self {
        cache: Cache::without_keys(),
        latency: Quantiles::EMPTY,
        state: {
            let mut state = [0.0; STATE_BUFFER];
            state[STATE_DEADLINE] = f64::INFINITY;
            state
        },
    };
}

static MACHINES: State<Machines<Machine>> = State::new(Machines::new());

fn with<R>(number: u32, f: impl FnOnce(&mut Machine) -> R) -> R {
    MACHINES.with(|machines| f(machines.get(number)))
}

fn at(now: f64) -> Instant {
    Instant::from_ms(now)
}

fn query(raw: u32) -> QueryId {
    Id::from_raw(raw)
}

fn observer(raw: u32) -> ObserverId {
    Id::from_raw(raw)
}

fn run(raw: u32) -> RunId {
    Id::from_raw(raw)
}

/// After an input: writes the query's state into the buffer, and drops the effects. JavaScript knows what the input
/// brings from the result of the call.
fn after_input(m: &mut Machine, id: u32) {
    if let Some(state) = m.cache.state(query(id)) {
        codes::write_state(&mut m.state, state);
    }
    drop_effects(m);
}

fn drop_effects(m: &mut Machine) {
    m.cache.drop_effects();
    note_deadline(m);
}

/// After a call that may change it: when the timer should fire stands behind the state in the buffer.
// Not inlined into each export.
#[inline(never)]
fn note_deadline(m: &mut Machine) {
    m.state[STATE_DEADLINE] = m.cache.next_deadline().unwrap_or(Instant::NEVER).as_ms();
}

/// Makes a machine without queries; gives its number. `seed` is that of its random numbers.
#[wasm_bindgen]
pub fn query_new(seed: u32) -> u32 {
    MACHINES.with(|machines| machines.create(|m| m.cache.set_seed(seed)))
}

/// Frees a machine; its number is spent.
#[wasm_bindgen]
pub fn query_free(machine: u32) {
    MACHINES.with(|machines| machines.free(machine));
}

/// The address of the buffer for states. It holds until the machine is freed.
#[wasm_bindgen]
pub fn query_state_at(machine: u32) -> usize {
    with(machine, |m| m.state.as_ptr() as usize)
}

// Queries.

/// Makes a query in the state that the buffer holds; gives its id. It has no key yet.
#[wasm_bindgen]
pub fn query_create(machine: u32, now: f64, gc_time: f64) -> u32 {
    with(machine, |m| {
        let state = codes::read_state(&m.state);
        m.cache.create(at(now), state, Duration::from_ms(gc_time)).raw()
    })
}

/// The cache holds the query from now on.
#[wasm_bindgen]
pub fn query_link(machine: u32, now: f64, id: u32) {
    with(machine, |m| {
        m.cache.link(at(now), query(id), &[]);
        note_deadline(m);
    })
}

/// Removes a query. `true`: its id is spent; otherwise it is still observed.
#[wasm_bindgen]
pub fn query_remove(machine: u32, now: f64, id: u32) -> bool {
    with(machine, |m| {
        let spent = m.cache.remove(at(now), query(id));
        drop_effects(m);
        spent
    })
}

/// Limits the cache to so many queries and bytes, as far as they are not in use.
#[wasm_bindgen]
pub fn query_set_limits(machine: u32, entries: f64, bytes: f64) {
    with(machine, |m| {
        m.cache.set_limits(Limits { entries: entries as usize, bytes });
    })
}

/// The query to evict next, never `keep`; 0 for none.
#[wasm_bindgen]
pub fn query_evict(machine: u32, now: f64, keep: u32) -> u32 {
    with(machine, |m| {
        let evicted = m.cache.evict(at(now), Some(query(keep)));
        note_deadline(m);
        evicted.map_or(0, QueryId::raw)
    })
}

/// An observer is expected soon, so the query is not evicted for a moment.
#[wasm_bindgen]
pub fn query_expect(machine: u32, now: f64, id: u32) {
    with(machine, |m| {
        m.cache.expect(at(now), query(id));
        note_deadline(m);
    })
}

/// Sets how many bytes a query's data takes.
#[wasm_bindgen]
pub fn query_set_bytes(machine: u32, id: u32, bytes: f64) {
    with(machine, |m| {
        m.cache.set_bytes(query(id), bytes);
    })
}

/// Makes a query the most recently used one.
#[wasm_bindgen]
pub fn query_touch(machine: u32, id: u32) {
    with(machine, |m| {
        m.cache.touch(query(id));
    })
}

/// Raises the gc time of a query to at least `gc_time` ms; gives what it is now.
#[wasm_bindgen]
pub fn query_raise_gc_time(machine: u32, id: u32, gc_time: f64) -> f64 {
    with(machine, |m| {
        let gc_time = m.cache.raise_gc_time(query(id), Duration::from_ms(gc_time)).as_ms();
        note_deadline(m);
        gc_time
    })
}

// The state of a query. Each export leaves the new state in the buffer.

/// Reads the state.
#[wasm_bindgen]
pub fn query_read(machine: u32, id: u32) {
    with(machine, |m| {
        after_input(m, id);
    })
}

/// Overwrites the state with the one in the buffer. `true`: a cancelled fetch goes back to this one.
#[wasm_bindgen]
pub fn query_set_state(machine: u32, now: f64, id: u32) -> bool {
    with(machine, |m| {
        let state = codes::read_state(&m.state);
        let newer = m.cache.set_state(at(now), query(id), state);
        after_input(m, id);
        newer
    })
}

/// Goes back to the state before the fetch, which was cancelled.
#[wasm_bindgen]
pub fn query_revert(machine: u32, now: f64, id: u32) {
    with(machine, |m| {
        m.cache.revert(at(now), query(id));
        after_input(m, id);
    })
}

/// Data was stored, which was current at `updated_at`; `manual` where it does not come from the query's fetch.
#[wasm_bindgen]
pub fn query_set_data(machine: u32, now: f64, id: u32, updated_at: f64, manual: bool) {
    with(machine, |m| {
        m.cache.set_data(at(now), query(id), at(updated_at), manual);
        after_input(m, id);
    })
}

/// The fetch failed, after all retries.
#[wasm_bindgen]
pub fn query_set_error(machine: u32, now: f64, id: u32) {
    with(machine, |m| {
        m.cache.set_error(at(now), query(id));
        after_input(m, id);
    })
}

/// Marks the data stale.
#[wasm_bindgen]
pub fn query_invalidate(machine: u32, now: f64, id: u32) {
    with(machine, |m| {
        m.cache.invalidate(at(now), query(id));
        after_input(m, id);
    })
}

// Fetches.

/// What to do about a wish to fetch: one of `INTENT_*`.
#[wasm_bindgen]
pub fn query_intent(machine: u32, id: u32, cancel_refetch: bool) -> u32 {
    with(machine, |m| match m.cache.intent(query(id), cancel_refetch) {
        Intent::Begin => INTENT_BEGIN,
        Intent::Join(_) => INTENT_JOIN,
        Intent::Replace(_) => INTENT_REPLACE,
    })
}

/// Begins a run, each attempt of which may take `timeout` ms; gives its id, or 0 where there is no such query or it is
/// fetching already. Where its fetch status is paused, the query function is not called yet.
#[wasm_bindgen]
pub fn query_begin(
    machine: u32,
    now: f64,
    id: u32,
    host: u32,
    retry: f64,
    delay: f64,
    mode: u32,
    jitter: f64,
    timeout: f64,
) -> u32 {
    with(machine, |m| {
        m.cache.set_host(codes::host(host));
        let options = codes::run(retry, delay, mode, jitter);
        let options = RunOptions { timeout: Duration::from_ms(timeout), ..options };
        let run = m.cache.begin(at(now), query(id), &options);
        after_input(m, id);
        run.map_or(0, RunId::raw)
    })
}

/// Whether the query function of the present fetch read its abort signal.
#[wasm_bindgen]
pub fn query_set_abortable(machine: u32, id: u32, abortable: bool) {
    with(machine, |m| {
        m.cache.set_abortable(query(id), abortable);
    })
}

/// A caller without an observer awaits the fetch: it goes on when the last observer leaves.
#[wasm_bindgen]
pub fn query_hold(machine: u32, id: u32) {
    with(machine, |m| {
        m.cache.hold(query(id));
    })
}

/// An attempt failed: one of `FAILURE_*`. See `codes::verdict` for the last three arguments.
#[wasm_bindgen]
pub fn query_failed(
    machine: u32,
    now: f64,
    id: u32,
    run_id: u32,
    verdict: u32,
    delay: f64,
    retry_after: f64,
) -> u32 {
    with(machine, |m| {
        let next = m.cache.attempt_failed(at(now), run(run_id), codes::verdict(verdict, delay, retry_after));
        after_input(m, id);
        match next {
            None => FAILURE_IGNORED,
            Some(Next::Wait(_)) => FAILURE_RETRIED,
            Some(_) => FAILURE_FINAL,
        }
    })
}

/// Continues a paused run, if the host allows it: one of `RESUME_*`.
#[wasm_bindgen]
pub fn query_resume(machine: u32, now: f64, id: u32, run_id: u32, host: u32) -> u32 {
    with(machine, |m| {
        m.cache.set_host(codes::host(host));
        m.cache.resume(at(now), run(run_id));
        let mut next = RESUME_NOTHING;
        while let Some(effect) = m.cache.poll_input_effect() {
            match effect {
                Effect::Run { .. } => next = RESUME_RUN,
                Effect::GaveUp { .. } => next = RESUME_GAVE_UP,
                _ => {}
            }
        }
        after_input(m, id);
        next
    })
}

/// A run is over, by one of `OUTCOME_*`. Gives an observer to fetch for at once, or 0.
#[wasm_bindgen]
pub fn query_end(machine: u32, now: f64, run_id: u32, outcome: u32) -> u32 {
    with(machine, |m| {
        let again = m.cache.end(at(now), run(run_id), codes::outcome(outcome));
        if let Some(latency) = m.cache.take_latency() {
            m.latency.record(latency.as_ms());
        }
        drop_effects(m);
        again.map_or(0, ObserverId::raw)
    })
}

// Circuit breakers. Origins are numbers from 1, given out in order.

/// Turns breakers on: so many failures within `window` ms open one for `open_for` ms.
#[wasm_bindgen]
pub fn query_set_breakers(machine: u32, failures: u32, window: f64, open_for: f64) {
    with(machine, |m| {
        let options = BreakerOptions {
            failures,
            window: Duration::from_ms(window),
            open_for: Duration::from_ms(open_for),
        };
        m.cache.set_breakers(options);
    })
}

/// Says which origin a run asks.
#[wasm_bindgen]
pub fn query_guard(machine: u32, run_id: u32, origin: u32) {
    with(machine, |m| {
        m.cache.guard(run(run_id), origin);
    })
}

/// Whether the breaker admits an attempt: 0, or until when it admits none, in ms since the epoch.
#[wasm_bindgen]
pub fn query_admit(machine: u32, now: f64, run_id: u32) -> f64 {
    with(machine, |m| m.cache.admit(at(now), run(run_id)).err().map_or(0.0, Instant::as_ms))
}

/// The breaker of an origin: [`BREAKER_CLOSED`], [`BREAKER_HALF_OPEN`], or until when it is open.
#[wasm_bindgen]
pub fn query_breaker(machine: u32, now: f64, origin: u32) -> f64 {
    with(machine, |m| match m.cache.breaker(at(now), origin) {
        BreakerState::Closed => BREAKER_CLOSED,
        BreakerState::HalfOpen => BREAKER_HALF_OPEN,
        BreakerState::Open(until) => until.as_ms(),
    })
}

// Observers. `codes::observer` says how their options cross.

/// Attaches an observer to a query; gives its id.
#[wasm_bindgen]
pub fn query_attach(machine: u32, now: f64, id: u32, flags: u32, stale_time: f64, interval: f64) -> u32 {
    with(machine, |m| {
        let observer = m.cache.attach(at(now), query(id), codes::observer(flags, stale_time, interval));
        note_deadline(m);
        observer.raw()
    })
}

/// Gives an observer other options.
#[wasm_bindgen]
pub fn query_set_options(machine: u32, now: f64, id: u32, flags: u32, stale_time: f64, interval: f64) {
    with(machine, |m| {
        m.cache.set_options(at(now), observer(id), codes::observer(flags, stale_time, interval));
        drop_effects(m);
    })
}

/// Detaches an observer. `true`: cancel the fetch on its way.
#[wasm_bindgen]
pub fn query_detach(machine: u32, now: f64, id: u32) -> bool {
    with(machine, |m| {
        let cancel = m.cache.detach(at(now), observer(id)) == Detached::CancelFetch;
        note_deadline(m);
        cancel
    })
}

/// What one of `TRIGGER_*` does to an observer with these options: [`ANSWER_FETCHES`] and [`ANSWER_IS_STALE`] as flags.
/// With [`NOTE_READ`] beside the trigger it counts as a read, unless the observer is disabled.
#[wasm_bindgen]
pub fn query_ask(machine: u32, now: f64, id: u32, trigger: u32, flags: u32, stale_time: f64) -> u32 {
    with(machine, |m| {
        let (now, id, options) = (at(now), query(id), codes::observer(flags, stale_time, 0.0));
        if trigger & NOTE_READ != 0 && options.enabled {
            m.cache.note_read(now, id, &options);
        }
        let Some(state) = m.cache.state(id) else { return 0 };
        let fetches = match trigger & TRIGGER_MASK {
            TRIGGER_MOUNT => options.fetches_on_mount(state, now),
            TRIGGER_OPTIONS => options.fetches_on_change(true, state, now),
            TRIGGER_FOCUS => options.fetches_on(options.on_focus, state, now),
            _ => options.fetches_on(options.on_reconnect, state, now),
        };
        (u32::from(fetches) * ANSWER_FETCHES) | (u32::from(options.is_stale(state, now)) * ANSWER_IS_STALE)
    })
}

// Time.

/// The timer fired.
#[wasm_bindgen]
pub fn query_tick(machine: u32, now: f64, host: u32) {
    with(machine, |m| {
        m.cache.set_host(codes::host(host));
        m.cache.tick(at(now));
    })
}

/// The clock was set back by so many ms: deadlines move with it.
#[wasm_bindgen]
pub fn query_clock_set_back(machine: u32, by: f64) {
    with(machine, |m| {
        m.cache.clock_set_back(Duration::from_ms(by));
        note_deadline(m);
    })
}

/// What is due, one at a time: one of `EFFECT_*`. It leaves ids in the buffer, and the state of a query whose run it is
/// about.
#[wasm_bindgen]
pub fn query_poll(machine: u32) -> u32 {
    with(machine, |m| {
        loop {
            let effect = m.cache.poll_effect();
            note_deadline(m);
            let Some(effect) = effect else { return EFFECT_NONE };
            let (code, about, run) = match effect {
                Effect::Fetch { query, observer } => (EFFECT_FETCH, observer.raw(), query.raw()),
                Effect::Run { query, run } => (EFFECT_RUN, query.raw(), run.raw()),
                Effect::Paused { query, run } => (EFFECT_PAUSED, query.raw(), run.raw()),
                Effect::TimedOut { query, run } => (EFFECT_TIMED_OUT, query.raw(), run.raw()),
                Effect::GaveUp { query, run } => (EFFECT_GAVE_UP, query.raw(), run.raw()),
                Effect::Stale { observer } => (EFFECT_STALE, observer.raw(), 0),
                Effect::Collected { query } => (EFFECT_COLLECTED, query.raw(), 0),
                Effect::OriginFreed { origin } => (EFFECT_ORIGIN_FREED, origin, 0),
                Effect::Changed { .. } | Effect::Settled { .. } | Effect::SegmentFreed { .. } => continue,
            };
            m.state[STATE_ABOUT] = f64::from(about as i32);
            m.state[STATE_RUN] = f64::from(run as i32);
            if matches!(code, EFFECT_RUN | EFFECT_PAUSED | EFFECT_GAVE_UP)
                && let Some(state) = m.cache.state(query(about))
            {
                codes::write_state(&mut m.state, state);
            }
            return code;
        }
    })
}

/// One of `STAT_*`; NaN for any other number.
#[wasm_bindgen]
pub fn query_stat(machine: u32, stat: u32) -> f64 {
    with(machine, |m| {
        let s = m.cache.stats();
        let counters: [u64; STAT_LATENCY_COUNT as usize] =
            [s.hits, s.misses, s.stale_served, s.deduplicated, s.fetches, s.errors, s.retries, s.evictions];
        match stat {
            STAT_LATENCY_COUNT => f64::from(m.latency.count),
            STAT_LATENCY_SUM => m.latency.sum,
            STAT_LATENCY_MAX => m.latency.max,
            STAT_LATENCY_P50 => m.latency.quantile(0.5),
            STAT_LATENCY_P95 => m.latency.quantile(0.95),
            STAT_LATENCY_P99 => m.latency.quantile(0.99),
            _ => counters.get(stat as usize).map_or(f64::NAN, |&count| count as f64),
        }
    })
}
