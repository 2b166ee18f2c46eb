//! The mutations of one `MutationCache`. They share nothing with queries but code: the build puts what only they need into a
//! module of its own (`pkg/splitModule.mjs`).
use super::codes;
use super::machines::{Fresh, Machines};
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::query::*;
use whippet_engine::query::{Id, MutationEffect, MutationId, Mutations, Next};
use whippet_engine::time::{Duration, Instant};

/// What is behind one `MutationCache`.
struct Machine {
    mutations: Mutations,
    /// The mutation that the last effect is about.
    about: u32,
}

impl Fresh for Machine {
    const FRESH: Self = Self { mutations: Mutations::new(), about: 0 };
}

static MACHINES: State<Machines<Machine>> = State::new(Machines::new());

fn with<R>(number: u32, f: impl FnOnce(&mut Machine) -> R) -> R {
    MACHINES.with(|machines| f(machines.get(number)))
}

fn at(now: f64) -> Instant {
    Instant::from_ms(now)
}

fn mutation(raw: u32) -> MutationId {
    Id::from_raw(raw)
}

/// Makes a machine without mutations; gives its number. `seed` is that of its random numbers.
#[wasm_bindgen]
pub fn mutation_new(seed: u32) -> u32 {
    MACHINES.with(|machines| machines.create(|m| m.mutations.set_seed(seed)))
}

/// Frees a machine; its number is spent.
#[wasm_bindgen]
pub fn mutation_free(machine: u32) {
    MACHINES.with(|machines| machines.free(machine));
}

/// Adds a mutation; gives its id. Mutations of one scope run one after another; scope 0 is none.
#[wasm_bindgen]
pub fn mutation_insert(machine: u32, now: f64, scope: u32, gc_time: f64) -> u32 {
    with(machine, |m| m.mutations.insert(at(now), scope, Duration::from_ms(gc_time)).raw())
}

/// Removes a mutation; its id is spent.
#[wasm_bindgen]
pub fn mutation_remove(machine: u32, id: u32) {
    with(machine, |m| {
        m.mutations.remove(mutation(id));
    })
}

/// Raises the gc time of a mutation to at least `gc_time` ms; gives what it is now.
#[wasm_bindgen]
pub fn mutation_raise_gc_time(machine: u32, id: u32, gc_time: f64) -> f64 {
    with(machine, |m| m.mutations.raise_gc_time(mutation(id), Duration::from_ms(gc_time)).as_ms())
}

/// Adds an observer.
#[wasm_bindgen]
pub fn mutation_observe(machine: u32, id: u32) {
    with(machine, |m| {
        m.mutations.observe(mutation(id));
    })
}

/// Removes an observer.
#[wasm_bindgen]
pub fn mutation_unobserve(machine: u32, now: f64, id: u32) {
    with(machine, |m| {
        m.mutations.unobserve(at(now), mutation(id));
    })
}

/// A pending mutation holds back later ones of its scope.
#[wasm_bindgen]
pub fn mutation_set_pending(machine: u32, id: u32, pending: bool) {
    with(machine, |m| {
        m.mutations.set_pending(mutation(id), pending);
    })
}

/// Whether no earlier mutation of its scope is pending.
#[wasm_bindgen]
pub fn mutation_can_run(machine: u32, id: u32) -> bool {
    with(machine, |m| m.mutations.can_run(mutation(id)))
}

/// Whether it could make its first attempt now.
#[wasm_bindgen]
pub fn mutation_can_start(machine: u32, id: u32, host: u32, mode: u32) -> bool {
    with(machine, |m| {
        m.mutations.set_host(codes::host(host));
        m.mutations.can_start(mutation(id), &codes::run(0.0, 0.0, mode, 0.0))
    })
}

/// Begins its run; effects follow. See `codes::run` for the last four arguments.
#[wasm_bindgen]
pub fn mutation_start(
    machine: u32,
    now: f64,
    id: u32,
    host: u32,
    retry: f64,
    delay: f64,
    mode: u32,
    jitter: f64,
) {
    with(machine, |m| {
        m.mutations.set_host(codes::host(host));
        m.mutations.start(at(now), mutation(id), &codes::run(retry, delay, mode, jitter));
    })
}

