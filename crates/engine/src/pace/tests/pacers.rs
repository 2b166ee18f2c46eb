//! Debounce and throttle, compared with lodash's algorithm on simulated time.
use super::super::*;
use super::lodash::{Lodash, LodashHost};
use super::{TestTimers, at, ms};
use crate::time::{Duration, Instant};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::string::String;
use std::vec::Vec;

/// A host: a clock, one timer, and a log of what ran.
#[derive(Default)]
struct Host {
    timers: TestTimers,
    /// The real time in ms, and the offset of the wall clock.
    time: f64,
    clock_offset: f64,
    timer: Option<f64>,
    timers_set: usize,
    retained: BTreeSet<u32>,
    /// By pacer: when it was called last, and whether its arguments wait.
    calls: BTreeMap<u32, (Instant, bool)>,
    /// Whether it reports calls without effects, too.
    reports_all: bool,
    log: Vec<String>,
}

impl Host {
    fn now(&self) -> Instant {
        Instant::from_ms(self.time + self.clock_offset)
    }

    fn last(&self, id: PacerId) -> (Instant, bool) {
        self.calls.get(&id.0).copied().unwrap_or((LONG_AGO, false))
    }

    fn apply(&mut self, id: PacerId, effects: PacerEffects) {
        if effects.has(PacerEffects::WAIT) {
            self.retained.insert(id.0);
            self.arm();
        }
        if effects.has(PacerEffects::RELEASE) {
            self.retained.remove(&id.0);
        }
        if effects.0 & (PacerEffects::INVOKE | PacerEffects::END) != 0 {
            let (last, _) = self.last(id);
            self.calls.insert(id.0, (last, false));
        }
        if effects.has(PacerEffects::INVOKE) {
            self.log.push(format!("{}@{}", id.0, self.time));
        }
    }

    fn arm(&mut self) {
        self.timers_set += 1;
        let now = self.now();
        self.timer = self.timers.arm(now).map(|delay| self.time + delay.as_ms());
    }

    fn poll(&mut self) -> Option<(PacerId, PacerEffects)> {
        let Expired::Pacer(id) = self.timers.poll()? else { panic!("there are only pacers") };
        let (last, has_args) = self.last(id);
        Some((id, self.timers.pacer_expired(id, self.now(), last, has_args)))
    }

    fn call(&mut self, id: PacerId) {
        let now = self.now();
        let (last, _) = self.last(id);
        self.calls.insert(id.0, (now, true));
        let has_effects = now < last || now >= self.timers.pacer_until(id, last);
        if has_effects || self.reports_all {
            let effects = self.timers.pacer_call(id, now, last);
            assert!(has_effects || effects == PacerEffects(0));
            self.apply(id, effects);
        }
    }

    fn flush(&mut self, id: PacerId) {
        let effects = self.timers.pacer_flush(id, self.now(), self.last(id).1);
        self.apply(id, effects);
    }

    fn cancel(&mut self, id: PacerId) {
        self.calls.remove(&id.0);
        let effects = self.timers.pacer_cancel(id);
        self.apply(id, effects);
    }

    fn is_pending(&mut self, id: PacerId) -> bool {
        self.timers.pacer_until(id, self.last(id).0) != LONG_AGO
    }

    fn advance(&mut self, span: u32) {
        let until = self.time + f64::from(span);
        while let Some(at) = self.timer.filter(|at| *at <= until) {
            self.time = at;
            self.timer = None;
            let now = self.now();
            self.timers.handle_timeout(now, true);
            while let Some((id, effects)) = self.poll() {
                assert!(self.retained.contains(&id.0), "the host retained the function");
                self.apply(id, effects);
            }
            self.arm();
        }
        self.time = until;
    }
}

