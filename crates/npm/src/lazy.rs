//! Lazy loading: loaders by handle, and their items by number. Elements stay in JavaScript.
use crate::rows::StaticRows;
use crate::state::State;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::lazy::{GIVE_UP, HAS_FAILED, IS_LOADED, ITEM_SHIFT, LOAD, MEASURE, OVERDUE, UNTIL};
use whippet_engine::lazy::{Connection, EffectOf as Effect, EffectiveType, Limits, Loaders, Polled, Row};
use whippet_engine::time::{Duration, Instant};

static LOADERS: State<Loaders<StaticRows<Row>>> = State::new(Loaders::new(StaticRows::new()));

/// Adds a loader: how many items load at once, how often a load is retried, how many ms it keeps its place, and the seed
/// of the jitter. Returns its handle.
#[wasm_bindgen]
pub fn lazy_create(concurrent: f64, retries: f64, timeout: f64, seed: u32) -> u32 {
    // The casts clamp: `Infinity` is a number as well.
    let (concurrent, retries) = (concurrent as u32, retries as u32);
    let timeout = Duration::from_ms(timeout);
    LOADERS.with(|loaders| loaders.create(Limits { concurrent, timeout, retries }, seed))
}

/// Removes a loader with its items. Its handle is spent.
#[wasm_bindgen]
pub fn lazy_destroy(loader: u32) {
    LOADERS.with(|loaders| loaders.destroy(loader));
}

/// The item is near, `distance` px from the middle of the viewport, or not near any more: NaN. Returns the item; for a number
/// that no item has, such as −1, a new one.
#[wasm_bindgen]
pub fn lazy_enter(loader: u32, item: u32, distance: f64, now: f64) -> u32 {
    LOADERS.with(|loaders| {
        let item = if loaders.has(loader, item) { item } else { loaders.add(loader) };
        loaders.enter(loader, item, distance, Instant::from_ms(now));
        item
    })
}

/// The item is loaded, or its load failed, or it is not needed: a code of [`whippet_boundary::lazy::OUTCOMES`]. Unless it
/// failed, another item may get its number.
#[wasm_bindgen]
pub fn lazy_end(loader: u32, item: u32, outcome: u32, now: f64) {
    LOADERS.with(|loaders| match outcome {
        IS_LOADED => loaders.loaded(loader, item),
        HAS_FAILED => loaders.failed(loader, item, Instant::from_ms(now)),
        _ => loaders.remove(loader, item),
    });
}

/// The network came or went, or the page `is_resumed` from the back/forward cache.
#[wasm_bindgen]
pub fn lazy_online(loader: u32, online: bool, is_resumed: bool) {
    LOADERS.with(|loaders| loaders.online(loader, online, is_resumed));
}

/// The next effect, or when to ask again, encoded as [`whippet_boundary::lazy::EFFECTS`]. Call it after every input, and when
/// that time has come, until there is no effect.
#[wasm_bindgen]
pub fn lazy_poll(loader: u32, now: f64) -> f64 {
    match LOADERS.with(|loaders| loaders.poll(loader, Instant::from_ms(now))) {
        Polled::Until(at) => f64::from(UNTIL) - at.as_ms(),
        Polled::Effect(effect) => match effect {
            Effect::Load(item) => coded(item, LOAD as u32),
            Effect::GiveUp(item) => coded(item, GIVE_UP as u32),
            Effect::Overdue(item) => coded(item, OVERDUE as u32),
            Effect::Measure => f64::from(MEASURE),
        },
    }
}

fn coded(item: u32, effect: u32) -> f64 {
    f64::from(item << ITEM_SHIFT | effect)
}

/// One figure, chosen by [`whippet_boundary::lazy::STATS`].
#[wasm_bindgen]
pub fn lazy_stat(loader: u32, which: u32) -> u32 {
    LOADERS.with(|loaders| loaders.stat(loader, which as usize))
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
