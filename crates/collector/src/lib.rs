//! The collector: takes beacons in, scrapes metrics, keeps them, answers the dashboard.
//!
//! ```text
//! browsers ── POST /v1/beacons ──► routes ──► whippet_store (one writer) ◄── scrape ◄── backends' /metrics
//! other SDKs ─ /collect, /v1/… ──► routes ──► sdks, otlp ──► intake: the same beacons
//! dashboard ── GET /api/… ───────► routes ──► whippet_store::reports (readers)
//! ```
//!
//! - `server` assembles and runs the collector; `routes` map HTTP paths to handlers.
//! - `whippet_store` is everything on disk. Its one writer answers after the commit: what was acknowledged survives
//!   a crash of the process or the machine.
//! - `scrape` fetches backends' metrics; the collector's own metrics take the same way, without HTTP. `documents` reads those
//!   that are JSON, and `config` the file that says how each backend is scraped.
//! - `watch` looks at levels and alerts every 30 s, from the figures that `whippet_store::reports` reads.
//! - `regressions` watches releases in what the store has.
//! - `connections` accepts connections and bounds them, in total and per address.
//!
//! Nothing a client sends is trusted: not its size, its rate, how many names it makes up, nor its ratings. No module
//! reads the wall clock: [`clock::Clock`] is passed in.
mod answering;
pub mod answers;
pub mod app;
pub mod args;
mod browser_family;
pub mod client;
pub mod clock;
pub mod commands;
pub mod config;
pub mod connections;
pub mod documents;
pub mod failure;
pub mod hosts;
pub mod intake;
mod live;
pub mod metrics;
pub mod notify;
pub mod open_paths;
pub mod origins;
pub mod otlp;
mod pauses;
pub mod prometheus;
pub mod prometheus_setup;
pub mod rate_limiter;
pub mod regressions;
mod rfc3339;
pub mod routes;
pub mod scrape;
pub mod sdks;
pub mod server;
pub mod settings;
pub mod token;
pub mod token_throttle;
pub mod units;
pub mod watch;
pub mod watching;
