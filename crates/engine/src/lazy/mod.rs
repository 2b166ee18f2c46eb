//! Lazy loading: decides when each item begins to load.
//!
//! An item is
//!
//! * *waiting* until it comes near the viewport;
//! * then *queued*: the nearest item loads first, and only so many are *loading* at once. If there are more items than
//!   free places, and the distances were measured a while ago, they are measured again first. An item that leaves
//!   before its turn waits again. A load that does not end in time is *overdue*: the next item gets its place, but it
//!   may still arrive;
//! * *loaded*, and then removed from here; or, after a failure, in *backoff* before it is queued again;
//! * *failed* when its attempts are spent. A failure while offline spends none. When the network is back, every item
//!   that failed, is in backoff or is overdue is queued again.
//!
//! [`Loaders`] decide all this for all loaders of a module, and know items by number only. A [`Loader`] is one of them, for
//! a host that knows items by [`ItemId`]. Its host reports what it observes (`add`, `enter`, `leave`, `handle_*`), and carries
//! out the effects of [`Loader::poll_effect`], for which it asks after every input, and when [`Loader::next_deadline`] has
//! come.
mod backoff;
mod connection;
mod limits;
mod loader;
mod loaders;
pub mod placeholder;
#[cfg(test)]
mod tests;

pub use backoff::Backoff;
pub use connection::{Connection, EffectiveType};
pub use limits::{Effect as EffectOf, Limits, Stats, figure};
pub use loader::{Effect, ItemId, Loader};
pub use loaders::{Loaders, Polled, Row};
