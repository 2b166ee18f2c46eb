//! The page's paints.
use super::dom::{self, EntryList, Node, PaintEntry, PerformanceObserver};
use super::{Driver, each, event};
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::*;

impl Driver {
    /// Observes it, once. Browsers without such entries tell nothing.
    pub(in crate::lazy) fn watch_largest_paint(&self) {
        if self.largest_paint.observer.get().is_some() {
            return;
        }
        let Ok(observer) = PerformanceObserver::new(&self.bind(event::LARGEST_PAINT, 0)) else { return };
        let options: JsValue = dom::object();
        let set: &dom::PerformanceObserverInit = options.unchecked_ref();
        set.set_kind("largest-contentful-paint");
        set.set_buffered(true);
        if observer.observe_entries(options.unchecked_ref()).is_ok() {
            let _ = self.largest_paint.observer.set(observer);
        }
    }

    pub(in crate::lazy) fn largest_paint_is_lazy(&self) -> bool {
        self.largest_paint.is_lazy.get()
    }

    pub(super) fn handle_largest_paint(&self, list: &EntryList) {
        each(&list.entries(), |entry| {
            let element = entry.unchecked_ref::<PaintEntry>().element();
            self.largest_paint.is_lazy.set(element.is_some_and(|element| self.is_lazy(&element)));
        });
    }

    /// Whether the element is one of ours, or the browser loads it lazily.
    fn is_lazy(&self, element: &Node) -> bool {
        !self.indexes.get(element).is_nan() || element.loading().as_string().as_deref() == Some("lazy")
    }
}
