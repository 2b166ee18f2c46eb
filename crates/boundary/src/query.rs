//! The numbers that `pkg/src/query` and the exports of `crates/npm/src/query` exchange.
//!
//! A *code* is a number in an argument or a result; a *flag* is one bit of one. Numbers that the engine knows are taken
//! from there.
#![expect(missing_docs, reason = "a constant has a comment only where its name does not say it")]
use crate::table::{Constant, Value, numbers};
use whippet_engine::query::{BreakerOptions, FetchStatus, Retry, Status, defaults};
use whippet_engine::time;

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
    /// What an observer is asked, and its answers.
    OBSERVER: u32;
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
    /// The start of a run, the result of a failure, and the end of a run.
    RUNS: u32;
    /// `query_intent`: begin a fetch.
    INTENT_BEGIN = 0;
    /// Wait for the running fetch.
    INTENT_JOIN = 1;
    /// Cancel the running fetch, and begin another.
    INTENT_REPLACE = 2;
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
    /// Clocks.
    CLOCKS: f64;
    /// What a clock may lack when a timer fires, in ms, though it is right.
    CLOCK_STEP = time::CLOCK_STEP.as_ms();
}

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
pub const TABLES: &[&[Constant]] = &[STATUS, STATUS_NAMES, OBSERVER, RUNS, BREAKERS, CLOCKS, DEFAULTS];
