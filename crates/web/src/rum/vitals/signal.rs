//! What is measured, and what it tells.
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{Metric, Navigation};

/// What the page has to tell.
pub(crate) enum Signal {
    /// A metric has another value.
    Vital(Vital),
    /// The engine's page view of that number begins: a soft navigation to `url` by what was done at `start`.
    SoftNavigation { view: u32, start: f64, url: String },
    /// The engine's page view of that number begins: the page came back from the back/forward cache.
    Restored { view: u32 },
    /// A resource was loaded: its entry.
    Resource(JsValue),
    /// An animation frame was long: its entry.
    LongFrame(JsValue),
    /// The page is loaded.
    Loaded,
    /// The page was hidden, and may never be seen again. All else came before.
    Hidden,
    /// The page is seen again.
    Shown,
}

/// A metric's value in a page view so far.
pub(crate) struct Vital {
    /// The engine's number of the page view.
    pub view: u32,
    pub navigation: Navigation,
    pub metric: Metric,
    pub value: f64,
    /// Its address is as the browser has it.
    pub attribution: Attribution,
}

/// Which performance entries are looked at.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Entries {
    /// None: only the page's life is heard of.
    No,
    /// Those from now on.
    Later,
    /// Those that the browser recorded before, too.
    All,
}
