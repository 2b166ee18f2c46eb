//! Lazy loading: the loaders of one module, and their items, by number. Elements stay in JavaScript.
use crate::state::State;
use alloc::vec::Vec;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use whippet_engine::lazy::{Connection, Effect, EffectiveType, ItemId, Limits, Loader, Stats, placeholder};
use whippet_engine::time::{Duration, Instant};

static LOADERS: State<Vec<Option<Loader>>> = State::new(Vec::new());
/// A ThumbHash, then the data URL that came of it.
static TEXT: State<Vec<u8>> = State::new(Vec::new());

/// `lazy_poll`: nothing to do.
const NOTHING: f64 = -1.0;
/// `lazy_poll`: say how far everything near is by now.
const MEASURE: f64 = -2.0;

/// A loader: how many at once, how many retries, how many ms a load keeps its place (NaN for the default), and what
/// its retries are drawn from.
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
        Some(place) => {
            loaders[place] = loader;
            place
        }
        None => {
            loaders.push(loader);
            loaders.len() - 1
        }
    })
}

/// Lets a loader and its items go; its number is given to another.
#[wasm_bindgen]
pub fn lazy_destroy(loader: usize) {
    LOADERS.with(|loaders| {
        if let Some(loader) = loaders.get_mut(loader) {
            *loader = None;
        }
    });
}

/// A new item, not near.
#[wasm_bindgen]
pub fn lazy_add(loader: usize) -> usize {
    with(loader, |loader| loader.add().index()).unwrap_or(0)
}

/// Forget it.
#[wasm_bindgen]
pub fn lazy_remove(loader: usize, item: usize) {
    with_item(loader, item, Loader::remove);
}

/// It came near: so many px from where the reader looks.
#[wasm_bindgen]
pub fn lazy_enter(loader: usize, item: usize, distance: f64, now: f64) {
    with_item(loader, item, |loader, item| loader.enter(item, distance, Instant::from_ms(now)));
}

/// It went away.
#[wasm_bindgen]
pub fn lazy_leave(loader: usize, item: usize) {
    with_item(loader, item, Loader::leave);
}

/// It is loaded; its number is given to another.
#[wasm_bindgen]
pub fn lazy_loaded(loader: usize, item: usize) {
    with_item(loader, item, Loader::handle_loaded);
}

/// Loading it failed.
#[wasm_bindgen]
pub fn lazy_failed(loader: usize, item: usize, now: f64) {
    with_item(loader, item, |loader, item| loader.handle_failed(item, Instant::from_ms(now)));
}

/// The network came or went.
#[wasm_bindgen]
pub fn lazy_online(loader: usize, online: bool) {
    with(loader, |loader| loader.handle_online(online));
}

/// The page goes on after it stood still.
#[wasm_bindgen]
pub fn lazy_resumed(loader: usize) {
    with(loader, Loader::handle_resumed);
}

/// The deadline has come.
#[wasm_bindgen]
pub fn lazy_timeout(loader: usize, now: f64) {
    with(loader, |loader| loader.handle_timeout(Instant::from_ms(now)));
}

/// When to call `lazy_timeout`; negative: never.
#[wasm_bindgen]
pub fn lazy_deadline(loader: usize) -> f64 {
    with(loader, |loader| loader.next_deadline().map(Instant::as_ms)).flatten().unwrap_or(-1.0)
}

/// What to do next: four times the number of an item to load, one more where it is given up, two more where it is
/// overdue; -1: nothing; -2: say of everything near how far it is.
#[wasm_bindgen]
pub fn lazy_poll(loader: usize, now: f64) -> f64 {
    match with(loader, |loader| loader.poll_effect(Instant::from_ms(now))).flatten() {
        Some(Effect::Load(item)) => (item.index() * 4) as f64,
        Some(Effect::GiveUp(item)) => (item.index() * 4 + 1) as f64,
        Some(Effect::Overdue(item)) => (item.index() * 4 + 2) as f64,
        Some(Effect::Measure) => MEASURE,
        None => NOTHING,
    }
}

/// One figure, in the order of `Stats`' fields, without what is pending: most elements never come near, and are no
/// items.
#[wasm_bindgen]
pub fn lazy_stat(loader: usize, which: usize) -> u32 {
    let stats = with(loader, |loader| loader.stats()).unwrap_or_default();
    let Stats { pending: _, loading, loaded, failed, retried, cancelled } = stats;
    [loading, loaded, failed, retried, cancelled].get(which).copied().unwrap_or(0)
}

/// What margins are multiplied with: 2 for 2g and less, 3 for 3g, anything else for what is faster or unknown.
#[wasm_bindgen]
pub fn lazy_margin(generation: u32, save_data: bool) -> f64 {
    let effective_type = match generation {
        2 => EffectiveType::Slow,
        3 => EffectiveType::Medium,
        _ => EffectiveType::Fast,
    };
    Connection { effective_type, save_data }.margin_scale()
}

/// The memory that addresses point into.
#[wasm_bindgen]
pub fn lazy_memory() -> JsValue {
    wasm_bindgen::memory()
}

/// Where to put a ThumbHash of `length` digits.
#[wasm_bindgen]
pub fn lazy_text(length: usize) -> usize {
    TEXT.with(|text| {
        text.resize(length, 0);
        text.as_ptr() as usize
    })
}

/// Makes a data URL of the ThumbHash that is there: its length, or -1, -2, -3 for each `ThumbHashError`. It is
/// where `lazy_text` of that length says.
#[wasm_bindgen]
pub fn lazy_placeholder() -> i32 {
    TEXT.with(|text| match placeholder::data_url(text) {
        Ok(url) => {
            *text = url;
            text.len() as i32
        }
        Err(error) => -1 - error as i32,
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
