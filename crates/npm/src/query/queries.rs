//! The queries of one `QueryCache`.
use super::codes::{self, STATE_LEN};
use alloc::boxed::Box;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::query::{
    BreakerOptions, BreakerState, Cache, Changes, Effect, Id, Intent, Leave, Limits, Next, ObserverId,
    Occasion, QueryId, Retry, RunId, RunOptions, defaults,
};
use whippet_engine::time::{Duration, Instant};

/// A key is found by at most so many of its parts; JavaScript compares the rest.
const KEY_LEN: usize = 32;

// What `poll` found, as pkg/src/query/engine.ts reads it.
const NOTHING: u32 = 0;
const FETCH: u32 = 1;
const RUN: u32 = 2;
const PAUSED: u32 = 3;
const GAVE_UP: u32 = 4;
const STALE: u32 = 5;
const COLLECTED: u32 = 6;
const FREED: u32 = 7;
const TIMED_OUT: u32 = 8;
const FORGOTTEN: u32 = 9;

/// The machine behind one `QueryCache`.
struct QueryMachine {
    cache: Cache,
    state: [f64; STATE_LEN],
    key: [u32; KEY_LEN],
    ids: Vec<u32>,
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

/// The machine of a number.
fn queries(machine: usize) -> &'static mut QueryMachine {
    // SAFETY: JavaScript gives back what `query_new` gave it, until it frees it. There is one thread, and no
    // export calls out, so nobody else has the machine meanwhile.
    unsafe { &mut *(machine as *mut QueryMachine) }
}

/// After an input: the query's state goes into the buffer. JavaScript acts on what the input brings by what
/// the call gave back.
fn done(m: &mut QueryMachine, id: u32) {
    if let Some(state) = m.cache.state(query(id)) {
        codes::write_state(&mut m.state, state);
    }
    drop_effects(m);
}

fn drop_effects(m: &mut QueryMachine) {
    while m.cache.poll_input_effect().is_some() {}
}

/// A machine with no queries, which draws from `seed`. Its number is where it is.
#[wasm_bindgen]
pub fn query_new(seed: u32) -> usize {
    let mut cache = Cache::new();
    cache.set_seed(seed);
    Box::into_raw(Box::new(QueryMachine {
        cache,
        state: [0.0; STATE_LEN],
        key: [0; KEY_LEN],
        ids: Vec::new(),
    })) as usize
}

/// The machine is gone, its number spent.
#[wasm_bindgen]
pub fn query_free(machine: usize) {
    // SAFETY: as in `queries`; JavaScript frees a machine once, when the object that stood for it is gone.
    drop(unsafe { Box::from_raw(machine as *mut QueryMachine) });
}

/// Where the buffer for states is.
#[wasm_bindgen]
pub fn query_state_at(machine: usize) -> usize {
    let m = queries(machine);
    m.state.as_ptr() as usize
}

/// Where the buffer for keys is.
#[wasm_bindgen]
pub fn query_key_at(machine: usize) -> usize {
    let m = queries(machine);
    m.key.as_ptr() as usize
}

/// Where the ids are that the last call listed; they move when the list grows.
#[wasm_bindgen]
pub fn query_ids_at(machine: usize) -> usize {
    let m = queries(machine);
    m.ids.as_ptr() as usize
}

// What holds where options say nothing. No inputs.

/// How long what nobody looks at is kept, in ms.
#[wasm_bindgen]
pub fn query_default_gc_time(server: bool) -> f64 {
    defaults::gc_time(server).as_ms()
}

/// How often what failed is tried again.
#[wasm_bindgen]
pub fn query_default_retry(server: bool) -> f64 {
    match defaults::retry(server) {
        Retry::Always => f64::INFINITY,
        Retry::Times(times) => f64::from(times),
    }
}

/// Whether those who listen to so many queries are told of all changes at once.
#[wasm_bindgen]
pub fn query_default_together(queries: usize) -> bool {
    defaults::told_together(queries)
}

// Queries.

/// A query in the state that the buffer holds.
#[wasm_bindgen]
pub fn query_create(machine: usize, now: f64, gc_time: f64) -> u32 {
    let m = queries(machine);
    let state = codes::read_state(&m.state);
    m.cache.create(at(now), state, Duration::from_ms(gc_time)).raw()
}

