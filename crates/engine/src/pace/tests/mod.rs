//! The machines on simulated time.
mod lodash;
mod memos;
mod pacers;
mod rate_limits;
mod retries;
mod timers;

use super::*;
use crate::time::{Duration, Instant};
use std::vec::Vec;

fn ms(ms: u32) -> Duration {
    Duration::from_ms(f64::from(ms))
}

fn at(ms: f64) -> Instant {
    Instant::from_ms(ms)
}

/// Timers where there is an allocator.
type TestTimers = Timers<RowVec<Row>>;
/// Memos and rate limits where there is one.
type TestLists = Lists<RowVec<Node>>;
