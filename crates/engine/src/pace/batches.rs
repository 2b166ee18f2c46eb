//! Batches: items that are requested one by one and loaded together. The host keeps them.
use crate::time::Duration;

/// What a new item does to its batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    /// It waits with the others.
    Waits,
    /// It is the first: dispatch the batch at the end of this task.
    OpensTask,
    /// It is the first: dispatch the batch `max_wait` from now.
    OpensTimer,
    /// It makes the batch full: dispatch it now.
    Fills,
}

/// A new item came into a batch, which holds so many now. A batch of `max_size` items is dispatched at once, and any
/// `max_wait` after its first item: zero is the end of the task in which that came.
pub fn enqueue(items: u32, max_size: u32, max_wait: Duration) -> Enqueued {
    if items >= max_size {
        Enqueued::Fills
    } else if items > 1 {
        Enqueued::Waits
    } else if max_wait == Duration::ZERO {
        Enqueued::OpensTask
    } else {
        Enqueued::OpensTimer
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_item_opens_a_batch_and_the_last_fills_it() {
        let wait = Duration::from_ms(20.0);
        let all = [1, 2, 3].map(|items| enqueue(items, 3, wait));
        assert_eq!(all, [Enqueued::OpensTimer, Enqueued::Waits, Enqueued::Fills]);
        assert_eq!(enqueue(1, 3, Duration::ZERO), Enqueued::OpensTask);
        assert_eq!(enqueue(2, 3, Duration::ZERO), Enqueued::Waits);
        assert_eq!(enqueue(1, 1, wait), Enqueued::Fills);
    }
}