/// Lets it be found by the first `len` parts in the buffer for keys.
#[wasm_bindgen]
pub fn query_link(machine: usize, now: f64, id: u32, len: usize) {
    let m = queries(machine);
    m.cache.link(at(now), query(id), &m.key[..len.min(KEY_LEN)]);
}

/// Takes it out. Bit 0: its id is spent; the rest: how many parts no key has any more, listed.
#[wasm_bindgen]
pub fn query_remove(machine: usize, now: f64, id: u32) -> u32 {
    let m = queries(machine);
    let spent = m.cache.remove(at(now), query(id));
    m.ids.clear();
    while let Some(effect) = m.cache.poll_input_effect() {
        if let Effect::Freed { part } = effect {
            m.ids.push(part);
        }
    }
    u32::from(spent) | (m.ids.len() as u32) << 1
}

/// From now on the cache holds at most so many queries and bytes, if it can.
#[wasm_bindgen]
pub fn query_set_limits(machine: usize, entries: f64, bytes: f64) {
    queries(machine).cache.set_limits(Limits { entries: entries as usize, bytes });
}

/// The query to remove next, or 0: never `keep`.
#[wasm_bindgen]
pub fn query_evict(machine: usize, now: f64, keep: u32) -> u32 {
    queries(machine).cache.evict(at(now), Some(query(keep))).map_or(0, QueryId::raw)
}

/// Someone is about to look at it.
#[wasm_bindgen]
pub fn query_expect(machine: usize, now: f64, id: u32) {
    queries(machine).cache.expect(at(now), query(id));
}

/// How many bytes its data takes.
#[wasm_bindgen]
pub fn query_set_bytes(machine: usize, id: u32, bytes: f64) {
    queries(machine).cache.set_bytes(query(id), bytes);
}

/// It was read.
#[wasm_bindgen]
pub fn query_touch(machine: usize, id: u32) {
    queries(machine).cache.touch(query(id));
}

/// Raises its gc time; gives what it is now.
#[wasm_bindgen]
pub fn query_raise_gc_time(machine: usize, id: u32, gc_time: f64) -> f64 {
    let m = queries(machine);
    m.cache.raise_gc_time(query(id), Duration::from_ms(gc_time)).as_ms()
}

/// Lists the queries whose key begins with the first `len` parts in the buffer, or of these the observed; gives
/// how many.
#[wasm_bindgen]
pub fn query_each(machine: usize, len: usize, observed: bool) -> usize {
    let m = queries(machine);
    let (cache, ids) = (&m.cache, &mut m.ids);
    ids.clear();
    cache.each(&m.key[..len.min(KEY_LEN)], |id| {
        if !observed || !cache.observers(id).is_empty() {
            ids.push(id.raw());
        }
    });
    ids.len()
}

// Its state. Each leaves the new one in the buffer.

/// As it is.
#[wasm_bindgen]
pub fn query_read(machine: usize, id: u32) {
    let m = queries(machine);
    done(m, id);
}

/// Overwrites it with what the buffer holds. `true`: a cancelled fetch goes back to this.
#[wasm_bindgen]
pub fn query_set_state(machine: usize, now: f64, id: u32) -> bool {
    let m = queries(machine);
    let state = codes::read_state(&m.state);
    let newer = m.cache.set_state(at(now), query(id), state);
    done(m, id);
    newer
}

/// Back to the state before the fetch that was cancelled.
#[wasm_bindgen]
pub fn query_revert(machine: usize, now: f64, id: u32) {
    let m = queries(machine);
    m.cache.revert(at(now), query(id));
    done(m, id);
}

/// Data was stored.
#[wasm_bindgen]
pub fn query_set_data(machine: usize, now: f64, id: u32, updated_at: f64, manual: bool) {
    let m = queries(machine);
    m.cache.set_data(at(now), query(id), at(updated_at), manual);
    done(m, id);
}

/// Its fetch failed for good.
#[wasm_bindgen]
pub fn query_set_error(machine: usize, now: f64, id: u32) {
    let m = queries(machine);
    m.cache.set_error(at(now), query(id));
    done(m, id);
}

