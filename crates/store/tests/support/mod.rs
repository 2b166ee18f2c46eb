//! What tests and the benchmark of reports have in common.
#![allow(dead_code, reason = "each of the two needs a part of it")]
pub mod counting;
pub mod history;
pub mod questions;
