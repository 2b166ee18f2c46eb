//! Lazy loading: loaders and their items, by index. Elements stay in JavaScript.
use crate::state::State;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::lazy::{
    GIVE_UP, ITEM_SHIFT, LOAD, MEASURE, NONE, OVERDUE, STAT_CANCELLED, STAT_FAILED, STAT_LOADED,
    STAT_LOADING, STAT_RETRIED, THUMBHASH_ERROR,
};
use whippet_engine::lazy::{Connection, Effect, EffectiveType, ItemId, Limits, Loader, placeholder};
use whippet_engine::time::{Duration, Instant};

static LOADERS: State<Vec<Option<Loader>>> = State::new(Vec::new());
/// A ThumbHash, then its data URL.
static TEXT: State<Vec<u8>> = State::new(Vec::new());

/// Adds a loader: how many items load at once, how many retries, how many ms a load keeps its place (NaN for the
/// default), and the seed of the jitter.
#[wasm_bindgen]
pub fn lazy_create(concurrent: f64, retries: f64, timeout: f64, seed: u32) -> usize {
    let mut limits = Limits::default();
    if !concurrent.is_nan() {
        limits.concurrent = concurrent as u32;
    }
    if !retries.is_nan() {
        limits.retries = retries as u32;
    }
    if !timeout.is_nan() {
        limits.timeout = Duration::from_ms(timeout);
    }
    let loader = Some(Loader::new(limits, seed));
    LOADERS.with(|loaders| match loaders.iter().position(Option::is_none) {
        Some(index) => {
            loaders[index] = loader;
            index
        }
        None => {
            loaders.push(loader);
            loaders.len() - 1
        }
    })
}

/// Removes a loader with its items. Another loader may get its index.
#[wasm_bindgen]
pub fn lazy_destroy(loader: usize) {
    LOADERS.with(|loaders| {
        if let Some(loader) = loaders.get_mut(loader) {
            *loader = None;
        }
    });
}

/// Adds an item that is not near; returns its index.
#[wasm_bindgen]
pub fn lazy_add(loader: usize) -> usize {
    with(loader, |loader| loader.add().index()).unwrap_or(0)
}

/// Removes an item.
#[wasm_bindgen]
pub fn lazy_remove(loader: usize, item: usize) {
    with_item(loader, item, Loader::remove);
}

/// The item is near, `distance` px from the middle of the viewport.
#[wasm_bindgen]
pub fn lazy_enter(loader: usize, item: usize, distance: f64, now: f64) {
    with_item(loader, item, |loader, item| loader.enter(item, distance, Instant::from_ms(now)));
}

/// The item is not near any more.
#[wasm_bindgen]
pub fn lazy_leave(loader: usize, item: usize) {
    with_item(loader, item, Loader::leave);
}

/// The item is loaded. Another item may get its index.
#[wasm_bindgen]
pub fn lazy_loaded(loader: usize, item: usize) {
    with_item(loader, item, Loader::handle_loaded);
}

/// The load failed.
#[wasm_bindgen]
pub fn lazy_failed(loader: usize, item: usize, now: f64) {
    with_item(loader, item, |loader, item| loader.handle_failed(item, Instant::from_ms(now)));
}

/// The network came or went.
#[wasm_bindgen]
pub fn lazy_online(loader: usize, online: bool) {
    with(loader, |loader| loader.handle_online(online));
}

/// The page was resumed from the back/forward cache.
#[wasm_bindgen]
pub fn lazy_resumed(loader: usize) {
    with(loader, Loader::handle_resumed);
}

/// The deadline has come.
#[wasm_bindgen]
pub fn lazy_timeout(loader: usize, now: f64) {
    with(loader, |loader| loader.handle_timeout(Instant::from_ms(now)));
}

/// When to call `lazy_timeout`; `NONE`: never.
#[wasm_bindgen]
pub fn lazy_deadline(loader: usize) -> f64 {
    with(loader, |loader| loader.next_deadline().map(Instant::as_ms)).flatten().unwrap_or(f64::from(NONE))
}

/// The next effect, encoded as [`whippet_boundary::lazy::EFFECTS`].
#[wasm_bindgen]
pub fn lazy_poll(loader: usize, now: f64) -> f64 {
    let (item, effect) = match with(loader, |loader| loader.poll_effect(Instant::from_ms(now))).flatten() {
        Some(Effect::Load(item)) => (item, LOAD),
        Some(Effect::GiveUp(item)) => (item, GIVE_UP),
        Some(Effect::Overdue(item)) => (item, OVERDUE),
        Some(Effect::Measure) => return f64::from(MEASURE),
        None => return f64::from(NONE),
    };
    (item.index() << ITEM_SHIFT | effect as usize) as f64
}

/// One figure, chosen by [`whippet_boundary::lazy::STATS`].
#[wasm_bindgen]
pub fn lazy_stat(loader: usize, which: u32) -> u32 {
    let stats = with(loader, |loader| loader.stats()).unwrap_or_default();
    match which {
        STAT_LOADING => stats.loading,
        STAT_LOADED => stats.loaded,
        STAT_FAILED => stats.failed,
        STAT_RETRIED => stats.retried,
        STAT_CANCELLED => stats.cancelled,
        _ => 0,
    }
}

/// The factor for root margins. `generation` is 2 for 2g and slow-2g, 3 for 3g, anything else for a faster or unknown
/// connection.
#[wasm_bindgen]
pub fn lazy_margin(generation: u32, save_data: bool) -> f64 {
    let effective_type = match generation {
        2 => EffectiveType::Slow,
        3 => EffectiveType::Medium,
        _ => EffectiveType::Fast,
    };
    Connection { effective_type, save_data }.margin_scale()
}

/// The address at which JavaScript writes a ThumbHash of `length` bytes, or reads a data URL.
#[wasm_bindgen]
pub fn lazy_text(length: usize) -> usize {
    TEXT.with(|text| {
        text.resize(length, 0);
        text.as_ptr() as usize
    })
}

/// Turns the ThumbHash at the address of `lazy_text` into a data URL at the address of `lazy_text` of the returned
/// length. A negative result is `THUMBHASH_ERROR` − the index of the reason.
#[wasm_bindgen]
pub fn lazy_placeholder() -> i32 {
    TEXT.with(|text| match placeholder::data_url(text) {
        Ok(url) => {
            *text = url;
            text.len() as i32
        }
        Err(error) => THUMBHASH_ERROR - error as i32,
    })
}

fn with<R>(loader: usize, f: impl FnOnce(&mut Loader) -> R) -> Option<R> {
    LOADERS.with(|loaders| loaders.get_mut(loader)?.as_mut().map(f))
}

fn with_item(loader: usize, item: usize, f: impl FnOnce(&mut Loader, ItemId)) {
    with(loader, |loader| {
        if let Some(item) = loader.item_at(item) {
            f(loader, item);
        }
    });
}
