//! Items through their lives, on simulated time.
use super::*;
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
    core::iter::from_fn(|| loader.poll_effect(at(0.0))).collect()
}

#[test]
fn the_nearest_goes_first_and_only_so_many_at_once() {
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
fn one_that_comes_nearer_moves_up() {
    let mut loader = Loader::new(limits(1, 0), 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 100.0, at(0.0));
    loader.enter(b, 200.0, at(0.0));
    loader.enter(b, 50.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(b)]);
}

#[test]
fn one_that_leaves_before_its_turn_is_not_loaded() {
    let mut loader = Loader::new(limits(1, 0), 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 1.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(a)]);
    loader.enter(b, 2.0, at(0.0));
    loader.leave(b);
    // What is under way goes on.
    loader.leave(a);
    loader.handle_loaded(a);
    assert_eq!(effects(&mut loader), []);
    assert_eq!(loader.stats().cancelled, 1);
    loader.enter(b, 2.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(b)]);
}

#[test]
fn a_failure_rests_longer_each_time_and_is_given_up_at_last() {
    let mut loader = Loader::new(limits(1, 2), 7);
    let id = loader.add();
    loader.enter(id, 0.0, at(0.0));
    let mut now = 0.0;
    for longest in [1000.0, 2000.0] {
        assert_eq!(effects(&mut loader), [Effect::Load(id)]);
        loader.handle_failed(id, at(now));
        assert_eq!(effects(&mut loader), []);
        let rest = loader.next_deadline().unwrap().as_ms() - now;
        assert!((longest / 2.0..longest).contains(&rest), "{rest}");
        loader.handle_timeout(at(now + rest - 0.5));
        assert_eq!(effects(&mut loader), []);
        now += rest;
        loader.handle_timeout(at(now));
    }
    assert_eq!(effects(&mut loader), [Effect::Load(id)]);
    loader.handle_failed(id, at(now));
    assert_eq!(effects(&mut loader), [Effect::GiveUp(id)]);
    assert_eq!(loader.next_deadline(), None);
    assert_eq!(loader.stats().retried, 2);
}

#[test]
fn what_does_not_end_in_time_gives_its_place_up_and_may_still_arrive() {
    let mut loader = Loader::new(limits(2, 1), 1);
    let ids: Vec<ItemId> = (0..5).map(|_| loader.add()).collect();
    for (id, distance) in ids.iter().zip([0.0, 1.0, 2.0, 3.0, 4.0]) {
        loader.enter(*id, distance, at(0.0));
    }
    assert_eq!(effects(&mut loader), [Effect::Load(ids[0]), Effect::Load(ids[1])]);
    assert_eq!(loader.next_deadline(), Some(at(30_000.0)));
    loader.handle_timeout(at(29_999.0));
    assert_eq!(effects(&mut loader), []);
    loader.handle_timeout(at(30_000.0));
    let effects_at = |loader: &mut Loader, ms| -> Vec<Effect> {
        core::iter::from_fn(|| loader.poll_effect(at(ms)))
            .filter(|effect| *effect != Effect::Measure)
            .collect()
    };
    let next = effects_at(&mut loader, 30_000.0);
    assert_eq!(next[..2], [Effect::Overdue(ids[1]), Effect::Overdue(ids[0])]);
    assert_eq!(next[2..], [Effect::Load(ids[2]), Effect::Load(ids[3])]);
    assert_eq!(loader.stats().loading, 4);
    // One arrives, the other fails: no place becomes free by it, and it is tried again as any.
    loader.handle_loaded(ids[0]);
    loader.handle_failed(ids[1], at(30_001.0));
    assert_eq!(effects_at(&mut loader, 30_001.0), []);
    assert_eq!(loader.stats(), Stats { pending: 4, loading: 2, loaded: 1, ..Stats::default() });
    loader.handle_loaded(ids[2]);
    loader.handle_loaded(ids[3]);
    assert_eq!(effects_at(&mut loader, 30_002.0), [Effect::Load(ids[4])]);
    loader.handle_timeout(at(31_001.0));
    assert_eq!(effects_at(&mut loader, 31_001.0), [Effect::Load(ids[1])]);
    assert_eq!(loader.next_deadline(), Some(at(60_002.0)), "what ended in time waits for nothing");
}

