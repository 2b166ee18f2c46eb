//! Tests of the collector through its routes, on simulated time; those in `crash`, `https` and `operator` run the real program.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]
mod alerts;
mod backend_releases;
mod beacons;
mod charts;
#[cfg(unix)]
mod config;
mod container;
mod counters;
#[cfg(unix)]
mod crash;
#[cfg(target_os = "linux")]
mod damaged_files;
mod dashboard;
mod documents;
mod exporters;
#[cfg(target_os = "linux")]
mod faults;
mod figures;
mod hanging;
mod harness;
#[cfg(unix)]
mod https;
mod keeping;
mod levels;
mod loading;
#[cfg(target_os = "linux")]
mod many;
mod measured;
mod migrations;
mod moving;
mod names;
mod notify;
#[cfg(unix)]
mod operator;
mod otlp;
mod otlp_services;
mod page_figures;
mod peers;
#[cfg(unix)]
mod program;
mod prometheus;
mod reading;
mod ready;
mod recorded;
mod regressions;
mod remote_write;
mod resolution;
#[cfg(unix)]
mod room;
mod schema;
mod scraping;
mod sdk_limits;
mod sdks;
#[cfg(target_os = "linux")]
mod servers;
mod signals;
mod splits;
#[cfg(unix)]
mod targets;
mod whole_migration;
