//! What to do when a deadline is due.
use super::ids::{MutationId, ObserverId, QueryId, RunId};

/// Queries and mutations have one type of it, so that the code of their deadlines is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Due {
    Gc(QueryId),
    ExpectationOver(QueryId),
    /// Not a matter of time: the order of use is kept as deadlines are.
    Evict(QueryId),
    ForgetOrigin(u32),
    Stale(ObserverId),
    Interval(ObserverId),
    /// An attempt timed out, or the delay before a retry is over.
    Attempt(RunId),
    MutationGc(MutationId),
    MutationRetry(MutationId),
}
