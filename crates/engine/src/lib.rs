//! The state machines of Whippet.
//!
//! Everything here is sans-IO: `now` is an argument, randomness is a seed, inputs go in, effects come
//! out, and each machine names its next deadline. Nothing in this crate reads a clock, spawns, calls
//! out or knows what a browser is, so a whole session can be replayed natively from its inputs.
#![no_std]

extern crate alloc;
#[cfg(any(test, feature = "decode"))]
extern crate std;

pub mod beacon;
pub mod deadlines;
pub mod expo;
pub mod http;
pub mod json;
pub mod lazy;
mod list;
pub mod pace;
pub mod query;
mod rng;
pub mod rows;
#[cfg(test)]
#[path = "../../../tests/sim/rules.rs"]
mod rules;
mod slab;
pub mod stats;
pub mod time;
pub mod vitals;
