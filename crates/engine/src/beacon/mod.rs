//! The beacon: what a page reports, as a small JSON text that a person can read in the network panel. `docs/beacon.md`
//! describes the format.
//!
//! A [`Queue`] gathers what a page view measures and says when it is due; [`encode`] writes a [`Beacon`]; an [`Outbox`]
//! decides which beacons are sent, kept or dropped. A server reads with `decode`, behind the feature of that name, and
//! trusts nothing in a beacon.
pub mod beacon_limits;
mod body;
mod context;
#[cfg(feature = "decode")]
mod decode;
mod describe_error;
mod encode;
mod event;
mod ignored_errors;
mod item;
mod json_write;
mod outbox;
mod pause;
mod queue;
pub mod resource_timing;
mod retry_after;
pub mod scrub;
#[cfg(test)]
mod shared_cases;
pub mod traceparent;
mod visit;

pub use beacon_limits as limits;
pub use context::Context;
#[cfg(feature = "decode")]
pub use decode::{DecodeError, decode, is_label, without_lone_surrogates};
pub use describe_error::{describe, describe_event, describe_object};
pub use encode::encode;
pub use event::{
    Attribution, Beacon, Connection, Device, NAVIGATION_PHASES, PageError, Resource, ResourceKind, Script,
    VERSION, Vital,
};
pub use ignored_errors::{is_ignored, is_unnamed};
pub use outbox::{Disposition, KeepBounds, NextStep, Outbox, Outcome};
pub use pause::Pause;
pub use queue::Queue;
pub use retry_after::retry_after;
pub use visit::{Visit, random_id};
