//! Metrics that services push, kept as if they had been scraped from a Prometheus exporter of OpenTelemetry's.
mod buckets;
mod grid;
mod known;
mod names;
mod pushes;
mod samples;
mod saved;

pub use pushes::{PushError, Pushes, Service};
