use super::sim::{Sim, check, fresh_for};
use crate::query::*;
use crate::time::Duration;
use expect_test::expect;

#[test]
fn mounting_fetches_and_others_join() {
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
fn a_failure_is_tried_again_later_and_later_and_then_stands() {
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
fn offline_it_waits_at_the_start_and_between_attempts() {
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
fn nobody_retries_for_a_page_that_is_not_looked_at() {
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
fn a_refetch_replaces_the_one_on_its_way_where_there_is_data_to_show() {
    check(
        |sim| {
            let query = sim.query();
            sim.fetch(query, true);
            // Without data, whoever asks joins.
            sim.fetch(query, true);
            sim.succeed();
            sim.fetch(query, true);
            let old = sim.run();
            sim.fetch(query, true);
            assert!(!sim.cache.succeeded(sim.now(), old), "what was replaced has no say");
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
            // Someone asks for the data after the invalidation, and is content to wait.
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
fn nor_does_it_when_the_first_data_is_still_on_its_way() {
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
fn cancelling_goes_back_but_keeps_what_was_written_meanwhile() {
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
fn when_all_leave_it_finishes_but_does_not_retry_and_who_comes_back_retries_again() {
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
fn when_all_leave_it_is_cancelled_where_that_saves_work() {
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
fn a_fixed_delay_is_kept() {
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
fn who_waits_for_a_fetch_gets_it_though_the_last_observer_leaves() {
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

    // Who waits for a fetch that is replaced waits for the next, and nobody for the one after.
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
