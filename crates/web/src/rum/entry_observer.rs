//! Observes performance entries.
use super::browser::{self, Init, Observer};
use super::callback::callback;
use super::read;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// Observes until it is dropped.
#[must_use = "dropping it stops observing"]
pub(super) struct EntryObserver {
    observer: Observer,
}

impl EntryObserver {
    /// Calls `method` with all entries of these types, in the order in which they ended; also with earlier ones, if
    /// `buffered`. `threshold` is the shortest `event`, ms. `None` if the browser has no `PerformanceObserver`.
    pub(super) fn new<T: 'static>(
        owner: &Rc<T>,
        types: &[&str],
        buffered: bool,
        threshold: f64,
        method: fn(&Rc<T>, Vec<JsValue>),
    ) -> Option<Self> {
        let supported = browser::supported_entry_types();
        let callback = callback(owner, move |owner, list| {
            if let Some(entries) = read::call(&list, "getEntries", &[]) {
                method(owner, in_order(&entries));
            }
        });
        let observer = Observer::new(callback.as_ref()).ok()?;
        for kind in types.iter().filter(|kind| supported.iter().any(|known| known == *kind)) {
            let options = Init::new();
            options.set("type", &JsValue::from_str(kind));
            options.set("buffered", &JsValue::from_bool(buffered));
            options.set("durationThreshold", &JsValue::from_f64(threshold));
            let _ = observer.observe(&options);
        }
        Some(Self { observer })
    }

    /// Entries that the browser has not delivered yet.
    pub(super) fn take(&self) -> Vec<JsValue> {
        self.observer.take_records().map(|entries| in_order(&entries)).unwrap_or_default()
    }
}

impl Drop for EntryObserver {
    fn drop(&mut self) {
        let _ = self.observer.disconnect();
    }
}

/// EntryScope of different types come out of order.
fn in_order(entries: &JsValue) -> Vec<JsValue> {
    let end = |entry: &JsValue| read::number(entry, "startTime") + read::number(entry, "duration");
    let mut entries: Vec<_> = read::items(entries).into_iter().map(|entry| (end(&entry), entry)).collect();
    entries.sort_by(|a, b| a.0.total_cmp(&b.0));
    entries.into_iter().map(|(_, entry)| entry).collect()
}
