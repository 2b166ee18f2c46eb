//! Lazy loading: loaders and their items, by index. Elements stay in JavaScript.
use crate::state::State;
use alloc::boxed::Box;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::lazy::{
    GIVE_UP, ITEM_SHIFT, LOAD, MEASURE, NONE, OVERDUE, STAT_CANCELLED, STAT_FAILED, STAT_LOADED,
    STAT_LOADING, STAT_RETRIED,
};
use whippet_engine::lazy::{Connection, Effect, EffectiveType, ItemId, Limits, Loader};
use whippet_engine::time::{Duration, Instant};

static LOADERS: State<Loaders> = State::new(Loaders { newest: None, created: 0 });

/// A linked list. There are a few loaders; the code that grows a `Vec` of them would be a tenth of the module. One that was
/// destroyed stays in the list, as a spare one, and is used again.
struct Loaders {
    newest: Option<Box<Link>>,
    created: usize,
}

struct Link {
    number: usize,
    loader: Loader,
    older: Option<Box<Link>>,
}

/// Instead of a number: the loader is not used.
const SPARE: usize = usize::MAX;

impl Loaders {
    fn create(&mut self, limits: Limits, seed: u32) -> usize {
        let number = self.created;
        self.created += 1;
        if self.find(SPARE).is_none() {
            let link = Link { number: SPARE, loader: Loader::UNUSED, older: self.newest.take() };
            self.newest = Some(Box::new(link));
        }
        if let Some(link) = self.find(SPARE) {
            link.number = number;
            link.loader.reset(limits, seed);
        }
        number
    }

    // Inlined into every export, it would be a fifth of the module.
    #[inline(never)]
    fn find(&mut self, number: usize) -> Option<&mut Link> {
        let mut link = self.newest.as_mut()?;
        while link.number != number {
            link = link.older.as_mut()?;
        }
        Some(link)
    }
}

/// Adds a loader: how many items load at once, how often a load is retried, how many ms it keeps its place, and the seed
/// of the jitter.
#[wasm_bindgen]
pub fn lazy_create(concurrent: f64, retries: f64, timeout: f64, seed: u32) -> usize {
    // The casts clamp: `Infinity` is a number as well.
    let (concurrent, retries) = (concurrent as u32, retries as u32);
    let timeout = Duration::from_ms(timeout);
    LOADERS.with(|loaders| loaders.create(Limits { concurrent, timeout, retries, ..Limits::default() }, seed))
}

/// Removes a loader with its items. Its number is spent.
#[wasm_bindgen]
pub fn lazy_destroy(loader: usize) {
    LOADERS.with(|loaders| {
        if let Some(link) = loaders.find(loader) {
            link.number = SPARE;
        }
    });
}

/// Adds an item that is not near; returns its index.
#[wasm_bindgen]
pub fn lazy_add(loader: usize) -> usize {
    with(loader, |loader| loader.add().index()).unwrap_or(0)
}

/// Removes an item, because it is loaded or not needed. Another item may get its index.
#[wasm_bindgen]
pub fn lazy_remove(loader: usize, item: usize, is_loaded: bool) {
    with_item(loader, item, if is_loaded { Loader::handle_loaded } else { Loader::remove });
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

/// The load failed.
#[wasm_bindgen]
pub fn lazy_failed(loader: usize, item: usize, now: f64) {
    with_item(loader, item, |loader, item| loader.handle_failed(item, Instant::from_ms(now)));
}

/// The network came or went, or the page `is_resumed` from the back/forward cache.
#[wasm_bindgen]
pub fn lazy_online(loader: usize, online: bool, is_resumed: bool) {
    with(loader, |loader| {
        loader.handle_online(online);
        if is_resumed {
            loader.handle_resumed();
        }
    });
}

/// When to call `lazy_poll` next; `NONE`: after an input only.
#[wasm_bindgen]
pub fn lazy_deadline(loader: usize) -> f64 {
    with(loader, |loader| loader.next_deadline().map(Instant::as_ms)).flatten().unwrap_or(f64::from(NONE))
}

/// The next effect, encoded as [`whippet_boundary::lazy::EFFECTS`]. Call it after every input, and when the deadline has
/// come, until it returns `NONE`.
#[wasm_bindgen]
pub fn lazy_poll(loader: usize, now: f64) -> f64 {
    let now = Instant::from_ms(now);
    let (item, effect) = match with(loader, |loader| loader.poll_effect(now)).flatten() {
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

fn with<R>(loader: usize, f: impl FnOnce(&mut Loader) -> R) -> Option<R> {
    LOADERS.with(|loaders| loaders.find(loader).map(|link| f(&mut link.loader)))
}

fn with_item(loader: usize, item: usize, f: impl FnOnce(&mut Loader, ItemId)) {
    with(loader, |loader| {
        if let Some(item) = loader.item_at(item) {
            f(loader, item);
        }
    });
}
