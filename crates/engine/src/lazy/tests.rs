//! The loader on simulated time.
use super::*;
use crate::rows::RowVec;
use crate::time::{Duration, Instant};
use proptest::prelude::*;
use std::collections::HashMap;
use std::vec::Vec;

fn at(ms: f64) -> Instant {
    Instant::from_ms(ms)
}

fn limits(concurrent: u32, retries: u32) -> Limits {
    Limits { concurrent, retries, ..Limits::default() }
}

fn effects(loader: &mut Loader) -> Vec<Effect> {
    effects_at(loader, 0.0)
}

fn effects_at(loader: &mut Loader, ms: f64) -> Vec<Effect> {
    core::iter::from_fn(|| loader.poll_effect(at(ms))).collect()
}

#[test]
fn the_nearest_items_load_first_up_to_the_limit() {
    let mut loader = Loader::new(limits(2, 0), 1);
    let ids: Vec<ItemId> = (0..4).map(|_| loader.add()).collect();
    for (id, distance) in ids.iter().zip([300.0, 100.0, 200.0, 0.0]) {
        loader.enter(*id, distance, at(0.0));
    }
    assert_eq!(effects(&mut loader), [Effect::Load(ids[3]), Effect::Load(ids[1])]);
    loader.handle_loaded(ids[3]);
    assert_eq!(effects(&mut loader), [Effect::Load(ids[2])]);
    loader.handle_failed(ids[1], at(0.0));
    assert_eq!(effects(&mut loader), [Effect::GiveUp(ids[1]), Effect::Load(ids[0])]);
    assert_eq!(loader.stats(), Stats { pending: 3, loading: 2, loaded: 1, failed: 1, ..Stats::default() });
}

#[test]
fn an_item_that_comes_nearer_moves_up_in_the_queue() {
    let mut loader = Loader::new(limits(1, 0), 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 100.0, at(0.0));
    loader.enter(b, 200.0, at(0.0));
    loader.enter(b, 50.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(b)]);
}

#[test]
fn an_item_that_leaves_the_queue_is_not_loaded() {
    let mut loader = Loader::new(limits(1, 0), 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 1.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(a)]);
    loader.enter(b, 2.0, at(0.0));
    loader.leave(b);
    // A load that began goes on.
    loader.leave(a);
    loader.handle_loaded(a);
    assert_eq!(effects(&mut loader), []);
    assert_eq!(loader.stats().cancelled, 1);
    loader.enter(b, 2.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(b)]);
}

#[test]
fn the_backoff_grows_until_the_item_is_given_up() {
    let mut loader = Loader::new(limits(1, 2), 7);
    let id = loader.add();
    loader.enter(id, 0.0, at(0.0));
    let mut now = 0.0;
    for longest in [1000.0, 2000.0] {
        assert_eq!(effects_at(&mut loader, now), [Effect::Load(id)]);
        loader.handle_failed(id, at(now));
        assert_eq!(effects_at(&mut loader, now), []);
        let delay = loader.next_deadline().unwrap().as_ms() - now;
        assert!((longest / 2.0..longest).contains(&delay), "{delay}");
        assert_eq!(effects_at(&mut loader, now + delay - 0.5), []);
        now += delay;
    }
    assert_eq!(effects_at(&mut loader, now), [Effect::Load(id)]);
    loader.handle_failed(id, at(now));
    assert_eq!(effects_at(&mut loader, now), [Effect::GiveUp(id)]);
    assert_eq!(loader.next_deadline(), None);
    assert_eq!(loader.stats().retried, 2);
}

