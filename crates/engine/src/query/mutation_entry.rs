//! The record of one mutation.
use super::ids::MutationId;
use super::retry::Run;
use crate::deadlines::Handle;
use crate::time::Duration;

pub(super) struct Mutation {
    pub(super) link: ScopeLink,
    /// It was started and has not succeeded or failed for good: mutations of its scope that were added later wait.
    pub(super) pending: bool,
    /// The host dropped it: it waits for no other of its scope, and no other waits for it.
    pub(super) released: bool,
    pub(super) run: Option<Run>,
    pub(super) retry: Option<Handle>,
    pub(super) observers: u32,
    pub(super) gc_time: Duration,
    pub(super) gc: Option<Handle>,
}

/// A mutation's place in the list of the pending mutations of its scope.
#[derive(Clone, Copy, Default)]
pub(super) struct ScopeLink {
    /// Zero is no scope.
    pub(super) scope: u32,
    /// Its number among all mutations, in the order in which they were added.
    pub(super) order: u32,
    pub(super) listed: bool,
    pub(super) previous: Option<MutationId>,
    pub(super) next: Option<MutationId>,
}

impl ScopeLink {
    pub(super) fn new(scope: u32, order: u32) -> Self {
        Self { scope, order, ..Self::default() }
    }
}
