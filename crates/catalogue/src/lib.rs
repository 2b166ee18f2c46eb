//! What exporters call things: patterns from metric names and labels to signals.
//!
//! ```text
//! names and labels of a target's series ─► Gather ─► Exposed ─┐
//! patterns/*.toml, [[mapping]] ─► read ─► Catalogue ──────────┴─► Told: signal ─► Choices, the best first
//! ```
//!
//! A report asks [`Told::choices`] for a [`Signal`], reads the series that a [`Choice`] names, and asks [`Choice::tags`] what
//! the labels of each series mean. What no pattern knows is in [`Told::unknown`]. The crate does no I/O, and knows neither
//! HTTP nor the store. `patterns/README.md` describes the language for those who write patterns.
//!
//! ```
//! use whippet_catalogue::{Catalogue, Gather, Signal};
//!
//! let mut series = Gather::default();
//! series.add("http_requests_total", [("route", "/"), ("status", "200")], true);
//! let told = Catalogue::new().told(&series.finish());
//! assert_eq!(told.choices(Signal::ServerRequests)[0].metric, "http_requests_total");
//! ```
mod catalogue;
mod error;
mod exposed;
mod files;
mod glob;
mod nearest;
mod pattern;
mod read;
mod signal;
mod status;
mod told;
mod unit;

pub use catalogue::Catalogue;
pub use error::PatternError;
pub use exposed::{Exposed, Gather, Metric};
pub use nearest::{hint, nearest};
pub use pattern::{Kind, Labels, Meaning, Pattern};
pub use read::{mappings, patterns};
pub use signal::{Dimension, Shape, Signal};
pub use status::{Class, class, is_hit};
pub use told::{Choice, Form, Tags, Told};