#[test]
fn an_overdue_load_frees_its_place_and_may_still_arrive() {
    let mut loader = Loader::new(limits(2, 1), 1);
    let ids: Vec<ItemId> = (0..5).map(|_| loader.add()).collect();
    for (id, distance) in ids.iter().zip([0.0, 1.0, 2.0, 3.0, 4.0]) {
        loader.enter(*id, distance, at(0.0));
    }
    assert_eq!(effects(&mut loader), [Effect::Load(ids[0]), Effect::Load(ids[1])]);
    assert_eq!(loader.next_deadline(), Some(at(30_000.0)));
    assert_eq!(effects_at(&mut loader, 29_999.0), []);
    let loads_at = |loader: &mut Loader, ms| -> Vec<Effect> {
        effects_at(loader, ms).into_iter().filter(|effect| *effect != Effect::Measure).collect()
    };
    let next = loads_at(&mut loader, 30_000.0);
    assert_eq!(next[..2], [Effect::Overdue(ids[0]), Effect::Overdue(ids[1])]);
    assert_eq!(next[2..], [Effect::Load(ids[2]), Effect::Load(ids[3])]);
    assert_eq!(loader.stats().loading, 4);
    // One arrives and the other fails. Neither frees a place, and the failed one is retried.
    loader.handle_loaded(ids[0]);
    loader.handle_failed(ids[1], at(30_001.0));
    assert_eq!(loads_at(&mut loader, 30_001.0), []);
    assert_eq!(loader.stats(), Stats { pending: 4, loading: 2, loaded: 1, ..Stats::default() });
    loader.handle_loaded(ids[2]);
    loader.handle_loaded(ids[3]);
    assert_eq!(loads_at(&mut loader, 30_002.0), [Effect::Load(ids[4])]);
    assert_eq!(loads_at(&mut loader, 31_001.0), [Effect::Load(ids[1])]);
    assert_eq!(loader.next_deadline(), Some(at(60_002.0)), "a load that ended in time has no deadline");
}

#[test]
fn loads_that_never_end_do_not_block_the_queue() {
    let mut loader = Loader::new(limits(12, 2), 1);
    let ids: Vec<ItemId> = (0..1000).map(|_| loader.add()).collect();
    for id in &ids {
        loader.enter(*id, 0.0, at(0.0));
    }
    let (mut begun, mut steps) = (0, 0);
    let mut now = 0.0;
    while begun < ids.len() {
        while let Some(effect) = loader.poll_effect(at(now)) {
            begun += usize::from(matches!(effect, Effect::Load(_)));
            steps += 1;
        }
        now = loader.next_deadline().unwrap().as_ms();
    }
    assert_eq!(now, 30_000.0 * 84.0, "twelve items per half minute");
    assert!(steps < 2100, "{steps}");
}

#[test]
fn an_endless_timeout_keeps_the_place() {
    let mut loader = Loader::new(Limits { timeout: Duration::INFINITE, ..limits(1, 0) }, 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 0.0, at(0.0));
    loader.enter(b, 0.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(a)]);
    assert_eq!(loader.next_deadline(), None);
    assert_eq!(effects_at(&mut loader, 1e12), []);
    loader.handle_loaded(a);
    assert_eq!(effects_at(&mut loader, 1e12), [Effect::Load(b)]);
}

#[test]
fn an_overdue_load_begins_again_when_the_network_is_back() {
    let mut loader = Loader::new(limits(1, 0), 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 0.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(a)]);
    assert_eq!(effects_at(&mut loader, 30_000.0), [Effect::Overdue(a)]);
    loader.handle_online(false);
    loader.handle_online(true);
    assert_eq!(effects_at(&mut loader, 30_000.0), [Effect::Load(a)]);
    assert_eq!(effects_at(&mut loader, 60_000.0), [Effect::Overdue(a)]);
    loader.remove(a);
    loader.enter(b, 0.0, at(60_000.0));
    assert_eq!(effects_at(&mut loader, 60_000.0), [Effect::Load(b)]);
    assert_eq!(loader.stats(), Stats { pending: 1, loading: 1, ..Stats::default() });
}

#[test]
fn the_backoff_has_a_bound() {
    let backoff = Backoff::default();
    assert_eq!(backoff.delay(1, 0.0), Duration::from_ms(500.0));
    assert_eq!(backoff.delay(u32::MAX, 1.0), Duration::from_ms(30_000.0));
}

#[test]
fn a_failure_while_offline_spends_no_attempt() {
    let mut loader = Loader::new(limits(2, 0), 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 0.0, at(0.0));
    loader.enter(b, 1.0, at(0.0));
    assert_eq!(effects(&mut loader).len(), 2);
    loader.handle_failed(a, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::GiveUp(a)]);
    loader.handle_online(false);
    loader.handle_failed(b, at(1.0));
    assert_eq!(effects(&mut loader), []);
    assert_eq!(loader.next_deadline(), None);
    loader.handle_online(true);
    assert_eq!(effects(&mut loader), [Effect::Load(a), Effect::Load(b)]);
}

