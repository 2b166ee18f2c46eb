//! The numbers that `pkg/src/query` and the exports of `crates/npm/src/query` exchange.
//!
//! A *code* is a number in an argument or a result; a *flag* is one bit of one. Numbers that the engine knows are taken
//! from there.
#![expect(missing_docs, reason = "a constant has a comment only where its name does not say it")]
use crate::table::{Constant, Value, numbers};
use whippet_engine::query::{BreakerOptions, FetchStatus, Retry, Status, defaults};

numbers! {
    /// The result of `query_poll`: the next effect. It leaves ids in the buffer, at [`STATE_ABOUT`] and [`STATE_RUN`].
    EFFECTS: u32;
    /// There is no further effect.
    EFFECT_NONE = 0;
    /// Fetch for an observer; ids: the observer, the query.
    EFFECT_FETCH = 1;
    /// Call the query function; ids: the query, the run.
    EFFECT_RUN = 2;
    /// A run is paused; ids: the query, the run.
    EFFECT_PAUSED = 3;
    /// A run has failed for good, with its last error; ids: the query, the run.
    EFFECT_GAVE_UP = 4;
    /// The data has become stale for an observer; ids: the observer.
    EFFECT_STALE = 5;
    /// A query was garbage-collected; ids: the query.
    EFFECT_COLLECTED = 6;
    /// An attempt has timed out; ids: the query, the run.
    EFFECT_TIMED_OUT = 7;
    /// No query fetches from an origin any more; ids: the origin.
    EFFECT_ORIGIN_FREED = 8;
}

numbers! {
    /// The result of `mutation_poll`: the next effect. `mutation_about` returns the mutation.
    MUTATION_EFFECTS: u32;
    /// There is no further effect.
    MUTATION_EFFECT_NONE = 0;
    /// Call the mutation function.
    MUTATION_EFFECT_RUN = 1;
    /// The mutation pauses: it waits for the network, the page's focus or its scope.
    MUTATION_EFFECT_PAUSED = 2;
    /// The mutation continues after a pause.
    MUTATION_EFFECT_CONTINUED = 3;
    /// The mutation has failed for good, with its last error.
    MUTATION_EFFECT_GAVE_UP = 4;
    /// The mutation was garbage-collected.
    MUTATION_EFFECT_COLLECTED = 5;
}

numbers! {
    /// The buffer that a machine shares: f64. It begins with the state of a query.
    BUFFERS: usize;
    /// 1 where the query has data, otherwise 0.
    STATE_HAS_DATA = 0;
    /// In ms since the epoch.
    STATE_DATA_UPDATED_AT = 1;
    STATE_DATA_UPDATE_COUNT = 2;
    /// In ms since the epoch.
    STATE_ERROR_UPDATED_AT = 3;
    STATE_ERROR_UPDATE_COUNT = 4;
    STATE_FAILURE_COUNT = 5;
    /// One of `STATUS_*`.
    STATE_STATUS = 6;
    /// One of `FETCH_STATUS_*`.
    STATE_FETCH_STATUS = 7;
    /// 1 where the query is invalidated, otherwise 0.
    STATE_IS_INVALIDATED = 8;
    /// How many numbers a state has.
    STATE_LENGTH = 9;
    /// After the state: when the timer should fire, in ms since the epoch; `Infinity` for never. Each call that may change the
    /// time writes it.
    STATE_DEADLINE = STATE_LENGTH;
    /// What the last effect is about, and its run; 0 where it has none. Signed, as exports give ids.
    STATE_ABOUT = STATE_DEADLINE + 1;
    STATE_RUN = STATE_ABOUT + 1;
    /// How many numbers the buffer holds.
    STATE_BUFFER = STATE_RUN + 1;
}

numbers! {
    /// A query's status and fetch status.
    STATUS: u32;
    STATUS_PENDING = Status::Pending as u32;
    STATUS_ERROR = Status::Error as u32;
    STATUS_SUCCESS = Status::Success as u32;
    FETCH_STATUS_IDLE = FetchStatus::Idle as u32;
    FETCH_STATUS_FETCHING = FetchStatus::Fetching as u32;
    FETCH_STATUS_PAUSED = FetchStatus::Paused as u32;
}