/// Continues a paused mutation, if the host and its scope allow it; effects follow. `true` where it goes on.
#[wasm_bindgen]
pub fn mutation_resume(machine: u32, id: u32, host: u32) -> bool {
    with(machine, |m| {
        m.mutations.set_host(codes::host(host));
        m.mutations.resume(mutation(id))
    })
}

/// An attempt failed: one of `FAILURE_*`. See `codes::verdict` for the last three arguments.
#[wasm_bindgen]
pub fn mutation_failed(machine: u32, now: f64, id: u32, verdict: u32, delay: f64, retry_after: f64) -> u32 {
    with(machine, |m| {
        match m.mutations.failed(at(now), mutation(id), codes::verdict(verdict, delay, retry_after)) {
            None => FAILURE_IGNORED,
            Some(Next::Wait(_)) => FAILURE_RETRIED,
            Some(_) => FAILURE_FINAL,
        }
    })
}

/// Stops its gc timer.
#[wasm_bindgen]
pub fn mutation_keep(machine: u32, id: u32) {
    with(machine, |m| {
        m.mutations.keep(mutation(id));
    })
}

/// Takes it out of its scope; it runs to its end.
#[wasm_bindgen]
pub fn mutation_dequeue(machine: u32, id: u32) {
    with(machine, |m| {
        m.mutations.dequeue(mutation(id));
    })
}

/// It succeeded, or failed after all retries.
#[wasm_bindgen]
pub fn mutation_settled(machine: u32, now: f64, id: u32) {
    with(machine, |m| {
        m.mutations.settled(at(now), mutation(id));
    })
}

/// The first pending mutation of its scope, or 0.
#[wasm_bindgen]
pub fn mutation_first_in_scope(machine: u32, id: u32) -> u32 {
    with(machine, |m| m.mutations.first_in_scope(mutation(id)).map_or(0, MutationId::raw))
}

/// The mutation of its scope that may run once this one is done, or 0.
#[wasm_bindgen]
pub fn mutation_next_in_scope(machine: u32, id: u32) -> u32 {
    with(machine, |m| m.mutations.next_in_scope(mutation(id)).map_or(0, MutationId::raw))
}

/// When the timer should fire, in ms since the epoch; `Infinity` for never.
#[wasm_bindgen]
pub fn mutation_deadline(machine: u32) -> f64 {
    with(machine, |m| m.mutations.next_deadline().unwrap_or(Instant::NEVER).as_ms())
}

/// The timer fired.
#[wasm_bindgen]
pub fn mutation_tick(machine: u32, now: f64, host: u32) {
    with(machine, |m| {
        m.mutations.set_host(codes::host(host));
        m.mutations.tick(at(now));
    })
}

/// The clock was set back by so many ms: deadlines move with it.
#[wasm_bindgen]
pub fn mutation_clock_set_back(machine: u32, by: f64) {
    with(machine, |m| {
        m.mutations.clock_set_back(Duration::from_ms(by));
    })
}

/// What is due, one at a time: one of `MUTATION_EFFECT_*`.
#[wasm_bindgen]
pub fn mutation_poll(machine: u32) -> u32 {
    with(machine, |m| {
        let Some(effect) = m.mutations.poll_effect() else { return MUTATION_EFFECT_NONE };
        let (code, id) = match effect {
            MutationEffect::Run(id) => (MUTATION_EFFECT_RUN, id),
            MutationEffect::Paused(id) => (MUTATION_EFFECT_PAUSED, id),
            MutationEffect::Continued(id) => (MUTATION_EFFECT_CONTINUED, id),
            MutationEffect::GaveUp(id) => (MUTATION_EFFECT_GAVE_UP, id),
            MutationEffect::Collected(id) => (MUTATION_EFFECT_COLLECTED, id),
        };
        m.about = id.raw();
        code
    })
}

/// The mutation that the last effect is about.
#[wasm_bindgen]
pub fn mutation_about(machine: u32) -> u32 {
    with(machine, |m| m.about)
}