#[test]
fn a_page_that_is_resumed_retries_what_failed_although_the_network_was_never_away() {
    let mut loader = Loader::new(limits(2, 0), 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 0.0, at(0.0));
    loader.enter(b, 1.0, at(0.0));
    assert_eq!(effects(&mut loader).len(), 2);
    loader.handle_failed(a, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::GiveUp(a)]);
    loader.handle_online(true);
    assert_eq!(effects(&mut loader), []);
    // What is loading goes on.
    loader.handle_resumed(true);
    assert_eq!(effects(&mut loader), [Effect::Load(a)]);
}

#[test]
fn an_item_that_left_during_its_backoff_is_retried_when_it_is_near() {
    let mut loader = Loader::new(limits(1, 1), 1);
    let id = loader.add();
    loader.enter(id, 0.0, at(0.0));
    effects(&mut loader);
    loader.handle_failed(id, at(0.0));
    loader.leave(id);
    assert_eq!(effects_at(&mut loader, 1000.0), []);
    loader.enter(id, 5.0, at(1000.0));
    assert_eq!(effects_at(&mut loader, 1000.0), [Effect::Load(id)]);
}

#[test]
fn a_spent_handle_is_ignored() {
    let mut loader = Loader::new(limits(1, 1), 1);
    let old = loader.add();
    loader.enter(old, 0.0, at(0.0));
    effects(&mut loader);
    loader.remove(old);
    let new = loader.add();
    assert_eq!(new.index(), old.index());
    loader.handle_loaded(old);
    loader.handle_failed(old, at(0.0));
    loader.enter(old, 0.0, at(0.0));
    loader.remove(old);
    assert_eq!(effects(&mut loader), []);
    assert_eq!(loader.stats(), Stats { pending: 1, ..Stats::default() });
}

#[test]
fn distances_are_measured_again_before_an_item_is_chosen() {
    let mut loader = Loader::new(limits(1, 0), 1);
    let ids: Vec<ItemId> = (0..4).map(|_| loader.add()).collect();
    for (id, distance) in ids.iter().zip([0.0, 100.0, 200.0, 300.0]) {
        loader.enter(*id, distance, at(0.0));
    }
    assert_eq!(loader.poll_effect(at(10.0)), Some(Effect::Load(ids[0])));
    loader.handle_loaded(ids[0]);
    assert_eq!(loader.poll_effect(at(1000.0)), Some(Effect::Measure));
    // The page was scrolled meanwhile.
    for (id, distance) in ids.iter().zip([0.0, 300.0, 200.0, 0.0]) {
        loader.enter(*id, distance, at(1000.0));
    }
    assert_eq!(loader.poll_effect(at(1000.0)), Some(Effect::Load(ids[3])));
    // Distances are not measured so soon after, nor when every item may load.
    loader.handle_loaded(ids[3]);
    assert_eq!(loader.poll_effect(at(1040.0)), Some(Effect::Load(ids[2])));
    loader.handle_loaded(ids[2]);
    assert_eq!(loader.poll_effect(at(9000.0)), Some(Effect::Load(ids[1])));
    assert_eq!(loader.poll_effect(at(9000.0)), None);
}

/// What many loaders do is asked of them all.
fn polls(loaders: &mut Loaders<RowVec<Row>>, loader: u32, ms: f64) -> Vec<EffectOf<u32>> {
    core::iter::from_fn(|| match loaders.poll(loader, at(ms)) {
        Polled::Effect(effect) => Some(effect),
        Polled::Until(_) => None,
    })
    .collect()
}

