//! The lifecycle of bodies: arriving in chunks, kept, discarded, evicted.
use super::super::*;
use proptest::prelude::*;
use std::vec::Vec;

fn receive(bodies: &mut Bodies, previous: Option<BodyId>, chunks: &[&[u8]]) -> (IncomingId, Outcome) {
    let incoming = bodies.begin(previous, 0);
    for chunk in chunks {
        bodies.room(incoming, chunk.len()).copy_from_slice(chunk);
        assert_eq!(bodies.received(incoming), Progress::Continue);
    }
    let outcome = bodies.finish(incoming, true);
    (incoming, outcome)
}

fn kept(bodies: &mut Bodies, body: &[u8]) -> BodyId {
    let (incoming, _) = receive(bodies, None, &[body]);
    bodies.keep(incoming).unwrap()
}

#[test]
fn bodies_compare_equal_however_they_are_split_into_chunks() {
    let old = b"[1,2,3,4,5,6,7,8,9,10]".as_slice();
    let others = [old, b"[1,2,3,4,5,6,7,8,9,11]", b"[1,2,3]", b"", b"[1,2,3,4,5,6,7,8,9,10] ", b"{}"];
    for new in others {
        for first in 0..=new.len() {
            for second in first..=new.len() {
                let mut bodies = Bodies::default();
                let previous = kept(&mut bodies, old);
                let chunks = [&new[..first], &new[first..second], &new[second..]];
                let (incoming, outcome) = receive(&mut bodies, Some(previous), &chunks);
                assert_eq!(outcome == Outcome::Same, new.trim_ascii() == old);
                assert_eq!(bodies.bytes(incoming), new);
                let next = bodies.keep(incoming).unwrap();
                assert_eq!(next == previous, new == old);
                assert!(bodies.stats().kept >= new.len() as u64);
            }
        }
    }
}

#[test]
fn comparing_stops_at_the_first_difference() {
    let mut bodies = Bodies::default();
    let old = Vec::from([b'a'; 10_000]);
    let previous = kept(&mut bodies, &old);
    let mut new = old.clone();
    new[1234] = b'b';
    let chunks: Vec<&[u8]> = new.chunks(1000).collect();
    receive(&mut bodies, Some(previous), &chunks);
    assert_eq!(bodies.stats().compared, 1235);
}

#[test]
fn discarding_a_body_keeps_the_previous_one() {
    let mut bodies = Bodies::default();
    let previous = kept(&mut bodies, b"[1]");
    let (incoming, _) = receive(&mut bodies, Some(previous), &[b"[1"]);
    bodies.discard(incoming);
    assert_eq!(receive(&mut bodies, Some(previous), &[b"[1]"]).1, Outcome::Same);
}

#[test]
fn two_bodies_of_the_same_query_may_arrive_at_once() {
    let mut bodies = Bodies::default();
    let previous = kept(&mut bodies, b"[1,2]");
    let slow = bodies.begin(Some(previous), 0);
    bodies.room(slow, 3).copy_from_slice(b"[1,");
    bodies.received(slow);
    let (quick, outcome) = receive(&mut bodies, Some(previous), &[b"[9]"]);
    assert_ne!(outcome, Outcome::Same);
    bodies.keep(quick).unwrap();
    bodies.room(slow, 2).copy_from_slice(b"2]");
    bodies.received(slow);
    // The other body has replaced the previous one, but the text to compare with stays until this one ends.
    assert_eq!(bodies.finish(slow, true), Outcome::Same);
    assert_eq!(bodies.bytes(slow), b"[1,2]");
    assert_ne!(bodies.keep(slow), Some(previous));
}

#[test]
fn the_least_recently_used_body_is_evicted_first() {
    let mut bodies = Bodies::new(Budget { body: 100, total: 250 });
    let a = kept(&mut bodies, &[b'a'; 100]);
    let b = kept(&mut bodies, &[b'b'; 100]);
    let (incoming, _) = receive(&mut bodies, Some(a), &[&[b'a'; 100]]);
    assert_eq!(bodies.keep(incoming), Some(a));
    kept(&mut bodies, &[b'c'; 100]);
    assert_eq!(bodies.stats().evicted, 100);
    assert_eq!(receive(&mut bodies, Some(a), &[&[b'a'; 100]]).1, Outcome::Same);
    assert_eq!(receive(&mut bodies, Some(b), &[&[b'b'; 100]]).1, Outcome::Unknown);
    assert_eq!(bodies.stats().kept, 200);
}

#[test]
fn a_body_over_the_budget_is_handed_back_and_not_kept() {
    let mut bodies = Bodies::new(Budget { body: 10, total: 100 });
    let incoming = bodies.begin(None, 0);
    bodies.room(incoming, 10).fill(b' ');
    assert_eq!(bodies.received(incoming), Progress::Continue);
    bodies.room(incoming, 1).fill(b' ');
    assert_eq!(bodies.received(incoming), Progress::TooLong);
    assert_eq!(bodies.bytes(incoming).len(), 11);
    assert_eq!(bodies.keep(incoming), None);
    assert_eq!(bodies.stats(), Stats::default());
}

#[test]
fn lowering_the_budget_evicts_at_once() {
    let mut bodies = Bodies::default();
    kept(&mut bodies, &[b'a'; 100]);
    let small = kept(&mut bodies, &[b'b'; 10]);
    bodies.set_budget(Budget { body: 50, total: 100 });
    assert_eq!(bodies.stats().kept, 10);
    bodies.forget(small);
    assert_eq!(bodies.stats().kept, 0);
}

proptest! {
    #[test]
    fn the_common_prefix_equals_a_count_byte_by_byte(
        start in prop::collection::vec(any::<u8>(), 0..50),
        a in prop::collection::vec(0..2u8, 0..20),
        b in prop::collection::vec(0..2u8, 0..20),
    ) {
        let (a, b) = ([&start[..], &a].concat(), [&start[..], &b].concat());
        let expected = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
        prop_assert_eq!(common_prefix(&a, &b), expected);
    }
}
