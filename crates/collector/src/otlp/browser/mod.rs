//! What OpenTelemetry's SDKs measure in pages, as [`intake`](crate::intake)'s reports.
mod cumulative;
mod histogram;
mod logs;
mod metrics;
mod reader;
mod timing;
mod traces;

pub use cumulative::{Cumulative, Undo};
pub use logs::logs;
pub use metrics::metrics;
pub use reader::{Outcome, Post};
pub use traces::traces;