#[test]
fn a_loader_in_the_rows_of_another_has_nothing_of_it() {
    let mut loaders = Loaders::new(RowVec::default());
    let old = loaders.create(limits(1, 0), 1);
    let item = loaders.add(old);
    loaders.enter(old, item, 0.0, at(0.0));
    assert_eq!(polls(&mut loaders, old, 0.0), [EffectOf::Load(item)]);
    loaders.online(old, false, false);
    loaders.destroy(old);
    // A spent handle finds nothing.
    loaders.destroy(old);
    assert_eq!((loaders.add(old), loaders.has(old, item)), (0, false));
    let new = loaders.create(limits(2, 0), 1);
    assert_ne!(new, old);
    assert_eq!(loaders.poll(new, at(9e9)), Polled::Until(Instant::NEVER));
    let items = [loaders.add(new), loaders.add(new)];
    for item in items {
        loaders.enter(new, item, 0.0, at(0.0));
        assert!(!loaders.has(old, item));
        loaders.remove(old, item);
    }
    assert_eq!(loaders.poll(old, at(0.0)), Polled::Until(Instant::NEVER));
    assert_eq!(polls(&mut loaders, new, 0.0), items.map(EffectOf::Load));
    loaders.failed(new, items[0], at(0.0));
    assert_eq!(polls(&mut loaders, new, 0.0), [EffectOf::GiveUp(items[0])], "online");
    assert_eq!((loaders.stat(new, figure::FAILED), loaders.stat(old, figure::FAILED)), (1, 0));
}

#[test]
fn loaders_know_nothing_of_the_items_of_others() {
    let mut loaders = Loaders::new(RowVec::default());
    let [a, b] = [1, 2].map(|seed| loaders.create(limits(1, 0), seed));
    let (mut of_a, mut of_b) = (Vec::new(), Vec::new());
    for _ in 0..3 {
        of_a.push(loaders.add(a));
        of_b.push(loaders.add(b));
    }
    for (loader, items) in [(a, &of_a), (b, &of_b)] {
        for item in items {
            loaders.enter(loader, *item, 1.0, at(0.0));
        }
        // Of items that are equally near, the oldest.
        assert_eq!(polls(&mut loaders, loader, 0.0), [EffectOf::Load(items[0])]);
    }
    loaders.loaded(a, of_b[0]);
    loaders.failed(a, of_b[0], at(0.0));
    loaders.enter(a, of_b[1], f64::NAN, at(0.0));
    assert_eq!(polls(&mut loaders, b, 0.0), []);
    assert_eq!(loaders.stat(b, figure::LOADING), 1);
    loaders.destroy(a);
    loaders.loaded(b, of_b[0]);
    assert_eq!(polls(&mut loaders, b, 0.0), [EffectOf::Load(of_b[1])]);
    // The row of an item that is loaded is the next one's.
    assert_eq!(loaders.add(b), of_b[0]);
    // Those of a loader that was destroyed are anyone's.
    let rows: Vec<u32> = (0..4).map(|_| loaders.add(b)).collect();
    assert!(of_a.iter().all(|row| rows.contains(row)), "{rows:?}");
}

#[test]
fn a_failed_item_is_retried_when_the_page_is_resumed() {
    let mut loaders = Loaders::new(RowVec::default());
    let loader = loaders.create(limits(2, 1), 1);
    let item = loaders.add(loader);
    loaders.enter(loader, item, 0.0, at(0.0));
    polls(&mut loaders, loader, 0.0);
    loaders.failed(loader, item, at(0.0));
    assert_eq!(polls(&mut loaders, loader, 0.0), []);
    loaders.online(loader, true, true);
    assert_eq!(polls(&mut loaders, loader, 0.0), [EffectOf::Load(item)]);
    loaders.loaded(loader, item);
    assert_eq!(loaders.poll(loader, at(0.0)), Polled::Until(Instant::NEVER));
}

#[test]
fn the_margin_grows_on_slow_connections_and_shrinks_to_save_data() {
    let scale = |effective_type, save_data| Connection { effective_type, save_data }.margin_scale();
    assert_eq!(Connection::default().margin_scale(), 1.0);
    assert!(scale(EffectiveType::Slow, false) > scale(EffectiveType::Medium, false));
    assert!(scale(EffectiveType::Medium, false) > 1.0);
    for kind in [EffectiveType::Slow, EffectiveType::Medium, EffectiveType::Fast] {
        assert!(scale(kind, true) < 1.0);
    }
}

