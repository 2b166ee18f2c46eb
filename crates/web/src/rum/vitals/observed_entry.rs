//! Performance entries that a value may come from.
use std::cell::Cell;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// An entry with its target, which is named at once: the element may be gone when the value is reported.
pub(super) struct ObservedEntry {
    pub(super) entry: JsValue,
    /// A selector; for a shift `None` if its sources are unknown.
    pub(super) target: Option<String>,
    /// For an event, the frame that it was painted in.
    pub(super) frame: Option<Rc<Cell<EventFrame>>>,
}

/// The events that were painted in one frame, ms.
#[derive(Clone, Copy)]
pub(super) struct EventFrame {
    pub(super) start: f64,
    pub(super) processing_start: f64,
    pub(super) processing_end: f64,
    pub(super) painted: f64,
}
