//! Which results are kept, and for how long.
use super::*;
use proptest::prelude::*;
use std::vec;

/// A time at which every result is fresh.
const BEFORE_ALL: Instant = Instant::from_const(f64::NEG_INFINITY);

/// A host of one memoized function, which waits for the first result to expire.
struct Host {
    lists: TestLists,
    id: MemoId,
    ttl: Duration,
    stale: Duration,
    timer: Instant,
}

impl Host {
    fn new(ttl: u32, stale: u32) -> Self {
        let mut lists = TestLists::default();
        let id = lists.memo_create();
        Self { lists, id, ttl: ms(ttl), stale: ms(stale), timer: Instant::NEVER }
    }

    fn add(&mut self, now: f64) -> u32 {
        let slot = self.lists.memo_add(self.id);
        self.settled(slot, now);
        slot
    }

    fn settled(&mut self, slot: u32, now: f64) {
        let expires_at = self.lists.memo_settled(self.id, slot, at(now), self.ttl, self.stale);
        if self.timer.is_never() {
            self.timer = expires_at;
        }
    }

    fn lookup(&mut self, slot: u32, now: f64) -> Lookup {
        self.lists.memo_lookup(self.id, slot, at(now), self.stale)
    }

    /// Waits; returns which results expired, and when the timer fired.
    fn wait(&mut self, until: f64) -> Vec<(u32, f64)> {
        let mut all = Vec::new();
        while self.timer <= at(until) {
            let now = self.timer;
            self.timer = loop {
                match self.lists.memo_expired(self.id, now, self.stale) {
                    Ok(slot) => all.push((slot, now.as_ms())),
                    Err(next) => break next,
                }
            };
        }
        all
    }
}

#[test]
fn a_result_is_fresh_then_stale_then_expired() {
    let mut host = Host::new(10, 20);
    let slot = host.add(100.0);
    assert_eq!(host.lookup(slot, 109.0), Lookup::Fresh(at(110.0)));
    assert_eq!(host.lookup(slot, 110.0), Lookup::Revalidate);
    assert_eq!(host.lookup(slot, 111.0), Lookup::Stale);
    assert!(!host.lists.memo_failed(slot));
    assert_eq!(host.lookup(slot, 112.0), Lookup::Revalidate);
    host.settled(slot, 115.0);
    assert_eq!(host.lookup(slot, 124.0), Lookup::Fresh(at(125.0)));
    assert_eq!(host.lookup(slot, 145.0), Lookup::Expired);
    assert!(!host.lists.memo_remove(slot));
}

#[test]
fn a_pending_result_is_shared_and_a_failure_is_not_kept() {
    let mut host = Host::new(10, 0);
    let slot = host.lists.memo_add(host.id);
    assert_eq!(host.lookup(slot, 1e6), Lookup::Pending);
    assert!(host.lists.memo_failed(slot));
    assert_eq!(host.lookup(slot, 1e6), Lookup::Expired);
}

#[test]
fn results_expire_one_by_one() {
    let mut host = Host::new(100, 0);
    let slots = [0.0, 30.0, 60.0].map(|start| {
        assert_eq!(host.wait(start), []);
        host.add(start)
    });
    let all = host.wait(1000.0);
    assert_eq!(all, [(slots[0], 100.0), (slots[1], 130.0), (slots[2], 160.0)]);
    assert!(host.timer.is_never());
}

#[test]
fn an_endless_ttl_waits_for_nothing() {
    let mut host = Host { ttl: Duration::INFINITE, ..Host::new(0, 0) };
    let slot = host.add(0.0);
    assert!(host.timer.is_never());
    assert_eq!(host.lookup(slot, 1e15), Lookup::Fresh(Instant::NEVER));
}

#[test]
fn clearing_or_releasing_a_memo_removes_its_results() {
    for release in [false, true] {
        let mut host = Host::new(100, 0);
        let slots = [host.add(0.0), host.add(1.0), host.lists.memo_add(host.id)];
        if release {
            host.lists.memo_release(host.id);
            assert_eq!(host.lists.memo_evict(host.id, 3, 1), None);
        } else {
            host.lists.memo_clear(host.id);
        }
        assert!(slots.iter().all(|slot| host.lookup(*slot, 2.0) == Lookup::Expired));
        assert_eq!(host.wait(1000.0), []);
        let again = [host.lists.memo_add(host.id), host.lists.memo_add(host.id)];
        assert!(again.iter().all(|slot| *slot <= 4), "their nodes are used again");
    }
}