#[derive(Clone, Debug)]
enum Input {
    Add,
    Remove(usize),
    Enter(usize, u16),
    Leave(usize),
    Loaded(usize),
    Failed(usize),
    Online(bool),
    Wait(u16),
}

fn input() -> impl Strategy<Value = Input> {
    let i = 0..20usize;
    prop_oneof![
        2 => Just(Input::Add),
        1 => i.clone().prop_map(Input::Remove),
        4 => (i.clone(), any::<u16>()).prop_map(|(i, px)| Input::Enter(i, px)),
        2 => i.clone().prop_map(Input::Leave),
        3 => i.clone().prop_map(Input::Loaded),
        3 => i.prop_map(Input::Failed),
        1 => any::<bool>().prop_map(Input::Online),
        2 => (0..15_000u16).prop_map(Input::Wait),
    ]
}

proptest! {
    /// Whatever the inputs: never too many items load at once, none loads twice, and in the end every item that was not
    /// removed is loaded.
    #[test]
    fn every_near_item_is_loaded_in_the_end(inputs in prop::collection::vec(input(), 0..200)) {
        let mut loader = Loader::new(limits(3, 1), 9);
        let (mut ids, mut loading, mut spent) = (Vec::new(), Vec::new(), Vec::new());
        let mut distances = HashMap::new();
        let mut overdue = Vec::new();
        let mut now = 0.0;
        for input in inputs.into_iter().chain([Input::Online(false), Input::Online(true)]) {
            let nth = |i: usize| ids.get(i).copied();
            match input {
                Input::Add => ids.push(loader.add()),
                Input::Remove(i) => if let Some(id) = nth(i) {
                    loader.remove(id);
                    loading.retain(|other| *other != id);
                    if !spent.contains(&id) {
                        distances.remove(&id);
                        spent.push(id);
                    }
                },
                Input::Enter(i, px) => if let Some(id) = nth(i).filter(|id| !spent.contains(id)) {
                    distances.insert(id, px);
                    loader.enter(id, f64::from(px), at(now));
                },
                Input::Leave(i) => if let Some(id) = nth(i) {
                    distances.remove(&id);
                    loader.leave(id);
                },
                Input::Loaded(i) => if i < loading.len() {
                    let id = loading.remove(i);
                    loader.handle_loaded(id);
                    distances.remove(&id);
                    spent.push(id);
                },
                Input::Failed(i) => if i < loading.len() { loader.handle_failed(loading.remove(i), at(now)) },
                Input::Online(online) => loader.handle_online(online),
                Input::Wait(ms) => now += f64::from(ms),
            }
            overdue.retain(|id| loading.contains(id));
            let mut measured = 0;
            while let Some(effect) = loader.poll_effect(at(now)) {
                match effect {
                    Effect::Load(id) => {
                        // An overdue load begins again when the network is back.
                        loading.retain(|other| !overdue.contains(other) || *other != id);
                        overdue.retain(|other| *other != id);
                        prop_assert!(!loading.contains(&id) && !spent.contains(&id));
                        prop_assert!(distances.contains_key(&id), "the item is near");
                        loading.push(id);
                    }
                    Effect::Measure => {
                        measured += 1;
                        for id in &ids {
                            if let Some(px) = distances.get(id).filter(|_| !spent.contains(id)) {
                                loader.enter(*id, f64::from(*px), at(now));
                            }
                        }
                    }
                    Effect::Overdue(id) => {
                        prop_assert!(loading.contains(&id) && !overdue.contains(&id));
                        overdue.push(id);
                    }
                    Effect::GiveUp(_) => {}
                }
            }
            prop_assert!(measured <= 1);
            prop_assert!(loading.len() <= 3 + overdue.len());
            // An item in backoff is not loading.
            prop_assert!(loader.stats().loading as usize <= loading.len());
        }
        // Online, every item comes near, and none fails.
        for id in &ids { loader.enter(*id, 0.0, at(now)) }
        loop {
            while let Some(Effect::Load(id)) = loader.poll_effect(at(now)) { loading.push(id) }
            let Some(id) = loading.pop() else { break };
            loader.handle_loaded(id);
        }
        prop_assert_eq!(loader.stats().pending, 0);
    }
}
