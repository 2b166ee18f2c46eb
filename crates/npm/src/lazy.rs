//! Lazy loading: the loaders of one module, and their items, by number. Elements stay in JavaScript.
use crate::state::State;
use alloc::vec::Vec;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_engine::lazy::{Effect, ItemId, Limits, Loader, Stats};
use whippet_engine::time::Instant;

static LOADERS: State<Vec<Option<Loader>>> = State::new();

/// A loader: how many at once, how many retries (NaN for the default), and what its retries are drawn from.
#[wasm_bindgen]
pub fn lazy_create(concurrent: f64, retries: f64, seed: u32) -> usize {
    let mut limits = Limits::default();
    if !concurrent.is_nan() {
        limits.concurrent = concurrent as u32;
    }
    if !retries.is_nan() {
        limits.retries = retries as u32;
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
pub fn lazy_enter(loader: usize, item: usize, distance: f64) {
    with_item(loader, item, |loader, item| loader.enter(item, distance));
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

/// What to do next: twice the number of an item to load, or one more where it is given up; negative: nothing.
#[wasm_bindgen]
pub fn lazy_poll(loader: usize) -> f64 {
    match with(loader, Loader::poll_effect).flatten() {
        Some(Effect::Load(item)) => (item.index() * 2) as f64,
        Some(Effect::GiveUp(item)) => (item.index() * 2 + 1) as f64,
        None => -1.0,
    }
}

/// One figure, in the order of `Stats`' fields.
#[wasm_bindgen]
pub fn lazy_stat(loader: usize, which: usize) -> u32 {
    let stats = with(loader, |loader| loader.stats()).unwrap_or_default();
    let Stats { pending, loading, loaded, failed, retried, cancelled } = stats;
    [pending, loading, loaded, failed, retried, cancelled].get(which).copied().unwrap_or(0)
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
