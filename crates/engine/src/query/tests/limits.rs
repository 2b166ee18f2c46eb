use super::sim::{Sim, fresh_for};
use crate::query::*;
use crate::time::Duration;
use proptest::prelude::*;
use std::vec;
use std::vec::Vec;

fn limited(entries: usize, bytes: f64) -> Sim {
    let mut sim = Sim::default();
    sim.cache.set_limits(Limits { entries, bytes });
    sim
}

/// Evicts as a host does; returns the evicted queries.
fn evicted(sim: &mut Sim, keep: Option<QueryId>) -> Vec<QueryId> {
    let mut gone = Vec::new();
    while let Some(query) = sim.cache.evict(sim.now(), keep) {
        assert!(sim.cache.remove(sim.now(), query));
        gone.push(query);
    }
    gone
}

#[test]
fn the_least_recently_used_query_is_evicted_first() {
    let mut sim = limited(3, f64::INFINITY);
    let [a, b, c, d] = [0; 4].map(|_| sim.query());
    // A read, and data, are uses.
    sim.cache.touch(a);
    sim.cache.set_data(sim.now(), b, sim.now(), true);
    let e = sim.query();
    assert_eq!(evicted(&mut sim, None), vec![c, d]);
    let f = sim.query();
    sim.cache.note_read(sim.now(), a, &ObserverOptions::default());
    assert_eq!(evicted(&mut sim, None), vec![b]);
    assert_eq!(sim.cache.stats().evictions, 3);
    assert!([a, e, f].iter().all(|query| sim.cache.state(*query).is_some()));
}

#[test]
fn a_query_in_use_is_not_evicted() {
    let mut sim = limited(0, f64::INFINITY);
    let observed = sim.query();
    let observer = sim.observe(observed, fresh_for(f64::INFINITY));
    sim.succeed();
    let fetching = sim.query();
    sim.fetch(fetching, false);
    let kept = sim.query();
    assert_eq!(evicted(&mut sim, Some(kept)), vec![]);
    sim.succeed();
    assert_eq!(evicted(&mut sim, Some(fetching)), vec![kept]);
    sim.unobserve(observer);
    assert_eq!(evicted(&mut sim, None), vec![observed]);
    sim.pass(lru::MIN_EXPECTATION.as_ms());
    assert_eq!(evicted(&mut sim, None), vec![fetching]);
    assert!(sim.cache.is_empty());
}

#[test]
fn an_expected_query_stays_until_it_was_observed_or_its_expectation_ran_out() {
    let mut sim = limited(1, 50.0);
    let queries = [0; 5].map(|_| {
        let query = sim.query();
        sim.fetch(query, false);
        sim.cache.set_bytes(query, 40.0);
        sim.pass(100.0);
        sim.succeed();
        assert_eq!(
            evicted(&mut sim, Some(query)),
            vec![],
            "of several that are waited for together none goes"
        );
        query
    });
    let looking = queries.map(|query| sim.observe(query, fresh_for(f64::INFINITY)));
    for (query, observer) in queries.into_iter().zip(looking) {
        sim.unobserve(observer);
        let gone = evicted(&mut sim, None);
        assert_eq!(gone, if query == queries[4] { vec![] } else { vec![query] }, "it was observed before");
    }
    let hydrated = sim.query();
    sim.cache.expect(sim.now(), hydrated);
    assert_eq!(evicted(&mut sim, Some(hydrated)), vec![queries[4]]);
    let other = sim.query();
    assert_eq!(evicted(&mut sim, Some(other)), vec![]);
    // The component that renders it again has not mounted yet.
    sim.pass(lru::MIN_EXPECTATION.as_ms() - 1.0);
    sim.cache.expect(sim.now(), hydrated);
    sim.pass(lru::MIN_EXPECTATION.as_ms() - 1.0);
    assert_eq!(evicted(&mut sim, Some(other)), vec![]);
    sim.pass(1.0);
    assert_eq!(evicted(&mut sim, Some(other)), vec![hydrated]);
}

#[test]
fn an_expectation_lasts_twice_as_long_as_the_fetch() {
    let mut sim = limited(1, f64::INFINITY);
    let [slow, _, third] = [9_000.0, 8_999.0, 9_000.0].map(|took| {
        let query = sim.query();
        sim.fetch(query, false);
        sim.pass(took);
        assert_eq!(evicted(&mut sim, Some(query)), vec![]);
        sim.succeed();
        query
    });
    // The first has waited for twice as long as it took, less a moment.
    assert_eq!(evicted(&mut sim, Some(third)), vec![]);
    sim.pass(1.0);
    assert_eq!(evicted(&mut sim, Some(third)), vec![slow]);
}

