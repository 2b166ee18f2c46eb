use super::sim::{Sim, check, fresh_for};
use crate::query::*;
use crate::time::Duration;
use expect_test::expect;

#[test]
fn mounting_fetches_and_other_observers_join() {
    check(
        |sim| {
            let query = sim.query();
            sim.observe(query, ObserverOptions::default());
            sim.observe(query, ObserverOptions::default());
            sim.pass(20.0);
            sim.succeed();
            let stats = sim.cache.stats().clone();
            sim.note(&std::format!("{} fetches, {} joined", stats.fetches, stats.deduplicated));
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     fetch q1 for o2
            20    q1: Success Idle
            20    settled q1: Success
            20    1 fetches, 1 joined
        "#]],
    );
}

#[test]
fn a_failure_is_retried_with_growing_delays_and_then_final() {
    check(
        |sim| {
            let query = sim.query();
            sim.observe(query, ObserverOptions::default());
            for _ in 0..4 {
                sim.fail();
                sim.pass(4_000.0);
            }
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Pending Fetching failed 1
            1000  run q1
            4000  q1: Pending Fetching failed 2
            6000  run q1
            8000  q1: Pending Fetching failed 3
            12000 run q1
            12000 q1: Error Idle failed 4 invalidated
            12000 settled q1: Error
        "#]],
    );
}

#[test]
fn a_fetch_pauses_offline_before_each_attempt() {
    check(
        |sim| {
            sim.host(false, true);
            let query = sim.query();
            sim.observe(query, ObserverOptions::default());
            sim.pass(50.0);
            sim.host(true, true);
            sim.handle_trigger(Trigger::Reconnect);
            sim.fail();
            sim.host(false, true);
            sim.pass(5_000.0);
            sim.host(true, true);
            sim.handle_trigger(Trigger::Reconnect);
            sim.succeed();
        },
        expect![[r#"
            0     fetch q1 for o1
            0     paused q1
            0     q1: Pending Paused
            50    fetch q1 for o1
            50    run q1
            50    q1: Pending Fetching
            50    q1: Pending Fetching failed 1
            1050  paused q1
            1050  q1: Pending Paused failed 1
            5050  fetch q1 for o1
            5050  run q1
            5050  q1: Pending Fetching failed 1
            5050  q1: Success Idle
            5050  settled q1: Success
        "#]],
    );
}

#[test]
fn a_hidden_page_does_not_retry() {
    check(
        |sim| {
            sim.run_options = RunOptions { network_mode: NetworkMode::Always, ..RunOptions::default() };
            sim.host(false, false);
            let query = sim.query();
            sim.fetch(query, false);
            sim.fail();
            sim.pass(9_000.0);
            sim.host(false, true);
            sim.handle_trigger(Trigger::Focus);
        },
        expect![[r#"
            0     run q1
            0     q1: Pending Fetching
            0     q1: Pending Fetching failed 1
            1000  paused q1
            1000  q1: Pending Paused failed 1
            9000  run q1
            9000  q1: Pending Fetching failed 1
        "#]],
    );
}

#[test]
fn a_refetch_replaces_the_running_fetch_if_there_is_data() {
    check(
        |sim| {
            let query = sim.query();
            sim.fetch(query, true);
            // Without data, a refetch joins.
            sim.fetch(query, true);
            sim.succeed();
            sim.fetch(query, true);
            let old = sim.run();
            sim.fetch(query, true);
            assert!(!sim.cache.succeeded(sim.now(), old), "the replaced run is ignored");
            sim.succeed();
        },
        expect![[r#"
            0     run q1
            0     q1: Pending Fetching
            0     q1: Success Idle
            0     settled q1: Success
            0     run q1
            0     q1: Success Fetching
            0     settled q1: Replaced
            0     run q1
            0     q1: Success Fetching
            0     q1: Success Idle
            0     settled q1: Success
        "#]],
    );
}

#[test]
fn an_older_fetch_does_not_satisfy_an_invalidation() {
    check(
        |sim| {
            let query = sim.query();
            sim.observe(query, fresh_for(f64::INFINITY));
            sim.cache.invalidate(sim.now(), query);
            sim.settle();
            // A fetch is requested after the invalidation, and joins.
            sim.fetch(query, false);
            sim.pass(10.0);
            sim.succeed();
            sim.pass(10.0);
            sim.succeed();
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Pending Fetching invalidated
            10    q1: Success Idle invalidated
            10    settled q1: Success
            10    fetch q1 for o1
            10    run q1
            10    q1: Success Fetching invalidated
            20    q1: Success Idle
            20    settled q1: Success
        "#]],
    );
}

#[test]
fn a_first_fetch_does_not_satisfy_a_later_invalidation() {
    check(
        |sim| {
            let query = sim.query();
            sim.observe(query, ObserverOptions::default());
            sim.cache.invalidate(sim.now(), query);
            sim.fetch(query, true);
            sim.succeed();
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Pending Fetching invalidated
            0     settled q1: Replaced
            0     run q1
            0     q1: Pending Fetching invalidated
            0     q1: Success Idle
            0     settled q1: Success
        "#]],
    );
}

#[test]
fn cancelling_reverts_but_keeps_data_written_meanwhile() {
    check(
        |sim| {
            let query = sim.query();
            sim.fetch(query, false);
            sim.cache.cancel(sim.now(), query);
            sim.settle();
            sim.fetch(query, false);
            sim.pass(5.0);
            sim.cache.set_data(sim.now(), query, sim.now(), true);
            sim.settle();
            sim.cache.cancel(sim.now(), query);
        },
        expect![[r#"
            0     run q1
            0     q1: Pending Fetching
            0     settled q1: Cancelled { reverted: true }
            0     q1: Pending Idle
            0     run q1
            0     q1: Pending Fetching
            5     q1: Success Fetching
            5     settled q1: Cancelled { reverted: true }
            5     q1: Success Idle
        "#]],
    );
}

#[test]
fn a_fetch_without_observers_finishes_but_retries_only_if_one_returns() {
    check(
        |sim| {
            let query = sim.query();
            let observer = sim.observe(query, ObserverOptions::default());
            sim.unobserve(observer);
            sim.fail();
            let observer = sim.observe(query, ObserverOptions::default());
            sim.unobserve(observer);
            sim.observe(query, ObserverOptions::default());
            sim.fail();
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Error Idle failed 1 invalidated
            0     settled q1: Error
            0     fetch q1 for o2
            0     run q1
            0     q1: Pending Fetching invalidated
            0     fetch q1 for o3
            0     q1: Pending Fetching failed 1 invalidated
        "#]],
    );
}

#[test]
fn an_abortable_fetch_is_cancelled_when_the_last_observer_leaves() {
    check(
        |sim| {
            let query = sim.query();
            let observer = sim.observe(query, ObserverOptions::default());
            sim.cache.set_abortable(query, true);
            sim.unobserve(observer);
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     settled q1: Cancelled { reverted: true }
            0     q1: Pending Idle
        "#]],
    );
}

#[test]
fn a_fixed_delay_does_not_grow() {
    check(
        |sim| {
            sim.run_options = RunOptions {
                retry: Retry::Times(1),
                delay: Delay::Fixed(Duration::from_ms(7.0)),
                ..RunOptions::default()
            };
            let query = sim.query();
            sim.fetch(query, false);
            sim.fail();
            sim.pass(50.0);
        },
        expect![[r#"
            0     run q1
            0     q1: Pending Fetching
            0     q1: Pending Fetching failed 1
            7     run q1
        "#]],
    );
}

#[test]
fn a_held_fetch_continues_when_the_last_observer_leaves() {
    let mut sim = Sim::default();
    sim.run_options.retry = Retry::Times(1);
    let query = sim.query();
    let come_and_go = |sim: &mut Sim| {
        let observer = sim.observe(query, ObserverOptions { enabled: false, ..ObserverOptions::default() });
        sim.cache.set_abortable(query, true);
        sim.unobserve(observer);
    };
    sim.fetch(query, false);
    sim.cache.hold(query);
    come_and_go(&mut sim);
    sim.fail();
    come_and_go(&mut sim);
    sim.pass(1_000.0);
    sim.succeed();
    assert_eq!(sim.cache.state(query).expect("it is kept").status, Status::Success);

    // Those who await a replaced fetch await the next one, but not the one after.
    sim.fetch(query, false);
    sim.cache.hold(query);
    assert!(matches!(sim.fetch(query, true), Start::Begun(_)));
    come_and_go(&mut sim);
    assert_eq!(sim.cache.state(query).expect("it is kept").fetch_status, FetchStatus::Fetching);
    sim.succeed();
    sim.fetch(query, false);
    come_and_go(&mut sim);
    assert_eq!(sim.cache.state(query).expect("it is kept").fetch_status, FetchStatus::Idle);
}
