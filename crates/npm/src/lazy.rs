//! Lazy loading: loaders and their items, by index. Elements stay in JavaScript.
use crate::state::State;
use alloc::boxed::Box;
use wasm_bindgen::prelude::wasm_bindgen;
use whippet_boundary::lazy::{
    GIVE_UP, HAS_FAILED, IS_LOADED, ITEM_SHIFT, LOAD, MEASURE, OVERDUE, STAT_CANCELLED, STAT_FAILED,
    STAT_LOADED, STAT_LOADING, STAT_RETRIED, UNTIL,
};
use whippet_engine::lazy::{Connection, Effect, EffectiveType, Limits, Loader};
use whippet_engine::time::{Duration, Instant};

/// When `lazy_poll` has nothing to do until there is an input.
const NEVER: f64 = f64::NEG_INFINITY;

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

/// The item is near, `distance` px from the middle of the viewport, or not near any more: NaN. Returns the item; with an
/// index that no item has, such as −1, a new one.
#[wasm_bindgen]
pub fn lazy_enter(loader: usize, item: usize, distance: f64, now: f64) -> usize {
    let entered = with(loader, |loader| {
        let item = loader.item_at(item).unwrap_or_else(|| loader.add());
        if distance.is_nan() {
            loader.leave(item);
        } else {
            loader.enter(item, distance, Instant::from_ms(now));
        }
        item.index()
    });
    entered.unwrap_or(item)
}

/// The item is loaded, or its load failed, or it is not needed: a code of [`whippet_boundary::lazy::OUTCOMES`]. Unless it
/// failed, another item may get its index.
#[wasm_bindgen]
pub fn lazy_end(loader: usize, item: usize, outcome: u32, now: f64) {
    with(loader, |loader| {
        let Some(item) = loader.item_at(item) else { return };
        match outcome {
            IS_LOADED => loader.handle_loaded(item),
            HAS_FAILED => loader.handle_failed(item, Instant::from_ms(now)),
            _ => loader.remove(item),
        }
    });
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

/// The next effect, or when to ask again, encoded as [`whippet_boundary::lazy::EFFECTS`]. Call it after every input, and when
/// that time has come, until there is no effect.
#[wasm_bindgen]
pub fn lazy_poll(loader: usize, now: f64) -> f64 {
    let polled = with(loader, |loader| {
        let (item, effect) = match loader.poll_effect(Instant::from_ms(now)) {
            Some(Effect::Load(item)) => (item, LOAD),
            Some(Effect::GiveUp(item)) => (item, GIVE_UP),
            Some(Effect::Overdue(item)) => (item, OVERDUE),
            Some(Effect::Measure) => return f64::from(MEASURE),
            None => return loader.next_deadline().map_or(NEVER, |at| f64::from(UNTIL) - at.as_ms()),
        };
        (item.index() << ITEM_SHIFT | effect as usize) as f64
    });
    polled.unwrap_or(NEVER)
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
