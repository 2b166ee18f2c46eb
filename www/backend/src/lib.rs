//! The demo's backend: a package explorer over the project's own dependency graph.
//!
//! It is apart from the collector, and instrumented as a good backend is, so that the dashboard has an
//! honest target to scrape.
//!
//! | module | what it is |
//! |---|---|
//! | [`graph`] | packages and their dependencies, read from `cargo metadata` and npm lock files |
//! | [`store`] | the SQLite database: packages, stars, activity |
//! | [`cache`] | hot answers in memory, invalidated when a star changes |
//! | [`metrics`] | Prometheus metrics, [`process`] the process's own |
//! | [`trace`] | what one request spent its time on, for `Server-Timing` |
//! | [`faults`] | the switch that makes the server slow, failing or refusing |
//! | [`icon`] | a PNG drawn from a package's name |
//! | [`http`] | the router and its handlers |
pub mod args;
pub mod cache;
pub mod faults;
pub mod graph;
pub mod http;
pub mod icon;
pub mod metrics;
pub mod process;
mod serve;
pub mod store;
pub mod trace;

pub use args::Args;
pub use serve::{StartError, run};
