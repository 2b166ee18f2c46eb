//! Drives the engine in a browser.
//!
//! The engine decides; this crate hears the browser's events, tells the engine, and does what it answers.
//! Each part is a feature, so that a wasm module carries only what its page asked for.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

#[cfg(feature = "lazy")]
pub mod lazy;
#[cfg(feature = "query")]
pub mod query;
#[cfg(feature = "rum")]
pub mod rum;
#[cfg(feature = "timing")]
pub mod timing;
