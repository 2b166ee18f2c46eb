//! Items that are asked for one by one, and fetched together.
use super::alarms::{Alarms, Wake};
use super::slots::Slots;
use crate::deadlines::Handle;
use crate::time::{Duration, Instant};

/// Names one batched function until it is released.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BatchId(pub u32);

/// How long a batch is open.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Batching {
    /// With so many items it goes at once; at least 1.
    pub max_size: u32,
    /// So long after its first item it goes. Zero: when the turn is over in which that came, which the host
    /// knows and tells by [`Batches::close`].
    pub max_wait: Duration,
}

/// What an item does to the batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Joined {
    /// It waits with the others.
    Waits,
    /// It is the first, and waits for the end of the turn.
    OpensTurn,
    /// It is the first, and a wait began: arm the timer again.
    Opens,
    /// It was the last that had room: the batch goes now.
    Goes,
}

struct Batch {
    batching: Batching,
    items: u32,
    timer: Option<Handle>,
}

/// The batched functions of a module. The items stay with the host.
#[derive(Default)]
pub struct Batches {
    batches: Slots<Batch>,
    calls: u64,
    invocations: u64,
}

impl Batches {
    /// Adds a batched function.
    pub fn create(&mut self, batching: Batching) -> BatchId {
        BatchId(self.batches.add(Batch { batching, items: 0, timer: None }))
    }

    /// Says that `id` will not be told of again.
    pub fn release(&mut self, alarms: &mut Alarms, id: BatchId) {
        self.close(alarms, id, false);
        self.batches.remove(id.0);
    }

    /// How many items were asked for.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// How many batches went.
    pub fn invocations(&self) -> u64 {
        self.invocations
    }

    /// An item was asked for that waits already.
    pub fn share(&mut self) {
        self.calls += 1;
    }

    /// An item was asked for.
    pub fn join(&mut self, alarms: &mut Alarms, id: BatchId, now: Instant) -> Joined {
        self.calls += 1;
        let Some(batch) = self.batches.get_mut(id.0) else { return Joined::Waits };
        batch.items += 1;
        if batch.items >= batch.batching.max_size {
            self.close(alarms, id, true);
            Joined::Goes
        } else if batch.items > 1 {
            Joined::Waits
        } else if batch.batching.max_wait == Duration::ZERO {
            Joined::OpensTurn
        } else {
            let at = alarms.steady(now) + batch.batching.max_wait;
            batch.timer = alarms.set(at, Wake::Batch(id.0));
            Joined::Opens
        }
    }

    /// The next item begins a new batch: what waited `goes`, or was cancelled. Gives how many that were.
    pub fn close(&mut self, alarms: &mut Alarms, id: BatchId, goes: bool) -> u32 {
        let Some(batch) = self.batches.get_mut(id.0) else { return 0 };
        alarms.stop(batch.timer.take(), Wake::Batch(id.0));
        let items = core::mem::take(&mut batch.items);
        self.invocations += u64::from(goes && items > 0);
        items
    }
}
