//! The collector as a target of its own.

/// The name under which the collector records itself; no other target may have it.
pub const OWN: &str = "collector";
