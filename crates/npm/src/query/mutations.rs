//! The mutations of one `MutationCache`.
use super::codes;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::query::{Id, MutationEffect, MutationId, Mutations, Next};
use whippet_engine::time::{Duration, Instant};

// What `poll` found, above whose id it is, as pkg/src/query/engine.ts reads it.
const RUN: u32 = 1;
const PAUSED: u32 = 2;
const CONTINUED: u32 = 3;
const GAVE_UP: u32 = 4;
const COLLECTED: u32 = 5;

/// The machine behind one `MutationCache`.
#[wasm_bindgen]
pub struct MutationMachine {
    mutations: Mutations,
    about: u32,
}

fn at(now: f64) -> Instant {
    Instant::from_ms(now)
}

fn mutation(raw: u32) -> MutationId {
    Id::from_raw(raw)
}

#[wasm_bindgen]
impl MutationMachine {
    /// With no mutations.
    #[allow(clippy::new_without_default)]
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self { mutations: Mutations::new(), about: 0 }
    }

    /// A mutation; those of one scope take turns, 0 is none.
    pub fn insert(&mut self, now: f64, scope: u32, gc_time: f64) -> u32 {
        self.mutations.insert(at(now), scope, Duration::from_ms(gc_time)).raw()
    }

    /// It is gone.
    pub fn remove(&mut self, id: u32) {
        self.mutations.remove(mutation(id));
    }

    /// Raises its gc time; gives what it is now.
    pub fn raise_gc_time(&mut self, id: u32, gc_time: f64) -> f64 {
        self.mutations.raise_gc_time(mutation(id), Duration::from_ms(gc_time)).as_ms()
    }

    /// Someone looks at it.
    pub fn observe(&mut self, id: u32) {
        self.mutations.observe(mutation(id));
    }

    /// Someone looks no more.
    pub fn unobserve(&mut self, now: f64, id: u32) {
        self.mutations.unobserve(at(now), mutation(id));
    }

    /// It holds back those behind it in its scope, or no longer.
    pub fn set_pending(&mut self, id: u32, pending: bool) {
        self.mutations.set_pending(mutation(id), pending);
    }

    /// Whether it is its turn.
    pub fn can_run(&self, id: u32) -> bool {
        self.mutations.can_run(mutation(id))
    }

    /// Whether it could begin now.
    pub fn can_start(&mut self, id: u32, host: u32, mode: u32) -> bool {
        self.mutations.set_host(codes::host(host));
        self.mutations.can_start(mutation(id), &codes::run(0.0, 0.0, mode))
    }

    /// Begins its run. What comes of it is polled.
    pub fn start(&mut self, now: f64, id: u32, host: u32, retry: f64, delay: f64, mode: u32) {
        self.mutations.set_host(codes::host(host));
        self.mutations.start(at(now), mutation(id), &codes::run(retry, delay, mode));
    }

    /// What it waited for may have come. What comes of it is polled.
    pub fn resume(&mut self, id: u32, host: u32) -> bool {
        self.mutations.set_host(codes::host(host));
        self.mutations.resume(mutation(id))
    }

    /// An attempt failed. 0: nothing runs, 1: it is tried again, 2: it is not.
    pub fn failed(&mut self, now: f64, id: u32, retry: u32, delay: f64) -> u32 {
        match self.mutations.failed(at(now), mutation(id), codes::verdict(retry, delay)) {
            None => 0,
            Some(Next::Wait(_)) => 1,
            Some(_) => 2,
        }
    }

    /// How many attempts failed.
    pub fn failures(&self, id: u32) -> u32 {
        self.mutations.failures(mutation(id))
    }

    /// It succeeded or failed for good.
    pub fn settled(&mut self, now: f64, id: u32) {
        self.mutations.settled(at(now), mutation(id));
    }

    /// The first paused mutation of its scope, or 0.
    pub fn next_in_scope(&self, id: u32) -> u32 {
        self.mutations.next_in_scope(mutation(id)).map_or(0, MutationId::raw)
    }

    /// When the timer should fire; `Infinity` for never.
    pub fn deadline(&self) -> f64 {
        self.mutations.next_deadline().unwrap_or(Instant::NEVER).as_ms()
    }

    /// It fired.
    pub fn tick(&mut self, now: f64, host: u32) {
        self.mutations.set_host(codes::host(host));
        self.mutations.tick(at(now));
    }

    /// What is to be done, one thing a time, 0 for nothing more.
    pub fn poll(&mut self) -> u32 {
        let Some(effect) = self.mutations.poll_effect() else { return 0 };
        let (code, id) = match effect {
            MutationEffect::Run(id) => (RUN, id),
            MutationEffect::Paused(id) => (PAUSED, id),
            MutationEffect::Continued(id) => (CONTINUED, id),
            MutationEffect::GaveUp(id) => (GAVE_UP, id),
            MutationEffect::Collected(id) => (COLLECTED, id),
        };
        self.about = id.raw();
        code
    }

    /// Which mutation the last poll was about.
    pub fn about(&self) -> u32 {
        self.about
    }
}