#[test]
fn a_thousand_that_never_end_stop_nobody() {
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
        loader.handle_timeout(at(now));
    }
    assert_eq!(now, 30_000.0 * 84.0, "twelve in each half minute");
    assert!(steps < 2100, "{steps}");
}

#[test]
fn a_place_may_have_no_end() {
    let mut loader = Loader::new(Limits { timeout: Duration::INFINITE, ..limits(1, 0) }, 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 0.0, at(0.0));
    loader.enter(b, 0.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(a)]);
    assert_eq!(loader.next_deadline(), None);
    loader.handle_timeout(at(1e12));
    assert_eq!(effects(&mut loader), []);
    loader.handle_loaded(a);
    assert_eq!(effects(&mut loader), [Effect::Load(b)]);
}

#[test]
fn what_is_overdue_is_tried_anew_when_the_network_is_back_and_goes_when_removed() {
    let mut loader = Loader::new(limits(1, 0), 1);
    let (a, b) = (loader.add(), loader.add());
    loader.enter(a, 0.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(a)]);
    loader.handle_timeout(at(30_000.0));
    loader.handle_online(false);
    loader.handle_online(true);
    assert_eq!(effects(&mut loader), [Effect::Load(a)], "and it is not said that it was overdue");
    loader.handle_timeout(at(60_000.0));
    loader.remove(a);
    loader.enter(b, 0.0, at(60_000.0));
    assert_eq!(effects(&mut loader), [Effect::Load(b)]);
    assert_eq!(loader.stats(), Stats { pending: 1, loading: 1, ..Stats::default() });
}

#[test]
fn the_rest_has_a_bound() {
    let backoff = Backoff::default();
    assert_eq!(backoff.rest(1, 0.0), Duration::from_ms(500.0));
    assert_eq!(backoff.rest(u32::MAX, 1.0), Duration::from_ms(30_000.0));
}

