//! Events of the measured page.
use wasm_bindgen::prelude::*;
use whippet_engine::beacon::Attribution;
use whippet_engine::vitals::{Metric, Navigation};

/// An event for the driver.
pub(crate) enum PageEvent {
    /// A metric has a new value.
    Vital(Vital),
    /// A soft navigation to `url` starts the engine's page view number `view`, by an interaction at `start`.
    SoftNavigation { view: u32, start: f64, url: String },
    /// The page came back from the back/forward cache, which starts the engine's page view number `view`.
    Restored { view: u32 },
    /// A `resource` entry.
    Resource(JsValue),
    /// A `long-animation-frame` entry.
    LongFrame(JsValue),
    /// The page is loaded.
    Loaded,
    /// The page is hidden and may never be shown again. All other events came before.
    Hidden,
    /// The page is visible again.
    Shown,
}

/// A metric's current value in a page view.
pub(crate) struct Vital {
    /// The engine's number of the page view.
    pub view: u32,
    pub navigation: Navigation,
    pub metric: Metric,
    pub value: f64,
    /// Its `url` is not scrubbed.
    pub attribution: Attribution,
}

/// Which performance entries are observed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum EntryScope {
    /// None; only lifecycle events are.
    None,
    /// Entries from now on.
    FromNow,
    /// Also the entries that the browser has buffered.
    Buffered,
}
