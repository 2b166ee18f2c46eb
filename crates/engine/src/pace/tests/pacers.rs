//! Debounce and throttle against lodash's own algorithm, on simulated time.
use super::super::*;
use super::ms;
use crate::time::{Duration, Instant};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::format;
use std::string::String;
use std::vec::Vec;

/// A host: a clock, one timer, and a log of what ran.
#[derive(Default)]
struct Host {
    pace: Pace,
    /// What really passed, and what the wall clock is off by.
    time: f64,
    clock_off: f64,
    timer: Option<f64>,
    timers_set: usize,
    held: BTreeSet<u32>,
    /// Where set, quiet calls are noted before something else is said: how many, and the last.
    noting: Option<BTreeMap<u32, (u32, Instant)>>,
    log: Vec<String>,
}

impl Host {
    fn now(&self) -> Instant {
        Instant::from_ms(self.time + self.clock_off)
    }

    fn obey(&mut self, id: PacerId, step: Step) {
        if step.held {
            assert!(self.held.insert(id.0));
        }
        if step.invoke {
            self.log.push(format!("{}@{}", id.0, self.time));
        }
        if step.freed {
            assert!(self.held.remove(&id.0));
        }
        if step.rearm {
            self.arm();
        }
    }

    fn arm(&mut self) {
        self.timers_set += 1;
        let now = self.now();
        self.timer = self.pace.alarms.arm(now).map(|delay| self.time + delay.as_ms());
    }

    fn poll(&mut self, now: Instant) -> Option<(PacerId, Step)> {
        self.pace.poll_expired(now).map(|expired| match expired {
            Expired::Pacer(id, step) => (id, step),
            other => panic!("{other:?}"),
        })
    }

    fn note_all(&mut self) {
        for (id, (calls, last)) in self.noting.iter_mut().flat_map(std::mem::take) {
            self.pace.pacers.note(PacerId(id), calls, last);
        }
    }

    fn call(&mut self, id: PacerId) {
        let now = self.now();
        if now < self.pace.pacers.quiet_until(&self.pace.alarms, id)
            && let Some(noting) = &mut self.noting
        {
            let noted = noting.entry(id.0).or_insert((0, now));
            *noted = (noted.0 + 1, now);
            return;
        }
        self.note_all();
        let step = self.pace.pacers.call(&mut self.pace.alarms, id, now);
        self.obey(id, step);
    }

    fn flush(&mut self, id: PacerId) {
        self.note_all();
        let now = self.now();
        let step = self.pace.pacers.flush(&mut self.pace.alarms, id, now);
        self.obey(id, step);
    }

    fn cancel(&mut self, id: PacerId) {
        self.note_all();
        let step = self.pace.pacers.cancel(&mut self.pace.alarms, id);
        self.obey(id, step);
    }

    fn advance(&mut self, span: u32) {
        let until = self.time + f64::from(span);
        while let Some(at) = self.timer.filter(|at| *at <= until) {
            self.time = at;
            self.timer = None;
            self.note_all();
            let now = self.now();
            self.pace.alarms.handle_timeout(now, true);
            while let Some((id, step)) = self.poll(now) {
                assert!(self.held.contains(&id.0), "the host kept what is run now");
                self.obey(id, step);
            }
            self.arm();
        }
        self.time = until;
    }
}

/// Calls at the given times, one pacer; gives the times at which it ran.
fn runs(pacing: Pacing, calls: &[u32]) -> Vec<u32> {
    let mut host = Host { time: 1000.0, ..Host::default() };
    let id = host.pace.pacers.create(pacing);
    let mut at = 0;
    for &call in calls {
        host.advance(call - at);
        at = call;
        host.call(id);
    }
    host.advance(10_000);
    assert!(host.held.is_empty() && host.timer.is_none());
    host.log.iter().map(|line| line.rsplit('@').next().unwrap().parse::<u32>().unwrap() - 1000).collect()
}

#[test]
fn debounce_waits_for_quiet() {
    assert_eq!(runs(Pacing::debounce(ms(30)), &[0, 10, 20, 100]), [50, 130]);
}

#[test]
fn the_leading_edge_runs_at_once_and_one_call_runs_once() {
    let pacing = Pacing::debounce(ms(30)).leading(true);
    assert_eq!(runs(pacing, &[0]), [0]);
    assert_eq!(runs(pacing, &[0, 10]), [0, 40]);
    assert_eq!(runs(pacing.trailing(false), &[0, 10, 30, 70]), [0, 70]);
}

