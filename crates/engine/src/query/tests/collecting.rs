use super::sim::{Sim, check, fresh_for};
use crate::query::*;
use crate::time::Duration;
use expect_test::expect;
use std::vec::Vec;

#[test]
fn only_queries_without_observers_are_garbage_collected() {
    check(
        |sim| {
            let query = sim.query_kept(100.0);
            sim.query_kept(150.0);
            let observer = sim.observe(query, fresh_for(f64::INFINITY));
            sim.succeed();
            sim.pass(1_000.0);
            sim.unobserve(observer);
            sim.pass(1_000.0);
            assert!(sim.cache.is_empty());
            assert_eq!(sim.cache.next_deadline(), None);
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     q1: Success Idle
            0     settled q1: Success
            150   collected q2
            1100  collected q1
        "#]],
    );
}

#[test]
fn a_fetch_delays_garbage_collection_by_the_whole_gc_time() {
    check(
        |sim| {
            let query = sim.query_kept(100.0);
            sim.fetch(query, false);
            sim.pass(500.0);
            sim.succeed();
            sim.pass(500.0);
        },
        expect![[r#"
            0     run q1
            0     q1: Pending Fetching
            500   q1: Success Idle
            500   settled q1: Success
            600   collected q1
        "#]],
    );
}

#[test]
fn an_infinite_gc_time_sets_no_deadline() {
    check(
        |sim| {
            sim.query_kept(f64::INFINITY);
            assert_eq!(sim.cache.next_deadline(), None);
        },
        expect![""],
    );
}

#[test]
fn the_longest_gc_time_applies() {
    check(
        |sim| {
            let query = sim.query_kept(100.0);
            assert_eq!(sim.cache.raise_gc_time(query, Duration::from_ms(50.0)).as_ms(), 100.0);
            assert_eq!(sim.cache.raise_gc_time(query, Duration::from_ms(400.0)).as_ms(), 400.0);
        },
        expect![""],
    );
}

#[test]
fn a_removed_query_lives_until_its_last_observer_leaves() {
    check(
        |sim| {
            let query = sim.query_kept(100.0);
            let observer = sim.observe(query, fresh_for(f64::INFINITY));
            assert!(!sim.cache.remove(sim.now(), query), "it is still observed");
            assert_eq!(sim.cache.find(&[0]), None);
            sim.unobserve(observer);
            sim.pass(1_000.0);
            assert!(sim.cache.is_empty());
        },
        expect![[r#"
            0     fetch q1 for o1
            0     run q1
            0     q1: Pending Fetching
            0     settled q1: Cancelled { reverted: false }
            0     collected q1
        "#]],
    );
}

#[test]
fn removing_queries_frees_their_memory() {
    let mut sim = Sim::default();
    let room = |sim: &Sim| {
        let Cache { entries, observers, index, deadlines, .. } = &sim.cache;
        entries.capacity().max(observers.capacity()).max(index.capacity()).max(deadlines.capacity())
    };
    let queries: Vec<_> = (0..20_000).map(|_| sim.query_kept(1_000.0)).collect();
    for &query in &queries {
        let observer = sim.cache.attach(sim.now(), query, ObserverOptions::default());
        sim.cache.detach(sim.now(), observer);
    }
    assert!(room(&sim) >= 40_000);
    // A few stay, wherever they are.
    let kept = [queries[3], queries[5_000], queries[9_999]];
    let observers = kept.map(|query| sim.cache.attach(sim.now(), query, fresh_for(f64::INFINITY)));
    sim.pass(1_000.0);
    assert_eq!(sim.cache.len(), 3);
    assert!(room(&sim) <= 20_000, "room for {}", room(&sim));
    for (i, query) in [(3, kept[0]), (5_000, kept[1]), (9_999, kept[2])] {
        assert_eq!(sim.cache.find(&[i]), Some(query));
    }
    let mut found = Vec::new();
    sim.cache.each(&[], |query| found.push(query));
    assert_eq!(found.len(), 3);
    observers.into_iter().for_each(|observer| sim.cache.unobserve(sim.now(), observer));
    sim.pass(1_000.0);
    assert!(room(&sim) <= 64, "room for {}", room(&sim));
    // Ids that were spent name nobody who comes after.
    let next: Vec<_> = (0..100).map(|_| sim.query()).collect();
    assert!(next.iter().all(|query| !queries.contains(query)));
    assert!(queries.iter().all(|query| sim.cache.state(*query).is_none()));
}