/// Calls one pacer at the given times; returns the times at which it ran.
fn runs(pacing: Pacing, calls: &[u32]) -> Vec<u32> {
    let mut host = Host { time: 1000.0, ..Host::default() };
    let id = host.timers.pacer_create(pacing);
    let mut at = 0;
    for &call in calls {
        host.advance(call - at);
        at = call;
        host.call(id);
    }
    host.advance(10_000);
    assert!(host.retained.is_empty() && host.timer.is_none());
    host.log.iter().map(|line| line.rsplit('@').next().unwrap().parse::<u32>().unwrap() - 1000).collect()
}

#[test]
fn debounce_runs_once_calls_have_stopped() {
    assert_eq!(runs(Pacing::debounce(ms(30)), &[0, 10, 20, 100]), [50, 130]);
}

#[test]
fn a_single_call_runs_on_the_leading_edge_only() {
    let pacing = Pacing::debounce(ms(30)).leading(true);
    assert_eq!(runs(pacing, &[0]), [0]);
    assert_eq!(runs(pacing, &[0, 10]), [0, 40]);
    assert_eq!(runs(pacing.trailing(false), &[0, 10, 30, 70]), [0, 70]);
}

#[test]
fn without_an_edge_it_never_runs() {
    assert_eq!(runs(Pacing::debounce(ms(30)).trailing(false), &[0, 10, 50]), [] as [u32; 0]);
}

#[test]
fn max_wait_runs_within_a_burst() {
    let calls: Vec<u32> = (0..100).step_by(10).collect();
    assert_eq!(runs(Pacing::debounce(ms(30)).max_wait(ms(40)), &calls), [40, 80, 120]);
}

#[test]
fn throttle_runs_on_the_first_call_and_once_per_wait() {
    let calls: Vec<u32> = (0..100).step_by(10).collect();
    assert_eq!(runs(Pacing::throttle(ms(30)), &calls), [0, 30, 60, 90, 120]);
    assert_eq!(runs(Pacing::throttle(ms(30)).trailing(false), &calls), [0, 30, 60, 90]);
}

#[test]
fn a_pacing_is_the_same_however_it_is_made() {
    for (leading, trailing) in [(false, false), (false, true), (true, false), (true, true)] {
        let by_methods = Pacing::debounce(ms(30)).leading(leading).trailing(trailing);
        assert_eq!(Pacing::of(ms(30), None, leading, trailing), by_methods);
        for max_wait in [ms(10), ms(40), Duration::INFINITE] {
            assert_eq!(Pacing::of(ms(30), Some(max_wait), leading, trailing), by_methods.max_wait(max_wait));
        }
    }
    assert_eq!(Pacing::of(ms(30), Some(ms(30)), true, true), Pacing::throttle(ms(30)));
}

#[test]
fn a_wait_of_zero_runs_in_the_next_task() {
    let mut host = Host::default();
    let id = host.timers.pacer_create(Pacing::debounce(ms(0)));
    host.call(id);
    host.call(id);
    assert_eq!(host.log, [] as [&str; 0]);
    host.advance(0);
    assert_eq!(host.log, ["1@0"]);
}

#[test]
fn an_endless_wait_is_pending_until_it_is_flushed() {
    let mut host = Host::default();
    let id = host.timers.pacer_create(Pacing::debounce(Duration::INFINITE));
    host.call(id);
    host.advance(u32::MAX);
    assert!(host.is_pending(id) && host.log.is_empty());
    host.flush(id);
    assert_eq!(host.log.len(), 1);
    assert!(host.retained.is_empty());
}

#[test]
fn a_wait_longer_than_a_host_timer_is_kept() {
    let mut host = Host::default();
    let id = host.timers.pacer_create(Pacing::debounce(Duration::from_ms(3e9)));
    host.call(id);
    host.advance(2_999_999_999);
    assert_eq!(host.log, [] as [&str; 0]);
    host.advance(1);
    assert_eq!(host.log, ["1@3000000000"]);
}

