use super::sim::{check, fresh_for};
use crate::query::*;
use crate::time::Duration;
use expect_test::expect;

#[test]
fn mounting_refetches_stale_data_only() {
    check(
        |sim| {
            let query = sim.query();
            sim.observe(query, fresh_for(100.0));
            sim.succeed();
            sim.pass(50.0);
            sim.observe(query, fresh_for(100.0));
            sim.pass(70.0);
            sim.observe(query, fresh_for(100.0));
            let stats = sim.cache.stats().clone();
            sim.note(&std::format!("{} {} {}", stats.misses, stats.hits, stats.stale_served));
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Success Idle
            0     settled q1: Success
            100   stale to o1
            100   stale to o2
            120   fetch q1 for o3
            120   run q1
            120   q1: Success Fetching
            120   1 1 1
        "#]],
    );
}

#[test]
fn an_interval_counts_from_the_last_change_and_skips_hidden_pages() {
    check(
        |sim| {
            let query = sim.query();
            let options =
                ObserverOptions { interval: Some(Duration::from_ms(100.0)), ..fresh_for(f64::INFINITY) };
            sim.observe(query, options);
            sim.pass(30.0);
            sim.succeed();
            sim.pass(100.0);
            sim.succeed();
            sim.host(true, false);
            sim.pass(250.0);
            sim.host(true, true);
            sim.pass(60.0);
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            30    q1: Success Idle
            30    settled q1: Success
            130   fetch q1 for o1
            130   run q1
            130   q1: Success Fetching
            130   q1: Success Idle
            130   settled q1: Success
            430   fetch q1 for o1
            430   run q1
            430   q1: Success Fetching
        "#]],
    );
}

#[test]
fn focus_fetches_once_for_the_first_observer_that_asks() {
    check(
        |sim| {
            let query = sim.query();
            let other = sim.query();
            sim.observe(query, ObserverOptions { on_focus: Refetch::No, ..ObserverOptions::default() });
            sim.succeed();
            sim.observe(query, ObserverOptions { on_focus: Refetch::Always, ..fresh_for(f64::INFINITY) });
            sim.observe(query, fresh_for(f64::INFINITY));
            sim.observe(
                other,
                ObserverOptions { enabled: false, on_focus: Refetch::Always, ..ObserverOptions::default() },
            );
            sim.handle_trigger(Trigger::Focus);
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Success Idle
            0     settled q1: Success
            0     fetch q1 for o2
            0     run q1
            0     q1: Success Fetching
        "#]],
    );
}

#[test]
fn enabling_an_observer_fetches_stale_data() {
    check(
        |sim| {
            let query = sim.query();
            let disabled = ObserverOptions { enabled: false, ..ObserverOptions::default() };
            let observer = sim.observe(query, disabled);
            sim.note("disabled");
            sim.cache.set_options(sim.now(), observer, ObserverOptions::default());
        },
        expect![[r#"
            0     disabled
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
        "#]],
    );
}

#[test]
fn switching_to_another_query_lets_the_first_be_collected() {
    check(
        |sim| {
            let first = sim.query_kept(100.0);
            let second = sim.query();
            let observer = sim.observe(first, fresh_for(f64::INFINITY));
            sim.succeed();
            sim.cache.set_query(sim.now(), observer, second, fresh_for(f64::INFINITY));
            sim.settle();
            sim.pass(200.0);
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Success Idle
            0     settled q1: Success
            0     fetch q2 for o1
            0     run q2
            0     q2: Pending Fetching
            100   collected q1
        "#]],
    );
}

#[test]
fn an_observer_is_notified_of_the_fields_it_wants_only() {
    check(
        |sim| {
            let query = sim.query();
            let data_only = ObserverOptions { wants: Changes::DATA, ..ObserverOptions::default() };
            let observer = sim.observe(query, data_only);
            let told = |sim: &mut super::sim::Sim| sim.cache.update(sim.now(), observer).is_some();
            assert!(told(sim), "the first result is a change");
            sim.fail();
            assert!(!told(sim), "a failed attempt is not about the data");
            sim.pass(1_000.0);
            sim.succeed();
            assert!(told(sim));
            assert!(!told(sim), "nothing happened since");
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Pending Fetching failed 1
            1000  run q1
            1000  q1: Success Idle
            1000  settled q1: Success
        "#]],
    );
}

#[test]
fn mounting_refetches_a_failed_query_unless_retry_on_mount_is_off() {
    check(
        |sim| {
            sim.run_options = RunOptions { retry: Retry::NEVER, ..RunOptions::default() };
            let query = sim.query();
            sim.fetch(query, false);
            sim.fail();
            sim.observe(query, ObserverOptions { retry_on_mount: false, ..ObserverOptions::default() });
            sim.note("left alone");
            sim.observe(query, ObserverOptions::default());
        },
        expect![[r#"
            0     run q1
            0     q1: Pending Fetching
            0     q1: Error Idle failed 1 invalidated
            0     settled q1: Error
            0     left alone
            0     fetch q1 for o2
            0     run q1
            0     q1: Pending Fetching invalidated
        "#]],
    );
}

#[test]
fn no_trigger_refetches_static_data() {
    check(
        |sim| {
            let query = sim.query();
            let options = ObserverOptions {
                stale_time: StaleTime::Static,
                on_focus: Refetch::Always,
                ..ObserverOptions::default()
            };
            sim.observe(query, options);
            sim.succeed();
            sim.cache.invalidate(sim.now(), query);
            sim.settle();
            sim.handle_trigger(Trigger::Focus);
            assert!(sim.cache.is_static(query));
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Success Idle
            0     settled q1: Success
            0     q1: Success Idle invalidated
        "#]],
    );
}
