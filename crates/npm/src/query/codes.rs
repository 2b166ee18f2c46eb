//! Options, states and outcomes as the numbers of `whippet_boundary::query`.
use whippet_boundary::query::*;
use whippet_engine::query::{
    Changes, Delay, FetchStatus, Host, NetworkMode, ObserverOptions, Outcome, Refetch, Retry, RunOptions,
    StaleTime, State, Status, Verdict,
};
use whippet_engine::time::{Duration, Instant};

/// Writes a state into the buffer.
pub(super) fn write_state(out: &mut [f64; STATE_BUFFER], state: &State) {
    out[STATE_HAS_DATA] = f64::from(u8::from(state.has_data));
    out[STATE_DATA_UPDATED_AT] = state.data_updated_at.as_ms();
    out[STATE_DATA_UPDATE_COUNT] = f64::from(state.data_update_count);
    out[STATE_ERROR_UPDATED_AT] = state.error_updated_at.as_ms();
    out[STATE_ERROR_UPDATE_COUNT] = f64::from(state.error_update_count);
    out[STATE_FAILURE_COUNT] = f64::from(state.failure_count);
    out[STATE_STATUS] = f64::from(state.status as u8);
    out[STATE_FETCH_STATUS] = f64::from(state.fetch_status as u8);
    out[STATE_IS_INVALIDATED] = f64::from(u8::from(state.invalidated));
}

/// Reads the state that the buffer holds.
pub(super) fn read_state(from: &[f64; STATE_BUFFER]) -> State {
    State {
        has_data: from[STATE_HAS_DATA] != 0.0,
        data_updated_at: Instant::from_ms(from[STATE_DATA_UPDATED_AT]),
        data_update_count: from[STATE_DATA_UPDATE_COUNT] as u32,
        error_updated_at: Instant::from_ms(from[STATE_ERROR_UPDATED_AT]),
        error_update_count: from[STATE_ERROR_UPDATE_COUNT] as u32,
        failure_count: from[STATE_FAILURE_COUNT] as u32,
        status: match from[STATE_STATUS] as u32 {
            STATUS_PENDING => Status::Pending,
            STATUS_ERROR => Status::Error,
            _ => Status::Success,
        },
        fetch_status: match from[STATE_FETCH_STATUS] as u32 {
            FETCH_STATUS_IDLE => FetchStatus::Idle,
            FETCH_STATUS_FETCHING => FetchStatus::Fetching,
            _ => FetchStatus::Paused,
        },
        invalidated: from[STATE_IS_INVALIDATED] != 0.0,
    }
}

/// The host from its flags.
pub(super) fn host(flags: u32) -> Host {
    Host { online: flags & HOST_ONLINE != 0, focused: flags & HOST_FOCUSED != 0 }
}

/// An observer's options. A stale time below zero is static; an interval that is not above zero is none.
pub(super) fn observer(flags: u32, stale_time: f64, interval: f64) -> ObserverOptions {
    let has = |flag: u32| flags & flag != 0;
    let refetch = |shift: u32| match flags >> shift & REFETCH_MASK {
        REFETCH_NO => Refetch::No,
        REFETCH_IF_STALE => Refetch::IfStale,
        _ => Refetch::Always,
    };
    ObserverOptions {
        enabled: has(OBSERVER_ENABLED),
        on_mount: refetch(OBSERVER_ON_MOUNT_SHIFT),
        on_focus: refetch(OBSERVER_ON_FOCUS_SHIFT),
        on_reconnect: refetch(OBSERVER_ON_RECONNECT_SHIFT),
        retry_on_mount: has(OBSERVER_RETRY_ON_MOUNT),
        interval_in_background: has(OBSERVER_INTERVAL_IN_BACKGROUND),
        suspense: has(OBSERVER_SUSPENSE),
        timers: has(OBSERVER_TIMERS),
        stale_time: match stale_time < 0.0 {
            true => StaleTime::Static,
            false => StaleTime::After(Duration::from_ms(stale_time)),
        },
        interval: (interval > INTERVAL_NONE).then(|| Duration::from_ms(interval)),
        wants: Changes::ALL,
    }
}

/// The options of a run: how many retries (`Infinity` for no limit), the delay in ms (negative: exponential), the network
/// mode with [`RUN_PARTIAL`] beside it, and the share of each delay that is added at random.
pub(super) fn run(retry: f64, delay: f64, mode: u32, jitter: f64) -> RunOptions {
    RunOptions {
        retry: match retry == f64::INFINITY {
            true => Retry::Always,
            false => Retry::Times(retry as u32),
        },
        delay: match delay < 0.0 {
            true => Delay::Exponential,
            false => Delay::Fixed(Duration::from_ms(delay)),
        },
        network_mode: match mode & NETWORK_MODE_MASK {
            NETWORK_MODE_ONLINE => NetworkMode::Online,
            NETWORK_MODE_ALWAYS => NetworkMode::Always,
            _ => NetworkMode::OfflineFirst,
        },
        jitter,
        timeout: Duration::INFINITE,
        partial: mode & RUN_PARTIAL != 0,
    }
}

/// A failure: one of `VERDICT_*`, perhaps with [`VERDICT_PERMANENT`]; the delay in ms (negative: as the run's options
/// say); for how many ms the server asks not to be asked again.
pub(super) fn verdict(code: u32, delay: f64, retry_after: f64) -> Verdict {
    let retry = code & VERDICT_MASK;
    Verdict {
        retry: (retry < VERDICT_BY_OPTIONS).then_some(retry == VERDICT_YES),
        delay: (delay >= 0.0).then(|| Duration::from_ms(delay)),
        permanent: code & VERDICT_PERMANENT != 0,
        retry_after: Duration::from_ms(retry_after),
    }
}

/// How a run ended, from one of `OUTCOME_*`.
pub(super) fn outcome(code: u32) -> Outcome {
    match code {
        OUTCOME_SUCCESS => Outcome::Success,
        OUTCOME_ERROR => Outcome::Error,
        _ => Outcome::Cancelled { reverted: false },
    }
}
