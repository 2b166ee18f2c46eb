//! Who waits for the end of a fetch, and who hears of changes.
use super::Value;
use super::by_id::ById;
use alloc::boxed::Box;
use alloc::rc::Rc;
use alloc::vec::Vec;
use whippet_engine::query::RunId;

/// Called with the data or the error; with `Err(None)` where the fetch was cancelled.
pub(super) type OnSettled = Box<dyn FnOnce(Result<Value, Option<Value>>)>;

/// Those who wait for runs.
#[derive(Default)]
pub(super) struct Waiters(ById<RunId, Vec<OnSettled>>);

impl Waiters {
    pub(super) fn add(&mut self, run: RunId, on_settled: OnSettled) {
        match self.0.get_mut(run) {
            Some(waiting) => waiting.push(on_settled),
            None => drop(self.0.insert(run, alloc::vec![on_settled])),
        }
    }

    pub(super) fn take(&mut self, run: RunId) -> Vec<OnSettled> {
        self.0.remove(run).unwrap_or_default()
    }

    /// Who waited for `run` waits for `other` instead.
    pub(super) fn pass(&mut self, run: RunId, other: RunId) {
        for waiting in self.take(run) {
            self.add(other, waiting);
        }
    }
}

/// Those who hear of changes.
#[derive(Default)]
pub(super) struct Listeners {
    /// In the order in which they came.
    all: Vec<(u32, Rc<dyn Fn()>)>,
    added: u32,
    /// Something changed since they heard of it last.
    pub(super) changed: bool,
}

impl Listeners {
    pub(super) fn add(&mut self, listener: Rc<dyn Fn()>) -> u32 {
        self.added += 1;
        self.all.push((self.added, listener));
        self.added
    }

    pub(super) fn remove(&mut self, number: u32) -> Option<Rc<dyn Fn()>> {
        let at = self.all.iter().position(|(known, _)| *known == number)?;
        Some(self.all.remove(at).1)
    }

    /// Whom to tell now.
    pub(super) fn due(&mut self) -> Vec<Rc<dyn Fn()>> {
        match core::mem::take(&mut self.changed) {
            true => self.all.iter().map(|(_, listener)| listener.clone()).collect(),
            false => Vec::new(),
        }
    }
}