/// Its data is stale from now on.
#[wasm_bindgen]
pub fn query_invalidate(machine: usize, now: f64, id: u32) {
    let m = queries(machine);
    m.cache.invalidate(at(now), query(id));
    done(m, id);
}

// Its fetch.

/// 0: begin, 1: wait for the one on its way, 2: end that and begin.
#[wasm_bindgen]
pub fn query_intent(machine: usize, id: u32, cancel_refetch: bool) -> u32 {
    let m = queries(machine);
    match m.cache.intent(query(id), cancel_refetch) {
        Intent::Begin => 0,
        Intent::Join(_) => 1,
        Intent::Replace(_) => 2,
    }
}

/// Begins a run, which is paused where the state says so; an attempt of it may take `timeout` ms.
#[wasm_bindgen]
pub fn query_begin(
    machine: usize,
    now: f64,
    id: u32,
    host: u32,
    retry: f64,
    delay: f64,
    mode: u32,
    jitter: f64,
    timeout: f64,
) -> u32 {
    let m = queries(machine);
    m.cache.set_host(codes::host(host));
    let options = codes::run(retry, delay, mode, jitter);
    let options = RunOptions { timeout: Duration::from_ms(timeout), ..options };
    let run = m.cache.begin(at(now), query(id), &options);
    done(m, id);
    run.map_or(0, RunId::raw)
}

/// The function looked at its abort signal, or is called anew.
#[wasm_bindgen]
pub fn query_set_abortable(machine: usize, id: u32, abortable: bool) {
    let m = queries(machine);
    m.cache.set_abortable(query(id), abortable);
}

/// Someone waits for its fetch who does not look at it.
#[wasm_bindgen]
pub fn query_hold(machine: usize, id: u32) {
    queries(machine).cache.hold(query(id));
}

/// An attempt failed. 0: the run is over, 1: it is tried again, 2: it is not.
#[wasm_bindgen]
pub fn query_failed(
    machine: usize,
    now: f64,
    id: u32,
    run_id: u32,
    retry: u32,
    delay: f64,
    retry_after: f64,
) -> u32 {
    let m = queries(machine);
    let next = m.cache.attempt_failed(at(now), run(run_id), codes::verdict(retry, delay, retry_after));
    done(m, id);
    match next {
        None => 0,
        Some(Next::Wait(_)) => 1,
        Some(_) => 2,
    }
}

/// What a paused run waited for may have come. 0: it stays paused (or is not), 1: call the function,
/// 2: it is not tried again.
#[wasm_bindgen]
pub fn query_resume(machine: usize, now: f64, id: u32, run_id: u32, host: u32) -> u32 {
    let m = queries(machine);
    m.cache.set_host(codes::host(host));
    m.cache.resume(at(now), run(run_id));
    let mut next = 0;
    while let Some(effect) = m.cache.poll_input_effect() {
        match effect {
            Effect::Run { .. } => next = 1,
            Effect::GaveUp { .. } => next = 2,
            _ => {}
        }
    }
    done(m, id);
    next
}

/// A run is over: 0 with data, 1 with an error, 2 cancelled. Gives an observer to fetch for at once, or 0.
#[wasm_bindgen]
pub fn query_end(machine: usize, now: f64, run_id: u32, outcome: u32) -> u32 {
    let m = queries(machine);
    let again = m.cache.end(at(now), run(run_id), codes::outcome(outcome));
    drop_effects(m);
    again.map_or(0, ObserverId::raw)
}

// Circuit breakers. An origin is a number from 1.

/// From now on there are breakers: so many failures within `window` ms open one for `open_for` ms.
#[wasm_bindgen]
pub fn query_set_breakers(machine: usize, failures: u32, window: f64, open_for: f64) {
    let options =
        BreakerOptions { failures, window: Duration::from_ms(window), open_for: Duration::from_ms(open_for) };
    queries(machine).cache.set_breakers(options);
}

/// The run asks this origin.
#[wasm_bindgen]
pub fn query_guard(machine: usize, run_id: u32, origin: u32) {
    queries(machine).cache.guard(run(run_id), origin);
}

/// Whether the run's attempt goes through: 0, or until when none will.
#[wasm_bindgen]
pub fn query_admit(machine: usize, now: f64, run_id: u32) -> f64 {
    queries(machine).cache.admit(at(now), run(run_id)).err().map_or(0.0, Instant::as_ms)
}