#[test]
fn an_expectation_after_a_paused_fetch_is_bounded() {
    let mut sim = limited(0, f64::INFINITY);
    let query = sim.query_kept(f64::INFINITY);
    sim.host(false, true);
    sim.fetch(query, false);
    sim.pass(3_600_000.0);
    sim.host(true, true);
    sim.handle_trigger(Trigger::Reconnect);
    sim.succeed();
    sim.pass(59_999.0);
    assert_eq!(evicted(&mut sim, None), vec![]);
    sim.pass(1.0);
    assert_eq!(evicted(&mut sim, None), vec![query]);
}

#[test]
fn eviction_visits_an_expected_query_once() {
    let steps = |count: u32| {
        let mut sim = limited(10, f64::INFINITY);
        for _ in 0..count {
            let query = sim.query();
            sim.fetch(query, false);
            sim.succeed();
            assert_eq!(evicted(&mut sim, Some(query)), vec![]);
        }
        sim.pass(lru::MIN_EXPECTATION.as_ms());
        assert_eq!(evicted(&mut sim, None).len() as u32, count - 10);
        sim.cache.lru.steps as u32
    };
    assert!(steps(1_000) <= 3 * 1_000, "{} steps", steps(1_000));
}

#[test]
fn the_total_size_follows_added_and_removed_data() {
    let mut sim = limited(usize::MAX, 100.0);
    let [a, b] = [0; 2].map(|_| sim.query());
    sim.cache.set_bytes(a, 60.0);
    sim.cache.set_bytes(b, 40.0);
    assert_eq!(evicted(&mut sim, None), vec![]);
    sim.cache.set_bytes(b, 50.0);
    assert_eq!(evicted(&mut sim, Some(b)), vec![a]);
    assert_eq!(sim.cache.bytes(), 50.0);
    sim.pass(120_000.0);
    assert_eq!(sim.cache.bytes(), 0.0, "a collected query has no size");
}

#[test]
fn limits_set_later_apply_to_existing_queries() {
    let mut sim = Sim::default();
    let [a, _b] = [0; 2].map(|_| sim.query());
    assert_eq!(sim.cache.evict(sim.now(), None), None);
    sim.cache.set_limits(Limits { entries: 1, ..Limits::default() });
    assert_eq!(evicted(&mut sim, None), vec![a]);
}

proptest! {
    /// Against a list that is searched from end to end.
    #[test]
    fn queries_are_evicted_in_the_order_of_use(steps in prop::collection::vec((0..8usize, 0..6u32), 0..80)) {
        let mut sim = limited(4, 30.0);
        let mut model: Vec<(QueryId, f64, Option<ObserverId>)> = Vec::new();
        for (i, what) in steps {
            let at = (!model.is_empty()).then(|| i % model.len());
            match (what, at) {
                (0 | 1, _) | (_, None) => {
                    let query = sim.query_kept(f64::INFINITY);
                    model.push((query, 0.0, None));
                }
                (2, Some(at)) => {
                    sim.cache.touch(model[at].0);
                    let used = model.remove(at);
                    model.push(used);
                }
                (3, Some(at)) => {
                    model[at].1 = i as f64 * 3.0;
                    sim.cache.set_bytes(model[at].0, model[at].1);
                }
                (4, Some(at)) if model[at].2.is_none() => {
                    let options = ObserverOptions::default();
                    model[at].2 = Some(sim.cache.attach(sim.now(), model[at].0, options));
                }
                (_, Some(at)) => if let Some(observer) = model[at].2.take() {
                    sim.cache.detach(sim.now(), observer);
                    let used = model.remove(at);
                    model.push(used);
                },
            }
            let mut gone = Vec::new();
            let over = |model: &[(QueryId, f64, _)]| {
                model.len() > 4 || model.iter().map(|known| known.1).sum::<f64>() > 30.0
            };
            while over(&model) && let Some(at) = model.iter().position(|known| known.2.is_none()) {
                gone.push(model.remove(at).0);
            }
            prop_assert_eq!(evicted(&mut sim, None), gone);
            prop_assert_eq!(sim.cache.bytes(), model.iter().map(|known| known.1).sum::<f64>());
        }
    }
}

#[test]
fn the_cost_of_eviction_depends_on_the_evicted_only() {
    let cost = |held: usize| {
        let mut sim = limited(held, f64::INFINITY);
        let now = sim.now();
        for segment in 0..held as u32 + 1_000 {
            let query = sim.cache.insert(now, &[segment], State::default(), Duration::INFINITE);
            if segment % 10 == 0 {
                sim.cache.attach(now, query, ObserverOptions::default());
            }
            evicted(&mut sim, Some(query));
        }
        assert_eq!((sim.cache.len(), sim.cache.stats().evictions), (held, 1_000));
        sim.cache.lru.steps
    };
    // One step per evicted query, and one per observed query that stays.
    assert!(cost(2_000) <= 1_000 + 300, "{} steps", cost(2_000));
    assert_eq!(cost(20_000), cost(2_000), "ten times as many queries cost no more");
}
