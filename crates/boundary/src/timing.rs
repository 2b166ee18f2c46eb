//! The calls of `batch`, `memoize`, `rateLimit` and `retry` into the engine.
use crate::table::numbers;

numbers! {
    /// Results that are not a slot or a delay.
    RESULTS: i32;
    /// There is none.
    NONE = -1;
    /// `rate_call`: the queue is full. Zero and above is a delay in ms.
    REJECT = -2;
    /// `retry_next`: the default delay. Zero and above is a delay in ms.
    DEFAULT_DELAY = -1;
}

numbers! {
    /// The result of `batch_enqueue`.
    ENQUEUED: u32;
    /// The item waits with others.
    WAITS = 0;
    /// The item is the first: dispatch the batch at the end of this task.
    OPENS_TASK = 1;
    /// The item is the first: dispatch the batch after `maxWait`.
    OPENS_TIMER = 2;
    /// The item fills the batch: dispatch it.
    FILLS = 3;
}

numbers! {
    /// The result of `memo_lookup`, where it is not for how many ms the result is fresh.
    LOOKUP: i32;
    /// Return the promise of the computation under way.
    PENDING = 0;
    /// Return the stale result.
    STALE = -1;
    /// Return the stale result, and compute it again.
    REVALIDATE = -2;
    /// The result was removed: compute it.
    EXPIRED = -3;
}

numbers! {
    /// The verdict on a failed attempt: whether the page's function wants a retry, and a bit.
    RETRY_VERDICT: u32;
    /// Do not retry.
    NO_RETRY = 0;
    /// Retry.
    DO_RETRY = 1;
    /// Decide by the options.
    RETRY_BY_OPTIONS = 2;
    /// The bits of the three above.
    RETRY_MASK = 3;
    /// The error says that it is permanent.
    PERMANENT = 4;
}

/// All tables.
pub const TABLES: &[&[crate::Constant]] = &[RESULTS, ENQUEUED, LOOKUP, RETRY_VERDICT];
