//! How far a mutation is.

/// The status of a mutation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MutationStatus {
    /// Nothing was mutated yet, or [`reset`](crate::Mutation::reset) was called.
    #[default]
    Idle,
    /// It runs, is paused or waits for a retry.
    Pending,
    /// It failed.
    Error,
    /// It succeeded.
    Success,
}
