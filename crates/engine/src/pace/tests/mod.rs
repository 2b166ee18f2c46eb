//! The machines on simulated time.
mod batches;
mod lodash;
mod memos;
mod pacers;
mod rate_limits;
mod retries;

use super::*;
use crate::time::{Duration, Instant};
use std::vec::Vec;

fn ms(ms: u32) -> Duration {
    Duration::from_ms(f64::from(ms))
}

fn at(ms: f64) -> Instant {
    Instant::from_ms(ms)
}

/// A host whose only input is its timer: returns what expired up to `until`, and when.
fn wait(pace: &mut Pace, now: &mut f64, until: f64) -> Vec<(f64, Expired)> {
    let mut all = Vec::new();
    while let Some(delay) = pace.timers.arm(at(*now)).filter(|delay| *now + delay.as_ms() <= until) {
        *now += delay.as_ms();
        pace.timers.handle_timeout(at(*now), true);
        while let Some(expired) = pace.poll_expired(at(*now)) {
            all.push((*now, expired));
            // The results and calls that are due have to be taken, or the deadline would be set again.
            match expired {
                Expired::Memo(id) => {
                    while pace.memos.next_expired(&mut pace.timers, id, at(*now)).is_some() {}
                }
                Expired::RateLimit(id) => {
                    while pace.rate_limits.next_ready(&mut pace.timers, id, at(*now)).is_some() {}
                }
                _ => {}
            }
        }
    }
    *now = until;
    all
}
