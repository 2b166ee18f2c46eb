//! The demo's backend: a package explorer over the project's own dependency graph.
//!
//! It shares no code with the collector, and is instrumented like a real backend, so that the dashboard has a realistic target.
//!
//! | module | what it does |
//! |---|---|
//! | [`graph`] | packages and their dependencies, read from `cargo metadata` and npm lock files |
//! | [`store`] | the SQLite database: packages, stars, activity |
//! | [`cache`] | answers in memory, invalidated when a star changes |
//! | [`metrics`] | Prometheus metrics, [`process`] the process's own |
//! | [`trace`] | how long the parts of a request took, for `Server-Timing` |
//! | [`faults`] | the fault mode, in which the server is slow, fails, or refuses stars |
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
