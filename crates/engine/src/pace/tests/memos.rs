//! Which results are kept, and for how long.
use super::*;
use crate::pace::monotonic::LONG_AGO;
use proptest::prelude::*;
use std::vec;

fn memo(pace: &mut Pace, ttl: u32, stale: u32, max_size: u32) -> MemoId {
    pace.memos.create(MemoOptions { ttl: ms(ttl), stale: ms(stale), max_size })
}

fn add(pace: &mut Pace, id: MemoId, now: f64) -> u32 {
    pace.memos.miss(id);
    let slot = pace.memos.add(id);
    pace.memos.settled(&mut pace.timers, id, slot, at(now));
    slot
}

fn lookup(pace: &mut Pace, id: MemoId, slot: u32, now: f64) -> Lookup {
    pace.memos.lookup(&mut pace.timers, id, slot, at(now))
}

#[test]
fn a_result_is_fresh_then_stale_then_expired() {
    let mut pace = Pace::new();
    let id = memo(&mut pace, 10, 20, 9);
    let slot = add(&mut pace, id, 100.0);
    assert_eq!(lookup(&mut pace, id, slot, 109.0), Lookup::Hit);
    assert_eq!(lookup(&mut pace, id, slot, 110.0), Lookup::Revalidate);
    assert_eq!(lookup(&mut pace, id, slot, 111.0), Lookup::Hit);
    assert!(!pace.memos.failed(id, slot));
    assert_eq!(lookup(&mut pace, id, slot, 112.0), Lookup::Revalidate);
    pace.memos.settled(&mut pace.timers, id, slot, at(115.0));
    assert_eq!(lookup(&mut pace, id, slot, 124.0), Lookup::Hit);
    assert_eq!(lookup(&mut pace, id, slot, 145.0), Lookup::Expired);
    let stats = pace.memos.stats(id);
    assert_eq!((stats.hits, stats.stale_served, stats.misses, stats.size), (2, 3, 1, 0));
    // Three runs: the first, and two revalidations.
    assert_eq!((pace.calls(), pace.invocations()), (6, 3));
}

#[test]
fn a_host_may_coalesce_hits() {
    let mut pace = Pace::new();
    let id = memo(&mut pace, 10, 20, 9);
    let slot = pace.memos.add(id);
    assert_eq!(pace.memos.coalesce_until(&pace.timers, id, slot), LONG_AGO);
    pace.memos.settled(&mut pace.timers, id, slot, at(100.0));
    assert_eq!(pace.memos.coalesce_until(&pace.timers, id, slot), at(110.0));
    pace.memos.record_coalesced(id, 3);
    assert_eq!((pace.memos.stats(id).hits, pace.calls()), (3, 3));
    pace.memos.remove(id, slot);
    assert_eq!(pace.memos.coalesce_until(&pace.timers, id, slot), LONG_AGO);
}

#[test]
fn a_pending_result_is_shared_and_a_failure_is_not_kept() {
    let mut pace = Pace::new();
    let id = memo(&mut pace, 10, 0, 9);
    let slot = pace.memos.add(id);
    assert_eq!(lookup(&mut pace, id, slot, 1e6), Lookup::Pending);
    assert!(pace.memos.failed(id, slot));
    assert_eq!(lookup(&mut pace, id, slot, 1e6), Lookup::Expired);
    assert_eq!(pace.memos.stats(id).size, 0);
}

#[test]
fn results_expire_one_by_one_on_one_timer() {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = memo(&mut pace, 100, 0, 9);
    for start in [0.0, 30.0, 60.0] {
        wait(&mut pace, &mut now, start);
        add(&mut pace, id, now);
    }
    let due: Vec<f64> = wait(&mut pace, &mut now, 1000.0).into_iter().map(|(when, _)| when).collect();
    assert_eq!(due, [100.0, 130.0, 160.0]);
    assert_eq!(pace.memos.stats(id).size, 0);
    assert_eq!(pace.timers.arm(at(now)), None);
}

#[test]
fn an_endless_ttl_sets_no_timer_and_a_ttl_longer_than_a_host_timer_is_kept() {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = pace.memos.create(MemoOptions { ttl: Duration::INFINITE, stale: Duration::ZERO, max_size: 9 });
    let slot = add(&mut pace, id, now);
    assert_eq!(pace.timers.arm(at(now)), None);
    assert_eq!(lookup(&mut pace, id, slot, 1e15), Lookup::Hit);

    let (mut pace, long) = (Pace::new(), 3e9);
    let id =
        pace.memos.create(MemoOptions { ttl: Duration::from_ms(long), stale: Duration::ZERO, max_size: 9 });
    add(&mut pace, id, now);
    assert_eq!(wait(&mut pace, &mut now, 1e10), [(long, Expired::Memo(id))]);
}

