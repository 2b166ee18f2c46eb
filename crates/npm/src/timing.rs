//! Batches, memos, rate limits and retries. The functions, their arguments and their results stay in JavaScript, which
//! passes times of the monotonic clock, and sets the deadlines that follow from the results.
use crate::rows::StaticRows;
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::timing::{
    DO_RETRY, EXPIRED, FILLS, NONE as NO_SLOT, OPENS_TASK, OPENS_TIMER, PENDING, PERMANENT, REJECT,
    RETRY_BY_OPTIONS, RETRY_MASK, REVALIDATE, STALE, WAITS,
};
use whippet_engine::pace::{Admission, Enqueued, Lists, Lookup, MemoId, Node, Rate, RateLimitId, enqueue};
use whippet_engine::query::{Delay, Retry, RunOptions, Verdict};
use whippet_engine::time::{Duration, Instant};

static LISTS: State<Lists<StaticRows<Node>>> = State::new(Lists::new(StaticRows::new()));

/// An item came into a batch, which has so many now: [`whippet_boundary::timing::ENQUEUED`].
#[wasm_bindgen]
pub fn batch_enqueue(items: u32, max_size: f64, max_wait: f64) -> u32 {
    match enqueue(items, max_size as u32, Duration::from_ms(max_wait)) {
        Enqueued::Waits => WAITS,
        Enqueued::OpensTask => OPENS_TASK,
        Enqueued::OpensTimer => OPENS_TIMER,
        Enqueued::Fills => FILLS,
    }
}

/// Adds a memoized or a rate-limited function.
#[wasm_bindgen]
pub fn list_create() -> u32 {
    LISTS.with(|lists| lists.memo_create().0)
}

/// The function was garbage-collected.
#[wasm_bindgen]
pub fn list_release(id: u32) {
    LISTS.with(|lists| lists.memo_release(MemoId(id)));
}

/// The function was called with a key that has a slot: for how many ms the result is fresh, or one of
/// [`whippet_boundary::timing::LOOKUP`]. `stale` is `staleWhileRevalidate` in ms, here and below. The slot is the most recently
/// used one then. At −∞ every result is fresh: that is all that happens.
#[wasm_bindgen]
pub fn memo_lookup(id: u32, slot: u32, now: f64, stale: f64) -> f64 {
    let now = Instant::from_ms(now);
    LISTS.with(|lists| match lists.memo_lookup(MemoId(id), slot, now, Duration::from_ms(stale)) {
        Lookup::Fresh(until) => until.since(now).as_ms(),
        Lookup::Stale => f64::from(STALE),
        Lookup::Pending => f64::from(PENDING),
        Lookup::Revalidate => f64::from(REVALIDATE),
        Lookup::Expired => f64::from(EXPIRED),
    })
}

/// Adds a pending result; returns its slot.
#[wasm_bindgen]
pub fn memo_add(id: u32) -> u32 {
    LISTS.with(|lists| lists.memo_add(MemoId(id)))
}

/// The slot of an evicted result, of `size` results, or `NONE`.
#[wasm_bindgen]
pub fn memo_evict(id: u32, size: u32, max_size: f64) -> i32 {
    LISTS
        .with(|lists| lists.memo_evict(MemoId(id), size, max_size as u32).map_or(NO_SLOT, |slot| slot as i32))
}

/// The result arrived. Returns after how many ms it expires, perhaps `Infinity`.
#[wasm_bindgen]
pub fn memo_settled(id: u32, slot: u32, now: f64, ttl: f64, stale: f64) -> f64 {
    let (ttl, stale) = (Duration::from_ms(ttl), Duration::from_ms(stale));
    let now = Instant::from_ms(now);
    LISTS.with(|lists| lists.memo_settled(MemoId(id), slot, now, ttl, stale).since(now).as_ms())
}

/// The computation failed. Returns whether the slot was removed.
#[wasm_bindgen]
pub fn memo_failed(slot: u32) -> bool {
    LISTS.with(|lists| lists.memo_failed(slot))
}

/// Removes one result.
#[wasm_bindgen]
pub fn memo_remove(slot: u32) {
    LISTS.with(|lists| lists.memo_remove(slot));
}

/// Removes all results.
#[wasm_bindgen]
pub fn memo_clear(id: u32) {
    LISTS.with(|lists| lists.memo_clear(MemoId(id)));
}

/// The slot of the next expired result as a negative number, or after how many ms the next one expires, perhaps `Infinity`.
#[wasm_bindgen]
pub fn memo_expired(id: u32, now: f64, stale: f64) -> f64 {
    let now = Instant::from_ms(now);
    LISTS.with(|lists| match lists.memo_expired(MemoId(id), now, Duration::from_ms(stale)) {
        Ok(slot) => -f64::from(slot),
        Err(at) => at.since(now).as_ms(),
    })
}

/// The function was called while `queued` calls wait, of at most `max_queue`: 0: it runs; `REJECT`; otherwise it waits, and
/// the first that waits may run after so many ms. That one calls as if nobody waited. The rate is calls, ms, and the size of
/// the token bucket or 0 for a sliding window.
#[wasm_bindgen]
pub fn rate_call(
    id: u32,
    queued: u32,
    max_queue: f64,
    now: f64,
    limit: f64,
    interval: f64,
    burst: f64,
) -> f64 {
    let (limit, interval) = (limit as u32, Duration::from_ms(interval));
    let rate = match burst as u32 {
        0 => Rate::strict(limit, interval),
        burst => Rate::new(limit, interval, burst),
    };
    let now = Instant::from_ms(now);
    match LISTS.with(|lists| lists.rate_call(RateLimitId(id), rate, queued, max_queue as u32, now)) {
        Admission::Run => 0.0,
        Admission::Reject => f64::from(REJECT),
        Admission::Queue(wait) => wait.as_ms(),
    }
}

/// The delay before the next attempt after one failed, as `failures` had before it; `NONE`: there is no other. The policy is
/// the number of retries (NaN for the default, `Infinity` without end), the delay in ms or `DEFAULT_DELAY`, the jitter as a
/// share of the delay, and its seed. The error is a [`whippet_boundary::timing::RETRY_VERDICT`], and the ms for which the
/// server asks to wait at least.
#[wasm_bindgen]
pub fn retry_next(
    failures: u32,
    retries: f64,
    delay: f64,
    jitter: f64,
    seed: u32,
    verdict: u32,
    after: f64,
) -> f64 {
    let default = RunOptions::default();
    let options = RunOptions {
        retry: match retries {
            _ if retries.is_nan() => default.retry,
            _ if retries.is_infinite() => Retry::Always,
            _ => Retry::Times(retries as u32),
        },
        delay: if delay < 0.0 { default.delay } else { Delay::Fixed(Duration::from_ms(delay)) },
        jitter,
        ..default
    };
    let retry = verdict & RETRY_MASK;
    let verdict = Verdict {
        retry: (retry < RETRY_BY_OPTIONS).then_some(retry == DO_RETRY),
        delay: None,
        permanent: verdict & PERMANENT != 0,
        retry_after: Duration::from_ms(after),
    };
    let delay = whippet_engine::pace::retry_delay(options, failures, verdict, seed);
    delay.map_or(f64::from(NO_SLOT), Duration::as_ms)
}