#[test]
fn no_edge_never_runs() {
    assert_eq!(runs(Pacing::debounce(ms(30)).trailing(false), &[0, 10, 50]), [] as [u32; 0]);
}

#[test]
fn the_longest_wait_bounds_a_burst() {
    let calls: Vec<u32> = (0..100).step_by(10).collect();
    assert_eq!(runs(Pacing::debounce(ms(30)).max_wait(ms(40)), &calls), [40, 80, 120]);
}

#[test]
fn throttle_runs_at_once_and_once_per_wait() {
    let calls: Vec<u32> = (0..100).step_by(10).collect();
    assert_eq!(runs(Pacing::throttle(ms(30)), &calls), [0, 30, 60, 90, 120]);
    assert_eq!(runs(Pacing::throttle(ms(30)).trailing(false), &calls), [0, 30, 60, 90]);
}

#[test]
fn a_wait_of_zero_runs_in_the_next_turn() {
    let mut host = Host::default();
    let id = host.pace.pacers.create(Pacing::debounce(ms(0)));
    host.call(id);
    host.call(id);
    assert_eq!(host.log, [] as [&str; 0]);
    host.advance(0);
    assert_eq!(host.log, ["0@0"]);
}

#[test]
fn a_wait_without_end_is_pending_until_it_is_flushed() {
    let mut host = Host::default();
    let id = host.pace.pacers.create(Pacing::debounce(Duration::INFINITE));
    host.call(id);
    host.advance(u32::MAX);
    assert!(host.pace.pacers.is_pending(id) && host.log.is_empty());
    host.flush(id);
    assert_eq!(host.log.len(), 1);
    assert!(host.held.is_empty());
}

#[test]
fn waits_beyond_the_hosts_timers_are_kept() {
    let mut host = Host::default();
    let id = host.pace.pacers.create(Pacing::debounce(Duration::from_ms(3e9)));
    host.call(id);
    host.advance(2_999_999_999);
    assert_eq!(host.log, [] as [&str; 0]);
    host.advance(1);
    assert_eq!(host.log, ["0@3000000000"]);
}

#[test]
fn a_clock_set_back_delays_nothing() {
    for offset in [-1e6, -10.0, 1e6] {
        let mut host = Host { time: 2e6, ..Host::default() };
        let id = host.pace.pacers.create(Pacing::debounce(ms(30)));
        host.call(id);
        host.advance(5);
        host.clock_off = offset;
        host.advance(25);
        if offset == -10.0 {
            // Seen from the clock, ten milliseconds are missing: they are waited for.
            host.advance(10);
        }
        assert_eq!(host.log.len(), 1, "{offset}");
    }
}

#[test]
fn a_timer_that_fires_for_nothing_brings_nothing_forward() {
    let mut host = Host { time: 1000.0, ..Host::default() };
    let id = host.pace.pacers.create(Pacing::throttle(ms(30)).leading(false));
    host.call(id);
    host.time = 1001.0;
    let now = host.now();
    host.pace.alarms.handle_timeout(now, false);
    assert_eq!(host.poll(now), None);
    assert_eq!(host.pace.alarms.arm(now), Some(ms(29)));
}

#[test]
fn a_burst_sets_the_timer_once() {
    let mut host = Host::default();
    let id = host.pace.pacers.create(Pacing::debounce(ms(100)));
    for _ in 0..1000 {
        host.call(id);
    }
    assert_eq!(host.timers_set, 1);
    host.advance(100);
    assert_eq!(host.log, ["0@100"]);
    assert_eq!((host.pace.pacers.calls(), host.pace.pacers.invocations()), (1000, 1));
}

#[test]
fn what_is_started_while_a_timeout_is_handled_waits_for_the_next() {
    let mut host = Host::default();
    let id = host.pace.pacers.create(Pacing::debounce(ms(0)));
    host.call(id);
    let now = host.now();
    host.pace.alarms.handle_timeout(now, true);
    let (_, step) = host.poll(now).unwrap();
    assert!(step.invoke);
    host.obey(id, step);
    host.call(id);
    assert_eq!(host.poll(now), None);
    assert_eq!(host.pace.alarms.arm(now), Some(Duration::ZERO));
}