/// An origin's breaker: 0 closed, -1 half-open, or until when it is open.
#[wasm_bindgen]
pub fn query_breaker(machine: usize, now: f64, origin: u32) -> f64 {
    match queries(machine).cache.breaker(at(now), origin) {
        BreakerState::Closed => 0.0,
        BreakerState::HalfOpen => -1.0,
        BreakerState::Open(until) => until.as_ms(),
    }
}

// Observers. The options of one are flags, a stale time and an interval.

/// Someone looks at it.
#[wasm_bindgen]
pub fn query_attach(machine: usize, now: f64, id: u32, flags: u32, stale_time: f64, interval: f64) -> u32 {
    let m = queries(machine);
    m.cache.attach(at(now), query(id), codes::observer(flags, stale_time, interval)).raw()
}

/// On new terms.
#[wasm_bindgen]
pub fn query_set_options(machine: usize, now: f64, id: u32, flags: u32, stale_time: f64, interval: f64) {
    let m = queries(machine);
    m.cache.set_options(at(now), observer(id), codes::observer(flags, stale_time, interval));
    drop_effects(m);
}

/// No more. `true`: cancel the fetch on its way.
#[wasm_bindgen]
pub fn query_detach(machine: usize, now: f64, id: u32) -> bool {
    let m = queries(machine);
    m.cache.detach(at(now), observer(id)) == Leave::Cancel
}

/// Whether it is stale on such terms.
#[wasm_bindgen]
pub fn query_is_stale(machine: usize, now: f64, id: u32, flags: u32, stale_time: f64) -> bool {
    let m = queries(machine);
    let options = codes::observer(flags, stale_time, 0.0);
    m.cache.state(query(id)).is_some_and(|state| options.is_stale(state, at(now)))
}

/// Someone mounts on such terms, which counts as a read unless they are disabled. Bit 0: it fetches; bit 1: its
/// data is stale.
#[wasm_bindgen]
pub fn query_mount(machine: usize, now: f64, id: u32, flags: u32, stale_time: f64) -> u32 {
    let m = queries(machine);
    let (now, id, options) = (at(now), query(id), codes::observer(flags, stale_time, 0.0));
    if options.enabled {
        m.cache.note_read(now, id, &options);
    }
    let stale = m.cache.state(id).is_some_and(|state| options.is_stale(state, now));
    u32::from(m.cache.fetches_on_mount(now, id, &options)) | u32::from(stale) << 1
}

/// Whether mounting on such terms fetches.
#[wasm_bindgen]
pub fn query_fetches_on_mount(machine: usize, now: f64, id: u32, flags: u32, stale_time: f64) -> bool {
    let m = queries(machine);
    m.cache.fetches_on_mount(at(now), query(id), &codes::observer(flags, stale_time, 0.0))
}

/// Whether such new terms fetch.
#[wasm_bindgen]
pub fn query_fetches_on_change(
    machine: usize,
    now: f64,
    id: u32,
    turned: bool,
    flags: u32,
    stale_time: f64,
) -> bool {
    let m = queries(machine);
    let options = codes::observer(flags, stale_time, 0.0);
    m.cache.state(query(id)).is_some_and(|state| options.fetches_on_change(turned, state, at(now)))
}

/// Whether an occasion fetches on such terms: 0 focus, 1 reconnecting.
#[wasm_bindgen]
pub fn query_fetches_on(
    machine: usize,
    now: f64,
    id: u32,
    occasion: u32,
    flags: u32,
    stale_time: f64,
) -> bool {
    let m = queries(machine);
    let options = codes::observer(flags, stale_time, 0.0);
    let terms = if occasion == 0 { options.on_focus } else { options.on_reconnect };
    m.cache.state(query(id)).is_some_and(|state| options.fetches_on(terms, state, at(now)))
}

/// Counts a read.
#[wasm_bindgen]
pub fn query_note_read(machine: usize, now: f64, id: u32, flags: u32, stale_time: f64) {
    let m = queries(machine);
    m.cache.note_read(at(now), query(id), &codes::observer(flags, stale_time, 0.0));
}