#[test]
fn a_clock_that_is_set_back_delays_nothing() {
    for offset in [-1e6, -10.0, 1e6] {
        let mut host = Host { time: 2e6, ..Host::default() };
        let id = host.timers.pacer_create(Pacing::debounce(ms(30)));
        host.call(id);
        host.advance(5);
        host.clock_offset = offset;
        host.advance(25);
        if offset == -10.0 {
            // By the clock, ten milliseconds of the wait are left.
            host.advance(10);
        }
        assert_eq!(host.log.len(), 1, "{offset}");
    }
}

#[test]
fn an_outdated_timer_does_not_make_a_wait_shorter() {
    let mut host = Host { time: 1000.0, ..Host::default() };
    let id = host.timers.pacer_create(Pacing::throttle(ms(30)).leading(false));
    host.call(id);
    host.time = 1001.0;
    let now = host.now();
    host.timers.handle_timeout(now, false);
    assert_eq!(host.poll(), None);
    assert_eq!(host.timers.arm(now), Some(ms(29)));
}

#[test]
fn a_burst_arms_the_timer_once() {
    let mut host = Host::default();
    let id = host.timers.pacer_create(Pacing::debounce(ms(100)));
    for _ in 0..1000 {
        host.call(id);
    }
    assert_eq!(host.timers_set, 1);
    host.advance(100);
    assert_eq!(host.log, ["1@100"]);
}

#[test]
fn a_wait_that_begins_during_a_timeout_expires_in_the_next() {
    let mut host = Host::default();
    let id = host.timers.pacer_create(Pacing::debounce(ms(0)));
    host.call(id);
    let now = host.now();
    host.timers.handle_timeout(now, true);
    let (_, effects) = host.poll().unwrap();
    assert!(effects.has(PacerEffects::INVOKE));
    host.apply(id, effects);
    host.call(id);
    assert_eq!(host.poll(), None);
    assert_eq!(host.timers.arm(now), Some(Duration::ZERO));
}

#[test]
fn until_some_time_a_call_has_no_effects() {
    let mut host = Host { time: 1000.0, ..Host::default() };
    let id = host.timers.pacer_create(Pacing::debounce(ms(30)).max_wait(ms(40)));
    assert_eq!(host.timers.pacer_until(id, LONG_AGO), LONG_AGO);
    host.call(id);
    assert_eq!(host.timers.pacer_until(id, at(1000.0)), at(1030.0));
    assert_eq!(host.timers.pacer_until(id, at(1020.0)), at(1040.0));
}

#[test]
fn a_call_in_the_same_timeout_postpones_a_pacer_that_is_due() {
    let mut host = Host::default();
    let a = host.timers.pacer_create(Pacing::debounce(ms(10)));
    let b = host.timers.pacer_create(Pacing::debounce(ms(10)));
    host.call(a);
    host.call(b);
    host.time = 10.0;
    let now = host.now();
    host.timers.handle_timeout(now, true);
    assert!(host.poll().unwrap().1.has(PacerEffects::INVOKE));
    host.call(b);
    assert_eq!(host.poll(), Some((b, PacerEffects(0))));
    host.arm();
    host.advance(9);
    assert_eq!(host.log, [] as [&str; 0]);
    host.advance(1);
    assert_eq!(host.log.len(), 1);
}

#[test]
fn a_pacer_that_another_cancels_in_the_same_timeout_does_not_run() {
    let mut host = Host::default();
    let a = host.timers.pacer_create(Pacing::debounce(ms(10)));
    let b = host.timers.pacer_create(Pacing::debounce(ms(10)));
    host.call(a);
    host.call(b);
    host.time = 10.0;
    let now = host.now();
    host.timers.handle_timeout(now, true);
    let (first, effects) = host.poll().unwrap();
    assert!(first == a && effects.has(PacerEffects::INVOKE));
    assert!(host.timers.pacer_cancel(b).has(PacerEffects::RELEASE));
    assert_eq!(host.poll(), None);
}