#[test]
fn no_call_is_quiet_while_a_timeout_is_handled() {
    let mut host = Host { time: 1000.0, ..Host::default() };
    let id = host.pace.pacers.create(Pacing::debounce(ms(30)).max_wait(ms(40)));
    assert_eq!(host.pace.pacers.quiet_until(&host.pace.alarms, id), pacer::LONG_AGO);
    host.call(id);
    assert_eq!(host.pace.pacers.quiet_until(&host.pace.alarms, id), Instant::from_ms(1030.0));
    host.time = 1020.0;
    host.call(id);
    assert_eq!(host.pace.pacers.quiet_until(&host.pace.alarms, id), Instant::from_ms(1040.0));
    let now = host.now();
    host.pace.alarms.handle_timeout(now, true);
    assert_eq!(host.pace.pacers.quiet_until(&host.pace.alarms, id), pacer::LONG_AGO);
    host.pace.alarms.arm(now);
    assert_eq!(host.pace.pacers.quiet_until(&host.pace.alarms, id), Instant::from_ms(1040.0));
}

#[test]
fn one_that_was_cancelled_by_another_in_the_same_turn_does_not_run() {
    let mut host = Host::default();
    let a = host.pace.pacers.create(Pacing::debounce(ms(10)));
    let b = host.pace.pacers.create(Pacing::debounce(ms(10)));
    host.call(a);
    host.call(b);
    host.time = 10.0;
    let now = host.now();
    host.pace.alarms.handle_timeout(now, true);
    let (first, step) = host.poll(now).unwrap();
    assert!(first == a && step.invoke);
    assert!(host.pace.pacers.cancel(&mut host.pace.alarms, b).freed);
    assert_eq!(host.poll(now), None);
}

#[test]
fn a_released_pacer_ends_its_wait_and_its_place_is_used_again() {
    let mut host = Host::default();
    let a = host.pace.pacers.create(Pacing::debounce(ms(10)));
    host.call(a);
    host.pace.pacers.release(a);
    let b = host.pace.pacers.create(Pacing::debounce(ms(10)));
    assert_ne!(a, b);
    host.advance(10);
    assert_eq!(host.log, ["0@10"]);
    assert_eq!(host.pace.pacers.create(Pacing::debounce(ms(10))), a);
}

/// What lodash's debounce does, line by line, with a timer of its own for everything that waits.
struct Plain {
    wait: f64,
    max_wait: Option<f64>,
    leading: bool,
    trailing: bool,
    last_call: Option<f64>,
    last_invoke: f64,
    timer: Option<usize>,
    has_args: bool,
}

#[derive(Default)]
struct PlainHost {
    time: f64,
    timers: Vec<(f64, usize, usize)>, // at, name, pacer
    named: usize,
    log: Vec<String>,
}

impl PlainHost {
    fn set(&mut self, pacer: usize, delay: f64) -> usize {
        self.named += 1;
        self.timers.push((self.time + delay, self.named, pacer));
        self.named
    }

    fn clear(&mut self, name: usize) {
        self.timers.retain(|timer| timer.1 != name);
    }
}

impl Plain {
    fn should_invoke(&self, time: f64) -> bool {
        let Some(last_call) = self.last_call else { return true };
        let since_call = time - last_call;
        since_call >= self.wait
            || since_call < 0.0
            || self.max_wait.is_some_and(|max| time - self.last_invoke >= max)
    }

    fn invoke(&mut self, me: usize, host: &mut PlainHost) {
        self.has_args = false;
        self.last_invoke = host.time;
        host.log.push(format!("{me}@{}", host.time));
    }

    fn trailing_edge(&mut self, me: usize, host: &mut PlainHost) {
        self.timer = None;
        if self.trailing && self.has_args {
            self.invoke(me, host);
        }
        self.has_args = false;
    }

    fn call(&mut self, me: usize, host: &mut PlainHost) {
        let time = host.time;
        let invoking = self.should_invoke(time);
        self.has_args = true;
        self.last_call = Some(time);
        if invoking {
            if self.timer.is_none() {
                self.last_invoke = time;
                self.timer = Some(host.set(me, self.wait));
                if self.leading {
                    self.invoke(me, host);
                }
                return;
            }
            if self.max_wait.is_some() {
                host.clear(self.timer.unwrap());
                self.timer = Some(host.set(me, self.wait));
                return self.invoke(me, host);
            }
        }
        if self.timer.is_none() {
            self.timer = Some(host.set(me, self.wait));
        }
    }