/// Whether some observer is enabled.
#[wasm_bindgen]
pub fn query_is_active(machine: usize, id: u32) -> bool {
    let m = queries(machine);
    m.cache.is_active(query(id))
}

/// Whether to some observer the data is static.
#[wasm_bindgen]
pub fn query_is_static(machine: usize, id: u32) -> bool {
    let m = queries(machine);
    m.cache.is_static(query(id))
}

/// For whom an occasion fetches it, or 0: 0 focus, 1 reconnecting.
#[wasm_bindgen]
pub fn query_occasion(machine: usize, now: f64, id: u32, occasion: u32) -> u32 {
    let m = queries(machine);
    let occasion = if occasion == 0 { Occasion::Focus } else { Occasion::Reconnect };
    m.cache.occasion_for(at(now), query(id), occasion).map_or(0, ObserverId::raw)
}

// Time.

/// When the timer should fire; `Infinity` for never.
#[wasm_bindgen]
pub fn query_deadline(machine: usize) -> f64 {
    let m = queries(machine);
    m.cache.next_deadline().unwrap_or(Instant::NEVER).as_ms()
}

/// It fired.
#[wasm_bindgen]
pub fn query_tick(machine: usize, now: f64, host: u32) {
    let m = queries(machine);
    m.cache.set_host(codes::host(host));
    m.cache.tick(at(now));
}

/// The clock was set back by so many ms.
#[wasm_bindgen]
pub fn query_clock_set_back(machine: usize, by: f64) {
    queries(machine).cache.clock_set_back(Duration::from_ms(by));
}

/// What is due, one thing a time, 0 for nothing more; the ids it is about are listed, and where it is a
/// query's, its state is in the buffer.
#[wasm_bindgen]
pub fn query_poll(machine: usize) -> u32 {
    let m = queries(machine);
    loop {
        let Some(effect) = m.cache.poll_effect() else { return NOTHING };
        let (code, of, ids) = match effect {
            Effect::Fetch { query, observer } => (FETCH, None, [observer.raw(), query.raw()]),
            Effect::Run { query, run } => (RUN, Some(query), [query.raw(), run.raw()]),
            Effect::Paused { query, run } => (PAUSED, Some(query), [query.raw(), run.raw()]),
            Effect::TimedOut { query, run } => (TIMED_OUT, None, [query.raw(), run.raw()]),
            Effect::GaveUp { query, run } => (GAVE_UP, Some(query), [query.raw(), run.raw()]),
            Effect::Stale { observer } => (STALE, None, [observer.raw(), 0]),
            Effect::Collected { query } => (COLLECTED, None, [query.raw(), 0]),
            Effect::Freed { part } => (FREED, None, [part, 0]),
            Effect::Forgotten { origin } => (FORGOTTEN, None, [origin, 0]),
            Effect::Changed { .. } | Effect::Settled { .. } => continue,
        };
        m.ids.clear();
        m.ids.extend_from_slice(&ids);
        if let Some(state) = of.and_then(|query| m.cache.state(query)) {
            codes::write_state(&mut m.state, state);
        }
        return code;
    }
}

/// One of the cache's figures, in the order of `stats()` in pkg/src/query/stats.ts.
#[wasm_bindgen]
pub fn query_figure(machine: usize, which: u32) -> f64 {
    let m = queries(machine);
    let stats = m.cache.stats();
    let quantile = |q: f64| stats.latency.quantile(q).unwrap_or(f64::NAN);
    match which {
        0 => stats.hits as f64,
        1 => stats.misses as f64,
        2 => stats.stale_served as f64,
        3 => stats.deduplicated as f64,
        4 => stats.fetches as f64,
        5 => stats.errors as f64,
        6 => stats.retries as f64,
        7 => stats.evictions as f64,
        8 => stats.hit_rate().unwrap_or(f64::NAN),
        9 => stats.latency.count() as f64,
        10 => stats.latency.sum(),
        11 => stats.latency.max().unwrap_or(f64::NAN),
        12 => quantile(0.5),
        13 => quantile(0.95),
        _ => quantile(0.99),
    }
}

/// Whether an observer that wants to hear of some fields is told of a change of others.
#[wasm_bindgen]
pub fn query_tells(wants: u32, changes: u32) -> bool {
    Changes(wants).intersects(Changes(changes))
}
