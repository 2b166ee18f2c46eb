//! Releases of backends: what scraped and pushed targets say of which release answered, how soon, and what failed.
//!
//! ```text
//! versions (which release had a series, and when) ─┐
//! scrapes (increases between neighbours) ──────────┴─► reading ─► timeline, compare, watched
//! ```
mod compare;
mod members;
mod reading;
mod requests;
mod timeline;
mod versions;
mod watched;

pub use compare::{BackendAsked, BackendSide, compare};
pub use members::{Backend, Member};
pub use requests::{METRICS, floor, metric_name, metric_unit};
pub use timeline::{newest_series, number, oldest, release_names, requests, timeline};
pub use watched::{before, drift, hours, most_requested};