/// The words for `STATUS_*` and `FETCH_STATUS_*` in results.
pub const STATUS_NAMES: &[Constant] = &[
    Constant {
        name: "STATUSES",
        doc: &["By `STATUS_*`."],
        value: Value::Words(
            const {
                &by_number([
                    (STATUS_PENDING, "pending"),
                    (STATUS_ERROR, "error"),
                    (STATUS_SUCCESS, "success"),
                ])
            },
        ),
    },
    Constant {
        name: "FETCH_STATUSES",
        doc: &["By `FETCH_STATUS_*`."],
        value: Value::Words(
            const {
                &by_number([
                    (FETCH_STATUS_IDLE, "idle"),
                    (FETCH_STATUS_FETCHING, "fetching"),
                    (FETCH_STATUS_PAUSED, "paused"),
                ])
            },
        ),
    },
];

const fn by_number(names: [(u32, &'static str); 3]) -> [&'static str; 3] {
    let mut sorted = [""; 3];
    let mut i = 0;
    while i < names.len() {
        sorted[names[i].0 as usize] = names[i].1;
        i += 1;
    }
    sorted
}

numbers! {
    /// The host, as flags.
    HOST: u32;
    HOST_ONLINE = 1;
    HOST_FOCUSED = 2;
}

numbers! {
    /// An observer's options, as flags; its stale time and its interval are numbers of their own.
    OBSERVER: u32;
    OBSERVER_ENABLED = 1;
    /// Where `refetchOnMount` stands, one of `REFETCH_*`.
    OBSERVER_ON_MOUNT_SHIFT = 1;
    /// Where `refetchOnWindowFocus` stands.
    OBSERVER_ON_FOCUS_SHIFT = 3;
    /// Where `refetchOnReconnect` stands.
    OBSERVER_ON_RECONNECT_SHIFT = 5;
    OBSERVER_RETRY_ON_MOUNT = 1 << 7;
    OBSERVER_INTERVAL_IN_BACKGROUND = 1 << 8;
    OBSERVER_SUSPENSE = 1 << 9;
    /// Time may notify the observer or fetch for it; not set on a server.
    OBSERVER_TIMERS = 1 << 10;
    /// Some options are functions of the query, which only JavaScript can call.
    OBSERVER_HAS_FUNCTIONS = 1 << 11;
    REFETCH_NO = 0;
    REFETCH_IF_STALE = 1;
    REFETCH_ALWAYS = 2;
    /// The two bits of one of `REFETCH_*`.
    REFETCH_MASK = 3;
    /// A trigger that may fetch for an observer: it mounts.
    TRIGGER_MOUNT = 0;
    /// A trigger: its options change, and it was disabled before or observed another query.
    TRIGGER_OPTIONS = 1;
    /// A trigger: the page gets the focus.
    TRIGGER_FOCUS = 2;
    /// A trigger: the network is back.
    TRIGGER_RECONNECT = 3;
    /// The two bits of a trigger.
    TRIGGER_MASK = 3;
    /// A flag beside it: this is a read of the query.
    NOTE_READ = 4;
    /// `query_ask`: it fetches.
    ANSWER_FETCHES = 1;
    /// `query_ask`: the data is stale to the observer.
    ANSWER_IS_STALE = 2;
}

numbers! {
    /// Negative numbers in the place of times.
    TIMES: f64;
    /// A stale time: `'static'`.
    STALE_TIME_STATIC = -1.0;
    /// A refetch interval: none.
    INTERVAL_NONE = 0.0;
    /// A retry delay: exponential.
    DELAY_EXPONENTIAL = -1.0;
    /// The delay after one failure: as the run's options say.
    DELAY_BY_OPTIONS = -1.0;
}

numbers! {
    /// The start of a run, the result of a failure, and the end of a run.
    RUNS: u32;
    /// `query_intent`: begin a fetch.
    INTENT_BEGIN = 0;
    /// Wait for the running fetch.
    INTENT_JOIN = 1;
    /// Cancel the running fetch, and begin another.
    INTENT_REPLACE = 2;
    NETWORK_MODE_ONLINE = 0;
    NETWORK_MODE_ALWAYS = 1;
    NETWORK_MODE_OFFLINE_FIRST = 2;
    /// The two bits of a network mode.
    NETWORK_MODE_MASK = 3;
    /// A flag beside the network mode: only a part of the data is fetched, as one more page.
    RUN_PARTIAL = 4;
    /// The answer of `retry`, if it is a function: do not retry.
    VERDICT_NO = 0;
    /// The answer of `retry`: retry.
    VERDICT_YES = 1;
    /// `retry` is no function: the run's options decide.
    VERDICT_BY_OPTIONS = 2;
    /// The two bits of one of these three.
    VERDICT_MASK = 3;
    /// A flag beside them: the same request would fail again.
    VERDICT_PERMANENT = 4;
    /// `query_failed`, `mutation_failed`: there is no such run, so the failure is ignored.
    FAILURE_IGNORED = 0;
    /// There will be a retry.
    FAILURE_RETRIED = 1;
    /// The run has failed for good.
    FAILURE_FINAL = 2;
    /// `query_resume`: the run stays paused, or was not paused.
    RESUME_NOTHING = 0;
    /// Call the query function.
    RESUME_RUN = 1;
    /// The run has failed for good.
    RESUME_GAVE_UP = 2;
    /// How a run ended: with data.
    OUTCOME_SUCCESS = 0;
    /// How a run ended: with an error.
    OUTCOME_ERROR = 1;
    OUTCOME_CANCELLED = 2;
}

numbers! {
    /// Circuit breakers.
    BREAKERS: f64;
    /// `query_breaker`: closed. Any number above zero is until when it is open, in ms since the epoch.
    BREAKER_CLOSED = 0.0;
    BREAKER_HALF_OPEN = -1.0;
    /// The default of `failures`.
    BREAKER_FAILURES = BreakerOptions::DEFAULT.failures as f64;
    /// The default of `window`, in ms.
    BREAKER_WINDOW = BreakerOptions::DEFAULT.window.as_ms();
    /// The default of `openFor`, in ms.
    BREAKER_OPEN_FOR = BreakerOptions::DEFAULT.open_for.as_ms();
}

numbers! {
    /// The figures of `query_stat`. The first are counters: `COUNTERS` has their names.
    STATS: u32;
    /// The latency of fetches that succeeded, in ms: how many there were. `LATENCIES` has the names of this and those after it.
    STAT_LATENCY_COUNT = COUNTERS.len() as u32;
    STAT_LATENCY_SUM = STAT_LATENCY_COUNT + 1;
    STAT_LATENCY_MAX = STAT_LATENCY_COUNT + 2;
    STAT_LATENCY_P50 = STAT_LATENCY_COUNT + 3;
    STAT_LATENCY_P95 = STAT_LATENCY_COUNT + 4;
    STAT_LATENCY_P99 = STAT_LATENCY_COUNT + 5;
}

/// The names of the counters that `query_stat` gives, in their order.
const COUNTERS: &[&str] =
    &["hits", "misses", "staleServed", "deduplicated", "fetches", "errors", "retries", "evictions"];

/// The names of figures in results.
pub const STAT_NAMES: &[Constant] = &[
    Constant { name: "COUNTERS", doc: &["By the numbers of `query_stat`."], value: Value::Words(COUNTERS) },
    Constant {
        name: "LATENCIES",
        doc: &["By the numbers of `query_stat` from `STAT_LATENCY_COUNT` on."],
        value: Value::Words(&["count", "sum", "max", "p50", "p95", "p99"]),
    },
];

numbers! {
    /// Defaults of options.
    DEFAULTS: f64;
    /// The gc time, in ms.
    DEFAULT_GC_TIME = defaults::gc_time(false).as_ms();
    /// The same on a server.
    SERVER_GC_TIME = defaults::gc_time(true).as_ms();
    /// The number of retries of a fetch.
    DEFAULT_RETRY = retries(false);
    /// The same on a server.
    SERVER_RETRY = retries(true);
    /// From this number of queries on, a `QueriesObserver` notifies once for all changes of a flush.
    DEFAULT_BATCH = defaults::BATCHED_QUERIES as f64;
}

const fn retries(server: bool) -> f64 {
    match defaults::retry(server) {
        Retry::Always => f64::INFINITY,
        Retry::Times(times) => times as f64,
    }
}

/// All tables.
pub const TABLES: &[&[Constant]] = &[
    EFFECTS,
    MUTATION_EFFECTS,
    BUFFERS,
    STATUS,
    STATUS_NAMES,
    STAT_NAMES,
    HOST,
    OBSERVER,
    TIMES,
    RUNS,
    BREAKERS,
    STATS,
    DEFAULTS,
];
