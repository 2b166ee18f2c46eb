//! When a batch is dispatched.
use super::*;
use proptest::prelude::*;

fn options(max_size: u32, max_wait: u32) -> BatchOptions {
    BatchOptions { max_size, max_wait: ms(max_wait) }
}

#[test]
fn a_batch_is_dispatched_when_its_first_item_has_waited_long_enough() {
    let (mut pace, mut now) = (Pace::new(), 1000.0);
    let id = pace.batches.create(options(10, 20));
    assert_eq!(pace.batches.enqueue(&mut pace.timers, id, at(now)), Enqueued::OpensTimer);
    assert_eq!(wait(&mut pace, &mut now, 1015.0), []);
    assert_eq!(pace.batches.enqueue(&mut pace.timers, id, at(now)), Enqueued::Waits);
    assert_eq!(wait(&mut pace, &mut now, 2000.0), [(1020.0, Expired::Batch(id))]);
    assert_eq!((pace.calls(), pace.invocations()), (2, 1));
}

#[test]
fn without_a_wait_the_host_closes_the_batch() {
    let mut pace = Pace::new();
    let id = pace.batches.create(options(10, 0));
    assert_eq!(pace.batches.enqueue(&mut pace.timers, id, at(0.0)), Enqueued::OpensTask);
    assert_eq!(pace.timers.arm(at(0.0)), None);
    assert_eq!(pace.batches.close(&mut pace.timers, id, true), 1);
    assert_eq!(pace.batches.enqueue(&mut pace.timers, id, at(0.0)), Enqueued::OpensTask);
}

#[test]
fn a_batch_that_is_cancelled_after_its_deadline_expired_is_not_dispatched() {
    let mut pace = Pace::new();
    let id = pace.batches.create(options(10, 5));
    pace.batches.enqueue(&mut pace.timers, id, at(0.0));
    pace.timers.arm(at(0.0));
    pace.timers.handle_timeout(at(5.0), true);
    assert_eq!(pace.batches.close(&mut pace.timers, id, false), 1);
    assert_eq!(pace.poll_expired(at(5.0)), None);
    assert_eq!(pace.invocations(), 0);
}

#[test]
fn a_released_batch_does_not_expire_and_its_id_is_used_again() {
    let (mut pace, mut now) = (Pace::new(), 0.0);
    let id = pace.batches.create(options(10, 5));
    pace.batches.enqueue(&mut pace.timers, id, at(now));
    pace.batches.release(&mut pace.timers, id);
    assert_eq!(wait(&mut pace, &mut now, 100.0), []);
    assert_eq!(pace.batches.create(options(1, 0)), id);
}

proptest! {
    /// Each item is dispatched in a batch of at most `max_size`, at most `max_wait` later, together with the items
    /// that came meanwhile.
    #[test]
    fn no_item_is_lost_or_late(max_size in 1..6u32, max_wait in 1..30u32, gaps in prop::collection::vec(0..20u32, 1..60)) {
        let (mut pace, mut now) = (Pace::new(), 0.0);
        let id = pace.batches.create(options(max_size, max_wait));
        let mut waiting: Vec<f64> = Vec::new();
        let mut dispatched = 0;
        let calls = gaps.len();
        for gap in gaps.into_iter().map(Some).chain([None]) {
            let until = now + gap.map_or(1000.0, f64::from);
            for (when, expired) in wait(&mut pace, &mut now, until) {
                prop_assert_eq!(expired, Expired::Batch(id));
                prop_assert_eq!(when, waiting[0] + f64::from(max_wait));
                dispatched += core::mem::take(&mut waiting).len();
            }
            if gap.is_none() { break }
            waiting.push(now);
            let enqueued = pace.batches.enqueue(&mut pace.timers, id, at(now));
            let expected = match waiting.len() as u32 {
                full if full == max_size => Enqueued::Fills,
                1 => Enqueued::OpensTimer,
                _ => Enqueued::Waits,
            };
            prop_assert_eq!(enqueued, expected);
            if enqueued == Enqueued::Fills { dispatched += core::mem::take(&mut waiting).len() }
        }
        prop_assert_eq!(dispatched, calls);
        prop_assert_eq!(pace.calls(), calls as u64);
        prop_assert_eq!(pace.timers.arm(at(now)), None);
    }
}
