//! The calls of `whippet/lazy` into wasm: effects, figures, errors, and the retry delays that `lazyImport` shares with
//! the engine's loader.
use crate::table::numbers;
use crate::{Constant, Value};
use whippet_engine::lazy::placeholder::ThumbHashError;
use whippet_engine::lazy::{Backoff, Limits, figure};

numbers! {
    /// The result of `lazy_poll`: (index of an item << `ITEM_SHIFT`) + what to do with it; or `MEASURE`; or, if there is nothing to
    /// do, `UNTIL` − the time until then, in ms, which is −∞ if there will be something after an input only.
    EFFECTS: i32;
    /// Report the distance of every item that is near.
    MEASURE = -1;
    /// Load the item.
    LOAD = 0;
    /// The attempts of the item are spent.
    GIVE_UP = 1;
    /// The item still loads, but others no longer wait for it.
    OVERDUE = 2;
    /// The bits of the three above.
    EFFECT_MASK = 3;
    /// The index of the item begins at this bit.
    ITEM_SHIFT = 2;
    /// Above this: something to do.
    UNTIL = -2;
}

numbers! {
    /// How `lazy_end` ends an item.
    OUTCOMES: u32;
    /// It is not needed.
    IS_REMOVED = 0;
    /// It is loaded.
    IS_LOADED = 1;
    /// Its load failed.
    HAS_FAILED = 2;
}

numbers! {
    /// Which figure `lazy_stat` returns. `LazyStats.pending` is counted in JavaScript: most elements never come near,
    /// and are no items of the engine.
    STATS: u32;
    /// `LazyStats.loading`.
    STAT_LOADING = figure::LOADING as u32;
    /// `LazyStats.loaded`.
    STAT_LOADED = figure::LOADED as u32;
    /// `LazyStats.failed`.
    STAT_FAILED = figure::FAILED as u32;
    /// `LazyStats.retried`.
    STAT_RETRIED = figure::RETRIED as u32;
    /// `LazyStats.cancelled`.
    STAT_CANCELLED = figure::CANCELLED as u32;
}

numbers! {
    /// The defaults of the options that `lazy_create` takes.
    LIMITS: f64;
    /// `LazyOptions.maxConcurrent`.
    MAX_CONCURRENT = Limits::CONCURRENT as f64;
    /// `LazyOptions.timeout`, in ms.
    LOAD_TIMEOUT = Limits::TIMEOUT_MS;
    /// `LazyOptions.retries`.
    RETRIES = Limits::RETRIES as f64;
}

numbers! {
    /// The delays between the attempts of `lazyImport`.
    BACKOFF: f64;
    /// The longest delay after the first failure, in ms. It doubles with each failure.
    FIRST_DELAY = Backoff::FIRST_MS;
    /// The longest delay after any failure, in ms.
    LONGEST_DELAY = Backoff::LONGEST_MS;
}

numbers! {
    /// How `thumbhash_decode` reports an error: −1 − the index of its reason.
    ERRORS: i32;
    /// The first reason.
    THUMBHASH_ERROR = -1;
}

/// What is wrong with a ThumbHash, in the order of `ThumbHashError`.
pub const THUMBHASH_REASONS: &[&str] = &[
    "is not base64: encode its bytes",
    "is cut off: store all of its bytes, 25 at most",
    "has no width or no height: it is not a ThumbHash",
];

const REASONS: &[Constant] = &[Constant {
    name: "THUMBHASH_REASONS",
    doc: &["What is wrong with a ThumbHash."],
    value: Value::Words(THUMBHASH_REASONS),
}];

const _: () = assert!(
    ThumbHashError::NotBase64 as usize == 0
        && ThumbHashError::TooShort as usize == 1
        && ThumbHashError::Empty as usize == 2
        && THUMBHASH_REASONS.len() == 3
);

/// All tables.
pub const TABLES: &[&[Constant]] = &[EFFECTS, OUTCOMES, STATS, LIMITS, BACKOFF, ERRORS, REASONS];