#[test]
fn numbers_that_name_nothing_have_no_effect() {
    let mut host = Host::new(100, 0);
    let slot = host.add(0.0);
    let limit = host.lists.rate_create();
    for made_up in [0, host.id.0, limit.0, 77] {
        host.lists.memo_lookup(host.id, made_up, BEFORE_ALL, Duration::ZERO);
        host.lists.memo_remove(made_up);
        assert!(host.lists.memo_settled(host.id, made_up, at(0.0), ms(1), ms(1)).is_never());
        assert!(host.lists.memo_failed(made_up));
        assert_eq!(host.lookup(made_up, 0.0), Lookup::Expired);
    }
    for made_up in [0, slot, 77] {
        let made_up = MemoId(made_up);
        host.lists.memo_release(made_up);
        host.lists.memo_clear(made_up);
        assert_eq!(host.lists.memo_evict(made_up, 9, 1), None);
    }
    assert_eq!(host.lookup(slot, 1.0), Lookup::Fresh(at(100.0)));
}

#[test]
fn a_call_takes_constant_time_however_many_results_are_kept() {
    let cost = |size: u32| {
        let mut host = Host::new(1000, 0);
        let slots: Vec<u32> = (0..size).map(|_| host.add(0.0)).collect();
        let before = host.lists.steps;
        for i in 0..100 {
            host.lookup(slots[i * slots.len() / 100], 1.0);
            host.add(1.0);
            assert!(host.lists.memo_evict(host.id, size + 1, size).is_some());
        }
        host.lists.steps - before
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
        let (mut host, mut now) = (Host::new(ttl, 0), 0.0);
        let mut slots: Vec<Option<u32>> = vec![None; 10];
        let mut fresh_until: Vec<f64> = vec![0.0; 10];
        let mut model: Vec<(u8, f64)> = Vec::new(); // key, when it settled
        for action in actions {
            match action {
                Action::Call(key) => {
                    let found = slots[key as usize].map(|slot| {
                        if coalesce && now < fresh_until[key as usize] {
                            host.lists.memo_lookup(host.id, slot, BEFORE_ALL, Duration::ZERO);
                            return true;
                        }
                        match host.lookup(slot, now) {
                            Lookup::Fresh(until) => { fresh_until[key as usize] = until.as_ms(); true }
                            _ => false,
                        }
                    });
                    let known = model.iter().position(|one| one.0 == key);
                    prop_assert_eq!(found, known.map(|_| true));
                    match known {
                        Some(place) => { let one = model.remove(place); model.push(one) }
                        None => {
                            slots[key as usize] = Some(host.add(now));
                            fresh_until[key as usize] = 0.0;
                            model.push((key, now));
                            if let Some(slot) = host.lists.memo_evict(host.id, model.len() as u32, max_size) {
                                let evicted = slots.iter().position(|one| *one == Some(slot)).unwrap();
                                prop_assert_eq!(evicted as u8, model.remove(0).0);
                                slots[evicted] = None;
                            }
                        }
                    }
                }
                Action::Remove(key) => {
                    let slot = slots[key as usize].take();
                    prop_assert_eq!(slot.is_some_and(|slot| host.lists.memo_remove(slot)), model.iter().any(|one| one.0 == key));
                    model.retain(|one| one.0 != key);
                }
                Action::Clear => {
                    host.lists.memo_clear(host.id);
                    slots.fill(None);
                    model.clear();
                }
                Action::Wait(span) => {
                    now += f64::from(span);
                    for (slot, _) in host.wait(now) {
                        let expired = slots.iter().position(|one| *one == Some(slot)).unwrap();
                        slots[expired] = None;
                    }
                    model.retain(|one| one.1 + f64::from(ttl) > now);
                }
            }
            prop_assert_eq!(slots.iter().flatten().count(), model.len());
            prop_assert!(model.len() <= max_size as usize);
        }
    }
}
