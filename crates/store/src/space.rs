//! How the file stands with its size limit: what is written to the log and counted when that changes.
use crate::metrics::StoreMetrics;
use crate::size_limit::Freed;

/// What is known of the space below the size limit.
#[derive(Debug, Default)]
pub struct Space {
    state: State,
    deleted_before: i64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Enough,
    /// Space is being freed.
    Short,
    /// Nothing is left that may be deleted.
    Exhausted,
}

impl Space {
    /// Everything before this time was deleted to stay below the limit, ms since the epoch.
    pub fn deleted_before(&self) -> i64 {
        self.deleted_before
    }

    /// Records the result of freeing one portion; `None` where there was enough space. `limit` is in bytes. Returns whether
    /// there is more to free.
    pub fn record(&mut self, freed: Option<Freed>, limit: u64, metrics: &StoreMetrics) -> bool {
        match freed {
            None => self.state = State::Enough,
            Some(Freed::Nothing) => {
                if self.state != State::Exhausted {
                    tracing::error!(
                        bytes = limit,
                        "--max-size is reached and nothing old is left to delete: new data may be refused. Raise --max-size"
                    );
                }
                self.state = State::Exhausted;
            }
            Some(freed) => {
                if self.state == State::Enough {
                    tracing::warn!(
                        bytes = limit,
                        "--max-size is nearly reached: the oldest detail is deleted to stay below it"
                    );
                }
                self.state = State::Short;
                if let Freed::Deleted(before) = freed {
                    tracing::warn!(
                        before,
                        "--max-size is nearly reached: data before this time was deleted (ms since the epoch)"
                    );
                    self.deleted_before = before;
                    metrics.deleted_for_room(before);
                }
            }
        }
        self.state == State::Short
    }
}
