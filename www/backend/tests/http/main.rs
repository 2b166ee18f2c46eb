//! The whole router, in process, over a database in a temporary folder.
#![allow(clippy::unwrap_used, reason = "a test fails by a panic, its helpers too")]
mod faults;
mod metrics;
mod packages;
mod site;
mod stars;
mod support;
