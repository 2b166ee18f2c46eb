//! The queries of one `QueryCache`.
use super::codes::{self, STATE_LEN};
use alloc::boxed::Box;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::query::{
    Cache, Changes, Effect, Id, Intent, Leave, Next, ObserverId, Occasion, QueryId, RunId,
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

/// The machine behind one `QueryCache`.
#[wasm_bindgen]
pub struct QueryMachine {
    cache: Cache,
    state: Box<[f64; STATE_LEN]>,
    key: Box<[u32; KEY_LEN]>,
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

#[wasm_bindgen]
impl QueryMachine {
    /// With no queries.
    #[allow(clippy::new_without_default)]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self {
            cache: Cache::new(),
            state: Box::new([0.0; STATE_LEN]),
            key: Box::new([0; KEY_LEN]),
            ids: Vec::new(),
        }
    }

    /// Where the buffer for states is.
    pub fn state_at(&self) -> *const f64 {
        self.state.as_ptr()
    }

    /// Where the buffer for keys is.
    pub fn key_at(&self) -> *const u32 {
        self.key.as_ptr()
    }

    /// Where the ids are that the last call listed; they move when the list grows.
    pub fn ids_at(&self) -> *const u32 {
        self.ids.as_ptr()
    }

    // Queries.

    /// A query in the state that the buffer holds.
    pub fn create(&mut self, now: f64, gc_time: f64) -> u32 {
        let state = codes::read_state(&self.state);
        self.cache.create(at(now), state, Duration::from_ms(gc_time)).raw()
    }

    /// Lets it be found by the first `len` parts in the buffer for keys.
    pub fn link(&mut self, id: u32, len: usize) {
        self.cache.link(query(id), &self.key[..len.min(KEY_LEN)]);
    }

    /// Takes it out. Bit 0: its id is spent; the rest: how many parts no key has any more, listed.
    pub fn remove(&mut self, now: f64, id: u32) -> u32 {
        let spent = self.cache.remove(at(now), query(id));
        self.ids.clear();
        while let Some(effect) = self.cache.poll_input_effect() {
            if let Effect::Freed { part } = effect {
                self.ids.push(part);
            }
        }
        u32::from(spent) | (self.ids.len() as u32) << 1
    }

    /// Raises its gc time; gives what it is now.
    pub fn raise_gc_time(&mut self, id: u32, gc_time: f64) -> f64 {
        self.cache.raise_gc_time(query(id), Duration::from_ms(gc_time)).as_ms()
    }

    /// Lists the queries whose key begins with the first `len` parts in the buffer; gives how many.
    pub fn each(&mut self, len: usize) -> usize {
        let ids = &mut self.ids;
        ids.clear();
        self.cache.each(&self.key[..len.min(KEY_LEN)], |id| ids.push(id.raw()));
        ids.len()
    }

    // Its state. Each leaves the new one in the buffer.

    /// As it is.
    pub fn read(&mut self, id: u32) {
        self.done(id);
    }

    /// Overwrites it with what the buffer holds.
    pub fn set_state(&mut self, now: f64, id: u32) {
        let state = codes::read_state(&self.state);
        self.cache.set_state(at(now), query(id), state);
        self.done(id);
    }

    /// Data was stored.
    pub fn set_data(&mut self, now: f64, id: u32, updated_at: f64, manual: bool) {
        self.cache.set_data(at(now), query(id), at(updated_at), manual);
        self.done(id);
    }

    /// Its fetch failed for good.
    pub fn set_error(&mut self, now: f64, id: u32) {
        self.cache.set_error(at(now), query(id));
        self.done(id);
    }

    /// Its data is stale from now on.
    pub fn invalidate(&mut self, now: f64, id: u32) {
        self.cache.invalidate(at(now), query(id));
        self.done(id);
    }

    // Its fetch.

    /// 0: begin, 1: wait for the one on its way, 2: end that and begin.
    pub fn intent(&mut self, id: u32, cancel_refetch: bool) -> u32 {
        match self.cache.intent(query(id), cancel_refetch) {
            Intent::Begin => 0,
            Intent::Join(_) => 1,
            Intent::Replace(_) => 2,
        }
    }

    /// Begins a run, which is paused where the state says so.
    pub fn begin(&mut self, now: f64, id: u32, host: u32, retry: f64, delay: f64, mode: u32) -> u32 {
        self.cache.set_host(codes::host(host));
        let run = self.cache.begin(at(now), query(id), &codes::run(retry, delay, mode));
        self.done(id);
        run.map_or(0, RunId::raw)
    }

    /// The function looked at its abort signal, or is called anew.
    pub fn set_abortable(&mut self, id: u32, abortable: bool) {
        self.cache.set_abortable(query(id), abortable);
    }

    /// An attempt failed. 0: the run is over, 1: it is tried again, 2: it is not.
    pub fn failed(&mut self, now: f64, id: u32, run_id: u32, retry: u32, delay: f64) -> u32 {
        let next = self.cache.attempt_failed(at(now), run(run_id), codes::verdict(retry, delay));
        self.done(id);
        match next {
            None => 0,
            Some(Next::Wait(_)) => 1,
            Some(_) => 2,
        }
    }

    /// What a paused run waited for may have come. 0: it stays paused (or is not), 1: call the function,
    /// 2: it is not tried again.
    pub fn resume(&mut self, now: f64, id: u32, run_id: u32, host: u32) -> u32 {
        self.cache.set_host(codes::host(host));
        self.cache.resume(at(now), run(run_id));
        let mut next = 0;
        while let Some(effect) = self.cache.poll_input_effect() {
            match effect {
                Effect::Run { .. } => next = 1,
                Effect::GaveUp { .. } => next = 2,
                _ => {}
            }
        }
        self.done(id);
        next
    }

    /// A run is over: 0 with data, 1 with an error, 2 cancelled. Gives an observer to fetch for at once, or 0.
    pub fn end(&mut self, now: f64, run_id: u32, outcome: u32) -> u32 {
        let again = self.cache.end(at(now), run(run_id), codes::outcome(outcome));
        self.drop_effects();
        again.map_or(0, ObserverId::raw)
    }

    // Observers. The options of one are flags, a stale time and an interval.

    /// Someone looks at it.
    pub fn attach(&mut self, now: f64, id: u32, flags: u32, stale_time: f64, interval: f64) -> u32 {
        self.cache.attach(at(now), query(id), codes::observer(flags, stale_time, interval)).raw()
    }

    /// On new terms.
    pub fn set_options(&mut self, now: f64, id: u32, flags: u32, stale_time: f64, interval: f64) {
        self.cache.set_options(at(now), observer(id), codes::observer(flags, stale_time, interval));
        self.drop_effects();
    }

    /// No more. `true`: cancel the fetch on its way.
    pub fn detach(&mut self, now: f64, id: u32) -> bool {
        self.cache.detach(at(now), observer(id)) == Leave::Cancel
    }

    /// Whether it is stale on such terms.
    pub fn is_stale(&self, now: f64, id: u32, flags: u32, stale_time: f64) -> bool {
        let options = codes::observer(flags, stale_time, 0.0);
        self.cache.state(query(id)).is_some_and(|state| options.is_stale(state, at(now)))
    }

    /// Whether mounting on such terms fetches.
    pub fn fetches_on_mount(&self, now: f64, id: u32, flags: u32, stale_time: f64) -> bool {
        self.cache.fetches_on_mount(at(now), query(id), &codes::observer(flags, stale_time, 0.0))
    }

    /// Whether such new terms fetch.
    pub fn fetches_on_change(&self, now: f64, id: u32, turned: bool, flags: u32, stale_time: f64) -> bool {
        let options = codes::observer(flags, stale_time, 0.0);
        self.cache.state(query(id)).is_some_and(|state| options.fetches_on_change(turned, state, at(now)))
    }

    /// Whether an occasion fetches on such terms: 0 focus, 1 reconnecting.
    pub fn fetches_on(&self, now: f64, id: u32, occasion: u32, flags: u32, stale_time: f64) -> bool {
        let options = codes::observer(flags, stale_time, 0.0);
        let terms = if occasion == 0 { options.on_focus } else { options.on_reconnect };
        self.cache.state(query(id)).is_some_and(|state| options.fetches_on(terms, state, at(now)))
    }

    /// Counts a read.
    pub fn note_read(&mut self, now: f64, id: u32, flags: u32, stale_time: f64) {
        self.cache.note_read(at(now), query(id), &codes::observer(flags, stale_time, 0.0));
    }

    /// Whether some observer is enabled.
    pub fn is_active(&self, id: u32) -> bool {
        self.cache.is_active(query(id))
    }

    /// Whether to some observer the data is static.
    pub fn is_static(&self, id: u32) -> bool {
        self.cache.is_static(query(id))
    }

    /// For whom an occasion fetches it, or 0: 0 focus, 1 reconnecting.
    pub fn occasion(&self, now: f64, id: u32, occasion: u32) -> u32 {
        let occasion = if occasion == 0 { Occasion::Focus } else { Occasion::Reconnect };
        self.cache.occasion_for(at(now), query(id), occasion).map_or(0, ObserverId::raw)
    }

    // Time.

    /// When the timer should fire; `Infinity` for never.
    pub fn deadline(&self) -> f64 {
        self.cache.next_deadline().unwrap_or(Instant::NEVER).as_ms()
    }

    /// It fired.
    pub fn tick(&mut self, now: f64, host: u32) {
        self.cache.set_host(codes::host(host));
        self.cache.tick(at(now));
    }

    /// What is due, one thing a time, 0 for nothing more; the ids it is about are listed, and where it is a
    /// query's, its state is in the buffer.
    pub fn poll(&mut self) -> u32 {
        loop {
            let Some(effect) = self.cache.poll_effect() else { return NOTHING };
            let (code, of, ids) = match effect {
                Effect::Fetch { query, observer } => (FETCH, None, [observer.raw(), query.raw()]),
                Effect::Run { query, run } => (RUN, Some(query), [query.raw(), run.raw()]),
                Effect::Paused { query, run } => (PAUSED, Some(query), [query.raw(), run.raw()]),
                Effect::GaveUp { query, run } => (GAVE_UP, Some(query), [query.raw(), run.raw()]),
                Effect::Stale { observer } => (STALE, None, [observer.raw(), 0]),
                Effect::Collected { query } => (COLLECTED, None, [query.raw(), 0]),
                Effect::Freed { part } => (FREED, None, [part, 0]),
                Effect::Changed { .. } | Effect::Settled { .. } => continue,
            };
            self.ids.clear();
            self.ids.extend_from_slice(&ids);
            if let Some(state) = of.and_then(|query| self.cache.state(query)) {
                codes::write_state(&mut self.state, state);
            }
            return code;
        }
    }

    /// One of the cache's figures, in the order of `stats()` in pkg/src/query/stats.ts.
    pub fn figure(&self, which: u32) -> f64 {
        let stats = self.cache.stats();
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

    fn done(&mut self, id: u32) {
        if let Some(state) = self.cache.state(query(id)) {
            codes::write_state(&mut self.state, state);
        }
        self.drop_effects();
    }

    /// JavaScript acts on what an input brings by what the call gave back.
    fn drop_effects(&mut self) {
        while self.cache.poll_input_effect().is_some() {}
    }
}

/// Whether an observer that wants to hear of some fields is told of a change of others.
#[wasm_bindgen]
pub fn query_tells(wants: u32, changes: u32) -> bool {
    Changes(wants).intersects(Changes(changes))
}
