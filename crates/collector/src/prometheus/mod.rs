//! Prometheus that is there already, in both directions.
//!
//! - `pages` counts what pages measured, as any Prometheus client counts: from the start of the process, in memory.
//! - `reading` reads backends' figures from a Prometheus that scrapes them already.
//! - `remote_write` sends what `/metrics` shows to a server that takes it.
//! - `exposition` answers `GET /metrics` with it and with the collector's own figures, as text or as protobuf.
mod arguments;
mod endpoint;
pub mod exposition;
mod native_histogram;
pub mod pages;
pub mod reading;
pub mod remote_write;

pub use arguments::{Header, SET, header, label, labelled};
pub use endpoint::{BadEndpoint, Endpoint, secret};