#[test]
fn what_fails_offline_spends_nothing_and_comes_back_online() {
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
fn what_rested_and_went_away_waits_until_it_is_near_again() {
    let mut loader = Loader::new(limits(1, 1), 1);
    let id = loader.add();
    loader.enter(id, 0.0, at(0.0));
    effects(&mut loader);
    loader.handle_failed(id, at(0.0));
    loader.leave(id);
    loader.handle_timeout(at(1000.0));
    assert_eq!(effects(&mut loader), []);
    loader.enter(id, 5.0, at(0.0));
    assert_eq!(effects(&mut loader), [Effect::Load(id)]);
}

#[test]
fn a_spent_name_is_ignored() {
    let mut loader = Loader::new(limits(1, 1), 1);
    let old = loader.add();
    loader.enter(old, 0.0, at(0.0));
    effects(&mut loader);
    loader.remove(old);
    let new = loader.add();
    assert_eq!(new.index(), old.index());
    assert_eq!(loader.item_at(new.index()), Some(new));
    assert_eq!(loader.item_at(99), None);
    loader.handle_loaded(old);
    loader.handle_failed(old, at(0.0));
    loader.enter(old, 0.0, at(0.0));
    loader.remove(old);
    assert_eq!(effects(&mut loader), []);
    assert_eq!(loader.stats(), Stats { pending: 1, ..Stats::default() });
}

#[test]
fn where_there_is_a_choice_it_is_made_by_where_things_are_now() {
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
    // While all may load there is nothing to choose, and soon after there is nothing new.
    loader.handle_loaded(ids[3]);
    assert_eq!(loader.poll_effect(at(1040.0)), Some(Effect::Load(ids[2])));
    loader.handle_loaded(ids[2]);
    assert_eq!(loader.poll_effect(at(9000.0)), Some(Effect::Load(ids[1])));
    assert_eq!(loader.poll_effect(at(9000.0)), None);
}

#[test]
fn what_rested_or_failed_goes_on_at_once_when_the_page_does() {
    let mut loader = Loader::new(limits(2, 1), 1);
    let id = loader.add();
    loader.enter(id, 0.0, at(0.0));
    effects(&mut loader);
    loader.handle_failed(id, at(0.0));
    assert_eq!(effects(&mut loader), []);
    loader.handle_resumed();
    assert_eq!(effects(&mut loader), [Effect::Load(id)]);
    loader.handle_loaded(id);
    assert_eq!(loader.next_deadline(), None);
}

#[test]
fn a_slow_connection_begins_earlier_and_a_saved_one_later() {
    let scale = |effective_type, save_data| Connection { effective_type, save_data }.margin_scale();
    assert_eq!(Connection::default().margin_scale(), 1.0);
    assert!(scale(EffectiveType::Slow, false) > scale(EffectiveType::Medium, false));
    assert!(scale(EffectiveType::Medium, false) > 1.0);
    for kind in [EffectiveType::Slow, EffectiveType::Medium, EffectiveType::Fast] {
        assert!(scale(kind, true) < 1.0);
    }
}

#[derive(Clone, Debug)]
enum Step {
    Add,
    Remove(usize),
    Enter(usize, u16),
    Leave(usize),
    Loaded(usize),
    Failed(usize),
    Online(bool),
    Pass(u16),
}

fn step() -> impl Strategy<Value = Step> {
    let i = 0..20usize;
    prop_oneof![
        2 => Just(Step::Add),
        1 => i.clone().prop_map(Step::Remove),
        4 => (i.clone(), any::<u16>()).prop_map(|(i, px)| Step::Enter(i, px)),
        2 => i.clone().prop_map(Step::Leave),
        3 => i.clone().prop_map(Step::Loaded),
        3 => i.prop_map(Step::Failed),
        1 => any::<bool>().prop_map(Step::Online),
        2 => (0..15_000u16).prop_map(Step::Pass),
    ]
}

proptest! {
    /// Whatever comes: never too many at once, none twice, and in the end all that stays is loaded.
    #[test]
    fn everything_near_is_loaded_in_the_end(steps in prop::collection::vec(step(), 0..200)) {
        let mut loader = Loader::new(limits(3, 1), 9);
        let (mut ids, mut loading, mut gone) = (Vec::new(), Vec::new(), Vec::new());
        let mut distances = HashMap::new();
        let mut overdue = Vec::new();
        let mut now = 0.0;
        for step in steps.into_iter().chain([Step::Online(false), Step::Online(true)]) {
            let nth = |i: usize| ids.get(i).copied();
            match step {
                Step::Add => ids.push(loader.add()),
                Step::Remove(i) => if let Some(id) = nth(i) {
                    loader.remove(id);
                    loading.retain(|other| *other != id);
                    if !gone.contains(&id) {
                        distances.remove(&id);
                        gone.push(id);
                    }
                },
                Step::Enter(i, px) => if let Some(id) = nth(i).filter(|id| !gone.contains(id)) {
                    distances.insert(id, px);
                    loader.enter(id, f64::from(px), at(now));
                },
                Step::Leave(i) => if let Some(id) = nth(i) {
                    distances.remove(&id);
                    loader.leave(id);
                },
                Step::Loaded(i) => if i < loading.len() {
                    let id = loading.remove(i);
                    loader.handle_loaded(id);
                    distances.remove(&id);
                    gone.push(id);
                },
                Step::Failed(i) => if i < loading.len() { loader.handle_failed(loading.remove(i), at(now)) },
                Step::Online(online) => loader.handle_online(online),
                Step::Pass(ms) => { now += f64::from(ms); loader.handle_timeout(at(now)) }
            }
            overdue.retain(|id| loading.contains(id));
            let mut measured = 0;
            while let Some(effect) = loader.poll_effect(at(now)) {
                match effect {
                    Effect::Load(id) => {
                        // Anew, when the network is back.
                        loading.retain(|other| !overdue.contains(other) || *other != id);
                        overdue.retain(|other| *other != id);
                        prop_assert!(!loading.contains(&id) && !gone.contains(&id));
                        prop_assert!(distances.contains_key(&id), "it is near");
                        loading.push(id);
                    }
                    Effect::Measure => {
                        measured += 1;
                        for id in &ids {
                            if let Some(px) = distances.get(id).filter(|_| !gone.contains(id)) {
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
            // What waits to be tried anew is not loading.
            prop_assert!(loader.stats().loading as usize <= loading.len());
        }
        // The network is back; now all come near, and nothing fails.
        for id in &ids { loader.enter(*id, 0.0, at(now)) }
        loop {
            while let Some(Effect::Load(id)) = loader.poll_effect(at(now)) { loading.push(id) }
            let Some(id) = loading.pop() else { break };
            loader.handle_loaded(id);
        }
        prop_assert_eq!(loader.stats().pending, 0);
    }
}
