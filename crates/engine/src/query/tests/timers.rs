//! What a query waits for, as devtools show it.
use super::sim::Sim;
use crate::query::*;
use crate::time::Duration;
use std::vec::Vec;

fn ms(ms: f64) -> Duration {
    Duration::from_ms(ms)
}

/// What is due, when, and by an option of which value.
fn due(sim: &Sim, query: QueryId) -> Vec<(TimerKind, f64, f64)> {
    let timers = sim.cache.timers(sim.now(), query);
    timers.iter().map(|timer| (timer.kind, timer.at.as_ms(), timer.span.as_ms())).collect()
}

#[test]
fn each_timer_has_an_owner_and_the_soonest_is_first() {
    let mut sim = Sim::default();
    let query = sim.query();
    let options = ObserverOptions { stale_time: StaleTime::After(ms(5_000.0)), ..ObserverOptions::default() };
    let first = sim.observe(query, options);
    let second = sim.observe(query, ObserverOptions { interval: Some(ms(2_000.0)), ..options });
    sim.pass(100.0);
    sim.succeed();
    let timers = sim.cache.timers(sim.now(), query);
    let owners: Vec<_> = timers.iter().map(|timer| timer.observer).collect();
    assert_eq!(owners, [Some(second), Some(first), Some(second)]);
    assert_eq!(
        due(&sim, query),
        [
            (TimerKind::Refetch, 2_100.0, 2_000.0),
            (TimerKind::Stale, 5_100.0, 5_000.0),
            (TimerKind::Stale, 5_100.0, 5_000.0)
        ]
    );
}

#[test]
fn a_retry_a_timeout_and_garbage_collection_are_the_querys() {
    let mut sim = Sim::default();
    let query = sim.query();
    assert_eq!(due(&sim, query), [(TimerKind::Collect, 60_000.0, 60_000.0)]);
    sim.run_options = RunOptions { timeout: ms(300.0), ..RunOptions::default() };
    sim.fetch(query, false);
    assert_eq!(due(&sim, query), [(TimerKind::Timeout, 300.0, 300.0)]);
    sim.pass(100.0);
    sim.fail();
    sim.pass(400.0);
    assert_eq!(due(&sim, query), [(TimerKind::Retry, 1_100.0, 600.0)]);
    sim.pass(700.0);
    sim.succeed();
    assert_eq!(due(&sim, query), [(TimerKind::Collect, 61_200.0, 60_000.0)]);
}

#[test]
fn what_waits_for_nothing_has_no_timers() {
    let mut sim = Sim::default();
    let query = sim.query();
    sim.observe(query, ObserverOptions::default());
    sim.succeed();
    assert_eq!(due(&sim, query), []);
    sim.cache.remove(sim.now(), query);
    assert_eq!(due(&sim, query), []);
}