#[test]
fn a_clock_that_is_set_back_keeps_no_result_longer() {
    let mut pace = Pace::new();
    let id = memo(&mut pace, 100, 0, 9);
    add(&mut pace, id, 1e6);
    pace.timers.arm(at(1e6));
    // The timer fires on time although the clock was set back.
    pace.timers.handle_timeout(at(1e3), true);
    assert_eq!(pace.poll_expired(at(1e3)), Some(Expired::Memo(id)));
    assert!(pace.memos.next_expired(&mut pace.timers, id, at(1e3)).is_some());
}

#[test]
fn clearing_or_releasing_a_memo_clears_its_timer() {
    let mut pace = Pace::new();
    for release in [false, true] {
        let id = memo(&mut pace, 100, 0, 9);
        add(&mut pace, id, 0.0);
        if release {
            pace.memos.release(&mut pace.timers, id)
        } else {
            pace.memos.clear(&mut pace.timers, id)
        }
        assert_eq!(pace.timers.arm(at(0.0)), None);
    }
}

#[test]
fn a_call_takes_constant_time_however_many_results_are_kept() {
    let cost = |size: u32| {
        let mut pace = Pace::new();
        let id = memo(&mut pace, 1000, 0, size);
        let slots: Vec<u32> = (0..size).map(|_| add(&mut pace, id, 0.0)).collect();
        let before = pace.memos.steps(id);
        for i in 0..100 {
            lookup(&mut pace, id, slots[i * slots.len() / 100], 1.0);
            add(&mut pace, id, 1.0);
            assert!(pace.memos.evict(id).is_some());
        }
        pace.memos.steps(id) - before
    };
    assert_eq!(cost(20_000), cost(200));
}

#[derive(Clone, Debug)]
enum Action {
    Call(u8),
    Remove(u8),
    Clear,
    Wait(u32),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        8 => (0..10u8).prop_map(Action::Call),
        1 => (0..10u8).prop_map(Action::Remove),
        1 => Just(Action::Clear),
        3 => (0..30u32).prop_map(Action::Wait),
    ]
}

proptest! {
    /// The model is a vector of keys, the least recently used first, that is searched linearly.
    #[test]
    fn a_memo_behaves_like_a_vector_of_keys(coalesce in any::<bool>(), ttl in 1..60u32, max_size in 1..6u32, actions in prop::collection::vec(action(), 0..200)) {
        let (mut pace, mut now) = (Pace::new(), 0.0);
        let id = memo(&mut pace, ttl, 0, max_size);
        let mut slots: Vec<Option<u32>> = vec![None; 10];
        let mut model: Vec<(u8, f64)> = Vec::new(); // key, when it settled
        for action in actions {
            match action {
                Action::Call(key) => {
                    let place = slots[key as usize];
                    let found = place.map(|slot| match at(now) < pace.memos.coalesce_until(&pace.timers, id, slot) {
                        true if coalesce => {
                            pace.memos.touch(id, slot);
                            Lookup::Hit
                        }
                        _ => lookup(&mut pace, id, slot, now),
                    });
                    let known = model.iter().position(|one| one.0 == key);
                    prop_assert_eq!(found, known.map(|_| Lookup::Hit));
                    match known {
                        Some(place) => { let one = model.remove(place); model.push(one) }
                        None => {
                            slots[key as usize] = Some(add(&mut pace, id, now));
                            model.push((key, now));
                            if let Some(slot) = pace.memos.evict(id) {
                                let evicted = slots.iter().position(|one| *one == Some(slot)).unwrap();
                                prop_assert_eq!(evicted as u8, model.remove(0).0);
                                slots[evicted] = None;
                            }
                            prop_assert_eq!(pace.memos.evict(id), None);
                        }
                    }
                }
                Action::Remove(key) => {
                    let slot = slots[key as usize].take();
                    prop_assert_eq!(slot.is_some_and(|slot| pace.memos.remove(id, slot)), model.iter().any(|one| one.0 == key));
                    model.retain(|one| one.0 != key);
                }
                Action::Clear => {
                    pace.memos.clear(&mut pace.timers, id);
                    slots.fill(None);
                    model.clear();
                }
                Action::Wait(span) => {
                    let until = now + f64::from(span);
                    while let Some(delay) = pace.timers.arm(at(now)).filter(|delay| now + delay.as_ms() <= until) {
                        now += delay.as_ms();
                        pace.timers.handle_timeout(at(now), true);
                        while pace.poll_expired(at(now)).is_some() {
                            while let Some(slot) = pace.memos.next_expired(&mut pace.timers, id, at(now)) {
                                let expired = slots.iter().position(|one| *one == Some(slot)).unwrap();
                                slots[expired] = None;
                            }
                        }
                    }
                    now = until;
                    model.retain(|one| one.1 + f64::from(ttl) > now);
                }
            }
            prop_assert_eq!(pace.memos.stats(id).size as usize, model.len());
            prop_assert!(model.len() <= max_size as usize);
        }
    }
}
