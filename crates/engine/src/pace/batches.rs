//! Batches: items that are requested one by one and loaded together.
use super::slab::Slab;
use super::timers::{TimerOwner, Timers};
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};

/// Names one batched function until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchId(pub u32);

/// When a batch is dispatched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchOptions {
    /// A batch of this many items is dispatched at once; at least 1.
    pub max_size: u32,
    /// A batch is dispatched this long after its first item. Zero: at the end of the task in which the first item
    /// came. The host knows that moment and calls [`Batches::close`].
    pub max_wait: Duration,
}

/// What a new item does to its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It waits with the others.
    Waits,
    /// It is the first: close the batch at the end of this task.
    OpensTask,
    /// It is the first, and set a deadline: arm the timer again.
    OpensTimer,
    /// It makes the batch full: dispatch it now.
    Fills,
}

struct Batch {
    options: BatchOptions,
    items: u32,
    timer: Option<Handle>,
}

/// The batched functions of a module. The host keeps the items.
#[derive(Default)]
pub struct Batches {
    batches: Slab<Batch>,
    calls: u64,
    invocations: u64,
}

impl Batches {
    /// Adds a batched function.
    pub fn create(&mut self, options: BatchOptions) -> BatchId {
        BatchId(self.batches.insert(Batch { options, items: 0, timer: None }))
    }

    /// Removes `id`, which another function may get.
    pub fn release(&mut self, timers: &mut Timers, id: BatchId) {
        self.close(timers, id, false);
        self.batches.remove(id.0);
    }

    /// How many items were requested.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many batches were dispatched.
    pub fn invocations(&self) -> u64 {
        self.invocations
    }

    /// Counts a request for an item that waits already.
    pub fn share(&mut self) {
        self.calls += 1;
    }

    /// Adds a requested item to the batch.
    pub fn enqueue(&mut self, timers: &mut Timers, id: BatchId, now: Instant) -> Enqueued {
        self.calls += 1;
        let Some(batch) = self.batches.get_mut(id.0) else { return Enqueued::Waits };
        batch.items += 1;
        if batch.items >= batch.options.max_size {
            self.close(timers, id, true);
            Enqueued::Fills
        } else if batch.items > 1 {
            Enqueued::Waits
        } else if batch.options.max_wait == Duration::ZERO {
            Enqueued::OpensTask
        } else {
            let at = timers.monotonic(now) + batch.options.max_wait;
            batch.timer = timers.set(at, TimerOwner::Batch(id.0));
            Enqueued::OpensTimer
        }
    }

    /// Closes the batch, to `dispatch` or to cancel its items; the next item begins a new one. Returns how many items
    /// it held.
    pub fn close(&mut self, timers: &mut Timers, id: BatchId, dispatch: bool) -> u32 {
        let Some(batch) = self.batches.get_mut(id.0) else { return 0 };
        timers.clear(batch.timer.take(), TimerOwner::Batch(id.0));
        let items = core::mem::take(&mut batch.items);
        self.invocations += u64::from(dispatch && items > 0);
        items
    }
}
