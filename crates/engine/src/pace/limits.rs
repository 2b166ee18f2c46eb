//! Calls that run no faster than a rate: windows or a token bucket, and a queue before them.
use super::alarms::{Alarms, Wake};
use super::chain::Chain;
use super::pacer::LONG_AGO;
use super::slots::Slots;
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};
use alloc::collections::VecDeque;

/// Names one limited function until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct LimitId(pub u32);

/// How fast, and how many may wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    kind: Kind,
    max_queue: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Windows { limit: u32, interval: Duration },
    Bucket { gap: Duration, slack: Duration },
}

impl Rate {
    /// No more than `limit` in any span of `interval`: the next runs when the one `limit` before it is so long ago.
    pub fn strict(limit: u32, interval: Duration) -> Self {
        match limit {
            // As good as none, and what ran need not be remembered.
            u32::MAX => Self::new(limit, interval, limit),
            _ => Self::of(Kind::Windows { limit: limit.max(1), interval }),
        }
    }

    /// A bucket of `burst` tokens, full at first, into which `limit` tokens fall per `interval`, one by one: `burst` at
    /// once, and in a span of `interval` nearly `burst + limit`.
    pub fn new(limit: u32, interval: Duration, burst: u32) -> Self {
        let gap = interval.as_ms() / f64::from(limit.max(1));
        let slack = gap * f64::from(burst.max(1) - 1);
        Self::of(Kind::Bucket { gap: Duration::from_ms(gap), slack: Duration::from_ms(slack) })
    }

    fn of(kind: Kind) -> Self {
        Self { kind, max_queue: u32::MAX }
    }

    /// No more than so many wait.
    pub fn max_queue(mut self, max_queue: u32) -> Self {
        self.max_queue = max_queue;
        self
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// It runs now.
    Runs,
    /// It waits, under this number. Arm the timer again.
    Waits(u32),
    /// Too many wait: it is refused.
    Refused,
}

struct Limit {
    rate: Rate,
    /// In windows: when those ran that may still matter, the oldest first.
    ran: VecDeque<Instant>,
    /// When the bucket would be full again. That says how many tokens are in it, and needs no counting while
    /// time passes: the virtual scheduling of ATM's cell rate algorithm (ITU-T I.371).
    full_at: Instant,
    waiting: Slots<()>,
    queue: Chain,
    length: u32,
    timer: Option<Handle>,
}

impl Limit {
    /// From when on another may run.
    fn ready_at(&self) -> Instant {
        match self.rate.kind {
            Kind::Windows { limit, .. } if self.ran.len() < limit as usize => LONG_AGO,
            Kind::Windows { interval, .. } => self.ran.front().map_or(LONG_AGO, |first| *first + interval),
            Kind::Bucket { slack, .. } => Instant::from_ms(self.full_at.as_ms() - slack.as_ms()),
        }
    }

    fn take(&mut self, now: Instant) -> bool {
        if now < self.ready_at() {
            return false;
        }
        match self.rate.kind {
            Kind::Windows { interval, .. } => {
                while self.ran.front().is_some_and(|first| *first + interval <= now) {
                    self.ran.pop_front();
                }
                self.ran.push_back(now);
            }
            Kind::Bucket { gap, .. } => self.full_at = self.full_at.max(now) + gap,
        }
        true
    }

    fn leave(&mut self, ticket: u32) -> bool {
        let waited = self.waiting.remove(ticket).is_some();
        self.queue.remove(ticket);
        self.length -= u32::from(waited);
        waited
    }
}

/// The limited functions of a module. The calls stay with the host, by the numbers that are given here.
#[derive(Default)]
pub struct Limits {
    limits: Slots<Limit>,
}

impl Limits {
    /// Adds a limited function.
    pub fn create(&mut self, rate: Rate) -> LimitId {
        LimitId(self.limits.add(Limit {
            rate,
            ran: VecDeque::new(),
            full_at: LONG_AGO,
            waiting: Slots::default(),
            queue: Chain::default(),
            length: 0,
            timer: None,
        }))
    }

    /// Says that `id` will not be told of again.
    pub fn release(&mut self, alarms: &mut Alarms, id: LimitId) {
        if let Some(limit) = self.limits.remove(id.0) {
            alarms.stop(limit.timer, Wake::Limit(id.0));
        }
    }

    /// How many wait.
    pub fn pending(&self, id: LimitId) -> u32 {
        self.limits.get(id.0).map_or(0, |limit| limit.length)
    }

    /// It was called.
    pub fn ask(&mut self, alarms: &mut Alarms, id: LimitId, now: Instant) -> Asked {
        let now = alarms.steady(now);
        let Some(limit) = self.limits.get_mut(id.0) else { return Asked::Refused };
        // Nobody overtakes those who wait.
        if limit.length == 0 && limit.take(now) {
            return Asked::Runs;
        }
        if limit.length >= limit.rate.max_queue {
            return Asked::Refused;
        }
        let ticket = limit.waiting.add(());
        limit.queue.push(ticket);
        limit.length += 1;
        if limit.timer.is_none() {
            limit.timer = alarms.set(limit.ready_at(), Wake::Limit(id.0));
        }
        Asked::Waits(ticket)
    }

    /// A call that waits was given up. `false` where it does not wait.
    pub fn leave(&mut self, alarms: &mut Alarms, id: LimitId, ticket: u32) -> bool {
        let Some(limit) = self.limits.get_mut(id.0) else { return false };
        let waited = limit.leave(ticket);
        if limit.length == 0 {
            alarms.stop(limit.timer.take(), Wake::Limit(id.0));
        }
        waited
    }

    /// After [`Expired::Limit`](super::Expired::Limit): the next call that runs now; ask until there is none.
    pub fn next_ready(&mut self, alarms: &mut Alarms, id: LimitId, now: Instant) -> Option<u32> {
        let now = alarms.steady(now);
        let limit = self.limits.get_mut(id.0)?;
        let first = limit.queue.first();
        if let Some(ticket) = first.filter(|_| limit.take(now)) {
            limit.leave(ticket);
            return Some(ticket);
        }
        limit.timer = first.and_then(|_| alarms.set(limit.ready_at(), Wake::Limit(id.0)));
        None
    }

    #[cfg(test)]
    pub(super) fn remembered(&self, id: LimitId) -> usize {
        self.limits.get(id.0).map_or(0, |limit| limit.ran.len())
    }

    #[cfg(test)]
    pub(super) fn steps(&self, id: LimitId) -> u64 {
        self.limits.get(id.0).map_or(0, |limit| limit.queue.steps)
    }
}
