//! The mutations of one `MutationCache`. They share nothing with queries but code.
use whippet_engine::query::{Host, MutationEffect, MutationId, Mutations, Next, RunOptions, Verdict};
use whippet_engine::time::{Duration, Instant};

/// What is behind one `MutationCache`.
pub struct MutationMachine {
    mutations: Mutations,
}

/// A machine without mutations. `seed` is that of its random numbers.
pub fn mutation_new(seed: u32) -> MutationMachine {
    let mut m = MutationMachine { mutations: Mutations::new() };
    m.mutations.set_seed(seed);
    m
}

/// Adds a mutation; gives its id. Mutations of one scope run one after another; scope 0 is none.
pub fn mutation_insert(m: &mut MutationMachine, now: Instant, scope: u32, gc_time: Duration) -> MutationId {
    m.mutations.insert(now, scope, gc_time)
}

/// Removes a mutation; its id is spent.
pub fn mutation_remove(m: &mut MutationMachine, id: MutationId) {
    m.mutations.remove(id);
}

/// Raises the gc time of a mutation to at least `gc_time` ms; gives what it is now.
pub fn mutation_raise_gc_time(m: &mut MutationMachine, id: MutationId, gc_time: Duration) -> Duration {
    m.mutations.raise_gc_time(id, gc_time)
}

/// Adds an observer.
pub fn mutation_observe(m: &mut MutationMachine, id: MutationId) {
    m.mutations.observe(id);
}

/// Removes an observer.
pub fn mutation_unobserve(m: &mut MutationMachine, now: Instant, id: MutationId) {
    m.mutations.unobserve(now, id);
}

/// A pending mutation holds back later ones of its scope.
pub fn mutation_set_pending(m: &mut MutationMachine, id: MutationId, pending: bool) {
    m.mutations.set_pending(id, pending);
}

/// Whether no earlier mutation of its scope is pending.
pub fn mutation_can_run(m: &mut MutationMachine, id: MutationId) -> bool {
    m.mutations.can_run(id)
}

/// Whether it could make its first attempt now.
pub fn mutation_can_start(m: &mut MutationMachine, id: MutationId, host: Host, options: &RunOptions) -> bool {
    m.mutations.set_host(host);
    m.mutations.can_start(id, options)
}

/// Begins its run; effects follow.
pub fn mutation_start(
    m: &mut MutationMachine,
    now: Instant,
    id: MutationId,
    host: Host,
    options: &RunOptions,
) {
    m.mutations.set_host(host);
    m.mutations.start(now, id, options);
}

/// Continues a paused mutation, if the host and its scope allow it; effects follow. `true` where it goes on.
pub fn mutation_resume(m: &mut MutationMachine, id: MutationId, host: Host) -> bool {
    m.mutations.set_host(host);
    m.mutations.resume(id)
}

/// An attempt failed. Whether there will be another.
pub fn mutation_failed(m: &mut MutationMachine, now: Instant, id: MutationId, verdict: Verdict) -> bool {
    matches!(m.mutations.failed(now, id, verdict), Some(Next::Wait(_)))
}

/// Stops its gc timer.
pub fn mutation_keep(m: &mut MutationMachine, id: MutationId) {
    m.mutations.keep(id);
}

/// Takes it out of its scope; it runs to its end.
pub fn mutation_dequeue(m: &mut MutationMachine, id: MutationId) {
    m.mutations.dequeue(id);
}

/// It succeeded, or failed after all retries.
pub fn mutation_settled(m: &mut MutationMachine, now: Instant, id: MutationId) {
    m.mutations.settled(now, id);
}

/// The first pending mutation of its scope.
pub fn mutation_first_in_scope(m: &mut MutationMachine, id: MutationId) -> Option<MutationId> {
    m.mutations.first_in_scope(id)
}

/// The mutation of its scope that may run once this one is done.
pub fn mutation_next_in_scope(m: &mut MutationMachine, id: MutationId) -> Option<MutationId> {
    m.mutations.next_in_scope(id)
}

/// The timer fired.
pub fn mutation_tick(m: &mut MutationMachine, now: Instant, host: Host) {
    m.mutations.set_host(host);
    m.mutations.tick(now);
}

/// The clock was set back by so many ms: deadlines move with it.
pub fn mutation_clock_set_back(m: &mut MutationMachine, by: Duration) {
    m.mutations.clock_set_back(by);
}

/// What is due, one at a time.
pub fn mutation_poll(m: &mut MutationMachine) -> Option<MutationEffect> {
    m.mutations.poll_effect()
}
