//! The machines on simulated time.
mod batches;
mod limits;
mod memos;
mod pacers;
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

/// A host that waits by its timer alone: gives what came due until `until`, and when.
fn wait(pace: &mut Pace, now: &mut f64, until: f64) -> Vec<(f64, Expired)> {
    let mut all = Vec::new();
    while let Some(delay) = pace.alarms.arm(at(*now)).filter(|delay| *now + delay.as_ms() <= until) {
        *now += delay.as_ms();
        pace.alarms.handle_timeout(at(*now), true);
        while let Some(expired) = pace.poll_expired(at(*now)) {
            all.push((*now, expired));
            // Results that are too old and calls that may run are asked for here, or they would come again.
            match expired {
                Expired::Memo(id) => {
                    while pace.memos.next_expired(&mut pace.alarms, id, at(*now)).is_some() {}
                }
                Expired::Limit(id) => {
                    while pace.limits.next_ready(&mut pace.alarms, id, at(*now)).is_some() {}
                }
                _ => {}
            }
        }
    }
    *now = until;
    all
}
