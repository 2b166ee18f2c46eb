//! Memoized functions. JavaScript knows which key and which result belong to a slot.
use super::state::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::timing::{
    EVICTIONS, EXPIRED, HIT, HITS, MISSES, NONE, PENDING, REVALIDATE, SHARED, STALE_SERVED,
};
use whippet_engine::pace::{Lookup, MemoId, MemoOptions};
use whippet_engine::time::{Duration, Instant};

/// Adds a memoized function: `ttl` and `staleWhileRevalidate` in ms, and `maxSize`. Each may be `Infinity`.
#[wasm_bindgen]
pub fn memo_create(ttl: f64, stale: f64, max_size: f64) -> u32 {
    let (ttl, stale) = (Duration::from_ms(ttl), Duration::from_ms(stale));
    PACE.with(|pace| pace.memos.create(MemoOptions { ttl, stale, max_size: max_size as u32 }).0)
}

/// The function was garbage-collected.
#[wasm_bindgen]
pub fn memo_release(id: u32) {
    PACE.with(|pace| pace.memos.release(&mut pace.timers, MemoId(id)));
}

/// The function was called with a key that has a slot. The result is encoded as [`whippet_boundary::timing::LOOKUP`].
#[wasm_bindgen]
pub fn memo_lookup(id: u32, slot: u32, now: f64) -> u32 {
    PACE.with(|pace| match pace.memos.lookup(&mut pace.timers, MemoId(id), slot, Instant::from_ms(now)) {
        Lookup::Hit => HIT,
        Lookup::Pending => PENDING,
        Lookup::Revalidate => REVALIDATE,
        Lookup::Expired => EXPIRED,
    })
}

/// Until this time, calls with the key of this slot need not be passed on one by one.
#[wasm_bindgen]
pub fn memo_until(id: u32, slot: u32) -> f64 {
    PACE.with(|pace| pace.memos.coalesce_until(&pace.timers, MemoId(id), slot).as_ms())
}

/// Makes the slot the most recently used one.
#[wasm_bindgen]
pub fn memo_touch(id: u32, slot: u32) {
    PACE.with(|pace| pace.memos.touch(MemoId(id), slot));
}

/// Records hits that were not passed on.
#[wasm_bindgen]
pub fn memo_record(id: u32, calls: u32) {
    PACE.with(|pace| pace.memos.record_coalesced(MemoId(id), calls));
}

/// The function was called with a key that has no slot.
#[wasm_bindgen]
pub fn memo_miss(id: u32) {
    PACE.with(|pace| pace.memos.miss(MemoId(id)));
}

/// Adds a pending result; returns its slot.
#[wasm_bindgen]
pub fn memo_add(id: u32) -> u32 {
    PACE.with(|pace| pace.memos.add(MemoId(id)))
}

/// The slot of an evicted result, or `NONE`.
#[wasm_bindgen]
pub fn memo_evict(id: u32) -> f64 {
    PACE.with(|pace| pace.memos.evict(MemoId(id)).map_or(f64::from(NONE), f64::from))
}

/// The result arrived. Returns whether the timer has to be armed.
#[wasm_bindgen]
pub fn memo_settled(id: u32, slot: u32, now: f64) -> bool {
    PACE.with(|pace| pace.memos.settled(&mut pace.timers, MemoId(id), slot, Instant::from_ms(now)))
}

/// The computation failed. Returns whether the slot was removed.
#[wasm_bindgen]
pub fn memo_failed(id: u32, slot: u32) -> bool {
    PACE.with(|pace| pace.memos.failed(MemoId(id), slot))
}

/// Removes one result.
#[wasm_bindgen]
pub fn memo_remove(id: u32, slot: u32) {
    PACE.with(|pace| pace.memos.remove(MemoId(id), slot));
}

/// Removes all results.
#[wasm_bindgen]
pub fn memo_clear(id: u32) {
    PACE.with(|pace| pace.memos.clear(&mut pace.timers, MemoId(id)));
}

/// The slot of the next expired result, or `NONE`.
#[wasm_bindgen]
pub fn memo_expired(id: u32, now: f64) -> f64 {
    PACE.with(|pace| {
        let slot = pace.memos.next_expired(&mut pace.timers, MemoId(id), Instant::from_ms(now));
        slot.map_or(f64::from(NONE), f64::from)
    })
}

/// One figure, chosen by [`whippet_boundary::timing::MEMO_STATS`].
#[wasm_bindgen]
pub fn memo_stat(id: u32, which: u32) -> f64 {
    let stats = PACE.with(|pace| pace.memos.stats(MemoId(id)));
    match which {
        HITS => stats.hits as f64,
        MISSES => stats.misses as f64,
        STALE_SERVED => stats.stale_served as f64,
        SHARED => stats.shared as f64,
        EVICTIONS => stats.evictions as f64,
        // SIZE
        _ => f64::from(stats.size),
    }
}
