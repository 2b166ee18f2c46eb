//! Which deadlines expire, and in which order.
use super::*;
use proptest::prelude::*;

/// Fires the timer that is armed, if it is due by `until`; returns when.
fn fire(timers: &mut TestTimers, now: f64, until: f64) -> Option<f64> {
    let when = now + timers.arm(at(now))?.as_ms();
    (when <= until).then(|| {
        timers.handle_timeout(at(when), true);
        when
    })
}

#[test]
fn deadlines_expire_in_order_also_those_of_different_kinds() {
    let mut timers = TestTimers::default();
    let later = timers.set(at(10.0));
    let pacer = timers.pacer_create(Pacing::debounce(ms(10)));
    timers.pacer_call(pacer, at(0.0), LONG_AGO);
    let last = timers.set(at(10.0));
    let sooner = timers.set(at(9.0));
    timers.handle_timeout(at(10.0), true);
    let order = [Expired::Timer(sooner), Expired::Timer(later), Expired::Pacer(pacer), Expired::Timer(last)];
    assert_eq!(core::iter::from_fn(|| timers.poll()).collect::<Vec<_>>(), order);
    assert_eq!(timers.arm(at(10.0)), None);
}

#[test]
fn a_deadline_later_than_a_host_timer_is_kept() {
    let mut timers = TestTimers::default();
    let id = timers.set(at(3e9));
    let first = fire(&mut timers, 0.0, f64::MAX).unwrap();
    assert_eq!((first, timers.poll()), (2_147_483_647.0, None));
    assert_eq!(fire(&mut timers, first, f64::MAX), Some(3e9));
    assert_eq!(timers.poll(), Some(Expired::Timer(id)));
}

#[test]
fn a_clock_that_is_set_back_delays_nothing() {
    let mut timers = TestTimers::default();
    timers.monotonic(at(1e6));
    let id = timers.set(at(1e6 + 100.0));
    timers.arm(at(1e6));
    // The timer fires on time although the clock was set back.
    timers.handle_timeout(at(1e3), true);
    assert_eq!(timers.poll(), Some(Expired::Timer(id)));
    assert_eq!(timers.monotonic(at(1e3)), at(1e6 + 100.0));
}

#[test]
fn timers_that_fire_a_ms_early_do_not_make_the_clock_fast() {
    let mut timers = TestTimers::default();
    let mut now = 0.0;
    for _ in 0..1000 {
        let id = timers.set(at(now + 5.0));
        let delay = timers.arm(at(now)).unwrap().as_ms();
        timers.handle_timeout(at(now + delay - 1.0), true);
        assert_eq!((timers.poll(), timers.arm(at(now + 4.0))), (None, Some(ms(1))));
        now += 5.0;
        timers.handle_timeout(at(now), true);
        assert_eq!(timers.poll(), Some(Expired::Timer(id)));
    }
    assert_eq!(timers.monotonic(at(now)), at(now));
}

#[test]
fn a_clock_that_stands_still_is_set_forward() {
    let mut timers = TestTimers::default();
    let id = timers.set(at(1.0));
    assert_eq!(timers.arm(at(0.0)), Some(ms(1)));
    timers.handle_timeout(at(0.0), true);
    assert_eq!((timers.poll(), timers.arm(at(0.0))), (None, Some(ms(1))));
    timers.handle_timeout(at(0.0), true);
    assert_eq!(timers.poll(), Some(Expired::Timer(id)));
}

#[test]
fn numbers_that_name_nothing_have_no_effect() {
    let mut timers = TestTimers::default();
    let id = timers.set(at(5.0));
    let pacer = timers.pacer_create(Pacing::throttle(ms(5)));
    for made_up in [0, id.0, 77] {
        let made_up = PacerId(made_up);
        assert_eq!(timers.pacer_call(made_up, at(1.0), LONG_AGO), PacerEffects(0));
        timers.pacer_flush(made_up, at(1.0), true);
        timers.pacer_expired(made_up, at(1.0), at(1.0), true);
        timers.pacer_cancel(made_up);
        timers.pacer_release(made_up);
        assert_eq!(timers.pacer_until(made_up, at(1.0)), LONG_AGO);
    }
    for made_up in [0, pacer.0, 77] {
        timers.clear(TimerId(made_up));
    }
    timers.handle_timeout(at(5.0), true);
    assert_eq!((timers.poll(), timers.poll()), (Some(Expired::Timer(id)), None));
    timers.clear(id);
    assert!(timers.pacer_call(pacer, at(6.0), LONG_AGO).has(PacerEffects::INVOKE | PacerEffects::WAIT));
}

proptest! {
    /// The model is a list that is searched from end to end.
    #[test]
    fn deadlines_behave_like_a_list(
        steps in prop::collection::vec((0..4u8, 0..30u32, any::<prop::sample::Index>()), 0..300),
    ) {
        let mut timers = TestTimers::default();
        let mut now = 0;
        let mut model: Vec<(u32, usize, TimerId)> = Vec::new(); // when, which, its id
        for (which, (action, span, chosen)) in steps.into_iter().enumerate() {
            match action {
                0 | 1 => {
                    let id = timers.set(at(f64::from(now + span)));
                    prop_assert!(!model.iter().any(|one| one.2 == id), "two have one name");
                    model.push((now + span, which, id));
                }
                2 if !model.is_empty() => {
                    let (_, _, id) = model.remove(chosen.index(model.len()));
                    timers.clear(id);
                    timers.clear(id);
                }
                _ => {
                    now += span;
                    let until = at(f64::from(now));
                    timers.handle_timeout(until, false);
                    model.sort_by_key(|one| (one.0, one.1));
                    // One that is set meanwhile waits for the next timeout.
                    let late = timers.set(until);
                    while let Some(expired) = timers.poll() {
                        let (when, _, id) = model.remove(0);
                        prop_assert!(when <= now);
                        prop_assert_eq!(expired, Expired::Timer(id));
                    }
                    prop_assert!(model.iter().all(|one| one.0 > now));
                    prop_assert_eq!(timers.arm(until), Some(Duration::ZERO));
                    timers.clear(late);
                }
            }
            let first = model.iter().map(|one| one.0 - now).min();
            prop_assert_eq!(timers.arm(at(f64::from(now))), first.map(ms));
        }
    }
}
