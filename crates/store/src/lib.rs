//! What the collector keeps, and how it is asked: one SQLite file, or a PostgreSQL server that several collectors share
//! ([`database`]); one writer for each collector; and the reports computed from it.
//!
//! ```text
//! Store::ingest, Store::record_scrape ──► command ──► writer (one thread) ──► batch, series ──► database
//! Store::sweep ─────────────────────────► command ──► writer ──► sweep: watermark, views, cells, retention, compact
//! Store::read ──► readers (read-only connections) ──► reports
//! ```
//!
//! The crate knows nothing of HTTP, and reads no wall clock: `now` is an argument. Readers neither wait for
//! the writer nor make it wait (SQLite is in WAL mode). Modules that only the writer uses are private; `reports` return the types of
//! `whippet_api`.
mod arrivals;
mod backend_event;
mod backend_events;
mod batch;
mod beacon_ids;
mod browser;
mod busy;
mod candidates;
pub mod cells;
mod changes;
mod command;
mod context;
mod counter_repair;
mod data_folder;
pub mod database;
mod dimension;
mod error;
mod error_scores;
mod evictions;
pub mod families;
mod file_guard;
mod kind;
pub mod losses;
mod metrics;
mod migration_9;
pub mod moving;
pub mod name_admin;
mod names;
mod opened;
mod options;
mod page_errors;
mod page_loads;
mod partitions;
mod pending;
mod phases;
mod ranked;
mod readers;
mod readiness;
mod remap;
mod report_cache;
pub mod reports;
mod retention;
mod schema;
mod score;
mod scrape;
mod series;
mod shared_state;
mod size_limit;
mod space;
mod store;
mod sweep;
pub mod time;
mod timing_names;
mod totals;
mod views;
pub mod watching;
mod watermark;
mod weight;
mod write_health;
mod writer;

pub use backend_event::{BackendEvent, EventKind};
pub use batch::tells_of_view;
pub use browser::Browser;
pub use command::Ingested;
pub use dimension::Dimension;
pub use error::StoreError;
pub use kind::{Kind, OTHER, UNKNOWN};
pub use metrics::StoreMetrics;
pub use options::{Limits, Options};
pub use partitions::ensure_partitions;
pub use score::Client;
pub use scrape::{OWN_TARGET, Sample, Scrape};
pub use series::{Kept, samples};
pub use shared_state::SharedState;
pub use store::{SWEEPER, Store, WATCHER};
pub use timing_names::is_own as is_own_timing;
pub use weight::{scaled, weight};