    fn expired(&mut self, me: usize, host: &mut PlainHost) {
        let time = host.time;
        if self.should_invoke(time) {
            return self.trailing_edge(me, host);
        }
        let waiting = self.wait - (time - self.last_call.unwrap());
        let rest = match self.max_wait {
            Some(max) => waiting.min(max - (time - self.last_invoke)),
            None => waiting,
        };
        self.timer = Some(host.set(me, rest));
    }

    fn cancel(&mut self, host: &mut PlainHost) {
        if let Some(timer) = self.timer.take() {
            host.clear(timer);
        }
        (self.last_invoke, self.last_call, self.has_args) = (0.0, None, false);
    }

    fn flush(&mut self, me: usize, host: &mut PlainHost) {
        if self.timer.is_some() {
            self.trailing_edge(me, host);
        }
    }
}

#[derive(Clone, Debug)]
enum Act {
    Call(usize),
    Cancel(usize),
    Flush(usize),
    Advance(u32),
    /// The host is busy: time passes and timers are late.
    Block(u32),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (0..3usize).prop_map(Act::Call),
        1 => (0..3usize).prop_map(Act::Cancel),
        2 => (0..3usize).prop_map(Act::Flush),
        5 => (0..25u32).prop_map(Act::Advance),
        1 => (0..40u32).prop_map(Act::Block),
    ]
}

fn options() -> impl Strategy<Value = (u32, Option<u32>, bool, bool)> {
    (0..20u32, prop::option::of(0..40u32), any::<bool>(), any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn behaves_as_lodash_does(
        options in prop::collection::vec(options(), 3),
        acts in prop::collection::vec(act(), 0..80),
        noting in any::<bool>(),
    ) {
        let mut host = Host { time: 1000.0, noting: noting.then(BTreeMap::new), ..Host::default() };
        let mut calls = 0;
        let mut plain_host = PlainHost { time: 1000.0, ..PlainHost::default() };
        let mut plain = Vec::new();
        let mut ids = Vec::new();
        for (wait, max_wait, leading, trailing) in options {
            let mut pacing = Pacing::debounce(ms(wait)).leading(leading).trailing(trailing);
            if let Some(max_wait) = max_wait { pacing = pacing.max_wait(ms(max_wait)) }
            ids.push(host.pace.pacers.create(pacing));
            plain.push(Plain {
                wait: f64::from(wait), max_wait: max_wait.map(|max| f64::from(max.max(wait))), leading, trailing,
                last_call: None, last_invoke: 0.0, timer: None, has_args: false,
            });
        }
        for act in acts.into_iter().chain([Act::Advance(1000)]) {
            match act {
                Act::Call(i) => { calls += 1; host.call(ids[i]); plain[i].call(i, &mut plain_host) }
                Act::Cancel(i) => { host.cancel(ids[i]); plain[i].cancel(&mut plain_host) }
                Act::Flush(i) => { host.flush(ids[i]); plain[i].flush(i, &mut plain_host) }
                Act::Block(span) => {
                    host.time += f64::from(span);
                    plain_host.time += f64::from(span);
                    if let Some(at) = host.timer { host.timer = Some(at.max(host.time)) }
                    for timer in &mut plain_host.timers { timer.0 = timer.0.max(plain_host.time) }
                }
                Act::Advance(span) => {
                    host.advance(span);
                    let until = plain_host.time + f64::from(span);
                    while let Some(first) = plain_host.timers.iter().copied()
                        .min_by(|a, b| (a.0, a.1).partial_cmp(&(b.0, b.1)).unwrap())
                        .filter(|timer| timer.0 <= until)
                    {
                        plain_host.time = first.0;
                        plain_host.clear(first.1);
                        plain[first.2].expired(first.2, &mut plain_host);
                    }
                    plain_host.time = until;
                    // Those of the same instant may come in another order where timers were late.
                    host.log.sort();
                    plain_host.log.sort();
                }
            }
            for i in 0..3 {
                prop_assert_eq!(host.pace.pacers.is_pending(ids[i]), plain[i].timer.is_some());
            }
        }
        prop_assert_eq!(&host.log, &plain_host.log);
        prop_assert!(host.held.is_empty());
        prop_assert_eq!(host.pace.pacers.calls(), calls);
        prop_assert_eq!(host.pace.pacers.invocations(), host.log.len() as u64);
    }
}
