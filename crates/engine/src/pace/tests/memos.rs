//! Which results are kept.
use super::*;
use proptest::prelude::*;
use std::vec;

fn memo(pace: &mut Pace, ttl: u32, stale: u32, max_size: u32) -> MemoId {
    pace.memos.create(Keeping { ttl: ms(ttl), stale: ms(stale), max_size })
}

fn add(pace: &mut Pace, id: MemoId, now: f64) -> u32 {
    pace.memos.miss(id);
    let slot = pace.memos.add(id);
    pace.memos.settled(&mut pace.alarms, id, slot, at(now));
    slot
}

fn look(pace: &mut Pace, id: MemoId, slot: u32, now: f64) -> Found {
    pace.memos.look(&mut pace.alarms, id, slot, at(now))
}

#[test]
fn fresh_then_stale_then_gone() {
    let mut pace = Pace::new();
    let id = memo(&mut pace, 10, 20, 9);
    let slot = add(&mut pace, id, 100.0);
    assert_eq!(look(&mut pace, id, slot, 109.0), Found::Kept);
    assert_eq!(look(&mut pace, id, slot, 110.0), Found::Refresh);
    assert_eq!(look(&mut pace, id, slot, 111.0), Found::Kept);
    assert!(!pace.memos.failed(id, slot));
    assert_eq!(look(&mut pace, id, slot, 112.0), Found::Refresh);
    pace.memos.settled(&mut pace.alarms, id, slot, at(115.0));
    assert_eq!(look(&mut pace, id, slot, 124.0), Found::Kept);
    assert_eq!(look(&mut pace, id, slot, 145.0), Found::Gone);
    let stats = pace.memos.stats(id);
    assert_eq!((stats.hits, stats.stale_served, stats.misses, stats.size), (2, 3, 1, 0));
    // Three runs: the first, and two that made it anew.
    assert_eq!((pace.calls(), pace.invocations()), (6, 3));
}

#[test]
fn a_host_may_keep_hits_to_itself() {
    let mut pace = Pace::new();
    let id = memo(&mut pace, 10, 20, 9);
    let slot = pace.memos.add(id);
    assert_eq!(pace.memos.quiet_until(&pace.alarms, id, slot), crate::pace::pacer::LONG_AGO);
    pace.memos.settled(&mut pace.alarms, id, slot, at(100.0));
    assert_eq!(pace.memos.quiet_until(&pace.alarms, id, slot), at(110.0));
    pace.memos.note(id, 3);
    assert_eq!((pace.memos.stats(id).hits, pace.calls()), (3, 3));
    pace.memos.remove(id, slot);
    assert_eq!(pace.memos.quiet_until(&pace.alarms, id, slot), crate::pace::pacer::LONG_AGO);
}

#[test]
fn what_is_pending_is_shared_and_a_failure_is_not_kept() {
    let mut pace = Pace::new();
    let id = memo(&mut pace, 10, 0, 9);
    let slot = pace.memos.add(id);
    assert_eq!(look(&mut pace, id, slot, 1e6), Found::Pending);
    assert!(pace.memos.failed(id, slot));
    assert_eq!(look(&mut pace, id, slot, 1e6), Found::Gone);
    assert_eq!(pace.memos.stats(id).size, 0);
}

#[test]
fn one_timer_names_results_as_they_grow_too_old() {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = memo(&mut pace, 100, 0, 9);
    for start in [0.0, 30.0, 60.0] {
        wait(&mut pace, &mut now, start);
        add(&mut pace, id, now);
    }
    let due: Vec<f64> = wait(&mut pace, &mut now, 1000.0).into_iter().map(|(when, _)| when).collect();
    assert_eq!(due, [100.0, 130.0, 160.0]);
    assert_eq!(pace.memos.stats(id).size, 0);
    assert_eq!(pace.alarms.arm(at(now)), None);
}

#[test]
fn for_ever_sets_no_timer_and_long_is_kept() {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = pace.memos.create(Keeping { ttl: Duration::INFINITE, stale: Duration::ZERO, max_size: 9 });
    let slot = add(&mut pace, id, now);
    assert_eq!(pace.alarms.arm(at(now)), None);
    assert_eq!(look(&mut pace, id, slot, 1e15), Found::Kept);

    let (mut pace, long) = (Pace::new(), 3e9);
    let id = pace.memos.create(Keeping { ttl: Duration::from_ms(long), stale: Duration::ZERO, max_size: 9 });
    add(&mut pace, id, now);
    assert_eq!(wait(&mut pace, &mut now, 1e10), [(long, Expired::Memo(id))]);
}

