//! Scopes and origins are freed with the mutations and queries that use them.
use super::sim::Sim;
use crate::query::*;
use crate::time::{Duration, Instant};
use std::vec::Vec;

#[test]
fn finding_the_next_mutation_takes_one_step_however_many_wait() {
    let steps = |count: u32, scopes: u32| {
        let mut mutations = Mutations::new();
        let now = Instant::ZERO;
        let all: Vec<_> =
            (0..count).map(|i| mutations.insert(now, 1 + i % scopes, Duration::from_ms(1_000.0))).collect();
        for &mutation in &all {
            mutations.start(now, mutation, &RunOptions::default());
        }
        for &mutation in &all {
            assert!(mutations.can_run(mutation));
            mutations.settled(now, mutation);
            if let Some(next) = mutations.next_in_scope(mutation) {
                assert!(mutations.resume(next));
            }
        }
        mutations.tick(Instant::from_ms(1_000.0));
        while mutations.poll_effect().is_some() {}
        assert!(mutations.is_empty());
        mutations.scopes.steps as u32
    };
    for scopes in [1, 7, 10_000] {
        assert!(steps(10_000, scopes) <= 4 * 10_000, "{} steps in {scopes} scopes", steps(10_000, scopes));
    }
}

#[test]
fn the_first_added_mutation_of_a_scope_runs_first() {
    let mut mutations = Mutations::new();
    let now = Instant::ZERO;
    let [a, b, c] = [7; 3].map(|scope| mutations.insert(now, scope, Duration::INFINITE));
    // Started in another order than added.
    for mutation in [c, a, b] {
        mutations.set_pending(mutation, true);
    }
    assert_eq!([a, b, c].map(|mutation| mutations.can_run(mutation)), [true, false, false]);
    assert_eq!((mutations.first_in_scope(c), mutations.next_in_scope(a)), (Some(a), Some(b)));
    mutations.remove(b);
    mutations.set_pending(a, false);
    assert!(mutations.can_run(c));
    // A dequeued mutation waits for no other.
    mutations.set_pending(a, true);
    mutations.dequeue(c);
    assert!(mutations.can_run(c));
    assert_eq!(mutations.next_in_scope(c), Some(a));
}

/// A cache whose breakers open at two failures within a second, for ten.
fn guarded() -> Sim {
    let mut sim = Sim::default();
    sim.cache.set_breakers(BreakerOptions {
        failures: 2,
        window: Duration::from_ms(1_000.0),
        open_for: Duration::from_ms(10_000.0),
    });
    sim.run_options.retry = Retry::NEVER;
    sim
}

/// Fetches from an origin, which fails.
fn fail(sim: &mut Sim, query: QueryId, origin: u32) {
    sim.fetch(query, false);
    let run = sim.run();
    sim.cache.guard(run, origin);
    assert_eq!(sim.cache.admit(sim.now(), run), Ok(()));
    sim.fail();
}

#[test]
fn an_origin_is_freed_after_its_last_query_and_its_failures() {
    let places = |sim: &Sim| sim.cache.breakers.as_ref().map_or(0, |breakers| breakers.len());
    let mut sim = guarded();
    for origin in 1..=1_000 {
        let query = sim.query_kept(100.0);
        fail(&mut sim, query, origin);
    }
    assert_eq!(places(&sim), 1_001);
    sim.pass(999.0);
    assert!(sim.cache.is_empty());
    assert_eq!(places(&sim), 1_001, "their failures count within the window");
    sim.pass(1.0);
    assert_eq!(places(&sim), 0);

    // One that is open stays known until it has been closed for as long.
    let query = sim.query_kept(0.0);
    sim.cache.attach(sim.now(), query, ObserverOptions { enabled: false, ..ObserverOptions::default() });
    fail(&mut sim, query, 1);
    fail(&mut sim, query, 1);
    sim.cache.remove(sim.now(), query);
    let observers = sim.cache.observers(query).to_vec();
    observers.into_iter().for_each(|observer| sim.unobserve(observer));
    sim.pass(9_999.0);
    assert!(matches!(sim.cache.breaker(sim.now(), 1), BreakerState::Open(_)));
    sim.pass(10_000.0);
    assert_eq!(places(&sim), 2);
    sim.pass(1.0);
    assert_eq!(places(&sim), 0);
}

#[test]
fn an_origin_is_not_freed_while_a_query_uses_it() {
    let mut sim = guarded();
    let [a, b] = [100.0, f64::INFINITY].map(|gc| sim.query_kept(gc));
    fail(&mut sim, a, 1);
    fail(&mut sim, b, 1);
    sim.pass(60_000.0);
    assert_eq!(sim.cache.breaker(sim.now(), 1), BreakerState::HalfOpen);
    // It asks another now.
    sim.fetch(b, false);
    let run = sim.run();
    sim.cache.guard(run, 2);
    sim.succeed();
    sim.pass(0.0);
    assert_eq!(sim.cache.breaker(sim.now(), 1), BreakerState::Closed);
}