#[test]
fn a_released_pacer_runs_once_more_and_its_id_is_used_again() {
    let mut host = Host::default();
    let a = host.timers.pacer_create(Pacing::debounce(ms(10)));
    host.call(a);
    host.timers.pacer_release(a);
    let b = host.timers.pacer_create(Pacing::debounce(ms(10)));
    assert_ne!(a, b);
    host.advance(10);
    assert_eq!(host.log, [format!("{}@10", a.0)]);
    // Two rows are free: its own and that of its deadline.
    let two = [(); 2].map(|()| host.timers.pacer_create(Pacing::debounce(ms(10))));
    assert!(two.contains(&a));
}

#[derive(Clone, Debug)]
enum Action {
    Call(usize),
    Cancel(usize),
    Flush(usize),
    Advance(u32),
    /// The host is busy: timers are late.
    Block(u32),
}

fn action() -> impl Strategy<Value = Action> {
    prop_oneof![
        6 => (0..3usize).prop_map(Action::Call),
        1 => (0..3usize).prop_map(Action::Cancel),
        2 => (0..3usize).prop_map(Action::Flush),
        5 => (0..25u32).prop_map(Action::Advance),
        1 => (0..40u32).prop_map(Action::Block),
    ]
}

fn options() -> impl Strategy<Value = (u32, Option<u32>, bool, bool)> {
    (0..20u32, prop::option::of(0..40u32), any::<bool>(), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn debounce_and_throttle_behave_like_lodash(
        options in prop::collection::vec(options(), 3),
        actions in prop::collection::vec(action(), 0..80),
        reports_all in any::<bool>(),
    ) {
        let mut host = Host { time: 1000.0, reports_all, ..Host::default() };
        let mut lodash_host = LodashHost { time: 1000.0, ..LodashHost::default() };
        let mut lodash = Vec::new();
        let mut ids = Vec::new();
        for (wait, max_wait, leading, trailing) in options {
            let mut pacing = Pacing::debounce(ms(wait)).leading(leading).trailing(trailing);
            if let Some(max_wait) = max_wait { pacing = pacing.max_wait(ms(max_wait)) }
            ids.push(host.timers.pacer_create(pacing));
            lodash.push(Lodash {
                wait: f64::from(wait), max_wait: max_wait.map(|max| f64::from(max.max(wait))), leading, trailing,
                last_call: None, last_invoke: 0.0, timer: None, has_args: false,
            });
        }
        for action in actions.into_iter().chain([Action::Advance(1000)]) {
            match action {
                Action::Call(i) => { host.call(ids[i]); lodash[i].call(ids[i].0 as usize, &mut lodash_host) }
                Action::Cancel(i) => { host.cancel(ids[i]); lodash[i].cancel(&mut lodash_host) }
                Action::Flush(i) => { host.flush(ids[i]); lodash[i].flush(ids[i].0 as usize, &mut lodash_host) }
                Action::Block(span) => {
                    host.time += f64::from(span);
                    lodash_host.time += f64::from(span);
                    if let Some(at) = host.timer { host.timer = Some(at.max(host.time)) }
                    for timer in &mut lodash_host.timers { timer.0 = timer.0.max(lodash_host.time) }
                }
                Action::Advance(span) => {
                    host.advance(span);
                    let until = lodash_host.time + f64::from(span);
                    while let Some(first) = lodash_host.timers.iter().copied()
                        .min_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap())
                        .filter(|timer| timer.0 <= until)
                    {
                        lodash_host.time = first.0;
                        lodash_host.clear(first.1);
                        let place = ids.iter().position(|id| id.0 as usize == first.2).unwrap();
                        lodash[place].expired(first.2, &mut lodash_host);
                    }
                    lodash_host.time = until;
                    // Runs of the same instant may have another order if timers were late.
                    host.log.sort();
                    lodash_host.log.sort();
                }
            }
            for i in 0..3 {
                prop_assert_eq!(host.is_pending(ids[i]), lodash[i].timer.is_some());
            }
        }
        prop_assert_eq!(&host.log, &lodash_host.log);
        prop_assert!(host.retained.is_empty());
    }
}
