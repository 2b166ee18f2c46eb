//! How options, states and outcomes are spelled in numbers. pkg/src/query/engine.ts has the other half.
use whippet_engine::query::{
    Changes, Delay, FetchStatus, Host, NetworkMode, ObserverOptions, Outcome, Refetch, Retry, RunOptions,
    StaleTime, State, Status, Verdict,
};
use whippet_engine::time::{Duration, Instant};

pub(super) const STATE_LEN: usize = 9;

/// A state in the buffer: one number per field.
pub(super) fn write_state(out: &mut [f64; STATE_LEN], state: &State) {
    *out = [
        f64::from(u8::from(state.has_data)),
        state.data_updated_at.as_ms(),
        f64::from(state.data_update_count),
        state.error_updated_at.as_ms(),
        f64::from(state.error_update_count),
        f64::from(state.failure_count),
        state.status as u8 as f64,
        state.fetch_status as u8 as f64,
        f64::from(u8::from(state.invalidated)),
    ];
}

pub(super) fn read_state(from: &[f64; STATE_LEN]) -> State {
    State {
        has_data: from[0] != 0.0,
        data_updated_at: Instant::from_ms(from[1]),
        data_update_count: from[2] as u32,
        error_updated_at: Instant::from_ms(from[3]),
        error_update_count: from[4] as u32,
        failure_count: from[5] as u32,
        status: match from[6] as u8 {
            0 => Status::Pending,
            1 => Status::Error,
            _ => Status::Success,
        },
        fetch_status: match from[7] as u8 {
            0 => FetchStatus::Idle,
            1 => FetchStatus::Fetching,
            _ => FetchStatus::Paused,
        },
        invalidated: from[8] != 0.0,
    }
}

/// Bit 0: online, bit 1: focused.
pub(super) fn host(bits: u32) -> Host {
    Host { online: bits & 1 != 0, focused: bits & 2 != 0 }
}

/// The flags say all but the times. A stale time below zero is static, an interval that is not above zero is
/// none.
pub(super) fn observer(flags: u32, stale_time: f64, interval: f64) -> ObserverOptions {
    let refetch = |shift: u32| match flags >> shift & 3 {
        0 => Refetch::No,
        1 => Refetch::IfStale,
        _ => Refetch::Always,
    };
    let bit = |bit: u32| flags & 1 << bit != 0;
    ObserverOptions {
        enabled: bit(0),
        on_mount: refetch(1),
        on_focus: refetch(3),
        on_reconnect: refetch(5),
        retry_on_mount: bit(7),
        interval_in_background: bit(8),
        suspense: bit(9),
        timers: bit(10),
        stale_time: match stale_time < 0.0 {
            true => StaleTime::Static,
            false => StaleTime::After(Duration::from_ms(stale_time)),
        },
        interval: (interval > 0.0).then(|| Duration::from_ms(interval)),
        wants: Changes::ALL,
    }
}

/// How often (`Infinity` is always), how late in ms (negative: exponentially), 0 online, 1 always, 2 offline
/// first, with bit 2 for a fetch of a part of the data, and which part of each delay chance may add.
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
        network_mode: match mode & 3 {
            0 => NetworkMode::Online,
            1 => NetworkMode::Always,
            _ => NetworkMode::OfflineFirst,
        },
        jitter,
        timeout: Duration::INFINITE,
        partial: mode & 4 != 0,
    }
}

/// 0 no, 1 yes, 2 as the run's options say, and bit 2 that the failure is permanent; the delay in ms, negative
/// as the run's options say; for how many ms the server asks not to be asked again.
pub(super) fn verdict(retry: u32, delay: f64, retry_after: f64) -> Verdict {
    Verdict {
        retry: (retry & 3 < 2).then_some(retry & 3 == 1),
        delay: (delay >= 0.0).then(|| Duration::from_ms(delay)),
        permanent: retry & 4 != 0,
        retry_after: Duration::from_ms(retry_after),
    }
}

pub(super) fn outcome(code: u32) -> Outcome {
    match code {
        0 => Outcome::Success,
        1 => Outcome::Error,
        _ => Outcome::Cancelled { reverted: false },
    }
}
