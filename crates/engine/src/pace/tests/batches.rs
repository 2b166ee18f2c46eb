//! When a batch goes.
use super::*;
use proptest::prelude::*;

fn batching(max_size: u32, max_wait: u32) -> Batching {
    Batching { max_size, max_wait: ms(max_wait) }
}

#[test]
fn a_batch_goes_when_its_first_item_has_waited_long_enough() {
    let (mut pace, mut now) = (Pace::new(), 1000.0);
    let id = pace.batches.create(batching(10, 20));
    assert_eq!(pace.batches.join(&mut pace.alarms, id, at(now)), Joined::Opens);
    assert_eq!(wait(&mut pace, &mut now, 1015.0), []);
    assert_eq!(pace.batches.join(&mut pace.alarms, id, at(now)), Joined::Waits);
    assert_eq!(wait(&mut pace, &mut now, 2000.0), [(1020.0, Expired::Batch(id))]);
    assert_eq!((pace.calls(), pace.invocations()), (2, 1));
}

#[test]
fn without_a_wait_the_host_ends_the_turn() {
    let mut pace = Pace::new();
    let id = pace.batches.create(batching(10, 0));
    assert_eq!(pace.batches.join(&mut pace.alarms, id, at(0.0)), Joined::OpensTurn);
    assert_eq!(pace.alarms.arm(at(0.0)), None);
    assert_eq!(pace.batches.close(&mut pace.alarms, id, true), 1);
    assert_eq!(pace.batches.join(&mut pace.alarms, id, at(0.0)), Joined::OpensTurn);
}

#[test]
fn one_that_is_closed_as_it_comes_due_does_not_go_twice() {
    let mut pace = Pace::new();
    let id = pace.batches.create(batching(10, 5));
    pace.batches.join(&mut pace.alarms, id, at(0.0));
    pace.alarms.arm(at(0.0));
    pace.alarms.handle_timeout(at(5.0), true);
    assert_eq!(pace.batches.close(&mut pace.alarms, id, false), 1);
    assert_eq!(pace.poll_expired(at(5.0)), None);
    assert_eq!(pace.invocations(), 0);
}

#[test]
fn one_that_is_released_is_not_heard_of_again() {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = pace.batches.create(batching(10, 5));
    pace.batches.join(&mut pace.alarms, id, at(now));
    pace.batches.release(&mut pace.alarms, id);
    assert_eq!(wait(&mut pace, &mut now, 100.0), []);
    assert_eq!(pace.batches.create(batching(1, 0)), id);
}

proptest! {
    /// Each item goes in a batch that is no larger than may be, no later than may be, and together with those
    /// that came while it waited.
    #[test]
    fn nothing_is_lost_or_late(max_size in 1..6u32, max_wait in 1..30u32, gaps in prop::collection::vec(0..20u32, 1..60)) {
        let (mut pace, mut now) = (Pace::new(), 0.0);
        let id = pace.batches.create(batching(max_size, max_wait));
        let mut waiting: Vec<f64> = Vec::new();
        let mut gone = 0;
        let calls = gaps.len();
        for gap in gaps.into_iter().map(Some).chain([None]) {
            let until = now + gap.map_or(1000.0, f64::from);
            for (when, expired) in wait(&mut pace, &mut now, until) {
                prop_assert_eq!(expired, Expired::Batch(id));
                prop_assert_eq!(when, waiting[0] + f64::from(max_wait));
                gone += core::mem::take(&mut waiting).len();
            }
            if gap.is_none() { break }
            waiting.push(now);
            let joined = pace.batches.join(&mut pace.alarms, id, at(now));
            let expected = match waiting.len() as u32 {
                full if full == max_size => Joined::Goes,
                1 => Joined::Opens,
                _ => Joined::Waits,
            };
            prop_assert_eq!(joined, expected);
            if joined == Joined::Goes { gone += core::mem::take(&mut waiting).len() }
        }
        prop_assert_eq!(gone, calls);
        prop_assert_eq!(pace.calls(), calls as u64);
        prop_assert_eq!(pace.alarms.arm(at(now)), None);
    }
}
