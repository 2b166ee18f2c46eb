//! Rate limits: a sliding window or a token bucket.
use super::lists::{BY_USE, Lists, Node, State};
use super::monotonic::LONG_AGO;
use crate::rows::Rows;
use crate::time::{Duration, Instant};

/// Names one rate-limited function until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RateLimitId(pub u32);

/// How many calls run per interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    limit: u32,
    interval: Duration,
    /// The size of the token bucket; 0: a sliding window.
    burst: u32,
}

impl Rate {
    /// A sliding window: no span of `interval` holds more than `limit` calls. A call runs when the one `limit` calls
    /// before it is `interval` ago.
    pub const fn strict(limit: u32, interval: Duration) -> Self {
        // No limit in practice. A bucket does not have to remember calls.
        Self { limit, interval, burst: if limit == u32::MAX { limit } else { 0 } }
    }

    /// A token bucket of `burst` tokens, full at first, which gains `limit` tokens per `interval`, one by one. `burst`
    /// calls run at once; a span of `interval` may hold nearly `burst + limit`.
    pub const fn new(limit: u32, interval: Duration, burst: u32) -> Self {
        Self { limit, interval, burst }
    }
}

/// What becomes of a call.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Admission {
    /// It runs now.
    Run,
    /// It waits behind the others. The first of all may run after this span.
    Queue(Duration),
    /// Too many wait.
    Reject,
}

/// The host keeps the waiting calls, in the order in which they were made. `now` is monotonic:
/// [`Timers::monotonic`](super::Timers::monotonic).
impl<R: Rows<Node>> Lists<R> {
    /// Adds a rate-limited function.
    pub fn rate_create(&mut self) -> RateLimitId {
        RateLimitId(self.take(State::Head, LONG_AGO))
    }

    /// Removes `id`, which another function may get.
    pub fn rate_release(&mut self, RateLimitId(id): RateLimitId) {
        self.drop_all(id);
    }

    /// The function was called while `queued` calls wait, of which there may be `max_queue`.
    pub fn rate_call(
        &mut self,
        id: RateLimitId,
        rate: Rate,
        queued: u32,
        max_queue: u32,
        now: Instant,
    ) -> Admission {
        // No call overtakes those that wait.
        let wait = if queued == 0 { self.rate_acquire(id, rate, now) } else { Duration::INFINITE };
        if wait == Duration::ZERO {
            Admission::Run
        } else if queued >= max_queue {
            Admission::Reject
        } else {
            Admission::Queue(wait)
        }
    }

    /// Lets a call run, if one may: zero. Otherwise the span after which one may.
    pub fn rate_acquire(&mut self, RateLimitId(id): RateLimitId, rate: Rate, now: Instant) -> Duration {
        if !self.is_head(id) {
            return Duration::ZERO;
        }
        if rate.burst > 0 {
            // When the bucket is full again says how many tokens are in it, and nothing has to be counted as time passes:
            // virtual scheduling, as in ATM's generic cell rate algorithm (ITU-T I.371).
            let refill = rate.interval.as_ms() / f64::from(rate.limit.max(1));
            let slack = refill * f64::from(rate.burst - 1);
            let bucket = self.node(id);
            let ready_at = Instant::from_ms(bucket.at.as_ms() - slack);
            if now >= ready_at {
                bucket.at = bucket.at.max(now) + Duration::from_ms(refill);
            }
            return ready_at.since(now);
        }
        if self.node(id).count >= rate.limit.max(1) {
            let first = self.first(id, BY_USE);
            let ready_at = self.node(first).at + rate.interval;
            if now < ready_at {
                return ready_at.since(now);
            }
        }
        // Calls that left the window are forgotten.
        loop {
            let first = self.first(id, BY_USE);
            if first == id || self.node(first).at + rate.interval > now {
                break;
            }
            let expired = self.node(first).count;
            self.drop(first);
            self.node(id).count -= expired;
        }
        // Calls of the same time share a node, since they leave the window together.
        let mut last = self.last(id, BY_USE);
        if self.node(last).at != now {
            last = self.take(State::Ran, now);
            self.append(id, last, BY_USE);
        }
        self.node(last).count += 1;
        self.node(id).count += 1;
        Duration::ZERO
    }

    #[cfg(test)]
    pub(super) fn rate_remembered(&mut self, id: RateLimitId) -> u32 {
        self.node(id.0).count
    }
}
