//! The calls of `whippet/timing` into wasm: effects, results, and how an expired deadline is encoded.
use crate::table::numbers;

numbers! {
    /// Results that are not an id, a slot, a ticket or a delay.
    RESULTS: i32;
    /// There is none.
    NONE = -1;
    /// `rate_call`: the call runs now. Zero and above is the ticket under which it waits.
    RUN = -1;
    /// `rate_call`: the queue is full.
    REJECT = -2;
    /// `retry_begin` and `retry_failed`: the default delay. Zero and above is a delay in ms.
    DEFAULT_DELAY = -1;
}

numbers! {
    /// The result of `pace_expired`: id × `ID_FACTOR` + (detail << `DETAIL_SHIFT`) + kind.
    EXPIRED_DEADLINE: u32;
    /// The detail holds the pacer's effects.
    PACER = 0;
    /// The detail is 0.
    BATCH = 1;
    /// The detail is 0.
    MEMO = 2;
    /// The detail is 0.
    RATE_LIMIT = 3;
    /// The detail is `RETRY_DELAY` or `RETRY_TIMEOUT`.
    RETRY = 4;
    /// The bits of the kind.
    KIND_MASK = 7;
    /// The detail begins at this bit.
    DETAIL_SHIFT = 3;
    /// The bits of the detail, once shifted.
    DETAIL_MASK = 31;
    /// The id is multiplied, not shifted: shifted, it would not fit into 32 bits.
    ID_FACTOR = 256;
}

numbers! {
    /// The effects of an input on a pacer, as bits.
    PACER_EFFECTS: u32;
    /// Run the function. The host does this last, since it may throw.
    INVOKE = 1;
    /// Drop the arguments of the last call.
    DROP_ARGS = 2;
    /// Arm the timer again.
    ARM = 4;
    /// Keep the function until `RELEASE`: the timer will need it.
    RETAIN = 8;
    /// The timer does not need the function any more.
    RELEASE = 16;
}

numbers! {
    /// The result of `batch_enqueue`.
    ENQUEUED: u32;
    /// The item waits with others.
    WAITS = 0;
    /// The item is the first: close the batch at the end of this task.
    OPENS_TASK = 1;
    /// The item is the first: arm the timer.
    OPENS_TIMER = 2;
    /// The item fills the batch: dispatch it.
    FILLS = 3;
}

numbers! {
    /// The result of `memo_lookup`.
    LOOKUP: u32;
    /// Return the result.
    HIT = 0;
    /// Return the promise of the computation under way.
    PENDING = 1;
    /// Return the stale result, and compute it again.
    REVALIDATE = 2;
    /// The result was removed: compute it.
    EXPIRED = 3;
}

numbers! {
    /// Which figure `memo_stat` returns.
    MEMO_STATS: u32;
    /// `MemoizeStats.hits`.
    HITS = 0;
    /// `MemoizeStats.misses`.
    MISSES = 1;
    /// `MemoizeStats.staleServed`.
    STALE_SERVED = 2;
    /// `MemoizeStats.shared`.
    SHARED = 3;
    /// `MemoizeStats.evictions`.
    EVICTIONS = 4;
    /// `MemoizeStats.size`.
    SIZE = 5;
}

numbers! {
    /// Which deadline of a retried call expired.
    RETRY_DEADLINE: u32;
    /// The delay before the next attempt is over.
    RETRY_DELAY = 0;
    /// The attempt timed out.
    RETRY_TIMEOUT = 1;
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
pub const TABLES: &[&[crate::Constant]] =
    &[RESULTS, EXPIRED_DEADLINE, PACER_EFFECTS, ENQUEUED, LOOKUP, MEMO_STATS, RETRY_DEADLINE, RETRY_VERDICT];
