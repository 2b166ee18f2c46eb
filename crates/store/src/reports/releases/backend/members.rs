//! A backend and its targets.
use std::sync::Arc;

use crate::reports::matches::Matches;

/// A backend: a target, or all instances of one service that a list of targets names.
#[derive(Clone, Debug)]
pub struct Backend {
    /// The name of the target or of the service.
    pub name: String,
    /// Its targets.
    pub members: Vec<Member>,
    /// What metrics mean.
    pub matches: Arc<Matches>,
}

/// A target of a backend.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The target's name.
    pub name: String,
    /// The time between two scrapes, ms.
    pub interval: i64,
}
