//! Who waits for the end of a fetch, and who hears of changes.
use super::Value;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use std::collections::{BTreeMap, HashMap};
use whippet_engine::query::RunId;

/// Called with the data or the error; with `Err(None)` where the fetch was cancelled.
pub(super) type OnSettled = Box<dyn FnOnce(Result<Value, Option<Value>>)>;

/// Those who wait for runs.
#[derive(Default)]
pub(super) struct Waiters(HashMap<RunId, Vec<OnSettled>>);

impl Waiters {
    pub(super) fn add(&mut self, run: RunId, on_settled: OnSettled) {
        self.0.entry(run).or_default().push(on_settled);
    }

    pub(super) fn take(&mut self, run: RunId) -> Vec<OnSettled> {
        self.0.remove(&run).unwrap_or_default()
    }

    /// Who waited for `run` waits for `other` instead.
    pub(super) fn pass(&mut self, run: RunId, other: RunId) {
        let waiting = self.take(run);
        if !waiting.is_empty() {
            self.0.entry(other).or_default().extend(waiting);
        }
    }
}

/// Those who hear of changes.
#[derive(Default)]
pub(super) struct Listeners {
    all: BTreeMap<u32, Rc<dyn Fn()>>,
    added: u32,
    /// Something changed since they heard of it last.
    pub(super) changed: bool,
}

impl Listeners {
    pub(super) fn add(&mut self, listener: Rc<dyn Fn()>) -> u32 {
        self.added += 1;
        self.all.insert(self.added, listener);
        self.added
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<Rc<dyn Fn()>> {
        self.all.remove(&number)
    }

    /// Whom to tell now.
    pub(super) fn due(&mut self) -> Vec<Rc<dyn Fn()>> {
        match core::mem::take(&mut self.changed) {
            true => self.all.values().cloned().collect(),
            false => Vec::new(),
        }
    }
}
