use super::sim::{Sim, fresh_for};
use crate::query::*;
use crate::time::Instant;

#[test]
fn cancelling_a_fetch_keeps_the_invalidation() {
    let ends: [fn(&mut Sim, QueryId, ObserverId); 2] = [
        |sim, query, _| sim.cache.cancel(sim.now(), query),
        |sim, query, observer| {
            sim.cache.set_abortable(query, true);
            sim.unobserve(observer);
        },
    ];
    for end in ends {
        let mut sim = Sim::default();
        let query = sim.query();
        sim.cache.set_data(sim.now(), query, sim.now(), true);
        let observer = sim.observe(query, fresh_for(f64::INFINITY));
        sim.fetch(query, false);
        sim.cache.invalidate(sim.now(), query);
        end(&mut sim, query, observer);
        let state = *sim.cache.state(query).expect("it is kept");
        assert_eq!((state.fetch_status, state.invalidated), (FetchStatus::Idle, true));
        // Data that is written after the invalidation is not what was invalidated.
        sim.fetch(query, false);
        sim.cache.invalidate(sim.now(), query);
        sim.cache.set_data(sim.now(), query, sim.now(), true);
        sim.cache.cancel(sim.now(), query);
        assert!(!sim.cache.state(query).expect("it is kept").invalidated);
    }
}

#[test]
fn fetching_one_more_page_does_not_make_the_others_fresh() {
    let all = RunOptions { retry: Retry::NEVER, ..RunOptions::default() };
    let page = RunOptions { partial: true, ..all };
    let is_invalidated = |before: &str| {
        let mut sim = Sim::default();
        let query = sim.query();
        sim.cache.set_data(sim.now(), query, sim.now(), true);
        for step in before.chars() {
            if step == '-' {
                sim.cache.invalidate(sim.now(), query);
                continue;
            }
            // A fetch of one more page, or (in capitals) of all: it succeeds, fails, or is overtaken.
            sim.run_options = if step.is_lowercase() { page } else { all };
            sim.fetch(query, true);
            match step.to_ascii_lowercase() {
                'f' => sim.fail(),
                'i' => {
                    sim.cache.invalidate(sim.now(), query);
                    sim.succeed();
                }
                _ => sim.succeed(),
            }
        }
        sim.cache.state(query).expect("it is kept").invalidated
    };
    for stale in ["-p", "i", "ip", "-pp", "-fp", "Fp", "Ip", "F-p", "f-p", "-Pip", "f"] {
        assert!(is_invalidated(stale), "{stale}");
    }
    // A page that failed, and came when it was asked for again, says nothing of the others.
    for fresh in ["p", "fp", "ffp", "-P", "-pP", "fP", "FPp", "fpfp"] {
        assert!(!is_invalidated(fresh), "{fresh}");
    }
}

#[test]
fn cancelling_a_fetch_keeps_newer_data() {
    let mut sim = Sim::default();
    let query = sim.query();
    sim.cache.set_data(sim.now(), query, sim.now(), true);
    sim.fetch(query, false);
    let mut write = |at: f64, renews: bool| {
        let hydrated =
            State { fetch_status: FetchStatus::Fetching, ..State::with_data(Instant::from_ms(at)) };
        assert_eq!(sim.cache.set_state(sim.now(), query, hydrated), renews);
    };
    write(50.0, true);
    write(40.0, false);
    sim.cache.cancel(sim.now(), query);
    let state = sim.cache.state(query).expect("it is kept");
    assert_eq!((state.data_updated_at.as_ms(), state.fetch_status), (50.0, FetchStatus::Idle));
}
