//! The collector: takes beacons in, scrapes metrics, keeps them, answers the dashboard.
//!
//! ```text
//! browsers ── POST /v1/beacons ──► routes ──► store (one writer, SQLite) ◄── scrape ◄── backends' /metrics
//! dashboard ── GET /api/… ───────► routes ──► query ──► store (readers)
//! ```
//!
//! - `server` puts it together and runs it; `routes` say which address is answered by what.
//! - `store` is all there is on disk. Only its one thread writes, and it answers after the commit: what was
//!   acknowledged survives whatever happens to the process.
//! - `scrape` asks backends for their metrics; the collector's own go the same way, without HTTP.
//! - `query` computes what charts show. It knows the store's tables, and nothing of HTTP.
//!
//! Nothing a client sends is trusted: not its size, its pace, how many names it makes up, nor its ratings. No
//! module reads a clock of its own: [`clock::Clock`] is handed in.
pub mod app;
pub mod args;
pub mod client;
pub mod clock;
pub mod connections;
pub mod failure;
pub mod guesses;
pub mod hosts;
pub mod limit;
pub mod metrics;
pub mod origins;
pub mod query;
pub mod routes;
pub mod scrape;
pub mod server;
pub mod store;
pub mod token;
