//! What may be true of a query, and the signals that say so.
use crate::component::Component;
use crate::scalar::Scalar;
use crate::seen::Seen;
use crate::{FetchStatus, Status};
use leptos::prelude::*;

pub(crate) const PENDING: u32 = 0;
pub(crate) const SUCCESS: u32 = 1;
pub(crate) const ERROR: u32 = 2;
pub(crate) const FETCHING: u32 = 3;
pub(crate) const PAUSED: u32 = 4;
pub(crate) const LOADING: u32 = 5;
pub(crate) const REFETCHING: u32 = 6;
pub(crate) const LOADING_ERROR: u32 = 7;
pub(crate) const REFETCH_ERROR: u32 = 8;
pub(crate) const FETCHED: u32 = 9;
pub(crate) const FETCHED_AFTER_MOUNT: u32 = 10;
pub(crate) const INVALIDATED: u32 = 11;
const COUNT: usize = 12;

/// The signals of what was asked for: most queries are asked for two or three, and each has a memo.
#[derive(Clone, Copy)]
pub(crate) struct QueryFlags(StoredValue<Made>);

struct Made {
    component: Component,
    signals: [Option<Signal<bool>>; COUNT],
}

impl QueryFlags {
    pub(crate) fn new() -> Self {
        Self(StoredValue::new(Made { component: Component::current(), signals: [None; COUNT] }))
    }

    /// The value of a flag, whose signal `make` makes once. `false` once the component was disposed.
    pub(crate) fn get(self, flag: u32, make: impl FnOnce() -> Signal<bool>) -> bool {
        let known = self.0.try_with_value(|made| (made.signals[flag as usize], made.component.clone()));
        let signal = match known {
            Some((Some(signal), _)) => signal,
            Some((None, component)) => {
                // Of the component's, not of who asks first: that may go before.
                let signal = component.run(make);
                self.0.try_update_value(|made| made.signals[flag as usize] = Some(signal));
                signal
            }
            None => return false,
        };
        signal.try_get().unwrap_or_default()
    }
}

impl<T, E> Seen<T, E> {
    pub(crate) fn is(&self, flag: u32) -> bool {
        let (pending, error) = (self.status == Status::Pending, self.status == Status::Error);
        let fetching = self.fetch_status == FetchStatus::Fetching;
        match flag {
            PENDING => pending,
            SUCCESS => self.status == Status::Success,
            ERROR => error,
            FETCHING => fetching,
            PAUSED => self.fetch_status == FetchStatus::Paused,
            LOADING => fetching && pending,
            REFETCHING => fetching && !pending,
            LOADING_ERROR => error && self.data.is_none(),
            REFETCH_ERROR => error && self.data.is_some(),
            FETCHED => self.is_fetched,
            FETCHED_AFTER_MOUNT => self.is_fetched_after_mount,
            _ => self.is_invalidated,
        }
    }
}

/// The function of a flag. As a pointer, so that the signals of all flags are one function for each type of query.
pub(crate) fn by_flag<T, E>(flag: u32) -> fn(&Seen<T, E>) -> f64 {
    match flag {
        PENDING => |seen| seen.is(PENDING).number(),
        SUCCESS => |seen| seen.is(SUCCESS).number(),
        ERROR => |seen| seen.is(ERROR).number(),
        FETCHING => |seen| seen.is(FETCHING).number(),
        PAUSED => |seen| seen.is(PAUSED).number(),
        LOADING => |seen| seen.is(LOADING).number(),
        REFETCHING => |seen| seen.is(REFETCHING).number(),
        LOADING_ERROR => |seen| seen.is(LOADING_ERROR).number(),
        REFETCH_ERROR => |seen| seen.is(REFETCH_ERROR).number(),
        FETCHED => |seen| seen.is(FETCHED).number(),
        FETCHED_AFTER_MOUNT => |seen| seen.is(FETCHED_AFTER_MOUNT).number(),
        _ => |seen| seen.is(INVALIDATED).number(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn flags(seen: &Seen<u32, String>) -> Vec<u32> {
        (0..COUNT as u32).filter(|flag| seen.is(*flag)).collect()
    }

    #[test]
    fn the_flags_follow_from_status_and_fetch_status() {
        let nothing = Seen::nothing();
        let data = Seen {
            data: Some(Arc::new(1)),
            data_updated_at: 1.0,
            status: Status::Success,
            is_fetched: true,
            ..nothing.clone()
        };
        let failed =
            Seen { status: Status::Error, is_fetched: true, is_invalidated: true, ..nothing.clone() };
        let fetching = |seen: &Seen<_, _>| Seen { fetch_status: FetchStatus::Fetching, ..seen.clone() };
        assert_eq!(flags(&nothing), [PENDING]);
        assert_eq!(flags(&fetching(&nothing)), [PENDING, FETCHING, LOADING]);
        assert_eq!(flags(&data), [SUCCESS, FETCHED]);
        assert_eq!(flags(&fetching(&data)), [SUCCESS, FETCHING, REFETCHING, FETCHED]);
        assert_eq!(flags(&failed), [ERROR, LOADING_ERROR, FETCHED, INVALIDATED]);
        let stale = Seen { data: data.data.clone(), ..failed };
        assert_eq!(flags(&stale), [ERROR, REFETCH_ERROR, FETCHED, INVALIDATED]);
        let paused = Seen { fetch_status: FetchStatus::Paused, ..nothing };
        assert_eq!(flags(&paused), [PENDING, PAUSED]);
    }
}
