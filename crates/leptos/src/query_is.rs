//! What is true of a query, each as a signal of its own.
use crate::Query;
use crate::query_flags as flag;

/// Each of these is a signal of its own: who asks for one within a view hears of its changes alone.
impl<T: Send + Sync + 'static, E: Send + Sync + 'static> Query<T, E> {
    /// Whether there is no data and no error yet.
    pub fn is_pending(&self) -> bool {
        self.flag(flag::PENDING)
    }

    /// Whether there is data.
    pub fn is_success(&self) -> bool {
        self.flag(flag::SUCCESS)
    }

    /// Whether the last fetch failed.
    pub fn is_error(&self) -> bool {
        self.flag(flag::ERROR)
    }

    /// Whether a fetch is running.
    pub fn is_fetching(&self) -> bool {
        self.flag(flag::FETCHING)
    }

    /// Whether a fetch waits for the network or for the page's focus.
    pub fn is_paused(&self) -> bool {
        self.flag(flag::PAUSED)
    }

    /// Whether the first fetch is running.
    pub fn is_loading(&self) -> bool {
        self.flag(flag::LOADING)
    }

    /// Whether a fetch is running that is not the first.
    pub fn is_refetching(&self) -> bool {
        self.flag(flag::REFETCHING)
    }

    /// Whether there is data, though the last fetch failed.
    pub fn is_refetch_error(&self) -> bool {
        self.flag(flag::REFETCH_ERROR)
    }

    /// Whether the first fetch failed.
    pub fn is_loading_error(&self) -> bool {
        self.flag(flag::LOADING_ERROR)
    }

    /// Whether a fetch ever ended, or data was set.
    pub fn is_fetched(&self) -> bool {
        self.flag(flag::FETCHED)
    }

    /// Whether a fetch ended since the component was created.
    pub fn is_fetched_after_mount(&self) -> bool {
        self.flag(flag::FETCHED_AFTER_MOUNT)
    }

    /// Whether the data is stale whatever its age: it was invalidated, or the last fetch failed.
    pub fn is_invalidated(&self) -> bool {
        self.flag(flag::INVALIDATED)
    }

    fn flag(&self, flag: u32) -> bool {
        self.flags.get(flag, || self.signal_of(flag))
    }
}
