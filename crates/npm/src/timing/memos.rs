//! Memoized functions: which result is in which slot JavaScript knows.
use super::PACE;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::pace::{Found, Keeping, MemoId};
use whippet_engine::time::{Duration, Instant};

/// Adds a memoized function: ms, ms, and results; each perhaps `Infinity`.
#[wasm_bindgen]
pub fn memo_create(ttl: f64, stale: f64, max_size: f64) -> u32 {
    let (ttl, stale) = (Duration::from_ms(ttl), Duration::from_ms(stale));
    PACE.with(|pace| pace.memos.create(Keeping { ttl, stale, max_size: max_size as u32 }).0)
}

/// The function is gone.
#[wasm_bindgen]
pub fn memo_release(id: u32) {
    PACE.with(|pace| pace.memos.release(&mut pace.alarms, MemoId(id)));
}

/// It was called, and there is a slot: 0 serve what is in it, 1 the same while it is being computed, 2 serve it
/// and compute it anew, 3 it is gone.
#[wasm_bindgen]
pub fn memo_look(id: u32, slot: u32, now: f64) -> u32 {
    PACE.with(|pace| match pace.memos.look(&mut pace.alarms, MemoId(id), slot, Instant::from_ms(now)) {
        Found::Kept => 0,
        Found::Pending => 1,
        Found::Refresh => 2,
        Found::Gone => 3,
    })
}

/// Until when calls with this slot need not be told one by one.
#[wasm_bindgen]
pub fn memo_quiet(id: u32, slot: u32) -> f64 {
    PACE.with(|pace| pace.memos.quiet_until(&pace.alarms, MemoId(id), slot).as_ms())
}

/// One of them was made.
#[wasm_bindgen]
pub fn memo_touch(id: u32, slot: u32) {
    PACE.with(|pace| pace.memos.touch(MemoId(id), slot));
}

/// So many of them were made.
#[wasm_bindgen]
pub fn memo_note(id: u32, calls: u32) {
    PACE.with(|pace| pace.memos.note(MemoId(id), calls));
}

/// It was called, and there is no slot.
#[wasm_bindgen]
pub fn memo_miss(id: u32) {
    PACE.with(|pace| pace.memos.miss(MemoId(id)));
}

/// A slot for a result.
#[wasm_bindgen]
pub fn memo_add(id: u32) -> u32 {
    PACE.with(|pace| pace.memos.add(MemoId(id)))
}

/// A slot that had to go; negative: none.
#[wasm_bindgen]
pub fn memo_overflow(id: u32) -> f64 {
    PACE.with(|pace| pace.memos.overflow(MemoId(id)).map_or(-1.0, f64::from))
}

/// The result came. Whether the timer is to be armed.
#[wasm_bindgen]
pub fn memo_settled(id: u32, slot: u32, now: f64) -> bool {
    PACE.with(|pace| pace.memos.settled(&mut pace.alarms, MemoId(id), slot, Instant::from_ms(now)))
}

/// It did not. Whether the slot is gone.
#[wasm_bindgen]
pub fn memo_failed(id: u32, slot: u32) -> bool {
    PACE.with(|pace| pace.memos.failed(MemoId(id), slot))
}

/// Forget one.
#[wasm_bindgen]
pub fn memo_remove(id: u32, slot: u32) {
    PACE.with(|pace| pace.memos.remove(MemoId(id), slot));
}

/// Forget all.
#[wasm_bindgen]
pub fn memo_clear(id: u32) {
    PACE.with(|pace| pace.memos.clear(&mut pace.alarms, MemoId(id)));
}

/// The next slot that is too old; negative: none.
#[wasm_bindgen]
pub fn memo_expired(id: u32, now: f64) -> f64 {
    PACE.with(|pace| {
        let slot = pace.memos.next_expired(&mut pace.alarms, MemoId(id), Instant::from_ms(now));
        slot.map_or(-1.0, f64::from)
    })
}

/// One figure: hits, misses, stale served, shared, evictions, size.
#[wasm_bindgen]
pub fn memo_stat(id: u32, which: u32) -> f64 {
    let stats = PACE.with(|pace| pace.memos.stats(MemoId(id)));
    match which {
        0 => stats.hits as f64,
        1 => stats.misses as f64,
        2 => stats.stale_served as f64,
        3 => stats.shared as f64,
        4 => stats.evictions as f64,
        _ => f64::from(stats.size),
    }
}
