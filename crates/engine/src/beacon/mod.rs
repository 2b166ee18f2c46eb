//! What browsers report, and how it is written: a small JSON text that a person can read in the network
//! panel. `docs/beacon.md` describes the format.
//!
//! A [`Queue`] gathers what a page view measured and says when it is time to send; [`encode`] writes a
//! [`Beacon`]; an [`Outbox`] says what is sent when, kept or given up. A server reads
//! with `decode`, behind the feature of that name, and trusts nothing it is told.
#[cfg(test)]
mod cases;
#[cfg(feature = "decode")]
mod decode;
mod encode;
mod event;
mod ignored;
pub mod limits;
pub mod loaded;
mod outbox;
mod pause;
mod queue;
mod retry_after;
pub mod scrub;
mod session;
mod thrown;
pub mod traceparent;
mod write;

#[cfg(feature = "decode")]
pub use decode::{DecodeError, decode};
pub use encode::encode;
pub use event::{
    Attribution, Beacon, Connection, Device, NAVIGATION_PHASES, PageError, Resource, ResourceKind, Script,
    Vital,
};
pub use ignored::{is_ignored, is_unnamed};
pub use outbox::{Fate, KeepBounds, Next, Outbox, Outcome};
pub use pause::Pause;
pub use queue::{Context, Queue};
pub use retry_after::retry_after;
pub use session::{Session, name};
pub use thrown::{describe, describe_event, describe_object};

/// The version of the format, the beacon's `v`.
pub const VERSION: u64 = 1;
