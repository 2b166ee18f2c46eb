//! The ids of what a cache holds. A spent id is recognised and ignored.
use crate::slab::ids;

pub use crate::slab::{Id, slot_of};

ids! {
    /// Names a query. Spent when the query is removed or garbage-collected.
    QueryId
    /// Names an observer of a query, from [`Cache::observe`](super::Cache::observe) to `unobserve`.
    ObserverId
    /// Names one run of a query's or mutation's function, with all its attempts. Spent when the run ends.
    RunId
    /// Names a mutation.
    MutationId
}