#[test]
fn a_clock_set_back_keeps_nothing_longer() {
    let mut pace = Pace::new();
    let id = memo(&mut pace, 100, 0, 9);
    add(&mut pace, id, 1e6);
    pace.alarms.arm(at(1e6));
    // The timer fires in time, whatever the clock says.
    pace.alarms.handle_timeout(at(1e3), true);
    assert_eq!(pace.poll_expired(at(1e3)), Some(Expired::Memo(id)));
    assert!(pace.memos.next_expired(&mut pace.alarms, id, at(1e3)).is_some());
}

#[test]
fn cleared_or_released_leaves_no_timer() {
    let mut pace = Pace::new();
    for release in [false, true] {
        let id = memo(&mut pace, 100, 0, 9);
        add(&mut pace, id, 0.0);
        if release {
            pace.memos.release(&mut pace.alarms, id)
        } else {
            pace.memos.clear(&mut pace.alarms, id)
        }
        assert_eq!(pace.alarms.arm(at(0.0)), None);
    }
}

#[test]
fn a_call_costs_the_same_however_many_are_kept() {
    let cost = |size: u32| {
        let mut pace = Pace::new();
        let id = memo(&mut pace, 1000, 0, size);
        let slots: Vec<u32> = (0..size).map(|_| add(&mut pace, id, 0.0)).collect();
        let before = pace.memos.steps(id);
        for i in 0..100 {
            look(&mut pace, id, slots[i * slots.len() / 100], 1.0);
            add(&mut pace, id, 1.0);
            assert!(pace.memos.overflow(id).is_some());
        }
        pace.memos.steps(id) - before
    };
    assert_eq!(cost(20_000), cost(200));
}

#[derive(Clone, Debug)]
enum Act {
    Call(u8),
    Remove(u8),
    Clear,
    Wait(u32),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0..10u8).prop_map(Act::Call),
        1 => (0..10u8).prop_map(Act::Remove),
        1 => Just(Act::Clear),
        3 => (0..30u32).prop_map(Act::Wait),
    ]
}

proptest! {
    /// Against a list of keys, least recently used first, that is searched from end to end.
    #[test]
    fn behaves_as_a_list_of_keys(quiet in any::<bool>(), ttl in 1..60u32, max_size in 1..6u32, acts in prop::collection::vec(act(), 0..200)) {
        let (mut pace, mut now) = (Pace::new(), 0.0);
        let id = memo(&mut pace, ttl, 0, max_size);
        let mut slots: Vec<Option<u32>> = vec![None; 10];
        let mut model: Vec<(u8, f64)> = Vec::new(); // key, when it came
        for act in acts {
            match act {
                Act::Call(key) => {
                    let place = slots[key as usize];
                    let found = place.map(|slot| match at(now) < pace.memos.quiet_until(&pace.alarms, id, slot) {
                        true if quiet => {
                            pace.memos.touch(id, slot);
                            Found::Kept
                        }
                        _ => look(&mut pace, id, slot, now),
                    });
                    let known = model.iter().position(|one| one.0 == key);
                    prop_assert_eq!(found, known.map(|_| Found::Kept));
                    match known {
                        Some(place) => { let one = model.remove(place); model.push(one) }
                        None => {
                            slots[key as usize] = Some(add(&mut pace, id, now));
                            model.push((key, now));
                            if let Some(slot) = pace.memos.overflow(id) {
                                let evicted = slots.iter().position(|one| *one == Some(slot)).unwrap();
                                prop_assert_eq!(evicted as u8, model.remove(0).0);
                                slots[evicted] = None;
                            }
                            prop_assert_eq!(pace.memos.overflow(id), None);
                        }
                    }
                }
                Act::Remove(key) => {
                    let slot = slots[key as usize].take();
                    prop_assert_eq!(slot.is_some_and(|slot| pace.memos.remove(id, slot)), model.iter().any(|one| one.0 == key));
                    model.retain(|one| one.0 != key);
                }
                Act::Clear => {
                    pace.memos.clear(&mut pace.alarms, id);
                    slots.fill(None);
                    model.clear();
                }
                Act::Wait(span) => {
                    let until = now + f64::from(span);
                    while let Some(delay) = pace.alarms.arm(at(now)).filter(|delay| now + delay.as_ms() <= until) {
                        now += delay.as_ms();
                        pace.alarms.handle_timeout(at(now), true);
                        while pace.poll_expired(at(now)).is_some() {
                            while let Some(slot) = pace.memos.next_expired(&mut pace.alarms, id, at(now)) {
                                let gone = slots.iter().position(|one| *one == Some(slot)).unwrap();
                                slots[gone] = None;
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
