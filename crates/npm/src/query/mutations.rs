//! The mutations of one `MutationCache`.
use super::codes;
use alloc::boxed::Box;
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
struct MutationMachine {
    mutations: Mutations,
    about: u32,
}

fn at(now: f64) -> Instant {
    Instant::from_ms(now)
}

fn mutation(raw: u32) -> MutationId {
    Id::from_raw(raw)
}

/// The machine of a number.
fn mutations(machine: usize) -> &'static mut MutationMachine {
    // SAFETY: JavaScript gives back what `mutation_new` gave it, until it frees it. There is one thread, and no
    // export calls out, so nobody else has the machine meanwhile.
    unsafe { &mut *(machine as *mut MutationMachine) }
}

/// A machine with no mutations, which draws from `seed`. Its number is where it is.
#[wasm_bindgen]
pub fn mutation_new(seed: u32) -> usize {
    let mut mutations = Mutations::new();
    mutations.set_seed(seed);
    Box::into_raw(Box::new(MutationMachine { mutations, about: 0 })) as usize
}

/// The machine is gone, its number spent.
#[wasm_bindgen]
pub fn mutation_free(machine: usize) {
    // SAFETY: as in `mutations`; JavaScript frees a machine once, when the object that stood for it is gone.
    drop(unsafe { Box::from_raw(machine as *mut MutationMachine) });
}

/// A mutation; those of one scope take turns, 0 is none.
#[wasm_bindgen]
pub fn mutation_insert(machine: usize, now: f64, scope: u32, gc_time: f64) -> u32 {
    let m = mutations(machine);
    m.mutations.insert(at(now), scope, Duration::from_ms(gc_time)).raw()
}

/// It is gone.
#[wasm_bindgen]
pub fn mutation_remove(machine: usize, id: u32) {
    let m = mutations(machine);
    m.mutations.remove(mutation(id));
}

/// Raises its gc time; gives what it is now.
#[wasm_bindgen]
pub fn mutation_raise_gc_time(machine: usize, id: u32, gc_time: f64) -> f64 {
    let m = mutations(machine);
    m.mutations.raise_gc_time(mutation(id), Duration::from_ms(gc_time)).as_ms()
}

/// Someone looks at it.
#[wasm_bindgen]
pub fn mutation_observe(machine: usize, id: u32) {
    let m = mutations(machine);
    m.mutations.observe(mutation(id));
}

/// Someone looks no more.
#[wasm_bindgen]
pub fn mutation_unobserve(machine: usize, now: f64, id: u32) {
    let m = mutations(machine);
    m.mutations.unobserve(at(now), mutation(id));
}

/// It holds back those behind it in its scope, or no longer.
#[wasm_bindgen]
pub fn mutation_set_pending(machine: usize, id: u32, pending: bool) {
    let m = mutations(machine);
    m.mutations.set_pending(mutation(id), pending);
}

/// Whether it is its turn.
#[wasm_bindgen]
pub fn mutation_can_run(machine: usize, id: u32) -> bool {
    let m = mutations(machine);
    m.mutations.can_run(mutation(id))
}

/// Whether it could begin now.
#[wasm_bindgen]
pub fn mutation_can_start(machine: usize, id: u32, host: u32, mode: u32) -> bool {
    let m = mutations(machine);
    m.mutations.set_host(codes::host(host));
    m.mutations.can_start(mutation(id), &codes::run(0.0, 0.0, mode, 0.0))
}

/// Begins its run. What comes of it is polled.
#[wasm_bindgen]
pub fn mutation_start(
    machine: usize,
    now: f64,
    id: u32,
    host: u32,
    retry: f64,
    delay: f64,
    mode: u32,
    jitter: f64,
) {
    let m = mutations(machine);
    m.mutations.set_host(codes::host(host));
    m.mutations.start(at(now), mutation(id), &codes::run(retry, delay, mode, jitter));
}

/// What it waited for may have come. What comes of it is polled.
#[wasm_bindgen]
pub fn mutation_resume(machine: usize, id: u32, host: u32) -> bool {
    let m = mutations(machine);
    m.mutations.set_host(codes::host(host));
    m.mutations.resume(mutation(id))
}

/// An attempt failed. 0: nothing runs, 1: it is tried again, 2: it is not.
#[wasm_bindgen]
pub fn mutation_failed(machine: usize, now: f64, id: u32, retry: u32, delay: f64, retry_after: f64) -> u32 {
    let m = mutations(machine);
    match m.mutations.failed(at(now), mutation(id), codes::verdict(retry, delay, retry_after)) {
        None => 0,
        Some(Next::Wait(_)) => 1,
        Some(_) => 2,
    }
}

/// How many attempts failed.
#[wasm_bindgen]
pub fn mutation_failures(machine: usize, id: u32) -> u32 {
    let m = mutations(machine);
    m.mutations.failures(mutation(id))
}

/// Its gc time is stopped.
#[wasm_bindgen]
pub fn mutation_keep(machine: usize, id: u32) {
    let m = mutations(machine);
    m.mutations.keep(mutation(id));
}

/// It is out of the cache, and runs to its end.
#[wasm_bindgen]
pub fn mutation_dequeue(machine: usize, id: u32) {
    let m = mutations(machine);
    m.mutations.dequeue(mutation(id));
}

/// It succeeded or failed for good.
#[wasm_bindgen]
pub fn mutation_settled(machine: usize, now: f64, id: u32) {
    let m = mutations(machine);
    m.mutations.settled(at(now), mutation(id));
}

/// The mutation of its scope that has its turn, or 0.
#[wasm_bindgen]
pub fn mutation_first_in_scope(machine: usize, id: u32) -> u32 {
    let m = mutations(machine);
    m.mutations.first_in_scope(mutation(id)).map_or(0, MutationId::raw)
}

/// The mutation of its scope whose turn it is once it is done, or 0.
#[wasm_bindgen]
pub fn mutation_next_in_scope(machine: usize, id: u32) -> u32 {
    let m = mutations(machine);
    m.mutations.next_in_scope(mutation(id)).map_or(0, MutationId::raw)
}

/// When the timer should fire; `Infinity` for never.
#[wasm_bindgen]
pub fn mutation_deadline(machine: usize) -> f64 {
    let m = mutations(machine);
    m.mutations.next_deadline().unwrap_or(Instant::NEVER).as_ms()
}

/// It fired.
#[wasm_bindgen]
pub fn mutation_tick(machine: usize, now: f64, host: u32) {
    let m = mutations(machine);
    m.mutations.set_host(codes::host(host));
    m.mutations.tick(at(now));
}

/// The clock was set back by so many ms.
#[wasm_bindgen]
pub fn mutation_clock_set_back(machine: usize, by: f64) {
    mutations(machine).mutations.clock_set_back(Duration::from_ms(by));
}

/// What is to be done, one thing a time, 0 for nothing more.
#[wasm_bindgen]
pub fn mutation_poll(machine: usize) -> u32 {
    let m = mutations(machine);
    let Some(effect) = m.mutations.poll_effect() else { return 0 };
    let (code, id) = match effect {
        MutationEffect::Run(id) => (RUN, id),
        MutationEffect::Paused(id) => (PAUSED, id),
        MutationEffect::Continued(id) => (CONTINUED, id),
        MutationEffect::GaveUp(id) => (GAVE_UP, id),
        MutationEffect::Collected(id) => (COLLECTED, id),
    };
    m.about = id.raw();
    code
}

/// Which mutation the last poll was about.
#[wasm_bindgen]
pub fn mutation_about(machine: usize) -> u32 {
    let m = mutations(machine);
    m.about
}
