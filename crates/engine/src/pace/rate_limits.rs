//! Rate limits: a sliding window or a token bucket, and the queue of calls that wait for it.
use super::linked_list::LinkedList;
use super::monotonic::LONG_AGO;
use super::slab::Slab;
use super::timers::{TimerOwner, Timers};
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};
use alloc::collections::VecDeque;

/// Names one rate-limited function until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateLimitId(pub u32);

/// How many calls run per interval, and how many may wait.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    algorithm: Algorithm,
    max_queue: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Algorithm {
    SlidingWindow { limit: u32, interval: Duration },
    TokenBucket { refill: Duration, slack: Duration },
}

impl Rate {
    /// A sliding window: no span of `interval` holds more than `limit` calls. A call runs when the one `limit` calls
    /// before it is `interval` ago.
    pub fn strict(limit: u32, interval: Duration) -> Self {
        match limit {
            // No limit in practice. A bucket does not have to remember calls.
            u32::MAX => Self::new(limit, interval, limit),
            _ => Self::of(Algorithm::SlidingWindow { limit: limit.max(1), interval }),
        }
    }

    /// A token bucket of `burst` tokens, full at first, which gains `limit` tokens per `interval`, one by one. `burst`
    /// calls run at once; a span of `interval` may hold nearly `burst + limit`.
    pub fn new(limit: u32, interval: Duration, burst: u32) -> Self {
        let refill = interval.as_ms() / f64::from(limit.max(1));
        let slack = refill * f64::from(burst.max(1) - 1);
        Self::of(Algorithm::TokenBucket {
            refill: Duration::from_ms(refill),
            slack: Duration::from_ms(slack),
        })
    }

    fn of(algorithm: Algorithm) -> Self {
        Self { algorithm, max_queue: u32::MAX }
    }

    /// Bounds the queue: further calls are rejected.
    pub fn max_queue(mut self, max_queue: u32) -> Self {
        self.max_queue = max_queue;
        self
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It runs now.
    Run,
    /// It waits in the queue, under this ticket. Arm the timer again.
    Queue(u32),
    /// The queue is full.
    Reject,
}

struct RateLimit {
    rate: Rate,
    /// Of a sliding window: when the calls ran that are within the window, the oldest first.
    ran: VecDeque<Instant>,
    /// Of a token bucket: when it is full again. This time says how many tokens are in it, and nothing has to be
    /// counted as time passes: virtual scheduling, as in ATM's generic cell rate algorithm (ITU-T I.371).
    full_at: Instant,
    tickets: Slab<()>,
    queue: LinkedList,
    length: u32,
    timer: Option<Handle>,
}

impl RateLimit {
    /// The time from which another call may run.
    fn ready_at(&self) -> Instant {
        match self.rate.algorithm {
            Algorithm::SlidingWindow { limit, .. } if self.ran.len() < limit as usize => LONG_AGO,
            Algorithm::SlidingWindow { interval, .. } => {
                self.ran.front().map_or(LONG_AGO, |first| *first + interval)
            }
            Algorithm::TokenBucket { slack, .. } => Instant::from_ms(self.full_at.as_ms() - slack.as_ms()),
        }
    }

    /// Lets a call run, if one may.
    fn acquire(&mut self, now: Instant) -> bool {
        if now < self.ready_at() {
            return false;
        }
        match self.rate.algorithm {
            Algorithm::SlidingWindow { interval, .. } => {
                while self.ran.front().is_some_and(|first| *first + interval <= now) {
                    self.ran.pop_front();
                }
                self.ran.push_back(now);
            }
            Algorithm::TokenBucket { refill, .. } => self.full_at = self.full_at.max(now) + refill,
        }
        true
    }

    fn dequeue(&mut self, ticket: u32) -> bool {
        let was_queued = self.tickets.remove(ticket).is_some();
        self.queue.remove(ticket);
        self.length -= u32::from(was_queued);
        was_queued
    }
}

/// The rate-limited functions of a module. The host keeps the calls, by the tickets that are returned here.
#[derive(Default)]
pub struct RateLimits {
    rate_limits: Slab<RateLimit>,
}

impl RateLimits {
    /// Adds a rate-limited function.
    pub fn create(&mut self, rate: Rate) -> RateLimitId {
        RateLimitId(self.rate_limits.insert(RateLimit {
            rate,
            ran: VecDeque::new(),
            full_at: LONG_AGO,
            tickets: Slab::default(),
            queue: LinkedList::default(),
            length: 0,
            timer: None,
        }))
    }

    /// Removes `id`, which another function may get.
    pub fn release(&mut self, timers: &mut Timers, id: RateLimitId) {
        if let Some(rate_limit) = self.rate_limits.remove(id.0) {
            timers.clear(rate_limit.timer, TimerOwner::RateLimit(id.0));
        }
    }

    /// How many calls wait.
    pub fn pending(&self, id: RateLimitId) -> u32 {
        self.rate_limits.get(id.0).map_or(0, |rate_limit| rate_limit.length)
    }

    /// The function was called.
    pub fn call(&mut self, timers: &mut Timers, id: RateLimitId, now: Instant) -> Admission {
        let now = timers.monotonic(now);
        let Some(rate_limit) = self.rate_limits.get_mut(id.0) else { return Admission::Reject };
        // No call overtakes those that wait.
        if rate_limit.length == 0 && rate_limit.acquire(now) {
            return Admission::Run;
        }
        if rate_limit.length >= rate_limit.rate.max_queue {
            return Admission::Reject;
        }
        let ticket = rate_limit.tickets.insert(());
        rate_limit.queue.push_back(ticket);
        rate_limit.length += 1;
        if rate_limit.timer.is_none() {
            rate_limit.timer = timers.set(rate_limit.ready_at(), TimerOwner::RateLimit(id.0));
        }
        Admission::Queue(ticket)
    }

    /// Takes an aborted call out of the queue. `false` if it is not there.
    pub fn dequeue(&mut self, timers: &mut Timers, id: RateLimitId, ticket: u32) -> bool {
        let Some(rate_limit) = self.rate_limits.get_mut(id.0) else { return false };
        let was_queued = rate_limit.dequeue(ticket);
        if rate_limit.length == 0 {
            timers.clear(rate_limit.timer.take(), TimerOwner::RateLimit(id.0));
        }
        was_queued
    }

    /// After [`Expired::RateLimit`](super::Expired::RateLimit): the ticket of the next call that runs now. Call it
    /// until it returns `None`.
    pub fn next_ready(&mut self, timers: &mut Timers, id: RateLimitId, now: Instant) -> Option<u32> {
        let now = timers.monotonic(now);
        let rate_limit = self.rate_limits.get_mut(id.0)?;
        let first = rate_limit.queue.front();
        if let Some(ticket) = first.filter(|_| rate_limit.acquire(now)) {
            rate_limit.dequeue(ticket);
            return Some(ticket);
        }
        rate_limit.timer = first.and_then(|_| timers.set(rate_limit.ready_at(), TimerOwner::RateLimit(id.0)));
        None
    }

    #[cfg(test)]
    pub(super) fn remembered(&self, id: RateLimitId) -> usize {
        self.rate_limits.get(id.0).map_or(0, |rate_limit| rate_limit.ran.len())
    }

    #[cfg(test)]
    pub(super) fn steps(&self, id: RateLimitId) -> u64 {
        self.rate_limits.get(id.0).map_or(0, |rate_limit| rate_limit.queue.steps)
    }
}
