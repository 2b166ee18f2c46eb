//! Lazy loading: when each of many things begins to load.
//!
//! An item is
//!
//! * *waiting* until it comes near the viewport,
//! * *queued* from then on; nearest first, and only so many *loading* at once. Where there is a choice, and
//!   the distances were measured a while ago, they are measured again first. One that leaves before its
//!   turn waits again. A load that does not end in time is *overdue*: the next one has its place, and it may
//!   arrive all the same,
//! * *loaded*, and then forgotten here, or, after a failure, *resting* before it is queued again,
//! * *failed* when its attempts are spent. A failure without a network spends none; all that failed,
//!   rests or is overdue comes back into play when the network does.
//!
//! The [`Loader`] decides all this and knows items by [`ItemId`] only. Its host tells it what it sees
//! (`add`, `enter`, `leave`, `handle_*`), does what [`Loader::poll_effect`] says, and calls
//! [`Loader::handle_timeout`] when [`Loader::next_deadline`] has come.
mod backoff;
mod connection;
mod loader;
pub mod placeholder;
#[cfg(test)]
mod tests;

pub use backoff::Backoff;
pub use connection::{Connection, EffectiveType};
pub use loader::{Effect, ItemId, Limits, Loader, Stats};
